/* tools/npu_bench_published.c - published figures of chips against ours.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_file.h"
#include "tools/npu_bench.h"
#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum quantity {
	QUANTITY_fps,
	QUANTITY_cycles,
	QUANTITY_tops,
	QUANTITY_dram_wait
};

struct published {
	const char *chip, *network;
	uint64_t batch;
	enum quantity quantity;
	double value;
	const char *unit, *expected, *source;
};

static const struct published table[] = {
#define NPU_PUBLISHED(chip, network, batch, quantity, value, unit, expected, \
		      source)                                                \
	{ chip,  network, batch,    QUANTITY_##quantity,                     \
	  value, unit,    expected, source },
#include "tools/npu_bench_published.def"
};
enum { ROWS = sizeof table / sizeof table[0] };

static double quantity_of(const struct npu_result *r, enum quantity quantity)
{
	switch (quantity) {
	case QUANTITY_fps:
		return npu_measured_frames_per_s(r);
	case QUANTITY_cycles:
		return (double)r->total.cycles;
	case QUANTITY_tops: /* two operations a MAC, as published */
		return 2e-12 * (double)r->total.macs / npu_measured_seconds(r);
	case QUANTITY_dram_wait:
		return (double)(r->total.stall[NPU_STALL_dram] +
				r->total.stall[NPU_STALL_weight_load]) /
		       (double)r->total.cycles;
	}
	return 0;
}

static enum npu_status simulate(const struct published *p, double *out,
				double *roof_ratio, struct npu_error *err)
{
	struct npu_measurement what = { .network = p->network,
					.chip = p->chip,
					.batch = p->batch };
	struct npu_result *result = NULL;
	char path[512];

	if (strchr(p->network, '/')) { /* beside the installed data */
		npu_data_path(p->network, path, sizeof path);
		what.network = path;
	}
	NPU_TRY(npu_measure(&what, NULL, &result, err));
	*out = quantity_of(result, p->quantity);
	*roof_ratio = npu_measured_roof_ratio(result);
	npu_result_destroy(result);
	return NPU_OK;
}

static void print_head(void)
{
	printf("# Published chips against ours\n\n"
	       "Made by `systole bench published`. Chips are like-for-like "
	       "YAMLs in `configs/chips/`;\nint8. Roof: how near ours comes "
	       "to its own roof.\n\n"
	       "| chip | network | quantity | published | ours | difference | "
	       "roof | expected, and why | source |\n"
	       "|---|---|---|---|---|---|---|---|---|\n");
}

enum npu_status npu_bench_published(const struct npu_arguments *args,
				    struct npu_error *err)
{
	json_t *list = npu_given(args, NPU_OPTION_json) ? json_array() : NULL;
	enum npu_status status = NPU_OK;

	if (!list)
		print_head();
	for (size_t i = 0; i < ROWS && status == NPU_OK; i++) {
		const struct published *p = &table[i];
		const char *slash = strrchr(p->network, '/');
		double ours = 0, roof_ratio = 0;

		status = simulate(p, &ours, &roof_ratio, err);
		if (status != NPU_OK)
			break;
		if (list)
			json_array_append_new(
				list,
				json_pack("{s:s, s:s, s:s, s:f, s:f, s:f, s:f, "
					  "s:s}",
					  "chip", p->chip, "network",
					  p->network, "unit", p->unit,
					  "published", p->value, "ours", ours,
					  "error_ratio", ours / p->value - 1,
					  "roof_ratio", roof_ratio, "source",
					  p->source));
		else
			printf("| %s | %s | %s | %.4g | %.4g | %+.1f %% | "
			       "%.3f | %s | %s |\n",
			       p->chip, slash ? slash + 1 : p->network, p->unit,
			       p->value, ours, 100 * (ours / p->value - 1),
			       roof_ratio, p->expected, p->source);
	}
	if (status == NPU_OK && list)
		status = npu_print_json(list, err);
	json_decref(list);
	return status;
}
