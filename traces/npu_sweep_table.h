/* traces/npu_sweep_table.h - what a sweep found, as plain data, and the reports
 * of it: HTML, Markdown.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_SWEEP_TABLE_H
#define NPU_SWEEP_TABLE_H
#include "base/npu_text.h"
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { NPU_TABLE_FIGURES_MAX = 24, NPU_TABLE_PARAMETERS_MAX = 64 };

/* A chip key that the sweep sets. */
struct npu_sweep_parameter {
	const char *name, *doc;
	size_t axis;        /* keys of one axis move together */
	uint8_t is_derived; /* computed from others: on no axis */
	/* [level_count] the values that occur, as chip files have them, in
	 * order */
	const char *const *levels;
	uint32_t level_count;
};
/* A figure of every trial, in the unit of its name. */
struct npu_sweep_figure {
	const char *name, *doc;
	int8_t goal; /* -1: less is better, 1: more; 0: no objective */
};
/* How many trials ended so; and why, where that is told. */
struct npu_sweep_count {
	const char *name, *doc;
	uint64_t trials;
};
struct npu_sweep_reason {
	const char *state, *text;
	uint64_t trials;
};

/* Rows are points of which a trial was simulated or could not be. Groups: of
 * one model that model; of several, first all of them (geometric means), then
 * each. Arrays are borrowed. */
struct npu_sweep_table {
	const char *name, *method, *chip;
	uint64_t points, trials; /* of the whole sweep */
	const struct npu_sweep_parameter *parameters;
	size_t parameter_count;
	const struct npu_sweep_figure *figures; /* objectives first */
	size_t figure_count, objective_count;
	const struct npu_sweep_count *counts; /* "ok" first */
	size_t count_count;
	const struct npu_sweep_reason *reasons; /* the most frequent first */
	size_t reason_count;
	const char *const *models;
	size_t model_count;
	uint8_t is_one_at_a_time; /* row 0: the base; others move one axis */

	size_t row_count;
	const uint64_t *point;   /* [row] */
	const uint32_t *level;   /* [row][parameter] */
	const uint8_t *state;    /* [row][model]: index of `counts` */
	const double *value;     /* [row][group][figure]; NAN: none */
	const uint8_t *on_front; /* [row][group] */
};

/* The front of `group` is where on_front is set; points that break a constraint
 * have figures, and are on none. Whatever the number of rows, what is written
 * is bounded; what is left out is said.
 *   html  one file: no network, readable without JavaScript */
void npu_write_sweep_html(const struct npu_sweep_table *table,
			  struct npu_text *out);
void npu_write_sweep_markdown(const struct npu_sweep_table *table,
			      struct npu_text *out);

#ifdef __cplusplus
}
#endif
#endif
