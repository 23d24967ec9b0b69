/* traces/npu_sweep_tables.c - tables of a sweep: outcomes, front, points.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_sweep_view_internal.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* Where a number stands in the export: "12:latency_ns" is of trial 12;
 * "p6:latency_ns" is the geometric mean over the models of point 6. */
static void add_figure(struct npu_text *out, const struct npu_sweep_table *t,
		       size_t group, size_t row, size_t figure, double scale)
{
	const double v = npu__value(t, group, row, figure);
	const uint64_t point = t->point[row];

	if (isnan(v)) {
		npu_text_add(out, "<td class=n></td>");
		return;
	}
	npu_text_add(out, "<td class=n data-k=\"");
	if (t->model_count > 1 && group == 0)
		npu_text_add(out, "p%" PRIu64, point);
	else
		npu_text_add(out, "%" PRIu64,
			     point * t->model_count +
				     (t->model_count > 1 ? group - 1 : 0));
	npu_text_add(out, ":%s\" data-v=\"%.12g\">", t->figures[figure].name,
		     v);
	npu__html_number(out, v * scale);
	npu_text_add(out, "</td>");
}

static void add_level(struct npu_text *out, const struct npu_sweep_table *t,
		      size_t row, size_t parameter)
{
	const struct npu_sweep_parameter *key = &t->parameters[parameter];
	const uint32_t level = npu__level(t, row, parameter);

	npu_text_add(out,
		     "<td class=n data-t=\"%" PRIu64 ":%s\" data-v=%" PRIu32
		     ">",
		     t->point[row], key->name, level);
	npu__html_name(out, key->levels[level], NPU__NAME_LONG);
	npu_text_add(out, "</td>");
}

static void add_figure_head(struct npu_text *out,
			    const struct npu_sweep_table *t, size_t group,
			    size_t figure, int with_model,
			    struct npu__column_unit *unit)
{
	const struct npu__measure m = npu__measure_of(t->figures[figure].name);

	*unit = npu__column_unit(t, group, figure);
	npu_text_add(out, "<th scope=col class=n data-s=\"%.12g\" title=\"%s: ",
		     unit->scale, t->figures[figure].name);
	npu__html_text(out, t->figures[figure].doc);
	npu_text_add(out, "\"><span>%s</span> <small>%s", m.label, unit->unit);
	if (with_model) {
		npu_text_add(out, " <bdi>");
		npu__html_name(out, npu__group_name(t, group), NPU__NAME_SHORT);
		npu_text_add(out, "</bdi>");
	}
	npu_text_add(out, "</small></th>");
}

static void add_point_head(struct npu_text *out,
			   const struct npu_sweep_table *t, size_t row)
{
	npu_text_add(out,
		     "<th scope=row class=n data-v=%" PRIu64 ">%" PRIu64
		     "</th>",
		     t->point[row], t->point[row]);
}

static void begin_table(struct npu_text *out, const char *label,
			const char *attributes)
{
	npu_text_add(out,
		     "<div class=\"scroll tall\" tabindex=0 role=group "
		     "aria-label=\"%s, table\"><table class=\"sortable\"%s>"
		     "<thead><tr>",
		     label, attributes);
}

/* ---- the front ---- */

static int by_key(const void *a, const void *b)
{
	const struct npu__ordered *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

struct npu__ordered *npu__front_rows(const struct npu_sweep_table *t,
				     size_t group, size_t *count)
{
	struct npu__ordered *list = calloc(t->row_count + 1, sizeof *list);
	const double sign = t->figures[0].goal > 0 ? -1 : 1;

	*count = 0;
	for (size_t i = 0; list && i < t->row_count; i++)
		if (npu__on_front(t, group, i))
			list[(*count)++] = (struct npu__ordered){
				sign * npu__value(t, group, i, 0), i
			};
	if (list)
		qsort(list, *count, sizeof *list, by_key);
	return list;
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
		npu_text_add(out, "%s<code>%s</code> = ",
			     n++ ? ", " : "<p class=note>Everywhere on it: ",
			     key->name);
		npu__html_name(out, key->levels[npu__level(t, row, p)],
			       NPU__NAME_SHORT);
	}
	npu_text_add(out, n ? ".</p>\n" : "");
}

