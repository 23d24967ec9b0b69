/* isa/npu_function.h - the special functions of VX: piecewise quadratics.
 * SPDX-License-Identifier: Apache-2.0
 *
 * NORMATIVE. Two executors (simulator, exact reference) and the RTL each
 * implement this text for themselves and must agree in every bit. The tables
 * are data: made at build time from libm by isa/gen/gen_functions.c, one
 * source for C and SystemVerilog.
 *
 * Notation. All values are fp32. "RNE" is one IEEE rounding to nearest even.
 * Steps marked (exact) round nothing whatever way they are computed.
 *   bits(x)      the 32 bits of x
 *   ldexp(x, n)  x * 2^n
 *   ftz(x)       NaN -> 0x7fc00000; x != 0 and |x| < 2^-126 -> +0 (also where
 *                x is negative); else x, and so -0 stays -0
 *   fma(a, b, c) a*b + c with one RNE, subnormal results included
 *   Q(t, i, d)   with the coefficients of segment i of table t:
 *                p = ftz(fma(c2, d, c1)); y = ftz(fma(p, d, c0))
 *
 * Every function first replaces v by ftz(v); NaN gives 0x7fc00000. Then, for a
 * finite v != 0, with u = bits(v):
 *   sign = u >> 31, e = (u >> 23 & 255) - 127, f = u & 0x7fffff,
 *   a = |v|, so a = 2^e * (1 + f * 2^-23) (exact)
 *
 * exp2(v)
 *   v >= 128 (inf too) -> +inf; v < -126 (-inf too) -> +0
 *   F = floor(v * 2^23) as an integer (exact; |F| <= 2^30; 0 for v = 0, -0)
 *   n = floor(F / 2^23) (arithmetic shift), g = F - n * 2^23, 0 <= g < 2^23
 *   i = g >> 17, d = (g & 0x1ffff) * 2^-23 (exact)
 *   y = Q(exp2, i, d)            y in [1, 2]
 *   result = ldexp(y, n) (exact; +inf for y = 2, n = 127)
 *
 * log2(v)
 *   0 or -0 -> -inf; v < 0 (-inf too) -> 0x7fc00000; +inf -> +inf
 *   i = f >> 17, d = (f & 0x1ffff) * 2^-23 (exact)
 *   y = Q(log2, i, d)            log2(1 + f*2^-23), less 1 where i >= 32
 *   n = e + 1 where i >= 32, else e
 *   result = ftz(n + y), one RNE of the sum (n converted: exact); n = 0 gives
 *   y itself, but 0 + -0 cannot occur: y = 0 is +0
 *
 * recip(v)
 *   +0 -> +inf, -0 -> -inf, +inf -> +0, -inf -> -0
 *   i = f >> 17, d = (f & 0x1ffff) * 2^-23 (exact)
 *   y = Q(recip, i, d)           y in [0.5, 1]
 *   r = ldexp(y, -e) (exact where >= 2^-126); r < 2^-126 -> result +0
 *   result = sign ? -r : r
 *
 * sqrt(v), rsqrt(v)
 *   sqrt:  0 -> 0 and -0 -> -0; v < 0 (-inf too) -> 0x7fc00000; +inf -> +inf
 *   rsqrt: +0 -> +inf, -0 -> -inf; v < 0 (-inf too) -> 0x7fc00000; +inf -> +0
 *   odd = e & 1 (0 or 1, also for negative e), h = (e - odd) / 2
 *   i = odd * 32 + (f >> 18), d = (f & 0x3ffff) * 2^-23 (exact)
 *   sqrt:  y = Q(sqrt, i, d)     sqrt((1 + f*2^-23) * 2^odd), in [1, 2]
 *          result = ldexp(y, h) (exact)
 *   rsqrt: y = Q(rsqrt, i, d)    its reciprocal, in [0.5, 1]
 *          result = ldexp(y, -h) (exact)
 *
 * Octaves. tanh, erf and gelu choose a segment of a = |v| by its exponent:
 * eight equal ones below 2^L, then eight in each octave up to 2^(L + 7):
 *   a < 2^L (0 too): i = floor(a * 2^(3 - L)), d = a - i * 2^(L - 3) (exact)
 *   else             i = 8 * (e - L + 1) + (f >> 20),
 *                    d = a - (the value of bits(a) & 0xfff00000) (exact)
 *
 * tanh(v)   L = -4: a >= 8 (inf too): r = 1, else r = Q(tanh, i, d)
 * erf(v)    L = -5: a >= 4 (inf too): r = 1, else r = Q(erf, i, d)
 *   r > 1 -> r = 1
 *   result = sign ? -r : r       (-0 -> -0)
 *
 * sigmoid(v)
 *   a < 16: i = floor(a * 4), d = a - i * 0.25 (exact); n = Q(sigmoid, i, d)
 *   a >= 16: n = exp2(ftz(-a * 0x1.715476p+0f)), the product RNE, and exp2 as
 *           above (a = inf: n = +0)
 *   n is sigmoid(-a)
 *   result = v < 0 ? n : ftz(1 - n), one RNE   (0 and -0 -> 0.5)
 *
 * gelu(v) = v * Phi(v)
 *   a < 2^-64 (0 and -0 too): result = ftz(v * 0.5)
 *   L = -4: a >= 8 (inf too): g = +0, else g = Q(gelu, i, d)
 *   g < 0 -> g = +0
 *   g is a * Phi(-a)
 *   result = sign ? -g : ftz(a - g), one RNE; +inf -> +inf, -inf -> -0
 *
 * Error against libm: at most 1 bf16 ulp of the result for every bf16 input
 * (gelu: or 2^-10 absolute), monotone on bf16 inputs; tests/unit/isa/
 * function_test.cc goes through all of them.
 * model: in fp32 the largest relative errors are 2e-7 (exp2, recip, sqrt), 5e-7
 * (rsqrt), 4e-5 (log2, next to 1), 3e-5 (tanh, erf), 1.3e-4 (sigmoid); gelu is
 * within 1.2e-5 absolute. */
#ifndef NPU_FUNCTION_H
#define NPU_FUNCTION_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { NPU_SEGMENTS = 64 };

struct npu_segment {
	uint32_t c0, c1, c2; /* fp32 bits */
};
struct npu_function_table {
	const char *name;
	struct npu_segment segment[NPU_SEGMENTS];
};
enum npu_function_id {
	NPU_TABLE_exp2,    /* 2^x, x in [0, 1) */
	NPU_TABLE_log2,    /* log2(1 + x), x in [0, 1), less 1 from 0.5 on */
	NPU_TABLE_recip,   /* 1 / (1 + x), x in [0, 1) */
	NPU_TABLE_sqrt,    /* sqrt(1 + x), then sqrt(2 + 2x), x in [0, 1) */
	NPU_TABLE_rsqrt,   /* the reciprocal of that */
	NPU_TABLE_tanh,    /* by octaves, [0, 8) */
	NPU_TABLE_sigmoid, /* sigmoid(-x), x in [0, 16) */
	NPU_TABLE_gelu,    /* x * Phi(-x), by octaves, [0, 8) */
	NPU_TABLE_erf,     /* by octaves, [0, 4) */
	NPU_TABLE_COUNT
};
/* Library npu_function, data alone: needs nothing else. */
extern const struct npu_function_table npu_function_tables[NPU_TABLE_COUNT];

#ifdef __cplusplus
}
#endif
#endif
