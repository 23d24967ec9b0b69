/* sim/npu_tokens.c - counters between engines.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_plant.h"
#include "sim/npu_sim_internal.h"

/* Take the lowest bit out of `mask`, which has one. */
static unsigned next_bit(uint64_t *mask)
{
	const unsigned bit = (unsigned)__builtin_ctzll(*mask);

	*mask &= *mask - 1;
	return bit;
}

void npu__sim_tokens_take(struct npu__core *core, uint64_t wait)
{
	core->taken |= wait;
	while (wait) {
		const unsigned t = next_bit(&wait);

		if (--core->token[t] == 0)
			core->tokens &= ~(1ull << t);
	}
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
	while (signal) {
		uint32_t room;

		if (counter(sim, core, next_bit(&signal), &room) && !room)
			return 0;
	}
	return 1;
}

void npu__sim_tokens_give(struct npu_sim *sim, const struct npu__core *core,
			  uint64_t signal)
{
	while (signal) {
		const unsigned p = next_bit(&signal);
		uint32_t room;
		uint32_t *count = counter(sim, core, p, &room);
		const struct npu_port *port = &core->program->port[p];

		if (!count)
			continue;
		++*count;
		sim->core[port->core].tokens |= 1ull << port->counter;
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
