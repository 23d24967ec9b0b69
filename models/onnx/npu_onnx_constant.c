/* models/onnx/npu_onnx_constant.c - Constant nodes and ConstantOfShape's value.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/onnx/npu_onnx_internal.h"
#include <string.h>

/* A constant's record, or NULL when out of memory. */
static struct npu_constant *add_constant(struct npu__onnx *reader,
					 const void *data)
{
	struct npu_constant *constant =
		npu_new(reader->graph->arena, struct npu_constant, 1);

	if (constant)
		constant->data = data;
	return constant;
}

enum npu_status npu__onnx_set_tensor(struct npu__onnx *reader,
				     struct npu_value *value,
				     const onnx_TensorProto *tensor)
{
	const void *data = NULL;

	NPU_TRY(npu__onnx_tensor(reader, reader->graph->arena, tensor,
				 value->name, &value->dtype, &value->shape,
				 &data));
	value->constant = add_constant(reader, data);
	return value->constant ? NPU_OK : npu__onnx_no_memory(reader);
}

enum npu_status npu__onnx_set_numbers(struct npu__onnx *reader,
				      struct npu_value *value,
				      enum npu_dtype dtype, unsigned rank,
				      const void *numbers, size_t count)
{
	const size_t width = npu_dtype_bytes(dtype);
	void *copy =
		npu_arena_alloc(reader->graph->arena, count + 1, width, width);

	if (!copy)
		return npu__onnx_no_memory(reader);
	if (count)
		memcpy(copy, numbers, count * width);
	value->dtype = dtype;
	value->shape.rank = (uint8_t)rank;
	value->shape.dim[0] = (int64_t)count;
	value->constant = add_constant(reader, copy);
	return value->constant ? NPU_OK : npu__onnx_no_memory(reader);
}

/* value_ints and value_floats: as many as the message is long at most. */
static enum npu_status set_list(struct npu__onnx *reader,
				struct npu_value *value,
				const struct npu__field *field, int is_float)
{
	const size_t width = is_float ? sizeof(float) : sizeof(int64_t);
	size_t limit = 0, count = 0;
	void *numbers;

	for (uint32_t i = 0; i < field->count; i++)
		limit += field->items[i].size;
	if (limit > NPU__UNFOLD_LIMIT / sizeof(int64_t))
		return npu__onnx_fail(reader, NPU_E_LIMIT,
				      "constant %s: list too long",
				      value->name);
	numbers = npu_arena_alloc(reader->scratch, limit + 1, width, width);
	if (!numbers)
		return npu__onnx_no_memory(reader);
	if (is_float)
		NPU_TRY(npu__onnx_fixed(reader, field, value->name, width,
					numbers, limit, &count));
	else
		NPU_TRY(npu__onnx_ints(reader, field, value->name, numbers,
				       limit, &count));
	return npu__onnx_set_numbers(reader, value,
				     is_float ? NPU_fp32 : NPU_s64, 1, numbers,
				     count);
}

static enum npu_status set_attribute(struct npu__onnx *reader,
				     struct npu__onnx_node *node,
				     const onnx_AttributeProto *a)
{
	const struct npu__span name = npu__onnx_last(&a->name);
	struct npu_value *value = node->output;

	if (npu__onnx_is(name, "value") && a->t.count) {
		onnx_TensorProto tensor = { 0 };

		NPU_TRY(npu__onnx_message(reader, onnx_TensorProto_fields,
					  npu__onnx_last(&a->t), &tensor));
		return npu__onnx_set_tensor(reader, value, &tensor);
	}
	if (npu__onnx_is(name, "value_float"))
		return npu__onnx_set_numbers(reader, value, NPU_fp32, 0, &a->f,
					     1);
	if (npu__onnx_is(name, "value_int"))
		return npu__onnx_set_numbers(reader, value, NPU_s64, 0, &a->i,
					     1);
	if (npu__onnx_is(name, "value_floats"))
		return set_list(reader, value, &a->floats, 1);
	if (npu__onnx_is(name, "value_ints"))
		return set_list(reader, value, &a->ints, 0);
	npu__onnx_refuse(reader, node,
			 "only tensors, numbers and lists of numbers are "
			 "supported");
	return NPU_OK;
}

enum npu_status npu__onnx_constant(struct npu__onnx *reader,
				   struct npu__onnx_node *node)
{
	const struct npu__field *attributes = &node->proto.attribute;
	onnx_AttributeProto a = { 0 };

	if (attributes->count != 1)
		return npu__onnx_fail(reader, NPU_E_SYNTAX,
				      "node %s (Constant) has %u attributes, "
				      "expected 1",
				      node->name, attributes->count);
	NPU_TRY(npu__onnx_message(reader, onnx_AttributeProto_fields,
				  attributes->items[0], &a));
	return set_attribute(reader, node, &a);
}

/* The one element of a tensor as fp32; 0 where that would change it. */
static int read_scalar(enum npu_dtype dtype, const void *data, float *out)
{
	int64_t s64;
	int32_t s32;

	switch (dtype) {
	case NPU_fp32:
		memcpy(out, data, sizeof *out);
		return 1;
	case NPU_s64:
		memcpy(&s64, data, sizeof s64);
		*out = (float)s64;
		return s64 > -(1 << 24) && s64 < 1 << 24;
	case NPU_s32:
		memcpy(&s32, data, sizeof s32);
		*out = (float)s32;
		return s32 > -(1 << 24) && s32 < 1 << 24;
	case NPU_boolean:
		*out = *(const uint8_t *)data != 0;
		return 1;
	default:
		return 0;
	}
}

enum npu_status npu__onnx_fill(struct npu__onnx *reader,
			       struct npu__onnx_node *node,
			       struct npu__span bytes)
{
	onnx_TensorProto tensor = { 0 };
	struct npu_shape shape = { 0 };
	const void *data = NULL;

	NPU_TRY(npu__onnx_message(reader, onnx_TensorProto_fields, bytes,
				  &tensor));
	NPU_TRY(npu__onnx_tensor(reader, reader->scratch, &tensor, node->name,
				 &node->attr.to, &shape, &data));
	if (npu_shape_count(&shape) != 1 ||
	    !read_scalar(node->attr.to, data, &node->attr.alpha))
		npu__onnx_refuse(reader, node,
				 "its value must be one number of type FLOAT, "
				 "INT32, INT64 or BOOL");
	return NPU_OK;
}