void npu__html_front_table(struct npu_text *out,
			   const struct npu_sweep_table *t, size_t group)
{
	struct npu__column_unit unit[NPU_TABLE_FIGURES_MAX];
	const size_t knee = npu__knee_row(t, group);
	size_t count;
	struct npu__ordered *list = npu__front_rows(t, group, &count);

	if (!list || !count) {
		out->failed = out->failed || !list;
		free(list);
		return;
	}
	add_agreed(out, t, group, list[0].row);
	begin_table(out, "Points on the front", " data-noun=points");
	npu__html_head(out, "point", "", "its number in the sweep", 1);
	for (size_t f = 0; f < t->figure_count; f++)
		add_figure_head(out, t, group, f, 0, &unit[f]);
	for (size_t p = 0; p < t->parameter_count; p++)
		if (npu__moves_on_front(t, group, p))
			npu__html_head(out, t->parameters[p].name, "",
				       t->parameters[p].doc, 1);
	npu_text_add(out, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < count; i++) {
		const size_t row = list[i].row;

		npu_text_add(out, "<tr data-p=%" PRIu64 "%s>", t->point[row],
			     row == knee ? " class=knee" : "");
		add_point_head(out, t, row);
		for (size_t f = 0; f < t->figure_count; f++)
			add_figure(out, t, group, row, f, unit[f].scale);
		for (size_t p = 0; p < t->parameter_count; p++)
			if (npu__moves_on_front(t, group, p))
				add_level(out, t, row, p);
		npu_text_add(out, "</tr>\n");
	}
	npu_text_add(out, "</tbody></table></div>\n");
	free(list);
}

/* ---- the best ---- */

static void add_best(struct npu_text *out, const struct npu_sweep_table *t,
		     size_t row, const char *what,
		     const struct npu__column_unit *unit, const size_t *axes,
		     size_t count)
{
	npu_text_add(out, "<tr data-p=%" PRIu64 "><th scope=row>%s</th>",
		     t->point[row], what);
	npu_text_add(out, "<td class=n data-v=%" PRIu64 ">%" PRIu64 "</td>",
		     t->point[row], t->point[row]);
	for (size_t o = 0; o < t->objective_count; o++)
		add_figure(out, t, 0, row, o, unit[o].scale);
	for (size_t a = 0; a < count; a++)
		add_level(out, t, row, axes[a]);
	npu_text_add(out, "</tr>\n");
}

void npu__html_best_table(struct npu_text *out, const struct npu_sweep_table *t)
{
	struct npu__column_unit unit[NPU_TABLE_FIGURES_MAX];
	size_t axes[NPU_TABLE_PARAMETERS_MAX];
	const size_t count = npu__moving_axes(t, axes);

	if (npu__count_front(t, 0) == 0)
		return;
	npu_text_add(out, "<div class=scroll tabindex=0 role=group aria-label="
			  "\"Best points, table\"><table><thead><tr>");
	npu__html_head(out, "best", "", "points of the front", 0);
	npu__html_head(out, "point", "", "its number in the sweep", 1);
	for (size_t o = 0; o < t->objective_count; o++)
		add_figure_head(out, t, 0, o, 0, &unit[o]);
	for (size_t a = 0; a < count; a++)
		npu__html_head(out, t->parameters[axes[a]].name, "",
			       t->parameters[axes[a]].doc, 1);
	npu_text_add(out, "</tr></thead><tbody>\n");
	for (size_t o = 0; o < t->objective_count; o++)
		add_best(out, t, npu__best_row(t, 0, o),
			 npu__measure_of(t->figures[o].name).label, unit, axes,
			 count);
	if (npu__count_front(t, 0) > 1)
		add_best(out, t, npu__knee_row(t, 0), "in all: the knee", unit,
			 axes, count);
	npu_text_add(out, "</tbody></table></div>\n");
}

