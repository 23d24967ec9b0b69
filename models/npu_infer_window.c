/* models/npu_infer_window.c - shapes of convolution and pooling.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_infer_internal.h"

/* Everything about one spatial level stays below this, so that no product or
 * sum of two of them overflows. */
#define LARGEST (INT64_C(1) << 30)

/* The spatial level s (0 = y, 1 = x) of dimension d >= 2, for rank 3 and 4. */
static int level_of(const struct npu_shape *x, unsigned d)
{
	return (int)d - (int)x->rank + 2;
}

static enum npu_status check_level(const struct npu_node *node, int s,
				   struct npu_error *err)
{
	const struct npu_attributes *a = &node->attr;

	if (a->kernel[s] < 1 || a->stride[s] < 1 || a->dilation[s] < 1 ||
	    a->kernel[s] > LARGEST || a->stride[s] > LARGEST ||
	    a->dilation[s] > LARGEST)
		return npu__node_fail(
			node, NPU_E_RANGE, err,
			"kernel %lld, stride %lld, dilation "
			"%lld: each must be in 1..%lld",
			(long long)a->kernel[s], (long long)a->stride[s],
			(long long)a->dilation[s], (long long)LARGEST);
	if (a->pad_lo[s] < 0 || a->pad_hi[s] < 0 || a->pad_lo[s] > LARGEST ||
	    a->pad_hi[s] > LARGEST)
		return npu__node_fail(node, NPU_E_RANGE, err,
				      "padding %lld and %lld: each must be in "
				      "0..%lld",
				      (long long)a->pad_lo[s],
				      (long long)a->pad_hi[s],
				      (long long)LARGEST);
	return NPU_OK;
}

/* auto_pad as explicit padding of level s. source: ONNX operators, Conv. */
static void make_padding_explicit(struct npu_attributes *a, int s, int64_t in,
				  int64_t reach)
{
	const int64_t out = (in + a->stride[s] - 1) / a->stride[s];
	int64_t total = (out - 1) * a->stride[s] + reach - in;

	if (total < 0 || a->auto_pad == NPU_PAD_valid)
		total = 0;
	a->pad_lo[s] = a->pad_hi[s] = total / 2;
	if (a->auto_pad == NPU_PAD_same_upper)
		a->pad_hi[s] += total % 2;
	else
		a->pad_lo[s] += total % 2;
}

/* Extent of level s of the output. */
static enum npu_status infer_level(struct npu_node *node, int s, int64_t in,
				   int64_t *out, struct npu_error *err)
{
	struct npu_attributes *a = &node->attr;

	NPU_TRY(check_level(node, s, err));
	if (in > LARGEST)
		return npu__node_fail(node, NPU_E_LIMIT, err,
				      "input of extent %lld", (long long)in);
	const int64_t reach = a->dilation[s] * (a->kernel[s] - 1) + 1;

	if (a->auto_pad != NPU_PAD_explicit)
		make_padding_explicit(a, s, in, reach);
	if (node->op != NPU_Conv &&
	    (a->pad_lo[s] >= reach || a->pad_hi[s] >= reach))
		return npu__node_fail(node, NPU_E_RANGE, err,
				      "padding %lld and %lld leaves windows of "
				      "%lld without any input",
				      (long long)a->pad_lo[s],
				      (long long)a->pad_hi[s],
				      (long long)reach);
	const int64_t room = in + a->pad_lo[s] + a->pad_hi[s] - reach;

	if (room < 0)
		return npu__node_fail(node, NPU_E_RANGE, err,
				      "a window of %lld does not fit %lld + "
				      "padding %lld + %lld",
				      (long long)reach, (long long)in,
				      (long long)a->pad_lo[s],
				      (long long)a->pad_hi[s]);
	*out = room / a->stride[s] + 1;
	/* One that starts in the padding at the end does not count. */
	if (a->ceil_mode && room % a->stride[s] &&
	    *out * a->stride[s] < in + a->pad_lo[s])
		++*out;
	return NPU_OK;
}

static enum npu_status infer_levels(struct npu_node *node,
				    struct npu_shape *shape,
				    struct npu_error *err)
{
	const struct npu_shape *x = &node->inputs[0]->shape;

