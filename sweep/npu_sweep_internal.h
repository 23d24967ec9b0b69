/* sweep/npu_sweep_internal.h - the parts of reading a sweep file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_SWEEP_INTERNAL_H
#define NPU_SWEEP_INTERNAL_H
#include "sweep/npu_sweep.h"

/* Row of npu_chip_key_table() for "section.key" at `node`; E_SYNTAX with the
 * nearest key as a hint. */
enum npu_status npu__sweep_key(const struct npu_yaml *node, const char *name,
			       size_t *out, struct npu_error *err);

/* `parameters` and `zip`: axes and derived keys. */
enum npu_status npu__sweep_read_axes(struct npu_sweep *sweep,
				     const struct npu_yaml *parameters,
				     const struct npu_yaml *zip,
				     struct npu_error *err);

/* `list`: points as mappings of keys to values, which are one axis of all keys
 * that any of them names. */
enum npu_status npu__sweep_read_list(struct npu_sweep *sweep,
				     const struct npu_yaml *list,
				     struct npu_error *err);

/* Set an axis key of the chip to its value at `position`. */
void npu__axis_set(const struct npu_axis_key *key, uint32_t position,
		   struct npu_chip *chip);

/* Find the two sides of a constraint that is one comparison. */
enum npu_status npu__sweep_split(struct npu_sweep *sweep,
				 const struct npu_yaml *node,
				 struct npu_sweep_expression *constraint,
				 struct npu_error *err);

/* What expressions may name, in the order of npu_sweep_names().
 *   values  [NPU_CHIP_KEYS_MAX + NPU_METRIC_COUNT] */
void npu__sweep_values(const struct npu_chip *chip, const double *metrics,
		       double *values);

/* Coordinate `axis` of point i of the Sobol sequence, in [0, 1).
 * source: Joe and Kuo, "Constructing Sobol sequences with better
 * two-dimensional projections", 2008; as Boost.Random has it. */
enum { NPU_SOBOL_AXES_MAX = NPU_AXES_MAX };
void npu__sobol_point(unsigned axes, uint64_t i, double *out);

#endif
