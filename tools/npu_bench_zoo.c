/* tools/npu_bench_zoo.c - networks on chips: cycles, roofs, and what is lost.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/npu_bench.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FURTHEST = 2 };

/* A layer that is far from its roof. */
struct furthest {
	char name[48], op[24];
	const char *stall; /* the largest bin; compute: tiles not full */
	double roof_ratio, stall_ratio;
	uint64_t lost_cycles; /* its share of the run above its roof */
};

struct row {
	const char *network, *chip;
	int ran;
	char why[160];
	uint64_t cycles, bound_cycles;
	double seconds, frames_per_s, roof_ratio;
	const char *bound;
	struct furthest furthest[FURTHEST];
};

static uint64_t lost(const struct npu_layer_result *layer)
{
	return layer->stats.cycles > layer->bound_cycles
		       ? layer->stats.cycles - layer->bound_cycles
		       : 0;
}

static void describe(const struct npu_layer_result *layer, struct furthest *out)
{
	static const char *const name[] = {
#define NPU_STALL(name, doc) #name,
#include "traces/npu_stall.def"
	};
	const struct npu_stats *s = &layer->stats;
	size_t worst = 0;

	for (size_t i = 1; i < NPU_STALL_COUNT; i++)
		if (s->stall[i] > s->stall[worst])
			worst = i;
	snprintf(out->name, sizeof out->name, "%s", layer->name);
	snprintf(out->op, sizeof out->op, "%s", layer->op);
	out->stall = name[worst];
	out->lost_cycles = lost(layer);
	if (s->span_cycles)
		out->roof_ratio =
			(double)layer->bound_cycles / (double)s->span_cycles;
	if (s->cycles)
		out->stall_ratio = (double)s->stall[worst] / (double)s->cycles;
}

/* The two layers that lose most cycles to their roofs. */
static void find_furthest(const struct npu_result *result, struct row *out)
{
	const struct npu_layer_result *best[FURTHEST] = { NULL };

	for (size_t i = 0; i < result->layer_count; i++) {
		const struct npu_layer_result *layer = &result->layers[i];

		for (size_t k = 0; k < FURTHEST; k++) {
			const struct npu_layer_result *other = best[k];

			if (other && lost(other) >= lost(layer))
				continue;
			best[k] = layer;
			layer = other;
			if (!layer)
				break;
		}
	}
	for (size_t k = 0; k < FURTHEST && best[k]; k++)
		describe(best[k], &out->furthest[k]);
}

static void fill_row(const struct npu_result *result, struct row *out)
{
	uint64_t compute = 0, vector = 0, dram = 0;

	for (size_t i = 0; i < result->layer_count; i++) {
		compute += result->layers[i].compute_bound_cycles;
		vector += result->layers[i].vector_bound_cycles;
		dram += result->layers[i].dram_bound_cycles;
	}
	out->ran = 1;
	out->cycles = result->total.cycles;
	out->bound_cycles = result->bound_cycles;
	out->seconds = npu_measured_seconds(result);
	out->frames_per_s = npu_measured_frames_per_s(result);
	out->roof_ratio = npu_measured_roof_ratio(result);
	out->bound = compute >= vector && compute >= dram ? "compute"
		     : dram >= vector                     ? "dram"
							  : "vector";
	find_furthest(result, out);
}

static enum npu_status measure(const struct npu_bench_set *set,
			       struct row *rows, struct npu_error *err)
{
	for (size_t n = 0; n < set->network_count; n++) {
		for (size_t c = 0; c < set->chip_count; c++) {
			struct row *row = &rows[n * set->chip_count + c];
			struct npu_result *result;
			struct npu_error why;

			row->network = set->networks[n];
			row->chip = set->chips[c];
			NPU_TRY(npu_bench_one(set, row->network, row->chip,
					      &result, &why, err));
			if (result)
				fill_row(result, row);
			else
				snprintf(row->why, sizeof row->why, "%.*s",
					 (int)sizeof row->why - 1, why.message);
			npu_result_destroy(result);
		}
	}
	return NPU_OK;
}

