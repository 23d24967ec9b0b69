/* sim/npu_account.c - where every cycle, byte and operation is counted.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Between two events nothing changes, so the cycles between them fall in one
 * bin of each engine and one of the oldest unfinished layer. The array alone
 * changes within: there the waits inside a GEMM are known as a sum.
 * model: they count before its streaming, and the scratchpad's side of LD and
 * ST before the wait for DRAM. Sums are exact; only where a layer ends in the
 * middle of such a descriptor may a few cycles be its neighbour's. */
#include "sim/npu_sim_internal.h"
#include <stdlib.h>
#include <string.h>

/* ---- the array ---- */

/* What the array does with some cycles. */
struct array_use {
	struct npu__flight *flight; /* that occupies it; NULL: none */
	uint8_t streams;            /* in its window: its bins say more */
	enum npu_bin bin;           /* else: the engine's, and the layer's */
	enum npu_stall stall; /* NPU_STALL_COUNT: not for the array to say */
};

static const struct {
	enum npu_stall stall;
	enum npu_bin bin;
} array_bin[NPU_ARRAY_BINS] = {
	[NPU_ARRAY_weight_load] = { NPU_STALL_weight_load,
				    NPU_BIN_weight_load },
	[NPU_ARRAY_hazard] = { NPU_STALL_hazard, NPU_BIN_hazard },
	[NPU_ARRAY_bank] = { NPU_STALL_bank, NPU_BIN_bank },
	[NPU_ARRAY_fill] = { NPU_STALL_fill_drain, NPU_BIN_fill_drain },
	[NPU_ARRAY_stream] = { NPU_STALL_compute, NPU_BIN_busy },
};

/* Cycles of a GEMM's window: bins in order, the streaming last. Returns how many
 * it had. */
static uint64_t use_window(struct npu__flight *flight, uint64_t cycles,
			   uint64_t *bins, uint64_t *stall)
{
	uint64_t left = cycles;

	for (int b = 0; b < NPU_ARRAY_BINS && left; b++) {
		uint64_t n = flight->span.bin[b];

		n = n < left ? n : left;
		flight->span.bin[b] -= n;
		stall[array_bin[b].stall] += n;
		bins[array_bin[b].bin] += n;
		left -= n;
	}
	return cycles - left;
}

static struct array_use use_array(const struct npu_sim *sim,
				  struct npu__engine *mx)
{
	const int waits_for_bank = mx->waits == NPU_BIN_bank;
	struct array_use use = { .stall = NPU_STALL_COUNT };

	for (uint32_t i = 0; i < mx->flight_count; i++) {
		use.flight = npu__flight(mx, i);
		use.streams = use.flight->span.begin <= sim->now &&
			      sim->now < use.flight->span.stream_end;
		if (use.streams)
			return use;
	}
	for (uint32_t i = 0; i < mx->flight_count; i++) {
		use.flight = npu__flight(mx, i);
		if (sim->now >= use.flight->done)
			continue;
		use.bin = NPU_BIN_fill_drain;
		/* the order of npu_stall.def: bank before drain */
		use.stall =
			waits_for_bank ? NPU_STALL_bank : NPU_STALL_fill_drain;
		return use;
	}
	/* finished, but its token has no room */
	use.flight = NULL;
	use.bin = mx->flight_count ? NPU_BIN_token : mx->waits;
	if (waits_for_bank)
		use.stall = NPU_STALL_bank;
	return use;
}

/* ---- the other engines ---- */

/* The descriptor that occupies an engine; NULL where none does. */
static struct npu__flight *occupant(struct npu__engine *engine)
{
	for (uint32_t i = 0; i < engine->flight_count; i++) {
		struct npu__flight *flight = npu__flight(engine, i);

		if (!flight->is_executed)
			return flight;
	}
	return NULL;
}

static uint64_t *occupied_cycles(struct npu_stats *stats,
				 enum npu_engine_id engine)
{
	switch (engine) {
	case NPU_ENGINE_ld:
		return &stats->load_cycles;
	case NPU_ENGINE_st:
		return &stats->store_cycles;
	default:
		return &stats->vector_cycles;
	}
}

static void use_engine(struct npu_sim *sim, struct npu__engine *engine,
		       uint64_t cycles, uint64_t *bins)
{
	struct npu__flight *flight = occupant(engine);
	struct npu__layer *layer;
	uint64_t busy = cycles;

	if (!flight) {
		bins[engine->flight_count ? NPU_BIN_token : engine->waits] +=
			cycles;
		return;
	}
	layer = &sim->layer[flight->layer];
	*occupied_cycles(&layer->stats, engine->id) += cycles;
	if (engine->id != NPU_ENGINE_vx) {
		busy = engine->busy_left < cycles ? engine->busy_left : cycles;
		engine->busy_left -= busy;
		layer->dma_busy_cycles[engine->id - NPU_ENGINE_ld] += busy;
	}
	bins[NPU_BIN_busy] += busy;
	bins[NPU_BIN_dram] += cycles - busy;
}

