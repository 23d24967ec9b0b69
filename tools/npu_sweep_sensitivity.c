/* tools/npu_sweep_sensitivity.c - the table of a sensitivity sweep.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_sensitivity.h"
#include "tools/npu_sweep_actions.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct table {
	const struct npu_sweep *sweep;
	const struct npu_effect *effects;
	size_t count;
	double base[NPU_OBJECTIVES_MAX];
};

static const char *metric(const struct table *t, size_t objective)
{
	return npu_metric_table[t->sweep->objectives[objective].metric].name;
}

/* Name and value of the axis' first key, where the effect has it. */
static const char *key_of(const struct table *t, size_t axis)
{
	size_t names;

	return npu_sweep_names(&names)[t->sweep->axes[axis].keys[0].key];
}

static const char *value_of(const struct table *t, const struct npu_effect *e,
			    char text[128])
{
	const size_t key = t->sweep->axes[e->axis].keys[0].key;
	struct npu_trial trial;
	size_t count;

	text[0] = 0;
	if (npu_trial_of(t->sweep, e->point * t->sweep->model_count, &trial,
			 NULL) == NPU_OK)
		npu_chip_key_text(&npu_chip_key_table(&count)[key], &trial.chip,
				  text, 128);
	return text;
}

/* ---- text ---- */

static void print_effect(const struct table *t, const struct npu_effect *e)
{
	char text[128];

	printf("%-22s %14s", e->position ? "" : key_of(t, e->axis),
	       value_of(t, e, text));
	for (size_t o = 0; o < t->sweep->objective_count; o++) {
		if (!e->is_known) {
			printf("  %14s %9s %10s", "-", "-", "-");
			continue;
		}
		printf("  %14.6g %+8.2f%%", e->value[o], 100 * e->change[o]);
		if (isnan(e->elasticity[o]))
			printf(" %10s", "-");
		else
			printf(" %+10.3f", e->elasticity[o]);
	}
	putchar('\n');
}

static void print_table(const struct table *t)
{
	const size_t objectives = t->sweep->objective_count;

	printf("\n%-22s %14s", "one at a time", "value");
	for (size_t o = 0; o < objectives; o++)
		printf("  %14s %9s %10s", metric(t, o), "change", "elasticity");
	printf("\n%-22s %14s", "base", "");
	for (size_t o = 0; o < objectives; o++)
		printf("  %14.6g %9s %10s", t->base[o], "", "");
	putchar('\n');
	for (size_t i = 0; i < t->count; i++)
		print_effect(t, &t->effects[i]);
	if (t->sweep->model_count > 1)
		printf("objectives: geometric means over %zu models; ",
		       t->sweep->model_count);
	printf("elasticity: ln(value / base) over ln(key / base's key)\n");
}

/* ---- JSON ---- */

static json_t *number(double value)
{
	return isnan(value) ? json_null() : json_real(value);
}

static json_t *json_effect(const struct table *t, const struct npu_effect *e)
{
	json_t *one = json_object(), *all = json_object();
	char text[128];

	json_object_set_new(one, "point", json_integer((json_int_t)e->point));
	json_object_set_new(one, "parameter", json_string(key_of(t, e->axis)));
	json_object_set_new(one, "value", json_string(value_of(t, e, text)));
	for (size_t o = 0; o < t->sweep->objective_count; o++) {
		json_t *of = json_object();

		json_object_set_new(of, "value", number(e->value[o]));
		json_object_set_new(of, "change", number(e->change[o]));
		json_object_set_new(of, "elasticity", number(e->elasticity[o]));
		json_object_set_new(all, metric(t, o), of);
	}
	json_object_set_new(one, "objectives", all);
	return one;
}

/* ---- both ---- */

enum npu_status npu_sweep_effects(struct npu_sweep_command *c,
				  struct npu_store *store,
				  struct json_t *object, struct npu_error *err)
{
	struct table t = { .sweep = c->sweep };
	struct npu_effect *effects;
	json_t *list;

	if (c->sweep->method != NPU_METHOD_sensitivity ||
	    !c->sweep->objective_count)
		return NPU_OK;
	NPU_TRY(npu_sensitivity(c->sweep, c->runner, store, t.base, &effects,
				&t.count, err));
	t.effects = effects;
	if (object) {
		list = json_array();
		for (size_t i = 0; i < t.count; i++)
			json_array_append_new(list,
					      json_effect(&t, &effects[i]));
		json_object_set_new(object, "effects", list);
	} else if (t.count) {
		print_table(&t);
	} else {
		printf("\nthe base has no result within the constraints: "
		       "nothing to compare with\n");
	}
	free(effects);
	return NPU_OK;
}
