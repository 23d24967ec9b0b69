/* base/npu_utf8.c - decode UTF-8, and tell what is safe to show.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_utf8.h"

uint32_t npu_utf8_next(const char **text)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)*text;
	const int more = p[0] < 0xc2   ? 0
			 : p[0] < 0xe0 ? 1
			 : p[0] < 0xf0 ? 2
			 : p[0] < 0xf5 ? 3
				       : 0;
	uint32_t c = p[0] & (0xffu >> (more + 2 - !more));

	*text += 1;
	if (p[0] < 0x80)
		return p[0];
	if (!more)
		return NPU_UTF8_REPLACEMENT;
	for (int i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return NPU_UTF8_REPLACEMENT;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return NPU_UTF8_REPLACEMENT;
	*text += more;
	return c;
}

int npu_utf8_is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	       (c >= 0xfff9 && c <= 0xfffb) || (c & 0xfffe) == 0xfffe ||
	       (c >= 0xe0000 && c < 0xe1000);
}

/* One character, from `from` up to `to`. */
static void add_safe(struct npu_text *out, uint32_t c, const char *from,
		     const char *to)
{
	if (npu_utf8_is_unsafe(c) ||
	    (c == NPU_UTF8_REPLACEMENT && to - from == 1))
		npu_text_add(out, "?");
	else
		npu_text_add_bytes(out, from, (size_t)(to - from));
}

void npu_text_add_safe(struct npu_text *out, const char *text)
{
	while (*text) {
		const char *from = text;
		const uint32_t c = npu_utf8_next(&text);

		add_safe(out, c, from, text);
	}
}

void npu_text_add_cell(struct npu_text *out, const char *text, size_t width,
		       size_t most)
{
	size_t length = 0, head, tail;

	for (const char *p = text; *p; length++)
		npu_utf8_next(&p);
	head = length <= most ? length : most / 2 - 1;
	tail = length <= most ? 0 : most - most / 2 - 1;
	for (size_t i = 0; *text; i++) {
		const char *from = text;
		const uint32_t c = npu_utf8_next(&text);

		if (i == head)
			npu_text_add(out, "..");
		if (i < head || i >= length - tail)
			add_safe(out, c, from, text);
	}
	for (size_t n = length < most ? length : most; n < width; n++)
		npu_text_add(out, " ");
}
