/* traces/npu_svg_roofline.c - layers under the roofs of array and memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_html_internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	HEIGHT = 380,
	LEFT = 58,
	RIGHT = 16,
	TOP = 22,
	BOTTOM = 46,
	NAMED = 8,
	TRIED = 40,
	DECADES_MAX = 5
};

/* A memory: which bytes of a layer are its traffic, and what it moves at most
 * (npu_peak.def). */
struct level {
	const char *id, *title, *memory;
	const char *read, *written, *peak;
};
static const struct level levels[NPU__ROOFLINE_COUNT] = {
	{ "roofd", "Roofline, DRAM", "DRAM", "dram_read_bytes",
	  "dram_write_bytes", "peaks.dram_bytes_per_cycle" },
	{ "roofs", "Roofline, scratchpad", "scratchpad", "spad_read_bytes",
	  "spad_write_bytes", "peaks.scratchpad_bytes_per_cycle" },
	{ "roofa", "Roofline, accumulators", "accumulators", "acc_read_bytes",
	  "acc_write_bytes", "peaks.accumulator_bytes_per_cycle" },
};

/* Logarithmic axes: 10^first to 10^last. */
struct axes {
	double x_first, x_last, y_first, y_last;
	double width, height; /* of the plot */
	/* the roof as drawn: from its foot up to the ridge, then level */
	double foot_x, foot_y, ridge_x, roof_y;
};
struct roofs {
	double peak;        /* MAC/s */
	double bytes_per_s; /* of the memory */
};
struct dot {
	double intensity, rate; /* MAC/byte, MAC/s */
	double x, y, radius;
	size_t layer;
};

static struct roofs roofs_of(const struct npu__run *run,
			     const struct level *level)
{
	const double hz = npu__real(run->summary, "clock_hz");

	return (struct roofs){
		.peak = hz * npu__real(run->figures, "peaks.macs_per_cycle"),
		.bytes_per_s = hz * npu__real(run->figures, level->peak),
	};
}

