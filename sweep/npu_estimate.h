/* sweep/npu_estimate.h - closed forms of a whole network: its counts on a chip
 * without compiling or simulating.
 * SPDX-License-Identifier: Apache-2.0
 *
 * model: layer after layer, each as long as the busiest of array, vector
 * engine and memory. The array is charged tile by tile as the simulator does
 * (isa/npu_cost.h); of DRAM traffic what a scratchpad of that size cannot
 * avoid, at peak bandwidth. No stalls, no conflicts of banks, no queues. */
#ifndef NPU_ESTIMATE_H
#define NPU_ESTIMATE_H
#include "models/npu_graph.h"
#include "sim/npu_activity.h"

#ifdef __cplusplus
extern "C" {
#endif

struct npu_estimate; /* opaque: what the layers of one network ask for */

/*   lowered  not needed afterwards
 *   errors   E_NOMEM */
NPU_NODISCARD enum npu_status
npu_estimate_create(const struct npu_graph *lowered, struct npu_estimate **out,
		    struct npu_error *err);
void npu_estimate_destroy(struct npu_estimate *estimate);

/* Counts of a run on `chip`.
 *   errors  E_UNSUPPORTED: the array lacks the type of the operands
 *   time    O(layers) */
NPU_NODISCARD enum npu_status
npu_estimate_run(const struct npu_estimate *estimate,
		 const struct npu_chip *chip, struct npu_activity *out,
		 struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
