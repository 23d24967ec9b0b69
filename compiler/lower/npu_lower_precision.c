/* compiler/lower/npu_lower_precision.c - pass: bf16, fp16 or fp32 activations
 * and weights. Bias, vectors and the inside of softmax stay fp32.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_lower.h"

static enum npu_status round_constant(struct npu_lowering *low,
				      struct npu_value *value,
				      enum npu_dtype dtype,
				      struct npu_error *err)
{
	const float *from = npu__lower_floats(value);
	const size_t count = (size_t)npu_shape_count(&value->shape);

	value->dtype = dtype;
	if (!from)
		return NPU_OK;
	uint16_t *to =
		npu_arena_alloc(low->graph->arena, count, sizeof(*to), 64);

	if (!to)
		return npu__lower_nomem(err);
	for (size_t i = 0; i < count; i++)
		to[i] = dtype == NPU_bf16 ? npu_bf16_from_fp32(from[i])
					  : npu_fp16_from_fp32(from[i]);
	value->constant->data = to;
	return NPU_OK;
}

enum npu_status npu__lower_precision(struct npu_lowering *low,
				     struct npu_error *err)
{
	const enum npu_dtype dtype =
		low->options->precision == NPU_PRECISION_bf16   ? NPU_bf16
		: low->options->precision == NPU_PRECISION_fp16 ? NPU_fp16
								: NPU_fp32;
	struct npu_graph *graph = low->graph;

	if (dtype == NPU_fp32)
		return NPU_OK;
	for (uint32_t i = 0; i < graph->value_count; i++) {
		struct npu_value *value = graph->values[i];

		if (!value->constant && !npu__lower_is_fp32(low, value))
			value->dtype = dtype;
	}
	for (uint32_t i = 0; i < graph->node_count; i++) {
		struct npu_node *node = graph->nodes[i];
		const uint32_t last = node->op == NPU_matmul ? 2
				      : node->op == NPU_conv ? 2
				      : node->op == NPU_concat
					      ? node->input_count
					      : 0;

		for (uint32_t j = 0; j < last; j++) {
			struct npu_value *value = node->inputs[j];

			if (value->constant && value->dtype == NPU_fp32)
				NPU_TRY(round_constant(low, value, dtype, err));
		}
	}
	return NPU_OK;
}
