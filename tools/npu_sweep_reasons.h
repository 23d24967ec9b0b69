/* tools/npu_sweep_reasons.h - why trials have no place, counted.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_SWEEP_REASONS_H
#define NPU_SWEEP_REASONS_H
#include "sweep/npu_rows.h"
#include "traces/npu_sweep_table.h"

struct npu_reasons; /* opaque */

struct npu_reasons *npu_reasons_create(void);
void npu_reasons_destroy(struct npu_reasons *reasons);

/* Count one trial. Messages that differ in numbers alone are one reason, told
 * by the first of them; constraints are as they are. 0: out of memory. */
int npu_reasons_add(struct npu_reasons *reasons, enum npu_row_state state,
		    const char *text);
/* The most frequent first; lives as long as `reasons`, to which none may be
 * added any more. NULL: out of memory. */
const struct npu_sweep_reason *npu_reasons_list(struct npu_reasons *reasons,
						size_t *count);
#endif
