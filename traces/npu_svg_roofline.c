/* traces/npu_svg_roofline.c - layers under the roofs of array and memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_html_internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HEIGHT = 380, LEFT = 58, RIGHT = 16, TOP = 16, BOTTOM = 46, NAMED = 6,
       DECADES_MAX = 5 };

/* Logarithmic axes: 10^first to 10^last. */
struct axes {
	double x_first, x_last, y_first, y_last;
	double width, height; /* of the plot */
	double roof_y;	      /* where the array's roof is drawn */
};
struct roofs {
	double peak;	 /* GMAC/s */
	double gb_per_s; /* of the memory */
};
struct dot {
	double intensity, rate; /* MAC/byte, GMAC/s */
	double x, y, radius;
	size_t layer;
};

static struct roofs roofs_of(const struct npu__run *run, int of_scratchpad)
{
	const double ghz = npu__real(run->summary, "clock_hz") * 1e-9;

	return (struct roofs){
		.peak = ghz * npu__real(run->figures,
					  "peaks.macs_per_cycle"),
		.gb_per_s =
			ghz * npu__real(run->figures,
					  of_scratchpad
						? "peaks.scratchpad_bytes_per_"
						  "cycle"
						: "peaks.dram_bytes_per_cycle"),
	};
}

/* 0 where the layer has no place: no MACs, no bytes. */
static int dot_of(const struct npu__run *run, size_t k, int of_scratchpad,
		  struct dot *out)
{
	const json_t *l = npu__layer(run, k);
	const double macs = npu__real(l, "macs");
	const double span = npu__real(l, "span_cycles");
	const double bytes =
		of_scratchpad ? npu__real(l, "spad_read_bytes") +
					npu__real(l, "spad_write_bytes")
			      : npu__real(l, "dram_read_bytes") +
					npu__real(l, "dram_write_bytes");

	if (macs <= 0 || span <= 0 || bytes <= 0)
		return 0;
	*out = (struct dot){
		.intensity = macs / bytes,
		.rate = macs / span * npu__real(run->summary, "clock_hz") *
			1e-9,
		.layer = k,
	};
	return 1;
}

static void widen(double *first, double *last, double value)
{
	const double at = log10(value);

	if (at < *first)
		*first = at;
	if (at > *last)
		*last = at;
}

/* Axes that all runs share, so that panels can be compared. */
static struct axes axes_of(const struct npu__figure *f, int of_scratchpad)
{
	struct axes a = { .x_first = 300, .x_last = -300, .y_first = 300,
			  .y_last = -300 };
	struct dot dot;

	for (size_t r = 0; r < f->runs->count; r++) {
		const struct npu__run *run = &f->runs->run[r];
		struct roofs roofs;

		if (!run->figures)
			continue;
		roofs = roofs_of(run, of_scratchpad);
		if (!(roofs.peak > 0 && roofs.gb_per_s > 0))
			continue;
		widen(&a.x_first, &a.x_last, roofs.peak / roofs.gb_per_s);
		widen(&a.y_first, &a.y_last, roofs.peak);
		for (size_t k = 0; k < run->layer_count; k++)
			if (dot_of(run, k, of_scratchpad, &dot)) {
				widen(&a.x_first, &a.x_last, dot.intensity);
				widen(&a.y_first, &a.y_last, dot.rate);
			}
	}
	a.x_first -= 0.35;
	a.x_last += 0.35;
	a.y_last += 0.25;
	a.y_first = fmax(a.y_first, a.y_last - DECADES_MAX) - 0.2;
	a.width = f->width - LEFT - RIGHT;
	a.height = HEIGHT - TOP - BOTTOM;
	return a;
}

static double x_of(const struct axes *a, double value)
{
	return LEFT + (log10(value) - a->x_first) / (a->x_last - a->x_first) *
			      a->width;
}

/* What is below the axis lies on it. */
static double y_of(const struct axes *a, double value)
{
	const double at = fmax(log10(value), a->y_first);

	return TOP + (a->y_last - at) / (a->y_last - a->y_first) * a->height;
}

