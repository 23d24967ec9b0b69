/* sim/exec/npu_vector.c - EW and RED: terms over blocks of rows.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/exec/npu_vector.h"
#include "base/npu_plant.h"
#include "sim/exec/npu_numeric.h"

void npu_vector_start(struct npu_vector *v, struct npu_memory *memory,
		      uint32_t core, const union npu_insn *insn,
		      const struct npu_stages *stages)
{
	v->memory = memory;
	v->core = &memory->core[core];
	v->stages = stages;
	v->insn = &insn->ew;
	for (int slot = NPU_SLOT_dst; slot <= NPU_SLOT_c; slot++)
		v->operand[slot] = npu_insn_operand(insn, (enum npu_slot)slot);
	v->is_integer = v->insn->ints == 2 && v->insn->f == NPU_FUNC_id;
	v->b.rows = v->c.rows = v->scale.rows = 0;
}

/* ---- where elements lie ---- */

static uint8_t *spad_at(const struct npu_vector *v, const struct npu_operand *o,
			uint64_t i2, uint64_t i1, uint64_t i0)
{
	const uint64_t e = npu_dtype_bytes(o->dtype);

	if (o->kind == NPU_KIND_column)
		return v->core->spad + 16ull * o->addr +
		       e * (i1 * o->s1 + i2 * o->s2);
	return v->core->spad + 16 * (o->addr + i1 * o->s1 + i2 * o->s2) +
	       e * i0;
}

/* Columns i0.. of one accumulator row, and how many of them follow there. */
static int32_t *acc_at(const struct npu_vector *v, const struct npu_operand *o,
		       uint64_t i2, uint64_t i1, uint64_t i0, uint64_t *left)
{
	const uint64_t T = v->memory->columns;
	const uint64_t row = o->row + i0 / T * o->s0 + i1 * o->s1 + i2 * o->s2;

	*left = T - i0 % T;
	return v->core->acc + row * T + i0 % T;
}

/* Rows of the block follow one another without a gap. */
static int is_dense(const struct npu_vector *v, const struct npu_operand *o,
		    const struct npu_block *k)
{
	if (k->rows == 1)
		return 1;
	if (o->kind == NPU_KIND_acc)
		return o->s1 == 1 && k->i0 == 0 &&
		       k->cols == v->memory->columns;
	return o->kind == NPU_KIND_tensor && k->i0 == 0 &&
	       16ull * o->s1 == k->cols * npu_dtype_bytes(o->dtype);
}

/* ---- reading ---- */

static void load_piece(const struct npu_vector *v, const struct npu_operand *o,
		       int as_int, void *out, uint64_t at, const void *in,
		       uint64_t n)
{
	if (as_int)
		v->stages->load_int((int32_t *)out + at, in, o->dtype, o->zero,
				    n);
	else
		v->stages->load_float((float *)out + at, in, o->dtype, o->zero,
				      n);
}

static void repeat(uint32_t *out, uint64_t n)
{
	for (uint64_t i = 1; i < n; i++)
		out[i] = out[0];
}

static void load_row(const struct npu_vector *v, const struct npu_operand *o,
		     int as_int, const struct npu_block *k, uint64_t r,
		     uint64_t n, void *out)
{
	const uint64_t at = r * k->cols;

	switch (o->kind) {
	case NPU_KIND_acc:
		for (uint64_t i = 0, left; i < n; i += left) {
			const int32_t *in = acc_at(v, o, k->i2, k->i1 + r,
						   k->i0 + i, &left);

			/* a dense block goes on in the next row */
			left = n > k->cols || left > n - i ? n - i : left;
			load_piece(v, o, as_int, out, at + i, in, left);
		}
		break;
	case NPU_KIND_tensor:
		load_piece(v, o, as_int, out, at,
			   spad_at(v, o, k->i2, k->i1 + r, k->i0), n);
		break;
	case NPU_KIND_column:
		load_piece(v, o, as_int, out, at,
			   spad_at(v, o, k->i2, k->i1 + r, k->i0), 1);
		repeat((uint32_t *)out + at, n);
		break;
	case NPU_KIND_imm:
		load_piece(v, o, as_int, out, at, &o->imm, 1);
		repeat((uint32_t *)out + at, n);
		break;
	}
}

void npu_vector_load(const struct npu_vector *v, enum npu_slot slot, int as_int,
		     const struct npu_block *k, void *out)
{
	const struct npu_operand *o = &v->operand[slot];

	if (o->kind == NPU_KIND_imm || is_dense(v, o, k)) {
		load_row(v, o, as_int, k, 0, k->rows * k->cols, out);
		return;
	}
	for (uint64_t r = 0; r < k->rows; r++)
		load_row(v, o, as_int, k, r, k->cols, out);
}

