/* traces/npu_sweep_view_internal.h - shared by the reports of a sweep.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_SWEEP_VIEW_INTERNAL_H
#define NPU_SWEEP_VIEW_INTERNAL_H
#include "traces/npu_html_internal.h"
#include "traces/npu_sweep_table.h"

/* What is drawn and listed at most: a report stays below some megabytes. */
enum {
	NPU__MARKS_MAX = 12000, /* in all scatter plots together */
	NPU__LINES_MAX = 2400,  /* in all parallel coordinates */
	NPU__CELLS_MAX = 40000, /* of the table of points */
	NPU__REASONS_MAX = 24,
};

/* ---- npu_sweep_view.c ---- */

static inline size_t npu__group_count(const struct npu_sweep_table *t)
{
	return t->model_count > 1 ? t->model_count + 1 : t->model_count;
}
static inline double npu__value(const struct npu_sweep_table *t, size_t group,
				size_t row, size_t figure)
{
	return t->value[(row * npu__group_count(t) + group) * t->figure_count +
			figure];
}
static inline int npu__on_front(const struct npu_sweep_table *t, size_t group,
				size_t row)
{
	return t->on_front[row * npu__group_count(t) + group];
}
static inline uint32_t npu__level(const struct npu_sweep_table *t, size_t row,
				  size_t parameter)
{
	return t->level[row * t->parameter_count + parameter];
}
/* Every model of the group ran on it, within all constraints. */
int npu__is_ok(const struct npu_sweep_table *t, size_t group, size_t row);
size_t npu__count_ok(const struct npu_sweep_table *t, size_t group);
size_t npu__count_front(const struct npu_sweep_table *t, size_t group);
/* "all models", or the model's name; not escaped. */
const char *npu__group_name(const struct npu_sweep_table *t, size_t group);

/* Parameters that stand for an axis that moves: the first key of each.
 *   axes  [NPU_TABLE_PARAMETERS_MAX] */
size_t npu__moving_axes(const struct npu_sweep_table *t, size_t *axes);
/* Whether the parameter has several values on the front. */
int npu__moves_on_front(const struct npu_sweep_table *t, size_t group,
			size_t parameter);

/* One unit for a column, from the middle of its values. */
struct npu__column_unit npu__column_unit(const struct npu_sweep_table *t,
					 size_t group, size_t figure);

/* The row of the front that is the best in one objective. */
size_t npu__best_row(const struct npu_sweep_table *t, size_t group,
		     size_t objective);
/* The row of the front nearest to the best of all objectives at once, each
 * scaled to the front's range (of logarithms); SIZE_MAX: there is no front.
 * source: the utopia point, e.g. Marler and Arora, "Survey of multi-objective
 * optimization methods for engineering", 2004, section 3.1 */
size_t npu__knee_row(const struct npu_sweep_table *t, size_t group);

/* ---- npu_sweep_effects.c ---- */

/* What one axis does to one objective: factors on it, one a level. */
struct npu__effect {
	size_t parameter;
	double *factor;     /* [level_count] 1: as the mean (or the base) */
	uint32_t *count;    /* [level_count] rows of that level */
	uint32_t low, high; /* levels of the least and the largest factor */
};
struct npu__effects {
	struct npu__effect axis[NPU_TABLE_PARAMETERS_MAX]; /* strongest first */
	size_t count;
	/* share of the variance of the objective's logarithm that the axes,
	 * each for itself, explain; NAN: of one axis at a time */
	double explained;
};
/* Sweeps of one axis at a time: each row over the base. Others: the objective's
 * logarithm as a sum of one term an axis, by least squares.
 *   out     npu__effects_clear() frees it, also after a failure
 *   0       out of memory */
int npu__effects_find(const struct npu_sweep_table *t, size_t group,
		      size_t objective, struct npu__effects *out);
void npu__effects_clear(struct npu__effects *effects);

/* ---- npu_sweep_tables.c ---- */

struct npu__ordered {
	double key;
	size_t row;
};
/* Rows of the front in the order of the first objective. The caller frees; NULL
 * when out of memory. */
struct npu__ordered *npu__front_rows(const struct npu_sweep_table *t,
				     size_t group, size_t *count);

/* The points of the first group that are best in something, and its knee. */
void npu__html_best_table(struct npu_text *out,
			  const struct npu_sweep_table *t);
/* Front of a group; every point of the sweep, all groups. */
void npu__html_front_table(struct npu_text *out,
			   const struct npu_sweep_table *t, size_t group);
void npu__html_points_table(struct npu_text *out,
			    const struct npu_sweep_table *t);
void npu__html_outcome_tables(struct npu_text *out,
			      const struct npu_sweep_table *t);

/* ---- figures ---- */

struct npu__plot {
	const struct npu__figure *f; /* its `runs` is not used */
	const struct npu_sweep_table *t;
	size_t group;
};
/* "point 12: latency 3.1 ms, ...; array.rows 8, ..." */
void npu__svg_point_title(const struct npu__plot *p, size_t row);
/* One figure against another, at most `most` dominated points. */
void npu__svg_front(const struct npu__plot *p, size_t x, size_t y, size_t most);
void npu__svg_parallel(const struct npu__plot *p, size_t most);
/* An objective over the only two axes. */
void npu__svg_heat(const struct npu__plot *p, const size_t axes[2],
		   size_t figure);
void npu__svg_tornado(const struct npu__plot *p, size_t objective);

/* A value's place on an axis of a figure; logarithmic where it spans much. */
struct npu__scale {
	double from, to;   /* values at its ends */
	double start, end; /* units of the drawing */
	uint8_t is_log;
};
struct npu__scale npu__scale_make(double least, double largest, double start,
				  double end);
double npu__scale_at(const struct npu__scale *scale, double value);
/* Values that get a tick.
 *   ticks  [16] */
size_t npu__scale_ticks(const struct npu__scale *scale, int most,
			double *ticks);
#endif
