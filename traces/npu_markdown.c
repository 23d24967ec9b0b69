/* traces/npu_markdown.c - the report as Markdown (CommonMark with tables).
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_markdown_internal.h"
#include "traces/npu_runs_internal.h"

static void add_verdict(struct npu_text *out, const struct npu__run *run)
{
	const struct npu__verdict v = npu__verdict(run);

	npu_text_add(out, "**");
	npu__markdown_name(out, npu__string(run->summary, "network"));
	npu_text_add(out, " on ");
	npu__markdown_name(out, npu__string(run->summary, "chip"));
	npu_text_add(out, "** is bound by %s: %.1f %% of that roof is reached",
		     v.roof, v.roof_percent);
	if (v.worst_layer) {
		npu_text_add(out, "; the largest loss is %s, %.1f %% of all "
				  "cycles, most of it in ",
			     npu__remedy[v.worst].name, v.worst_percent);
		npu__markdown_name(out, v.worst_layer);
		npu_text_add(out, " (what would help: %s)",
			     v.help);
	}
	npu_text_add(out, ".\n\n");
}

static void add_value(struct npu_text *out, const json_t *object,
		      const char *path)
{
	const json_t *value = npu__member(object, path);

	if (json_is_integer(value))
		npu_text_add(out, " %" JSON_INTEGER_FORMAT " |",
			     json_integer_value(value));
	else
		npu_text_add(out, " %.6g |", json_number_value(value));
}

static void add_totals(struct npu_text *out, const struct npu_runs *runs)
{
	static const char *const keys[] = {
		"cycles", "latency_ns", "frames_per_s", "macs",
		"utilization_ratio", "roof_ratio", "dram_read_bytes",
		"dram_write_bytes", "dram_bw_avg_gb_per_s", "energy_pj.total",
		"power_avg_mw", "area_mm2.total",
	};

	npu_text_add(out, "| total |");
	for (size_t r = 0; r < runs->count; r++) {
		npu_text_add(out, " ");
		npu__markdown_name(out, runs->count > 1
				      ? runs->run[r].label
				      : npu__string(runs->run[r].summary,
						    "network"));
		npu_text_add(out, " |");
	}
	npu_text_add(out, "\n|---|");
	for (size_t r = 0; r < runs->count; r++)
		npu_text_add(out, "---:|");
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		npu_text_add(out, "\n| %s |", keys[i]);
		for (size_t r = 0; r < runs->count; r++)
			add_value(out, runs->run[r].summary, keys[i]);
	}
	npu_text_add(out, "\n");
}

static void add_layers(struct npu_text *out, const struct npu__run *run)
{
	static const char *const keys[] = {
		"macs", "cycles", "span_cycles", "roof_ratio",
		"dram_read_bytes", "dram_write_bytes", "energy_pj.total",
	};

	npu_text_add(out, "| layer | op | bound |");
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		npu_text_add(out, " %s |", keys[i]);
	npu_text_add(out, "\n|---|---|---|");
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
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
	}
	npu_text_add(out, "\n");
}

void npu_write_markdown(const struct npu_runs *runs, struct npu_text *out)
{
	npu_text_add(out, "# Systole report\n\n");
	for (size_t r = 0; r < runs->count; r++)
		add_verdict(out, &runs->run[r]);
	add_totals(out, runs);
	for (size_t r = 0; r < runs->count; r++) {
		npu_text_add(out, "\n## Layers of ");
		npu__markdown_name(out, runs->count > 1
				      ? runs->run[r].label
				      : npu__string(runs->run[r].summary,
						    "network"));
		npu_text_add(out, "\n\n");
		add_layers(out, &runs->run[r]);
	}
}
