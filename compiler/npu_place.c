/* compiler/npu_place.c - places of buffers in one memory, aware of its banks.
 * SPDX-License-Identifier: Apache-2.0
 *
 * An instruction claims every bank that it touches, so that buffers which
 * different engines use at one time belong in different banks. A place is
 * charged for each bank shared with a live buffer of another job, less for one
 * that was freed a moment ago: its readers are only queued yet. */
#include "compiler/npu_codegen_internal.h"

enum { LIVE = 1000, RECENT = 10, RING = 48 };

/* A range of bytes or rows, the banks it touches, and who uses it. */
struct span {
	uint32_t first, end;
	uint32_t bank_lo, bank_hi;
	uint32_t job, buffer;
	uint8_t engine;
};

struct npu_places {
	struct npu_codegen *cg;
	enum npu_space space;
	uint32_t size, bank_count, bank_size;
	struct span *live;
	uint32_t live_count;
	struct span ring[RING]; /* freed lately */
	uint32_t freed_count;
	/* buffers of fixed address, in order of their first step */
	uint32_t *planned;
	uint32_t planned_count;
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

/* Does [at, end) keep clear of what is planned while `b` lives? */
static int is_unplanned(const struct npu_places *p, const struct npu_buffer *b,
			uint32_t at, uint32_t end)
{
	for (uint32_t i = 0; i < p->planned_count; i++) {
		const struct npu_buffer *o = &p->cg->buffer[p->planned[i]];

		if (!o->placed && o->first <= b->last && o->address < end &&
		    at < o->address + o->size)
			return 0;
	}
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
	p->planned = npu_new(cg->arena, uint32_t, cg->buffer_count);
	if (space == NPU_SPACE_spad) {
		p->size = (uint32_t)cg->chip->scratchpad.bytes;
		p->bank_count = (uint32_t)cg->chip->scratchpad.banks;
	} else {
		p->size = cg->acc_rows;
		p->bank_count = (uint32_t)cg->chip->accumulators.banks;
	}
	p->bank_size = p->size / p->bank_count;
	if (!p->live || !p->planned)
		return NULL;
	plan(p);
	return p;
}

static uint32_t bank_of(const struct npu_places *p, uint32_t address)
{
	return (uint32_t)npu__min(address / p->bank_size, p->bank_count - 1);
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

static int is_free(const struct npu_places *p, uint32_t at, uint32_t end)
{
	for (uint32_t i = 0; i < p->live_count; i++)
		if (p->live[i].first < end && at < p->live[i].end)
			return 0;
	return 1;
}

static int touches(const struct span *s, uint32_t lo, uint32_t hi)
{
	return s->bank_lo <= hi && s->bank_hi >= lo;
}

/* Cost of [at, at + size), no more exactly once it is above `most`. */
static struct cost cost_at(const struct npu_places *p,
			   const struct npu_buffer *b, uint32_t at,
			   uint32_t most)
{
	uint32_t lo = bank_of(p, at), hi = bank_of(p, at + b->size - 1), count;
	struct cost cost = { 0, 0 };

	for (uint32_t i = 0; i < p->live_count && cost.shared <= most; i++)
		if (touches(&p->live[i], lo, hi) &&
		    (p->live[i].job != b->job ||
		     p->live[i].engine != b->engine))
			cost.shared += LIVE;
	count = p->freed_count < RING ? p->freed_count : RING;
	for (uint32_t i = 0; i < count && cost.shared <= most; i++) {
		uint32_t number = p->freed_count - 1 - i;
		const struct span *f = &p->ring[number % RING];

		if (!touches(f, lo, hi))
			continue;
		if (still_used(f, b, p->space))
			cost.shared += RECENT;
		if (!cost.newest)
			cost.newest = number + 1;
	}
	return cost;
}

static int better(const struct cost *a, const struct cost *b)
{
	if (a->shared != b->shared)
		return a->shared < b->shared;
	return a->newest < b->newest;
}

/* Places worth trying: the start of each bank, either side of each live
 * buffer. Returns 0 where the i-th does not exist. */
static int candidate(const struct npu_places *p, uint32_t i, uint32_t size,
		     uint32_t *at)
{
	const struct span *o;

	if (i < p->bank_count) {
		*at = p->bank_size * i;
		if (p->space == NPU_SPACE_spad)
			*at = (uint32_t)npu__round_up(*at, NPU_LINE);
		return 1;
	}
	i -= p->bank_count;
	o = &p->live[i / 2];
	if (i % 2 && o->first < size)
		return 0;
	*at = i % 2 ? o->first - size : o->end;
	return 1;
}

static void occupy(struct npu_places *p, uint32_t buffer)
{
	struct npu_buffer *b = &p->cg->buffer[buffer];

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

int npu__place(struct npu_places *p, uint32_t buffer, int idle_only)
{
	struct npu_buffer *b = &p->cg->buffer[buffer];
	uint32_t best = 0, tries = p->bank_count + 2 * p->live_count, at;
	struct cost best_cost = { UINT32_MAX, UINT32_MAX }, cost;

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
		best_cost.shared = LIVE - 1;
	for (uint32_t i = 0; i < tries; i++) {
		if (!candidate(p, i, b->size, &at) ||
		    (uint64_t)at + b->size > p->size ||
		    !is_free(p, at, at + b->size) ||
		    !is_unplanned(p, b, at, at + b->size))
			continue;
		cost = cost_at(p, b, at, best_cost.shared);
		if (better(&cost, &best_cost)) {
			best_cost = cost;
			best = at;
		}
		if (!best_cost.shared && !best_cost.newest)
			break; /* as good as can be */
	}
	if (best_cost.newest == UINT32_MAX) {
		p->refused = buffer;
		p->refused_at = p->freed_count;
		return 0;
	}
	b->address = best;
	occupy(p, buffer);
	return 1;
}

void npu__unplace(struct npu_places *p, uint32_t buffer, uint32_t job,
		  int finished)
{
	uint32_t i = 0;

	while (i < p->live_count && p->live[i].buffer != buffer)
		i++;
	if (i == p->live_count)
		return;
	if (finished) {
		p->ring[p->freed_count % RING] = p->live[i];
		p->ring[p->freed_count++ % RING].job = job;
	} else {
		p->cg->buffer[buffer].placed = 0;
		p->refused = NPU_NONE;
	}
	p->live[i] = p->live[--p->live_count];
}
