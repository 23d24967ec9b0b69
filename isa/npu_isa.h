/* isa/npu_isa.h - instructions as C values, and their binary and text forms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_ISA_H
#define NPU_ISA_H
#include "base/npu_dtype.h"
#include "base/npu_status.h"
#include "base/npu_text.h"
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum npu_engine_id {
#define NPU_ENGINE(name, number, doc) NPU_ENGINE_##name = (number),
#include "isa/npu_isa.def"
	NPU_ENGINE_COUNT
};

enum npu_opcode {
#define NPU_OP(op, code, engine, doc) NPU_OP_##op = (code),
#include "isa/npu_isa.def"
};

enum npu_kind {
#define NPU_KIND(name, code, doc) NPU_KIND_##name = (code),
#include "isa/npu_isa.def"
};
enum npu_alu {
#define NPU_ALU(name, code, doc) NPU_ALU_##name = (code),
#include "isa/npu_isa.def"
};
enum npu_func {
#define NPU_FUNC(name, code, doc) NPU_FUNC_##name = (code),
#include "isa/npu_isa.def"
};
enum npu_reduce {
#define NPU_REDUCE(name, code, doc) NPU_REDUCE_##name = (code),
#include "isa/npu_isa.def"
};

/* C type of a field, by its unit in the table: signed for sbyte alone. */
#define NPU_CTYPE_count  uint64_t
#define NPU_CTYPE_byte   uint64_t
#define NPU_CTYPE_sbyte  int64_t
#define NPU_CTYPE_line   uint64_t
#define NPU_CTYPE_row    uint64_t
#define NPU_CTYPE_mask   uint64_t
#define NPU_CTYPE_flag   uint64_t
#define NPU_CTYPE_code   uint64_t
#define NPU_CTYPE_dtype  uint64_t
#define NPU_CTYPE_kind   uint64_t
#define NPU_CTYPE_alu    uint64_t
#define NPU_CTYPE_func   uint64_t
#define NPU_CTYPE_reduce uint64_t
#define NPU_CTYPE_zero   uint64_t
#define NPU_CTYPE_raw    uint64_t

/* struct npu_insn_ld { uint64_t op, wait, signal, tag, spad, ...; } and so on.
 * Views (other readings of the same bits) are members too: decoding fills them
 * all; encoding ORs them, and refuses two readings that disagree. Set those
 * that the operand's kind uses and leave the rest 0. */
#define NPU_OP(op_, code, engine, doc) \
	struct npu_insn_##op_ {        \
		uint64_t op;
#define NPU_FIELD(op_, name, lsb, width, unit, doc) NPU_CTYPE_##unit name;
#define NPU_VIEW(op_, name, lsb, width, unit, when, value, doc) \
	NPU_CTYPE_##unit name;
#define NPU_OP_END(op_) \
	}               \
	;
#include "isa/npu_isa.def"

/* The members that every opcode starts with. */
struct npu_insn_any {
	uint64_t op, wait, signal, tag;
};

/* `op`, then wait, signal and tag, are the first members of every variant, so
 * they are always readable through `any`. */
union npu_insn {
	uint64_t op;
	struct npu_insn_any any;
#define NPU_OP(op_, code, engine, doc) struct npu_insn_##op_ op_;
#include "isa/npu_isa.def"
};

/* The binary form: 512 bits, half[0] holds bits 63..0, little-endian in files.
 */
struct npu_word {
	uint64_t half[8];
};
enum { NPU_INSN_BYTES = 64 };

struct npu_field_desc {
	const char *name; /* NULL ends a field list */
	const char *unit, *doc;
	uint16_t lsb, width;
	size_t offset; /* of the value in union npu_insn */
	/* a view is read where the field at `when_offset` is `when_value` */
	uint8_t is_view, when_value;
	const char *when;
	size_t when_offset;
	uint8_t is_signed;
};

struct npu_op_desc {
	const char *name, *doc;
	uint8_t code;
	enum npu_engine_id engine;
	const struct npu_field_desc *fields;
};

/* Description of an opcode, or NULL if the code is not defined. */
const struct npu_op_desc *npu_op_find(uint64_t code);
/* The same by name, "ld". */
const struct npu_op_desc *npu_op_find_name(const char *name);
/* The whole table, in .def order; *count receives its length. */
const struct npu_op_desc *npu_op_table(size_t *count);
/* "ld", "mx", ... */
const char *npu_engine_name(enum npu_engine_id engine);
/* Engine that executes `insn`; NPU_ENGINE_ctl where the opcode is undefined. */
enum npu_engine_id npu_insn_engine(const union npu_insn *insn);

