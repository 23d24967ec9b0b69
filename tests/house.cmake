# Rules of the house that a machine can keep.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
foreach(rule include_rule size_rule links)
  add_test(NAME house.${rule}
    COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/house/${rule}.py
    ${PROJECT_SOURCE_DIR})
  set_tests_properties(house.${rule} PROPERTIES LABELS house)
endforeach()
add_test(NAME house.headers_alone
  COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/house/headers_alone.sh ${PROJECT_SOURCE_DIR})
set_tests_properties(house.headers_alone PROPERTIES LABELS house)
# Its releases differ in details: the one of Debian 12.
find_program(NPU_CLANG_FORMAT NAMES clang-format-14 clang-format)
set(version "none")
if(NPU_CLANG_FORMAT)
  execute_process(COMMAND ${NPU_CLANG_FORMAT} --version OUTPUT_VARIABLE version)
endif()
if(version MATCHES "version 14\\.")
  add_test(NAME house.format
    COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/house/format.py
    ${PROJECT_SOURCE_DIR} ${NPU_CLANG_FORMAT})
  set_tests_properties(house.format PROPERTIES LABELS house)
else()
  message(STATUS "house.format is left out: it needs clang-format 14")
endif()

# Bad inputs, a table: right exit code, located message, nothing written.
add_test(NAME bad.inputs
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/bad/bad_input.py
  $<TARGET_FILE:systole>)
set_tests_properties(bad.inputs PROPERTIES LABELS bad TIMEOUT 600)