/* ---- one core, and the layer ---- */

static int has_work(const struct npu__core *core)
{
	for (int e = NPU_ENGINE_ld; e < NPU_ENGINE_COUNT; e++)
		if (core->engine[e].count || core->engine[e].flight_count)
			return 1;
	return 0;
}

/* Where no array is at work: the first that applies of the bins after. */
static enum npu_stall idle_reason(struct npu__core *core)
{
	if (occupant(&core->engine[NPU_ENGINE_vx]))
		return NPU_STALL_vector;
	if (occupant(&core->engine[NPU_ENGINE_ld]) ||
	    occupant(&core->engine[NPU_ENGINE_st]))
		return NPU_STALL_dram;
	return has_work(core) ? NPU_STALL_token : NPU_STALL_idle;
}

/* Add the cycles to the bins of each engine, and to those of the layer. */
static void account_core(struct npu_sim *sim, struct npu__core *core,
			 uint64_t cycles, uint64_t *stall)
{
	struct npu__engine *mx = &core->engine[NPU_ENGINE_mx];
	const struct array_use use = use_array(sim, mx);
	/* the record has one set of engines: those of the first core */
	uint64_t(*bins)[NPU_BIN_COUNT] =
		core->index == 0 ? sim->bins : sim->other_bins;
	uint64_t *mx_bins = bins[NPU_ENGINE_mx - NPU_ENGINE_ld];
	uint64_t told = 0; /* cycles whose reason the window knew */

	if (use.flight)
		sim->layer[use.flight->layer].stats.compute_cycles += cycles;
	if (use.streams)
		told = use_window(use.flight, cycles, mx_bins, stall);
	else
		mx_bins[use.bin] += cycles;
	if (!told)
		stall[use.stall == NPU_STALL_COUNT ? idle_reason(core)
						   : use.stall] += cycles;
	for (int e = NPU_ENGINE_ld; e < NPU_ENGINE_COUNT; e++)
		if (e != NPU_ENGINE_mx)
			use_engine(sim, &core->engine[e], cycles,
				   bins[e - NPU_ENGINE_ld]);
}

/* The first bin that holds cycles: its number ranks a core's use of them. */
static int rank(const uint64_t *stall)
{
	int b = 0;

	while (b < NPU_STALL_COUNT && !stall[b])
		b++;
	return b;
}

/* Several cores: the one that does most for the network counts. */
static void account_cores(struct npu_sim *sim, uint64_t cycles, uint64_t *stall)
{
	uint64_t best[NPU_STALL_COUNT] = { 0 };

	for (uint32_t i = 0; i < sim->core_count; i++) {
		uint64_t mine[NPU_STALL_COUNT] = { 0 };

		account_core(sim, &sim->core[i], cycles, mine);
		if (rank(mine) < rank(best))
			memcpy(best, mine, sizeof best);
	}
	for (int b = 0; b < NPU_STALL_COUNT; b++)
		stall[b] += best[b];
}

void npu__account(struct npu_sim *sim, npu_cycle until)
{
	struct npu_stats *stats = &sim->layer[sim->oldest].stats;
	const uint64_t cycles = until - sim->now;

	if (cycles == 0)
		return;
	if (sim->core_count == 1)
		account_core(sim, &sim->core[0], cycles, stats->stall);
	else
		account_cores(sim, cycles, stats->stall);
	stats->cycles += cycles;
}

/* ---- descriptors ---- */

void npu__account_issue(struct npu_sim *sim, const struct npu__flight *flight)
{
	struct npu__layer *layer = &sim->layer[flight->layer];

	if (!layer->has_issued)
		layer->first_issue = sim->now;
	layer->has_issued = 1;
}

/* LD, ST: whether it took longer than the scratchpad's side of it. */
static unsigned is_slow(const struct npu__engine *engine,
			const struct npu__flight *flight)
{
	return (engine->id == NPU_ENGINE_ld || engine->id == NPU_ENGINE_st) &&
	       flight->done > flight->issue + flight->cost.cycles;
}

static enum npu_status keep_event(struct npu_sim *sim,
				  const struct npu__core *core,
				  const struct npu__engine *engine,
				  const struct npu__flight *flight,
				  struct npu_error *err)
{
	const union npu_insn *insn = npu__insn(core, flight->insn);

