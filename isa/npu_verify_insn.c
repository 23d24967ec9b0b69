/* isa/npu_verify_insn.c - field combinations that isa.md refuses.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_verify_internal.h"

const char *npu_violation_name(enum npu_violation_kind kind)
{
	static const char *const names[] = {
		[NPU_VIOLATION_none] = "none",
		[NPU_VIOLATION_encoding] = "encoding",
		[NPU_VIOLATION_bounds] = "bounds",
		[NPU_VIOLATION_deadlock] = "deadlock",
		[NPU_VIOLATION_capacity] = "capacity",
		[NPU_VIOLATION_leftover] = "leftover",
		[NPU_VIOLATION_wrong_engine] = "wrong_engine",
		[NPU_VIOLATION_raw] = "raw",
		[NPU_VIOLATION_war] = "war",
		[NPU_VIOLATION_waw] = "waw",
		[NPU_VIOLATION_never_written] = "never_written",
		[NPU_VIOLATION_read_only] = "read_only",
	};

	return names[kind];
}

int npu_violation_is_race(enum npu_violation_kind kind)
{
	return kind == NPU_VIOLATION_raw || kind == NPU_VIOLATION_war ||
	       kind == NPU_VIOLATION_waw;
}

int npu_violation_has_address(enum npu_violation_kind kind)
{
	return npu_violation_is_race(kind) || kind == NPU_VIOLATION_bounds ||
	       kind == NPU_VIOLATION_never_written ||
	       kind == NPU_VIOLATION_read_only;
}

static int is_byte(uint64_t dtype)
{
	return dtype == NPU_u8 || dtype == NPU_s8;
}

static int is_integer(uint64_t dtype)
{
	return is_byte(dtype) || dtype == NPU_s32;
}

static int is_float(uint64_t dtype)
{
	return dtype == NPU_fp32 || dtype == NPU_bf16 || dtype == NPU_fp16;
}

/* ---- sequencer ---- */

static const char *control_fault(const union npu_insn *insn)
{
	if (insn->any.wait | insn->any.signal)
		return "tokens on an instruction of the sequencer";
	if (insn->op == NPU_OP_bar &&
	    (insn->bar.engines & 1 || insn->bar.engines >> NPU_ENGINE_COUNT))
		return "only the four engines can be waited for";
	return NULL;
}

/* ---- LD and ST ---- */

static const char *gather_fault(const struct npu_insn_ld *ld)
{
	if (ld->n2 != 1 || ld->n3 != 1)
		return "a gather has n2 = n3 = 1";
	if (!ld->limit)
		return "a gather's limit is 0";
	if ((uint64_t)ld->s3 >> 26 & 0x3f)
		return "a gather's index list is beyond 26 bits";
	return NULL;
}

static const char *ld_fault(const struct npu_insn_ld *ld)
{
	uint64_t fills = ld->u_lo | ld->u_hi | ld->y_lo | ld->y_hi;

	if (!ld->n0 || !ld->n1 || !ld->n2 || !ld->n3)
		return "an empty copy";
	if (ld->gather && fills)
		return "a gather has no fills";
	if (ld->s1 < 0 && (ld->u_lo | ld->u_hi))
		return "u_lo and u_hi need s1 >= 0";
	if (!ld->cast && ld->cores)
		return "`cores` without `cast`";
	return ld->gather ? gather_fault(ld) : NULL;
}

static const char *st_fault(const struct npu_insn_st *st)
{
	struct npu_insn_ld ld = { 0 };

	if (!st->n0 || !st->n1 || !st->n2 || !st->n3)
		return "an empty copy";
	ld.n2 = st->n2;
	ld.n3 = st->n3;
	ld.limit = st->limit;
	ld.s3 = st->s3;
	return st->gather ? gather_fault(&ld) : NULL;
}

/* ---- GEMM ---- */

static const char *gemm_fault(const struct npu_insn_gemm *g,
			      const struct npu_chip *chip)
{
	if (!g->n || !g->nc || !g->my || !g->mx || !g->ky || !g->kx)
		return "an empty GEMM";
	if (g->ta && g->tb)
		return "ta with tb: there is one transposer";
	if (g->sparse && g->tb)
		return "sparse with tb";
	if (g->sparse && g->ta)
		return "sparse with ta";
	if (g->sparse > 2)
		return "sparse is 0, 1 or 2";
	if (g->sparse && g->nc % 4)
		return "sparse needs nc to be a multiple of 4";
	if (g->init > 2)
		return "init is 0, 1 or 2";
	if (!(is_byte(g->dt_a) && is_byte(g->dt_w)) &&
	    !(is_float(g->dt_a) && is_float(g->dt_w)))
		return "operands are both 8-bit integers or both floats";
	if (is_float(g->dt_a) && chip->array.operands == NPU_operands_int8)
		return "the chip's array multiplies 8-bit integers only";
	if (is_float(g->dt_a) && (g->a_zero | g->w_zero))
		return "a zero point on a float";
	return NULL;
}

