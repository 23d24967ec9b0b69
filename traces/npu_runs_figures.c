/* traces/npu_runs_figures.c - figures.json read back, and checked.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_figures.h"
#include "traces/npu_runs_internal.h"
#include <string.h>

struct reader {
	const json_t *root;
	struct npu_loc at;
	struct npu_error *err;
};

static enum npu_status refuse(const struct reader *r, const char *key,
			      const char *expected)
{
	return npu_fail_at(r->err, NPU_E_SYNTAX, r->at, "%s: expected %s", key,
			   expected);
}

static enum npu_status want_positive(const struct reader *r, const char *key)
{
	const double value = npu__real(r->root, key);

	/* cycles and bytes fit a double's integers and a loop's counter */
	return value > 0 && value < 9e15 ? NPU_OK
					 : refuse(r, key, "a number above 0");
}

/* A list of whole numbers in [least, most]; *count is 0 or its length. */
static enum npu_status want_list(const struct reader *r, const char *key,
				 double least, double most, size_t *count)
{
	const json_t *list = npu__member(r->root, key), *value;
	size_t i, n = json_array_size(list);

	if (!json_is_array(list) || n > NPU_FIGURE_WINDOWS ||
	    (*count && n != *count))
		return refuse(r, key, "a list with a number a window");
	json_array_foreach(list, i, value) if (
		!json_is_integer(value) || json_number_value(value) < least ||
		json_number_value(value) >
			most) return refuse(r, key,
					    "whole numbers in their range");
	*count = n;
	return NPU_OK;
}

/* Rows of `columns` whole numbers, each in 0..most[i]. */
static enum npu_status want_rows(const struct reader *r, const char *key,
				 size_t columns, const double most[])
{
	const json_t *list = npu__member(r->root, key), *row, *value;
	size_t i, j;

	if (!json_is_array(list))
		return refuse(r, key, "a list");
	json_array_foreach(list, i, row)
	{
		if (json_array_size(row) != columns)
			return refuse(r, key, "rows of their length");
		json_array_foreach(row, j, value) if (
			!json_is_integer(value) ||
			json_number_value(value) < 0 ||
			json_number_value(value) >
				most[j]) return refuse(r, key,
						       "whole numbers in their "
						       "range");
	}
	return NPU_OK;
}

static enum npu_status want_engines(const struct reader *r, double layers)
{
	size_t count = 0;
	char key[64];

	NPU_TRY(want_positive(r, "engines.window_cycles"));
	for (int e = 0; e < NPU_RESULT_ENGINES; e++) {
		snprintf(key, sizeof key, "engines.%s.occupied_cycles",
			 npu__engine[e].name);
		NPU_TRY(want_list(r, key, 0,
				  npu__real(r->root, "engines.window_cycles"),
				  &count));
		snprintf(key, sizeof key, "engines.%s.layer",
			 npu__engine[e].name);
		NPU_TRY(want_list(r, key, -1, layers - 1, &count));
	}
	return NPU_OK;
}

static enum npu_status want_scratchpad(const struct reader *r,
				       const struct npu__run *run)
{
	const double w = NPU_FIGURE_WINDOWS, rows = NPU_FIGURE_ROWS;
	const double layers = (double)run->layer_count;
	const double cycles = npu__real(run->summary, "cycles");
	const double bytes = npu__real(r->root, "scratchpad.bytes");
	size_t count = 0;

	NPU_TRY(want_positive(r, "scratchpad.bytes"));
	NPU_TRY(want_positive(r, "scratchpad.window_cycles"));
	if (npu__real(r->root, "scratchpad.rows") != rows)
		return refuse(r, "scratchpad.rows", "64");
	NPU_TRY(want_list(r, "scratchpad.live_bytes", 0, bytes, &count));
	NPU_TRY(want_rows(r, "scratchpad.blocks", 5,
			  (const double[]){ rows, rows, w, w, layers - 1 }));
	NPU_TRY(want_rows(r, "scratchpad.layers", 3,
			  (const double[]){ cycles, cycles, bytes }));
	if (json_array_size(npu__member(r->root, "scratchpad.layers")) !=
	    run->layer_count)
		return refuse(r, "scratchpad.layers", "a row a layer");
	return NPU_OK;
}

enum npu_status npu__figures_check(const struct npu__run *run, const char *path,
				   struct npu_error *err)
{
	const struct reader r = {
		.root = run->figures,
		.at.path = path,
		.err = err,
	};
	size_t count = 0;

	if (strcmp(npu__string(r.root, "schema"), "systole.figures/1") != 0)
		return refuse(&r, "schema", "\"systole.figures/1\"");
	if (npu__real(r.root, "cycles") != npu__real(run->summary, "cycles"))
		return refuse(&r, "cycles", "those of summary.json");
	if (npu__real(r.root, "cycles") == 0)
		return NPU_OK;
	for (int p = 0; p < NPU_PEAK_COUNT; p++)
		NPU_TRY(want_positive(&r, npu__peak[p].name));
	NPU_TRY(want_engines(&r, (double)run->layer_count));
	if (npu__real(r.root, "dram.window_cycles") > 0) {
		NPU_TRY(want_list(&r, "dram.read_bytes", 0, 9e15, &count));
		NPU_TRY(want_list(&r, "dram.write_bytes", 0, 9e15, &count));
	}
	return want_scratchpad(&r, run);
}
