npu_test(models LABEL unit USES models base SOURCES
  unit/models/graph_test.cc
  unit/models/array_test.cc
  unit/models/infer_test.cc
  unit/models/infer_refuse_test.cc
  unit/models/fold_test.cc
  unit/models/zoo_test.cc
  unit/models/network_test.cc
  unit/models/topology_test.cc)

# The verb prints the published sizes, which zoo_test.cc holds too.
add_test(NAME verb.inspect COMMAND systole inspect resnet50)
set_tests_properties(verb.inspect PROPERTIES LABELS verb
  PASS_REGULAR_EXPRESSION "total +175 nodes +4089184256 +25557032")
add_test(NAME verb.inspect_json COMMAND systole inspect mlp --json --batch 2)
set_tests_properties(verb.inspect_json PROPERTIES LABELS verb
  PASS_REGULAR_EXPRESSION "\"macs\": 109824,")

# Allocations that fail, one by one. Its own program: the linker replaces malloc.
npu_test(models_memory LABEL unit USES models base SOURCES
  unit/models/memory_test.cc)
target_link_options(test_models_memory PRIVATE
  -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
