/* traces/npu_html_table.c - tables: every number as its file has it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_html_internal.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* The digits that summary.json has. */
static void add_exact(struct npu_text *out, const json_t *value)
{
	if (json_is_integer(value))
		npu_text_add(out, "%" JSON_INTEGER_FORMAT,
			     json_integer_value(value));
	else if (json_is_real(value))
		npu_text_add(out, "%.12g", json_real_value(value));
}

void npu__html_cell(struct npu_text *out, const struct npu_runs *runs,
		    struct npu__cell at, const char *path)
{
	npu__html_scaled_cell(out, runs, at, path, 1);
}

void npu__html_scaled_cell(struct npu_text *out, const struct npu_runs *runs,
			   struct npu__cell at, const char *path, double scale)
{
	const struct npu__run *run = &runs->run[at.run];
	const json_t *object =
		at.layer < 0 ? run->summary : npu__layer(run, (size_t)at.layer);
	const json_t *value = npu__member(object, path);

	npu_text_add(out, "<td class=n data-k=\"%zu:", at.run);
	if (at.layer >= 0)
		npu_text_add(out, "layers.%ld.", at.layer);
	npu_text_add(out, "%s\" data-v=\"", path);
	add_exact(out, value);
	npu_text_add(out, "\"");
	if (scale != 1)
		npu_text_add(out, " data-s=%.12g", scale);
	npu_text_add(out, ">");
	if (json_is_number(value))
		npu__html_number(out, json_number_value(value) * scale);
	else
		npu_text_add(out, "\xe2\x80\x93"); /* null: nothing differs */
	npu_text_add(out, "</td>");
}

void npu__html_computed(struct npu_text *out, double value)
{
	npu_text_add(out, "<td class=n data-v=\"%.12g\">", value);
	npu__html_number(out, value);
	npu_text_add(out, "</td>");
}

void npu__html_head(struct npu_text *out, const char *text, const char *unit,
		    const char *doc, int numeric)
{
	npu_text_add(out, "<th scope=col%s title=\"",
		     numeric ? " class=n" : "");
	npu__html_text(out, doc);
	npu_text_add(out, "\"><span>");
	npu__html_text(out, text);
	npu_text_add(out, "</span>");
	if (*unit) {
		npu_text_add(out, " <small>");
		npu__html_text(out, unit);
		npu_text_add(out, "</small>");
	}
	npu_text_add(out, "</th>");
}

/* The head of a column in one unit, which its cells are scaled to. */
static void add_unit_head(struct npu_text *out, const struct npu__column *key,
			  const struct npu__column_unit *unit)
{
	npu_text_add(out, "<th scope=col class=n title=\"%s", key->name);
	if (*key->doc)
		npu_text_add(out, ": %s", key->doc);
	npu_text_add(out, "\"><span>%s</span> <small>%s</small></th>",
		     key->unit, unit->unit);
}

struct npu__column_unit npu__html_unit_head(struct npu_text *out,
					    const struct npu_runs *runs,
					    const struct npu__column *key)
{
	double sum = 0, n = 0;
	struct npu__column_unit unit;

	for (size_t r = 0; r < runs->count; r++) {
		const double v = npu__real(runs->run[r].summary, key->name);

		if (v > 0) {
			sum += log(v);
			n++;
		}
	}
	unit = npu__unit_for(key->name, n > 0 ? exp(sum / n) : 0);
	add_unit_head(out, key, &unit);
	return unit;
}

/* `whole`: a name that is shortened has all of it in a tip; once on a page. */
static void add_layer_name(struct npu_text *out, const struct npu__run *run,
			   size_t k, int whole)
{
	const char *name = npu__string(npu__layer(run, k), "name");

	npu_text_add(out, "<th scope=row data-v=%zu", k);
	if (whole && strlen(name) > NPU__NAME_LONG) {
		npu_text_add(out, " title=\"");
		npu__html_text(out, name);
		npu_text_add(out, "\"");
	}
	npu_text_add(out, "><small>%zu</small> <bdi>", k);
	npu__html_name(out, name, NPU__NAME_LONG);
	npu_text_add(out, "</bdi></th>");
}

void npu__html_layer_head(struct npu_text *out, const struct npu__run *run,
			  size_t k)
{
	add_layer_name(out, run, k, 0);
}

void npu__html_begin_data(struct npu_text *out, const char *title)
{
	npu_text_add(out,
		     "<details class=data><summary>Data table: %s</summary>"
		     "<div class=scroll tabindex=0 role=group aria-label=\"%s, "
		     "table\"><table class=sortable><thead><tr>",
		     title, title);
}

void npu__html_end_data(struct npu_text *out)
{
	npu_text_add(out, "</tbody></table></div></details>\n");
}

/* ---- tables of one run ---- */

