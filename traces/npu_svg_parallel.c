/* traces/npu_svg_parallel.c - parallel coordinates: a line a point, from its
 * parameters to its objectives.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_sweep_view_internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	HEIGHT = 430,
	LEFT = 70,
	RIGHT = 70,
	TOP = 40,
	BOTTOM = 14,
	LEVELS_NAMED = 12
};

struct column {
	double x;
	size_t parameter; /* SIZE_MAX: an objective */
	size_t objective;
	struct npu__scale scale;
};
struct columns {
	const struct npu__plot *p;
	struct column of[NPU_TABLE_PARAMETERS_MAX + NPU_TABLE_FIGURES_MAX];
	size_t count;
};

/* Better is up. */
static struct npu__scale objective_scale(const struct npu__plot *p, size_t o)
{
	const struct npu_sweep_table *t = p->t;
	double least = INFINITY, largest = -INFINITY;

	for (size_t i = 0; i < t->row_count; i++) {
		const double v = npu__value(t, p->group, i, o);

		if (!npu__is_ok(t, p->group, i))
			continue;
		least = v < least ? v : least;
		largest = v > largest ? v : largest;
	}
	return t->figures[o].goal > 0
		       ? npu__scale_make(least, largest, HEIGHT - BOTTOM, TOP)
		       : npu__scale_make(least, largest, TOP, HEIGHT - BOTTOM);
}

static void set_columns(struct columns *c)
{
	const struct npu_sweep_table *t = c->p->t;
	size_t axes[NPU_TABLE_PARAMETERS_MAX];
	const size_t n = npu__moving_axes(t, axes);

	for (size_t a = 0; a < n; a++)
		c->of[c->count++] = (struct column){
			.parameter = axes[a],
			.scale = {
				.from = -0.35,
				.to = t->parameters[axes[a]].level_count - 0.65,
				.start = HEIGHT - BOTTOM,
				.end = TOP,
			},
		};
	for (size_t o = 0; o < t->objective_count; o++)
		c->of[c->count++] = (struct column){
			.parameter = SIZE_MAX,
			.objective = o,
			.scale = objective_scale(c->p, o),
		};
	for (size_t i = 0; i < c->count; i++)
		c->of[i].x = LEFT +
			     (double)i * (c->p->f->width - LEFT - RIGHT) /
				     (c->count > 1 ? (double)c->count - 1 : 1);
}

static double place(const struct columns *c, const struct column *col,
		    size_t row)
{
	const struct npu__plot *p = c->p;

	if (col->parameter != SIZE_MAX)
		return npu__scale_at(&col->scale,
				     npu__level(p->t, row, col->parameter));
	return npu__scale_at(&col->scale,
			     npu__value(p->t, p->group, row, col->objective));
}

static void add_line(const struct columns *c, size_t row, const char *kind)
{
	struct npu_text *out = c->p->f->out;

	npu_text_add(out, "<path class=\"mark line %s\" data-p=%llu d=\"", kind,
		     (unsigned long long)c->p->t->point[row]);
	for (size_t i = 0; i < c->count; i++)
		npu_text_add(out, "%s%.0f %.1f", i ? "L" : "M", c->of[i].x,
			     place(c, &c->of[i], row));
	npu_text_add(out, "\">");
	npu__svg_point_title(c->p, row);
	npu_text_add(out, "</path>\n");
}

/* The whole front. Lines that others cover show nothing new: of the dominated
 * ones every nth. */
static size_t add_lines(const struct columns *c, size_t most)
{
	const struct npu_sweep_table *t = c->p->t;
	const size_t group = c->p->group;
	const size_t front = npu__count_front(t, group);
	const size_t others = npu__count_ok(t, group) - front;
	const size_t room = most > front ? most - front : 0;
	const size_t off = others < room ? others : room;
	const size_t knee = npu__knee_row(t, group);
	size_t at = 0; /* among the dominated */

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < t->row_count; i++) {
			const int best = npu__on_front(t, group, i);
			if (best != pass || i == knee ||
			    !npu__is_ok(t, group, i))
				continue;
			if (best) {
				add_line(c, i, "best");
				continue;
			}
			if (off && at * off / others != (at + 1) * off / others)
				add_line(c, i, "dim");
			at++;
		}
	if (knee != SIZE_MAX)
		add_line(c, knee, "knee"); /* on top */
	return front + off;
}

