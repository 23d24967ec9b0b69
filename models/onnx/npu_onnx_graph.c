/* models/onnx/npu_onnx_graph.c - GraphProto: values by name, then its nodes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/onnx/npu_onnx_internal.h"
#include <string.h>

/* ---- constants and inputs ---- */

static enum npu_status add_value(struct npu__onnx *reader, const char *name,
				 struct npu__onnx_node *node,
				 struct npu_value **out)
{
	*out = npu_graph_add_value(reader->graph, name);
	if (!*out)
		return npu__onnx_no_memory(reader);
	npu__onnx_define(reader, (struct npu__definition){ .name = (*out)->name,
							   .value = *out,
							   .node = node });
	return NPU_OK;
}

static enum npu_status read_initialiser(struct npu__onnx *reader,
					struct npu__span bytes)
{
	onnx_TensorProto tensor = { 0 };
	struct npu_value *value;
	const char *name;

	NPU_TRY(npu__onnx_message(reader, onnx_TensorProto_fields, bytes,
				  &tensor));
	NPU_TRY(npu__onnx_text(reader, npu__onnx_last(&tensor.name), &name));
	if (!*name)
		return npu__onnx_fail(reader, NPU_E_SYNTAX,
				      "initialiser without a name at byte %zu",
				      npu__onnx_offset(reader, bytes));
	NPU_TRY(add_value(reader, name, NULL, &value));
	return npu__onnx_set_tensor(reader, value, &tensor);
}

static enum npu_status read_dim(struct npu__onnx *reader,
				struct npu__span bytes, struct npu_value *value,
				unsigned d)
{
	onnx_TensorShapeProto_Dimension dim = { 0 };
	struct npu_arena *arena = reader->graph->arena;
	const char *name;

	NPU_TRY(npu__onnx_message(
		reader, onnx_TensorShapeProto_Dimension_fields, bytes, &dim));
	if (dim.has_dim_value) {
		value->shape.dim[d] = dim.dim_value;
		if (dim.dim_value < 0)
			return npu__onnx_fail(reader, NPU_E_RANGE,
					      "input %s: dimension %u is %lld",
					      value->name, d,
					      (long long)dim.dim_value);
		return NPU_OK;
	}
	NPU_TRY(npu__onnx_text(reader, npu__onnx_last(&dim.dim_param), &name));
	value->shape.dim[d] = -1;
	/* a dimension without a name gets one, so that it can be bound */
	value->dim_name[d] =
		*name ? npu_arena_strdup(arena, name)
		      : npu_arena_printf(arena, "%s.%u", value->name, d);
	return value->dim_name[d] ? NPU_OK : npu__onnx_no_memory(reader);
}

static enum npu_status read_type(struct npu__onnx *reader,
				 struct npu__span bytes,
				 struct npu_value *value)
{
	onnx_TypeProto type = { 0 };
	onnx_TypeProto_Tensor tensor = { 0 };
	onnx_TensorShapeProto shape = { 0 };

	NPU_TRY(npu__onnx_message(reader, onnx_TypeProto_fields, bytes, &type));
	if (!type.tensor_type.count)
		return npu__onnx_fail(reader, NPU_E_UNSUPPORTED,
				      "input %s is not a tensor (a sequence, "
				      "map, optional or sparse tensor)",
				      value->name);
	NPU_TRY(npu__onnx_message(reader, onnx_TypeProto_Tensor_fields,
				  npu__onnx_last(&type.tensor_type), &tensor));
	value->dtype = npu__onnx_dtype(tensor.elem_type);
	if (value->dtype == NPU_none)
		return npu__onnx_fail(reader, NPU_E_UNSUPPORTED,
				      "input %s has element type %d (%s)",
				      value->name, tensor.elem_type,
				      npu__onnx_dtype_name(tensor.elem_type));
	if (!tensor.shape.count)
		return npu__onnx_fail(reader, NPU_E_UNSUPPORTED,
				      "input %s has no shape, not even a "
				      "number of dimensions",
				      value->name);
	NPU_TRY(npu__onnx_message(reader, onnx_TensorShapeProto_fields,
				  npu__onnx_last(&tensor.shape), &shape));
	if (shape.dim.count > NPU_DIMS)
		return npu__onnx_fail(reader, NPU_E_LIMIT,
				      "input %s has %u dimensions; the limit "
				      "is %d",
				      value->name, shape.dim.count, NPU_DIMS);
	value->shape.rank = (uint8_t)shape.dim.count;
	for (uint32_t d = 0; d < shape.dim.count; d++)
		NPU_TRY(read_dim(reader, shape.dim.items[d], value, d));
	return NPU_OK;
}

/* Inputs and outputs are ValueInfoProto. */
static enum npu_status read_info(struct npu__onnx *reader,
				 struct npu__span bytes, const char **name,
				 struct npu__span *type)
{
	onnx_ValueInfoProto info = { 0 };

