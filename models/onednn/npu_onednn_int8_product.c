/* models/onednn/npu_onednn_int8_product.c - products in int8.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/onednn/npu_onednn_int8.h"
#include <string.h>

/* ---- fusion ---- */

static struct npu_node *sole_user(const struct npu__int8 *plan,
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

int npu__int8_same_shape(const struct npu_value *a, const struct npu_value *b)
{
	return a->shape.rank == b->shape.rank &&
	       !memcmp(a->shape.dim, b->shape.dim,
		       a->shape.rank * sizeof *a->shape.dim);
}

/* Fuse what follows `node`, in the order BatchNormalization, Add, ReLU. */
static struct tail fuse(struct npu__int8 *plan, const struct npu_node *node)
{
	struct tail tail = { .output = node->outputs[0] };
	struct npu_node *next = sole_user(plan, tail.output);

	if (next && next->op == NPU_BatchNormalization) {
		plan->done[next->id] = 1;
		tail.output = next->outputs[0];
		next = sole_user(plan, tail.output);
	}
	if (next && next->op == NPU_Add &&
	    npu__int8_same_shape(next->inputs[0], next->inputs[1])) {
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
static enum npu_status add_product(struct npu__int8 *plan,
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
	NPU_TRY(npu__int8_in_layout(
		plan, node, plan->memory[node->inputs[0]->id],
		npu__dnn_chosen(made, DNNL_ARG_SRC), &args[0].memory));
	NPU_TRY(npu__int8_memory(plan, npu__dnn_chosen(made, DNNL_ARG_WEIGHTS),
				 &args[1].memory));
	if (has_bias)
		NPU_TRY(npu__int8_memory(plan,
					 npu__dnn_chosen(made, DNNL_ARG_BIAS),
					 &args[3].memory));
	/* a sum is added to what the output holds: the residual */
	if (tail->residual)
		NPU_TRY(npu__int8_in_layout(plan, node, tail->residual,
					    npu__dnn_chosen(made, DNNL_ARG_DST),
					    &args[2].memory));
	else
		NPU_TRY(npu__int8_memory(plan,
					 npu__dnn_chosen(made, DNNL_ARG_DST),
					 &args[2].memory));
	plan->memory[tail->output->id] = args[2].memory;
	return npu__dnn_execute(dnn, made, has_bias ? 4 : 3, args);
}

/* ---- nodes ---- */

enum npu_status npu__int8_conv(struct npu__int8 *plan,
			       const struct npu_node *node)
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

	NPU_TRY(npu__int8_any(plan, npu__dnn_image(&node->inputs[0]->shape),
			      dnnl_u8, &src));
	NPU_TRY(npu__int8_any(plan, wd, dnnl_s8, &weights));
	NPU_TRY(npu__int8_any(plan, NPU__DIMS(ws->dim[0]), dnnl_f32, &bias));
	NPU_TRY(npu__int8_any(plan, npu__dnn_image(&node->outputs[0]->shape),
			      dnnl_u8, &dst));
	NPU__DNN_TRY(&plan->dnn, node,
		     dnnl_dilated_convolution_forward_desc_init(
			     &desc, dnnl_forward_inference,
			     dnnl_convolution_direct, &src, &weights, &bias,
			     &dst, w.stride, w.dilate, w.lo, w.hi));
	return add_product(plan, node, &desc, 1, &tail);
}

/* Gemm and MatMul with constant weights; its input may still be an image that
 * Flatten only renamed. */
enum npu_status npu__int8_inner_product(struct npu__int8 *plan,
					const struct npu_node *node)
{
	const dnnl_memory_desc_t *in =
		npu__int8_desc(plan->memory[node->inputs[0]->id]);
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
	NPU_TRY(npu__int8_any(plan, src, dnnl_u8, &src_desc));
	NPU_TRY(npu__int8_any(plan, wd, dnnl_s8, &weights));
	NPU_TRY(npu__int8_any(plan, NPU__DIMS(outputs), dnnl_f32, &bias));
	NPU_TRY(npu__int8_any(plan, NPU__DIMS(src.dim[0], outputs), dnnl_u8,
			      &dst));
	NPU__DNN_TRY(&plan->dnn, node,
		     dnnl_inner_product_forward_desc_init(
			     &desc, dnnl_forward_inference, &src_desc, &weights,
			     &bias, &dst));
	return add_product(plan, node, &desc, 1, &tail);
}
