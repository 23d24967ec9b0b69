/* tools/npu_sweep_pareto.c - the front, and which parameters move along it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_pareto.h"
#include "tools/npu_sweep_actions.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Keys that the sweep sets, and the chips of the front. */
struct front {
	const struct npu_sweep *sweep;
	const struct npu_score *scores;
	size_t count;
	size_t keys[NPU_CHIP_KEYS_MAX], key_count;
	struct npu_chip *chips; /* [count] */
	double *of_model;       /* [count][model_count][objective_count] */
};

static double *of_model(const struct front *f, size_t i, size_t model)
{
	return f->of_model +
	       (i * f->sweep->model_count + model) * f->sweep->objective_count;
}

static int add_row(void *user, const struct npu_row *row)
{
	const struct front *f = user;
	size_t i = 0;

	while (i < f->count && f->scores[i].point != row->trial->point)
		i++;
	for (size_t o = 0; i < f->count && o < f->sweep->objective_count; o++)
		of_model(f, i, row->trial->model)[o] =
			row->metrics[f->sweep->objectives[o].metric];
	return 1;
}

/* What each model has at the points of the front. */
static enum npu_status find_models(struct front *f, struct npu_sweep_command *c,
				   struct npu_store *store,
				   struct npu_error *err)
{
	const size_t values =
		f->count * f->sweep->model_count * f->sweep->objective_count;

	f->of_model = calloc(values ? values : 1, sizeof *f->of_model);
	if (!f->of_model)
		return npu_fail(err, NPU_E_NOMEM, "no memory for the front");
	return npu_rows_walk(f->sweep, c->runner, store, &c->options, add_row,
			     f, err);
}

static void find_keys(struct front *f)
{
	const struct npu_sweep *s = f->sweep;

	for (size_t a = 0; a < s->axis_count; a++)
		for (size_t k = 0; k < s->axes[a].key_count; k++)
			f->keys[f->key_count++] = s->axes[a].keys[k].key;
	for (size_t i = 0; i < s->derived_count; i++)
		f->keys[f->key_count++] = s->derived[i].key;
}

static enum npu_status find_chips(struct front *f, struct npu_error *err)
{
	f->chips = calloc(f->count ? f->count : 1, sizeof *f->chips);
	if (!f->chips)
		return npu_fail(err, NPU_E_NOMEM, "no memory for the front");
	for (size_t i = 0; i < f->count; i++) {
		struct npu_trial trial;

		NPU_TRY(npu_trial_of(f->sweep,
				     f->scores[i].point * f->sweep->model_count,
				     &trial, err));
		f->chips[i] = trial.chip;
	}
	return NPU_OK;
}

static const char *value(const struct front *f, size_t key, size_t i,
			 char text[128])
{
	size_t count;

	npu_chip_key_text(&npu_chip_key_table(&count)[f->keys[key]],
			  &f->chips[i], text, 128);
	return text;
}

static int moves(const struct front *f, size_t key)
{
	char first[128], other[128];

	for (size_t i = 1; i < f->count; i++)
		if (strcmp(value(f, key, 0, first), value(f, key, i, other)) !=
		    0)
			return 1;
	return 0;
}

static double objective(const struct front *f, size_t i, size_t o)
{
	const double v = f->scores[i].value[o];

	return f->sweep->objectives[o].maximize ? -v : v;
}

static void print_front(const struct front *f, size_t all)
{
	const struct npu_sweep *s = f->sweep;
	size_t names;
	const char *const *name = npu_sweep_names(&names);
	char text[128];

	printf("%s: %zu of %zu points are on the front\n", s->name, f->count,
	       all);
	if (!f->count) {
		printf("  no point has results of every model within all "
		       "constraints; `sweep status` says why\n");
		return;
	}
	for (size_t k = 0; k < f->key_count; k++)
		if (!moves(f, k))
			printf("  everywhere %s = %s\n", name[f->keys[k]],
			       value(f, k, 0, text));
	printf("%10s", "point");
	for (size_t o = 0; o < s->objective_count; o++)
		printf("  %14s",
		       npu_metric_table[s->objectives[o].metric].name);
	for (size_t k = 0; k < f->key_count; k++)
		if (moves(f, k))
			printf("  %18s", name[f->keys[k]]);
	putchar('\n');
	for (size_t i = 0; i < f->count; i++) {
		printf("%10" PRIu64, f->scores[i].point);
		for (size_t o = 0; o < s->objective_count; o++)
			printf("  %14.6g", objective(f, i, o));
		for (size_t k = 0; k < f->key_count; k++)
			if (moves(f, k))
				printf("  %18s", value(f, k, i, text));
		putchar('\n');
	}
}

