/* traces/npu_svg_heat.c - an objective over the two axes of a sweep.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_sweep_view_internal.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	LEFT = 96,
	RIGHT = 12,
	TOP = 12,
	BOTTOM = 56,
	ROW_MIN = 22,
	ROW = 40,
	HEIGHT_MAX = 900,
	STEPS = 8,
	NAMED = 24
};

struct heat {
	const struct npu__plot *p;
	size_t axes[2]; /* across, up */
	uint32_t levels[2];
	double cell[2];
	size_t figure, *row; /* [up][across]; SIZE_MAX: none */
	double least, largest;
	struct npu__measure measure;
};

static int find_cells(struct heat *h)
{
	const struct npu_sweep_table *t = h->p->t;
	const size_t n = (size_t)h->levels[0] * h->levels[1];

	h->row = malloc(n * sizeof *h->row);
	if (!h->row)
		return 0;
	for (size_t i = 0; i < n; i++)
		h->row[i] = SIZE_MAX;
	h->least = INFINITY;
	h->largest = -INFINITY;
	for (size_t i = 0; i < t->row_count; i++) {
		const double v = npu__value(t, h->p->group, i, h->figure);

		if (!npu__is_ok(t, h->p->group, i))
			continue;
		h->row[npu__level(t, i, h->axes[1]) * h->levels[0] +
		       npu__level(t, i, h->axes[0])] = i;
		h->least = v < h->least ? v : h->least;
		h->largest = v > h->largest ? v : h->largest;
	}
	return 1;
}

/* 0: the best, STEPS - 1: the worst */
static int step_of(const struct heat *h, double v)
{
	const int is_log = h->least > 0;
	const double low = is_log ? log(h->least) : h->least;
	const double high = is_log ? log(h->largest) : h->largest;
	const double share =
		high > low ? ((is_log ? log(v) : v) - low) / (high - low) : 0;
	const int step = (int)(share * (STEPS - 0.01));

	return h->p->t->figures[h->figure].goal > 0 ? STEPS - 1 - step : step;
}

static void add_cell(const struct heat *h, uint32_t across, uint32_t up)
{
	struct npu_text *out = h->p->f->out;
	const size_t row = h->row[up * h->levels[0] + across];
	const double x = LEFT + across * h->cell[0];
	const double y = TOP + (h->levels[1] - 1 - up) * h->cell[1];
	const double gap = h->cell[0] > 8 && h->cell[1] > 8 ? 1 : 0;
	int step;

	if (row == SIZE_MAX) {
		npu_text_add(out,
			     "<rect class=void x=%.1f y=%.1f width=%.1f "
			     "height=%.1f />\n",
			     x, y, h->cell[0], h->cell[1]);
		return;
	}
	step = step_of(h, npu__value(h->p->t, h->p->group, row, h->figure));
	npu_text_add(
		out,
		"<rect class=\"mark h%d%s\" x=%.1f y=%.1f width=%.1f "
		"height=%.1f data-p=%llu>",
		step, npu__on_front(h->p->t, h->p->group, row) ? " front" : "",
		x + gap, y + gap, h->cell[0] - 2 * gap, h->cell[1] - 2 * gap,
		(unsigned long long)h->p->t->point[row]);
	npu__svg_point_title(h->p, row);
	npu_text_add(out, "</rect>");
	if (h->cell[0] > 52 && h->cell[1] > 15) {
		npu_text_add(out,
			     "<text class=\"cell%s\" x=%.1f y=%.1f "
			     "text-anchor=middle>",
			     step == 0 ? " dark" : "", x + h->cell[0] / 2,
			     y + h->cell[1] / 2 + 4);
		npu__html_measure(
			out, &h->measure,
			npu__value(h->p->t, h->p->group, row, h->figure));
		npu_text_add(out, "</text>");
	}
	npu_text_add(out, "\n");
}

static void add_names(const struct heat *h, int d, double bottom)
{
	const struct npu_sweep_parameter *key =
		&h->p->t->parameters[h->axes[d]];
	struct npu_text *out = h->p->f->out;
	const uint32_t most = d ? NAMED : (uint32_t)(h->p->f->width / 80);
	const uint32_t skip = (h->levels[d] - 1) / most + 1;

	for (uint32_t l = 0; l < h->levels[d]; l += skip) {
		if (d)
			npu_text_add(
				out,
				"<text class=tick x=%d y=%.1f text-anchor="
				"end>",
				LEFT - 6,
				TOP + (h->levels[1] - 0.5 - l) * h->cell[1] +
					4);
		else
			npu_text_add(out,
				     "<text class=tick x=%.1f y=%.1f "
				     "text-anchor=middle>",
				     LEFT + (l + 0.5) * h->cell[0],
				     bottom + 15);
		npu__html_name(out, key->levels[l], 12);
		npu_text_add(out, "</text>");
	}
	if (d)
		npu_text_add(out,
			     "<text class=head transform=\"translate(13 %.1f) "
			     "rotate(-90)\" text-anchor=middle>%s</text>\n",
			     (TOP + bottom) / 2, key->name);
	else
		npu_text_add(out,
			     "<text class=head x=%.1f y=%.1f text-anchor="
			     "middle>%s</text>\n",
			     (LEFT + h->p->f->width) / 2, bottom + 36,
			     key->name);
}

void npu__svg_heat(const struct npu__plot *p, const size_t axes[2],
		   size_t figure)
{
	struct heat h = {
		.p = p,
		.axes = { axes[0], axes[1] },
		.levels = { p->t->parameters[axes[0]].level_count,
			    p->t->parameters[axes[1]].level_count },
		.figure = figure,
		.measure = npu__measure_of(p->t->figures[figure].name),
	};
	double height = ROW * h.levels[1];
	char title[80];

	if (h.levels[1] * ROW > HEIGHT_MAX)
		height = h.levels[1] * ROW_MIN < HEIGHT_MAX
				 ? h.levels[1] * ROW_MIN
				 : HEIGHT_MAX;
	h.cell[0] = (p->f->width - LEFT - RIGHT) / h.levels[0];
	h.cell[1] = height / h.levels[1];
	if (!find_cells(&h)) {
		p->f->out->failed = 1;
		return;
	}
	snprintf(title, sizeof title, "Heat map of %s", h.measure.label);
	npu__svg_begin(p->f, TOP + height + BOTTOM, "heat", title,
		       "The objective of every combination of the two axes. "
		       "Dark is good, as are cells with a frame, which are on "
		       "the front; hatched ones have no result.");
	for (uint32_t up = 0; up < h.levels[1]; up++)
		for (uint32_t across = 0; across < h.levels[0]; across++)
			add_cell(&h, across, up);
	add_names(&h, 0, TOP + height);
	add_names(&h, 1, TOP + height);
	npu__svg_end(p->f);
	free(h.row);
}
