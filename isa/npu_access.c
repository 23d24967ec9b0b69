/* isa/npu_access.c - the memory that an instruction touches, as strided sets.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_isa.h"
#include <string.h>

const char *npu_space_name(enum npu_space space)
{
	static const char *const names[] = {
		[NPU_SPACE_spad] = "scratchpad",
		[NPU_SPACE_acc] = "accumulator",
		[NPU_SPACE_lut] = "lut",
		[NPU_SPACE_mem] = "region",
	};

	return names[space];
}

struct list {
	struct npu_access *out;
	size_t count;
};

struct level {
	uint64_t count;
	int64_t step;
};

/* Turn negative steps round, drop levels that add nothing, sort the steps
 * descending. Returns the number of levels left. */
static uint32_t tidy(struct npu_access *access, struct level *level, size_t n)
{
	uint32_t left = 0;

	for (size_t i = 0; i < n; i++) {
		struct level l = level[i];
		uint32_t at = left;

		if (l.count == 1 || l.step == 0)
			continue;
		if (l.step < 0) {
			access->first += l.step * (int64_t)(l.count - 1);
			l.step = -l.step;
		}
		for (; at && level[at - 1].step < l.step; at--)
			level[at] = level[at - 1];
		level[at] = l;
		left++;
	}
	return left;
}

/* Add the set {first + sum of i*step + 0..extent-1}, overlapping levels merged:
 * im2col's window and pixel steps become one, and contiguous rows one run. */
static struct npu_access *add(struct list *list, struct npu_access access,
			      const struct level *levels, size_t n)
{
	struct level level[NPU_ACCESS_LEVELS];
	uint32_t left;

	if (!access.extent)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (!levels[i].count)
			return NULL;
		level[i] = levels[i];
	}
	left = tidy(&access, level, n);
	/* innermost level joins the contiguous run */
	while (left && (uint64_t)level[left - 1].step <= access.extent) {
		left--;
		access.extent +=
			(level[left].count - 1) * (uint64_t)level[left].step;
	}
	/* a step that is a multiple of the next, within its reach, joins it */
	for (uint32_t i = left; i-- > 1;) {
		struct level *outer = &level[i - 1], *inner = &level[i];
		uint64_t ratio = (uint64_t)(outer->step / inner->step);

		if (outer->step % inner->step || ratio > inner->count)
			continue;
		inner->count += ratio * (outer->count - 1);
		memmove(outer, inner, (left - i) * sizeof *outer);
		left--;
	}
	access.levels = left;
	for (uint32_t i = 0; i < NPU_ACCESS_LEVELS; i++) {
		access.count[i] = i < left ? level[i].count : 1;
		access.step[i] = i < left ? (uint64_t)level[i].step : 0;
	}
	list->out[list->count] = access;
	return &list->out[list->count++];
}

/* One accumulator set of columns 0..n0-1 cut into rows of T columns, `s0` rows
 * apart; the last block may be narrower. `extent` rows at each point. */
static void add_acc(struct list *list, struct npu_access access, uint32_t T,
		    uint64_t n0, uint64_t s0, const struct level *levels,
		    size_t n)
{
	struct level level[NPU_ACCESS_LEVELS];
	uint64_t whole = n0 / T, rest = n0 % T;

	access.space = NPU_SPACE_acc;
	memcpy(level, levels, n * sizeof *level);
	level[n] = (struct level){ whole, (int64_t)s0 };
	access.col_count = T;
	add(list, access, level, n + 1);
	if (rest) {
		access.col_count = (uint32_t)rest;
		access.first += (int64_t)(whole * s0);
		add(list, access, levels, n);
	}
}

/* ---- LD and ST ---- */

/* `offset` is signed modulo 2^40. */
static int64_t signed_offset(uint64_t offset)
{
	return offset >> (NPU_ADDRESS_BITS - 1) & 1
		       ? (int64_t)offset - ((int64_t)1 << NPU_ADDRESS_BITS)
		       : (int64_t)offset;
}

/* Bytes of memory that are read: rows i1 of n0 bytes, cut to
 * u_lo <= u < U - u_hi, for the planes that are not filled. */
