/* sweep/npu_spearman.h - rank correlation.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_SPEARMAN_H
#define NPU_SPEARMAN_H
#include "base/npu_status.h"
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Spearman's rank correlation of a and b: Pearson's of their ranks, where equal
 * values share the mean of theirs. NAN: fewer than two values, or all of a or
 * all of b are equal.
 * source: Kendall and Gibbons, "Rank Correlation Methods", 5th ed., 1990, 3.8
 *   errors  E_NOMEM */
NPU_NODISCARD enum npu_status npu_spearman(const double *a, const double *b,
					   size_t count, double *out,
					   struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
