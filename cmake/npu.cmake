# cmake/npu.cmake - one helper per kind of target; no global flags.
option(NPU_WERROR "warnings are errors" ON)
set(NPU_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize= takes them")
find_package(PkgConfig REQUIRED)

set(NPU_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion)

# Options that every target of ours has.
function(npu_options name)
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_compile_features(${name} PUBLIC c_std_17)
  set_target_properties(${name} PROPERTIES C_EXTENSIONS OFF CXX_EXTENSIONS OFF
    POSITION_INDEPENDENT_CODE ON)
  # No contraction: a fused multiply-add is written where it is meant.
  target_compile_options(${name} PRIVATE ${NPU_WARNINGS} -ffp-contract=off
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes>
    $<$<BOOL:${NPU_WERROR}>:-Werror>)
  # Fuzzers steer by the branches of everything they link.
  if(NPU_FUZZ)
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer-no-link)
    target_link_options(${name} PUBLIC -fsanitize=fuzzer-no-link)
  endif()
  if(NPU_SANITIZE)
    target_compile_options(${name} PUBLIC -fsanitize=${NPU_SANITIZE}
      -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${name} PUBLIC -fsanitize=${NPU_SANITIZE})
  endif()
endfunction()

# npu_library(isa SOURCES a.c b.c USES base configs PRIVATE_USES PkgConfig::yaml)
function(npu_library name)
  cmake_parse_arguments(A "" "" "SOURCES;USES;PRIVATE_USES" ${ARGN})
  add_library(npu_${name} STATIC ${A_SOURCES})
  npu_options(npu_${name})
  list(TRANSFORM A_USES PREPEND npu_)
  target_link_libraries(npu_${name} PUBLIC ${A_USES} m PRIVATE ${A_PRIVATE_USES})
endfunction()

# npu_generator(gen_isa_docs SOURCES ... USES ...): a program run by the build.
function(npu_generator name)
  cmake_parse_arguments(A "" "" "SOURCES;USES" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  npu_options(${name})
  list(TRANSFORM A_USES PREPEND npu_)
  target_link_libraries(${name} PRIVATE ${A_USES} m)
endfunction()

# npu_test(isa LABEL unit SOURCES isa_test.cc USES isa): one GoogleTest program,
# one CTest test per case.
function(npu_test name)
  cmake_parse_arguments(A "" "LABEL;TIMEOUT;FIXTURES" "SOURCES;USES;PRIVATE_USES;DEFINES" ${ARGN})
  add_executable(test_${name} ${A_SOURCES})
  npu_options(test_${name})
  target_compile_features(test_${name} PRIVATE cxx_std_17)
  list(TRANSFORM A_USES PREPEND npu_)
  target_link_libraries(test_${name} PRIVATE ${A_USES} ${A_PRIVATE_USES}
    GTest::gtest_main)
  target_compile_definitions(test_${name} PRIVATE
    NPU_SOURCE_DIR="${PROJECT_SOURCE_DIR}" NPU_BINARY_DIR="${PROJECT_BINARY_DIR}"
    ${A_DEFINES})
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 120)
  endif()
  set(fixtures)
  if(A_FIXTURES)
    set(fixtures FIXTURES_REQUIRED ${A_FIXTURES})
  endif()
  if(NPU_SANITIZE) # a sanitizer's start-up costs more than a case: one process
    add_test(NAME ${A_LABEL}.${name} COMMAND test_${name})
    set_tests_properties(${A_LABEL}.${name} PROPERTIES LABELS ${A_LABEL}
      TIMEOUT 1200 ${fixtures})
    return()
  endif()
  gtest_discover_tests(test_${name} TEST_PREFIX ${A_LABEL}. DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${A_LABEL} TIMEOUT ${A_TIMEOUT} ${fixtures})
endfunction()
