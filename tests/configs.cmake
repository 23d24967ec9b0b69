# tests of configs, and of the readers under it
npu_test(yaml LABEL unit USES base SOURCES unit/configs/yaml_test.cc)
