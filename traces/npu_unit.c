/* traces/npu_unit.c - the units that figures are read in, from their names.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_html_internal.h"
#include <stdio.h>
#include <string.h>

struct npu__measure npu__measure_of(const char *figure)
{
	static const struct {
		const char *end, *unit;
		double scale;
		uint8_t is_ratio, has_prefix;
	} known[] = {
		{ "_pj_s", "J\xc2\xb7s", 1e-12, 0, 1 },
		{ "_gb_per_s", "B/s", 1e9, 0, 1 },
		{ "_per_s", "/s", 1, 0, 0 },
		{ "_ns", "s", 1e-9, 0, 1 },
		{ "_pj", "J", 1e-12, 0, 1 },
		{ "_mw", "W", 1e-3, 0, 1 },
		{ "_mm2", "mm\xc2\xb2", 1, 0, 0 },
		{ "_bytes", "B", 1, 0, 1 },
		{ "_ratio", "%", 100, 1, 0 },
	};
	struct npu__measure m = { .unit = "", .scale = 1, .has_prefix = 1 };
	size_t length = strcspn(figure, "."); /* of "energy_pj.total" */

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		const size_t n = strlen(known[i].end);

		if (length <= n ||
		    strncmp(figure + length - n, known[i].end, n))
			continue;
		length -= n;
		m.unit = known[i].unit;
		m.scale = known[i].scale;
		m.is_ratio = known[i].is_ratio;
		m.has_prefix = known[i].has_prefix;
		break;
	}
	snprintf(m.label, sizeof m.label, "%.*s", (int)length, figure);
	for (char *c = m.label; *c; c++)
		if (*c == '_')
			*c = ' ';
	return m;
}

void npu__html_measure(struct npu_text *out, const struct npu__measure *measure,
		       double value)
{
	const double v = value * measure->scale;

	if (measure->has_prefix)
		npu__html_quantity(out, v, measure->unit);
	else
		npu_text_add(out, "%.3g\xc2\xa0%s", v, measure->unit);
}

struct npu__column_unit npu__unit_for(const char *figure, double middle)
{
	static const char *const prefix[] = { "p", "n", "\xc2\xb5", "m", "",
					      "k", "M", "G",        "T", "P" };
	const struct npu__measure m = npu__measure_of(figure);
	struct npu__column_unit out = { .scale = m.scale };
	int i = 4;

	middle = middle > 0 ? middle * m.scale : 1;
	/* so that most values have a digit or more before the point */
	while (m.has_prefix && middle >= 2000 && i < 9) {
		middle /= 1000;
		out.scale /= 1000;
		i++;
	}
	while (m.has_prefix && middle < 0.5 && i > 0) {
		middle *= 1000;
		out.scale *= 1000;
		i--;
	}
	snprintf(out.unit, sizeof out.unit, "%s%s", prefix[i], m.unit);
	return out;
}
