# The manual page, against what the command itself says.
if(TARGET man)
  add_test(NAME e2e.man_page COMMAND Python3::Interpreter
    ${CMAKE_CURRENT_SOURCE_DIR}/e2e/man_page.py $<TARGET_FILE:systole>
    ${PROJECT_BINARY_DIR}/docs/systole.1)
  set_tests_properties(e2e.man_page PROPERTIES LABELS e2e)
endif()