	NPU_TRY(npu__onnx_message(reader, onnx_ValueInfoProto_fields, bytes,
				  &info));
	*type = npu__onnx_last(&info.type);
	return npu__onnx_text(reader, npu__onnx_last(&info.name), name);
}

/* Initialisers may also be listed as inputs (always so before IR version 4):
 * they are constants. */
static enum npu_status read_input(struct npu__onnx *reader,
				  struct npu__span bytes)
{
	struct npu_value *value;
	struct npu__span type;
	const char *name;

	NPU_TRY(read_info(reader, bytes, &name, &type));
	if (npu__onnx_find(reader, name))
		return NPU_OK;
	if (!*name)
		return npu__onnx_fail(reader, NPU_E_SYNTAX,
				      "input without a name at byte %zu",
				      npu__onnx_offset(reader, bytes));
	NPU_TRY(add_value(reader, name, NULL, &value));
	value->is_input = 1;
	return read_type(reader, type, value);
}

static enum npu_status read_output(struct npu__onnx *reader,
				   struct npu__span bytes)
{
	const struct npu__definition *def;
	struct npu__span type;
	const char *name;

	NPU_TRY(read_info(reader, bytes, &name, &type));
	def = npu__onnx_find(reader, name);
	if (!def)
		return npu__onnx_fail(reader, NPU_E_SYNTAX,
				      "output %s is made by no node", name);
	if (def->value)
		def->value->is_output = 1;
	else
		npu__onnx_refuse(reader, def->node,
				 "its output %.64s is used; only the first "
				 "output is supported",
				 name);
	return NPU_OK;
}

/* ---- nodes ---- */

static enum npu_status read_node(struct npu__onnx *reader,
				 struct npu__span bytes,
				 struct npu__onnx_node *node)
{
	NPU_TRY(npu__onnx_message(reader, onnx_NodeProto_fields, bytes,
				  &node->proto));
	NPU_TRY(npu__onnx_text(reader, npu__onnx_last(&node->proto.name),
			       &node->name));
	NPU_TRY(npu__onnx_text(reader, npu__onnx_last(&node->proto.op_type),
			       &node->type));
	NPU_TRY(npu__onnx_text(reader, npu__onnx_last(&node->proto.domain),
			       &node->domain));
	if (!strcmp(node->domain, "ai.onnx"))
		node->domain = "";
	if (!*node->type)
		return npu__onnx_fail(reader, NPU_E_SYNTAX,
				      "node without an op_type at byte %zu",
				      npu__onnx_offset(reader, bytes));
	if (!node->proto.output.count)
		return npu__onnx_fail(reader, NPU_E_SYNTAX,
				      "node without outputs at byte %zu (%s)",
				      npu__onnx_offset(reader, bytes),
				      node->type);
	return NPU_OK;
}

static enum npu_status has_subgraph(struct npu__onnx *reader,
				    const struct npu__onnx_node *node,
				    int *answer)
{
	for (uint32_t i = 0; i < node->proto.attribute.count; i++) {
		onnx_AttributeProto a = { 0 };

		NPU_TRY(npu__onnx_message(reader, onnx_AttributeProto_fields,
					  node->proto.attribute.items[i], &a));
		if (a.g.count || a.graphs.count)
			*answer = 1;
	}
	return NPU_OK;
}

static enum npu_status find_operator(struct npu__onnx *reader,
				     struct npu__onnx_node *node)
{
	const struct npu_operator *info;
	int subgraph = 0;

	node->op = npu_operator_find(node->type);
	info = npu_op_info(node->op);
	if (info && info->level != NPU_LEVEL_lowered && !*node->domain)
		return NPU_OK;
	node->op = NPU_OP_COUNT;
	NPU_TRY(has_subgraph(reader, node, &subgraph));
	npu__onnx_refuse(reader, node,
			 subgraph        ? "it has subgraphs (control flow)"
			 : *node->domain ? "operators of this domain are not "
					   "supported"
					 : "this operator is not supported");
	return NPU_OK;
}

static enum npu_status define_outputs(struct npu__onnx *reader,
				      struct npu__onnx_node *node)
{
	const struct npu__field *outputs = &node->proto.output;
	const char *name;

	for (uint32_t i = 0; i < outputs->count; i++) {
		NPU_TRY(npu__onnx_text(reader, outputs->items[i], &name));
		if (!*name)
			continue;
		if (i == 0)
			NPU_TRY(add_value(reader, name, node, &node->output));
		else
			npu__onnx_define(reader,
					 (struct npu__definition){
						 .name = name, .node = node });
	}
	if (!node->output)
		npu__onnx_refuse(reader, node, "its first output is left out");
	return NPU_OK;
}

static enum npu_status find_inputs(struct npu__onnx *reader,
				   struct npu__onnx_node *node)
{
	const struct npu__field *inputs = &node->proto.input;

