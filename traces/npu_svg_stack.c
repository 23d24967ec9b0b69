/* traces/npu_svg_stack.c - stacked bars, a row a layer.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_html_internal.h"
#include <stdio.h>

enum {
	ROW = 18,
	BAR = 13,
	TOP = 24,
	VALUE = 74,
	WHOLE_ROW = 30,
	WHOLE_BAR = 22,
	SCALES_APART = 4
};

struct geometry {
	double left, right, scale; /* units a pixel */
	double top_value;
	size_t name_width;
};

static void add_value(struct npu_text *out, const struct npu__stack *s,
		      double value)
{
	if (s->scale > 0)
		npu__html_quantity(out, value * s->scale, s->unit);
	else
		npu__html_number(out, value);
}

/* The longest bar of run r. */
static double longest(const struct npu_runs *runs, size_t r, const char *key)
{
	double most = 0;

	for (size_t k = 0; k < runs->run[r].layer_count; k++) {
		double v = npu__real(npu__layer(&runs->run[r], k), key);

		most = v > most ? v : most;
	}
	return most;
}

int npu__stack_has_one_scale(const struct npu_runs *runs,
			     const struct npu__stack *s)
{
	double least = 0, most = 0;

	for (size_t r = 0; r < runs->count; r++) {
		const double v = longest(runs, r, s->total);

		least = r == 0 || v < least ? v : least;
		most = v > most ? v : most;
	}
	return most <= SCALES_APART * least;
}

/* What the axis of a run's figure ends at. */
static double top_of(const struct npu__figure *f, const struct npu__stack *s)
{
	double most = longest(f->runs, f->run, s->total);

	for (size_t r = 0; r < f->runs->count; r++)
		if (npu__stack_has_one_scale(f->runs, s) &&
		    longest(f->runs, r, s->total) > most)
			most = longest(f->runs, r, s->total);
	return most > 0 ? most : 1;
}

static void add_axis(const struct npu__figure *f, const struct geometry *g,
		     const struct npu__stack *s, double bottom)
{
	const double step = npu__svg_step(g->top_value, f->width > 800 ? 8 : 4);

	for (int i = 0; i * step <= g->top_value; i++) {
		const double x = g->left + i * step * g->scale;

		npu_text_add(f->out,
			     "<path class=grid d=\"M%.1f %d V%.1f\"/><text "
			     "class=tick x=%.1f y=14 text-anchor=middle>",
			     x, TOP - 5, bottom, x);
		add_value(f->out, s, i * step);
		npu_text_add(f->out, "</text>\n");
	}
}

static void add_segment(const struct npu__figure *f, const struct geometry *g,
			const struct npu__stack *s, size_t k, size_t i,
			double *x)
{
	const json_t *layer = npu__layer(&f->runs->run[f->run], k);
	const double value = npu__real(layer, s->series[i].name);
	const double width = value * g->scale;
	const double whole = npu__real(layer, s->total);

	if (width < 0.05) { /* too thin to see; the table has it */
		*x += width;
		return;
	}
	npu_text_add(f->out,
		     "<rect class=\"mark s%zu\" x=%.2f y=%.1f width=%.2f "
		     "height=%d data-l=%zu><title>",
		     s->first_class + i, *x, (double)(TOP + k * ROW), width,
		     BAR, k);
	npu__html_name(f->out, npu__string(layer, "name"), NPU__NAME_LONG);
	npu_text_add(f->out, ": %s ", s->labels[i].name);
	add_value(f->out, s, value);
	npu_text_add(f->out, "%s%s, %.1f %%</title></rect>",
		     s->scale > 0 ? "" : " ", s->scale > 0 ? "" : s->unit,
		     whole > 0 ? 100 * value / whole : 0);
	*x += width;
}

