/* bench/dram_reference.c - the DRAM model beside two other simulators.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   dram_reference FILE.csv [run]
 *
 * FILE is tests/data/dram/dramsim3.csv (or any of its columns' form). Prints
 * bandwidth, row hits, latency and pJ/bit of every row beside the reference's;
 * with `run`, of the run level. */
#include "sim/dram/npu_dram_pattern.h"
#include "sim/dram/npu_dram_preset.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REQUESTS = 200000, LINE = 512 };

struct row {
	char config[64], trace[64];
	unsigned window;
	double gb_per_s, hits, latency_ns, pj_per_bit;
};

static int parse(const char *line, struct row *out)
{
	return sscanf(line,
		      "%63[^,],%63[^,],%u,%*[^,],%*[^,],%*[^,],%lf,%*[^,],"
		      "%*[^,],%lf,%*[^,],%lf,%*[^,],%lf",
		      out->config, out->trace, &out->window, &out->gb_per_s,
		      &out->hits, &out->latency_ns, &out->pj_per_bit) == 7;
}

static int simulate(const struct row *row, int run_level,
		    struct npu_dram_trace_result *out)
{
	struct npu_dram_request *requests = calloc(REQUESTS, sizeof *requests);
	struct npu_chip chip = { .chip.clock = 1000000000 };
	struct npu_error err = { 0 };
	const char *preset = strstr(row->config, "hbm2")     ? "HBM2"
			     : strstr(row->config, "lpddr4") ? "LPDDR4-2400"
							     : "DDR4-3200";
	enum npu_status status = npu_dram_usual(preset, &chip, &err);

	chip.dma.outstanding = 1;
	if (strstr(row->config, "_co"))
		chip.dram.map = NPU_dram_map_co;
	if (run_level)
		chip.dram.model = NPU_dram_model_run;
	if (status == NPU_OK && requests &&
	    npu_dram_pattern(row->trace, requests, REQUESTS))
		status = npu_dram_run_trace(&chip, requests, REQUESTS,
					    row->window, out, &err);
	else
		status = NPU_E_RANGE;
	if (status != NPU_OK)
		fprintf(stderr, "%s %s: %s\n", row->config, row->trace,
			err.message);
	free(requests);
	return status == NPU_OK;
}

int main(int argc, char **argv)
{
	FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;
	double worst = 0;
	clock_t start = clock();
	unsigned rows = 0;
	char line[LINE];

	if (!file) {
		fprintf(stderr, "usage: dram_reference FILE.csv [run]\n");
		return 2;
	}
	printf("%-20s %-16s %4s %18s %8s %15s %15s %15s\n", "device", "trace",
	       "win", "GB/s (reference)", "error", "row hits %", "read ns",
	       "pJ/bit");
	while (fgets(line, sizeof line, file)) {
		struct npu_dram_trace_result got;
		struct row row;
		double error;

		if (!parse(line, &row))
			continue; /* comment and heads */
		if (!simulate(&row, argc > 2 && !strcmp(argv[2], "run"), &got))
			return 1;
		error = got.gb_per_s / row.gb_per_s - 1;
		worst = fmax(worst, fabs(error));
		rows++;
		printf("%-20s %-16s %4u %8.3f (%7.3f) %+7.2f%% "
		       "%6.2f (%6.2f) %6.1f (%6.1f) %6.3f (%6.3f)\n",
		       row.config, row.trace, row.window, got.gb_per_s,
		       row.gb_per_s, 100 * error, 100 * got.row_hit_ratio,
		       row.hits, got.read_latency_avg_ns, row.latency_ns,
		       got.energy_pj_per_bit, row.pj_per_bit);
	}
	fclose(file);
	printf("%u rows, largest error of bandwidth %.2f%%, %.1f million "
	       "requests a second\n",
	       rows, 100 * worst,
	       rows * (double)REQUESTS * 1e-6 /
		       ((double)(clock() - start) / CLOCKS_PER_SEC));
	return 0;
}
