/* tools/npu_sweep_plan.c - sweep plan: what would run, and for how long.
 * SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "base/npu_clock.h"
#include "sweep/npu_nsga2.h"
#include "sweep/npu_screen.h"
#include "tools/npu_sweep_actions.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

/* ---- how long ---- */

enum {
	PLACES = 5, /* of the list of trials, */
	NEIGHBOURS =
		4 /* and so many at each: they share programs, as in a run */
};

struct estimate {
	unsigned timed, jobs; /* trials timed, processes */
	double seconds;       /* of all that is to simulate */
};

/* From simulating a few trials, for a second at most. */
static struct estimate estimate(struct npu_sweep_command *c,
				const struct npu_plan *plan, unsigned jobs)
{
	const double start = npu_host_seconds();
	const uint64_t count = plan->pending_count;
	struct estimate e = { .jobs = jobs };

	for (uint64_t i = 0; i < PLACES * NEIGHBOURS; i++) {
		const uint64_t at =
			i / NEIGHBOURS * count / PLACES + i % NEIGHBOURS;
		struct npu_activity activity;
		struct npu_trial trial;

		if (at >= count || npu_host_seconds() - start > 1)
			break;
		if (npu_trial_of(c->sweep, plan->pending[at], &trial, NULL) ==
		    NPU_OK)
			(void)!npu_runner_run(c->runner, trial.model,
					      &trial.chip, &activity, NULL);
		e.timed++;
	}
	if (e.timed)
		e.seconds = (npu_host_seconds() - start) / e.timed *
			    (double)(count + plan->later) / jobs;
	return e;
}

static void print_seconds(double s)
{
	if (s < 120)
		printf("%.2g s", s);
	else if (s < 7200)
		printf("%.0f min", s / 60);
	else
		printf("%.1f h", s / 3600);
}

/* ---- the plan ---- */

static void print_line(uint64_t count, const char *text)
{
	if (count)
		printf("  %10" PRIu64 "  %s\n", count, text);
}

static void print_head(const struct npu_sweep *s, const struct npu_plan *plan)
{
	const uint64_t trials = plan->points * s->model_count;

	printf("%s: ", s->name);
	if (s->method == NPU_METHOD_nsga2)
		printf("%u generations of %u points, of a space of %" PRIu64
		       "; ",
		       s->generations, s->population, npu_sweep_space(s));
	printf("%" PRIu64 " points x %zu model%s = %" PRIu64 " trials\n",
	       plan->points, s->model_count, s->model_count > 1 ? "s" : "",
	       trials);
}

static void print_plan(const struct npu_sweep_command *c,
		       const struct npu_plan *plan, struct estimate e)
{
	const struct npu_sweep *sweep = c->sweep;

	print_head(sweep, plan);
	if (plan->impossible)
		npu_sweep_print_count(
			plan->impossible,
			"no chip can be so; the first: ", plan->why.message);
	for (size_t i = 0; i < sweep->constraint_count; i++)
		if (sweep->constraints[i].is_static)
			npu_sweep_print_count(
				plan->constrained[i],
				"outside of: ", sweep->constraints[i].text);
	if (c->screen)
		printf("  %10" PRIu64 "  screened out: not among the best "
		       "%" PRIu64 " chips by their estimates\n",
		       plan->screened, npu_screen_kept(c->screen));
	print_line(plan->capped, "beyond run_cap");
	print_line(plan->elsewhere, "of other shards");
	print_line(plan->repeated, "repeat an earlier trial");
	printf("  %10" PRIu64 "  are in the store\n", plan->stored);
	print_line(plan->later, "of later generations, decided by results");
	printf("  %10" PRIu64 "  to simulate%s", plan->pending_count,
	       plan->later ? " now" : "");
	if (e.timed) {
		printf(plan->later ? "; all in at most about " : ", about ");
		print_seconds(e.seconds);
		printf(" with %u worker%s (%u trials timed)", e.jobs,
		       e.jobs > 1 ? "s" : "", e.timed);
	}
	putchar('\n');
}

static void set(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

static enum npu_status print_plan_json(const struct npu_sweep *sweep,
				       const struct npu_plan *plan,
				       struct estimate e, struct npu_error *err)
{
	json_t *object = json_object(), *list = json_array();
	enum npu_status status;

	set(object, "points", plan->points);
	set(object, "trials", plan->points * sweep->model_count);
	set(object, "impossible", plan->impossible);
	if (plan->impossible)
		json_object_set_new(object, "impossible_why",
				    json_string(plan->why.message));
	for (size_t i = 0; i < sweep->constraint_count; i++) {
		json_t *one = json_object();

		json_object_set_new(one, "constraint",
				    json_string(sweep->constraints[i].text));
		json_object_set_new(one, "when",
				    json_string(sweep->constraints[i].is_static
							? "before simulating"
							: "after"));
		set(one, "removed", plan->constrained[i]);
		json_array_append_new(list, one);
	}
	json_object_set_new(object, "constraints", list);
	set(object, "screened", plan->screened);
	set(object, "capped", plan->capped);
	set(object, "elsewhere", plan->elsewhere);
	set(object, "repeated", plan->repeated);
	set(object, "stored", plan->stored);
	set(object, "later", plan->later);
	set(object, "to_simulate", plan->pending_count);
	set(object, "timed", e.timed);
	set(object, "workers", e.jobs);
	json_object_set_new(object, "estimated_seconds", json_real(e.seconds));
	status = npu_print_json(object, err);
	json_decref(object);
	return status;
}

enum npu_status npu_sweep_jobs(const struct npu_arguments *args, unsigned *jobs,
			       struct npu_error *err)
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
	struct estimate e;
	unsigned jobs;

	NPU_TRY(npu_sweep_jobs(c->args, &jobs, err));
	NPU_TRY(npu_store_open(c->store, NPU_STORE_LOOK, &store, err));
	status = npu_nsga2_replay(c->sweep, c->runner, store, err);
	if (status == NPU_OK)
		status = npu_plan_make(c->sweep, c->runner, store, &c->options,
				       &plan, err);
	npu_store_close(store);
	NPU_TRY(status);
	e = estimate(c, &plan, jobs);
	if (npu_given(c->args, NPU_OPTION_json))
		status = print_plan_json(c->sweep, &plan, e, err);
	else
		print_plan(c, &plan, e);
	npu_plan_clear(&plan);
	return status;
}
