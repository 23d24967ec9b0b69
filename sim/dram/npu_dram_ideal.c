/* sim/dram/npu_dram_ideal.c - memory of fixed latency and fixed bandwidth.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/dram/npu_dram_internal.h"
#include <stdlib.h>

/* Masters take turns after this many bursts (512 bytes). */
enum { PIECE_BURSTS = 8 };

struct ideal {
	struct npu__ratio byte; /* core cycles a byte */
	uint64_t free_cycle;    /* the bus is free from cycle + part / den */
	uint64_t free_part;
	unsigned chosen; /* by next(), for step() */
};

static enum npu_status ideal_create(struct npu_dram *dram,
				    struct npu_error *err)
{
	const struct npu_chip *chip = &dram->chip;
	struct ideal *ideal;

	if (chip->dram.bandwidth == 0)
		return npu_fail(err, NPU_E_RANGE,
				"dram.bandwidth: ideal memory needs one");
	ideal = calloc(1, sizeof *ideal);
	if (!ideal)
		return npu_fail(err, NPU_E_NOMEM, "no memory for the DRAM");
	ideal->byte = npu__ratio(chip->chip.clock, chip->dram.bandwidth);
	dram->read_latency =
		npu__ratio_ceil(npu__ratio(chip->chip.clock, 1000000000000u),
				chip->dram.latency);
	dram->state = ideal;
	return NPU_OK;
}

static void ideal_destroy(struct npu_dram *dram)
{
	free(dram->state);
}

static uint64_t piece_bursts(const struct npu_dram *dram,
			     const struct npu__master *master)
{
	uint64_t most = npu_min(PIECE_BURSTS, npu__window_piece(dram));

	return npu_min(most, master->head->bursts_left);
}

/* The bus serves the master that has been ready longest in turn. */
static uint64_t ideal_next(struct npu_dram *dram)
{
	struct ideal *ideal = dram->state;
	uint64_t best = UINT64_MAX;

	for (unsigned i = 1; i <= dram->masters; i++) {
		unsigned m = (dram->turn + i) % dram->masters;
		struct npu__master *master = &dram->master[m];
		uint64_t start;

		if (!master->head)
			continue;
		start = npu__master_ready(dram, master,
					  piece_bursts(dram, master));
		start = npu_max(start, ideal->free_cycle);
		if (start < best) {
			best = start;
			ideal->chosen = m;
		}
	}
	return best;
}

static void ideal_step(struct npu_dram *dram)
{
	struct ideal *ideal = dram->state;
	struct npu__master *master = &dram->master[ideal->chosen];
	uint64_t bursts = piece_bursts(dram, master);
	uint64_t start = npu__master_ready(dram, master, bursts);
	uint64_t time, done;
	int is_write = master->head->run.is_write;

	if (start > ideal->free_cycle) {
		ideal->free_cycle = start;
		ideal->free_part = 0;
	}
	time = bursts * NPU_DRAM_BURST * ideal->byte.num + ideal->free_part;
	ideal->free_cycle += time / ideal->byte.den;
	ideal->free_part = time % ideal->byte.den;
	done = ideal->free_cycle + (ideal->free_part ? 1 : 0);
	dram->turn = ideal->chosen;
	if (!is_write) {
		done += dram->read_latency;
		dram->counters.read_latency_cycles += bursts * (done - start);
	}
	npu__master_start(dram, master, bursts, done);
}

const struct npu__dram_level npu__dram_ideal = {
	.create = ideal_create,
	.destroy = ideal_destroy,
	.next = ideal_next,
	.step = ideal_step,
};
