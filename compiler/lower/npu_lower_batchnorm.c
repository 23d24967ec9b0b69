/* compiler/lower/npu_lower_batchnorm.c - pass: BatchNormalization disappears
 * into the weights and bias of the Conv before it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_lower.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The Conv that alone feeds `node`, or NULL. */
static struct npu_node *conv_before(const struct npu_node *node,
				    const uint32_t *uses)
{
	const struct npu_value *x = node->inputs[0];
	struct npu_node *conv = x->producer;

	if (!conv || conv->op != NPU_Conv || uses[x->id] != 1 || x->is_output)
		return NULL;
	if (!conv->inputs[1]->constant)
		return NULL;
	if (conv->input_count > 2 && conv->inputs[2] &&
	    !conv->inputs[2]->constant)
		return NULL;
	for (unsigned i = 1; i < 5; i++) {
		if (!node->inputs[i]->constant)
			return NULL;
	}
	return conv;
}

/* A constant of the imported copy shaped like `like`. */
static struct npu_value *new_constant(struct npu_lowering *low,
				      const char *name,
				      const struct npu_shape *shape,
				      float **data)
{
	const char *full =
		npu_arena_printf(low->graph->arena, "%s:folded", name);
	struct npu_value *value =
		full ? npu_graph_add_value(low->graph, full) : NULL;

	*data = NULL;
	if (!value)
		return NULL;
	value->dtype = NPU_fp32;
	value->shape = *shape;
	value->constant = npu_new(low->graph->arena, struct npu_constant, 1);
	if (!value->constant)
		return NULL;
	value->constant->fill = NPU_FILL_absent;
	if (!low->options->with_data)
		return value;
	*data = npu_new(low->graph->arena, float,
			(size_t)npu_shape_count(shape));
	value->constant->fill = NPU_FILL_data;
	value->constant->data = *data;
	return *data ? value : NULL;
}

/* w' = w g, b' = (b - mean) g + beta with g = gamma / sqrt(var + epsilon), in
 * double and rounded once. */
static void fold(const struct npu_node *bn, const struct npu_node *conv,
		 float *w, float *b)
{
	const float *old_w = npu__lower_floats(conv->inputs[1]);
	const float *old_b = conv->input_count > 2 && conv->inputs[2]
				     ? npu__lower_floats(conv->inputs[2])
				     : NULL;
	const float *gamma = npu__lower_floats(bn->inputs[1]);
	const float *beta = npu__lower_floats(bn->inputs[2]);
	const float *mean = npu__lower_floats(bn->inputs[3]);
	const float *var = npu__lower_floats(bn->inputs[4]);
	const size_t m = (size_t)conv->inputs[1]->shape.dim[0];
	const size_t k = (size_t)npu_shape_count(&conv->inputs[1]->shape) / m;

	for (size_t j = 0; j < m; j++) {
		double g = (double)gamma[j] /
			   sqrt((double)var[j] + (double)bn->attr.epsilon);
		double old = old_b ? (double)old_b[j] : 0;

		b[j] = (float)((old - (double)mean[j]) * g + (double)beta[j]);
		for (size_t i = 0; i < k; i++)
			w[j * k + i] = (float)((double)old_w[j * k + i] * g);
	}
}

static enum npu_status fold_node(struct npu_lowering *low, struct npu_node *bn,
				 struct npu_node *conv, struct npu_error *err)
{
	struct npu_value **inputs =
		npu_new(low->graph->arena, struct npu_value *, 3);
	float *w, *b;

	if (!inputs)
		return npu__lower_nomem(err);
	inputs[0] = conv->inputs[0];
	inputs[1] = new_constant(low, conv->inputs[1]->name,
				 &conv->inputs[1]->shape, &w);
	inputs[2] = new_constant(low, bn->inputs[2]->name,
				 &bn->inputs[2]->shape, &b);
	if (!inputs[1] || !inputs[2])
		return npu__lower_nomem(err);
	if (w)
		fold(bn, conv, w, b);
	conv->inputs = inputs;
	conv->input_count = 3;
	conv->outputs[0] = bn->outputs[0];
	conv->outputs[0]->producer = conv;
	bn->output_count = 0; /* tidy removes it */
	return NPU_OK;
}

enum npu_status npu__lower_fold_batchnorm(struct npu_lowering *low,
					  struct npu_error *err)
{
	struct npu_graph *graph = low->graph;
	uint32_t *uses = calloc(graph->value_count + 1u, sizeof(*uses));
	enum npu_status status = NPU_OK;

	if (!uses)
		return npu__lower_nomem(err);
	for (uint32_t i = 0; i < graph->node_count; i++) {
		for (uint32_t j = 0; j < graph->nodes[i]->input_count; j++) {
			if (graph->nodes[i]->inputs[j])
				uses[graph->nodes[i]->inputs[j]->id]++;
		}
	}
	for (uint32_t i = 0; i < graph->node_count && status == NPU_OK; i++) {
		struct npu_node *node = graph->nodes[i];
		struct npu_node *conv = NULL;

		if (node->op == NPU_BatchNormalization)
			conv = conv_before(node, uses);
		if (conv)
			status = fold_node(low, node, conv, err);
	}
	free(uses);
	return status == NPU_OK ? npu_graph_tidy(graph, err) : status;
}
