/* sim/npu_sim.c - a program's run, from event to event.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_plant.h"
#include "sim/npu_sim_internal.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- create and destroy ---- */

/* Tensors that stay in a scratchpad must lie within this chip's. */
static enum npu_status check_tensors(const struct npu_chip *chip,
				     const struct npu_program *program,
				     struct npu_error *err)
{
	const uint64_t in_core = ((uint64_t)1 << NPU_CORE_SHIFT) - 1;

	for (size_t i = 0; i < program->tensor_count; i++) {
		const struct npu_tensor_desc *t = &program->tensor[i];
		uint64_t end =
			(t->offset_bytes & in_core) + npu_dtype_bytes(t->dtype);

		if (program->region[t->region].kind != NPU_REGION_cores)
			continue;
		for (unsigned d = 0; d < t->rank; d++)
			end += (uint64_t)(t->dim[d] - 1) * t->stride_bytes[d];
		if (end > chip->scratchpad.bytes)
			return npu_fail(err, NPU_E_RANGE,
					"tensor '%.80s' ends at byte %" PRIu64
					" of a scratchpad of %" PRIu64,
					t->name, end, chip->scratchpad.bytes);
		if (t->offset_bytes >> NPU_CORE_SHIFT >= program->core_count)
			return npu_fail(
				err, NPU_E_RANGE,
				"tensor '%.80s' lies in core %" PRIu64 " of %u",
				t->name, t->offset_bytes >> NPU_CORE_SHIFT,
				program->core_count);
	}
	return NPU_OK;
}

static enum npu_status check_program(const struct npu_chip *chip,
				     const struct npu_program *program,
				     struct npu_error *err)
{
	uint64_t base[NPU_REGIONS];
	const uint64_t end = npu_program_layout(program, base);

	if (program->core_count < 1 || program->core_count > chip->chip.cores)
		return npu_fail(err, NPU_E_RANGE,
				"program for %u cores, the chip has %" PRIu64,
				program->core_count, chip->chip.cores);
	if (program->chip_fingerprint != npu_chip_fingerprint(chip))
		return npu_fail(err, NPU_E_RANGE,
				"program was compiled for another chip than %s",
				chip->chip.name);
	if (end > chip->dram.capacity)
		return npu_fail(err, NPU_E_CAPACITY,
				"program takes %" PRIu64 " bytes of DRAM, "
				"dram.capacity is %" PRIu64,
				end, chip->dram.capacity);
	NPU_TRY(check_tensors(chip, program, err));
	for (uint32_t i = 0; i < program->core_count; i++) {
		const struct npu_core_program *core = &program->core[i];

		if (core->count == 0 || core->count > UINT32_MAX ||
		    core->code[core->count - 1].op != NPU_OP_end)
			return npu_fail(err, NPU_E_FAULT,
					"core %u: program does not end with "
					"`end`",
					i);
	}
	return NPU_OK;
}

static void count_instructions(struct npu_sim *sim)
{
	sim->oldest = 0;
	for (uint32_t i = 0; i < sim->core_count; i++) {
		const struct npu_core_program *core = &sim->program->core[i];

		for (size_t k = 0; k < core->count; k++)
			if (npu_insn_engine(&core->code[k]) != NPU_ENGINE_ctl)
				sim->layer[npu__layer_of(sim, &core->code[k])]
					.left++;
	}
	while (sim->oldest + 1 < sim->layer_count &&
	       sim->layer[sim->oldest].left == 0)
		sim->oldest++;
}

/* Programs lie one after another in the region of kind `code`; where a program
 * has none, behind everything else. */
static uint64_t code_address(const struct npu_sim *sim, uint64_t end)
{
	for (unsigned r = 0; r < NPU_REGIONS; r++)
		if (sim->program->region[r].kind == NPU_REGION_code)
			return sim->region_base[r];
	return end;
}

static void start_cores(struct npu_sim *sim)
{
	uint64_t code = code_address(
		sim, npu_program_layout(sim->program, sim->region_base));

	if (sim->options.place) {
		code = sim->options.place->code;
		memcpy(sim->region_base, sim->options.place->region,
		       sizeof sim->region_base);
	}
	for (uint32_t i = 0; i < sim->core_count; i++) {
		struct npu__core *core = &sim->core[i];

		npu__burst_destroy(core);
		memset(core, 0, sizeof *core);
		core->index = i;
		core->program = &sim->program->core[i];
		core->sequencer.code_address = code;
		code += core->program->count * NPU_INSN_BYTES;
		for (unsigned t = 0; t < NPU_TOKENS; t++)
			core->token[t] = core->program->token[t].initial;
		for (unsigned t = 0; t < NPU_TOKENS; t++)
			core->tokens |= (uint64_t)(core->token[t] != 0) << t;
		for (int e = 0; e < NPU_ENGINE_COUNT; e++)
			core->engine[e].id = (enum npu_engine_id)e;
		for (int e = 0; e < NPU_ENGINE_COUNT; e++)
			core->engine[e].waits = NPU_BIN_queue_empty;
		npu_array_reset(&core->array, sim->chip);
	}
}

