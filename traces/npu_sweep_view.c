/* traces/npu_sweep_view.c - what the reports of a sweep have in common: groups,
 * units, the best point of each objective, the knee.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_sweep_view_internal.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

int npu__is_ok(const struct npu_sweep_table *t, size_t group, size_t row)
{
	const uint8_t *state = &t->state[row * t->model_count];
	size_t first = 0, last = t->model_count;

	if (t->model_count > 1 && group > 0) {
		first = group - 1;
		last = group;
	}
	for (size_t m = first; m < last; m++)
		if (state[m] != 0)
			return 0;
	return 1;
}

size_t npu__count_ok(const struct npu_sweep_table *t, size_t group)
{
	size_t n = 0;

	for (size_t i = 0; i < t->row_count; i++)
		n += (size_t)npu__is_ok(t, group, i);
	return n;
}

size_t npu__count_front(const struct npu_sweep_table *t, size_t group)
{
	size_t n = 0;

	for (size_t i = 0; i < t->row_count; i++)
		n += npu__on_front(t, group, i) != 0;
	return n;
}

const char *npu__group_name(const struct npu_sweep_table *t, size_t group)
{
	if (t->model_count == 1)
		return t->models[0];
	return group ? t->models[group - 1] : "all models";
}

size_t npu__moving_axes(const struct npu_sweep_table *t, size_t *axes)
{
	size_t n = 0;

	for (size_t p = 0; p < t->parameter_count; p++) {
		const struct npu_sweep_parameter *key = &t->parameters[p];
		size_t k = 0;

		if (key->is_derived || key->level_count < 2)
			continue;
		while (k < n && t->parameters[axes[k]].axis != key->axis)
			k++;
		if (k == n)
			axes[n++] = p;
	}
	return n;
}

int npu__moves_on_front(const struct npu_sweep_table *t, size_t group,
			size_t parameter)
{
	uint32_t first = UINT32_MAX;

	for (size_t i = 0; i < t->row_count; i++) {
		const uint32_t level = npu__level(t, i, parameter);

		if (!npu__on_front(t, group, i))
			continue;
		if (first != UINT32_MAX && level != first)
			return 1;
		first = level;
	}
	return 0;
}

struct npu__column_unit npu__column_unit(const struct npu_sweep_table *t,
					 size_t group, size_t figure)
{
	double sum = 0, n = 0;

	for (size_t row = 0; row < t->row_count; row++) {
		const double v = npu__value(t, group, row, figure);

		if (v > 0) {
			sum += log(v);
			n++;
		}
	}
	return npu__unit_for(t->figures[figure].name, n > 0 ? exp(sum / n) : 0);
}

/* ---- the front ---- */

size_t npu__best_row(const struct npu_sweep_table *t, size_t group,
		     size_t objective)
{
	const double sign = t->figures[objective].goal > 0 ? -1 : 1;
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < t->row_count; i++)
		if (npu__on_front(t, group, i) &&
		    (best == SIZE_MAX ||
		     sign * npu__value(t, group, i, objective) <
			     sign * npu__value(t, group, best, objective)))
			best = i;
	return best;
}

/* Logarithms where all are positive. */
static double place(double value, int is_log)
{
	return is_log ? log(value) : value;
}

struct range {
	double least, largest;
	int is_log;
};

static struct range front_range(const struct npu_sweep_table *t, size_t group,
				size_t objective)
{
	struct range r = { INFINITY, -INFINITY, 0 };

	for (size_t i = 0; i < t->row_count; i++) {
		const double v = npu__value(t, group, i, objective);

		if (!npu__on_front(t, group, i))
			continue;
		r.least = v < r.least ? v : r.least;
		r.largest = v > r.largest ? v : r.largest;
	}
	r.is_log = r.least > 0;
	return r;
}

size_t npu__knee_row(const struct npu_sweep_table *t, size_t group)
{
	struct range range[NPU_TABLE_FIGURES_MAX];
	double nearest = INFINITY;
	size_t knee = SIZE_MAX;

	for (size_t o = 0; o < t->objective_count; o++)
		range[o] = front_range(t, group, o);
	for (size_t i = 0; i < t->row_count; i++) {
		double far = 0;

		if (!npu__on_front(t, group, i))
			continue;
		for (size_t o = 0; o < t->objective_count; o++) {
			const struct range *r = &range[o];
			const double low = place(r->least, r->is_log);
			const double high = place(r->largest, r->is_log);
			const double v =
				place(npu__value(t, group, i, o), r->is_log);
			const double best = t->figures[o].goal > 0 ? high : low;

			if (high > low)
				far += (v - best) * (v - best) /
				       ((high - low) * (high - low));
		}
		if (far < nearest) {
			nearest = far;
			knee = i;
		}
	}
	return knee;
}
