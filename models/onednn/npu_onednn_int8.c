/* models/onednn/npu_onednn_int8.c - latency of a network in int8.
 * SPDX-License-Identifier: Apache-2.0
 *
 * As a deployed network would run: u8 activations in whatever layout oneDNN
 * likes best, s8 weights packed beforehand, and BatchNormalization, residual
 * addition and ReLU fused into the convolution. Only the time is of interest:
 * weights and activations hold an arbitrary pattern, which int8 kernels take
 * the same time for. */
#include "models/onednn/npu_onednn_int8.h"
#include <string.h>

/* ---- memories ---- */

const dnnl_memory_desc_t *npu__int8_desc(dnnl_memory_t memory)
{
	const dnnl_memory_desc_t *desc = NULL;

	return dnnl_memory_get_memory_desc(memory, &desc) == dnnl_success
		       ? desc
		       : NULL;
}

enum npu_status npu__int8_memory(struct npu__int8 *plan,
				 const dnnl_memory_desc_t *desc,
				 dnnl_memory_t *out)
{
	const size_t size = dnnl_memory_desc_get_size(desc);
	void *room = npu_arena_alloc(plan->dnn.arena, size + 1, 1, 64);

	if (!room)
		return npu_fail(plan->dnn.err, NPU_E_NOMEM, "oneDNN: int8");
	/* written, so that each page is memory of its own */
	memset(room, 1, size);
	return npu__dnn_memory(&plan->dnn, desc, room, out);
}

/* A description whose layout oneDNN chooses. */
enum npu_status npu__int8_any(struct npu__int8 *plan, struct npu__dims dims,
			      dnnl_data_type_t type, dnnl_memory_desc_t *out)
{
	NPU__DNN_TRY(&plan->dnn, NULL,
		     dnnl_memory_desc_init_by_tag(out, dims.rank, dims.dim,
						  type, dnnl_format_tag_any));
	return NPU_OK;
}

/* `memory` in the layout `desc`: itself, or a step that reorders it. */
enum npu_status npu__int8_in_layout(struct npu__int8 *plan,
				    const struct npu_node *node,
				    dnnl_memory_t memory,
				    const dnnl_memory_desc_t *desc,
				    dnnl_memory_t *out)
{
	struct npu__dnn *dnn = &plan->dnn;
	const dnnl_memory_desc_t *from = npu__int8_desc(memory);
	dnnl_primitive_desc_t primitive_desc;
	dnnl_primitive_t reorder;
	dnnl_status_t status;

	*out = memory;
	if (dnnl_memory_desc_equal(from, desc))
		return NPU_OK;
	NPU_TRY(npu__int8_memory(plan, desc, out));
	NPU__DNN_TRY(dnn, node,
		     dnnl_reorder_primitive_desc_create(&primitive_desc, from,
							dnn->engine, desc,
							dnn->engine, NULL));
	status = dnnl_primitive_create(&reorder, primitive_desc);
	dnnl_primitive_desc_destroy(primitive_desc);
	NPU__DNN_TRY(dnn, node, status);
	NPU_TRY(npu__dnn_keep(dnn, reorder));
	return npu__dnn_execute(dnn, reorder, 2,
				(dnnl_exec_arg_t[]){ { DNNL_ARG_FROM, memory },
						     { DNNL_ARG_TO, *out } });
}

/* ---- nodes ---- */

static enum npu_status add_node(struct npu__int8 *plan,
				const struct npu_node *node)
{
	if (plan->done[node->id])
		return NPU_OK;
	switch (node->op) {
	case NPU_Conv:
		return npu__int8_conv(plan, node);
	case NPU_Gemm:
	case NPU_MatMul:
		return npu__int8_inner_product(plan, node);
	case NPU_MaxPool:
	case NPU_AveragePool:
	case NPU_GlobalAveragePool:
		return npu__int8_pool(plan, node);
	case NPU_Add:
		if (!node->inputs[1]->constant && !node->inputs[0]->constant &&
		    npu__int8_same_shape(node->inputs[0], node->inputs[1]))
			return npu__int8_sum(plan, node);
		break;
	case NPU_Concat:
		return npu__int8_concat(plan, node);
	case NPU_Softmax:
		return npu__int8_softmax(plan, node);
	case NPU_Relu: /* of u8, and a name for the same bytes */
	case NPU_Clip:
	case NPU_Flatten:
	case NPU_Reshape:
	case NPU_Dropout:
	case NPU_Identity:
		plan->memory[node->outputs[0]->id] =
			plan->memory[node->inputs[0]->id];
		return NPU_OK;
	default:
		break;
	}
	return npu_fail(plan->dnn.err, NPU_E_UNSUPPORTED,
			"oneDNN int8: %s (%s) is not timed", node->name,
			npu_op_name(node->op));
}

/* ---- the network ---- */

static enum npu_status count_users(struct npu__int8 *plan)
{
	const struct npu_graph *graph = plan->dnn.graph;
	struct npu_arena *arena = plan->dnn.arena;
	const size_t values = graph->value_count + 1u;

	plan->memory = npu_new(arena, dnnl_memory_t, values);
	plan->users = npu_new(arena, uint8_t, values);
	plan->user = npu_new(arena, struct npu_node *, values);
	plan->done = npu_new(arena, uint8_t, graph->node_count + 1u);
	if (!plan->memory || !plan->users || !plan->user || !plan->done)
		return npu_fail(plan->dnn.err, NPU_E_NOMEM, "oneDNN: int8");
	for (uint32_t i = 0; i < graph->node_count; i++) {
		struct npu_node *node = graph->nodes[i];

		for (uint32_t k = 0; k < node->input_count; k++) {
			const struct npu_value *value = node->inputs[k];

			if (!value)
				continue;
			plan->user[value->id] = node;
			if (plan->users[value->id] < UINT8_MAX)
				plan->users[value->id]++;
		}
	}
	return NPU_OK;
}

/* Inputs come as fp32 in NCHW and are quantised by the first step. */
static enum npu_status add_inputs(struct npu__int8 *plan)
{
	const struct npu_graph *graph = plan->dnn.graph;

	for (uint32_t i = 0; i < graph->value_count; i++) {
		const struct npu_value *value = graph->values[i];
		struct npu__dims dims = npu__dnn_image(&value->shape);
		dnnl_memory_desc_t real, bytes;
		dnnl_memory_t memory;

		if (!value->is_input)
			continue;
		if (value->shape.rank == 2)
			dims.rank = 2;
		NPU_TRY(npu__dnn_dense(&plan->dnn, dims, dnnl_f32, &real));
		NPU_TRY(npu__dnn_dense(&plan->dnn, dims, dnnl_u8, &bytes));
		NPU_TRY(npu__int8_memory(plan, &real, &memory));
		NPU_TRY(npu__int8_in_layout(plan, NULL, memory, &bytes,
					    &plan->memory[i]));
	}
	return NPU_OK;
}

enum npu_status npu_onednn_int8_time(struct npu_graph *imported, int threads,
				     int repeats, double *seconds,
				     struct npu_error *err)
{
	struct npu__int8 plan = { 0 };
	enum npu_status status =
		npu__dnn_begin(&plan.dnn, imported, threads, err);

	if (!status)
		status = count_users(&plan);
	if (!status)
		status = add_inputs(&plan);
	for (uint32_t i = 0; !status && i < imported->node_count; i++)
		status = add_node(&plan, imported->nodes[i]);
	if (!status)
		status = npu__dnn_time(&plan.dnn, repeats, seconds);
	npu__dnn_end(&plan.dnn);
	return status;
}
