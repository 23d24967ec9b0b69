/* sim/exec/npu_exec_check.c - nothing is executed that leaves its memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/exec/npu_exec.h"
#include <inttypes.h>

/* First and one past the last byte (row) of an access. */
static void reach(const struct npu_access *a, int64_t *lo, int64_t *hi)
{
	*lo = a->first;
	*hi = a->first + (int64_t)a->extent;
	for (uint32_t i = 0; i < a->levels; i++)
		*hi += (int64_t)((a->count[i] - 1) * a->step[i]);
}

static enum npu_status out_of(const char *what, int64_t lo, int64_t hi,
			      uint64_t size, struct npu_error *err)
{
	return npu_fail(err, NPU_E_FAULT,
			"%s %" PRId64 "..%" PRId64
			" touched, there are %" PRIu64,
			what, lo, hi - 1, size);
}

/* Bytes of other cores: one whole window of scratchpad or LUT RAM. */
static enum npu_status check_window(const struct npu_memory *m, int64_t lo,
				    int64_t hi, struct npu_error *err)
{
	const uint64_t first = (uint64_t)lo, last = (uint64_t)hi - 1;
	const uint64_t core = first >> NPU_CORE_SHIFT;
	const uint64_t in_core = (1ull << NPU_CORE_SHIFT) - 1;
	uint64_t at, size;

	if (lo < 0 || core >= m->core_count || last >> NPU_CORE_SHIFT != core)
		return out_of("window of cores: bytes", lo, hi,
			      (uint64_t)m->core_count << NPU_CORE_SHIFT, err);
	at = first & in_core & ~NPU_CORE_LUT;
	size = first & NPU_CORE_LUT ? NPU_LUT_BYTES : m->spad_bytes;
	if (at + (last - first) >= size)
		return out_of(first & NPU_CORE_LUT ? "LUT RAM bytes"
						   : "scratchpad bytes",
			      (int64_t)at, (int64_t)(at + last - first + 1),
			      size, err);
	return NPU_OK;
}

static enum npu_status check_memory(const struct npu_memory *m,
				    const struct npu_access *a, int64_t lo,
				    int64_t hi, struct npu_error *err)
{
	switch (m->region_kind[a->region]) {
	case NPU_REGION_unused:
	case NPU_REGION_code:
		return npu_fail(err, NPU_E_FAULT,
				"region %u holds no data to %s", a->region,
				a->is_write ? "write" : "read");
	case NPU_REGION_cores:
		return check_window(m, lo, hi, err);
	case NPU_REGION_constants:
		if (a->is_write)
			return npu_fail(err, NPU_E_FAULT,
					"region %u is read-only", a->region);
		break;
	default:
		break;
	}
	if (lo < 0 || (uint64_t)hi > m->region_bytes[a->region])
		return out_of("bytes of the region", lo, hi,
			      m->region_bytes[a->region], err);
	return NPU_OK;
}

static enum npu_status check_access(const struct npu_memory *m,
				    const struct npu_access *a,
				    struct npu_error *err)
{
	int64_t lo, hi;

	reach(a, &lo, &hi);
	switch (a->space) {
	case NPU_SPACE_spad:
		if (a->cores >> m->core_count)
			return npu_fail(err, NPU_E_FAULT,
					"multicast to cores 0x%x, there are %u",
					a->cores, m->core_count);
		if (lo < 0 || (uint64_t)hi > m->spad_bytes)
			return out_of("scratchpad bytes", lo, hi, m->spad_bytes,
				      err);
		break;
	case NPU_SPACE_acc:
		if (lo < 0 || hi > (int64_t)m->acc_rows)
			return out_of("accumulator rows", lo, hi, m->acc_rows,
				      err);
		break;
	case NPU_SPACE_lut:
		if (lo < 0 || hi > NPU_LUT_BYTES)
			return out_of("LUT RAM bytes", lo, hi, NPU_LUT_BYTES,
				      err);
		break;
	case NPU_SPACE_mem:
		return check_memory(m, a, lo, hi, err);
	}
	return NPU_OK;
}

static int is_integer(enum npu_dtype dtype)
{
	return dtype == NPU_u8 || dtype == NPU_s8 || dtype == NPU_s32;
}

/* One source or the destination; in_int: used by an int32 operation. */
static enum npu_status check_operand(const union npu_insn *insn,
				     enum npu_slot slot, int in_int,
				     struct npu_error *err)
{
	const struct npu_operand o = npu_insn_operand(insn, slot);
	static const char *const name[] = { "dst", "a", "b", "c" };

	if (o.dtype < NPU_u8 || o.dtype > NPU_fp16)
		return npu_fail(err, NPU_E_FAULT, "%s has no element type",
				name[slot]);
	if (in_int && !is_integer(o.dtype))
		return npu_fail(err, NPU_E_FAULT,
				"%s is floating point in an int32 operation",
				name[slot]);
	if ((o.kind == NPU_KIND_acc || o.kind == NPU_KIND_imm) &&
	    o.dtype != NPU_s32 && o.dtype != NPU_fp32)
		return npu_fail(err, NPU_E_FAULT,
				"%s: accumulators and immediates have 32 bits",
				name[slot]);
	if (slot == NPU_SLOT_dst && o.kind == NPU_KIND_imm)
		return npu_fail(err, NPU_E_FAULT, "dst is an immediate");
	return NPU_OK;
}

static int needs_int(uint64_t op)
{
	return op >= NPU_ALU_band;
}

