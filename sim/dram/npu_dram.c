/* sim/dram/npu_dram.c - queues of runs, clocks and completions of every level.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/dram/npu_dram_internal.h"
#include <stdlib.h>
#include <string.h>

enum { BLOCK_TRANSFERS = 1024 };
#define PS_PER_SECOND 1000000000000u

struct npu__block {
	struct npu__block *next;
	struct npu__transfer transfers[BLOCK_TRANSFERS];
};

struct npu__ratio npu__ratio(uint64_t num, uint64_t den)
{
	uint64_t a = num, b = den;

	while (b) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return (struct npu__ratio){ num / a, den / a };
}

/* value * num / den and whether there is a rest. Where the product exceeds 64
 * bits: long multiplication in digits of 16 bits, of which none does. */
static uint64_t muldiv(struct npu__ratio ratio, uint64_t value, int *rest)
{
	uint64_t num, den = ratio.den, r, whole, quotient = 0, left = 0;

	if (ratio.num >> 32 == 0 && value >> 32 == 0) {
		quotient = ratio.num * value / den;
		*rest = quotient * den != ratio.num * value;
		return quotient;
	}
	num = ratio.num % den;
	r = value % den; /* value = q * den + r */
	whole = value / den * ratio.num + r * (ratio.num / den);
	for (int shift = 32; shift >= 0; shift -= 16) {
		uint64_t sum = (left << 16) + (r >> shift & 0xffff) * num;

		quotient = (quotient << 16) + sum / den;
		left = sum % den;
	}
	*rest = left != 0;
	return whole + quotient;
}

uint64_t npu__ratio_floor(struct npu__ratio ratio, uint64_t value)
{
	int rest;

	return muldiv(ratio, value, &rest);
}

uint64_t npu__ratio_ceil(struct npu__ratio ratio, uint64_t value)
{
	int rest;
	uint64_t down = muldiv(ratio, value, &rest);

	return down + (rest ? 1 : 0);
}

void npu__dram_set_clock(struct npu_dram *dram, uint64_t tck_ps)
{
	uint64_t hz = dram->chip.chip.clock;

	dram->to_core = npu__ratio(tck_ps * hz, PS_PER_SECOND);
	dram->to_tick = npu__ratio(PS_PER_SECOND, tck_ps * hz);
	dram->read_latency = npu__ratio_ceil((struct npu__ratio){ 1, tck_ps },
					     dram->chip.dram.latency);
}

enum npu_status npu_dram_create(const struct npu_chip *chip,
				struct npu_dram **out, struct npu_error *err)
{
	struct npu_dram *dram;
	enum npu_status status;

	if (chip->dma.outstanding == 0 || chip->chip.clock == 0)
		return npu_fail(err, NPU_E_RANGE,
				"dma.outstanding and chip.clock: at least 1");
	dram = calloc(1, sizeof *dram);
	if (!dram)
		return npu_fail(err, NPU_E_NOMEM, "no memory for the DRAM");
	dram->chip = *chip;
	dram->level = &npu__dram_run;
	if (strcmp(chip->dram.preset, "ideal") == 0)
		dram->level = &npu__dram_ideal;
	else if (chip->dram.model == NPU_dram_model_command)
		dram->level = &npu__dram_command;
	dram->to_core = dram->to_tick = (struct npu__ratio){ 1, 1 };
	status = dram->level->create(dram, err);
	if (status != NPU_OK) {
		npu_dram_destroy(dram);
		return status;
	}
	*out = dram;
	return NPU_OK;
}

void npu_dram_destroy(struct npu_dram *dram)
{
	if (!dram)
		return;
	dram->level->destroy(dram);
	for (unsigned i = 0; i < NPU_DRAM_MASTERS; i++)
		free(dram->master[i].ring);
	while (dram->blocks) {
		struct npu__block *next = dram->blocks->next;

		free(dram->blocks);
		dram->blocks = next;
	}
	free(dram->heap);
	free(dram);
}

/* A place for every transfer there is, so that a completion finds room. */
static enum npu_status add_block(struct npu_dram *dram, struct npu_error *err)
{
	uint64_t capacity = dram->heap_capacity + BLOCK_TRANSFERS;
	struct npu__block *block = malloc(sizeof *block);
	struct npu__completion *heap;

	heap = realloc(dram->heap, (size_t)capacity * sizeof *heap);
	if (heap)
		dram->heap = heap;
	if (!block || !heap) {
		free(block);
		return npu_fail(err, NPU_E_NOMEM, "no memory for DRAM runs");
	}
	dram->heap_capacity = capacity;
	block->next = dram->blocks;
	dram->blocks = block;
	for (unsigned i = 0; i < BLOCK_TRANSFERS; i++) {
		block->transfers[i].next = dram->free;
		dram->free = &block->transfers[i];
	}
	return NPU_OK;
}

enum npu_status npu_dram_submit(struct npu_dram *dram,
				const struct npu_dram_run *run, uint64_t now,
				struct npu_error *err)
{
	struct npu__master *master;
	struct npu__transfer *transfer;

