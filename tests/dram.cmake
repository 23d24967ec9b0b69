npu_test(dram_ideal LABEL unit SOURCES unit/dram/dram_ideal_test.cc USES dram)
npu_test(dram_reference LABEL oracle
  SOURCES unit/dram/dram_reference_test.cc USES dram)
