/* models/npu_network_layer.c - each layer of a network file as an ONNX node.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_infer_internal.h"
#include "models/npu_network_internal.h"
#include <math.h>
#include <string.h>

/* kernel, stride, pad and dilation. */
static enum npu_status window(const struct npu__layer *layer, int pools)
{
	struct npu_attributes *a = &layer->node->attr;
	const struct npu_yaml *pad;

	NPU_TRY(npu__argument(layer, "kernel", &pad));
	if (!pad)
		return npu_yaml_fail(layer->at, NPU_E_SYNTAX, layer->net->err,
				     "needs 'kernel'");
	NPU_TRY(npu__pair(layer, "kernel", 1, a->kernel));
	if (pools) /* windows side by side, where nothing else is said */
		memcpy(a->stride, a->kernel, sizeof(a->stride));
	NPU_TRY(npu__pair(layer, "stride", 1, a->stride));
	NPU_TRY(npu__pair(layer, "dilation", 1, a->dilation));
	NPU_TRY(npu__argument(layer, "pad", &pad));
	if (pad && pad->kind == NPU_YAML_SCALAR && !strcmp(pad->text, "same"))
		a->auto_pad = NPU_PAD_same_upper;
	else
		NPU_TRY(npu__pair(layer, "pad", 0, a->pad_lo));
	memcpy(a->pad_hi, a->pad_lo, sizeof(a->pad_hi));
	if (layer->node->inputs[0]->shape.rank == 3) {
		a->kernel[0] = a->stride[0] = a->dilation[0] = 1;
		a->pad_lo[0] = a->pad_hi[0] = 0;
	}
	return NPU_OK;
}

/* ---- constants ---- */

/* Seeded constant "<layer>.<part>" as input `index`. */
static enum npu_status weight(const struct npu__layer *layer, uint32_t index,
			      const char *part, const struct npu_shape *shape,
			      double mean, double deviation)
{
	struct npu__network *net = layer->net;
	const char *name =
		npu_arena_printf(net->arena, "%s.%s", layer->name, part);
	struct npu_value *value;

	if (!name)
		return npu__fail_memory(net);
	if (npu_graph_find_value(net->graph, name))
		return npu_yaml_fail(layer->at, NPU_E_SYNTAX, net->err,
				     "the name %s is taken", name);
	if (npu_shape_count(shape) > NPU_ELEMENTS_MAX)
		return npu_yaml_fail(layer->at, NPU_E_LIMIT, net->err,
				     "%s has more than %lld elements", name,
				     (long long)NPU_ELEMENTS_MAX);
	value = npu_graph_add_value(net->graph, name);
	if (!value)
		return npu__fail_memory(net);
	value->constant = npu_new(net->graph->arena, struct npu_constant, 1);
	if (!value->constant)
		return npu__fail_memory(net);
	value->dtype = NPU_fp32;
	value->shape = *shape;
	*value->constant = (struct npu_constant){
		.fill = NPU_FILL_seeded,
		.seed = npu_seed_of_name(net->seed, name),
		.mean = (float)mean,
		.deviation = (float)deviation,
	};
	layer->node->inputs[index] = value;
	return NPU_OK;
}

/* Weights of variance gain / fan_in and, where wanted, a bias.
 * source: He et al., "Delving deep into rectifiers", 2015: gain 2 keeps the
 * second moment through a layer that ends in ReLU; 1 through one that does
 * not. */
static enum npu_status weights(const struct npu__layer *layer,
			       const struct npu_shape *shape, int64_t fan_in,
			       int64_t out)
{
	const struct npu_shape vector = { 1, { out } };
	uint8_t bias = 1;
	float gain = 2;

	NPU_TRY(npu__number(layer, "gain", &gain));
	NPU_TRY(npu__flag(layer, "bias", &bias));
	if (!(gain > 0))
		return npu_yaml_fail(layer->at, NPU_E_RANGE, layer->net->err,
				     "gain must be positive");
	NPU_TRY(weight(layer, 1, "weight", shape, 0,
		       sqrt((double)gain / (double)fan_in)));
	if (bias)
		return weight(layer, 2, "bias", &vector, 0, 0.1);
	layer->node->input_count = 2;
	return NPU_OK;
}

