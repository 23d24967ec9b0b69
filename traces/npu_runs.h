/* traces/npu_runs.h - runs read back from their directories, and the reports of
 * one or several: HTML, Markdown, CSV, JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_RUNS_H
#define NPU_RUNS_H
#include "base/npu_text.h"
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { NPU_RUNS_MAX = 16, NPU_RUN_LAYERS_MAX = 100000 };

struct npu_runs; /* opaque; one owner */

/* What a run directory holds, as bytes. */
struct npu_run_text {
	const char *label;   /* how several runs are told apart */
	const char *path;    /* in messages */
	const char *summary; /* summary.json */
	size_t summary_bytes;
	const char *figures; /* figures.json, or NULL: those are left out */
	size_t figures_bytes;
};

/* New empty list; NULL when out of memory. */
struct npu_runs *npu_runs_create(void);
void npu_runs_destroy(struct npu_runs *runs);

/* Read one run; nothing of `text` is kept. Whatever the files hold, what is
 * accepted is complete: every key there, of its type, in its range.
 *   errors  E_SYNTAX (no JSON, a key missing), E_RANGE, E_LIMIT, E_NOMEM */
NPU_NODISCARD enum npu_status npu_runs_add(struct npu_runs *runs,
					   const struct npu_run_text *text,
					   struct npu_error *err);

/* Writers: append to `out`, for one run or more; same runs, same bytes. Names
 * are escaped for where they stand.
 *   html  one file: no network, readable without JavaScript */
void npu_write_html(const struct npu_runs *runs, struct npu_text *out);
void npu_write_markdown(const struct npu_runs *runs, struct npu_text *out);
void npu_write_runs_csv(const struct npu_runs *runs, struct npu_text *out);
void npu_write_runs_json(const struct npu_runs *runs, struct npu_text *out);

#ifdef __cplusplus
}
#endif
#endif
