/* compiler/lower/npu_layout_conv.c - Conv, Gemm and MatMul by a constant become
 * conv.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_lower.h"
#include <string.h>

/* Weights [KH, KW, C, M] gathered from `view`: element (ky, kx, c, m) is
 * `step[0] ky + step[1] kx + step[2] c + step[3] m` after its start. */
struct weights {
	int64_t dim[4], step[4], start;
	float factor;
};

static void copy_tile(const struct weights *w, const float *from, float *to,
		      int64_t c0, int64_t m0)
{
	const int64_t c1 = c0 + 32 < w->dim[2] ? c0 + 32 : w->dim[2];
	const int64_t m1 = m0 + 32 < w->dim[3] ? m0 + 32 : w->dim[3];

	for (int64_t c = c0; c < c1; c++)
		for (int64_t m = m0; m < m1; m++)
			to[c * w->dim[3] + m] =
				w->factor *
				from[c * w->step[2] + m * w->step[3]];
}

/* In tiles of channels, all taps of one before the next, so that both sides
 * stay in the cache. */
static void copy_weights(const struct weights *w, const float *from, float *to)
{
	const int64_t taps = w->dim[0] * w->dim[1];

	for (int64_t c = 0; c < w->dim[2]; c += 32)
		for (int64_t m = 0; m < w->dim[3]; m += 32)
			for (int64_t k = 0; k < taps; k++)
				copy_tile(w,
					  from + w->start +
						  k / w->dim[1] * w->step[0] +
						  k % w->dim[1] * w->step[1],
					  to + k * w->dim[2] * w->dim[3], c, m);
}

/* bias[m] * factor for M channels; -0 becomes +0. NULL: none is given. */
static enum npu_status make_bias(struct npu_lowering *low,
				 const struct npu_node *node, uint32_t index,
				 float factor, int64_t m,
				 struct npu_value **out, struct npu_error *err)
{
	const struct npu_value *bias =
		node->input_count > index ? node->inputs[index] : NULL;
	const int64_t dim[4] = { 1, 1, 1, m };
	void *data;

	*out = NULL;
	if (!bias)
		return NPU_OK;
	const int64_t count = npu_shape_count(&bias->shape);

	if (!bias->constant)
		return npu__lower_refuse(node, err,
					 "bias %s is computed; it "
					 "must be a constant",
					 bias->name);
	if (count != 1 &&
	    (count != m || bias->shape.dim[bias->shape.rank - 1] != m))
		return npu__lower_refuse(node, err,
					 "bias %s is not one value "
					 "or one for each column",
					 bias->name);
	*out = npu__lower_constant(low, bias->name, NPU_fp32, dim, &data);
	if (!*out)
		return npu__lower_nomem(err);
	const float *from = npu__lower_floats(bias);

	for (int64_t i = 0; data && i < m; i++)
		((float *)data)[i] = factor * from[count == 1 ? 0 : i] + 0.0f;
	return NPU_OK;
}

/* y = conv(x, weights, bias) into imported value `to`, in these slots. */
static enum npu_status
emit_conv(struct npu_lowering *low, const struct npu_node *node,
	  struct npu_value *x, const struct npu_value *from,
	  const struct weights *w, struct npu_value *bias, const int8_t *slot,
	  struct npu_node **out, struct npu_error *err)
{
	struct npu_value *y, *weights;
	void *data;

	NPU_TRY(npu__layout_define(low, node->outputs[0], slot, &y, err));
	weights = npu__lower_constant(low, from->name, NPU_fp32, w->dim, &data);
	if (!weights)
		return npu__lower_nomem(err);
	if (data)
		copy_weights(w, npu__lower_floats(from), data);
	*out = npu__lower_node(low->target, NPU_conv, node, "", y, bias ? 3 : 2,
			       (struct npu_value *const[]){ x, weights, bias });
	if (!*out)
		return npu__lower_nomem(err);
	(*out)->low.bias = bias ? 2 : -1;
	(*out)->low.kernel[0] = w->dim[0];
	(*out)->low.kernel[1] = w->dim[1];
	return NPU_OK;
}

/* Steps of a constant's dimensions; 0 where one has several parts. */
static int steps_of(const struct npu_view *view, int64_t *step)
{
	for (unsigned d = 0; d < view->rank; d++) {
		if (view->axis[d].count > 1)
			return 0;
		step[d] = view->axis[d].count ? view->axis[d].part[0].step : 0;
	}
	return 1;
}

