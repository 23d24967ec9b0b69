/* sim/npu_sequencer.c - fetches descriptors ahead and pushes them in order.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/npu_sim_internal.h"

static enum npu_status fetch_ahead(struct npu_sim *sim, struct npu__core *core,
				   struct npu_error *err)
{
	struct npu__sequencer *s = &core->sequencer;

	while (s->asked < core->program->count &&
	       s->asked - s->next < sim->chip->queues.prefetch) {
		const struct npu_dram_run run = {
			.address = s->code_address +
				   (uint64_t)s->asked * NPU_INSN_BYTES,
			.bytes = NPU_INSN_BYTES,
			.master = (uint8_t)(core->index * NPU_MASTERS_A_CORE +
					    NPU_MASTER_fetch),
			.id = s->asked,
		};
		const uint32_t layer =
			npu__layer_of(sim, npu__insn(core, s->asked));

		NPU_TRY(sim->port.submit(sim->port.user, &run, sim->now, err));
		NPU_TRY(npu__account_memory(sim, layer, run.address, run.bytes,
					    0, err));
		s->asked++;
	}
	return NPU_OK;
}

int npu__sequencer_answer(struct npu__core *core)
{
	struct npu__sequencer *s = &core->sequencer;

	return s->next == s->fetched++;
}

static int is_idle(const struct npu__engine *engine)
{
	return engine->count == 0 && engine->flight_count == 0;
}

/* Whether every engine named by the mask has nothing left to do. */
static int are_idle(const struct npu__core *core, uint64_t engines)
{
	for (int e = NPU_ENGINE_ld; e < NPU_ENGINE_COUNT; e++)
		if (engines >> e & 1 && !is_idle(&core->engine[e]))
			return 0;
	return 1;
}

/* One descriptor out of the buffer, if its place can take it. */
static int push(struct npu_sim *sim, struct npu__core *core)
{
	struct npu__sequencer *s = &core->sequencer;
	const union npu_insn *insn = npu__insn(core, s->next);
	struct npu__engine *engine = &core->engine[npu_insn_engine(insn)];

	switch (insn->op) {
	case NPU_OP_end:
		if (!are_idle(core, ~0ull))
			return 0;
		s->has_ended = 1;
		return 1;
	case NPU_OP_bar:
		if (!are_idle(core, insn->bar.engines))
			return 0;
		break;
	case NPU_OP_mark:
		break;
	default:
		if (engine->count == sim->chip->queues.depth)
			return 0;
		engine->queue[(engine->head + engine->count) % NPU_QUEUE_MAX]
			.insn = s->next;
		engine->queue[(engine->head + engine->count) % NPU_QUEUE_MAX]
			.ready = sim->now + 1;
		engine->count++;
		break;
	}
	s->next++;
	return 1;
}

int npu__sequencer_step(struct npu_sim *sim, struct npu__core *core,
			enum npu_status *status, struct npu_error *err)
{
	struct npu__sequencer *s = &core->sequencer;

	if (s->has_ended)
		return 0;
	*status = fetch_ahead(sim, core, err);
	if (*status != NPU_OK || s->next >= s->fetched ||
	    sim->now < s->next_push)
		return 0;
	if (!push(sim, core))
		return 0;
	s->next_push = sim->now + 1;
	return 1;
}

npu_cycle npu__sequencer_next(const struct npu_sim *sim,
			      const struct npu__core *core)
{
	const struct npu__sequencer *s = &core->sequencer;

	/* blocked on a queue or a barrier: woken by what an engine does */
	if (s->has_ended || s->next >= s->fetched || s->next_push <= sim->now)
		return NPU_NEVER;
	return s->next_push;
}