static void add_row(const struct npu__figure *f, const struct geometry *g,
		    const struct npu__stack *s, size_t k)
{
	const json_t *layer = npu__layer(&f->runs->run[f->run], k);
	const double y = (double)(TOP + k * ROW + 10);
	double x = g->left;

	npu_text_add(f->out, "<text x=%.1f y=%.1f text-anchor=end>",
		     g->left - 7, y);
	npu__html_name(f->out, npu__string(layer, "name"), g->name_width);
	npu_text_add(f->out, "</text>");
	for (size_t i = 0; i < s->count; i++)
		add_segment(f, g, s, k, i, &x);
	npu_text_add(f->out, "<text class=tick x=%.1f y=%.1f>", x + 5, y);
	add_value(f->out, s, npu__real(layer, s->total));
	npu_text_add(f->out, "</text>\n");
}

/* ---- whole runs: a bar each, of one length ---- */

/* A part with its share where there is room for it. */
static void add_part(const struct npu__figure *f, const struct npu__stack *s,
		     size_t i, double x, double width, double y)
{
	const json_t *sum = f->runs->run[f->run].summary;
	const double value = npu__real(sum, s->series[i].name);
	const double share = 100 * value / npu__real(sum, s->total);

	npu_text_add(f->out,
		     "<rect class=\"mark s%zu\" x=%.2f y=%.1f width=%.2f "
		     "height=%d><title>%s: ",
		     s->first_class + i, x, y, width, WHOLE_BAR,
		     s->labels[i].name);
	add_value(f->out, s, value);
	npu_text_add(f->out, "%s%s, %.1f %% (%s)</title></rect>",
		     s->scale > 0 ? "" : " ", s->scale > 0 ? "" : s->unit,
		     share, s->series[i].doc);
	if (width > 84)
		npu_text_add(f->out,
			     "<text class=onbar x=%.1f y=%.1f text-anchor="
			     "middle>%s %.1f%%</text>",
			     x + width / 2, y + 15, s->labels[i].name, share);
}

static void add_whole_row(const struct npu__figure *f,
			  const struct npu__stack *s, const struct geometry *g)
{
	const struct npu__run *run = &f->runs->run[f->run];
	const double whole = npu__real(run->summary, s->total);
	const double y = 2 + (double)f->run * WHOLE_ROW;
	double x = g->left;

	npu_text_add(f->out, "<text x=%.1f y=%.1f text-anchor=end>",
		     g->left - 7, y + 15);
	npu__html_name(f->out, f->runs->count > 1 ? run->label : "whole run",
		       g->name_width);
	npu_text_add(f->out, "</text>");
	for (size_t i = 0; whole > 0 && i < s->count; i++) {
		const double width = (g->right - g->left) / whole *
				     npu__real(run->summary, s->series[i].name);

		if (width >= 0.05)
			add_part(f, s, i, x, width, y);
		x += width;
	}
	npu_text_add(f->out, "<text class=tick x=%.1f y=%.1f>", g->right + 5,
		     y + 15);
	add_value(f->out, s, whole);
	npu_text_add(f->out, "</text>\n");
}

void npu__svg_whole(const struct npu__figure *f, const struct npu__stack *s)
{
	const struct geometry g = {
		.left = f->runs->count > 1 ? 150 : 80,
		.right = f->width - VALUE - 10,
		.name_width = 22,
	};
	struct npu__figure row = *f;
	char id[40];

	snprintf(id, sizeof id, "%s-whole", s->id);
	npu__svg_begin(f, (double)f->runs->count * WHOLE_ROW, id, s->whole,
		       "A bar a run, split into shares.");
	for (row.run = 0; row.run < f->runs->count; row.run++)
		add_whole_row(&row, s, &g);
	npu__svg_end(f);
}

/* ---- a bar a layer ---- */

void npu__svg_stack(const struct npu__figure *f, const struct npu__stack *s)
{
	const size_t n = f->runs->run[f->run].layer_count;
	const double bottom = TOP + (double)n * ROW;
	struct geometry g = {
		.left = f->width > 800 ? 200 : 150,
		.name_width = f->width > 800 ? 30 : 22,
		.top_value = top_of(f, s),
	};

	g.right = f->width - VALUE;
	g.scale = (g.right - g.left) / g.top_value;
	npu__svg_begin(f, bottom + 4, s->id, s->title, s->about);
	add_axis(f, &g, s, bottom);
	for (size_t k = 0; k < n; k++)
		add_row(f, &g, s, k);
	npu__svg_end(f);
}