/* 0 where the layer has no place: no MACs, no bytes. */
static int dot_of(const struct npu__run *run, size_t k,
		  const struct level *level, struct dot *out)
{
	const json_t *l = npu__layer(run, k);
	const double macs = npu__real(l, "macs");
	const double span = npu__real(l, "span_cycles");
	const double bytes =
		npu__real(l, level->read) + npu__real(l, level->written);

	if (macs <= 0 || span <= 0 || bytes <= 0)
		return 0;
	*out = (struct dot){
		.intensity = macs / bytes,
		.rate = macs / span * npu__real(run->summary, "clock_hz"),
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
static struct axes axes_of(const struct npu__figure *f,
			   const struct level *level)
{
	struct axes a = {
		.x_first = 300, .x_last = -300, .y_first = 300, .y_last = -300
	};
	struct dot dot;

	for (size_t r = 0; r < f->runs->count; r++) {
		const struct npu__run *run = &f->runs->run[r];
		struct roofs roofs;

		if (!run->figures)
			continue;
		roofs = roofs_of(run, level);
		if (!(roofs.peak > 0 && roofs.bytes_per_s > 0))
			continue;
		widen(&a.x_first, &a.x_last, roofs.peak / roofs.bytes_per_s);
		widen(&a.y_first, &a.y_last, roofs.peak);
		for (size_t k = 0; k < run->layer_count; k++)
			if (dot_of(run, k, level, &dot)) {
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

/* Ticks at powers of ten; where few are in sight, at 2 and 5 of them, too. */
static size_t ticks_of(double first, double last, double *ticks, size_t most)
{
	static const double steps[] = { 1, 2, 5 };
	const int each = last - first < 2.2 ? 3 : 1;
	size_t n = 0;

	for (int d = (int)floor(first); d <= (int)floor(last); d++)
		for (int i = 0; i < each; i++) {
			const double v = steps[i] * pow(10, d);

			if (log10(v) >= first && log10(v) <= last && n < most)
				ticks[n++] = v;
		}
	return n;
}

static void add_axes(const struct npu__figure *f, const struct axes *a,
		     const char *memory)
{
	const double bottom = TOP + a->height;
	double ticks[32];
	size_t n = ticks_of(a->x_first, a->x_last, ticks, 32);

	for (size_t i = 0; i < n; i++)
		npu_text_add(f->out,
			     "<path class=grid d=\"M%.1f %d V%.1f\"/><text "
			     "class=tick x=%.1f y=%.1f text-anchor=middle>%g"
			     "</text>",
			     x_of(a, ticks[i]), TOP, bottom, x_of(a, ticks[i]),
			     bottom + 16, ticks[i]);
	n = ticks_of(a->y_first, a->y_last, ticks, 32);
	for (size_t i = 0; i < n; i++) {
		npu_text_add(f->out,
			     "<path class=grid d=\"M%d %.1f h%.1f\"/><text "
			     "class=tick x=%d y=%.1f text-anchor=end>",
			     LEFT, y_of(a, ticks[i]), a->width, LEFT - 6,
			     y_of(a, ticks[i]) + 4);
		npu__html_quantity(f->out, ticks[i], "");
		npu_text_add(f->out, "</text>");
	}
	npu_text_add(f->out,
		     "<text class=tick x=%.1f y=%.1f text-anchor=middle>MAC "
		     "per byte of %s</text><text class=tick transform="
		     "\"translate(13 %.1f) rotate(-90)\" text-anchor=middle>"
		     "MAC/s in the layer\xe2\x80\x99s span</text>\n",
		     LEFT + a->width / 2, bottom + 36, memory,
		     TOP + a->height / 2);
}

/* Where the roof is drawn: its slope enters the plot from the left or from
 * below. */
static void place_roof(struct axes *a, const struct roofs *roofs)
{
	const double left = pow(10, a->x_first);
	const double below = pow(10, a->y_first) / roofs->bytes_per_s;
	const double from = left > below ? left : below;

	a->foot_x = x_of(a, from);
	a->foot_y = y_of(a, from * roofs->bytes_per_s);
	a->ridge_x = x_of(a, roofs->peak / roofs->bytes_per_s);
	a->roof_y = y_of(a, roofs->peak);
}

static void add_roof(const struct npu__figure *f, const struct axes *a,
		     const struct roofs *roofs)
{
	npu_text_add(f->out,
		     "<path class=roof d=\"M%.1f %.1f L%.1f %.1f H%.1f\"/>"
		     "<text class=rooftext x=%.1f y=%.1f text-anchor=end>"
		     "array ",
		     a->foot_x, a->foot_y, a->ridge_x, a->roof_y,
		     LEFT + a->width, LEFT + a->width - 4, a->roof_y - 6);
	npu__html_quantity(f->out, roofs->peak, "MAC/s");
	/* along the slope, in its middle */
	npu_text_add(f->out,
		     "</text><text class=rooftext transform=\"translate(%.1f "
		     "%.1f) rotate(%.1f)\" y=-6 text-anchor=middle>",
		     (a->foot_x + a->ridge_x) / 2, (a->foot_y + a->roof_y) / 2,
		     atan2(a->roof_y - a->foot_y, a->ridge_x - a->foot_x) *
			     57.29577951308232);
	npu__html_quantity(f->out, roofs->bytes_per_s, "B/s");
	npu_text_add(f->out, "</text>\n");
}

/* A shape for each bound, so that colour is not needed. */
static void add_dot(const struct npu__figure *f, const struct dot *d)
{
	const json_t *l = npu__layer(&f->runs->run[f->run], d->layer);
	const char *bound = npu__string(l, "bound");
	const double r = d->radius;

	if (!strcmp(bound, "dram"))
		npu_text_add(f->out,
			     "<path class=\"mark dot b1\" d=\"M%.1f "
			     "%.1f h%.1f v%.1f h%.1f z\"",
			     d->x - 0.89 * r, d->y - 0.89 * r, 1.78 * r,
			     1.78 * r, -1.78 * r);
	else if (!strcmp(bound, "scratchpad"))
		npu_text_add(f->out,
			     "<path class=\"mark dot b2\" d=\"M%.1f "
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
		     d->rate * 1e-9);
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

/* Does the slope of the roof run through the name? */
static int is_on_slope(const struct label *at, const struct axes *a)
{
	const double from = fmax(at->x, a->foot_x);
	const double to = fmin(at->x + at->width, a->ridge_x);
	const double slope = (a->roof_y - a->foot_y) / (a->ridge_x - a->foot_x);

	return from < to &&
	       a->foot_y + slope * (from - a->foot_x) > at->y - 12 &&
	       a->foot_y + slope * (to - a->foot_x) < at->y + 6;
}

static int is_free(const struct label *at, const struct axes *a,
		   const struct dot *dots, size_t count,
		   const struct label *taken, size_t named)
{
	if (at->x < LEFT || at->x + at->width > LEFT + a->width ||
	    at->y < a->roof_y + 14 || at->y > TOP + a->height ||
	    is_on_slope(at, a))
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

/* Names of the slowest dot and of the largest, where there is room. */
static void name_dots(const struct npu__figure *f, const struct axes *a,
		      const struct dot *dots, size_t count)
{
	struct label taken[NAMED];
	size_t named = 0, slowest = 0;

	for (size_t i = 1; i < count; i++)
		if (dots[i].rate < dots[slowest].rate)
			slowest = i;
	for (size_t i = 0; i <= count && i < TRIED && named < NAMED; i++) {
		const struct dot *d = &dots[i ? i - 1 : slowest];
		const char *name = npu__string(
			npu__layer(&f->runs->run[f->run], d->layer), "name");
		const size_t length = strlen(name);
		/* model: 6 units a character of the label's font */
		const double width = 6.0 * (double)(length < NPU__NAME_SHORT
							    ? length
							    : NPU__NAME_SHORT);

		if ((i && i - 1 == slowest) || count == 0)
			continue;
		if (!place_label(d, a, dots, count, taken, named, width,
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
		     const struct level *level)
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

		if (!dot_of(run, k, level, d))
			continue;
		d->x = x_of(a, d->intensity);
		d->y = y_of(a, d->rate);
		d->radius = fmax(
			2.8, 34 * sqrt(npu__real(npu__layer(run, k), "cycles") /
				       cycles));
		count++;
	}
	qsort(dots, count, sizeof *dots, by_radius);
	for (size_t i = 0; i < count; i++) /* small ones on top */
		add_dot(f, &dots[i]);
	name_dots(f, a, dots, count);
	free(dots);
}

void npu__svg_roofline(const struct npu__figure *f, size_t memory)
{
	const struct npu__run *run = &f->runs->run[f->run];
	const struct level *level = &levels[memory];
	const struct roofs roofs = roofs_of(run, level);
	struct axes a = axes_of(f, level);

	npu__svg_begin(f, HEIGHT, level->id, level->title,
		       "Each layer with MACs is a mark: its MACs per byte "
		       "against its MACs per second. Its area is its share of "
		       "the time; its shape is what it is bound by.");
	npu_text_add(f->out, "<text class=head x=%d y=13>%s</text>\n", LEFT,
		     level->memory);
	if (roofs.peak > 0 && roofs.bytes_per_s > 0) {
		place_roof(&a, &roofs);
		add_axes(f, &a, level->memory);
		add_roof(f, &a, &roofs);
		add_dots(f, &a, level);
	}
	npu__svg_end(f);
}
