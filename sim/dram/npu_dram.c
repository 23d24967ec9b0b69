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
	free(dram->done);
	free(dram);
}

/* Places for every transfer there is twice, so that a completion finds one and
 * that the queue moves to its front seldom. */
static enum npu_status add_block(struct npu_dram *dram, struct npu_error *err)
{
	const size_t capacity = dram->done_capacity + 2 * BLOCK_TRANSFERS;
	struct npu__block *block = malloc(sizeof *block);
	struct npu__completion *queue;

	queue = realloc(dram->done, capacity * sizeof *queue);
	if (queue)
		dram->done = queue;
	if (!block || !queue) {
		free(block);
		return npu_fail(err, NPU_E_NOMEM, "no memory for DRAM runs");
	}
	dram->done_capacity = capacity;
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
	dram->waiting |= (uint64_t)1 << run->master;
	if (dram->masters <= run->master)
		dram->masters = run->master + 1u;
	dram->now = now;
	dram->has_next = 0;
	return NPU_OK;
}

static int earlier(const struct npu__completion *a,
		   const struct npu__completion *b)
{
	return a->cycle != b->cycle ? a->cycle < b->cycle
				    : a->sequence < b->sequence;
}

/* Among the completions, which come nearly in order. */
void npu__dram_finish(struct npu_dram *dram, struct npu__transfer *transfer)
{
	const struct npu__completion last = {
		.cycle = npu__ratio_ceil(dram->to_core, transfer->done),
		.sequence = transfer->sequence,
		.tick = transfer->done,
		.transfer = transfer,
	};
	struct npu__completion *done = dram->done;
	size_t i;

	dram->counters.clocks = npu_max(dram->counters.clocks, transfer->done);
	if (dram->done_end == dram->done_capacity) { /* room at the front */
		dram->done_end -= dram->done_first;
		memmove(done, done + dram->done_first,
			dram->done_end * sizeof *done);
		dram->done_first = 0;
	}
	i = dram->done_end++;
	for (; i > dram->done_first && earlier(&last, &done[i - 1]); i--)
		done[i] = done[i - 1];
	done[i] = last;
}

/* Is a decision at `tick` due by cycle `until`? Where tick <= floor(until in
 * ticks), which is ceil(tick in cycles) <= until. Of most calls `until` is that
 * of the call before. */
static int is_by(struct npu_dram *dram, uint64_t tick, uint64_t until)
{
	if (until >> 48) /* its ticks may exceed 64 bits */
		return npu__ratio_ceil(dram->to_core, tick) <= until;
	if (dram->until != until) {
		dram->until = until;
		dram->until_tick = npu__ratio_floor(dram->to_tick, until);
	}
	return tick <= dram->until_tick;
}

/* Is it before the completion that is reported next? Where its cycle, rounded
 * down, is: so it is for every tick before the completion's own. */
static int is_before_report(const struct npu_dram *dram, uint64_t tick)
{
	const struct npu__completion *next = &dram->done[dram->done_first];

	return dram->done_first == dram->done_end || tick < next->tick ||
	       npu__ratio_floor(dram->to_core, tick) < next->cycle;
}

static int is_due(struct npu_dram *dram, uint64_t until)
{
	if (!dram->has_next) {
		dram->has_next = 1;
		dram->next_tick = dram->level->next(dram);
	}
	return dram->next_tick != UINT64_MAX &&
	       is_by(dram, dram->next_tick, until) &&
	       is_before_report(dram, dram->next_tick);
}

/* Decisions are taken in order of time and never beyond a completion that is
 * still to be reported: what the caller submits then takes part in them. */
int npu_dram_advance(struct npu_dram *dram, uint64_t until,
		     struct npu_dram_run *done, uint64_t *cycle)
{
	const struct npu__completion *next;
	struct npu__transfer *transfer;

	while (is_due(dram, until)) {
		dram->level->step(dram);
		dram->counters.steps++;
		dram->has_next = 0;
	}
	next = &dram->done[dram->done_first];
	if (dram->done_first == dram->done_end || next->cycle > until) {
		if (until != UINT64_MAX)
			dram->now = npu_max(dram->now, until);
		return 0;
	}
	dram->done_first++;
	transfer = next->transfer;
	*done = transfer->run;
	*cycle = next->cycle;
	dram->now = npu_max(dram->now, next->cycle);
	transfer->next = dram->free;
	dram->free = transfer;
	return 1;
}

struct npu_dram_counters npu_dram_count(const struct npu_dram *dram)
{
	struct npu_dram_counters counters = dram->counters;

	if (dram->level->count)
		dram->level->count(dram, &counters);
	return counters;
}
