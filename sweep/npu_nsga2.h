/* sweep/npu_nsga2.h - method nsga2: which points a sweep has, as far as results
 * are known.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_NSGA2_H
#define NPU_NSGA2_H
#include "sweep/npu_rows.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Decide the next generation of points, where every trial of the last one has
 * its outcome in the store: its points then have positions, and plans and rows
 * reach to its end. Generation 0 needs no outcomes. A point's objectives are
 * those of npu_scores(); one that breaks constraints of results is worse the
 * further it is outside of them, and one that cannot run a model, or failed, is
 * worse still. The same store content gives the same points.
 *   store   NULL: nothing is known
 *   more    0: nothing was added: all generations are there, results are
 *           missing, run_cap is reached, or the method is not nsga2
 *   errors  as npu_rows_walk(), E_LIMIT, E_NOMEM */
NPU_NODISCARD enum npu_status
npu_nsga2_extend(struct npu_sweep *sweep, const struct npu_runner *runner,
		 struct npu_store *store, int *more, struct npu_error *err);

/* All generations that the store's results decide. Call it before plans and
 * rows of any sweep; without nsga2 it does nothing. */
NPU_NODISCARD enum npu_status npu_nsga2_replay(struct npu_sweep *sweep,
					       const struct npu_runner *runner,
					       struct npu_store *store,
					       struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
