/* sim/exec/npu_gemm_sparse.c - GEMM with 2:4 and 1:4 sparse weights.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Stored row r of W holds, for each column, the weight of k = r / keep * 4 +
 * its 2-bit index: only these take part in the sum, in order of r. */
#include "sim/exec/npu_gemm.h"
#include "sim/exec/npu_numeric.h"
#include <math.h>

static uint64_t index_of(const struct npu_gemm *g, uint64_t r, uint64_t j)
{
	const uint8_t *line =
		g->spad + 16 * (g->insn->index + r * g->insn->i_pitch);

	return (uint64_t)line[j / 4] >> (j % 4 * 2) & 3u;
}

static int32_t chain(const struct npu_gemm *g, uint64_t row, uint64_t j)
{
	const uint64_t keep = g->insn->sparse == 1 ? 2 : 1;
	const uint64_t stored = g->k / 4 * keep;
	int32_t sum = npu_gemm_init(g, row, j);

	for (uint64_t r = 0; r < stored; r++) {
		const uint64_t k = r / keep * 4 + index_of(g, r, j);

		if (g->is_integer)
			sum = (int32_t)((uint32_t)sum +
					(uint32_t)(npu_gemm_a_int(g, row, k) *
						   npu_gemm_w_int(g, r, j)));
		else
			sum = (int32_t)npu_bits(
				npu_ftz(fmaf(npu_gemm_a_float(g, row, k),
					     npu_gemm_w_float(g, r, j),
					     npu_float((uint32_t)sum))));
	}
	return sum;
}

void npu_gemm_run_sparse(struct npu_gemm *g)
{
	for (uint64_t row = 0; row < g->rows; row++)
		for (uint64_t j = 0; j < g->insn->n; j++)
			*npu_gemm_acc(g, row, j) = chain(g, row, j);
}
