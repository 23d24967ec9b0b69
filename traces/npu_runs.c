/* traces/npu_runs.c - runs read back from their files, and checked.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_runs_internal.h"
#include <stdlib.h>
#include <string.h>

const struct npu__column npu__stat[NPU__STAT_COUNT] = {
#define NPU_STAT(name, unit, doc) { #name, #unit, doc },
#include "traces/npu_stats.def"
};
const struct npu__column npu__stall[NPU_STALL_COUNT] = {
#define NPU_STALL(name, doc) { "stalls." #name, "cycle", doc },
#include "traces/npu_stall.def"
};
const struct npu__column npu__component[NPU_COMPONENT_COUNT] = {
#define NPU_COMPONENT(name, doc) { "energy_pj." #name, "pJ", doc },
#include "traces/npu_energy.def"
};
const struct npu__column npu__peak[NPU_PEAK_COUNT] = {
#define NPU_PEAK(name, unit, doc) { "peaks." #name, unit, doc },
#include "traces/npu_peak.def"
};
const struct npu__column npu__remedy[NPU_STALL_COUNT] = {
#define NPU_REMEDY(name, label, remedy) { label, "", remedy },
#include "traces/npu_stall_remedy.def"
};
const struct npu__column npu__first[NPU__FIRST_COUNT] = {
	{ "latency_ns", "latency", "" },
	{ "frames_per_s", "frames a second", "" },
	{ "roof_ratio", "of the roof", "bound_cycles over cycles" },
	{ "utilization_ratio", "array in use", "MACs over the array's peak" },
	{ "dram_bw_avg_gb_per_s", "DRAM, average", "" },
	{ "energy_pj.total", "energy", "of all components" },
	{ "power_avg_mw", "power, average", "energy over latency" },
	{ "area_mm2.total", "die area", "" },
};
const struct npu__column npu__engine[NPU_RESULT_ENGINES] = {
	{ "ld", "cycle", "LD: memory to scratchpad" },
	{ "st", "cycle", "ST: scratchpad to memory" },
	{ "mx", "cycle", "MX: the systolic array" },
	{ "vx", "cycle", "VX: the vector engine" },
};

const json_t *npu__member(const json_t *object, const char *path)
{
	char key[64];

	while (object) {
		size_t n = strcspn(path, ".");

		if (n >= sizeof key)
			return NULL;
		memcpy(key, path, n);
		key[n] = '\0';
		object = json_object_get(object, key);
		if (!path[n])
			return object;
		path += n + 1;
	}
	return NULL;
}

double npu__real(const json_t *object, const char *path)
{
	return json_number_value(npu__member(object, path));
}

const char *npu__string(const json_t *object, const char *path)
{
	const char *text = json_string_value(npu__member(object, path));

	return text ? text : "";
}

const char *npu__last_part(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot ? dot + 1 : path;
}

const json_t *npu__layer(const struct npu__run *run, size_t k)
{
	return json_array_get(run->layers, k);
}

/* ---- checks ---- */

struct reader {
	struct npu_loc at;
	struct npu_error *err;
};

static enum npu_status want_number(const struct reader *r, const json_t *object,
				   const char *where, const char *key,
				   int may_be_null)
{
	const json_t *value = npu__member(object, key);

	if (may_be_null && json_is_null(value))
		return NPU_OK;
	if (!json_is_number(value))
		return npu_fail_at(r->err, NPU_E_SYNTAX, r->at,
				   "%s: %s: expected a number", where, key);
	/* the comparison that also refuses what is not a number */
	if (!(json_number_value(value) >= 0 &&
	      json_number_value(value) < 1e300))
		return npu_fail_at(r->err, NPU_E_RANGE, r->at,
				   "%s: %s: expected 0 or more, got %g", where,
				   key, json_number_value(value));
	return NPU_OK;
}

static enum npu_status want_keys(const struct reader *r, const json_t *object,
				 const char *where,
				 const struct npu__column *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		NPU_TRY(want_number(r, object, where, keys[i].name, 0));
	return NPU_OK;
}

static enum npu_status want_string(const struct reader *r, const json_t *object,
				   const char *where, const char *key)
{
	if (!json_is_string(npu__member(object, key)))
		return npu_fail_at(r->err, NPU_E_SYNTAX, r->at,
				   "%s: %s: expected a text", where, key);
	return NPU_OK;
}

/* What a layer and the total have in common. */
static enum npu_status want_counts(const struct reader *r, const json_t *object,
				   const char *where)
{
	static const char *const more[] = {
		"utilization_ratio",    "bound_cycles",    "roof_ratio",
		"dram_bw_avg_gb_per_s", "energy_pj.total",
	};

	NPU_TRY(want_keys(r, object, where, npu__stat, NPU__STAT_COUNT));
	NPU_TRY(want_keys(r, object, where, npu__stall, NPU_STALL_COUNT));
	NPU_TRY(want_keys(r, object, where, npu__component,
			  NPU_COMPONENT_COUNT));
	for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
		NPU_TRY(want_number(r, object, where, more[i], 0));
	return NPU_OK;
}