static void add_ld_memory(struct list *list, const struct npu_insn_ld *ld)
{
	struct npu_access whole = {
		.space = NPU_SPACE_mem,
		.region = (uint8_t)ld->region,
	};
	int64_t n0 = (int64_t)ld->n0, n1 = (int64_t)ld->n1;
	int64_t s1 = ld->s1, u_lo = (int64_t)ld->u_lo;
	int64_t end = (n1 - 1) * s1 + n0 - (int64_t)ld->u_hi;
	struct level level[3] = { { 0, 0 }, { 0, ld->s2 }, { ld->n3, ld->s3 } };
	int64_t first = signed_offset(ld->offset);

	if (ld->y_lo + ld->y_hi >= ld->n2)
		return;
	level[1].count = ld->n2 - ld->y_lo - ld->y_hi;
	first += (int64_t)ld->y_lo * ld->s2;
	if (s1 < 0 || !(ld->u_lo | ld->u_hi)) {
		whole.first = first;
		whole.extent = ld->n0;
		level[0] = (struct level){ ld->n1, s1 };
		add(list, whole, level, 3);
		return;
	}
	if (s1 <= n0) { /* rows touch: one run */
		if (end <= u_lo)
			return;
		whole.first = first + u_lo;
		whole.extent = (uint64_t)(end - u_lo);
		add(list, whole, level + 1, 2);
		return;
	}
	/* rows apart: at most one is cut at either end */
	for (int64_t i = 0, whole_rows = 0; i < n1; i += whole_rows + 1) {
		int64_t u = i * s1, lo = u_lo > u ? u_lo : u;
		int64_t hi = end < u + n0 ? end : u + n0;

		whole_rows = 0;
		if (u >= end)
			return;
		if (lo >= hi) { /* a filled row */
			int64_t skip = (u_lo - u - n0) / s1;

			whole_rows = skip > 0 ? skip : 0;
			continue;
		}
		whole.first = first + lo;
		whole.extent = (uint64_t)(hi - lo);
		level[0] = (struct level){ 1, s1 };
		if (hi - lo == n0) { /* and all whole rows that follow */
			int64_t rows = (end - n0 - u) / s1 + 1;

			rows = rows < n1 - i ? rows : n1 - i;
			level[0].count = (uint64_t)rows;
			whole_rows = rows - 1;
		}
		add(list, whole, level, 3);
	}
}

/* `copy` is an LD, or an ST, whose members are the same but for the fills. */
static void add_copy(struct list *list, const struct npu_insn_ld *copy,
		     int is_load)
{
	struct npu_access access = { .space = NPU_SPACE_spad };
	struct level spad[3] = { { copy->n1, (int64_t)copy->d1 },
				 { copy->n2, (int64_t)copy->d2 },
				 { copy->n3, (int64_t)copy->d3 } };
	struct level memory[3] = { { copy->n1, copy->s1 },
				   { copy->n2, copy->s2 },
				   { copy->n3, copy->s3 } };

	if (!copy->n0 || !copy->n1 || !copy->n2 || !copy->n3)
		return;
	access.is_write = (uint8_t)is_load;
	access.first = (int64_t)copy->spad;
	access.extent = copy->n0;
	if (is_load && copy->cast)
		access.cores = (uint16_t)copy->cores;
	add(list, access, spad, 3);
	if (!copy->gather && is_load) {
		add_ld_memory(list, copy);
		return;
	}
	access = (struct npu_access){
		.space = NPU_SPACE_mem,
		.is_write = !is_load,
		.region = (uint8_t)copy->region,
		.first = signed_offset(copy->offset),
		.extent = copy->n0,
	};
	if (!copy->gather) {
		add(list, access, memory, 3);
		return;
	}
	access.maybe = 1;
	add(list, access, &(struct level){ copy->limit, copy->s1 }, 1);
	access = (struct npu_access){
		.space = NPU_SPACE_spad,
		.first = (int64_t)copy->index,
		.extent = 4 * copy->n1,
	};
	add(list, access, NULL, 0);
}

static void add_store(struct list *list, const struct npu_insn_st *st)
{
	struct npu_insn_ld copy = { 0 };

	copy.spad = st->spad;
	copy.offset = st->offset;
	copy.region = st->region;
	copy.n0 = st->n0;
	copy.n1 = st->n1;
	copy.n2 = st->n2;
	copy.n3 = st->n3;
	copy.s1 = st->s1;
	copy.s2 = st->s2;
	copy.s3 = st->s3;
	copy.d1 = st->d1;
	copy.d2 = st->d2;
	copy.d3 = st->d3;
	copy.gather = st->gather;
	copy.limit = st->limit;
	copy.index = st->index;
	add_copy(list, &copy, 0);
}

/* ---- GEMM ---- */

static uint64_t stored_rows(const struct npu_insn_gemm *g, uint64_t k)
{
	return g->sparse ? (k + 3) / 4 * (g->sparse == 1 ? 2 : 1) : k;
}

static int64_t lines(uint64_t n)
{
	return (int64_t)(n * NPU_LINE_BYTES);
}

