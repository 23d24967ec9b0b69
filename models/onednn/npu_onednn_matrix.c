/* models/onednn/npu_onednn_matrix.c - Conv, Gemm, MatMul.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/onednn/npu_onednn_internal.h"
#include <string.h>

struct npu__window npu__dnn_window(const struct npu_node *node)
{
	const struct npu_attributes *attr = &node->attr;
	const struct npu__dims in = npu__dnn_image(&node->inputs[0]->shape);
	const struct npu__dims out = npu__dnn_image(&node->outputs[0]->shape);
	struct npu__window w = { 0 };

	for (int i = 0; i < 2; i++) {
		const int64_t reach =
			(attr->kernel[i] - 1) * attr->dilation[i] + 1;
		const int64_t need = (out.dim[2 + i] - 1) * attr->stride[i] +
				     reach - in.dim[2 + i] - attr->pad_lo[i];

		w.kernel[i] = attr->kernel[i];
		w.stride[i] = attr->stride[i];
		w.dilate[i] = attr->dilation[i] - 1;
		w.lo[i] = attr->pad_lo[i];
		/* ceil_mode may reach further than the padding that is given */
		w.hi[i] = need > attr->pad_hi[i] ? need : attr->pad_hi[i];
	}
	return w;
}

enum npu_status npu__dnn_conv(struct npu__dnn *dnn, const struct npu_node *node)
{
	const struct npu_shape *ws = &node->inputs[1]->shape;
	const int64_t groups = node->attr.groups, out = ws->dim[0] / groups;
	const struct npu__window w = npu__dnn_window(node);
	const int has_bias = node->input_count > 2 && node->inputs[2];
	dnnl_memory_desc_t src, weights, bias = { 0 }, dst;
	dnnl_convolution_desc_t desc;
	dnnl_primitive_t conv;
	dnnl_memory_t plain, packed;
	dnnl_exec_arg_t args[4];
	const struct npu__dims wd =
		NPU__DIMS(groups, out, ws->dim[1], w.kernel[0], w.kernel[1]);
	int count = 3;

	NPU_TRY(npu__dnn_dense(dnn, npu__dnn_image(&node->inputs[0]->shape),
			       dnnl_f32, &src));
	NPU_TRY(npu__dnn_dense(dnn, npu__dnn_image(&node->outputs[0]->shape),
			       dnnl_f32, &dst));
	NPU_TRY(npu__dnn_dense_memory(dnn, wd, npu__dnn_input(dnn, node, 1),
				      &plain));
	NPU__DNN_TRY(dnn, node,
		     dnnl_memory_desc_init_by_tag(&weights, wd.rank, wd.dim,
						  dnnl_f32,
						  dnnl_format_tag_any));
	NPU_TRY(npu__dnn_dense(dnn, NPU__DIMS(ws->dim[0]), dnnl_f32, &bias));
	NPU__DNN_TRY(dnn, node,
		     dnnl_dilated_convolution_forward_desc_init(
			     &desc, dnnl_forward_inference,
			     dnnl_convolution_direct, &src, &weights,
			     has_bias ? &bias : NULL, &dst, w.stride, w.dilate,
			     w.lo, w.hi));
	NPU_TRY(npu__dnn_primitive(dnn, node, &desc, NULL, &conv));
	NPU_TRY(npu__dnn_memory(dnn, npu__dnn_chosen(conv, DNNL_ARG_WEIGHTS),
				DNNL_MEMORY_ALLOCATE, &packed));
	NPU_TRY(npu__dnn_reorder(dnn, node, plain, packed));
	args[0].arg = DNNL_ARG_SRC;
	NPU_TRY(npu__dnn_memory(dnn, &src, npu__dnn_input(dnn, node, 0),
				&args[0].memory));
	args[1] = (dnnl_exec_arg_t){ DNNL_ARG_WEIGHTS, packed };
	args[2].arg = DNNL_ARG_DST;
	NPU_TRY(npu__dnn_memory(dnn, &dst, npu__dnn_output(dnn, node),
				&args[2].memory));
	if (has_bias) {
		args[3].arg = DNNL_ARG_BIAS;
		NPU_TRY(npu__dnn_memory(dnn, &bias,
					npu__dnn_input(dnn, node, 2),
					&args[3].memory));
		count = 4;
	}
	return npu__dnn_execute(dnn, conv, count, args);
}

