/* sweep/npu_sweep_load.c - a sweep file, strict and located.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_evolution.h"
#include "sweep/npu_sweep_internal.h"
#include <stdio.h>
#include <string.h>

const char *const *npu_sweep_names(size_t *count)
{
	static const char *const names[] = {
#define NPU_INT(section, key, min, max, unit, doc) #section "." #key,
#define NPU_CHOICE(section, key, choices, doc)     #section "." #key,
#define NPU_TEXT(section, key, doc)                #section "." #key,
#include "configs/npu_chip.def"
#define NPU_METRIC(name, is_static, doc) #name,
#include "sweep/npu_metric.def"
	};

	*count = sizeof names / sizeof names[0];
	return names;
}

enum { KEEP_MAX = 1000 * 1000 * 1000 };

/* ---- models ---- */

static enum npu_status read_model(struct npu_sweep *sweep,
				  const struct npu_yaml *node,
				  struct npu_error *err)
{
	static const char *const keys[] = { "model", "precision", "batch" };
	struct npu_sweep_model *model = &sweep->models[sweep->model_count];
	const struct npu_yaml *name = node, *precision = NULL, *batch = NULL;
	size_t choice = NPU_PRECISION_int8;

	if (sweep->model_count == NPU_SWEEP_MODELS_MAX)
		return npu_yaml_fail(node, NPU_E_LIMIT, err,
				     "more than %d models",
				     NPU_SWEEP_MODELS_MAX);
	if (node->kind != NPU_YAML_SCALAR) {
		NPU_TRY(npu_yaml_expect(node, NPU_YAML_MAPPING, err));
		NPU_TRY(npu_yaml_check_keys(node, keys, 3, err));
		NPU_TRY(npu_yaml_require(node, "model", &name, err));
		precision = npu_yaml_find(node, "precision");
		batch = npu_yaml_find(node, "batch");
	}
	NPU_TRY(npu_yaml_text(name, &model->name, err));
	if (precision)
		NPU_TRY(npu_yaml_choice(precision, npu_precision_name,
					NPU_PRECISION_COUNT, &choice, err));
	model->precision = (enum npu_precision)choice;
	model->at = name->at;
	if (batch)
		NPU_TRY(npu_yaml_quantity(batch, NPU_UNIT_count, 1, 65536,
					  &model->batch, err));
	sweep->model_count++;
	return NPU_OK;
}

static enum npu_status read_models(struct npu_sweep *sweep,
				   const struct npu_yaml *node,
				   struct npu_error *err)
{
	NPU_TRY(npu_yaml_expect(node, NPU_YAML_SEQUENCE, err));
	npu_yaml_each(item, node) NPU_TRY(read_model(sweep, item, err));
	if (!sweep->model_count)
		return npu_yaml_fail(node, NPU_E_SYNTAX, err,
				     "expected at least one model");
	return NPU_OK;
}

/* ---- constraints and objectives ---- */

static enum npu_status read_constraint(struct npu_sweep *sweep,
				       const struct npu_yaml *node,
				       struct npu_error *err)
{
	struct npu_sweep_expression *e =
		&sweep->constraints[sweep->constraint_count];
	size_t count, keys;
	const char *const *names = npu_sweep_names(&count);

	npu_chip_key_table(&keys);
	if (sweep->constraint_count == NPU_SWEEP_EXPRESSIONS_MAX)
		return npu_yaml_fail(node, NPU_E_LIMIT, err,
				     "more than %d constraints",
				     NPU_SWEEP_EXPRESSIONS_MAX);
	NPU_TRY(npu_expression_create(node, names, count, &e->expression, err));
	sweep->constraint_count++;
	if (!strpbrk(node->text, "<>=!"))
		return npu_yaml_fail(node, NPU_E_SYNTAX, err,
				     "expected a comparison, such as "
				     "\"area_mm2 <= 20\", got \"%.60s\"",
				     node->text);
	NPU_TRY(npu__sweep_split(sweep, node, e, err));
	e->text = node->text;
	e->is_static = 1;
	for (size_t m = 0; m < NPU_METRIC_COUNT; m++)
		if (npu_expression_uses(e->expression, keys + m) &&
		    !npu_metric_table[m].is_static)
			e->is_static = 0;
	return NPU_OK;
}

static enum npu_status read_objective(struct npu_sweep *sweep,
				      const struct npu_yaml *node,
				      struct npu_error *err)
{
	static const char *const keys[] = { "minimize", "maximize" };
	struct npu_objective *o = &sweep->objectives[sweep->objective_count];
	const char *names[NPU_METRIC_COUNT];
	size_t metric;

