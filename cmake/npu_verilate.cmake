# cmake/npu_verilate.cmake - SystemVerilog as C++ libraries, and tests of it.
#
#   npu_verilate(name TOP module [SV file...] [PARAMETERS T=4...] [OPT -O2]
#                [ARGS verilator-argument...] [TRACE])
#       library rtl_<name> with class V<name> (V<name>.h) of `module`
#   npu_verilated_test(name ... SOURCES a_test.cc [USES exec...] [TIMEOUT s])
#       that, and the GoogleTest program of it: tests rtl.<Suite>.<Case>
#   npu_synth_test(module [SV file...] [PARAMETERS T=4...])
#       test rtl.synth_<module>: Yosys synthesises it
#
# Packages (property NPU_RTL_PACKAGES) come first by themselves, and modules of
# sim/rtl are found by their names: SV lists what lies elsewhere, benches. OPT is
# for the code that runs each cycle. TRACE: can write FST. Where a tool is
# missing, what needs it is left out with a message: ask if(NPU_WITH_VERILATOR).
find_package(verilator 5.006 QUIET)
find_package(ZLIB QUIET)
find_program(NPU_YOSYS yosys)
set(NPU_WITH_VERILATOR ${verilator_FOUND})
if(NOT verilator_FOUND)
  message(STATUS "No Verilator 5.006: without the RTL and its tests")
endif()
if(NOT NPU_YOSYS)
  message(STATUS "No Yosys: without the tests of synthesis")
endif()

# Verilator's own library, once for all: verilated, and with FST verilated_trace.
function(npu_verilated_library name trace)
  set(from ${VERILATOR_ROOT}/include)
  set(sources ${from}/verilated.cpp ${from}/verilated_threads.cpp
    ${from}/verilated_dpi.cpp ${from}/verilated_cov.cpp)
  if(trace)
    list(APPEND sources ${from}/verilated_fst_c.cpp)
  endif()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} SYSTEM PUBLIC ${from} ${from}/vltstd)
  target_compile_features(${name} PUBLIC cxx_std_17)
  target_compile_definitions(${name} PUBLIC
    VM_COVERAGE=0 VM_SC=0 VM_TRACE=${trace} VM_TRACE_FST=${trace} VM_TRACE_VCD=0)
  find_package(Threads REQUIRED)
  target_link_libraries(${name} PUBLIC Threads::Threads)
  if(trace)
    target_link_libraries(${name} PUBLIC ZLIB::ZLIB)
  endif()
endfunction()
if(verilator_FOUND)
  npu_verilated_library(verilated 0)
  if(ZLIB_FOUND)
    npu_verilated_library(verilated_trace 1)
  endif()
endif()

function(npu_verilate name)
  cmake_parse_arguments(A "TRACE" "TOP" "SV;PARAMETERS;OPT;ARGS" ${ARGN})
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
  set(library verilated)
  if(A_TRACE)
    set(library verilated_trace)
    list(APPEND A_ARGS --trace-fst)
  endif()
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/rtl_${name})
  add_custom_command(OUTPUT ${dir}/fast.cpp ${dir}/slow.cpp ${dir}/V${name}.h
    COMMAND ${CMAKE_COMMAND} -E env VERILATOR=${VERILATOR_BIN}
      sh ${PROJECT_SOURCE_DIR}/cmake/verilate.sh V${name} ${dir}
      --top-module ${A_TOP} ${A_PARAMETERS} -O3 --assert -Wall --x-assign unique
      --x-initial unique --output-split 0 ${A_ARGS} -y ${PROJECT_SOURCE_DIR}/sim/rtl
      ${sources}
    DEPENDS isa_generated ${PROJECT_SOURCE_DIR}/cmake/verilate.sh ${sources}
    DEPFILE ${dir}/deps COMMENT "Verilating ${name}" VERBATIM)
  add_library(rtl_${name} STATIC ${dir}/fast.cpp ${dir}/slow.cpp)
  if(NOT A_OPT)
    set(A_OPT -O1)
  endif()
  set_source_files_properties(${dir}/fast.cpp PROPERTIES COMPILE_OPTIONS "${A_OPT}")
  set_source_files_properties(${dir}/slow.cpp PROPERTIES COMPILE_OPTIONS -O0)
  target_include_directories(rtl_${name} SYSTEM PUBLIC ${dir})
  target_link_libraries(rtl_${name} PUBLIC ${library})
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
