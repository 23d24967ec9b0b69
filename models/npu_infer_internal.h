/* models/npu_infer_internal.h - shared by the files that infer shapes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_INFER_INTERNAL_H
#define NPU_INFER_INTERNAL_H
#include "models/npu_graph.h"

/* Give the outputs of one node their dtype and shape, from its inputs' (which
 * are all known), and normalise its attributes: no auto_pad, no negative axis,
 * axes and bounds that came as constant inputs in `attr`. */
typedef enum npu_status npu__infer_fn(struct npu_graph *graph,
				      struct npu_node *node,
				      struct npu_error *err);

/* Every operator's; npu__infer_<operator>. A row of npu_op.def without its
 * function does not link. */
#define NPU__INFER_onnx(name)  npu__infer_fn npu__infer_##name;
#define NPU__INFER_shape(name) npu__infer_fn npu__infer_##name;
#define NPU__INFER_lowered(name)
#define NPU_OPERATOR(name, level, min_in, max_in, outs, doc) \
	NPU__INFER_##level(name)
#include "models/npu_op.def"
#undef NPU__INFER_onnx
#undef NPU__INFER_shape
#undef NPU__INFER_lowered

/* Infer one node; counts of inputs are checked first.
 *   errors  as npu_graph_infer */
NPU_NODISCARD enum npu_status npu__infer_node(struct npu_graph *graph,
					      struct npu_node *node,
					      struct npu_error *err);
/* Where the node's value is known without running the network, make its output
 * a constant (it then has no producer) and set *folded. */
NPU_NODISCARD enum npu_status npu__fold_node(struct npu_graph *graph,
					     struct npu_node *node, int *folded,
					     struct npu_error *err);

/* Fail with "node NAME (OP): ...". */
enum npu_status npu__node_fail(const struct npu_node *node,
			       enum npu_status status, struct npu_error *err,
			       const char *fmt, ...) NPU_PRINTF(4, 5);
/* "[1,3,224,224]", in `out`. */
enum { NPU__SHAPE_TEXT = 24 * NPU_DIMS };
const char *npu__shape_text(const struct npu_shape *shape,
			    char out[NPU__SHAPE_TEXT]);
/* Set output 0, within NPU_ELEMENTS_MAX. */
NPU_NODISCARD enum npu_status npu__infer_set(struct npu_node *node,
					     enum npu_dtype dtype,
					     const struct npu_shape *shape,
					     struct npu_error *err);
/* E_SYNTAX unless all inputs that are there have the type of input 0. */
NPU_NODISCARD enum npu_status npu__infer_one_dtype(const struct npu_node *node,
						   struct npu_error *err);
/* -rank..rank-1 to 0..rank-1. */
NPU_NODISCARD enum npu_status npu__infer_axis(const struct npu_node *node,
					      int64_t rank, int64_t *axis,
					      struct npu_error *err);
/* NumPy's rule; shapes are aligned at their last dimensions. */
NPU_NODISCARD enum npu_status npu__infer_broadcast(const struct npu_node *node,
						   const struct npu_shape *a,
						   const struct npu_shape *b,
						   struct npu_shape *out,
						   struct npu_error *err);
/* The integers of constant input `index` (s64 or s32, rank 0 or 1, at most
 * NPU_DIMS of them). E_UNSUPPORTED where it is computed at run time. */
NPU_NODISCARD enum npu_status
npu__infer_ints(struct npu_graph *graph, const struct npu_node *node,
		uint32_t index, int64_t out[NPU_DIMS], uint8_t *count,
		struct npu_error *err);
/* First element and step of each dimension of a Slice's output. */
NPU_NODISCARD enum npu_status
npu__infer_slice(struct npu_graph *graph, const struct npu_node *node,
		 int64_t start[NPU_DIMS], int64_t step[NPU_DIMS],
		 struct npu_shape *shape, struct npu_error *err);
#endif
