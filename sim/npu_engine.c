/* sim/npu_engine.c - what all engines have in common: issue and retirement.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/npu_sim_internal.h"

static const struct npu__engine_ops *ops_of(const struct npu__engine *engine)
{
	switch (engine->id) {
	case NPU_ENGINE_mx:
		return &npu__mx_ops;
	case NPU_ENGINE_vx:
		return &npu__vx_ops;
	default:
		return &npu__dma_ops;
	}
}

static enum npu_status located(struct npu_sim *sim, enum npu_status status,
			       const struct npu__core *core, uint32_t insn,
			       struct npu_error *err)
{
	const struct npu_error *inner = &sim->fault;
	struct npu_text text = { 0 };

	sim->fault_insn = insn;
	npu_insn_print(npu__insn(core, insn), &text);
	status = npu_fail(err, status, "core %u, instruction %u: %s: %s",
			  core->index, insn, inner->message,
			  text.data ? text.data : "");
	npu_text_clear(&text);
	return status;
}

/* Banks are claimed by one engine at a time; its own descriptors share them. */
static int are_claimed(const struct npu__core *core,
		       const struct npu__engine *engine,
		       const struct npu__banks *banks)
{
	for (int e = NPU_ENGINE_ld; e < NPU_ENGINE_COUNT; e++) {
		const struct npu__engine *other = &core->engine[e];

		if (other == engine)
			continue;
		for (uint32_t i = 0; i < other->flight_count; i++) {
			const struct npu__flight *flight =
				&other->flight[(other->flight_head + i) %
					       NPU_FLIGHT_MAX];

			if (!flight->is_executed &&
			    npu__banks_meet(&flight->banks, banks))
				return 1;
		}
	}
	return 0;
}

/* Bounds and banks of the head, once. */
static enum npu_status check_head(const struct npu_sim *sim,
				  const struct npu__core *core,
				  struct npu__engine *engine, uint32_t index,
				  struct npu_error *err)
{
	const union npu_insn *insn = npu__insn(core, index);
	struct npu_access access[NPU_ACCESS_MAX];
	size_t count;

	if (engine->checked == index + 1)
		return NPU_OK;
	NPU_TRY(npu_exec_check_accesses(sim->memory, insn, access, &count,
					err));
	engine->head_claim = npu__claim_of(sim->chip, insn, access, count);
	engine->checked = index + 1;
	return NPU_OK;
}

static enum npu_status start(struct npu_sim *sim, struct npu__core *core,
			     struct npu__engine *engine, struct npu_error *err)
{
	const uint32_t index = engine->queue[engine->head];
	const union npu_insn *insn = npu__insn(core, index);
	struct npu__flight *flight = npu__flight(engine, engine->flight_count);

	*flight = (struct npu__flight){
		.insn = index,
		.layer = npu__layer_of(sim, insn),
		.issue = sim->now,
		.done = NPU_NEVER,
		.banks = engine->head_claim.all,
		.waited = engine->waited,
	};
	engine->waited = 0;
	NPU_TRY(npu_cost_insn(sim->chip, insn, &flight->cost, err));
	engine->head = (engine->head + 1) % NPU_QUEUE_MAX;
	engine->count--;
	engine->flight_count++;
	npu__sim_tokens_take(core, insn->any.wait);
	npu__account_issue(sim, flight);
	return ops_of(engine)->issue(sim, core, engine, flight, err);
}

/* The head stays for this reason. */
static int stay(struct npu__engine *engine, enum npu_bin bin,
		enum npu_wait wait)
{
	engine->waits = bin;
	engine->waited |= (uint8_t)(1u << wait);
	return 0;
}

int npu__engine_issue(struct npu_sim *sim, struct npu__core *core,
		      struct npu__engine *engine, enum npu_status *status,
		      struct npu_error *err)
{
	struct npu_error *inner = &sim->fault;
	const union npu_insn *insn;
	uint32_t index;

	engine->waits = NPU_BIN_queue_empty;
	if (engine->count <= (engine->last_push == sim->now))
		return 0;
	index = engine->queue[engine->head];
	insn = npu__insn(core, index);
	if (!npu__sim_tokens_ready(core, insn->any.wait))
		return stay(engine, NPU_BIN_token, NPU_WAIT_token);
	if (engine->flight_count == NPU_FLIGHT_MAX ||
	    ops_of(engine)->earliest(sim, core, engine, insn) > sim->now)
		return stay(engine, NPU_BIN_token, NPU_WAIT_engine);
	*status = check_head(sim, core, engine, index, inner);
	if (*status != NPU_OK) {
		*status = located(sim, *status, core, index, err);
		return 0;
	}
	if (are_claimed(core, engine, &engine->head_claim.all))
		return stay(engine, NPU_BIN_bank, NPU_WAIT_bank);
	engine->waits = NPU_BIN_token;
	*status = start(sim, core, engine, inner);
	if (*status != NPU_OK)
		*status = located(sim, *status, core, index, err);
	return *status == NPU_OK;
}

