/* traces/npu_report.c - the report for a terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_verdict_internal.h"
#include "traces/npu_writers.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const stall_labels[] = {
#define NPU_REMEDY(name, label, remedy) [NPU_STALL_##name] = label,
#include "traces/npu_stall_remedy.def"
};
static const char *const component_names[] = {
#define NPU_COMPONENT(name, doc) #name,
#include "traces/npu_energy.def"
};

struct style {
	const char *bold, *dim, *bad, *off;
};

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static double sum(const double *values, size_t count)
{
	double total = 0;

	for (size_t i = 0; i < count; i++)
		total += values[i];
	return total;
}

/* At most `width` characters of a name from a network: control characters (C0,
 * DEL, and C1 as UTF-8 writes them) could steer the terminal and become '?'; the
 * middle of a long one is left out. */
static void add_name(struct npu_text *out, const char *name, unsigned width)
{
	char text[64];
	size_t n = strlen(name);

	if (width >= sizeof text)
		width = sizeof text - 1;
	if (n > width)
		snprintf(text, sizeof text, "%.*s..%s", (int)(width / 2 - 1),
			 name, name + n - (width - width / 2 - 1));
	else
		snprintf(text, sizeof text, "%s", name);
	for (unsigned char *c = (unsigned char *)text; *c; c++)
		if (*c < 32 || *c > 126)
			*c = '?';
	npu_text_add(out, "%-*s", (int)width, text);
}

/* A name in running text: not padded, 40 characters of a longer one. */
static void add_whole_name(struct npu_text *out, const char *name)
{
	size_t n = strlen(name);

	add_name(out, name, n < 40 ? (unsigned)n : 40);
}

/* The stall with most cycles beside computing. */
static enum npu_stall worst_stall(const struct npu_stats *stats)
{
	enum npu_stall worst = NPU_STALL_weight_load;

	for (int b = NPU_STALL_weight_load; b < NPU_STALL_COUNT; b++)
		if (stats->stall[b] > stats->stall[worst])
			worst = (enum npu_stall)b;
	return worst;
}

static void add_layer(struct npu_text *out, const struct npu_result *r,
		      const struct npu_layer_result *l, unsigned name_width,
		      const struct style *style)
{
	const struct npu_stats *s = &l->stats;
	enum npu_stall worst = worst_stall(s);
	uint64_t bytes = s->dram_read_bytes + s->dram_write_bytes;
	double roof = percent(l->bound_cycles, s->span_cycles);

	add_name(out, l->name, name_width);
	npu_text_add(out, " %-8.8s %9.2f %10" PRIu64 " %5.1f ", l->op,
		     (double)s->macs * 1e-6, s->cycles,
		     percent(s->cycles, r->total.cycles));
	if (s->macs && s->compute_cycles)
		npu_text_add(out, "%5.1f ",
			     percent(s->macs, s->compute_cycles *
						      r->peak_macs_per_cycle));
	else
		npu_text_add(out, "    - ");
	npu_text_add(out, "%s%5.1f%s %-10.10s %8.1f %8.2f  ",
		     roof < 50 ? style->bad : "", roof,
		     roof < 50 ? style->off : "", l->bound ? l->bound : "",
		     (double)bytes / 1e3,
		     sum(s->energy_pj, NPU_COMPONENT_COUNT) * 1e-6);
	if (s->stall[worst])
		npu_text_add(out, "%s %.0f %%\n", stall_labels[worst],
			     percent(s->stall[worst], s->cycles));
	else
		npu_text_add(out, "-\n");
}

static void add_table(struct npu_text *out, const struct npu_result *r,
		      unsigned width, const struct style *style)
{
	enum { FIXED = 96 }; /* all columns but the name */
	unsigned name_width = width > FIXED + 12 ? width - FIXED : 12;

	if (name_width > 40)
		name_width = 40;
	npu_text_add(out,
		     "%s%-*s %-8s %9s %10s %5s %5s %5s %-10s %8s %8s  %s%s\n",
		     style->bold, (int)name_width, "layer", "op", "MACs M",
		     "cycles", "share", "array", "roof", "bound", "DRAM kB",
		     "uJ", "largest stall", style->off);
	for (size_t k = 0; k < r->layer_count; k++)
		add_layer(out, r, &r->layers[k], name_width, style);
	npu_text_add(out,
		     "%sshare: of the run's cycles, %%; array: MACs over peak "
		     "while it is occupied, %%; roof: bound cycles over span, "
		     "%%%s\n\n",
		     style->dim, style->off);
}

