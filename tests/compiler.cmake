# tests of compiler
npu_test(codegen LABEL unit USES codegen SOURCES
  unit/compiler/codegen_program_test.cc)
npu_test(codegen_run LABEL unit USES codegen sim SOURCES
  unit/compiler/codegen_run_test.cc)
