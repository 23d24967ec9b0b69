/* sweep/npu_rows.h - a sweep's trials with what the store knows of each.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_ROWS_H
#define NPU_ROWS_H
#include "sweep/npu_plan.h"

#ifdef __cplusplus
extern "C" {
#endif

enum npu_row_state {
#define NPU_ROW(name, has_place, doc) NPU_ROW_##name,
#include "sweep/npu_row.def"
	NPU_ROW_COUNT
};
struct npu_row_desc {
	const char *name, *doc;
	uint8_t has_place;
};
extern const struct npu_row_desc npu_row_table[NPU_ROW_COUNT];

/* One trial; what it points to lives until the next. */
struct npu_row {
	const struct npu_trial *trial;
	enum npu_row_state state;
	double metrics
		[NPU_METRIC_COUNT]; /* of those that are `ok`, `outside` */
	const char *text;           /* why not; "" else */
};

/* Walk all rows in the order of trials: the same whatever order they were
 * simulated in. Energy and area are computed here, from counts.
 *   store   NULL: nothing is known
 *   each    returns 0 to stop
 *   errors  as npu_plan_walk(), E_IO, E_SYNTAX (damaged counts) */
typedef int npu_each_row(void *user, const struct npu_row *row);
NPU_NODISCARD enum npu_status
npu_rows_walk(const struct npu_sweep *sweep, const struct npu_runner *runner,
	      struct npu_store *store, const struct npu_plan_options *options,
	      npu_each_row *each, void *user, struct npu_error *err);

/* Append the header of a CSV file, a row of it, a row as a line of JSON:
 * parameters in the units of chip files, figures in those of their names. */
void npu_rows_csv_head(const struct npu_sweep *sweep, struct npu_text *out);
void npu_row_csv(const struct npu_sweep *sweep, const struct npu_row *row,
		 struct npu_text *out);
void npu_row_json(const struct npu_sweep *sweep, const struct npu_row *row,
		  struct npu_text *out);

#ifdef __cplusplus
}
#endif
#endif