/* The effects of all that is done, in order, and their banks with them. This
 * waits for no token: a descriptor behind one whose signal stalls holds no
 * bank that others need to get that token going. */
static int execute_done(struct npu_sim *sim, struct npu__core *core,
			struct npu__engine *engine, enum npu_status *status,
			struct npu_error *err)
{
	int moved = 0;

	for (uint32_t i = 0; i < engine->flight_count; i++) {
		struct npu__flight *flight = npu__flight(engine, i);

		if (flight->done > sim->now)
			break;
		if (flight->is_executed)
			continue;
		if (sim->options.functional)
			*status = npu_exec_insn(sim->memory, core->index,
						npu__insn(core, flight->insn),
						&sim->fault);
		if (*status != NPU_OK) {
			*status =
				located(sim, *status, core, flight->insn, err);
			return 0;
		}
		flight->is_executed = 1;
		moved = 1;
	}
	return moved;
}

void npu__observe(const struct npu_sim *sim, const struct npu__core *core,
		  enum npu_engine_id engine, uint32_t insn)
{
	if (sim->options.retire)
		sim->options.retire(sim->options.retire_user, sim->now,
				    core->index, engine, insn);
}

void npu__observe_beat(struct npu_sim *sim, const struct npu__core *core,
		       enum npu_engine_id engine, uint32_t insn, npu_cycle at,
		       const struct npu_dma_beat *beat)
{
	npu__pull_beat(sim, insn, beat);
	if (sim->options.beat)
		sim->options.beat(sim->options.beat_user, at, core->index,
				  engine, insn, beat->address, beat->strobe,
				  beat->data);
}

/* Effects first; then the oldest gives its tokens, when there is room. */
int npu__engine_retire(struct npu_sim *sim, struct npu__core *core,
		       struct npu__engine *engine, enum npu_status *status,
		       struct npu_error *err)
{
	int moved = execute_done(sim, core, engine, status, err);
	struct npu__flight *flight = npu__flight(engine, 0);
	const union npu_insn *insn;

	if (*status != NPU_OK || !engine->flight_count || !flight->is_executed)
		return moved;
	insn = npu__insn(core, flight->insn);
	if (!npu__tokens_have_room(sim, core, insn->any.signal)) {
		flight->waited |= 1u << NPU_WAIT_room;
		return moved;
	}
	npu__sim_tokens_give(sim, core, insn->any.signal);
	npu__observe(sim, core, engine->id, flight->insn);
	engine->last_done = flight->done;
	*status = npu__account_retire(sim, core, engine, flight, err);
	engine->flight_head = (engine->flight_head + 1) % NPU_FLIGHT_MAX;
	engine->flight_count--;
	return 1;
}

static npu_cycle sooner(npu_cycle best, npu_cycle at, npu_cycle now)
{
	return at > now && at < best ? at : best;
}

npu_cycle npu__engine_next(const struct npu_sim *sim,
			   const struct npu__core *core,
			   const struct npu__engine *engine)
{
	const npu_cycle now = sim->now;
	npu_cycle next = NPU_NEVER;

	for (uint32_t i = 0; i < engine->flight_count; i++) {
		const struct npu__flight *flight =
			&engine->flight[(engine->flight_head + i) %
					NPU_FLIGHT_MAX];

		/* known only after this cycle's retirements: the next */
		if (!flight->is_executed && flight->done <= now)
			return now + 1;
		next = sooner(next, flight->done, now);
		if (!flight->is_submitted)
			next = sooner(next, flight->begin, now);
		/* the array's windows are accounted one by one */
		next = sooner(next, flight->span.begin, now);
		next = sooner(next, flight->span.stream_end, now);
	}
	if (engine->count && engine->flight_count < NPU_FLIGHT_MAX) {
		const uint32_t index = engine->queue[engine->head];

		next = sooner(next,
			      ops_of(engine)->earliest(sim, core, engine,
						       npu__insn(core, index)),
			      now);
	}
	return next;
}
