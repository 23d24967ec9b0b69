# Random programs on the C model and the RTL; models are kept in the build tree.
if(NPU_WITH_VERILATOR AND NOT NPU_SANITIZE)
  add_library(npu_random_lockstep STATIC support/random_lockstep.cc)
  npu_options(npu_random_lockstep)
  target_link_libraries(npu_random_lockstep PUBLIC npu_random_case npu_cosim)
  # 2,400 programs of seeds in common; one process a shape.
  add_executable(random_lockstep rtl/random_lockstep.cc)
  npu_options(random_lockstep)
  target_link_libraries(random_lockstep PRIVATE npu_random_lockstep)
  foreach(t 4 8)
    add_test(NAME rtl.random_lockstep.${t}x${t} COMMAND random_lockstep ${t})
  endforeach()
  # Negative controls. What is planted in is compiled again, and comes before
  # the libraries; the RTL asks this program by DPI, so it exports. One process:
  # the model is built once.
  add_executable(test_planted rtl/planted_test.cc
    ${PROJECT_SOURCE_DIR}/isa/npu_array.c
    ${PROJECT_SOURCE_DIR}/sim/npu_engine_vx.c
    ${PROJECT_SOURCE_DIR}/sim/npu_sim.c
    ${PROJECT_SOURCE_DIR}/sim/npu_tokens.c
    ${PROJECT_SOURCE_DIR}/sim/dram/npu_dram_channel.c
    ${PROJECT_SOURCE_DIR}/sim/exec/npu_copy.c
    ${PROJECT_SOURCE_DIR}/sim/exec/npu_exec_ld.c
    ${PROJECT_SOURCE_DIR}/sim/exec/npu_vector.c)
  npu_options(test_planted)
  target_compile_definitions(test_planted PRIVATE NPU_PLANT)
  target_compile_options(test_planted PRIVATE -fno-strict-aliasing)
  target_link_libraries(test_planted PRIVATE npu_random_lockstep GTest::gtest_main)
  set_target_properties(test_planted PROPERTIES ENABLE_EXPORTS ON)
  add_test(NAME rtl.planted COMMAND test_planted)
  set_tests_properties(rtl.random_lockstep.4x4 rtl.random_lockstep.8x8 rtl.planted
    PROPERTIES LABELS rtl TIMEOUT 1200
    ENVIRONMENT XDG_CACHE_HOME=${PROJECT_BINARY_DIR}/cache)
endif()
