/* sim/exec/npu_gemm_int.c - GEMM of 8-bit operands.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The kernels multiply u8 by s8. Operands of the other signedness are moved by
 * 128 together with their zero points, and zero points are taken out of the
 * sums afterwards, all modulo 2^32:
 *   sum (a - z)(w - y) = sum a*w - z * sum w - y * sum a + K*z*y  */
#include "sim/exec/npu_gemm.h"
#include <string.h>

/* Zero points of the operands as the kernels see them. */
static int32_t a_zero(const struct npu_gemm *g)
{
	return g->insn->dt_a == NPU_s8 ? g->a_zero + 128 : g->a_zero;
}

static int32_t w_zero(const struct npu_gemm *g)
{
	return g->insn->dt_w == NPU_u8 ? g->w_zero - 128 : g->w_zero;
}

/* Four lines of k become one of [cols][4]; lines beyond k are 0. */
static void pack_lines(const struct npu_gemm *g, const struct npu_panel *p,
		       uint64_t k, uint32_t *restrict out)
{
	static const uint8_t nothing[NPU_PANEL_COLS];
	const uint8_t *line[4];
	const uint32_t flip = g->insn->dt_w == NPU_u8 ? 0x80 : 0;
	uint32_t flips[4];

	for (uint64_t i = 0; i < 4; i++) {
		const int is_real = k + i < p->k;

		line[i] = is_real ? g->spad +
					    16 * (g->insn->w_addr +
						  (p->k0 + k + i) *
							  g->insn->w_pitch) +
					    p->j0
				  : nothing;
		flips[i] = is_real ? flip : 0;
	}
	for (uint64_t j = 0; j < p->cols; j++)
		out[j] = (line[0][j] ^ flips[0]) |
			 (line[1][j] ^ flips[1]) << 8 |
			 (line[2][j] ^ flips[2]) << 16 |
			 (line[3][j] ^ flips[3]) << 24;
	memset(out + p->cols, 0, (p->padded - p->cols) * sizeof *out);
}

/* The same where a line is one of n: four k of a column lie together. */
static void pack_columns(const struct npu_gemm *g, const struct npu_panel *p,
			 uint64_t k, uint32_t *out)
{
	const uint8_t flip = g->insn->dt_w == NPU_u8 ? 0x80 : 0;

	memset(out, 0, p->padded * sizeof *out);
	for (uint64_t j = 0; j < p->cols; j++) {
		const uint8_t *line = g->spad +
				      16 * (g->insn->w_addr +
					    (p->j0 + j) * g->insn->w_pitch) +
				      p->k0 + k;
		uint8_t *to = (uint8_t *)&out[j];

		for (uint64_t i = 0; i < 4 && k + i < p->k; i++)
			to[i] = line[i] ^ flip;
	}
}

static void pack(struct npu_gemm *g, const struct npu_panel *p)
{
	uint32_t *out = (uint32_t *)(void *)g->packed;
	const int8_t *w = (const int8_t *)g->packed;
	const uint64_t k4 = (p->k + 3) / 4;

	for (uint64_t k = 0; k < k4; k++) {
		if (g->insn->tb)
			pack_columns(g, p, 4 * k, out + k * p->padded);
		else
			pack_lines(g, p, 4 * k, out + k * p->padded);
	}
	memset(g->column_sums, 0, p->padded * sizeof *g->column_sums);
	if (a_zero(g) == 0)
		return;
	for (uint64_t k = 0; k < k4; k++, w += 4 * p->padded)
		for (uint64_t j = 0; j < p->padded; j++)
			g->column_sums[j] += w[4 * j] + w[4 * j + 1] +
					     w[4 * j + 2] + w[4 * j + 3];
}

/* Zero points taken out of the sums of one row. */
static void correct(struct npu_gemm *g, const struct npu_panel *p,
		    const uint8_t *a, int32_t *c)
{
	const uint32_t z = (uint32_t)a_zero(g), y = (uint32_t)w_zero(g);
	uint32_t row = z * y * (uint32_t)p->k, sum = 0;

	if (y)
		for (uint64_t k = 0; k < p->k; k++)
			sum += a[k];
	row -= y * sum;
	for (uint64_t j = 0; j < p->cols; j++)
		c[j] = (int32_t)((uint32_t)c[j] + row -
				 z * (uint32_t)g->column_sums[j]);
}

static void multiply(struct npu_gemm *g, const struct npu_panel *p,
		     uint64_t row, uint64_t rows)
{
	const uint64_t pitch = NPU_PANEL_K_INT, k4 = (p->k + 3) / 4;
	const struct npu_int_panel panel = {
		.a = g->gathered,
		.w = (const int8_t *)g->packed,
		.c = g->sums,
		.rows = rows,
		.cols = p->padded,
		.k4 = k4,
		.a_pitch = pitch,
	};

	for (uint64_t r = 0; r < rows; r++) {
		uint8_t *a = g->gathered + r * pitch;

		if (g->insn->dt_a == NPU_s8)
			for (uint64_t k = 0; k < p->k; k++)
				a[k] ^= 0x80;
		/* weights beyond k are 0, so these bytes do not matter, but
		 * they must be defined */
		memset(a + p->k, 0, 4 * k4 - p->k);
	}
	npu_gemm_load_sums(g, p, row, rows);
	if (a_zero(g) || w_zero(g))
		for (uint64_t r = 0; r < rows; r++)
			correct(g, p, g->gathered + r * pitch,
				g->sums + r * p->padded);
	g->kernels->multiply_int(&panel);
	npu_gemm_store_sums(g, p, row, rows);
}

const struct npu_gemm_plan npu_gemm_plan_int = { NPU_PANEL_K_INT, pack,
						 multiply };
