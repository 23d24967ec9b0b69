/* isa/gen/gen_docs.c - print docs/isa.md: every opcode, field and code.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_isa.h"
#include <stdio.h>

struct code {
	unsigned code;
	const char *name, *doc;
};

static const struct code dtypes[] = {
#define NPU_DTYPE(name, code, bytes, doc) { code, #name, doc },
#include "base/npu_dtype.def"
};
static const struct code engines[] = {
#define NPU_ENGINE(name, number, doc) { number, #name, doc },
#include "isa/npu_isa.def"
};
static const struct code kinds[] = {
#define NPU_KIND(name, code, doc) { code, #name, doc },
#include "isa/npu_isa.def"
};
static const struct code alus[] = {
#define NPU_ALU(name, code, doc) { code, #name, doc },
#include "isa/npu_isa.def"
};
static const struct code funcs[] = {
#define NPU_FUNC(name, code, doc) { code, #name, doc },
#include "isa/npu_isa.def"
};
static const struct code reduces[] = {
#define NPU_REDUCE(name, code, doc) { code, #name, doc },
#include "isa/npu_isa.def"
};

/* A cell of a table: '|' would end it. */
static void print_cell(const char *text)
{
	for (; *text; text++)
		printf(*text == '|' ? "\\|" : "%c", *text);
}

static void print_codes(const char *title, const struct code *codes,
			size_t count, unsigned limit)
{
	printf("\n## %s\n\n| code | name | meaning |\n|---|---|---|\n", title);
	for (size_t i = 0; i < count; i++) {
		if (codes[i].code >= limit)
			continue;
		printf("| %u | `%s` | ", codes[i].code, codes[i].name);
		print_cell(codes[i].doc);
		puts(" |");
	}
}

static void print_op(const struct npu_op_desc *op)
{
	unsigned used = 8;

	for (const struct npu_field_desc *f = op->fields; f->name; f++)
		used += f->is_view ? 0 : f->width;
	printf("\n## `%s` (0x%02x, engine %s)\n\n%s %u of 512 bits are used.\n"
	       "\n| bits | field | unit | meaning |\n|---|---|---|---|\n",
	       op->name, op->code, npu_engine_name(op->engine), op->doc, used);
	for (const struct npu_field_desc *f = op->fields; f->name; f++) {
		printf("| %u..%u | `%s` | %s | ", f->lsb + f->width - 1u,
		       (unsigned)f->lsb, f->name, f->unit);
		if (f->is_view)
			printf("where `%s` = %u: ", f->when,
			       (unsigned)f->when_value);
		print_cell(f->doc);
		puts(" |");
	}
}

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

int main(void)
{
	size_t count;
	const struct npu_op_desc *op = npu_op_table(&count);

	puts("<!-- Generated from isa/npu_isa.def by isa/gen/gen_docs.c. -->\n"
	     "# The instructions, field by field\n\n"
	     "An instruction is 64 bytes, little-endian: bit b is bit b%64 of "
	     "half b/64. Bits 0..7 are the opcode; bits that no field names "
	     "are 0. Units: count, byte, sbyte (signed), line (16 bytes of "
	     "scratchpad), row (of the accumulators), mask, flag, zero (zero "
	     "point, in the operand's own type), raw (32 bits), code, or the "
	     "table of that name below.");
	for (size_t i = 0; i < count; i++)
		print_op(&op[i]);
	print_codes("Engines", engines, COUNT(engines), 16);
	print_codes("dtype", dtypes, COUNT(dtypes), 16);
	print_codes("kind", kinds, COUNT(kinds), 16);
	print_codes("alu", alus, COUNT(alus), 16);
	print_codes("func", funcs, COUNT(funcs), 16);
	print_codes("reduce", reduces, COUNT(reduces), 16);
	return fflush(stdout) != 0;
}