	if (run->bytes == 0 || run->master >= NPU_DRAM_MASTERS ||
	    run->bytes > dram->chip.dram.capacity ||
	    run->address > dram->chip.dram.capacity - run->bytes)
		return npu_fail(err, NPU_E_INTERNAL,
				"DRAM run of %llu bytes at 0x%llx by master %u",
				(unsigned long long)run->bytes,
				(unsigned long long)run->address, run->master);
	if (now < dram->now)
		return npu_fail(err, NPU_E_INTERNAL,
				"DRAM run submitted in the past");
	master = &dram->master[run->master];
	if (!master->ring)
		master->ring = calloc((size_t)dram->chip.dma.outstanding,
				      sizeof *master->ring);
	if (!master->ring)
		return npu_fail(err, NPU_E_NOMEM, "no memory for DRAM runs");
	if (!dram->free)
		NPU_TRY(add_block(dram, err));
	transfer = dram->free;
	dram->free = transfer->next;
	if (dram->asked != now) {
		dram->asked = now;
		dram->asked_tick = npu__ratio_ceil(dram->to_tick, now);
	}
	*transfer = (struct npu__transfer){
		.run = *run,
		.sequence = dram->sequence++,
		.submitted = dram->asked_tick,
		.burst = run->address / NPU_DRAM_BURST,
	};
	transfer->bursts_left =
		(run->address + run->bytes - 1) / NPU_DRAM_BURST + 1 -
		transfer->burst;
	if (master->tail)
		master->tail->next = transfer;
	else
		master->head = transfer;
	master->tail = transfer;
	if (dram->masters <= run->master)
		dram->masters = run->master + 1u;
	dram->now = now;
	dram->has_next = 0;
	return NPU_OK;
}

uint64_t npu__master_ready(struct npu_dram *dram, struct npu__master *master,
			   uint64_t bursts)
{
	uint64_t window = dram->chip.dma.outstanding;

	while (master->in_flight + bursts > window) {
		const struct npu__piece *oldest = &master->ring[master->first];

		master->in_flight -= oldest->bursts;
		master->room = npu__max(master->room, oldest->done);
		master->first = (master->first + 1) % window;
		master->count--;
	}
	return npu__max(master->room, master->head->submitted);
}

void npu__master_start(struct npu_dram *dram, struct npu__master *master,
		       uint64_t bursts, uint64_t done)
{
	struct npu__transfer *transfer = master->head;
	uint64_t window = dram->chip.dma.outstanding;

	master->ring[(master->first + master->count) % window] =
		(struct npu__piece){ done, bursts };
	master->count++;
	master->in_flight += bursts;
	transfer->burst += bursts;
	transfer->bursts_left -= bursts;
	transfer->done = npu__max(transfer->done, done);
	if (transfer->run.is_write)
		dram->counters.write_bursts += bursts;
	else
		dram->counters.read_bursts += bursts;
	if (transfer->bursts_left)
		return;
	master->head = transfer->next;
	if (!master->head)
		master->tail = NULL;
	npu__dram_finish(dram, transfer);
}

static int earlier(const struct npu__completion *a,
		   const struct npu__completion *b)
{
	return a->cycle != b->cycle ? a->cycle < b->cycle
				    : a->sequence < b->sequence;
}

void npu__dram_finish(struct npu_dram *dram, struct npu__transfer *transfer)
{
	uint64_t cycle = npu__ratio_ceil(dram->to_core, transfer->done);
	struct npu__completion *heap = dram->heap;
	struct npu__completion last;
	uint64_t i = dram->heap_count++;

	last = (struct npu__completion){ cycle, transfer->sequence, transfer };
	dram->counters.clocks = npu__max(dram->counters.clocks, transfer->done);
	for (; i && earlier(&last, &heap[(i - 1) / 2]); i = (i - 1) / 2)
		heap[i] = heap[(i - 1) / 2];
	heap[i] = last;
}

static void pop_completion(struct npu_dram *dram)
{
	struct npu__completion *heap = dram->heap;
	uint64_t count = --dram->heap_count;
	struct npu__completion last = heap[count];
	uint64_t i = 0;

	for (;;) {
		uint64_t child = 2 * i + 1;

		if (child >= count)
			break;
		if (child + 1 < count &&
		    earlier(&heap[child + 1], &heap[child]))
			child++;
		if (!earlier(&heap[child], &last))
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = last;
}

/* Is the level's next decision due by cycle `until`, and before `reported`? A
 * tick t is due where t <= floor(until in ticks), which is ceil(t in cycles)
 * <= until. */
static int is_due(struct npu_dram *dram, uint64_t until, uint64_t reported)
{
	if (!dram->has_next) {
		dram->has_next = 1;
		dram->next_tick = dram->level->next(dram);
		if (dram->next_tick != UINT64_MAX) {
			dram->next_floor = npu__ratio_floor(dram->to_core,
							    dram->next_tick);
			dram->next_ceil =
				npu__ratio_ceil(dram->to_core, dram->next_tick);
		}
	}
	return dram->next_tick != UINT64_MAX && dram->next_ceil <= until &&
	       dram->next_floor < reported;
}

/* Decisions are taken in order of time and never beyond a completion that is
 * still to be reported: what the caller submits then takes part in them. */
int npu_dram_advance(struct npu_dram *dram, uint64_t until,
		     struct npu_dram_run *done, uint64_t *cycle)
{
	for (;;) {
		uint64_t reported =
			dram->heap_count ? dram->heap[0].cycle : UINT64_MAX;
		struct npu__transfer *transfer;

		if (is_due(dram, until, reported)) {
			dram->level->step(dram);
			dram->counters.steps++;
			dram->has_next = 0;
			continue;
		}
		if (!dram->heap_count || reported > until) {
			if (until != UINT64_MAX)
				dram->now = npu__max(dram->now, until);
			return 0;
		}
		transfer = dram->heap[0].transfer;
		pop_completion(dram);
		*done = transfer->run;
		*cycle = reported;
		dram->now = npu__max(dram->now, reported);
		transfer->next = dram->free;
		dram->free = transfer;
		return 1;
	}
}

struct npu_dram_counters npu_dram_count(const struct npu_dram *dram)
{
	struct npu_dram_counters counters = dram->counters;

	if (dram->level->count)
		dram->level->count(dram, &counters);
	return counters;
}
