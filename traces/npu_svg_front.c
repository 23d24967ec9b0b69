/* traces/npu_svg_front.c - one figure of all points against another, the front
 * joined.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_sweep_view_internal.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { LEFT = 72, RIGHT = 18, TOP = 16, BOTTOM = 46, CELL = 3, NAMED = 8 };

struct mark {
	double x, y;
	size_t row;
};
struct frame {
	const struct npu__plot *p;
	size_t figure[2]; /* x, y */
	struct npu__measure measure[2];
	struct npu__scale scale[2];
	double width, height;
	struct mark *mark; /* of the front, by x; then the others */
	size_t front, count;
};

void npu__svg_point_title(const struct npu__plot *p, size_t row)
{
	const struct npu_sweep_table *t = p->t;
	struct npu_text *out = p->f->out;

	npu_text_add(out,
		     "<title>point %llu:", (unsigned long long)t->point[row]);
	for (size_t o = 0; o < t->objective_count; o++) {
		const struct npu__measure m =
			npu__measure_of(t->figures[o].name);

		npu_text_add(out, "%s %s ", o ? "," : "", m.label);
		npu__html_measure(out, &m, npu__value(t, p->group, row, o));
	}
	for (size_t k = 0, n = 0; k < t->parameter_count; k++) {
		const struct npu_sweep_parameter *key = &t->parameters[k];

		if (key->level_count < 2 || key->is_derived)
			continue;
		npu_text_add(out, "%s %s ", n++ ? "," : ";", key->name);
		npu__html_name(out, key->levels[npu__level(t, row, k)],
			       NPU__NAME_SHORT);
	}
	npu_text_add(out, "</title>");
}

/* ---- which points, and where ---- */

