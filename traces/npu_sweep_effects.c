/* traces/npu_sweep_effects.c - how much each axis moves an objective.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_sweep_view_internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS_MAX = 200 };

/* Rows that count, and what is left of each when all terms are taken off. */
struct fit {
	const struct npu_sweep_table *t;
	size_t *row;
	double *rest;
	size_t count;
	double mean, variance;
	double *sum; /* scratch, a level each */
};

static int begin_fit(struct fit *f, size_t group, size_t objective)
{
	const struct npu_sweep_table *t = f->t;
	uint32_t levels = 1;

	for (size_t p = 0; p < t->parameter_count; p++)
		if (t->parameters[p].level_count > levels)
			levels = t->parameters[p].level_count;
	f->row = calloc(t->row_count + 1, sizeof *f->row);
	f->rest = calloc(t->row_count + 1, sizeof *f->rest);
	f->sum = calloc(levels, sizeof *f->sum);
	if (!f->row || !f->rest || !f->sum)
		return 0;
	for (size_t i = 0; i < t->row_count; i++) {
		const double v = npu__value(t, group, i, objective);

		if (!npu__is_ok(t, group, i) || !(v > 0))
			continue;
		f->row[f->count] = i;
		f->rest[f->count++] = log(v);
		f->mean += log(v);
	}
	f->mean = f->count ? f->mean / (double)f->count : 0;
	for (size_t k = 0; k < f->count; k++) {
		f->rest[k] -= f->mean;
		f->variance += f->rest[k] * f->rest[k];
	}
	return 1;
}

static void end_fit(struct fit *f)
{
	free(f->row);
	free(f->rest);
	free(f->sum);
}

/* Move the mean of what is left of each level into the axis' term; returns the
 * largest such mean. */
static double move_rest(struct fit *f, struct npu__effect *e)
{
	const uint32_t levels = f->t->parameters[e->parameter].level_count;
	double most = 0;

	memset(f->sum, 0, levels * sizeof *f->sum);
	for (size_t k = 0; k < f->count; k++)
		f->sum[npu__level(f->t, f->row[k], e->parameter)] += f->rest[k];
	for (uint32_t l = 0; l < levels; l++) {
		f->sum[l] /= e->count[l] ? e->count[l] : 1;
		e->factor[l] += f->sum[l];
		most = fabs(f->sum[l]) > most ? fabs(f->sum[l]) : most;
	}
	for (size_t k = 0; k < f->count; k++)
		f->rest[k] -= f->sum[npu__level(f->t, f->row[k], e->parameter)];
	return most;
}

/* Least squares by backfitting: each axis in turn takes what the others left,
 * until nothing is taken any more.
 * source: Hastie and Tibshirani, "Generalized Additive Models", 1990, 4.4 */
static void fit_axes(struct fit *f, struct npu__effects *e)
{
	double left = 0;

	for (int round = 0; round < ROUNDS_MAX; round++) {
		double most = 0;

		for (size_t a = 0; a < e->count; a++)
			most = fmax(most, move_rest(f, &e->axis[a]));
		if (most < 1e-9)
			break;
	}
	for (size_t k = 0; k < f->count; k++)
		left += f->rest[k] * f->rest[k];
	e->explained = f->variance > 0 ? 1 - left / f->variance : 1;
}

/* Row 0 is the base; another counts for the one axis in which it differs. */
static void compare_with_base(struct fit *f, struct npu__effects *e)
{
	const struct npu_sweep_table *t = f->t;

	e->explained = NAN;
	if (f->count == 0 || f->row[0] != 0)
		return;
	for (size_t a = 0; a < e->count; a++) {
		struct npu__effect *axis = &e->axis[a];
		const uint32_t base = npu__level(t, 0, axis->parameter);

		for (size_t k = 1; k < f->count; k++) {
			const uint32_t l =
				npu__level(t, f->row[k], axis->parameter);

			if (l != base)
				axis->factor[l] = f->rest[k] - f->rest[0];
		}
	}
}

/* Centre on the mean of all rows, from logarithms to factors, ends. */
static void finish(const struct npu_sweep_table *t, const struct fit *f,
		   struct npu__effect *e)
{
	const uint32_t levels = t->parameters[e->parameter].level_count;
	double mean = 0;
	int seen = 0;

	for (uint32_t l = 0; l < levels; l++)
		mean += e->factor[l] * e->count[l];
	if (t->is_one_at_a_time || !f->count)
		mean = 0;
	else
		mean /= (double)f->count;
	for (uint32_t l = 0; l < levels; l++) {
		e->factor[l] = exp(e->factor[l] - mean);
		if (!e->count[l])
			continue;
		if (!seen || e->factor[l] < e->factor[e->low])
			e->low = l;
		if (!seen || e->factor[l] > e->factor[e->high])
			e->high = l;
		seen = 1;
	}
}

static double spread(const struct npu__effect *e)
{
	return e->factor[e->high] / e->factor[e->low];
}

static int by_spread(const void *a, const void *b)
{
	const struct npu__effect *x = a, *y = b;

	if (spread(x) != spread(y))
		return spread(x) > spread(y) ? -1 : 1;
	return (x->parameter > y->parameter) - (x->parameter < y->parameter);
}

static int begin_axes(const struct fit *f, struct npu__effects *out)
{
	size_t axes[NPU_TABLE_PARAMETERS_MAX];

	out->count = npu__moving_axes(f->t, axes);
	for (size_t a = 0; a < out->count; a++) {
		struct npu__effect *e = &out->axis[a];
		const uint32_t levels = f->t->parameters[axes[a]].level_count;

		e->parameter = axes[a];
		e->factor = calloc(levels, sizeof *e->factor);
		e->count = calloc(levels, sizeof *e->count);
		if (!e->factor || !e->count)
			return 0;
		for (size_t k = 0; k < f->count; k++)
			e->count[npu__level(f->t, f->row[k], axes[a])]++;
	}
	return 1;
}

int npu__effects_find(const struct npu_sweep_table *t, size_t group,
		      size_t objective, struct npu__effects *out)
{
	struct fit f = { .t = t };
	int ok;

	memset(out, 0, sizeof *out);
	ok = begin_fit(&f, group, objective) && begin_axes(&f, out);
	if (ok) {
		if (t->is_one_at_a_time)
			compare_with_base(&f, out);
		else
			fit_axes(&f, out);
		for (size_t a = 0; a < out->count; a++)
			finish(t, &f, &out->axis[a]);
		qsort(out->axis, out->count, sizeof out->axis[0], by_spread);
	}
	end_fit(&f);
	return ok;
}

void npu__effects_clear(struct npu__effects *effects)
{
	for (size_t a = 0; a < effects->count; a++) {
		free(effects->axis[a].factor);
		free(effects->axis[a].count);
	}
	effects->count = 0;
}