	if (sim->event_count == sim->event_capacity) {
		size_t capacity = 2 * sim->event_capacity + 1024;
		struct npu_event *events =
			realloc(sim->events, capacity * sizeof *events);

		if (!events)
			return npu_fail(err, NPU_E_NOMEM,
					"no memory for the trace");
		sim->events = events;
		sim->event_capacity = capacity;
	}
	sim->events[sim->event_count++] = (struct npu_event){
		.start_cycle = flight->issue,
		.end_cycle = sim->now,
		.insn = flight->insn,
		.tag = (uint32_t)insn->any.tag,
		.core = (uint8_t)core->index,
		.engine = (uint8_t)engine->id,
		.waited = (uint8_t)(flight->waited | is_slow(engine, flight)
							     << NPU_WAIT_dram),
		.wait = (uint16_t)insn->any.wait,
		.signal = npu__tokens_counters(core, insn->any.signal),
	};
	return NPU_OK;
}

static void add_cost(struct npu_stats *stats, const struct npu_cost *cost)
{
	stats->instructions++;
	stats->array_macs += cost->macs;
	stats->vector_ops += cost->vector_ops;
	stats->function_ops += cost->function_ops;
	stats->spad_read_bytes += cost->spad_read_bytes;
	stats->spad_write_bytes += cost->spad_write_bytes;
	stats->acc_read_bytes += cost->acc_read_bytes;
	stats->acc_write_bytes += cost->acc_write_bytes;
}

void npu__account_counters(struct npu_sim *sim)
{
	const struct npu_dram_counters now = sim->port.count(sim->port.user);
	struct npu_stats *stats = &sim->layer[sim->oldest].stats;

	stats->dram_activates += now.activates - sim->activates;
	stats->dram_refreshes += now.refreshes - sim->refreshes;
	sim->activates = now.activates;
	sim->refreshes = now.refreshes;
}

enum npu_status npu__account_retire(struct npu_sim *sim,
				    const struct npu__core *core,
				    const struct npu__engine *engine,
				    const struct npu__flight *flight,
				    struct npu_error *err)
{
	struct npu__layer *layer = &sim->layer[flight->layer];

	add_cost(&layer->stats, &flight->cost);
	layer->last_done = sim->now;
	if (--layer->left == 0 && sim->options.functional && sim->hook)
		sim->hook(sim->hook_user, sim, flight->layer);
	if (sim->layer[sim->oldest].left == 0)
		npu__account_counters(sim);
	while (sim->oldest + 1 < sim->layer_count &&
	       sim->layer[sim->oldest].left == 0)
		sim->oldest++;
	return sim->options.trace ? keep_event(sim, core, engine, flight, err)
				  : NPU_OK;
}

/* ---- memory ---- */

/* Samples cover the whole run: when there are too many, two become one. */
static void halve_samples(struct npu_sim *sim)
{
	for (size_t i = 0; i < sim->sample_count; i += 2) {
		struct npu_sample two = sim->samples[i];

		if (i + 1 < sim->sample_count) {
			two.read_bytes += sim->samples[i + 1].read_bytes;
			two.write_bytes += sim->samples[i + 1].write_bytes;
		}
		sim->samples[i / 2] = two;
	}
	sim->sample_count = (sim->sample_count + 1) / 2;
	sim->sample_cycles *= 2;
}

static enum npu_status keep_sample(struct npu_sim *sim, uint64_t bytes,
				   int is_write, npu_cycle at,
				   struct npu_error *err)
{
	if (!sim->samples) {
		sim->sample_capacity = 4096;
		sim->samples =
			calloc(sim->sample_capacity, sizeof *sim->samples);
		if (!sim->samples)
			return npu_fail(err, NPU_E_NOMEM,
					"no memory for the trace");
	}
	while (at / sim->sample_cycles >= sim->sample_capacity)
		halve_samples(sim);
	while (sim->sample_count <= at / sim->sample_cycles)
		sim->samples[sim->sample_count++] = (struct npu_sample){ 0 };
	if (is_write)
		sim->samples[at / sim->sample_cycles].write_bytes += bytes;
	else
		sim->samples[at / sim->sample_cycles].read_bytes += bytes;
	return NPU_OK;
}

enum npu_status npu__account_memory(struct npu_sim *sim, uint32_t layer,
				    const struct npu_dram_run *run,
				    npu_cycle at, struct npu_error *err)
{
	struct npu_stats *stats = &sim->layer[layer].stats;
	const uint64_t first = run->address / 64;
	const uint64_t last = (run->address + run->bytes - 1) / 64;
	const uint64_t moved = (last - first + 1) * 64;

	if (run->is_write)
		stats->dram_write_bytes += moved;
	else
		stats->dram_read_bytes += moved;
	return sim->options.trace
		       ? keep_sample(sim, moved, run->is_write, at, err)
		       : NPU_OK;
}
