# tests of sim
npu_test(cost LABEL unit SOURCES unit/sim/cost_test.cc USES isa)
npu_test(sim LABEL unit USES sim SOURCES
  unit/sim/sim_test.cc
  unit/sim/sim_order_test.cc
  unit/sim/bank_test.cc
  unit/sim/burst_port_test.cc
  unit/sim/energy_test.cc
  unit/sim/sim_fault_test.cc
  unit/sim/sim_random_test.cc)
npu_test(exec LABEL unit USES sim SOURCES
  unit/sim/exec_test.cc
  unit/sim/exec_gemm_test.cc)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_compile_definitions(test_exec PRIVATE NPU_HAS_X86_KERNELS)
endif()
npu_test(function_pair LABEL unit USES exec models SOURCES
  unit/sim/function_pair_test.cc)
npu_test(run_property LABEL property USES sim codegen lower models traces
  PRIVATE_USES PkgConfig::JANSSON SOURCES
  property/run_test.cc
  property/trace_test.cc)
