/* tools/npu_bench_dram.c - the run level of the DRAM against the command level.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/npu_bench.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct levels {
	uint64_t run, command; /* cycles */
};

/* The same network and chip at both levels; *ran is 0 where the memory is ideal
 * or the chip cannot. */
static enum npu_status measure(const struct npu_bench_set *set,
			       struct npu_arena *arena, const char *network,
			       const char *chip_name, struct levels *out,
			       int *ran, struct npu_error *err)
{
	static const char *const level[] = { "dram.model=run",
					     "dram.model=command" };
	struct npu_bench_set with = *set;
	const char **sets = npu_new(arena, const char *, set->set_count + 1);
	uint64_t cycles[2];
	struct npu_chip chip;

	*ran = 0;
	if (!sets)
		return npu_fail(err, NPU_E_NOMEM, "no memory");
	NPU_TRY(npu_chip_load(chip_name, NULL, set->sets, set->set_count, &chip,
			      err));
	if (strcmp(chip.dram.preset, "ideal") == 0)
		return NPU_OK;
	for (size_t i = 0; i < set->set_count; i++)
		sets[i] = set->sets[i];
	with.sets = sets;
	with.set_count = set->set_count + 1;
	for (size_t i = 0; i < 2; i++) {
		struct npu_result *result;
		struct npu_error why;

		sets[set->set_count] = level[i];
		NPU_TRY(npu_bench_one(&with, network, chip_name, &result, &why,
				      err));
		if (!result)
			return NPU_OK;
		cycles[i] = result->total.cycles;
		npu_result_destroy(result);
	}
	*out = (struct levels){ cycles[0], cycles[1] };
	*ran = 1;
	return NPU_OK;
}

static enum npu_status print_all(const struct npu_bench_set *set,
				 struct npu_arena *arena, json_t *list,
				 struct npu_error *err)
{
	double worst = 0;

	if (!list)
		printf("%-14s %-12s %14s %14s %8s\n", "network", "chip",
		       "command", "run", "error");
	for (size_t c = 0; c < set->chip_count; c++) {
		for (size_t n = 0; n < set->network_count; n++) {
			struct levels l;
			double error;
			int ran;

			NPU_TRY(measure(set, arena, set->networks[n],
					set->chips[c], &l, &ran, err));
			if (!ran)
				continue;
			error = (double)l.run / (double)l.command - 1;
			worst = fmax(worst, fabs(error));
			if (list)
				json_array_append_new(
					list,
					json_pack("{s:s, s:s, s:I, s:I, s:f}",
						  "network", set->networks[n],
						  "chip", set->chips[c],
						  "command_cycles",
						  (json_int_t)l.command,
						  "run_cycles",
						  (json_int_t)l.run,
						  "error_ratio", error));
			else
				printf("%-14s %-12s %14llu %14llu %+7.2f%%\n",
				       set->networks[n], set->chips[c],
				       (unsigned long long)l.command,
				       (unsigned long long)l.run, 100 * error);
		}
	}
	if (!list)
		printf("largest error %.2f%%\n", 100 * worst);
	return NPU_OK;
}

enum npu_status npu_bench_dram(const struct npu_arguments *args,
			       struct npu_error *err)
{
	struct npu_arena *arena = npu_arena_create();
	json_t *list = npu_given(args, NPU_OPTION_json) ? json_array() : NULL;
	struct npu_bench_set set;
	enum npu_status status;

	if (!arena)
		return npu_fail(err, NPU_E_NOMEM, "no memory");
	status = npu_bench_choose(args, arena, &set, err);
	if (status == NPU_OK)
		status = print_all(&set, arena, list, err);
	if (status == NPU_OK && list)
		status = npu_print_json(list, err);
	json_decref(list);
	npu_arena_destroy(arena);
	return status;
}
