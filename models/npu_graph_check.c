/* models/npu_graph_check.c - the promises every graph of ours keeps.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_graph.h"
#include <stdlib.h>
#include <string.h>

static enum npu_status bad_value(const struct npu_value *value,
				 const char *what, struct npu_error *err)
{
	return npu_fail(err, NPU_E_INTERNAL, "graph check: value %s %s",
			value->name, what);
}

static enum npu_status bad_node(const struct npu_node *node, const char *what,
				struct npu_error *err)
{
	return npu_fail(err, NPU_E_INTERNAL, "graph check: node %s (%s) %s",
			node->name, npu_op_name(node->op), what);
}

/* ---- every graph ---- */

static enum npu_status check_value(const struct npu_graph *graph, uint32_t id,
				   struct npu_error *err)
{
	const struct npu_value *value = graph->values[id];
	const int sources = (value->producer != NULL) +
			    (value->constant != NULL) + (value->is_input != 0);
	int64_t count = npu_shape_count(&value->shape);

	if (value->id != id)
		return bad_value(value, "has an id that is not its place", err);
	if (sources != 1)
		return bad_value(value,
				 "is not exactly one of input, constant "
				 "and computed",
				 err);
	if (value->shape.rank > NPU_DIMS || count < 0 || count == INT64_MAX)
		return bad_value(value, "has no known shape", err);
	if (!npu_dtype_bytes(value->dtype))
		return bad_value(value, "has no element type", err);
	if (value->constant && value->constant->fill == NPU_FILL_data &&
	    !value->constant->data && count)
		return bad_value(value, "is constant but has no bytes", err);
	if (value->constant && value->constant->fill == NPU_FILL_seeded &&
	    value->dtype != NPU_fp32)
		return bad_value(value, "is seeded but not fp32", err);
	return NPU_OK;
}

static int in_graph(const struct npu_graph *graph,
		    const struct npu_value *value)
{
	return value->id < graph->value_count &&
	       graph->values[value->id] == value;
}

static enum npu_status check_node(const struct npu_graph *graph, uint32_t id,
				  struct npu_error *err)
{
	const struct npu_node *node = graph->nodes[id];
	const struct npu_operator *info = npu_op_info(node->op);

	if (node->id != id)
		return bad_node(node, "has an id that is not its place", err);
	if (!node->name || !*node->name || !info)
		return bad_node(node, "has no name or no operator", err);
	if (node->input_count < info->min_inputs ||
	    node->input_count > info->max_inputs)
		return bad_node(node, "has the wrong number of inputs", err);
	if (node->output_count < 1 || !node->outputs[0])
		return bad_node(node, "has no output", err);
	for (uint32_t i = 0; i < node->input_count; i++) {
		const struct npu_value *value = node->inputs[i];

		if (!value && i < info->min_inputs)
			return bad_node(node, "lacks an input", err);
		if (value && !in_graph(graph, value))
			return bad_node(node, "reads a value of no graph", err);
		if (value && value->producer && value->producer->id >= id)
			return bad_node(node, "comes before its input", err);
	}
	for (uint32_t o = 0; o < node->output_count; o++) {
		const struct npu_value *value = node->outputs[o];

		if (value &&
		    (!in_graph(graph, value) || value->producer != node))
			return bad_node(node, "does not own its output", err);
	}
	return NPU_OK;
}

