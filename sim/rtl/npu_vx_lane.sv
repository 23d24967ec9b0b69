// npu_vx_lane.sv - one lane of VX: from raw operands to a converted element.
// SPDX-License-Identifier: Apache-2.0
//
// Stage by stage; v[k] says that an element is in stage k, and nothing else is evaluated.
//   1 values  2 op0  3 op1  4 f  5 reduction, or a register  6 integers to fp32  7 scale
//   8 conversion to the type of dst: `out`
// A special function starts in stage 4 and is in stage 5 three cycles later than the others.
// Along n0 the lanes are a chain: each adds its element to what the lane before it had a step
// ago, so elements wait in `delay` for as many steps as the lane is from the first.
module npu_vx_lane #(
  parameter int LANES = 4
) (
  input  logic clk,
  input  logic [511:0] insn,          // of the instruction under way
  input  logic [8:1] v,
  input  logic [31:0] raw_a,
  input  logic [31:0] raw_b,
  input  logic [31:0] raw_c,
  input  logic [31:0] raw_d,          // what a reduction starts from
  input  logic is_start,              // raw_d is here, for the next cycle's stage 5
  input  logic [31:0] raw_s,          // in stage 7
  output logic [7:0] table_index,     // in stage 2
  input  logic [7:0] table_data,      // in stage 3
  // stage 5
  input  logic is_first,              // the first element of a result
  input  logic [31:0] index,          // of the element, for argmax
  input  logic is_chain,
  input  logic is_head,               // takes its element at once
  input  logic waits,                 // an element enters `delay`
  input  logic [$clog2(LANES)-1:0] waits_at,
  input  logic [$clog2(LANES)-1:0] waited_at,
  input  logic [63:0] previous,       // of the lane before: best, value
  output logic [63:0] after,
  // stage 6
  input  logic [31:0] tap,            // along n0: the end of the chain
  output logic [31:0] result,
  output logic [31:0] out             // in stage 8
);
  // as npu_function: a copy in each lane takes minutes to compile
  /* verilator no_inline_module */
  logic [1:0] ints;
  logic [3:0] op0, op1, f;
  logic is_red, is_integer, is_lut, is_fused, is_argmax, is_raw;

  always_comb begin
    ints = npu_isa_pkg::ew_ints(insn);
    op0 = npu_isa_pkg::ew_op0(insn);
    op1 = npu_isa_pkg::ew_op1(insn);
    f = npu_isa_pkg::ew_f(insn);
    is_red = insn[7:0] == npu_isa_pkg::OP_red;
    is_integer = ints == 2'd2 && f == npu_isa_pkg::FUNC_id;
    is_lut = f == npu_isa_pkg::FUNC_lut;
    is_fused = ints == 2'd0 && op0 == npu_isa_pkg::ALU_mul && op1 == npu_isa_pkg::ALU_add;
    is_argmax = is_red && npu_isa_pkg::red_reduce(insn) == npu_isa_pkg::REDUCE_argmax;
    is_raw = is_lut || ((is_integer || is_argmax) && npu_isa_pkg::ew_scaled(insn) == 2'd0 &&
                        npu_isa_pkg::ew_dt_dst(insn) == npu_isa_pkg::DTYPE_s32);
  end

  // ---- 1: values ----
  logic [31:0] x1, y1, z1;

  function automatic logic [31:0] load(input logic as_int, input logic [3:0] dtype,
                                       input logic [7:0] zero, input logic [31:0] raw);
    load = as_int ? npu_fp_pkg::load_int(dtype, zero, raw)
                  : npu_fp_pkg::load_float(dtype, zero, raw);
  endfunction

  // accumulators and immediates have no zero point, and no type that would use one
  always_ff @(posedge clk)
    if (v[1]) begin
      x1 <= is_lut ? raw_a : load(ints != 2'd0, npu_isa_pkg::ew_dt_a(insn),
                                  npu_isa_pkg::ew_a_zero(insn), raw_a);
      y1 <= load(ints != 2'd0, npu_isa_pkg::ew_dt_b(insn), npu_isa_pkg::ew_b_zero(insn), raw_b);
      z1 <= load(ints == 2'd2 || (ints == 2'd1 && op0 == npu_isa_pkg::ALU_sel),
                 npu_isa_pkg::ew_dt_c(insn), npu_isa_pkg::ew_c_zero(insn), raw_c);
    end
  assign table_index = x1[7:0];

  // ---- 2: op0 ----
  logic [31:0] x2, y2, z2;

  function automatic logic [31:0] first_operation(input logic [31:0] x, input logic [31:0] y,
                                                  input logic [31:0] z);
    if (op0 == npu_isa_pkg::ALU_sel)
      first_operation = npu_fp_pkg::select(ints != 2'd0, x, y, z);
    else if (ints != 2'd0) first_operation = npu_fp_pkg::alu_int(op0, x, y);
    else first_operation = npu_fp_pkg::alu_float(is_fused ? npu_isa_pkg::ALU_pass : op0, 1'b0,
                                                 x, y, 32'd0);
    if (ints == 2'd1) first_operation = npu_fp_pkg::from_int(first_operation);
  endfunction

  always_ff @(posedge clk)
    if (v[2]) begin
      x2 <= is_lut ? x1 : first_operation(x1, y1, z1);
      y2 <= y1;
      z2 <= z1;
    end

  // ---- 3: op1 ----
  logic [31:0] x3;

  function automatic logic [31:0] second_operation(input logic [31:0] x, input logic [31:0] y,
                                                   input logic [31:0] z);
    if (ints == 2'd2) begin
      second_operation = npu_fp_pkg::alu_int(op1, x, z);
      if (!is_integer) second_operation = npu_fp_pkg::from_int(second_operation);
    end else
      second_operation = npu_fp_pkg::alu_float(is_fused ? npu_isa_pkg::ALU_mul : op1, is_fused,
                                               x, is_fused ? y : z, z);
  endfunction

  always_ff @(posedge clk)
    if (v[3]) x3 <= is_lut ? {24'd0, table_data} : second_operation(x2, y2, z2);

  // ---- 4: f ----
  logic [31:0] x4, y4, x5;
  logic is_special;

  function automatic logic [31:0] limit(input logic [31:0] x, input logic [31:0] lo,
                                        input logic [31:0] hi);
    limit = npu_fp_pkg::greater(x, lo) ? x : lo;
    limit = npu_fp_pkg::greater(hi, limit) ? limit : hi;
    if (npu_fp_pkg::is_nan(x)) limit = x;
  endfunction

  assign is_special = f >= npu_isa_pkg::FUNC_exp2 && f <= npu_isa_pkg::FUNC_erf;
  assign x5 = is_special ? y4 : x4;
  always_ff @(posedge clk)
    if (v[4])
      case (f)
        npu_isa_pkg::FUNC_clamp: x4 <= limit(x3, npu_fp_pkg::ftz(npu_isa_pkg::ew_p0(insn)),
                                             npu_fp_pkg::ftz(npu_isa_pkg::ew_p1(insn)));
        npu_isa_pkg::FUNC_square: x4 <= npu_fp_pkg::mul(x3, x3);
        npu_isa_pkg::FUNC_abs: x4 <= {1'b0, x3[30:0]};
        default: x4 <= x3;
      endcase
  npu_function i_function (
    .clk, .en(v[4] && is_special), .f, .v(x3), .y(y4));

  // ---- 5: reduction ----
  logic [31:0] start, value, best, waited, term, from, more, less;
  logic [31:0] delay [0:LANES-1];
  logic is_min, takes;             // the element is the better one

  always_ff @(posedge clk) begin
    if (is_start)  // fp32 or s32
      start <= is_integer ? raw_d
             : npu_isa_pkg::ew_dt_dst(insn) == npu_isa_pkg::DTYPE_fp32 ? npu_fp_pkg::ftz(raw_d)
                                                                      : npu_fp_pkg::from_int(raw_d);
    if (waits) delay[waits_at] <= x5;
  end
  assign waited = delay[waited_at];
  assign is_min = npu_isa_pkg::red_reduce(insn) == npu_isa_pkg::REDUCE_min;

  always_comb begin
    term = is_head ? x5 : waited;
    from = is_chain ? previous[31:0] : value;
    if (is_first) from = npu_isa_pkg::red_add(insn) ? start : 32'd0;
    more = is_min ? from : term;
    less = is_min ? term : from;
    takes = is_first && !npu_isa_pkg::red_add(insn);
    if (v[5] && is_red && !takes)
      takes = is_integer ? $signed(more) > $signed(less) : npu_fp_pkg::greater(more, less);
  end

  always_ff @(posedge clk)
    if (v[5]) begin
      if (!is_red) value <= x5;
      else if (npu_isa_pkg::red_reduce(insn) == npu_isa_pkg::REDUCE_sum)
        value <= is_integer ? from + term : npu_fp_pkg::add(from, term);
      else if (takes) value <= term;
      else if (!is_integer && !is_argmax &&
               (npu_fp_pkg::is_nan(term) || npu_fp_pkg::is_nan(from))) value <= npu_fp_pkg::NAN;
      else value <= from;
      best <= takes ? index : is_first ? 32'd0 : is_chain ? previous[63:32] : best;
    end
  assign after = {best, value};
  assign result = is_argmax ? best : value;

  // ---- 6: to fp32; 7: scale; 8: conversion ----
  logic [31:0] x6, x7;
  logic planted;
  npu_plant #(.NAME("rtl_rounding")) plant (.clk, .planted);
  wire cuts = planted && npu_isa_pkg::ew_dt_dst(insn) == npu_isa_pkg::DTYPE_bf16;

  always_ff @(posedge clk) begin
    if (v[6]) begin
      x6 <= is_chain ? tap : result;
      if ((is_integer || is_argmax) && !is_raw)
        x6 <= npu_fp_pkg::from_int(is_chain ? tap : result);
    end
    if (v[7])
      x7 <= npu_isa_pkg::ew_scaled(insn) == 2'd0 || is_lut
              ? x6 : npu_fp_pkg::mul(x6, npu_fp_pkg::ftz(raw_s));
  end

  always_comb begin
    out = x7;
    if (v[8] && !is_raw)
      out = npu_fp_pkg::store(npu_isa_pkg::ew_dt_dst(insn), npu_isa_pkg::ew_dst_zero(insn),
                              cuts ? x7 & 32'hffff0000 : x7);
  end
endmodule