/* ---- EW and RED ---- */

static const char *operand_fault(const union npu_insn *insn, enum npu_slot slot)
{
	struct npu_operand o = npu_insn_operand(insn, slot);

	if (!is_integer(o.dtype) && !is_float(o.dtype))
		return "an operand has no such element type";
	switch (o.kind) {
	case NPU_KIND_imm:
		if (slot == NPU_SLOT_dst)
			return "dst is an immediate";
		if (o.dtype != NPU_s32 && o.dtype != NPU_fp32)
			return "an immediate is s32 or fp32";
		break;
	case NPU_KIND_acc:
		if (o.dtype != NPU_s32 && o.dtype != NPU_fp32)
			return "an accumulator is s32 or fp32";
		break;
	case NPU_KIND_tensor:
	case NPU_KIND_column:
		if (o.zero && !is_byte(o.dtype))
			return "a zero point on an operand that is not 8-bit";
		break;
	}
	return NULL;
}

static const char *lut_fault(const struct npu_insn_ew *v)
{
	if (!is_byte(v->dt_a) || !is_byte(v->dt_dst) ||
	    v->a_kind != NPU_KIND_tensor || v->dst_kind != NPU_KIND_tensor)
		return "lut maps an 8-bit tensor to an 8-bit tensor";
	if (v->op0 != NPU_ALU_pass || v->op1 != NPU_ALU_pass || v->scaled ||
	    v->ints)
		return "nothing else applies with lut";
	if (v->op != NPU_OP_ew)
		return "lut with RED";
	return NULL;
}

static int is_bitwise(uint64_t alu)
{
	return alu >= NPU_ALU_band;
}

/* Operations in int32 take integers, and the bitwise ones are int32 alone. */
static const char *domain_fault(const struct npu_insn_ew *v, int uses_b,
				int uses_c)
{
	if (v->ints > 2)
		return "ints is 0, 1 or 2";
	if ((is_bitwise(v->op0) && v->ints < 1) ||
	    (is_bitwise(v->op1) && v->ints < 2))
		return "a bitwise operation in fp32";
	if (v->ints &&
	    (!is_integer(v->dt_a) || (uses_b && !is_integer(v->dt_b))))
		return "an int32 operation on a float";
	if (uses_c && !is_integer(v->dt_c) &&
	    (v->ints == 2 || (v->ints && v->op0 == NPU_ALU_sel)))
		return "an int32 operation on a float";
	return NULL;
}

static const char *red_fault(const struct npu_insn_red *red)
{
	if (red->axis > 2)
		return "axis is 0, 1 or 2";
	if (red->add && red->dt_dst != NPU_s32 && red->dt_dst != NPU_fp32)
		return "`add` starts from s32 or fp32";
	if (red->add && red->dt_dst == NPU_fp32 && red->ints == 2 &&
	    red->f == NPU_FUNC_id)
		return "`add` starts an int32 reduction from fp32";
	if (red->reduce == NPU_REDUCE_argmax &&
	    (red->add || red->dt_dst != NPU_s32))
		return "argmax gives an s32 index and starts from nothing";
	return NULL;
}

static const char *vector_fault(const union npu_insn *insn)
{
	const struct npu_insn_ew *v = &insn->ew;
	int uses_b = v->op0 != NPU_ALU_pass;
	int uses_c = v->op1 != NPU_ALU_pass || v->op0 == NPU_ALU_sel;
	const char *fault;

	if (!v->n0 || !v->n1 || !v->n2)
		return "an empty shape";
	if (v->f > NPU_FUNC_lut)
		return "no such function";
	if (v->op1 == NPU_ALU_sel ||
	    (v->op0 == NPU_ALU_sel && v->op1 != NPU_ALU_pass))
		return "sel is op0 alone, with op1 = pass";
	if ((fault = operand_fault(insn, NPU_SLOT_dst)) ||
	    (fault = operand_fault(insn, NPU_SLOT_a)) ||
	    (uses_b && (fault = operand_fault(insn, NPU_SLOT_b))) ||
	    (uses_c && (fault = operand_fault(insn, NPU_SLOT_c))) ||
	    (fault = domain_fault(v, uses_b, uses_c)))
		return fault;
	if (v->f == NPU_FUNC_lut && (fault = lut_fault(v)))
		return fault;
	return insn->op == NPU_OP_red ? red_fault(&insn->red) : NULL;
}

const char *npu__insn_fault(const union npu_insn *insn,
			    const struct npu_chip *chip)
{
	switch (insn->op) {
	case NPU_OP_ld:
		return ld_fault(&insn->ld);
	case NPU_OP_st:
		return st_fault(&insn->st);
	case NPU_OP_gemm:
		return gemm_fault(&insn->gemm, chip);
	case NPU_OP_ew:
	case NPU_OP_red:
		return vector_fault(insn);
	default:
		return control_fault(insn);
	}
}
