/* sim/npu_engine_burst.c - LD and ST burst by burst, among the other engines.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Requests and answers are none of the simulator's events: engines and memory
 * work ahead by themselves (npu_sim_pull.c), in the order of cycles, until a
 * descriptor's `done` is known, or that an engine is ready for the next. */
#include "sim/npu_sim_internal.h"
#include "sim/exec/npu_copy.h"

static unsigned master_of(const struct npu__core *core,
			  const struct npu__engine *engine)
{
	return core->index * NPU_MASTERS_A_CORE + (unsigned)engine->id;
}

enum npu_status npu__burst_create(const struct npu_sim *sim,
				  struct npu__core *core, struct npu_error *err)
{
	for (int e = NPU_ENGINE_ld; e <= NPU_ENGINE_st; e++) {
		const struct npu_dma_options options = {
			.is_load = e == NPU_ENGINE_ld,
			.width = sim->chip->dma.width,
			.outstanding = sim->chip->dma.outstanding,
			.startup = sim->chip->dma.startup,
		};

		core->engine[e].asks = NPU_NEVER;
		if (npu_chip_has_bursts(sim->chip))
			NPU_TRY(npu_dma_create(&options, &core->engine[e].dma,
					       err));
	}
	return NPU_OK;
}

void npu__burst_destroy(struct npu__core *core)
{
	for (int e = NPU_ENGINE_ld; e <= NPU_ENGINE_st; e++) {
		npu_dma_destroy(core->engine[e].dma);
		core->engine[e].dma = NULL;
	}
}

/* What the engine's next request and completions are, after an event of it that
 * found it `was_ready`. Returns 1 where something may go on because of it. */
static int look(struct npu_sim *sim, const struct npu__core *core,
		struct npu__engine *engine, int was_ready)
{
	const npu_cycle wants = npu_dma_wants(engine->dma);
	int matters = !was_ready && engine->count &&
		      npu_dma_ready(engine->dma) != NPU_NEVER;

	engine->asks =
		wants == NPU_NEVER
			? NPU_NEVER
			: npu_memory_port_ready(&sim->port,
						master_of(core, engine), wants);
	for (uint32_t i = 0; i < engine->flight_count; i++) {
		struct npu__flight *flight = npu__flight(engine, i);

		if (flight->done != NPU_NEVER)
			continue;
		flight->done = npu_dma_done(engine->dma, flight->job);
		if (flight->done == NPU_NEVER)
			break;
		matters = 1;
	}
	return matters;
}

static int is_ready(const struct npu__engine *engine)
{
	return npu_dma_ready(engine->dma) != NPU_NEVER;
}

enum npu_status npu__burst_issue(struct npu_sim *sim, struct npu__core *core,
				 struct npu__engine *engine,
				 struct npu__flight *flight,
				 struct npu_error *err)
{
	const struct npu_copy copy = npu_copy_of(npu__insn(core, flight->insn));
	const struct npu_dma_job job = {
		.copy = copy,
		.base = sim->region_base[copy.region],
		.is_local = sim->memory->region_kind[copy.region] ==
			    NPU_REGION_cores,
		.spad = sim->memory->core[core->index].spad,
	};

	for (uint64_t i1 = 0; copy.gather && i1 < copy.n1; i1++) {
		int64_t at;

		NPU_TRY(npu__dma_look_up(sim, core, &copy, i1, &at, err));
	}
	flight->is_submitted = 1;
	engine->busy_left += flight->cost.busy_cycles;
	flight->job = npu_dma_issue(engine->dma, &job, sim->now);
	look(sim, core, engine, 1);
	return NPU_OK;
}

/* The engine that asks next. */
static struct npu__engine *next_of(const struct npu_sim *sim,
				   struct npu__core **core)
{
	struct npu__engine *best = NULL;

	for (uint32_t i = 0; i < sim->core_count; i++)
		for (int e = NPU_ENGINE_ld; e <= NPU_ENGINE_st; e++) {
			struct npu__engine *engine = &sim->core[i].engine[e];

			if (best ? engine->asks >= best->asks
				 : engine->asks == NPU_NEVER)
				continue;
			best = engine;
			*core = &sim->core[i];
		}
	return best;
}

npu_cycle npu__burst_next(const struct npu_sim *sim)
{
	struct npu__core *core;
	const struct npu__engine *engine =
		sim->has_bursts ? next_of(sim, &core) : NULL;

	return engine ? engine->asks : NPU_NEVER;
}

enum npu_status npu__burst_ask(struct npu_sim *sim, int *matters,
			       struct npu_error *err)
{
	struct npu__core *core;
	struct npu__engine *engine = next_of(sim, &core);
	const npu_cycle now = engine->asks;
	const int was_ready = is_ready(engine);
	const struct npu__flight *flight;
	struct npu_dma_beat beat;
	struct npu_dram_run run;

	npu_dma_ask(engine->dma, now, &beat);
	flight = &engine->flight[beat.job % NPU_FLIGHT_MAX];
	run = (struct npu_dram_run){
		.address = beat.address,
		.bytes = NPU_BURST_BYTES,
		.is_write = engine->id == NPU_ENGINE_st,
		.master = (uint8_t)master_of(core, engine),
		.id = (uint64_t)(flight - engine->flight),
	};
	NPU_TRY(sim->port.submit(sim->port.user, &run, now, err));
	NPU_TRY(npu__account_memory(sim, flight->layer, &run, now, err));
	npu__observe_beat(sim, core, engine->id, flight->insn, now, &beat);
	*matters = look(sim, core, engine, was_ready);
	if (sim->pull) /* it is to be told in this cycle */
		*matters = 1;
	return NPU_OK;
}

int npu__burst_answer(struct npu_sim *sim, struct npu__core *core,
		      struct npu__engine *engine, npu_cycle at)
{
	const int was_ready = is_ready(engine);

	npu_dma_answer(engine->dma, at);
	return look(sim, core, engine, was_ready);
}
