/* tools/npu_sweep_run.c - sweep plan, run and resume.
 * SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "tools/npu_sweep_actions.h"
#include "base/npu_clock.h"
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Where a signal leaves its mark: handlers can reach nothing else. */
static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	stopped = number;
}

/* ---- plan ---- */

/* How long the pending trials take, from simulating the first few. */
static double estimate(struct npu_sweep_command *c, const struct npu_plan *plan,
		       unsigned jobs)
{
	const double start = npu_host_seconds();
	uint64_t n = 0;

	while (n < plan->pending_count && n < 20 &&
	       npu_host_seconds() - start < 1) {
		/* spread over the whole list */
		const uint64_t at = n * plan->pending_count / 20;
		struct npu_activity activity;
		struct npu_trial trial;

		if (npu_trial_of(c->sweep, plan->pending[at], &trial, NULL) ==
		    NPU_OK)
			(void)!npu_runner_run(c->runner, trial.model,
					      &trial.chip, &activity, NULL);
		n++;
	}
	return n ? (npu_host_seconds() - start) / (double)n *
			   (double)plan->pending_count / jobs
		 : 0;
}

static void print_plan(const struct npu_sweep *sweep,
		       const struct npu_plan *plan, double seconds)
{
	printf("%s: %" PRIu64 " points x %zu models = %" PRIu64 " trials\n",
	       sweep->name, plan->points, sweep->model_count, plan->trials);
	if (plan->impossible)
		printf("  %10" PRIu64 "  no chip can be so\n",
		       plan->impossible);
	for (size_t i = 0; i < sweep->constraint_count; i++)
		if (sweep->constraints[i].is_static)
			printf("  %10" PRIu64 "  outside of: %s\n",
			       plan->constrained[i],
			       sweep->constraints[i].text);
	if (plan->capped)
		printf("  %10" PRIu64 "  beyond run_cap\n", plan->capped);
	if (plan->elsewhere)
		printf("  %10" PRIu64 "  of other shards\n", plan->elsewhere);
	printf("  %10" PRIu64 "  repeat an earlier trial\n", plan->repeated);
	printf("  %10" PRIu64 "  are in the store\n", plan->stored);
	printf("  %10" PRIu64 "  to simulate, about %.3g s\n",
	       plan->pending_count, seconds);
}

