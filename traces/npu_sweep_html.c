/* traces/npu_sweep_html.c - the report of a sweep as one HTML file.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_sweep_view_internal.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { WIDE = 1080, NARROW = 560, THIRD = 430, HEAT_LEVELS_MAX = 64 };

/* One page being written; every figure gets its own number. */
struct page {
	struct npu_text *out;
	const struct npu_sweep_table *t;
	size_t groups, pairs, figures;
};

static size_t pair_count(const struct npu_sweep_table *t)
{
	const size_t n = t->objective_count;

	return n > 1 ? n * (n - 1) / 2 : 1;
}

static struct npu__figure next_figure(struct page *p, double width)
{
	return (struct npu__figure){
		.out = p->out,
		.run = p->figures++,
		.width = width,
	};
}

/* ---- in words ---- */

static void add_values(struct npu_text *out, const struct npu_sweep_table *t,
		       size_t group, size_t row)
{
	for (size_t o = 0; o < t->objective_count; o++) {
		const struct npu__measure m =
			npu__measure_of(t->figures[o].name);

		npu_text_add(out, "%s%s ", o ? ", " : "", m.label);
		npu__html_measure(out, &m, npu__value(t, group, row, o));
	}
}

/* "array.rows 32, chip.clock 1 GHz": what moves along the front; of a single
 * point all axes. */
static void add_moving(struct npu_text *out, const struct npu_sweep_table *t,
		       size_t group, size_t row)
{
	size_t axes[NPU_TABLE_PARAMETERS_MAX], n = 0;
	const size_t count = npu__moving_axes(t, axes);
	const int is_alone = npu__count_front(t, group) == 1;

	for (size_t a = 0; a < count; a++) {
		const struct npu_sweep_parameter *key = &t->parameters[axes[a]];

		if (!is_alone && !npu__moves_on_front(t, group, axes[a]))
			continue;
		npu_text_add(out, "%s%s ", n++ ? ", " : "", key->name);
		npu__html_name(out, key->levels[npu__level(t, row, axes[a])],
			       NPU__NAME_SHORT);
	}
}

/* Which axis matters most to each objective. */
static void add_strongest(struct npu_text *out, const struct npu_sweep_table *t,
			  size_t group)
{
	size_t n = 0;

	for (size_t o = 0; o < t->objective_count; o++) {
		struct npu__effects e;

		if (!npu__effects_find(t, group, o, &e)) {
			out->failed = 1;
		} else if (e.count &&
			   e.axis[0].factor[e.axis[0].high] >
				   1.001 * e.axis[0].factor[e.axis[0].low]) {
			npu_text_add(out,
				     "%s%s with <strong>%s</strong> (up to "
				     "\xc3\x97%.3g)",
				     n++ ? ", " : " What moves most: ",
				     npu__measure_of(t->figures[o].name).label,
				     t->parameters[e.axis[0].parameter].name,
				     e.axis[0].factor[e.axis[0].high] /
					     e.axis[0].factor[e.axis[0].low]);
		}
		npu__effects_clear(&e);
	}
	npu_text_add(out, n ? "." : "");
}

/* Trials that are yet to come. */
static void add_missing(struct npu_text *out, const struct npu_sweep_table *t)
{
	for (size_t i = 0; i < t->count_count; i++)
		if (!strcmp(t->counts[i].name, "missing") &&
		    t->counts[i].trials)
			npu_text_add(out,
				     " <strong>%" PRIu64 " trials</strong> are "
				     "%s: <code>systole sweep run</code>.",
				     t->counts[i].trials, t->counts[i].doc);
}

