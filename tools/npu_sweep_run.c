/* tools/npu_sweep_run.c - sweep run and resume.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_nsga2.h"
#include "tools/npu_sweep_actions.h"
#include "tools/npu_sweep_progress.h"
#include "tools/npu_sweep_stop.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* What all pools of a run did together: nsga2 has one a generation. */
struct run {
	struct npu_sweep_command *command;
	struct npu_store *store;
	struct npu_pool_options options;
	struct npu_sweep_progress shown;
	uint64_t selected, stored, repeated;
	struct npu_progress progress;
};

/* ---- what came of it ---- */

static void set(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

static void print_report(const struct run *r)
{
	const struct npu_progress *p = &r->progress;
	const uint64_t ran = p->done - p->infeasible - p->failed;
	const uint64_t found = ran > p->compiled ? ran - p->compiled : 0;

	printf("%s: %" PRIu64 " trials; %" PRIu64 " were stored, "
	       "%" PRIu64 " repeat others, %" PRIu64
	       " simulated in %.2f s (%.1f/s), %" PRIu64
	       " of them infeasible, %" PRIu64 " failed; %.0f %% found their "
	       "program compiled\n",
	       r->command->sweep->name, r->selected, r->stored, r->repeated,
	       p->done, p->seconds,
	       p->seconds > 0 ? (double)p->done / p->seconds : 0, p->infeasible,
	       p->failed, ran ? 100 * (double)found / (double)ran : 0.0);
}

static enum npu_status report(const struct run *r, struct npu_error *err)
{
	const struct npu_progress *p = &r->progress;
	json_t *object;
	enum npu_status status;

	if (!npu_given(r->command->args, NPU_OPTION_json)) {
		print_report(r);
		if (!r->selected)
			printf("no trial is left to simulate: `sweep plan` "
			       "says why\n");
		if (p->done < p->total)
			return NPU_OK;
		NPU_TRY(npu_sweep_correlation(r->command, r->store, NULL, err));
		return npu_sweep_effects(r->command, r->store, NULL, err);
	}
	object = json_object();
	set(object, "selected", r->selected);
	set(object, "stored_before", r->stored);
	set(object, "repeated", r->repeated);
	set(object, "simulated", p->done);
	set(object, "compiled", p->compiled);
	set(object, "infeasible", p->infeasible);
	set(object, "failed", p->failed);
	set(object, "unfinished", p->total - p->done);
	json_object_set_new(object, "seconds", json_real(p->seconds));
	status = npu_sweep_correlation(r->command, r->store, object, err);
	if (status == NPU_OK)
		status = npu_print_json(object, err);
	json_decref(object);
	return status;
}

static void print_resume(const struct npu_arguments *args)
{
	static const enum npu_option kept[] = { NPU_OPTION_store,
						NPU_OPTION_shard };

	fprintf(stderr,
		"\nstopped; what was finished is stored. Go on with:\n"
		"  systole sweep resume %s",
		args->positional[1]);
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		if (npu_given(args, kept[i]))
			fprintf(stderr, " %s %s", npu_option_name(kept[i]),
				npu_store_label(
					npu_option_text(args, kept[i], "")));
	fputc('\n', stderr);
}

/* ---- pools ---- */

static void add_progress(struct npu_progress *to, const struct npu_progress *p)
{
	to->total += p->total;
	to->done += p->done;
	to->compiled += p->compiled;
	to->infeasible += p->infeasible;
	to->failed += p->failed;
	to->seconds += p->seconds;
}

/* Run what is pending among the points from `first` on. */
static enum npu_status run_points(struct run *r, uint64_t first,
				  struct npu_error *err)
{
	struct npu_sweep_command *c = r->command;
	struct npu_plan_options options = c->options;
	struct npu_progress progress = { 0 };
	struct npu_plan plan;
	enum npu_status status = NPU_OK;

	options.first = first;
	NPU_TRY(npu_plan_make(c->sweep, c->runner, r->store, &options, &plan,
			      err));
	r->selected += plan.selected;
	r->stored += plan.stored;
	r->repeated += plan.repeated;
	if (!r->shown.generations)
		r->shown.total = plan.pending_count;
	else
		r->shown.settled += plan.trials - plan.pending_count;
	r->shown.before = r->progress;
	if (plan.pending_count)
		status = npu_pool_run(c->sweep, c->runner, &plan, r->store,
				      &r->options, &progress, err);
	r->shown.settled += progress.done;
	add_progress(&r->progress, &progress);
	npu_plan_clear(&plan);
	return status;
}

/* A generation begins when all results of the last one are stored. */
static enum npu_status run_generations(struct run *r, struct npu_error *err)
{
	struct npu_sweep_command *c = r->command;
	struct npu_sweep *sweep = c->sweep;
	int more;

	r->shown.generations = sweep->generations;
	r->shown.total = npu_sweep_point_count(sweep) * sweep->model_count;
	for (;;) {
		NPU_TRY(npu_nsga2_extend(sweep, c->runner, r->store, &more,
					 err));
		if (!more || *npu_sweep_stopped())
			return NPU_OK;
		r->shown.generation++;
		NPU_TRY(run_points(
			r, npu_sweep_known_count(sweep) - sweep->population,
			err));
	}
}

static enum npu_status run(struct run *r, struct npu_error *err)
{
	const struct npu_arguments *args = r->command->args;
	enum npu_status status = r->command->sweep->method == NPU_METHOD_nsga2
					 ? run_generations(r, err)
					 : run_points(r, 0, err);

	if (*npu_sweep_stopped() || status == NPU_E_SWEEP)
		print_resume(args);
	if (status == NPU_OK)
		status = report(r, err);
	if (status == NPU_OK && r->progress.failed && !*npu_sweep_stopped())
		return npu_fail(err, NPU_E_SWEEP,
				"%" PRIu64 " trials failed; `sweep export` "
				"says why, `sweep resume` tries those that "
				"crashed again",
				r->progress.failed);
	return status;
}

enum npu_status npu_sweep_run(struct npu_sweep_command *c,
			      struct npu_error *err)
{
	struct run r = { .command = c };
	enum npu_status status;

	r.options = (struct npu_pool_options){
		.stop = npu_sweep_stopped(),
		.progress = npu_sweep_show,
		.user = &r.shown,
	};
	NPU_TRY(npu_sweep_progress_style(c->args, &r.shown, err));
	NPU_TRY(npu_sweep_jobs(c->args, &r.options.jobs, err));
	NPU_TRY(npu_store_open(c->store, NPU_STORE_WRITE, &r.store, err));
	npu_sweep_catch_signals();
	status = run(&r, err);
	npu_store_close(r.store);
	npu_sweep_end_as_signalled();
	return status;
}
