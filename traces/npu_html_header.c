/* traces/npu_html_header.c - what a report of runs says first: is the chip good
 * for the network, and what limits it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_html_internal.h"

/* "resnet50 on edge" */
static void add_run_name(struct npu_text *out, const struct npu__run *run)
{
	npu_text_add(out, "<bdi>");
	npu__html_name(out, npu__string(run->summary, "network"),
		       NPU__NAME_LONG);
	npu_text_add(out, "</bdi> on <bdi>");
	npu__html_name(out, npu__string(run->summary, "chip"), NPU__NAME_LONG);
	npu_text_add(out, "</bdi>");
}

void npu__html_runs_title(struct npu_text *out, const struct npu_runs *runs)
{
	for (size_t r = 0; r < runs->count; r++) {
		const json_t *s = runs->run[r].summary;

		npu_text_add(out, r ? "; " : "");
		npu__html_name(out, npu__string(s, "network"), NPU__NAME_LONG);
		npu_text_add(out, " on ");
		npu__html_name(out, npu__string(s, "chip"), NPU__NAME_LONG);
	}
}

/* ---- in words ---- */

/* The two components that take most: dram (38 %) and accumulator (22 %). */
static void add_energy(struct npu_text *out, const struct npu__run *run)
{
	const double whole = npu__real(run->summary, "energy_pj.total");
	int first = 0, second = 1;

	if (!(whole > 0))
		return;
	for (int c = 0; c < NPU_COMPONENT_COUNT; c++) {
		const double v =
			npu__real(run->summary, npu__component[c].name);

		if (v > npu__real(run->summary, npu__component[first].name)) {
			second = first;
			first = c;
		} else if (c != first &&
			   (second == first ||
			    v > npu__real(run->summary,
					  npu__component[second].name))) {
			second = c;
		}
	}
	npu_text_add(
		out,
		" Most of the energy goes to <strong>%s</strong> "
		"(%.1f\xc2\xa0%%) and <strong>%s</strong> "
		"(%.1f\xc2\xa0%%).",
		npu__last_part(npu__component[first].name),
		100 / whole *
			npu__real(run->summary, npu__component[first].name),
		npu__last_part(npu__component[second].name),
		100 / whole *
			npu__real(run->summary, npu__component[second].name));
}

static void add_verdict(struct npu_text *out, const struct npu__run *run,
			int has_label)
{
	const struct npu__verdict v = npu__verdict(run);

	npu_text_add(out, "<p class=verdict>");
	if (has_label) {
		npu_text_add(out, "<strong><bdi>");
		npu__html_name(out, run->label, NPU__NAME_LONG);
		npu_text_add(out, "</bdi></strong>: ");
	}
	add_run_name(out, run);
	npu_text_add(out,
		     " is bound by <strong>%s</strong>: <strong>%.1f\xc2"
		     "\xa0%%</strong> of that roof is reached",
		     v.roof, v.roof_percent);
	if (v.worst_layer) {
		npu_text_add(out,
			     "; the largest loss is <strong>%s</strong>, %.1f"
			     "\xc2\xa0%% of all cycles, most of it in <bdi>",
			     npu__remedy[v.worst].name, v.worst_percent);
		npu__html_name(out, v.worst_layer, NPU__NAME_LONG);
		npu_text_add(out, "</bdi> (what would help: %s)", v.help);
	}
	npu_text_add(out, ".");
	add_energy(out, run);
	npu_text_add(out, "</p>\n");
}

/* Run r against the first. */
static void add_against(struct npu_text *out, const struct npu_runs *runs,
			size_t r)
{
	double time, energy;

	if (!npu__against_first(runs, r, &time, &energy))
		return;
	npu_text_add(out, "<p class=verdict><bdi>");
	npu__html_name(out, runs->run[r].label, NPU__NAME_LONG);
	npu_text_add(out,
		     "</bdi> is <strong>%.3g\xc3\x97</strong> %s than "
		     "<bdi>",
		     time > 1 ? time : 1 / time,
		     time > 1 ? "slower" : "faster");
	npu__html_name(out, runs->run[0].label, NPU__NAME_LONG);
	npu_text_add(out,
		     "</bdi> and takes <strong>%.3g\xc3\x97</strong> its "
		     "energy.</p>\n",
		     energy);
}

static void add_facts(struct npu_text *out, const struct npu__run *run)
{
	const json_t *s = run->summary;
	const double hz = npu__real(s, "clock_hz");

	npu_text_add(out, "<p class=facts>");
	npu__html_name(out, npu__string(s, "precision"), NPU__NAME_SHORT);
	npu_text_add(out, ", batch %.0f; ", npu__real(s, "batch"));
	if (run->figures) {
		npu_text_add(out, "array ");
		npu__html_quantity(
			out,
			hz * npu__real(run->figures, "peaks.macs_per_cycle"),
			"MAC/s");
		npu_text_add(out, " at ");
	}
	npu__html_quantity(out, hz, "Hz");
	npu_text_add(out, ", DRAM ");
	npu__html_quantity(out, 1e9 * npu__real(s, "dram_peak_gb_per_s"),
			   "B/s");
	npu_text_add(out, " at most; ");
	npu__html_number(out, npu__real(s, "cycles"));
	npu_text_add(out, " cycles, %zu layers, ", run->layer_count);
	npu__html_name(out, npu__string(s, "mode"), NPU__NAME_SHORT);
	npu_text_add(out, " run</p>\n");
}

