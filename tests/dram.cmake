npu_test(dram_ideal LABEL unit SOURCES unit/dram/dram_ideal_test.cc USES dram)
