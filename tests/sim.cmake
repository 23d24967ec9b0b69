# tests of sim
npu_test(cost LABEL unit SOURCES unit/sim/cost_test.cc USES isa)
