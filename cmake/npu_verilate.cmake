# cmake/npu_verilate.cmake - tests of SystemVerilog by Verilator and Yosys.
#
#   npu_verilated_test(name TOP module [SV file...] [PARAMETERS T=4...] [OPT -O2]
#                      SOURCES a_test.cc [USES exec...] [TIMEOUT seconds])
#       the GoogleTest program test_rtl_<name> with class V<name> (V<name>.h) of
#       `module`: tests rtl.<Suite>.<Case>
#   npu_synth_test(module [SV file...] [PARAMETERS T=4...])
#       test rtl.synth_<module>: Yosys synthesises it
#
# Packages (property NPU_RTL_PACKAGES) come first by themselves, and modules of
# sim/rtl are found by their names: SV lists what lies elsewhere, benches. OPT is
# for the code that runs each cycle. Where a tool is missing, its tests are left
# out with a message.
find_package(verilator 5.006 QUIET)
find_program(NPU_YOSYS yosys)
set(NPU_WITH_VERILATOR ${verilator_FOUND})
if(NOT NPU_WITH_VERILATOR)
  message(STATUS "No Verilator 5.006: without the tests of the RTL")
endif()
if(NOT NPU_YOSYS)
  message(STATUS "No Yosys: without the tests of synthesis")
endif()

# Verilator's own library, once for all.
if(NPU_WITH_VERILATOR)
  find_package(Threads REQUIRED)
  set(from ${VERILATOR_ROOT}/include)
  add_library(verilated STATIC EXCLUDE_FROM_ALL ${from}/verilated.cpp
    ${from}/verilated_threads.cpp ${from}/verilated_dpi.cpp)
  target_include_directories(verilated SYSTEM PUBLIC ${from} ${from}/vltstd)
  target_compile_features(verilated PUBLIC cxx_std_17)
  target_compile_definitions(verilated PUBLIC VM_COVERAGE=0 VM_SC=0 VM_TRACE=0)
  target_link_libraries(verilated PUBLIC Threads::Threads)
endif()

# Library rtl_<name>, class V<name>.
function(npu_verilate name)
  cmake_parse_arguments(A "" "TOP" "SV;PARAMETERS;OPT" ${ARGN})
  get_property(packages GLOBAL PROPERTY NPU_RTL_PACKAGES)
  set(sources)
  if(EXISTS ${PROJECT_SOURCE_DIR}/sim/rtl/${A_TOP}.sv)
    list(APPEND A_SV ${PROJECT_SOURCE_DIR}/sim/rtl/${A_TOP}.sv)
  endif()
  foreach(file ${packages} ${A_SV})
    get_filename_component(file ${file} ABSOLUTE)
    list(APPEND sources ${file})
  endforeach()
  list(TRANSFORM A_PARAMETERS PREPEND -G)
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/rtl_${name})
  add_custom_command(OUTPUT ${dir}/fast.cpp ${dir}/slow.cpp ${dir}/V${name}.h
    COMMAND ${CMAKE_COMMAND} -E env VERILATOR=${VERILATOR_BIN}
      sh ${PROJECT_SOURCE_DIR}/cmake/verilate.sh V${name} ${dir}
      --top-module ${A_TOP} ${A_PARAMETERS} -O3 --assert -Wall --x-assign unique
      --x-initial unique --output-split 0 -y ${PROJECT_SOURCE_DIR}/sim/rtl ${sources}
    DEPENDS isa_generated ${PROJECT_SOURCE_DIR}/cmake/verilate.sh ${sources}
    DEPFILE ${dir}/deps COMMENT "Verilating ${name}" VERBATIM)
  add_library(rtl_${name} STATIC ${dir}/fast.cpp ${dir}/slow.cpp)
  if(NOT A_OPT)
    set(A_OPT -O1)
  endif()
  set_source_files_properties(${dir}/fast.cpp PROPERTIES COMPILE_OPTIONS "${A_OPT}")
  set_source_files_properties(${dir}/slow.cpp PROPERTIES COMPILE_OPTIONS -O0)
  target_include_directories(rtl_${name} SYSTEM PUBLIC ${dir})
  target_link_libraries(rtl_${name} PUBLIC verilated)
endfunction()

# Not under sanitizers: what Verilator writes is not ours, and slow to build so.
function(npu_verilated_test name)
  if(NOT NPU_WITH_VERILATOR OR NPU_SANITIZE)
    return()
  endif()
  cmake_parse_arguments(A "" "TIMEOUT" "SOURCES;USES" ${ARGN})
  npu_verilate(${name} ${A_UNPARSED_ARGUMENTS})
  npu_test(rtl_${name} LABEL rtl TIMEOUT ${A_TIMEOUT} SOURCES ${A_SOURCES}
    USES ${A_USES} PRIVATE_USES rtl_${name})
endfunction()

function(npu_synth_test module)
  if(NOT NPU_YOSYS)
    return()
  endif()
  cmake_parse_arguments(A "" "" "SV;PARAMETERS" ${ARGN})
  get_property(packages GLOBAL PROPERTY NPU_RTL_PACKAGES)
  add_test(NAME rtl.synth_${module}
    COMMAND sh ${PROJECT_SOURCE_DIR}/tests/rtl/synth.sh ${NPU_YOSYS} ${module}
      "${A_PARAMETERS}" ${PROJECT_SOURCE_DIR}/sim/rtl ${packages} ${A_SV}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set_tests_properties(rtl.synth_${module} PROPERTIES LABELS rtl TIMEOUT 300)
endfunction()
