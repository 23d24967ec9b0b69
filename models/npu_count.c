/* models/npu_count.c - multiply-accumulates and parameters of a network.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_graph.h"
#include <stdlib.h>

/* a * b, or UINT64_MAX where that does not fit. */
static uint64_t times(uint64_t a, uint64_t b)
{
	return b && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

static uint64_t plus(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t dim(const struct npu_value *value, int from_end)
{
	const int d = value->shape.rank - from_end;

	return d < 0 ? 1 : (uint64_t)value->shape.dim[d];
}

uint64_t npu_node_macs(const struct npu_node *node)
{
	const struct npu_value *y = node->outputs[0];
	const uint64_t outputs = (uint64_t)npu_shape_count(&y->shape);
	uint64_t each = 1;

	switch (node->op) {
	case NPU_Conv: /* w is [M, C / groups, kernel...] */
		for (unsigned d = 1; d < node->inputs[1]->shape.rank; d++)
			each = times(each,
				     (uint64_t)node->inputs[1]->shape.dim[d]);
		return times(outputs, each);
	case NPU_Gemm: /* A is [M, K], or [K, M] */
		return times(outputs,
			     dim(node->inputs[0], node->attr.trans_a ? 2 : 1));
	case NPU_MatMul:
	case NPU_matmul:
		return times(outputs, dim(node->inputs[0], 1));
	case NPU_conv: /* w is [KH, KW, C / groups, M] */
		for (int d = 4; d > 1; d--)
			each = times(each, dim(node->inputs[1], d));
		return times(outputs, each);
	default:
		return 0;
	}
}

uint64_t npu_graph_macs(const struct npu_graph *graph)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < graph->node_count; i++)
		sum = plus(sum, npu_node_macs(graph->nodes[i]));
	return sum;
}

/* Inputs first..last-1 that may be parameters. */
static void parameter_inputs(const struct npu_node *node, uint32_t *first,
			     uint32_t *last)
{
	*first = *last = 0;
	if (node->op == NPU_Conv || node->op == NPU_Gemm ||
	    node->op == NPU_MatMul)
		*last = node->input_count;
	if (node->op == NPU_BatchNormalization) {
		*first = 1; /* gamma and beta; mean and variance are not */
		*last = 3;
	}
}

uint64_t npu_node_parameters(const struct npu_node *node)
{
	uint32_t first, last;
	uint64_t sum = 0;

	parameter_inputs(node, &first, &last);
	for (uint32_t i = first; i < last; i++) {
		const struct npu_value *value = node->inputs[i];

		if (value && value->constant)
			sum = plus(sum,
				   (uint64_t)npu_shape_count(&value->shape));
	}
	return sum;
}

uint64_t npu_graph_parameters(const struct npu_graph *graph)
{
	uint8_t *seen = calloc((size_t)graph->value_count + 1, 1);
	uint64_t sum = 0;

	for (uint32_t i = 0; i < graph->node_count; i++) {
		const struct npu_node *node = graph->nodes[i];
		uint32_t first, last;

		parameter_inputs(node, &first, &last);
		for (uint32_t k = first; k < last; k++) {
			const struct npu_value *value = node->inputs[k];

			/* A shared one counts once. */
			if (!value || !value->constant ||
			    (seen && seen[value->id]))
				continue;
			if (seen)
				seen[value->id] = 1;
			sum = plus(sum,
				   (uint64_t)npu_shape_count(&value->shape));
		}
	}
	free(seen);
	return sum;
}
