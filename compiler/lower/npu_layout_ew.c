/* compiler/lower/npu_layout_ew.c - element-wise operators.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_lower.h"
#include "isa/npu_isa.h"
#include <math.h>
#include <string.h>

static struct npu_node *emit(struct npu_lowering *low,
			     const struct npu_node *node, const char *suffix,
			     struct npu_value *y, struct npu_value *a,
			     struct npu_value *b)
{
	struct npu_node *ew =
		npu__lower_node(low->target, NPU_ew, node, suffix, y, b ? 2 : 1,
				(struct npu_value *const[]){ a, b });

	if (ew)
		ew->low.a = npu__lower_input_source(0);
	if (ew && b)
		ew->low.b = npu__lower_input_source(1);
	return ew;
}

/* A value of the same dimensions as `like`, inside of `node`. */
static struct npu_value *inner(struct npu_lowering *low,
			       const struct npu_node *node, const char *suffix,
			       const struct npu_value *like)
{
	const char *name = npu_arena_printf(low->target->arena, "%s:%s",
					    node->outputs[0]->name, suffix);
	int64_t dim[4];

	memcpy(dim, like->shape.dim, sizeof(dim));
	return name ? npu__lower_value(low->target, name, dim) : NULL;
}

/* ---- unary ---- */

static enum npu_status clip_bound(const struct npu_node *node, uint32_t index,
				  float usual, float *out,
				  struct npu_error *err)
{
	const struct npu_value *bound =
		node->input_count > index ? node->inputs[index] : NULL;

	*out = usual;
	if (!bound)
		return NPU_OK;
	if (!npu__lower_is_structural(bound))
		return npu__lower_refuse(node, err,
					 "bound %s is not one "
					 "constant",
					 bound->name);
	*out = (float)npu__lower_number(bound, 0);
	return NPU_OK;
}

static void clamp(struct npu_node *ew, float lo, float hi)
{
	ew->low.post.f = NPU_FUNC_clamp;
	ew->low.post.p0 = npu_fp32_bits(lo);
	ew->low.post.p1 = npu_fp32_bits(hi);
}

static void multiply_add(struct npu_node *ew, float factor, float addend)
{
	ew->low.op0 = NPU_ALU_mul;
	ew->low.b = npu__lower_imm(factor);
	ew->low.op1 = NPU_ALU_add;
	ew->low.c = npu__lower_imm(addend);
}

/* x * clamp(x / 6 + 1 / 2, 0, 1) */
static enum npu_status hard_swish(struct npu_lowering *low,
				  const struct npu_node *node,
				  struct npu_value *x, struct npu_value *y,
				  struct npu_error *err)
{
	struct npu_value *gate = inner(low, node, "gate", x);
	struct npu_node *ew =
		gate ? emit(low, node, "gate", gate, x, NULL) : NULL;

	if (!ew)
		return npu__lower_nomem(err);
	multiply_add(ew, 1.0f / 6.0f, 0.5f);
	clamp(ew, 0, 1);
	ew = emit(low, node, "", y, x, gate);
	if (!ew)
		return npu__lower_nomem(err);
	ew->low.op0 = NPU_ALU_mul;
	return NPU_OK;
}

enum npu_status npu__layout_unary(struct npu_lowering *low,
				  const struct npu_node *node,
				  struct npu_error *err)
{
	const struct npu_attributes *a = &node->attr;
	const struct npu_view *view = npu__layout_view(low, node->inputs[0]);
	struct npu_value *x, *y;
	int8_t slot[NPU_DIMS];
	float lo, hi;

	if (!view)
		return npu__lower_nomem(err);
	if (!npu__layout_plain(view, slot))
		npu__layout_row_slots(view->rank, slot);
	NPU_TRY(npu__layout_materialise(low, node, view, slot, &x, err));
	NPU_TRY(npu__layout_define(low, node->outputs[0], slot, &y, err));
	if (node->op == NPU_HardSwish)
		return hard_swish(low, node, x, y, err);
	struct npu_node *ew = emit(low, node, "", y, x, NULL);