static void add_level_names(const struct columns *c, const struct column *col)
{
	const struct npu_sweep_parameter *key =
		&c->p->t->parameters[col->parameter];
	struct npu_text *out = c->p->f->out;
	const uint32_t skip = (key->level_count - 1) / LEVELS_NAMED + 1;

	for (uint32_t l = 0; l < key->level_count; l += skip) {
		npu_text_add(out,
			     "<text class=label x=%.1f y=%.1f text-anchor=%s>",
			     col->x + (col == c->of ? -6 : 6),
			     npu__scale_at(&col->scale, l) + 4,
			     col == c->of ? "end" : "start");
		npu__html_name(out, key->levels[l], 16);
		npu_text_add(out, "</text>");
	}
}

static void add_ticks(const struct columns *c, const struct column *col)
{
	struct npu_text *out = c->p->f->out;
	const struct npu__measure m =
		npu__measure_of(c->p->t->figures[col->objective].name);
	double ticks[16];
	const size_t n = npu__scale_ticks(&col->scale, 6, ticks);

	for (size_t i = 0; i < n; i++) {
		const double y = npu__scale_at(&col->scale, ticks[i]);

		npu_text_add(out,
			     "<path class=roof d=\"M%.1f %.1f h5\"/><text "
			     "class=label x=%.1f y=%.1f>",
			     col->x, y, col->x + 8, y + 4);
		npu__html_measure(out, &m, ticks[i]);
		npu_text_add(out, "</text>");
	}
}

/* Names alternate in height, so that neighbours have room. */
static void add_column(const struct columns *c, const struct column *col)
{
	struct npu_text *out = c->p->f->out;
	const size_t i = (size_t)(col - c->of);
	const int low = c->count > 5 && i % 2;

	npu_text_add(out,
		     "<path class=roof d=\"M%.1f %d V%d\"/><text class=head "
		     "x=%.1f y=%d text-anchor=%s>",
		     col->x, TOP, HEIGHT - BOTTOM,
		     i == 0              ? 4
		     : i + 1 == c->count ? c->p->f->width - 4
					 : col->x,
		     low ? 28 : 13,
		     i == 0              ? "start"
		     : i + 1 == c->count ? "end"
					 : "middle");
	if (col->parameter != SIZE_MAX) {
		npu_text_add(out, "%s</text>",
			     c->p->t->parameters[col->parameter].name);
		add_level_names(c, col);
	} else {
		npu_text_add(
			out, "%s</text>",
			npu__measure_of(c->p->t->figures[col->objective].name)
				.label);
		add_ticks(c, col);
	}
	npu_text_add(out, "\n");
}

void npu__svg_parallel(const struct npu__plot *p, size_t most)
{
	struct columns c = { .p = p };
	const size_t ok = npu__count_ok(p->t, p->group);
	size_t drawn;

	if (ok == 0)
		return;
	set_columns(&c);
	npu__svg_begin(p->f, HEIGHT, "parallel", "Parallel coordinates",
		       "A line a point: through its value of every parameter, "
		       "then its objectives, of which the better is up. Lines "
		       "of the front are thick.");
	drawn = add_lines(&c, most);
	for (size_t i = 0; i < c.count; i++)
		add_column(&c, &c.of[i]);
	npu__svg_end(p->f);
	if (drawn < ok)
		npu_text_add(p->f->out,
			     "<p class=\"note cut\">Drawn: %zu of %zu points: "
			     "the front, and every nth of the others.</p>\n",
			     drawn, ok);
}
