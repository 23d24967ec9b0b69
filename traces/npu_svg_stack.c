/* traces/npu_svg_stack.c - stacked bars, a row a layer.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_html_internal.h"

enum { ROW = 18, BAR = 13, TOP = 24, VALUE = 74 };

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

static double largest(const struct npu_runs *runs, const char *key)
{
	double most = 0;

	for (size_t r = 0; r < runs->count; r++)
		for (size_t k = 0; k < runs->run[r].layer_count; k++) {
			double v = npu__real(npu__layer(&runs->run[r], k),
					       key);

			most = v > most ? v : most;
		}
	return most > 0 ? most : 1;
}

static void add_axis(const struct npu__figure *f, const struct geometry *g,
		     const struct npu__stack *s, double bottom)
{
	const double step = npu__svg_step(g->top_value,
					  f->width > 800 ? 8 : 4);

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

void npu__svg_stack(const struct npu__figure *f, const struct npu__stack *s)
{
	const size_t n = f->runs->run[f->run].layer_count;
	const double bottom = TOP + (double)n * ROW;
	struct geometry g = {
		.left = f->width > 800 ? 200 : 150,
		.name_width = f->width > 800 ? 30 : 22,
		.top_value = largest(f->runs, s->total),
	};

	g.right = f->width - VALUE;
	g.scale = (g.right - g.left) / g.top_value;
	npu__svg_begin(f, bottom + 4, s->id, s->title, s->about);
	add_axis(f, &g, s, bottom);
	for (size_t k = 0; k < n; k++)
		add_row(f, &g, s, k);
	npu__svg_end(f);
}