/* ---- builders; the node has inputs[0] (or all of `of`) and its output ---- */

static enum npu_status build_plain(const struct npu__layer *layer)
{
	(void)layer;
	return NPU_OK;
}

static enum npu_status input_rank(const struct npu__layer *layer, unsigned min,
				  unsigned max)
{
	const struct npu_shape *x = &layer->node->inputs[0]->shape;
	char text[NPU__SHAPE_TEXT];

	if (x->rank >= min && x->rank <= max)
		return NPU_OK;
	return npu_yaml_fail(layer->at, NPU_E_RANGE, layer->net->err,
			     "its input is %s: expected %u..%u dimensions",
			     npu__shape_text(x, text), min, max);
}

static enum npu_status finish_conv(const struct npu__layer *layer, int64_t out)
{
	const struct npu_shape *x = &layer->node->inputs[0]->shape;
	struct npu_attributes *a = &layer->node->attr;
	struct npu_shape w = *x;

	NPU_TRY(window(layer, 0));
	if (x->dim[1] % a->groups || out % a->groups)
		return npu_yaml_fail(layer->at, NPU_E_RANGE, layer->net->err,
				     "%lld groups of %lld inputs and %lld "
				     "outputs",
				     (long long)a->groups, (long long)x->dim[1],
				     (long long)out);
	w.dim[0] = out;
	w.dim[1] = x->dim[1] / a->groups;
	for (unsigned d = 2; d < w.rank; d++)
		w.dim[d] = a->kernel[d + 2 - w.rank];
	/* fan_in is exact: the product of three is below 2^60. */
	return weights(layer, &w, w.dim[1] * a->kernel[0] * a->kernel[1], out);
}

static enum npu_status build_conv(const struct npu__layer *layer)
{
	int64_t out = 0;

	NPU_TRY(input_rank(layer, 3, 4));
	NPU_TRY(npu__required_integer(layer, "out", 1, NPU__NETWORK_EXTENT,
				      &out));
	NPU_TRY(npu__integer(layer, "groups", 1, NPU__NETWORK_EXTENT,
			     &layer->node->attr.groups));
	return finish_conv(layer, out);
}

/* A convolution whose every channel is a group. */
static enum npu_status build_depthwise(const struct npu__layer *layer)
{
	NPU_TRY(input_rank(layer, 3, 4));
	layer->node->attr.groups = layer->node->inputs[0]->shape.dim[1];
	return finish_conv(layer, layer->node->attr.groups);
}

static enum npu_status build_linear(const struct npu__layer *layer)
{
	const struct npu_shape *x = &layer->node->inputs[0]->shape;
	struct npu_shape w = { .rank = 2 };

	NPU_TRY(input_rank(layer, 2, 2));
	NPU_TRY(npu__required_integer(layer, "out", 1, NPU__NETWORK_EXTENT,
				      &w.dim[0]));
	w.dim[1] = x->dim[1];
	layer->node->attr.trans_b = 1; /* [out, in], as PyTorch has it */
	return weights(layer, &w, w.dim[1], w.dim[0]);
}

/* Near the identity, but not quite, so that folding it shows. */
static enum npu_status build_batchnorm(const struct npu__layer *layer)
{
	const struct npu_shape *x = &layer->node->inputs[0]->shape;
	float gamma = 1;

	NPU_TRY(input_rank(layer, 2, 4));
	NPU_TRY(npu__number(layer, "gamma", &gamma));
	const struct npu_shape vector = { 1, { x->dim[1] } };

