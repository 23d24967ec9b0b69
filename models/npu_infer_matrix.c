/* models/npu_infer_matrix.c - shapes of matrix products.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_infer_internal.h"

static enum npu_status fail_shapes(const struct npu_node *node,
				   struct npu_error *err)
{
	char a[NPU__SHAPE_TEXT], b[NPU__SHAPE_TEXT];

	return npu__node_fail(node, NPU_E_RANGE, err,
			      "operands %s and %s cannot be multiplied",
			      npu__shape_text(&node->inputs[0]->shape, a),
			      npu__shape_text(&node->inputs[1]->shape, b));
}

enum npu_status npu__infer_Gemm(struct npu_graph *graph, struct npu_node *node,
				struct npu_error *err)
{
	const struct npu_shape *a = &node->inputs[0]->shape;
	const struct npu_shape *b = &node->inputs[1]->shape;
	const int ta = node->attr.trans_a != 0, tb = node->attr.trans_b != 0;
	struct npu_shape shape = { .rank = 2 }, wide;

	(void)graph;
	NPU_TRY(npu__infer_one_dtype(node, err));
	if (a->rank != 2 || b->rank != 2 || a->dim[!ta] != b->dim[tb])
		return fail_shapes(node, err);
	shape.dim[0] = a->dim[ta];
	shape.dim[1] = b->dim[!tb];
	if (node->input_count > 2 && node->inputs[2]) {
		const struct npu_shape *c = &node->inputs[2]->shape;
		char text[NPU__SHAPE_TEXT];

		NPU_TRY(npu__infer_broadcast(node, c, &shape, &wide, err));
		if (wide.rank != 2 || wide.dim[0] != shape.dim[0] ||
		    wide.dim[1] != shape.dim[1])
			return npu__node_fail(node, NPU_E_RANGE, err,
					      "C is %s, larger than the "
					      "product",
					      npu__shape_text(c, text));
	}
	return npu__infer_set(node, node->inputs[0]->dtype, &shape, err);
}

/* NumPy's matmul: a vector at the left is a row, at the right a column, and
 * that dimension is dropped from the output. */
enum npu_status npu__infer_MatMul(struct npu_graph *graph,
				  struct npu_node *node, struct npu_error *err)
{
	struct npu_shape a = node->inputs[0]->shape;
	struct npu_shape b = node->inputs[1]->shape;
	struct npu_shape shape;
	const int row = a.rank == 1, column = b.rank == 1;

	(void)graph;
	NPU_TRY(npu__infer_one_dtype(node, err));
	if (!a.rank || !b.rank)
		return fail_shapes(node, err);
	if (row)
		a = (struct npu_shape){ 2, { 1, a.dim[0] } };
	if (column)
		b = (struct npu_shape){ 2, { b.dim[0], 1 } };
	const int64_t m = a.dim[a.rank - 2], n = b.dim[b.rank - 1];

	if (a.dim[a.rank - 1] != b.dim[b.rank - 2])
		return fail_shapes(node, err);
	a.rank = (uint8_t)(a.rank - 2);
	b.rank = (uint8_t)(b.rank - 2);
	NPU_TRY(npu__infer_broadcast(node, &a, &b, &shape, err));
	/* At most NPU_DIMS - 2 dimensions of batch: both had their matrix. */
	if (!row)
		shape.dim[shape.rank++] = m;
	if (!column)
		shape.dim[shape.rank++] = n;
	return npu__infer_set(node, node->inputs[0]->dtype, &shape, err);
}
