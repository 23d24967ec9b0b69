/* traces/npu_layers_csv.c - layers.csv, safe to open in a spreadsheet.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_csv.h"
#include "traces/npu_writers.h"
#include <inttypes.h>
#include <string.h>

/* Quoted; a leading = + - @ or tab would be run as a formula: an apostrophe
 * before it. source: OWASP, "CSV Injection". */
void npu_csv_text(struct npu_text *out, const char *text)
{
	npu_text_add(out, "\"%s",
		     strchr("=+-@\t\r", text[0]) && text[0] ? "'" : "");
	for (; *text; text++) {
		char c =
			(unsigned char)*text < 32 || *text == 127 ? ' ' : *text;

		npu_text_add_bytes(out, &c, 1);
		if (c == '"')
			npu_text_add_bytes(out, "\"", 1);
	}
	npu_text_add(out, "\"");
}

static void add_heads(struct npu_text *out)
{
	npu_text_add(out, "layer,op,bound,bound_cycles,roof_ratio");
#define NPU_STAT(name, unit, doc) npu_text_add(out, "," #name);
#include "traces/npu_stats.def"
#define NPU_STALL(name, doc) npu_text_add(out, ",stall_" #name "_cycles");
#include "traces/npu_stall.def"
#define NPU_COMPONENT(name, doc) npu_text_add(out, ",energy_" #name "_pj");
#include "traces/npu_energy.def"
	npu_text_add(out, ",energy_total_pj\n");
}

static void add_row(struct npu_text *out, const struct npu_layer_result *l)
{
	const struct npu_stats *s = &l->stats;
	double energy_pj = 0;

	npu_csv_text(out, l->name);
	npu_text_add(out, ",");
	npu_csv_text(out, l->op);
	npu_text_add(out, ",%s,%" PRIu64 ",%.12g", l->bound ? l->bound : "",
		     l->bound_cycles,
		     s->span_cycles
			     ? (double)l->bound_cycles / (double)s->span_cycles
			     : 0.0);
#define NPU_STAT(name, unit, doc) npu_text_add(out, ",%" PRIu64, s->name);
#include "traces/npu_stats.def"
	for (int b = 0; b < NPU_STALL_COUNT; b++)
		npu_text_add(out, ",%" PRIu64, s->stall[b]);
	for (int c = 0; c < NPU_COMPONENT_COUNT; c++) {
		npu_text_add(out, ",%.12g", s->energy_pj[c]);
		energy_pj += s->energy_pj[c];
	}
	npu_text_add(out, ",%.12g\n", energy_pj);
}

void npu_write_layers_csv(const struct npu_result *result, struct npu_text *out)
{
	add_heads(out);
	for (size_t k = 0; k < result->layer_count; k++)
		add_row(out, &result->layers[k]);
}
