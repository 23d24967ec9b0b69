/* compiler/npu_place.c - places of buffers in one memory, aware of its banks.
 * SPDX-License-Identifier: Apache-2.0
 *
 * An instruction claims every bank that it touches, so that buffers which
 * different engines use at one time belong in different banks. A place is
 * charged for each bank shared with a live buffer of another job, less for one
 * that was freed a moment ago: its readers are only queued yet. */
#include "compiler/npu_codegen_internal.h"
#include <string.h>

enum { LIVE = 1000, RECENT = 10, RING = 48, BANKS = 256 };

/* A range of bytes or rows, the banks it touches, and who uses it. */
struct span {
	uint32_t first, end;
	uint32_t bank_lo, bank_hi;
	uint32_t job, buffer;
	uint8_t engine;
};

/* A range of bytes or rows alone. */
struct range {
	uint32_t first, end;
};

struct npu_places {
	struct npu_codegen *cg;
	enum npu_space space;
	uint32_t size, bank_count, bank_size;
	struct span *live;
	uint32_t live_count;
	struct range *taken;    /* those of `live`: disjoint, ascending */
	struct span ring[RING]; /* freed lately */
	uint32_t freed_count;
	uint32_t newest[BANKS]; /* 1 + number of the last freed in the bank */
	/* buffers of fixed address, in order of their first step */
	uint32_t *planned;
	uint32_t planned_count;
	struct range *ahead; /* what is planned while the buffer lives */
	uint32_t ahead_count;
	/* Cost of sharing banks with the buffer: of all users that begin in
	 * bank b or before, and of those that end before it. */
	uint32_t begun[BANKS], ended[BANKS + 1];
	/* the last buffer that found no idle place, and when */
	uint32_t refused, refused_at;
};

static int meet(const struct npu_buffer *a, const struct npu_buffer *b)
{
	return a->first <= b->last && b->first <= a->last;
}

/* The highest address at which the k-th planned buffer meets none before it. */
static int plan_one(struct npu_places *p, uint32_t k)
{
	struct npu_buffer *all = p->cg->buffer, *b = &all[p->planned[k]];
	uint32_t end = p->size;
	int moved = 1;

	while (moved) {
		moved = 0;
		if (end < b->size)
			return 0;
		for (uint32_t i = 0; i < k; i++) {
			const struct npu_buffer *o = &all[p->planned[i]];

			if (meet(o, b) && o->address < end &&
			    end - b->size < o->address + o->size) {
				end = o->address;
				moved = 1;
			}
		}
	}
	b->address = (end - b->size) / NPU_LINE * NPU_LINE;
	return 1;
}

/* Fixed buffers get their addresses from the top down, before all others. Where
 * one finds none it is placed like any other. */
static void plan(struct npu_places *p)
{
	struct npu_codegen *cg = p->cg;

	for (uint32_t i = 0; i < cg->buffer_count; i++) {
		if (!cg->buffer[i].fixed ||
		    (int)cg->buffer[i].space != (int)p->space)
			continue;
		p->planned[p->planned_count] = i;
		if (plan_one(p, p->planned_count))
			p->planned_count++;
		else
			cg->buffer[i].fixed = 0;
	}
}

/* Gather what is planned while `b` lives. */
static void look_ahead(struct npu_places *p, const struct npu_buffer *b)
{
	p->ahead_count = 0;
	for (uint32_t i = 0; i < p->planned_count; i++) {
		const struct npu_buffer *o = &p->cg->buffer[p->planned[i]];

		if (!o->placed && o->first <= b->last)
			p->ahead[p->ahead_count++] =
				(struct range){ o->address,
						o->address + o->size };
	}
}

/* Does [at, end) keep clear of that? */
static int is_unplanned(const struct npu_places *p, uint32_t at, uint32_t end)
{
	for (uint32_t i = 0; i < p->ahead_count; i++)
		if (p->ahead[i].first < end && at < p->ahead[i].end)
			return 0;
	return 1;
}

struct npu_places *npu__places_create(struct npu_codegen *cg,
				      enum npu_space space)
{
	struct npu_places *p = npu_new(cg->arena, struct npu_places, 1);

