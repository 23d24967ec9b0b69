# tests of configs, and of the readers under it
npu_test(yaml LABEL unit USES base SOURCES unit/configs/yaml_test.cc)
npu_test(chip LABEL unit USES configs SOURCES
  unit/configs/chip_test.cc unit/configs/chip_bad_test.cc)
npu_test(technology LABEL unit USES configs SOURCES
  unit/configs/technology_test.cc)
npu_test(config_verb LABEL unit PRIVATE_USES PkgConfig::JANSSON SOURCES
  unit/configs/config_verb_test.cc
  DEFINES NPU_SYSTOLE="$<TARGET_FILE:systole>")
add_dependencies(test_config_verb systole)
