/* models/onednn/npu_onednn_int8.c - the latency of a network in int8 on the
 * CPU. SPDX-License-Identifier: Apache-2.0
 *
 * As a deployed network would run: u8 activations in whatever layout oneDNN
 * likes best, s8 weights packed beforehand, and BatchNormalization, residual
 * addition and ReLU fused into the convolution. Only the time is of interest:
 * weights and activations hold an arbitrary pattern, which int8 kernels take
 * the same time for. */
#include "models/onednn/npu_onednn_internal.h"
#include <string.h>

struct plan {
	struct npu__dnn dnn;
	dnnl_memory_t *memory;  /* by value id; NULL: not made yet */
	uint8_t *users;         /* by value id, at most 255 */
	struct npu_node **user; /* by value id: one of them */
	uint8_t *done;          /* by node id: fused into an earlier one */
};

/* ---- memories ---- */

static const dnnl_memory_desc_t *desc_of(dnnl_memory_t memory)
{
	const dnnl_memory_desc_t *desc = NULL;

	return dnnl_memory_get_memory_desc(memory, &desc) == dnnl_success
		       ? desc
		       : NULL;
}

static enum npu_status add_memory(struct plan *plan,
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
static enum npu_status any(struct plan *plan, struct npu__dims dims,
			   dnnl_data_type_t type, dnnl_memory_desc_t *out)
{
	NPU__DNN_TRY(&plan->dnn, NULL,
		     dnnl_memory_desc_init_by_tag(out, dims.rank, dims.dim,
						  type, dnnl_format_tag_any));
	return NPU_OK;
}

/* `memory` in the layout `desc`: itself, or a step that reorders it. */
static enum npu_status in_layout(struct plan *plan, const struct npu_node *node,
				 dnnl_memory_t memory,
				 const dnnl_memory_desc_t *desc,
				 dnnl_memory_t *out)
{
	struct npu__dnn *dnn = &plan->dnn;
	const dnnl_memory_desc_t *from = desc_of(memory);
	dnnl_primitive_desc_t primitive_desc;
	dnnl_primitive_t reorder;
	dnnl_status_t status;

	*out = memory;
	if (dnnl_memory_desc_equal(from, desc))
		return NPU_OK;
	NPU_TRY(add_memory(plan, desc, out));
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

/* ---- fusion ---- */

static struct npu_node *sole_user(const struct plan *plan,
				  const struct npu_value *value)
{
	if (plan->users[value->id] != 1 || value->is_output)
		return NULL;
	return plan->user[value->id];
}

/* What a convolution or inner product ends with. */
struct tail {
	struct npu_value *output;
	dnnl_memory_t residual; /* NULL: none */
	int relu;
};

static int same_shape(const struct npu_value *a, const struct npu_value *b)
{
	return a->shape.rank == b->shape.rank &&
	       !memcmp(a->shape.dim, b->shape.dim,
		       a->shape.rank * sizeof *a->shape.dim);
}

/* Fuse what follows `node`, in the order BatchNormalization, Add, ReLU. */
static struct tail fuse(struct plan *plan, const struct npu_node *node)
{
	struct tail tail = { .output = node->outputs[0] };
	struct npu_node *next = sole_user(plan, tail.output);

	if (next && next->op == NPU_BatchNormalization) {
		plan->done[next->id] = 1;
		tail.output = next->outputs[0];
		next = sole_user(plan, tail.output);
	}
	if (next && next->op == NPU_Add &&
	    same_shape(next->inputs[0], next->inputs[1])) {
		const struct npu_value *other =
			next->inputs[next->inputs[0] == tail.output];

		if (other != tail.output && plan->memory[other->id]) {
			tail.residual = plan->memory[other->id];
			plan->done[next->id] = 1;
			tail.output = next->outputs[0];
			next = sole_user(plan, tail.output);
		}
	}
	if (next && (next->op == NPU_Relu || next->op == NPU_Clip)) {
		tail.relu = 1;
		plan->done[next->id] = 1;
		tail.output = next->outputs[0];
	}
	return tail;
}

static dnnl_status_t fill_attr(dnnl_primitive_attr_t attr,
			       const struct tail *tail)
{
	const float scale = 0.01f;
	dnnl_post_ops_t ops = NULL;
	dnnl_status_t status =
		dnnl_primitive_attr_set_output_scales(attr, 1, 0, &scale);

	if (!status)
		status = dnnl_post_ops_create(&ops);
	if (!status && tail->residual)
		status = dnnl_post_ops_append_sum(ops, 1.0f);
	if (!status && tail->relu)
		status = dnnl_post_ops_append_eltwise(
			ops, 1.0f, dnnl_eltwise_relu, 0.0f, 0.0f);
	if (!status)
		status = dnnl_primitive_attr_set_post_ops(attr, ops);
	if (ops)
		dnnl_post_ops_destroy(ops);
	return status;
}

/* Make the primitive of `desc`, its weights and bias, and the step. */
static enum npu_status add_product(struct plan *plan,
				   const struct npu_node *node,
				   const void *desc, int has_bias,
				   const struct tail *tail)
{
	struct npu__dnn *dnn = &plan->dnn;
	dnnl_exec_arg_t args[4] = { { .arg = DNNL_ARG_SRC },
				    { .arg = DNNL_ARG_WEIGHTS },
				    { .arg = DNNL_ARG_DST },
				    { .arg = DNNL_ARG_BIAS } };
	dnnl_primitive_attr_t attr;
	dnnl_primitive_t made;
	enum npu_status status;

	NPU__DNN_TRY(dnn, node, dnnl_primitive_attr_create(&attr));
	const dnnl_status_t filled = fill_attr(attr, tail);

	status = filled ? npu__dnn_fail(dnn, node, filled)
			: npu__dnn_primitive(dnn, node, desc, attr, &made);
	dnnl_primitive_attr_destroy(attr);
	if (status)
		return status;
	NPU_TRY(in_layout(plan, node, plan->memory[node->inputs[0]->id],
			  npu__dnn_chosen(made, DNNL_ARG_SRC),
			  &args[0].memory));
	NPU_TRY(add_memory(plan, npu__dnn_chosen(made, DNNL_ARG_WEIGHTS),
			   &args[1].memory));
	if (has_bias)
		NPU_TRY(add_memory(plan, npu__dnn_chosen(made, DNNL_ARG_BIAS),
				   &args[3].memory));
	/* a sum is added to what the output holds: the residual */
	if (tail->residual)
		NPU_TRY(in_layout(plan, node, tail->residual,
				  npu__dnn_chosen(made, DNNL_ARG_DST),
				  &args[2].memory));
	else
		NPU_TRY(add_memory(plan, npu__dnn_chosen(made, DNNL_ARG_DST),
				   &args[2].memory));
	plan->memory[tail->output->id] = args[2].memory;
	return npu__dnn_execute(dnn, made, has_bias ? 4 : 3, args);
}

/* ---- nodes ---- */

static enum npu_status add_conv(struct plan *plan, const struct npu_node *node)
{
	const struct npu_shape *ws = &node->inputs[1]->shape;
	const int64_t groups = node->attr.groups;
	const struct npu__window w = npu__dnn_window(node);
	const struct tail tail = fuse(plan, node);
	/* one group has no dimension for it: grouped kernels are others */
	const struct npu__dims wd =
		groups == 1 ? NPU__DIMS(ws->dim[0], ws->dim[1], w.kernel[0],
					w.kernel[1])
			    : NPU__DIMS(groups, ws->dim[0] / groups, ws->dim[1],
					w.kernel[0], w.kernel[1]);
	dnnl_memory_desc_t src, weights, bias, dst;
	dnnl_convolution_desc_t desc;

	NPU_TRY(any(plan, npu__dnn_image(&node->inputs[0]->shape), dnnl_u8,
		    &src));
	NPU_TRY(any(plan, wd, dnnl_s8, &weights));
	NPU_TRY(any(plan, NPU__DIMS(ws->dim[0]), dnnl_f32, &bias));
	NPU_TRY(any(plan, npu__dnn_image(&node->outputs[0]->shape), dnnl_u8,
		    &dst));
	NPU__DNN_TRY(&plan->dnn, node,
		     dnnl_dilated_convolution_forward_desc_init(
			     &desc, dnnl_forward_inference,
			     dnnl_convolution_direct, &src, &weights, &bias,
			     &dst, w.stride, w.dilate, w.lo, w.hi));
	return add_product(plan, node, &desc, 1, &tail);
}

/* Gemm and MatMul with constant weights; its input may still be an image that
 * Flatten only renamed. */
static enum npu_status add_inner_product(struct plan *plan,
					 const struct npu_node *node)
{
	const dnnl_memory_desc_t *in =
		desc_of(plan->memory[node->inputs[0]->id]);
	const struct npu_shape *ys = &node->outputs[0]->shape;
	const int64_t outputs = ys->dim[ys->rank - 1];
	const struct tail tail = fuse(plan, node);
	struct npu__dims src = { .rank = in->ndims }, wd;
	dnnl_memory_desc_t src_desc, weights, bias, dst;
	dnnl_inner_product_desc_t desc;

	if (!node->inputs[1]->constant ||
	    npu_shape_count(ys) != in->dims[0] * outputs)
		return npu_fail(plan->dnn.err, NPU_E_UNSUPPORTED,
				"oneDNN int8: %s (%s) is no layer with "
				"constant weights",
				node->name, npu_op_name(node->op));
	memcpy(src.dim, in->dims, sizeof src.dim);
	wd = src;
	wd.dim[0] = outputs;
	NPU_TRY(any(plan, src, dnnl_u8, &src_desc));
	NPU_TRY(any(plan, wd, dnnl_s8, &weights));
	NPU_TRY(any(plan, NPU__DIMS(outputs), dnnl_f32, &bias));
	NPU_TRY(any(plan, NPU__DIMS(src.dim[0], outputs), dnnl_u8, &dst));
	NPU__DNN_TRY(&plan->dnn, node,
		     dnnl_inner_product_forward_desc_init(
			     &desc, dnnl_forward_inference, &src_desc, &weights,
			     &bias, &dst));
	return add_product(plan, node, &desc, 1, &tail);
}

static enum npu_status add_pool(struct plan *plan, const struct npu_node *node)
{
	struct npu__dnn *dnn = &plan->dnn;
	const struct npu__dims in = npu__dnn_image(&node->inputs[0]->shape);
	const dnnl_memory_t from = plan->memory[node->inputs[0]->id];
	struct npu__window w = { .kernel = { in.dim[2], in.dim[3] },
				 .stride = { 1, 1 } };
	dnnl_memory_desc_t dst;
	dnnl_pooling_v2_desc_t desc;
	dnnl_primitive_t pool;
	dnnl_memory_t to;

	if (node->op != NPU_GlobalAveragePool)
		w = npu__dnn_window(node);
	NPU_TRY(any(plan, npu__dnn_image(&node->outputs[0]->shape), dnnl_u8,
		    &dst));
	NPU__DNN_TRY(dnn, node,
		     dnnl_pooling_v2_forward_desc_init(
			     &desc, dnnl_forward_inference,
			     node->op == NPU_MaxPool
				     ? dnnl_pooling_max
				     : dnnl_pooling_avg_exclude_padding,
			     desc_of(from), &dst, w.stride, w.kernel, w.dilate,
			     w.lo, w.hi));
	NPU_TRY(npu__dnn_primitive(dnn, node, &desc, NULL, &pool));
	NPU_TRY(add_memory(plan, npu__dnn_chosen(pool, DNNL_ARG_DST), &to));
	plan->memory[node->outputs[0]->id] = to;
	return npu__dnn_execute(dnn, pool, 2,
				(dnnl_exec_arg_t[]){ { DNNL_ARG_SRC, from },
						     { DNNL_ARG_DST, to } });
}

static enum npu_status add_sum(struct plan *plan, const struct npu_node *node)
{
	struct npu__dnn *dnn = &plan->dnn;
	const dnnl_memory_t a = plan->memory[node->inputs[0]->id];
	dnnl_memory_t b, to;
	dnnl_binary_desc_t desc;
	dnnl_primitive_t add;

	NPU_TRY(in_layout(plan, node, plan->memory[node->inputs[1]->id],
			  desc_of(a), &b));
	NPU__DNN_TRY(dnn, node,
		     dnnl_binary_desc_init(&desc, dnnl_binary_add, desc_of(a),
					   desc_of(b), desc_of(a)));
	NPU_TRY(npu__dnn_primitive(dnn, node, &desc, NULL, &add));
	NPU_TRY(add_memory(plan, desc_of(a), &to));
	plan->memory[node->outputs[0]->id] = to;
	return npu__dnn_execute(dnn, add, 3,
				(dnnl_exec_arg_t[]){ { DNNL_ARG_SRC_0, a },
						     { DNNL_ARG_SRC_1, b },
						     { DNNL_ARG_DST, to } });
}

static enum npu_status add_concat(struct plan *plan,
				  const struct npu_node *node)
{
	enum { SOURCES = 7 }; /* and the output: a step has 8 arguments */
	struct npu__dnn *dnn = &plan->dnn;
	dnnl_memory_desc_t sources[SOURCES];
	dnnl_exec_arg_t args[SOURCES + 1];
	dnnl_primitive_desc_t desc;
	dnnl_primitive_t concat;
	dnnl_status_t status;
	const uint32_t n = node->input_count;

	if (n > SOURCES)
		return npu_fail(dnn->err, NPU_E_UNSUPPORTED,
				"oneDNN int8: %s (Concat) has %u inputs",
				node->name, n);
	for (uint32_t i = 0; i < n; i++) {
		args[i].arg = DNNL_ARG_MULTIPLE_SRC + (int)i;
		args[i].memory = plan->memory[node->inputs[i]->id];
		sources[i] = *desc_of(args[i].memory);
	}
	NPU__DNN_TRY(dnn, node,
		     dnnl_concat_primitive_desc_create(
			     &desc, NULL, (int)n, (int)node->attr.axis, sources,
			     NULL, dnn->engine));
	status = dnnl_primitive_create(&concat, desc);
	dnnl_primitive_desc_destroy(desc);
	NPU__DNN_TRY(dnn, node, status);
	NPU_TRY(npu__dnn_keep(dnn, concat));
	args[n].arg = DNNL_ARG_DST;
	NPU_TRY(add_memory(plan, npu__dnn_chosen(concat, DNNL_ARG_DST),
			   &args[n].memory));
	plan->memory[node->outputs[0]->id] = args[n].memory;
	return npu__dnn_execute(dnn, concat, (int)n + 1, args);
}

static enum npu_status add_softmax(struct plan *plan,
				   const struct npu_node *node)
{
	struct npu__dnn *dnn = &plan->dnn;
	const dnnl_memory_t from = plan->memory[node->inputs[0]->id];
	struct npu__dims dims = { .rank = desc_of(from)->ndims };
	dnnl_memory_desc_t dense;
	dnnl_softmax_desc_t desc;
	dnnl_primitive_t softmax;
	dnnl_memory_t real;

	memcpy(dims.dim, desc_of(from)->dims, sizeof dims.dim);
	NPU_TRY(npu__dnn_dense(dnn, dims, dnnl_f32, &dense));
	NPU_TRY(in_layout(plan, node, from, &dense, &real));
	NPU__DNN_TRY(dnn, node,
		     dnnl_softmax_forward_desc_init(&desc,
						    dnnl_forward_inference,
						    &dense, dims.rank - 1));
	NPU_TRY(npu__dnn_primitive(dnn, node, &desc, NULL, &softmax));
	plan->memory[node->outputs[0]->id] = real;
	return npu__dnn_execute(dnn, softmax, 2,
				(dnnl_exec_arg_t[]){ { DNNL_ARG_SRC, real },
						     { DNNL_ARG_DST, real } });
}

static enum npu_status add_node(struct plan *plan, const struct npu_node *node)
{
	if (plan->done[node->id])
		return NPU_OK;
	switch (node->op) {
	case NPU_Conv:
		return add_conv(plan, node);
	case NPU_Gemm:
	case NPU_MatMul:
		return add_inner_product(plan, node);
	case NPU_MaxPool:
	case NPU_AveragePool:
	case NPU_GlobalAveragePool:
		return add_pool(plan, node);
	case NPU_Add:
		if (!node->inputs[1]->constant && !node->inputs[0]->constant &&
		    same_shape(node->inputs[0], node->inputs[1]))
			return add_sum(plan, node);
		break;
	case NPU_Concat:
		return add_concat(plan, node);
	case NPU_Softmax:
		return add_softmax(plan, node);
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

static enum npu_status count_users(struct plan *plan)
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
static enum npu_status add_inputs(struct plan *plan)
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
		NPU_TRY(add_memory(plan, &real, &memory));
		NPU_TRY(in_layout(plan, NULL, memory, &bytes,
				  &plan->memory[i]));
	}
	return NPU_OK;
}

enum npu_status npu_onednn_int8_time(struct npu_graph *imported, int threads,
				     int repeats, double *seconds,
				     struct npu_error *err)
{
	struct plan plan = { 0 };
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
