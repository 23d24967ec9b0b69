/* traces/npu_html.c - the report as one HTML file: its page and sections.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_html_internal.h"
#include <string.h>

enum { WIDE = 1080, NARROW = 560 };

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

static void add_title(struct npu_text *out, const struct npu_runs *runs)
{
	for (size_t r = 0; r < runs->count; r++) {
		const json_t *s = runs->run[r].summary;

		npu_text_add(out, r ? "; " : "");
		npu__html_name(out, npu__string(s, "network"), NPU__NAME_LONG);
		npu_text_add(out, " on ");
		npu__html_name(out, npu__string(s, "chip"), NPU__NAME_LONG);
	}
}

static void add_verdict(struct npu_text *out, const struct npu__run *run)
{
	const struct npu__verdict v = npu__verdict(run);

	npu_text_add(out, "<p class=verdict>");
	add_run_name(out, run);
	npu_text_add(out, " is bound by <strong>%s</strong>: <strong>%.1f\xc2"
			  "\xa0%%</strong> of that roof is reached",
		     v.roof, v.roof_percent);
	if (v.worst_layer) {
		npu_text_add(out,
			     "; the largest loss is <strong>%s</strong>, %.1f"
			     "\xc2\xa0%% of all cycles, most of it in <bdi>",
			     npu__remedy[v.worst].name, v.worst_percent);
		npu__html_name(out, v.worst_layer, NPU__NAME_LONG);
		npu_text_add(out, "</bdi> (what would help: %s)",
			     npu__remedy[v.worst].doc);
	}
	npu_text_add(out, ".</p>\n");
}

/* Run r against the first, in words. */
static void add_against(struct npu_text *out, const struct npu_runs *runs,
			size_t r)
{
	const json_t *first = runs->run[0].summary, *s = runs->run[r].summary;
	const double time = npu__real(s, "latency_ns") /
			    npu__real(first, "latency_ns");
	const double energy = npu__real(s, "energy_pj.total") /
			      npu__real(first, "energy_pj.total");

	if (!(time > 0 && time < 1e12 && energy > 0 && energy < 1e12))
		return;
	npu_text_add(out, "<p class=verdict><bdi>");
	npu__html_name(out, runs->run[r].label, NPU__NAME_LONG);
	npu_text_add(out, "</bdi> is <strong>%.3g\xc3\x97</strong> %s than "
			  "<bdi>",
		     time > 1 ? time : 1 / time, time > 1 ? "slower" : "faster");
	npu__html_name(out, runs->run[0].label, NPU__NAME_LONG);
	npu_text_add(out,
		     "</bdi> and takes <strong>%.3g\xc3\x97</strong> its "
		     "energy.</p>\n",
		     energy);
}

static void add_card(struct npu_text *out, const char *label,
		     const struct npu__run *run, const char *path, double scale,
		     const char *unit)
{
	npu_text_add(out, "<div class=card><dt>%s</dt><dd>", label);
	if (scale > 0)
		npu__html_quantity(out,
				   npu__real(run->summary, path) * scale,
				   unit);
	else
		npu_text_add(out, "%.1f\xc2\xa0%%",
			     100 * npu__real(run->summary, path));
	npu_text_add(out, "</dd></div>");
}

static void add_reference(struct npu_text *out, const struct npu__run *run)
{
	const json_t *s = run->summary, *sqnr;

	if (!npu__member(s, "reference"))
		return;
	sqnr = npu__member(s, "reference.sqnr_db");
	npu_text_add(out, "<div class=card><dt>equal to the reference</dt><dd>"
			  "%s</dd></div><div class=card><dt>SQNR</dt><dd>",
		     json_is_true(npu__member(s, "reference.bit_exact"))
			     ? "every bit"
			     : "no");
	if (json_is_number(sqnr))
		npu_text_add(out, "%.1f\xc2\xa0" "dB", json_number_value(sqnr));
	else
		npu_text_add(out, "no error");
	npu_text_add(out, "</dd></div>");
}

static void add_cards(struct npu_text *out, const struct npu__run *run)
{
	npu_text_add(out, "<dl class=cards>");
	add_card(out, "latency", run, "latency_ns", 1e-9, "s");
	add_card(out, "images a second", run, "frames_per_s", 1, "");
	add_card(out, "of the roof", run, "roof_ratio", 0, "");
	add_card(out, "array in use", run, "utilization_ratio", 0, "");
	add_card(out, "DRAM, average", run, "dram_bw_avg_gb_per_s", 1e9, "B/s");
	add_card(out, "energy", run, "energy_pj.total", 1e-12, "J");
	add_card(out, "power, average", run, "power_avg_mw", 1e-3, "W");
	add_reference(out, run);
	npu_text_add(out, "</dl>\n");
}

