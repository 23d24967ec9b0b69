npu_test(models LABEL unit USES models base SOURCES
  unit/models/graph_test.cc
  unit/models/array_test.cc)
