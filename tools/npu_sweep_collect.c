/* tools/npu_sweep_collect.c - rows of a sweep, a point each, for its report.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_pareto.h"
#include "tools/npu_sweep_collect_internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TEXTS_MAX = NPU_AXIS_VALUES_MAX };

/* ---- what columns there are ---- */

static void add_figure(struct npu_collection *c, enum npu_metric metric,
		       int goal)
{
	struct npu_sweep_table *t = &c->table;

	for (size_t f = 0; f < t->figure_count; f++)
		if (c->metric[f] == metric)
			return;
	c->metric[t->figure_count] = metric;
	c->figures[t->figure_count++] = (struct npu_sweep_figure){
		.name = npu_metric_table[metric].name,
		.doc = npu_metric_table[metric].doc,
		.goal = (int8_t)goal,
	};
}

/* The objectives, and what an architect asks for next. */
static void add_figures(struct npu_collection *c)
{
	static const enum npu_metric more[] = {
		NPU_METRIC_latency_ns,   NPU_METRIC_energy_pj,
		NPU_METRIC_area_mm2,     NPU_METRIC_utilization_ratio,
		NPU_METRIC_power_avg_mw,
	};
	const struct npu_sweep *s = c->sweep;

	for (size_t o = 0; o < s->objective_count; o++)
		add_figure(c, s->objectives[o].metric,
			   s->objectives[o].maximize ? 1 : -1);
	c->table.objective_count = c->table.figure_count;
	for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
		add_figure(c, more[i], 0);
}

static void add_moved(struct npu_collection *c)
{
	const struct npu_sweep *s = c->sweep;

	for (size_t a = 0; a < s->axis_count; a++)
		for (size_t k = 0; k < s->axes[a].key_count; k++)
			c->moved[c->moved_count++] = (struct npu__moved){
				.key = s->axes[a].keys[k].key,
				/* the points of a list are one axis of many
				 * keys, each told for itself */
				.axis = s->method == NPU_METHOD_list ? k : a,
			};
	for (size_t i = 0; i < s->derived_count; i++)
		c->moved[c->moved_count++] = (struct npu__moved){
			.key = s->derived[i].key,
			.is_derived = 1,
		};
}

static void add_counts(struct npu_collection *c)
{
	for (int i = 0; i < NPU_ROW_COUNT; i++)
		c->counts[i] = (struct npu_sweep_count){
			.name = npu_row_table[i].name,
			.doc = npu_row_table[i].doc,
		};
}

/* Two entries of one model are told apart by their precision and batch. */
static const char *model_name(struct npu_collection *c, size_t m)
{
	const struct npu_sweep_model *model = &c->sweep->models[m];
	struct npu_text text = { 0 };
	const char *name;
	int is_alone = 1;

	for (size_t i = 0; i < c->sweep->model_count; i++)
		is_alone &= i == m ||
			    strcmp(c->sweep->models[i].name, model->name) != 0;
	if (is_alone)
		return model->name;
	npu_text_add(&text, "%s %s", model->name,
		     npu_precision_name[model->precision]);
	if (model->batch)
		npu_text_add(&text, " batch %llu",
			     (unsigned long long)model->batch);
	name = text.failed ? model->name
			   : npu_arena_strdup(c->arena, text.data);
	npu_text_clear(&text);
	return name ? name : model->name;
}

/* ---- rows ---- */

static int grow(struct npu_collection *c)
{
	const size_t room = c->room ? 2 * c->room : 256;
	const size_t width = c->groups * c->table.figure_count;
	void *point, *state, *value;

	if (c->table.row_count < c->room)
		return 1;
	point = realloc(c->point, room * sizeof *c->point);
	c->point = point ? point : c->point;
	state = realloc(c->state, room * c->sweep->model_count);
	c->state = state ? state : c->state;
	value = realloc(c->value, room * width * sizeof *c->value);
	c->value = value ? value : c->value;
	if (!point || !state || !value)
		return 0;
	for (size_t i = 0; i < c->moved_count; i++) {
		uint64_t *raw = realloc(c->moved[i].raw, room * sizeof *raw);

		if (!raw)
			return 0;
		c->moved[i].raw = raw;
	}
	c->room = room;
	return 1;
}

/* The index of a text among those seen; there are as many as an axis has
 * values at most. */
static int intern(struct npu_collection *c, struct npu__moved *m,
		  const char *text, uint64_t *out)
{
	size_t i = 0;

	if (!m->texts)
		m->texts = npu_new(c->arena, const char *, TEXTS_MAX);
	if (!m->texts)
		return 0;
	while (i < m->text_count && strcmp(m->texts[i], text) != 0)
		i++;
	if (i == TEXTS_MAX)
		return 0;
	if (i == m->text_count) {
		m->texts[i] = npu_arena_strdup(c->arena, text);
		if (!m->texts[m->text_count++])
			return 0;
	}
	*out = i;
	return 1;
}

static int keep_levels(struct npu_collection *c, size_t row)
{
	size_t count;
	const struct npu_chip_key *keys = npu_chip_key_table(&count);

	for (size_t i = 0; i < c->moved_count; i++) {
		struct npu__moved *m = &c->moved[i];
		const char *at = (const char *)&c->chip + keys[m->key].offset;

		if (keys[m->key].kind != NPU_CHIP_TEXT)
			memcpy(&m->raw[row], at, sizeof m->raw[row]);
		else if (!intern(c, m, at, &m->raw[row]))
			return 0;
	}
	return 1;
}

