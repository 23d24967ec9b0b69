/* isa/npu_verify_overlap.c - an instruction's destination against its sources.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_verify_internal.h"

struct level {
	uint64_t count, step;
};

/* Is each point of the levels reached once? Steps, ascending, must each clear
 * what lies within them; interleavings of another kind are refused too. */
static int is_once(uint64_t extent, struct level *level, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k && level[k].step < level[k - 1].step;
		     k--) {
			struct level swap = level[k];

			level[k] = level[k - 1];
			level[k - 1] = swap;
		}
	for (size_t i = 0; i < n; i++) {
		if (level[i].count <= 1)
			continue;
		if (level[i].step < extent)
			return 0;
		extent += (level[i].count - 1) * level[i].step;
	}
	return 1;
}

/* Rows of C: each (m, block of columns) has its own. */
static const char *gemm_fault(const struct npu_insn_gemm *g, uint32_t columns)
{
	struct level level[3] = {
		{ (g->n + columns - 1) / columns, g->c_n },
		{ g->my, g->c_y },
		{ g->mx, g->c_x },
	};

	return is_once(g->ta ? g->nc : 1, level, 3)
		       ? NULL
		       : "two elements of C share an accumulator";
}

/* The shape written: that of the sources, or what RED leaves of it. */
static void output_shape(const union npu_insn *insn, uint64_t n[3])
{
	n[0] = insn->ew.n0;
	n[1] = insn->ew.n1;
	n[2] = insn->ew.n2;
	if (insn->op != NPU_OP_red)
		return;
	if (insn->red.axis == 0)
		n[0] = 1;
	else
		n[1] = 1;
	if (insn->red.axis == 2)
		n[2] = 1;
}

static int writes_once(const union npu_insn *insn, uint32_t columns)
{
	struct npu_operand o = npu_insn_operand(insn, NPU_SLOT_dst);
	uint64_t bytes = npu_dtype_bytes(o.dtype), n[3];
	struct level level[3] = { { 0, 0 }, { 0, o.s1 }, { 0, o.s2 } };

	output_shape(insn, n);
	level[1].count = n[1];
	level[2].count = n[2];
	if (o.kind == NPU_KIND_acc) {
		level[0] =
			(struct level){ (n[0] + columns - 1) / columns, o.s0 };
		return is_once(1, level, 3);
	}
	if (o.kind == NPU_KIND_column && n[0] > 1)
		return 0;
	uint64_t unit = o.kind == NPU_KIND_column ? bytes : NPU_LINE_BYTES;
	level[1].step *= unit;
	level[2].step *= unit;
	return is_once(bytes * n[0], level, 3);
}

/* Does the source put every element where the destination puts it? */
static int same_mapping(const union npu_insn *insn, enum npu_slot slot,
			uint32_t columns)
{
	struct npu_operand d = npu_insn_operand(insn, NPU_SLOT_dst);
	struct npu_operand s = npu_insn_operand(insn, slot);
	const struct npu_insn_ew *v = &insn->ew;

	if (d.kind != s.kind ||
	    npu_dtype_bytes(d.dtype) != npu_dtype_bytes(s.dtype) ||
	    (v->n1 > 1 && d.s1 != s.s1) || (v->n2 > 1 && d.s2 != s.s2))
		return 0;
	if (d.kind == NPU_KIND_acc)
		return d.row == s.row && (v->n0 <= columns || d.s0 == s.s0);
	return d.addr == s.addr;
}

static const char *vector_fault(const union npu_insn *insn, uint32_t columns,
				const struct npu_access *access, size_t count)
{
	if (!writes_once(insn, columns))
		return "two elements of dst share a place";
	for (size_t w = 0; w < count; w++) {
		for (size_t r = 0; r < count && access[w].is_write; r++) {
			const struct npu_access *a = &access[r];

			/* a read of dst is what `add` starts from */
			if (a->is_write || a->what == NPU_SLOT_dst ||
			    !npu__accesses_meet(a, &access[w]))
				continue;
			if (insn->op == NPU_OP_red)
				return "dst overlaps a source";
			if (a->what > NPU_SLOT_c ||
			    !same_mapping(insn, (enum npu_slot)a->what,
					  columns))
				return "dst overlaps a source at another "
				       "mapping";
		}
	}
	return NULL;
}

/* A gather reads its list while it goes on: nothing of it may change. */
static const char *gather_fault(const struct npu_access *access, size_t count)
{
	for (size_t w = 0; w < count; w++)
		for (size_t r = 0; r < count && access[w].is_write; r++)
			if (!access[r].is_write &&
			    access[r].space == NPU_SPACE_spad &&
			    npu__accesses_meet(&access[r], &access[w]))
				return "a gather overwrites its own index "
				       "list";
	return NULL;
}

const char *npu__overlap_fault(const union npu_insn *insn, uint32_t columns,
			       const struct npu_access *access, size_t count)
{
	switch (insn->op) {
	case NPU_OP_gemm:
		return gemm_fault(&insn->gemm, columns);
	case NPU_OP_ew:
	case NPU_OP_red:
		return vector_fault(insn, columns, access, count);
	case NPU_OP_ld:
		return insn->ld.gather ? gather_fault(access, count) : NULL;
	default:
		return NULL;
	}
}
