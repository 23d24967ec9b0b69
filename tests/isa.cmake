# tests of isa
npu_test(isa LABEL unit USES isa SOURCES
  unit/isa/coder_test.cc
  unit/isa/access_test.cc
  unit/isa/function_test.cc
  unit/isa/text_test.cc
  unit/isa/program_test.cc
  unit/isa/verify_test.cc
  unit/isa/verify_insn_test.cc)
npu_test(isa_verbs LABEL unit USES base SOURCES
  unit/isa/verb_test.cc)
add_dependencies(test_isa_verbs systole)
