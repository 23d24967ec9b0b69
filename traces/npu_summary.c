/* traces/npu_summary.c - summary.json and host.json.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_json_internal.h"
#include "traces/npu_writers.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const component_names[] = {
#define NPU_COMPONENT(name, doc) #name,
#include "traces/npu_energy.def"
};
static const char *const stall_names[] = {
#define NPU_STALL(name, doc) #name,
#include "traces/npu_stall.def"
};
static const char *const engine_names[NPU_RESULT_ENGINES] = { "ld", "st", "mx",
							      "vx" };

static void set_count(json_t *object, const char *key, uint64_t value)
{
	json_object_set_new(object, key, json_integer((json_int_t)value));
}

/* JSON has no infinity: null, which SQNR is where nothing differs. */
static void set_real(json_t *object, const char *key, double value)
{
	json_object_set_new(object, key,
			    isfinite(value) ? json_real(value) : json_null());
}

static void set_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, npu__json_text(text));
}

static double ratio(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

/* Decimal gigabytes a second over `cycles`. */
static double gb_per_s(const struct npu_result *r, uint64_t bytes,
		       uint64_t cycles)
{
	return ratio((double)bytes * (double)r->clock_hz, (double)cycles) / 1e9;
}

static json_t *components(const double values[NPU_COMPONENT_COUNT])
{
	json_t *object = json_object();
	double total = 0;

	for (int c = 0; c < NPU_COMPONENT_COUNT; c++)
		total += values[c];
	set_real(object, "total", total);
	for (int c = 0; c < NPU_COMPONENT_COUNT; c++)
		set_real(object, component_names[c], values[c]);
	return object;
}

static json_t *stalls(const struct npu_stats *stats)
{
	json_t *object = json_object();

	for (int b = 0; b < NPU_STALL_COUNT; b++)
		set_count(object, stall_names[b], stats->stall[b]);
	return object;
}

static void set_stats(json_t *object, const struct npu_stats *stats)
{
#define NPU_STAT(name, unit, doc) set_count(object, #name, stats->name);
#include "traces/npu_stats.def"
}

static json_t *layer_object(const struct npu_result *r,
			    const struct npu_layer_result *l)
{
	json_t *object = json_object();
	uint64_t bytes = l->stats.dram_read_bytes + l->stats.dram_write_bytes;

	set_text(object, "name", l->name);
	set_text(object, "op", l->op);
	set_stats(object, &l->stats);
	set_real(object, "utilization_ratio",
		 ratio(l->stats.compute_cycles ? (double)l->stats.macs : 0,
		       (double)l->stats.span_cycles *
			       (double)r->peak_macs_per_cycle));
	set_text(object, "bound", l->bound);
	set_count(object, "bound_cycles", l->bound_cycles);
	set_count(object, "compute_bound_cycles", l->compute_bound_cycles);
	set_count(object, "vector_bound_cycles", l->vector_bound_cycles);
	set_count(object, "dram_bound_cycles", l->dram_bound_cycles);
	set_count(object, "compulsory_bytes", l->compulsory_bytes);
	set_real(object, "roof_ratio",
		 ratio((double)l->bound_cycles, (double)l->stats.span_cycles));
	set_real(object, "dram_bw_avg_gb_per_s",
		 gb_per_s(r, bytes, l->stats.span_cycles));
	json_object_set_new(object, "stalls", stalls(&l->stats));
	json_object_set_new(object, "energy_pj",
			    components(l->stats.energy_pj));
	return object;
}

static json_t *engines(const struct npu_result *r)
{
	json_t *object = json_object();

	for (int e = 0; e < NPU_RESULT_ENGINES; e++) {
		json_t *bins = json_object();

		for (int b = 0; b < NPU_BIN_COUNT; b++)
			set_count(bins, npu_bin_name[b], r->bins[e][b]);
		json_object_set_new(object, engine_names[e], bins);
	}
	return object;
}

static json_t *reference(const struct npu_result *r)
{
	json_t *object = json_object();

	json_object_set_new(object, "bit_exact", json_boolean(r->bit_exact));
	set_count(object, "mismatches", r->mismatches);
	set_real(object, "max_abs_error", r->max_abs_error);
	set_real(object, "sqnr_db", r->sqnr_db);
	json_object_set_new(object, "top1_equal", json_boolean(r->top1_equal));
	return object;
}

static json_t *summary_object(const struct npu_result *r)
{
	const struct npu_stats *t = &r->total;
	uint64_t bytes = t->dram_read_bytes + t->dram_write_bytes;
	double seconds = ratio((double)t->cycles, (double)r->clock_hz);
	double energy_pj = 0;
	json_t *object = json_object(), *list = json_array();

	for (int c = 0; c < NPU_COMPONENT_COUNT; c++)
		energy_pj += t->energy_pj[c];
	set_text(object, "schema", "systole.summary/1");
	set_text(object, "network", r->network);
	set_text(object, "chip", r->chip);
	set_text(object, "mode", r->mode);
	set_text(object, "precision", r->precision);
	set_count(object, "batch", r->batch ? r->batch : 1);
	set_count(object, "clock_hz", r->clock_hz);
	set_real(object, "latency_ns", seconds * 1e9);
	set_real(object, "frames_per_s",
		 ratio((double)(r->batch ? r->batch : 1), seconds));
	set_stats(object, t);
	set_real(object, "utilization_ratio",
		 ratio((double)npu_result_array_macs(r),
		       (double)t->cycles * (double)r->peak_macs_per_cycle));
	set_count(object, "bound_cycles", r->bound_cycles);
	set_real(object, "roof_ratio",
		 ratio((double)r->bound_cycles, (double)t->cycles));
	set_real(object, "dram_bw_avg_gb_per_s", gb_per_s(r, bytes, t->cycles));
	set_real(object, "dram_peak_gb_per_s", r->dram_peak_gb_per_s);
	json_object_set_new(object, "energy_pj", components(t->energy_pj));
	set_real(object, "power_avg_mw", ratio(energy_pj * 1e-9, seconds));
	json_object_set_new(object, "area_mm2", components(r->area_mm2));
	json_object_set_new(object, "stalls", stalls(t));
	json_object_set_new(object, "engines", engines(r));
	if (r->has_reference)
		json_object_set_new(object, "reference", reference(r));
	for (size_t k = 0; k < r->layer_count; k++)
		json_array_append_new(list, layer_object(r, &r->layers[k]));
	json_object_set_new(object, "layers", list);
	return object;
}

static void add_json(const json_t *value, struct npu_text *out)
{
	char *text =
		json_dumps(value, JSON_INDENT(2) | JSON_REAL_PRECISION(12));

	if (!text) {
		out->failed = 1;
		return;
	}
	npu_text_add_bytes(out, text, strlen(text));
	npu_text_add_bytes(out, "\n", 1);
	free(text);
}

void npu_write_summary(const struct npu_result *result, struct npu_text *out)
{
	json_t *object = summary_object(result);

	add_json(object, out);
	json_decref(object);
}

void npu_write_host(const struct npu_host_time *times, size_t count,
		    struct npu_text *out)
{
	json_t *object = json_object();

	set_text(object, "schema", "systole.host/1");
	for (size_t i = 0; i < count; i++)
		set_real(object, times[i].name, times[i].seconds);
	add_json(object, out);
	json_decref(object);
}