static void add_gemm(struct list *list, const struct npu_insn_gemm *g,
		     uint32_t T)
{
	uint64_t ea = npu_dtype_bytes((enum npu_dtype)g->dt_a);
	uint64_t ew = npu_dtype_bytes((enum npu_dtype)g->dt_w);
	uint64_t k = g->ky * g->kx * (g->ta ? 1 : g->nc);
	uint64_t rows = stored_rows(g, k);
	struct level a[4] = { { g->my, lines(g->a_my) },
			      { g->mx, lines(g->a_mx) },
			      { g->ky, lines(g->a_ky) },
			      { g->kx, lines(g->a_kx) } };
	struct level c[2] = { { g->my, (int64_t)g->c_y },
			      { g->mx, (int64_t)g->c_x } };
	struct level w = { g->tb ? g->n : rows, lines(g->w_pitch) };
	struct npu_access access = { .space = NPU_SPACE_spad };

	if (!k || !g->n || !g->my || !g->mx || !g->nc)
		return;
	access.first = lines(g->a_addr);
	access.extent = g->nc * ea;
	add(list, access, a, 4);
	access.first = lines(g->w_addr);
	access.extent = (g->tb ? k : g->n) * ew;
	add(list, access, &w, 1);
	if (g->sparse) {
		w = (struct level){ rows, lines(g->i_pitch) };
		access.first = lines(g->index);
		access.extent = (g->n + 3) / 4;
		add(list, access, &w, 1);
	}
	if (g->init == 2) {
		access.first = lines(g->bias);
		access.extent = 4 * g->n;
		add(list, access, NULL, 0);
	}
	access = (struct npu_access){
		.first = (int64_t)g->c_row,
		.extent = g->ta ? g->nc : 1,
	};
	if (g->init == 1)
		add_acc(list, access, T, g->n, g->c_n, c, 2);
	access.is_write = 1;
	add_acc(list, access, T, g->n, g->c_n, c, 2);
}

/* ---- EW and RED ---- */

static void add_operand(struct list *list, const union npu_insn *insn,
			enum npu_slot slot, int is_write, const uint64_t n[3],
			uint32_t T)
{
	struct npu_operand o = npu_insn_operand(insn, slot);
	uint64_t bytes = npu_dtype_bytes(o.dtype);
	struct npu_access access = {
		.is_write = (uint8_t)is_write,
		.what = (uint8_t)slot,
		.first = lines(o.addr),
	};
	struct level level[2] = { { n[1], o.s1 }, { n[2], o.s2 } };

	switch (o.kind) {
	case NPU_KIND_imm:
		return;
	case NPU_KIND_acc:
		access.first = o.row;
		access.extent = 1;
		add_acc(list, access, T, n[0], o.s0, level, 2);
		return;
	case NPU_KIND_tensor:
		access.extent = bytes * n[0];
		level[0].step = lines(o.s1);
		level[1].step = lines(o.s2);
		break;
	case NPU_KIND_column:
		access.extent = bytes;
		level[0].step *= (int64_t)bytes;
		level[1].step *= (int64_t)bytes;
		break;
	}
	add(list, access, level, 2);
}

static void add_vector(struct list *list, const union npu_insn *insn,
		       uint32_t T)
{
	const struct npu_insn_ew *v = &insn->ew;
	const uint64_t n[3] = { v->n0, v->n1, v->n2 };
	uint64_t to[3] = { n[0], n[1], n[2] }; /* the shape written */

	if (!n[0] || !n[1] || !n[2])
		return;
	if (insn->op == NPU_OP_red) {
		if (insn->red.axis == 0)
			to[0] = 1;
		else
			to[1] = 1;
		if (insn->red.axis == 2)
			to[2] = 1;
	}
	add_operand(list, insn, NPU_SLOT_a, 0, n, T);
	if (v->f == NPU_FUNC_lut) {
		struct npu_access lut = { .space = NPU_SPACE_lut,
					  .maybe = 1,
					  .what = 5,
					  .first = (int64_t)v->p0,
					  .extent = 256 };
		add(list, lut, NULL, 0);
	} else {
		if (v->op0 != NPU_ALU_pass)
			add_operand(list, insn, NPU_SLOT_b, 0, n, T);
		if (v->op1 != NPU_ALU_pass || v->op0 == NPU_ALU_sel)
			add_operand(list, insn, NPU_SLOT_c, 0, n, T);
	}
	if (v->scaled >= 2) {
		struct npu_access scale = {
			.space = NPU_SPACE_spad,
			.what = 4,
			.first = lines(v->scale),
			.extent = v->scaled == 2 ? 4 * to[0] : 4 * to[1],
		};
		struct level outer = { to[2], (int64_t)(4 * n[1]) };

		add(list, scale, &outer, v->scaled == 3);
	}
	if (insn->op == NPU_OP_red && insn->red.add)
		add_operand(list, insn, NPU_SLOT_dst, 0, to, T);
	add_operand(list, insn, NPU_SLOT_dst, 1, to, T);
}

size_t npu_insn_accesses(const union npu_insn *insn, uint32_t columns,
			 struct npu_access *out)
{
	struct list list = { out, 0 };

	switch (insn->op) {
	case NPU_OP_ld:
		add_copy(&list, &insn->ld, 1);
		break;
	case NPU_OP_st:
		add_store(&list, &insn->st);
		break;
	case NPU_OP_gemm:
		add_gemm(&list, &insn->gemm, columns);
		break;
	case NPU_OP_ew:
	case NPU_OP_red:
		add_vector(&list, insn, columns);
		break;
	default:
		break;
	}
	return list.count;
}
