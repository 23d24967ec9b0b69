/* compiler/lower/npu_lower_layout.c - pass: channels last, lowered operators,
 * all in fp32. Reshape, Transpose and Slice become views; a `move` is made only
 * where an operator needs its operand to lie otherwise than it does.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_lower.h"
#include <string.h>

static npu_layout_fn *function_of(enum npu_op op)
{
	switch (op) {
	case NPU_Conv:
		return npu__layout_conv;
	case NPU_Gemm:
		return npu__layout_gemm;
	case NPU_MatMul:
		return npu__layout_matmul;
	case NPU_Add:
	case NPU_Sub:
	case NPU_Mul:
	case NPU_Div:
		return npu__layout_binary;
	case NPU_Relu:
	case NPU_LeakyRelu:
	case NPU_Clip:
	case NPU_Sigmoid:
	case NPU_Tanh:
	case NPU_Abs:
	case NPU_HardSigmoid:
	case NPU_HardSwish:
		return npu__layout_unary;
	case NPU_BatchNormalization:
		return npu__layout_batchnorm;
	case NPU_MaxPool:
	case NPU_AveragePool:
		return npu__layout_pool;
	case NPU_GlobalAveragePool:
		return npu__layout_global_pool;
	case NPU_Softmax:
		return npu__layout_softmax;
	case NPU_Concat:
		return npu__layout_concat;
	case NPU_Reshape:
	case NPU_Flatten:
	case NPU_Squeeze:
	case NPU_Unsqueeze:
		return npu__layout_reshape;
	case NPU_Transpose:
		return npu__layout_transpose;
	case NPU_Slice:
		return npu__layout_slice;
	case NPU_Identity:
	case NPU_Dropout:
	case NPU_Cast:
		return npu__layout_same;
	default:
		return NULL;
	}
}

/* Inputs lie as most of their readers want them: rank 4 is an image unless it
 * is transposed or multiplied first; rank 3 is rows unless it is convolved. */
static void input_slots(const struct npu_graph *graph,
			const struct npu_value *input, int8_t *slot)
{
	unsigned image = 0, rows = 0;

	for (uint32_t i = 0; i < graph->node_count; i++) {
		const struct npu_node *node = graph->nodes[i];

		if (node->inputs[0] != input)
			continue;
		if (node->op == NPU_Conv || node->op == NPU_MaxPool ||
		    node->op == NPU_AveragePool ||
		    node->op == NPU_GlobalAveragePool ||
		    node->op == NPU_BatchNormalization)
			image++;
		else if (node->op == NPU_Transpose || node->op == NPU_MatMul ||
			 node->op == NPU_Reshape || node->op == NPU_Flatten)
			rows++;
	}
	if (input->shape.rank == 4 ? image || !rows : image)
		npu__layout_image_slots(input->shape.rank, slot);
	else
		npu__layout_row_slots(input->shape.rank, slot);
}

static enum npu_status define_input(struct npu_lowering *low,
				    const struct npu_value *input,
				    struct npu_error *err)
{
	struct npu_value *lowered;
	int8_t slot[NPU_DIMS];

	if (input->dtype != NPU_fp32)
		return npu_fail(err, NPU_E_UNSUPPORTED,
				"input %s is of type %s: networks of "
				"floating-point inputs are supported",
				input->name, npu_dtype_name(input->dtype));
	if (input->shape.rank > 4)
		return npu_fail(err, NPU_E_UNSUPPORTED,
				"input %s has %u dimensions; at most 4 are "
				"supported",
				input->name, input->shape.rank);
	input_slots(low->graph, input, slot);
	NPU_TRY(npu__layout_define(low, input, slot, &lowered, err));
	lowered->is_input = 1;
	return NPU_OK;
}

/* Dimensions above 1 into the last slots, in order; 0 where there are five. */
static int packed_slots(const struct npu_view *view, int8_t *slot)
{
	int8_t next = 3;

	for (int d = view->rank - 1; d >= 0; d--) {
		slot[d] = -1;
		if (npu__view_extent(view, (unsigned)d) == 1)
			continue;
		if (next < 0)
			return 0;
		slot[d] = next--;
	}
	return 1;
}

/* An output is a value of its own, in an order that can be said. */
static enum npu_status define_output(struct npu_lowering *low,
				     const struct npu_value *output,
				     struct npu_error *err)
{
	const struct npu_view *view = npu__layout_view(low, output);
	const struct npu_node *from = output->producer;
	struct npu_value *lowered;
	int8_t slot[NPU_DIMS];

	if (!from)
		return npu_fail(err, NPU_E_UNSUPPORTED,
				"output %s is an input or a constant",
				output->name);
	if (!npu__layout_plain(view, slot) && !packed_slots(view, slot))
		return npu__lower_refuse(from, err,
					 "output %s has more than 4 "
					 "dimensions",
					 output->name);
	NPU_TRY(npu__layout_materialise(low, from, view, slot, &lowered, err));
	if (lowered->is_input || lowered->is_output) {
		int64_t dim[4];
		struct npu_value *copy;

		memcpy(dim, lowered->shape.dim, sizeof(dim));
		copy = npu__lower_value(low->target, output->name, dim);
		struct npu_node *move =
			copy ? npu__lower_node(low->target, NPU_move, from,
					       "output", copy, 1, &lowered)
			     : NULL;
		if (!move)
			return npu__lower_nomem(err);
		move->low.extent[3] = npu_shape_count(&copy->shape);
		move->low.step[3] = 1;
		lowered = copy;
	}
	if (lowered->producer->op == NPU_move &&
	    npu__lower_is_fp32(low, lowered->producer->inputs[0]))
		NPU_TRY(npu__lower_keep_fp32(low, lowered, err));
	lowered->is_output = 1;
	lowered->imported = npu_arena_strdup(low->target->arena, output->name);
	memcpy(lowered->from_dim, slot, view->rank);
	return lowered->imported ? NPU_OK : npu__lower_nomem(err);
}

static enum npu_status lower_all(struct npu_lowering *low,
				 struct npu_error *err)
{
	struct npu_graph *graph = low->graph;

	for (uint32_t i = 0; i < graph->value_count; i++) {
		if (graph->values[i]->is_input)
			NPU_TRY(define_input(low, graph->values[i], err));
	}
	for (uint32_t i = 0; i < graph->node_count; i++) {
		const struct npu_node *node = graph->nodes[i];
		npu_layout_fn *function = function_of(node->op);

		if (!function)
			return npu__lower_refuse(node, err,
						 "this operator is only "
						 "supported on shapes and "
						 "constants");
		NPU_TRY(function(low, node, err));
	}
	for (uint32_t i = 0; i < graph->value_count; i++) {
		if (graph->values[i]->is_output)
			NPU_TRY(define_output(low, graph->values[i], err));
	}
	return npu_graph_tidy(low->target, err);
}

enum npu_status npu__lower_layout(struct npu_lowering *low,
				  struct npu_error *err)
{
	struct npu_graph *graph = low->graph;

	low->target = npu_graph_create(graph->name);
	if (!low->target)
		return npu__lower_nomem(err);
	low->views =
		npu_new(graph->arena, struct npu_view *, graph->value_count);
	if (!low->views)
		return npu__lower_nomem(err);
	NPU_TRY(lower_all(low, err));
	npu_graph_destroy(graph);
	low->views = NULL;
	low->graph = low->target;
	return NPU_OK;
}
