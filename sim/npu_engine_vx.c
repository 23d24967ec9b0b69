/* sim/npu_engine_vx.c - the vector engine: one instruction at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/npu_sim_internal.h"

static npu_cycle earliest(const struct npu_sim *sim,
			  const struct npu__core *core,
			  const struct npu__engine *engine,
			  const union npu_insn *insn)
{
	(void)core, (void)insn;
	/* the pipeline empties before the next starts */
	return engine->flight_count ? NPU_NEVER : sim->now;
}

static enum npu_status issue(struct npu_sim *sim, struct npu__core *core,
			     struct npu__engine *engine,
			     struct npu__flight *flight, struct npu_error *err)
{
	(void)core, (void)engine, (void)err;
	flight->done = sim->now + flight->cost.cycles;
	return NPU_OK;
}

const struct npu__engine_ops npu__vx_ops = { earliest, issue };
