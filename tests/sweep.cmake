# tests of sweep
npu_test(sweep LABEL unit USES sweep base SOURCES
  unit/sweep/sweep_spec_test.cc
  unit/sweep/store_test.cc
  unit/sweep/trial_test.cc)
