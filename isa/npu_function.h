/* isa/npu_function.h - the special functions of VX: piecewise quadratics.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_FUNCTION_H
#define NPU_FUNCTION_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { NPU_SEGMENTS = 64 };

/* v = c0 + d*(c1 + d*c2), d from the segment's start; two fmas (isa.md 4). The
 * coefficients are data: generated at build time from libm by
 * isa/gen/gen_functions.c, the same file for C and SystemVerilog. Range
 * reduction and special values of each function are described there, and each
 * executor writes them out for itself. */
struct npu_segment {
	uint32_t c0, c1, c2; /* fp32 bits */
};
struct npu_function_table {
	const char *name;
	struct npu_segment segment[NPU_SEGMENTS];
};
enum npu_function_id {
	NPU_TABLE_exp2,	   /* 2^x - exponent; x in [0, 1) */
	NPU_TABLE_log2,	   /* log2(1 + x), x in [0, 1) */
	NPU_TABLE_recip,   /* 1 / (1 + x), x in [0, 1) */
	NPU_TABLE_sqrt,	   /* sqrt(x), x in [1, 4) */
	NPU_TABLE_rsqrt,   /* 1 / sqrt(x), x in [1, 4) */
	NPU_TABLE_tanh,
	NPU_TABLE_sigmoid,
	NPU_TABLE_gelu,
	NPU_TABLE_erf,
	NPU_TABLE_COUNT
};
extern const struct npu_function_table npu_function_tables[NPU_TABLE_COUNT];

#ifdef __cplusplus
}
#endif
#endif
