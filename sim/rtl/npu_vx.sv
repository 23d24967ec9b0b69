// npu_vx.sv - the vector engine: EW and RED, one instruction at a time.
// SPDX-License-Identifier: Apache-2.0
//
// ready: of registers; may issue this cycle. issue: takes insn in cycle t. done: one pulse, in
// cycle t + npu_cost_insn(); the last write of the instruction is in that cycle at the latest.
// Reads: en and address in one cycle, data in the next. Writes happen at the end of their cycle.
// A step of the loops, one in `passes` cycles, is stage 0 (addresses out); the lanes are stages
// 1 to 8 behind it, of which 4 takes four cycles for special functions; stage 8 writes.
// LATENCY beyond 8 is waited for before the first step.
module npu_vx #(
  parameter int T = 4,
  parameter int LANES = 4,
  parameter int LATENCY = 8,
  parameter int FUNCTION_PASSES = 4,
  parameter int G = LANES > T ? LANES / T : 1   // accumulator rows of an access
) (
  input  logic clk,
  input  logic rst,
  output logic ready,
  input  logic issue,
  input  logic [511:0] insn,
  output logic done,
  // scratchpad: a, b, c, d (what a reduction starts from), s (scale), w
  output logic spad_a_en,
  output logic [25:0] spad_a_addr,
  input  logic [LANES*32-1:0] spad_a_data,
  output logic spad_b_en,
  output logic [25:0] spad_b_addr,
  input  logic [LANES*32-1:0] spad_b_data,
  output logic spad_c_en,
  output logic [25:0] spad_c_addr,
  input  logic [LANES*32-1:0] spad_c_data,
  output logic spad_d_en,
  output logic [25:0] spad_d_addr,
  input  logic [LANES*32-1:0] spad_d_data,
  output logic spad_s_en,
  output logic [25:0] spad_s_addr,
  input  logic [LANES*32-1:0] spad_s_data,
  output logic spad_w_en,
  output logic [25:0] spad_w_addr,
  output logic [LANES*32-1:0] spad_w_data,
  output logic [LANES*4-1:0] spad_w_strobe,
  // accumulators: G rows at once
  output logic acc_a_en,
  output logic [G*16-1:0] acc_a_row,
  input  logic [G*T*32-1:0] acc_a_data,
  output logic acc_b_en,
  output logic [G*16-1:0] acc_b_row,
  input  logic [G*T*32-1:0] acc_b_data,
  output logic acc_c_en,
  output logic [G*16-1:0] acc_c_row,
  input  logic [G*T*32-1:0] acc_c_data,
  output logic acc_d_en,
  output logic [G*16-1:0] acc_d_row,
  input  logic [G*T*32-1:0] acc_d_data,
  output logic acc_w_en,
  output logic [G*16-1:0] acc_w_row,
  output logic [G*T*32-1:0] acc_w_data,
  output logic [G*T-1:0] acc_w_strobe,
  // LUT RAM
  output logic lut_en,
  output logic [11:0] lut_base,
  output logic [LANES*8-1:0] lut_index,
  input  logic [LANES*8-1:0] lut_data
);
  localparam int L = $clog2(LANES);
  logic planted;
  npu_plant #(.NAME("rtl_stride")) plant (.clk, .planted);

  // ---- the instruction ----
  logic [511:0] held, at;
  logic busy, is_red, is_lut, is_chain, is_special;
  logic [1:0] axis, scaled;
  logic [3:0] op0, op1, f;
  logic [15:0] n0, n1, n2;
  logic [L-1:0] tap;             // the lane that ends the chain

  assign at = issue ? insn : held;
  assign ready = !busy;
  always_comb begin
    is_red = at[7:0] == npu_isa_pkg::OP_red;
    axis = npu_isa_pkg::red_axis(at);
    is_chain = is_red && axis == 2'd0;
    op0 = npu_isa_pkg::ew_op0(at);
    op1 = npu_isa_pkg::ew_op1(at);
    f = npu_isa_pkg::ew_f(at);
    is_lut = f == npu_isa_pkg::FUNC_lut;
    is_special = f >= npu_isa_pkg::FUNC_exp2 && f <= npu_isa_pkg::FUNC_erf;
    scaled = is_lut ? 2'd0 : npu_isa_pkg::ew_scaled(at);
    n0 = npu_isa_pkg::ew_n0(at);
    n1 = npu_isa_pkg::ew_n1(at);
    n2 = npu_isa_pkg::ew_n2(at);
    tap = L'(n0 - 16'd1);
  end

  always_ff @(posedge clk) begin
    if (issue) held <= insn;
    if (rst) busy <= 1'b0;
    else if (issue) busy <= 1'b1;
    else if (done) busy <= 1'b0;
  end

  // ---- stage 0: a chunk of the sources ----
  logic step, is_source, last_step, source_last, s_valid;
  logic s_first_chunk, s_first_row, s_first_plane, s_last_chunk, s_last_row, s_last_plane;
  logic [15:0] s_i0, s_left;
  logic [npu_vx_pkg::MOVES-1:0] s_moves;
  logic [1:0] order;
  logic first, last;             // of the elements of a result

  always_comb begin
    order = npu_vx_pkg::CHUNKS;
    {first, last} = 2'b11;
    if (is_red)
      case (axis)
        2'd0: begin
          order = n0 > 16'(LANES) ? npu_vx_pkg::GROUPS : npu_vx_pkg::CHUNKS;
          {first, last} = {s_first_chunk, s_last_chunk};
        end
        2'd1: begin
          order = npu_vx_pkg::ROWS;
          {first, last} = {s_first_row, s_last_row};
        end
        default: begin
          order = npu_vx_pkg::PLANES;
          {first, last} = {s_first_row && s_first_plane, s_last_row && s_last_plane};
        end
      endcase
  end

  npu_vx_steps #(.LANES(LANES), .LATENCY(LATENCY), .FUNCTION_PASSES(FUNCTION_PASSES)) i_steps (
    .clk, .rst, .issue, .is_special, .is_chain, .tap, .source_last, .step, .is_source,
    .last(last_step));
  npu_vx_nest #(.LANES(LANES)) i_sources (
    .clk, .load(issue), .step, .order, .n0, .n1, .n2, .valid(s_valid),
    .first_chunk(s_first_chunk), .first_row(s_first_row), .first_plane(s_first_plane),
    .last_chunk(s_last_chunk), .last_row(s_last_row), .last_plane(s_last_plane),
    .last(source_last), .i0(s_i0), .left(s_left), .moves(s_moves));

  // ---- what goes with a chunk from stage to stage; special functions take 4b, 4c and 4d ----
  localparam int WITH = 20 + LANES;
  logic [WITH-1:0] with0, with1, with2, with3, with4, with4b, with4c, with4d, with5;
  logic [LANES-1:0] on0, on1, on2, on3, on4, on5;   // lanes with an element
  logic tick5, last_step5, first5, last5;
  logic [15:0] i05;
  logic last_step6, last_step7, last_step8;

  for (genvar l = 0; l < LANES; l++) begin : g_on
    assign on0[l] = is_source && s_valid && s_left > 16'(l);
  end
  assign with0 = {step, step && last_step, first, last, s_i0, on0};
  assign {on1, on2, on3, on4} = {with1[0+:LANES], with2[0+:LANES], with3[0+:LANES], with4[0+:LANES]};
  assign {tick5, last_step5, first5, last5, i05, on5} = with5;
  assign done = last_step8;
  always_ff @(posedge clk) begin
    {with1, with2, with3, with4} <= {with0, with1, with2, with3};
    {with4b, with4c, with4d} <= {with4, with4b, with4c};
    with5 <= is_special ? with4d : with4;
    {last_step6, last_step7, last_step8} <= {last_step5, last_step6, last_step7};
    if (rst) begin
      {with1, with2, with3, with4, with4b, with4c, with4d, with5} <= '0;
      {last_step6, last_step7, last_step8} <= '0;
    end
  end

  // ---- operands ----
  logic [25:0] a_at, b_at, c_at, d_at, s_at, w_at;
  logic [LANES*32-1:0] raw_a, raw_b, raw_c, raw_d, raw_s;
  logic uses_b, uses_c, result6;
  logic [1:0] d_size, s_kind;
  logic [15:0] w_i0, w_left;
  logic [npu_vx_pkg::MOVES-1:0] w_moves;

  assign uses_b = !is_lut && op0 != npu_isa_pkg::ALU_pass;
  assign uses_c = !is_lut && (op1 != npu_isa_pkg::ALU_pass || op0 == npu_isa_pkg::ALU_sel);
  assign d_size = npu_vx_pkg::size_of(npu_isa_pkg::ew_dt_dst(at));
  assign s_kind = scaled == 2'd1 ? npu_isa_pkg::KIND_imm
                : scaled == 2'd2 ? npu_isa_pkg::KIND_tensor : npu_isa_pkg::KIND_column;

