/* models/npu_infer_shape.c - shapes of the arithmetic on shapes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_infer_internal.h"

enum npu_status npu__infer_Cast(struct npu_graph *graph, struct npu_node *node,
				struct npu_error *err)
{
	(void)graph;
	if (!npu_dtype_bytes(node->attr.to))
		return npu__node_fail(node, NPU_E_UNSUPPORTED, err,
				      "to a type that is not supported");
	return npu__infer_set(node, node->attr.to, &node->inputs[0]->shape,
			      err);
}

enum npu_status npu__infer_Constant(struct npu_graph *graph,
				    struct npu_node *node,
				    struct npu_error *err)
{
	(void)graph;
	return npu__node_fail(node, NPU_E_INTERNAL, err,
			      "readers make constants of these");
}

enum npu_status npu__infer_ConstantOfShape(struct npu_graph *graph,
					   struct npu_node *node,
					   struct npu_error *err)
{
	struct npu_shape shape = { 0 };

	NPU_TRY(npu__infer_ints(graph, node, 0, shape.dim, &shape.rank, err));
	for (unsigned d = 0; d < shape.rank; d++) {
		if (shape.dim[d] < 0)
			return npu__node_fail(node, NPU_E_RANGE, err,
					      "dimension %u is %lld", d,
					      (long long)shape.dim[d]);
	}
	if (!npu_dtype_bytes(node->attr.to))
		node->attr.to = NPU_fp32;
	return npu__infer_set(node, node->attr.to, &shape, err);
}

enum npu_status npu__infer_Shape(struct npu_graph *graph, struct npu_node *node,
				 struct npu_error *err)
{
	const struct npu_shape shape = { 1, { node->inputs[0]->shape.rank } };

	(void)graph;
	return npu__infer_set(node, NPU_s64, &shape, err);
}

enum npu_status npu__infer_Gather(struct npu_graph *graph,
				  struct npu_node *node, struct npu_error *err)
{
	const struct npu_shape *x = &node->inputs[0]->shape;
	const struct npu_shape *index = &node->inputs[1]->shape;
	struct npu_shape shape = { 0 };
	int64_t *axis = &node->attr.axis;

	(void)graph;
	NPU_TRY(npu__infer_axis(node, x->rank, axis, err));
	node->attr.has_axis = 1;
	if (x->rank + index->rank - 1 > NPU_DIMS)
		return npu__node_fail(node, NPU_E_LIMIT, err,
				      "more than %d dimensions", NPU_DIMS);
	for (unsigned d = 0; d < x->rank; d++) {
		if (d != *axis) {
			shape.dim[shape.rank++] = x->dim[d];
			continue;
		}
		for (unsigned i = 0; i < index->rank; i++)
			shape.dim[shape.rank++] = index->dim[i];
	}
	return npu__infer_set(node, node->inputs[0]->dtype, &shape, err);
}
