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

/* Peel front by front: `above` is by how many of those left each is dominated.
 * A member's list of those that it dominates is found again where it is needed:
 * the same comparisons twice, and no memory that grows with their square. */
static void peel(struct npu_ranked *r, size_t count, size_t objectives,
		 uint32_t *above)
{
	size_t left = count;

	for (size_t i = 0; i < count; i++) {
		above[i] = 0;
		r[i].front = UINT32_MAX;
		for (size_t k = 0; k < count; k++)
			above[i] += (uint32_t)npu_ranked_dominates(
				&r[k], &r[i], objectives);
	}
	for (uint32_t front = 0; left; front++) {
		for (size_t i = 0; i < count; i++)
			if (r[i].front == UINT32_MAX && above[i] == 0) {
				r[i].front = front;
				left--;
			}
		for (size_t i = 0; i < count; i++)
			for (size_t k = 0; r[i].front == front && k < count;
			     k++)
				if (r[k].front == UINT32_MAX)
					above[k] -=
						(uint32_t)npu_ranked_dominates(
							&r[i], &r[k],
							objectives);
	}
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
	return a->of->score.point < b->of->score.point ? -1
						       : a->of->score.point >
								 b->of->score.point;
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
	uint32_t *above = malloc((count + 1) * sizeof *above);
	struct place *places = malloc((count + 1) * sizeof *places);

	if (!above || !places) {
		free(above);
		free(places);
		return npu_fail(err, NPU_E_NOMEM, "no memory to rank points");
	}
	peel(ranked, count, objectives, above);
	for (size_t i = 0; i < count; i++)
		ranked[i].crowding = 0;
	for (size_t o = 0; o < objectives; o++) {
		for (size_t i = 0; i < count; i++)
			places[i] = (struct place){
				&ranked[i], ranked[i].score.value[o]
			};
		qsort(places, count, sizeof *places, by_front_and_value);
		for (size_t first = 0, i = 1; i <= count; i++)
			if (i == count || places[i].of->front !=
						  places[first].of->front) {
				crowd(places + first, i - first);
				first = i;
			}
	}
	free(above);
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
	return a->score.point < b->score.point	 ? -1
	       : a->score.point > b->score.point ? 1
						 : 0;
}