static int by_name(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

static enum npu_status check_unique(const char **names, uint32_t count,
				    struct npu_error *err)
{
	qsort(names, count, sizeof(*names), by_name);
	for (uint32_t i = 1; i < count; i++) {
		if (!strcmp(names[i - 1], names[i]))
			return npu_fail(err, NPU_E_INTERNAL,
					"graph check: two are called %s",
					names[i]);
	}
	return NPU_OK;
}

static enum npu_status check_names(const struct npu_graph *graph,
				   struct npu_error *err)
{
	const char **names =
		calloc((size_t)graph->value_count + graph->node_count + 1,
		       sizeof(*names));
	enum npu_status status;

	if (!names)
		return npu_fail(err, NPU_E_NOMEM, "checking %s", graph->name);
	for (uint32_t i = 0; i < graph->value_count; i++)
		names[i] = graph->values[i]->name;
	status = check_unique(names, graph->value_count, err);
	for (uint32_t i = 0; i < graph->node_count; i++)
		names[i] = graph->nodes[i]->name;
	if (!status)
		status = check_unique(names, graph->node_count, err);
	free(names);
	return status;
}

/* ---- lowered graphs ---- */

static enum npu_status check_lowered_value(const struct npu_value *value,
					   struct npu_error *err)
{
	if (value->shape.rank != 4)
		return bad_value(value, "is lowered but not [N, H, W, C]", err);
	if (npu_shape_count(&value->shape) == 0)
		return bad_value(value, "is lowered and empty", err);
	if ((int)value->dtype >= 16)
		return bad_value(value, "has a type that no chip has", err);
	if (value->scale < 0)
		return bad_value(value, "has a negative scale", err);
	if (value->dtype == NPU_u8 && (value->zero < 0 || value->zero > 255))
		return bad_value(value, "has a zero point outside 0..255", err);
	if (value->dtype == NPU_s8 && (value->zero < -128 || value->zero > 127))
		return bad_value(value, "has a zero point outside -128..127",
				 err);
	if (!npu_dtype_bytes(value->dtype) ||
	    (npu_dtype_bytes(value->dtype) > 1 && value->zero))
		return bad_value(value, "has a zero point but is not 8-bit",
				 err);
	/* Tables and weights are 8-bit without a scale of their own. */
	if (npu_dtype_bytes(value->dtype) == 1 && !value->constant &&
	    !(value->scale > 0))
		return bad_value(value, "is 8-bit without a scale", err);
	return NPU_OK;
}

static int broadcasts(const struct npu_shape *from, const struct npu_shape *to)
{
	for (int d = 0; d < 4; d++) {
		if (from->dim[d] != to->dim[d] && from->dim[d] != 1)
			return 0;
	}
	return 1;
}

static int same_shape(const struct npu_shape *a, const struct npu_shape *b)
{
	return !memcmp(a->dim, b->dim, 4 * sizeof(a->dim[0]));
}

/* Extent of a window's output; 0 or less where the window does not fit. */
static int64_t window(const struct npu_lowered *low, int64_t in, int axis)
{
	int64_t reach = low->dilation[axis] * (low->kernel[axis] - 1) + 1;
	int64_t room = in + low->pad_lo[axis] + low->pad_hi[axis] - reach;

	return room < 0 || low->stride[axis] < 1 ? 0
						 : room / low->stride[axis] + 1;
}

static enum npu_status check_window(const struct npu_node *node,
				    struct npu_error *err)
{
	const struct npu_shape *in = &node->inputs[0]->shape;
	const struct npu_shape *out = &node->outputs[0]->shape;

	for (int d = 0; d < 2; d++) {
		if (node->low.kernel[d] < 1 || node->low.dilation[d] < 1)
			return bad_node(node, "has an empty window", err);
		if (window(&node->low, in->dim[1 + d], d) < out->dim[1 + d])
			return bad_node(node,
					"has windows outside its padded "
					"input",
					err);
	}
	if (in->dim[0] != out->dim[0])
		return bad_node(node, "changes the batch", err);
	return NPU_OK;
}

/* An index of node->inputs that is -1 or present. */
static int has_input(const struct npu_node *node, int8_t index)
{
	return index < 0 ||
	       ((uint32_t)index < node->input_count && node->inputs[index]);
}

static enum npu_status check_conv(const struct npu_node *node,
				  struct npu_error *err)
{
	const struct npu_lowered *low = &node->low;
	const struct npu_shape *x = &node->inputs[0]->shape;
	const struct npu_shape *w = &node->inputs[1]->shape;
	const struct npu_shape *y = &node->outputs[0]->shape;

	NPU_TRY(check_window(node, err));
	if (low->groups < 1 || w->dim[3] % low->groups ||
	    w->dim[2] * low->groups != x->dim[3] || w->dim[3] != y->dim[3] ||
	    w->dim[0] != low->kernel[0] || w->dim[1] != low->kernel[1])
		return bad_node(node, "has weights of another shape", err);
	if (!has_input(node, low->bias) || !has_input(node, low->residual) ||
	    !has_input(node, low->multiplier))
		return bad_node(node, "names an input it does not have", err);
	if ((low->bias >= 0 &&
	     node->inputs[low->bias]->shape.dim[3] != y->dim[3]) ||
	    (low->multiplier >= 0 &&
	     node->inputs[low->multiplier]->shape.dim[3] != y->dim[3]))
		return bad_node(node, "has a vector of another length", err);
	if (low->residual >= 0 &&
	    !same_shape(&node->inputs[low->residual]->shape, y))
		return bad_node(node, "has a residual of another shape", err);
	return NPU_OK;
}

static enum npu_status check_ew(const struct npu_node *node,
				struct npu_error *err)
{
	const struct npu_ew_source *source[3] = { &node->low.a, &node->low.b,
						  &node->low.c };
	const struct npu_shape *y = &node->outputs[0]->shape;

	for (int s = 0; s < 3; s++) {
		if (!has_input(node, source[s]->input))
			return bad_node(node, "names an input it does not have",
					err);
		if (source[s]->input >= 0 &&
		    !broadcasts(&node->inputs[source[s]->input]->shape, y))
			return bad_node(node,
					"has a source that does not "
					"broadcast",
					err);
	}
	if (node->low.a.input < 0)
		return bad_node(node, "has no first source", err);
	return NPU_OK;
}

static enum npu_status check_matmul(const struct npu_node *node,
				    struct npu_error *err)
{
	const struct npu_shape *a = &node->inputs[0]->shape;
	const struct npu_shape *b = &node->inputs[1]->shape;
	const struct npu_shape *y = &node->outputs[0]->shape;
	const int k = node->low.trans_b ? 3 : 2, n = node->low.trans_b ? 2 : 3;

	if (a->dim[3] != b->dim[k] || y->dim[2] != a->dim[2] ||
	    y->dim[3] != b->dim[n] || a->dim[0] != y->dim[0] ||
	    b->dim[0] != y->dim[0])
		return bad_node(node, "has operands of other shapes", err);
	return NPU_OK;
}

static enum npu_status check_concat(const struct npu_node *node,
				    struct npu_error *err)
{
	const struct npu_value *y = node->outputs[0];
	const uint8_t axis = node->low.axis;
	int64_t sum = 0;

	if (axis > 3)
		return bad_node(node, "joins along no dimension", err);
	for (uint32_t i = 0; i < node->input_count; i++) {
		const struct npu_value *x = node->inputs[i];
		struct npu_shape shape = x->shape;

		sum += shape.dim[axis];
		shape.dim[axis] = y->shape.dim[axis];
		if (!same_shape(&shape, &y->shape) || x->dtype != y->dtype ||
		    x->zero != y->zero || x->scale < y->scale ||
		    x->scale > y->scale)
			return bad_node(node, "joins values that differ", err);
	}
	if (sum != y->shape.dim[axis])
		return bad_node(node, "joins to another extent", err);
	return NPU_OK;
}

static enum npu_status check_move(const struct npu_node *node,
				  struct npu_error *err)
{
	int64_t count = npu_shape_count(&node->inputs[0]->shape);
	int64_t lo = node->low.start, hi = node->low.start, walked = 1;

	for (int d = 0; d < 4; d++) {
		int64_t reach = (node->low.extent[d] - 1) * node->low.step[d];

		walked *= node->low.extent[d];

		if (reach < 0)
			lo += reach;
		else
			hi += reach;
	}
	if (walked != npu_shape_count(&node->outputs[0]->shape))
		return bad_node(node, "walks another number of elements", err);
	if (lo < 0 || hi >= count)
		return bad_node(node, "reads outside its input", err);
	return NPU_OK;
}

static enum npu_status check_reduce(const struct npu_node *node,
				    struct npu_error *err)
{
	struct npu_shape want = node->inputs[0]->shape;

	if (node->low.axis == 3)
		want.dim[3] = 1;
	else if (node->low.axis == 12)
		want.dim[1] = want.dim[2] = 1;
	else
		return bad_node(node, "reduces over no known axis", err);
	if (!same_shape(&want, &node->outputs[0]->shape))
		return bad_node(node, "reduces to another shape", err);
	return NPU_OK;
}

static enum npu_status check_lowered(const struct npu_node *node,
				     struct npu_error *err)
{
	switch (node->op) {
	case NPU_conv:
		return check_conv(node, err);
	case NPU_matmul:
		return check_matmul(node, err);
	case NPU_ew:
		return check_ew(node, err);
	case NPU_reduce:
		return check_reduce(node, err);
	case NPU_pool:
		if (node->inputs[0]->shape.dim[3] !=
		    node->outputs[0]->shape.dim[3])
			return bad_node(node, "changes the channels", err);
		return check_window(node, err);
	case NPU_lut:
		if (npu_dtype_bytes(node->inputs[0]->dtype) != 1 ||
		    npu_shape_count(&node->inputs[1]->shape) != 256)
			return bad_node(node,
					"needs 8-bit input and 256 "
					"entries",
					err);
		return NPU_OK;
	case NPU_concat:
		return check_concat(node, err);
	default:
		return check_move(node, err);
	}
}

enum npu_status npu_graph_check(const struct npu_graph *graph,
				struct npu_error *err)
{
	uint32_t lowered = 0, outputs = 0;

	for (uint32_t i = 0; i < graph->value_count; i++) {
		NPU_TRY(check_value(graph, i, err));
		outputs += graph->values[i]->is_output;
	}
	for (uint32_t i = 0; i < graph->node_count; i++) {
		NPU_TRY(check_node(graph, i, err));
		lowered += npu_op_info(graph->nodes[i]->op)->level ==
			   NPU_LEVEL_lowered;
	}
	NPU_TRY(check_names(graph, err));
	if (!outputs)
		return npu_fail(err, NPU_E_INTERNAL,
				"graph check: %s has no "
				"output",
				graph->name);
	if (lowered && lowered != graph->node_count)
		return npu_fail(err, NPU_E_INTERNAL,
				"graph check: %s mixes "
				"imported and lowered nodes",
				graph->name);
	if (!lowered)
		return NPU_OK;
	for (uint32_t i = 0; i < graph->value_count; i++)
		NPU_TRY(check_lowered_value(graph->values[i], err));
	for (uint32_t i = 0; i < graph->node_count; i++)
		NPU_TRY(check_lowered(graph->nodes[i], err));
	return NPU_OK;
}