	if (!p)
		return NULL;
	p->cg = cg;
	p->space = space;
	p->refused = NPU_NONE;
	p->live = npu_new(cg->arena, struct span, cg->buffer_count);
	p->taken = npu_new(cg->arena, struct range, cg->buffer_count);
	p->planned = npu_new(cg->arena, uint32_t, cg->buffer_count);
	p->ahead = npu_new(cg->arena, struct range, cg->buffer_count);
	if (space == NPU_SPACE_spad) {
		p->size = (uint32_t)cg->chip->scratchpad.bytes;
		p->bank_count = (uint32_t)cg->chip->scratchpad.banks;
	} else {
		p->size = cg->acc_rows;
		p->bank_count = (uint32_t)cg->chip->accumulators.banks;
	}
	p->bank_size = p->size / p->bank_count;
	if (!p->live || !p->taken || !p->planned || !p->ahead)
		return NULL;
	plan(p);
	return p;
}

static uint32_t bank_of(const struct npu_places *p, uint32_t address)
{
	return (uint32_t)npu_min(address / p->bank_size, p->bank_count - 1);
}

struct cost {
	uint32_t shared; /* LIVE per live buffer of another job in its banks */
	uint32_t newest; /* 1 + place in time of the latest freed it overlaps */
};

/* Will an instruction that uses `f` still run when `b` is first written? */
static int still_used(const struct span *f, const struct npu_buffer *b,
		      enum npu_space space)
{
	uint32_t age = b->job > f->job ? b->job - f->job : 0;

	if (space == NPU_SPACE_acc || f->engine == NPU_ENGINE_mx)
		return age <= 1;
	return age <= (b->engine == NPU_ENGINE_mx ? 3u : 1u);
}