static enum npu_status constant_view(struct npu_lowering *low,
				     const struct npu_node *node,
				     const struct npu_view **out, int64_t *step,
				     struct npu_error *err)
{
	*out = npu__layout_view(low, node->inputs[1]);
	if (!*out)
		return npu__lower_nomem(err);
	if (!(*out)->base_is_imported)
		return npu__lower_refuse(node, err,
					 "weights %s are computed; "
					 "they must be constant",
					 node->inputs[1]->name);
	if (!steps_of(*out, step))
		return npu__lower_refuse(node, err,
					 "weights %s are reshaped "
					 "in a way that is not supported",
					 node->inputs[1]->name);
	return NPU_OK;
}

enum npu_status npu__layout_conv(struct npu_lowering *low,
				 const struct npu_node *node,
				 struct npu_error *err)
{
	const struct npu_view *view = npu__layout_view(low, node->inputs[0]);
	const unsigned rank = node->inputs[0]->shape.rank;
	const struct npu_view *from;
	struct npu_value *x, *bias;
	struct npu_node *conv;
	int64_t step[NPU_DIMS];
	int8_t slot[NPU_DIMS];

	if (rank != 3 && rank != 4)
		return npu__lower_refuse(node, err,
					 "only 1-D and 2-D "
					 "convolutions are supported");
	NPU_TRY(constant_view(low, node, &from, step, err));
	npu__layout_image_slots(rank, slot);
	NPU_TRY(npu__layout_materialise(low, node, view, slot, &x, err));
	const int64_t *dim = node->inputs[1]->shape.dim;
	const struct weights w = {
		.dim = { rank == 4 ? dim[2] : 1, dim[rank - 1], dim[1],
			 dim[0] },
		.step = { rank == 4 ? step[2] : 0, step[rank - 1], step[1],
			  step[0] },
		.start = from->start,
		.factor = 1,
	};

	NPU_TRY(make_bias(low, node, 2, 1, w.dim[3], &bias, err));
	NPU_TRY(emit_conv(low, node, x, from->base, &w, bias, slot, &conv,
			  err));
	npu__layout_windows(node, w.dim, conv);
	conv->low.groups = node->attr.groups ? node->attr.groups : 1;
	return NPU_OK;
}

/* Where K is the whole of an image [H, W, C] in some order, the product is a
 * convolution by a kernel as large as the image; no copy of it is needed. Steps
 * of (ky, kx, c) within K; 0 where it is not so. */
static int whole_image(const struct npu_view *view, int64_t step[3])
{
	const int64_t *dim = view->base->shape.dim;
	const int64_t own[3] = { dim[2] * dim[3], dim[3], 1 };
	const struct npu_view_axis *n = &view->axis[0], *k = &view->axis[1];
	int64_t inner = 1, covered = 1;

	if (view->rank != 2 || view->base_is_imported || view->start)
		return 0;
	if (n->count ? n->count > 1 || n->part[0].step != dim[1] * own[0] ||
			       n->part[0].extent != dim[0]
		     : dim[0] != 1)
		return 0;
	step[0] = step[1] = step[2] = 0;
	for (int p = k->count - 1; p >= 0; p--) {
		struct npu_part part = k->part[p];

		/* a part may join several image dimensions: split it again */
		for (int s = 2; s >= 0 && part.extent > 1; s--) {
			if (dim[1 + s] == 1 || part.step != own[s] ||
			    part.extent % dim[1 + s])
				continue;
			step[s] = inner;
			inner *= dim[1 + s];
			covered *= dim[1 + s];
			part.extent /= dim[1 + s];
			part.step *= dim[1 + s];
		}
		if (part.extent != 1)
			return 0;
	}
	return covered == dim[1] * dim[2] * dim[3];
}

/* y = factor * x w + bias: `row`, `column` are the steps of w's K and M. */
static enum npu_status product(struct npu_lowering *low,
			       const struct npu_node *node,
			       const struct npu_view *view, int64_t row,
			       int64_t column, float factor, float bias_factor,
			       struct npu_error *err)
{
	const struct npu_view *from = npu__layout_view(low, node->inputs[1]);
	const struct npu_shape *y = &node->outputs[0]->shape;
	const int64_t m = y->dim[y->rank - 1];
	struct weights w = { .dim = { 1, 1, 1, m },
			     .start = from->start,
			     .factor = factor };
	struct npu_value *x, *bias;
	struct npu_node *conv;
	int64_t k_step[3];
	int8_t slot[NPU_DIMS];