	for (size_t i = 0; i < NPU_METRIC_COUNT; i++)
		names[i] = npu_metric_table[i].name;
	if (sweep->objective_count == NPU_OBJECTIVES_MAX)
		return npu_yaml_fail(node, NPU_E_LIMIT, err,
				     "more than %d objectives",
				     NPU_OBJECTIVES_MAX);
	NPU_TRY(npu_yaml_expect(node, NPU_YAML_MAPPING, err));
	NPU_TRY(npu_yaml_check_keys(node, keys, 2, err));
	if (node->count != 1)
		return npu_yaml_fail(node, NPU_E_SYNTAX, err,
				     "expected `minimize: FIELD` or "
				     "`maximize: FIELD`");
	NPU_TRY(npu_yaml_choice(node->child, names, NPU_METRIC_COUNT, &metric,
				err));
	o->metric = (enum npu_metric)metric;
	o->maximize = !strcmp(node->child->key, "maximize");
	sweep->objective_count++;
	return NPU_OK;
}

typedef enum npu_status item_reader(struct npu_sweep *, const struct npu_yaml *,
				    struct npu_error *);

/* Every item of an optional sequence. */
static enum npu_status read_items(struct npu_sweep *sweep,
				  const struct npu_yaml *node,
				  item_reader *read, struct npu_error *err)
{
	if (!node)
		return NPU_OK;
	NPU_TRY(npu_yaml_expect(node, NPU_YAML_SEQUENCE, err));
	npu_yaml_each(item, node) NPU_TRY(read(sweep, item, err));
	return NPU_OK;
}

/* ---- the method and the rest ---- */

/* An optional whole number. */
static enum npu_status read_count(const struct npu_yaml *root, const char *key,
				  uint64_t min, uint64_t max, uint64_t *out,
				  struct npu_error *err)
{
	const struct npu_yaml *node = npu_yaml_find(root, key);

	return node ? npu_yaml_quantity(node, NPU_UNIT_count, min, max, out,
					err)
		    : NPU_OK;
}

/* A key that only some methods have. */
static enum npu_status check_belongs(const struct npu_yaml *root,
				     const char *key, int belongs,
				     const char *method, struct npu_error *err)
{
	const struct npu_yaml *node = npu_yaml_find(root, key);

	if (node && !belongs)
		return npu_fail_at(err, NPU_E_SYNTAX, node->key_at,
				   "method %s has no `%s`", method, key);
	if (!node && belongs)
		return npu_fail_at(err, NPU_E_SYNTAX, root->at,
				   "method %s needs `%s`", method, key);
	return NPU_OK;
}

static enum npu_status read_method(struct npu_sweep *sweep,
				   const struct npu_yaml *root,
				   struct npu_error *err)
{
	static const char *const methods[] = {
#define NPU_METHOD(name, doc) #name,
#include "sweep/npu_method.def"
	};
	const struct npu_yaml *node;
	uint64_t population = 0, generations = 0;
	size_t method;
	int draws, evolves, lists;

	NPU_TRY(npu_yaml_require(root, "method", &node, err));
	NPU_TRY(npu_yaml_choice(node, methods, NPU_METHOD_COUNT, &method, err));
	sweep->method = (enum npu_sweep_method)method;
	sweep->method_at = node->at;
	draws = method == NPU_METHOD_random || method == NPU_METHOD_lhs ||
		method == NPU_METHOD_sobol;
	evolves = method == NPU_METHOD_nsga2;
	lists = method == NPU_METHOD_list;
	NPU_TRY(check_belongs(root, "samples", draws, methods[method], err));
	NPU_TRY(check_belongs(root, "population", evolves, methods[method],
			      err));
	NPU_TRY(check_belongs(root, "generations", evolves, methods[method],
			      err));
	NPU_TRY(check_belongs(root, "list", lists, methods[method], err));
	NPU_TRY(check_belongs(root, "parameters", !lists, methods[method],
			      err));
	NPU_TRY(read_count(root, "samples", 1, 1000000000, &sweep->samples,
			   err));
	NPU_TRY(read_count(root, "population", 4, 4096, &population, err));
	NPU_TRY(read_count(root, "generations", 1, 65536, &generations, err));
	sweep->population = (uint32_t)population;
	sweep->generations = (uint32_t)generations;
	if (evolves && !npu_yaml_find(root, "objectives"))
		return npu_fail_at(err, NPU_E_SYNTAX, root->at,
				   "method nsga2 needs `objectives`");
	return lists ? npu__sweep_read_list(sweep, npu_yaml_find(root, "list"),
					    err)
		     : npu__sweep_read_axes(sweep,
					    npu_yaml_find(root, "parameters"),
					    npu_yaml_find(root, "zip"), err);
}

/* How many points, or which share of them, screening keeps. */
static enum npu_status read_screen(struct npu_sweep *sweep,
				   const struct npu_yaml *root,
				   struct npu_error *err)
{
	static const char *const keys[] = { "keep" };
	const struct npu_yaml *screen = npu_yaml_find(root, "screen"), *keep;
	double value;