static void add_verdict(struct page *p, size_t group)
{
	const struct npu_sweep_table *t = p->t;
	const size_t front = npu__count_front(t, group);
	const size_t knee = npu__knee_row(t, group);
	struct npu_text *out = p->out;

	npu_text_add(out, "<p class=verdict>");
	if (p->groups > 1) {
		npu_text_add(out, "<bdi>");
		npu__html_name(out, npu__group_name(t, group), NPU__NAME_LONG);
		npu_text_add(out,
			     "</bdi>%s: ", group ? "" : " (geometric means)");
	}
	if (!front) {
		npu_text_add(out, "no point has a result within all "
				  "constraints.");
		if (group == 0)
			add_missing(out, t);
		npu_text_add(out, "</p>\n");
		return;
	}
	npu_text_add(out, "<strong>");
	npu__html_number(out, (double)front);
	npu_text_add(out, " of ");
	npu__html_number(out, (double)npu__count_ok(t, group));
	npu_text_add(out, " points</strong> %s on the front",
		     front > 1 ? "are" : "is");
	if (front > 1)
		npu_text_add(out,
			     "; its knee is <strong>point %" PRIu64
			     "</strong> with ",
			     t->point[knee]);
	else
		npu_text_add(out, ": <strong>point %" PRIu64 "</strong>, ",
			     t->point[knee]);
	add_values(out, t, group, knee);
	npu_text_add(out, " (");
	add_moving(out, t, group, knee);
	npu_text_add(out, ").");
	if (group == 0) {
		add_strongest(out, t, group);
		add_missing(out, t);
	}
	npu_text_add(out, "</p>\n");
}

static void add_card(struct npu_text *out, const char *label, uint64_t n)
{
	npu_text_add(out, "<div class=card><dt>%s</dt><dd>", label);
	npu__html_number(out, (double)n);
	npu_text_add(out, "</dd></div>");
}

static void add_cards(struct page *p)
{
	const struct npu_sweep_table *t = p->t;

	npu_text_add(p->out, "<dl class=cards>");
	add_card(p->out, "points", t->points);
	add_card(p->out, "trials", t->trials);
	for (size_t i = 0; i < t->count_count; i++)
		if (t->counts[i].trials)
			add_card(p->out, t->counts[i].name,
				 t->counts[i].trials);
	npu_text_add(p->out, "</dl>\n");
}

static void add_header(struct page *p)
{
	const struct npu_sweep_table *t = p->t;

	npu_text_add(p->out, "<h1>Sweep <bdi>");
	npu__html_name(p->out, t->name, NPU__NAME_LONG);
	npu_text_add(p->out, "</bdi></h1>\n");
	add_verdict(p, 0);
	npu_text_add(p->out, "<p class=facts>%s on chip <bdi>", t->method);
	npu__html_name(p->out, t->chip, NPU__NAME_LONG);
	npu_text_add(p->out, "</bdi>; ");
	for (size_t m = 0; m < t->model_count; m++) {
		npu_text_add(p->out, "%s<bdi>", m ? ", " : "");
		npu__html_name(p->out, t->models[m], NPU__NAME_LONG);
		npu_text_add(p->out, "</bdi>");
	}
	npu_text_add(p->out, "; objectives ");
	for (size_t o = 0; o < t->objective_count; o++)
		npu_text_add(p->out, "%s<code>%s</code>", o ? ", " : "",
			     t->figures[o].name);
	npu_text_add(p->out, "</p>\n");
	npu__html_best_table(p->out, t);
	if (p->groups > 1) {
		npu_text_add(p->out, "<div class=verdicts>\n");
		for (size_t g = 1; g < p->groups && g < 9; g++)
			add_verdict(p, g);
		npu_text_add(p->out, "</div>\n");
	}
	add_cards(p);
	npu_text_add(p->out, "</header>\n");
}

/* ---- sections ---- */

typedef void panel_fn(struct page *p, size_t group);

/* A panel a group, side by side. */
static void add_panels(struct page *p, panel_fn *panel)
{
	npu_text_add(p->out, "<div class=runs>\n");
	for (size_t g = 0; g < p->groups; g++) {
		npu_text_add(p->out, "<div class=run>");
		if (p->groups > 1) {
			npu_text_add(p->out, "<h3><bdi>");
			npu__html_name(p->out, npu__group_name(p->t, g),
				       NPU__NAME_LONG);
			npu_text_add(p->out, "</bdi>%s</h3>\n",
				     g ? "" : ", geometric means");
		}
		if (npu__count_ok(p->t, g))
			panel(p, g);
		else
			npu_text_add(p->out, "<p class=note>No point has a "
					     "result.</p>");
		npu_text_add(p->out, "</div>\n");
	}
	npu_text_add(p->out, "</div>\n");
}

/* Objectives of pair k; of a single objective: the next figure against it. */
static void pair_of(const struct npu_sweep_table *t, size_t k, size_t *x,
		    size_t *y)
{
	*x = 0;
	*y = 1;
	if (t->objective_count < 2) {
		*x = t->figure_count > 1;
		*y = 0;
		return;
	}
	while (k--)
		if (++*y == t->objective_count) {
			++*x;
			*y = *x + 1;
		}
}

