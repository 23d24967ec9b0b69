/* traces/npu_sweep_markdown.c - the report of a sweep as Markdown.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_markdown_internal.h"
#include "traces/npu_sweep_view_internal.h"
#include <inttypes.h>
#include <math.h>

enum { ROWS_MAX = 100, REASONS = 12 };

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
	npu_text_add(out, "**: %zu of %zu points %s on the front; its knee is "
			  "point %" PRIu64,
		     front, npu__count_ok(t, group), front > 1 ? "are" : "is",
		     t->point[knee]);
	for (size_t o = 0; o < t->objective_count; o++)
		npu_text_add(out, ", %s %.6g", t->figures[o].name,
			     npu__value(t, group, knee, o));
	npu_text_add(out, ".\n\n");
}

static void add_front(struct npu_text *out, const struct npu_sweep_table *t,
		      size_t group)
{
	const size_t count = npu__count_front(t, group);
	const size_t shown = count < ROWS_MAX ? count : ROWS_MAX;
	size_t at = 0;

	npu_text_add(out, "\n## Front of ");
	npu__markdown_name(out, npu__group_name(t, group));
	npu_text_add(out, "\n\n| point |");
	for (size_t f = 0; f < t->figure_count; f++)
		npu_text_add(out, " %s |", t->figures[f].name);
	for (size_t p = 0; p < t->parameter_count; p++)
		if (npu__moves_on_front(t, group, p))
			npu_text_add(out, " %s |", t->parameters[p].name);
	npu_text_add(out, "\n|---:|");
	for (size_t f = 0; f < t->figure_count; f++)
		npu_text_add(out, "---:|");
	for (size_t p = 0; p < t->parameter_count; p++)
		if (npu__moves_on_front(t, group, p))
			npu_text_add(out, "---:|");
	for (size_t i = 0; i < t->row_count; i++) {
		if (!npu__on_front(t, group, i))
			continue;
		if (at * shown / count == (at + 1) * shown / count) {
			at++;
			continue;
		}
		at++;
		npu_text_add(out, "\n| %" PRIu64 " |", t->point[i]);
		for (size_t f = 0; f < t->figure_count; f++)
			npu_text_add(out, " %.6g |",
				     npu__value(t, group, i, f));
		for (size_t p = 0; p < t->parameter_count; p++) {
			if (!npu__moves_on_front(t, group, p))
				continue;
			npu_text_add(out, " ");
			npu__markdown_name(
				out,
				t->parameters[p].levels[npu__level(t, i, p)]);
			npu_text_add(out, " |");
		}
	}
	npu_text_add(out, "\n");
	if (shown < count)
		npu_text_add(out, "\n*%zu of the %zu points on the front.*\n",
			     shown, count);
}

static void add_effects(struct npu_text *out, const struct npu_sweep_table *t,
			size_t group)
{
	npu_text_add(out, "\n## What moves the objectives of ");
	npu__markdown_name(out, npu__group_name(t, group));
	npu_text_add(out, "\n\n| objective | axis | least at | factor | most at "
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
		npu_text_add(out, "| %" PRIu64 " | %s | ",
			     t->reasons[i].trials, t->reasons[i].state);
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