	if (!ew)
		return npu__lower_nomem(err);
	switch (node->op) {
	case NPU_Relu:
		clamp(ew, 0, INFINITY);
		break;
	case NPU_Clip:
		NPU_TRY(clip_bound(node, 1, a->lo, &lo, err));
		NPU_TRY(clip_bound(node, 2, a->hi, &hi, err));
		clamp(ew, lo, hi);
		break;
	case NPU_Sigmoid:
		ew->low.post.f = NPU_FUNC_sigmoid;
		break;
	case NPU_Tanh:
		ew->low.post.f = NPU_FUNC_tanh;
		break;
	case NPU_Abs:
		ew->low.post.f = NPU_FUNC_abs;
		break;
	case NPU_HardSigmoid:
		multiply_add(ew, a->alpha, a->beta);
		clamp(ew, 0, 1);
		break;
	default: /* LeakyRelu: the greater of x and alpha x, or the lesser */
		ew->low.op0 = NPU_ALU_mul;
		ew->low.b = npu__lower_imm(a->alpha);
		ew->low.op1 = a->alpha <= 1 ? NPU_ALU_max : NPU_ALU_min;
		ew->low.c = npu__lower_input_source(0);
		break;
	}
	return NPU_OK;
}

/* ---- binary ---- */

/* Slots of the result: those of the first operand that has its shape and lies
 * plainly. */
static void binary_slots(const struct npu_lowering *low,
			 const struct npu_node *node, int8_t *slot)
{
	const struct npu_shape *y = &node->outputs[0]->shape;

	for (unsigned i = 0; i < 2; i++) {
		const struct npu_view *view =
			npu__layout_view(low, node->inputs[i]);

		if (view && view->rank == y->rank &&
		    npu_shape_count(&node->inputs[i]->shape) ==
			    npu_shape_count(y) &&
		    npu__layout_plain(view, slot))
			return;
	}
	if (y->rank == 4)
		npu__layout_image_slots(4, slot);
	else
		npu__layout_row_slots(y->rank, slot);
}

/* Operand i, aligned with the result from its last dimension on. */
static enum npu_status operand(struct npu_lowering *low,
			       const struct npu_node *node, unsigned i,
			       const int8_t *slot, struct npu_value **out,
			       struct npu_error *err)
{
	const struct npu_view *view = npu__layout_view(low, node->inputs[i]);
	const unsigned rank = node->outputs[0]->shape.rank;

	if (!view)
		return npu__lower_nomem(err);
	return npu__layout_materialise(low, node, view,
				       slot + (rank - view->rank), out, err);
}

/* A constant's reciprocals, so that division is multiplication.
 * model: one more rounding than a quotient, at most 1 unit in the last place. */
static void invert(struct npu_value *constant)
{
	float *data = (float *)(uintptr_t)npu__lower_floats(constant);

	for (int64_t i = 0; data && i < npu_shape_count(&constant->shape); i++)
		data[i] = 1.0f / data[i];
}

static enum npu_status emit_scalar(struct npu_lowering *low,
				   const struct npu_node *node, int on_left,
				   float s, struct npu_value *x,
				   struct npu_value *y, struct npu_error *err)
{
	struct npu_node *ew = emit(low, node, "", y, x, NULL);

	if (!ew)
		return npu__lower_nomem(err);
	ew->low.b = npu__lower_imm(s);
	switch (node->op) {
	case NPU_Add:
		ew->low.op0 = NPU_ALU_add;
		break;
	case NPU_Sub:
		ew->low.op0 = on_left ? NPU_ALU_rsub : NPU_ALU_sub;
		break;
	case NPU_Mul:
		ew->low.op0 = NPU_ALU_mul;
		break;
	default:
		ew->low.op0 = NPU_ALU_mul;
		if (!on_left) {
			ew->low.b = npu__lower_imm(1.0f / s);
			break;
		}
		ew->low.op0 = NPU_ALU_pass;
		ew->low.b.input = -2;
		ew->low.post.f = NPU_FUNC_recip;
		ew->low.post.has_scale = 1;
		ew->low.post.scale = s;
		break;
	}
	return NPU_OK;
}

/* 1 / b in fp32, whatever the precision. */
static enum npu_status reciprocal(struct npu_lowering *low,
				  const struct npu_node *node,
				  struct npu_value **b, struct npu_error *err)
{
	struct npu_value *r = inner(low, node, "recip", *b);
	struct npu_node *ew = r ? emit(low, node, "recip", r, *b, NULL) : NULL;

	if (!ew)
		return npu__lower_nomem(err);
	ew->low.post.f = NPU_FUNC_recip;
	*b = r;
	return npu__lower_keep_fp32(low, r, err);
}

