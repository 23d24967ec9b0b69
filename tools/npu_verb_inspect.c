/* tools/npu_verb_inspect.c - what a network is: nodes, shapes, MACs, weights.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_utf8.h"
#include "base/npu_text.h"
#include "tools/npu_model_arguments.h"
#include "tools/npu_run_files.h"
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* ---- JSON ---- */

static json_t *shape_json(const struct npu_value *value)
{
	json_t *list = json_array();

	for (unsigned d = 0; d < value->shape.rank; d++)
		json_array_append_new(list, json_integer(value->shape.dim[d]));
	return list;
}

static json_t *value_json(const struct npu_value *value)
{
	return json_pack("{s:s, s:s, s:o}", "name", value->name, "dtype",
			 npu_dtype_name(value->dtype), "shape",
			 shape_json(value));
}

static json_t *node_json(const struct npu_node *node)
{
	json_t *inputs = json_array();

	for (uint32_t i = 0; i < node->input_count; i++)
		json_array_append_new(
			inputs, node->inputs[i]
					? json_string(node->inputs[i]->name)
					: json_null());
	return json_pack("{s:s, s:s, s:o, s:o, s:I, s:I}", "name", node->name,
			 "op", npu_op_name(node->op), "inputs", inputs,
			 "output", value_json(node->outputs[0]), "macs",
			 (json_int_t)npu_node_macs(node), "parameters",
			 (json_int_t)npu_node_parameters(node));
}

static enum npu_status print_json(const struct npu_graph *graph,
				  struct npu_error *err)
{
	json_t *inputs = json_array(), *outputs = json_array();
	json_t *nodes = json_array();
	enum npu_status status;

	for (uint32_t i = 0; i < graph->value_count; i++) {
		const struct npu_value *value = graph->values[i];

		if (value->is_input)
			json_array_append_new(inputs, value_json(value));
		if (value->is_output)
			json_array_append_new(outputs, value_json(value));
	}
	for (uint32_t i = 0; i < graph->node_count; i++)
		json_array_append_new(nodes, node_json(graph->nodes[i]));
	json_t *all = json_pack(
		"{s:s, s:o, s:o, s:I, s:I, s:o}", "network", graph->name,
		"inputs", inputs, "outputs", outputs, "macs",
		(json_int_t)npu_graph_macs(graph), "parameters",
		(json_int_t)npu_graph_parameters(graph), "nodes", nodes);

	status = all ? npu_print_json(all, err)
		     : npu_fail(err, NPU_E_NOMEM, "printing %s", graph->name);
	json_decref(all);
	return status;
}

/* ---- table ---- */

enum { CELL = 96 };

static const char *shape_text(const struct npu_value *value, char out[CELL])
{
	size_t n = (size_t)snprintf(out, CELL, "[");

	for (unsigned d = 0; d < value->shape.rank && n < CELL; d++)
		n += (size_t)snprintf(out + n, CELL - n, "%s%lld", d ? "," : "",
				      (long long)value->shape.dim[d]);
	if (n < CELL)
		snprintf(out + n, CELL - n, "]");
	return out;
}

/* "Conv 3x3 /2 group 32" */
static const char *operator_text(const struct npu_node *node, char out[CELL])
{
	const struct npu_attributes *a = &node->attr;
	int n = snprintf(out, CELL, "%s", npu_op_name(node->op));

	if (node->op != NPU_Conv && node->op != NPU_MaxPool &&
	    node->op != NPU_AveragePool)
		return out;
	n += snprintf(out + n, (size_t)(CELL - n), " %lldx%lld",
		      (long long)a->kernel[0], (long long)a->kernel[1]);
	if (a->stride[0] != a->stride[1])
		n += snprintf(out + n, (size_t)(CELL - n), " /%lldx%lld",
			      (long long)a->stride[0], (long long)a->stride[1]);
	else if (a->stride[0] != 1)
		n += snprintf(out + n, (size_t)(CELL - n), " /%lld",
			      (long long)a->stride[0]);
	if (a->groups != 1)
		snprintf(out + n, (size_t)(CELL - n), " group %lld",
			 (long long)a->groups);
	return out;
}

static void add_value(struct npu_text *out, const char *title,
		      const struct npu_value *value)
{
	char shape[CELL];

	npu_text_add(out, "%-8s ", title);
	npu_text_add_safe(out, value->name);
	npu_text_add(out, " %s%s\n", npu_dtype_name(value->dtype),
		     shape_text(value, shape));
}

static void add_values(struct npu_text *out, const struct npu_graph *graph,
		       const char *title, int inputs)
{
	for (uint32_t i = 0; i < graph->value_count; i++) {
		const struct npu_value *value = graph->values[i];

		if (inputs ? value->is_input : value->is_output)
			add_value(out, title, value);
	}
}

/* Columns are as wide as their longest cell; a name that is longer than any
 * terminal shifts its own row alone. */
static void measure(const struct npu_graph *graph, int *name, int *op,
		    int *shape)
{
	char cell[CELL];

	*name = 5;
	*op = 8;
	*shape = 6;
	for (uint32_t i = 0; i < graph->node_count; i++) {
		const struct npu_node *node = graph->nodes[i];
		const int widths[] = {
			(int)strlen(node->name),
			(int)strlen(operator_text(node, cell)),
			(int)strlen(shape_text(node->outputs[0], cell)),
		};

		if (widths[0] > *name && widths[0] <= CELL)
			*name = widths[0];
		*op = widths[1] > *op ? widths[1] : *op;
		*shape = widths[2] > *shape ? widths[2] : *shape;
	}
}

static void add_table(struct npu_text *out, const struct npu_graph *graph)
{
	char op[CELL], shape[CELL];
	int name_width, op_width, shape_width;

	measure(graph, &name_width, &op_width, &shape_width);
	npu_text_add(out, "%-8s ", "network");
	npu_text_add_safe(out, graph->name);
	npu_text_add(out, "\n");
	add_values(out, graph, "input", 1);
	add_values(out, graph, "output", 0);
	npu_text_add(out, "\n%-*s  %-*s  %-*s  %14s  %11s\n", name_width,
		     "node", op_width, "operator", shape_width, "output",
		     "MACs", "parameters");
	for (uint32_t i = 0; i < graph->node_count; i++) {
		const struct npu_node *node = graph->nodes[i];

		npu_text_add_cell(out, node->name, (size_t)name_width, CELL);
		npu_text_add(out, "  %-*s  %-*s  %14llu  %11llu\n", op_width,
			     operator_text(node, op), shape_width,
			     shape_text(node->outputs[0], shape),
			     (unsigned long long)npu_node_macs(node),
			     (unsigned long long)npu_node_parameters(node));
	}
	snprintf(op, sizeof op, "%u nodes", graph->node_count);
	npu_text_add(out, "%-*s  %-*s  %-*s  %14llu  %11llu\n", name_width,
		     "total", op_width, op, shape_width, "",
		     (unsigned long long)npu_graph_macs(graph),
		     (unsigned long long)npu_graph_parameters(graph));
}

static enum npu_status print_table(const struct npu_graph *graph,
				   struct npu_error *err)
{
	struct npu_text text = { 0 };

	add_table(&text, graph);
	return npu_print_readable(&text, err);
}

enum npu_status npu_verb_inspect(const struct npu_arguments *args,
				 struct npu_error *err)
{
	struct npu_graph *graph;
	enum npu_status status;

	NPU_TRY(npu_model_from_arguments(args, &graph, err));
	status = npu_given(args, NPU_OPTION_json) ? print_json(graph, err)
						  : print_table(graph, err);
	npu_graph_destroy(graph);
	return status;
}
