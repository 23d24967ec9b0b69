/* sim/npu_dma_walk.h - an LD or ST in chunks of the DMA engine's width.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_DMA_WALK_H
#define NPU_DMA_WALK_H
#include "sim/exec/npu_copy.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NPU_BURST_BYTES = 64 };

/* A descriptor as the engines see it. */
struct npu_dma_job {
	struct npu_copy copy;
	uint64_t base;    /* address of its region */
	uint8_t is_local; /* the region is this core's own memories */
	/* Index lists, and what ST sends; NULL where data do not matter. What
	 * the job reads does not change until it is done. */
	const uint8_t *spad;
};

/* Part of one row. Of its `bytes` at `spad` those from `from` to `upto` - 1 are
 * moved, the first of them at `address` of memory; the rest is filled. */
struct npu_dma_chunk {
	uint64_t address, spad;
	uint32_t bytes, from, upto;
};

/* Where a walk through a job is. */
struct npu_dma_walk {
	const struct npu_dma_job *job;
	uint64_t width;
	uint64_t i1, i2, i3, at;    /* the row, and the chunk in it */
	uint64_t row, to_row;       /* addresses of the row's first byte */
	uint64_t lo, hi;            /* bytes of the row that are moved */
	struct npu_dma_chunk chunk; /* the current one */
};

/* At the first chunk of `job`, which outlives the walk. */
void npu_dma_walk_start(struct npu_dma_walk *walk,
			const struct npu_dma_job *job, uint64_t width);
/* What comes next: a chunk of the same row, of another row, or nothing. */
enum npu_dma_step { NPU_DMA_END, NPU_DMA_SAME_ROW, NPU_DMA_NEXT_ROW };
enum npu_dma_step npu_dma_walk_next(struct npu_dma_walk *walk);

/* Bursts of the chunk's moved bytes: first, last, and how many. */
static inline unsigned npu_dma_chunk_bursts(const struct npu_dma_chunk *chunk,
					    uint64_t *first, uint64_t *last)
{
	if (chunk->from == chunk->upto)
		return 0;
	*first = chunk->address / NPU_BURST_BYTES;
	*last = (chunk->address + chunk->upto - chunk->from - 1) /
		NPU_BURST_BYTES;
	return *first == *last ? 1 : 2;
}

#ifdef __cplusplus
}
#endif
#endif
