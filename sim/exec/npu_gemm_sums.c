/* sim/exec/npu_gemm_sums.c - sums between the accumulator and a panel.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/exec/npu_gemm.h"
#include "sim/exec/npu_numeric.h"
#include <string.h>

/* Columns of one accumulator row that follow column j of the panel. */
static uint64_t run_length(const struct npu_gemm *g, const struct npu_panel *p,
			   uint64_t j)
{
	const uint64_t left = p->cols - j;
	const uint64_t in_row = g->columns - (p->j0 + j) % g->columns;

	return left < in_row ? left : in_row;
}

static void load_row(struct npu_gemm *g, const struct npu_panel *p,
		     uint64_t row, int32_t *out)
{
	for (uint64_t j = 0, n; j < p->cols; j += n) {
		n = run_length(g, p, j);
		memcpy(out + j, npu_gemm_acc(g, row, p->j0 + j),
		       n * sizeof *out);
	}
}

void npu_gemm_load_sums(struct npu_gemm *g, const struct npu_panel *p,
			uint64_t row, uint64_t rows)
{
	const int starts = p->k0 == 0;

	for (uint64_t r = 0; r < rows; r++) {
		int32_t *out = g->sums + r * p->padded;

		memset(out + p->cols, 0, (p->padded - p->cols) * sizeof *out);
		if (!starts || g->insn->init == 1)
			load_row(g, p, row + r, out);
		else if (g->insn->init == 2)
			memcpy(out, g->spad + 16 * g->insn->bias + 4 * p->j0,
			       p->cols * sizeof *out);
		else
			memset(out, 0, p->cols * sizeof *out);
		if (!g->is_integer && starts)
			for (uint64_t j = 0; j < p->cols; j++)
				out[j] =
					(int32_t)npu_ftz_bits((uint32_t)out[j]);
	}
}

void npu_gemm_store_sums(struct npu_gemm *g, const struct npu_panel *p,
			 uint64_t row, uint64_t rows)
{
	for (uint64_t r = 0; r < rows; r++) {
		const int32_t *in = g->sums + r * p->padded;

		for (uint64_t j = 0, n; j < p->cols; j += n) {
			n = run_length(g, p, j);
			memcpy(npu_gemm_acc(g, row + r, p->j0 + j), in + j,
			       n * sizeof *in);
		}
	}
}