/* ---- all points ---- */

/* What is listed where not all can be: fronts, all of them; then what ran, by
 * the first objective. */
static struct npu__ordered *points_rows(const struct npu_sweep_table *t,
					size_t *shown, size_t most)
{
	struct npu__ordered *list = calloc(t->row_count + 1, sizeof *list);
	const double sign = t->figures[0].goal > 0 ? -1 : 1;
	size_t on_fronts = 0;

	*shown = t->row_count;
	if (!list)
		return NULL;
	for (size_t i = 0; i < t->row_count; i++) {
		const double v = npu__value(t, 0, i, 0);
		int best = 0;

		for (size_t g = 0; g < npu__group_count(t); g++)
			best |= npu__on_front(t, g, i);
		on_fronts += best != 0;
		list[i].row = i;
		list[i].key = best ? -INFINITY : isnan(v) ? INFINITY : sign * v;
	}
	most = most > on_fronts ? most : on_fronts;
	if (t->row_count <= most)
		return list;
	qsort(list, t->row_count, sizeof *list, by_key);
	for (size_t i = 0; i < most; i++)
		list[i].key = (double)list[i].row;
	qsort(list, most, sizeof *list, by_key);
	*shown = most;
	return list;
}

static void add_state(struct npu_text *out, const struct npu_sweep_table *t,
		      size_t row)
{
	const uint8_t *state = &t->state[row * t->model_count];
	int same = 1;

	for (size_t m = 1; m < t->model_count; m++)
		same &= state[m] == state[0];
	npu_text_add(out, "<td>");
	if (same) {
		npu_text_add(out, "%s</td>", t->counts[state[0]].name);
		return;
	}
	for (size_t m = 0, n = 0; m < t->model_count; m++) {
		if (state[m] == 0)
			continue;
		npu_text_add(out, "%s", n++ ? ", " : "");
		npu__html_name(out, t->models[m], NPU__NAME_SHORT);
		npu_text_add(out, " %s", t->counts[state[m]].name);
	}
	npu_text_add(out, "</td>");
}

static void add_points_filter(struct npu_text *out)
{
	npu_text_add(out,
		     "<div class=filter data-table=all-points hidden><label>"
		     "Filter points <input type=search placeholder=\"ws 512 KiB"
		     "\" autocomplete=off></label> <label>Show <select><option "
		     "value=\"\">all</option><option value=front>on a front"
		     "</option><option value=dominated>dominated</option>"
		     "<option value=none>without result</option></select>"
		     "</label> <output></output></div>");
}

static const char *kind_of(const struct npu_sweep_table *t, size_t row)
{
	int ok = 0;

	for (size_t g = 0; g < npu__group_count(t); g++) {
		if (npu__on_front(t, g, row))
			return "front";
		ok |= npu__is_ok(t, g, row);
	}
	return ok ? "dominated" : "none";
}

static void add_points(struct npu_text *out, const struct npu_sweep_table *t,
		       const struct npu__ordered *list, size_t shown,
		       const struct npu__column_unit *unit)
{
	const size_t groups = npu__group_count(t);

	for (size_t i = 0; i < shown; i++) {
		const size_t row = list[i].row;

		npu_text_add(out, "<tr data-p=%" PRIu64 " data-f=%s>",
			     t->point[row], kind_of(t, row));
		add_point_head(out, t, row);
		add_state(out, t, row);
		for (size_t p = 0; p < t->parameter_count; p++)
			add_level(out, t, row, p);
		for (size_t g = 0; g < groups; g++)
			for (size_t f = 0; f < t->figure_count; f++)
				add_figure(out, t, g, row, f,
					   unit[g * t->figure_count + f].scale);
		npu_text_add(out, "</tr>\n");
	}
}

