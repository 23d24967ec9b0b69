/* sim/npu_sequencer.c - fetches descriptors ahead and pushes them in order.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/npu_sim_internal.h"

static uint8_t master(const struct npu__core *core)
{
	return (uint8_t)(core->index * NPU_MASTERS_A_CORE + NPU_MASTER_fetch);
}

/* First cycle >= at in which a descriptor can be asked for. */
static npu_cycle can_ask(const struct npu_sim *sim,
			 const struct npu__core *core, npu_cycle at)
{
	const struct npu__sequencer *s = &core->sequencer;

	if (s->asked == core->program->count ||
	    s->asked - s->next >= sim->chip->queues.prefetch)
		return NPU_NEVER;
	return npu_memory_port_ready(&sim->port, master(core), at);
}

static enum npu_status fetch(struct npu_sim *sim, struct npu__core *core,
			     struct npu_error *err)
{
	struct npu__sequencer *s = &core->sequencer;
	const struct npu_dram_run run = {
		.address =
			s->code_address + (uint64_t)s->asked * NPU_INSN_BYTES,
		.bytes = NPU_INSN_BYTES,
		.master = master(core),
		.id = s->asked,
	};
	const uint32_t layer = npu__layer_of(sim, npu__insn(core, s->asked));

	s->asked++;
	NPU_TRY(sim->port.submit(sim->port.user, &run, sim->now, err));
	npu__observe_beat(sim, core, NPU_ENGINE_ctl, s->asked - 1, sim->now,
			  &(struct npu_dma_beat){ .address = run.address });
	return npu__account_memory(sim, layer, &run, sim->now, err);
}

int npu__sequencer_answer(struct npu__core *core, npu_cycle at)
{
	struct npu__sequencer *s = &core->sequencer;

	if (s->last_answer != at)
		s->fresh = 0;
	s->last_answer = at;
	s->fresh++;
	return s->next == s->fetched++;
}

/* Descriptors that were here at the cycle's beginning. */
static uint32_t here(const struct npu_sim *sim, const struct npu__sequencer *s)
{
	return s->fetched - (s->last_answer == sim->now ? s->fresh : 0);
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
		break;
	case NPU_OP_bar:
		if (!are_idle(core, insn->bar.engines))
			return 0;
		break;
	case NPU_OP_mark:
		break;
	default:
		if (engine->count == sim->chip->queues.depth)
			return 0;
		engine->queue[(engine->head + engine->count) % NPU_QUEUE_MAX] =
			s->next;
		engine->count++;
		engine->last_push = sim->now;
		break;
	}
	if (engine->id == NPU_ENGINE_ctl)
		npu__observe(sim, core, NPU_ENGINE_ctl, s->next);
	s->next++;
	return 1;
}

int npu__sequencer_step(struct npu_sim *sim, struct npu__core *core,
			enum npu_status *status, struct npu_error *err)
{
	struct npu__sequencer *s = &core->sequencer;
	int moved = 0;

	if (s->has_ended)
		return 0;
	/* before the push: it is decided on what was pushed before this cycle
	 */
	if (can_ask(sim, core, sim->now) == sim->now) {
		*status = fetch(sim, core, err);
		if (*status != NPU_OK)
			return 0;
		moved = 1;
	}
	if (s->next < here(sim, s))
		moved += push(sim, core);
	return moved;
}

npu_cycle npu__sequencer_next(const struct npu_sim *sim,
			      const struct npu__core *core)
{
	const struct npu__sequencer *s = &core->sequencer;

	if (s->has_ended)
		return NPU_NEVER;
	/* blocked on a queue or a barrier: woken by what an engine does */
	return s->last_answer == sim->now && s->fresh
		       ? sim->now + 1
		       : can_ask(sim, core, sim->now + 1);
}
