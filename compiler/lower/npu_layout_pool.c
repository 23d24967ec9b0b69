/* compiler/lower/npu_layout_pool.c - pooling, softmax and concatenation.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_lower.h"
#include "isa/npu_isa.h"
#include <math.h>
#include <string.h>

/* Taps of output `o` along dimension d that count: those inside the image, or
 * inside its padding. */
static int64_t taps(const struct npu_node *node, const struct npu_node *pool,
		    int d, int64_t o)
{
	const struct npu_lowered *low = &pool->low;
	const int64_t in = pool->inputs[0]->shape.dim[1 + d];
	const int padded = node->attr.count_include_pad;
	const int64_t first = padded ? -low->pad_lo[d] : 0;
	/* beyond the padding lies what ceil_mode adds: it never counts */
	const int64_t end =
		in + (padded ? node->attr.auto_pad ? low->pad_hi[d]
						   : node->attr.pad_hi[d]
			     : 0);
	int64_t count = 0;

	for (int64_t k = 0; k < low->kernel[d]; k++) {
		const int64_t i = o * low->stride[d] - low->pad_lo[d] +
				  k * low->dilation[d];

		count += i >= first && i < end;
	}
	return count;
}

/* 1 / count: one number, or where it varies a vector. */
static enum npu_status average(struct npu_lowering *low,
			       const struct npu_node *node,
			       struct npu_node *pool, struct npu_error *err)
{
	const int64_t *out = pool->outputs[0]->shape.dim;
	const int64_t dim[4] = { 1, out[1], out[2], 1 };
	const int64_t usual = taps(node, pool, 0, 0) * taps(node, pool, 1, 0);
	int varies = 0;
	void *data;

	for (int64_t i = 0; i < out[1] * out[2]; i++)
		varies |= taps(node, pool, 0, i / out[2]) *
				  taps(node, pool, 1, i % out[2]) !=
			  usual;
	if (!varies) {
		pool->low.post.has_scale = 1;
		pool->low.post.scale = 1.0f / (float)usual;
		return NPU_OK;
	}
	pool->inputs[1] =
		npu__lower_constant(low, node->name, NPU_fp32, dim, &data);
	if (!pool->inputs[1])
		return npu__lower_nomem(err);
	pool->input_count = 2;
	for (int64_t i = 0; data && i < out[1] * out[2]; i++)
		((float *)data)[i] =
			1.0f / (float)(taps(node, pool, 0, i / out[2]) *
				       taps(node, pool, 1, i % out[2]));
	return NPU_OK;
}

/* Its input and output as images [n, h, w, c]. */
static enum npu_status images(struct npu_lowering *low,
			      const struct npu_node *node, struct npu_value **x,
			      struct npu_value **y, struct npu_error *err)
{
	const struct npu_view *view = npu__layout_view(low, node->inputs[0]);
	int8_t slot[NPU_DIMS];

	if (view->rank != 3 && view->rank != 4)
		return npu__lower_refuse(node, err,
					 "only 1-D and 2-D pooling "
					 "is supported");
	npu__layout_image_slots(view->rank, slot);
	NPU_TRY(npu__layout_materialise(low, node, view, slot, x, err));
	return npu__layout_define(low, node->outputs[0], slot, y, err);
}

enum npu_status npu__layout_pool(struct npu_lowering *low,
				 const struct npu_node *node,
				 struct npu_error *err)
{
	struct npu_value *x, *y;

	NPU_TRY(images(low, node, &x, &y, err));
	struct npu_node *pool =
		npu__lower_node(low->target, NPU_pool, node, "", y, 2,
				(struct npu_value *const[]){ x, NULL });

	if (!pool)
		return npu__lower_nomem(err);
	pool->input_count = 1;
	npu__layout_windows(node, node->attr.kernel, pool);
	pool->low.reduce = NPU_REDUCE_max;
	if (node->op == NPU_MaxPool)
		return NPU_OK;
	pool->low.reduce = NPU_REDUCE_sum;
	return average(low, node, pool, err);
}

enum npu_status npu__layout_global_pool(struct npu_lowering *low,
					const struct npu_node *node,
					struct npu_error *err)
{
	struct npu_value *x, *y;

