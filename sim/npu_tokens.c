/* sim/npu_tokens.c - counters between engines.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_plant.h"
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
	core->taken |= wait;
}

/* The counter that bit `p` of a signal mask names; NULL where none is. `room`:
 * what it could take at the cycle's beginning. */
static uint32_t *counter(const struct npu_sim *sim,
			 const struct npu__core *core, unsigned p,
			 uint32_t *room)
{
	const struct npu_port *port = &core->program->port[p];
	struct npu__core *to;
	uint32_t count, capacity;

	if (!port->used || port->core >= sim->core_count ||
	    port->counter >= NPU_TOKENS)
		return NULL;
	to = &sim->core[port->core];
	capacity = to->program->token[port->counter].capacity +
		   (NPU_PLANTED(capacity) ? 1u : 0u);
	count = to->token[port->counter] +
		(uint32_t)(to->taken >> port->counter & 1);
	*room = count < capacity ? capacity - count : 0;
	return &to->token[port->counter];
}

int npu__tokens_have_room(const struct npu_sim *sim,
			  const struct npu__core *core, uint64_t signal)
{
	for (unsigned p = 0; signal >> p; p++) {
		uint32_t room;

		if (signal >> p & 1 && counter(sim, core, p, &room) && !room)
			return 0;
	}
	return 1;
}

void npu__sim_tokens_give(struct npu_sim *sim, const struct npu__core *core,
			  uint64_t signal)
{
	for (unsigned p = 0; signal >> p; p++) {
		uint32_t room;
		uint32_t *count;

		if (!(signal >> p & 1))
			continue;
		count = counter(sim, core, p, &room);
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