static void add_axes(const struct npu__figure *f, const struct axes *a,
		     const char *memory)
{
	const double bottom = TOP + a->height;

	for (int d = (int)ceil(a->x_first); d <= (int)floor(a->x_last); d++) {
		const double x = x_of(a, pow(10, d));

		npu_text_add(f->out,
			     "<path class=grid d=\"M%.1f %d V%.1f\"/><text "
			     "class=tick x=%.1f y=%.1f text-anchor=middle>%g"
			     "</text>",
			     x, TOP, bottom, x, bottom + 16, pow(10, d));
	}
	for (int d = (int)ceil(a->y_first); d <= (int)floor(a->y_last); d++) {
		const double y = y_of(a, pow(10, d));

		npu_text_add(f->out,
			     "<path class=grid d=\"M%d %.1f h%.1f\"/><text "
			     "class=tick x=%d y=%.1f text-anchor=end>%g</text>",
			     LEFT, y, a->width, LEFT - 6, y + 4, pow(10, d));
	}
	npu_text_add(f->out,
		     "<text class=tick x=%.1f y=%.1f text-anchor=middle>MAC "
		     "per byte of %s</text><text class=tick transform="
		     "\"translate(13 %.1f) rotate(-90)\" text-anchor=middle>"
		     "GMAC/s in the layer\xe2\x80\x99s span</text>\n",
		     LEFT + a->width / 2, bottom + 36, memory,
		     TOP + a->height / 2);
}

static void add_roof(const struct npu__figure *f, const struct axes *a,
		     const struct roofs *roofs)
{
	const double ridge = roofs->peak / roofs->gb_per_s;
	/* where the slope enters the plot: left, or from below */
	const double left = pow(10, a->x_first);
	const double below = pow(10, a->y_first) / roofs->gb_per_s;
	const double from = left > below ? left : below;
	const double y = y_of(a, roofs->peak);

	npu_text_add(f->out,
		     "<path class=roof d=\"M%.1f %.1f L%.1f %.1f H%.1f\"/>",
		     x_of(a, from), y_of(a, from * roofs->gb_per_s),
		     x_of(a, ridge), y, LEFT + a->width);
	npu_text_add(f->out,
		     "<text class=rooftext x=%.1f y=%.1f text-anchor=end>array "
		     "%.4g GMAC/s</text>",
		     LEFT + a->width - 4, y - 6, roofs->peak);
	/* along the slope, in its middle */
	const double x0 = x_of(a, from), x1 = x_of(a, ridge);
	const double y0 = y_of(a, from * roofs->gb_per_s);

	npu_text_add(f->out,
		     "<text class=rooftext transform=\"translate(%.1f %.1f) "
		     "rotate(%.1f)\" y=-6 text-anchor=middle>%.4g GB/s</text>\n",
		     (x0 + x1) / 2, (y0 + y) / 2,
		     atan2(y - y0, x1 - x0) * 57.29577951308232,
		     roofs->gb_per_s);
}

/* A shape for each bound, so that colour is not needed. */
static void add_dot(const struct npu__figure *f, const struct dot *d)
{
	const json_t *l = npu__layer(&f->runs->run[f->run], d->layer);
	const char *bound = npu__string(l, "bound");
	const double r = d->radius;

	if (!strcmp(bound, "dram"))
		npu_text_add(f->out, "<path class=\"mark dot b1\" d=\"M%.1f "
				     "%.1f h%.1f v%.1f h%.1f z\"",
			     d->x - 0.89 * r, d->y - 0.89 * r, 1.77 * r,
			     1.77 * r, -1.77 * r);
	else if (!strcmp(bound, "scratchpad"))
		npu_text_add(f->out, "<path class=\"mark dot b2\" d=\"M%.1f "
				     "%.1f l%.1f %.1f h%.1f z\"",
			     d->x, d->y - 1.3 * r, 1.3 * r, 2.3 * r, -2.6 * r);
	else if (!strcmp(bound, "vector"))
		npu_text_add(f->out,
			     "<path class=\"mark dot b3\" d=\"M%.1f %.1f l%.1f "
			     "%.1f l%.1f %.1f l%.1f %.1f z\"",
			     d->x, d->y - 1.25 * r, 1.25 * r, 1.25 * r,
			     -1.25 * r, 1.25 * r, -1.25 * r, -1.25 * r);
	else
		npu_text_add(f->out,
			     "<circle class=\"mark dot b0\" cx=%.1f cy=%.1f "
			     "r=%.1f",
			     d->x, d->y, r);
	npu_text_add(f->out, " data-l=%zu><title>", d->layer);
	npu__html_name(f->out, npu__string(l, "name"), NPU__NAME_LONG);
	npu_text_add(f->out, ": %.4g MAC/B, %.4g GMAC/s, ", d->intensity,
		     d->rate);
	npu__html_number(f->out, npu__real(l, "cycles"));
	npu_text_add(f->out, " cycles, bound by ");
	npu__html_name(f->out, bound, NPU__NAME_SHORT);
	npu_text_add(f->out, "</title></%s>\n",
		     !strcmp(bound, "dram") || !strcmp(bound, "scratchpad") ||
				     !strcmp(bound, "vector")
			     ? "path"
			     : "circle");
}

static int by_radius(const void *a, const void *b)
{
	const struct dot *x = a, *y = b;

	if (x->radius != y->radius)
		return x->radius > y->radius ? -1 : 1;
	return (x->layer > y->layer) - (x->layer < y->layer);
}

