/* tools/npu_sweep_collect.h - a sweep's rows as the table that reports show.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_SWEEP_COLLECT_H
#define NPU_SWEEP_COLLECT_H
#include "tools/npu_sweep_actions.h"
#include "traces/npu_sweep_table.h"

enum { NPU_COLLECT_POINTS_MAX = 4 * 1000 * 1000 };

struct npu_collection; /* opaque; owns what the table points to */

/* Walk the rows of the sweep, find the fronts.
 *   errors  of npu_rows_walk(); E_USAGE: the sweep names no objective;
 *           E_LIMIT: more than NPU_COLLECT_POINTS_MAX points; E_NOMEM */
NPU_NODISCARD enum npu_status
npu_collection_create(const struct npu_sweep_command *command,
		      struct npu_store *store, struct npu_collection **out,
		      struct npu_error *err);
void npu_collection_destroy(struct npu_collection *collection);
const struct npu_sweep_table *
npu_collection_table(const struct npu_collection *collection);

#endif
