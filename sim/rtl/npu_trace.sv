// sim/rtl/npu_trace.sv - tells a harness what retires. For simulation: bound to npu_core.
// SPDX-License-Identifier: Apache-2.0
//
// At the clock edge that ends a cycle: bar, mark and end as engine 0, then LD, ST, MX, VX
// by their numbers; `cycle` counts from the first in which the core runs.
module npu_trace (
  input logic         clk, rst,
  input logic [63:0]  cycle,
  input logic         took,
  input logic [31:0]  index,
  input logic [3:0]   retire,
  input logic [127:0] oldest
);
  import "DPI-C" function void npu_trace_retire(longint cycle, int engine, int insn);

  always_ff @(posedge clk)
    if (!rst) begin
      if (took) npu_trace_retire(cycle, int'(npu_isa_pkg::ENGINE_ctl), index);
      if (retire[0]) npu_trace_retire(cycle, int'(npu_isa_pkg::ENGINE_ld), oldest[31:0]);
      if (retire[1]) npu_trace_retire(cycle, int'(npu_isa_pkg::ENGINE_st), oldest[63:32]);
      if (retire[2]) npu_trace_retire(cycle, int'(npu_isa_pkg::ENGINE_mx), oldest[95:64]);
      if (retire[3]) npu_trace_retire(cycle, int'(npu_isa_pkg::ENGINE_vx), oldest[127:96]);
    end
endmodule

bind npu_core npu_trace trace (.clk, .rst, .cycle, .took, .index, .retire, .oldest);
