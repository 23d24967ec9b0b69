/* models/npu_infer.c - shapes of a whole graph, and folding of its constants.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_infer_internal.h"
#include "base/npu_text.h"
#include <stdlib.h>
#include <string.h>

/* ---- dimensions of inputs ---- */

/* "x.2" names dimension 2 of input x, where the file gives it no name. */
static int names_dim(const char *binding, const struct npu_value *input,
		     unsigned d)
{
	const size_t n = strlen(input->name);

	if (input->dim_name[d] && !strcmp(binding, input->dim_name[d]))
		return 1;
	return !strncmp(binding, input->name, n) && binding[n] == '.' &&
	       binding[n + 1] == (char)('0' + d) && !binding[n + 2];
}

static enum npu_status fail_no_such_dim(const struct npu_graph *graph,
					const struct npu_dim_binding *binding,
					struct npu_error *err)
{
	const char *names[64];
	size_t count = 0;

	for (uint32_t i = 0; i < graph->value_count; i++) {
		const struct npu_value *value = graph->values[i];

		for (unsigned d = 0; value->is_input && d < value->shape.rank;
		     d++) {
			if (value->dim_name[d] && count < 64)
				names[count++] = value->dim_name[d];
		}
	}
	const char *near = npu_text_nearest(binding->name, names, count);

	return npu_fail(err, NPU_E_RANGE,
			"--dim %s=%lld: no input has a dimension %s%s%s%s",
			binding->name, (long long)binding->value, binding->name,
			near    ? "; did you mean "
			: count ? "; there is "
				: ", and none is left open",
			near    ? near
			: count ? names[0]
				: "",
			near ? "?" : "");
}

/* `binding` on every input; at least one must have it. */
static enum npu_status bind_one(struct npu_graph *graph,
				const struct npu_dim_binding *binding,
				struct npu_error *err)
{
	int found = 0;

	if (binding->value < 1 || binding->value > NPU_ELEMENTS_MAX)
		return npu_fail(err, NPU_E_RANGE,
				"--dim %s=%lld: expected 1..%lld",
				binding->name, (long long)binding->value,
				(long long)NPU_ELEMENTS_MAX);
	for (uint32_t i = 0; i < graph->value_count; i++) {
		struct npu_value *value = graph->values[i];

		for (unsigned d = 0; value->is_input && d < value->shape.rank;
		     d++) {
			if (!names_dim(binding->name, value, d))
				continue;
			found = 1;
			if (value->shape.dim[d] < 0)
				value->shape.dim[d] = binding->value;
			if (value->shape.dim[d] != binding->value)
				return npu_fail(err, NPU_E_RANGE,
						"--dim %s=%lld: dimension %u "
						"of input %s is %lld",
						binding->name,
						(long long)binding->value, d,
						value->name,
						(long long)value->shape.dim[d]);
		}
	}
	return found ? NPU_OK : fail_no_such_dim(graph, binding, err);
}

static enum npu_status check_input(const struct npu_value *input,
				   struct npu_error *err)
{
	if (input->shape.rank > NPU_DIMS)
		return npu_fail(err, NPU_E_LIMIT,
				"input %s has more than %d dimensions",
				input->name, NPU_DIMS);
	if (!npu_dtype_bytes(input->dtype))
		return npu_fail(err, NPU_E_UNSUPPORTED,
				"input %s has no element type", input->name);
	for (unsigned d = 0; d < input->shape.rank; d++) {
		const char *name = input->dim_name[d];

		if (input->shape.dim[d] < 0 && name)
			return npu_fail(err, NPU_E_UNSUPPORTED,
					"dimension %u of input %s is %s: say "
					"how large, --dim %s=1",
					d, input->name, name, name);
		if (input->shape.dim[d] < 0)
			return npu_fail(err, NPU_E_UNSUPPORTED,
					"dimension %u of input %s is not "
					"known: say how large, --dim %s.%u=1",
					d, input->name, input->name, d);
	}
	const int64_t count = npu_shape_count(&input->shape);

	if (count > NPU_ELEMENTS_MAX)
		return npu_fail(err, NPU_E_LIMIT,
				"input %s has more than %lld elements",
				input->name, (long long)NPU_ELEMENTS_MAX);
	return NPU_OK;
}

/* ---- nodes ---- */

static npu__infer_fn *const infer[NPU_OP_COUNT] = {
#define NPU__INFER_onnx(name)  [NPU_##name] = npu__infer_##name,
#define NPU__INFER_shape(name) [NPU_##name] = npu__infer_##name,
#define NPU__INFER_lowered(name)
#define NPU_OPERATOR(name, level, min_in, max_in, outs, doc) \
	NPU__INFER_##level(name)
#include "models/npu_op.def"
};

enum npu_status npu__infer_node(struct npu_graph *graph, struct npu_node *node,
				struct npu_error *err)
{
	const struct npu_operator *row = npu_op_info(node->op);

	if (!row || !infer[node->op])
		return npu__node_fail(node, NPU_E_INTERNAL, err,
				      "is not an operator of ONNX");
	if (node->input_count < row->min_inputs ||
	    node->input_count > row->max_inputs)
		return npu__node_fail(node, NPU_E_SYNTAX, err,
				      "expected %u..%u inputs, got %u",
				      row->min_inputs, row->max_inputs,
				      node->input_count);
	for (uint32_t i = 0; i < row->min_inputs; i++) {
		if (!node->inputs[i])
			return npu__node_fail(node, NPU_E_SYNTAX, err,
					      "input %u is left out", i);
	}
	if (node->output_count < 1 || !node->outputs[0])
		return npu__node_fail(node, NPU_E_SYNTAX, err,
				      "output 0 is left out");
	return infer[node->op](graph, node, err);
}

