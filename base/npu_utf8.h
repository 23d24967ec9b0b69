/* base/npu_utf8.h - names from files as characters, and which of them are safe
 * to show.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_UTF8_H
#define NPU_UTF8_H
#include "base/npu_text.h"
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { NPU_UTF8_REPLACEMENT = 0xfffd };

/* The character at *text, which moves behind it. A byte that begins none is
 * NPU_UTF8_REPLACEMENT and one byte long.
 * source: RFC 3629, section 4 */
uint32_t npu_utf8_next(const char **text);

/* Control characters, line separators, those without width, and those that
 * turn the direction of writing: what steers a terminal or makes a text read
 * otherwise than it is.
 * source: Unicode 15, UAX #9 table 1; C0, C1, noncharacters, tags */
int npu_utf8_is_unsafe(uint32_t character);

/* Append `text` with '?' for each character that is unsafe or none. */
void npu_text_add_safe(struct npu_text *out, const char *text);
/* The same as a cell of a table: padded to `width` characters; of a longer text
 * than `most` the middle is left out. */
void npu_text_add_cell(struct npu_text *out, const char *text, size_t width,
		       size_t most);

#ifdef __cplusplus
}
#endif
#endif
