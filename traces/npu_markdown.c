/* traces/npu_markdown.c - the report as Markdown (CommonMark with tables).
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_markdown_internal.h"
#include "traces/npu_html_internal.h"

static void add_verdict(struct npu_text *out, const struct npu_runs *runs,
			size_t r)
{
	const struct npu__run *run = &runs->run[r];
	const struct npu__verdict v = npu__verdict(run);

	npu_text_add(out, "**");
	if (runs->count > 1) {
		npu__markdown_name(out, run->label);
		npu_text_add(out, ": ");
	}
	npu__markdown_name(out, npu__string(run->summary, "network"));
	npu_text_add(out, " on ");
	npu__markdown_name(out, npu__string(run->summary, "chip"));
	npu_text_add(out, "** is bound by %s: %.1f %% of that roof is reached",
		     v.roof, v.roof_percent);
	if (v.worst_layer) {
		npu_text_add(out,
			     "; the largest loss is %s, %.1f %% of all "
			     "cycles, most of it in ",
			     npu__remedy[v.worst].name, v.worst_percent);
		npu__markdown_name(out, v.worst_layer);
		npu_text_add(out, " (what would help: %s)", v.help);
	}
	npu_text_add(out, ".\n\n");
}

/* Run r against the first. */
static void add_against(struct npu_text *out, const struct npu_runs *runs,
			size_t r)
{
	double time, energy;

	if (!npu__against_first(runs, r, &time, &energy))
		return;
	npu_text_add(out, "**");
	npu__markdown_name(out, runs->run[r].label);
	npu_text_add(out, "** is **%.3g\xc3\x97** %s than ",
		     time > 1 ? time : 1 / time,
		     time > 1 ? "slower" : "faster");
	npu__markdown_name(out, runs->run[0].label);
	npu_text_add(out, " and takes **%.3g\xc3\x97** its energy.\n\n",
		     energy);
}

/* A head with a column a run. */
static void add_run_heads(struct npu_text *out, const struct npu_runs *runs)
{
	npu_text_add(out, "| |");
	for (size_t r = 0; r < runs->count; r++) {
		npu_text_add(out, " ");
		npu__markdown_name(
			out, runs->count > 1 ? runs->run[r].label
					     : npu__string(runs->run[r].summary,
							   "network"));
		npu_text_add(out, " |");
	}
	npu_text_add(out, "\n|---|");
	for (size_t r = 0; r < runs->count; r++)
		npu_text_add(out, "---:|");
	npu_text_add(out, "\n");
}

static void add_totals(struct npu_text *out, const struct npu_runs *runs)
{
	add_run_heads(out, runs);
	for (size_t i = 0; i < NPU__FIRST_COUNT; i++) {
		const struct npu__measure m =
			npu__measure_of(npu__first[i].name);

		npu_text_add(out, "| %s |", npu__first[i].unit);
		for (size_t r = 0; r < runs->count; r++) {
			npu_text_add(out, " ");
			npu__html_measure(out, &m,
					  npu__real(runs->run[r].summary,
						    npu__first[i].name));
			npu_text_add(out, " |");
		}
		npu_text_add(out, "\n");
	}
}

/* What each part takes of the whole, of every run. */
static void add_shares(struct npu_text *out, const struct npu_runs *runs,
		       const char *title, const char *whole,
		       const struct npu__column *part,
		       const struct npu__column *label, size_t count)
{
	npu_text_add(out, "\n## %s\n\n", title);
	add_run_heads(out, runs);
	for (size_t i = 0; i < count; i++) {
		npu_text_add(out, "| %s |",
			     label ? label[i].name
				   : npu__last_part(part[i].name));
		for (size_t r = 0; r < runs->count; r++) {
			const json_t *s = runs->run[r].summary;
			const double all = npu__real(s, whole);

			npu_text_add(
				out, " %.1f %% |",
				all > 0 ? 100 * npu__real(s, part[i].name) / all
					: 0);
		}
		npu_text_add(out, "\n");
	}
}

static void add_value(struct npu_text *out, const json_t *object,
		      const char *path)
{
	const json_t *value = npu__member(object, path);

	if (json_is_integer(value))
		npu_text_add(out, " %" JSON_INTEGER_FORMAT " |",
			     json_integer_value(value));
	else
		npu_text_add(out, " %.5g |", json_number_value(value));
}

static void add_layers(struct npu_text *out, const struct npu__run *run)
{
	static const char *const keys[] = {
		"macs",       "cycles",          "span_cycles",
		"roof_ratio", "dram_read_bytes", "dram_write_bytes",
	};
	const double layers = run->layer_count ? (double)run->layer_count : 1;
	const struct npu__column_unit energy = npu__unit_for(
		"energy_pj",
		npu__real(run->summary, "energy_pj.total") / layers);

	npu_text_add(out, "| layer | op | bound |");
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		npu_text_add(out, " %s |", keys[i]);
	npu_text_add(out, " energy, %s |\n|---|---|---|", energy.unit);
	for (size_t i = 0; i <= sizeof keys / sizeof keys[0]; i++)
		npu_text_add(out, "---:|");
	for (size_t k = 0; k < run->layer_count; k++) {
		const json_t *layer = npu__layer(run, k);

		npu_text_add(out, "\n| ");
		npu__markdown_name(out, npu__string(layer, "name"));
		npu_text_add(out, " | ");
		npu__markdown_name(out, npu__string(layer, "op"));
		npu_text_add(out, " | ");
		npu__markdown_name(out, npu__string(layer, "bound"));
		npu_text_add(out, " |");
		for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
			add_value(out, layer, keys[i]);
		npu_text_add(out, " %.5g |",
			     energy.scale *
				     npu__real(layer, "energy_pj.total"));
	}
	npu_text_add(out, "\n");
}

static void add_title(struct npu_text *out, const struct npu_runs *runs)
{
	if (runs->count > 1) {
		npu_text_add(out, "# %zu runs compared\n\n", runs->count);
		return;
	}
	npu_text_add(out, "# ");
	npu__markdown_name(out, npu__string(runs->run[0].summary, "network"));
	npu_text_add(out, " on ");
	npu__markdown_name(out, npu__string(runs->run[0].summary, "chip"));
	npu_text_add(out, "\n\n");
}

void npu_write_markdown(const struct npu_runs *runs, struct npu_text *out)
{
	if (runs->count == 0)
		return;
	add_title(out, runs);
	for (size_t r = 1; r < runs->count; r++)
		add_against(out, runs, r);
	for (size_t r = 0; r < runs->count; r++)
		add_verdict(out, runs, r);
	add_totals(out, runs);
	add_shares(out, runs, "Where the cycles went", "cycles", npu__stall,
		   npu__remedy, NPU_STALL_COUNT);
	add_shares(out, runs, "Where the energy went", "energy_pj.total",
		   npu__component, NULL, NPU_COMPONENT_COUNT);
	for (size_t r = 0; r < runs->count; r++) {
		npu_text_add(out, "\n## Layers of ");
		npu__markdown_name(
			out, runs->count > 1 ? runs->run[r].label
					     : npu__string(runs->run[r].summary,
							   "network"));
		npu_text_add(out, "\n\n");
		add_layers(out, &runs->run[r]);
	}
}
