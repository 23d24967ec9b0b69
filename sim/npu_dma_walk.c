/* sim/npu_dma_walk.c - an LD or ST in chunks of the DMA engine's width.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/npu_dma_walk.h"
#include <string.h>

static uint64_t within(uint64_t x, uint64_t lo, uint64_t hi)
{
	return x < lo ? lo : x > hi ? hi : x;
}

static void set_chunk(struct npu_dma_walk *walk)
{
	const uint64_t left = walk->job->copy.n0 - walk->at;
	const uint64_t bytes = left < walk->width ? left : walk->width;
	const uint64_t end = walk->at + bytes;
	const uint64_t from = within(walk->lo, walk->at, end);
	const uint64_t upto = within(walk->hi, from, end);

	walk->chunk = (struct npu_dma_chunk){
		.address = walk->row + from,
		.spad = walk->to_row + walk->at,
		.bytes = (uint32_t)bytes,
		.from = (uint32_t)(from - walk->at),
		.upto = (uint32_t)(upto - walk->at),
	};
}

static void set_row(struct npu_dma_walk *walk)
{
	const struct npu_copy *copy = &walk->job->copy;
	int64_t at = npu_copy_from(copy, walk->i3, walk->i2, walk->i1);
	int32_t index;

	if (copy->gather) {
		memcpy(&index, walk->job->spad + copy->index + 4 * walk->i1,
		       sizeof index);
		at = copy->offset + index * copy->s1;
	}
	walk->row = walk->job->base + (uint64_t)at;
	walk->to_row = npu_copy_spad(copy, walk->i3, walk->i2, walk->i1);
	npu_copy_row(copy, walk->i2, walk->i1, &walk->lo, &walk->hi);
	walk->at = 0;
	set_chunk(walk);
}

void npu_dma_walk_start(struct npu_dma_walk *walk,
			const struct npu_dma_job *job, uint64_t width)
{
	*walk = (struct npu_dma_walk){ .job = job, .width = width };
	set_row(walk);
}

enum npu_dma_step npu_dma_walk_next(struct npu_dma_walk *walk)
{
	const struct npu_copy *copy = &walk->job->copy;

	if (walk->at + walk->width < copy->n0) {
		walk->at += walk->width;
		set_chunk(walk);
		return NPU_DMA_SAME_ROW;
	}
	if (++walk->i1 == copy->n1) {
		walk->i1 = 0;
		if (++walk->i2 == copy->n2) {
			walk->i2 = 0;
			if (++walk->i3 == copy->n3)
				return NPU_DMA_END;
		}
	}
	set_row(walk);
	return NPU_DMA_NEXT_ROW;
}
