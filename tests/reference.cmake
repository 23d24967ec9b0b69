# tests of reference
npu_test(exact LABEL unit USES models isa SOURCES
  unit/exact/exact_test.cc)
