/* sweep/npu_sensitivity.h - method sensitivity: what each step away from the
 * base does to the objectives.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_SENSITIVITY_H
#define NPU_SENSITIVITY_H
#include "sweep/npu_pareto.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One value of one axis, all else as the base has it. Objectives are those of
 * npu_scores(), in the units of their names. */
struct npu_effect {
	uint64_t point;
	size_t axis;
	uint32_t position; /* on the axis */
	uint8_t is_known;  /* else no value below is: NAN */
	double value[NPU_OBJECTIVES_MAX];
	double change[NPU_OBJECTIVES_MAX]; /* value / base - 1 */
	/* ln(value / base) over ln(key / base's key), of the axis' first key;
	 * NAN where that is no number, or the base's */
	double elasticity[NPU_OBJECTIVES_MAX];
};

/* Effects of all points but the base, in their order: axis by axis.
 *   base    [NPU_OBJECTIVES_MAX] objectives of the base
 *   out     the caller frees it
 *   count   0: the base has no result within the constraints, so there is
 *           nothing to compare with
 *   errors  as npu_scores(); E_USAGE: another method */
NPU_NODISCARD enum npu_status
npu_sensitivity(const struct npu_sweep *sweep, const struct npu_runner *runner,
		struct npu_store *store, double *base, struct npu_effect **out,
		size_t *count, struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
