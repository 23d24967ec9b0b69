/* isa/gen/gen_svh.c - print npu_isa_pkg.svh for the RTL.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_dtype.h"
#include "isa/npu_isa.h"
#include <stdio.h>

static const struct {
	const char *table, *name;
	unsigned code, width;
} codes[] = {
#define NPU_DTYPE(name, code, bytes, doc) { "DTYPE", #name, code, 4 },
#include "base/npu_dtype.def"
#define NPU_ENGINE(name, number, doc) { "ENGINE", #name, number, 3 },
#define NPU_KIND(name, code, doc)     { "KIND", #name, code, 2 },
#define NPU_ALU(name, code, doc)      { "ALU", #name, code, 4 },
#define NPU_FUNC(name, code, doc)     { "FUNC", #name, code, 4 },
#define NPU_REDUCE(name, code, doc)   { "REDUCE", #name, code, 2 },
#include "isa/npu_isa.def"
};

static void print_codes(void)
{
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (codes[i].code >> codes[i].width == 0)
			printf("  localparam logic [%u:0] %s_%s = %u'd%u;\n",
			       codes[i].width - 1, codes[i].table,
			       codes[i].name, codes[i].width, codes[i].code);
}

/* Bits that some field of the opcode owns: the rest must be 0. */
static void print_mask(const struct npu_op_desc *op)
{
	uint64_t mask[8] = { 0xff };

	for (const struct npu_field_desc *f = op->fields; f->name; f++)
		mask[f->lsb / 64] |= ~(uint64_t)0 >> (64 - f->width)
							     << f->lsb % 64;
	printf("  localparam logic [511:0] USED_%s = 512'h", op->name);
	for (int half = 7; half >= 0; half--)
		printf("%016llx%s", (unsigned long long)mask[half],
		       half ? "_" : ";\n");
}

static void print_op(const struct npu_op_desc *op)
{
	printf("\n  // %s\n  localparam logic [7:0] OP_%s = 8'h%02x;\n",
	       op->doc, op->name, op->code);
	print_mask(op);
	for (const struct npu_field_desc *f = op->fields; f->name; f++)
		printf("  function automatic logic [%u:0] %s_%s"
		       "(input logic [511:0] insn);\n"
		       "    %s_%s = insn[%u:%u];\n  endfunction\n",
		       f->width - 1u, op->name, f->name, op->name, f->name,
		       f->lsb + f->width - 1u, (unsigned)f->lsb);
}

int main(void)
{
	size_t count;
	const struct npu_op_desc *op = npu_op_table(&count);

	puts("// Generated from isa/npu_isa.def by isa/gen/gen_svh.c. Do not "
	     "edit.\npackage npu_isa_pkg;\n"
	     "  // A module uses some of these codes, a field some of the "
	     "bits.\n"
	     "  /* verilator lint_off UNUSEDPARAM */\n"
	     "  /* verilator lint_off UNUSEDSIGNAL */");
	print_codes();
	for (size_t i = 0; i < count; i++)
		print_op(&op[i]);
	puts("  /* verilator lint_on UNUSEDPARAM */\n"
	     "  /* verilator lint_on UNUSEDSIGNAL */\n"
	     "endpackage");
	return fflush(stdout) != 0;
}
