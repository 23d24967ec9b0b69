/* traces/npu_markdown_internal.h - names in Markdown.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_MARKDOWN_INTERNAL_H
#define NPU_MARKDOWN_INTERNAL_H
#include "base/npu_text.h"

/* Marks of punctuation escaped, so that nothing is markup, a link or the end of
 * a cell, wherever it stands but at the beginning of a line; what controls, turns
 * the direction of writing or is no UTF-8 becomes '?'; 200 characters of a
 * longer name. */
void npu__markdown_name(struct npu_text *out, const char *text);
#endif
