/* traces/npu_markdown_text.c - any bytes as plain text of Markdown.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_utf8.h"
#include "traces/npu_markdown_internal.h"
#include <ctype.h>
#include <string.h>

enum { NAME_MAX = 200 };

/* May `c` make more of a text than it is, inside of a line? "www." would link,
 * as addresses do. */
static int is_active(char c, char last)
{
	if (c == '.')
		return last == 'w' || last == 'W';
	return ispunct((unsigned char)c) && !strchr("-,%=+?;/'\"", c);
}

void npu__markdown_name(struct npu_text *out, const char *text)
{
	char last = 0;

	for (size_t n = 0; *text && n < NAME_MAX; n++) {
		const char *from = text;
		const uint32_t c = npu_utf8_next(&text);

		if (c == '<')
			npu_text_add(out, "&lt;");
		else if (c == '>')
			npu_text_add(out, "&gt;");
		else if (c == '&')
			npu_text_add(out, "&amp;");
		else if (npu_utf8_is_unsafe(c) || c == NPU_UTF8_REPLACEMENT)
			npu_text_add(out, "?");
		else if (c < 128 && is_active((char)c, last))
			npu_text_add(out, "\\%c", (char)c);
		else
			npu_text_add_bytes(out, from, (size_t)(text - from));
		last = (char)c;
	}
	npu_text_add(out, *text ? "..." : "");
}
