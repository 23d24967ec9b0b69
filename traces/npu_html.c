/* traces/npu_html.c - the report as one HTML file: its page and sections.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_html_internal.h"
#include <string.h>

enum { WIDE = 1080, NARROW = 560, THIRD = 430 };

/* ---- sections ---- */

static const struct npu__column layer_bytes[] = {
	{ "span_cycles", "", "first issue to last completion, cycles" },
	{ "dram_read_bytes", "", "bytes read from DRAM" },
	{ "dram_write_bytes", "", "bytes written to DRAM" },
	{ "spad_read_bytes", "", "bytes read from the scratchpad" },
	{ "spad_write_bytes", "", "bytes written to the scratchpad" },
	{ "acc_read_bytes", "", "bytes read from the accumulators" },
	{ "acc_write_bytes", "", "bytes written to the accumulators" },
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
	.whole = "Where the cycles of the whole run went",
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
	.whole = "Energy of the whole run",
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

/* ", 256 bytes of scratchpad" with its place in figures.json. */
static void add_peak(const struct npu__figure *f, int peak)
{
	static const char *const of[NPU_PEAK_COUNT] = {
		[NPU_PEAK_macs_per_cycle] = "MACs",
		[NPU_PEAK_dram_bytes_per_cycle] = "bytes of DRAM",
		[NPU_PEAK_scratchpad_bytes_per_cycle] = "of the scratchpad",
		[NPU_PEAK_accumulator_bytes_per_cycle] = "of the accumulators",
	};
	const char *path = npu__peak[peak].name;
	const double value = npu__real(f->runs->run[f->run].figures, path);

	npu_text_add(f->out,
		     "%s <span title=\"%s\" data-k=\"%zu:figures.%s\" data-v="
		     "%.12g>",
		     peak ? "," : "", npu__peak[peak].doc, f->run, path, value);
	npu__html_number(f->out, value);
	npu_text_add(f->out, "</span> %s", of[peak]);
}

static void roofline_panel(const struct npu__figure *f)
{
	const struct npu__figure part = { f->out, f->runs, f->run, THIRD };

	npu_text_add(f->out, "<div class=roofs>\n");
	for (size_t m = 0; m < NPU__ROOFLINE_COUNT; m++)
		npu__svg_roofline(&part, m);
	npu_text_add(f->out, "</div>\n<p class=note>In a cycle at most");
	for (int p = 0; p < NPU_PEAK_COUNT; p++)
		add_peak(f, p);
	npu_text_add(f->out, ".</p>\n");
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
		.width = runs->count == 1       ? WIDE
			 : runs->count % 3 == 0 ? THIRD
						: NARROW,
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

/* Legend, whole runs, and whether the bars below have one scale. */
static void add_stack_head(struct npu_text *out, const struct npu_runs *runs,
			   const struct npu__stack *s)
{
	const struct npu__figure f = { out, runs, 0, WIDE };

	npu__html_legend(out, runs, s);
	npu__svg_whole(&f, s);
	if (!npu__stack_has_one_scale(runs, s))
		npu_text_add(out,
			     "<p class=note>Layer by layer, each run has a "
			     "scale of its own.</p>\n");
}

static void add_cycle_sections(struct npu_text *out,
			       const struct npu_runs *runs)
{
	npu__html_begin_section(
		out, "stalls", "Where the cycles went",
		"Every cycle of the run belongs to the oldest unfinished "
		"layer, and to exactly one bin.");
	add_stack_head(out, runs, &stalls);
	add_panels(out, runs, stalls_panel, 0);
	npu_text_add(out, "</section>\n");
	npu__html_begin_section(
		out, "layers", "Layers",
		"The numbers of <code>summary.json</code>. cycles: the "
		"layer\xe2\x80\x99s share of the run; span: from its "
		"first issue to its last completion, which overlaps "
		"that of its neighbours.");
	if (runs->count > 1)
		npu__html_layers_compared(out, runs);
	add_panels(out, runs, layers_panel, 0);
	npu_text_add(out, "</section>\n");
	npu__html_begin_section(
		out, "energy", "Energy",
		"Counts of actions times the table of the chip\xe2\x80"
		"\x99s technology.");
	add_stack_head(out, runs, &energy);
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
	npu__html_begin_section(
		out, "roofline", "Roofline",
		"MACs per byte that the layer moved, against its MACs a "
		"second. Area: share of the time. The roofs are the "
		"array, and what all banks or channels of a memory move. "
		"Layers without MACs have no place.");
	add_bound_legend(out);
	add_panels(out, runs, roofline_panel, 1);
	npu_text_add(out, "</section>\n");
	npu__html_begin_section(
		out, "engines", "Engines over time",
		"The height is the share of each window in which the "
		"engine has a descriptor in work; the shade is its "
		"layer\xe2\x80\x99s, whose number stands on top, so that "
		"weights fetched ahead show in the next one\xe2\x80\x99s.");
	add_panels(out, runs, npu__svg_engines, 1);
	npu_text_add(out, "</section>\n");
	npu__html_begin_section(
		out, "scratchpad", "Scratchpad lifetimes",
		"Addresses against time: from the descriptor that wrote "
		"the bytes to the last that read them, in the shade of "
		"the layer, as above.");
	add_panels(out, runs, npu__svg_scratchpad, 1);
	npu_text_add(out, "</section>\n");
	npu__html_begin_section(
		out, "dram", "DRAM bandwidth over time",
		"Whole bursts of 64 bytes, reads below and writes on "
		"top, against the peak of the channels.");
	npu_text_add(out,
		     "<ul class=legend><li><svg class=swatch width=20 "
		     "height=13 aria-hidden=true><rect width=20 height=13 "
		     "rx=2 class=d0 /></svg>read</li><li><svg class=swatch "
		     "width=20 height=13 aria-hidden=true><rect width=20 "
		     "height=13 rx=2 class=d1 /></svg>written</li></ul>\n");
	add_panels(out, runs, npu__svg_dram, 1);
	npu_text_add(out, "</section>\n");
}

void npu_write_html(const struct npu_runs *runs, struct npu_text *out)
{
	static const struct npu__entry entries[] = {
		{ "stalls", "Cycles" },   { "layers", "Layers" },
		{ "energy", "Energy" },   { "roofline", "Roofline" },
		{ "engines", "Engines" }, { "scratchpad", "Scratchpad" },
		{ "dram", "DRAM" },       { "totals", "Totals" },
	};

	if (runs->count == 0)
		return;
	npu__html_begin_title(out);
	npu__html_runs_title(out, runs);
	npu__html_begin_body(out, runs->count == 1       ? "one"
				  : runs->count % 3 == 0 ? "many thirds"
							 : "many");
	npu__html_runs_header(out, runs);
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
