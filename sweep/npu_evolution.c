/* sweep/npu_evolution.c - selection, crossover and mutation of points.
 * SPDX-License-Identifier: Apache-2.0
 *
 * source: Deb et al. 2002 (npu_rank.h), section III.C: parents and offspring
 * compete together, so the best is never lost. Axes are lists of values, often
 * in an order: where the paper has real numbers, crossover takes each axis from
 * either parent, and mutation moves to a neighbour or anywhere. */
#include "sweep/npu_evolution.h"
#include "base/npu_random.h"
#include "sweep/npu_plan.h"
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

enum {
	TRIES = 256,         /* for a child that is new and allowed */
	CROSSOVER_OF_10 = 9, /* source: Deb et al., section IV: p_c = 0.9 */
};

struct visited {
	UT_hash_handle hh; /* its key is a position of the evolution's */
};

struct npu_evolution {
	const struct npu_sweep *sweep;
	npu_point_filter *filter;
	void *user;
	uint32_t *positions;    /* [population * generations][axis_count] */
	struct visited *places; /* [population * generations] */
	struct visited *visited;
	uint64_t count; /* points so far */
	/* [2 * population]: the parents, best first, then their children */
	struct npu_ranked *pool;
	size_t pool_count; /* of these */
};

enum npu_status npu_evolution_create(const struct npu_sweep *sweep,
				     npu_point_filter *filter, void *user,
				     struct npu_evolution **out,
				     struct npu_error *err)
{
	const size_t points = (size_t)sweep->population * sweep->generations;
	struct npu_evolution *e;

	if (points > NPU_TRIALS_MAX)
		return npu_fail(err, NPU_E_LIMIT,
				"%s: population times generations is more than "
				"%d",
				sweep->path, NPU_TRIALS_MAX);
	e = calloc(1, sizeof *e);
	if (e) {
		e->sweep = sweep;
		e->filter = filter;
		e->user = user;
		e->positions =
			calloc(points * sweep->axis_count, sizeof(uint32_t));
		e->places = calloc(points, sizeof *e->places);
		e->pool =
			calloc(2 * (size_t)sweep->population, sizeof *e->pool);
	}
	if (!e || !e->positions || !e->places || !e->pool) {
		npu_evolution_destroy(e);
		return npu_fail(err, NPU_E_NOMEM, "no memory for %zu points",
				points);
	}
	*out = e;
	return NPU_OK;
}

void npu_evolution_destroy(struct npu_evolution *e)
{
	if (!e)
		return;
	HASH_CLEAR(hh, e->visited);
	free(e->positions);
	free(e->places);
	free(e->pool);
	free(e);
}

uint64_t npu_evolution_count(const struct npu_evolution *e)
{
	return e ? e->count : 0;
}

static uint32_t *at(const struct npu_evolution *e, uint64_t i)
{
	return e->positions + i * e->sweep->axis_count;
}

const uint32_t *npu_evolution_position(const struct npu_evolution *e,
				       uint64_t i)
{
	return at(e, i);
}

/* ---- one child ---- */

static void draw_anywhere(const struct npu_sweep *sweep,
			  struct npu_random *random, uint32_t *child)
{
	for (size_t a = 0; a < sweep->axis_count; a++)
		child[a] = (uint32_t)npu_random_below(random,
						      sweep->axes[a].count);
}

/* The better of two parents drawn: those that come first in the pool are. */
static const uint32_t *tournament(const struct npu_evolution *e,
				  struct npu_random *random)
{
	const uint64_t a = npu_random_below(random, e->pool_count);
	const uint64_t b = npu_random_below(random, e->pool_count);

	return at(e, e->pool[a < b ? a : b].score.point);
}

static void cross(const struct npu_evolution *e, struct npu_random *random,
		  uint32_t *child)
{
	const uint32_t *mother = tournament(e, random);
	const uint32_t *father = tournament(e, random);
	const int crosses = npu_random_below(random, 10) < CROSSOVER_OF_10;

	for (size_t a = 0; a < e->sweep->axis_count; a++)
		child[a] = crosses && npu_random_below(random, 2) ? father[a]
								  : mother[a];
}

/* Each axis with probability 1 / axes (as the paper), half of the time to a
 * neighbour. */
static void mutate(const struct npu_sweep *sweep, struct npu_random *random,
		   uint32_t *child)
{
	for (size_t a = 0; a < sweep->axis_count; a++) {
		const uint32_t count = sweep->axes[a].count;

		if (npu_random_below(random, sweep->axis_count) != 0 ||
		    count == 1)
			continue;
		if (npu_random_below(random, 2))
			child[a] += 1 + (uint32_t)npu_random_below(random,
								   count - 1);
		else if (child[a] == 0 ||
			 (child[a] + 1 < count && npu_random_below(random, 2)))
			child[a]++;
		else
			child[a]--;
		child[a] %= count;
	}
}

/* A stream of its own for every (seed, point). */
static struct npu_random stream_of(const struct npu_sweep *sweep,
				   uint64_t point)
{
	struct npu_random random = { sweep->seed };

	random.state = npu_random_u64(&random) ^ point;
	random.state = npu_random_u64(&random);
	return random;
}

/* Children that are new get rare at the end of a small space: then anything
 * that is allowed will do, and at last anything. */
static void make_point(struct npu_evolution *e, uint64_t point)
{
	const size_t size = e->sweep->axis_count * sizeof(uint32_t);
	struct npu_random random = stream_of(e->sweep, point);
	struct visited *place = &e->places[point], *before = NULL;
	uint32_t *child = at(e, point);

	for (int i = 0; i < TRIES; i++) {
		if (e->pool_count && i < TRIES / 2) {
			cross(e, &random, child);
			mutate(e->sweep, &random, child);
		} else {
			draw_anywhere(e->sweep, &random, child);
		}
		HASH_FIND(hh, e->visited, child, size, before);
		if (!before && (!e->filter || e->filter(e->user, child)))
			break;
	}
	if (!before)
		HASH_ADD_KEYPTR(hh, e->visited, child, size, place);
}

/* ---- generations ---- */

/* Parents and their children together: the best `population` of them are the
 * next parents, best first. */
static enum npu_status select_parents(struct npu_evolution *e,
				      const struct npu_ranked *last,
				      struct npu_error *err)
{
	const size_t population = e->sweep->population;

	memcpy(e->pool + e->pool_count, last, population * sizeof *last);
	e->pool_count += population;
	NPU_TRY(npu_rank(e->pool, e->pool_count, e->sweep->objective_count,
			 err));
	qsort(e->pool, e->pool_count, sizeof *e->pool, npu_ranked_in_order);
	e->pool_count = population;
	/* a tournament is decided by the crowding among all, as the cut was */
	return NPU_OK;
}

enum npu_status npu_evolution_next(struct npu_evolution *e,
				   const struct npu_ranked *last,
				   struct npu_error *err)
{
	if (last)
		NPU_TRY(select_parents(e, last, err));
	for (uint32_t i = 0; i < e->sweep->population; i++)
		make_point(e, e->count + i);
	e->count += e->sweep->population;
	return NPU_OK;
}
