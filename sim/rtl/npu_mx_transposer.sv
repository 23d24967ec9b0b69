// sim/rtl/npu_mx_transposer.sv - T x T elements, in by rows of k, out by rows of m.
// SPDX-License-Identifier: Apache-2.0
//
// A row enters at the end of a cycle with `in`; rows of m are seen at once. Blocks
// alternate: an even one is written along rows and read along columns, an odd one
// (`in_odd`) the other way, so that one buffer serves two blocks.
module npu_mx_transposer #(
    parameter int T = 4
) (
    input  logic            clk,
    input  logic            in, in_odd,
    input  logic [$clog2(T)-1:0] in_index,
    input  logic [T*32-1:0] in_row,
    input  logic            out_odd,
    input  logic [$clog2(T)-1:0] out_index,
    output logic [T*32-1:0] out_row
);
  localparam int TS = $clog2(T);
  localparam int A = T*32;

  logic [T*A-1:0] block;  // row r, column c at (r*T + c)*32
  always_ff @(posedge clk)
    if (in)
      for (int r = 0; r < T; r++)
        for (int c = 0; c < T; c++)
          if (in_index == (in_odd ? TS'(c) : TS'(r)))
            block[(r*T+c)*32+:32] <= in_odd ? in_row[r*32+:32] : in_row[c*32+:32];
  for (genvar r = 0; r < T; r++) begin : g_row
    assign out_row[r*32+:32] = out_odd ? block[out_index*A+r*32+:32]
                                       : block[r*A+out_index*32+:32];
  end
endmodule
