/* sweep/npu_plan.c - from a sweep file to the list of trials to run.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_found.h"
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* ---- one trial ---- */

enum npu_status npu_trial_of(const struct npu_sweep *sweep, uint64_t index,
			     struct npu_trial *out, struct npu_error *err)
{
	uint32_t position[NPU_AXES_MAX];

	out->index = index;
	out->point = index / sweep->model_count;
	out->model = (size_t)(index % sweep->model_count);
	npu_sweep_position(sweep, out->point, position);
	return npu_sweep_chip(sweep, position, &out->chip, err);
}

enum npu_status npu_judge_position(struct npu_judge *j,
				   const uint32_t *position,
				   struct npu_trial *t, struct npu_error *err)
{
	double metrics[NPU_METRIC_COUNT];

	t->state = NPU_TRIAL_selected;
	t->why = (struct npu_error){ 0 };
	if (npu_sweep_chip(j->sweep, position, &t->chip, &t->why) != NPU_OK) {
		t->state = NPU_TRIAL_impossible;
		return NPU_OK;
	}
	if (strcmp(j->technology.name, t->chip.chip.technology) != 0)
		NPU_TRY(npu_technology_load(t->chip.chip.technology, NULL,
					    &j->technology, err));
	npu_metrics_static(&t->chip, &j->technology, metrics);
	NPU_TRY(npu_sweep_constrain(j->sweep, &t->chip, metrics, 0, &t->broken,
				    err));
	if (t->broken < j->sweep->constraint_count)
		t->state = NPU_TRIAL_constrained;
	return NPU_OK;
}

static enum npu_status judge(struct npu_judge *j, struct npu_trial *t,
			     struct npu_error *err)
{
	uint32_t position[NPU_AXES_MAX];

	t->point = t->index / j->sweep->model_count;
	t->model = (size_t)(t->index % j->sweep->model_count);
	npu_sweep_position(j->sweep, t->point, position);
	return npu_judge_position(j, position, t, err);
}

enum npu_status npu_plan_walk(const struct npu_sweep *sweep,
			      const struct npu_runner *runner,
			      const struct npu_plan_options *options,
			      npu_each_trial *each, void *user,
			      struct npu_error *err)
{
	const uint64_t points = npu_sweep_known_count(sweep);
	struct npu_judge j = { .sweep = sweep };
	struct npu_trial t;
	const uint64_t first = options->first * sweep->model_count;
	uint64_t selected = 0;

	if (points > NPU_TRIALS_MAX / sweep->model_count)
		return npu_fail(err, NPU_E_LIMIT,
				"%s: more than %d trials; give `method: sobol` "
				"(or lhs, random) and `samples`",
				sweep->path, NPU_TRIALS_MAX);
	if (npu_sweep_is_screened(sweep) && !options->screen)
		return npu_fail(err, NPU_E_INTERNAL, "%s: not screened yet",
				sweep->path);
	/* run_cap counts from the first point on */
	for (uint64_t i = sweep->run_cap ? 0 : first;
	     i < points * sweep->model_count; i++) {
		t.index = i;
		NPU_TRY(judge(&j, &t, err));
		if (t.state == NPU_TRIAL_selected && options->screen &&
		    !npu_screen_keeps(options->screen, t.point))
			t.state = NPU_TRIAL_screened;
		if (t.state == NPU_TRIAL_selected && sweep->run_cap &&
		    selected++ >= sweep->run_cap)
			t.state = NPU_TRIAL_capped;
		if (i < first)
			continue;
		if (t.state == NPU_TRIAL_selected && options->shards &&
		    i % options->shards != options->shard)
			t.state = NPU_TRIAL_elsewhere;
		if (t.state == NPU_TRIAL_selected)
			npu_runner_key(runner, t.model, &t.chip, t.key);
		if (!each(user, &t))
			break;
	}
	return NPU_OK;
}

/* ---- the list ---- */

struct seen {
	char key[NPU_TRIAL_KEY_SIZE];
	UT_hash_handle hh;
};

/* Programs by number, in the order in which they are met. */
struct program {
	char key[NPU_TRIAL_KEY_SIZE];
	uint64_t number;
	UT_hash_handle hh;
};

struct pending {
	uint64_t program, trial;
};

struct making {
	struct npu_plan *plan;
	const struct npu_runner *runner;
	struct program *programs;
	struct pending *pending; /* [plan->pending_count] */
	struct seen *seen;
	enum npu_status status;
	struct npu_error *err;
};

/* Whether the key is met for the first time; -1: no memory. */
static int is_new(struct making *m, const char *key)
{
	struct seen *seen;

	HASH_FIND_STR(m->seen, key, seen);
	if (seen)
		return 0;
	seen = malloc(sizeof *seen);
	if (!seen)
		return -1;
	memcpy(seen->key, key, sizeof seen->key);
	HASH_ADD_STR(m->seen, key, seen);
	return 1;
}

