/* sim/npu_engine_vx.c - the vector engine: one instruction at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_plant.h"
#include "sim/npu_sim_internal.h"

static npu_cycle earliest(const struct npu_sim *sim,
			  const struct npu__core *core,
			  const struct npu__engine *engine,
			  const union npu_insn *insn)
{
	const uint32_t last = (engine->flight_head + engine->flight_count - 1) %
			      NPU_FLIGHT_MAX;

	(void)core, (void)insn;
	/* the pipeline empties before the next starts; what only waits for
	 * room in a token is no longer in it */
	if (engine->flight_count && !engine->flight[last].is_executed)
		return NPU_NEVER;
	return sim->now;
}

static enum npu_status issue(struct npu_sim *sim, struct npu__core *core,
			     struct npu__engine *engine,
			     struct npu__flight *flight, struct npu_error *err)
{
	(void)core, (void)engine, (void)err;
	flight->done = sim->now + flight->cost.cycles +
		       (NPU_PLANTED(vx_latency) ? 1 : 0);
	return NPU_OK;
}

const struct npu__engine_ops npu__vx_ops = { earliest, issue };