static void set(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

static enum npu_status print_plan_json(const struct npu_sweep *sweep,
				       const struct npu_plan *plan,
				       double seconds, struct npu_error *err)
{
	json_t *object = json_object(), *list = json_array();
	enum npu_status status;

	set(object, "points", plan->points);
	set(object, "trials", plan->trials);
	set(object, "impossible", plan->impossible);
	for (size_t i = 0; i < sweep->constraint_count; i++) {
		json_t *one = json_object();

		json_object_set_new(one, "constraint",
				    json_string(sweep->constraints[i].text));
		set(one, "removed", plan->constrained[i]);
		json_array_append_new(list, one);
	}
	json_object_set_new(object, "constraints", list);
	set(object, "capped", plan->capped);
	set(object, "elsewhere", plan->elsewhere);
	set(object, "repeated", plan->repeated);
	set(object, "stored", plan->stored);
	set(object, "to_simulate", plan->pending_count);
	json_object_set_new(object, "estimated_seconds", json_real(seconds));
	status = npu_print_json(object, err);
	json_decref(object);
	return status;
}

static enum npu_status read_jobs(const struct npu_arguments *args,
				 unsigned *jobs, struct npu_error *err)
{
	const long cores = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t n;

	NPU_TRY(npu_option_integer(args, NPU_OPTION_threads, 1, NPU_JOBS_MAX,
				   cores > 0 ? (uint64_t)cores : 1, &n, err));
	*jobs = (unsigned)n;
	return NPU_OK;
}

enum npu_status npu_sweep_plan(struct npu_sweep_command *c,
			       struct npu_error *err)
{
	struct npu_store *store = NULL;
	struct npu_plan plan;
	enum npu_status status;
	double seconds;
	unsigned jobs;

	NPU_TRY(read_jobs(c->args, &jobs, err));
	if (access(c->store, F_OK) == 0)
		NPU_TRY(npu_store_open(c->store, NPU_STORE_READ, &store, err));
	status = npu_plan_make(c->sweep, c->runner, store, &c->options, &plan,
			       err);
	npu_store_close(store);
	NPU_TRY(status);
	seconds = estimate(c, &plan, jobs);
	if (npu_given(c->args, NPU_OPTION_json))
		status = print_plan_json(c->sweep, &plan, seconds, err);
	else
		print_plan(c->sweep, &plan, seconds);
	npu_plan_clear(&plan);
	return status;
}

/* ---- run ---- */

enum style { BAR, LINES, JSON, NONE };

struct shown {
	enum style style;
	uint64_t tenths; /* LINES: of the work, shown last */
};

static void show_bar(const struct npu_progress *p, double rate, double left)
{
	char bar[31];
	const uint64_t total = p->total ? p->total : 1;
	const size_t full = (size_t)(30 * p->done / total);

	memset(bar, '.', sizeof bar - 1);
	memset(bar, '#', full);
	bar[sizeof bar - 1] = 0;
	fprintf(stderr, "\r[%s] %" PRIu64 "/%" PRIu64 "  %.3g/s  %.0f s left ",
		bar, p->done, p->total, rate, left);
	if (p->done == p->total)
		fputc('\n', stderr);
}

static void show(void *user, const struct npu_progress *p)
{
	struct shown *shown = user;
	const double rate =
		p->seconds > 0 ? (double)p->done / p->seconds : 0;
	const double left =
		rate > 0 ? (double)(p->total - p->done) / rate : 0;
	const uint64_t tenths = p->total ? 10 * p->done / p->total : 10;

	switch (shown->style) {
	case BAR:
		show_bar(p, rate, left);
		break;
	case LINES:
		if (tenths == shown->tenths)
			break;
		shown->tenths = tenths;
		fprintf(stderr,
			"%" PRIu64 " of %" PRIu64
			" trials, %.3g/s, %.0f s left\n",
			p->done, p->total, rate, left);
		break;
	case JSON:
		fprintf(stderr,
			"{\"done\":%" PRIu64 ",\"total\":%" PRIu64
			",\"failed\":%" PRIu64
			",\"per_second\":%.6g,\"seconds_left\":%.6g}\n",
			p->done, p->total, p->failed, rate, left);
		break;
	case NONE:
		break;
	}
}

static enum npu_status report(struct npu_sweep_command *c,
			      const struct npu_plan *plan,
			      const struct npu_progress *p,
			      struct npu_error *err)
{
	if (npu_given(c->args, NPU_OPTION_json)) {
		json_t *object = json_object();
		enum npu_status status;

		set(object, "selected", plan->selected);
		set(object, "stored_before", plan->stored);
		set(object, "repeated", plan->repeated);
		set(object, "simulated", p->done);
		set(object, "infeasible", p->infeasible);
		set(object, "failed", p->failed);
		set(object, "unfinished", p->total - p->done);
		json_object_set_new(object, "seconds", json_real(p->seconds));
		status = npu_print_json(object, err);
		json_decref(object);
		return status;
	}
	printf("%s: %" PRIu64 " trials; %" PRIu64 " were stored, %" PRIu64
	       " repeat others, %" PRIu64 " simulated in %.2f s (%.1f/s), "
	       "%" PRIu64 " of them infeasible, %" PRIu64 " failed\n",
	       c->sweep->name, plan->selected, plan->stored, plan->repeated,
	       p->done, p->seconds,
	       p->seconds > 0 ? (double)p->done / p->seconds : 0, p->infeasible,
	       p->failed);
	return NPU_OK;
}

static enum npu_status run_plan(struct npu_sweep_command *c,
				struct npu_store *store,
				const struct npu_pool_options *options,
				struct npu_error *err)
{
	struct npu_progress progress = { 0 };
	struct npu_plan plan;
	enum npu_status status;

	NPU_TRY(npu_plan_make(c->sweep, c->runner, store, &c->options, &plan,
			      err));
	status = npu_pool_run(c->sweep, c->runner, &plan, store, options,
			      &progress, err);
	if (stopped)
		fprintf(stderr,
			"\nstopped; what was finished is stored. Go on with:\n"
			"  systole sweep resume %s\n",
			c->sweep->path);
	if (status == NPU_OK)
		status = report(c, &plan, &progress, err);
	npu_plan_clear(&plan);
	if (status == NPU_OK && progress.failed && !stopped)
		return npu_fail(err, NPU_E_SWEEP,
				"%" PRIu64 " trials failed; `sweep export` "
				"says why, `sweep resume` tries those that "
				"crashed again",
				progress.failed);
	return status;
}

enum npu_status npu_sweep_run(struct npu_sweep_command *c,
			      struct npu_error *err)
{
	static const char *const styles[] = { "bar", "lines", "json", "none",
					      NULL };
	const struct sigaction act = { .sa_handler = on_signal };
	struct shown shown = { .style = LINES };
	struct npu_pool_options options = {
		.stop = &stopped,
		.progress = show,
		.user = &shown,
	};
	struct npu_store *store;
	enum npu_status status;
	size_t style;

	NPU_TRY(npu_option_choice(c->args, NPU_OPTION_progress, styles,
				  isatty(STDERR_FILENO) ? BAR : LINES, &style,
				  err));
	shown.style = (enum style)style;
	NPU_TRY(read_jobs(c->args, &options.jobs, err));
	NPU_TRY(npu_store_open(c->store, NPU_STORE_WRITE, &store, err));
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	status = run_plan(c, store, &options, err);
	npu_store_close(store);
	if (stopped) { /* end as the signal would have */
		fflush(stdout);
		signal(stopped, SIG_DFL);
		raise(stopped);
	}
	return status;
}