/* Geometric means over the models where all are ok, then each model's own. */
static void keep_values(struct npu_collection *c, size_t row)
{
	const size_t models = c->sweep->model_count;
	const size_t figures = c->table.figure_count;
	double *out = &c->value[row * c->groups * figures];
	int all = 1;

	for (size_t m = 0; m < models; m++)
		all &= c->now[m] == NPU_ROW_ok;
	for (size_t f = 0; models > 1 && f < figures; f++) {
		double mean = 0;

		for (size_t m = 0; m < models; m++)
			npu_mean_add(&mean, c->metrics[m][f]);
		npu_mean_end(&mean, models);
		*out++ = all ? mean : (double)NAN;
	}
	for (size_t m = 0; m < models; m++)
		for (size_t f = 0; f < figures; f++)
			*out++ = c->metrics[m][f];
}

static int has_place(const struct npu_collection *c)
{
	for (size_t m = 0; m < c->sweep->model_count; m++)
		if (npu_row_table[c->now[m]].has_place)
			return 1;
	return 0;
}

static int keep_point(struct npu_collection *c, uint64_t point)
{
	const size_t row = c->table.row_count;

	if (!has_place(c))
		return 1;
	if (row == NPU_COLLECT_POINTS_MAX) {
		c->status = npu_fail(c->err, NPU_E_LIMIT,
				     "%s: more than %d points; `sweep export` "
				     "writes any number",
				     c->sweep->path, NPU_COLLECT_POINTS_MAX);
		return 0;
	}
	if (!grow(c) || !keep_levels(c, row)) {
		c->status = npu_fail(c->err, NPU_E_NOMEM, "no memory");
		return 0;
	}
	c->point[row] = point;
	memcpy(&c->state[row * c->sweep->model_count], c->now,
	       c->sweep->model_count);
	keep_values(c, row);
	c->table.row_count++;
	return 1;
}

/* Models of a point follow one another. */
static int add_row(void *user, const struct npu_row *row)
{
	struct npu_collection *c = user;
	const size_t m = row->trial->model;
	const int has_figures =
		row->state == NPU_ROW_ok || row->state == NPU_ROW_outside;

	c->counts[row->state].trials++;
	if (*row->text && !npu_reasons_add(c->reasons, row->state, row->text)) {
		c->status = npu_fail(c->err, NPU_E_NOMEM, "no memory");
		return 0;
	}
	c->now[m] = (uint8_t)row->state;
	for (size_t f = 0; f < c->table.figure_count; f++)
		c->metrics[m][f] =
			has_figures ? row->metrics[c->metric[f]] : (double)NAN;
	c->chip = row->trial->chip;
	c->table.trials++;
	if (m + 1 < c->sweep->model_count)
		return 1;
	c->table.points++;
	return keep_point(c, row->trial->point);
}

/* ---- the whole ---- */

static enum npu_status collect(const struct npu_sweep_command *command,
			       struct npu_store *store,
			       struct npu_collection *c, struct npu_error *err)
{
	static const char *const methods[] = {
#define NPU_METHOD(name, doc) #name ": " doc,
#include "sweep/npu_method.def"
	};

	c->sweep = command->sweep;
	c->groups = c->sweep->model_count > 1 ? c->sweep->model_count + 1 : 1;
	c->table.method = methods[c->sweep->method];
	c->err = err;
	c->arena = npu_arena_create();
	c->reasons = npu_reasons_create();
	if (!c->arena || !c->reasons)
		return npu_fail(err, NPU_E_NOMEM, "no memory");
	add_figures(c);
	add_moved(c);
	add_counts(c);
	for (size_t m = 0; m < c->sweep->model_count; m++)
		c->models[m] = model_name(c, m);
	NPU_TRY(npu_rows_walk(c->sweep, command->runner, store,
			      &command->options, add_row, c, err));
	NPU_TRY(c->status);
	return npu__collection_tabulate(c)
		       ? NPU_OK
		       : npu_fail(err, NPU_E_NOMEM, "no memory");
}

enum npu_status npu_collection_create(const struct npu_sweep_command *command,
				      struct npu_store *store,
				      struct npu_collection **out,
				      struct npu_error *err)
{
	struct npu_collection *c;
	enum npu_status status;

	if (!command->sweep->objective_count)
		return npu_fail(err, NPU_E_USAGE,
				"%s: no `objectives`, so there is nothing to "
				"compare points by; `sweep export` writes them",
				command->sweep->path);
	c = calloc(1, sizeof *c);
	if (!c)
		return npu_fail(err, NPU_E_NOMEM, "no memory");
	status = collect(command, store, c, err);
	if (status == NPU_OK)
		*out = c;
	else
		npu_collection_destroy(c);
	return status;
}

void npu_collection_destroy(struct npu_collection *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->moved_count; i++)
		free(c->moved[i].raw);
	npu_reasons_destroy(c->reasons);
	npu_arena_destroy(c->arena);
	free(c->point);
	free(c->state);
	free(c->value);
	free(c);
}

const struct npu_sweep_table *
npu_collection_table(const struct npu_collection *c)
{
	return &c->table;
}
