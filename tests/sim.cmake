# tests of sim
npu_test(cost LABEL unit SOURCES unit/sim/cost_test.cc USES isa)
npu_test(sim LABEL unit USES sim SOURCES
  unit/sim/sim_test.cc
  unit/sim/sim_fault_test.cc)
