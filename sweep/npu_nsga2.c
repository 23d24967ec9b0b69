/* sweep/npu_nsga2.c - from the rows of one generation to the next one.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_nsga2.h"
#include "sweep/npu_evolution.h"
#include <stdlib.h>

/* ---- results of a generation ---- */

struct reading {
	const struct npu_sweep *sweep;
	struct npu_ranked *results; /* [population] */
	uint64_t first;             /* point of results[0] */
	int is_whole;
	enum npu_status status;
	struct npu_error *err;
};

static int read_row(void *user, const struct npu_row *row)
{
	struct reading *r = user;
	struct npu_ranked *result = &r->results[row->trial->point - r->first];
	const int has_figures =
		row->state == NPU_ROW_ok || row->state == NPU_ROW_outside;

	if (row->state == NPU_ROW_missing || row->state == NPU_ROW_capped) {
		r->is_whole = 0;
		return 0;
	}
	r->status = npu_ranked_add(result, r->sweep, &row->trial->chip,
				   has_figures ? row->metrics : NULL, r->err);
	if (r->status != NPU_OK)
		return 0;
	if (row->trial->model + 1 == r->sweep->model_count)
		npu_ranked_end(result, r->sweep, row->trial->point);
	return 1;
}

static enum npu_status read_last(const struct npu_sweep *sweep,
				 const struct npu_runner *runner,
				 struct npu_store *store, struct reading *r,
				 struct npu_error *err)
{
	struct npu_plan_options last = { 0 };

	last.first = npu_evolution_count(sweep->evolution) - sweep->population;
	r->first = last.first;
	r->is_whole = 1;
	NPU_TRY(npu_rows_walk(sweep, runner, store, &last, read_row, r, err));
	return r->status;
}

/* ---- the next one ---- */

static int is_possible(void *user, const uint32_t *position)
{
	struct npu_judge *judge = user;
	struct npu_trial trial;

	return npu_judge_position(judge, position, &trial, NULL) == NPU_OK &&
	       trial.state == NPU_TRIAL_selected;
}

static enum npu_status begin(struct npu_sweep *sweep, struct npu_error *err)
{
	struct npu_judge *judge = npu_new(sweep->arena, struct npu_judge, 1);

	if (!judge)
		return npu_fail(err, NPU_E_NOMEM, "no memory for a search");
	judge->sweep = sweep;
	return npu_evolution_create(sweep, is_possible, judge,
				    &sweep->evolution, err);
}

enum npu_status npu_nsga2_extend(struct npu_sweep *sweep,
				 const struct npu_runner *runner,
				 struct npu_store *store, int *more,
				 struct npu_error *err)
{
	struct reading r = { .sweep = sweep, .err = err };
	enum npu_status status;

	*more = 0;
	if (sweep->method != NPU_METHOD_nsga2 ||
	    npu_evolution_count(sweep->evolution) ==
		    npu_sweep_point_count(sweep))
		return NPU_OK;
	if (!sweep->evolution) {
		NPU_TRY(begin(sweep, err));
		*more = 1;
		return npu_evolution_next(sweep->evolution, NULL, err);
	}
	r.results = calloc(sweep->population, sizeof *r.results);
	if (!r.results)
		return npu_fail(err, NPU_E_NOMEM, "no memory for a search");
	status = read_last(sweep, runner, store, &r, err);
	if (status == NPU_OK && r.is_whole) {
		*more = 1;
		status = npu_evolution_next(sweep->evolution, r.results, err);
	}
	free(r.results);
	return status;
}

enum npu_status npu_nsga2_replay(struct npu_sweep *sweep,
				 const struct npu_runner *runner,
				 struct npu_store *store, struct npu_error *err)
{
	int more;

	do {
		NPU_TRY(npu_nsga2_extend(sweep, runner, store, &more, err));
	} while (more);
	return NPU_OK;
}
