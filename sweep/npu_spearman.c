/* sweep/npu_spearman.c - rank correlation.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_spearman.h"
#include <math.h>
#include <stdlib.h>

struct place {
	double value;
	size_t index;
};

static int by_value(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	return (a->value > b->value) - (a->value < b->value);
}

/* Ranks from 1 on, less their mean: those of equal values are the same. */
static void rank(const double *values, size_t count, struct place *places,
		 double *ranks)
{
	for (size_t i = 0; i < count; i++)
		places[i] = (struct place){ values[i], i };
	qsort(places, count, sizeof *places, by_value);
	for (size_t first = 0, end; first < count; first = end) {
		end = first + 1;
		while (end < count && places[end].value == places[first].value)
			end++;
		for (size_t i = first; i < end; i++)
			ranks[places[i].index] = ((double)(first + 1 + end) -
						  (double)(count + 1)) /
						 2;
	}
}

enum npu_status npu_spearman(const double *a, const double *b, size_t count,
			     double *out, struct npu_error *err)
{
	struct place *places = malloc((count + 1) * sizeof *places);
	double *x = malloc((count + 1) * sizeof *x);
	double *y = malloc((count + 1) * sizeof *y);
	double xx = 0, yy = 0, xy = 0;

	if (!places || !x || !y) {
		free(places);
		free(x);
		free(y);
		return npu_fail(err, NPU_E_NOMEM, "no memory to correlate");
	}
	rank(a, count, places, x);
	rank(b, count, places, y);
	for (size_t i = 0; i < count; i++) {
		xx += x[i] * x[i];
		yy += y[i] * y[i];
		xy += x[i] * y[i];
	}
	*out = xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : (double)NAN;
	free(places);
	free(x);
	free(y);
	return NPU_OK;
}
