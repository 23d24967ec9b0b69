/* models/npu_fold_internal.h - the evaluation of constant nodes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_FOLD_INTERNAL_H
#define NPU_FOLD_INTERNAL_H
#include "models/npu_infer_internal.h"

/* Compute output 0 of a node whose shapes are inferred and whose inputs are
 * constant (those of Shape need not be), to `out`, row-major.
 *   errors  E_RANGE, E_UNSUPPORTED, with the node's name */
typedef enum npu_status npu__evaluate_fn(struct npu_graph *graph,
					 const struct npu_node *node, void *out,
					 struct npu_error *err);
npu__evaluate_fn npu__evaluate_shape, npu__evaluate_gather,
	npu__evaluate_concat, npu__evaluate_slice, npu__evaluate_transpose,
	npu__evaluate_binary, npu__evaluate_cast, npu__evaluate_fill;

/* Bytes of constant input `index`. */
NPU_NODISCARD enum npu_status npu__fold_data(struct npu_graph *graph,
					     const struct npu_node *node,
					     uint32_t index, const void **out,
					     struct npu_error *err);
#endif
