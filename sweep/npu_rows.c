/* sweep/npu_rows.c - trials joined with their outcomes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_rows.h"
#include "sweep/npu_found.h"
#include "traces/npu_csv.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

const struct npu_row_desc npu_row_table[NPU_ROW_COUNT] = {
#define NPU_ROW(name, has_place, doc) { #name, doc, has_place },
#include "sweep/npu_row.def"
};

/* ---- the walk ---- */

struct walk {
	const struct npu_sweep *sweep;
	const struct npu_runner *runner;
	npu_each_row *each;
	void *user;
	struct npu_technology technology; /* the last one used */
	enum npu_status status;
	struct npu_error *err;
};

static enum npu_status measure(struct walk *w, const struct npu_outcome *o,
			       struct npu_row *row)
{
	const struct npu_trial *t = row->trial;
	struct npu_activity activity;
	size_t broken;

	if (strcmp(w->technology.name, t->chip.chip.technology) != 0)
		NPU_TRY(npu_technology_load(t->chip.chip.technology, NULL,
					    &w->technology, w->err));
	NPU_TRY(npu_activity_parse(o->text, &activity, w->err));
	npu_metrics(&t->chip, &w->technology, &activity,
		    npu_runner_batch(w->runner, t->model), row->metrics);
	NPU_TRY(npu_sweep_constrain(w->sweep, &t->chip, row->metrics, 1,
				    &broken, w->err));
	row->state = NPU_ROW_ok;
	if (broken < w->sweep->constraint_count) {
		row->state = NPU_ROW_outside;
		row->text = w->sweep->constraints[broken].text;
	}
	return NPU_OK;
}

static enum npu_status judge(struct walk *w, struct npu_row *row,
			     const struct npu_outcome *outcome)
{
	row->state = NPU_ROW_missing;
	if (!outcome)
		return NPU_OK;
	if (outcome->status == NPU_OK)
		return measure(w, outcome, row);
	row->state = npu_outcome_is_infeasible(outcome->status)
			     ? NPU_ROW_infeasible
			     : NPU_ROW_failed;
	row->text = outcome->text;
	return NPU_OK;
}

static int visit(void *user, const struct npu_trial *trial,
		 const struct npu_outcome *outcome)
{
	struct walk *w = user;
	struct npu_row row = { .trial = trial, .text = "" };

	switch (trial->state) {
	case NPU_TRIAL_selected:
		w->status = judge(w, &row, outcome);
		if (w->status != NPU_OK)
			return 0;
		break;
	case NPU_TRIAL_impossible:
		row.state = NPU_ROW_impossible;
		row.text = trial->why.message;
		break;
	case NPU_TRIAL_constrained:
		row.state = NPU_ROW_constrained;
		row.text = w->sweep->constraints[trial->broken].text;
		break;
	case NPU_TRIAL_screened:
		row.state = NPU_ROW_screened;
		break;
	case NPU_TRIAL_capped:
		row.state = NPU_ROW_capped;
		break;
	case NPU_TRIAL_elsewhere:
		row.state = NPU_ROW_elsewhere;
		break;
	}
	return w->each(w->user, &row);
}

enum npu_status
npu_rows_walk(const struct npu_sweep *sweep, const struct npu_runner *runner,
	      struct npu_store *store, const struct npu_plan_options *options,
	      npu_each_row *each, void *user, struct npu_error *err)
{
	struct walk w = {
		.sweep = sweep,
		.runner = runner,
		.each = each,
		.user = user,
		.err = err,
	};
	const enum npu_status status =
		npu_found_walk(sweep, runner, store, options, visit, &w, err);

	return status == NPU_OK ? w.status : status;
}

/* ---- one row as text ---- */

/* Calls for every key that the sweep moves, in the order of the file. */
typedef void each_key(void *user, const char *name, const char *value);