/* One product of matrices [m, k] x [k, n], either of which may be stored
 * transposed; `scale` times the product. */
struct product {
	int64_t m, k, n;
	int trans_a, trans_b;
	float scale, *a, *b, *y;
};

static enum npu_status matrix(struct npu__dnn *dnn, int64_t rows, int64_t cols,
			      int transposed, dnnl_memory_desc_t *out)
{
	const dnnl_dims_t dims = { rows, cols };
	const dnnl_dims_t strides = { transposed ? 1 : cols,
				      transposed ? rows : 1 };

	NPU__DNN_TRY(dnn, NULL,
		     dnnl_memory_desc_init_by_strides(out, 2, dims, dnnl_f32,
						      strides));
	return NPU_OK;
}

static enum npu_status make_product(struct npu__dnn *dnn,
				    const struct npu_node *node,
				    const dnnl_matmul_desc_t *desc, float scale,
				    dnnl_primitive_t *out)
{
	dnnl_primitive_attr_t attr;
	enum npu_status status;

	NPU__DNN_TRY(dnn, node, dnnl_primitive_attr_create(&attr));
	if (dnnl_primitive_attr_set_output_scales(attr, 1, 0, &scale) !=
	    dnnl_success)
		status = npu__dnn_fail(dnn, node, dnnl_runtime_error);
	else
		status = npu__dnn_primitive(dnn, node, desc, attr, out);
	dnnl_primitive_attr_destroy(attr);
	return status;
}

static enum npu_status add_product(struct npu__dnn *dnn,
				   const struct npu_node *node,
				   const struct product *p)
{
	dnnl_memory_desc_t a, b, y;
	dnnl_matmul_desc_t desc;
	dnnl_primitive_t matmul;
	dnnl_exec_arg_t args[3] = { { .arg = DNNL_ARG_SRC },
				    { .arg = DNNL_ARG_WEIGHTS },
				    { .arg = DNNL_ARG_DST } };

	NPU_TRY(matrix(dnn, p->m, p->k, p->trans_a, &a));
	NPU_TRY(matrix(dnn, p->k, p->n, p->trans_b, &b));
	NPU_TRY(matrix(dnn, p->m, p->n, 0, &y));
	NPU__DNN_TRY(dnn, node, dnnl_matmul_desc_init(&desc, &a, &b, NULL, &y));
	NPU_TRY(make_product(dnn, node, &desc, p->scale, &matmul));
	NPU_TRY(npu__dnn_memory(dnn, &a, p->a, &args[0].memory));
	NPU_TRY(npu__dnn_memory(dnn, &b, p->b, &args[1].memory));
	NPU_TRY(npu__dnn_memory(dnn, &y, p->y, &args[2].memory));
	return npu__dnn_execute(dnn, matmul, 3, args);
}

/* y += beta * c, c broadcast to [m, n]. */
static enum npu_status add_scaled(struct npu__dnn *dnn,
				  const struct npu_node *node)
{
	const struct npu_shape *ys = &node->outputs[0]->shape;
	const struct npu_shape *cs = &node->inputs[2]->shape;
	struct npu__dims yd = NPU__DIMS(ys->dim[0], ys->dim[1]);
	struct npu__dims cd = NPU__DIMS(1, 1);
	dnnl_primitive_attr_t attr;
	dnnl_memory_desc_t y, c;
	dnnl_binary_desc_t desc;
	dnnl_primitive_t add;
	dnnl_memory_t ym, cm;
	enum npu_status status = NPU_OK;

	for (unsigned d = 0; d < cs->rank; d++)
		cd.dim[2 - cs->rank + d] = cs->dim[d];
	NPU_TRY(npu__dnn_dense(dnn, yd, dnnl_f32, &y));
	NPU_TRY(npu__dnn_dense(dnn, cd, dnnl_f32, &c));
	NPU__DNN_TRY(dnn, node,
		     dnnl_binary_desc_init(&desc, dnnl_binary_add, &y, &c, &y));
	NPU__DNN_TRY(dnn, node, dnnl_primitive_attr_create(&attr));
	if (dnnl_primitive_attr_set_scales(attr, DNNL_ARG_SRC_1, 1, 0,
					   &node->attr.beta) != dnnl_success)
		status = npu__dnn_fail(dnn, node, dnnl_runtime_error);
	if (!status)
		status = npu__dnn_primitive(dnn, node, &desc, attr, &add);
	dnnl_primitive_attr_destroy(attr);
	if (status)
		return status;
	NPU_TRY(npu__dnn_memory(dnn, &y, npu__dnn_output(dnn, node), &ym));
	NPU_TRY(npu__dnn_memory(dnn, &c, npu__dnn_input(dnn, node, 2), &cm));
	return npu__dnn_execute(dnn, add, 3,
				(dnnl_exec_arg_t[]){ { DNNL_ARG_SRC_0, ym },
						     { DNNL_ARG_SRC_1, cm },
						     { DNNL_ARG_DST, ym } });
}