/* What stands above a column; the key of summary.json is in its tip. */
struct column {
	const char *key, *label, *unit, *doc;
};
static const struct column layer_columns[] = {
	{ "macs", "MACs", "", "macs: useful multiply-accumulates" },
	{ "cycles", "cycles", "", "cycles: share of the run" },
	{ "span_cycles", "span", "cycles",
	  "span_cycles: first issue to last completion" },
	{ "bound_cycles", "roof", "cycles",
	  "bound_cycles: what no schedule can beat" },
	{ "roof_ratio", "roof / span", "", "roof_ratio" },
	{ "utilization_ratio", "MACs / peak", "",
	  "utilization_ratio: of the array, in the span" },
	{ "dram_read_bytes", "DRAM read", "B", "dram_read_bytes" },
	{ "dram_write_bytes", "written", "B", "dram_write_bytes" },
	{ "dram_bw_avg_gb_per_s", "DRAM", "GB/s",
	  "dram_bw_avg_gb_per_s: in the span" },
};
static const struct npu__column layer_energy = { "energy_pj.total", "energy",
						 "of all components" };
enum { LAYER_COLUMNS = sizeof layer_columns / sizeof layer_columns[0] };

/* The unit of the energy, which the caller scales by. */
static struct npu__column_unit add_layer_heads(struct npu_text *out,
					       const struct npu__run *run)
{
	const double layers = run->layer_count ? (double)run->layer_count : 1;
	const struct npu__column_unit unit = npu__unit_for(
		layer_energy.name,
		npu__real(run->summary, layer_energy.name) / layers);

	npu__html_head(out, "layer", "", "in order of execution", 0);
	npu__html_head(out, "op", "", "operator", 0);
	npu__html_head(out, "bound by", "",
		       "the resource occupied longest in its span", 0);
	for (size_t i = 0; i < LAYER_COLUMNS; i++)
		npu__html_head(out, layer_columns[i].label,
			       layer_columns[i].unit, layer_columns[i].doc, 1);
	add_unit_head(out, &layer_energy, &unit);
	return unit;
}

/* Filled in and shown by the script: without it there is nothing to press. */
static void add_filter(struct npu_text *out, size_t run)
{
	npu_text_add(
		out,
		"<div class=filter data-table=layers-%zu hidden>"
		"<label>Filter layers <input type=search "
		"placeholder=\"name or operator\" autocomplete=off></label> "
		"<label>Bound by <select><option value=\"\">any</option>"
		"<option>compute</option><option>dram</option>"
		"<option>scratchpad</option><option>vector</option>"
		"</select></label> <output></output></div>",
		run);
}

void npu__html_layer_table(struct npu_text *out, const struct npu_runs *runs,
			   size_t run)
{
	const struct npu__run *r = &runs->run[run];
	struct npu__column_unit unit;

	add_filter(out, run);
	npu_text_add(out,
		     "<div class=\"scroll tall\" tabindex=0 role=group "
		     "aria-label=\"Layers, table\"><table class=\"sortable "
		     "layers\" id=layers-%zu><thead><tr>",
		     run);
	unit = add_layer_heads(out, r);
	npu_text_add(out, "</tr></thead><tbody>\n");
	for (size_t k = 0; k < r->layer_count; k++) {
		const json_t *l = npu__layer(r, k);

		npu_text_add(out, "<tr data-l=%zu data-f=\"", k);
		npu__html_name(out, npu__string(l, "bound"), NPU__NAME_SHORT);
		npu_text_add(out, "\">");
		add_layer_name(out, r, k, 1);
		npu_text_add(out, "<td>");
		npu__html_name(out, npu__string(l, "op"), NPU__NAME_SHORT);
		npu_text_add(out, "</td><td>");
		npu__html_name(out, npu__string(l, "bound"), NPU__NAME_SHORT);
		npu_text_add(out, "</td>");
		for (size_t i = 0; i < LAYER_COLUMNS; i++)
			npu__html_cell(out, runs,
				       (struct npu__cell){ run, (long)k },
				       layer_columns[i].key);
		npu__html_scaled_cell(out, runs,
				      (struct npu__cell){ run, (long)k },
				      layer_energy.name, unit.scale);
		npu_text_add(out, "</tr>\n");
	}
	npu_text_add(out, "</tbody></table></div>\n");
}

void npu__html_series_table(struct npu_text *out, const struct npu_runs *runs,
			    size_t run, const char *title,
			    const struct npu__column *keys, size_t count,
			    const char *total)
{
	const struct npu__run *r = &runs->run[run];

	npu__html_begin_data(out, title);
	npu__html_head(out, "layer", "", "in order of execution", 0);
	npu__html_head(out, total, keys[0].unit, "all of them", 1);
	for (size_t i = 0; i < count; i++)
		npu__html_head(out, npu__last_part(keys[i].name), keys[i].unit,
			       keys[i].doc, 1);
	npu_text_add(out, "</tr></thead><tbody>\n");
	for (size_t k = 0; k < r->layer_count; k++) {
		const struct npu__cell at = { run, (long)k };

		npu_text_add(out, "<tr>");
		npu__html_layer_head(out, r, k);
		npu__html_cell(out, runs, at, total);
		for (size_t i = 0; i < count; i++)
			npu__html_cell(out, runs, at, keys[i].name);
		npu_text_add(out, "</tr>\n");
	}
	npu__html_end_data(out);
}
