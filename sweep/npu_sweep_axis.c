/* sweep/npu_sweep_axis.c - parameters: which values a chip key takes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_sweep_internal.h"
#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 128 };

enum npu_status npu__sweep_key(const struct npu_yaml *node, const char *name,
			       size_t *out, struct npu_error *err)
{
	size_t count, names;
	const char *const *all = npu_sweep_names(&names);
	const char *near;

	npu_chip_key_table(&count);
	for (size_t i = 0; i < count; i++)
		if (!strcmp(all[i], name)) {
			*out = i;
			return NPU_OK;
		}
	near = npu_text_nearest(name, all, count);
	return npu_fail_at(err, NPU_E_SYNTAX,
			   node->key ? node->key_at : node->at,
			   "unknown chip key \"%.80s\"%s%s%s", name,
			   near ? "; did you mean \"" : "", near ? near : "",
			   near ? "\"?" : "");
}

/* ---- values ---- */

/* The values of one key, as they are gathered. */
struct values {
	const struct npu_chip_key *key;
	uint64_t number[NPU_AXIS_VALUES_MAX];
	const char *text[NPU_AXIS_VALUES_MAX];
	uint32_t count;
};

static enum npu_status add_value(struct npu_sweep *sweep, struct values *v,
				 const struct npu_yaml *node,
				 struct npu_error *err)
{
	struct npu_chip chip = sweep->base;
	const char *field = (const char *)&chip + v->key->offset;

	if (v->count == NPU_AXIS_VALUES_MAX)
		return npu_yaml_fail(node, NPU_E_LIMIT, err,
				     "more than %d values",
				     NPU_AXIS_VALUES_MAX);
	NPU_TRY(npu_chip_key_read(v->key, node, &chip, err));
	if (v->key->kind == NPU_CHIP_TEXT) {
		v->text[v->count] = npu_arena_strdup(sweep->arena, field);
		if (!v->text[v->count])
			return npu_fail(err, NPU_E_NOMEM, "reading a sweep");
	} else {
		memcpy(&v->number[v->count], field, sizeof(uint64_t));
	}
	v->count++;
	return NPU_OK;
}

static enum npu_status read_values(struct npu_sweep *sweep, struct values *v,
				   const struct npu_yaml *list,
				   struct npu_error *err)
{
	NPU_TRY(npu_yaml_expect(list, NPU_YAML_SEQUENCE, err));
	if (!list->count)
		return npu_yaml_fail(list, NPU_E_SYNTAX, err,
				     "expected at least one value");
	npu_yaml_each(item, list) NPU_TRY(add_value(sweep, v, item, err));
	return NPU_OK;
}

/* lo, lo * 2, ... or lo, lo + step, ... up to hi; or `count` values evenly. */
struct range {
	uint64_t lo, hi, step, count;
	uint8_t is_log2;
};

static enum npu_status read_range_keys(const struct npu_chip_key *key,
				       const struct npu_yaml *node,
				       struct range *r, struct npu_error *err)
{
	static const char *const scales[] = { "linear", "log2" };
	const struct npu_yaml *ends = npu_yaml_find(node, "range");
	const struct npu_yaml *scale = npu_yaml_find(node, "scale");
	const struct npu_yaml *step = npu_yaml_find(node, "step");
	const struct npu_yaml *count = npu_yaml_find(node, "count");
	size_t choice = 0;

	NPU_TRY(npu_yaml_expect(ends, NPU_YAML_SEQUENCE, err));
	if (ends->count != 2)
		return npu_yaml_fail(ends, NPU_E_SYNTAX, err,
				     "expected [first, last]");
	NPU_TRY(npu_yaml_quantity(ends->child, key->unit, key->min, key->max,
				  &r->lo, err));
	NPU_TRY(npu_yaml_quantity(ends->child->next, key->unit, r->lo, key->max,
				  &r->hi, err));
	if (scale)
		NPU_TRY(npu_yaml_choice(scale, scales, 2, &choice, err));
	r->is_log2 = choice == 1;
	if (step)
		NPU_TRY(npu_yaml_quantity(step, key->unit, 1, key->max,
					  &r->step, err));
	if (count)
		NPU_TRY(npu_yaml_quantity(count, NPU_UNIT_count, 2,
					  NPU_AXIS_VALUES_MAX, &r->count, err));
	if (r->is_log2 + (step != NULL) + (count != NULL) != 1)
		return npu_yaml_fail(node, NPU_E_SYNTAX, err,
				     "a range has one of `scale: log2`, "
				     "`step` and `count`");
	if (r->is_log2 && r->lo == 0)
		return npu_yaml_fail(ends, NPU_E_RANGE, err,
				     "a range of scale log2 cannot start at 0");
	return NPU_OK;
}

