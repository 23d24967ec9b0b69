/* models/npu_infer_elementwise.c - shapes of what works element by element.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_infer_internal.h"
#include <string.h>

/* The output is like input 0. */
static enum npu_status infer_same(struct npu_node *node, struct npu_error *err)
{
	return npu__infer_set(node, node->inputs[0]->dtype,
			      &node->inputs[0]->shape, err);
}

static enum npu_status infer_binary(struct npu_node *node,
				    struct npu_error *err)
{
	const struct npu_value *a = node->inputs[0], *b = node->inputs[1];
	struct npu_shape shape;

	NPU_TRY(npu__infer_one_dtype(node, err));
	NPU_TRY(npu__infer_broadcast(node, &a->shape, &b->shape, &shape, err));
	return npu__infer_set(node, a->dtype, &shape, err);
}

#define INFER(op, function)                                      \
	enum npu_status npu__infer_##op(struct npu_graph *graph, \
					struct npu_node *node,   \
					struct npu_error *err)   \
	{                                                        \
		(void)graph;                                     \
		return function(node, err);                      \
	}

INFER(Add, infer_binary)
INFER(Sub, infer_binary)
INFER(Mul, infer_binary)
INFER(Div, infer_binary)
INFER(Relu, infer_same)
INFER(LeakyRelu, infer_same)
INFER(Sigmoid, infer_same)
INFER(Tanh, infer_same)
INFER(Abs, infer_same)
INFER(HardSigmoid, infer_same)
INFER(HardSwish, infer_same)
INFER(Identity, infer_same)

/* A bound of Clip that came as an input, in `out`; it stays where it is left
 * out. */
static enum npu_status take_bound(struct npu_graph *graph,
				  const struct npu_node *node, uint32_t index,
				  float *out, struct npu_error *err)
{
	struct npu_value *value =
		index < node->input_count ? node->inputs[index] : NULL;
	const void *data;

	if (!value)
		return NPU_OK;
	if (!value->constant)
		return npu__node_fail(node, NPU_E_UNSUPPORTED, err,
				      "bound %s is computed at run time",
				      value->name);
	if (value->dtype != NPU_fp32 || npu_shape_count(&value->shape) != 1)
		return npu__node_fail(node, NPU_E_UNSUPPORTED, err,
				      "bound %s is not one fp32 number",
				      value->name);
	NPU_TRY(npu_constant_data(graph, value, &data, err));
	memcpy(out, data, sizeof(*out));
	return NPU_OK;
}

enum npu_status npu__infer_Clip(struct npu_graph *graph, struct npu_node *node,
				struct npu_error *err)
{
	NPU_TRY(take_bound(graph, node, 1, &node->attr.lo, err));
	NPU_TRY(take_bound(graph, node, 2, &node->attr.hi, err));
	node->input_count = 1;
	return infer_same(node, err);
}

enum npu_status npu__infer_Dropout(struct npu_graph *graph,
				   struct npu_node *node, struct npu_error *err)
{
	const struct npu_value *training =
		node->input_count > 2 ? node->inputs[2] : NULL;
	const void *data;

	if (training) {
		if (!training->constant || training->dtype != NPU_boolean ||
		    npu_shape_count(&training->shape) != 1)
			return npu__node_fail(node, NPU_E_UNSUPPORTED, err,
					      "training_mode is no constant");
		NPU_TRY(npu_constant_data(graph, node->inputs[2], &data, err));
		if (*(const uint8_t *)data)
			return npu__node_fail(node, NPU_E_UNSUPPORTED, err,
					      "training_mode is set; only "
					      "inference is supported");
	}
	node->input_count = 1;
	return infer_same(node, err);
}

enum npu_status npu__infer_Softmax(struct npu_graph *graph,
				   struct npu_node *node, struct npu_error *err)
{
	(void)graph;
	NPU_TRY(npu__infer_axis(node, node->inputs[0]->shape.rank,
				&node->attr.axis, err));
	node->attr.has_axis = 1;
	return infer_same(node, err);
}

enum npu_status npu__infer_BatchNormalization(struct npu_graph *graph,
					      struct npu_node *node,
					      struct npu_error *err)
{
	static const char *const names[] = { "X", "scale", "B", "mean", "var" };
	const struct npu_shape *x = &node->inputs[0]->shape;

	(void)graph;
	if (x->rank < 2)
		return npu__node_fail(node, NPU_E_RANGE, err,
				      "input of %u dimensions has no channels",
				      x->rank);
	for (uint32_t i = 1; i < 5; i++) {
		const struct npu_shape *v = &node->inputs[i]->shape;
		char text[NPU__SHAPE_TEXT];

		if (v->rank != 1 || v->dim[0] != x->dim[1])
			return npu__node_fail(
				node, NPU_E_RANGE, err,
				"%s is %s for %lld channels", names[i],
				npu__shape_text(v, text), (long long)x->dim[1]);
	}
	return infer_same(node, err);
}
