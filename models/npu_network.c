/* models/npu_network.c - networks written in YAML (docs/networks.md).
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_network_internal.h"
#include "base/npu_file.h"
#include <string.h>

/* How large the dimension called `symbol` is: as bound, else the batch. */
static enum npu_status bound(const struct npu_model_options *options,
			     const struct npu_yaml *symbol, unsigned d,
			     int64_t *out, struct npu_error *err)
{
	const uint64_t batch = options ? options->batch : 0;

	for (size_t b = 0; options && b < options->binding_count; b++) {
		if (strcmp(options->bindings[b].name, symbol->text) == 0) {
			*out = options->bindings[b].value;
			if (*out < 1 || *out > NPU_ELEMENTS_MAX)
				return npu_fail(err, NPU_E_RANGE,
						"--dim %s=%lld: expected "
						"1..%lld",
						symbol->text, (long long)*out,
						(long long)NPU_ELEMENTS_MAX);
			return NPU_OK;
		}
	}
	if (d > 0)
		return npu_yaml_fail(symbol, NPU_E_UNSUPPORTED, err,
				     "say how large %s is, --dim %s=1",
				     symbol->text, symbol->text);
	if (batch > (uint64_t)NPU_ELEMENTS_MAX)
		return npu_fail(err, NPU_E_LIMIT, "a batch above %lld",
				(long long)NPU_ELEMENTS_MAX);
	*out = batch ? (int64_t)batch : 1;
	return NPU_OK;
}

/* {name: image, shape: [N, 1, 28, 28]} */
static enum npu_status add_input(struct npu__network *net,
				 struct npu__scope *scope,
				 const struct npu_model_options *options,
				 const struct npu_yaml *input)
{
	static const char *const keys[] = { "name", "shape" };
	const struct npu_yaml *node, *shape;
	struct npu_value *value;
	const char *name;

	NPU_TRY(npu_yaml_expect(input, NPU_YAML_MAPPING, net->err));
	NPU_TRY(npu_yaml_check_keys(input, keys, 2, net->err));
	NPU_TRY(npu_yaml_require(input, "name", &node, net->err));
	NPU_TRY(npu__take_name(net, node, &name));
	NPU_TRY(npu_yaml_require(input, "shape", &shape, net->err));
	NPU_TRY(npu_yaml_expect(shape, NPU_YAML_SEQUENCE, net->err));
	if (shape->count < 1 || shape->count > NPU_DIMS)
		return npu_yaml_fail(shape, NPU_E_RANGE, net->err,
				     "expected 1..%d dimensions, got %u",
				     NPU_DIMS, shape->count);
	NPU_TRY(npu__name_value(net, scope, node, name, NULL));
	value = npu_graph_add_value(net->graph, name);
	if (!value)
		return npu__fail_memory(net);
	scope->named->value = scope->current = value;
	value->is_input = 1;
	value->dtype = NPU_fp32;
	npu_yaml_each(dim, shape)
	{
		const unsigned d = value->shape.rank++;
		const char c = dim->text[0];

		if (dim->kind == NPU_YAML_SCALAR &&
		    ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))) {
			value->dim_name[d] =
				npu_arena_strdup(net->graph->arena, dim->text);
			if (!value->dim_name[d])
				return npu__fail_memory(net);
			NPU_TRY(bound(options, dim, d, &value->shape.dim[d],
				      net->err));
			continue;
		}
		NPU_TRY(npu_yaml_integer(dim, 1, NPU_ELEMENTS_MAX,
					 &value->shape.dim[d], net->err));
	}
	if (npu_shape_count(&value->shape) > NPU_ELEMENTS_MAX)
		return npu_yaml_fail(shape, NPU_E_LIMIT, net->err,
				     "more than %lld elements",
				     (long long)NPU_ELEMENTS_MAX);
	return NPU_OK;
}

/* One input, or a list of them; layers start at the first. */
static enum npu_status add_inputs(struct npu__network *net,
				  struct npu__scope *scope,
				  const struct npu_model_options *options)
{
	const struct npu_yaml *input;

	NPU_TRY(npu_yaml_require(net->root, "input", &input, net->err));
	if (input->kind != NPU_YAML_SEQUENCE)
		return add_input(net, scope, options, input);
	if (!input->count)
		return npu_yaml_fail(input, NPU_E_SYNTAX, net->err,
				     "expected at least one input");
	npu_yaml_each(item, input)
		NPU_TRY(add_input(net, scope, options, item));
	scope->current = net->graph->values[0];
	return NPU_OK;
}

