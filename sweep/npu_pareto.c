/* sweep/npu_pareto.c - scores of points and their front.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_pareto.h"
#include <math.h>
#include <stdlib.h>

int npu_score_dominates(const struct npu_score *a, const struct npu_score *b,
			size_t objectives)
{
	int better = 0;

	for (size_t i = 0; i < objectives; i++) {
		if (a->value[i] > b->value[i])
			return 0;
		better |= a->value[i] < b->value[i];
	}
	return better;
}

static int in_order(const void *left, const void *right)
{
	const struct npu_score *a = left, *b = right;

	/* values beyond the objectives are 0 in both */
	for (size_t i = 0; i < NPU_OBJECTIVES_MAX; i++)
		if (a->value[i] != b->value[i])
			return a->value[i] < b->value[i] ? -1 : 1;
	return a->point < b->point ? -1 : a->point > b->point;
}

/* In order, what dominates a score or equals it comes before it. */
size_t npu_pareto_front(struct npu_score *scores, size_t count,
			size_t objectives)
{
	size_t kept = 0;

	qsort(scores, count, sizeof *scores, in_order);
	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		for (; k < kept; k++) {
			size_t o = 0;

			while (o < objectives &&
			       scores[k].value[o] <= scores[i].value[o])
				o++;
			if (o == objectives)
				break;
		}
		if (k == kept)
			scores[kept++] = scores[i];
	}
	return kept;
}

double npu_hypervolume(const struct npu_score *front, size_t count,
		       const double reference[2])
{
	double volume = 0, height = reference[1];

	for (size_t i = 0; i < count; i++) {
		volume += (reference[0] - front[i].value[0]) *
			  (height - front[i].value[1]);
		height = front[i].value[1];
	}
	return volume;
}

/* ---- scores ---- */

void npu_mean_add(double *mean, double value)
{
	*mean += log(value);
}

void npu_mean_end(double *mean, size_t models)
{
	*mean = exp(*mean / (double)models);
}

void npu_score_add(struct npu_score *score, const struct npu_sweep *sweep,
		   const double *metrics)
{
	for (size_t i = 0; i < sweep->objective_count; i++)
		npu_mean_add(&score->value[i],
			     metrics[sweep->objectives[i].metric]);
}

void npu_score_end(struct npu_score *score, const struct npu_sweep *sweep)
{
	for (size_t i = 0; i < sweep->objective_count; i++) {
		double *value = &score->value[i];

		npu_mean_end(value, sweep->model_count);
		if (sweep->objectives[i].maximize)
			*value = -*value;
	}
}

struct scoring {
	const struct npu_sweep *sweep;
	struct npu_score *scores, now;
	size_t count, room, models; /* models of `now` that are ok */
	int failed;
};

static int keep(struct scoring *s)
{
	if (s->count == s->room) {
		const size_t room = s->room ? 2 * s->room : 64;
		struct npu_score *more =
			realloc(s->scores, room * sizeof *more);

		if (!more) {
			s->failed = 1;
			return 0;
		}
		s->scores = more;
		s->room = room;
	}
	npu_score_end(&s->now, s->sweep);
	s->scores[s->count++] = s->now;
	return 1;
}

/* Models of a point follow one another. */
static int add_row(void *user, const struct npu_row *row)
{
	struct scoring *s = user;

	if (row->trial->model == 0) {
		s->now = (struct npu_score){ .point = row->trial->point };
		s->models = 0;
	}
	if (row->state != NPU_ROW_ok)
		return 1;
	npu_score_add(&s->now, s->sweep, row->metrics);
	return ++s->models < s->sweep->model_count || keep(s);
}

enum npu_status
npu_scores(const struct npu_sweep *sweep, const struct npu_runner *runner,
	   struct npu_store *store, const struct npu_plan_options *options,
	   struct npu_score **out, size_t *count, struct npu_error *err)
{
	struct scoring s = { .sweep = sweep };
	enum npu_status status;

	if (!sweep->objective_count)
		return npu_fail(err, NPU_E_USAGE,
				"%s: no `objectives`, so there is no front",
				sweep->path);
	status = npu_rows_walk(sweep, runner, store, options, add_row, &s, err);
	if (status == NPU_OK && s.failed)
		status = npu_fail(err, NPU_E_NOMEM, "no memory for the front");
	if (status != NPU_OK) {
		free(s.scores);
		return status;
	}
	*out = s.scores;
	*count = s.count;
	return NPU_OK;
}
