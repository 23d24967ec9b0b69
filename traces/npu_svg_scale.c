/* traces/npu_svg_scale.c - axes of plots, linear or logarithmic.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_sweep_view_internal.h"
#include <math.h>

enum { TICKS = 16 };

struct npu__scale npu__scale_make(double least, double largest, double start,
				  double end)
{
	struct npu__scale s = { .start = start, .end = end };
	double margin;

	s.is_log = least > 0 && largest / least > 8;
	if (s.is_log) {
		margin = pow(largest / least, 0.05);
		s.from = least / margin;
		s.to = largest * margin;
		return s;
	}
	margin = largest > least ? 0.05 * (largest - least)
				 : 0.1 * fabs(largest) + (largest == 0);
	s.from = least - margin;
	s.to = largest + margin;
	if (least >= 0 && s.from < 0)
		s.from = 0;
	return s;
}

double npu__scale_at(const struct npu__scale *s, double value)
{
	const double share =
		s->is_log ? log(value / s->from) / log(s->to / s->from)
			  : (value - s->from) / (s->to - s->from);

	return s->start + share * (s->end - s->start);
}

/* 1, 2, 5 of each decade, or as many of these as there is room for. */
static size_t log_ticks(const struct npu__scale *s, int most, double *ticks)
{
	static const double steps[] = { 1, 2, 5 };
	const double decades = log10(s->to / s->from);
	const int each = decades * 3 <= most ? 3 : 1;
	const int skip = (int)ceil(decades / most);
	size_t n = 0;

	for (int d = (int)floor(log10(s->from)); pow(10, d) <= s->to;
	     d += skip > 1 ? skip : 1)
		for (int i = 0; i < each; i++) {
			const double v = steps[i] * pow(10, d);

			if (v >= s->from && v <= s->to && n < TICKS)
				ticks[n++] = v;
		}
	return n;
}

size_t npu__scale_ticks(const struct npu__scale *s, int most, double *ticks)
{
	double step = npu__svg_step(s->to - s->from, most);
	size_t n = 0;

	if (s->is_log)
		return log_ticks(s, most, ticks);
	/* one tick tells no scale */
	if (floor(s->to / step) - ceil(s->from / step) < 1)
		step /= 2;
	for (double i = ceil(s->from / step); i * step <= s->to && n < TICKS;
	     i++)
		ticks[n++] = i * step;
	return n;
}
