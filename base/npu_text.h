/* base/npu_text.h - a growable string.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_TEXT_H
#define NPU_TEXT_H
#include "base/npu_status.h"
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zero-initialise to use; `data` is NUL-terminated once anything was added.
 * When memory runs out, `failed` stays set and further text is dropped, so
 * that a writer checks once, at its end. */
struct npu_text {
	char *data;
	size_t length, capacity;
	int failed;
};

/* Append formatted text; append `n` bytes. */
void npu_text_add(struct npu_text *text, const char *fmt, ...) NPU_PRINTF(2, 3);
void npu_text_add_bytes(struct npu_text *text, const char *bytes, size_t n);
/* Free what `text` holds and make it empty again. */
void npu_text_clear(struct npu_text *text);

/* The candidate nearest to `word` by edit distance, for "did you mean"; where
 * none is near (more than 2 edits, or a third of the word), the one of which it
 * is a part: "rows" of "array.rows"; else NULL. */
const char *npu_text_nearest(const char *word, const char *const *candidates,
			     size_t count);

#ifdef __cplusplus
}
#endif
#endif
