/* models/onednn/npu_onednn_int8_other.c - all but products, in int8.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/onednn/npu_onednn_int8.h"
#include <string.h>

enum npu_status npu__int8_pool(struct npu__int8 *plan,
			       const struct npu_node *node)
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
	NPU_TRY(npu__int8_any(plan, npu__dnn_image(&node->outputs[0]->shape),
			      dnnl_u8, &dst));
	NPU__DNN_TRY(dnn, node,
		     dnnl_pooling_v2_forward_desc_init(
			     &desc, dnnl_forward_inference,
			     node->op == NPU_MaxPool
				     ? dnnl_pooling_max
				     : dnnl_pooling_avg_exclude_padding,
			     npu__int8_desc(from), &dst, w.stride, w.kernel,
			     w.dilate, w.lo, w.hi));
	NPU_TRY(npu__dnn_primitive(dnn, node, &desc, NULL, &pool));
	NPU_TRY(npu__int8_memory(plan, npu__dnn_chosen(pool, DNNL_ARG_DST),
				 &to));
	plan->memory[node->outputs[0]->id] = to;
	return npu__dnn_execute(dnn, pool, 2,
				(dnnl_exec_arg_t[]){ { DNNL_ARG_SRC, from },
						     { DNNL_ARG_DST, to } });
}

enum npu_status npu__int8_sum(struct npu__int8 *plan,
			      const struct npu_node *node)
{
	struct npu__dnn *dnn = &plan->dnn;
	const dnnl_memory_t a = plan->memory[node->inputs[0]->id];
	dnnl_memory_t b, to;
	dnnl_binary_desc_t desc;
	dnnl_primitive_t add;

	NPU_TRY(npu__int8_in_layout(plan, node,
				    plan->memory[node->inputs[1]->id],
				    npu__int8_desc(a), &b));
	NPU__DNN_TRY(dnn, node,
		     dnnl_binary_desc_init(&desc, dnnl_binary_add,
					   npu__int8_desc(a), npu__int8_desc(b),
					   npu__int8_desc(a)));
	NPU_TRY(npu__dnn_primitive(dnn, node, &desc, NULL, &add));
	NPU_TRY(npu__int8_memory(plan, npu__int8_desc(a), &to));
	plan->memory[node->outputs[0]->id] = to;
	return npu__dnn_execute(dnn, add, 3,
				(dnnl_exec_arg_t[]){ { DNNL_ARG_SRC_0, a },
						     { DNNL_ARG_SRC_1, b },
						     { DNNL_ARG_DST, to } });
}

enum npu_status npu__int8_concat(struct npu__int8 *plan,
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
		sources[i] = *npu__int8_desc(args[i].memory);
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
	NPU_TRY(npu__int8_memory(plan, npu__dnn_chosen(concat, DNNL_ARG_DST),
				 &args[n].memory));
	plan->memory[node->outputs[0]->id] = args[n].memory;
	return npu__dnn_execute(dnn, concat, (int)n + 1, args);
}

enum npu_status npu__int8_softmax(struct npu__int8 *plan,
				  const struct npu_node *node)
{
	struct npu__dnn *dnn = &plan->dnn;
	const dnnl_memory_t from = plan->memory[node->inputs[0]->id];
	struct npu__dims dims = { .rank = npu__int8_desc(from)->ndims };
	dnnl_memory_desc_t dense;
	dnnl_softmax_desc_t desc;
	dnnl_primitive_t softmax;
	dnnl_memory_t real;

	memcpy(dims.dim, npu__int8_desc(from)->dims, sizeof dims.dim);
	NPU_TRY(npu__dnn_dense(dnn, dims, dnnl_f32, &dense));
	NPU_TRY(npu__int8_in_layout(plan, node, from, &dense, &real));
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
