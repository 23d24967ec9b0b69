npu_test(dram LABEL unit SOURCES
  unit/dram/dram_ideal_test.cc
  unit/dram/dram_command_test.cc
  unit/dram/dram_run_test.cc
  unit/dram/dram_trace_load_test.cc
  USES dram)
npu_test(dram_reference LABEL oracle
  SOURCES unit/dram/dram_reference_test.cc USES dram)
npu_test(dram_verb LABEL oracle SOURCES unit/dram/dram_verb_test.cc
  PRIVATE_USES PkgConfig::JANSSON)
add_dependencies(test_dram_verb systole)