	NPU_TRY(weight(layer, 1, "gamma", &vector, (double)gamma,
		       0.1 * (double)gamma));
	NPU_TRY(weight(layer, 2, "beta", &vector, 0, 0.1 * (double)gamma));
	NPU_TRY(weight(layer, 3, "mean", &vector, 0, 0.1));
	/* The draws end at 3.47 deviations: always positive. */
	return weight(layer, 4, "var", &vector, 1, 0.1);
}

static enum npu_status build_relu6(const struct npu__layer *layer)
{
	layer->node->attr.lo = 0;
	layer->node->attr.hi = 6;
	return NPU_OK;
}

static enum npu_status build_clip(const struct npu__layer *layer)
{
	NPU_TRY(npu__number(layer, "lo", &layer->node->attr.lo));
	return npu__number(layer, "hi", &layer->node->attr.hi);
}

static enum npu_status build_leaky_relu(const struct npu__layer *layer)
{
	return npu__number(layer, "alpha", &layer->node->attr.alpha);
}

static enum npu_status build_axis(const struct npu__layer *layer)
{
	struct npu_attributes *a = &layer->node->attr;

	if (layer->node->op == NPU_Concat)
		a->axis = 1;
	a->has_axis = 1;
	return npu__integer(layer, "axis", -NPU_DIMS, NPU_DIMS, &a->axis);
}

static enum npu_status build_pool(const struct npu__layer *layer)
{
	struct npu_attributes *a = &layer->node->attr;

	NPU_TRY(input_rank(layer, 3, 4));
	NPU_TRY(window(layer, 1));
	NPU_TRY(npu__flag(layer, "ceil", &a->ceil_mode));
	return npu__flag(layer, "include_pad", &a->count_include_pad);
}

static enum npu_status build_reshape(const struct npu__layer *layer)
{
	struct npu__network *net = layer->net;
	const char *name =
		npu_arena_printf(net->arena, "%s.shape", layer->name);
	int64_t *dims = npu_new(net->graph->arena, int64_t, NPU_DIMS);
	struct npu_value *value =
		name ? npu_graph_add_value(net->graph, name) : NULL;
	uint8_t count;

	if (!dims || !value)
		return npu__fail_memory(net);
	NPU_TRY(npu__list(layer, "shape", -1, dims, &count));
	value->constant = npu_new(net->graph->arena, struct npu_constant, 1);
	if (!value->constant)
		return npu__fail_memory(net);
	value->constant->data = dims;
	value->dtype = NPU_s64;
	value->shape = (struct npu_shape){ 1, { count } };
	layer->node->inputs[1] = value;
	return NPU_OK;
}

static enum npu_status build_transpose(const struct npu__layer *layer)
{
	return npu__list(layer, "perm", 0, layer->node->attr.list,
			 &layer->node->attr.list_count);
}

/* ---- the table ---- */

