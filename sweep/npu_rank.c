/* sweep/npu_rank.c - non-dominated sorting and crowding.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_rank.h"
#include <math.h>
#include <stdlib.h>

int npu_ranked_dominates(const struct npu_ranked *a, const struct npu_ranked *b,
			 size_t objectives)
{
	if (a->violation != b->violation)
		return a->violation < b->violation;
	return a->violation == 0 &&
	       npu_score_dominates(&a->score, &b->score, objectives);
}

/* ---- from metrics ---- */

/* Outside of all constraints of all models is still nearer than this. */
static double hopeless(const struct npu_sweep *sweep)
{
	return (double)(sweep->constraint_count * sweep->model_count + 1);
}

enum npu_status npu_ranked_add(struct npu_ranked *ranked,
			       const struct npu_sweep *sweep,
			       const struct npu_chip *chip,
			       const double *metrics, struct npu_error *err)
{
	double violation = hopeless(sweep);

	if (metrics) {
		NPU_TRY(npu_sweep_violation(sweep, chip, metrics, &violation,
					    err));
		npu_score_add(&ranked->score, sweep, metrics);
	}
	ranked->violation += violation;
	return NPU_OK;
}

void npu_ranked_end(struct npu_ranked *ranked, const struct npu_sweep *sweep,
		    uint64_t point)
{
	npu_score_end(&ranked->score, sweep);
	if (ranked->violation >= hopeless(sweep)) /* no figures to go by */
		ranked->score = (struct npu_score){ 0 };
	ranked->score.point = point;
}

/* ---- fronts ---- */

/* Fronts as they grow: members in the order in which they came. */
struct fronts {
	const struct npu_ranked *ranked;
	size_t objectives, count;
	size_t *last;   /* [front] the member that came last */
	size_t *before; /* [member] who came before it; SIZE_MAX: none */
};

/* Points with fewer violations, then with smaller values first: none dominates
 * one that comes before it. */
static int in_order(const void *left, const void *right)
{
	const struct npu_ranked *a = *(const struct npu_ranked *const *)left;
	const struct npu_ranked *b = *(const struct npu_ranked *const *)right;

	if (a->violation != b->violation)
		return a->violation < b->violation ? -1 : 1;
	/* values beyond the objectives are 0 in both */
	for (size_t o = 0; o < NPU_OBJECTIVES_MAX; o++)
		if (a->score.value[o] != b->score.value[o])
			return a->score.value[o] < b->score.value[o] ? -1 : 1;
	return (a > b) - (a < b);
}

/* Whether a member of the front dominates `r`. The latest come first: they are
 * most alike; and of two objectives the last one alone may. */
static int is_behind(const struct fronts *f, size_t front,
		     const struct npu_ranked *r)
{
	size_t k = f->last[front];

	while (k != SIZE_MAX) {
		if (npu_ranked_dominates(&f->ranked[k], r, f->objectives))
			return 1;
		if (f->objectives <= 2 || f->ranked[k].violation > 0)
			return 0;
		k = f->before[k];
	}
	return 0;
}

/* What one front's member dominates, a member of each front before does, so
 * that the first one that fits is found by halves.
 * source: Zhang, Tian, Cheng, Jin, "An efficient approach to nondominated
 * sorting for evolutionary multiobjective optimization", IEEE Trans.
 * Evolutionary Computation 19(2), 2015: ENS-BS */
static void insert(struct fronts *f, struct npu_ranked *r)
{
	const size_t self = (size_t)(r - f->ranked);
	size_t low = 0, high = f->count;

	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (is_behind(f, middle, r))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == f->count) {
		f->last[low] = SIZE_MAX;
		f->count++;
	}
	f->before[self] = f->last[low];
	f->last[low] = self;
	r->front = (uint32_t)low;
}

static enum npu_status find_fronts(struct npu_ranked *ranked, size_t count,
				   size_t objectives, struct npu_error *err)
{
	struct fronts f = {
		.ranked = ranked,
		.objectives = objectives,
		.last = malloc((count + 1) * sizeof *f.last),
		.before = malloc((count + 1) * sizeof *f.before),
	};
	struct npu_ranked **order = malloc((count + 1) * sizeof *order);
	const int has_room = f.last && f.before && order;

	for (size_t i = 0; has_room && i < count; i++)
		order[i] = &ranked[i];
	if (has_room)
		qsort(order, count, sizeof *order, in_order);
	for (size_t i = 0; has_room && i < count; i++)
		insert(&f, order[i]);
	free(f.last);
	free(f.before);
	free(order);
	return has_room
		       ? NPU_OK
		       : npu_fail(err, NPU_E_NOMEM, "no memory to rank points");
}

/* ---- crowding ---- */

struct place {
	struct npu_ranked *of;
	double value;
};

static int by_front_and_value(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	if (a->of->front != b->of->front)
		return a->of->front < b->of->front ? -1 : 1;
	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return a->of->score.point < b->of->score.point
		       ? -1
		       : a->of->score.point > b->of->score.point;
}

/* Add what one objective says to the crowding of a front, in its order. */
static void crowd(struct place *places, size_t count)
{
	const double extent = places[count - 1].value - places[0].value;

	places[0].of->crowding = INFINITY;
	places[count - 1].of->crowding = INFINITY;
	for (size_t i = 1; extent > 0 && i + 1 < count; i++)
		places[i].of->crowding +=
			(places[i + 1].value - places[i - 1].value) / extent;
}

enum npu_status npu_rank(struct npu_ranked *ranked, size_t count,
			 size_t objectives, struct npu_error *err)
{
	struct place *places;

	NPU_TRY(find_fronts(ranked, count, objectives, err));
	places = malloc((count + 1) * sizeof *places);
	if (!places)
		return npu_fail(err, NPU_E_NOMEM, "no memory to rank points");
	for (size_t i = 0; i < count; i++)
		ranked[i].crowding = 0;
	for (size_t o = 0; o < objectives; o++) {
		for (size_t i = 0; i < count; i++)
			places[i] = (struct place){ &ranked[i],
						    ranked[i].score.value[o] };
		qsort(places, count, sizeof *places, by_front_and_value);
		for (size_t first = 0, i = 1; i <= count; i++)
			if (i == count ||
			    places[i].of->front != places[first].of->front) {
				crowd(places + first, i - first);
				first = i;
			}
	}
	free(places);
	return NPU_OK;
}

int npu_ranked_in_order(const void *left, const void *right)
{
	const struct npu_ranked *a = left, *b = right;

	if (a->front != b->front)
		return a->front < b->front ? -1 : 1;
	if (a->crowding != b->crowding)
		return a->crowding > b->crowding ? -1 : 1;
	return a->score.point < b->score.point   ? -1
	       : a->score.point > b->score.point ? 1
						 : 0;
}
