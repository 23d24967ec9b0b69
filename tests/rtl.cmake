# tests of the RTL: one bench a module, T = 4
get_property(packages GLOBAL PROPERTY NPU_RTL_PACKAGES)
if(NPU_WITH_VERILATOR)
  add_test(NAME rtl.lint COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/rtl/lint.sh
    ${VERILATOR_BIN} ${PROJECT_SOURCE_DIR}/sim/rtl ${packages})
  set_tests_properties(rtl.lint PROPERTIES LABELS rtl)
endif()

npu_verilated_test(fp TOP npu_fp_bench SV unit/rtl/npu_fp_bench.sv OPT -O2
  SOURCES unit/rtl/fp_test.cc USES exec)
npu_synth_test(npu_function)
npu_verilated_test(function TOP npu_function OPT -O2
  SOURCES unit/rtl/function_test.cc USES exec)

# LD and ST
npu_verilated_test(dma TOP npu_dma_bench SV unit/rtl/npu_dma_bench.sv
  SOURCES unit/rtl/dma_test.cc USES sim)
npu_synth_test(npu_ld PARAMETERS DMA_WIDTH=16 OUTSTANDING_MAX=4)
npu_synth_test(npu_st PARAMETERS DMA_WIDTH=16)

# VX
npu_verilated_test(vx TOP npu_vx_bench SV unit/rtl/npu_vx_bench.sv
  PARAMETERS T=4 LANES=8 LATENCY=9 FUNCTION_PASSES=3
  SOURCES unit/rtl/vx_test.cc USES random_program sim)
npu_synth_test(npu_vx_lane)
# all of it, with 4 lanes: two minutes
npu_synth_test(npu_vx)
if(NPU_YOSYS)
  set_tests_properties(rtl.synth_npu_vx PROPERTIES LABELS "rtl;slow" TIMEOUT 600)
endif()

# MX
npu_verilated_test(mx TOP npu_mx_bench SV unit/rtl/npu_mx_bench.sv OPT -O1
  SOURCES unit/rtl/mx_test.cc USES sim)
npu_synth_test(npu_mx_array PARAMETERS T=4 LAT=2)
npu_synth_test(npu_accumulators PARAMETERS T=4 ACC_ROWS=16 LANES=8)

# the core
npu_verilated_test(core TOP npu_core
  SV ${PROJECT_SOURCE_DIR}/sim/rtl/npu_trace.sv
    ${PROJECT_SOURCE_DIR}/sim/rtl/npu_core_checks.sv
  SOURCES unit/rtl/core_test.cc unit/rtl/core_rtl.cc USES sim)

# `systole rtl` as a user meets it; models are kept in the build tree.
if(NPU_WITH_VERILATOR AND NOT NPU_SANITIZE)
  add_test(NAME rtl.verb COMMAND Python3::Interpreter
    ${CMAKE_CURRENT_SOURCE_DIR}/e2e/rtl.py $<TARGET_FILE:systole>
    ${PROJECT_BINARY_DIR}/cache
    $<$<TARGET_EXISTS:systole_platform>:$<TARGET_FILE:systole_platform>>)
  # after it, so that its model is there
  add_test(NAME rtl.cache COMMAND Python3::Interpreter
    ${CMAKE_CURRENT_SOURCE_DIR}/e2e/rtl_cache.py $<TARGET_FILE:systole>
    ${PROJECT_BINARY_DIR}/cache)
  set_tests_properties(rtl.verb rtl.cache PROPERTIES LABELS rtl TIMEOUT 900)
  set_tests_properties(rtl.cache PROPERTIES DEPENDS rtl.verb)
endif()
