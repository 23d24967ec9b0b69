/* isa/npu_scan.c - reading words, numbers and names of a text line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_scan_internal.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct npu__scan npu__scan_text(const char *text, struct npu_loc at,
				struct npu_arena *arena, struct npu_error *err)
{
	if (!at.line)
		at.line = 1;
	if (!at.column)
		at.column = 1;
	return (struct npu__scan){ text, text, at, err, arena };
}

enum npu_status npu__scan_fail(const struct npu__scan *scan, const char *where,
			       enum npu_status status, const char *fmt, ...)
{
	struct npu_loc at = scan->at;
	char message[512];
	va_list ap;

	at.column += (uint32_t)(where - scan->line_start);
	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	return npu_fail_at(scan->err, status, at, "%s", message);
}

static void skip_blanks(struct npu__scan *scan)
{
	while (*scan->next == ' ' || *scan->next == '\t' || *scan->next == '\r')
		scan->next++;
}

int npu__scan_ends(struct npu__scan *scan)
{
	skip_blanks(scan);
	return !*scan->next || *scan->next == '\n' || *scan->next == ';';
}

/* To the start of the next line; 0 at the end of the text. */
static int next_line(struct npu__scan *scan)
{
	const char *end = strchr(scan->next, '\n');

	if (!end) {
		scan->next += strlen(scan->next);
		return 0;
	}
	scan->next = scan->line_start = end + 1;
	scan->at.line++;
	scan->at.column = 1;
	return 1;
}

enum npu_status npu__scan_end_line(struct npu__scan *scan)
{
	if (!npu__scan_ends(scan))
		return npu__scan_fail(scan, scan->next, NPU_E_SYNTAX,
				      "expected the end of the line");
	next_line(scan);
	return NPU_OK;
}

int npu__scan_next_line(struct npu__scan *scan)
{
	while (npu__scan_ends(scan))
		if (!next_line(scan))
			return 0;
	return 1;
}

static int is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '.';
}

enum npu_status npu__scan_word(struct npu__scan *scan, const char *what,
			       char word[NPU__WORD_MAX])
{
	size_t n = 0;

	skip_blanks(scan);
	while (is_word(scan->next[n]))
		n++;
	if (!n)
		return npu__scan_fail(scan, scan->next, NPU_E_SYNTAX,
				      "expected %s", what);
	if (n >= NPU__WORD_MAX)
		return npu__scan_fail(scan, scan->next, NPU_E_SYNTAX,
				      "%s is longer than %d characters", what,
				      NPU__WORD_MAX - 1);
	memcpy(word, scan->next, n);
	word[n] = '\0';
	scan->next += n;
	return NPU_OK;
}

enum npu_status npu__scan_char(struct npu__scan *scan, char c)
{
	skip_blanks(scan);
	if (*scan->next != c)
		return npu__scan_fail(scan, scan->next, NPU_E_SYNTAX,
				      "expected '%c'", c);
	scan->next++;
	return NPU_OK;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

enum npu_status npu__scan_number(struct npu__scan *scan, uint64_t *out,
				 int *negative)
{
	const char *start;
	uint64_t value = 0, base = 10;
	int minus = 0;

	skip_blanks(scan);
	start = scan->next;
	const char *p = start;
	if (*p == '-' && negative) {
		minus = 1;
		p++;
	}
	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
		base = 16;
		p += 2;
	}
	const char *first = p;
	for (; digit(*p) < (int)base; p++) {
		uint64_t d = (uint64_t)digit(*p);

		if (value > (UINT64_MAX - d) / base)
			return npu__scan_fail(scan, start, NPU_E_RANGE,
					      "number needs more than 64 bits");
		value = value * base + d;
	}
	if (p == first || is_word(*p))
		return npu__scan_fail(scan, start, NPU_E_SYNTAX,
				      "expected a number");
	if (minus && value > (uint64_t)1 << 63)
		return npu__scan_fail(scan, start, NPU_E_RANGE,
				      "number needs more than 64 bits");
	scan->next = p;
	*out = minus ? 0 - value : value;
	if (negative)
		*negative = minus;
	return NPU_OK;
}

enum npu_status npu__scan_count(struct npu__scan *scan, const char *what,
				uint64_t max, uint64_t *out)
{
	uint64_t value;

	skip_blanks(scan);
	const char *start = scan->next;
	NPU_TRY(npu__scan_number(scan, &value, NULL));
	if (value > max)
		return npu__scan_fail(scan, start, NPU_E_RANGE,
				      "%s is at most %llu, got %llu", what,
				      (unsigned long long)max,
				      (unsigned long long)value);
	*out = value;
	return NPU_OK;
}

enum npu_status npu__scan_string(struct npu__scan *scan, const char **out)
{
	const char *p;
	size_t n = 0;

	NPU_TRY(npu__scan_char(scan, '"'));
	for (p = scan->next; *p && *p != '"' && *p != '\n'; p++)
		p += *p == '\\' && p[1];
	char *text = npu_new(scan->arena, char, (size_t)(p - scan->next) + 1);
	if (!text)
		return npu_fail(scan->err, NPU_E_NOMEM, "reading a string");
	for (p = scan->next; *p != '"'; p++) {
		char c = *p;

		if (!c || c == '\n')
			return npu__scan_fail(scan, p, NPU_E_SYNTAX,
					      "string without its closing "
					      "quote");
		if (c == '\\' && p[1] == 'x') {
			int high = digit(p[2]);
			int low = high < 16 ? digit(p[3]) : 99;

			if (low > 15 || (high | low) == 0)
				return npu__scan_fail(scan, p, NPU_E_SYNTAX,
						      "expected \\xHH, not 0");
			c = (char)(high * 16 + low);
			p += 3;
		} else if (c == '\\') {
			c = *++p;
			if (c != '\\' && c != '"')
				return npu__scan_fail(scan, p, NPU_E_SYNTAX,
						      "expected \\\\, \\\" or "
						      "\\xHH");
		}
		text[n++] = c;
	}
	scan->next = p + 1;
	*out = text;
	return NPU_OK;
}

void npu__print_string(struct npu_text *out, const char *text)
{
	npu_text_add(out, "\"");
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			npu_text_add(out, "\\%c", c);
		else if (c < ' ' || c >= 127)
			npu_text_add(out, "\\x%02x", c);
		else
			npu_text_add(out, "%c", c);
	}
	npu_text_add(out, "\"");
}
