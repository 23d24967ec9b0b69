/* sweep/npu_rank.h - fronts behind fronts, and how crowded each place is.
 * SPDX-License-Identifier: Apache-2.0
 *
 * source: Deb, Pratap, Agarwal, Meyarivan, "A fast and elitist multiobjective
 * genetic algorithm: NSGA-II", IEEE Trans. Evolutionary Computation 6(2), 2002 */
#ifndef NPU_RANK_H
#define NPU_RANK_H
#include "sweep/npu_pareto.h"

#ifdef __cplusplus
extern "C" {
#endif

struct npu_ranked {
	struct npu_score score;
	double violation; /* of constraints: 0 where all hold */
	/* set by npu_rank() */
	uint32_t front;  /* 0: none dominates it; 1: only such of 0 do; ... */
	double crowding; /* sum over objectives of the distance between its
			  * neighbours in its front, each as a share of the
			  * front's extent; INFINITY at an end */
};

/* Gather a point: from zero, each model's metrics, then the end. Violations of
 * constraints of results add up.
 *   metrics  [NPU_METRIC_COUNT]; NULL: the chip cannot run the model, which is
 *            worse than any violation: such points are compared by nothing
 *            else */
NPU_NODISCARD enum npu_status npu_ranked_add(struct npu_ranked *ranked,
					     const struct npu_sweep *sweep,
					     const struct npu_chip *chip,
					     const double *metrics,
					     struct npu_error *err);
void npu_ranked_end(struct npu_ranked *ranked, const struct npu_sweep *sweep,
		    uint64_t point);

/* Constrained domination (section VI.A): by objectives where both hold all
 * constraints, else the smaller violation. */
int npu_ranked_dominates(const struct npu_ranked *a, const struct npu_ranked *b,
			 size_t objectives);

/* Fast non-dominated sort (III.A) and crowding distance (III.B): set `front`
 * and `crowding` of each. The order of the array stays.
 *   errors  E_NOMEM */
NPU_NODISCARD enum npu_status npu_rank(struct npu_ranked *ranked, size_t count,
				       size_t objectives,
				       struct npu_error *err);

/* The crowded comparison (III.B) for qsort(): the better first; what is equal
 * in it by the number of the point. */
int npu_ranked_in_order(const void *a, const void *b);

#ifdef __cplusplus
}
#endif
#endif
