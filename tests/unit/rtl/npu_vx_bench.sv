// npu_vx_bench.sv - the vector engine with memories that a test fills and reads.
// SPDX-License-Identifier: Apache-2.0
module npu_vx_bench #(
  parameter int T = 4,
  parameter int LANES = 8,
  parameter int LATENCY = 8,
  parameter int FUNCTION_PASSES = 4,
  parameter int SPAD_BYTES = 1024 * T,
  parameter int ACC_ROWS = 64
) (
  input  logic clk,
  input  logic rst,
  output logic ready,
  input  logic issue,
  input  logic [511:0] insn,
  output logic done,
  // what it is, for the test
  output logic [31:0] columns,
  output logic [31:0] lanes,
  output logic [31:0] latency,
  output logic [31:0] function_passes
);
  localparam int G = LANES > T ? LANES / T : 1;

  assign {columns, lanes} = {32'(T), 32'(LANES)};
  assign {latency, function_passes} = {32'(LATENCY), 32'(FUNCTION_PASSES)};

  logic [7:0] spad [0:SPAD_BYTES-1] /* verilator public_flat_rw */;
  logic [31:0] acc [0:ACC_ROWS*T-1] /* verilator public_flat_rw */;
  logic [7:0] lut [0:4095] /* verilator public_flat_rw */;

  logic [4:0] spad_en;
  logic [5*26-1:0] spad_addr;
  logic [5*LANES*32-1:0] spad_data;
  logic [3:0] acc_en;
  logic [4*G*16-1:0] acc_row;
  logic [4*G*T*32-1:0] acc_data;
  logic spad_w_en, acc_w_en, lut_en;
  logic [25:0] spad_w_addr;
  logic [LANES*32-1:0] spad_w_data;
  logic [LANES*4-1:0] spad_w_strobe;
  logic [G*16-1:0] acc_w_row;
  logic [G*T*32-1:0] acc_w_data;
  logic [G*T-1:0] acc_w_strobe;
  logic [11:0] lut_base;
  logic [LANES*8-1:0] lut_index, lut_data;

  npu_vx #(.T(T), .LANES(LANES), .LATENCY(LATENCY), .FUNCTION_PASSES(FUNCTION_PASSES)) i_vx (
    .clk, .rst, .ready, .issue, .insn, .done,
    .spad_a_en(spad_en[0]), .spad_a_addr(spad_addr[0*26+:26]),
    .spad_a_data(spad_data[0*LANES*32+:LANES*32]),
    .spad_b_en(spad_en[1]), .spad_b_addr(spad_addr[1*26+:26]),
    .spad_b_data(spad_data[1*LANES*32+:LANES*32]),
    .spad_c_en(spad_en[2]), .spad_c_addr(spad_addr[2*26+:26]),
    .spad_c_data(spad_data[2*LANES*32+:LANES*32]),
    .spad_d_en(spad_en[3]), .spad_d_addr(spad_addr[3*26+:26]),
    .spad_d_data(spad_data[3*LANES*32+:LANES*32]),
    .spad_s_en(spad_en[4]), .spad_s_addr(spad_addr[4*26+:26]),
    .spad_s_data(spad_data[4*LANES*32+:LANES*32]),
    .spad_w_en, .spad_w_addr, .spad_w_data, .spad_w_strobe,
    .acc_a_en(acc_en[0]), .acc_a_row(acc_row[0*G*16+:G*16]),
    .acc_a_data(acc_data[0*G*T*32+:G*T*32]),
    .acc_b_en(acc_en[1]), .acc_b_row(acc_row[1*G*16+:G*16]),
    .acc_b_data(acc_data[1*G*T*32+:G*T*32]),
    .acc_c_en(acc_en[2]), .acc_c_row(acc_row[2*G*16+:G*16]),
    .acc_c_data(acc_data[2*G*T*32+:G*T*32]),
    .acc_d_en(acc_en[3]), .acc_d_row(acc_row[3*G*16+:G*16]),
    .acc_d_data(acc_data[3*G*T*32+:G*T*32]),
    .acc_w_en, .acc_w_row, .acc_w_data, .acc_w_strobe,
    .lut_en, .lut_base, .lut_index, .lut_data);

  // A read beyond the end gives what is there modulo the size; nothing may use it.
  always_ff @(posedge clk) begin
    for (int p = 0; p < 5; p++)
      if (spad_en[p])
        for (int b = 0; b < LANES * 4; b++)
          spad_data[p*LANES*32+b*8+:8] <= spad[(32'(spad_addr[p*26+:26]) + b) % SPAD_BYTES];
    for (int p = 0; p < 4; p++)
      if (acc_en[p])
        for (int g = 0; g < G; g++)
          for (int w = 0; w < T; w++)
            acc_data[((p*G+g)*T+w)*32+:32] <=
              acc[(32'(acc_row[(p*G+g)*16+:16]) % ACC_ROWS) * T + w];
    if (lut_en)
      for (int l = 0; l < LANES; l++)
        lut_data[l*8+:8] <= lut[12'(lut_base + 12'(lut_index[l*8+:8]))];
  end

  always_ff @(posedge clk) begin
    if (spad_w_en)
      for (int b = 0; b < LANES * 4; b++)
        if (spad_w_strobe[b]) spad[32'(spad_w_addr) + b] <= spad_w_data[b*8+:8];
    if (acc_w_en)
      for (int g = 0; g < G; g++)
        for (int w = 0; w < T; w++)
          if (acc_w_strobe[g*T+w])
            acc[32'(acc_w_row[g*16+:16]) * T + w] <= acc_w_data[(g*T+w)*32+:32];
  end
endmodule