/* Index of the first taken range that ends after `at`. */
static uint32_t taken_after(const struct npu_places *p, uint32_t at)
{
	uint32_t low = 0, high = p->live_count;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (p->taken[middle].end <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int is_free(const struct npu_places *p, uint32_t at, uint32_t end)
{
	uint32_t i = taken_after(p, at);

	return i == p->live_count || p->taken[i].first >= end;
}

static uint32_t ring_count(const struct npu_places *p)
{
	return p->freed_count < RING ? p->freed_count : RING;
}

static void charge(struct npu_places *p, const struct span *s, uint32_t cost)
{
	p->begun[s->bank_lo] += cost;
	p->ended[s->bank_hi + 1] += cost;
}

/* What sharing each bank would cost `b`. */
static void charge_banks(struct npu_places *p, const struct npu_buffer *b)
{
	const uint32_t recent = ring_count(p);

	memset(p->begun, 0, p->bank_count * sizeof p->begun[0]);
	memset(p->ended, 0, (p->bank_count + 1) * sizeof p->ended[0]);
	for (uint32_t i = 0; i < p->live_count; i++)
		if (p->live[i].job != b->job || p->live[i].engine != b->engine)
			charge(p, &p->live[i], LIVE);
	for (uint32_t i = 0; i < recent; i++)
		if (still_used(&p->ring[i], b, p->space))
			charge(p, &p->ring[i], RECENT);
	for (uint32_t i = 1; i < p->bank_count; i++) {
		p->begun[i] += p->begun[i - 1];
		p->ended[i] += p->ended[i - 1];
	}
}

/* 1 + place in time of the latest freed that touches banks lo..hi; or 0. */
static uint32_t newest_freed(const struct npu_places *p, uint32_t lo,
			     uint32_t hi)
{
	uint32_t newest = 0;

	for (uint32_t bank = lo; bank <= hi; bank++)
		if (newest < p->newest[bank])
			newest = p->newest[bank];
	return newest + ring_count(p) > p->freed_count ? newest : 0;
}

/* Cost of [at, at + size), once charge_banks() is done; no more than `shared`
 * of it where that is above `most`. */
static struct cost cost_at(const struct npu_places *p, uint32_t size,
			   uint32_t at, uint32_t most)
{
	uint32_t lo = bank_of(p, at), hi = bank_of(p, at + size - 1);
	struct cost cost = { p->begun[hi] - p->ended[lo], 0 };

	if (cost.shared <= most)
		cost.newest = newest_freed(p, lo, hi);
	return cost;
}

static int better(const struct cost *a, const struct cost *b)
{
	if (a->shared != b->shared)
		return a->shared < b->shared;
	return a->newest < b->newest;
}

typedef int candidate_fn(const struct npu_places *p, uint32_t i, uint32_t size,
			 uint32_t *at);

/* Places worth trying: the start of each bank, either side of each live
 * buffer. Returns 0 where the i-th does not exist. */
static int candidate(const struct npu_places *p, uint32_t i, uint32_t size,
		     uint32_t *at)
{
	const struct span *o;

	if (i < p->bank_count) {
		*at = p->bank_size * i;
		if (p->space == NPU_SPACE_spad)
			*at = (uint32_t)npu_round_up(*at, NPU_LINE);
		return 1;
	}
	i -= p->bank_count;
	o = &p->live[i / 2];
	if (i % 2 && o->first < size)
		return 0;
	*at = i % 2 ? o->first - size : o->end;
	return 1;
}

/* Those for buffers that shall leave no holes: right beside each live buffer,
 * each planned one and both ends, or beside the banks that these touch. */
static int tight_candidate(const struct npu_places *p, uint32_t i,
			   uint32_t size, uint32_t *at)
{
	struct range o = { p->size, 0 }; /* the ends */

	if (i / 4 < p->live_count)
		o = p->taken[i / 4];
	else if (i / 4 < p->live_count + p->ahead_count)
		o = p->ahead[i / 4 - p->live_count];
	if (i & 2) {
		o.first = o.first / p->bank_size * p->bank_size;
		o.end = (uint32_t)npu_round_up(o.end, p->bank_size);
	}
	if (i % 2 && o.first < size)
		return 0;
	*at = i % 2 ? o.first - size : o.end;
	if (p->space != NPU_SPACE_spad)
		return 1;
	*at = (uint32_t)(i % 2 ? *at / NPU_LINE * NPU_LINE
			       : npu_round_up(*at, NPU_LINE));
	return 1;
}

static void occupy(struct npu_places *p, uint32_t buffer)
{
	struct npu_buffer *b = &p->cg->buffer[buffer];
	uint32_t i = taken_after(p, b->address);

	memmove(&p->taken[i + 1], &p->taken[i],
		(p->live_count - i) * sizeof *p->taken);
	p->taken[i] = (struct range){ b->address, b->address + b->size };
	b->placed = 1;
	p->live[p->live_count++] = (struct span){
		.first = b->address,
		.end = b->address + b->size,
		.bank_lo = bank_of(p, b->address),
		.bank_hi = bank_of(p, b->address + b->size - 1),
		.job = b->job,
		.buffer = buffer,
		.engine = b->engine,
	};
}

/* The best place for a buffer of no fixed address, at less cost than *best;
 * *best receives its cost. */
static uint32_t find_place(struct npu_places *p, const struct npu_buffer *b,
			   struct cost *best)
{
	candidate_fn *const next = b->tight ? tight_candidate : candidate;
	uint32_t tries, found = 0, at;
	struct cost cost;

	look_ahead(p, b);
	charge_banks(p, b);
	tries = b->tight ? 4 * (p->live_count + p->ahead_count + 1)
			 : p->bank_count + 2 * p->live_count;
	for (uint32_t i = 0; i < tries; i++) {
		if (!next(p, i, b->size, &at) ||
		    (uint64_t)at + b->size > p->size)
			continue;
		cost = cost_at(p, b->size, at, best->shared);
		if (!better(&cost, best) || !is_free(p, at, at + b->size) ||
		    !is_unplanned(p, at, at + b->size))
			continue;
		*best = cost;
		found = at;
		if (!cost.shared && !cost.newest)
			break; /* as good as can be */
	}
	return found;
}

int npu__place(struct npu_places *p, uint32_t buffer, int idle_only)
{
	struct npu_buffer *b = &p->cg->buffer[buffer];
	struct cost best = { UINT32_MAX, UINT32_MAX };
	uint32_t at;

	if (b->fixed) {
		if (!is_free(p, b->address, b->address + b->size))
			return 0;
		occupy(p, buffer);
		return 1;
	}
	if (idle_only && p->refused == buffer &&
	    p->refused_at == p->freed_count)
		return 0;
	if (idle_only)
		best.shared = LIVE - 1;
	at = find_place(p, b, &best);
	if (best.newest == UINT32_MAX) {
		p->refused = buffer;
		p->refused_at = p->freed_count;
		return 0;
	}
	b->address = at;
	occupy(p, buffer);
	return 1;
}

void npu__unplace(struct npu_places *p, uint32_t buffer, uint32_t job,
		  int finished)
{
	uint32_t i = 0, taken;

	while (i < p->live_count && p->live[i].buffer != buffer)
		i++;
	if (i == p->live_count)
		return;
	if (finished) {
		p->ring[p->freed_count % RING] = p->live[i];
		p->ring[p->freed_count++ % RING].job = job;
		for (uint32_t b = p->live[i].bank_lo; b <= p->live[i].bank_hi;
		     b++)
			p->newest[b] = p->freed_count;
	} else {
		p->cg->buffer[buffer].placed = 0;
		p->refused = NPU_NONE;
	}
	taken = taken_after(p, p->live[i].first);
	memmove(&p->taken[taken], &p->taken[taken + 1],
		(p->live_count - taken - 1) * sizeof *p->taken);
	p->live[i] = p->live[--p->live_count];
}
