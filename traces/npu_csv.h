/* traces/npu_csv.h - cells of CSV files, safe in spreadsheets.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_CSV_H
#define NPU_CSV_H
#include "base/npu_text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A quoted cell that no spreadsheet takes for a formula. */
void npu_csv_text(struct npu_text *out, const char *text);

#ifdef __cplusplus
}
#endif
#endif
