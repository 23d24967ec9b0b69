# tests of configs, and of the readers under it
npu_test(yaml LABEL unit USES base SOURCES unit/configs/yaml_test.cc)
npu_test(chip LABEL unit USES configs SOURCES
  unit/configs/chip_test.cc unit/configs/chip_bad_test.cc)
npu_test(technology LABEL unit USES configs SOURCES
  unit/configs/technology_test.cc)