/* ---- of one run: cards ---- */

static void add_card(struct npu_text *out, const struct npu__run *run,
		     const char *path, const char *label)
{
	const struct npu__measure m = npu__measure_of(path);

	npu_text_add(out, "<div class=card><dt>%s</dt><dd>", label);
	npu__html_measure(out, &m, npu__real(run->summary, path));
	npu_text_add(out, "</dd></div>");
}

static void add_reference(struct npu_text *out, const struct npu__run *run)
{
	const json_t *s = run->summary, *sqnr;

	if (!npu__member(s, "reference"))
		return;
	sqnr = npu__member(s, "reference.sqnr_db");
	npu_text_add(out,
		     "<div class=card><dt>equal to the reference</dt><dd>"
		     "%s</dd></div><div class=card><dt>SQNR</dt><dd>",
		     json_is_true(npu__member(s, "reference.bit_exact"))
			     ? "every bit"
			     : "no");
	if (json_is_number(sqnr))
		npu_text_add(out,
			     "%.1f\xc2\xa0"
			     "dB",
			     json_number_value(sqnr));
	else
		npu_text_add(out, "no error");
	npu_text_add(out, "</dd></div>");
}

static void add_cards(struct npu_text *out, const struct npu__run *run)
{
	const double energy = npu__real(run->summary, "energy_pj.total");

	npu_text_add(out, "<dl class=cards>");
	for (size_t i = 0; i < NPU__FIRST_COUNT; i++)
		add_card(out, run, npu__first[i].name, npu__first[i].unit);
	if (energy > 0)
		npu_text_add(out,
			     "<div class=card><dt title=\"10^12 operations a "
			     "joule, 2 a MAC\">TOPS per watt</dt><dd>%.3g"
			     "</dd></div>",
			     2 * npu__real(run->summary, "macs") / energy);
	add_reference(out, run);
	npu_text_add(out, "</dl>\n");
}

/* ---- of several: a row each ---- */

static void add_run_row(struct npu_text *out, const struct npu_runs *runs,
			size_t r, const struct npu__column_unit *unit)
{
	npu_text_add(out, "<tr><th scope=row><bdi>");
	npu__html_name(out, runs->run[r].label, NPU__NAME_LONG);
	npu_text_add(out, "</bdi></th><td class=text>");
	add_run_name(out, &runs->run[r]);
	npu_text_add(out, "</td>");
	for (size_t i = 0; i < NPU__FIRST_COUNT; i++)
		npu__html_scaled_cell(out, runs, (struct npu__cell){ r, -1 },
				      npu__first[i].name, unit[i].scale);
	npu_text_add(out, "</tr>\n");
}

static void add_run_table(struct npu_text *out, const struct npu_runs *runs)
{
	struct npu__column_unit unit[NPU__FIRST_COUNT];

	npu_text_add(out, "<div class=scroll tabindex=0 role=group aria-label="
			  "\"Runs, table\"><table class=sortable><thead><tr>");
	npu__html_head(out, "run", "", "its directory", 0);
	npu__html_head(out, "is", "", "network on chip", 0);
	for (size_t i = 0; i < NPU__FIRST_COUNT; i++)
		unit[i] = npu__html_unit_head(out, runs, &npu__first[i]);
	npu_text_add(out, "</tr></thead><tbody>\n");
	for (size_t r = 0; r < runs->count; r++)
		add_run_row(out, runs, r, unit);
	npu_text_add(out, "</tbody></table></div>\n");
}

void npu__html_runs_header(struct npu_text *out, const struct npu_runs *runs)
{
	npu_text_add(out, "<h1>");
	if (runs->count == 1) {
		add_run_name(out, &runs->run[0]);
		npu_text_add(out, "</h1>\n");
		add_verdict(out, &runs->run[0], 0);
		add_facts(out, &runs->run[0]);
		add_cards(out, &runs->run[0]);
		npu_text_add(out, "</header>\n");
		return;
	}
	npu_text_add(out, "%zu runs compared</h1>\n<div class=verdicts>",
		     runs->count);
	for (size_t r = 1; r < runs->count; r++)
		add_against(out, runs, r);
	npu_text_add(out, "</div>\n");
	add_run_table(out, runs);
	npu_text_add(out, "<div class=verdicts>\n");
	for (size_t r = 0; r < runs->count; r++)
		add_verdict(out, &runs->run[r], 1);
	npu_text_add(out, "</div>\n</header>\n");
}
