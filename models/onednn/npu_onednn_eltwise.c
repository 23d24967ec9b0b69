/* models/onednn/npu_onednn_eltwise.c - activations, binaries, Softmax.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/onednn/npu_onednn_internal.h"
#include <string.h>

static enum npu_status add_eltwise(struct npu__dnn *dnn,
				   const struct npu_node *node,
				   dnnl_alg_kind_t kind, float alpha,
				   float beta, float *from, float *to)
{
	const int64_t count = npu_shape_count(&node->outputs[0]->shape);
	dnnl_memory_desc_t flat;
	dnnl_eltwise_desc_t desc;
	dnnl_primitive_t eltwise;
	dnnl_memory_t src, dst;

	NPU_TRY(npu__dnn_dense(dnn, NPU__DIMS(count), dnnl_f32, &flat));
	NPU__DNN_TRY(dnn, node,
		     dnnl_eltwise_forward_desc_init(&desc,
						    dnnl_forward_inference,
						    kind, &flat, alpha, beta));
	NPU_TRY(npu__dnn_primitive(dnn, node, &desc, NULL, &eltwise));
	NPU_TRY(npu__dnn_memory(dnn, &flat, from, &src));
	NPU_TRY(npu__dnn_memory(dnn, &flat, to, &dst));
	return npu__dnn_execute(dnn, eltwise, 2,
				(dnnl_exec_arg_t[]){ { DNNL_ARG_SRC, src },
						     { DNNL_ARG_DST, dst } });
}

enum npu_status npu__dnn_eltwise(struct npu__dnn *dnn,
				 const struct npu_node *node)
{
	const struct npu_attributes *attr = &node->attr;
	float *from = npu__dnn_input(dnn, node, 0);
	float *to = npu__dnn_output(dnn, node);

	switch (node->op) {
	case NPU_Relu:
		return add_eltwise(dnn, node, dnnl_eltwise_relu, 0, 0, from,
				   to);
	case NPU_LeakyRelu:
		return add_eltwise(dnn, node, dnnl_eltwise_relu, attr->alpha, 0,
				   from, to);
	case NPU_Clip:
		if (node->input_count > 1)
			return npu_fail(dnn->err, NPU_E_UNSUPPORTED,
					"oneDNN: bounds of %s (Clip) are not "
					"constant",
					node->name);
		return add_eltwise(dnn, node, dnnl_eltwise_clip, attr->lo,
				   attr->hi, from, to);
	case NPU_Sigmoid:
		return add_eltwise(dnn, node, dnnl_eltwise_logistic, 0, 0, from,
				   to);
	case NPU_Tanh:
		return add_eltwise(dnn, node, dnnl_eltwise_tanh, 0, 0, from,
				   to);
	case NPU_Abs:
		return add_eltwise(dnn, node, dnnl_eltwise_abs, 0, 0, from, to);
	case NPU_HardSwish:
		return add_eltwise(dnn, node, dnnl_eltwise_hardswish, 0, 0,
				   from, to);
	default: /* HardSigmoid, which 2.6 does not have */
		NPU_TRY(add_eltwise(dnn, node, dnnl_eltwise_linear, attr->alpha,
				    attr->beta, from, to));
		return add_eltwise(dnn, node, dnnl_eltwise_clip, 0, 1, to, to);
	}
}

/* `shape` in `rank` dimensions, ones in front. */
static struct npu__dims aligned(const struct npu_shape *shape, unsigned rank)
{
	struct npu__dims dims = { .rank = (int)rank };

	for (unsigned d = 0; d < rank; d++)
		dims.dim[d] = d + shape->rank < rank
				      ? 1
				      : shape->dim[d + shape->rank - rank];
	return dims;
}

static int equal(const struct npu__dims *a, const struct npu__dims *b)
{
	return a->rank == b->rank &&
	       !memcmp(a->dim, b->dim, (size_t)a->rank * sizeof *a->dim);
}

