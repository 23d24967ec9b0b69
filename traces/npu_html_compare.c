/* traces/npu_html_compare.c - tables of several runs, side by side.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_html_internal.h"
#include <stdlib.h>
#include <string.h>

static const struct npu__column totals[] = {
	{ "latency_ns", "ns", "cycles over the clock" },
	{ "frames_per_s", "1/s", "images a second" },
	{ "utilization_ratio", "", "MACs over the array's peak" },
	{ "bound_cycles", "cycle", "what no schedule can beat" },
	{ "roof_ratio", "", "bound_cycles over cycles" },
	{ "dram_bw_avg_gb_per_s", "GB/s", "DRAM bandwidth, average" },
	{ "dram_peak_gb_per_s", "GB/s", "DRAM bandwidth, peak" },
	{ "energy_pj.total", "pJ", "energy of all components" },
	{ "power_avg_mw", "mW", "energy over latency" },
	{ "area_mm2.total", "mm2", "die area" },
	{ "clock_hz", "Hz", "core clock" },
	{ "batch", "", "images a run" },
};

static void add_run_heads(struct npu_text *out, const struct npu_runs *runs)
{
	for (size_t r = 0; r < runs->count; r++) {
		npu_text_add(out, "<th scope=col class=n><bdi>");
		npu__html_name(
			out,
			runs->count > 1
				? runs->run[r].label
				: npu__string(runs->run[r].summary, "network"),
			NPU__NAME_SHORT);
		npu_text_add(out, "</bdi></th>");
	}
	for (size_t r = 1; r < runs->count; r++) {
		npu_text_add(out, "<th scope=col class=n><small>ratio</small> "
				  "<bdi>");
		npu__html_name(out, runs->run[r].label, NPU__NAME_SHORT);
		npu_text_add(out, "</bdi></th>");
	}
}

static void add_total(struct npu_text *out, const struct npu_runs *runs,
		      const struct npu__column *key)
{
	const double first = npu__real(runs->run[0].summary, key->name);

	npu_text_add(out,
		     "<tr><th scope=row><span>%s</span> <small>%s</small>"
		     "</th><td>",
		     key->name, key->unit);
	npu__html_text(out, key->doc);
	npu_text_add(out, "</td>");
	for (size_t r = 0; r < runs->count; r++)
		npu__html_cell(out, runs, (struct npu__cell){ r, -1 },
			       key->name);
	for (size_t r = 1; r < runs->count; r++)
		if (first > 0)
			npu__html_computed(out, npu__real(runs->run[r].summary,
							  key->name) /
							first);
		else
			npu_text_add(out, "<td class=n></td>");
	npu_text_add(out, "</tr>\n");
}

void npu__html_totals(struct npu_text *out, const struct npu_runs *runs)
{
	npu_text_add(out, "<div class=scroll tabindex=0 role=group "
			  "aria-label=\"Totals, table\"><table><thead><tr>"
			  "<th scope=col>total</th><th scope=col>what it is"
			  "</th>");
	add_run_heads(out, runs);
	npu_text_add(out, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < sizeof totals / sizeof totals[0]; i++)
		add_total(out, runs, &totals[i]);
	for (size_t i = 0; i < NPU__STAT_COUNT; i++)
		add_total(out, runs, &npu__stat[i]);
	npu_text_add(out, "</tbody></table></div>\n");
}

/* ---- layers, matched ---- */

struct named {
	const char *name;
	size_t layer, nth; /* of that name */
};

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->layer > y->layer) - (x->layer < y->layer);
}

/* Layers of a run in the order of their names; NULL when out of memory. */
static struct named *index_names(const struct npu__run *run)
{
	struct named *list = calloc(run->layer_count + 1, sizeof *list);

	if (!list)
		return NULL;
	for (size_t k = 0; k < run->layer_count; k++)
		list[k] = (struct named){
			.name = npu__string(npu__layer(run, k), "name"),
			.layer = k,
		};
	qsort(list, run->layer_count, sizeof *list, by_name);
	for (size_t k = 1; k < run->layer_count; k++)
		if (!strcmp(list[k].name, list[k - 1].name))
			list[k].nth = list[k - 1].nth + 1;
	return list;
}

