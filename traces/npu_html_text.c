/* traces/npu_html_text.c - text and numbers for HTML, SVG and attributes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_utf8.h"
#include "traces/npu_html_internal.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static void add_character(struct npu_text *out, uint32_t c, const char *bytes,
			  size_t n)
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
	if (c == NPU_UTF8_REPLACEMENT || npu_utf8_is_unsafe(c))
		npu_text_add(out, "\xef\xbf\xbd");
	else
		npu_text_add_bytes(out, bytes, n);
}

void npu__html_name(struct npu_text *out, const char *text, size_t width)
{
	const char *p = text;
	size_t length = 0, i = 0, head, tail;

	while (*p) {
		npu_utf8_next(&p);
		length++;
	}
	head = length <= width ? length : width / 2;
	tail = length <= width ? 0 : width - width / 2 - 1;
	p = text;
	while (*p) {
		const char *from = p;
		uint32_t c = npu_utf8_next(&p);

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
			   : value >= 1   ? 3
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
	static const char *const prefix[] = { "p", "n", "\xc2\xb5", "m", "",
					      "k", "M", "G",        "T", "P" };
	int i = 4;

	while (value >= 999.5 && i < 9) {
		value /= 1000;
		i++;
	}
	while (value > 0 && value < 0.9995 && i > 0) {
		value *= 1000;
		i--;
	}
	npu_text_add(out, "%.3g%s%s%s", value,
		     *unit || i != 4 ? "\xc2\xa0" : "", prefix[i], unit);
}
