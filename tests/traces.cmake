# tests of traces
npu_test(traces LABEL unit USES traces PRIVATE_USES PkgConfig::JANSSON SOURCES
  unit/traces/result_test.cc
  unit/traces/writers_test.cc
  unit/traces/figures_test.cc
  unit/traces/runs_test.cc
  unit/traces/html_test.cc)
