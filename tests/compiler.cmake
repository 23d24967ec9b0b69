# tests of compiler
npu_test(codegen LABEL unit USES codegen SOURCES
  unit/compiler/codegen_program_test.cc)
npu_test(codegen_run LABEL unit USES codegen sim SOURCES
  unit/compiler/codegen_run_test.cc)
# calls of npu__tile_recall() go to the test, which can say no
npu_test(tile_cache LABEL unit USES codegen lower models SOURCES
  unit/compiler/tile_cache_test.cc)
target_link_options(test_tile_cache PRIVATE -Wl,--wrap=npu__tile_recall)
npu_test(resident LABEL unit USES codegen sim SOURCES
  unit/compiler/resident_test.cc)

# lowering
npu_test(lower LABEL unit USES lower models isa SOURCES
  unit/lower/lower_test.cc
  unit/lower/lower_array_test.cc
  unit/lower/lower_onnx_test.cc
  unit/lower/lower_random_test.cc
  unit/lower/lower_zoo_test.cc)
# The same on the largest networks: seconds each.
npu_test(lower_large LABEL slow TIMEOUT 600 USES lower models isa
  DEFINES NPU_LARGE SOURCES
  unit/lower/lower_zoo_test.cc)
npu_test(lower_chip LABEL unit USES sim codegen lower models base SOURCES
  unit/lower/lower_chip_test.cc)
