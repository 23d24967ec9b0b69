/* sweep/npu_metrics.c - counts as text, and the figures they give.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_cost.h"
#include "sweep/npu_trial.h"
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

/* ---- one line of JSON ---- */

/* Every count of an activity by its name: the one list for both directions. */
typedef int each_count(void *user, const char *name, uint64_t *count);

static int visit(struct npu_activity *a, each_count *each, void *user)
{
	static const char *const types[] = {
#define NPU_DTYPE(name, code, bytes, doc) [code] = #name,
#include "base/npu_dtype.def"
	};
	char name[64];
	int ok = 1;

#define NPU_STAT(field, unit, doc) ok &= each(user, #field, &a->total.field);
#include "traces/npu_stats.def"
#define NPU_STALL(field, doc) \
	ok &= each(user, "stall_" #field, &a->total.stall[NPU_STALL_##field]);
#include "traces/npu_stall.def"
	ok &= each(user, "bound_cycles", &a->bound_cycles);
	ok &= each(user, "useful_array_macs", &a->useful_array_macs);
	for (size_t t = 0; t <= NPU_fp16; t++) {
		if (!types[t])
			continue;
		snprintf(name, sizeof name, "macs_%s", types[t]);
		ok &= each(user, name, &a->macs.of[t]);
	}
	ok &= each(user, "dram_read_bursts", &a->dram.read_bursts);
	ok &= each(user, "dram_write_bursts", &a->dram.write_bursts);
	ok &= each(user, "dram_row_activates", &a->dram.activates);
	ok &= each(user, "dram_row_hits", &a->dram.row_hits);
	ok &= each(user, "dram_refresh_commands", &a->dram.refreshes);
	ok &= each(user, "dram_read_latency_clocks",
		   &a->dram.read_latency_cycles);
	ok &= each(user, "dram_clocks", &a->dram.clocks);
	ok &= each(user, "dram_closed_clocks", &a->dram.closed_clocks);
	return ok;
}

static int print_count(void *user, const char *name, uint64_t *count)
{
	struct npu_text *out = user;

	npu_text_add(out, "%s\"%s\":%" PRIu64,
		     out->data[out->length - 1] == '{' ? "" : ",", name,
		     *count);
	return 1;
}

void npu_activity_print(const struct npu_activity *activity,
			struct npu_text *out)
{
	struct npu_activity copy = *activity;

	npu_text_add(out, "{");
	if (!out->failed)
		visit(&copy, print_count, out);
	npu_text_add(out, "}");
}

static int parse_count(void *user, const char *name, uint64_t *count)
{
	const json_t *value = json_object_get(user, name);

	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return 0;
	*count = (uint64_t)json_integer_value(value);
	return 1;
}

enum npu_status npu_activity_parse(const char *text, struct npu_activity *out,
				   struct npu_error *err)
{
	json_t *object = json_loads(text, 0, NULL);
	int ok;

	memset(out, 0, sizeof *out);
	ok = json_is_object(object) && visit(out, parse_count, object);
	json_decref(object);
	return ok ? NPU_OK
		  : npu_fail(err, NPU_E_SYNTAX,
			     "counts of a trial are damaged: %.60s", text);
}

/* ---- figures ---- */

static double ratio(double a, double b)
{
	return b != 0 ? a / b : 0;
}

static double sum(const double *of)
{
	double total = 0;

	for (int i = 0; i < NPU_COMPONENT_COUNT; i++)
		total += of[i];
	return total;
}

void npu_metrics_static(const struct npu_chip *chip,
			const struct npu_technology *technology,
			double *metrics)
{
	double area[NPU_COMPONENT_COUNT];

	memset(metrics, 0, NPU_METRIC_COUNT * sizeof *metrics);
	npu_energy_area(chip, technology, area);
	metrics[NPU_METRIC_area_mm2] = sum(area);
	metrics[NPU_METRIC_peak_macs_per_cycle] =
		(double)(chip->array.rows * chip->array.cols *
			 chip->chip.cores);
	metrics[NPU_METRIC_dram_peak_gb_per_s] =
		npu_dram_peak_bytes_per_cycle(chip) * (double)chip->chip.clock *
		1e-9;
}

void npu_metrics(const struct npu_chip *chip,
		 const struct npu_technology *technology,
		 const struct npu_activity *activity, uint64_t batch, double *m)
{
	const struct npu_stats *t = &activity->total;
	const double cycles = (double)t->cycles;
	const double seconds = cycles / (double)chip->chip.clock;
	double energy[NPU_COMPONENT_COUNT], area[NPU_COMPONENT_COUNT];

	npu_metrics_static(chip, technology, m);
	npu_activity_energy(chip, technology, activity, energy, area);
	m[NPU_METRIC_cycles] = cycles;
	m[NPU_METRIC_latency_ns] = seconds * 1e9;
	m[NPU_METRIC_frames_per_s] = ratio((double)batch, seconds);
	m[NPU_METRIC_macs] = (double)t->macs;
	m[NPU_METRIC_utilization_ratio] =
		ratio((double)activity->useful_array_macs,
		      cycles * m[NPU_METRIC_peak_macs_per_cycle]);
	m[NPU_METRIC_bound_cycles] = (double)activity->bound_cycles;
	m[NPU_METRIC_roof_ratio] =
		ratio((double)activity->bound_cycles, cycles);
	m[NPU_METRIC_dram_read_bytes] = (double)t->dram_read_bytes;
	m[NPU_METRIC_dram_write_bytes] = (double)t->dram_write_bytes;
	m[NPU_METRIC_dram_bw_avg_gb_per_s] =
		ratio((double)(t->dram_read_bytes + t->dram_write_bytes) * 1e-9,
		      seconds);
	m[NPU_METRIC_energy_pj] = sum(energy);
	m[NPU_METRIC_power_avg_mw] = ratio(sum(energy) * 1e-9, seconds);
	m[NPU_METRIC_edp_pj_s] = sum(energy) * seconds;
}