	NPU_TRY(images(low, node, &x, &y, err));
	struct npu_node *reduce =
		npu__lower_node(low->target, NPU_reduce, node, "", y, 1, &x);

	if (!reduce)
		return npu__lower_nomem(err);
	reduce->low.reduce = NPU_REDUCE_sum;
	reduce->low.axis = 12;
	reduce->low.post.has_scale = 1;
	reduce->low.post.scale =
		1.0f / (float)(x->shape.dim[1] * x->shape.dim[2]);
	return NPU_OK;
}

/* ---- softmax: 2^((x - max) log2 e) / sum, inside in fp32 ---- */

struct softmax {
	struct npu_lowering *low;
	const struct npu_node *node;
};

/* The node `suffix` over `count` inputs and its value [n, h, w, channels]. */
static struct npu_node *step(const struct softmax *s, enum npu_op op,
			     const char *suffix, int64_t channels,
			     uint32_t count, struct npu_value *const *inputs)
{
	const char *name = npu_arena_printf(s->low->target->arena, "%s:%s",
					    s->node->outputs[0]->name, suffix);
	const int64_t *x = inputs[0]->shape.dim;
	const int64_t dim[4] = { x[0], x[1], x[2], channels };
	struct npu_value *y =
		name ? npu__lower_value(s->low->target, name, dim) : NULL;
	struct npu_node *node = y ? npu__lower_node(s->low->target, op, s->node,
						    suffix, y, count, inputs)
				  : NULL;

	if (node && op == NPU_reduce)
		node->low.axis = 3;
	if (node && op == NPU_ew)
		node->low.a = npu__lower_input_source(0);
	if (node && op == NPU_ew && count > 1)
		node->low.b = npu__lower_input_source(1);
	return node;
}

/* An output that nothing else reads: it stays fp32. */
static int is_final(const struct npu_graph *graph,
		    const struct npu_value *value)
{
	for (uint32_t i = 0; i < graph->node_count; i++) {
		for (uint32_t j = 0; j < graph->nodes[i]->input_count; j++) {
			if (graph->nodes[i]->inputs[j] == value)
				return 0;
		}
	}
	return value->is_output;
}

static enum npu_status softmax(const struct softmax *s, struct npu_value *x,
			       struct npu_value *y, struct npu_error *err)
{
	const int64_t c = x->shape.dim[3];
	struct npu_node *max = step(s, NPU_reduce, "max", 1, 1, &x);

	if (!max)
		return npu__lower_nomem(err);
	max->low.reduce = NPU_REDUCE_max;
	struct npu_value *in[2] = { x, max->outputs[0] };
	struct npu_node *exp = step(s, NPU_ew, "exp", c, 2, in);

	if (!exp)
		return npu__lower_nomem(err);
	exp->low.op0 = NPU_ALU_sub;
	exp->low.op1 = NPU_ALU_mul;
	exp->low.c = npu__lower_imm(1.44269504f);
	exp->low.post.f = NPU_FUNC_exp2;
	struct npu_node *sum = step(s, NPU_reduce, "sum", 1, 1, exp->outputs);
	struct npu_node *recip =
		sum ? step(s, NPU_ew, "recip", 1, 1, sum->outputs) : NULL;

	if (!recip)
		return npu__lower_nomem(err);
	sum->low.reduce = NPU_REDUCE_sum;
	recip->low.post.f = NPU_FUNC_recip;
	struct npu_node *last =
		npu__lower_node(s->low->target, NPU_ew, s->node, "", y, 2,
				(struct npu_value *const[]){
					exp->outputs[0], recip->outputs[0] });

	if (!last)
		return npu__lower_nomem(err);
	last->low.op0 = NPU_ALU_mul;
	last->low.a = npu__lower_input_source(0);
	last->low.b = npu__lower_input_source(1);
	NPU_TRY(npu__lower_keep_fp32(s->low, exp->outputs[0], err));
	NPU_TRY(npu__lower_keep_fp32(s->low, sum->outputs[0], err));
	NPU_TRY(npu__lower_keep_fp32(s->low, recip->outputs[0], err));
	return is_final(s->low->graph, s->node->outputs[0])
		       ? npu__lower_keep_fp32(s->low, y, err)
		       : NPU_OK;
}