	node->inputs =
		npu_new(reader->scratch, struct npu_value *, inputs->count + 1);
	if (!node->inputs)
		return npu__onnx_no_memory(reader);
	for (uint32_t i = 0; i < inputs->count; i++) {
		const struct npu__definition *def;
		const char *name;

		NPU_TRY(npu__onnx_text(reader, inputs->items[i], &name));
		if (!*name)
			continue;
		def = npu__onnx_find(reader, name);
		if (!def)
			return npu__onnx_fail(
				reader, NPU_E_SYNTAX,
				"node %s (%s) reads %s, which is not an "
				"input, an initialiser or a node's output",
				node->name, node->type, name);
		if (!def->value) {
			npu__onnx_refuse(reader, def->node,
					 "its output %.64s is used; only the "
					 "first output is supported",
					 name);
			node->refused = 1;
		}
		node->inputs[i] = def->value;
		node->input_count = i + 1; /* those left out at the end go */
	}
	return NPU_OK;
}

/* ---- the graph ---- */

static enum npu_status read_values(struct npu__onnx *reader,
				   const onnx_GraphProto *graph,
				   struct npu__onnx_node *nodes)
{
	size_t most = (size_t)graph->initializer.count + graph->input.count;

	for (uint32_t i = 0; i < graph->node.count; i++)
		most += nodes[i].proto.output.count;
	if (most > NPU__VALUE_LIMIT)
		return npu__onnx_fail(reader, NPU_E_LIMIT,
				      "%zu values; the limit is %d", most,
				      NPU__VALUE_LIMIT);
	reader->defs =
		npu_new(reader->scratch, struct npu__definition, most + 1);
	if (!reader->defs)
		return npu__onnx_no_memory(reader);
	for (uint32_t i = 0; i < graph->initializer.count; i++)
		NPU_TRY(read_initialiser(reader, graph->initializer.items[i]));
	NPU_TRY(npu__onnx_sort(reader));
	for (uint32_t i = 0; i < graph->input.count; i++)
		NPU_TRY(read_input(reader, graph->input.items[i]));
	for (uint32_t i = 0; i < graph->node.count; i++) {
		NPU_TRY(find_operator(reader, &nodes[i]));
		NPU_TRY(define_outputs(reader, &nodes[i]));
	}
	return npu__onnx_sort(reader);
}

static enum npu_status import_nodes(struct npu__onnx *reader,
				    struct npu__onnx_node *nodes,
				    uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		NPU_TRY(find_inputs(reader, &nodes[i]));
		if (nodes[i].op == NPU_Constant && !nodes[i].refused)
			NPU_TRY(npu__onnx_constant(reader, &nodes[i]));
	}
	for (uint32_t i = 0; i < count; i++) {
		if (nodes[i].op == NPU_Constant || nodes[i].refused)
			continue;
		NPU_TRY(npu__onnx_attributes(reader, &nodes[i]));
		if (!nodes[i].refused)
			NPU_TRY(npu__onnx_add(reader, &nodes[i]));
	}
	return NPU_OK;
}

/* All nodes that cannot be imported, as far as the message has room. */
static enum npu_status fail_refused(struct npu__onnx *reader)
{
	const uint32_t more = reader->refused - reader->listed;

	if (more)
		npu_text_add(&reader->refusals, "; and %u more", more);
	if (reader->refusals.failed)
		return npu__onnx_no_memory(reader);
	return npu__onnx_fail(reader, NPU_E_UNSUPPORTED,
			      "%u node%s cannot be imported: %s",
			      reader->refused, reader->refused > 1 ? "s" : "",
			      reader->refusals.data);
}

enum npu_status npu__onnx_graph(struct npu__onnx *reader,
				struct npu__span bytes)
{
	onnx_GraphProto graph = { 0 };
	struct npu__onnx_node *nodes;

	NPU_TRY(npu__onnx_message(reader, onnx_GraphProto_fields, bytes,
				  &graph));
	if (graph.sparse_initializer.count)
		return npu__onnx_fail(reader, NPU_E_UNSUPPORTED,
				      "sparse initialisers are not supported");
	if (graph.node.count > NPU__NODE_LIMIT)
		return npu__onnx_fail(reader, NPU_E_LIMIT,
				      "%u nodes; the limit is %d",
				      graph.node.count, NPU__NODE_LIMIT);
	if (!graph.output.count)
		return npu__onnx_fail(reader, NPU_E_SYNTAX,
				      "the graph has no outputs");
	nodes = npu_new(reader->scratch, struct npu__onnx_node,
			graph.node.count + 1u);
	if (!nodes)
		return npu__onnx_no_memory(reader);
	for (uint32_t i = 0; i < graph.node.count; i++)
		NPU_TRY(read_node(reader, graph.node.items[i], &nodes[i]));
	NPU_TRY(npu__onnx_name_nodes(reader, nodes, graph.node.count));
	NPU_TRY(read_values(reader, &graph, nodes));
	NPU_TRY(import_nodes(reader, nodes, graph.node.count));
	for (uint32_t i = 0; i < graph.output.count; i++)
		NPU_TRY(read_output(reader, graph.output.items[i]));
	return reader->refused ? fail_refused(reader) : NPU_OK;
}