/* Pack one instruction. E_RANGE: undefined opcode, a value that does not fit
 * its width, two readings of the same bits that disagree; `*out` is untouched
 * on failure. */
NPU_NODISCARD enum npu_status npu_insn_encode(const union npu_insn *insn,
					      struct npu_word *out,
					      struct npu_error *err);
/* Unpack one word. E_RANGE: undefined opcode, or a reserved bit that is 1. */
NPU_NODISCARD enum npu_status npu_insn_decode(struct npu_word word,
					      union npu_insn *out,
					      struct npu_error *err);

/* Append the text form, "ld spad=0x40 region=1 n0=64 ...": every field that is
 * not 0, codes by their names; what npu_insn_parse() reads back to equal bits.
 */
void npu_insn_print(const union npu_insn *insn, struct npu_text *out);
/* Read one line of text. `at` locates errors; column is found by the parser.
 *   errors  E_SYNTAX (unknown opcode or field, doubled field), E_RANGE */
NPU_NODISCARD enum npu_status npu_insn_parse(const char *line,
					     struct npu_loc at,
					     union npu_insn *out,
					     struct npu_error *err);

/* An operand slot of EW or RED, by value. */
struct npu_operand {
	enum npu_kind kind;
	enum npu_dtype dtype;
	uint8_t zero;     /* zero point, in the operand's own type */
	uint32_t addr;    /* tensor, column: first line (16 bytes) */
	uint32_t row, s0; /* acc: first row, step of a block of T columns */
	uint32_t s1, s2;  /* lines (tensor), elements (column), rows (acc) */
	uint32_t imm;     /* imm: the 32 bits */
};
enum npu_slot { NPU_SLOT_dst, NPU_SLOT_a, NPU_SLOT_b, NPU_SLOT_c };

/* Read or write a slot of an `ew` or `red`. */
struct npu_operand npu_insn_operand(const union npu_insn *insn,
				    enum npu_slot slot);
void npu_insn_set_operand(union npu_insn *insn, enum npu_slot slot,
			  const struct npu_operand *operand);

/* The 40-bit address map. Bit 39 clear: DRAM. Set: bits 38..28 are a core, and
 * within its window lie its scratchpad, LUT RAM and CSR page. LD and ST reach
 * it through a region of kind `cores`, whose base is NPU_CORES_BASE. */
#define NPU_ADDRESS_BITS 40
#define NPU_CORES_BASE   ((uint64_t)1 << 39)
#define NPU_CORE_SHIFT   28
#define NPU_CORE_LUT     ((uint64_t)1 << 27)
#define NPU_CORE_CSR     ((uint64_t)3 << 26)
enum { NPU_LUT_BYTES = 4096, NPU_LINE_BYTES = 16 };

/* What an instruction touches: one strided set of bytes or rows,
 * first + i0*step[0] + ... + i3*step[3] + 0..extent-1. As a set: each byte
 * once, overlapping levels merged. */
enum npu_space { NPU_SPACE_spad, NPU_SPACE_acc, NPU_SPACE_lut, NPU_SPACE_mem };
/* "scratchpad", ... */
const char *npu_space_name(enum npu_space space);
enum { NPU_ACCESS_MAX = 12, NPU_ACCESS_LEVELS = 4 };
struct npu_access {
	enum npu_space space;
	uint8_t is_write;
	uint8_t maybe;  /* scatter, gather: perhaps not all of it */
	uint8_t region; /* mem: the base register */
	uint8_t what;   /* EW, RED: enum npu_slot, or 4: scale, 5: LUT */
	uint16_t cores; /* spad of an LD: of these cores as well */
	int64_t first;  /* bytes (spad, lut), rows (acc), bytes in the region */
	uint64_t extent; /* contiguous bytes or rows at each point, >= 1 */
	/* [levels] used, outermost first: steps > 0 and descending, counts > 1;
	 * the rest are 1 and 0 */
	uint32_t levels;
	uint64_t count[NPU_ACCESS_LEVELS];
	uint64_t step[NPU_ACCESS_LEVELS];
	uint32_t col_count; /* acc: columns 0..col_count-1 of each row */
};

/* All that `insn` reads and writes; filled (padding) bytes of an LD count as
 * written and are not read. `columns` is T, the accumulator columns. A gather
 * reads its whole index range, a scatter writes it.
 *   out    [NPU_ACCESS_MAX]
 *   returns the number of entries; 0 for ctl, and for empty shapes */
size_t npu_insn_accesses(const union npu_insn *insn, uint32_t columns,
			 struct npu_access *out);

#ifdef __cplusplus
}
#endif
#endif
