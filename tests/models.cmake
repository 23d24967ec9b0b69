npu_test(models LABEL unit USES models base SOURCES
  unit/models/graph_test.cc
  unit/models/array_test.cc
  unit/models/infer_test.cc
  unit/models/infer_refuse_test.cc
  unit/models/fold_test.cc
  unit/models/zoo_test.cc
  unit/models/network_test.cc
  unit/models/topology_test.cc)
