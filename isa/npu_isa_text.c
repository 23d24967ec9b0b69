/* isa/npu_isa_text.c - the text form of one instruction, both ways.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_field_internal.h"
#include "isa/npu_scan_internal.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Names of the codes of each unit that has a table. */
static const struct code_name {
	const char *unit, *name;
	uint64_t code;
} code_names[] = {
#define NPU_DTYPE(name, code, bytes, doc) { "dtype", #name, code },
#include "base/npu_dtype.def"
#define NPU_KIND(name, code, doc)   { "kind", #name, code },
#define NPU_ALU(name, code, doc)    { "alu", #name, code },
#define NPU_FUNC(name, code, doc)   { "func", #name, code },
#define NPU_REDUCE(name, code, doc) { "reduce", #name, code },
#include "isa/npu_isa.def"
};
enum {
	CODE_NAME_COUNT = sizeof code_names / sizeof code_names[0],
	NAMES_MAX = 64
};

/* Does this instruction read the bits of view `f` as `f`? */
static int is_active(const union npu_insn *insn, const struct npu_field_desc *f)
{
	return f->is_view && npu__member(insn, f->when_offset) == f->when_value;
}

/* Bits of field `f` that an active view shows. */
static uint64_t shown_by_views(const union npu_insn *insn,
			       const struct npu_op_desc *op,
			       const struct npu_field_desc *f)
{
	uint64_t shown = 0;

	for (const struct npu_field_desc *v = op->fields; v->name; v++) {
		if (!is_active(insn, v) || v->lsb / 64 != f->lsb / 64)
			continue;
		shown |= npu__low_bits(v->width) << v->lsb % 64;
	}
	return shown >> f->lsb % 64 & npu__low_bits(f->width);
}

static void print_value(struct npu_text *out, const struct npu_field_desc *f,
			uint64_t value)
{
	for (size_t i = 0; i < CODE_NAME_COUNT; i++)
		if (code_names[i].code == value &&
		    !strcmp(code_names[i].unit, f->unit)) {
			npu_text_add(out, " %s=%s", f->name,
				     code_names[i].name);
			return;
		}
	if (!strcmp(f->unit, "sbyte"))
		npu_text_add(out, " %s=%" PRId64, f->name, (int64_t)value);
	else if (!strcmp(f->unit, "raw") || !strcmp(f->unit, "mask"))
		npu_text_add(out, " %s=0x%" PRIx64, f->name, value);
	else
		npu_text_add(out, " %s=%" PRIu64, f->name, value);
}

void npu_insn_print(const union npu_insn *insn, struct npu_text *out)
{
	const struct npu_op_desc *op = npu_op_find(insn->op);
	struct npu_word word;
	union npu_insn all = *insn;

	if (!op) {
		npu_text_add(out, "opcode 0x%02" PRIx64, insn->op);
		return;
	}
	/* fill every reading, where the instruction can be encoded at all */
	if (npu_insn_encode(insn, &word, NULL) == NPU_OK &&
	    npu_insn_decode(word, &all, NULL) != NPU_OK)
		all = *insn;
	npu_text_add(out, "%s", op->name);
	for (const struct npu_field_desc *f = op->fields; f->name; f++) {
		uint64_t value = npu__member(&all, f->offset);

		if (f->is_view ? !is_active(&all, f)
			       : !(value & npu__low_bits(f->width) &
				   ~shown_by_views(&all, op, f)))
			continue;
		if (value)
			print_value(out, f, value);
	}
}

/* ---- reading ---- */

static enum npu_status unknown(struct npu__scan *scan, const char *where,
			       const char *what, const char *word,
			       const char *const *names, size_t count)
{
	const char *near = npu_text_nearest(word, names, count);

	return npu__scan_fail(scan, where, NPU_E_SYNTAX,
			      "unknown %s '%s'%s%s%s", what, word,
			      near ? "; did you mean '" : "", near ? near : "",
			      near ? "'?" : "");
}

static enum npu_status scan_op(struct npu__scan *scan,
			       const struct npu_op_desc **out)
{
	const char *names[NAMES_MAX], *start;
	char word[NPU__WORD_MAX];
	size_t count;
	const struct npu_op_desc *op = npu_op_table(&count);

	npu__scan_ends(scan); /* skips blanks */
	start = scan->next;
	NPU_TRY(npu__scan_word(scan, "an opcode", word));
	*out = npu_op_find_name(word);
	if (*out)
		return NPU_OK;
	for (size_t i = 0; i < count; i++)
		names[i] = op[i].name;
	return unknown(scan, start, "opcode", word, names, count);
}