static enum npu_status read_range(struct values *v, const struct npu_yaml *node,
				  struct npu_error *err)
{
	struct range r = { 0 };

	if (v->key->kind != NPU_CHIP_INT)
		return npu_yaml_fail(node, NPU_E_SYNTAX, err,
				     "a range needs a key that is a number; "
				     "give `values`");
	NPU_TRY(read_range_keys(v->key, node, &r, err));
	for (uint64_t x = r.lo; x <= r.hi && !r.count;
	     x = r.is_log2 ? 2 * x : x + r.step) {
		if (v->count == NPU_AXIS_VALUES_MAX)
			return npu_yaml_fail(node, NPU_E_LIMIT, err,
					     "more than %d values",
					     NPU_AXIS_VALUES_MAX);
		v->number[v->count++] = x;
		if (x > UINT64_MAX / 2)
			break;
	}
	for (uint64_t i = 0; i < r.count; i++)
		v->number[v->count++] =
			r.lo +
			(uint64_t)((long double)(r.hi - r.lo) * (long double)i /
					   (long double)(r.count - 1) +
				   0.5L);
	return NPU_OK;
}

/* ---- axes ---- */

static enum npu_status add_axis(struct npu_sweep *sweep, const struct values *v,
				size_t key, const struct npu_yaml *node,
				struct npu_error *err)
{
	struct npu_axis *axis = &sweep->axes[sweep->axis_count];
	struct npu_axis_key *keys =
		npu_new(sweep->arena, struct npu_axis_key, 1);
	uint64_t *number = npu_new(sweep->arena, uint64_t, v->count);
	const char **text = npu_new(sweep->arena, const char *, v->count);

	if (sweep->axis_count == NPU_AXES_MAX)
		return npu_yaml_fail(node, NPU_E_LIMIT, err,
				     "more than %d parameters", NPU_AXES_MAX);
	if (!keys || !number || !text)
		return npu_fail(err, NPU_E_NOMEM, "reading a sweep");
	memcpy(number, v->number, v->count * sizeof *number);
	memcpy(text, v->text, v->count * sizeof *text);
	keys->key = key;
	keys->number = number;
	keys->text = v->key->kind == NPU_CHIP_TEXT ? text : NULL;
	axis->keys = keys;
	axis->key_count = 1;
	axis->count = v->count;
	sweep->axis_count++;
	return NPU_OK;
}

static enum npu_status read_derived(struct npu_sweep *sweep, size_t key,
				    const struct npu_yaml *node,
				    struct npu_error *err)
{
	struct npu_sweep_expression *e = &sweep->derived[sweep->derived_count];
	size_t keys, names;
	const struct npu_chip_key *table = npu_chip_key_table(&keys);
	const char *const *all = npu_sweep_names(&names);

	(void)names;
	if (table[key].kind != NPU_CHIP_INT)
		return npu_yaml_fail(node, NPU_E_SYNTAX, err,
				     "`expr` needs a key that is a number");
	if (sweep->derived_count == NPU_SWEEP_EXPRESSIONS_MAX)
		return npu_yaml_fail(node, NPU_E_LIMIT, err,
				     "more than %d expressions",
				     NPU_SWEEP_EXPRESSIONS_MAX);
	NPU_TRY(npu_expression_create(node, all, keys, &e->expression, err));
	e->text = node->text;
	e->key = key;
	e->is_static = 1;
	sweep->derived_count++;
	return NPU_OK;
}

static enum npu_status read_parameter(struct npu_sweep *sweep,
				      struct values *values,
				      const struct npu_yaml *node,
				      struct npu_error *err)
{
	static const char *const keys[] = { "values", "range", "scale",
					    "step",   "count", "expr" };
	const struct npu_yaml *list, *range, *expr;
	size_t key, count;

