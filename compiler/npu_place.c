/* compiler/npu_place.c - places of buffers in one memory, aware of its banks.
 * SPDX-License-Identifier: Apache-2.0
 *
 * An instruction claims every bank that it touches, so that buffers which
 * different engines use at one time belong in different banks. A place is
 * charged for each bank shared with a live buffer of another job, less for one
 * that was freed a moment ago: its readers are only queued yet. */
#include "compiler/npu_codegen_internal.h"

enum { LIVE = 1000, RECENT = 10, RING = 48 };

struct freed {
	uint32_t first, end; /* bytes or rows */
	uint32_t job;
	uint8_t engine;
};

struct npu_places {
	struct npu_codegen *cg;
	enum npu_space space;
	uint32_t size, bank_count;
	uint32_t *live; /* buffer ids */
	uint32_t live_count, live_capacity;
	struct freed ring[RING];
	uint32_t freed_count;
};

struct npu_places *npu__places_create(struct npu_codegen *cg,
				      enum npu_space space)
{
	struct npu_places *p = npu_new(cg->arena, struct npu_places, 1);

	if (!p)
		return NULL;
	p->cg = cg;
	p->space = space;
	p->live_capacity = cg->buffer_count;
	p->live = npu_new(cg->arena, uint32_t, cg->buffer_count);
	if (space == NPU_SPACE_spad) {
		p->size = (uint32_t)cg->chip->scratchpad.bytes;
		p->bank_count = (uint32_t)cg->chip->scratchpad.banks;
	} else {
		p->size = cg->acc_rows;
		p->bank_count = (uint32_t)cg->chip->accumulators.banks;
	}
	return p->live ? p : NULL;
}

static uint32_t bank_of(const struct npu_places *p, uint32_t address)
{
	return p->space == NPU_SPACE_spad
		       ? npu_chip_spad_bank(p->cg->chip, address)
		       : npu_chip_acc_bank(p->cg->chip, address);
}

struct cost {
	uint32_t shared; /* LIVE per live buffer of another job in its banks */
	uint32_t newest; /* 1 + place in time of the latest freed it overlaps */
};

/* Will an instruction that uses `f` still run when `b` is first written? */
static int still_used(const struct freed *f, const struct npu_buffer *b,
		      enum npu_space space)
{
	uint32_t age = b->job > f->job ? b->job - f->job : 0;

	if (space == NPU_SPACE_acc || f->engine == NPU_ENGINE_mx)
		return age <= 1;
	return age <= (b->engine == NPU_ENGINE_mx ? 3u : 1u);
}

/* 0 where [at, at + size) is taken. */
static int cost_at(const struct npu_places *p, const struct npu_buffer *b,
		   uint32_t at, struct cost *out)
{
	uint32_t end = at + b->size, lo = bank_of(p, at);
	uint32_t hi = bank_of(p, end - 1), count;

	*out = (struct cost){ 0 };
	for (uint32_t i = 0; i < p->live_count; i++) {
		const struct npu_buffer *o = &p->cg->buffer[p->live[i]];

		if (o->address < end && at < o->address + o->size)
			return 0;
		if (o->job == b->job && o->engine == b->engine)
			continue;
		if (bank_of(p, o->address) <= hi &&
		    bank_of(p, o->address + o->size - 1) >= lo)
			out->shared += LIVE;
	}
	count = p->freed_count < RING ? p->freed_count : RING;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t number = p->freed_count - 1 - i;
		const struct freed *f = &p->ring[number % RING];

		if (bank_of(p, f->first) > hi || bank_of(p, f->end - 1) < lo)
			continue;
		if (still_used(f, b, p->space))
			out->shared += RECENT;
		if (!out->newest)
			out->newest = number + 1;
	}
	return 1;
}

static int better(const struct cost *a, const struct cost *b)
{
	if (a->shared != b->shared)
		return a->shared < b->shared;
	return a->newest < b->newest;
}

static uint32_t bank_start(const struct npu_places *p, uint32_t bank)
{
	uint32_t at = (uint32_t)((uint64_t)p->size * bank / p->bank_count);

	return p->space == NPU_SPACE_spad ? at / NPU_LINE * NPU_LINE : at;
}

int npu__place(struct npu_places *p, uint32_t buffer, int idle_only)
{
	struct npu_buffer *b = &p->cg->buffer[buffer];
	uint32_t best = 0, tries = p->bank_count + 2 * p->live_count;
	struct cost best_cost = { UINT32_MAX, UINT32_MAX }, cost;

	for (uint32_t i = 0; i < tries; i++) {
		uint32_t at;

		if (i < p->bank_count) {
			at = bank_start(p, i);
		} else {
			uint32_t k = i - p->bank_count;
			const struct npu_buffer *o =
				&p->cg->buffer[p->live[k / 2]];

			if (k % 2 && o->address < b->size)
				continue;
			at = k % 2 ? o->address - b->size
				   : o->address + o->size;
		}
		if ((uint64_t)at + b->size > p->size ||
		    !cost_at(p, b, at, &cost))
			continue;
		if (better(&cost, &best_cost)) {
			best_cost = cost;
			best = at;
		}
	}
	if (best_cost.shared == UINT32_MAX ||
	    (idle_only && best_cost.shared >= LIVE))
		return 0;
	b->address = best;
	b->placed = 1;
	p->live[p->live_count++] = buffer;
	return 1;
}

void npu__unplace(struct npu_places *p, uint32_t buffer, uint32_t job,
		  int finished)
{
	struct npu_buffer *b = &p->cg->buffer[buffer];
	uint32_t i = 0;

	while (i < p->live_count && p->live[i] != buffer)
		i++;
	if (i == p->live_count)
		return;
	p->live[i] = p->live[--p->live_count];
	if (finished)
		p->ring[p->freed_count++ % RING] =
			(struct freed){ b->address, b->address + b->size, job,
					b->engine };
	else
		b->placed = 0;
}
