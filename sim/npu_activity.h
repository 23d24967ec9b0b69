/* sim/npu_activity.h - what a run did, as counts: all that energy depends on.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_ACTIVITY_H
#define NPU_ACTIVITY_H
#include "sim/npu_energy.h"
#include "sim/npu_sim.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sums over the whole run; plain data. energy_pj of `total` is not used. */
struct npu_activity {
	struct npu_stats total;
	uint64_t bound_cycles;      /* the roof */
	uint64_t useful_array_macs; /* npu_result_array_macs() */
	struct npu_energy_macs macs;
	struct npu_dram_counters dram;
};

/* Activity of the run that `result` came from. */
void npu_sim_activity(const struct npu_sim *sim,
		      const struct npu_result *result,
		      struct npu_activity *out);

/* Energy and area that a chip of `technology` spends on `activity`: the totals
 * that npu_energy_fill() gives, but for the rounding of sums over layers.
 *   energy_pj, area_mm2  [NPU_COMPONENT_COUNT] */
void npu_activity_energy(const struct npu_chip *chip,
			 const struct npu_technology *technology,
			 const struct npu_activity *activity, double *energy_pj,
			 double *area_mm2);

#ifdef __cplusplus
}
#endif
#endif
