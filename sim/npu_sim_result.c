/* sim/npu_sim_result.c - from what was counted to the result record.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/npu_sim_internal.h"
#include <math.h>
#include <string.h>

/* ---- roofs: architecture.md, "The roof of a layer" ---- */

struct roof {
	double compute, vector, dram; /* cycles */
};

static struct roof roof_of(const struct npu_sim *sim, uint32_t i)
{
	const struct npu_chip *chip = sim->chip;
	const struct npu__layer *l = &sim->layer[i];
	const struct npu_layer *layer;
	const double array = (double)(chip->array.rows * chip->array.cols) /
			     (l->passes ? l->passes : 1);
	const double lanes = (double)chip->vector.lanes;
	struct roof roof = { 0 };

	if (i >= sim->program->layer_count)
		return roof;
	layer = &sim->program->layer[i];
	/* what VX may run as well has both rates at its disposal */
	roof.compute = (double)layer->array_macs / array +
		       (double)layer->vector_macs / (array + lanes);
	roof.vector = (double)layer->vector_outputs / lanes;
	roof.dram = (double)layer->compulsory_bytes /
		    npu_dram_peak_bytes_per_cycle(chip);
	return roof;
}

/* A roof in whole cycles, never above what it is by a rounding of ours. */
static uint64_t whole(double cycles)
{
	return (uint64_t)ceil(cycles * (1.0 - 1e-12));
}

static uint64_t largest(uint64_t a, uint64_t b, uint64_t c)
{
	const uint64_t ab = a > b ? a : b;

	return ab > c ? ab : c;
}

/* The resource occupied longest. */
static const char *bound_of(const struct npu_sim *sim,
			    const struct npu__layer *layer)
{
	static const char *const name[] = { "compute", "dram", "scratchpad",
					    "vector" };
	const struct npu_stats *s = &layer->stats;
	const uint64_t bytes = s->dram_read_bytes + s->dram_write_bytes;
	const double ld = (double)layer->dma_busy_cycles[0];
	const double st = (double)layer->dma_busy_cycles[1];
	const double cycles[] = {
		(double)s->compute_cycles,
		(double)bytes / npu_dram_peak_bytes_per_cycle(sim->chip),
		ld > st ? ld : st,
		(double)s->vector_cycles,
	};
	int best = 0;

	for (int i = 1; i < 4; i++)
		if (cycles[i] > cycles[best])
			best = i;
	return name[best];
}

/* ---- the record ---- */

static enum npu_status fill_layer(struct npu_sim *sim, uint32_t i,
				  struct npu_result *result,
				  struct npu_error *err)
{
	struct npu__layer *from = &sim->layer[i];
	struct npu_layer_result *to = &result->layers[i];
	const struct roof roof = roof_of(sim, i);
	const struct npu_layer *layer = NULL;

	if (i < sim->program->layer_count)
		layer = &sim->program->layer[i];
	if (from->has_issued)
		from->stats.span_cycles = from->last_done - from->first_issue;
	from->stats.macs = layer ? layer->macs : 0;
	to->name = npu_arena_strdup(
		result->arena, layer && layer->name ? layer->name : "program");
	to->op = npu_arena_strdup(result->arena,
				  layer && layer->op ? layer->op : "");
	if (!to->name || !to->op)
		return npu_fail(err, NPU_E_NOMEM, "no memory for the result");
	to->stats = from->stats;
	to->compulsory_bytes = layer ? layer->compulsory_bytes : 0;
	to->compute_bound_cycles = whole(roof.compute);
	to->vector_bound_cycles = whole(roof.vector);
	to->dram_bound_cycles = whole(roof.dram);
	to->bound_cycles =
		largest(to->compute_bound_cycles, to->vector_bound_cycles,
			to->dram_bound_cycles);
	to->bound = bound_of(sim, from);
	return NPU_OK;
}

static void add_stats(struct npu_stats *total, const struct npu_stats *stats)
{
#define NPU_STAT(name, unit, doc) total->name += stats->name;
#include "traces/npu_stats.def"
	for (int b = 0; b < NPU_STALL_COUNT; b++)
		total->stall[b] += stats->stall[b];
}

static void fill_total(struct npu_sim *sim, struct npu_result *result)
{
	uint64_t compute = 0, vector = 0, dram = 0;

	for (uint32_t i = 0; i < sim->layer_count; i++) {
		const struct npu_layer_result *layer = &result->layers[i];

		add_stats(&result->total, &layer->stats);
		compute += layer->compute_bound_cycles;
		vector += layer->vector_bound_cycles;
		dram += layer->dram_bound_cycles;
	}
	/* spans overlap: that of the network is the run */
	result->total.span_cycles = sim->now;
	result->bound_cycles = largest(compute, vector, dram);
	memcpy(result->bins, sim->bins, sizeof result->bins);
}

static enum npu_status fill_trace(struct npu_sim *sim,
				  struct npu_result *result,
				  struct npu_error *err)
{
	result->events =
		npu_new(result->arena, struct npu_event, sim->event_count);
	result->samples =
		npu_new(result->arena, struct npu_sample, sim->sample_count);
	if (!result->events || !result->samples)
		return npu_fail(err, NPU_E_NOMEM, "no memory for the trace");
	if (sim->event_count)
		memcpy(result->events, sim->events,
		       sim->event_count * sizeof *sim->events);
	if (sim->sample_count)
		memcpy(result->samples, sim->samples,
		       sim->sample_count * sizeof *sim->samples);
	result->event_count = sim->event_count;
	result->sample_count = sim->sample_count;
	result->sample_cycles = sim->sample_cycles;
	return NPU_OK;
}

static enum npu_status fill(struct npu_sim *sim, struct npu_result *result,
			    struct npu_error *err)
{
	const struct npu_chip *chip = sim->chip;
	struct npu_dram_counters counters;

	result->network = npu_arena_strdup(
		result->arena,
		sim->program->network ? sim->program->network : "program");
	result->chip = npu_arena_strdup(result->arena, chip->chip.name);
	result->mode = sim->options.functional ? "functional" : "timing";
	result->clock_hz = chip->chip.clock;
	result->peak_macs_per_cycle =
		chip->array.rows * chip->array.cols * sim->core_count;
	result->dram_peak_gb_per_s = npu_dram_peak_bytes_per_cycle(chip) *
				     (double)chip->chip.clock * 1e-9;
	result->layer_count = sim->layer_count;
	result->layers = npu_new(result->arena, struct npu_layer_result,
				 sim->layer_count);
	if (!result->network || !result->chip || !result->layers)
		return npu_fail(err, NPU_E_NOMEM, "no memory for the result");
	for (uint32_t i = 0; i < sim->layer_count; i++)
		NPU_TRY(fill_layer(sim, i, result, err));
	fill_total(sim, result);
	if (sim->options.trace)
		NPU_TRY(fill_trace(sim, result, err));
	counters = sim->port.count(sim->port.user);
	npu_energy_fill(chip, &sim->technology, sim->macs, &counters, result);
	return NPU_OK;
}

enum npu_status npu__sim_result(struct npu_sim *sim, struct npu_result **out,
				struct npu_error *err)
{
	struct npu_result *result = npu_result_create();
	enum npu_status status;

	if (!result)
		return npu_fail(err, NPU_E_NOMEM, "no memory for the result");
	status = fill(sim, result, err);
	if (status != NPU_OK) {
		npu_result_destroy(result);
		return status;
	}
	*out = result;
	return NPU_OK;
}
