/* tools/npu_verb_dram.c - the memory model alone, on a trace.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/dram/npu_dram_pattern.h"
#include "sim/dram/npu_dram_preset.h"
#include "tools/npu_command.h"
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

enum { REQUESTS = 200000, REQUESTS_MAX = 100000000 };

/* The memory of --chip, or a usual one of --preset; --map over both. */
static enum npu_status choose_memory(const struct npu_arguments *args,
				     struct npu_chip *chip,
				     struct npu_error *err)
{
	static const char *const maps[] = { "bg", "co", NULL };
	const char *name = npu_option_text(args, NPU_OPTION_chip, NULL);
	bool of_chip = name || npu_given(args, NPU_OPTION_set);
	size_t map;

	*chip = (struct npu_chip){ .chip.clock = 1000000000 };
	chip->dma.outstanding = 1;
	if (of_chip && npu_given(args, NPU_OPTION_preset))
		return npu_fail(err, NPU_E_USAGE,
				"--preset and --chip: one of them; use "
				"--set dram.preset=NAME with a chip");
	if (of_chip)
		NPU_TRY(npu_chip_load(name ? name : "edge", NULL,
				      args->values[NPU_OPTION_set],
				      args->value_count[NPU_OPTION_set], chip,
				      err));
	else
		NPU_TRY(npu_dram_usual(
			npu_option_text(args, NPU_OPTION_preset, "DDR4-3200"),
			chip, err));
	NPU_TRY(npu_option_choice(args, NPU_OPTION_map, maps,
				  chip->dram.map == NPU_dram_map_co, &map,
				  err));
	chip->dram.map = map ? NPU_dram_map_co : NPU_dram_map_bg;
	return NPU_OK;
}

static enum npu_status read_requests(const struct npu_arguments *args,
				     struct npu_arena *arena,
				     struct npu_dram_request **out,
				     size_t *count, struct npu_error *err)
{
	const char *trace = args->positional[0];
	struct npu_dram_request probe;
	uint64_t n;

	NPU_TRY(npu_option_integer(args, NPU_OPTION_count, 1, REQUESTS_MAX,
				   REQUESTS, &n, err));
	if (!npu_dram_pattern(trace, &probe, 1)) {
		if (access(trace, F_OK) != 0)
			return npu_fail(err, NPU_E_IO,
					"%s: no such file, nor a pattern (%s)",
					trace, npu_dram_pattern_names);
		return npu_dram_trace_load(arena, trace, out, count, err);
	}
	*count = (size_t)n;
	*out = npu_new(arena, struct npu_dram_request, *count);
	if (!*out)
		return npu_fail(err, NPU_E_NOMEM, "no memory for the trace");
	npu_dram_pattern(trace, *out, *count);
	return NPU_OK;
}

static enum npu_status print_json(const char *trace,
				  const struct npu_chip *chip,
				  const struct npu_dram_trace_result *r,
				  struct npu_error *err)
{
	const struct npu_dram_counters *c = &r->counters;
	json_t *out = json_pack(
		"{s:s, s:s, s:s, s:s, s:I, s:I, s:f, s:f, s:f, s:f, s:f, s:I, "
		"s:I, s:I}",
		"trace", trace, "preset", chip->dram.preset, "map",
		chip->dram.map == NPU_dram_map_co ? "co" : "bg", "model",
		chip->dram.model == NPU_dram_model_run ? "run" : "command",
		"requests", (json_int_t)(c->read_bursts + c->write_bursts),
		"cycles", (json_int_t)c->clocks, "bandwidth_ratio",
		r->bandwidth_ratio, "bandwidth_gb_per_s", r->gb_per_s,
		"row_hit_ratio", r->row_hit_ratio, "read_latency_avg_ns",
		r->read_latency_avg_ns, "energy_pj_per_bit",
		r->energy_pj_per_bit, "reads", (json_int_t)c->read_bursts,
		"activates", (json_int_t)c->activates, "refreshes",
		(json_int_t)c->refreshes);
	enum npu_status status;

	if (!out)
		return npu_fail(err, NPU_E_NOMEM, "no memory for JSON");
	status = npu_print_json(out, err);
	json_decref(out);
	return status;
}

static void print_table(const char *trace, const struct npu_chip *chip,
			const struct npu_dram_trace_result *r)
{
	const struct npu_dram_counters *c = &r->counters;

	printf("%s on %s, %llu x %llu bits, map %s, %s level\n", trace,
	       chip->dram.preset, (unsigned long long)chip->dram.channels,
	       (unsigned long long)chip->dram.width,
	       chip->dram.map == NPU_dram_map_co ? "co" : "bg",
	       chip->dram.model == NPU_dram_model_run ? "run" : "command");
	printf("  requests        %12llu   (%llu reads)\n",
	       (unsigned long long)(c->read_bursts + c->write_bursts),
	       (unsigned long long)c->read_bursts);
	printf("  cycles          %12llu   memory clocks, %.3f us\n",
	       (unsigned long long)c->clocks, r->seconds * 1e6);
	printf("  bandwidth       %12.3f   GB/s, %.2f %% of the peak\n",
	       r->gb_per_s, 100 * r->bandwidth_ratio);
	printf("  row hits        %12.2f   %%, %llu activates\n",
	       100 * r->row_hit_ratio, (unsigned long long)c->activates);
	printf("  read latency    %12.1f   ns on average\n",
	       r->read_latency_avg_ns);
	printf("  energy          %12.3f   pJ/bit by the currents, without "
	       "I/O\n",
	       r->energy_pj_per_bit);
}

enum npu_status npu_verb_dram(const struct npu_arguments *args,
			      struct npu_error *err)
{
	struct npu_arena *arena = npu_arena_create();
	struct npu_dram_trace_result result;
	struct npu_dram_request *requests = NULL;
	struct npu_chip chip;
	enum npu_status status;
	uint64_t window;
	size_t count = 0;

	if (!arena)
		return npu_fail(err, NPU_E_NOMEM, "no memory");
	status = choose_memory(args, &chip, err);
	if (status == NPU_OK)
		status = npu_option_integer(args, NPU_OPTION_window, 0, 1 << 20,
					    0, &window, err);
	if (status == NPU_OK)
		status = read_requests(args, arena, &requests, &count, err);
	if (status == NPU_OK)
		status = npu_dram_run_trace(&chip, requests, count,
					    (unsigned)window, &result, err);
	if (status == NPU_OK && npu_given(args, NPU_OPTION_json))
		status = print_json(args->positional[0], &chip, &result, err);
	else if (status == NPU_OK)
		print_table(args->positional[0], &chip, &result);
	npu_arena_destroy(arena);
	return status;
}