enum npu_status npu__layout_binary(struct npu_lowering *low,
				   const struct npu_node *node,
				   struct npu_error *err)
{
	struct npu_value *v[2], *y;
	int8_t slot[NPU_DIMS];
	uint8_t op = node->op == NPU_Add   ? NPU_ALU_add
		     : node->op == NPU_Sub ? NPU_ALU_sub
					   : NPU_ALU_mul;

	binary_slots(low, node, slot);
	for (unsigned i = 0; i < 2; i++) {
		if (!npu__lower_is_structural(node->inputs[i]))
			continue;
		if (node->inputs[!i]->constant)
			break;
		NPU_TRY(operand(low, node, !i, slot, &v[0], err));
		NPU_TRY(npu__layout_define(low, node->outputs[0], slot, &y,
					   err));
		return emit_scalar(low, node, i == 0,
				   (float)npu__lower_number(node->inputs[i], 0),
				   v[0], y, err);
	}
	NPU_TRY(operand(low, node, 0, slot, &v[0], err));
	NPU_TRY(operand(low, node, 1, slot, &v[1], err));
	if (v[0]->constant && v[1]->constant)
		return npu__lower_refuse(node, err,
					 "both operands are "
					 "constant: fold them when exporting");
	NPU_TRY(npu__layout_define(low, node->outputs[0], slot, &y, err));
	if (node->op == NPU_Div && v[1]->constant)
		invert(v[1]);
	else if (node->op == NPU_Div)
		NPU_TRY(reciprocal(low, node, &v[1], err));
	/* The first operand is computed, and of the result's shape if either
	 * is. */
	const int64_t size[2] = { npu_shape_count(&v[0]->shape),
				  npu_shape_count(&v[1]->shape) };
	const int swap =
		v[0]->constant || (!v[1]->constant && size[0] < size[1]);
	struct npu_node *ew = emit(low, node, "", y, v[swap], v[!swap]);

	if (!ew)
		return npu__lower_nomem(err);
	ew->low.op0 = op == NPU_ALU_sub && swap ? NPU_ALU_rsub : op;
	return NPU_OK;
}

/* ---- BatchNormalization on its own: x * g + h, one fma ---- */

enum npu_status npu__layout_batchnorm(struct npu_lowering *low,
				      const struct npu_node *node,
				      struct npu_error *err)
{
	const struct npu_view *view = npu__layout_view(low, node->inputs[0]);
	const int64_t dim[4] = { 1, 1, 1, node->inputs[0]->shape.dim[1] };
	struct npu_value *x, *y;
	const float *from[5];
	void *g, *h;
	int8_t slot[NPU_DIMS];

	for (unsigned i = 1; i < 5; i++) {
		if (!node->inputs[i]->constant)
			return npu__lower_refuse(node, err,
						 "%s is computed; "
						 "only inference with constant "
						 "statistics is supported",
						 node->inputs[i]->name);
		from[i] = npu__lower_floats(node->inputs[i]);
	}
	npu__layout_image_slots(view->rank, slot);
	if (view->rank < 2 || view->rank > 4)
		return npu__lower_refuse(node, err,
					 "%u dimensions; 2 to 4 are "
					 "supported",
					 view->rank);
	NPU_TRY(npu__layout_materialise(low, node, view, slot, &x, err));
	NPU_TRY(npu__layout_define(low, node->outputs[0], slot, &y, err));
	struct npu_value *scale = npu__lower_constant(
		low, node->inputs[1]->name, NPU_fp32, dim, &g);
	struct npu_value *shift = npu__lower_constant(
		low, node->inputs[2]->name, NPU_fp32, dim, &h);

	if (!scale || !shift)
		return npu__lower_nomem(err);
	for (int64_t i = 0; g && h && i < dim[3]; i++) {
		double factor =
			(double)from[1][i] /
			sqrt((double)from[4][i] + (double)node->attr.epsilon);

		((float *)g)[i] = (float)factor;
		((float *)h)[i] = (float)((double)from[2][i] -
					  (double)from[3][i] * factor);
	}
	struct npu_node *ew =
		npu__lower_node(low->target, NPU_ew, node, "", y, 3,
				(struct npu_value *const[]){ x, scale, shift });

	if (!ew)
		return npu__lower_nomem(err);
	ew->low.a = npu__lower_input_source(0);
	ew->low.b = npu__lower_input_source(1);
	ew->low.c = npu__lower_input_source(2);
	ew->low.op0 = NPU_ALU_mul;
	ew->low.op1 = NPU_ALU_add;
	return NPU_OK;
}
