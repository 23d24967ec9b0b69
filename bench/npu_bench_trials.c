/* bench/npu_bench_trials.c - trials of a sweep, one after another, to measure.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   bench_trials SWEEP [MOST [EVERY]]
 * runs up to MOST trials of every EVERY-th program in one process, without a
 * store: compile, verify, simulate. Its own figures are the host's;
 * bench/trial_cost.py counts its instructions. */
#include "base/npu_clock.h"
#include "sweep/npu_plan.h"
#include "sweep/npu_trial.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bench {
	struct npu_sweep *sweep;
	struct npu_runner *runner;
	struct npu_plan plan;
	uint64_t done, cycles; /* cycles: of all trials, simulated */
};

static enum npu_status run_one(struct bench *b, uint64_t index,
			       struct npu_error *err)
{
	struct npu_activity activity;
	struct npu_trial trial;

	NPU_TRY(npu_trial_of(b->sweep, index, &trial, err));
	NPU_TRY(npu_runner_run(b->runner, trial.model, &trial.chip, &activity,
			       err));
	b->done++;
	b->cycles += activity.total.cycles;
	return NPU_OK;
}

/* Trials of one program are neighbours in the plan. */
static enum npu_status run(struct bench *b, uint64_t most, uint64_t every,
			   struct npu_error *err)
{
	char last[NPU_TRIAL_KEY_SIZE] = "", key[NPU_TRIAL_KEY_SIZE];
	uint64_t programs = 0;

	for (uint64_t i = 0; i < b->plan.pending_count && b->done < most; i++) {
		struct npu_trial trial;

		NPU_TRY(npu_trial_of(b->sweep, b->plan.pending[i], &trial,
				     err));
		npu_runner_code_key(b->runner, trial.model, &trial.chip, key);
		programs += strcmp(last, key) != 0;
		memcpy(last, key, sizeof last);
		if ((programs - 1) % every == 0)
			NPU_TRY(run_one(b, b->plan.pending[i], err));
	}
	return NPU_OK;
}

static enum npu_status prepare(struct bench *b, const char *name,
			       struct npu_error *err)
{
	const struct npu_plan_options options = { 0 };
	char path[4096];

	NPU_TRY(npu_sweep_find(name, path, sizeof path, err));
	NPU_TRY(npu_sweep_load(path, &b->sweep, err));
	NPU_TRY(npu_runner_create(b->sweep, &b->runner, err));
	return npu_plan_make(b->sweep, b->runner, NULL, &options, &b->plan,
			     err);
}

int main(int argc, char **argv)
{
	const uint64_t most = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	const uint64_t every = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
	struct npu_error err = { 0 };
	struct bench b = { 0 };
	enum npu_status status;
	double start;

	if (argc < 2 || argc > 4 || every == 0) {
		fprintf(stderr, "usage: bench_trials SWEEP [MOST [EVERY]]\n");
		return 2;
	}
	status = prepare(&b, argv[1], &err);
	start = npu_host_seconds();
	if (status == NPU_OK)
		status = run(&b, most ? most : UINT64_MAX, every, &err);
	if (status == NPU_OK)
		printf("%" PRIu64 " trials, %" PRIu64 " programs, %" PRIu64
		       " cycles simulated, %.1f ms a trial\n",
		       b.done, npu_runner_count(b.runner).compiled, b.cycles,
		       1e3 * (npu_host_seconds() - start) /
			       (double)(b.done ? b.done : 1));
	else
		fprintf(stderr, "bench_trials: %s\n", err.message);
	npu_runner_destroy(b.runner);
	npu_plan_clear(&b.plan);
	npu_sweep_destroy(b.sweep);
	return status ? npu_status_exit_code(status) : 0;
}