/* Number of the trial's program; UINT64_MAX: no memory. */
static uint64_t program_of(struct making *m, const struct npu_trial *trial)
{
	char key[NPU_TRIAL_KEY_SIZE];
	struct program *program;

	npu_runner_code_key(m->runner, trial->model, &trial->chip, key);
	HASH_FIND_STR(m->programs, key, program);
	if (program)
		return program->number;
	program = malloc(sizeof *program);
	if (!program)
		return UINT64_MAX;
	memcpy(program->key, key, sizeof key);
	program->number = m->plan->programs++;
	HASH_ADD_STR(m->programs, key, program);
	return program->number;
}

static int add_pending(struct making *m, const struct npu_trial *trial)
{
	const uint64_t program = program_of(m, trial);
	const uint64_t count = m->plan->pending_count;

	/* powers of two: grow when one is full */
	if (!(count & (count - 1))) {
		const uint64_t room = count ? 2 * count : 1;
		struct pending *more =
			realloc(m->pending, room * sizeof *m->pending);

		if (!more)
			return 0;
		m->pending = more;
	}
	m->pending[m->plan->pending_count++] =
		(struct pending){ program, trial->index };
	return program != UINT64_MAX;
}

static int by_program(const void *a, const void *b)
{
	const struct pending *x = a, *y = b;

	if (x->program != y->program)
		return x->program < y->program ? -1 : 1;
	return (x->trial > y->trial) - (x->trial < y->trial);
}

/* Results do not depend on the order: a program is compiled once, or at most
 * once a worker. */
static enum npu_status order_pending(struct making *m)
{
	struct npu_plan *plan = m->plan;

	if (!plan->pending_count)
		return NPU_OK;
	plan->pending = malloc(plan->pending_count * sizeof *plan->pending);
	if (!plan->pending)
		return npu_fail(m->err, NPU_E_NOMEM,
				"no memory for the list of trials");
	qsort(m->pending, plan->pending_count, sizeof *m->pending, by_program);
	for (uint64_t i = 0; i < plan->pending_count; i++)
		plan->pending[i] = m->pending[i].trial;
	return NPU_OK;
}

static void clear_making(struct making *m)
{
	struct seen *seen, *next;
	struct program *program, *after;

	HASH_ITER(hh, m->seen, seen, next)
	{
		HASH_DEL(m->seen, seen);
		free(seen);
	}
	HASH_ITER(hh, m->programs, program, after)
	{
		HASH_DEL(m->programs, program);
		free(program);
	}
	free(m->pending);
}

static int add_selected(struct making *m, const struct npu_trial *trial,
			const struct npu_outcome *found)
{
	const int is_first = is_new(m, trial->key);

	m->plan->selected++;
	if (is_first == 0) {
		m->plan->repeated++;
		return 1;
	}
	if (is_first > 0 && found && npu_outcome_is_final(found->status)) {
		m->plan->stored++;
		return 1;
	}
	if (is_first < 0 || !add_pending(m, trial)) {
		m->status = npu_fail(m->err, NPU_E_NOMEM,
				     "no memory for the list of trials");
		return 0;
	}
	return 1;
}

static int add_trial(void *user, const struct npu_trial *trial,
		     const struct npu_outcome *found)
{
	struct making *m = user;
	struct npu_plan *plan = m->plan;

	plan->trials++;
	switch (trial->state) {
	case NPU_TRIAL_impossible:
		if (!plan->impossible++)
			plan->why = trial->why;
		return 1;
	case NPU_TRIAL_constrained:
		plan->constrained[trial->broken]++;
		return 1;
	case NPU_TRIAL_screened:
		plan->screened++;
		return 1;
	case NPU_TRIAL_capped:
		plan->capped++;
		return 1;
	case NPU_TRIAL_elsewhere:
		plan->elsewhere++;
		return 1;
	default:
		return add_selected(m, trial, found);
	}
}

enum npu_status npu_plan_make(const struct npu_sweep *sweep,
			      const struct npu_runner *runner,
			      struct npu_store *store,
			      const struct npu_plan_options *options,
			      struct npu_plan *out, struct npu_error *err)
{
	struct making m = { .plan = out, .runner = runner, .err = err };
	enum npu_status status;

	memset(out, 0, sizeof *out);
	out->points = npu_sweep_point_count(sweep);
	out->later = (out->points - npu_sweep_known_count(sweep)) *
		     sweep->model_count;
	status = npu_found_walk(sweep, runner, store, options, add_trial, &m,
				err);
	status = status == NPU_OK ? m.status : status;
	if (status == NPU_OK)
		status = order_pending(&m);
	clear_making(&m);
	if (status != NPU_OK)
		npu_plan_clear(out);
	return status;
}

void npu_plan_clear(struct npu_plan *plan)
{
	free(plan->pending);
	memset(plan, 0, sizeof *plan);
}
