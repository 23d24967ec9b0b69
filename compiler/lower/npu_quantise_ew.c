/* compiler/lower/npu_quantise_ew.c - ew in int8: operands of different scales
 * meet in one fused multiply-add.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_quantise.h"
#include "isa/npu_isa.h"

/* The new value of an input: computed, or a constant times `factor`. */
static struct npu_value *new_input(struct npu_quantise *q,
				   const struct npu_node *old, uint32_t i,
				   float factor)
{
	const struct npu_value *x = old->inputs[i];

	return x->constant ? npu__quantise_constant(q, x, factor)
			   : q->map[x->id];
}

static enum npu_status refuse(const struct npu_node *old, struct npu_error *err)
{
	return npu_fail(err, NPU_E_UNSUPPORTED,
			"node %s: this element-wise operation has no int8 "
			"form",
			old->layer);
}

/* x alone, to fp32: f(scale * x). */
static enum npu_status unary(struct npu_quantise *q, const struct npu_node *old,
			     struct npu_error *err)
{
	struct npu_value *x = new_input(q, old, 0, 1);
	struct npu_node *node = npu__quantise_node(q, old, 1, &x);

	if (!node)
		return npu__lower_nomem(err);
	node->low.post = old->low.post;
	if (!npu__quantise_is_u8(q, old->inputs[0]))
		return NPU_OK;
	if (old->low.op0 != NPU_ALU_pass)
		return refuse(old, err);
	node->low.op0 = NPU_ALU_mul;
	node->low.b = npu__lower_imm(npu__quantise_scale(q, old->inputs[0]));
	return NPU_OK;
}

/* softmax: 2^((x - max) log2 e); both of one scale, so the difference is an
 * integer. */
static enum npu_status exponential(struct npu_quantise *q,
				   const struct npu_node *old,
				   struct npu_error *err)
{
	struct npu_value *x[2] = { new_input(q, old, 0, 1),
				   new_input(q, old, 1, 1) };
	struct npu_node *node = npu__quantise_node(q, old, 2, x);

	if (!node)
		return npu__lower_nomem(err);
	node->low.post = old->low.post;
	if (!npu__quantise_is_u8(q, old->inputs[0]))
		return NPU_OK;
	node->low.ints = 1;
	node->low.c = npu__lower_imm(1.44269504f *
				     npu__quantise_scale(q, old->inputs[0]));
	return NPU_OK;
}

/* a * b + c with constant vectors b and c: one fma on real numbers. */
static enum npu_status affine(struct npu_quantise *q,
			      const struct npu_node *old, struct npu_error *err)
{
	const int is_u8 = npu__quantise_is_u8(q, old->inputs[0]);
	const float a = is_u8 ? npu__quantise_scale(q, old->inputs[0]) : 1.0f;
	struct npu_value *x[3] = { new_input(q, old, 0, 1),
				   new_input(q, old, 1, a),
				   new_input(q, old, 2, 1) };
	struct npu_node *node = npu__quantise_node(q, old, 3, x);

	if (!node)
		return npu__lower_nomem(err);
	npu__quantise_end(q, old, 1, node);
	return NPU_OK;
}

/* Products: in int32 where both are 8-bit. */
static enum npu_status product(struct npu_quantise *q,
			       const struct npu_node *old,
			       struct npu_error *err)
{
	struct npu_value *x[2] = { new_input(q, old, 0, 1),
				   new_input(q, old, 1, 1) };
	struct npu_node *node = npu__quantise_node(q, old, 2, x);
	float unit = 1;
	int ints = 1;

	if (!node)
		return npu__lower_nomem(err);
	for (uint32_t i = 0; i < 2; i++) {
		if (npu__quantise_is_u8(q, old->inputs[i]))
			unit *= npu__quantise_scale(q, old->inputs[i]);
		else
			ints = 0;
	}
	node->low.ints = (uint8_t)ints;
	npu__quantise_end(q, old, unit, node);
	return NPU_OK;
}

/* a + b, a - b, b - a: a times the ratio of the scales, then b. */
static enum npu_status sum(struct npu_quantise *q, const struct npu_node *old,
			   struct npu_error *err)
{
	const uint8_t op = old->low.op0;
	const int a_u8 = npu__quantise_is_u8(q, old->inputs[0]);
	const int b_u8 = npu__quantise_is_u8(q, old->inputs[1]);
	/* the one that is multiplied must be 8-bit, if either is */
	const uint32_t first = a_u8 || !b_u8 ? 0 : 1;
	struct npu_value *x[2] = { new_input(q, old, first, 1),
				   new_input(q, old, !first, 1) };
	struct npu_node *node = npu__quantise_node(q, old, 2, x);
	float unit = 1;

	if (!node)
		return npu__lower_nomem(err);
	if (a_u8 && b_u8)
		unit = npu__quantise_scale(q, old->inputs[1]);
	if (a_u8 || b_u8) {
		const float scale = npu__quantise_scale(q, old->inputs[first]);

		node->low.op0 = NPU_ALU_mul;
		node->low.b = npu__lower_imm(scale / unit);
		node->low.op1 = op;
		if (first && op == NPU_ALU_sub)
			node->low.op1 = NPU_ALU_rsub;
		if (first && op == NPU_ALU_rsub)
			node->low.op1 = NPU_ALU_sub;
		node->low.c = npu__lower_input_source(1);
	}
	npu__quantise_end(q, old, unit, node);
	return NPU_OK;
}

enum npu_status npu__quantise_ew(struct npu_quantise *q,
				 const struct npu_node *old,
				 struct npu_error *err)
{
	const struct npu_lowered *low = &old->low;

	if (old->input_count == 1)
		return unary(q, old, err);
	if (low->op0 == NPU_ALU_sub && low->op1 == NPU_ALU_mul &&
	    low->post.f == NPU_FUNC_exp2)
		return exponential(q, old, err);
	if (low->post.f != NPU_FUNC_id && low->post.f != NPU_FUNC_clamp)
		return refuse(old, err);
	if (old->input_count == 3 && low->op0 == NPU_ALU_mul &&
	    low->op1 == NPU_ALU_add && old->inputs[1]->constant &&
	    old->inputs[2]->constant)
		return affine(q, old, err);
	if (old->input_count != 2 || low->op1 != NPU_ALU_pass ||
	    low->b.input != 1)
		return refuse(old, err);
	if (low->op0 == NPU_ALU_mul)
		return product(q, old, err);
	return sum(q, old, err);
}