static int by_x(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	if (x->x != y->x)
		return x->x < y->x ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static void set_scales(struct frame *f)
{
	const struct npu_sweep_table *t = f->p->t;

	for (int d = 0; d < 2; d++) {
		double least = INFINITY, largest = -INFINITY;

		for (size_t i = 0; i < t->row_count; i++) {
			const double v =
				npu__value(t, f->p->group, i, f->figure[d]);

			if (!npu__is_ok(t, f->p->group, i))
				continue;
			least = v < least ? v : least;
			largest = v > largest ? v : largest;
		}
		f->measure[d] = npu__measure_of(t->figures[f->figure[d]].name);
		f->scale[d] = d ? npu__scale_make(least, largest,
						  TOP + f->height, TOP)
				: npu__scale_make(least, largest, LEFT,
						  LEFT + f->width);
	}
}

static struct mark mark_of(const struct frame *f, size_t row)
{
	const struct npu__plot *p = f->p;

	return (struct mark){
		.x = npu__scale_at(&f->scale[0], npu__value(p->t, p->group, row,
							    f->figure[0])),
		.y = npu__scale_at(&f->scale[1], npu__value(p->t, p->group, row,
							    f->figure[1])),
		.row = row,
	};
}

/* The whole front, and `most` of the others. Where there are more: one in each
 * cell of a few pixels, since more would hide one another; of these every
 * nth. */
static int choose_marks(struct frame *f, size_t most)
{
	const struct npu_sweep_table *t = f->p->t;
	const size_t columns = (size_t)f->width / CELL + 2;
	const size_t rows = (size_t)f->height / CELL + 2;
	const int is_crowded = npu__count_ok(t, f->p->group) > most;
	uint8_t *taken = calloc(columns * rows, 1);
	size_t n, kept;

	f->mark = calloc(t->row_count + 1, sizeof *f->mark);
	if (!taken || !f->mark) {
		free(taken);
		return 0;
	}
	for (size_t i = 0; i < t->row_count; i++)
		if (npu__on_front(t, f->p->group, i))
			f->mark[f->front++] = mark_of(f, i);
	qsort(f->mark, f->front, sizeof *f->mark, by_x);
	n = f->front;
	for (size_t i = 0; i < t->row_count; i++) {
		struct mark m;
		size_t cell;

		if (!npu__is_ok(t, f->p->group, i) ||
		    npu__on_front(t, f->p->group, i))
			continue;
		m = mark_of(f, i);
		cell = (size_t)((m.y - TOP) / CELL) * columns +
		       (size_t)((m.x - LEFT) / CELL);
		if (is_crowded && taken[cell])
			continue;
		taken[cell] = 1;
		f->mark[n++] = m;
	}
	free(taken);
	kept = n - f->front;
	f->count = f->front + (kept < most ? kept : most);
	for (size_t i = 0; kept > most && i < most; i++)
		f->mark[f->front + i] = f->mark[f->front + i * kept / most];
	return 1;
}

/* ---- drawing ---- */

static void add_axis(const struct frame *f, int d)
{
	struct npu_text *out = f->p->f->out;
	const struct npu__scale *s = &f->scale[d];
	double ticks[16];
	const size_t n =
		npu__scale_ticks(s, d ? 7 : (int)(f->width / 75), ticks);

	for (size_t i = 0; i < n; i++) {
		const double at = npu__scale_at(s, ticks[i]);

		if (d)
			npu_text_add(out,
				     "<path class=grid d=\"M%d %.1f h%.1f\"/>"
				     "<text class=tick x=%d y=%.1f text-anchor="
				     "end>",
				     LEFT, at, f->width, LEFT - 6, at + 4);
		else
			npu_text_add(out,
				     "<path class=grid d=\"M%.1f %d v%.1f\"/>"
				     "<text class=tick x=%.1f y=%.1f "
				     "text-anchor=middle>",
				     at, TOP, f->height, at,
				     TOP + f->height + 16);
		npu__html_measure(out, &f->measure[d], ticks[i]);
		npu_text_add(out, "</text>\n");
	}
	if (d)
		npu_text_add(out,
			     "<text class=tick transform=\"translate(13 %.1f) "
			     "rotate(-90)\" text-anchor=middle>",
			     TOP + f->height / 2);
	else
		npu_text_add(
			out,
			"<text class=tick x=%.1f y=%.1f text-anchor=middle>",
			LEFT + f->width / 2, TOP + f->height + 36);
	npu_text_add(out, "%s", f->measure[d].label);
	if (f->p->t->figures[f->figure[d]].goal)
		npu_text_add(out, " (%s is better)",
			     f->p->t->figures[f->figure[d]].goal > 0 ? "more"
								     : "less");
	npu_text_add(out, "</text>\n");
}

/* In these two figures, no other of the front is better in both. The marks are
 * in the order of x. */
static int is_edge(const struct frame *f, size_t i)
{
	const struct npu_sweep_table *t = f->p->t;
	const int x_up = t->figures[f->figure[0]].goal > 0;
	const int y_up = t->figures[f->figure[1]].goal > 0;
	const struct mark *m = &f->mark[i];

	for (size_t k = 0; k < f->front; k++) {
		const struct mark *o = &f->mark[k];
		const double dx = x_up ? o->x - m->x : m->x - o->x;
		/* the drawing's y goes down */
		const double dy = y_up ? m->y - o->y : o->y - m->y;

		if (dx >= 0 && dy >= 0 && (dx > 0 || dy > 0))
			return 0;
	}
	return 1;
}

/* Steps, not straight lines: between two points of a front nothing is known to
 * be better than the worse of both. */
static void join_front(const struct frame *f)
{
	const struct npu_sweep_table *t = f->p->t;
	const int x_up = t->figures[f->figure[0]].goal > 0;
	struct npu_text *out = f->p->f->out;
	const struct mark *last = NULL;

	for (size_t i = 0; i < f->front; i++) {
		const struct mark *m = &f->mark[i];

		if (!is_edge(f, i))
			continue;
		if (!last)
			npu_text_add(out,
				     "<path class=frontline d=\"M%.1f "
				     "%.1f",
				     m->x, m->y);
		else if (x_up)
			npu_text_add(out, "V%.1fH%.1f", m->y, m->x);
		else
			npu_text_add(out, "H%.1fV%.1f", m->x, m->y);
		last = m;
	}
	npu_text_add(out, last ? "\"/>\n" : "");
}

static void add_front_mark(const struct frame *f, const struct mark *m,
			   int is_knee)
{
	struct npu_text *out = f->p->f->out;

	if (is_knee)
		npu_text_add(out,
			     "<path class=\"mark knee\" d=\"M%.1f %.1f l8 8-8 "
			     "8-8-8z\"",
			     m->x, m->y - 8);
	else
		npu_text_add(out,
			     "<circle class=\"mark best\" cx=%.1f cy=%.1f "
			     "r=4.6",
			     m->x, m->y);
	npu_text_add(out, " data-p=%llu>",
		     (unsigned long long)f->p->t->point[m->row]);
	npu__svg_point_title(f->p, m->row);
	npu_text_add(out, "</%s>\n", is_knee ? "path" : "circle");
}

static void add_marks(const struct frame *f, size_t knee)
{
	struct npu_text *out = f->p->f->out;
	const struct npu_sweep_table *t = f->p->t;

	for (size_t i = f->front; i < f->count; i++) {
		const struct mark *m = &f->mark[i];

		npu_text_add(out,
			     "<circle class=\"mark dim\" cx=%.1f cy=%.1f r=2.6 "
			     "data-p=%llu>",
			     m->x, m->y, (unsigned long long)t->point[m->row]);
		npu__svg_point_title(f->p, m->row);
		npu_text_add(out, "</circle>\n");
	}
	join_front(f);
	for (size_t i = 0; i < f->front; i++)
		if (f->mark[i].row != knee)
			add_front_mark(f, &f->mark[i], 0);
	for (size_t i = 0; i < f->front; i++) /* on top */
		if (f->mark[i].row == knee)
			add_front_mark(f, &f->mark[i], 1);
}

struct box {
	double x, y, width;
};

/* Does a mark among first..last-1 lie under the box? */
static int covers(const struct frame *f, const struct box *b, size_t first,
		  size_t last)
{
	for (size_t i = first; i < last; i++)
		if (f->mark[i].x > b->x - 6 &&
		    f->mark[i].x < b->x + b->width + 6 &&
		    f->mark[i].y > b->y - 15 && f->mark[i].y < b->y + 6)
			return 1;
	return 0;
}

static int is_clear(const struct frame *f, const struct box *b,
		    const struct box *taken, size_t n)
{
	if (b->x < LEFT || b->x + b->width > LEFT + f->width ||
	    b->y < TOP + 10 || b->y > TOP + f->height ||
	    covers(f, b, 0, f->front))
		return 0;
	for (size_t i = 0; i < n; i++)
		if (taken[i].x < b->x + b->width &&
		    taken[i].x + taken[i].width > b->x &&
		    fabs(taken[i].y - b->y) < 13)
			return 0;
	return 1;
}

/* Where a name of that width goes: beside its mark, or further off; rather not
 * over dominated points. */
static int place_name(const struct frame *f, const struct mark *m, double w,
		      const struct box *taken, size_t n, struct box *out)
{
	const struct box at[] = {
		{ m->x - w - 9, m->y + 14, w },  { m->x + 9, m->y - 7, w },
		{ m->x - w / 2, m->y + 21, w },  { m->x - w / 2, m->y - 12, w },
		{ m->x + 11, m->y + 16, w },     { m->x - w - 11, m->y - 9, w },
		{ m->x - w - 20, m->y + 26, w }, { m->x + 18, m->y - 20, w },
	};

	for (int over_others = 0; over_others < 2; over_others++)
		for (size_t k = 0; k < sizeof at / sizeof at[0]; k++)
			if (is_clear(f, &at[k], taken, n) &&
			    (over_others ||
			     !covers(f, &at[k], f->front, f->count))) {
				*out = at[k];
				return 1;
			}
	return 0;
}

/* Numbers of points of the front: the knee, its ends; of a short one all. More
 * would hide what they name: the table has them. */
static void name_marks(const struct frame *f, size_t knee)
{
	struct box taken[NAMED];
	size_t n = 0;

	for (int pass = 0; pass < (f->front <= NAMED ? 3 : 2); pass++)
		for (size_t i = 0; i < f->front && n < NAMED; i++) {
			const struct mark *m = &f->mark[i];
			const int is_end = i == 0 || i + 1 == f->front;
			const int is_knee = m->row == knee;
			char text[40];
			const int length = snprintf(
				text, sizeof text, "%s%llu",
				is_knee ? "knee: " : "",
				(unsigned long long)f->p->t->point[m->row]);

			if (pass != (is_knee  ? 0
				     : is_end ? 1
					      : 2) ||
			    !place_name(f, m, 6.4 * length, taken, n,
					&taken[n]))
				continue;
			npu_text_add(f->p->f->out,
				     "<text class=label x=%.1f y=%.1f>%s"
				     "</text>\n",
				     taken[n].x, taken[n].y, text);
			n++;
		}
}

void npu__svg_front(const struct npu__plot *p, size_t x, size_t y, size_t most)
{
	const double height = p->f->width > 800 ? 480 : 380;
	struct frame f = {
		.p = p,
		.figure = { x, y },
		.width = p->f->width - LEFT - RIGHT,
		.height = height - TOP - BOTTOM,
	};
	const size_t ok = npu__count_ok(p->t, p->group);
	const size_t knee = npu__knee_row(p->t, p->group);

	if (ok == 0)
		return;
	set_scales(&f);
	if (!choose_marks(&f, most)) {
		free(f.mark);
		p->f->out->failed = 1;
		return;
	}
	npu__svg_begin(p->f, height, "front", "Pareto front",
		       "Every point of the sweep, one objective against "
		       "another; those that none beats in all objectives are "
		       "joined, in steps.");
	add_axis(&f, 0);
	add_axis(&f, 1);
	add_marks(&f, knee);
	name_marks(&f, knee);
	npu__svg_end(p->f);
	if (f.count < ok)
		npu_text_add(p->f->out,
			     "<p class=\"note cut\">Drawn: %zu of %zu points; "
			     "left out are some that others hide or are "
			     "near.</p>\n",
			     f.count, ok);
	free(f.mark);
}