	NPU_TRY(npu__sweep_key(node, node->key, &key, err));
	values->key = &npu_chip_key_table(&count)[key];
	values->count = 0;
	if (node->kind == NPU_YAML_SEQUENCE) {
		NPU_TRY(read_values(sweep, values, node, err));
		return add_axis(sweep, values, key, node, err);
	}
	if (node->kind != NPU_YAML_MAPPING)
		return npu_yaml_fail(node, NPU_E_SYNTAX, err,
				     "expected a list of values, such as "
				     "[%.40s], or a mapping with `range`, "
				     "`values` or `expr`",
				     node->text);
	NPU_TRY(npu_yaml_check_keys(node, keys, 6, err));
	list = npu_yaml_find(node, "values");
	range = npu_yaml_find(node, "range");
	expr = npu_yaml_find(node, "expr");
	if ((list != NULL) + (range != NULL) + (expr != NULL) != 1)
		return npu_yaml_fail(node, NPU_E_SYNTAX, err,
				     "expected one of `values`, `range` and "
				     "`expr`");
	if (expr)
		return read_derived(sweep, key, expr, err);
	NPU_TRY(list ? read_values(sweep, values, list, err)
		     : read_range(values, node, err));
	return add_axis(sweep, values, key, node, err);
}

/* ---- zip ---- */

static struct npu_axis *find_axis(struct npu_sweep *sweep, size_t key)
{
	for (size_t i = 0; i < sweep->axis_count; i++)
		if (sweep->axes[i].keys[0].key == key)
			return &sweep->axes[i];
	return NULL;
}

/* Move the axis of `node`'s key into `group`, at whose place it then is. */
static enum npu_status join(struct npu_sweep *sweep, struct npu_axis **group,
			    struct npu_axis_key *keys,
			    const struct npu_yaml *node, struct npu_error *err)
{
	struct npu_axis *axis;
	size_t key;

	NPU_TRY(npu_yaml_expect(node, NPU_YAML_SCALAR, err));
	NPU_TRY(npu__sweep_key(node, node->text, &key, err));
	axis = find_axis(sweep, key);
	if (!axis || axis->key_count > 1)
		return npu_yaml_fail(node, NPU_E_SYNTAX, err,
				     axis ? "\"%.80s\" is zipped already"
					  : "\"%.80s\" is no parameter with "
					    "values of its own",
				     node->text);
	if (!*group) {
		*group = axis;
		keys[0] = axis->keys[0];
		axis->keys = keys;
		return NPU_OK;
	}
	if (axis->count != (*group)->count)
		return npu_yaml_fail(node, NPU_E_RANGE, err,
				     "zipped parameters need equally many "
				     "values: %u here, %u before",
				     axis->count, (*group)->count);
	keys[(*group)->key_count++] = axis->keys[0];
	sweep->axis_count--;
	memmove(axis, axis + 1,
		(size_t)(&sweep->axes[sweep->axis_count] - axis) *
			sizeof *axis);
	*group -= axis < *group;
	return NPU_OK;
}

static enum npu_status read_zip(struct npu_sweep *sweep,
				const struct npu_yaml *group,
				struct npu_error *err)
{
	struct npu_axis *axis = NULL;
	struct npu_axis_key *keys;

	NPU_TRY(npu_yaml_expect(group, NPU_YAML_SEQUENCE, err));
	if (group->count < 2)
		return npu_yaml_fail(group, NPU_E_SYNTAX, err,
				     "expected two parameters or more");
	keys = npu_new(sweep->arena, struct npu_axis_key, group->count);
	if (!keys)
		return npu_fail(err, NPU_E_NOMEM, "reading a sweep");
	npu_yaml_each(item, group) NPU_TRY(join(sweep, &axis, keys, item, err));
	return NPU_OK;
}

enum npu_status npu__sweep_read_axes(struct npu_sweep *sweep,
				     const struct npu_yaml *parameters,
				     const struct npu_yaml *zip,
				     struct npu_error *err)
{
	struct values *values = npu_new(sweep->arena, struct values, 1);

	if (!values)
		return npu_fail(err, NPU_E_NOMEM, "reading a sweep");
	NPU_TRY(npu_yaml_expect(parameters, NPU_YAML_MAPPING, err));
	npu_yaml_each(node, parameters)
		NPU_TRY(read_parameter(sweep, values, node, err));
	if (!zip)
		return NPU_OK;
	NPU_TRY(npu_yaml_expect(zip, NPU_YAML_SEQUENCE, err));
	npu_yaml_each(group, zip) NPU_TRY(read_zip(sweep, group, err));
	return NPU_OK;
}

void npu__axis_set(const struct npu_axis_key *key, uint32_t position,
		   struct npu_chip *chip)
{
	size_t count;
	const struct npu_chip_key *row = &npu_chip_key_table(&count)[key->key];
	char *field = (char *)chip + row->offset;

	if (key->text) {
		memset(field, 0, NPU_CHIP_TEXT_SIZE);
		memcpy(field, key->text[position], strlen(key->text[position]));
	} else {
		memcpy(field, &key->number[position], sizeof(uint64_t));
	}
}