/* oneDNN broadcasts its second source only; a first one is spread out here. */
static enum npu_status spread(struct npu__dnn *dnn,
			      const struct npu__dims *from,
			      const struct npu__dims *to, float **data)
{
	struct npu__dnn_step *step;
	int64_t pitch = 1, count = 1;
	float *room;

	for (int d = 0; d < to->rank; d++)
		count *= to->dim[d];
	room = npu__dnn_room(dnn, count);
	if (!room)
		return npu_fail(dnn->err, NPU_E_NOMEM, "oneDNN reference");
	NPU_TRY(npu__dnn_step(dnn, &step));
	step->move = (struct npu__dnn_move){
		.to = room,
		.from = *data,
		.rank = (unsigned)to->rank,
	};
	for (int d = to->rank - 1; d >= 0; d--) {
		step->move.dim[d] = to->dim[d];
		step->move.step[d] = from->dim[d] == 1 ? 0 : pitch;
		pitch *= from->dim[d];
	}
	*data = room;
	return NPU_OK;
}

enum npu_status npu__dnn_binary(struct npu__dnn *dnn,
				const struct npu_node *node)
{
	const struct npu_shape *shape = &node->outputs[0]->shape;
	const unsigned rank = shape->rank ? shape->rank : 1;
	const struct npu__dims out = aligned(shape, rank);
	struct npu__dims a = aligned(&node->inputs[0]->shape, rank);
	const struct npu__dims b = aligned(&node->inputs[1]->shape, rank);
	const dnnl_alg_kind_t kind = node->op == NPU_Add   ? dnnl_binary_add
				     : node->op == NPU_Sub ? dnnl_binary_sub
				     : node->op == NPU_Mul ? dnnl_binary_mul
							   : dnnl_binary_div;
	float *left = npu__dnn_input(dnn, node, 0);
	dnnl_memory_desc_t ad, bd;
	dnnl_binary_desc_t desc;
	dnnl_primitive_t binary;
	dnnl_exec_arg_t args[3] = { { .arg = DNNL_ARG_SRC_0 },
				    { .arg = DNNL_ARG_SRC_1 },
				    { .arg = DNNL_ARG_DST } };

	if (!equal(&a, &out)) {
		NPU_TRY(spread(dnn, &a, &out, &left));
		a = out;
	}
	NPU_TRY(npu__dnn_dense(dnn, a, dnnl_f32, &ad));
	NPU_TRY(npu__dnn_dense(dnn, b, dnnl_f32, &bd));
	NPU__DNN_TRY(dnn, node,
		     dnnl_binary_desc_init(&desc, kind, &ad, &bd, &ad));
	NPU_TRY(npu__dnn_primitive(dnn, node, &desc, NULL, &binary));
	NPU_TRY(npu__dnn_memory(dnn, &ad, left, &args[0].memory));
	NPU_TRY(npu__dnn_memory(dnn, &bd, npu__dnn_input(dnn, node, 1),
				&args[1].memory));
	NPU_TRY(npu__dnn_memory(dnn, &ad, npu__dnn_output(dnn, node),
				&args[2].memory));
	return npu__dnn_execute(dnn, binary, 3, args);
}

enum npu_status npu__dnn_softmax(struct npu__dnn *dnn,
				 const struct npu_node *node)
{
	const struct npu_shape *shape = &node->outputs[0]->shape;
	const int64_t axis =
		node->attr.axis + (node->attr.axis < 0 ? shape->rank : 0);
	int64_t outer = 1, inner = 1;
	dnnl_memory_desc_t data;
	dnnl_softmax_desc_t desc;
	dnnl_primitive_t softmax;
	dnnl_memory_t src, dst;

	for (int64_t d = 0; d < shape->rank; d++) {
		if (d < axis)
			outer *= shape->dim[d];
		if (d > axis)
			inner *= shape->dim[d];
	}
	NPU_TRY(npu__dnn_dense(
		dnn,
		NPU__DIMS(outer, shape->rank ? shape->dim[axis] : 1, inner),
		dnnl_f32, &data));
	NPU__DNN_TRY(dnn, node,
		     dnnl_softmax_forward_desc_init(
			     &desc, dnnl_forward_inference, &data, 1));
	NPU_TRY(npu__dnn_primitive(dnn, node, &desc, NULL, &softmax));
	NPU_TRY(npu__dnn_memory(dnn, &data, npu__dnn_input(dnn, node, 0),
				&src));
	NPU_TRY(npu__dnn_memory(dnn, &data, npu__dnn_output(dnn, node), &dst));
	return npu__dnn_execute(dnn, softmax, 2,
				(dnnl_exec_arg_t[]){ { DNNL_ARG_SRC, src },
						     { DNNL_ARG_DST, dst } });
}
