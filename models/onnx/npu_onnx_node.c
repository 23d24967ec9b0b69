/* models/onnx/npu_onnx_node.c - one form for what the opsets write differently.
 * SPDX-License-Identifier: Apache-2.0
 *
 * After this file Slice has its lists as inputs, Softmax is over one axis, and
 * Shape gives all dimensions. Where newer opsets have an input for what was an
 * attribute (Clip, Squeeze, Dropout), inference reads it: it may be computed.
 */
#include "models/onnx/npu_onnx_internal.h"
#include <string.h>

/* Integers of a constant of rank 0 or 1; 0 where `value` is none (or longer
 * than NPU_DIMS). */
static int constant_ints(const struct npu_value *value, int64_t *out,
			 uint8_t *count)
{
	const int64_t n = npu_shape_count(&value->shape);

	if (!value->constant || !value->constant->data || n < 0 ||
	    n > NPU_DIMS || value->shape.rank > 1)
		return 0;
	if (value->dtype == NPU_s64) {
		memcpy(out, value->constant->data, (size_t)n * sizeof *out);
	} else if (value->dtype == NPU_s32) {
		int32_t narrow[NPU_DIMS];

		memcpy(narrow, value->constant->data,
		       (size_t)n * sizeof *narrow);
		for (int64_t i = 0; i < n; i++)
			out[i] = narrow[i];
	} else {
		return 0;
	}
	*count = (uint8_t)n;
	return 1;
}

/* A node of the graph with these inputs, one output, and node's attributes. */
static enum npu_status emit(struct npu__onnx *reader,
			    const struct npu__onnx_node *node, enum npu_op op,
			    const char *name, struct npu_value **inputs,
			    uint32_t count, struct npu_value *output)
{
	struct npu_node *made =
		npu_graph_add_node(reader->graph, op, name, count, 1);

	if (!made)
		return npu__onnx_no_memory(reader);
	for (uint32_t i = 0; i < count; i++)
		made->inputs[i] = inputs[i];
	made->outputs[0] = output;
	made->attr = node->attr;
	made->loc.path = reader->graph_path;
	output->producer = made;
	return NPU_OK;
}

static enum npu_status emit_plain(struct npu__onnx *reader,
				  const struct npu__onnx_node *node)
{
	return emit(reader, node, node->op, node->name, node->inputs,
		    node->input_count, node->output);
}

/* A node that the file does not have, "<name>/<part>", and its value. */
static enum npu_status emit_part(struct npu__onnx *reader,
				 const struct npu__onnx_node *node,
				 enum npu_op op, const char *part,
				 struct npu_value *input,
				 struct npu_value **output)
{
	const char *name =
		npu_arena_printf(reader->scratch, "%s/%s", node->name, part);
	const char *node_name = npu__onnx_free_node_name(reader, name);
	const char *value_name = npu__onnx_free_value_name(reader, name);

	if (!node_name || !value_name)
		return npu__onnx_no_memory(reader);
	*output = npu_graph_add_value(reader->graph, value_name);
	if (!*output)
		return npu__onnx_no_memory(reader);
	return emit(reader, node, op, node_name, &input, 1, *output);
}

/* A constant of s64 that the file does not have. */
static enum npu_status make_ints(struct npu__onnx *reader,
				 const struct npu__onnx_node *node,
				 const char *part, const int64_t *list,
				 unsigned count, struct npu_value **out)
{
	const char *name = npu__onnx_free_value_name(
		reader,
		npu_arena_printf(reader->scratch, "%s/%s", node->name, part));

	if (!name)
		return npu__onnx_no_memory(reader);
	*out = npu_graph_add_value(reader->graph, name);
	if (!*out)
		return npu__onnx_no_memory(reader);
	return npu__onnx_set_numbers(reader, *out, NPU_s64, 1, list, count);
}

/* kernel_shape may be left out of Conv: it is then that of the weights. */
static void add_kernel(struct npu__onnx_node *node)
{
	const struct npu_value *w = node->inputs[1];
	int64_t *kernel = node->attr.kernel;

	if (kernel[1] || !w->constant)
		return;
	if (w->shape.rank == 3) {
		kernel[0] = 1;
		kernel[1] = w->shape.dim[2];
	} else if (w->shape.rank == 4) {
		kernel[0] = w->shape.dim[2];
		kernel[1] = w->shape.dim[3];
	}
}

/* Before opset 10, starts, ends and axes were attributes. */
static enum npu_status add_slice(struct npu__onnx *reader,
				 struct npu__onnx_node *node)
{
	struct npu_value *inputs[4] = { node->inputs[0] };
	const unsigned n = node->start_count;
	uint32_t count = 3;

