/* sim/exec/npu_gemm_float.c - GEMM of bf16, fp16 and fp32 operands.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The chain flushes subnormal sums to +0 after every fma. Most panels cannot
 * have any: every number in a chain is a multiple of 2^(x + y), where x and y
 * are the last bits of the smallest operands; where that is a normal number,
 * the kernel need not look. */
#include "sim/exec/npu_gemm.h"
#include "sim/exec/npu_numeric.h"
#include <string.h>

enum { NOT_USED = 255 }; /* exponent of a row without any number */

/* Least biased exponent of the non-zero values. */
static uint32_t least_exponent(const float *x, uint64_t n, uint32_t least)
{
	for (uint64_t i = 0; i < n; i++) {
		const uint32_t u = npu_bits(x[i]) & 0x7fffffffu;
		const uint32_t e = u ? u >> 23 : NOT_USED;

		least = e < least ? e : least;
	}
	return least;
}

/* Fraction bits of a type: where its last bit is below its exponent. */
static uint32_t fraction_bits(uint64_t dtype)
{
	return dtype == NPU_bf16 ? 7 : dtype == NPU_fp16 ? 10 : 23;
}

static void convert(float *restrict out, const uint8_t *restrict in,
		    enum npu_dtype dtype, uint64_t n)
{
	uint16_t h;
	uint32_t u;

	switch (dtype) {
	case NPU_bf16:
		for (uint64_t i = 0; i < n; i++) {
			memcpy(&h, in + 2 * i, sizeof h);
			out[i] = npu_float(npu_ftz_bits((uint32_t)h << 16));
		}
		break;
	case NPU_fp16:
		for (uint64_t i = 0; i < n; i++) {
			memcpy(&h, in + 2 * i, sizeof h);
			out[i] = npu_from_fp16(h);
		}
		break;
	default:
		for (uint64_t i = 0; i < n; i++) {
			memcpy(&u, in + 4 * i, sizeof u);
			out[i] = npu_float(npu_ftz_bits(u));
		}
		break;
	}
}

static void pack(struct npu_gemm *g, const struct npu_panel *p)
{
	float *out = (float *)(void *)g->packed;
	const enum npu_dtype dtype = (enum npu_dtype)g->insn->dt_w;

	g->w_exponent = NOT_USED;
	for (uint64_t k = 0; k < p->k; k++, out += p->padded) {
		if (g->insn->tb) {
			for (uint64_t j = 0; j < p->cols; j++)
				out[j] = npu_gemm_w_float(g, p->k0 + k,
							  p->j0 + j);
		} else {
			convert(out,
				g->spad +
					16 * (g->insn->w_addr +
					      (p->k0 + k) * g->insn->w_pitch) +
					p->j0 * g->w_bytes,
				dtype, p->cols);
		}
		memset(out + p->cols, 0, (p->padded - p->cols) * sizeof *out);
		g->w_exponent = least_exponent(out, p->cols, g->w_exponent);
	}
}

/* Whether a sum of this panel could be subnormal. Exponents are biased by 127;
 * a number's last bit weighs 2^(e - 127 - fraction). */
static int may_underflow(const struct npu_gemm *g, uint32_t a, uint32_t sum)
{
	const int32_t fraction = (int32_t)(fraction_bits(g->insn->dt_a) +
					   fraction_bits(g->insn->dt_w));

	if (sum != NOT_USED && (int32_t)sum - 127 - 23 < -126)
		return 1;
	if (a == NOT_USED || g->w_exponent == NOT_USED)
		return 0;
	return (int32_t)a + (int32_t)g->w_exponent - 254 - fraction < -126;
}

static void multiply(struct npu_gemm *g, const struct npu_panel *p,
		     uint64_t row, uint64_t rows)
{
	float *a = (float *)(void *)g->converted;
	float *sums = (float *)(void *)g->sums;
	struct npu_float_panel panel = {
		.a = a,
		.w = (const float *)(const void *)g->packed,
		.c = sums,
		.rows = rows,
		.cols = p->padded,
		.k = p->k,
		.a_pitch = NPU_PANEL_K_FLOAT,
	};
	uint32_t a_exponent = NOT_USED, sum_exponent;

	for (uint64_t r = 0; r < rows; r++) {
		float *to = a + r * NPU_PANEL_K_FLOAT;

		convert(to, g->gathered + r * NPU_PANEL_K_FLOAT * g->a_bytes,
			(enum npu_dtype)g->insn->dt_a, p->k);
		a_exponent = least_exponent(to, p->k, a_exponent);
	}
	npu_gemm_load_sums(g, p, row, rows);
	sum_exponent = least_exponent(sums, rows * p->padded, NOT_USED);
	panel.flush = may_underflow(g, a_exponent, sum_exponent);
	g->kernels->multiply_float(&panel);
	/* a NaN stays one to the chain's end: one form for all */
	for (uint64_t i = 0; i < rows * p->padded; i++)
		sums[i] = npu_ftz(sums[i]);
	npu_gemm_store_sums(g, p, row, rows);
}

const struct npu_gemm_plan npu_gemm_plan_float = { NPU_PANEL_K_FLOAT, pack,
						   multiply };