	if (whole_image(view, k_step)) {
		x = view->base;
		memcpy(w.dim, x->shape.dim + 1, 3 * sizeof(w.dim[0]));
		for (int s = 0; s < 3; s++)
			w.step[s] = k_step[s] * row;
		npu__layout_row_slots(2, slot);
	} else {
		if (!npu__layout_plain(view, slot) || slot[view->rank - 1] != 3)
			npu__layout_row_slots(view->rank, slot);
		NPU_TRY(npu__layout_materialise(low, node, view, slot, &x,
						err));
		w.dim[2] = x->shape.dim[3];
		w.step[2] = row;
	}
	slot[view->rank - 1] = 3;
	w.step[3] = column;
	NPU_TRY(make_bias(low, node, 2, bias_factor, m, &bias, err));
	return emit_conv(low, node, x, from->base, &w, bias, slot, &conv, err);
}

enum npu_status npu__layout_gemm(struct npu_lowering *low,
				 const struct npu_node *node,
				 struct npu_error *err)
{
	const struct npu_attributes *a = &node->attr;
	const struct npu_view *from;
	struct npu_view *input = npu__layout_view(low, node->inputs[0]);
	int64_t step[NPU_DIMS];

	if (!input)
		return npu__lower_nomem(err);
	struct npu_view x = *input;

	if (x.base_is_imported)
		return npu__lower_refuse(node, err, "a constant left operand");
	NPU_TRY(constant_view(low, node, &from, step, err));
	if (a->trans_a) {
		x.axis[0] = input->axis[1];
		x.axis[1] = input->axis[0];
	}
	return product(low, node, &x, step[a->trans_b ? 1 : 0],
		       step[a->trans_b ? 0 : 1], a->alpha, a->beta, err);
}

/* Two computed operands. */
static enum npu_status activations(struct npu_lowering *low,
				   const struct npu_node *node,
				   const struct npu_view *a,
				   const struct npu_view *b,
				   struct npu_error *err)
{
	static const int8_t slots[5][4] = {
		{ 0 }, { 0 }, { 2, 3 }, { 0, 2, 3 }, { 0, 1, 2, 3 }
	};
	struct npu_value *x, *w, *y;
	int8_t slot[NPU_DIMS], w_slot[NPU_DIMS], swapped[NPU_DIMS],
		is[NPU_DIMS];

	if (a->rank < 2 || b->rank < 2 || a->rank > 4 ||
	    (b->rank != a->rank && b->rank != 2))
		return npu__lower_refuse(node, err,
					 "operands of %u and %u "
					 "dimensions are not supported",
					 a->rank, b->rank);
	memcpy(slot, slots[a->rank], 4);
	memcpy(w_slot, slots[b->rank], 4);
	if (b->rank == 2) /* every row of every batch */
		for (unsigned d = 0; d + 1 < a->rank; d++)
			slot[d] = 2;
	for (unsigned d = 0; d + 2 < b->rank; d++) {
		if (npu__view_extent(a, d) != npu__view_extent(b, d))
			return npu__lower_refuse(node, err,
						 "broadcast batches "
						 "are not supported");
	}
	memcpy(swapped, w_slot, 4);
	swapped[b->rank - 1] = 2;
	swapped[b->rank - 2] = 3;
	int trans_b = npu__layout_plain(b, is);

	for (unsigned d = 0; d < b->rank; d++)
		trans_b &= is[d] < 0 || is[d] == swapped[d];
	NPU_TRY(npu__layout_materialise(low, node, a, slot, &x, err));
	NPU_TRY(npu__layout_materialise(low, node, b,
					trans_b ? swapped : w_slot, &w, err));
	NPU_TRY(npu__layout_define(low, node->outputs[0], slot, &y, err));
	struct npu_node *matmul =
		npu__lower_node(low->target, NPU_matmul, node, "", y, 2,
				(struct npu_value *const[]){ x, w });

	if (!matmul)
		return npu__lower_nomem(err);
	matmul->low.trans_b = (uint8_t)trans_b;
	return NPU_OK;
}

enum npu_status npu__layout_matmul(struct npu_lowering *low,
				   const struct npu_node *node,
				   struct npu_error *err)
{
	const struct npu_view *a = npu__layout_view(low, node->inputs[0]);
	const struct npu_view *b = npu__layout_view(low, node->inputs[1]);
	int64_t step[NPU_DIMS];

	if (!a || !b)
		return npu__lower_nomem(err);
	if (a->base_is_imported)
		return npu__lower_refuse(node, err,
					 "a constant left operand "
					 "is not supported");
	if (!b->base_is_imported)
		return activations(low, node, a, b, err);
	if (b->rank != 2)
		return npu__lower_refuse(node, err,
					 "a constant right operand "
					 "of %u dimensions; 2 are supported",
					 b->rank);
	NPU_TRY(constant_view(low, node, &b, step, err));
	return product(low, node, a, step[0], step[1], 1, 1, err);
}