static enum npu_status want_layer(const struct reader *r, const json_t *layer,
				  size_t k)
{
	static const char *const bounds[] = { "compute_bound_cycles",
					      "vector_bound_cycles",
					      "dram_bound_cycles" };
	char where[40];

	snprintf(where, sizeof where, "layers[%zu]", k);
	NPU_TRY(want_string(r, layer, where, "name"));
	NPU_TRY(want_string(r, layer, where, "op"));
	NPU_TRY(want_string(r, layer, where, "bound"));
	NPU_TRY(want_counts(r, layer, where));
	for (size_t i = 0; i < 3; i++)
		NPU_TRY(want_number(r, layer, where, bounds[i], 0));
	return NPU_OK;
}

static enum npu_status want_summary(const struct reader *r,
				    const struct npu__run *run)
{
	static const char *const texts[] = { "network", "chip", "mode",
					     "precision" };
	static const char *const numbers[] = {
		"batch",          "clock_hz",           "latency_ns",
		"frames_per_s",   "dram_peak_gb_per_s", "power_avg_mw",
		"area_mm2.total",
	};
	const json_t *s = run->summary;

	if (strcmp(npu__string(s, "schema"), "systole.summary/1") != 0)
		return npu_fail_at(r->err, NPU_E_SYNTAX, r->at,
				   "schema: expected \"systole.summary/1\", "
				   "got \"%.40s\"",
				   npu__string(s, "schema"));
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		NPU_TRY(want_string(r, s, "summary", texts[i]));
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		NPU_TRY(want_number(r, s, "summary", numbers[i], 0));
	NPU_TRY(want_counts(r, s, "summary"));
	if (!json_is_array(run->layers))
		return npu_fail_at(r->err, NPU_E_SYNTAX, r->at,
				   "layers: expected a list");
	if (run->layer_count > NPU_RUN_LAYERS_MAX)
		return npu_fail_at(r->err, NPU_E_LIMIT, r->at,
				   "layers: %zu; a report has at most %d",
				   run->layer_count, NPU_RUN_LAYERS_MAX);
	for (size_t k = 0; k < run->layer_count; k++)
		NPU_TRY(want_layer(r, npu__layer(run, k), k));
	if (!npu__member(s, "reference"))
		return NPU_OK;
	NPU_TRY(want_number(r, s, "summary", "reference.mismatches", 0));
	return want_number(r, s, "summary", "reference.sqnr_db", 1);
}

/* ---- the list ---- */

struct npu_runs *npu_runs_create(void)
{
	return calloc(1, sizeof(struct npu_runs));
}

static void clear(struct npu__run *run)
{
	free(run->label);
	json_decref(run->summary);
	json_decref(run->figures);
}

void npu_runs_destroy(struct npu_runs *runs)
{
	for (size_t i = 0; runs && i < runs->count; i++)
		clear(&runs->run[i]);
	free(runs);
}

static enum npu_status parse(const char *path, const char *name,
			     const char *text, size_t bytes, json_t **out,
			     struct npu_error *err)
{
	char where[512];
	json_error_t at;

	snprintf(where, sizeof where, "%s/%s", path, name);
	*out = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &at);
	if (!*out)
		return npu_fail_at(
			err, NPU_E_SYNTAX,
			(struct npu_loc){
				.path = where,
				.line = at.line > 0 ? (uint32_t)at.line : 0,
				.column =
					at.column > 0 ? (uint32_t)at.column : 0,
			},
			"not well-formed JSON: %s", at.text);
	return NPU_OK;
}

static enum npu_status read_run(struct npu__run *run,
				const struct npu_run_text *text,
				struct npu_error *err)
{
	char where[512];
	const struct reader reader = { .at.path = where, .err = err };

	run->label = malloc(strlen(text->label) + 1);
	if (!run->label)
		return npu_fail(err, NPU_E_NOMEM, "no memory for a run");
	strcpy(run->label, text->label);
	NPU_TRY(parse(text->path, "summary.json", text->summary,
		      text->summary_bytes, &run->summary, err));
	run->layers = json_object_get(run->summary, "layers");
	run->layer_count = json_array_size(run->layers);
	snprintf(where, sizeof where, "%s/summary.json", text->path);
	NPU_TRY(want_summary(&reader, run));
	if (!text->figures)
		return NPU_OK;
	NPU_TRY(parse(text->path, "figures.json", text->figures,
		      text->figures_bytes, &run->figures, err));
	snprintf(where, sizeof where, "%s/figures.json", text->path);
	return npu__figures_check(run, where, err);
}

enum npu_status npu_runs_add(struct npu_runs *runs,
			     const struct npu_run_text *text,
			     struct npu_error *err)
{
	struct npu__run run = { 0 };
	enum npu_status status;

	if (runs->count == NPU_RUNS_MAX)
		return npu_fail(err, NPU_E_LIMIT,
				"a report shows at most %d runs", NPU_RUNS_MAX);
	status = read_run(&run, text, err);
	if (status == NPU_OK)
		runs->run[runs->count++] = run;
	else
		clear(&run);
	return status;
}

void npu_write_runs_json(const struct npu_runs *runs, struct npu_text *out)
{
	json_t *root = json_object(), *list = json_array();
	char *text;

	for (size_t i = 0; i < runs->count; i++)
		json_array_append(list, runs->run[i].summary);
	json_object_set_new(root, "schema", json_string("systole.report/1"));
	json_object_set_new(root, "runs", list);
	text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
	json_decref(root);
	if (!text) {
		out->failed = 1;
		return;
	}
	npu_text_add_bytes(out, text, strlen(text));
	npu_text_add_bytes(out, "\n", 1);
	free(text);
}
