// sim/rtl/npu_accumulators.sv - ACC_ROWS rows of T words, int32 or fp32.
// SPDX-License-Identifier: Apache-2.0
//
// Reads are synchronous: row with `en` in cycle t, data in t + 1; a write is done
// at the end of its cycle, and a read in the same cycle gives what was there before.
// MX reads and writes each column at a row of its own. VX reads up to four operands
// and writes one, G = max(1, LANES / T) rows at once, a strobe bit a word.
// Banks are not seen here: claims keep MX and VX apart (npu_banks), and within one
// engine a bank serves all ports.
module npu_accumulators #(
    parameter int T = 4,
    parameter int ACC_ROWS = 1024,
    parameter int LANES = 8,
    localparam int G = LANES > T ? LANES / T : 1
) (
    input  logic              clk,
    /* verilator lint_off UNUSEDSIGNAL */  // rows are 16 bits; this memory may have fewer
    input  logic [T-1:0]      mx_r_en,
    input  logic [T*16-1:0]   mx_r_row,
    output logic [T*32-1:0]   mx_r_data,
    input  logic [T-1:0]      mx_w_en,
    input  logic [T*16-1:0]   mx_w_row,
    input  logic [T*32-1:0]   mx_w_data,
    input  logic              vx_a_en, vx_b_en, vx_c_en, vx_d_en,
    input  logic [G*16-1:0]   vx_a_row, vx_b_row, vx_c_row, vx_d_row,
    output logic [G*T*32-1:0] vx_a_data, vx_b_data, vx_c_data, vx_d_data,
    input  logic              vx_w_en,
    input  logic [G*16-1:0]   vx_w_row,
    input  logic [G*T-1:0]    vx_w_strobe,
    input  logic [G*T*32-1:0] vx_w_data
    /* verilator lint_on UNUSEDSIGNAL */
);
  localparam int B = $clog2(ACC_ROWS);
  logic [T*32-1:0] rows[ACC_ROWS] /* verilator public_flat_rw */;

  for (genvar c = 0; c < T; c++) begin : g_mx
    always_ff @(posedge clk) begin
      if (mx_r_en[c]) mx_r_data[c*32+:32] <= rows[mx_r_row[c*16+:B]][c*32+:32];
      if (mx_w_en[c]) rows[mx_w_row[c*16+:B]][c*32+:32] <= mx_w_data[c*32+:32];
    end
  end
  for (genvar g = 0; g < G; g++) begin : g_vx
    always_ff @(posedge clk) begin
      if (vx_a_en) vx_a_data[g*T*32+:T*32] <= rows[vx_a_row[g*16+:B]];
      if (vx_b_en) vx_b_data[g*T*32+:T*32] <= rows[vx_b_row[g*16+:B]];
      if (vx_c_en) vx_c_data[g*T*32+:T*32] <= rows[vx_c_row[g*16+:B]];
      if (vx_d_en) vx_d_data[g*T*32+:T*32] <= rows[vx_d_row[g*16+:B]];
    end
    for (genvar c = 0; c < T; c++) begin : g_word
      always_ff @(posedge clk)
        if (vx_w_en && vx_w_strobe[g*T+c])
          rows[vx_w_row[g*16+:B]][c*32+:32] <= vx_w_data[(g*T+c)*32+:32];
    end
  end
endmodule
