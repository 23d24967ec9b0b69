/* tools/npu_verb_bench.c - tables over networks and chips: what is measured.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_model.h"
#include "tools/npu_bench.h"
#include "tools/npu_model_arguments.h"
#include <stdio.h>
#include <string.h>

/* All chips but scalesim, which is no chip but another simulator's rules, and
 * the small shapes of RTL. */
static enum npu_status list_chips(struct npu_arena *arena,
				  struct npu_bench_set *out,
				  struct npu_error *err)
{
	const char *const *names;
	const char **chips;
	size_t count;

	NPU_TRY(npu_chip_list(arena, NULL, &names, &count, err));
	chips = npu_new(arena, const char *, count);
	if (!chips)
		return npu_fail(err, NPU_E_NOMEM, "no memory");
	out->chip_count = 0;
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], "scalesim") != 0 &&
		    strncmp(names[i], "rtl-", 4) != 0)
			chips[out->chip_count++] = names[i];
	out->chips = chips;
	return NPU_OK;
}

static enum npu_status list_networks(struct npu_arena *arena,
				     struct npu_bench_set *out,
				     struct npu_error *err)
{
	const char **names = npu_new(arena, const char *, NPU_ZOO_MAX);

	if (!names)
		return npu_fail(err, NPU_E_NOMEM, "no memory");
	NPU_TRY(npu_zoo_list(arena, NULL, names, &out->network_count, err));
	out->networks = names;
	return NPU_OK;
}

enum npu_status npu_bench_choose(const struct npu_arguments *args,
				 struct npu_arena *arena,
				 struct npu_bench_set *out,
				 struct npu_error *err)
{

	*out = (struct npu_bench_set){
		.sets = args->values[NPU_OPTION_set],
		.set_count = args->value_count[NPU_OPTION_set],
		.chips = args->values[NPU_OPTION_chip],
		.chip_count = args->value_count[NPU_OPTION_chip],
	};
	NPU_TRY(npu_precision_from_arguments(args, &out->precision, err));
	NPU_TRY(npu_option_integer(args, NPU_OPTION_batch, 1, 65535, 0,
				   &out->batch, err));
	if (out->chip_count == 0)
		NPU_TRY(list_chips(arena, out, err));
	if (args->positional_count < 2)
		return list_networks(arena, out, err);
	out->networks = args->positional + 1;
	out->network_count = args->positional_count - 1;
	return NPU_OK;
}

enum npu_status npu_bench_one(const struct npu_bench_set *set,
			      const char *network, const char *chip,
			      struct npu_result **result, struct npu_error *why,
			      struct npu_error *err)
{
	const struct npu_measurement what = {
		.network = network,
		.chip = chip,
		.sets = set->sets,
		.set_count = set->set_count,
		.precision = set->precision,
		.batch = set->batch,
	};
	enum npu_status status;

	*result = NULL;
	*why = (struct npu_error){ 0 };
	status = npu_measure(&what, NULL, result, why);
	if (status == NPU_OK || status == NPU_E_UNSUPPORTED ||
	    status == NPU_E_CAPACITY)
		return NPU_OK;
	return npu_fail_at(err, status,
			   (struct npu_loc){ .path = why->path,
					     .line = why->line,
					     .column = why->column },
			   "%s on %s: %s", network, chip, why->message);
}

enum npu_status npu_verb_bench(const struct npu_arguments *args,
			       struct npu_error *err)
{
	static const struct {
		const char *name;
		npu_verb_fn *run;
	} tables[] = {
		{ "zoo", npu_bench_zoo },
		{ "dram", npu_bench_dram },
		{ "published", npu_bench_published },
	};
	const char *name = args->positional_count ? args->positional[0] : "zoo";

	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		if (strcmp(tables[i].name, name) == 0)
			return tables[i].run(args, err);
	return npu_fail(err, NPU_E_USAGE,
			"expected zoo, dram or published, got \"%s\"", name);
}
