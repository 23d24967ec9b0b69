/* traces/npu_html_text.c - text and numbers for HTML, SVG and attributes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_html_internal.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { REPLACEMENT = 0xfffd, HALF_MAX = 128 };

/* One character of UTF-8; advances *text. What is none is one byte long. */
static uint32_t next_character(const unsigned char **text)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = *text;
	const int more = p[0] < 0xc2   ? 0
			 : p[0] < 0xe0 ? 1
			 : p[0] < 0xf0 ? 2
			 : p[0] < 0xf5 ? 3
				       : 0;
	uint32_t c = p[0] & (0xffu >> (more + 2 - !more));

	*text = p + 1;
	if (p[0] < 0x80)
		return p[0];
	if (!more)
		return REPLACEMENT;
	for (int i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return REPLACEMENT;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return REPLACEMENT;
	*text = p + 1 + more;
	return c;
}

/* Control characters, line separators, and those that reorder what follows.
 * source: Unicode 15, UAX #9 table 1, and C0, C1, noncharacters */
static int is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	       (c & 0xfffe) == 0xfffe;
}

static void add_character(struct npu_text *out, uint32_t c,
			  const unsigned char *bytes, size_t n)
{
	switch (c) {
	case '&':
		npu_text_add(out, "&amp;");
		return;
	case '<':
		npu_text_add(out, "&lt;");
		return;
	case '>':
		npu_text_add(out, "&gt;");
		return;
	case '"':
		npu_text_add(out, "&quot;");
		return;
	case '\'':
		npu_text_add(out, "&#39;");
		return;
	case '`': /* ends attributes in some old readers */
		npu_text_add(out, "&#96;");
		return;
	default:
		break;
	}
	if (c == REPLACEMENT || is_unsafe(c))
		npu_text_add(out, "\xef\xbf\xbd");
	else
		npu_text_add_bytes(out, (const char *)bytes, n);
}

void npu__html_name(struct npu_text *out, const char *text, size_t width)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t length = 0, i = 0, head, tail;

	while (*p) {
		next_character(&p);
		length++;
	}
	head = length <= width ? length : width / 2;
	tail = length <= width ? 0 : width - width / 2 - 1;
	p = (const unsigned char *)text;
	while (*p) {
		const unsigned char *from = p;
		uint32_t c = next_character(&p);

		if (i == head)
			npu_text_add(out, "\xe2\x80\xa6");
		if (i < head || i >= length - tail)
			add_character(out, c, from, (size_t)(p - from));
		i++;
	}
}

void npu__html_text(struct npu_text *out, const char *text)
{
	npu__html_name(out, text, SIZE_MAX);
}

/* Commas between thousands of the whole part of `digits`. */
static void add_grouped(struct npu_text *out, const char *digits)
{
	size_t whole = strcspn(digits, ".");

	for (size_t i = 0; i < whole; i++) {
		if (i && (whole - i) % 3 == 0)
			npu_text_add(out, ",");
		npu_text_add_bytes(out, digits + i, 1);
	}
	npu_text_add(out, "%s", digits + whole);
}

void npu__html_number(struct npu_text *out, double value)
{
	char digits[400];
	int decimals = 0;

	if (value != floor(value) && value < 10000)
		decimals = value >= 1000  ? 1
			   : value >= 100 ? 2
			   : value >= 1	  ? 3
					  : 4;
	if (value > 0 && value < 0.001)
		snprintf(digits, sizeof digits, "%.4g", value);
	else
		snprintf(digits, sizeof digits, "%.*f", decimals, value);
	if (strchr(digits, 'e'))
		npu_text_add(out, "%s", digits);
	else
		add_grouped(out, digits);
}

void npu__html_quantity(struct npu_text *out, double value, const char *unit)
{
	static const char *const prefix[] = { "p", "n",	 "\xc2\xb5", "m", "",
					      "k", "M", "G",	    "T", "P" };
	int i = 4;

	while (value >= 999.5 && i < 9) {
		value /= 1000;
		i++;
	}
	while (value > 0 && value < 0.9995 && i > 0) {
		value *= 1000;
		i--;
	}
	npu_text_add(out, "%.3g%s%s%s", value, *unit || i != 4 ? "\xc2\xa0" : "",
		     prefix[i], unit);
}