static enum npu_status make_port(struct npu_sim *sim, struct npu_error *err)
{
	if (sim->options.pulled)
		return npu__pull_port(sim, err);
	if (sim->options.make_port)
		return sim->options.make_port(sim->options.port_user,
					      &sim->port, err);
	return npu_memory_port_dram(sim->chip, &sim->port, err);
}

enum npu_status npu_sim_create(const struct npu_chip *chip,
			       const struct npu_program *program,
			       const struct npu_sim_options *options,
			       struct npu_sim **out, struct npu_error *err)
{
	struct npu_sim *sim;
	enum npu_status status;

	NPU_TRY(check_program(chip, program, err));
	sim = calloc(1, sizeof *sim);
	if (!sim)
		return npu_fail(err, NPU_E_NOMEM, "no memory to simulate in");
	sim->chip = chip;
	sim->program = program;
	sim->options = *options;
	sim->core_count = program->core_count;
	sim->layer_count =
		program->layer_count ? (uint32_t)program->layer_count : 1;
	sim->core = calloc(sim->core_count, sizeof *sim->core);
	sim->layer = calloc(sim->layer_count, sizeof *sim->layer);
	sim->macs = calloc(sim->layer_count, sizeof *sim->macs);
	status = sim->core && sim->layer && sim->macs
			 ? NPU_OK
			 : npu_fail(err, NPU_E_NOMEM,
				    "no memory to simulate in");
	if (status == NPU_OK)
		status = npu_technology_load(chip->chip.technology, NULL,
					     &sim->technology, err);
	if (status == NPU_OK)
		status = npu_memory_create(chip, program, options->functional,
					   &sim->memory, err);
	if (status == NPU_OK && options->functional && options->pulled)
		status = npu_memory_own_constants(sim->memory, err);
	if (status == NPU_OK)
		status = make_port(sim, err);
	if (status != NPU_OK) {
		npu_sim_destroy(sim);
		return status;
	}
	*out = sim;
	return NPU_OK;
}

void npu_sim_destroy(struct npu_sim *sim)
{
	if (!sim)
		return;
	if (sim->port.destroy)
		sim->port.destroy(sim->port.user);
	npu_memory_destroy(sim->memory);
	for (uint32_t i = 0; sim->core && i < sim->core_count; i++)
		npu__burst_destroy(&sim->core[i]);
	free(sim->core);
	free(sim->layer);
	free(sim->macs);
	free(sim->events);
	free(sim->samples);
	free(sim);
}

/* Everything but the contents of memory as it is before the first cycle. */
enum npu_status npu__sim_reset(struct npu_sim *sim, struct npu_error *err)
{
	if (sim->has_run) {
		sim->port.destroy(sim->port.user);
		memset(&sim->port, 0, sizeof sim->port);
		NPU_TRY(make_port(sim, err));
	}
	sim->has_run = 1;
	sim->has_bursts = (uint8_t)npu_chip_has_bursts(sim->chip);
	sim->now = 0;
	sim->activates = sim->refreshes = 0;
	sim->event_count = sim->sample_count = 0;
	sim->sample_cycles = NPU_SAMPLE_CYCLES;
	memset(sim->bins, 0, sizeof sim->bins);
	memset(sim->layer, 0, sim->layer_count * sizeof *sim->layer);
	memset(sim->macs, 0, sim->layer_count * sizeof *sim->macs);
	start_cores(sim);
	for (uint32_t i = 0; i < sim->core_count; i++)
		NPU_TRY(npu__burst_create(sim, &sim->core[i], err));
	count_instructions(sim);
	return NPU_OK;
}

/* ---- what happens at one cycle ---- */

static int retire_all(struct npu_sim *sim, struct npu__core *core,
		      enum npu_status *status, struct npu_error *err)
{
	int moved = 0;

	for (int e = NPU_ENGINE_ld; e < NPU_ENGINE_COUNT; e++) {
		struct npu__engine *engine = &core->engine[e];

		if (engine->flight_count &&
		    npu__flight(engine, 0)->done <= sim->now)
			moved += npu__engine_retire(sim, core, engine, status,
						    err);
	}
	return moved;
}

static int issue_all(struct npu_sim *sim, struct npu__core *core,
		     enum npu_status *status, struct npu_error *err)
{
	/* isa.md 3: who goes first where several want a bank */
	static const enum npu_engine_id order[] = {
		NPU_ENGINE_mx, NPU_ENGINE_vx, NPU_ENGINE_ld, NPU_ENGINE_st
	};
	const unsigned swap = NPU_PLANTED(priority) ? 1 : 0;
	int moved = 0;

	for (unsigned i = 0; i < sizeof order / sizeof *order; i++) {
		const unsigned turn = i < 2 ? i ^ swap : i;

		if (*status == NPU_OK)
			moved += npu__engine_issue(sim, core,
						   &core->engine[order[turn]],
						   status, err);
	}
	return moved;
}

