// sim/rtl/npu_fp_pkg.sv - the floating-point arithmetic of isa.md 4, bit for bit.
// SPDX-License-Identifier: Apache-2.0
//
// Combinational functions. An fp32 operand is always a *value*: what ftz() or any
// function here gives, so never subnormal, and NaN is 0x7fc00000 alone. Whoever
// reads a memory applies ftz() or load_float(). Results are values as well.
//
// A fused multiply-add is three pieces, so that a pipeline may cut between them:
//   fma(a, b, c) = round(sum(product(a, b), c))
// Nothing is rounded before round(): the product has all its 48 bits.
package npu_fp_pkg;
  localparam logic [31:0] NAN = 32'h7fc00000;
  localparam logic [31:0] ONE = 32'h3f800000;

  /* verilator lint_off UNUSEDPARAM */  // for who instantiates npu_function
  localparam int FUNCTION_STAGES = 4;
  /* verilator lint_on UNUSEDPARAM */

  localparam int PRODUCT_BITS = 61;  // nan, inf, sign, exponent 10, significand 48
  localparam int SUM_BITS = 64;      // nan, inf, sign, exponent 11, significand 50

  // NaN becomes the one quiet NaN, subnormals +0; zeros keep their sign.
  function automatic logic [31:0] ftz(input logic [31:0] x);
    if (x[30:23] == 8'd0) ftz = {x[31] && x[22:0] == 23'd0, 31'd0};
    else if (x[30:23] == 8'hff && x[22:0] != 23'd0) ftz = NAN;
    else ftz = x;
  endfunction

  // Bit 22 alone tells a value's NaN from infinity. Its sign does not matter, so
  // that -x may be written as a flipped sign.
  /* verilator lint_off UNUSEDSIGNAL */  // the other bits
  function automatic logic is_nan(input logic [31:0] x);
    is_nan = x[30:22] == 9'h1ff;
  endfunction
  /* verilator lint_on UNUSEDSIGNAL */

  // ---- fused multiply-add ----

  // The exact product. Its exponent is biased by 127 + 256, 0 where it is zero; its
  // significand's first bit is 1 otherwise.
  function automatic logic [PRODUCT_BITS-1:0] product(input logic [31:0] a,
                                                      input logic [31:0] b);
    /* verilator no_inline_task */
    logic zero, inf;
    logic [9:0] e;
    logic [47:0] s;
    zero = a[30:23] == 8'd0 || b[30:23] == 8'd0;
    inf = a[30:23] == 8'hff || b[30:23] == 8'hff;
    s = {24'd0, 1'b1, a[22:0]} * {24'd0, 1'b1, b[22:0]};
    e = {2'd0, a[30:23]} + {2'd0, b[30:23]} + 10'd129;  // 256 - 127
    e = e + {9'd0, s[47]};
    s = s << !s[47];
    product = {inf && (zero || is_nan(a) || is_nan(b)), inf, a[31] ^ b[31],
               zero ? 10'd0 : e, zero ? 48'd0 : s};
  endfunction

  // Product and addend aligned and added. Significands are 48 bits and one below;
  // what is shifted out beyond is or-ed into that last bit. Cancellation of more
  // than one bit needs exponents that differ by 1 at most: then nothing is lost.
  function automatic logic [SUM_BITS-1:0] sum(input logic [PRODUCT_BITS-1:0] p,
                                              input logic [31:0] c);
    /* verilator no_inline_task */
    logic [57:0] x, y, upper, lower;
    logic swap, sign, differ, nan, inf_p, inf_c;
    logic [9:0] d;
    logic [48:0] kept;
    logic [49:0] s;
    x = p[57:0];
    y = c[30:23] == 8'd0 ? 58'd0 : {2'b01, c[30:23], 1'b1, c[22:0], 24'd0};
    swap = y > x;
    upper = swap ? y : x;
    lower = swap ? x : y;
    d = upper[57:48] - lower[57:48];
    kept = d > 10'd63 ? 49'd0 : {lower[47:0], 1'b0} >> d[5:0];
    kept[0] = kept[0] | (d > 10'd63 ? lower[47:0] != 48'd0
                                    : kept << d[5:0] != {lower[47:0], 1'b0});
    differ = p[58] != c[31];
    s = {1'b0, upper[47:0], 1'b0};
    s = s + ({1'b0, kept} ^ {50{differ}}) + {49'd0, differ};
    inf_p = p[59];
    inf_c = c[30:23] == 8'hff;
    nan = p[60] || is_nan(c) || (inf_p && inf_c && differ);
    sign = inf_p ? p[58] : inf_c || swap ? c[31] : p[58];
    if (differ && s == 50'd0 && !inf_p && !inf_c) sign = 1'b0;
    sum = {nan, inf_p || inf_c, sign, 1'b0, upper[57:48], s};
  endfunction

  // Normalised, rounded to nearest even, flushed. The value of a sum is
  // significand * 2^(exponent - 256 - 127 - 48). Long cancellations are rare, so a
  // simulator passes them by. Below 2^-126 IEEE's rounding, to multiples of 2^-149,
  // comes first: from 2^-126 - 2^-150 on it gives 2^-126, which stays; up to 2^-150
  // a zero, which keeps its sign; all between becomes +0.
  function automatic logic [31:0] round(input logic [SUM_BITS-1:0] sum_);
    /* verilator no_inline_task */
    logic [49:0] x;
    logic [10:0] e;
    logic up, two;
    x = sum_[49:0];
    e = sum_[60:50] + 11'd1;
    if (x[49:46] == 4'd0) begin
      if (x[49:18] == 32'd0) begin x = x << 32; e = e - 11'd32; end
      if (x[49:34] == 16'd0) begin x = x << 16; e = e - 11'd16; end
      if (x[49:42] == 8'd0) begin x = x << 8; e = e - 11'd8; end
      if (x[49:46] == 4'd0) begin x = x << 4; e = e - 11'd4; end
    end
    two = x[49:48] == 2'd0;
    x = x << {two, 1'b0};
    e = e - {9'd0, two, !x[49]};
    x = x << !x[49];
    up = x[25] && (x[24:0] != 25'd0 || x[26]);
    if (sum_[63]) round = NAN;
    else if (sum_[62] || (e > 11'd510 && x[49])) round = {sum_[61], 8'hff, 23'd0};
    else if (e > 11'd256 && x[49]) round = {sum_[61], e[7:0], x[48:26]} + {31'd0, up};
    else if (e == 11'd256 && x[49:26] == 24'hffffff) round = {sum_[61], 8'd1, 23'd0};
    else if (!x[49] || e < 11'd233 || (e == 11'd233 && x[48:0] == 49'd0))
      round = {sum_[61], 31'd0};
    else round = 32'd0;
  endfunction

  function automatic logic [31:0] fma(input logic [31:0] a, input logic [31:0] b,
                                      input logic [31:0] c);
    fma = round(sum(product(a, b), c));
  endfunction

  function automatic logic [31:0] add(input logic [31:0] a, input logic [31:0] b);
    add = fma(a, ONE, b);
  endfunction

  // A zero of the product's sign as addend changes nothing.
  function automatic logic [31:0] mul(input logic [31:0] a, input logic [31:0] b);
    mul = fma(a, b, {a[31] ^ b[31], 31'd0});
  endfunction

  // ---- comparisons ----

  // Ordered as signed integers; both zeros are 0. Not for NaN.
  function automatic logic signed [31:0] order(input logic [31:0] x);
    order = x[31] ? -{1'b0, x[30:0]} : x;
  endfunction

  // x > y; false with NaN
  function automatic logic greater(input logic [31:0] x, input logic [31:0] y);
    greater = !is_nan(x) && !is_nan(y) && order(x) > order(y);
  endfunction

  function automatic logic equal(input logic [31:0] x, input logic [31:0] y);
    equal = !is_nan(x) && !is_nan(y) && order(x) == order(y);
  endfunction

  // ---- conversions ----

  // s32 to fp32: RNE
  function automatic logic [31:0] from_int(input logic [31:0] x);
    from_int = round({2'd0, x[31], 11'd413, x[31] ? -x : x, 18'd0});
  endfunction

  // fp32 to s32: RNE, saturating; NaN gives 0
  function automatic logic [31:0] to_int(input logic [31:0] x);
    /* verilator no_inline_task */
    logic [63:0] w;
    logic [31:0] a;
    // the significand's first bit weighs 2^31 at 158
    w = {1'b1, x[22:0], 40'd0} >> (x[30:23] < 8'd96 ? 6'd63 : 6'd30 - x[28:23]);
    a = w[63:32] + {31'd0, w[31] && (w[30:0] != 31'd0 || w[32])};
    if (is_nan(x)) to_int = 32'd0;
    else if (x[30:23] >= 8'd158) to_int = x[31] ? 32'h80000000 : 32'h7fffffff;
    else to_int = x[31] ? -a : a;
  endfunction

  // fp32 to u8 or s8 (is_signed): RNE, plus the zero point, saturating
  function automatic logic [7:0] to_8bit(input logic is_signed, input logic [7:0] zero,
                                         input logic [31:0] x);
    logic signed [33:0] y;
    logic [31:0] i;
    i = to_int(x);
    y = {{2{i[31]}}, i} + {{26{is_signed && zero[7]}}, zero};
    if (is_signed) to_8bit = y > 34'sd127 ? 8'h7f : y < -34'sd128 ? 8'h80 : y[7:0];
    else to_8bit = y > 34'sd255 ? 8'hff : y < 34'sd0 ? 8'h00 : y[7:0];
  endfunction

  function automatic logic [31:0] from_bf16(input logic [15:0] x);
    from_bf16 = ftz({x, 16'd0});
  endfunction

  // RNE. The quiet NaN does not round up.
  function automatic logic [15:0] to_bf16(input logic [31:0] x);
    to_bf16 = x[31:16] + {15'd0, x[15] && (x[14:0] != 15'd0 || x[16])};
  endfunction

  // Values of fp16, subnormal ones included, are normal in fp32.
  function automatic logic [31:0] from_fp16(input logic [15:0] x);
    logic [10:0] f;
    logic [7:0] e;
    f = {x[14:10] != 5'd0, x[9:0]};
    e = x[14:10] == 5'd0 ? 8'd113 : {3'd0, x[14:10]} + 8'd112;
    if (f[10:3] == 8'd0) begin f = f << 8; e = e - 8'd8; end
    if (f[10:7] == 4'd0) begin f = f << 4; e = e - 8'd4; end
    if (f[10:9] == 2'd0) begin f = f << 2; e = e - 8'd2; end
    if (!f[10]) begin f = f << 1; e = e - 8'd1; end
    if (x[14:10] == 5'd31) from_fp16 = x[9:0] != 10'd0 ? NAN : {x[15], 8'hff, 23'd0};
    else from_fp16 = {x[15], f[10] ? e : 8'd0, f[9:0], 13'd0};
  endfunction

  function automatic logic [15:0] to_fp16(input logic [31:0] x);
    /* verilator no_inline_task */
    logic [38:0] w;
    logic [14:0] a;
    // 113 is the exponent of 2^-14: from there down the grid stays
    w = {4'd0, 1'b1, x[22:0], 11'd0};
    if (x[30:23] < 8'd96) w = 39'd1;
    else if (x[30:23] < 8'd113) w = w >> (5'd17 - x[27:23]);
    a = w[38:24] + {14'd0, w[23] && (w[22:0] != 23'd0 || w[24])};
    if (x[30:23] > 8'd113) a = a + ({x[27:23], 10'd0} - {5'd17, 10'd0});
    if (is_nan(x)) to_fp16 = 16'h7e00;
    else if (x[30:0] >= 31'h477ff000) to_fp16 = {x[31], 15'h7c00};  // 65520
    else if (x[30:23] == 8'd0) to_fp16 = {x[31], 15'd0};
    else to_fp16 = {x[31], a};
  endfunction

  // ---- operands in memory ----

  // The integer of an operand in the low bits of `raw`, less its zero point.
  function automatic logic [31:0] load_int(input logic [3:0] dtype, input logic [7:0] zero,
                                           input logic [31:0] raw);
    if (dtype == npu_isa_pkg::DTYPE_u8) load_int = {24'd0, raw[7:0]} - {24'd0, zero};
    else if (dtype == npu_isa_pkg::DTYPE_s8)
      load_int = {{24{raw[7]}}, raw[7:0]} - {{24{zero[7]}}, zero};
    else load_int = raw;
  endfunction

  // The value of an operand in the low bits of `raw`.
  function automatic logic [31:0] load_float(input logic [3:0] dtype, input logic [7:0] zero,
                                             input logic [31:0] raw);
    /* verilator no_inline_task */
    case (dtype)
      npu_isa_pkg::DTYPE_fp32: load_float = ftz(raw);
      npu_isa_pkg::DTYPE_bf16: load_float = from_bf16(raw[15:0]);
      npu_isa_pkg::DTYPE_fp16: load_float = from_fp16(raw[15:0]);
      default: load_float = from_int(load_int(dtype, zero, raw));
    endcase
  endfunction

  // A value as `dtype`, in the low bits; the others are 0.
  function automatic logic [31:0] store(input logic [3:0] dtype, input logic [7:0] zero,
                                        input logic [31:0] x);
    /* verilator no_inline_task */
    case (dtype)
      npu_isa_pkg::DTYPE_fp32: store = x;
      npu_isa_pkg::DTYPE_bf16: store = {16'd0, to_bf16(x)};
      npu_isa_pkg::DTYPE_fp16: store = {16'd0, to_fp16(x)};
      npu_isa_pkg::DTYPE_s32: store = to_int(x);
      default: store = {24'd0, to_8bit(dtype == npu_isa_pkg::DTYPE_s8, zero, x)};
    endcase
  endfunction

  // ---- the two operations of VX: x op y ----

  function automatic logic [31:0] alu_int(input logic [3:0] op, input logic [31:0] x,
                                          input logic [31:0] y);
    /* verilator no_inline_task */
    logic gt;
    gt = $signed(x) > $signed(y);
    case (op)
      npu_isa_pkg::ALU_add: alu_int = x + y;
      npu_isa_pkg::ALU_sub: alu_int = x - y;
      npu_isa_pkg::ALU_rsub: alu_int = y - x;
      npu_isa_pkg::ALU_mul: alu_int = x * y;
      npu_isa_pkg::ALU_max: alu_int = gt ? x : y;
      npu_isa_pkg::ALU_min: alu_int = gt ? y : x;
      npu_isa_pkg::ALU_gt: alu_int = {31'd0, gt};
      npu_isa_pkg::ALU_ge: alu_int = {31'd0, gt || x == y};
      npu_isa_pkg::ALU_eq: alu_int = {31'd0, x == y};
      npu_isa_pkg::ALU_band: alu_int = x & y;
      npu_isa_pkg::ALU_bor: alu_int = x | y;
      npu_isa_pkg::ALU_bxor: alu_int = x ^ y;
      npu_isa_pkg::ALU_shl: alu_int = x << y[4:0];
      npu_isa_pkg::ALU_shr: alu_int = x >> y[4:0];
      default: alu_int = x;  // pass; sel is select()
    endcase
  endfunction

  // x op y + z where `op` is mul and `fused`; else x op y.
  function automatic logic [31:0] alu_float(input logic [3:0] op, input logic fused,
                                            input logic [31:0] x, input logic [31:0] y,
                                            input logic [31:0] z);
    /* verilator no_inline_task */
    logic nan, gt, lt;
    logic [31:0] a, b, c;
    nan = is_nan(x) || is_nan(y);
    gt = greater(x, y);
    lt = greater(y, x);
    a = op == npu_isa_pkg::ALU_rsub ? {!x[31], x[30:0]} : x;
    b = op == npu_isa_pkg::ALU_mul ? y : ONE;
    c = fused ? z : {x[31] ^ y[31], 31'd0};
    if (op == npu_isa_pkg::ALU_add || op == npu_isa_pkg::ALU_rsub) c = y;
    if (op == npu_isa_pkg::ALU_sub) c = {!y[31], y[30:0]};
    case (op)
      npu_isa_pkg::ALU_add, npu_isa_pkg::ALU_sub,
      npu_isa_pkg::ALU_rsub, npu_isa_pkg::ALU_mul: alu_float = fma(a, b, c);
      npu_isa_pkg::ALU_max: alu_float = nan ? NAN : gt ? x : y;
      npu_isa_pkg::ALU_min: alu_float = nan ? NAN : lt ? x : y;
      npu_isa_pkg::ALU_gt: alu_float = gt ? ONE : 32'd0;
      npu_isa_pkg::ALU_ge: alu_float = gt || equal(x, y) ? ONE : 32'd0;
      npu_isa_pkg::ALU_eq: alu_float = equal(x, y) ? ONE : 32'd0;
      default: alu_float = x;  // pass; sel is select(), bit operations are refused
    endcase
  endfunction

  // a != 0 ? b : c; both zeros of fp32 are 0
  function automatic logic [31:0] select(input logic as_int, input logic [31:0] a,
                                         input logic [31:0] b, input logic [31:0] c);
    select = a[30:0] == 31'd0 && !(as_int && a[31]) ? c : b;
  endfunction
endpackage