void npu__html_points_table(struct npu_text *out,
			    const struct npu_sweep_table *t)
{
	const size_t groups = npu__group_count(t);
	const size_t cells = t->parameter_count + groups * t->figure_count + 2;
	struct npu__column_unit *unit =
		calloc(groups * t->figure_count, sizeof *unit);
	size_t shown;
	struct npu__ordered *list =
		points_rows(t, &shown, NPU__CELLS_MAX / cells);

	if (!list || !unit) {
		out->failed = 1;
		free(list);
		free(unit);
		return;
	}
	if (shown < t->row_count)
		npu_text_add(out,
			     "<p class=\"note cut\">Listed: %zu of %zu points: "
			     "the fronts, then the best in %s. <code>systole "
			     "sweep export</code> writes all.</p>\n",
			     shown, t->row_count,
			     npu__measure_of(t->figures[0].name).label);
	npu_text_add(out, "<p class=paper>On paper: the points of the fronts. "
			  "The file has the others, too.</p>\n");
	add_points_filter(out);
	begin_table(out, "Points", " id=all-points data-noun=points");
	npu__html_head(out, "point", "", "its number in the sweep", 1);
	npu__html_head(out, "state", "", "what became of its trials", 0);
	for (size_t p = 0; p < t->parameter_count; p++)
		npu__html_head(out, t->parameters[p].name, "",
			       t->parameters[p].doc, 1);
	for (size_t g = 0; g < groups; g++)
		for (size_t f = 0; f < t->figure_count; f++)
			add_figure_head(out, t, g, f, groups > 1,
					&unit[g * t->figure_count + f]);
	npu_text_add(out, "</tr></thead><tbody>\n");
	add_points(out, t, list, shown, unit);
	npu_text_add(out, "</tbody></table></div>\n");
	free(list);
	free(unit);
}

/* ---- outcomes ---- */

void npu__html_outcome_tables(struct npu_text *out,
			      const struct npu_sweep_table *t)
{
	const size_t shown = t->reason_count < NPU__REASONS_MAX
				     ? t->reason_count
				     : NPU__REASONS_MAX;
	uint64_t rest = 0;

	begin_table(out, "Trials by outcome", "");
	npu__html_head(out, "outcome", "", "of a trial", 0);
	npu__html_head(out, "what it means", "", "", 0);
	npu__html_head(out, "trials", "", "a point and a model", 1);
	npu_text_add(out, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < t->count_count; i++) {
		if (!t->counts[i].trials)
			continue;
		npu_text_add(out, "<tr><th scope=row>%s</th><td>",
			     t->counts[i].name);
		npu__html_text(out, t->counts[i].doc);
		npu_text_add(
			out,
			"</td><td class=n data-k=\"count:%s\" data-v=%" PRIu64
			">",
			t->counts[i].name, t->counts[i].trials);
		npu__html_number(out, (double)t->counts[i].trials);
		npu_text_add(out, "</td></tr>\n");
	}
	npu_text_add(out, "</tbody></table></div>\n");
	if (!shown)
		return;
	npu_text_add(out, "<h3>Why trials have no place</h3>\n");
	begin_table(out, "Reasons", "");
	npu__html_head(out, "outcome", "", "of a trial", 0);
	npu__html_head(out, "reason", "", "the constraint, or the message", 0);
	npu__html_head(out, "trials", "", "with this reason", 1);
	npu_text_add(out, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < t->reason_count; i++) {
		const struct npu_sweep_reason *r = &t->reasons[i];

		if (i >= shown) {
			rest += r->trials;
			continue;
		}
		npu_text_add(out, "<tr><th scope=row>%s</th><td class=text>",
			     r->state);
		npu__html_name(out, r->text, 300);
		npu_text_add(out, "</td>");
		npu__html_computed(out, (double)r->trials);
		npu_text_add(out, "</tr>\n");
	}
	npu_text_add(out, "</tbody></table></div>\n");
	if (rest)
		npu_text_add(
			out,
			"<p class=\"note cut\">%zu further reasons, of %" PRIu64
			" trials, are left out.</p>\n",
			t->reason_count - shown, rest);
}