/* Filled in and shown by the script: without it all pairs are there. */
static void add_choice(struct page *p)
{
	struct npu_text *out = p->out;

	if (p->pairs < 2)
		return;
	npu_text_add(out, "<div class=choose hidden><label>Objectives <select>"
			  "<option value=\"\">all pairs</option>");
	for (size_t k = 0; k < p->pairs; k++) {
		size_t x, y;

		pair_of(p->t, k, &x, &y);
		npu_text_add(out, "<option value=%zu>%s, %s</option>", k,
			     npu__measure_of(p->t->figures[x].name).label,
			     npu__measure_of(p->t->figures[y].name).label);
	}
	npu_text_add(out, "</select></label></div>\n");
}

static void front_panel(struct page *p, size_t group)
{
	const double width = p->groups % 3 == 0 || p->pairs % 3 == 0 ? THIRD
			     : p->groups == 1 && p->pairs == 1       ? WIDE
								     : NARROW;
	const size_t most = NPU__MARKS_MAX / (p->groups * p->pairs);

	npu_text_add(p->out, "<div class=\"pair pairs%s\">\n",
		     p->groups == 1 && p->pairs % 3 == 0 ? " thirds" : "");
	for (size_t k = 0; k < p->pairs; k++) {
		const struct npu__figure f = next_figure(p, width);
		const struct npu__plot plot = { &f, p->t, group };
		size_t x, y;

		pair_of(p->t, k, &x, &y);
		npu_text_add(p->out, "<div data-pair=%zu>", k);
		npu__svg_front(&plot, x, y, most < 2500 ? most : 2500);
		npu_text_add(p->out, "</div>\n");
	}
	npu_text_add(p->out, "</div>\n");
}

static void front_table_panel(struct page *p, size_t group)
{
	npu__html_front_table(p->out, p->t, group);
}

/* Headings go down by one step, whether there are groups or not. */
static void begin_objective(struct page *p, size_t objective)
{
	const int level = p->groups > 1 ? 4 : 3;

	npu_text_add(p->out, "<div><h%d>%s</h%d>\n", level,
		     npu__measure_of(p->t->figures[objective].name).label,
		     level);
}

static void tornado_panel(struct page *p, size_t group)
{
	npu_text_add(p->out, "<div class=pair>\n");
	for (size_t o = 0; o < p->t->objective_count; o++) {
		const struct npu__figure f = next_figure(p, NARROW);
		const struct npu__plot plot = { &f, p->t, group };

		begin_objective(p, o);
		npu__svg_tornado(&plot, o);
		npu_text_add(p->out, "</div>\n");
	}
	npu_text_add(p->out, "</div>\n");
}

static void parallel_panel(struct page *p, size_t group)
{
	const struct npu__figure f = next_figure(p, WIDE);
	const struct npu__plot plot = { &f, p->t, group };

	npu__svg_parallel(&plot, NPU__LINES_MAX / p->groups < 800
					 ? NPU__LINES_MAX / p->groups
					 : 800);
}

static void heat_panel(struct page *p, size_t group)
{
	size_t axes[NPU_TABLE_PARAMETERS_MAX];

	npu__moving_axes(p->t, axes);
	npu_text_add(p->out, "<div class=pair>\n");
	for (size_t o = 0; o < p->t->objective_count; o++) {
		const struct npu__figure f = next_figure(p, NARROW);
		const struct npu__plot plot = { &f, p->t, group };

		begin_objective(p, o);
		npu__svg_heat(&plot, axes, o);
		npu_text_add(p->out, "</div>\n");
	}
	npu_text_add(p->out, "</div>\n");
}

