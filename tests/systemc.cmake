# tests of sim/systemc: one simulation a process, so one CTest test a case and,
# where a case compares several simulations, each in a child of its own
# Sanitizers do not know SystemC's coroutines, which change the stack.
if(NOT TARGET npu_systemc_platform OR NPU_SANITIZE)
  return()
endif()
add_library(npu_systemc_scenario STATIC unit/systemc/child.cc unit/systemc/scenario.cc)
npu_options(npu_systemc_scenario)
set_target_properties(npu_systemc_scenario PROPERTIES CXX_STANDARD 17)
target_link_libraries(npu_systemc_scenario PUBLIC npu_systemc_platform GTest::gtest)

# npu_systemc_test(times SOURCES ... USES ...)
function(npu_systemc_test name)
  cmake_parse_arguments(A "" "TIMEOUT" "SOURCES;USES" ${ARGN})
  add_executable(test_systemc_${name} ${A_SOURCES})
  npu_options(test_systemc_${name})
  set_target_properties(test_systemc_${name} PROPERTIES CXX_STANDARD 17)
  list(TRANSFORM A_USES PREPEND npu_)
  target_link_libraries(test_systemc_${name} PRIVATE npu_systemc_scenario ${A_USES})
  target_compile_definitions(test_systemc_${name} PRIVATE
    NPU_SOURCE_DIR="${PROJECT_SOURCE_DIR}" NPU_BINARY_DIR="${PROJECT_BINARY_DIR}")
  gtest_discover_tests(test_systemc_${name} TEST_PREFIX systemc. DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS systemc TIMEOUT 300
    ENVIRONMENT SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1)
endfunction()

npu_systemc_test(times SOURCES unit/systemc/times_test.cc USES random_program sim)
npu_systemc_test(checker SOURCES unit/systemc/checker_test.cc)
npu_systemc_test(device SOURCES unit/systemc/device_test.cc USES random_program sim)

add_test(NAME systemc.report COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/e2e/systemc_report.sh
  $<TARGET_FILE:systole> $<TARGET_FILE:systole_platform>)
set_tests_properties(systemc.report PROPERTIES LABELS systemc)

# The example of the page, compiled and run.
add_executable(systemc_example unit/systemc/example.cc)
npu_options(systemc_example)
set_target_properties(systemc_example PROPERTIES CXX_STANDARD 17)
target_link_libraries(systemc_example PRIVATE npu_systemc_platform)
add_test(NAME systemc.example COMMAND Python3::Interpreter
  ${CMAKE_CURRENT_SOURCE_DIR}/e2e/systemc_example.py ${PROJECT_SOURCE_DIR}
  $<TARGET_FILE:systemc_example> $<TARGET_FILE:systole>)
set_tests_properties(systemc.example PROPERTIES LABELS systemc)

# The RTL core behind the same sockets. The first run of a new RTL compiles it,
# which takes minutes; so it is one test.
if(NPU_WITH_VERILATOR)
  add_executable(test_systemc_rtl unit/systemc/rtl_test.cc)
  npu_options(test_systemc_rtl)
  set_target_properties(test_systemc_rtl PROPERTIES CXX_STANDARD 17)
  target_link_libraries(test_systemc_rtl PRIVATE npu_systemc_scenario npu_random_program npu_sim)
  add_test(NAME systemc.rtl COMMAND test_systemc_rtl)
  set_tests_properties(systemc.rtl PROPERTIES LABELS rtl TIMEOUT 1200
    ENVIRONMENT SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1)
endif()