`define NPU_SOURCE(x, used)                                                                    \
  npu_vx_address #(.T(T), .LANES(LANES)) i_``x``_address (                                      \
    .clk, .load(issue), .step, .moves(s_moves), .i0(s_i0),                                      \
    .kind(npu_isa_pkg::ew_``x``_kind(at)),                                                      \
    .size(npu_vx_pkg::size_of(npu_isa_pkg::ew_dt_``x(at))),                                     \
    .addr(npu_isa_pkg::ew_``x``_addr(at)), .row(npu_isa_pkg::ew_``x``_row(at)),                 \
    .s0(npu_isa_pkg::ew_``x``_s0(at)), .s1(npu_isa_pkg::ew_``x``_s1(at)),                       \
    .s2(npu_isa_pkg::ew_``x``_s2(at)), .is_fixed(1'b0), .at(x``_at));                           \
  npu_vx_read #(.T(T), .LANES(LANES)) i_``x``_read (                                            \
    .clk, .en(on0[0] && (used)), .at(x``_at), .i0(s_i0),                                        \
    .kind(npu_isa_pkg::ew_``x``_kind(at)),                                                      \
    .size(npu_vx_pkg::size_of(npu_isa_pkg::ew_dt_``x(at))),                                     \
    .s0(npu_isa_pkg::ew_``x``_s0(at)), .imm(npu_isa_pkg::ew_``x``_imm(at)),                     \
    .spad_en(spad_``x``_en), .spad_addr(spad_``x``_addr), .spad_data(spad_``x``_data),          \
    .acc_en(acc_``x``_en), .acc_row(acc_``x``_row), .acc_data(acc_``x``_data), .out(raw_``x));
  `NPU_SOURCE(a, 1'b1)
  `NPU_SOURCE(b, uses_b)
  `NPU_SOURCE(c, uses_c)
`undef NPU_SOURCE

  npu_vx_address #(.T(T), .LANES(LANES)) i_d_address (
    .clk, .load(issue), .step, .moves(s_moves), .i0(s_i0), .kind(npu_isa_pkg::ew_dst_kind(at)),
    .size(d_size), .addr(npu_isa_pkg::ew_dst_addr(at)), .row(npu_isa_pkg::ew_dst_row(at)),
    .s0(npu_isa_pkg::ew_dst_s0(at)), .s1(axis == 2'd0 ? npu_isa_pkg::ew_dst_s1(at) : 16'd0),
    .s2(axis == 2'd2 ? 16'd0 : npu_isa_pkg::ew_dst_s2(at)), .is_fixed(is_chain), .at(d_at));
  // d is read for stage 5, two cycles ahead: its addresses wait as long as its elements
  logic [6*26-1:0] d_ats;
  logic [WITH-1:0] d_with;
  logic [LANES-1:0] on_d, on_start;
  assign d_with = is_special ? with4c : with3;
  assign on_d = is_red && npu_isa_pkg::red_add(at) && d_with[WITH-3] ? d_with[0+:LANES] : '0;
  always_ff @(posedge clk) begin
    d_ats <= {d_ats[5*26-1:0], d_at};
    on_start <= on_d;
  end
  npu_vx_read #(.T(T), .LANES(LANES)) i_d_read (
    .clk, .en(on_d[0]), .at(is_special ? d_ats[5*26+:26] : d_ats[2*26+:26]),
    .i0(is_chain ? 16'd0 : d_with[LANES+:16]), .kind(npu_isa_pkg::ew_dst_kind(at)),
    .size(d_size), .s0(npu_isa_pkg::ew_dst_s0(at)), .imm(32'd0),
    .spad_en(spad_d_en), .spad_addr(spad_d_addr), .spad_data(spad_d_data),
    .acc_en(acc_d_en), .acc_row(acc_d_row), .acc_data(acc_d_data), .out(raw_d));

  // ---- stage 5: the chain of a reduction along n0 ----
  logic [LANES-1:0] enters, enters_last;       // of what enters each lane in a step
  logic [LANES*16-1:0] enters_i0;
  logic [LANES-2:0] chain_on, chain_last;      // of what it holds; the last feeds none
  logic [(LANES-1)*16-1:0] chain_i0;
  logic [L-1:0] place;                         // where this step's elements wait
  logic [31:0] row_index;                      // along n1, or n2 and n1

  assign enters = {chain_on, on5[0]};
  assign enters_last = {chain_last, last5};
  assign enters_i0 = {chain_i0, i05};
  always_ff @(posedge clk) begin
    result6 <= is_chain ? tick5 && enters[tap] && enters_last[tap] : on5[0] && last5;
    if (issue) begin
      result6 <= 1'b0;
      chain_on <= '0;
      place <= '0;
      row_index <= 32'd0;
    end else if (tick5) begin
      chain_on <= enters[LANES-2:0];
      chain_last <= enters_last[LANES-2:0];
      chain_i0 <= enters_i0[(LANES-1)*16-1:0];
      place <= place + 1'b1;
      row_index <= last5 ? 32'd0 : row_index + 32'd1;
    end
  end

  // ---- stage 6: results, in the order of dst ----
  logic [LANES-1:0] w_on, on7, on8;
  logic [25:0] w_at7, w_at8;
  logic is_second7, is_second8;

  npu_vx_nest #(.LANES(LANES)) i_results (
    .clk, .load(issue), .step(result6), .order(npu_vx_pkg::CHUNKS),
    .n0(is_chain ? 16'd1 : n0), .n1(is_red && axis != 2'd0 ? 16'd1 : n1),
    .n2(is_red && axis == 2'd2 ? 16'd1 : n2), .i0(w_i0), .left(w_left), .moves(w_moves),
    /* verilator lint_off PINCONNECTEMPTY */  // where it is says nothing more than it writes
    .valid(), .first_chunk(), .first_row(), .first_plane(), .last_chunk(), .last_row(),
    .last_plane(), .last());
    /* verilator lint_on PINCONNECTEMPTY */
  npu_vx_address #(.T(T), .LANES(LANES)) i_w_address (
    .clk, .load(issue), .step(result6), .moves(w_moves), .i0(w_i0),
    .kind(npu_isa_pkg::ew_dst_kind(at)), .size(d_size), .addr(npu_isa_pkg::ew_dst_addr(at)),
    .row(npu_isa_pkg::ew_dst_row(at)), .s0(npu_isa_pkg::ew_dst_s0(at)),
    .s1(npu_isa_pkg::ew_dst_s1(at)), .s2(npu_isa_pkg::ew_dst_s2(at) + 16'(planted)), .is_fixed(1'b0),
    .at(w_at));
  npu_vx_address #(.T(T), .LANES(LANES)) i_s_address (
    .clk, .load(issue), .step(result6), .moves(w_moves), .i0(w_i0), .kind(s_kind), .size(2'd2),
    .addr(22'(npu_isa_pkg::ew_scale(at))), .row(15'd0), .s0(15'd0),
    .s1(scaled == 2'd3 ? 16'd1 : 16'd0), .s2(scaled == 2'd3 ? n1 : 16'd0), .is_fixed(1'b0),
    .at(s_at));
  npu_vx_read #(.T(T), .LANES(LANES)) i_s_read (
    .clk, .en(result6 && scaled != 2'd0), .at(s_at), .i0(w_i0), .kind(s_kind), .size(2'd2),
    .s0(15'd0), .imm(npu_isa_pkg::ew_scale(at)),
    .spad_en(spad_s_en), .spad_addr(spad_s_addr), .spad_data(spad_s_data),
    /* verilator lint_off PINCONNECTEMPTY */  // never in the accumulators
    .acc_en(), .acc_row(), .acc_data('0), .out(raw_s));
    /* verilator lint_on PINCONNECTEMPTY */

  for (genvar l = 0; l < LANES; l++) begin : g_w_on
    if (l == 0) assign w_on[l] = result6;
    else assign w_on[l] = result6 && w_left > 16'(l) &&
                          npu_isa_pkg::ew_dst_kind(at) != npu_isa_pkg::KIND_column;
  end
  always_ff @(posedge clk) begin
    {on8, on7} <= {on7, w_on};
    {w_at8, w_at7} <= {w_at7, w_at};
    {is_second8, is_second7} <= {is_second7, LANES < T && (w_i0 & 16'(LANES)) != 16'd0};
  end

  // ---- lanes ----
  logic [LANES*64-1:0] after;
  logic [LANES*32-1:0] results, outs;
  logic [31:0] tapped;

  assign lut_en = is_lut && on2[0];
  assign lut_base = 12'(npu_isa_pkg::ew_p0(at));
  always_comb begin
    tapped = 32'd0;
    if (is_chain && result6) tapped = results[tap*32+:32];
  end

  for (genvar l = 0; l < LANES; l++) begin : g_lane
    npu_vx_lane #(.LANES(LANES)) i_lane (
      .clk, .insn(held),
      .v({on8[l], on7[l], w_on[l], is_chain ? tick5 && enters[l] : on5[l], on4[l], on3[l],
          on2[l], on1[l]}),
      .raw_a(raw_a[l*32+:32]), .raw_b(raw_b[l*32+:32]), .raw_c(raw_c[l*32+:32]),
      .raw_d(raw_d[l*32+:32]), .raw_s(raw_s[l*32+:32]), .is_start(on_start[l]),
      .table_index(lut_index[l*8+:8]), .table_data(lut_data[l*8+:8]),
      .is_first(first5 && (!is_chain || l == 0)),
      .index(is_chain ? {16'd0, enters_i0[l*16+:16]} + l : row_index),
      .is_chain, .is_head(l == 0 || !is_chain),
      .waits(is_chain && l != 0 && on5[l]), .waits_at(place), .waited_at(place - L'(l)),
      .previous(after[((l+LANES-1)%LANES)*64+:64]), .after(after[l*64+:64]),
      .tap(tapped), .result(results[l*32+:32]), .out(outs[l*32+:32]));
  end

  // ---- stage 8 ----
  npu_vx_write #(.T(T), .LANES(LANES)) i_write (
    .on(on8), .at(w_at8), .is_second(is_second8), .kind(npu_isa_pkg::ew_dst_kind(at)),
    .size(d_size), .s0(npu_isa_pkg::ew_dst_s0(at)), .elements(outs),
    .spad_en(spad_w_en), .spad_addr(spad_w_addr), .spad_data(spad_w_data),
    .spad_strobe(spad_w_strobe), .acc_en(acc_w_en), .acc_row(acc_w_row), .acc_data(acc_w_data),
    .acc_strobe(acc_w_strobe));
endmodule
