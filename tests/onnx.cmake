npu_test(onnx LABEL unit USES models base SOURCES
  unit/onnx/bad_onnx_test.cc)
target_include_directories(test_onnx PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
npu_test(conformance LABEL oracle USES models base SOURCES
  oracle/conformance_test.cc)
target_include_directories(test_conformance PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
