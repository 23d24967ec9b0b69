# tests of isa
npu_test(isa LABEL unit USES isa SOURCES
  unit/isa/coder_test.cc
  unit/isa/access_test.cc
  unit/isa/function_test.cc
  unit/isa/text_test.cc
  unit/isa/program_test.cc
  unit/isa/verify_test.cc
  unit/isa/verify_insn_test.cc)
