/* sweep/npu_found.h - trials with what the store has of each.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_FOUND_H
#define NPU_FOUND_H
#include "sweep/npu_plan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Called for every trial, in order; returns 0 to stop.
 *   outcome  of a selected trial; NULL: none */
typedef int npu_each_found(void *user, const struct npu_trial *trial,
			   const struct npu_outcome *outcome);

/* As npu_plan_walk(), and ask the store, for many trials at once: a server is a
 * round trip away.
 *   store   NULL: nothing is stored
 *   errors  as npu_plan_walk(), E_IO, E_NOMEM */
NPU_NODISCARD enum npu_status
npu_found_walk(const struct npu_sweep *sweep, const struct npu_runner *runner,
	       struct npu_store *store, const struct npu_plan_options *options,
	       npu_each_found *each, void *user, struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