static int is_kept(const struct npu_vector_buffer *buffer, int is_fixed,
		   const struct npu_block *k)
{
	return is_fixed && buffer->rows >= k->rows && buffer->cols == k->cols &&
	       buffer->i0 == k->i0;
}

static void keep(struct npu_vector_buffer *buffer, int is_fixed,
		 const struct npu_block *k)
{
	buffer->rows = is_fixed ? k->rows : 0;
	buffer->cols = k->cols;
	buffer->i0 = k->i0;
}

/* b or c, unless its buffer already holds the same. */
static const void *source(struct npu_vector *v, enum npu_slot slot, int as_int,
			  const struct npu_block *k)
{
	const struct npu_operand *o = &v->operand[slot];
	struct npu_vector_buffer *to = slot == NPU_SLOT_b ? &v->b : &v->c;
	const int is_fixed =
		o->kind == NPU_KIND_imm ||
		(o->kind == NPU_KIND_tensor && o->s1 == 0 && o->s2 == 0);

	if (!is_kept(to, is_fixed, k))
		npu_vector_load(v, slot, as_int, k, &to->at);
	keep(to, is_fixed, k);
	return &to->at;
}

/* ---- arithmetic ---- */

static void select_term(struct npu_vector *v, const struct npu_block *k)
{
	const int as_int = v->insn->ints > 0;
	const uint64_t n = k->rows * k->cols;
	const uint32_t *b = source(v, NPU_SLOT_b, as_int, k);
	const uint32_t *c = source(v, NPU_SLOT_c, as_int, k);

	npu_vector_load(v, NPU_SLOT_a, as_int, k, &v->t);
	/* 0 is 0 bits, or 0.0 and -0.0: all bits but the sign */
	for (uint64_t i = 0; i < n; i++) {
		const uint32_t a = (uint32_t)v->t.i[i];
		const int is_zero = as_int ? a == 0 : (a & 0x7fffffffu) == 0;

		v->t.i[i] = (int32_t)(is_zero ? c[i] : b[i]);
	}
	if (as_int && !v->is_integer)
		v->stages->to_float(v->t.f, v->t.i, n);
}

static void float_term(struct npu_vector *v, const struct npu_block *k)
{
	const enum npu_alu op0 = (enum npu_alu)v->insn->op0;
	const enum npu_alu op1 = (enum npu_alu)v->insn->op1;
	const uint64_t n = k->rows * k->cols;

	npu_vector_load(v, NPU_SLOT_a, 0, k, v->t.f);
	if (op0 == NPU_ALU_mul && op1 == NPU_ALU_add) {
		v->stages->fma(v->t.f, source(v, NPU_SLOT_b, 0, k),
			       source(v, NPU_SLOT_c, 0, k), n);
		return;
	}
	if (op0 != NPU_ALU_pass)
		v->stages->alu_float(op0, v->t.f, source(v, NPU_SLOT_b, 0, k),
				     n);
	if (op1 != NPU_ALU_pass)
		v->stages->alu_float(op1, v->t.f, source(v, NPU_SLOT_c, 0, k),
				     n);
}

static void int_term(struct npu_vector *v, const struct npu_block *k)
{
	const enum npu_alu op0 = (enum npu_alu)v->insn->op0;
	const enum npu_alu op1 = (enum npu_alu)v->insn->op1;
	const uint64_t n = k->rows * k->cols;

	npu_vector_load(v, NPU_SLOT_a, 1, k, v->t.i);
	if (op0 != NPU_ALU_pass)
		v->stages->alu_int(op0, v->t.i, source(v, NPU_SLOT_b, 1, k), n);
	if (v->insn->ints == 2 && op1 != NPU_ALU_pass)
		v->stages->alu_int(op1, v->t.i, source(v, NPU_SLOT_c, 1, k), n);
	if (v->is_integer)
		return;
	v->stages->to_float(v->t.f, v->t.i, n);
	if (v->insn->ints == 1 && op1 != NPU_ALU_pass)
		v->stages->alu_float(op1, v->t.f, source(v, NPU_SLOT_c, 0, k),
				     n);
}

