/* sim/exec/npu_exec_red.c - RED: dst = reduce(f((a op0 b) op1 c)) * scale.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sequential and ascending in the reduced index, whatever the lanes are: a sum
 * has one order of additions (isa.md 4). */
#include "sim/exec/npu_numeric.h"
#include "sim/exec/npu_vector.h"
#include <string.h>

struct reduction {
	struct npu_vector v;
	enum npu_reduce kind;
	uint8_t from_dst; /* `add` */
	uint8_t is_integer;
	/* one value for each result of a block, and argmax's index */
	union {
		float f[NPU_STAGE_ELEMENTS];
		int32_t i[NPU_STAGE_ELEMENTS];
	} r;
	int32_t best[NPU_STAGE_ELEMENTS];
	uint8_t is_empty; /* nothing reduced yet: max, min, argmax */
};

/* Start the results of block `k`, which names them. */
static void start(struct reduction *red, const struct npu_block *k)
{
	const uint64_t n = k->rows * k->cols;

	red->is_empty = !red->from_dst && red->kind != NPU_REDUCE_sum;
	memset(&red->r, 0, n * sizeof *red->r.i);
	memset(red->best, 0, n * sizeof *red->best);
	if (red->from_dst)
		npu_vector_load(&red->v, NPU_SLOT_dst, red->is_integer, k,
				&red->r);
}

static int beats(const struct reduction *red, uint64_t to, uint64_t from)
{
	if (red->is_integer)
		return red->kind == NPU_REDUCE_min
			       ? red->v.t.i[from] < red->r.i[to]
			       : red->v.t.i[from] > red->r.i[to];
	return red->kind == NPU_REDUCE_min ? red->v.t.f[from] < red->r.f[to]
					   : red->v.t.f[from] > red->r.f[to];
}

/* One element into one result. */
static void add_one(struct reduction *red, uint64_t to, uint64_t from,
		    int32_t index, int is_first)
{
	const struct npu_vector *v = &red->v;

	if (red->kind == NPU_REDUCE_sum) {
		if (red->is_integer)
			red->r.i[to] = (int32_t)((uint32_t)red->r.i[to] +
						 (uint32_t)v->t.i[from]);
		else
			red->r.f[to] = npu_ftz(red->r.f[to] + v->t.f[from]);
		return;
	}
	if (is_first || beats(red, to, from)) {
		red->r.i[to] = v->t.i[from];
		red->best[to] = index;
	} else if (!red->is_integer && red->kind != NPU_REDUCE_argmax &&
		   (npu_is_nan(v->t.f[from]) || npu_is_nan(red->r.f[to]))) {
		red->r.i[to] = (int32_t)NPU_NAN_BITS;
	}
}

/* A row of elements into a row of results, all at once. */
static void add_row(struct reduction *red, uint64_t row, uint64_t cols,
		    int32_t index)
{
	const struct npu_stages *stages = red->v.stages;
	const enum npu_alu alu = red->kind == NPU_REDUCE_sum   ? NPU_ALU_add
				 : red->kind == NPU_REDUCE_max ? NPU_ALU_max
							       : NPU_ALU_min;
	int32_t *t = red->v.t.i + row * cols;

	if (red->kind == NPU_REDUCE_argmax) {
		for (uint64_t c = 0; c < cols; c++)
			add_one(red, c, row * cols + c, index, red->is_empty);
	} else if (red->is_empty) {
		memcpy(red->r.i, t, cols * sizeof *t);
	} else {
		/* t op r: max and min give r, their second, on ties */
		if (red->is_integer)
			stages->alu_int(alu, t, red->r.i, cols);
		else
			stages->alu_float(alu, red->v.t.f + row * cols,
					  red->r.f, cols);
		memcpy(red->r.i, t, cols * sizeof *t);
	}
	red->is_empty = 0;
}

static void finish(struct reduction *red, const struct npu_block *k)
{
	const uint64_t n = k->rows * k->cols;
	const int is_index = red->kind == NPU_REDUCE_argmax;

	memcpy(red->v.t.i, is_index ? red->best : red->r.i,
	       n * sizeof *red->r.i);
	npu_vector_finish(&red->v, k, red->is_integer || is_index);
}

/* n0 -> [n2][n1] */
static void reduce_rows(struct reduction *red)
{
	const struct npu_insn_ew *insn = red->v.insn;
	const uint64_t cols = npu_least(insn->n0, NPU_STAGE_ELEMENTS);
	const uint64_t rows = NPU_STAGE_ELEMENTS / cols;
	struct npu_block k;

	for (k.i2 = 0; k.i2 < insn->n2; k.i2++)
		for (k.i1 = 0; k.i1 < insn->n1; k.i1 += rows) {
			struct npu_block out = { k.i2, k.i1, 0, 0, 1 };

			k.rows = npu_least(insn->n1 - k.i1, rows);
			out.rows = k.rows;
			start(red, &out);
			for (k.i0 = 0; k.i0 < insn->n0; k.i0 += cols) {
				k.cols = npu_least(insn->n0 - k.i0, cols);
				npu_vector_term(&red->v, &k);
				for (uint64_t r = 0; r < k.rows; r++)
					for (uint64_t c = 0; c < k.cols; c++)
						add_one(red, r, r * k.cols + c,
							(int32_t)(k.i0 + c),
							red->is_empty &&
								c == 0);
				red->is_empty = 0;
			}
			finish(red, &out);
		}
}

/* n1 -> [n2][n0], or n2 and n1 -> [n0] */
static void reduce_columns(struct reduction *red, int over_n2)
{
	const struct npu_insn_ew *insn = red->v.insn;
	const uint64_t cols = npu_least(insn->n0, NPU_STAGE_ELEMENTS);
	const uint64_t rows = NPU_STAGE_ELEMENTS / cols;
	const uint64_t outer = over_n2 ? 1 : insn->n2;
	const uint64_t inner = over_n2 ? insn->n2 : 1;
	struct npu_block k;

	for (uint64_t o2 = 0; o2 < outer; o2++)
		for (k.i0 = 0; k.i0 < insn->n0; k.i0 += cols) {
			struct npu_block out = { o2, 0, k.i0, 1, 0 };
			int32_t index = 0;

			k.cols = npu_least(insn->n0 - k.i0, cols);
			out.cols = k.cols;
			start(red, &out);
			for (uint64_t q = 0; q < inner; q++)
				for (k.i1 = 0; k.i1 < insn->n1; k.i1 += rows) {
					k.i2 = over_n2 ? q : o2;
					k.rows = npu_least(insn->n1 - k.i1,
							   rows);
					npu_vector_term(&red->v, &k);
					for (uint64_t r = 0; r < k.rows; r++)
						add_row(red, r, k.cols,
							index++);
				}
			finish(red, &out);
		}
}

enum npu_status npu_exec_red(struct npu_memory *m, uint32_t core,
			     const union npu_insn *insn, struct npu_error *err)
{
	struct reduction red;

	(void)err;
	npu_vector_start(&red.v, m, core, insn, npu_host_stages());
	red.kind = (enum npu_reduce)insn->red.reduce;
	red.from_dst = (uint8_t)insn->red.add;
	red.is_integer = red.v.is_integer;
	if (insn->red.axis == 0)
		reduce_rows(&red);
	else
		reduce_columns(&red, insn->red.axis == 2);
	return NPU_OK;
}
