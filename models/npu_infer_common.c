/* models/npu_infer_common.c - what the inference of all operators shares.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_infer_internal.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum npu_status npu__node_fail(const struct npu_node *node,
			       enum npu_status status, struct npu_error *err,
			       const char *fmt, ...)
{
	char message[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	return npu_fail_at(err, status, node->loc, "node %s (%s): %s",
			   node->name, npu_op_name(node->op), message);
}

const char *npu__shape_text(const struct npu_shape *shape,
			    char out[NPU__SHAPE_TEXT])
{
	size_t n = 0;

	out[n++] = '[';
	for (unsigned d = 0; d < shape->rank && d < NPU_DIMS; d++)
		n += (size_t)snprintf(out + n, NPU__SHAPE_TEXT - n, "%s%lld",
				      d ? "," : "", (long long)shape->dim[d]);
	snprintf(out + n, NPU__SHAPE_TEXT - n, "]");
	return out;
}

enum npu_status npu__infer_set(struct npu_node *node, enum npu_dtype dtype,
			       const struct npu_shape *shape,
			       struct npu_error *err)
{
	struct npu_value *out = node->outputs[0];
	char text[NPU__SHAPE_TEXT];

	if (npu_shape_count(shape) > NPU_ELEMENTS_MAX)
		return npu__node_fail(node, NPU_E_LIMIT, err,
				      "output %s has more than %lld elements",
				      npu__shape_text(shape, text),
				      (long long)NPU_ELEMENTS_MAX);
	out->dtype = dtype;
	out->shape = *shape;
	memset(out->dim_name, 0, sizeof(out->dim_name));
	return NPU_OK;
}

enum npu_status npu__infer_one_dtype(const struct npu_node *node,
				     struct npu_error *err)
{
	const enum npu_dtype first = node->inputs[0]->dtype;

	for (uint32_t i = 1; i < node->input_count; i++) {
		const struct npu_value *value = node->inputs[i];

		if (value && value->dtype != first)
			return npu__node_fail(node, NPU_E_SYNTAX, err,
					      "inputs of types %s and %s (%s)",
					      npu_dtype_name(first),
					      npu_dtype_name(value->dtype),
					      value->name);
	}
	return NPU_OK;
}

enum npu_status npu__infer_axis(const struct npu_node *node, int64_t rank,
				int64_t *axis, struct npu_error *err)
{
	if (*axis < -rank || *axis >= rank)
		return npu__node_fail(node, NPU_E_RANGE, err,
				      "axis %lld of a value of %lld dimensions",
				      (long long)*axis, (long long)rank);
	if (*axis < 0)
		*axis += rank;
	return NPU_OK;
}

enum npu_status npu__infer_broadcast(const struct npu_node *node,
				     const struct npu_shape *a,
				     const struct npu_shape *b,
				     struct npu_shape *out,
				     struct npu_error *err)
{
	const uint8_t rank = a->rank > b->rank ? a->rank : b->rank;
	char left[NPU__SHAPE_TEXT], right[NPU__SHAPE_TEXT];

	*out = (struct npu_shape){ .rank = rank };
	for (unsigned d = 0; d < rank; d++) {
		const unsigned skip_a = rank - a->rank, skip_b = rank - b->rank;
		const int64_t x = d < skip_a ? 1 : a->dim[d - skip_a];
		const int64_t y = d < skip_b ? 1 : b->dim[d - skip_b];

		if (x != y && x != 1 && y != 1)
			return npu__node_fail(node, NPU_E_RANGE, err,
					      "shapes %s and %s do not "
					      "broadcast",
					      npu__shape_text(a, left),
					      npu__shape_text(b, right));
		out->dim[d] = x == 1 ? y : x;
	}
	return NPU_OK;
}

enum npu_status npu__infer_ints(struct npu_graph *graph,
				const struct npu_node *node, uint32_t index,
				int64_t out[NPU_DIMS], uint8_t *count,
				struct npu_error *err)
{
	struct npu_value *value = node->inputs[index];
	const int64_t n = npu_shape_count(&value->shape);
	const void *data;

	if (!value->constant)
		return npu__node_fail(node, NPU_E_UNSUPPORTED, err,
				      "input %u (%s) is computed at run time; "
				      "only constants are supported there",
				      index, value->name);
	if ((value->dtype != NPU_s64 && value->dtype != NPU_s32) ||
	    value->shape.rank > 1)
		return npu__node_fail(node, NPU_E_SYNTAX, err,
				      "input %u (%s) is not a list of integers",
				      index, value->name);
	if (n > NPU_DIMS)
		return npu__node_fail(node, NPU_E_LIMIT, err,
				      "input %u (%s) has %lld entries; at most "
				      "%d dimensions are supported",
				      index, value->name, (long long)n,
				      NPU_DIMS);
	NPU_TRY(npu_constant_data(graph, value, &data, err));
	for (int64_t i = 0; i < n; i++) {
		int32_t narrow;

		if (value->dtype == NPU_s64) {
			memcpy(&out[i], (const char *)data + 8 * i, 8);
			continue;
		}
		memcpy(&narrow, (const char *)data + 4 * i, 4);
		out[i] = narrow;
	}
	*count = (uint8_t)n;
	return NPU_OK;
}
