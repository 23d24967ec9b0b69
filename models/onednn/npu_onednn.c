/* models/onednn/npu_onednn.c - run an imported graph in fp32 with oneDNN.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every value is dense and row-major in NCHW, so that each can be compared;
 * weights are packed as oneDNN likes them. Operators that only move elements
 * are plain loops. */
#include "models/onednn/npu_onednn_internal.h"
#include <stdlib.h>
#include <string.h>

static npu__dnn_build *const builders[NPU_OP_COUNT] = {
	[NPU_Conv] = npu__dnn_conv,
	[NPU_Gemm] = npu__dnn_gemm,
	[NPU_MatMul] = npu__dnn_matmul,
	[NPU_Add] = npu__dnn_binary,
	[NPU_Sub] = npu__dnn_binary,
	[NPU_Mul] = npu__dnn_binary,
	[NPU_Div] = npu__dnn_binary,
	[NPU_Relu] = npu__dnn_eltwise,
	[NPU_LeakyRelu] = npu__dnn_eltwise,
	[NPU_Clip] = npu__dnn_eltwise,
	[NPU_Sigmoid] = npu__dnn_eltwise,
	[NPU_Tanh] = npu__dnn_eltwise,
	[NPU_Abs] = npu__dnn_eltwise,
	[NPU_HardSigmoid] = npu__dnn_eltwise,
	[NPU_HardSwish] = npu__dnn_eltwise,
	[NPU_Softmax] = npu__dnn_softmax,
	[NPU_BatchNormalization] = npu__dnn_batch_normalization,
	[NPU_MaxPool] = npu__dnn_pool,
	[NPU_AveragePool] = npu__dnn_pool,
	[NPU_GlobalAveragePool] = npu__dnn_pool,
	[NPU_Concat] = npu__dnn_concat,
	[NPU_Slice] = npu__dnn_slice,
	[NPU_Reshape] = npu__dnn_copy,
	[NPU_Flatten] = npu__dnn_copy,
	[NPU_Squeeze] = npu__dnn_copy,
	[NPU_Unsqueeze] = npu__dnn_copy,
	[NPU_Identity] = npu__dnn_copy,
	[NPU_Dropout] = npu__dnn_copy,
	[NPU_Cast] = npu__dnn_copy, /* all types are fp32 here */
	[NPU_Transpose] = npu__dnn_transpose,
};

float *npu__dnn_input(const struct npu__dnn *dnn, const struct npu_node *node,
		      unsigned index)
{
	return dnn->data[node->inputs[index]->id];
}

float *npu__dnn_output(const struct npu__dnn *dnn, const struct npu_node *node)
{
	return dnn->data[node->outputs[0]->id];
}

/* [N, C, W] is [N, C, 1, W]; more dimensions than four become H. */
struct npu__dims npu__dnn_image(const struct npu_shape *shape)
{
	struct npu__dims image = NPU__DIMS(1, 1, 1, 1);

	if (shape->rank > 0)
		image.dim[0] = shape->dim[0];
	if (shape->rank > 1)
		image.dim[1] = shape->dim[1];
	for (unsigned d = 2; d + 1 < shape->rank; d++)
		image.dim[2] *= shape->dim[d];
	if (shape->rank > 2)
		image.dim[3] = shape->dim[shape->rank - 1];
	return image;
}

static int is_real(enum npu_dtype dtype)
{
	return dtype == NPU_fp32 || dtype == NPU_bf16 || dtype == NPU_fp16;
}

static float *room_for(const struct npu_value *value)
{
	const int64_t count = npu_shape_count(&value->shape);
	/* a multiple of the alignment, as C17 asks */
	const size_t bytes = ((size_t)count * sizeof(float) + 63) / 64 * 64;
	float *data = aligned_alloc(64, bytes ? bytes : 64);

	if (data)
		memset(data, 0, bytes);
	return data;
}

static void convert(enum npu_dtype dtype, const void *from, int64_t count,
		    float *to)
{
	if (dtype == NPU_fp32) {
		memcpy(to, from, (size_t)count * sizeof *to);
		return;
	}
	for (int64_t i = 0; i < count; i++) {
		uint16_t bits;

		memcpy(&bits, (const char *)from + 2 * i, 2);
		to[i] = dtype == NPU_bf16 ? npu_fp32_from_bf16(bits)
					  : npu_fp32_from_fp16(bits);
	}
}

/* Which values the steps read or write as numbers: not shapes. */
static enum npu_status add_value(struct npu__dnn *dnn, struct npu_value *value)
{
	const int64_t count = npu_shape_count(&value->shape);
	const void *data;