static void add_facts(struct npu_text *out, const struct npu__run *run)
{
	const json_t *s = run->summary;

	npu_text_add(out, "<p class=facts>");
	npu__html_name(out, npu__string(s, "precision"), NPU__NAME_SHORT);
	npu_text_add(out, ", batch %.0f, ", npu__real(s, "batch"));
	npu__html_quantity(out, npu__real(s, "clock_hz"), "Hz");
	npu_text_add(out, ", ");
	npu__html_number(out, npu__real(s, "cycles"));
	npu_text_add(out, " cycles, %zu layers, ", run->layer_count);
	npu__html_name(out, npu__string(s, "mode"), NPU__NAME_SHORT);
	npu_text_add(out, " run</p>\n");
}

static void add_header(struct npu_text *out, const struct npu_runs *runs)
{
	npu_text_add(out, "<h1>");
	if (runs->count == 1)
		add_run_name(out, &runs->run[0]);
	else
		npu_text_add(out, "%zu runs compared", runs->count);
	npu_text_add(out, "</h1>\n");
	for (size_t r = 1; r < runs->count; r++)
		add_against(out, runs, r);
	npu_text_add(out, "<div class=runs>\n");
	for (size_t r = 0; r < runs->count; r++) {
		npu_text_add(out, "<div class=run>");
		if (runs->count > 1) {
			npu_text_add(out, "<h2 class=label><bdi>");
			npu__html_name(out, runs->run[r].label, NPU__NAME_LONG);
			npu_text_add(out, "</bdi></h2>");
		}
		add_verdict(out, &runs->run[r]);
		add_facts(out, &runs->run[r]);
		add_cards(out, &runs->run[r]);
		npu_text_add(out, "</div>\n");
	}
	npu_text_add(out, "</div>\n</header>\n");
}

/* ---- sections ---- */

static const struct npu__column layer_bytes[] = {
	{ "span_cycles", "", "first issue to last completion, cycles" },
	{ "dram_read_bytes", "", "bytes read from DRAM" },
	{ "dram_write_bytes", "", "bytes written to DRAM" },
	{ "spad_read_bytes", "", "bytes read from the scratchpad" },
	{ "spad_write_bytes", "", "bytes written to the scratchpad" },
};
static const struct npu__column component_labels[NPU_COMPONENT_COUNT] = {
#define NPU_COMPONENT(name, doc) { #name, "", doc },
#include "traces/npu_energy.def"
};
static const struct npu__stack stalls = {
	.id = "stalls",
	.title = "Where the cycles of each layer went",
	.about = "A bar a layer, as long as its cycles, split by what the "
		 "array did or waited for.",
	.unit = "cycles",
	.series = npu__stall,
	.labels = npu__remedy,
	.count = NPU_STALL_COUNT,
	.total = "cycles",
};
static const struct npu__stack energy = {
	.id = "energy",
	.title = "Energy of each layer",
	.about = "A bar a layer, as long as its energy, split by component.",
	.unit = "J",
	.scale = 1e-12,
	.series = npu__component,
	.labels = component_labels,
	.count = NPU_COMPONENT_COUNT,
	.total = "energy_pj.total",
	.first_class = 10,
};

typedef void panel_fn(const struct npu__figure *f);

static void stalls_panel(const struct npu__figure *f)
{
	npu__svg_stack(f, &stalls);
	npu__html_series_table(f->out, f->runs, f->run, "cycles per layer",
			       npu__stall, NPU_STALL_COUNT, "cycles");
}

static void energy_panel(const struct npu__figure *f)
{
	npu__svg_stack(f, &energy);
	npu__html_series_table(f->out, f->runs, f->run, "energy per layer",
			       npu__component, NPU_COMPONENT_COUNT,
			       "energy_pj.total");
}

static void roofline_panel(const struct npu__figure *f)
{
	const struct npu__figure half = { f->out, f->runs, f->run, NARROW };

	npu_text_add(f->out, "<div class=pair>\n");
	npu__svg_roofline(&half, 0);
	npu__svg_roofline(&half, 1);
	npu_text_add(f->out, "</div>\n");
	npu__html_series_table(f->out, f->runs, f->run,
			       "work and traffic per layer", layer_bytes,
			       sizeof layer_bytes / sizeof layer_bytes[0],
			       "macs");
}

static void layers_panel(const struct npu__figure *f)
{
	npu__html_layer_table(f->out, f->runs, f->run);
}

/* A panel a run, side by side. */
static void add_panels(struct npu_text *out, const struct npu_runs *runs,
		       panel_fn *panel, int needs_figures)
{
	struct npu__figure f = {
		.out = out,
		.runs = runs,
		.width = runs->count == 1 ? WIDE : NARROW,
	};

	npu_text_add(out, "<div class=runs>\n");
	for (f.run = 0; f.run < runs->count; f.run++) {
		const struct npu__run *run = &runs->run[f.run];

		npu_text_add(out, "<div class=run>");
		if (runs->count > 1) {
			npu_text_add(out, "<h3><bdi>");
			npu__html_name(out, run->label, NPU__NAME_LONG);
			npu_text_add(out, "</bdi></h3>\n");
		}
		if (!needs_figures || run->figures)
			panel(&f);
		else
			npu_text_add(out, "<p class=note>The run directory has "
					  "no figures.json.</p>");
		npu_text_add(out, "</div>\n");
	}
	npu_text_add(out, "</div>\n");
}

