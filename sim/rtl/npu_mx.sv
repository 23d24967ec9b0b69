// sim/rtl/npu_mx.sv - the systolic array with what walks its operands.
// SPDX-License-Identifier: Apache-2.0
//
// Takes a GEMM in a cycle with `issue`, while `ready`; gives `done` once for each, in
// order, in the first cycle in which all its results can be read. The waits inside are
// isa/npu_array.c's recurrence (docs/microarchitecture.md, MX). `bin` is that of the
// cycle before, by the state after its moves; after the last row it says fill_drain
// until something is issued. Memory ports: en and address in cycle t, data in t + 1.
module npu_mx #(
    parameter int T = 4,
    parameter int LAT = 2,
    parameter int FP32_PASSES = 4
) (
    input  logic              clk, rst,
    output logic              ready,
    input  logic              issue,
    input  logic [511:0]      insn,
    input  logic              same_bank,    // activations lie in a bank of the weights
    input  logic              behind_bank,  // weights in one of the activations before
    output logic              done,
    output logic [2:0]        bin,
    // scratchpad: activations, weights, bias, places of sparse weights
    output logic              mx_a_en, mx_w_en, mx_b_en, mx_i_en,
    output logic [25:0]       mx_a_addr, mx_w_addr, mx_b_addr, mx_i_addr,
    input  logic [T*128-1:0]  mx_a_data,
    input  logic [T*32-1:0]   mx_w_data, mx_b_data,
    input  logic [T*2-1:0]    mx_i_data,
    // accumulators: each column its own row
    output logic [T-1:0]      acc_r_en,
    output logic [T*16-1:0]   acc_r_row,
    input  logic [T*32-1:0]   acc_r_data,
    output logic [T-1:0]      acc_w_en,
    output logic [T*16-1:0]   acc_w_row,
    output logic [T*32-1:0]   acc_w_data
);
  localparam int TS = $clog2(T);

  // ---- loader and streamer ----
  logic start, busy, waiting, hold, reading, first_written, last_written;
  logic [511:0] tile_insn;
  logic [25:0] tile_a, tile_bias;
  logic [15:0] tile_row, tile_blocks;
  logic [5:0] tile_k, tile_n;
  logic [3:0] tile_last_pass;
  logic [8:0] tile_late;
  logic [1:0] tile_init;
  logic tile_chain, tile_drain, tile_end, tile_same_bank;
  logic line_turned;
  logic [4:0] line_index;
  npu_mx_loader #(.T(T), .FP32_PASSES(FP32_PASSES)) loader (
      .clk, .rst, .ready, .issue, .insn, .same_bank, .behind_bank, .waiting, .hold, .reading,
      .start, .busy, .tile_insn, .tile_a, .tile_bias, .tile_row, .tile_blocks, .tile_k, .tile_n,
      .tile_last_pass, .tile_late, .tile_init, .tile_chain, .tile_drain, .tile_end,
      .tile_same_bank, .line(mx_w_en), .line_turned, .line_index, .line_addr(mx_w_addr),
      .place_en(mx_i_en), .place_addr(mx_i_addr));

  logic [3:0] a_dtype;
  logic [7:0] a_zero;
  logic turn_en, turn_odd, wave, wave_turned, wave_odd;
  logic wave_first, wave_last, wave_end, wave_float;
  logic [TS-1:0] turn_index, wave_index;
  logic [1:0] wave_sparse, wave_init;
  logic [5:0] wave_k, wave_n;
  logic [15:0] wave_row;
  logic at_row, at_padding, has_next, wait_hazard, wait_bank, wait_turn;
  npu_mx_streamer #(.T(T)) streamer (
      .clk, .rst, .start, .loading(busy), .tile_insn, .tile_a, .tile_bias, .tile_row,
      .tile_blocks, .tile_k, .tile_n, .tile_last_pass, .tile_late, .tile_init, .tile_chain,
      .tile_drain, .tile_end, .tile_same_bank, .hold, .reading, .first_written, .last_written,
      .a_en(mx_a_en), .a_addr(mx_a_addr), .a_dtype, .a_zero, .turn_en, .turn_odd, .turn_index,
      .wave, .wave_turned, .wave_odd, .wave_index, .wave_first, .wave_last, .wave_end,
      .wave_float, .wave_sparse, .wave_init, .wave_k, .wave_n, .wave_row, .wave_bias(mx_b_addr),
      .at_row, .at_padding, .has_next, .wait_hazard, .wait_bank, .wait_turn);
  assign mx_b_en = wave && wave_first && wave_init == 2'd2;

  logic planted;
  npu_plant #(.NAME("rtl_zero")) plant (.clk, .planted);

  // ---- a cycle later the data is here: elements are cut out and made values ----
  logic a_here, turn_here, turn_here_odd, out_turned, out_odd, w_here;
  logic [TS-1:0] turn_here_index, out_index;
  logic [3:0] here_dtype, w_dtype;
  logic [7:0] here_zero, w_zero;
  logic [1:0] here_sparse;
  always_ff @(posedge clk) begin
    a_here <= mx_a_en;
    turn_here <= turn_en;
    w_here <= mx_w_en;
    if (mx_a_en) begin
      here_dtype <= a_dtype;
      here_zero <= planted ? 8'd0 : a_zero;
      here_sparse <= wave_sparse;
      turn_here_odd <= turn_odd;
      turn_here_index <= turn_index;
    end
    out_turned <= wave_turned;
    if (wave_turned) begin
      out_odd <= wave_odd;
      out_index <= wave_index;
    end
    if (mx_w_en) begin
      w_dtype <= npu_isa_pkg::gemm_dt_w(tile_insn);
      w_zero <= npu_isa_pkg::gemm_w_zero(tile_insn);
    end
  end

  logic [T*32-1:0] a_plain, a_turned, a_row, w_row;
  logic [T*96-1:0] rest_row;
  npu_mx_operands #(.T(T)) a_operands (
      .en(a_here), .dtype(here_dtype), .zero(here_zero), .sparse(here_sparse), .data(mx_a_data),
      .row(a_plain), .rest(rest_row));
  npu_mx_transposer #(.T(T)) transposer (
      .clk, .in(turn_here), .in_odd(turn_here_odd), .in_index(turn_here_index),
      .in_row(a_plain), .out_odd, .out_index, .out_row(a_turned));
  assign a_row = out_turned ? a_turned : a_plain;
  /* verilator lint_off PINCONNECTEMPTY */  // weights are never in groups
  npu_mx_operands #(.T(T), .SPREAD(1)) w_operands (
      .en(w_here), .dtype(w_dtype), .zero(w_zero), .sparse(2'd0), .data(mx_w_data), .row(w_row),
      .rest());
  /* verilator lint_on PINCONNECTEMPTY */

  npu_mx_array #(.T(T), .LAT(LAT)) array (
      .clk, .rst, .wave, .wave_first, .wave_last, .wave_end, .wave_float,
      .wave_sparse(wave_sparse != 2'd0 && !wave_turned), .wave_init, .wave_k, .wave_n, .wave_row,
      .a_row, .rest_row, .bias(mx_b_data), .line(mx_w_en), .line_turned, .line_index, .w_row,
      .w_place(mx_i_data), .first_written, .last_written, .done, .acc_r_en, .acc_r_row,
      .acc_r_data, .acc_w_en, .acc_w_row, .acc_w_data);

  // ---- bins ----
  always_ff @(posedge clk)
    if (at_row) bin <= npu_csr_pkg::BIN_busy;
    else if (at_padding) bin <= npu_csr_pkg::BIN_fill_drain;
    else if (has_next && wait_hazard) bin <= npu_csr_pkg::BIN_hazard;
    else if (has_next && wait_bank) bin <= npu_csr_pkg::BIN_bank;
    else if (has_next && wait_turn) bin <= npu_csr_pkg::BIN_fill_drain;
    else if (has_next || waiting || issue) bin <= npu_csr_pkg::BIN_weight_load;
    else bin <= npu_csr_pkg::BIN_fill_drain;
endmodule
