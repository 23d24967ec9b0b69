/* sweep/npu_screen.h - which points are worth a simulation, by closed forms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_SCREEN_H
#define NPU_SCREEN_H
#include "sweep/npu_rows.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Estimate every point that the chip alone does not rule out (npu_estimate.h),
 * combine models as objectives do, rank (npu_rank.h, constraints of results
 * included) and keep the best ones. A chip that is drawn again has one place
 * and shares its fate. The same sweep gives the same points.
 *   out     NULL where the sweep has no `screen`; goes into the options of
 *           plans and rows, which refuse such a sweep without it
 *   errors  of technologies and expressions; E_LIMIT: more than NPU_TRIALS_MAX;
 *           E_NOMEM */
NPU_NODISCARD enum npu_status npu_screen_create(const struct npu_sweep *sweep,
						const struct npu_runner *runner,
						struct npu_screen **out,
						struct npu_error *err);
void npu_screen_destroy(struct npu_screen *screen);

/* How many chips were estimated, and are kept. */
uint64_t npu_screen_candidates(const struct npu_screen *screen);
uint64_t npu_screen_kept(const struct npu_screen *screen);

/* How well estimates order the points that were simulated. */
struct npu_correlation {
	uint64_t points; /* kept ones whose models all have figures */
	/* Spearman's, of each objective; NAN: too few points, or all equal */
	double of[NPU_OBJECTIVES_MAX];
};

/*   errors  as npu_rows_walk(), E_NOMEM */
NPU_NODISCARD enum npu_status
npu_screen_correlate(const struct npu_screen *screen,
		     const struct npu_sweep *sweep,
		     const struct npu_runner *runner, struct npu_store *store,
		     const struct npu_plan_options *options,
		     struct npu_correlation *out, struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
