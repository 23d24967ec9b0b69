npu_test(base LABEL unit USES base SOURCES
  unit/base/status_test.cc
  unit/base/arena_test.cc
  unit/base/clock_test.cc
  unit/base/text_test.cc
  unit/base/dtype_test.cc
  unit/base/file_test.cc)