static void apply_function(struct npu_vector *v, uint64_t n)
{
	const enum npu_func f = (enum npu_func)v->insn->f;

	switch (f) {
	case NPU_FUNC_id:
		break;
	case NPU_FUNC_clamp:
		v->stages->clamp(v->t.f,
				 npu_ftz(npu_float((uint32_t)v->insn->p0)),
				 npu_ftz(npu_float((uint32_t)v->insn->p1)), n);
		break;
	case NPU_FUNC_square:
		for (uint64_t i = 0; i < n; i++)
			v->t.f[i] = npu_ftz(v->t.f[i] * v->t.f[i]);
		break;
	case NPU_FUNC_abs:
		for (uint64_t i = 0; i < n; i++)
			v->t.i[i] &= 0x7fffffff;
		break;
	default:
		npu_function_apply(f, v->t.f, n);
		break;
	}
}

void npu_vector_term(struct npu_vector *v, const struct npu_block *k)
{
	if (v->insn->op0 == NPU_ALU_sel)
		select_term(v, k);
	else if (v->insn->ints > 0)
		int_term(v, k);
	else
		float_term(v, k);
	apply_function(v, k->rows * k->cols);
}

/* ---- writing ---- */

static const float *scale_block(struct npu_vector *v, const struct npu_block *k)
{
	struct npu_vector_buffer *to = &v->scale;
	const uint64_t n = k->rows * k->cols;
	const int is_fixed = v->insn->scaled != 3;
	const uint8_t *spad = v->core->spad + 16 * v->insn->scale;

	if (is_kept(to, is_fixed, k))
		return to->at.f;
	if (v->insn->scaled == 1) {
		to->at.f[0] = npu_ftz(npu_float((uint32_t)v->insn->scale));
		repeat((uint32_t *)to->at.i, n);
	}
	for (uint64_t r = 0; v->insn->scaled > 1 && r < k->rows; r++) {
		float *out = to->at.f + r * k->cols;
		const uint64_t row = k->i2 * v->insn->n1 + k->i1 + r;

		if (v->insn->scaled == 2) {
			v->stages->load_float(out, spad + 4 * k->i0, NPU_fp32,
					      0, k->cols);
			continue;
		}
		v->stages->load_float(out, spad + 4 * row, NPU_fp32, 0, 1);
		repeat((uint32_t *)out, k->cols);
	}
	keep(to, is_fixed, k);
	return to->at.f;
}

static void store_piece(struct npu_vector *v, int is_integer, void *out,
			uint64_t at, uint64_t n)
{
	const struct npu_operand *dst = &v->operand[NPU_SLOT_dst];

	if (is_integer)
		memcpy(out, v->t.i + at, n * sizeof *v->t.i);
	else
		v->stages->store(out, dst->dtype, dst->zero, v->t.f + at, n);
}

static void store_row(struct npu_vector *v, int is_integer,
		      const struct npu_block *k, uint64_t r, uint64_t n)
{
	const struct npu_operand *dst = &v->operand[NPU_SLOT_dst];
	const uint64_t at = r * k->cols;

	if (dst->kind == NPU_KIND_acc) {
		for (uint64_t i = 0, left; i < n; i += left) {
			int32_t *out = acc_at(v, dst, k->i2, k->i1 + r,
					      k->i0 + i, &left);

			left = n > k->cols || left > n - i ? n - i : left;
			store_piece(v, is_integer, out, at + i, left);
		}
	} else if (dst->kind == NPU_KIND_column) {
		/* one place for all of n0: the last stays */
		store_piece(v, is_integer,
			    spad_at(v, dst, k->i2, k->i1 + r, k->i0),
			    at + n - 1, 1);
	} else {
		store_piece(v, is_integer,
			    spad_at(v, dst, k->i2, k->i1 + r, k->i0), at, n);
	}
}

void npu_vector_finish(struct npu_vector *v, const struct npu_block *k,
		       int is_integer)
{
	const struct npu_operand *dst = &v->operand[NPU_SLOT_dst];
	const uint64_t n = k->rows * k->cols;

	if (is_integer && (dst->dtype != NPU_s32 || v->insn->scaled)) {
		v->stages->to_float(v->t.f, v->t.i, n);
		is_integer = 0;
	}
	if (v->insn->scaled)
		v->stages->alu_float(NPU_ALU_mul, v->t.f, scale_block(v, k), n);
	for (uint64_t i = 0;
	     NPU_PLANTED(rounding) && dst->dtype == NPU_bf16 && i < n; i++)
		v->t.f[i] = npu_float(npu_bits(v->t.f[i]) & 0xffff0000u);
	if (is_dense(v, dst, k) && dst->kind != NPU_KIND_column) {
		store_row(v, is_integer, k, 0, n);
		return;
	}
	for (uint64_t r = 0; r < k->rows; r++)
		store_row(v, is_integer, k, r, k->cols);
}