	for (unsigned d = 2; d < x->rank; d++)
		NPU_TRY(infer_level(node, level_of(x, d), x->dim[d],
				    &shape->dim[d], err));
	node->attr.auto_pad = NPU_PAD_explicit;
	return NPU_OK;
}

static enum npu_status check_rank(const struct npu_node *node,
				  struct npu_error *err)
{
	const struct npu_shape *x = &node->inputs[0]->shape;
	char text[NPU__SHAPE_TEXT];

	if (x->rank == 3 || x->rank == 4)
		return NPU_OK;
	return npu__node_fail(node, NPU_E_UNSUPPORTED, err,
			      "input %s: expected [N, C, W] or [N, C, H, W]",
			      npu__shape_text(x, text));
}

enum npu_status npu__infer_Conv(struct npu_graph *graph, struct npu_node *node,
				struct npu_error *err)
{
	const struct npu_shape *x = &node->inputs[0]->shape;
	const struct npu_shape *w = &node->inputs[1]->shape;
	const struct npu_value *bias =
		node->input_count > 2 ? node->inputs[2] : NULL;
	struct npu_attributes *a = &node->attr;
	char left[NPU__SHAPE_TEXT], right[NPU__SHAPE_TEXT];

	(void)graph;
	NPU_TRY(check_rank(node, err));
	NPU_TRY(npu__infer_one_dtype(node, err));
	if (w->rank != x->rank || a->groups < 1 || w->dim[0] < 1 ||
	    w->dim[0] % a->groups || x->dim[1] % a->groups ||
	    x->dim[1] / a->groups != w->dim[1])
		return npu__node_fail(node, NPU_E_RANGE, err,
				      "weights %s do not fit input %s in %lld "
				      "groups",
				      npu__shape_text(w, left),
				      npu__shape_text(x, right),
				      (long long)a->groups);
	if (bias && (bias->shape.rank != 1 || bias->shape.dim[0] != w->dim[0]))
		return npu__node_fail(node, NPU_E_RANGE, err,
				      "bias %s of %lld outputs",
				      npu__shape_text(&bias->shape, left),
				      (long long)w->dim[0]);
	for (unsigned d = 2; d < w->rank; d++) {
		const int s = level_of(w, d);

		if (a->kernel[s] && a->kernel[s] != w->dim[d])
			return npu__node_fail(node, NPU_E_RANGE, err,
					      "kernel_shape says %lld, the "
					      "weights are %s",
					      (long long)a->kernel[s],
					      npu__shape_text(w, left));
		a->kernel[s] = w->dim[d];
	}
	if (w->rank == 3)
		a->kernel[0] = 1;
	struct npu_shape shape = *x;

	shape.dim[1] = w->dim[0];
	NPU_TRY(infer_levels(node, &shape, err));
	return npu__infer_set(node, node->inputs[0]->dtype, &shape, err);
}

static enum npu_status infer_pool(struct npu_node *node, struct npu_error *err)
{
	struct npu_shape shape = node->inputs[0]->shape;

	NPU_TRY(check_rank(node, err));
	if (shape.rank == 3 && !node->attr.kernel[0])
		node->attr.kernel[0] = 1;
	NPU_TRY(infer_levels(node, &shape, err));
	return npu__infer_set(node, node->inputs[0]->dtype, &shape, err);
}

enum npu_status npu__infer_MaxPool(struct npu_graph *graph,
				   struct npu_node *node, struct npu_error *err)
{
	(void)graph;
	return infer_pool(node, err);
}

enum npu_status npu__infer_AveragePool(struct npu_graph *graph,
				       struct npu_node *node,
				       struct npu_error *err)
{
	(void)graph;
	return infer_pool(node, err);
}

enum npu_status npu__infer_GlobalAveragePool(struct npu_graph *graph,
					     struct npu_node *node,
					     struct npu_error *err)
{
	struct npu_shape shape = node->inputs[0]->shape;

	(void)graph;
	NPU_TRY(check_rank(node, err));
	for (unsigned d = 2; d < shape.rank; d++)
		shape.dim[d] = 1;
	return npu__infer_set(node, node->inputs[0]->dtype, &shape, err);
}
