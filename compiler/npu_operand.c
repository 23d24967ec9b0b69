/* compiler/npu_operand.c - operands of EW and RED by buffer instead of address.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/npu_codegen_internal.h"

struct npu_tile_operand npu__tensor(const struct npu_value *value,
				    uint32_t buffer, uint64_t offset,
				    uint64_t s1_bytes, uint64_t s2_bytes)
{
	struct npu_tile_operand o = { buffer, offset, { 0 } };

	o.slot.kind = NPU_KIND_tensor;
	o.slot.dtype = value->dtype;
	if (value->dtype == NPU_u8 || value->dtype == NPU_s8)
		o.slot.zero = (uint8_t)value->zero;
	o.slot.s1 = (uint32_t)(s1_bytes / NPU_LINE);
	o.slot.s2 = (uint32_t)(s2_bytes / NPU_LINE);
	return o;
}

struct npu_tile_operand npu__column(enum npu_dtype dtype, uint32_t buffer,
				    uint64_t offset, uint64_t s1, uint64_t s2)
{
	struct npu_tile_operand o = { buffer, offset, { 0 } };

	o.slot.kind = NPU_KIND_column;
	o.slot.dtype = dtype;
	o.slot.s1 = (uint32_t)s1;
	o.slot.s2 = (uint32_t)s2;
	return o;
}

struct npu_tile_operand npu__row(enum npu_dtype dtype, uint32_t buffer,
				 uint64_t offset)
{
	struct npu_tile_operand o = { buffer, offset, { 0 } };

	o.slot.kind = NPU_KIND_tensor;
	o.slot.dtype = dtype;
	return o;
}

struct npu_tile_operand npu__acc(enum npu_dtype dtype, uint32_t buffer,
				 uint64_t s0, uint64_t s1, uint64_t s2)
{
	struct npu_tile_operand o = { buffer, 0, { 0 } };

	o.slot.kind = NPU_KIND_acc;
	o.slot.dtype = dtype;
	o.slot.s0 = (uint32_t)s0;
	o.slot.s1 = (uint32_t)s1;
	o.slot.s2 = (uint32_t)s2;
	return o;
}

struct npu_tile_operand npu__imm(enum npu_dtype dtype, uint32_t bits)
{
	struct npu_tile_operand o = { NPU_NONE, 0, { 0 } };

	o.slot.kind = NPU_KIND_imm;
	o.slot.dtype = dtype;
	o.slot.imm = bits;
	return o;
}

void npu__operand(struct npu_codegen *cg, struct npu_step *step,
		  enum npu_slot slot, struct npu_tile_operand operand)
{
	if (operand.slot.kind == NPU_KIND_acc)
		operand.slot.row = (uint32_t)operand.offset;
	else if (operand.slot.kind != NPU_KIND_imm)
		operand.slot.addr = (uint32_t)(operand.offset / NPU_LINE);
	if (operand.slot.kind == NPU_KIND_tensor &&
	    (operand.slot.s1 > 65535 || operand.slot.s2 > 65535))
		npu__too_large(cg, "a row of a tile");
	npu_insn_set_operand(&step->insn, slot, &operand.slot);
	if (operand.slot.kind != NPU_KIND_imm)
		npu__at(cg, step, (enum npu_field_slot)(NPU_AT_DST + (int)slot),
			operand.buffer, 0);
}

struct npu_step *npu__ew(struct npu_codegen *cg, uint64_t n2, uint64_t n1,
			 uint64_t n0)
{
	struct npu_step *step = npu__step(cg, NPU_OP_ew);

	step->insn.ew.n2 = n2;
	step->insn.ew.n1 = n1;
	step->insn.ew.n0 = n0;
	return step;
}

void npu__post(struct npu_step *step, const struct npu_post *post)
{
	struct npu_insn_ew *ew = &step->insn.ew;

	ew->f = post->f;
	ew->p0 = post->p0;
	ew->p1 = post->p1;
	if (post->has_scale) {
		ew->scaled = 1;
		ew->scale = npu_fp32_bits(post->scale);
	}
}
