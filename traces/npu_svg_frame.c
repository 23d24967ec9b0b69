/* traces/npu_svg_frame.c - the frame of a figure: title, axis steps, legend.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_html_internal.h"
#include <math.h>

/* A figure is not drawn smaller than this: its letters stay readable on a
 * phone, where it scrolls. */
static const double LEAST = 0.78;

void npu__svg_begin(const struct npu__figure *f, double height, const char *id,
		    const char *title, const char *about)
{
	npu_text_add(f->out,
		     "<figure><div class=\"scroll plot\" tabindex=0 role=group "
		     "aria-label=\"%s, figure\"><svg role=img aria-labelledby="
		     "\"%s-%zu-t %s-%zu-d\" viewBox=\"0 0 %.0f %.0f\" "
		     "style=\"min-width:%.0fpx\"><title id=%s-%zu-t>%s</title>"
		     "<desc id=%s-%zu-d>",
		     title, id, f->run, id, f->run, f->width, height,
		     f->width * LEAST, id, f->run, title, id, f->run);
	npu__html_text(f->out, about);
	npu_text_add(f->out, "</desc>\n");
}

void npu__svg_end(const struct npu__figure *f)
{
	npu_text_add(f->out, "</svg></div><output class=readout></output>"
			     "</figure>\n");
}

double npu__svg_step(double top, int most)
{
	double step, least = top / most;

	if (!(top > 0))
		return 1;
	step = pow(10, floor(log10(least)));
	if (least > 5 * step)
		return 10 * step;
	if (least > 2 * step)
		return 5 * step;
	return least > step ? 2 * step : step;
}

/* Series that are 0 in every run are left out. */
void npu__html_legend(struct npu_text *out, const struct npu_runs *runs,
		      const struct npu__stack *s)
{
	npu_text_add(out, "<ul class=legend>");
	for (size_t i = 0; i < s->count; i++) {
		double most = 0;

		for (size_t r = 0; r < runs->count; r++) {
			const json_t *sum = runs->run[r].summary;
			double whole = npu__real(sum, s->total);
			double part = npu__real(sum, s->series[i].name);

			if (whole > 0 && part / whole > most)
				most = part / whole;
		}
		if (most <= 0)
			continue;
		npu_text_add(out,
			     "<li title=\"%s\"><svg class=swatch width=20 "
			     "height=13 aria-hidden=true><rect width=20 "
			     "height=13 rx=2 class=s%zu /></svg>%s <small>",
			     s->series[i].doc, s->first_class + i,
			     s->labels[i].name);
		if (runs->count > 1)
			npu_text_add(out, "up to ");
		npu_text_add(out, "%s%.1f\xc2\xa0%%</small></li>",
			     most < 0.001 ? "&lt;" : "",
			     most < 0.001 ? 0.1 : 100 * most);
	}
	npu_text_add(out, "</ul>\n");
}
