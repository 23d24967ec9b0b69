/* sim/npu_activity.c - the counts of a run, and their energy afterwards.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/npu_activity.h"
#include "sim/npu_sim_internal.h"
#include <string.h>

void npu_sim_activity(const struct npu_sim *sim,
		      const struct npu_result *result, struct npu_activity *out)
{
	memset(out, 0, sizeof *out);
	out->total = result->total;
	memset(out->total.energy_pj, 0, sizeof out->total.energy_pj);
	out->bound_cycles = result->bound_cycles;
	out->useful_array_macs = npu_result_array_macs(result);
	for (uint32_t i = 0; i < sim->layer_count; i++)
		for (size_t t = 0; t <= NPU_fp16; t++)
			out->macs.of[t] += sim->macs[i].of[t];
	out->dram = sim->port.count(sim->port.user);
	out->dram.steps = 0; /* the model's work, no count of the chip's */
}

void npu_activity_energy(const struct npu_chip *chip,
			 const struct npu_technology *technology,
			 const struct npu_activity *activity, double *energy_pj,
			 double *area_mm2)
{
	/* every term is a sum over layers: one layer does for all */
	struct npu_layer_result whole = { .stats = activity->total };
	struct npu_result result = {
		.total = activity->total,
		.layers = &whole,
		.layer_count = 1,
	};

	npu_energy_fill(chip, technology, &activity->macs, &activity->dram,
			&result);
	memcpy(energy_pj, result.total.energy_pj,
	       sizeof result.total.energy_pj);
	memcpy(area_mm2, result.area_mm2, sizeof result.area_mm2);
}
