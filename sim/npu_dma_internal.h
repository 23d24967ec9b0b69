/* sim/npu_dma_internal.h - what the LD and ST engines are made of.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_DMA_INTERNAL_H
#define NPU_DMA_INTERNAL_H
#include "sim/npu_dma_burst.h"

#define NPU__DMA_NEVER UINT64_MAX

/* The steps of an LD: its walk, and the window of the two bursts used last. */
struct npu__ld_steps {
	struct npu_dma_walk walk;
	uint64_t cycle; /* of the next step, at the earliest */
	uint64_t recent, older;
	uint64_t burst[2]; /* of the chunk: `bursts` of them */
	unsigned bursts;
	uint8_t is_active;
};

struct npu__ld {
	struct npu__ld_steps requester, consumer;
	uint64_t taken_up; /* jobs that the consumer has begun */
	uint64_t requested, answered, used; /* bursts */
	/* cycles of the last `outstanding` answers, and of their use */
	uint64_t *answer_cycle, *use_cycle;
};

/* What leaves ST's stage B: a request, or the end of a local job. */
struct npu__st_item {
	struct npu_dma_beat beat;
	uint8_t is_request, ends_job;
};

/* A job whose last request was made, and their number. */
struct npu__st_end {
	uint64_t requests, visible;
};

struct npu__st {
	struct npu_dma_walk walk;
	uint64_t cycle; /* of the next step, at the earliest */
	uint8_t is_active, seeks, is_empty, has_ended;
	struct npu_dma_beat buffer;
	/* `first` is offered from `offer` on; `second` waits behind it */
	struct npu__st_item first, second;
	uint8_t items;
	uint64_t offer;
	uint64_t made, sent, acknowledged; /* requests */
	uint64_t room;     /* cycle from which there is room for another */
	uint64_t last_ack; /* cycle */
	struct npu__st_end end[NPU_DMA_JOBS];
	uint64_t ended; /* jobs */
};

struct npu_dma {
	struct npu_dma_options options;
	struct npu_dma_job job[NPU_DMA_JOBS];
	uint64_t begin[NPU_DMA_JOBS]; /* first step's cycle */
	uint64_t done[NPU_DMA_JOBS];
	uint64_t issued, finished; /* jobs; finished: `done` is known */
	uint64_t last_done;        /* cycle */
	uint64_t ready, wants;
	struct npu__ld ld;
	struct npu__st st;
};

/* Job `number` is done in `cycle`. */
static inline void npu__dma_finish(struct npu_dma *dma, uint64_t cycle)
{
	dma->done[dma->finished++ % NPU_DMA_JOBS] = cycle;
	dma->last_done = cycle;
}

static inline void npu__dma_moved(const struct npu_dma *dma, uint64_t cycle,
				  const struct npu_dma_chunk *chunk)
{
	if (dma->options.moved)
		dma->options.moved(dma->options.user, cycle, chunk);
}

/* Each for LD and for ST: a job was put into its slot; the request that it
 * wants is made in `cycle`; an answer came in `cycle`. */
void npu__ld_issue(struct npu_dma *dma);
void npu__ld_ask(struct npu_dma *dma, uint64_t cycle,
		 struct npu_dma_beat *beat);
void npu__ld_answer(struct npu_dma *dma, uint64_t cycle);
void npu__st_issue(struct npu_dma *dma);
void npu__st_ask(struct npu_dma *dma, uint64_t cycle,
		 struct npu_dma_beat *beat);
void npu__st_answer(struct npu_dma *dma, uint64_t cycle);

#endif
