/* sim/npu_dma_st.c - ST: chunks gather in a buffer of one burst.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two stages: a step (A), and in the next cycle what it read (B). A step that
 * sends does so from B: its request is offered in the cycle after. While one is
 * offered and not taken both stages stand still, so at most one more waits in B
 * and the cycles that are lost follow from when the first is taken. */
#include "sim/npu_dma_internal.h"
#include <string.h>

#define NEVER    NPU__DMA_NEVER
#define NO_BURST UINT64_MAX

enum { INDEX_CYCLES = 2 };

/* Completions, in order, one a cycle. */
static void settle(struct npu_dma *dma)
{
	struct npu__st *st = &dma->st;

	while (dma->finished < st->ended) {
		const struct npu__st_end *end =
			&st->end[dma->finished % NPU_DMA_JOBS];
		uint64_t cycle = end->visible;

		if (st->acknowledged < end->requests)
			return;
		if (end->requests && cycle <= st->last_ack)
			cycle = st->last_ack + 1;
		if (dma->finished && cycle <= dma->last_done)
			cycle = dma->last_done + 1;
		npu__dma_finish(dma, cycle);
		/* the next one may read what this one has written */
		if (dma->finished == dma->issued && st->walk.job->is_local)
			dma->ready = cycle + 1;
	}
}

static void set_wants(struct npu_dma *dma)
{
	struct npu__st *st = &dma->st;

	dma->wants = NEVER;
	if (st->items && st->sent - st->acknowledged < dma->options.outstanding)
		dma->wants = st->offer > st->room ? st->offer : st->room;
}

/* The first item is in B in cycle `b`. */
static void leave_b(struct npu_dma *dma, uint64_t b)
{
	struct npu__st *st = &dma->st;

	if (st->first.ends_job)
		st->end[st->ended++ % NPU_DMA_JOBS] =
			(struct npu__st_end){ st->made, b + 1 };
	st->offer = b + 1;
	if (!st->first.is_request)
		st->items = 0;
}

/* The step in `cycle` gives B something to do that others wait for. */
static void put(struct npu_dma *dma, uint64_t cycle, int is_request,
		int ends_job)
{
	struct npu__st *st = &dma->st;
	struct npu__st_item *item = st->items ? &st->second : &st->first;

	item->beat = st->buffer;
	item->is_request = (uint8_t)is_request;
	item->ends_job = (uint8_t)ends_job;
	st->made += is_request ? 1 : 0;
	if (st->items++ == 0)
		leave_b(dma, cycle + 1);
}

/* Bytes of the chunk in the burst that `address` lies in enter the buffer.
 * Returns their number. */
static uint32_t fill_buffer(struct npu__st *st, uint64_t address, uint32_t from,
			    uint32_t bytes)
{
	const uint32_t at = (uint32_t)(address % NPU_BURST_BYTES);
	const uint32_t room = NPU_BURST_BYTES - at;
	const uint32_t count = bytes < room ? bytes : room;
	const uint64_t ones = count == 64 ? ~0ull : (1ull << count) - 1;

	st->buffer.address = address - at;
	st->buffer.strobe |= ones << at;
	if (st->walk.job->spad)
		memcpy(st->buffer.data + at,
		       st->walk.job->spad + st->walk.chunk.spad + from, count);
	st->is_empty = 0;
	return count;
}

static void send_buffer(struct npu_dma *dma, uint64_t cycle, int ends_job)
{
	struct npu__st *st = &dma->st;

	put(dma, cycle, 1, ends_job);
	st->buffer.strobe = 0;
	st->is_empty = 1;
}

/* The walk goes on after a chunk that moved in `cycle`. */
static void next_chunk(struct npu_dma *dma, uint64_t cycle)
{
	struct npu__st *st = &dma->st;

	npu__dma_moved(dma, cycle, &st->walk.chunk);
	switch (npu_dma_walk_next(&st->walk)) {
	case NPU_DMA_END:
		st->has_ended = 1;
		if (!st->walk.job->is_local)
			break; /* one more step sends the rest */
		st->is_active = 0;
		put(dma, cycle, 0, 1);
		break;
	case NPU_DMA_NEXT_ROW:
		st->seeks = st->walk.job->copy.gather;
		break;
	case NPU_DMA_SAME_ROW:
		break;
	}
}

/* The step in `cycle`. */
static void take(struct npu_dma *dma, uint64_t cycle)
{
	struct npu__st *st = &dma->st;
	const struct npu_dma_chunk chunk = st->walk.chunk;
	const uint64_t tag = chunk.address / NPU_BURST_BYTES;
	uint64_t first, last;
	unsigned bursts;

	if (st->has_ended) {
		st->is_active = 0;
		dma->ready = cycle + 1;
		send_buffer(dma, cycle, 1);
		return;
	}
	if (!st->walk.job->is_local) {
		const int is_other =
			!st->is_empty &&
			st->buffer.address / NPU_BURST_BYTES != tag;
		uint32_t count;

		bursts = npu_dma_chunk_bursts(&chunk, &first, &last);
		if (is_other)
			send_buffer(dma, cycle, 0);
		if (is_other && bursts == 2)
			return; /* the chunk itself in the next step */
		count = fill_buffer(st, chunk.address, 0, chunk.bytes);
		if (bursts == 2) {
			send_buffer(dma, cycle, 0);
			fill_buffer(st, chunk.address + count, count,
				    chunk.bytes - count);
		}
	}
	next_chunk(dma, cycle);
}

/* As far as it goes while the first item is not taken. */
static void go_on(struct npu_dma *dma)
{
	struct npu__st *st = &dma->st;

	while (st->is_active && !(st->items && st->cycle >= st->offer)) {
		if (st->seeks) {
			st->seeks = 0;
			st->cycle += INDEX_CYCLES;
			continue;
		}
		take(dma, st->cycle);
		st->cycle++;
	}
	set_wants(dma);
	settle(dma);
}

void npu__st_issue(struct npu_dma *dma)
{
	struct npu__st *st = &dma->st;
	const uint64_t slot = (dma->issued - 1) % NPU_DMA_JOBS;

	npu_dma_walk_start(&st->walk, &dma->job[slot], dma->options.width);
	st->cycle = dma->begin[slot];
	st->buffer.strobe = 0;
	st->buffer.job = dma->issued - 1;
	st->is_empty = 1;
	st->is_active = 1;
	st->has_ended = 0;
	st->seeks = dma->job[slot].copy.gather;
	go_on(dma);
}

void npu__st_ask(struct npu_dma *dma, uint64_t cycle, struct npu_dma_beat *beat)
{
	struct npu__st *st = &dma->st;

	*beat = st->first.beat;
	st->sent++;
	if (st->cycle < cycle)
		st->cycle = cycle;
	st->first = st->second;
	if (--st->items)
		leave_b(dma, cycle);
	go_on(dma);
}

void npu__st_answer(struct npu_dma *dma, uint64_t cycle)
{
	struct npu__st *st = &dma->st;

	if (st->sent - st->acknowledged == dma->options.outstanding)
		st->room = cycle + 1;
	st->acknowledged++;
	st->last_ack = cycle;
	set_wants(dma);
	settle(dma);
}
