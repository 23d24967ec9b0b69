# tests of compiler
npu_test(codegen LABEL unit USES codegen SOURCES
  unit/compiler/codegen_program_test.cc)
