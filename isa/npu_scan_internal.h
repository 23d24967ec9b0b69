/* isa/npu_scan_internal.h - reading words, numbers and names of a text line.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_SCAN_INTERNAL_H
#define NPU_SCAN_INTERNAL_H
#include "base/npu_arena.h"
#include "isa/npu_isa.h"

/* A place in a text. Blanks are skipped before each item; a line ends at '\n',
 * at the text's end or at a comment (';'). */
struct npu__scan {
	const char *next, *line_start;
	struct npu_loc at; /* column: of line_start */
	struct npu_error *err;
	struct npu_arena *arena; /* of strings; may be NULL if none are read */
};
enum { NPU__WORD_MAX = 48 };

struct npu__scan npu__scan_text(const char *text, struct npu_loc at,
				struct npu_arena *arena, struct npu_error *err);
/* Fail at `where`, a place in the current line. */
enum npu_status npu__scan_fail(const struct npu__scan *scan, const char *where,
			       enum npu_status status, const char *fmt, ...)
	NPU_PRINTF(4, 5);
/* Nothing but blanks and a comment left on this line? Skips the blanks. */
int npu__scan_ends(struct npu__scan *scan);
/* E_SYNTAX unless the line ends here; then go to the next. */
NPU_NODISCARD enum npu_status npu__scan_end_line(struct npu__scan *scan);
/* Go to the next line with something on it; 0 at the end of the text. */
int npu__scan_next_line(struct npu__scan *scan);
/* [A-Za-z0-9_.]+ of at most NPU__WORD_MAX - 1 characters. */
NPU_NODISCARD enum npu_status npu__scan_word(struct npu__scan *scan,
					     const char *what,
					     char word[NPU__WORD_MAX]);
NPU_NODISCARD enum npu_status npu__scan_char(struct npu__scan *scan, char c);
/* Decimal or 0x hexadecimal of at most 64 bits, '-' only where negative is
 * given; then *negative says whether there was one and the value is two's
 * complement. */
NPU_NODISCARD enum npu_status npu__scan_number(struct npu__scan *scan,
					       uint64_t *out, int *negative);
/* The same within 0..max, named `what` in the message. */
NPU_NODISCARD enum npu_status npu__scan_count(struct npu__scan *scan,
					      const char *what, uint64_t max,
					      uint64_t *out);
/* "text" with \" \\ and \xHH. */
NPU_NODISCARD enum npu_status npu__scan_string(struct npu__scan *scan,
					       const char **out);
/* The inverse of npu__scan_string. */
void npu__print_string(struct npu_text *out, const char *text);

/* One key of a list, and where its value goes. */
struct npu__key {
	const char *name;
	uint64_t max;        /* of a number */
	const char **string; /* or where a string goes */
	uint8_t is_engine, is_dtype, may_be_none, is_signed;
	uint64_t *list; /* or a bracketed list of at most list_max numbers */
	uint64_t list_max, *list_count;
	uint64_t value; /* set: the number, or the name's code */
	int given;
};
/* All of `keys`, each exactly once, up to the end of the line. */
NPU_NODISCARD enum npu_status
npu__scan_keys(struct npu__scan *scan, struct npu__key *keys, size_t count);

/* An instruction from here to the end of the line. */
NPU_NODISCARD enum npu_status npu__scan_insn(struct npu__scan *scan,
					     union npu_insn *out);

#endif
