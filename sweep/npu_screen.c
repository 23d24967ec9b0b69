/* sweep/npu_screen.c - estimates, ranked and cut.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_screen.h"
#include "sweep/npu_rank.h"
#include "sweep/npu_spearman.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* A point at the position of an earlier one: the same chip. */
struct repeat {
	uint64_t point, first;
};

struct npu_screen {
	/* both in the order of points */
	struct npu_score *kept; /* estimates of chips */
	struct repeat *repeats; /* of all chips */
	size_t kept_count, repeat_count;
	uint64_t candidates;
};

/* ---- estimates ---- */

/* Where a point was first. */
struct place {
	uint32_t position[NPU_AXES_MAX];
	uint64_t point;
	UT_hash_handle hh;
};

struct estimating {
	const struct npu_sweep *sweep;
	const struct npu_runner *runner;
	struct npu_judge judge;
	struct place *places;
	struct npu_ranked *ranked;
	struct repeat *repeats;
	size_t count, room, repeat_count, repeat_room;
};

/* `array` with room for one more than `count`; NULL: no memory, it is as
 * before. */
static void *grow(void *array, size_t count, size_t *room, size_t size)
{
	const size_t wanted = *room ? 2 * *room : 256;
	void *more;

	if (count < *room)
		return array;
	more = realloc(array, wanted * size);
	if (more)
		*room = wanted;
	return more;
}

static struct npu_ranked *add_chip(struct estimating *e)
{
	struct npu_ranked *more =
		grow(e->ranked, e->count, &e->room, sizeof *more);

	if (!more)
		return NULL;
	e->ranked = more;
	return &e->ranked[e->count++];
}

static int add_repeat(struct estimating *e, uint64_t point, uint64_t first)
{
	struct repeat *more = grow(e->repeats, e->repeat_count, &e->repeat_room,
				   sizeof *more);

	if (!more)
		return 0;
	e->repeats = more;
	e->repeats[e->repeat_count++] = (struct repeat){ point, first };
	return 1;
}

/* Draws meet the same chip again: it has one place among the others. Returns
 * -1 when out of memory. */
static int was_before(struct estimating *e, const uint32_t *position,
		      uint64_t point)
{
	const size_t size = e->sweep->axis_count * sizeof *position;
	struct place *place;

	HASH_FIND(hh, e->places, position, size, place);
	if (place)
		return add_repeat(e, point, place->point) ? 1 : -1;
	place = malloc(sizeof *place);
	if (!place)
		return -1;
	memcpy(place->position, position, size);
	place->point = point;
	HASH_ADD(hh, e->places, position, size, place);
	return 0;
}

static void clear(struct estimating *e)
{
	struct place *place, *next;

	HASH_ITER(hh, e->places, place, next)
	{
		HASH_DEL(e->places, place);
		free(place);
	}
	free(e->ranked);
	free(e->repeats);
}

/* The chip of the judge's last position with every model. */
static enum npu_status estimate(struct estimating *e,
				const struct npu_chip *chip, uint64_t point,
				struct npu_ranked *out, struct npu_error *err)
{
	double metrics[NPU_METRIC_COUNT];
	struct npu_activity activity;

	*out = (struct npu_ranked){ 0 };
	for (size_t m = 0; m < e->sweep->model_count; m++) {
		const enum npu_status status = npu_runner_estimate(
			e->runner, m, chip, &activity, NULL);

		if (status == NPU_E_NOMEM)
			return npu_fail(err, status, "no memory to estimate");
		if (status == NPU_OK)
			npu_metrics(chip, &e->judge.technology, &activity,
				    npu_runner_batch(e->runner, m), metrics);
		NPU_TRY(npu_ranked_add(out, e->sweep, chip,
				       status == NPU_OK ? metrics : NULL, err));
	}
	npu_ranked_end(out, e->sweep, point);
	/* what is equal but for the last bits of another machine's logarithm
	 * is equal, so that all shards keep the same points */
	for (size_t o = 0; o < e->sweep->objective_count; o++)
		out->score.value[o] = (double)(float)out->score.value[o];
	return NPU_OK;
}

static enum npu_status estimate_all(struct estimating *e, struct npu_error *err)
{
	const uint64_t points = npu_sweep_point_count(e->sweep);
	uint32_t position[NPU_AXES_MAX];
	struct npu_trial trial;

	if (points > NPU_TRIALS_MAX / e->sweep->model_count)
		return npu_fail(err, NPU_E_LIMIT,
				"%s: more than %d trials to screen; give "
				"`method: sobol` (or lhs, random) and "
				"`samples`",
				e->sweep->path, NPU_TRIALS_MAX);
	for (uint64_t point = 0; point < points; point++) {
		struct npu_ranked *out;
		int repeats;

		npu_sweep_position(e->sweep, point, position);
		NPU_TRY(npu_judge_position(&e->judge, position, &trial, err));
		if (trial.state != NPU_TRIAL_selected)
			continue;
		repeats = was_before(e, position, point);
		if (repeats > 0)
			continue;
		out = repeats < 0 ? NULL : add_chip(e);
		if (!out)
			return npu_fail(err, NPU_E_NOMEM,
					"no memory to screen");
		NPU_TRY(estimate(e, &trial.chip, point, out, err));
	}
	return NPU_OK;
}

/* ---- the cut ---- */

static int by_point(const void *left, const void *right)
{
	const struct npu_score *a = left, *b = right;

	return (a->point > b->point) - (a->point < b->point);
}

