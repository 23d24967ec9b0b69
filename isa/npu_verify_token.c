/* isa/npu_verify_token.c - the sequential run's token counters, with clocks.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_verify_internal.h"
#include <stdlib.h>
#include <string.h>

/* A counter: how many it holds, and the clocks of those given and not yet
 * taken, oldest first. Tokens that were there at the start carry none. */
struct counter {
	uint32_t count, plain; /* of these, without a clock */
	uint32_t head, room;   /* of the ring */
	uint32_t *ring;        /* [room][processes] */
};

struct npu__counters {
	const struct npu_program *program;
	uint32_t processes;
	struct counter counter[NPU_CORES_MAX][NPU_TOKENS];
};

enum npu_status npu__counters_create(const struct npu_program *program,
				     uint32_t processes,
				     struct npu__counters **out,
				     struct npu_error *err)
{
	struct npu__counters *tokens = calloc(1, sizeof *tokens);

	if (!tokens)
		return npu_fail(err, NPU_E_NOMEM, "verifying a program");
	tokens->program = program;
	tokens->processes = processes;
	for (uint32_t c = 0; c < program->core_count; c++)
		for (int k = 0; k < NPU_TOKENS; k++) {
			const struct npu_token *t = &program->core[c].token[k];
			struct counter *counter = &tokens->counter[c][k];

			if (t->used)
				counter->count = counter->plain = t->initial;
		}
	*out = tokens;
	return NPU_OK;
}

void npu__counters_destroy(struct npu__counters *tokens)
{
	if (!tokens)
		return;
	for (int c = 0; c < NPU_CORES_MAX; c++)
		for (int k = 0; k < NPU_TOKENS; k++)
			free(tokens->counter[c][k].ring);
	free(tokens);
}

const char *npu__counters_declared(const struct npu__counters *tokens,
				   uint32_t core, enum npu_engine_id engine,
				   const union npu_insn *insn, unsigned *bit)
{
	const struct npu_program *p = tokens->program;

	for (unsigned k = 0; k < NPU_TOKENS; k++) {
		const struct npu_token *t = &p->core[core].token[k];

		*bit = k;
		if (!(insn->any.wait >> k & 1))
			continue;
		if (!t->used)
			return "waits for a token that is not declared";
		if (t->consumer_core != core || t->consumer != engine)
			return "waits for a token declared for another "
			       "consumer";
	}
	for (unsigned k = 0; k < NPU_TOKENS; k++) {
		const struct npu_port *port = &p->core[core].port[k];

		*bit = k;
		if (!(insn->any.signal >> k & 1))
			continue;
		if (!port->used)
			return "signals a port that is not declared";
		const struct npu_token *t =
			&p->core[port->core].token[port->counter];
		if (!t->used)
			return "signals a token that is not declared";
		if (t->producer_core != core || t->producer != engine)
			return "signals a token declared for another "
			       "producer";
	}
	return NULL;
}

int npu__counters_ready(const struct npu__counters *tokens, uint32_t core,
			uint64_t wait, unsigned *empty)
{
	for (unsigned k = 0; k < NPU_TOKENS; k++)
		if (wait >> k & 1 && !tokens->counter[core][k].count) {
			*empty = k;
			return 0;
		}
	return 1;
}

void npu__counters_take(struct npu__counters *tokens, uint32_t core,
			uint64_t wait, uint32_t *clock)
{
	for (unsigned k = 0; k < NPU_TOKENS; k++) {
		struct counter *c = &tokens->counter[core][k];

		if (!(wait >> k & 1))
			continue;
		c->count--;
		if (c->plain) {
			c->plain--;
			continue;
		}
		const uint32_t *given =
			c->ring + (size_t)c->head * tokens->processes;
		for (uint32_t q = 0; q < tokens->processes; q++)
			if (clock[q] < given[q])
				clock[q] = given[q];
		c->head = (c->head + 1) % c->room;
	}
}

int npu__counters_room(const struct npu__counters *tokens, uint32_t core,
		       uint64_t signal, unsigned *full)
{
	const struct npu_program *p = tokens->program;

	for (unsigned k = 0; k < NPU_TOKENS; k++) {
		struct npu_port to = p->core[core].port[k];

		*full = k;
		if (signal >> k & 1 &&
		    tokens->counter[to.core][to.counter].count >=
			    p->core[to.core].token[to.counter].capacity)
			return 0;
	}
	return 1;
}

static enum npu_status push(struct npu__counters *tokens, struct counter *c,
			    const uint32_t *clock)
{
	size_t bytes = tokens->processes * sizeof *clock;
	uint32_t held = c->count - c->plain;

	if (held == c->room) { /* full: unroll into twice the room */
		uint32_t room = c->room ? 2 * c->room : 4;
		uint32_t *ring = malloc(room * bytes);

		if (!ring)
			return NPU_E_NOMEM;
		for (uint32_t i = 0; i < held; i++)
			memcpy(ring + (size_t)i * tokens->processes,
			       c->ring + (size_t)((c->head + i) % c->room) *
						 tokens->processes,
			       bytes);
		free(c->ring);
		c->ring = ring;
		c->room = room;
		c->head = 0;
	}
	memcpy(c->ring +
		       (size_t)((c->head + held) % c->room) * tokens->processes,
	       clock, bytes);
	c->count++;
	return NPU_OK;
}

enum npu_status npu__counters_give(struct npu__counters *tokens, uint32_t core,
				   uint64_t signal, const uint32_t *clock)
{
	for (unsigned k = 0; k < NPU_TOKENS; k++) {
		struct npu_port to = tokens->program->core[core].port[k];

		if (signal >> k & 1)
			NPU_TRY(push(tokens,
				     &tokens->counter[to.core][to.counter],
				     clock));
	}
	return NPU_OK;
}

int npu__counters_left(const struct npu__counters *tokens, uint32_t *core,
		       unsigned *token, uint32_t *count)
{
	for (*core = 0; *core < tokens->program->core_count; (*core)++)
		for (*token = 0; *token < NPU_TOKENS; (*token)++) {
			const struct npu_token *t =
				&tokens->program->core[*core].token[*token];

			*count = tokens->counter[*core][*token].count;
			if (t->used && *count > t->initial)
				return 1;
		}
	return 0;
}
