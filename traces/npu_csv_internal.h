/* traces/npu_csv_internal.h - shared by the writers of CSV.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_CSV_INTERNAL_H
#define NPU_CSV_INTERNAL_H
#include "base/npu_text.h"

/* A quoted cell that no spreadsheet takes for a formula. */
void npu__csv_text(struct npu_text *out, const char *text);
#endif
