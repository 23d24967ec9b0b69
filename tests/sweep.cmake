# tests of sweep
npu_test(sweep_spec LABEL unit USES sweep base SOURCES
  unit/sweep/sweep_spec_test.cc)
