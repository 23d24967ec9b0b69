/* sweep/npu_plan.c - from a sweep file to the list of trials to run.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_plan.h"
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
	/* run_cap counts from the first point on */
	for (uint64_t i = sweep->run_cap ? 0 : first;
	     i < points * sweep->model_count; i++) {
		t.index = i;
		NPU_TRY(judge(&j, &t, err));
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

struct making {
	struct npu_plan *plan;
	struct npu_store *store;
	struct seen *seen;
	struct npu_text text;
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

static int add_pending(struct npu_plan *plan, uint64_t trial)
{
	/* powers of two: grow when one is full */
	if (!(plan->pending_count & (plan->pending_count - 1))) {
		const uint64_t room =
			plan->pending_count ? 2 * plan->pending_count : 1;
		uint64_t *more =
			realloc(plan->pending, room * sizeof *plan->pending);

		if (!more)
			return 0;
		plan->pending = more;
	}
	plan->pending[plan->pending_count++] = trial;
	return 1;
}

static int add_selected(struct making *m, const struct npu_trial *trial)
{
	struct npu_outcome outcome;
	int found = 0;
	const int is_first = is_new(m, trial->key);

	m->plan->selected++;
	if (is_first == 0) {
		m->plan->repeated++;
		return 1;
	}
	if (m->store && is_first > 0)
		m->status = npu_store_find(m->store, trial->key, &found,
					   &outcome, &m->text, m->err);
	if (m->status != NPU_OK)
		return 0;
	if (found && npu_outcome_is_final(outcome.status)) {
		m->plan->stored++;
		return 1;
	}
	if (is_first < 0 || !add_pending(m->plan, trial->index)) {
		m->status = npu_fail(m->err, NPU_E_NOMEM,
				     "no memory for the list of trials");
		return 0;
	}
	return 1;
}

static int add_trial(void *user, const struct npu_trial *trial)
{
	struct making *m = user;
	struct npu_plan *plan = m->plan;

	plan->trials++;
	switch (trial->state) {
	case NPU_TRIAL_impossible:
		plan->impossible++;
		return 1;
	case NPU_TRIAL_constrained:
		plan->constrained[trial->broken]++;
		return 1;
	case NPU_TRIAL_capped:
		plan->capped++;
		return 1;
	case NPU_TRIAL_elsewhere:
		plan->elsewhere++;
		return 1;
	default:
		return add_selected(m, trial);
	}
}

enum npu_status npu_plan_make(const struct npu_sweep *sweep,
			      const struct npu_runner *runner,
			      struct npu_store *store,
			      const struct npu_plan_options *options,
			      struct npu_plan *out, struct npu_error *err)
{
	struct making m = { .plan = out, .store = store, .err = err };
	struct seen *seen, *next;
	enum npu_status status;

	memset(out, 0, sizeof *out);
	out->points = npu_sweep_point_count(sweep);
	out->later = (out->points - npu_sweep_known_count(sweep)) *
		     sweep->model_count;
	status = npu_plan_walk(sweep, runner, options, add_trial, &m, err);
	HASH_ITER(hh, m.seen, seen, next)
	{
		HASH_DEL(m.seen, seen);
		free(seen);
	}
	npu_text_clear(&m.text);
	status = status == NPU_OK ? m.status : status;
	if (status != NPU_OK)
		npu_plan_clear(out);
	return status;
}

void npu_plan_clear(struct npu_plan *plan)
{
	free(plan->pending);
	memset(plan, 0, sizeof *plan);
}