/* With several models the objectives above are means. */
static void print_models(const struct front *f)
{
	const struct npu_sweep *s = f->sweep;

	printf("\nobjectives above: geometric means over %zu models; by model\n"
	       "%10s",
	       s->model_count, "");
	for (size_t m = 0; m < s->model_count; m++)
		printf("  %*.*s", (int)(16 * s->objective_count - 2),
		       (int)(16 * s->objective_count - 2), s->models[m].name);
	printf("\n%10s", "point");
	for (size_t m = 0; m < s->model_count; m++)
		for (size_t o = 0; o < s->objective_count; o++)
			printf("  %14s",
			       npu_metric_table[s->objectives[o].metric].name);
	for (size_t i = 0; i < f->count; i++) {
		printf("\n%10" PRIu64, f->scores[i].point);
		for (size_t m = 0; m < s->model_count; m++)
			for (size_t o = 0; o < s->objective_count; o++)
				printf("  %14.6g", of_model(f, i, m)[o]);
	}
	putchar('\n');
}

/* A model twice, in two precisions, is two entries. */
static json_t *json_models(const struct front *f, size_t i)
{
	const struct npu_sweep *s = f->sweep;
	json_t *list = json_array();

	for (size_t m = 0; m < s->model_count; m++) {
		json_t *one = json_object();

		json_object_set_new(one, "model",
				    json_string(s->models[m].name));
		for (size_t o = 0; o < s->objective_count; o++)
			json_object_set_new(
				one,
				npu_metric_table[s->objectives[o].metric].name,
				json_real(of_model(f, i, m)[o]));
		json_array_append_new(list, one);
	}
	return list;
}

static enum npu_status print_json(const struct front *f, size_t all,
				  struct npu_error *err)
{
	const struct npu_sweep *s = f->sweep;
	json_t *object = json_object(), *list = json_array();
	size_t names;
	const char *const *name = npu_sweep_names(&names);
	enum npu_status status;
	char text[128];

	json_object_set_new(object, "points", json_integer((json_int_t)all));
	for (size_t i = 0; i < f->count; i++) {
		json_t *one = json_object(), *parameters = json_object();

		json_object_set_new(
			one, "point",
			json_integer((json_int_t)f->scores[i].point));
		for (size_t o = 0; o < s->objective_count; o++)
			json_object_set_new(
				one,
				npu_metric_table[s->objectives[o].metric].name,
				json_real(objective(f, i, o)));
		for (size_t k = 0; k < f->key_count; k++)
			json_object_set_new(parameters, name[f->keys[k]],
					    json_string(value(f, k, i, text)));
		json_object_set_new(one, "parameters", parameters);
		json_object_set_new(one, "models", json_models(f, i));
		json_array_append_new(list, one);
	}
	json_object_set_new(object, "front", list);
	status = npu_print_json(object, err);
	json_decref(object);
	return status;
}

enum npu_status npu_sweep_pareto(struct npu_sweep_command *c,
				 struct npu_error *err)
{
	struct front f = { .sweep = c->sweep };
	struct npu_score *scores = NULL;
	struct npu_store *store;
	enum npu_status status;
	size_t count = 0;
	const int as_json = npu_given(c->args, NPU_OPTION_json);

	NPU_TRY(npu_sweep_open_store(c, &store, err));
	status = npu_scores(c->sweep, c->runner, store, &c->options, &scores,
			    &count, err);
	if (status == NPU_OK) {
		f.scores = scores;
		f.count = npu_pareto_front(scores, count,
					   c->sweep->objective_count);
		find_keys(&f);
		status = find_models(&f, c, store, err);
	}
	npu_store_close(store);
	if (status == NPU_OK)
		status = find_chips(&f, err);
	if (status == NPU_OK && as_json)
		status = print_json(&f, count, err);
	else if (status == NPU_OK)
		print_front(&f, count);
	if (status == NPU_OK && !as_json && f.count &&
	    c->sweep->model_count > 1)
		print_models(&f);
	free(f.of_model);
	free(f.chips);
	free(scores);
	return status;
}
