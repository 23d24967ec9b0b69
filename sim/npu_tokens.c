/* sim/npu_tokens.c - counters between engines.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/npu_sim_internal.h"

int npu__sim_tokens_ready(const struct npu__core *core, uint64_t wait)
{
	for (unsigned t = 0; wait >> t; t++)
		if (wait >> t & 1 && core->token[t] == 0)
			return 0;
	return 1;
}

void npu__sim_tokens_take(struct npu__core *core, uint64_t wait)
{
	for (unsigned t = 0; wait >> t; t++)
		core->token[t] -= (uint32_t)(wait >> t & 1);
}

/* The counter that bit `p` of a signal mask names; NULL where none is. */
static uint32_t *counter(const struct npu_sim *sim,
			 const struct npu__core *core, unsigned p,
			 uint32_t *capacity)
{
	const struct npu_port *port = &core->program->port[p];
	struct npu__core *to;

	if (!port->used || port->core >= sim->core_count ||
	    port->counter >= NPU_TOKENS)
		return NULL;
	to = &sim->core[port->core];
	*capacity = to->program->token[port->counter].capacity;
	return &to->token[port->counter];
}

int npu__tokens_have_room(const struct npu_sim *sim,
			  const struct npu__core *core, uint64_t signal)
{
	for (unsigned p = 0; signal >> p; p++) {
		uint32_t capacity;
		const uint32_t *count;

		if (!(signal >> p & 1))
			continue;
		count = counter(sim, core, p, &capacity);
		if (count && *count >= capacity)
			return 0;
	}
	return 1;
}

void npu__sim_tokens_give(struct npu_sim *sim, const struct npu__core *core,
			  uint64_t signal)
{
	for (unsigned p = 0; signal >> p; p++) {
		uint32_t capacity;
		uint32_t *count;

		if (!(signal >> p & 1))
			continue;
		count = counter(sim, core, p, &capacity);
		if (count)
			++*count;
	}
}

uint16_t npu__tokens_counters(const struct npu__core *core, uint64_t signal)
{
	uint16_t counters = 0;

	for (unsigned p = 0; signal >> p; p++)
		if (signal >> p & 1 && core->program->port[p].used)
			counters |=
				(uint16_t)(1u
					   << (core->program->port[p].counter &
					       (NPU_TOKENS - 1)));
	return counters;
}