static void add_cycle_sections(struct npu_text *out,
			       const struct npu_runs *runs)
{
	npu__html_begin_section(out, "stalls", "Where the cycles went",
		      "Every cycle of the run belongs to the oldest unfinished "
		      "layer, and to exactly one bin.");
	npu__html_legend(out, runs, &stalls);
	add_panels(out, runs, stalls_panel, 0);
	npu_text_add(out, "</section>\n");
	npu__html_begin_section(out, "layers", "Layers",
		      "The numbers of <code>summary.json</code>. cycles: the "
		      "layer\xe2\x80\x99s share of the run; span: from its "
		      "first issue to its last completion, which overlaps "
		      "that of its neighbours.");
	if (runs->count > 1)
		npu__html_layers_compared(out, runs);
	add_panels(out, runs, layers_panel, 0);
	npu_text_add(out, "</section>\n");
	npu__html_begin_section(out, "energy", "Energy",
		      "Counts of actions times the table of the chip\xe2\x80"
		      "\x99s technology.");
	npu__html_legend(out, runs, &energy);
	add_panels(out, runs, energy_panel, 0);
	npu_text_add(out, "</section>\n");
}

static void add_bound_legend(struct npu_text *out)
{
	npu_text_add(out,
		     "<ul class=legend>"
		     "<li><svg class=swatch width=14 height=14 aria-hidden="
		     "true><circle class=\"dot b0\" cx=7 cy=7 r=5 /></svg>"
		     "bound by compute</li><li><svg class=swatch width=14 "
		     "height=14 aria-hidden=true><path class=\"dot b1\" d=\""
		     "M2.5 2.5h9v9h-9z\"/></svg>dram</li><li><svg class=swatch "
		     "width=14 height=14 aria-hidden=true><path class=\"dot "
		     "b2\" d=\"M7 1.5l5.5 10h-11z\"/></svg>scratchpad</li><li>"
		     "<svg class=swatch width=14 height=14 aria-hidden=true>"
		     "<path class=\"dot b3\" d=\"M7 1l6 6-6 6-6-6z\"/></svg>"
		     "vector</li></ul>\n");
}

static void add_time_sections(struct npu_text *out, const struct npu_runs *runs)
{
	npu__html_begin_section(out, "roofline", "Roofline",
		      "MACs per byte that the layer moved, against its MACs a "
		      "second. Area: share of the time. The roofs are the "
		      "array, the DRAM channels, and all scratchpad banks at "
		      "a line a cycle. Layers without MACs have no place.");
	add_bound_legend(out);
	add_panels(out, runs, roofline_panel, 1);
	npu_text_add(out, "</section>\n");
	npu__html_begin_section(out, "engines", "Engines over time",
		      "The height is the share of each window in which the "
		      "engine has a descriptor in work; the colour is its "
		      "layer\xe2\x80\x99s, so that weights fetched ahead show "
		      "in the next one\xe2\x80\x99s.");
	add_panels(out, runs, npu__svg_engines, 1);
	npu_text_add(out, "</section>\n");
	npu__html_begin_section(out, "scratchpad", "Scratchpad lifetimes",
		      "Addresses against time: from the descriptor that wrote "
		      "the bytes to the last that read them, in the colour of "
		      "the layer.");
	add_panels(out, runs, npu__svg_scratchpad, 1);
	npu_text_add(out, "</section>\n");
	npu__html_begin_section(out, "dram", "DRAM bandwidth over time",
		      "Whole bursts of 64 bytes, reads below and writes on "
		      "top, against the peak of the channels.");
	npu_text_add(out, "<ul class=legend><li><svg class=swatch width=20 "
			  "height=13 aria-hidden=true><rect width=20 height=13 "
			  "rx=2 class=s0 /></svg>read</li><li><svg class=swatch "
			  "width=20 height=13 aria-hidden=true><rect width=20 "
			  "height=13 rx=2 class=s2 /></svg>written</li></ul>\n");
	add_panels(out, runs, npu__svg_dram, 1);
	npu_text_add(out, "</section>\n");
}

void npu_write_html(const struct npu_runs *runs, struct npu_text *out)
{
	static const struct npu__entry entries[] = {
		{ "stalls", "Cycles" },	      { "layers", "Layers" },
		{ "energy", "Energy" },	      { "roofline", "Roofline" },
		{ "engines", "Engines" },     { "scratchpad", "Scratchpad" },
		{ "dram", "DRAM" },	      { "totals", "Totals" },
	};

	if (runs->count == 0)
		return;
	npu__html_begin_title(out);
	add_title(out, runs);
	npu__html_begin_body(out, runs->count > 1 ? "many" : "one");
	add_header(out, runs);
	npu__html_contents(out, entries, sizeof entries / sizeof entries[0]);
	add_cycle_sections(out, runs);
	add_time_sections(out, runs);
	npu__html_begin_section(out, "totals", "Totals",
				"Of the whole run, as in <code>summary.json"
				"</code>.");
	npu__html_totals(out, runs);
	npu_text_add(out, "</section>\n");
	npu__html_end_body(out);
}