static void walk_keys(const struct npu_sweep *sweep, const struct npu_row *row,
		      each_key *each, void *user)
{
	size_t count, names;
	const struct npu_chip_key *keys = npu_chip_key_table(&count);
	const char *const *all = npu_sweep_names(&names);
	size_t moved[NPU_CHIP_KEYS_MAX], n = 0;
	char text[128] = "";

	for (size_t a = 0; a < sweep->axis_count; a++)
		for (size_t k = 0; k < sweep->axes[a].key_count; k++)
			moved[n++] = sweep->axes[a].keys[k].key;
	for (size_t i = 0; i < sweep->derived_count; i++)
		moved[n++] = sweep->derived[i].key;
	for (size_t i = 0; i < n; i++) {
		if (row)
			npu_chip_key_text(&keys[moved[i]], &row->trial->chip,
					  text, sizeof text);
		each(user, all[moved[i]], text);
	}
}

static void add_name(void *user, const char *name, const char *value)
{
	(void)value;
	npu_text_add(user, ",%s", name);
}

static void add_value(void *user, const char *name, const char *value)
{
	(void)name;
	npu_text_add(user, ",");
	npu_csv_text(user, value);
}

void npu_rows_csv_head(const struct npu_sweep *sweep, struct npu_text *out)
{
	npu_text_add(out, "trial,point,model,precision,state");
	walk_keys(sweep, NULL, add_name, out);
	for (int m = 0; m < NPU_METRIC_COUNT; m++)
		npu_text_add(out, ",%s", npu_metric_table[m].name);
	npu_text_add(out, ",why\n");
}

static int is_measured(const struct npu_row *row)
{
	return row->state == NPU_ROW_ok || row->state == NPU_ROW_outside;
}

void npu_row_csv(const struct npu_sweep *sweep, const struct npu_row *row,
		 struct npu_text *out)
{
	const struct npu_sweep_model *model = &sweep->models[row->trial->model];

	npu_text_add(out, "%" PRIu64 ",%" PRIu64 ",", row->trial->index,
		     row->trial->point);
	npu_csv_text(out, model->name);
	npu_text_add(out, ",%s,%s", npu_precision_name[model->precision],
		     npu_row_table[row->state].name);
	walk_keys(sweep, row, add_value, out);
	for (int m = 0; m < NPU_METRIC_COUNT; m++) {
		npu_text_add(out, ",");
		if (is_measured(row))
			npu_text_add(out, "%.12g", row->metrics[m]);
	}
	npu_text_add(out, ",");
	npu_csv_text(out, row->text);
	npu_text_add(out, "\n");
}

static void set_text(json_t *object, const char *name, const char *text)
{
	json_t *value = json_string(text);

	/* jansson refuses what is not UTF-8 */
	json_object_set_new(object, name,
			    value ? value : json_string("(not UTF-8)"));
}

static void set_parameter(void *user, const char *name, const char *value)
{
	set_text(user, name, value);
}

void npu_row_json(const struct npu_sweep *sweep, const struct npu_row *row,
		  struct npu_text *out)
{
	const struct npu_sweep_model *model = &sweep->models[row->trial->model];
	json_t *object = json_object(), *parameters = json_object();
	char *text;

	json_object_set_new(object, "trial",
			    json_integer((json_int_t)row->trial->index));
	json_object_set_new(object, "point",
			    json_integer((json_int_t)row->trial->point));
	set_text(object, "model", model->name);
	set_text(object, "precision", npu_precision_name[model->precision]);
	set_text(object, "state", npu_row_table[row->state].name);
	walk_keys(sweep, row, set_parameter, parameters);
	json_object_set_new(object, "parameters", parameters);
	for (int m = 0; m < NPU_METRIC_COUNT && is_measured(row); m++)
		json_object_set_new(object, npu_metric_table[m].name,
				    json_real(row->metrics[m]));
	if (*row->text)
		set_text(object, "why", row->text);
	text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(12));
	if (text)
		npu_text_add(out, "%s\n", text);
	else
		out->failed = 1;
	free(text);
	json_decref(object);
}
