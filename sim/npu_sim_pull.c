/* sim/npu_sim_pull.c - a run, from event to event, as its owner asks for it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/npu_sim_internal.h"
#include <inttypes.h>

static int have_ended(const struct npu_sim *sim)
{
	for (uint32_t i = 0; i < sim->core_count; i++)
		if (!sim->core[i].sequencer.has_ended)
			return 0;
	return 1;
}

static enum npu_status deadlock(const struct npu_sim *sim,
				struct npu_error *err)
{
	struct npu_text text = { 0 };
	enum npu_status status;

	for (uint32_t i = 0; i < sim->core_count; i++)
		for (int e = NPU_ENGINE_ld; e < NPU_ENGINE_COUNT; e++) {
			const struct npu__core *core = &sim->core[i];
			const struct npu__engine *engine = &core->engine[e];

			if (engine->flight_count)
				npu_text_add(&text,
					     "; %s finished instruction %u of "
					     "core %u, "
					     "whose token is full",
					     npu_engine_name(engine->id),
					     engine->flight[engine->flight_head]
						     .insn,
					     i);
			else if (engine->count)
				npu_text_add(&text,
					     "; %s waits with instruction %u "
					     "of core "
					     "%u for its tokens",
					     npu_engine_name(engine->id),
					     engine->queue[engine->head], i);
		}
	status = npu_fail(err, NPU_E_FAULT, "deadlock at cycle %" PRIu64 "%s",
			  sim->now, text.data ? text.data : "");
	npu_text_clear(&text);
	return status;
}

static void move_to(struct npu_sim *sim, npu_cycle at)
{
	npu__account(sim, at);
	sim->now = at;
}

/* LD, ST and memory go on up to `limit`, until something else may because of
 * it: *found is 1, in cycle *at. An answer of the present cycle, which is done
 * with, counts in the next. A request that its answerer has not seen ends it.
 */
static enum npu_status work_ahead(struct npu_sim *sim, npu_cycle limit,
				  npu_cycle *at, int *found,
				  struct npu_error *err)
{
	struct npu_dram_run run;

	for (*found = 0; !*found && !npu__pull_has(sim);) {
		const npu_cycle ask = npu__burst_next(sim);
		int matters;

		if (sim->port.advance(sim->port.user, ask < limit ? ask : limit,
				      &run, at)) {
			matters = npu__sim_answer(sim, &run, *at);
		} else if (ask <= limit && ask != NPU_NEVER) {
			*at = ask;
			NPU_TRY(npu__burst_ask(sim, &matters, err));
		} else {
			return NPU_OK;
		}
		*found = matters && *at > sim->now;
		if (!matters || *found)
			continue;
		sim->moved = 1;
		if (limit > sim->now + 1)
			limit = sim->now + 1;
	}
	return NPU_OK;
}

/* Move to the next event, be it memory's or ours. Where anything moved, that
 * is the next cycle: it may let something else move. *next is its cycle, and
 * *is_there 0 where it lies beyond `until` and no request was made before. */
static enum npu_status advance(struct npu_sim *sim, npu_cycle until,
			       npu_cycle *next, int *is_there,
			       struct npu_error *err)
{
	npu_cycle at;
	int found;

	*next = sim->moved ? sim->now + 1 : npu__sim_next_event(sim);
	if (sim->next_cycle < *next)
		*next = sim->next_cycle;
	NPU_TRY(work_ahead(sim, *next < until ? *next : until, &at, &found,
			   err));
	if (found)
		*next = at;
	else if (sim->moved)
		*next = sim->now + 1;
	/* answers change what decides the next event: it stays as it was */
	sim->next_cycle = *next;
	*is_there = npu__pull_has(sim);
	if (*is_there || *next > until || *next == NPU_NEVER)
		return NPU_OK;
	*is_there = 1;
	sim->next_cycle = NPU_NEVER;
	move_to(sim, *next);
	/* all that memory answers in this cycle comes before anything else:
	 * what was found may not be all of it */
	if (found)
		NPU_TRY(work_ahead(sim, sim->now, &at, &found, err));
	sim->has_stepped = 0;
	return NPU_OK;
}

enum npu_status npu_sim_begin(struct npu_sim *sim, npu_layer_hook *hook,
			      void *user, struct npu_error *err)
{
	sim->hook = hook;
	sim->hook_user = user;
	sim->has_stepped = sim->has_ended = 0;
	sim->next_cycle = NPU_NEVER;
	return npu__sim_reset(sim, err);
}

/* The present cycle. */
static enum npu_status step(struct npu_sim *sim, struct npu_error *err)
{
	if (sim->options.max_cycles && sim->now > sim->options.max_cycles)
		return npu_fail(err, NPU_E_LIMIT,
				"more than %" PRIu64 " cycles",
				sim->options.max_cycles);
	sim->has_stepped = 1;
	NPU_TRY(npu__sim_step(sim, &sim->moved, err));
	sim->has_ended = (uint8_t)have_ended(sim);
	if (sim->has_ended)
		npu__account_counters(sim);
	return NPU_OK;
}

/* Nothing up to `until`: by itself it goes on in event->cycle. */
static enum npu_status wait_for_memory(const struct npu_sim *sim,
				       struct npu_sim_event *event,
				       struct npu_error *err)
{
	const npu_cycle ask = npu__burst_next(sim);
	npu_cycle answer;

	if (!npu__pull_waits(sim, &answer) && event->cycle == NPU_NEVER &&
	    ask == NPU_NEVER)
		return deadlock(sim, err);
	if (answer < event->cycle)
		event->cycle = answer;
	if (ask < event->cycle)
		event->cycle = ask;
	return NPU_OK;
}

enum npu_status npu_sim_next(struct npu_sim *sim, uint64_t until,
			     struct npu_sim_event *event, struct npu_error *err)
{
	int is_there;

	for (;;) {
		if (npu__pull_take(sim, event))
			return NPU_OK;
		*event = (struct npu_sim_event){ .cycle = sim->now };
		if (sim->has_ended) {
			event->kind = NPU_SIM_end;
			return NPU_OK;
		}
		if (!sim->has_stepped) {
			NPU_TRY(step(sim, err));
			continue;
		}
		NPU_TRY(advance(sim, until, &event->cycle, &is_there, err));
		if (!is_there)
			return wait_for_memory(sim, event, err);
	}
}

enum npu_status npu_sim_finish(struct npu_sim *sim, struct npu_result **result,
			       struct npu_error *err)
{
	return npu__sim_result(sim, result, err);
}

enum npu_status npu_sim_run(struct npu_sim *sim, npu_layer_hook *hook,
			    void *user, struct npu_result **result,
			    struct npu_error *err)
{
	struct npu_sim_event event;

	if (sim->options.pulled)
		return npu_fail(err, NPU_E_UNSUPPORTED,
				"a pulled simulator does not run by itself");
	NPU_TRY(npu_sim_begin(sim, hook, user, err));
	NPU_TRY(npu_sim_next(sim, NPU_NEVER, &event, err));
	return npu_sim_finish(sim, result, err);
}