static void add_totals(struct npu_text *out, const struct npu_result *r)
{
	const struct npu_stats *t = &r->total;
	double seconds =
		r->clock_hz ? (double)t->cycles / (double)r->clock_hz : 0;
	double pj = sum(t->energy_pj, NPU_COMPONENT_COUNT);
	uint64_t bytes = t->dram_read_bytes + t->dram_write_bytes;
	double batch = r->batch ? (double)r->batch : 1;

	if (seconds <= 0)
		seconds = 1e-30;
	npu_text_add(out,
		     "  latency      %.4g ms, %" PRIu64
		     " cycles at %.4g MHz; %.4g frames/s\n",
		     seconds * 1e3, t->cycles, (double)r->clock_hz * 1e-6,
		     batch / seconds);
	npu_text_add(out,
		     "  compute      %.4g G MACs, %.1f %% of the array's peak; "
		     "roof_ratio %.3f\n",
		     (double)t->macs * 1e-9,
		     percent(npu_result_array_macs(r),
			     t->cycles * r->peak_macs_per_cycle),
		     percent(r->bound_cycles, t->cycles) / 100);
	npu_text_add(out,
		     "  DRAM         %.4g MB read, %.4g MB written, %.4g GB/s "
		     "of %.4g\n",
		     (double)t->dram_read_bytes * 1e-6,
		     (double)t->dram_write_bytes * 1e-6,
		     (double)bytes / seconds * 1e-9, r->dram_peak_gb_per_s);
	npu_text_add(out,
		     "  energy       %.4g mJ, %.4g mW on average; die %.3g "
		     "mm2\n",
		     pj * 1e-9, pj * 1e-9 / seconds,
		     sum(r->area_mm2, NPU_COMPONENT_COUNT));
	npu_text_add(out, "              ");
	for (int c = 0; c < NPU_COMPONENT_COUNT; c++)
		if (pj > 0 && t->energy_pj[c] >= 0.005 * pj)
			npu_text_add(out, " %s %.0f %%", component_names[c],
				     100 * t->energy_pj[c] / pj);
	npu_text_add(out, "\n");
}

static void add_engines(struct npu_text *out, const struct npu_result *r)
{
	static const char *const names[] = { "LD", "ST", "MX", "VX" };

	npu_text_add(out, "\n  cycles, %%");
	for (int b = 0; b < NPU_BIN_COUNT; b++)
		npu_text_add(out, " %11s", npu_bin_name[b]);
	for (int e = 0; e < NPU_RESULT_ENGINES; e++) {
		npu_text_add(out, "\n  %-9s", names[e]);
		for (int b = 0; b < NPU_BIN_COUNT; b++)
			npu_text_add(out, " %11.1f",
				     percent(r->bins[e][b], r->total.cycles));
	}
	npu_text_add(out, "\n\n");
}

/* One sentence on what bounds the network, and where the largest loss is. */
static void add_verdict(struct npu_text *out, const struct npu_result *r,
			const struct style *style)
{
	uint64_t compute = 0, vector = 0, dram = 0;
	enum npu_stall worst = worst_stall(&r->total);
	const struct npu_layer_result *most = NULL;
	enum npu_stall roof;

	for (size_t k = 0; k < r->layer_count; k++) {
		const struct npu_layer_result *l = &r->layers[k];

		compute += l->compute_bound_cycles;
		vector += l->vector_bound_cycles;
		dram += l->dram_bound_cycles;
		if (!most || l->stats.stall[worst] > most->stats.stall[worst])
			most = l;
	}
	roof = npu__roof_of((double)compute, (double)vector, (double)dram);
	npu_text_add(out, "%s", style->bold);
	add_whole_name(out, r->network);
	npu_text_add(out, " on ");
	add_whole_name(out, r->chip);
	npu_text_add(out, " is bound by %s: %.1f %% of that roof is reached",
		     npu__roof_name(roof),
		     percent(r->bound_cycles, r->total.cycles));
	if (most && most->stats.stall[worst]) {
		npu_text_add(out,
			     "; the largest loss is %s, %.1f %% of all "
			     "cycles, most of it in ",
			     stall_labels[worst],
			     percent(r->total.stall[worst], r->total.cycles));
		add_whole_name(out, most->name);
		npu_text_add(out, " (what would help: %s)",
			     npu__help(worst,
				       percent(r->total.stall[worst],
					       r->total.cycles),
				       roof));
	}
	npu_text_add(out, ".%s\n", style->off);
}

static void add_reference(struct npu_text *out, const struct npu_result *r)
{
	if (r->has_reference)
		npu_text_add(out,
			     "  reference    bit_exact %s (%" PRIu64
			     " mismatches); against the float graph: SQNR "
			     "%.1f dB, same class %s\n",
			     r->bit_exact ? "true" : "false", r->mismatches,
			     r->sqnr_db, r->top1_equal ? "yes" : "no");
}

void npu_write_report(const struct npu_result *result, unsigned width,
		      int colour, struct npu_text *out)
{
	static const struct style plain = { "", "", "", "" },
				  ansi = { "\033[1m", "\033[2m", "\033[31m",
					   "\033[0m" };
	const struct style *style = colour ? &ansi : &plain;

	npu_text_add(out, "%s", style->bold);
	add_name(out, result->network, 40);
	npu_text_add(out, "%s  %s on chip ", style->off, result->precision);
	add_whole_name(out, result->chip);
	npu_text_add(out, ", %s\n\n", result->mode);
	add_table(out, result, width, style);
	add_totals(out, result);
	add_reference(out, result);
	add_engines(out, result);
	add_verdict(out, result, style);
}
