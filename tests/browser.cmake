# The HTML report in a browser: headless Chromium, playwright-core, axe-core.
find_program(NPU_CHROMIUM chromium)
if(NPU_NPM AND NPU_NODE AND NPU_CHROMIUM)
  add_test(NAME browser.install COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/oracle/install.sh
    ${CMAKE_CURRENT_SOURCE_DIR}/browser ${PROJECT_BINARY_DIR}/browser)
  set_tests_properties(browser.install PROPERTIES LABELS browser
    FIXTURES_SETUP browser TIMEOUT 300)
  foreach(what report sweep)
    add_test(NAME browser.${what} COMMAND ${NPU_NODE}
      ${CMAKE_CURRENT_SOURCE_DIR}/browser/${what}_test.mjs
      $<TARGET_FILE:systole> ${NPU_CHROMIUM} ${PROJECT_BINARY_DIR}/browser)
    set_tests_properties(browser.${what} PROPERTIES LABELS browser
      FIXTURES_REQUIRED browser TIMEOUT 180)
  endforeach()
  # the pages that e2e.hostile leaves
  add_test(NAME browser.hostile COMMAND ${NPU_NODE}
    ${CMAKE_CURRENT_SOURCE_DIR}/browser/hostile_test.mjs ${NPU_CHROMIUM}
    ${PROJECT_BINARY_DIR}/browser ${PROJECT_BINARY_DIR}/hostile)
  set_tests_properties(browser.hostile PROPERTIES LABELS browser
    FIXTURES_REQUIRED "browser;hostile" TIMEOUT 180)
else()
  message(STATUS "no npm, node or chromium: tests of the report in a browser are left out")
endif()
