/* isa/gen/gen_csr.c - print npu_csr_pkg.svh (`sv`) or docs/csr.md (`docs`).
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

enum row_kind { REGISTER, FIELD, VALUE };

/* A row of isa/npu_csr.def; the first number is its address, lowest bit or
 * value, the second its words or width. */
struct row {
	enum row_kind kind;
	const char *csr, *name;
	unsigned first, second;
	const char *access, *doc;
};

static const struct row rows[] = {
#define NPU_CSR(name, address, words, access, doc) \
	{ REGISTER, #name, "", address, words, #access, doc },
#define NPU_CSR_FIELD(csr, name, lsb, width, doc) \
	{ FIELD, #csr, #name, lsb, width, "", doc },
#define NPU_CSR_VALUE(csr, name, value, doc) \
	{ VALUE, #csr, #name, value, 0, "", doc },
#include "isa/npu_csr.def"
};
enum { ROWS = sizeof rows / sizeof *rows };

static const struct {
	const char *name, *doc;
	unsigned code;
} bins[] = {
#define NPU_BIN(name, code, doc) { #name, doc, code },
#include "base/npu_bin.def"
};
enum { BINS = sizeof bins / sizeof *bins };

static void print_sv(void)
{
	puts("// Generated from isa/npu_csr.def and base/npu_bin.def by "
	     "isa/gen/gen_csr.c. Do not edit.\npackage npu_csr_pkg;\n"
	     "  // A module uses some of these.\n"
	     "  /* verilator lint_off UNUSEDPARAM */");
	for (int i = 0; i < BINS; i++)
		printf("  localparam logic [2:0] BIN_%s = 3'd%u;\n",
		       bins[i].name, bins[i].code);
	for (int i = 0; i < ROWS; i++) {
		const struct row *r = &rows[i];

		switch (r->kind) {
		case REGISTER:
			printf("\n  // %s\n  localparam logic [11:0] CSR_%s = "
			       "12'h%03x;\n",
			       r->doc, r->csr, r->first);
			break;
		case FIELD:
			printf("  localparam int LSB_%s_%s = %u;\n"
			       "  localparam int WIDTH_%s_%s = %u;\n",
			       r->csr, r->name, r->first, r->csr, r->name,
			       r->second);
			break;
		case VALUE:
			printf("  localparam logic [31:0] VALUE_%s_%s = "
			       "32'h%08x;\n",
			       r->csr, r->name, r->first);
			break;
		}
	}
	puts("  /* verilator lint_on UNUSEDPARAM */\nendpackage");
}

static void print_docs(void)
{
	puts("<!-- Generated from isa/npu_csr.def by isa/gen/gen_csr.c. -->\n"
	     "# The registers of a core\n\n"
	     "Words of 32 bits in a page of 4 KiB, little-endian; 64-bit "
	     "values are two words, the low one first. Words that are not "
	     "listed read 0 and ignore writes.\n\n"
	     "| address | register | access | bits | meaning |\n"
	     "|---|---|---|---|---|");
	for (int i = 0; i < ROWS; i++) {
		const struct row *r = &rows[i];

		switch (r->kind) {
		case REGISTER:
			printf("| 0x%03x", r->first);
			if (r->second > 1)
				printf("..0x%03x",
				       r->first + 4 * r->second - 1);
			printf(" | `%s` | %s | | %s |\n", r->csr, r->access,
			       r->doc);
			break;
		case FIELD:
			printf("| | `%s` | | %u..%u | %s |\n", r->name,
			       r->first + r->second - 1, r->first, r->doc);
			break;
		case VALUE:
			printf("| | `%s` | | = 0x%x | %s |\n", r->name,
			       r->first, r->doc);
			break;
		}
	}
	puts("\n## Bins\n\n| code | bin | the cycle in which an engine is |\n"
	     "|---|---|---|");
	for (int i = 0; i < BINS; i++)
		printf("| %u | `%s` | %s |\n", bins[i].code, bins[i].name,
		       bins[i].doc);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "sv") == 0)
		print_sv();
	else if (argc == 2 && strcmp(argv[1], "docs") == 0)
		print_docs();
	else
		return 2;
	return fflush(stdout) != 0;
}