static const struct layer_row {
	const char *name;
	enum npu_op op;
	enum npu_status (*build)(const struct npu__layer *);
	const char *keys[NPU__NETWORK_KEYS];
} rows[] = {
#define NPU_LAYER(name, op, build, ...) \
	{ #name,                        \
	  NPU_##op,                     \
	  build_##build,                \
	  { "name", "from", "as", __VA_ARGS__ } },
#include "models/npu_layer.def"
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

int npu__find_layer(const char *name)
{
	for (int i = 0; i < ROWS; i++) {
		if (strcmp(rows[i].name, name) == 0)
			return i;
	}
	return -1;
}

size_t npu__layer_names(const char **out, size_t room)
{
	size_t n = 0;

	while (n < ROWS && n < room) {
		out[n] = rows[n].name;
		n++;
	}
	return n;
}

/* Inputs of the node: those of `of`, else `from`, else the current value. */
static enum npu_status connect(struct npu__layer *layer,
			       const struct npu_yaml *of)
{
	struct npu__network *net = layer->net;
	const struct npu_yaml *from;
	uint32_t i = 0;

	for (const struct npu_yaml *item = of ? of->child : NULL; item;
	     item = item->next)
		NPU_TRY(npu__named_value(net, layer->scope, item,
					 &layer->node->inputs[i++]));
	if (of)
		return NPU_OK;
	layer->node->inputs[0] = layer->scope->current;
	NPU_TRY(npu__argument(layer, "from", &from));
	if (!from)
		return NPU_OK;
	return npu__named_value(net, layer->scope, from,
				&layer->node->inputs[0]);
}

/* `of` of layers that join several values: a list of at least two. */
static enum npu_status find_of(const struct npu__layer *layer,
			       const struct layer_row *row,
			       const struct npu_yaml **of)
{
	const struct npu_operator *op = npu_op_info(row->op);
	int joins = 0;

	for (int k = 0; k < NPU__NETWORK_KEYS && row->keys[k]; k++)
		joins |= strcmp(row->keys[k], "of") == 0;
	*of = NULL;
	if (!joins)
		return NPU_OK;
	*of = layer->args && layer->args->kind == NPU_YAML_SEQUENCE
		      ? layer->args
		      : NULL;
	if (!*of)
		NPU_TRY(npu__argument(layer, "of", of));
	if (!*of)
		return npu_yaml_fail(layer->at, NPU_E_SYNTAX, layer->net->err,
				     "needs 'of': the values to join");
	NPU_TRY(npu_yaml_expect(*of, NPU_YAML_SEQUENCE, layer->net->err));
	if ((*of)->count < 2 || (*of)->count > op->max_inputs)
		return npu_yaml_fail(*of, NPU_E_SYNTAX, layer->net->err,
				     "expected 2..%u values, got %u",
				     op->max_inputs, (*of)->count);
	return NPU_OK;
}

/* The node with its output; inputs are connected later. */
static enum npu_status add_node(struct npu__layer *layer,
				const struct layer_row *row, uint32_t inputs)
{
	struct npu__network *net = layer->net;
	struct npu_graph *graph = net->graph;
	struct npu_value *output;

	if (graph->node_count >= NPU__NETWORK_NODES)
		return npu_yaml_fail(layer->at, NPU_E_LIMIT, net->err,
				     "more than %d layers", NPU__NETWORK_NODES);
	if (npu_graph_find_value(graph, layer->name))
		return npu_yaml_fail(layer->at, NPU_E_SYNTAX, net->err,
				     "the name %s is taken", layer->name);
	layer->node =
		npu_graph_add_node(graph, row->op, layer->name, inputs, 1);
	output = npu_graph_add_value(graph, layer->name);
	if (!layer->node || !output)
		return npu__fail_memory(net);
	layer->node->outputs[0] = output;
	layer->node->loc = (struct npu_loc){ net->path, layer->at->at.line,
					     layer->at->at.column };
	output->producer = layer->node;
	return NPU_OK;
}

enum npu_status npu__build_layer(struct npu__layer *layer, int index)
{
	const struct layer_row *row = &rows[index];
	struct npu_error *err = layer->net->err;
	const struct npu_yaml *of;
	size_t keys = 0;

	while (keys < NPU__NETWORK_KEYS && row->keys[keys])
		keys++;
	NPU_TRY(find_of(layer, row, &of));
	if (layer->args && layer->args == of)
		layer->args = NULL;
	if (layer->args) {
		NPU_TRY(npu_yaml_expect(layer->args, NPU_YAML_MAPPING, err));
		NPU_TRY(npu_yaml_check_keys(layer->args, row->keys, keys, err));
	}
	/* Weights and statistics come after the input; a bias may drop out. */
	NPU_TRY(add_node(layer, row,
			 of ? of->count
			 : row->op == NPU_Conv || row->op == NPU_Gemm
				 ? 3
				 : npu_op_info(row->op)->min_inputs));
	NPU_TRY(connect(layer, of));
	NPU_TRY(row->build(layer));
	NPU_TRY(npu__infer_node(layer->net->graph, layer->node, err));
	layer->scope->current = layer->node->outputs[0];
	return NPU_OK;
}
