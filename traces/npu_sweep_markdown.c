/* traces/npu_sweep_markdown.c - the report of a sweep as Markdown.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_markdown_internal.h"
#include "traces/npu_sweep_view_internal.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { REASONS = 12 };

static void add_verdict(struct npu_text *out, const struct npu_sweep_table *t,
			size_t group)
{
	const size_t front = npu__count_front(t, group);
	const size_t knee = npu__knee_row(t, group);

	npu_text_add(out, "**");
	npu__markdown_name(out, npu__group_name(t, group));
	if (!front) {
		npu_text_add(out, "**: no point has a result within all "
				  "constraints.\n\n");
		return;
	}
	npu_text_add(out,
		     "**: %zu of %zu points %s on the front; its knee is "
		     "point %" PRIu64,
		     front, npu__count_ok(t, group), front > 1 ? "are" : "is",
		     t->point[knee]);
	for (size_t o = 0; o < t->objective_count; o++) {
		const struct npu__measure m =
			npu__measure_of(t->figures[o].name);

		npu_text_add(out, ", %s ", m.label);
		npu__html_measure(out, &m, npu__value(t, group, knee, o));
	}
	npu_text_add(out, ".\n\n");
}

/* Parameters that the front agrees on are said once. */
static void add_agreed(struct npu_text *out, const struct npu_sweep_table *t,
		       size_t group, size_t row)
{
	size_t n = 0;

	for (size_t p = 0; p < t->parameter_count; p++) {
		const struct npu_sweep_parameter *key = &t->parameters[p];

		if (key->level_count < 2 || npu__moves_on_front(t, group, p))
			continue;
		npu_text_add(out, "%s%s = ",
			     n++ ? ", " : "\nEverywhere on it: ", key->name);
		npu__markdown_name(out, key->levels[npu__level(t, row, p)]);
	}
	npu_text_add(out, n ? ".\n" : "");
}

static void add_front_row(struct npu_text *out, const struct npu_sweep_table *t,
			  size_t group, size_t row,
			  const struct npu__column_unit *unit)
{
	npu_text_add(out, "| %" PRIu64 " |", t->point[row]);
	for (size_t f = 0; f < t->figure_count; f++)
		npu_text_add(out, " %.5g |",
			     unit[f].scale * npu__value(t, group, row, f));
	for (size_t p = 0; p < t->parameter_count; p++) {
		if (!npu__moves_on_front(t, group, p))
			continue;
		npu_text_add(out, " ");
		npu__markdown_name(
			out, t->parameters[p].levels[npu__level(t, row, p)]);
		npu_text_add(out, " |");
	}
	npu_text_add(out, "\n");
}

static void add_front(struct npu_text *out, const struct npu_sweep_table *t,
		      size_t group)
{
	struct npu__column_unit unit[NPU_TABLE_FIGURES_MAX];
	size_t count, columns = t->figure_count;
	struct npu__ordered *list = npu__front_rows(t, group, &count);

	if (!list) {
		out->failed = 1;
		return;
	}
	npu_text_add(out, "\n## Front of ");
	npu__markdown_name(out, npu__group_name(t, group));
	npu_text_add(out, "\n");
	add_agreed(out, t, group, list[0].row);
	npu_text_add(out, "\n| point |");
	for (size_t f = 0; f < t->figure_count; f++) {
		unit[f] = npu__column_unit(t, group, f);
		npu_text_add(out, " %s%s%s |",
			     npu__measure_of(t->figures[f].name).label,
			     *unit[f].unit ? ", " : "", unit[f].unit);
	}
	for (size_t p = 0; p < t->parameter_count; p++)
		if (npu__moves_on_front(t, group, p)) {
			npu_text_add(out, " %s |", t->parameters[p].name);
			columns++;
		}
	npu_text_add(out, "\n|---:|");
	while (columns--)
		npu_text_add(out, "---:|");
	npu_text_add(out, "\n");
	for (size_t i = 0; i < count; i++)
		add_front_row(out, t, group, list[i].row, unit);
	free(list);
}

static void add_effects(struct npu_text *out, const struct npu_sweep_table *t,
			size_t group)
{
	npu_text_add(out, "\n## What moves the objectives of ");
	npu__markdown_name(out, npu__group_name(t, group));
	npu_text_add(out,
		     "\n\n| objective | axis | least at | factor | most at "
		     "| factor |\n|---|---|---:|---:|---:|---:|\n");
	for (size_t o = 0; o < t->objective_count; o++) {
		struct npu__effects e;

		out->failed |= !npu__effects_find(t, group, o, &e);
		for (size_t a = 0; a < e.count && !out->failed; a++) {
			const struct npu__effect *x = &e.axis[a];
			const struct npu_sweep_parameter *key =
				&t->parameters[x->parameter];

			npu_text_add(out, "| %s | %s | ", t->figures[o].name,
				     key->name);
			npu__markdown_name(out, key->levels[x->low]);
			npu_text_add(out, " | %.4g | ", x->factor[x->low]);
			npu__markdown_name(out, key->levels[x->high]);
			npu_text_add(out, " | %.4g |\n", x->factor[x->high]);
		}
		npu__effects_clear(&e);
	}
}

static void add_outcomes(struct npu_text *out, const struct npu_sweep_table *t)
{
	npu_text_add(out, "\n## Outcomes\n\n| trials | outcome | |\n"
			  "|---:|---|---|\n");
	for (size_t i = 0; i < t->count_count; i++)
		if (t->counts[i].trials)
			npu_text_add(out, "| %" PRIu64 " | %s | %s |\n",
				     t->counts[i].trials, t->counts[i].name,
				     t->counts[i].doc);
	if (!t->reason_count)
		return;
	npu_text_add(out, "\n| trials | outcome | reason |\n|---:|---|---|\n");
	for (size_t i = 0; i < t->reason_count && i < REASONS; i++) {
		npu_text_add(out, "| %" PRIu64 " | %s | ", t->reasons[i].trials,
			     t->reasons[i].state);
		npu__markdown_name(out, t->reasons[i].text);
		npu_text_add(out, " |\n");
	}
	if (t->reason_count > REASONS)
		npu_text_add(out, "\n*%zu further reasons are left out.*\n",
			     t->reason_count - REASONS);
}

void npu_write_sweep_markdown(const struct npu_sweep_table *table,
			      struct npu_text *out)
{
	const size_t groups = npu__group_count(table);

	npu_text_add(out, "# Sweep ");
	npu__markdown_name(out, table->name);
	npu_text_add(out, "\n\n");
	for (size_t g = 0; g < groups; g++)
		add_verdict(out, table, g);
	npu_text_add(out, "%" PRIu64 " points, %" PRIu64 " trials; %s on chip ",
		     table->points, table->trials, table->method);
	npu__markdown_name(out, table->chip);
	npu_text_add(out, ".\n");
	for (size_t g = 0; g < groups; g++)
		if (npu__count_front(table, g)) {
			add_front(out, table, g);
			add_effects(out, table, g);
		}
	add_outcomes(out, table);
}