enum npu_status npu__layout_softmax(struct npu_lowering *low,
				    const struct npu_node *node,
				    struct npu_error *err)
{
	const struct npu_view *view = npu__layout_view(low, node->inputs[0]);
	const int64_t given = node->attr.axis;
	const unsigned axis =
		(unsigned)(given < 0 ? given + view->rank : given);
	struct npu_value *x, *y;
	int8_t slot[NPU_DIMS], next = 0;

	if (axis >= view->rank || view->rank > 4)
		return npu__lower_refuse(node, err,
					 "%u dimensions; at most 4 "
					 "are supported",
					 view->rank);
	if (!npu__layout_plain(view, slot) || slot[axis] != 3) {
		for (unsigned d = 0; d < view->rank; d++)
			slot[d] = d == axis ? 3 : next++;
		if (view->rank == 3) /* [N, 1, L, C] */
			for (unsigned d = 0; d < 3; d++)
				slot[d] = slot[d] == 1 ? 2 : slot[d];
	}
	NPU_TRY(npu__layout_materialise(low, node, view, slot, &x, err));
	NPU_TRY(npu__layout_define(low, node->outputs[0], slot, &y, err));
	return softmax(&(struct softmax){ low, node }, x, y, err);
}

/* ---- concatenation ---- */

/* Slots of all operands: those of the first that lies plainly; a dimension of
 * extent 1 there takes a slot that is free. */
static int concat_slots(const struct npu_lowering *low,
			const struct npu_node *node, int8_t *slot)
{
	const unsigned rank = node->outputs[0]->shape.rank;
	int8_t usual[NPU_DIMS];
	unsigned used = 0;

	for (uint32_t i = 0; i < node->input_count; i++) {
		const struct npu_view *view =
			npu__layout_view(low, node->inputs[i]);

		if (!view || !npu__layout_plain(view, slot))
			continue;
		npu__layout_image_slots(rank, usual);
		for (unsigned d = 0; d < rank; d++)
			used |= slot[d] >= 0 ? 1u << slot[d] : 0;
		for (unsigned d = 0; d < rank; d++) {
			if (slot[d] >= 0)
				continue;
			for (int8_t s = 0; s < 4 && slot[d] < 0; s++) {
				const int8_t to =
					s ? (int8_t)(s - 1) : usual[d];

				if (!(used & 1u << to))
					slot[d] = to;
			}
			if (slot[d] < 0)
				slot[d] = used & 8u ? 2 : 3;
			used |= 1u << slot[d];
		}
		return 1;
	}
	npu__layout_image_slots(rank, slot);
	return 1;
}

enum npu_status npu__layout_concat(struct npu_lowering *low,
				   const struct npu_node *node,
				   struct npu_error *err)
{
	const unsigned rank = node->outputs[0]->shape.rank;
	const int64_t given = node->attr.axis;
	const unsigned axis = (unsigned)(given < 0 ? given + rank : given);
	struct npu_value **inputs = npu_new(
		low->target->arena, struct npu_value *, node->input_count);
	struct npu_value *y;
	int8_t slot[NPU_DIMS];

	if (!inputs)
		return npu__lower_nomem(err);
	if (rank > 4 || axis >= rank)
		return npu__lower_refuse(node, err,
					 "%u dimensions; at most 4 "
					 "are supported",
					 rank);
	concat_slots(low, node, slot);
	for (uint32_t i = 0; i < node->input_count; i++)
		NPU_TRY(npu__layout_materialise(
			low, node, npu__layout_view(low, node->inputs[i]), slot,
			&inputs[i], err));
	NPU_TRY(npu__layout_define(low, node->outputs[0], slot, &y, err));
	struct npu_node *concat =
		npu__lower_node(low->target, NPU_concat, node, "", y,
				node->input_count, inputs);

	if (!concat)
		return npu__lower_nomem(err);
	concat->low.axis = (uint8_t)slot[axis];
	return NPU_OK;
}