	if (!screen)
		return NPU_OK;
	if (sweep->method == NPU_METHOD_nsga2)
		return npu_fail_at(err, NPU_E_SYNTAX, screen->key_at,
				   "method nsga2 chooses its points by results "
				   "and has no `screen`; fewer `generations` "
				   "simulate less");
	if (sweep->method == NPU_METHOD_sensitivity)
		return npu_fail_at(err, NPU_E_SYNTAX, screen->key_at,
				   "method sensitivity compares every step "
				   "with the base and has no `screen`");
	if (!npu_yaml_find(root, "objectives"))
		return npu_fail_at(err, NPU_E_SYNTAX, screen->key_at,
				   "`screen` needs `objectives`: it keeps the "
				   "points that are best in them");
	NPU_TRY(npu_yaml_expect(screen, NPU_YAML_MAPPING, err));
	NPU_TRY(npu_yaml_check_keys(screen, keys, 1, err));
	NPU_TRY(npu_yaml_require(screen, "keep", &keep, err));
	if (npu_yaml_number(keep, 0, KEEP_MAX, &value, NULL) != NPU_OK ||
	    value == 0 || (value >= 1 && strpbrk(keep->text, ".eE")))
		return npu_yaml_fail(keep, NPU_E_RANGE, err,
				     "expected a share of the points below 1, "
				     "such as 0.25, or a number of points, got "
				     "\"%.60s\"",
				     keep->text);
	if (value < 1)
		sweep->keep_share = value;
	else
		sweep->keep_points = (uint64_t)value;
	return NPU_OK;
}

static enum npu_status read_options(struct npu_sweep *sweep,
				    const struct npu_yaml *root,
				    struct npu_error *err)
{
	static const char *const on_error[] = { "continue", "stop" };
	const struct npu_yaml *error = npu_yaml_find(root, "on_error");
	const struct npu_yaml *store = npu_yaml_find(root, "store");
	const struct npu_yaml *chip = npu_yaml_find(root, "chip");
	const char *base = "edge";
	enum npu_status status;
	size_t choice = 0;

	NPU_TRY(read_count(root, "seed", 0, INT64_MAX, &sweep->seed, err));
	NPU_TRY(read_count(root, "run_cap", 1, INT64_MAX, &sweep->run_cap,
			   err));
	if (error)
		NPU_TRY(npu_yaml_choice(error, on_error, 2, &choice, err));
	sweep->stops_on_error = choice == 1;
	sweep->store = "sweep.sqlite";
	if (store)
		NPU_TRY(npu_yaml_text(store, &sweep->store, err));
	if (chip)
		NPU_TRY(npu_yaml_text(chip, &base, err));
	status = npu_chip_load(base, NULL, NULL, 0, &sweep->base, err);
	if (chip)
		npu_error_locate(err, chip->at);
	return status;
}

static enum npu_status read_sweep(struct npu_sweep *sweep,
				  const struct npu_yaml *root,
				  struct npu_error *err)
{
	static const char *const keys[] = {
		"sweep",  "models",     "chip",       "method",
		"seed",   "samples",    "population", "generations",
		"list",   "parameters", "zip",        "constraints",
		"screen", "objectives", "run_cap",    "on_error",
		"store",
	};
	const struct npu_yaml *name, *models;

	NPU_TRY(npu_yaml_expect(root, NPU_YAML_MAPPING, err));
	NPU_TRY(npu_yaml_check_keys(root, keys, sizeof keys / sizeof keys[0],
				    err));
	NPU_TRY(npu_yaml_require(root, "sweep", &name, err));
	NPU_TRY(npu_yaml_text(name, &sweep->name, err));
	NPU_TRY(npu_yaml_require(root, "models", &models, err));
	NPU_TRY(read_models(sweep, models, err));
	NPU_TRY(read_options(sweep, root, err));
	NPU_TRY(read_method(sweep, root, err));
	NPU_TRY(read_screen(sweep, root, err));
	NPU_TRY(read_items(sweep, npu_yaml_find(root, "constraints"),
			   read_constraint, err));
	return read_items(sweep, npu_yaml_find(root, "objectives"),
			  read_objective, err);
}

enum npu_status npu_sweep_load(const char *path, struct npu_sweep **out,
			       struct npu_error *err)
{
	struct npu_arena *arena = npu_arena_create();
	struct npu_sweep *sweep =
		arena ? npu_new(arena, struct npu_sweep, 1) : NULL;
	const struct npu_yaml *root;
	enum npu_status status;

	if (!sweep) {
		npu_arena_destroy(arena);
		return npu_fail(err, NPU_E_NOMEM, "reading %.200s", path);
	}
	sweep->arena = arena;
	sweep->path = npu_arena_strdup(arena, path);
	status = npu_yaml_load(arena, path, &root, err);
	if (status == NPU_OK)
		status = read_sweep(sweep, root, err);
	if (status != NPU_OK) {
		npu_sweep_destroy(sweep);
		return status;
	}
	*out = sweep;
	return NPU_OK;
}

void npu_sweep_destroy(struct npu_sweep *sweep)
{
	if (!sweep)
		return;
	for (size_t i = 0; i < sweep->derived_count; i++)
		npu_expression_destroy(sweep->derived[i].expression);
	for (size_t i = 0; i < sweep->constraint_count; i++) {
		npu_expression_destroy(sweep->constraints[i].expression);
		npu_expression_destroy(sweep->constraints[i].side[0]);
		npu_expression_destroy(sweep->constraints[i].side[1]);
	}
	npu_evolution_destroy(sweep->evolution);
	npu_arena_destroy(sweep->arena);
}