static void add_front_section(struct page *p)
{
	npu__html_begin_section(
		p->out, "front", "Pareto front",
		p->t->objective_count > 1
			? "Points that no other point beats in all "
			  "objectives at once. Between two of them the steps "
			  "say what is known to be reached. The knee is the "
			  "point nearest to the best of all objectives, each "
			  "scaled to the range of the front."
			: "With one objective the front is the best point.");
	npu_text_add(p->out,
		     "<ul class=legend><li><svg class=swatch width=14 "
		     "height=14 aria-hidden=true><circle class=best cx=7 cy=7 "
		     "r=4.6 /></svg>on the front</li><li><svg class=swatch "
		     "width=16 height=16 aria-hidden=true><path class=knee d="
		     "\"M8 0l8 8-8 8-8-8z\"/></svg>its knee</li><li><svg "
		     "class=swatch width=14 height=14 aria-hidden=true><circle "
		     "class=dim cx=7 cy=7 r=2.6 /></svg>dominated</li></ul>\n");
	add_choice(p);
	add_panels(p, front_panel);
	add_panels(p, front_table_panel); /* below, as wide as the page */
	npu_text_add(p->out, "</section>\n");
}

static void add_sensitivity_section(struct page *p)
{
	npu__html_begin_section(
		p->out, "sensitivity", "Sensitivity",
		p->t->is_one_at_a_time
			? "One axis at a time, all else as the base chip has "
			  "it: the objective over that of the base."
			: "What one axis does, the others averaged out: "
			  "factors on the objective, from a fit of its "
			  "logarithm as one term an axis (least squares over "
			  "all points with results).");
	npu_text_add(
		p->out,
		"<ul class=legend><li><svg class=swatch width=20 height=13 "
		"aria-hidden=true><rect width=20 height=13 rx=2 class=s0 "
		"/></svg>better</li><li><svg class=swatch width=20 "
		"height=13 aria-hidden=true><rect width=20 height=13 rx=2 "
		"class=s3 /></svg>worse</li></ul>\n");
	add_panels(p, tornado_panel);
	npu_text_add(p->out, "</section>\n");
}

/* Two axes, of as many values as there is room for cells. */
static int has_heat_map(const struct npu_sweep_table *t)
{
	size_t axes[NPU_TABLE_PARAMETERS_MAX];

	return npu__moving_axes(t, axes) == 2 &&
	       t->parameters[axes[0]].level_count <= HEAT_LEVELS_MAX &&
	       t->parameters[axes[1]].level_count <= HEAT_LEVELS_MAX;
}

static void add_space_section(struct page *p)
{
	if (has_heat_map(p->t)) {
		npu__html_begin_section(
			p->out, "space", "Heat map",
			"Each objective over the two axes: the more blue the "
			"better. A frame: on the front. Hatched: no result. "
			"The numbers are those of <a href=\"#points\">the "
			"table of points</a>.");
		add_panels(p, heat_panel);
	} else {
		npu__html_begin_section(
			p->out, "space", "Parallel coordinates",
			"A line a point, through its parameters to its "
			"objectives, of which the better is up. Thick: on the "
			"front; dashed: its knee. The numbers are those of "
			"<a href=\"#points\">the table of points</a>.");
		add_panels(p, parallel_panel);
	}
	npu_text_add(p->out, "</section>\n");
}

void npu_write_sweep_html(const struct npu_sweep_table *table,
			  struct npu_text *out)
{
	static const struct npu__entry entries[] = {
		{ "front", "Front" },       { "sensitivity", "Sensitivity" },
		{ "space", "Space" },       { "points", "Points" },
		{ "outcomes", "Outcomes" },
	};
	struct page p = {
		.out = out,
		.t = table,
		.groups = npu__group_count(table),
		.pairs = pair_count(table),
	};

	npu__html_begin_title(out);
	npu_text_add(out, "Sweep ");
	npu__html_name(out, table->name, NPU__NAME_LONG);
	npu__html_begin_body(out, p.groups == 1  ? "sweep"
				  : p.groups % 3 ? "sweep many"
						 : "sweep many thirds");
	add_header(&p);
	npu__html_contents(out, entries, sizeof entries / sizeof entries[0]);
	add_front_section(&p);
	add_sensitivity_section(&p);
	add_space_section(&p);
	npu__html_begin_section(out, "points", "Points",
				"Every point of which a trial ran, or could "
				"not: what <code>systole sweep export</code> "
				"says, in units that are read.");
	npu__html_points_table(out, table);
	npu_text_add(out, "</section>\n");
	npu__html_begin_section(out, "outcomes", "Outcomes",
				"What became of every trial of the sweep.");
	npu__html_outcome_tables(out, table);
	npu_text_add(out, "</section>\n");
	npu__html_end_body(out);
}