static enum npu_status cut(struct estimating *e, struct npu_screen *screen,
			   struct npu_error *err)
{
	uint64_t most = e->sweep->keep_points;

	if (e->sweep->keep_share > 0)
		most = (uint64_t)ceil(e->sweep->keep_share * (double)e->count);
	screen->candidates = e->count;
	screen->kept_count = e->count < most ? e->count : (size_t)most;
	NPU_TRY(npu_rank(e->ranked, e->count, e->sweep->objective_count, err));
	if (e->count)
		qsort(e->ranked, e->count, sizeof *e->ranked,
		      npu_ranked_in_order);
	screen->kept = malloc((screen->kept_count + 1) * sizeof *screen->kept);
	if (!screen->kept)
		return npu_fail(err, NPU_E_NOMEM, "no memory to screen");
	for (size_t i = 0; i < screen->kept_count; i++)
		screen->kept[i] = e->ranked[i].score;
	qsort(screen->kept, screen->kept_count, sizeof *screen->kept, by_point);
	screen->repeats = e->repeats;
	screen->repeat_count = e->repeat_count;
	e->repeats = NULL;
	return NPU_OK;
}

enum npu_status npu_screen_create(const struct npu_sweep *sweep,
				  const struct npu_runner *runner,
				  struct npu_screen **out,
				  struct npu_error *err)
{
	struct estimating e = {
		.sweep = sweep,
		.runner = runner,
		.judge.sweep = sweep,
	};
	struct npu_screen *screen;
	enum npu_status status;

	*out = NULL;
	if (!npu_sweep_is_screened(sweep))
		return NPU_OK;
	screen = calloc(1, sizeof *screen);
	status = screen ? estimate_all(&e, err)
			: npu_fail(err, NPU_E_NOMEM, "no memory to screen");
	if (status == NPU_OK)
		status = cut(&e, screen, err);
	clear(&e);
	if (status == NPU_OK)
		*out = screen;
	else
		npu_screen_destroy(screen);
	return status;
}

void npu_screen_destroy(struct npu_screen *screen)
{
	if (!screen)
		return;
	free(screen->kept);
	free(screen->repeats);
	free(screen);
}

uint64_t npu_screen_candidates(const struct npu_screen *screen)
{
	return screen->candidates;
}

uint64_t npu_screen_kept(const struct npu_screen *screen)
{
	return screen->kept_count;
}

static const struct npu_score *find(const struct npu_screen *screen,
				    uint64_t point)
{
	const struct npu_score key = { .point = point };

	return bsearch(&key, screen->kept, screen->kept_count,
		       sizeof *screen->kept, by_point);
}

static int repeat_by_point(const void *left, const void *right)
{
	const struct repeat *a = left, *b = right;

	return (a->point > b->point) - (a->point < b->point);
}

int npu_screen_keeps(const struct npu_screen *screen, uint64_t point)
{
	const struct repeat key = { .point = point };
	const struct repeat *repeat = NULL;

	if (screen->repeat_count)
		repeat = bsearch(&key, screen->repeats, screen->repeat_count,
				 sizeof key, repeat_by_point);
	return find(screen, repeat ? repeat->first : point) != NULL;
}

/* ---- estimates against simulations ---- */

struct correlating {
	const struct npu_screen *screen;
	const struct npu_sweep *sweep;
	struct npu_score now; /* of the point at work */
	size_t models;        /* of it that have figures */
	double *estimated[NPU_OBJECTIVES_MAX], *simulated[NPU_OBJECTIVES_MAX];
	size_t count;
};

/* Models of a point follow one another. */
static int add_row(void *user, const struct npu_row *row)
{
	struct correlating *c = user;
	const struct npu_score *estimated;

	if (row->trial->model == 0) {
		c->now = (struct npu_score){ .point = row->trial->point };
		c->models = 0;
	}
	if (row->state != NPU_ROW_ok && row->state != NPU_ROW_outside)
		return 1;
	npu_score_add(&c->now, c->sweep, row->metrics);
	if (++c->models < c->sweep->model_count)
		return 1;
	npu_score_end(&c->now, c->sweep);
	estimated = find(c->screen, c->now.point);
	for (size_t o = 0; estimated && o < c->sweep->objective_count; o++) {
		c->estimated[o][c->count] = estimated->value[o];
		c->simulated[o][c->count] = c->now.value[o];
	}
	c->count += estimated != NULL;
	return 1;
}

enum npu_status npu_screen_correlate(const struct npu_screen *screen,
				     const struct npu_sweep *sweep,
				     const struct npu_runner *runner,
				     struct npu_store *store,
				     const struct npu_plan_options *options,
				     struct npu_correlation *out,
				     struct npu_error *err)
{
	struct correlating c = { .screen = screen, .sweep = sweep };
	const size_t objectives = sweep->objective_count;
	const size_t most = screen->kept_count + 1;
	double *values = calloc(2 * objectives * most, sizeof *values);
	enum npu_status status;

	if (!values)
		return npu_fail(err, NPU_E_NOMEM, "no memory to correlate");
	for (size_t o = 0; o < objectives; o++) {
		c.estimated[o] = values + 2 * o * most;
		c.simulated[o] = values + (2 * o + 1) * most;
	}
	status = npu_rows_walk(sweep, runner, store, options, add_row, &c, err);
	out->points = c.count;
	for (size_t o = 0; o < objectives && status == NPU_OK; o++)
		status = npu_spearman(c.estimated[o], c.simulated[o], c.count,
				      &out->of[o], err);
	free(values);
	return status;
}