/* A name's box: where it is anchored, and how far it goes. */
struct label {
	double x, y, width; /* left, base line */
};

static int is_free(const struct label *at, const struct axes *a,
		   const struct dot *dots, size_t count,
		   const struct label *taken, size_t named)
{
	if (at->x < LEFT || at->x + at->width > LEFT + a->width ||
	    at->y < a->roof_y + 14 || at->y > TOP + a->height)
		return 0;
	for (size_t i = 0; i < count; i++)
		if (dots[i].x + dots[i].radius > at->x &&
		    dots[i].x - dots[i].radius < at->x + at->width &&
		    dots[i].y + dots[i].radius > at->y - 9 &&
		    dots[i].y - dots[i].radius < at->y + 3)
			return 0;
	for (size_t i = 0; i < named; i++)
		if (taken[i].x + taken[i].width > at->x &&
		    taken[i].x < at->x + at->width &&
		    fabs(taken[i].y - at->y) < 13)
			return 0;
	return 1;
}

/* Right of the dot, left of it, below, above: the first that covers no other
 * dot or name. */
static int place_label(const struct dot *d, const struct axes *a,
		       const struct dot *dots, size_t count,
		       const struct label *taken, size_t named, double width,
		       struct label *out)
{
	const double r = d->radius + 5;
	const struct label at[] = {
		{ d->x + r, d->y + 4, width },
		{ d->x - r - width, d->y + 4, width },
		{ d->x - width / 2, d->y + r + 10, width },
		{ d->x - width / 2, d->y - r - 2, width },
	};

	for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
		if (is_free(&at[i], a, dots, count, taken, named)) {
			*out = at[i];
			return 1;
		}
	return 0;
}

/* Names of the largest dots, where there is room for them. */
static void name_dots(const struct npu__figure *f, const struct axes *a,
		      const struct dot *dots, size_t count)
{
	struct label taken[NAMED];
	size_t named = 0;

	for (size_t i = 0; i < count && i < 40 && named < NAMED; i++) {
		const char *name = npu__string(
			npu__layer(&f->runs->run[f->run], dots[i].layer),
			"name");
		const size_t length = strlen(name);
		/* model: 6 units a character of the label's font */
		const double width = 6.0 * (double)(length < NPU__NAME_SHORT
							    ? length
							    : NPU__NAME_SHORT);

		if (!place_label(&dots[i], a, dots, count, taken, named, width,
				 &taken[named]))
			continue;
		npu_text_add(f->out, "<text class=label x=%.1f y=%.1f>",
			     taken[named].x, taken[named].y);
		npu__html_name(f->out, name, NPU__NAME_SHORT);
		npu_text_add(f->out, "</text>\n");
		named++;
	}
}

static void add_dots(const struct npu__figure *f, const struct axes *a,
		     int of_scratchpad)
{
	const struct npu__run *run = &f->runs->run[f->run];
	const double cycles = npu__real(run->summary, "cycles");
	struct dot *dots = calloc(run->layer_count + 1, sizeof *dots);
	size_t count = 0;

	if (!dots) {
		f->out->failed = 1;
		return;
	}
	for (size_t k = 0; k < run->layer_count; k++) {
		struct dot *d = &dots[count];

		if (!dot_of(run, k, of_scratchpad, d))
			continue;
		d->x = x_of(a, d->intensity);
		d->y = y_of(a, d->rate);
		d->radius = fmax(2.8, 34 * sqrt(npu__real(npu__layer(run, k),
							    "cycles") /
						cycles));
		count++;
	}
	qsort(dots, count, sizeof *dots, by_radius);
	for (size_t i = 0; i < count; i++) /* small ones on top */
		add_dot(f, &dots[i]);
	name_dots(f, a, dots, count);
	free(dots);
}

void npu__svg_roofline(const struct npu__figure *f, int of_scratchpad)
{
	const struct npu__run *run = &f->runs->run[f->run];
	const struct roofs roofs = roofs_of(run, of_scratchpad);
	struct axes a = axes_of(f, of_scratchpad);

	npu__svg_begin(f, HEIGHT, of_scratchpad ? "roofs" : "roofd",
		       of_scratchpad ? "Roofline, scratchpad"
				     : "Roofline, DRAM",
		       "Each layer with MACs is a mark: its MACs per byte "
		       "against its MACs per second. Its area is its share of "
		       "the time; its shape is what it is bound by.");
	if (roofs.peak > 0 && roofs.gb_per_s > 0) {
		a.roof_y = y_of(&a, roofs.peak);
		add_axes(f, &a, of_scratchpad ? "scratchpad" : "DRAM");
		add_roof(f, &a, &roofs);
		add_dots(f, &a, of_scratchpad);
	}
	npu__svg_end(f);
}
