/* compiler/lower/npu_lower_make.c - values, constants and nodes of lowered
 * graphs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_lower.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum npu_status npu__lower_refuse(const struct npu_node *node,
				  struct npu_error *err, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return npu_fail_at(err, NPU_E_UNSUPPORTED, node->loc,
			   "node %s (%s): %s", node->name,
			   npu_op_name(node->op), what);
}

enum npu_status npu__lower_nomem(struct npu_error *err)
{
	return npu_fail(err, NPU_E_NOMEM, "out of memory while lowering");
}

int npu__lower_is_structural(const struct npu_value *value)
{
	return value->constant &&
	       (npu_shape_count(&value->shape) == 1 ||
		value->dtype == NPU_s64 || value->dtype == NPU_s32 ||
		value->dtype == NPU_boolean);
}

double npu__lower_number(const struct npu_value *value, size_t index)
{
	const uint8_t *at = (const uint8_t *)value->constant->data +
			    index * npu_dtype_bytes(value->dtype);
	int64_t s64;
	int32_t s32;
	float f32;

	switch (value->dtype) {
	case NPU_s64:
		memcpy(&s64, at, sizeof(s64));
		return (double)s64;
	case NPU_s32:
		memcpy(&s32, at, sizeof(s32));
		return s32;
	case NPU_fp32:
		memcpy(&f32, at, sizeof(f32));
		return f32;
	default:
		return *at;
	}
}

const float *npu__lower_floats(const struct npu_value *value)
{
	return value->constant->fill == NPU_FILL_data ? value->constant->data
						      : NULL;
}

struct npu_value *npu__lower_value(struct npu_graph *graph, const char *name,
				   const int64_t dim[4])
{
	const char *unique = name;

	for (unsigned n = 1; npu_graph_find_value(graph, unique); n++) {
		unique = npu_arena_printf(graph->arena, "%s.%u", name, n);
		if (!unique)
			return NULL;
	}
	struct npu_value *value = npu_graph_add_value(graph, unique);

	if (!value)
		return NULL;
	value->dtype = NPU_fp32;
	value->shape.rank = 4;
	memcpy(value->shape.dim, dim, 4 * sizeof(dim[0]));
	return value;
}

struct npu_value *npu__lower_constant(struct npu_lowering *low,
				      const char *name, enum npu_dtype dtype,
				      const int64_t dim[4], void **data)
{
	struct npu_graph *graph = low->target ? low->target : low->graph;
	struct npu_value *value = npu__lower_value(graph, name, dim);
	const size_t bytes = npu_dtype_bytes(dtype);

	*data = NULL;
	if (!value)
		return NULL;
	value->dtype = dtype;
	value->constant = npu_new(graph->arena, struct npu_constant, 1);
	if (!value->constant)
		return NULL;
	value->constant->fill = NPU_FILL_absent;
	if (!low->options->with_data)
		return value;
	*data = npu_arena_alloc(graph->arena,
				(size_t)npu_shape_count(&value->shape), bytes,
				64);
	value->constant->fill = NPU_FILL_data;
	value->constant->data = *data;
	return *data ? value : NULL;
}

struct npu_node *npu__lower_node(struct npu_graph *graph, enum npu_op op,
				 const struct npu_node *from,
				 const char *suffix, struct npu_value *out,
				 uint32_t count,
				 struct npu_value *const *inputs)
{
	const char *layer = from->layer ? from->layer : from->name;
	const char *name = *suffix ? npu_arena_printf(graph->arena, "%s:%s",
						      from->name, suffix)
				   : from->name;
	struct npu_node *node =
		name ? npu_graph_add_node(graph, op, name, count, 1) : NULL;

	if (!node)
		return NULL;
	memcpy(node->inputs, inputs, count * sizeof(inputs[0]));
	node->outputs[0] = out;
	out->producer = node;
	node->loc = (struct npu_loc){ 0 };
	node->layer = npu_arena_strdup(graph->arena, layer);
	for (int d = 0; d < 2; d++)
		node->low.kernel[d] = node->low.stride[d] =
			node->low.dilation[d] = 1;
	for (int d = 0; d < 4; d++)
		node->low.extent[d] = 1;
	node->low.groups = 1;
	node->low.bias = node->low.residual = node->low.multiplier = -1;
	node->low.scale_input = -1;
	node->low.a.input = node->low.b.input = node->low.c.input = -2;
	return node->layer ? node : NULL;
}

void npu__layout_windows(const struct npu_node *node, const int64_t kernel[2],
			 struct npu_node *lowered)
{
	const struct npu_attributes *a = &node->attr;
	struct npu_lowered *low = &lowered->low;

	for (int d = 0; d < 2; d++) {
		const int64_t in = lowered->inputs[0]->shape.dim[1 + d];
		const int64_t out = lowered->outputs[0]->shape.dim[1 + d];
		int64_t lo = a->pad_lo[d];

		low->kernel[d] = kernel[d] ? kernel[d] : 1;
		low->stride[d] = a->stride[d] ? a->stride[d] : 1;
		low->dilation[d] = a->dilation[d] ? a->dilation[d] : 1;
		const int64_t total = (out - 1) * low->stride[d] +
				      low->dilation[d] * (low->kernel[d] - 1) +
				      1 - in;

		if (a->auto_pad == NPU_PAD_same_upper)
			lo = total > 0 ? total / 2 : 0;
		else if (a->auto_pad == NPU_PAD_same_lower)
			lo = total > 0 ? total - total / 2 : 0;
		else if (a->auto_pad == NPU_PAD_valid)
			lo = 0;
		low->pad_lo[d] = lo;
		low->pad_hi[d] = total > lo ? total - lo : 0;
	}
}

struct npu_ew_source npu__lower_input_source(int index)
{
	return (struct npu_ew_source){ .input = (int8_t)index };
}

struct npu_ew_source npu__lower_imm(float value)
{
	struct npu_ew_source source = { .input = -1 };

	memcpy(&source.imm, &value, sizeof(value));
	return source;
}

enum npu_status npu__lower_keep_fp32(struct npu_lowering *low,
				     struct npu_value *value,
				     struct npu_error *err)
{
	struct npu_value **list = low->fp32;

	if (low->fp32_count == low->fp32_capacity) {
		const uint32_t more = 2 * low->fp32_capacity + 16;

		list = npu_new(low->target->arena, struct npu_value *, more);
		if (!list)
			return npu__lower_nomem(err);
		if (low->fp32_count)
			memcpy(list, low->fp32,
			       low->fp32_count * sizeof(*list));
		low->fp32 = list;
		low->fp32_capacity = more;
	}
	list[low->fp32_count++] = value;
	return NPU_OK;
}

int npu__lower_is_fp32(const struct npu_lowering *low,
		       const struct npu_value *value)
{
	for (uint32_t i = 0; i < low->fp32_count; i++) {
		if (low->fp32[i] == value)
			return 1;
	}
	return 0;
}
