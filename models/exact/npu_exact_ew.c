/* models/exact/npu_exact_ew.c - ew: y = f((a op0 b) op1 c) * scale.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/exact/npu_exact.h"
#include "models/exact/npu_exact_number.h"

/* One number, in both domains. */
struct number {
	float f;
	int32_t i;
};

/* A source, ready to be read at (n, y, x, c). */
struct source {
	const struct npu_value *value; /* NULL: `imm` */
	const void *data;
	struct number imm;
	size_t step[4]; /* elements; 0 where the dimension is broadcast */
};

static struct source source_of(const struct npu_exact *x,
			       const struct npu_ew_source *from)
{
	struct source s = { 0 };
	size_t step = 1;

	if (from->input == -1) {
		s.imm.i = (int32_t)from->imm;
		s.imm.f = from->is_int ? (float)s.imm.i
				       : npu__flush(npu__float(from->imm));
	}
	if (from->input < 0)
		return s;
	s.value = x->node->inputs[from->input];
	s.data = x->in[from->input];
	for (int d = 3; d >= 0; d--) {
		if (s.value->shape.dim[d] != 1)
			s.step[d] = step;
		step *= (size_t)s.value->shape.dim[d];
	}
	return s;
}

static struct number fetch(const struct source *s, const size_t at[4])
{
	struct number v = { 0 };

	if (!s->value)
		return s->imm;
	const size_t index = at[0] * s->step[0] + at[1] * s->step[1] +
			     at[2] * s->step[2] + at[3] * s->step[3];

	v.f = npu__exact_read(s->value, s->data, index);
	if (s->value->dtype == NPU_u8 || s->value->dtype == NPU_s8 ||
	    s->value->dtype == NPU_s32)
		v.i = npu__exact_read_int(s->value, s->data, index);
	return v;
}

static int32_t alu_int(uint8_t op, int32_t x, int32_t y)
{
	const uint32_t u = (uint32_t)x, v = (uint32_t)y;

	switch (op) {
	case NPU_EXACT_ALU_add:
		return (int32_t)(u + v);
	case NPU_EXACT_ALU_sub:
		return (int32_t)(u - v);
	case NPU_EXACT_ALU_rsub:
		return (int32_t)(v - u);
	case NPU_EXACT_ALU_mul:
		return (int32_t)(u * v);
	case NPU_EXACT_ALU_max:
		return x > y ? x : y;
	case NPU_EXACT_ALU_min:
		return x < y ? x : y;
	case NPU_EXACT_ALU_gt:
		return x > y;
	case NPU_EXACT_ALU_ge:
		return x >= y;
	case NPU_EXACT_ALU_eq:
		return x == y;
	case NPU_EXACT_ALU_band:
		return x & y;
	case NPU_EXACT_ALU_bor:
		return x | y;
	case NPU_EXACT_ALU_bxor:
		return x ^ y;
	case NPU_EXACT_ALU_shl:
		return (int32_t)(u << (v & 31));
	case NPU_EXACT_ALU_shr:
		return (int32_t)(u >> (v & 31));
	default: /* pass */
		return x;
	}
}

static float alu_float(uint8_t op, float x, float y)
{
	switch (op) {
	case NPU_EXACT_ALU_add:
		return npu__flush(x + y);
	case NPU_EXACT_ALU_sub:
		return npu__flush(x - y);
	case NPU_EXACT_ALU_rsub:
		return npu__flush(y - x);
	case NPU_EXACT_ALU_mul:
		return npu__flush(x * y);
	case NPU_EXACT_ALU_max:
		return npu__max(x, y);
	case NPU_EXACT_ALU_min:
		return npu__min(x, y);
	case NPU_EXACT_ALU_gt:
		return x > y;
	case NPU_EXACT_ALU_ge:
		return x >= y;
	case NPU_EXACT_ALU_eq:
		return x == y;
	default: /* pass */
		return x;
	}
}

/* (a op0 b) op1 c. */
static float term(const struct npu_lowered *low, struct number a,
		  struct number b, struct number c)
{
	const uint8_t op0 = low->op0, op1 = low->op1;

	if (op0 == NPU_EXACT_ALU_sel && low->ints)
		return (float)(a.i ? b.i : c.i);
	if (op0 == NPU_EXACT_ALU_sel)
		return a.f != 0 ? b.f : c.f;
	if (low->ints == 0 && op0 == NPU_EXACT_ALU_mul &&
	    op1 == NPU_EXACT_ALU_add)
		return npu__flush(fmaf(a.f, b.f, c.f));
	if (low->ints == 0)
		return alu_float(op1, alu_float(op0, a.f, b.f), c.f);
	const int32_t t = alu_int(op0, a.i, b.i);

	if (low->ints == 1)
		return alu_float(op1, (float)t, c.f);
	return (float)alu_int(op1, t, c.i);
}

enum npu_status npu__exact_ew(const struct npu_exact *x)
{
	const struct npu_lowered *low = &x->node->low;
	const struct npu_value *out = x->node->outputs[0];
	const struct source a = source_of(x, &low->a),
			    b = source_of(x, &low->b),
			    c = source_of(x, &low->c);
	const float *scale =
		low->scale_input < 0 ? NULL : x->in[low->scale_input];
	const size_t channels = (size_t)out->shape.dim[3];
	const size_t count = (size_t)npu_shape_count(&out->shape);
	const size_t w = (size_t)out->shape.dim[2],
		     h = (size_t)out->shape.dim[1];

	for (size_t i = 0; i < count; i++) {
		const size_t at[4] = { i / channels / w / h,
				       i / channels / w % h, i / channels % w,
				       i % channels };
		float t =
			term(low, fetch(&a, at), fetch(&b, at), fetch(&c, at));

		if (!scale) {
			npu__exact_post(&low->post, out, x->out, i, t);
			continue;
		}
		t = npu__exact_function(low->post.f, t, low->post.p0,
					low->post.p1);
		npu__exact_write(out, x->out, i,
				 npu__flush(t * npu__flush(scale[at[3]])));
	}
	return NPU_OK;
}