enum npu_status npu__dnn_gemm(struct npu__dnn *dnn, const struct npu_node *node)
{
	const struct npu_attributes *attr = &node->attr;
	const struct npu_shape *ys = &node->outputs[0]->shape;
	const struct product p = {
		.m = ys->dim[0],
		.n = ys->dim[1],
		.k = node->inputs[0]->shape.dim[attr->trans_a ? 0 : 1],
		.trans_a = attr->trans_a,
		.trans_b = attr->trans_b,
		.scale = attr->alpha,
		.a = npu__dnn_input(dnn, node, 0),
		.b = npu__dnn_input(dnn, node, 1),
		.y = npu__dnn_output(dnn, node),
	};

	NPU_TRY(add_product(dnn, node, &p));
	if (node->input_count < 3 || !node->inputs[2])
		return NPU_OK;
	return add_scaled(dnn, node);
}

/* Dimensions of the batch, aligned to the right with `rank` of them. */
static int64_t batch_dim(const struct npu_shape *shape, unsigned rank,
			 unsigned d)
{
	const unsigned own = shape->rank > 2 ? shape->rank - 2u : 0;

	return d + own < rank ? 1 : shape->dim[d + own - rank];
}

/* The matrix that batch `index` of the output's `rank` dimensions reads. */
static int64_t batch_of(const struct npu_shape *shape,
			const struct npu_shape *out, unsigned rank,
			int64_t index)
{
	int64_t at = 0, step = 1;

	for (unsigned d = rank; d-- > 0;) {
		const int64_t n = batch_dim(shape, rank, d);
		const int64_t whole = batch_dim(out, rank, d);

		at += index % whole % n * step;
		index /= whole;
		step *= n;
	}
	return at;
}

enum npu_status npu__dnn_matmul(struct npu__dnn *dnn,
				const struct npu_node *node)
{
	const struct npu_shape *as = &node->inputs[0]->shape;
	const struct npu_shape *bs = &node->inputs[1]->shape;
	/* a vector is a row on the left and a column on the right */
	const int64_t m = as->rank < 2 ? 1 : as->dim[as->rank - 2];
	const int64_t k = as->dim[as->rank - 1];
	const int64_t n = bs->rank < 2 ? 1 : bs->dim[bs->rank - 1];
	struct npu_shape out = { 0 };
	int64_t batches = 1;
	unsigned rank = 0;

	if (as->rank > 2)
		rank = as->rank - 2u;
	if (bs->rank > 2 && bs->rank - 2u > rank)
		rank = bs->rank - 2u;
	out.rank = (uint8_t)(rank + 2);
	for (unsigned d = 0; d < rank; d++) {
		const int64_t a = batch_dim(as, rank, d);
		const int64_t b = batch_dim(bs, rank, d);

		out.dim[d] = a > b ? a : b;
		batches *= out.dim[d];
	}
	for (int64_t i = 0; i < batches; i++) {
		const struct product p = {
			.m = m,
			.k = k,
			.n = n,
			.scale = 1,
			.a = npu__dnn_input(dnn, node, 0) +
			     batch_of(as, &out, rank, i) * m * k,
			.b = npu__dnn_input(dnn, node, 1) +
			     batch_of(bs, &out, rank, i) * k * n,
			.y = npu__dnn_output(dnn, node) + i * m * n,
		};

		NPU_TRY(add_product(dnn, node, &p));
	}
	return NPU_OK;
}
