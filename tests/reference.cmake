# tests of reference
npu_test(exact LABEL unit USES models isa SOURCES
  unit/exact/exact_test.cc
  unit/exact/exact_conv_test.cc
  unit/exact/exact_qlinear_test.cc)

npu_test(reference LABEL unit USES models base SOURCES
  unit/onnx/reference_test.cc)
