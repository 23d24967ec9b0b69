// sim/rtl/npu_function.sv - a special function of one lane, as isa/npu_function.h says.
// SPDX-License-Identifier: Apache-2.0
//
// A pipeline of npu_fp_pkg::FUNCTION_STAGES = 4, one result a cycle: with `en`, f (one
// of the nine, exp2 to erf) and v (a value of npu_fp_pkg) in cycle t, the result is at
// y in cycle t + 4 (a register's output).
//   1  range: which segment of which table, how far into it; all special cases
//   2  p = c2 * d + c1
//   3  y = p * d + c0
//   4  power of two, limits, sign; or the last addition
module npu_function (
  input  logic        clk,
  input  logic        en,
  input  logic [3:0]  f,
  input  logic [31:0] v,
  output logic [31:0] y
);
  // a copy in each lane takes minutes to compile
  /* verilator no_inline_module */
  localparam logic [31:0] INF = 32'h7f800000;
  localparam logic [31:0] LOG2_E = 32'h3fb8aa3b;
  localparam logic [31:0] HALF = 32'h3f000000;

  // ---- 1: range ----

  // The product that two functions begin with: v / 2 (gelu), -|v| * log2(e) (sigmoid).
  function automatic logic [31:0] premultiply(input logic is_gelu, input logic [31:0] x);
    premultiply = npu_fp_pkg::mul({x[31] || !is_gelu, x[30:0]}, is_gelu ? HALF : LOG2_E);
  endfunction

  // {1, result} of what needs no table; m is premultiply()'s.
  function automatic logic [32:0] special(input logic [3:0] f_, input logic [31:0] x,
                                          input logic [31:0] m);
    /* verilator no_inline_task */
    logic zero, inf, beyond;
    logic [30:0] a;
    logic [31:0] w;
    a = x[30:0];
    zero = a == 31'd0;
    inf = a == INF[30:0];
    w = f_ == npu_isa_pkg::FUNC_exp2 ? x : m;
    beyond = w[31] && w[30:0] > 31'h42fc0000;  // 2^w, w < -126
    special = 33'd0;
    case (f_)
      npu_isa_pkg::FUNC_exp2:
        if (beyond) special = {1'b1, 32'd0};
        else if (!x[31] && a >= 31'h43000000) special = {1'b1, INF};  // 128
      npu_isa_pkg::FUNC_log2:
        if (zero) special = {2'b11, INF[30:0]};
        else if (x[31]) special = {1'b1, npu_fp_pkg::NAN};
        else if (inf) special = {1'b1, INF};
      npu_isa_pkg::FUNC_recip:
        if (zero) special = {1'b1, x[31], INF[30:0]};
        else if (inf) special = {1'b1, x[31], 31'd0};
      npu_isa_pkg::FUNC_sqrt:
        if (zero || x == INF) special = {1'b1, x};
        else if (x[31]) special = {1'b1, npu_fp_pkg::NAN};
      npu_isa_pkg::FUNC_rsqrt:
        if (zero) special = {1'b1, x[31], INF[30:0]};
        else if (x[31]) special = {1'b1, npu_fp_pkg::NAN};
        else if (inf) special = {1'b1, 32'd0};
      npu_isa_pkg::FUNC_tanh:
        if (a >= 31'h41000000) special = {1'b1, x[31], npu_fp_pkg::ONE[30:0]};  // 8
      npu_isa_pkg::FUNC_erf:
        if (a >= 31'h40800000) special = {1'b1, x[31], npu_fp_pkg::ONE[30:0]};  // 4
      npu_isa_pkg::FUNC_sigmoid:
        if (a >= 31'h41800000 && beyond)  // 16
          special = {1'b1, x[31] ? 32'd0 : npu_fp_pkg::ONE};
      default:  // gelu
        if (a < 31'h1f800000) special = {1'b1, m};  // 2^-64
        else if (a >= 31'h41000000) special = {1'b1, x[31] ? 32'h80000000 : x};
    endcase
    if (npu_fp_pkg::is_nan(x)) special = {1'b1, npu_fp_pkg::NAN};
  endfunction

  // An offset d into a segment: {exponent, fraction} is fraction * 2^(exponent -
  // 127 - 23), not normalised; in `octave` also |x| itself, exponent 0.
  function automatic logic [31:0] offset(input logic [7:0] exponent,
                                         input logic [22:0] fraction, input logic [30:0] a);
    offset = exponent == 8'd0 ? {1'b0, a}
      : npu_fp_pkg::round({3'd0, 11'd254 + {3'd0, exponent}, fraction, 27'd0});
  endfunction

  // Equal segments of 2^(width - 127), below 8 of them, or all (sigmoid); then eight
  // in each octave: {segment, exponent, fraction}.
  function automatic logic [36:0] octave(input logic equal, input logic [7:0] width,
                                         input logic [30:0] a);
    /* verilator no_inline_task */
    logic [7:0] k;
    logic [28:0] t;
    k = a[30:23] - width;
    t = {5'd0, 1'b1, a[22:0]} << k[2:0];
    if (a[30:23] < width) octave = 37'd0;
    else if (equal || k < 8'd3) octave = {t[28:23], width, t[22:0]};
    else octave = {k[2:0] - 3'd2, a[22:20], a[30:23], 3'd0, a[19:0]};
  endfunction

  // w = n + g * 2^-23, n an integer, 0 <= g < 2^23, rounded down: {n, g}.
  // -126 <= w < 128.
  function automatic logic [31:0] floor_fixed(input logic [31:0] w);
    logic [30:0] magnitude;
    logic [7:0] right;
    logic lost;
    right = 8'd133 - w[30:23];
    magnitude = {2'b01, w[22:0], 6'd0} >> right;
    lost = magnitude << right != {2'b01, w[22:0], 6'd0};
    if (w[30:23] == 8'd0) floor_fixed = 32'd0;
    else if (w[31]) floor_fixed = -({1'b0, magnitude} + {31'd0, lost});
    else floor_fixed = {1'b0, magnitude};
  endfunction

  // Which table and segment, how far in, what power of two: {n, table, segment, d};
  // m is premultiply()'s.
  function automatic logic [50:0] place(input logic [3:0] f_, input logic [31:0] x,
                                        input logic [31:0] m);
    /* verilator no_inline_task */
    logic [3:0] table_;
    logic [36:0] at;  // {segment, exponent, fraction}
    logic [31:0] w;
    logic [8:0] n;
    logic odd, sigmoid;
    odd = !x[23];
    sigmoid = f_ == npu_isa_pkg::FUNC_sigmoid;
    w = floor_fixed(sigmoid ? m : x);
    case (f_)
      npu_isa_pkg::FUNC_log2: table_ = npu_function_pkg::TABLE_log2;
      npu_isa_pkg::FUNC_recip: table_ = npu_function_pkg::TABLE_recip;
      npu_isa_pkg::FUNC_sqrt: table_ = npu_function_pkg::TABLE_sqrt;
      npu_isa_pkg::FUNC_rsqrt: table_ = npu_function_pkg::TABLE_rsqrt;
      npu_isa_pkg::FUNC_tanh: table_ = npu_function_pkg::TABLE_tanh;
      npu_isa_pkg::FUNC_gelu: table_ = npu_function_pkg::TABLE_gelu;
      npu_isa_pkg::FUNC_erf: table_ = npu_function_pkg::TABLE_erf;
      // below 16; else 2^w
      default: table_ = sigmoid && x[30:23] < 8'd131 ? npu_function_pkg::TABLE_sigmoid
                                                     : npu_function_pkg::TABLE_exp2;
    endcase
    case (table_)
      npu_function_pkg::TABLE_log2, npu_function_pkg::TABLE_recip:
        at = {x[22:17], 8'd127, 6'd0, x[16:0]};
      npu_function_pkg::TABLE_sqrt, npu_function_pkg::TABLE_rsqrt:
        at = {odd, x[22:18], 8'd127, 5'd0, x[17:0]};
      npu_function_pkg::TABLE_exp2: at = {w[22:17], 8'd127, 6'd0, w[16:0]};
      default: at = octave(sigmoid, sigmoid ? 8'd125 : f_ == npu_isa_pkg::FUNC_erf ? 8'd119
                                                                                   : 8'd120,
                           x[30:0]);
    endcase
    n = {2'd0, x[30:24]} - 9'd63 - {8'd0, odd};  // half of the exponent less odd
    case (table_)
      npu_function_pkg::TABLE_recip: n = 9'd127 - {1'b0, x[30:23]};
      npu_function_pkg::TABLE_sqrt: n = n;
      npu_function_pkg::TABLE_rsqrt: n = -n;
      npu_function_pkg::TABLE_exp2: n = w[31:23];
      default: n = 9'd0;
    endcase
    place = {n, table_, at[36:31], offset(at[30:23], at[22:0], x[30:0])};
  endfunction

  // What comes last. {addend + y, -y, at most 1, at least 0}; the addend.
  function automatic logic [35:0] ending(input logic [3:0] f_, input logic [31:0] x);
    /* verilator no_inline_task */
    logic [8:0] n;
    n = {1'b0, x[30:23]} - 9'd127 + {8'd0, x[22]};
    case (f_)
      npu_isa_pkg::FUNC_log2: ending = {4'b1000, npu_fp_pkg::from_int({{23{n[8]}}, n})};
      npu_isa_pkg::FUNC_recip: ending = {1'b0, x[31], 2'b00, 32'd0};
      npu_isa_pkg::FUNC_tanh, npu_isa_pkg::FUNC_erf: ending = {1'b0, x[31], 2'b10, 32'd0};
      npu_isa_pkg::FUNC_sigmoid: ending = {!x[31], !x[31], 2'b00, npu_fp_pkg::ONE};
      npu_isa_pkg::FUNC_gelu: ending = {!x[31], 3'b101, x};
      default: ending = 36'd0;
    endcase
  endfunction

  // Everything of stage 1: {table?, ending, n, table, segment, d}; no table: the
  // addend is the result.
  function automatic logic [87:0] range(input logic [3:0] f_, input logic [31:0] x);
    logic is_gelu;
    logic [31:0] m;
    logic [32:0] known;
    is_gelu = f_ == npu_isa_pkg::FUNC_gelu;
    m = 32'd0;
    if (is_gelu || f_ == npu_isa_pkg::FUNC_sigmoid) m = premultiply(is_gelu, x);
    known = special(f_, x, m);
    if (known[32]) range = {5'd0, known[31:0], 51'd0};
    else range = {1'b1, ending(f_, x), place(f_, x, m)};
  endfunction

  // ---- 4: the end ----

  // y * 2^n; below 2^-126 it is +0, whatever the sign that follows.
  function automatic logic [31:0] finish(input logic [3:0] how, input logic [31:0] addend,
                                         input logic [8:0] n, input logic [31:0] q);
    /* verilator no_inline_task */
    logic [9:0] e;
    logic [31:0] r;
    e = {2'd0, q[30:23]} + {n[8], n};
    r = q;
    if (q[30:23] != 8'd0) r[30:23] = e[7:0];
    if (how[1] && !q[31] && q[30:0] > npu_fp_pkg::ONE[30:0]) r = npu_fp_pkg::ONE;
    if (how[0] && q[31] && q[30:0] != 31'd0) r = 32'd0;
    r[31] = r[31] ^ how[2];
    if (how[3]) finish = npu_fp_pkg::add(addend, r);
    else if (q[30:23] != 8'd0 && (e[9] || e == 10'd0)) finish = 32'd0;
    else finish = r;
  endfunction

  // ---- the pipeline; what a stage does not need is not clocked ----

  logic [npu_fp_pkg::FUNCTION_STAGES-2:0] busy;
  logic uses1, uses2, uses3;
  logic [35:0] end1, end2, end3;
  logic [8:0] n1, n2, n3;
  logic [9:0] at1;
  logic [31:0] d1, d2, c2, q2, q3;

  always_ff @(posedge clk) begin
    busy <= {busy[1:0], en};
    if (en) {uses1, end1, n1, at1, d1} <= range(f, v);
    if (busy[0]) begin
      {uses2, end2, n2} <= {uses1, end1, n1};
      if (uses1) begin
        d2 <= d1;
        c2 <= npu_function_pkg::c0(at1);
        q2 <= npu_fp_pkg::fma(npu_function_pkg::c2(at1), d1, npu_function_pkg::c1(at1));
      end
    end
    if (busy[1]) begin
      {uses3, end3, n3} <= {uses2, end2, n2};
      if (uses2) q3 <= npu_fp_pkg::fma(q2, d2, c2);
    end
    if (busy[2]) y <= uses3 ? finish(end3[35:32], end3[31:0], n3, q3) : end3[31:0];
  end
endmodule
