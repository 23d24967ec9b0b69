/* bench/npu_bench_resnet50.c - how fast the simulator is: ResNet-50 on edge.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   bench_resnet50 [--check] [SYSTOLE]
 * Medians of 5: the whole command (timing only, functional int8), then, in this
 * process, functional simulation against oneDNN's inference of the same
 * network. With --check it exits with 1 where a budget is not kept. */
#define _DEFAULT_SOURCE
#include "base/npu_clock.h"
#include "compiler/npu_compiler.h"
#include "sim/npu_sim.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REPEATS = 5 };

/* Budgets of the whole command. */
static const double timing_seconds = 0.5, functional_seconds = 3.0;
static const double timing_megabytes = 200;

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *times)
{
	qsort(times, REPEATS, sizeof *times, compare);
	return times[REPEATS / 2];
}

/* ---- the whole command ---- */

/* Run once, silently; seconds, and the largest resident set in bytes. */
static int run_command(const char *systole, const char *mode, double *seconds,
		       double *bytes)
{
	const double start = npu_host_seconds();
	struct rusage usage;
	int status;
	pid_t child;

	fflush(stdout); /* or the child would write it too */
	child = fork();
	if (child < 0)
		return 0;
	if (!child) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(127);
		execl(systole, systole, "run", "resnet50", "--chip", "edge",
		      "--mode", mode, (char *)NULL);
		_exit(127);
	}
	if (wait4(child, &status, 0, &usage) < 0)
		return 0;
	*seconds = npu_host_seconds() - start;
	*bytes = 1024.0 * (double)usage.ru_maxrss;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int bench_command(const char *systole, const char *mode, double seconds,
			 double megabytes, int *kept)
{
	double times[REPEATS], bytes = 0, most = 0, middle;

	for (int i = 0; i < REPEATS; i++) {
		if (!run_command(systole, mode, &times[i], &bytes)) {
			fprintf(stderr, "bench: %s run --mode %s failed\n",
				systole, mode);
			return 0;
		}
		most = bytes > most ? bytes : most;
	}
	middle = median(times);
	printf("systole run resnet50, %-10s  %7.3f s  %6.0f MB"
	       "   (budget %.1f s",
	       mode, middle, most / 1e6, seconds);
	if (megabytes > 0)
		printf(", %.0f MB", megabytes);
	printf(")\n");
	*kept &= middle <= seconds &&
		 (megabytes <= 0 || most <= megabytes * 1e6);
	return 1;
}

/* ---- in this process ---- */

struct bench {
	struct npu_graph *graph, *lowered;
	struct npu_program *program;
	struct npu_chip chip;
	struct npu_array input, stored;
	const struct npu_tensor_desc *tensor;
};

static enum npu_status prepare(struct bench *b, struct npu_error *err)
{
	const struct npu_model_options model = { .seed = 1 };
	const struct npu_array *set = &b->input;
	const struct npu_lower_options lower = {
		.precision = NPU_PRECISION_int8,
		.with_data = 1,
		.calibration = &set,
		.calibration_count = 1,
	};
	const struct npu_codegen_options codegen = { 0 };
	const struct npu_value *value = NULL;

	NPU_TRY(npu_chip_load("edge", NULL, NULL, 0, &b->chip, err));
	NPU_TRY(npu_model_load("resnet50", &model, &b->graph, err));
	for (uint32_t i = 0; i < b->graph->value_count; i++) {
		if (b->graph->values[i]->is_input)
			value = b->graph->values[i];
	}
	NPU_TRY(npu_array_random(value, 1, &b->input, err));
	NPU_TRY(npu_lower(b->graph, &lower, &b->lowered, err));
	for (uint32_t i = 0; i < b->lowered->value_count; i++) {
		if (b->lowered->values[i]->is_input)
			value = b->lowered->values[i];
	}
	NPU_TRY(npu_lower_input(value, &b->input, &b->stored, err));
	NPU_TRY(npu_codegen(b->lowered, &b->chip, &codegen, &b->program, err));
	for (size_t i = 0; i < b->program->tensor_count; i++) {
		if (!strcmp(b->program->tensor[i].name, value->name))
			b->tensor = &b->program->tensor[i];
	}
	if (!b->tensor)
		return npu_fail(err, NPU_E_INTERNAL, "the input is lost");
	return NPU_OK;
}

/* One functional run: memories made, input written, program executed. */
static enum npu_status simulate(struct bench *b, double *seconds,
				struct npu_error *err)
{
	const struct npu_sim_options options = { .functional = 1 };
	struct npu_result *result = NULL;
	struct npu_sim *sim = NULL;
	const double start = npu_host_seconds();
	enum npu_status status =
		npu_sim_create(&b->chip, b->program, &options, &sim, err);

	if (!status) {
		npu_sim_write(sim, b->tensor, b->stored.data);
		status = npu_sim_run(sim, NULL, NULL, &result, err);
	}
	*seconds = npu_host_seconds() - start;
	npu_result_destroy(result);
	npu_sim_destroy(sim);
	return status;
}

static enum npu_status bench_process(struct bench *b, struct npu_error *err)
{
	double times[REPEATS], simulated, int8 = 0, fp32 = 0;

	NPU_TRY(prepare(b, err));
	for (int i = 0; i < REPEATS; i++)
		NPU_TRY(simulate(b, &times[i], err));
	simulated = median(times);
	NPU_TRY(npu_onednn_int8_time(b->graph, 1, REPEATS, &int8, err));
	NPU_TRY(npu_onednn_run(b->graph, &b->input, 1, REPEATS, NULL, &fp32,
			       err));
	printf("functional simulation, int8       %8.1f ms\n"
	       "oneDNN inference, int8, 1 thread  %8.1f ms   ratio %.1f\n"
	       "oneDNN inference, fp32, 1 thread  %8.1f ms   ratio %.1f\n",
	       1e3 * simulated, 1e3 * int8, simulated / int8, 1e3 * fp32,
	       simulated / fp32);
	return NPU_OK;
}

int main(int argc, char **argv)
{
	const char *systole = NPU_BENCH_SYSTOLE;
	struct bench bench = { 0 };
	struct npu_error err = { 0 };
	enum npu_status status;
	int check = 0, kept = 1;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--check"))
			check = 1;
		else
			systole = argv[i];
	}
	printf("medians of %d\n", REPEATS);
	if (!bench_command(systole, "timing", timing_seconds, timing_megabytes,
			   &kept) ||
	    !bench_command(systole, "functional", functional_seconds, 0, &kept))
		return 70;
	status = bench_process(&bench, &err);
	if (status)
		fprintf(stderr, "bench: %s\n", err.message);
	npu_array_clear(&bench.input);
	npu_array_clear(&bench.stored);
	npu_program_destroy(bench.program);
	npu_graph_destroy(bench.lowered);
	npu_graph_destroy(bench.graph);
	if (status)
		return npu_status_exit_code(status);
	return check && !kept;
}