/* The layer of that name, the nth of it; -1 where there is none. */
static long find_layer(const struct npu__run *run, const struct named *list,
		       const char *name, size_t nth)
{
	size_t low = 0, high = run->layer_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(list[middle].name, name);

		if (order < 0 || (order == 0 && list[middle].nth < nth))
			low = middle + 1;
		else
			high = middle;
	}
	if (low < run->layer_count && list[low].nth == nth &&
	    !strcmp(list[low].name, name))
		return (long)list[low].layer;
	return -1;
}

/* That a layer's energy is read in. */
static struct npu__column_unit energy_unit(const struct npu_runs *runs)
{
	const struct npu__run *first = &runs->run[0];
	const double layers =
		first->layer_count ? (double)first->layer_count : 1;

	return npu__unit_for("energy_pj",
			     npu__real(first->summary, "energy_pj.total") /
				     layers);
}

static void add_matched(struct npu_text *out, const struct npu_runs *runs,
			struct named *const lists[], size_t k, size_t nth)
{
	static const char *const keys[] = { "cycles", "energy_pj.total" };
	const struct npu__run *first = &runs->run[0];
	const json_t *layer = npu__layer(first, k);
	const double scale[] = { 1, energy_unit(runs).scale };

	npu_text_add(out, "<tr>");
	npu__html_layer_head(out, first, k);
	for (size_t i = 0; i < 2; i++) {
		const double base = npu__real(layer, keys[i]);

		npu__html_scaled_cell(out, runs,
				      (struct npu__cell){ 0, (long)k }, keys[i],
				      scale[i]);
		for (size_t r = 1; r < runs->count; r++) {
			long at = find_layer(&runs->run[r], lists[r],
					     npu__string(layer, "name"), nth);

			if (at < 0) {
				npu_text_add(out, "<td></td><td></td>");
				continue;
			}
			npu__html_scaled_cell(out, runs,
					      (struct npu__cell){ r, at },
					      keys[i], scale[i]);
			if (base > 0)
				npu__html_computed(
					out, npu__real(npu__layer(&runs->run[r],
								  (size_t)at),
						       keys[i]) /
						     base);
			else
				npu_text_add(out, "<td></td>");
		}
	}
	npu_text_add(out, "</tr>\n");
}

static void add_matched_heads(struct npu_text *out, const struct npu_runs *runs)
{
	static const char *const titles[] = { "cycles", "energy" };
	const char *const units[] = { "", energy_unit(runs).unit };

	npu_text_add(out, "<th scope=col><span>layer</span></th>");
	for (size_t i = 0; i < 2; i++)
		for (size_t r = 0; r < runs->count; r++) {
			npu_text_add(out,
				     "<th scope=col class=n><span>%s "
				     "<small>%s</small> <bdi>",
				     titles[i], units[i]);
			npu__html_name(out, runs->run[r].label,
				       NPU__NAME_SHORT);
			npu_text_add(out, "</bdi></span></th>");
			if (r)
				npu_text_add(out, "<th scope=col class=n>"
						  "<span>ratio</span></th>");
		}
}

void npu__html_layers_compared(struct npu_text *out,
			       const struct npu_runs *runs)
{
	struct named *lists[NPU_RUNS_MAX] = { NULL };
	const struct npu__run *first = &runs->run[0];
	size_t *nth = calloc(first->layer_count + 1, sizeof *nth);
	int failed = !nth;

	for (size_t r = 0; r < runs->count; r++) {
		lists[r] = index_names(&runs->run[r]);
		failed = failed || !lists[r];
	}
	npu_text_add(out, "<div class=\"scroll tall\" tabindex=0 role=group "
			  "aria-label=\"Layers compared, table\"><table "
			  "class=sortable><thead><tr>");
	add_matched_heads(out, runs);
	npu_text_add(out, "</tr></thead><tbody>\n");
	for (size_t k = 0; !failed && k < first->layer_count; k++)
		nth[lists[0][k].layer] = lists[0][k].nth;
	for (size_t k = 0; !failed && k < first->layer_count; k++)
		add_matched(out, runs, lists, k, nth[k]);
	npu_text_add(out, "</tbody></table></div>\n");
	out->failed = out->failed || failed;
	for (size_t r = 0; r < runs->count; r++)
		free(lists[r]);
	free(nth);
}