static const struct npu_field_desc *find_field(const struct npu_op_desc *op,
					       const char *name)
{
	for (const struct npu_field_desc *f = op->fields; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

/* A code's name, or a number. */
static enum npu_status scan_value(struct npu__scan *scan,
				  const struct npu_op_desc *op,
				  const struct npu_field_desc *f, uint64_t *out)
{
	const char *names[NAMES_MAX], *start;
	char word[NPU__WORD_MAX];
	int is_signed = !strcmp(f->unit, "sbyte"), negative = 0;
	size_t count = 0;

	npu__scan_ends(scan);
	start = scan->next;
	for (size_t i = 0; i < CODE_NAME_COUNT; i++)
		if (!strcmp(code_names[i].unit, f->unit))
			names[count++] = code_names[i].name;
	if (count && (*start < '0' || *start > '9')) {
		NPU_TRY(npu__scan_word(scan, "a name or a number", word));
		for (size_t i = 0; i < CODE_NAME_COUNT; i++)
			if (!strcmp(code_names[i].unit, f->unit) &&
			    !strcmp(code_names[i].name, word)) {
				*out = code_names[i].code;
				goto check;
			}
		return unknown(scan, start, f->unit, word, names, count);
	}
	NPU_TRY(npu__scan_number(scan, out, is_signed ? &negative : NULL));
check:
	if (is_signed ? (negative ? 0 - *out > (uint64_t)1 << (f->width - 1)
				  : *out >> (f->width - 1) != 0)
		      : *out >> f->width != 0)
		return npu__scan_fail(
			scan, start, NPU_E_RANGE,
			"%s.%s: %.*s does not fit its %u bits", op->name,
			f->name, (int)(scan->next - start), start, f->width);
	return NPU_OK;
}

/* One name=value. `seen` marks the fields that were given. */
static enum npu_status scan_field(struct npu__scan *scan,
				  const struct npu_op_desc *op,
				  union npu_insn *insn, uint8_t *seen)
{
	const char *names[NAMES_MAX], *start = scan->next;
	const struct npu_field_desc *f;
	char word[NPU__WORD_MAX];
	uint64_t value;
	size_t count = 0;

	NPU_TRY(npu__scan_word(scan, "a field's name", word));
	f = find_field(op, word);
	if (!f) {
		char what[64];

		for (f = op->fields; f->name && count < NAMES_MAX; f++)
			names[count++] = f->name;
		snprintf(what, sizeof what, "field of %s", op->name);
		return unknown(scan, start, what, word, names, count);
	}
	if (seen[f - op->fields]++)
		return npu__scan_fail(scan, start, NPU_E_SYNTAX,
				      "field '%s' is given twice", word);
	NPU_TRY(npu__scan_char(scan, '='));
	NPU_TRY(scan_value(scan, op, f, &value));
	memcpy((char *)insn + f->offset, &value, sizeof value);
	return NPU_OK;
}

enum npu_status npu__scan_insn(struct npu__scan *scan, union npu_insn *out)
{
	const struct npu_op_desc *op = NULL;
	uint8_t seen[NAMES_MAX] = { 0 };
	struct npu_error inner = { 0 };
	struct npu_word word;
	union npu_insn insn;

	npu__scan_ends(scan);
	const char *start = scan->next;
	NPU_TRY(scan_op(scan, &op));
	memset(&insn, 0, sizeof insn);
	insn.op = op->code;
	while (!npu__scan_ends(scan))
		NPU_TRY(scan_field(scan, op, &insn, seen));
	if (npu_insn_encode(&insn, &word, &inner) != NPU_OK ||
	    npu_insn_decode(word, &insn, &inner) != NPU_OK)
		return npu__scan_fail(scan, start, inner.status, "%s",
				      inner.message);
	*out = insn;
	return NPU_OK;
}

enum npu_status npu_insn_parse(const char *line, struct npu_loc at,
			       union npu_insn *out, struct npu_error *err)
{
	struct npu__scan scan = npu__scan_text(line, at, NULL, err);
	union npu_insn insn;

	NPU_TRY(npu__scan_insn(&scan, &insn));
	NPU_TRY(npu__scan_end_line(&scan));
	if (npu__scan_next_line(&scan))
		return npu__scan_fail(&scan, scan.next, NPU_E_SYNTAX,
				      "expected one line");
	*out = insn;
	return NPU_OK;
}
