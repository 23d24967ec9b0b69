/* compiler/lower/npu_lower_copy.c - pass: a copy of the network to rewrite, its
 * floating-point constants as aligned fp32.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_lower.h"
#include <string.h>

static int is_float(enum npu_dtype dtype)
{
	return dtype == NPU_fp32 || dtype == NPU_bf16 || dtype == NPU_fp16 ||
	       dtype == NPU_f64;
}

static float to_fp32(const uint8_t *at, enum npu_dtype dtype)
{
	uint16_t half;
	double f64;
	float f32;

	switch (dtype) {
	case NPU_f64:
		memcpy(&f64, at, sizeof(f64));
		return (float)f64;
	case NPU_fp32:
		memcpy(&f32, at, sizeof(f32));
		return f32;
	default:
		memcpy(&half, at, sizeof(half));
		return dtype == NPU_bf16 ? npu_fp32_from_bf16(half)
					 : npu_fp32_from_fp16(half);
	}
}

/* The copy borrows fp32 data that is aligned; it does not outlive the call. */
static enum npu_status copy_constant(struct npu_lowering *low,
				     struct npu_value *from,
				     struct npu_value *to,
				     struct npu_error *err)
{
	const size_t count = (size_t)npu_shape_count(&from->shape);
	const void *data;

	to->constant = npu_new(low->graph->arena, struct npu_constant, 1);
	if (!to->constant)
		return npu__lower_nomem(err);
	to->constant->fill = NPU_FILL_absent;
	if (!low->options->with_data && !npu__lower_is_structural(from))
		return NPU_OK;
	NPU_TRY(npu_constant_data(low->imported, from, &data, err));
	to->constant->fill = NPU_FILL_data;
	to->constant->data = data;
	if (!is_float(from->dtype) ||
	    (from->dtype == NPU_fp32 && (uintptr_t)data % alignof(float) == 0))
		return NPU_OK;
	float *floats = npu_new(low->graph->arena, float, count);

	if (!floats)
		return npu__lower_nomem(err);
	for (size_t i = 0; i < count; i++)
		floats[i] = to_fp32((const uint8_t *)data +
					    i * npu_dtype_bytes(from->dtype),
				    from->dtype);
	to->constant->data = floats;
	return NPU_OK;
}

static enum npu_status copy_value(struct npu_lowering *low,
				  struct npu_value *from, struct npu_error *err)
{
	struct npu_value *to = npu_graph_add_value(low->graph, from->name);

	if (!to)
		return npu__lower_nomem(err);
	to->dtype = is_float(from->dtype) ? NPU_fp32 : from->dtype;
	to->shape = from->shape;
	to->is_input = from->is_input;
	to->is_output = from->is_output;
	return from->constant ? copy_constant(low, from, to, err) : NPU_OK;
}

static enum npu_status copy_node(struct npu_lowering *low,
				 const struct npu_node *from,
				 struct npu_error *err)
{
	struct npu_node *to =
		npu_graph_add_node(low->graph, from->op, from->name,
				   from->input_count, from->output_count);

	if (!to)
		return npu__lower_nomem(err);
	to->attr = from->attr;
	to->loc = from->loc;
	for (uint32_t i = 0; i < from->input_count; i++)
		to->inputs[i] =
			from->inputs[i]
				? low->graph->values[from->inputs[i]->id]
				: NULL;
	for (uint32_t i = 0; i < from->output_count; i++) {
		if (!from->outputs[i])
			continue;
		to->outputs[i] = low->graph->values[from->outputs[i]->id];
		to->outputs[i]->producer = to;
	}
	return NPU_OK;
}

enum npu_status npu__lower_copy(struct npu_lowering *low, struct npu_error *err)
{
	low->graph = npu_graph_create(low->imported->name);
	if (!low->graph)
		return npu__lower_nomem(err);
	for (uint32_t i = 0; i < low->imported->value_count; i++)
		NPU_TRY(copy_value(low, low->imported->values[i], err));
	for (uint32_t i = 0; i < low->imported->node_count; i++)
		NPU_TRY(copy_node(low, low->imported->nodes[i], err));
	return npu_graph_tidy(low->graph, err);
}
