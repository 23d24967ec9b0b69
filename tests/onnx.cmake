npu_test(onnx LABEL unit USES models base SOURCES
  unit/onnx/import_test.cc
  unit/onnx/file_test.cc
  unit/onnx/bad_onnx_test.cc)
target_include_directories(test_onnx PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
npu_test(conformance LABEL oracle USES sim codegen lower models base SOURCES
  oracle/conformance_test.cc
  oracle/conformance_chip_test.cc)
target_include_directories(test_conformance PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})

# ONNX Runtime, pinned, in the build tree: tests that need it name the fixture.
find_program(NPU_NPM npm)
find_program(NPU_NODE node)
if(NPU_NPM AND NPU_NODE)
  add_test(NAME oracle.install COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/oracle/install.sh
    ${CMAKE_CURRENT_SOURCE_DIR}/oracle ${PROJECT_BINARY_DIR}/oracle)
  set_tests_properties(oracle.install PROPERTIES LABELS oracle
    FIXTURES_SETUP oracle TIMEOUT 300)
  npu_test(onnxruntime LABEL oracle FIXTURES oracle USES models base SOURCES
    oracle/ocr_test.cc
    oracle/zoo_test.cc)
  target_include_directories(test_onnxruntime PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  npu_test(onnx_chip LABEL oracle FIXTURES oracle
    USES sim codegen lower models base SOURCES
    oracle/ocr_chip_test.cc)
  target_include_directories(test_onnx_chip PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
else()
  message(STATUS "no npm or node: tests against ONNX Runtime are left out")
endif()
