/* traces/gen/gen_stats.c - print the page of counts, stalls, components, peaks.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

struct row {
	const char *name, *unit, *doc;
};

static const struct row stats[] = {
#define NPU_STAT(name, unit, doc) { #name, #unit, doc },
#include "traces/npu_stats.def"
};
static const struct row stalls[] = {
#define NPU_STALL(name, doc) { #name, "cycle", doc },
#include "traces/npu_stall.def"
};
static const struct row components[] = {
#define NPU_COMPONENT(name, doc) { #name, "pJ, mm2", doc },
#include "traces/npu_energy.def"
};
static const struct row peaks[] = {
#define NPU_PEAK(name, unit, doc) { #name, unit, doc },
#include "traces/npu_peak.def"
};

static void print_rows(const char *head, const char *text,
		       const struct row *rows, size_t count)
{
	printf("\n## %s\n\n%s\n\n| name | unit | meaning |\n|---|---|---|\n",
	       head, text);
	for (size_t i = 0; i < count; i++)
		printf("| `%s` | %s | %s |\n", rows[i].name, rows[i].unit,
		       rows[i].doc);
}

#define ROWS(table) table, sizeof table / sizeof table[0]

int main(void)
{
	puts("<!-- Generated from traces/*.def by traces/gen/gen_stats.c. Do "
	     "not edit. -->\n# What a run counts");
	print_rows("Counts", "Per layer and for the whole run.", ROWS(stats));
	print_rows("Stalls",
		   "Where the cycles of a layer went: every cycle of its share "
		   "of the run is in exactly one\nbin, the first that applies "
		   "in this order, and the bins sum to `cycles`.",
		   ROWS(stalls));
	print_rows("Components", "That energy and area are reported for.",
		   ROWS(components));
	print_rows("Peaks",
		   "`peaks` of figures.json: what the chip can do in one cycle "
		   "at most, all cores together.",
		   ROWS(peaks));
	return fflush(stdout) != 0;
}