static enum npu_status submit_begun(struct npu_sim *sim, struct npu__core *core,
				    struct npu_error *err)
{
	for (int e = NPU_ENGINE_ld; e <= NPU_ENGINE_st; e++) {
		struct npu__engine *engine = &core->engine[e];

		for (uint32_t i = 0;
		     engine->to_submit && i < engine->flight_count; i++) {
			struct npu__flight *flight = npu__flight(engine, i);

			if (!flight->is_submitted && flight->begin <= sim->now)
				NPU_TRY(npu__dma_submit(sim, core, engine,
							flight, err));
		}
	}
	return NPU_OK;
}

/* One cycle. Each pass sees nothing of what another has just done, so all of
 * it is decided on the state at the cycle's beginning: a push is hidden from
 * issue by the cycle it was made in, an issue does not concern the sequencer,
 * and what a retirement frees is seen by neither. */
enum npu_status npu__sim_step(struct npu_sim *sim, int *moved,
			      struct npu_error *err)
{
	enum npu_status status = NPU_OK;

	*moved = 0;
	for (uint32_t i = 0; i < sim->core_count && status == NPU_OK; i++) {
		sim->core[i].taken = 0;
		*moved += npu__sequencer_step(sim, &sim->core[i], &status, err);
	}
	for (uint32_t i = 0; i < sim->core_count && status == NPU_OK; i++)
		*moved += issue_all(sim, &sim->core[i], &status, err);
	for (uint32_t i = 0; i < sim->core_count && status == NPU_OK; i++)
		*moved += retire_all(sim, &sim->core[i], &status, err);
	for (uint32_t i = 0; i < sim->core_count && status == NPU_OK; i++)
		status = submit_begun(sim, &sim->core[i], err);
	return status;
}

npu_cycle npu__sim_next_event(const struct npu_sim *sim)
{
	npu_cycle next = NPU_NEVER;

	for (uint32_t i = 0; i < sim->core_count; i++) {
		const struct npu__core *core = &sim->core[i];
		npu_cycle at = npu__sequencer_next(sim, core);

		next = at < next ? at : next;
		for (int e = NPU_ENGINE_ld; e < NPU_ENGINE_COUNT; e++) {
			at = npu__engine_next(sim, core, &core->engine[e]);
			next = at < next ? at : next;
		}
	}
	return next;
}

int npu__sim_answer(struct npu_sim *sim, const struct npu_dram_run *run,
		    npu_cycle at)
{
	struct npu__core *core = &sim->core[run->master / NPU_MASTERS_A_CORE];
	const unsigned who = run->master % NPU_MASTERS_A_CORE;

	if (who == NPU_MASTER_fetch)
		return npu__sequencer_answer(core, at);
	if (core->engine[who].dma)
		return npu__burst_answer(sim, core, &core->engine[who], at);
	return npu__dma_answer(sim, core, &core->engine[who], run, at);
}

/* ---- tensors ---- */

/* Where the tensor's first element lies: in DRAM, or where it stays in the
 * scratchpad of a core. */
static uint8_t *first_element(struct npu_sim *sim,
			      const struct npu_tensor_desc *t)
{
	const uint64_t core = t->offset_bytes >> NPU_CORE_SHIFT;

	if (sim->program->region[t->region].kind != NPU_REGION_cores)
		return sim->memory->region[t->region] + t->offset_bytes;
	return sim->memory->core[core].spad + t->offset_bytes -
	       (core << NPU_CORE_SHIFT);
}

/* Between a dense, row-major array and a tensor as it lies in memory. */
static void copy_tensor(struct npu_sim *sim, const struct npu_tensor_desc *t,
			uint8_t *data, int is_write)
{
	uint8_t *base = first_element(sim, t);
	const size_t e = npu_dtype_bytes(t->dtype);
	const unsigned last = t->rank ? t->rank - 1u : 0;
	const uint64_t n = t->rank ? t->dim[last] : 1;
	const uint64_t step = t->rank ? t->stride_bytes[last] : e;
	uint64_t rows = 1;

	for (unsigned d = 0; d < last; d++)
		rows *= t->dim[d];
	for (uint64_t row = 0; row < rows; row++) {
		uint64_t left = row;
		uint8_t *at = base;

		for (unsigned d = last; d-- > 0;) {
			at += left % t->dim[d] * t->stride_bytes[d];
			left /= t->dim[d];
		}
		for (uint64_t i = 0; i < n; i++, data += e)
			memcpy(is_write ? at + i * step : data,
			       is_write ? data : at + i * step, e);
	}
}

struct npu_memory *npu_sim_memory(struct npu_sim *sim)
{
	return sim->memory;
}

void npu_sim_write(struct npu_sim *sim, const struct npu_tensor_desc *tensor,
		   const void *data)
{
	copy_tensor(sim, tensor, (uint8_t *)(uintptr_t)data, 1);
}

void npu_sim_read(const struct npu_sim *sim,
		  const struct npu_tensor_desc *tensor, void *data)
{
	copy_tensor((struct npu_sim *)(uintptr_t)sim, tensor, data, 0);
}