static void print_rows(const struct row *rows, size_t count)
{
	printf("%-14s %-12s %12s %12s %11s %6s  %s\n", "network", "chip",
	       "cycles", "latency_ms", "frames/s", "roof", "bound");
	for (size_t i = 0; i < count; i++) {
		const struct row *r = &rows[i];

		if (r->ran)
			printf("%-14s %-12s %12llu %12.4f %11.2f %6.3f  %s\n",
			       r->network, r->chip,
			       (unsigned long long)r->cycles, r->seconds * 1e3,
			       r->frames_per_s, r->roof_ratio, r->bound);
		else
			printf("%-14s %-12s does not run: %s\n", r->network,
			       r->chip, r->why);
	}
}

static void print_furthest(const struct row *rows, size_t count)
{
	printf("\nThe two layers of each network that lose most cycles to "
	       "their roofs, and where most\nof their cycles went (compute: "
	       "the array works, but on tiles that do not fill it)\n");
	printf("%-14s %-12s %-24s %-12s %12s %7s %6s  %s\n", "network", "chip",
	       "layer", "op", "lost_cycles", "of_all", "roof", "stall");
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < FURTHEST; k++) {
			const struct furthest *f = &rows[i].furthest[k];

			if (!rows[i].ran || !f->stall)
				continue;
			printf("%-14s %-12s %-24.24s %-12s %12llu %6.1f%% "
			       "%6.3f  %s %.0f%%\n",
			       rows[i].network, rows[i].chip, f->name, f->op,
			       (unsigned long long)f->lost_cycles,
			       100 * (double)f->lost_cycles /
				       (double)rows[i].cycles,
			       f->roof_ratio, f->stall, 100 * f->stall_ratio);
		}
	}
}

static json_t *row_json(const struct row *r)
{
	json_t *layers = json_array(), *out;

	if (!r->ran) {
		json_decref(layers);
		return json_pack("{s:s, s:s, s:s}", "network", r->network,
				 "chip", r->chip, "error", r->why);
	}
	for (size_t k = 0; k < FURTHEST && r->furthest[k].stall; k++) {
		const struct furthest *f = &r->furthest[k];

		json_array_append_new(
			layers,
			json_pack("{s:s, s:s, s:I, s:f, s:s, s:f}", "name",
				  f->name, "op", f->op, "lost_cycles",
				  (json_int_t)f->lost_cycles, "roof_ratio",
				  f->roof_ratio, "stall", f->stall,
				  "stall_ratio", f->stall_ratio));
	}
	out = json_pack("{s:s, s:s, s:I, s:f, s:f, s:I, s:f, s:s}", "network",
			r->network, "chip", r->chip, "cycles",
			(json_int_t)r->cycles, "latency_ns", r->seconds * 1e9,
			"frames_per_s", r->frames_per_s, "bound_cycles",
			(json_int_t)r->bound_cycles, "roof_ratio",
			r->roof_ratio, "bound", r->bound);
	json_object_set_new(out, "furthest", layers);
	return out;
}

static enum npu_status print_json(const struct row *rows, size_t count,
				  struct npu_error *err)
{
	json_t *list = json_array();
	enum npu_status status;

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, row_json(&rows[i]));
	status = npu_print_json(list, err);
	json_decref(list);
	return status;
}

enum npu_status npu_bench_zoo(const struct npu_arguments *args,
			      struct npu_error *err)
{
	struct npu_arena *arena = npu_arena_create();
	struct npu_bench_set set;
	struct row *rows = NULL;
	enum npu_status status;
	size_t count;

	if (!arena)
		return npu_fail(err, NPU_E_NOMEM, "no memory");
	status = npu_bench_choose(args, arena, &set, err);
	if (status != NPU_OK)
		goto close_arena;
	count = set.network_count * set.chip_count;
	rows = npu_new(arena, struct row, count);
	if (!rows)
		status = npu_fail(err, NPU_E_NOMEM, "no memory");
	if (status == NPU_OK)
		status = measure(&set, rows, err);
	if (status == NPU_OK && npu_given(args, NPU_OPTION_json)) {
		status = print_json(rows, count, err);
	} else if (status == NPU_OK) {
		print_rows(rows, count);
		print_furthest(rows, count);
	}
close_arena:
	npu_arena_destroy(arena);
	return status;
}
