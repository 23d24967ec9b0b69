/* sim/npu_dma_ld.c - LD: a requester ahead, and a consumer of what it asked
 * for. SPDX-License-Identifier: Apache-2.0 */
#include "sim/npu_dma_internal.h"

#define NEVER    NPU__DMA_NEVER
#define NO_BURST UINT64_MAX

enum {
	INDEX_CYCLES = 2, /* of a row of a gather */
	WRITE_CYCLES = 2  /* from a chunk's step to its write */
};

/* ---- the steps that both take ---- */

static void set_bursts(struct npu__ld_steps *s)
{
	s->bursts = s->walk.job->is_local
			    ? 0
			    : npu_dma_chunk_bursts(&s->walk.chunk, &s->burst[0],
						   &s->burst[1]);
}

static void start(struct npu__ld_steps *s, const struct npu_dma *dma,
		  const struct npu_dma_job *job, uint64_t cycle)
{
	npu_dma_walk_start(&s->walk, job, dma->options.width);
	s->cycle = cycle + (job->copy.gather ? INDEX_CYCLES : 0);
	s->recent = s->older = NO_BURST;
	s->is_active = 1;
	set_bursts(s);
}

static int is_missing(const struct npu__ld_steps *s, uint64_t burst)
{
	return burst != s->recent && burst != s->older;
}

/* Whether the next step brings a burst in: this one. */
static int misses(const struct npu__ld_steps *s, uint64_t *burst)
{
	for (unsigned i = 0; i < s->bursts; i++)
		if (is_missing(s, s->burst[i])) {
			*burst = s->burst[i];
			return 1;
		}
	return 0;
}

/* Take that step at s->cycle. Returns 1 and the chunk where it moves. */
static int take(struct npu__ld_steps *s, struct npu_dma_chunk *moved)
{
	s->cycle++;
	if (s->bursts == 2 && is_missing(s, s->burst[0]) &&
	    is_missing(s, s->burst[1])) {
		s->older = s->recent;
		s->recent = s->burst[0];
		return 0;
	}
	if (s->bursts == 2) {
		s->older = s->burst[0];
		s->recent = s->burst[1];
	} else if (s->bursts == 1 && s->burst[0] != s->recent) {
		s->older = s->recent;
		s->recent = s->burst[0];
	}
	*moved = s->walk.chunk;
	switch (npu_dma_walk_next(&s->walk)) {
	case NPU_DMA_END:
		s->is_active = 0;
		return 1;
	case NPU_DMA_NEXT_ROW:
		s->cycle += s->walk.job->copy.gather ? INDEX_CYCLES : 0;
		break;
	case NPU_DMA_SAME_ROW:
		break;
	}
	set_bursts(s);
	return 1;
}

/* ---- requester ---- */

/* Up to its next request, or to the end of the descriptor. */
static void request_ahead(struct npu_dma *dma)
{
	struct npu__ld *ld = &dma->ld;
	struct npu__ld_steps *s = &ld->requester;
	const uint64_t window = dma->options.outstanding;
	struct npu_dma_chunk chunk;
	uint64_t burst;

	dma->wants = NEVER;
	while (s->is_active && !misses(s, &burst))
		take(s, &chunk);
	if (!s->is_active) {
		dma->ready = s->cycle;
		return;
	}
	if (ld->requested >= window) {
		const uint64_t before = ld->requested - window;

		if (before >= ld->used)
			return; /* until the consumer goes on */
		if (s->cycle <= ld->use_cycle[before % window])
			s->cycle = ld->use_cycle[before % window] + 1;
	}
	dma->wants = s->cycle;
}

void npu__ld_ask(struct npu_dma *dma, uint64_t cycle, struct npu_dma_beat *beat)
{
	struct npu__ld_steps *s = &dma->ld.requester;
	struct npu_dma_chunk chunk;
	uint64_t burst = 0;

	misses(s, &burst);
	beat->address = burst * NPU_BURST_BYTES;
	beat->strobe = 0;
	beat->job = dma->issued - 1; /* the last one: none issues before */
	dma->ld.requested++;
	s->cycle = cycle;
	take(s, &chunk);
	request_ahead(dma);
}

/* ---- consumer ---- */

static void take_up(struct npu_dma *dma)
{
	struct npu__ld *ld = &dma->ld;
	const uint64_t slot = ld->taken_up % NPU_DMA_JOBS;
	uint64_t cycle = dma->begin[slot] + 1;

	if (ld->taken_up && cycle <= dma->last_done)
		cycle = dma->last_done + 1;
	ld->taken_up++;
	start(&ld->consumer, dma, &dma->job[slot], cycle);
}

/* As far as the answers that are here reach. */
static void consume(struct npu_dma *dma)
{
	struct npu__ld *ld = &dma->ld;
	struct npu__ld_steps *s = &ld->consumer;
	const uint64_t window = dma->options.outstanding;
	struct npu_dma_chunk chunk;
	uint64_t burst, now;

	for (;;) {
		if (!s->is_active && ld->taken_up == dma->issued)
			return;
		if (!s->is_active)
			take_up(dma);
		if (misses(s, &burst)) {
			if (ld->used == ld->answered)
				return;
			if (s->cycle <= ld->answer_cycle[ld->used % window])
				s->cycle =
					ld->answer_cycle[ld->used % window] + 1;
			ld->use_cycle[ld->used++ % window] = s->cycle;
		}
		now = s->cycle;
		if (take(s, &chunk))
			npu__dma_moved(dma, now, &chunk);
		if (!s->is_active)
			npu__dma_finish(dma, now + WRITE_CYCLES);
	}
}

void npu__ld_issue(struct npu_dma *dma)
{
	const uint64_t slot = (dma->issued - 1) % NPU_DMA_JOBS;
	const struct npu_dma_job *job = &dma->job[slot];

	if (job->is_local) {
		dma->ready = dma->begin[slot] + 1;
	} else {
		start(&dma->ld.requester, dma, job, dma->begin[slot]);
		request_ahead(dma);
	}
	consume(dma);
}

void npu__ld_answer(struct npu_dma *dma, uint64_t cycle)
{
	struct npu__ld *ld = &dma->ld;

	ld->answer_cycle[ld->answered++ % dma->options.outstanding] = cycle;
	consume(dma);
	if (ld->requester.is_active && dma->wants == NEVER)
		request_ahead(dma);
}
