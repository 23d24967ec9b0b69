/* traces/npu_runs_csv.c - the layers of several runs as one CSV file.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_csv.h"
#include "traces/npu_runs_internal.h"

static void add_heads(struct npu_text *out)
{
	npu_text_add(out, "run,network,chip,precision,layer,op,bound,"
			  "bound_cycles,roof_ratio");
#define NPU_STAT(name, unit, doc) npu_text_add(out, "," #name);
#include "traces/npu_stats.def"
#define NPU_STALL(name, doc) npu_text_add(out, ",stall_" #name "_cycles");
#include "traces/npu_stall.def"
#define NPU_COMPONENT(name, doc) npu_text_add(out, ",energy_" #name "_pj");
#include "traces/npu_energy.def"
	npu_text_add(out, ",energy_total_pj\n");
}

static void add_number(struct npu_text *out, const json_t *layer,
		       const char *path)
{
	const json_t *value = npu__member(layer, path);

	if (json_is_integer(value))
		npu_text_add(out, ",%" JSON_INTEGER_FORMAT,
			     json_integer_value(value));
	else
		npu_text_add(out, ",%.12g", json_number_value(value));
}

static void add_row(struct npu_text *out, const struct npu__run *run, size_t k)
{
	static const char *const of_run[] = { "network", "chip", "precision" };
	static const char *const of_layer[] = { "name", "op", "bound" };
	const json_t *layer = npu__layer(run, k);

	npu_csv_text(out, run->label);
	for (size_t i = 0; i < 3; i++) {
		npu_text_add(out, ",");
		npu_csv_text(out, npu__string(run->summary, of_run[i]));
	}
	for (size_t i = 0; i < 3; i++) {
		npu_text_add(out, ",");
		npu_csv_text(out, npu__string(layer, of_layer[i]));
	}
	add_number(out, layer, "bound_cycles");
	add_number(out, layer, "roof_ratio");
	for (size_t i = 0; i < NPU__STAT_COUNT; i++)
		add_number(out, layer, npu__stat[i].name);
	for (size_t i = 0; i < NPU_STALL_COUNT; i++)
		add_number(out, layer, npu__stall[i].name);
	for (size_t i = 0; i < NPU_COMPONENT_COUNT; i++)
		add_number(out, layer, npu__component[i].name);
	add_number(out, layer, "energy_pj.total");
	npu_text_add(out, "\n");
}

void npu_write_runs_csv(const struct npu_runs *runs, struct npu_text *out)
{
	add_heads(out);
	for (size_t r = 0; r < runs->count; r++)
		for (size_t k = 0; k < runs->run[r].layer_count; k++)
			add_row(out, &runs->run[r], k);
}
