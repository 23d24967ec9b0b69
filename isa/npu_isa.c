/* isa/npu_isa.c - instruction tables, the 64-byte coder and operand slots.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_field_internal.h"
#include <inttypes.h>
#include <string.h>

/* Bits 0..7 are the opcode; no field leaves its 64-bit half. */
#define NPU_FIELD(op, name, lsb, width, unit, doc)                       \
	_Static_assert((lsb) >= 8 && (width) >= 1 && (width) < 64 &&     \
			       (lsb) / 64 == ((lsb) + (width)-1) / 64 && \
			       (lsb) + (width) <= 512,                   \
		       #op "." #name ": leaves its 64-bit half");
#define NPU_VIEW(op, name, lsb, width, unit, when, value, doc) \
	NPU_FIELD(op, name, lsb, width, unit, doc)
#include "isa/npu_isa.def"

/* Of a unit's C type: only a signed one has values below 1 but 0. */
#define NPU_IS_SIGNED(unit) ((NPU_CTYPE_##unit) - 1 < 1)

#define NPU_OP(op, code, engine, doc) \
	static const struct npu_field_desc fields_##op[] = {
#define NPU_FIELD(op, name, lsb, width, unit, doc) \
	{ #name,                                   \
	  #unit,                                   \
	  doc,                                     \
	  lsb,                                     \
	  width,                                   \
	  offsetof(struct npu_insn_##op, name),    \
	  0,                                       \
	  0,                                       \
	  NULL,                                    \
	  0,                                       \
	  NPU_IS_SIGNED(unit) },
#define NPU_VIEW(op, name, lsb, width, unit, when, value, doc) \
	{ #name,                                               \
	  #unit,                                               \
	  doc,                                                 \
	  lsb,                                                 \
	  width,                                               \
	  offsetof(struct npu_insn_##op, name),                \
	  1,                                                   \
	  value,                                               \
	  #when,                                               \
	  offsetof(struct npu_insn_##op, when),                \
	  NPU_IS_SIGNED(unit) },
#define NPU_OP_END(op) \
	{              \
		0      \
	}              \
	}              \
	;
#include "isa/npu_isa.def"

static const struct npu_op_desc ops[] = {
#define NPU_OP(op, code, engine, doc) \
	{ #op, doc, code, NPU_ENGINE_##engine, fields_##op },
#include "isa/npu_isa.def"
};
enum { OP_COUNT = sizeof ops / sizeof ops[0] };

const struct npu_op_desc *npu_op_table(size_t *count)
{
	*count = OP_COUNT;
	return ops;
}

enum op_index {
#define NPU_OP(op, code, engine, doc) OP_INDEX_##op,
#include "isa/npu_isa.def"
};

const struct npu_op_desc *npu_op_find(uint64_t code)
{
	switch (code) {
#define NPU_OP(op, code, engine, doc) \
	case (code):                  \
		return &ops[OP_INDEX_##op];
#include "isa/npu_isa.def"
	default:
		return NULL;
	}
}

const struct npu_op_desc *npu_op_find_name(const char *name)
{
	for (size_t i = 0; i < OP_COUNT; i++)
		if (!strcmp(ops[i].name, name))
			return &ops[i];
	return NULL;
}

const char *npu_engine_name(enum npu_engine_id engine)
{
	static const char *const names[] = {
#define NPU_ENGINE(name, number, doc) [number] = #name,
#include "isa/npu_isa.def"
	};

	return (unsigned)engine < NPU_ENGINE_COUNT ? names[engine] : "?";
}

enum npu_engine_id npu_insn_engine(const union npu_insn *insn)
{
	const struct npu_op_desc *op = npu_op_find(insn->op);

	return op ? op->engine : NPU_ENGINE_ctl;
}

/* ---- the coder: straight code of each opcode, from the table ---- */

/* What is wrong with an instruction, if anything: found by the first, slower
 * look, since hardly one is. */
static int fit(const struct npu_field_desc *f, uint64_t value, uint64_t *bits)
{
	*bits = value & npu__low_bits(f->width);
	if (!f->is_signed)
		return *bits == value;
	uint64_t sign = value >> (f->width - 1);
	return sign == 0 || sign == ~(uint64_t)0 >> (f->width - 1);
}

static enum npu_status refuse(const union npu_insn *insn,
			      const struct npu_op_desc *op,
			      struct npu_error *err)
{
	struct npu_word word = { { 0 } };

	for (const struct npu_field_desc *f = op->fields; f->name; f++) {
		uint64_t value = npu__member(insn, f->offset), bits;
		uint64_t *half = &word.half[f->lsb / 64];
		unsigned shift = f->lsb % 64;

		if (!fit(f, value, &bits))
			return npu_fail(
				err, NPU_E_RANGE,
				"%s.%s = %" PRId64 " does not fit its %u bits",
				op->name, f->name, (int64_t)value, f->width);
		uint64_t there = *half >> shift & npu__low_bits(f->width);
		if (f->is_view && bits && there && bits != there)
			return npu_fail(err, NPU_E_RANGE,
					"%s.%s = %" PRIu64
					" disagrees with the fields that own "
					"its bits, which hold %" PRIu64,
					op->name, f->name, bits, there);
		*half |= bits << shift;
	}
	return NPU_E_INTERNAL;
}

/* Put `value` into bits lsb .. lsb+width-1. Returns what of it does not fit, or
 * of a view disagrees with the bits that are there; 0: nothing. */
static inline uint64_t put(struct npu_word *word, uint64_t value, unsigned lsb,
			   unsigned width, int is_signed, int is_view)
{
	const uint64_t mask = npu__low_bits(width), bits = value & mask;
	const unsigned shift = lsb % 64;
	uint64_t *half = &word->half[lsb / 64];
	const uint64_t there = *half >> shift & mask;
	/* bits above: all 0; signed, all equal to the sign */
	const uint64_t above = is_signed && bits >> (width - 1) ? ~value & ~mask
								: value & ~mask;

	*half |= bits << shift;
	return above | (is_view && bits && there ? bits ^ there : 0);
}

static inline uint64_t get(const struct npu_word *word, unsigned lsb,
			   unsigned width, int is_signed)
{
	const uint64_t mask = npu__low_bits(width);
	const uint64_t bits = word->half[lsb / 64] >> (lsb % 64) & mask;

	return is_signed && bits >> (width - 1) ? bits | ~mask : bits;
}

/* clang-format off */
/* pack_ld(insn, &word) and so on; return 0 where something is wrong. */
#define NPU_OP(op_, code, engine, doc)                                    \
	static int pack_##op_(const struct npu_insn_##op_ *insn,          \
			      struct npu_word *word)                      \
	{                                                                 \
		uint64_t wrong = insn->op ^ (code);                       \
		word->half[0] = (code);
#define NPU_FIELD(op_, name, lsb, width, unit, doc)                       \
		wrong |= put(word, (uint64_t)insn->name, lsb, width,      \
			     NPU_IS_SIGNED(unit), 0);
#define NPU_VIEW(op_, name, lsb, width, unit, when, value, doc)           \
		wrong |= put(word, (uint64_t)insn->name, lsb, width,      \
			     NPU_IS_SIGNED(unit), 1);
#define NPU_OP_END(op_)                                                   \
		return wrong == 0;                                        \
	}
#include "isa/npu_isa.def"

/* unpack_ld(&word, insn); what is left of the word are reserved bits. */
#define NPU_OP(op_, code, engine, doc)                                    \
	static void unpack_##op_(struct npu_word *word,                   \
				 struct npu_insn_##op_ *insn)             \
	{                                                                 \
		struct npu_word used = { { 0xff } };                      \
		insn->op = (code);
#define NPU_FIELD(op_, name, lsb, width, unit, doc)                       \
		insn->name = (NPU_CTYPE_##unit)get(word, lsb, width,      \
						   NPU_IS_SIGNED(unit));  \
		used.half[(lsb) / 64] |= npu__low_bits(width) << (lsb) % 64;
#define NPU_VIEW(op_, name, lsb, width, unit, when, value, doc)           \
		NPU_FIELD(op_, name, lsb, width, unit, doc)
#define NPU_OP_END(op_)                                                   \
		for (int h = 0; h < 8; h++)                               \
			word->half[h] &= ~used.half[h];                   \
	}
#include "isa/npu_isa.def"
/* clang-format on */

enum npu_status npu_insn_encode(const union npu_insn *insn,
				struct npu_word *out, struct npu_error *err)
{
	const struct npu_op_desc *op = npu_op_find(insn->op);
	struct npu_word word = { { 0 } };
	int is_right = 0;

	switch (insn->op) {
#define NPU_OP(op_, code, engine, doc)                    \
	case (code):                                      \
		is_right = pack_##op_(&insn->op_, &word); \
		break;
#include "isa/npu_isa.def"
	default:
		return npu_fail(err, NPU_E_RANGE,
				"opcode 0x%02" PRIx64 " is not defined",
				insn->op);
	}
	if (!is_right)
		return refuse(insn, op, err);
	*out = word;
	return NPU_OK;
}

enum npu_status npu_insn_decode(struct npu_word word, union npu_insn *out,
				struct npu_error *err)
{
	const uint64_t code = word.half[0] & 0xff;
	union npu_insn insn;

	memset(&insn, 0, sizeof insn);
	switch (code) {
#define NPU_OP(op_, code_, engine, doc)         \
	case (code_):                           \
		unpack_##op_(&word, &insn.op_); \
		break;
#include "isa/npu_isa.def"
	default:
		return npu_fail(err, NPU_E_RANGE,
				"opcode 0x%02" PRIx64 " is not defined", code);
	}
	for (unsigned half = 0; half < 8; half++) {
		unsigned bit = 0;

		if (!word.half[half])
			continue;
		while (!(word.half[half] >> bit & 1))
			bit++;
		return npu_fail(err, NPU_E_RANGE, "%s: reserved bit %u is 1",
				npu_op_find(code)->name, half * 64 + bit);
	}
	*out = insn;
	return NPU_OK;
}

/* EW and RED have the same slots at the same bits; a slot is four fields and
 * three views in this order. Found once per call through the field table. */
struct slot_members {
	uint64_t kind, zero, addr, s1, s2, row, s0, imm;
};

#define NPU_SLOT_LIST(X, op) X(op, dst) X(op, a) X(op, b) X(op, c)

static struct slot_members get_slot(const union npu_insn *insn,
				    enum npu_slot slot, enum npu_dtype *dtype)
{
	switch (slot) {
#define X(op, x)                                                                 \
	case NPU_SLOT_##x:                                                       \
		*dtype = (enum npu_dtype)insn->op.dt_##x;                        \
		return (struct slot_members){                                    \
			insn->op.x##_kind, insn->op.x##_zero, insn->op.x##_addr, \
			insn->op.x##_s1,   insn->op.x##_s2,   insn->op.x##_row,  \
			insn->op.x##_s0,   insn->op.x##_imm,                     \
		};
		NPU_SLOT_LIST(X, ew)
#undef X
	}
	*dtype = NPU_none;
	return (struct slot_members){ 0 };
}

static void set_slot(union npu_insn *insn, enum npu_slot slot,
		     enum npu_dtype dtype, struct slot_members m)
{
	switch (slot) {
#define X(op, x)                                   \
	case NPU_SLOT_##x:                         \
		insn->op.dt_##x = (uint64_t)dtype; \
		insn->op.x##_kind = m.kind;        \
		insn->op.x##_zero = m.zero;        \
		insn->op.x##_addr = m.addr;        \
		insn->op.x##_s1 = m.s1;            \
		insn->op.x##_s2 = m.s2;            \
		insn->op.x##_row = m.row;          \
		insn->op.x##_s0 = m.s0;            \
		insn->op.x##_imm = m.imm;          \
		break;
		NPU_SLOT_LIST(X, ew)
#undef X
	}
}

/* Both are NPU_VECTOR: the members of `ew` are those of `red`. */
_Static_assert(offsetof(struct npu_insn_ew, c_imm) ==
		       offsetof(struct npu_insn_red, c_imm),
	       "ew and red differ in their operand slots");

struct npu_operand npu_insn_operand(const union npu_insn *insn,
				    enum npu_slot slot)
{
	struct npu_operand o = { 0 };
	struct slot_members m = get_slot(insn, slot, &o.dtype);

	o.kind = (enum npu_kind)m.kind;
	if (o.kind == NPU_KIND_imm) {
		o.imm = (uint32_t)m.imm;
		return o;
	}
	o.s1 = (uint32_t)m.s1;
	o.s2 = (uint32_t)m.s2;
	if (o.kind == NPU_KIND_acc) {
		o.row = (uint32_t)m.row;
		o.s0 = (uint32_t)m.s0;
	} else {
		o.zero = (uint8_t)m.zero;
		o.addr = (uint32_t)m.addr;
	}
	return o;
}

/* All readings are set, as decoding would. Values that do not fit are kept, in
 * the members that the kind uses, for the coder to refuse. */
void npu_insn_set_operand(union npu_insn *insn, enum npu_slot slot,
			  const struct npu_operand *operand)
{
	struct npu_operand o = *operand;
	struct slot_members m = { .kind = (uint64_t)o.kind };

	if (o.kind == NPU_KIND_imm) {
		m.imm = o.imm;
		m.s1 = o.imm & 0xffff;
		m.s2 = o.imm >> 16;
		set_slot(insn, slot, o.dtype, m);
		return;
	}
	m.s1 = o.s1;
	m.s2 = o.s2;
	if (o.s1 <= 0xffff && o.s2 <= 0xffff)
		m.imm = o.s1 | o.s2 << 16;
	uint32_t word = 0; /* bits 2..31 of word 0 */
	if (o.kind == NPU_KIND_acc) {
		m.row = o.row;
		m.s0 = o.s0;
		if (o.row <= 0x7fff && o.s0 <= 0x7fff)
			word = o.row | o.s0 << 15;
		m.zero = word & 0xff;
		m.addr = word >> 8;
	} else {
		m.zero = o.zero;
		m.addr = o.addr;
		if (o.addr <= 0x3fffff)
			word = o.zero | o.addr << 8;
		m.row = word & 0x7fff;
		m.s0 = word >> 15;
	}
	set_slot(insn, slot, o.dtype, m);
}
