# tests of isa
npu_test(isa LABEL unit USES isa SOURCES
  unit/isa/coder_test.cc
  unit/isa/access_test.cc
  unit/isa/function_test.cc
  unit/isa/text_test.cc
  unit/isa/program_test.cc
  unit/isa/verify_test.cc
  unit/isa/verify_insn_test.cc
  unit/isa/shadow_test.cc)
npu_test(isa_verbs LABEL unit USES base SOURCES
  unit/isa/verb_test.cc)
add_dependencies(test_isa_verbs systole)
add_library(npu_random_program STATIC
  support/random_chip.cc
  support/random_insn.cc
  support/random_program.cc
  support/random_tokens.cc)
npu_options(npu_random_program)
target_compile_features(npu_random_program PUBLIC cxx_std_17)
target_link_libraries(npu_random_program PUBLIC npu_isa npu_dram)
npu_test(random_program LABEL property USES isa sim random_program SOURCES
  property/random_program_test.cc)
# What the random programs of lockstep reach: a table, 1 where a cell is empty.
add_library(npu_random_case STATIC support/random_case.cc)
npu_options(npu_random_case)
target_link_libraries(npu_random_case PUBLIC npu_random_program npu_sim)
add_executable(random_coverage property/random_coverage.cc
  support/random_coverage.cc support/random_unreachable.cc)
npu_options(random_coverage)
target_link_libraries(random_coverage PRIVATE npu_random_case npu_traces)
add_test(NAME property.random_coverage COMMAND random_coverage)
set_tests_properties(property.random_coverage PROPERTIES LABELS property TIMEOUT 300)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME unit.isa_generated COMMAND Python3::Interpreter
  ${CMAKE_CURRENT_SOURCE_DIR}/unit/isa/generated_test.py
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(unit.isa_generated PROPERTIES LABELS unit)
