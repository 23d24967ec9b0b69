// tests/unit/rtl/npu_mx_bench.sv - MX with its accumulators; the scratchpad is outside.
// SPDX-License-Identifier: Apache-2.0
module npu_mx_bench #(
    parameter int T = 4,
    parameter int LAT = 2,
    parameter int FP32_PASSES = 4,
    parameter int ACC_ROWS = 256
) (
    input  logic             clk, rst,
    output logic [31:0]      t, lat, passes,
    output logic             ready,
    input  logic             issue,
    input  logic [511:0]     insn,
    input  logic             same_bank, behind_bank,
    output logic             done,
    output logic [2:0]       bin,
    output logic             tile_lines, tile_rows,  // a tile's first: this cycle, the next
    output logic             mx_a_en, mx_w_en, mx_b_en, mx_i_en,
    output logic [25:0]      mx_a_addr, mx_w_addr, mx_b_addr, mx_i_addr,
    input  logic [T*128-1:0] mx_a_data,
    input  logic [T*32-1:0]  mx_w_data, mx_b_data,
    input  logic [T*2-1:0]   mx_i_data
);
  localparam int LANES = T, V = T*32;
  logic [T-1:0] acc_r_en, acc_w_en;
  logic [T*16-1:0] acc_r_row, acc_w_row;
  logic [T*32-1:0] acc_r_data, acc_w_data;
  npu_mx #(.T(T), .LAT(LAT), .FP32_PASSES(FP32_PASSES)) mx (.*);
  /* verilator lint_off UNUSEDSIGNAL */  // nobody is VX here
  logic [V-1:0] vx_a_data, vx_b_data, vx_c_data, vx_d_data;
  /* verilator lint_on UNUSEDSIGNAL */
  npu_accumulators #(.T(T), .ACC_ROWS(ACC_ROWS), .LANES(LANES)) accumulators (
      .clk, .mx_r_en(acc_r_en), .mx_r_row(acc_r_row), .mx_r_data(acc_r_data),
      .mx_w_en(acc_w_en), .mx_w_row(acc_w_row), .mx_w_data(acc_w_data),
      .vx_a_en(1'b0), .vx_b_en(1'b0), .vx_c_en(1'b0), .vx_d_en(1'b0),
      .vx_a_row('0), .vx_b_row('0), .vx_c_row('0), .vx_d_row('0),
      .vx_a_data, .vx_b_data, .vx_c_data, .vx_d_data,
      .vx_w_en(1'b0), .vx_w_row('0), .vx_w_strobe('0), .vx_w_data('0));
  assign t = T;
  assign lat = LAT;
  assign passes = FP32_PASSES;
  assign tile_lines = mx.start;
  assign tile_rows = mx.streamer.take;
endmodule
