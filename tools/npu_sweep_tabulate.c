/* tools/npu_sweep_tabulate.c - from collected rows to the table of a report.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_pareto.h"
#include "tools/npu_sweep_collect_internal.h"
#include <stdlib.h>
#include <string.h>

/* ---- levels ---- */

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int set_parameter(struct npu_collection *c, struct npu__moved *m,
			 struct npu_sweep_parameter *out, uint32_t *level)
{
	size_t count, n = 0, width = c->moved_count;
	const struct npu_chip_key *key = &npu_chip_key_table(&count)[m->key];
	const char **levels;
	uint64_t *sorted = npu_new(c->arena, uint64_t, c->table.row_count + 1);

	if (!sorted)
		return 0;
	for (size_t i = 0; i < c->table.row_count; i++)
		sorted[i] = m->raw[i];
	qsort(sorted, c->table.row_count, sizeof *sorted, by_value);
	for (size_t i = 0; i < c->table.row_count; i++)
		if (!n || sorted[n - 1] != sorted[i])
			sorted[n++] = sorted[i];
	levels = npu_new(c->arena, const char *, n + 1);
	for (size_t l = 0; levels && l < n; l++) {
		struct npu_chip chip = c->chip;
		char text[128];

		if (key->kind == NPU_CHIP_TEXT) {
			levels[l] = m->texts[sorted[l]];
			continue;
		}
		memcpy((char *)&chip + key->offset, &sorted[l],
		       sizeof sorted[l]);
		npu_chip_key_text(key, &chip, text, sizeof text);
		levels[l] = npu_arena_strdup(c->arena, text);
		if (!levels[l])
			return 0;
	}
	for (size_t i = 0; i < c->table.row_count; i++) {
		const uint64_t *at = bsearch(&m->raw[i], sorted, n,
					     sizeof *sorted, by_value);

		level[i * width] = (uint32_t)(at - sorted);
	}
	out->levels = levels;
	out->level_count = (uint32_t)n;
	out->doc = key->doc;
	return levels != NULL;
}

static int set_parameters(struct npu_collection *c)
{
	struct npu_sweep_parameter *list = npu_new(
		c->arena, struct npu_sweep_parameter, c->moved_count + 1);
	uint32_t *level =
		npu_new(c->arena, uint32_t,
			(c->table.row_count + 1) * (c->moved_count + 1));
	size_t names;
	const char *const *name = npu_sweep_names(&names);

	if (!list || !level)
		return 0;
	for (size_t i = 0; i < c->moved_count; i++) {
		list[i].name = name[c->moved[i].key];
		list[i].axis = c->moved[i].axis;
		list[i].is_derived = c->moved[i].is_derived;
		if (!set_parameter(c, &c->moved[i], &list[i], level + i))
			return 0;
	}
	c->table.parameters = list;
	c->table.parameter_count = c->moved_count;
	c->table.level = level;
	return 1;
}

/* ---- fronts ---- */

static int is_ok(const struct npu_collection *c, size_t group, size_t row)
{
	const size_t models = c->sweep->model_count;
	const uint8_t *state = &c->state[row * models];

	for (size_t m = 0; m < models; m++)
		if (state[m] != NPU_ROW_ok &&
		    (models == 1 || group == 0 || group - 1 == m))
			return 0;
	return 1;
}

static int find_front(struct npu_collection *c, size_t group, uint8_t *on_front)
{
	const size_t n = c->table.row_count, width = c->table.figure_count;
	struct npu_score *scores = calloc(n + 1, sizeof *scores);
	size_t count = 0;

	if (!scores)
		return 0;
	for (size_t i = 0; i < n; i++) {
		const double *value =
			&c->value[(i * c->groups + group) * width];

		if (!is_ok(c, group, i))
			continue;
		scores[count].point = i;
		for (size_t o = 0; o < c->table.objective_count; o++)
			scores[count].value[o] =
				c->figures[o].goal > 0 ? -value[o] : value[o];
		count++;
	}
	count = npu_pareto_front(scores, count, c->table.objective_count);
	for (size_t i = 0; i < count; i++)
		on_front[scores[i].point * c->groups + group] = 1;
	free(scores);
	return 1;
}

int npu__collection_tabulate(struct npu_collection *c)
{
	struct npu_sweep_table *t = &c->table;
	uint8_t *on_front =
		npu_new(c->arena, uint8_t, t->row_count * c->groups + 1);

	if (!on_front || !set_parameters(c))
		return 0;
	for (size_t g = 0; g < c->groups; g++)
		if (!find_front(c, g, on_front))
			return 0;
	t->name = c->sweep->name;
	t->chip = c->sweep->base.chip.name;
	t->figures = c->figures;
	t->counts = c->counts;
	t->count_count = NPU_ROW_COUNT;
	t->models = c->models;
	t->model_count = c->sweep->model_count;
	t->is_one_at_a_time = c->sweep->method == NPU_METHOD_sensitivity;
	t->point = c->point;
	t->state = c->state;
	t->value = c->value;
	t->on_front = on_front;
	t->reasons = npu_reasons_list(c->reasons, &t->reason_count);
	return t->reasons != NULL;
}
