/* traces/npu_svg_tornado.c - what each axis does to an objective: bars from its
 * least to its largest factor, the strongest on top.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_sweep_view_internal.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
	ROW = 40,
	BAR = 20,
	TOP = 26,
	BOTTOM = 12,
	LEFT = 226,
	RIGHT = 106,
	NAME = 122
}; /* where names end: beyond it the labels of bars */

struct tornado {
	const struct npu__plot *p;
	const struct npu__effects *effects;
	struct npu__scale scale; /* of factors */
	int goal;
};

static struct npu__scale scale_of(const struct npu__plot *p,
				  const struct npu__effects *e)
{
	double most = 1.02;

	for (size_t a = 0; a < e->count; a++) {
		most = fmax(most, e->axis[a].factor[e->axis[a].high]);
		most = fmax(most, 1 / e->axis[a].factor[e->axis[a].low]);
	}
	most = pow(most, 1.3);
	return (struct npu__scale){
		.from = 1 / most,
		.to = most,
		.start = LEFT,
		.end = p->f->width - RIGHT,
		.is_log = 1,
	};
}

static void add_grid(const struct tornado *t, double bottom)
{
	static const double factors[] = { 1.0 / 64, 1.0 / 16, 0.25, 0.5, 0.8,
					  0.9,      0.95,     0.98, 1,   1.02,
					  1.05,     1.1,      1.25, 2,   4,
					  16,       64 };
	struct npu_text *out = t->p->f->out;
	double last = 0;

	for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++) {
		const double x = npu__scale_at(&t->scale, factors[i]);

		if (x < t->scale.start || x > t->scale.end ||
		    (x - last < 46 && factors[i] != 1))
			continue;
		if (factors[i] < 1 && npu__scale_at(&t->scale, 1) - x < 46)
			continue;
		last = x;
		npu_text_add(out,
			     "<path class=%s d=\"M%.1f %d V%.1f\"/><text "
			     "class=tick x=%.1f y=14 text-anchor=middle>"
			     "\xc3\x97%.3g</text>\n",
			     factors[i] == 1 ? "roof" : "grid", x, TOP - 5,
			     bottom, x, factors[i]);
	}
}

/* The part of a bar on one side of x1, with the level at its end. */
static void add_half(const struct tornado *t, const struct npu__effect *e,
		     uint32_t level, double y)
{
	const struct npu_sweep_parameter *key =
		&t->p->t->parameters[e->parameter];
	struct npu_text *out = t->p->f->out;
	const double one = npu__scale_at(&t->scale, 1);
	const double x = npu__scale_at(&t->scale, e->factor[level]);
	const int less = e->factor[level] < 1;
	const int good = less == (t->goal < 0);

	npu_text_add(out,
		     "<rect class=\"mark %s\" x=%.1f y=%.1f width=%.1f "
		     "height=%d><title>%s = ",
		     good ? "s0" : "s3", less ? x : one, y,
		     fabs(x - one) < 1 ? 1 : fabs(x - one), BAR, key->name);
	npu__html_name(out, key->levels[level], NPU__NAME_SHORT);
	npu_text_add(out,
		     ": \xc3\x97%.4g</title></rect><text class=label "
		     "x=%.1f y=%.1f text-anchor=%s>",
		     e->factor[level], less ? x - 5 : x + 5, y + 14,
		     less ? "end" : "start");
	npu__html_name(out, key->levels[level], 14);
	npu_text_add(out, " \xc3\x97%.3g</text>\n", e->factor[level]);
}

static void add_table(const struct tornado *t)
{
	struct npu_text *out = t->p->f->out;

	npu__html_begin_data(out, "factors of each value");
	npu__html_head(out, "parameter", "", "the first key of the axis", 0);
	npu__html_head(out, "value", "", "as chip files have it", 0);
	npu__html_head(out, "factor", "", "on the objective", 1);
	npu__html_head(out, "points", "", "that have it", 1);
	npu_text_add(out, "</tr></thead><tbody>\n");
	for (size_t a = 0; a < t->effects->count; a++) {
		const struct npu__effect *e = &t->effects->axis[a];
		const struct npu_sweep_parameter *key =
			&t->p->t->parameters[e->parameter];

		for (uint32_t l = 0; l < key->level_count; l++) {
			if (!e->count[l])
				continue;
			npu_text_add(out, "<tr><th scope=row>%s</th><td>",
				     key->name);
			npu__html_name(out, key->levels[l], NPU__NAME_SHORT);
			npu_text_add(out, "</td>");
			npu__html_computed(out, e->factor[l]);
			npu__html_computed(out, e->count[l]);
			npu_text_add(out, "</tr>\n");
		}
	}
	npu__html_end_data(out);
}

static void draw(const struct tornado *t)
{
	const size_t n = t->effects->count;
	const double bottom = TOP + (double)n * ROW;
	struct npu_text *out = t->p->f->out;

	npu__svg_begin(t->p->f, bottom + BOTTOM, "tornado", "Sensitivity",
		       "A bar an axis, from the value that gives the least to "
		       "the one that gives the most, as factors.");
	add_grid(t, bottom);
	for (size_t a = 0; a < n; a++) {
		const struct npu__effect *e = &t->effects->axis[a];
		const double y = TOP + (double)a * ROW + (ROW - BAR) / 2.0;

		npu_text_add(out, "<text x=%d y=%.1f text-anchor=end>%s</text>",
			     NAME, y + 14,
			     t->p->t->parameters[e->parameter].name);
		add_half(t, e, e->low, y);
		add_half(t, e, e->high, y);
	}
	npu__svg_end(t->p->f);
	add_table(t);
}

void npu__svg_tornado(const struct npu__plot *p, size_t objective)
{
	struct npu__effects effects;
	struct tornado t = {
		.p = p,
		.effects = &effects,
		.goal = p->t->figures[objective].goal,
	};

	if (!npu__effects_find(p->t, p->group, objective, &effects)) {
		p->f->out->failed = 1;
	} else if (effects.count) {
		t.scale = scale_of(p, &effects);
		draw(&t);
		if (!isnan(effects.explained))
			npu_text_add(
				p->f->out,
				"<p class=note>The axes, each for itself, "
				"explain %.1f\xc2\xa0%% of how %s varies; "
				"the rest is how axes act "
				"together.</p>\n",
				100 * effects.explained,
				npu__measure_of(p->t->figures[objective].name)
					.label);
	}
	npu__effects_clear(&effects);
}
