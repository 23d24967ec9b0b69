/* sweep/npu_evolution.h - NSGA-II over the axes of a sweep: generation after
 * generation of points, each from what became of those before.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_EVOLUTION_H
#define NPU_EVOLUTION_H
#include "sweep/npu_rank.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Opaque: every point so far and the parents of the next ones. */
struct npu_evolution;

/* Whether a point is worth a simulation: 0 where no chip can be so, or where a
 * constraint of the chip alone does not hold. */
typedef int npu_point_filter(void *user, const uint32_t *position);

/*   sweep   borrowed: axes, seed, population, generations, objectives
 *   filter  may be NULL: every point is
 *   errors  E_LIMIT: more than NPU_TRIALS_MAX points; E_NOMEM */
NPU_NODISCARD enum npu_status
npu_evolution_create(const struct npu_sweep *sweep, npu_point_filter *filter,
		     void *user, struct npu_evolution **out,
		     struct npu_error *err);
void npu_evolution_destroy(struct npu_evolution *evolution);

/* Points so far: whole generations. 0 where `evolution` is NULL. */
uint64_t npu_evolution_count(const struct npu_evolution *evolution);
/* Position of point i, below the count, on every axis. */
const uint32_t *npu_evolution_position(const struct npu_evolution *evolution,
				       uint64_t i);

/* Decide the next generation: the first at random, the others by binary
 * tournaments of the best so far, crossover and mutation. A point that was
 * there before, or that the filter refuses, is drawn again.
 *   last    [population] scores and violations of the last generation, in the
 *           order of its points; of the first, none: NULL
 *   errors  E_NOMEM */
NPU_NODISCARD enum npu_status
npu_evolution_next(struct npu_evolution *evolution,
		   const struct npu_ranked *last, struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
