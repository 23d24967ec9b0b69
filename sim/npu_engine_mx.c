/* sim/npu_engine_mx.c - the systolic array: GEMMs that overlap.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A GEMM issues while the one before still streams its last tile: its weights
 * are loaded meanwhile, and the one before drains while this one streams
 * (isa/npu_array.c). It issues with its own tokens and banks, so its prefetch
 * of weights waits for them too. */
#include "sim/npu_sim_internal.h"

static npu_cycle earliest(const struct npu_sim *sim,
			  const struct npu__core *core,
			  const struct npu__engine *engine,
			  const union npu_insn *insn)
{
	const struct npu__flight *last;

	(void)core, (void)insn;
	if (!engine->flight_count)
		return sim->now;
	last = &engine->flight[(engine->flight_head + engine->flight_count -
				1) %
			       NPU_FLIGHT_MAX];
	return last->span.accept;
}

/* What a GEMM will wait for in the array, by the bins of its window. */
static uint8_t array_waits(const struct npu_array_span *span)
{
	return (uint8_t)((span->bin[NPU_ARRAY_weight_load] != 0)
				 << NPU_WAIT_weight_load |
			 (span->bin[NPU_ARRAY_hazard] != 0) << NPU_WAIT_hazard |
			 (span->bin[NPU_ARRAY_bank] != 0)
				 << NPU_WAIT_same_bank);
}

static enum npu_status issue(struct npu_sim *sim, struct npu__core *core,
			     struct npu__engine *engine,
			     struct npu__flight *flight, struct npu_error *err)
{
	const union npu_insn *insn = npu__insn(core, flight->insn);
	struct npu_array_work work = npu_array_cut_insn(sim->chip, &insn->gemm);
	struct npu__layer *layer = &sim->layer[flight->layer];
	const struct npu__claim *claim = &engine->head_claim; /* of this one */

	(void)err;
	work.same_bank =
		(uint8_t)npu__banks_meet(&claim->activations, &claim->weights);
	work.behind_bank =
		(uint8_t)npu__banks_meet(&core->before_banks, &claim->weights);
	flight->span = npu_array_add(&core->array, &work, sim->now);
	flight->done = flight->span.done;
	flight->waited |= array_waits(&flight->span);
	core->before_banks = claim->activations;
	sim->macs[flight->layer].of[insn->gemm.dt_a] += flight->cost.macs;
	if (!layer->passes || work.passes < layer->passes)
		layer->passes = (uint8_t)work.passes;
	return NPU_OK;
}

const struct npu__engine_ops npu__mx_ops = { earliest, issue };
