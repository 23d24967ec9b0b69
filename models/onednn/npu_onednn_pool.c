/* models/onednn/npu_onednn_pool.c - pools and BatchNormalization.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/onednn/npu_onednn_internal.h"

static dnnl_alg_kind_t pool_kind(const struct npu_node *node)
{
	if (node->op == NPU_MaxPool)
		return dnnl_pooling_max;
	return node->attr.count_include_pad ? dnnl_pooling_avg_include_padding
					    : dnnl_pooling_avg_exclude_padding;
}

/* ceil_mode windows that reach beyond the padding: what lies there does not
 * count, but oneDNN has one kind of padding only. */
static int reaches_beyond(const struct npu_node *node,
			  const struct npu__window *w)
{
	return node->attr.count_include_pad &&
	       (w->hi[0] > node->attr.pad_hi[0] ||
		w->hi[1] > node->attr.pad_hi[1]);
}

enum npu_status npu__dnn_pool(struct npu__dnn *dnn, const struct npu_node *node)
{
	const struct npu__dims in = npu__dnn_image(&node->inputs[0]->shape);
	const struct npu__dims out = npu__dnn_image(&node->outputs[0]->shape);
	struct npu__window w;
	dnnl_memory_desc_t src, dst;
	dnnl_pooling_v2_desc_t desc;
	dnnl_primitive_t pool;
	dnnl_exec_arg_t args[2] = { { .arg = DNNL_ARG_SRC },
				    { .arg = DNNL_ARG_DST } };

	if (node->op == NPU_GlobalAveragePool)
		w = (struct npu__window){
			.kernel = { in.dim[2], in.dim[3] },
			.stride = { 1, 1 },
		};
	else
		w = npu__dnn_window(node);
	if (reaches_beyond(node, &w))
		return npu_fail(dnn->err, NPU_E_UNSUPPORTED,
				"oneDNN: %s (%s) has ceil_mode with "
				"count_include_pad",
				node->name, npu_op_name(node->op));
	NPU_TRY(npu__dnn_dense(dnn, in, dnnl_f32, &src));
	NPU_TRY(npu__dnn_dense(dnn, out, dnnl_f32, &dst));
	NPU__DNN_TRY(dnn, node,
		     dnnl_pooling_v2_forward_desc_init(
			     &desc, dnnl_forward_inference, pool_kind(node),
			     &src, &dst, w.stride, w.kernel, w.dilate, w.lo,
			     w.hi));
	NPU_TRY(npu__dnn_primitive(dnn, node, &desc, NULL, &pool));
	NPU_TRY(npu__dnn_memory(dnn, &src, npu__dnn_input(dnn, node, 0),
				&args[0].memory));
	NPU_TRY(npu__dnn_memory(dnn, &dst, npu__dnn_output(dnn, node),
				&args[1].memory));
	return npu__dnn_execute(dnn, pool, 2, args);
}

enum npu_status npu__dnn_batch_normalization(struct npu__dnn *dnn,
					     const struct npu_node *node)
{
	static const int kinds[] = { DNNL_ARG_SRC, DNNL_ARG_SCALE,
				     DNNL_ARG_SHIFT, DNNL_ARG_MEAN,
				     DNNL_ARG_VARIANCE };
	const struct npu_shape *shape = &node->inputs[0]->shape;
	const int64_t channels = shape->rank > 1 ? shape->dim[1] : 1;
	const int64_t area = npu_shape_count(shape) / shape->dim[0] / channels;
	const struct npu__dims image =
		NPU__DIMS(shape->dim[0], channels, area, 1);
	dnnl_memory_desc_t data, vector;
	dnnl_batch_normalization_desc_t desc;
	dnnl_primitive_t norm;
	dnnl_exec_arg_t args[6];

	NPU_TRY(npu__dnn_dense(dnn, image, dnnl_f32, &data));
	NPU_TRY(npu__dnn_dense(dnn, NPU__DIMS(channels), dnnl_f32, &vector));
	NPU__DNN_TRY(dnn, node,
		     dnnl_batch_normalization_forward_desc_init(
			     &desc, dnnl_forward_inference, &data,
			     node->attr.epsilon,
			     dnnl_use_global_stats | dnnl_use_scale |
				     dnnl_use_shift));
	NPU_TRY(npu__dnn_primitive(dnn, node, &desc, NULL, &norm));
	for (unsigned i = 0; i < 5; i++) {
		args[i].arg = kinds[i];
		NPU_TRY(npu__dnn_memory(dnn, i ? &vector : &data,
					npu__dnn_input(dnn, node, i),
					&args[i].memory));
	}
	args[5].arg = DNNL_ARG_DST;
	NPU_TRY(npu__dnn_memory(dnn, &data, npu__dnn_output(dnn, node),
				&args[5].memory));
	return npu__dnn_execute(dnn, norm, 6, args);
}