	if (reader->opset >= 10) {
		if (node->input_count < 3)
			return npu__onnx_fail(reader, NPU_E_SYNTAX,
					      "node %s (Slice) has %u inputs, "
					      "expected 3 to 5",
					      node->name, node->input_count);
		return emit_plain(reader, node);
	}
	if (!n || node->end_count != n ||
	    (node->attr.list_count && node->attr.list_count != n))
		return npu__onnx_fail(reader, NPU_E_SYNTAX,
				      "node %s (Slice): %u starts, %u ends, "
				      "%u axes",
				      node->name, n, node->end_count,
				      node->attr.list_count);
	NPU_TRY(make_ints(reader, node, "starts", node->starts, n, &inputs[1]));
	NPU_TRY(make_ints(reader, node, "ends", node->ends, n, &inputs[2]));
	if (node->attr.list_count) {
		NPU_TRY(make_ints(reader, node, "axes", node->attr.list, n,
				  &inputs[3]));
		node->attr.list_count = 0;
		count = 4;
	}
	return emit(reader, node, NPU_Slice, node->name, inputs, count,
		    node->output);
}

/* Before opset 13, Softmax is over all dimensions from `axis` on: Flatten,
 * Softmax over the last axis, and Reshape to what Shape says. */
static enum npu_status add_softmax(struct npu__onnx *reader,
				   struct npu__onnx_node *node)
{
	struct npu_value *input = node->inputs[0], *flat, *soft, *shape;
	struct npu__onnx_node part = *node;

	if (reader->opset >= 13 || node->attr.axis == -1)
		return emit_plain(reader, node);
	NPU_TRY(emit_part(reader, node, NPU_Flatten, "flatten", input, &flat));
	part.attr.axis = -1;
	NPU_TRY(emit_part(reader, &part, NPU_Softmax, "softmax", flat, &soft));
	memset(&part.attr, 0, sizeof part.attr);
	NPU_TRY(emit_part(reader, &part, NPU_Shape, "shape", input, &shape));
	return emit(reader, &part, NPU_Reshape, node->name,
		    (struct npu_value *[]){ soft, shape }, 2, node->output);
}

/* Opset 14: with allowzero, 0 means 0 and not "as the input". */
static enum npu_status add_reshape(struct npu__onnx *reader,
				   struct npu__onnx_node *node)
{
	int64_t list[NPU_DIMS];
	uint8_t count = 0;
	int zero = !constant_ints(node->inputs[1], list, &count);

	for (unsigned i = 0; i < count; i++)
		zero |= !list[i];
	if (node->allowzero && zero) {
		npu__onnx_refuse(reader, node,
				 "allowzero is supported with a constant shape "
				 "without zeros only");
		return NPU_OK;
	}
	return emit_plain(reader, node);
}

/* Opset 15: a range of the dimensions. */
static enum npu_status add_shape(struct npu__onnx *reader,
				 struct npu__onnx_node *node)
{
	struct npu_value *inputs[3];

	if (!node->has_range)
		return emit_plain(reader, node);
	NPU_TRY(emit_part(reader, node, NPU_Shape, "shape", node->inputs[0],
			  &inputs[0]));
	NPU_TRY(make_ints(reader, node, "start", &node->first, 1, &inputs[1]));
	NPU_TRY(make_ints(reader, node, "end", &node->last, 1, &inputs[2]));
	return emit(reader, node, NPU_Slice, node->name, inputs, 3,
		    node->output);
}

static enum npu_status check_inputs(struct npu__onnx *reader,
				    const struct npu__onnx_node *node)
{
	const struct npu_operator *info = npu_op_info(node->op);

	if (node->input_count < info->min_inputs ||
	    node->input_count > info->max_inputs)
		return npu__onnx_fail(reader, NPU_E_SYNTAX,
				      "node %s (%s) has %u inputs, expected %u "
				      "to %u",
				      node->name, node->type, node->input_count,
				      info->min_inputs, info->max_inputs);
	for (uint32_t i = 0; i < info->min_inputs; i++) {
		if (!node->inputs[i])
			return npu__onnx_fail(reader, NPU_E_SYNTAX,
					      "node %s (%s): input %u is left "
					      "out",
					      node->name, node->type, i);
	}
	return NPU_OK;
}

enum npu_status npu__onnx_add(struct npu__onnx *reader,
			      struct npu__onnx_node *node)
{
	NPU_TRY(check_inputs(reader, node));
	switch (node->op) {
	case NPU_Slice:
		return add_slice(reader, node);
	case NPU_Softmax:
		return add_softmax(reader, node);
	case NPU_Reshape:
		return add_reshape(reader, node);
	case NPU_Shape:
		return add_shape(reader, node);
	case NPU_Conv:
		add_kernel(node);
		break;
	default:
		break;
	}
	return emit_plain(reader, node);
}