/* The value that stands for `value` now. */
static struct npu_value *now(struct npu_value *const *forward,
			     struct npu_value *value)
{
	while (value && forward[value->id])
		value = forward[value->id];
	return value;
}

static void redirect(struct npu_node *node, struct npu_value *const *forward)
{
	for (uint32_t i = 0; i < node->input_count; i++)
		node->inputs[i] = now(forward, node->inputs[i]);
}

/* Whether node->inputs[0] goes through the node as it is. */
static int passes_through(const struct npu_node *node)
{
	return node->op == NPU_Identity || node->op == NPU_Dropout ||
	       (node->op == NPU_Cast &&
		node->inputs[0]->dtype == node->outputs[0]->dtype);
}

/* Take the node out: its users read x instead of y. An output of the graph
 * keeps its name, so there x's producer makes y, where it can. */
static void remove_node(struct npu_node *node, struct npu_value **forward)
{
	struct npu_value *x = node->inputs[0], *y = node->outputs[0];

	if (!y->is_output) {
		forward[y->id] = x;
		return;
	}
	if (!x->producer || x->is_output || x->is_input)
		return;
	for (uint32_t o = 0; o < x->producer->output_count; o++) {
		if (x->producer->outputs[o] == x)
			x->producer->outputs[o] = y;
	}
	y->producer = x->producer;
	x->producer = NULL;
	forward[x->id] = y;
}

/* Outputs beyond the first do not exist here (a mask, statistics). */
static enum npu_status drop_outputs(const struct npu_graph *graph,
				    struct npu_node *node,
				    struct npu_error *err)
{
	for (uint32_t o = 1; o < node->output_count; o++) {
		struct npu_value *extra = node->outputs[o];

		if (!extra)
			continue;
		extra->producer = NULL;
		int used = extra->is_output;

		for (uint32_t i = 0; i < graph->node_count && !used; i++) {
			const struct npu_node *user = graph->nodes[i];

			for (uint32_t k = 0; k < user->input_count; k++)
				used |= user->inputs[k] == extra;
		}
		if (used)
			return npu__node_fail(node, NPU_E_UNSUPPORTED, err,
					      "its output %u (%s) is used; "
					      "only the first is supported",
					      o, extra->name);
	}
	node->output_count = 1;
	return NPU_OK;
}

static enum npu_status visit(struct npu_graph *graph, struct npu_node *node,
			     struct npu_value **forward, struct npu_error *err)
{
	int folded = 0;

	redirect(node, forward);
	NPU_TRY(npu__infer_node(graph, node, err));
	NPU_TRY(drop_outputs(graph, node, err));
	NPU_TRY(npu__fold_node(graph, node, &folded, err));
	if (!folded && passes_through(node))
		remove_node(node, forward);
	return NPU_OK;
}

/* What is left must be something that runs. */
static enum npu_status check_left(const struct npu_graph *graph,
				  struct npu_error *err)
{
	for (uint32_t i = 0; i < graph->node_count; i++) {
		const struct npu_node *node = graph->nodes[i];

		if (npu_op_info(node->op)->level == NPU_LEVEL_shape)
			return npu__node_fail(node, NPU_E_UNSUPPORTED, err,
					      "is supported only where its "
					      "inputs are constant, on shapes");
		if (npu_shape_count(&node->outputs[0]->shape) == 0)
			return npu__node_fail(node, NPU_E_RANGE, err,
					      "its output has no elements");
	}
	return NPU_OK;
}

static enum npu_status check_values(const struct npu_graph *graph,
				    struct npu_error *err)
{
	for (uint32_t i = 0; i < graph->value_count; i++) {
		const struct npu_value *value = graph->values[i];

		if (value->is_input)
			NPU_TRY(check_input(value, err));
		if (value->constant &&
		    (value->shape.rank > NPU_DIMS ||
		     npu_shape_count(&value->shape) < 0 ||
		     npu_shape_count(&value->shape) > NPU_ELEMENTS_MAX ||
		     !npu_dtype_bytes(value->dtype)))
			return npu_fail(err, NPU_E_LIMIT,
					"constant %s has no shape or type of "
					"ours",
					value->name);
	}
	return NPU_OK;
}

enum npu_status npu_graph_infer(struct npu_graph *graph,
				const struct npu_dim_binding *bindings,
				size_t binding_count, struct npu_error *err)
{
	enum npu_status status = NPU_OK;

	NPU_TRY(npu_graph_tidy(graph, err));
	for (size_t b = 0; b < binding_count; b++)
		NPU_TRY(bind_one(graph, &bindings[b], err));
	NPU_TRY(check_values(graph, err));
	struct npu_value **forward = calloc((size_t)graph->value_count + 1,
					    sizeof(struct npu_value *));

	if (!forward)
		return npu_fail(err, NPU_E_NOMEM, "inferring %s", graph->name);
	for (uint32_t i = 0; i < graph->node_count && !status; i++)
		status = visit(graph, graph->nodes[i], forward, err);
	for (uint32_t i = 0; i < graph->node_count && !status; i++)
		redirect(graph->nodes[i], forward);
	free(forward);
	if (!status)
		status = npu_graph_tidy(graph, err);
	if (!status)
		status = check_left(graph, err);
	return status;
}