	if (dnn->data[value->id])
		return NPU_OK;
	if (!is_real(value->dtype))
		return npu_fail(dnn->err, NPU_E_UNSUPPORTED,
				"oneDNN: value %s is of type %s; only floating "
				"point is run",
				value->name, npu_dtype_name(value->dtype));
	if (count < 0 || (uint64_t)count > SIZE_MAX / 8)
		return npu_fail(dnn->err, NPU_E_INTERNAL,
				"oneDNN: shape of %s is not known",
				value->name);
	dnn->data[value->id] = room_for(value);
	if (!dnn->data[value->id])
		return npu_fail(dnn->err, NPU_E_NOMEM, "oneDNN: value %s",
				value->name);
	if (!value->constant)
		return NPU_OK;
	NPU_TRY(npu_constant_data(dnn->graph, value, &data, dnn->err));
	convert(value->dtype, data, count, dnn->data[value->id]);
	npu_constant_forget(value);
	return NPU_OK;
}

/* Slice's and Reshape's lists are integers; they are read where needed. */
static int is_list(const struct npu_node *node, uint32_t input)
{
	return input > 0 &&
	       (node->op == NPU_Slice || node->op == NPU_Reshape ||
		node->op == NPU_Squeeze || node->op == NPU_Unsqueeze ||
		node->op == NPU_Dropout);
}

static enum npu_status build_node(struct npu__dnn *dnn,
				  const struct npu_node *node)
{
	for (uint32_t i = 0; i < node->input_count; i++) {
		if (node->inputs[i] && !is_list(node, i))
			NPU_TRY(add_value(dnn, node->inputs[i]));
	}
	NPU_TRY(add_value(dnn, node->outputs[0]));
	if (!builders[node->op])
		return npu_fail(dnn->err, NPU_E_UNSUPPORTED,
				"oneDNN: operator of %s (%s) is not supported",
				node->name, npu_op_name(node->op));
	if (!npu_shape_count(&node->outputs[0]->shape))
		return NPU_OK; /* nothing to compute */
	return builders[node->op](dnn, node);
}

static enum npu_status fill_inputs(struct npu__dnn *dnn,
				   const struct npu_array *inputs)
{
	struct npu_graph *graph = dnn->graph;
	size_t next = 0;

	for (uint32_t i = 0; i < graph->value_count; i++) {
		struct npu_value *value = graph->values[i];
		const struct npu_array *array;

		if (!value->is_input)
			continue;
		array = &inputs[next++];
		if (npu_shape_count(&array->shape) !=
			    npu_shape_count(&value->shape) ||
		    !is_real(array->dtype))
			return npu_fail(
				dnn->err, NPU_E_RANGE,
				"oneDNN: input %s is given as %s of "
				"%lld elements",
				value->name, npu_dtype_name(array->dtype),
				(long long)npu_shape_count(&array->shape));
		NPU_TRY(add_value(dnn, value));
		convert(array->dtype, array->data,
			npu_shape_count(&array->shape), dnn->data[value->id]);
	}
	return NPU_OK;
}

/* A network's output may be an input or a constant that no node touches; a
 * constant of integers stays with the graph. */
static enum npu_status build(struct npu__dnn *dnn,
			     const struct npu_array *inputs)
{
	struct npu_graph *graph = dnn->graph;

	dnn->data = calloc(graph->value_count + 1u, sizeof *dnn->data);
	if (!dnn->data)
		return npu_fail(dnn->err, NPU_E_NOMEM, "oneDNN reference");
	NPU_TRY(fill_inputs(dnn, inputs));
	for (uint32_t i = 0; i < graph->node_count; i++)
		NPU_TRY(build_node(dnn, graph->nodes[i]));
	for (uint32_t i = 0; i < graph->value_count; i++) {
		struct npu_value *value = graph->values[i];

		if (value->is_output &&
		    (is_real(value->dtype) || !value->constant))
			NPU_TRY(add_value(dnn, value));
	}
	return NPU_OK;
}

enum npu_status npu_onednn_run(struct npu_graph *imported,
			       const struct npu_array *inputs, int threads,
			       int repeats, struct npu_values *out,
			       double *seconds, struct npu_error *err)
{
	struct npu__dnn dnn;
	enum npu_status status = npu__dnn_begin(&dnn, imported, threads, err);

	if (!status)
		status = build(&dnn, inputs);
	if (!status)
		status = npu__dnn_time(&dnn, repeats, seconds);
	if (!status && out) {
		*out = (struct npu_values){ .data = (void **)dnn.data,
					    .count = imported->value_count };
	} else if (dnn.data) {
		for (uint32_t i = 0; i < imported->value_count; i++)
			free(dnn.data[i]);
		free(dnn.data);
	}
	npu__dnn_end(&dnn);
	return status;
}
