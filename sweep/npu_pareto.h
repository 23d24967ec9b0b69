/* sweep/npu_pareto.h - points that no other point beats in every objective.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_PARETO_H
#define NPU_PARETO_H
#include "sweep/npu_rows.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The geometric mean over models, as of ratios between chips: from zero, each
 * model's value, then the end. */
void npu_mean_add(double *mean, double value);
void npu_mean_end(double *mean, size_t models);

/* Objectives of one point, each to be minimised (maximised ones negated). With
 * several models: the mean over them. */
struct npu_score {
	uint64_t point;
	double value[NPU_OBJECTIVES_MAX];
};

/* a is no worse in all objectives and better in one. */
int npu_score_dominates(const struct npu_score *a, const struct npu_score *b,
			size_t objectives);

/* Move the scores that none dominates to the front, in the order of the first
 * objective (then of the others, then of points); of equal ones, the first
 * point stays. Returns how many. */
size_t npu_pareto_front(struct npu_score *scores, size_t count,
			size_t objectives);

/* Area dominated by a front of two objectives up to `reference`, which no
 * score of the front exceeds.
 * source: Zitzler and Thiele, "Multiobjective optimization using evolutionary
 * algorithms", PPSN 1998: the S metric */
double npu_hypervolume(const struct npu_score *front, size_t count,
		       const double reference[2]);

/* Gather a score: from zero, each model's metrics, then the end.
 *   metrics  [NPU_METRIC_COUNT] */
void npu_score_add(struct npu_score *score, const struct npu_sweep *sweep,
		   const double *metrics);
void npu_score_end(struct npu_score *score, const struct npu_sweep *sweep);

/* Scores of all points of which every model is `ok`, in the order of points;
 * the caller frees *out.
 *   errors  as npu_rows_walk(); E_USAGE: the sweep names no objective */
NPU_NODISCARD enum npu_status
npu_scores(const struct npu_sweep *sweep, const struct npu_runner *runner,
	   struct npu_store *store, const struct npu_plan_options *options,
	   struct npu_score **out, size_t *count, struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
