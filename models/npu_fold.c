/* models/npu_fold.c - compute what is constant: shapes, and moved weights.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_fold_internal.h"
#include <string.h>

/* model: constants computed while reading take at most this much memory. */
#define FOLDED_BYTES_MAX ((size_t)2 << 30)

static int all_constant(const struct npu_node *node)
{
	for (uint32_t i = 0; i < node->input_count; i++) {
		if (node->inputs[i] && !node->inputs[i]->constant)
			return 0;
	}
	return 1;
}

static int is_absent(const struct npu_node *node)
{
	for (uint32_t i = 0; i < node->input_count; i++) {
		const struct npu_value *value = node->inputs[i];

		if (value && value->constant &&
		    value->constant->fill == NPU_FILL_absent)
			return 1;
	}
	return 0;
}

enum npu_status npu__fold_data(struct npu_graph *graph,
			       const struct npu_node *node, uint32_t index,
			       const void **out, struct npu_error *err)
{
	return npu_constant_data(graph, node->inputs[index], out, err);
}

/* Storage for output 0, which npu__fold_done() makes a constant. */
static enum npu_status new_data(struct npu_graph *graph,
				const struct npu_node *node, void **out,
				struct npu_error *err)
{
	const struct npu_value *y = node->outputs[0];
	const size_t element = npu_dtype_bytes(y->dtype);
	const uint64_t bytes = (uint64_t)npu_shape_count(&y->shape) * element;

	if (bytes > FOLDED_BYTES_MAX ||
	    npu_arena_bytes(graph->arena) > 2 * FOLDED_BYTES_MAX)
		return npu__node_fail(node, NPU_E_LIMIT, err,
				      "constants computed from others take "
				      "more than %zu MiB",
				      FOLDED_BYTES_MAX >> 20);
	*out = npu_arena_alloc(graph->arena, (size_t)bytes, 1, 16);
	if (!*out)
		return npu__node_fail(node, NPU_E_NOMEM, err, "folding");
	return NPU_OK;
}

/* Output 0 with `constant` instead of a producer. */
static void become(struct npu_node *node, struct npu_constant *constant)
{
	node->outputs[0]->constant = constant;
	node->outputs[0]->producer = NULL;
}

/* The same elements in the same order: the constant is shared. */
static int same_order(const struct npu_node *node)
{
	switch (node->op) {
	case NPU_Identity:
	case NPU_Dropout:
	case NPU_Reshape:
	case NPU_Flatten:
	case NPU_Squeeze:
	case NPU_Unsqueeze:
		return 1;
	case NPU_Cast:
		return node->inputs[0]->dtype == node->outputs[0]->dtype;
	default:
		return 0;
	}
}

static npu__evaluate_fn *evaluator(enum npu_op op)
{
	switch (op) {
	case NPU_Shape:
		return npu__evaluate_shape;
	case NPU_Gather:
		return npu__evaluate_gather;
	case NPU_Concat:
		return npu__evaluate_concat;
	case NPU_Slice:
		return npu__evaluate_slice;
	case NPU_Transpose:
		return npu__evaluate_transpose;
	case NPU_Add:
	case NPU_Sub:
	case NPU_Mul:
	case NPU_Div:
		return npu__evaluate_binary;
	case NPU_Cast:
		return npu__evaluate_cast;
	case NPU_ConstantOfShape:
		return npu__evaluate_fill;
	default:
		return NULL;
	}
}

enum npu_status npu__fold_node(struct npu_graph *graph, struct npu_node *node,
			       int *folded, struct npu_error *err)
{
	npu__evaluate_fn *const evaluate = evaluator(node->op);
	struct npu_constant *constant;
	void *data;

	*folded = 0;
	if (node->op != NPU_Shape && (!all_constant(node) || is_absent(node)))
		return NPU_OK;
	if (same_order(node)) {
		become(node, node->inputs[0]->constant);
		*folded = 1;
		return NPU_OK;
	}
	if (!evaluate)
		return NPU_OK;
	NPU_TRY(new_data(graph, node, &data, err));
	constant = npu_new(graph->arena, struct npu_constant, 1);
	if (!constant)
		return npu__node_fail(node, NPU_E_NOMEM, err, "folding");
	NPU_TRY(evaluate(graph, node, data, err));
	*constant =
		(struct npu_constant){ .fill = NPU_FILL_data, .data = data };
	become(node, constant);
	*folded = 1;
	return NPU_OK;
}