static enum npu_status check_vector(const union npu_insn *insn,
				    struct npu_error *err)
{
	const struct npu_insn_ew *v = &insn->ew;
	const int is_red = insn->op == NPU_OP_red;
	const struct npu_operand dst = npu_insn_operand(insn, NPU_SLOT_dst);
	const struct npu_operand a = npu_insn_operand(insn, NPU_SLOT_a);

	if (!v->n0 || !v->n1 || !v->n2 || v->ints > 2 || v->f > NPU_FUNC_lut ||
	    v->op1 == NPU_ALU_sel ||
	    (v->op0 == NPU_ALU_sel && v->op1 != NPU_ALU_pass) ||
	    (needs_int(v->op0) && v->ints < 1) ||
	    (needs_int(v->op1) && v->ints < 2))
		return npu_fail(err, NPU_E_FAULT,
				"vector operation without a meaning");
	NPU_TRY(check_operand(insn, NPU_SLOT_dst, 0, err));
	NPU_TRY(check_operand(insn, NPU_SLOT_a, v->ints > 0, err));
	if (v->f == NPU_FUNC_lut) {
		if (is_red || npu_dtype_bytes(dst.dtype) != 1 ||
		    npu_dtype_bytes(a.dtype) != 1 ||
		    dst.kind != NPU_KIND_tensor || a.kind != NPU_KIND_tensor)
			return npu_fail(err, NPU_E_FAULT,
					"lut takes 8-bit tensors, in ew");
		return NPU_OK;
	}
	if (v->op0 != NPU_ALU_pass)
		NPU_TRY(check_operand(insn, NPU_SLOT_b, v->ints > 0, err));
	if (v->op0 == NPU_ALU_sel)
		NPU_TRY(check_operand(insn, NPU_SLOT_c, v->ints > 0, err));
	else if (v->op1 != NPU_ALU_pass)
		NPU_TRY(check_operand(insn, NPU_SLOT_c, v->ints > 1, err));
	if (is_red &&
	    (insn->red.axis > 2 ||
	     (insn->red.add && dst.dtype != NPU_s32 && dst.dtype != NPU_fp32)))
		return npu_fail(err, NPU_E_FAULT, "red without a meaning");
	if (is_red && insn->red.add && dst.dtype == NPU_fp32 && v->ints == 2 &&
	    v->f == NPU_FUNC_id)
		return npu_fail(err, NPU_E_FAULT,
				"red starts an int32 sum from fp32");
	return NPU_OK;
}

static enum npu_status check_gemm(const struct npu_insn_gemm *g,
				  struct npu_error *err)
{
	const int a_int = g->dt_a == NPU_u8 || g->dt_a == NPU_s8;
	const int w_int = g->dt_w == NPU_u8 || g->dt_w == NPU_s8;
	const int a_float = g->dt_a >= NPU_fp32 && g->dt_a <= NPU_fp16;
	const int w_float = g->dt_w >= NPU_fp32 && g->dt_w <= NPU_fp16;

	if (!((a_int && w_int) || (a_float && w_float)) || !g->my || !g->mx ||
	    !g->ky || !g->kx || !g->nc || !g->n || (g->ta && g->tb) ||
	    (g->sparse && (g->ta || g->tb || g->nc % 4)) || g->init > 2 ||
	    g->sparse > 2)
		return npu_fail(err, NPU_E_FAULT, "gemm without a meaning");
	return NPU_OK;
}

static enum npu_status check_copy(const union npu_insn *insn,
				  struct npu_error *err)
{
	const struct npu_insn_ld *ld = &insn->ld;
	const struct npu_insn_st *st = &insn->st;

	if (insn->op == NPU_OP_st) {
		if (!st->n0 || !st->n1 || !st->n2 || !st->n3 ||
		    (st->gather && (st->n2 != 1 || st->n3 != 1)))
			return npu_fail(err, NPU_E_FAULT,
					"st without a meaning");
		return NPU_OK;
	}
	if (!ld->n0 || !ld->n1 || !ld->n2 || !ld->n3 ||
	    (ld->gather && (ld->n2 != 1 || ld->n3 != 1)) ||
	    (ld->gather && (ld->u_lo | ld->u_hi | ld->y_lo | ld->y_hi)) ||
	    ((ld->u_lo | ld->u_hi) && ld->s1 < 0))
		return npu_fail(err, NPU_E_FAULT, "ld without a meaning");
	return NPU_OK;
}

enum npu_status npu_exec_check_accesses(const struct npu_memory *memory,
					const union npu_insn *insn,
					struct npu_access *access,
					size_t *count, struct npu_error *err)
{
	*count = 0;
	switch (insn->op) {
	case NPU_OP_ld:
	case NPU_OP_st:
		NPU_TRY(check_copy(insn, err));
		break;
	case NPU_OP_gemm:
		NPU_TRY(check_gemm(&insn->gemm, err));
		break;
	case NPU_OP_ew:
	case NPU_OP_red:
		NPU_TRY(check_vector(insn, err));
		break;
	case NPU_OP_end:
	case NPU_OP_bar:
	case NPU_OP_mark:
		return NPU_OK;
	default:
		return npu_fail(err, NPU_E_FAULT, "opcode 0x%02" PRIx64,
				insn->op);
	}
	*count = npu_insn_accesses(insn, memory->columns, access);
	for (size_t i = 0; i < *count; i++)
		NPU_TRY(check_access(memory, &access[i], err));
	return NPU_OK;
}

enum npu_status npu_exec_check(const struct npu_memory *memory,
			       const union npu_insn *insn,
			       struct npu_error *err)
{
	struct npu_access access[NPU_ACCESS_MAX];
	size_t count;

	return npu_exec_check_accesses(memory, insn, access, &count, err);
}