/* The last layer's value, or those that `outputs` names. */
static enum npu_status mark_outputs(struct npu__network *net,
				    struct npu__scope *scope)
{
	const struct npu_yaml *outputs = npu_yaml_find(net->root, "outputs");
	struct npu_value *value;

	if (!outputs) {
		scope->current->is_output = 1;
		return NPU_OK;
	}
	NPU_TRY(npu_yaml_expect(outputs, NPU_YAML_SEQUENCE, net->err));
	if (!outputs->count)
		return npu_yaml_fail(outputs, NPU_E_SYNTAX, net->err,
				     "expected at least one output");
	npu_yaml_each(item, outputs)
	{
		NPU_TRY(npu__named_value(net, scope, item, &value));
		value->is_output = 1;
	}
	return NPU_OK;
}

static enum npu_status read_network(struct npu__network *net,
				    const struct npu_model_options *options)
{
	static const char *const keys[] = { "network", "source", "input",
					    "blocks",  "layers", "outputs" };
	struct npu__scope scope = { .prefix = "" };
	const struct npu_yaml *node;

	NPU_TRY(npu_yaml_check_keys(net->root, keys, 6, net->err));
	net->blocks = npu_yaml_find(net->root, "blocks");
	NPU_TRY(npu__check_blocks(net));
	NPU_TRY(add_inputs(net, &scope, options));
	NPU_TRY(npu_yaml_require(net->root, "layers", &node, net->err));
	NPU_TRY(npu_yaml_expect(node, NPU_YAML_SEQUENCE, net->err));
	if (!node->count)
		return npu_yaml_fail(node, NPU_E_SYNTAX, net->err,
				     "expected at least one layer");
	NPU_TRY(npu__build_layers(net, &scope, node));
	if (!net->graph->node_count)
		return npu_yaml_fail(node, NPU_E_SYNTAX, net->err,
				     "no layer is left of these");
	return mark_outputs(net, &scope);
}

static enum npu_status build(struct npu_arena *arena,
			     const struct npu_yaml *root, const char *path,
			     const struct npu_model_options *options,
			     struct npu_graph **out, struct npu_error *err)
{
	struct npu__network net = { .arena = arena, .root = root, .err = err };
	const struct npu_yaml *name;
	const char *text;
	enum npu_status status;

	NPU_TRY(npu_yaml_expect(root, NPU_YAML_MAPPING, err));
	NPU_TRY(npu_yaml_require(root, "network", &name, err));
	NPU_TRY(npu_yaml_text(name, &text, err));
	net.seed = options ? options->seed : 0;
	net.path = path;
	net.graph = npu_graph_create(text);
	if (!net.graph)
		return npu__fail_memory(&net);
	net.path = npu_arena_strdup(net.graph->arena, path);
	status = net.path ? read_network(&net, options)
			  : npu_fail(err, NPU_E_NOMEM, "reading %s", path);
	if (status) {
		npu_graph_destroy(net.graph);
		return status;
	}
	*out = net.graph;
	return NPU_OK;
}

enum npu_status npu_network_decode(const char *text, size_t size,
				   const char *name,
				   const struct npu_model_options *options,
				   struct npu_graph **out,
				   struct npu_error *err)
{
	struct npu_arena *arena = npu_arena_create();
	const struct npu_yaml *root;
	enum npu_status status;

	if (!arena)
		return npu_fail(err, NPU_E_NOMEM, "reading %s", name);
	status = npu_yaml_parse(arena, name, text, size, &root, err);
	if (!status)
		status = build(arena, root, name, options, out, err);
	npu_arena_destroy(arena);
	return status;
}

enum npu_status npu_network_load(const char *path,
				 const struct npu_model_options *options,
				 struct npu_graph **out, struct npu_error *err)
{
	struct npu_arena *arena = npu_arena_create();
	enum npu_status status;
	size_t size;
	char *text;

	if (!arena)
		return npu_fail(err, NPU_E_NOMEM, "reading %s", path);
	status = npu_file_read(arena, path, NPU_YAML_BYTES_MAX, &text, &size,
			       err);
	if (!status)
		status =
			npu_network_decode(text, size, path, options, out, err);
	npu_arena_destroy(arena);
	return status;
}
