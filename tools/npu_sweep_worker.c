/* tools/npu_sweep_worker.c - sweep worker: one of many, anywhere.
 * SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "sweep/npu_queue_work.h"
#include "tools/npu_sweep_actions.h"
#include "tools/npu_sweep_progress.h"
#include "tools/npu_sweep_stop.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

enum { LEASE_SECONDS = 30, LEASE_MIN = 1, LEASE_MAX = 86400 };

struct worker {
	struct npu_sweep_command *command;
	struct npu_queue *queue;
	struct npu_queue_work work;
	struct npu_sweep_progress shown;
	char name[96];
};

static void say(void *user, const char *text)
{
	const struct worker *w = user;

	fprintf(stderr, "%s%s: %s\n",
		w->shown.style == NPU_STYLE_BAR ? "\n" : "", w->name, text);
}

/* What is shown is the whole queue, whoever works on it. */
static void show(void *user, const struct npu_progress *p)
{
	struct worker *w = user;
	struct npu_progress all = *p;

	if (w->shown.total < w->work.left) /* more was submitted */
		w->shown.total = w->work.left;
	all.done = w->shown.total - w->work.left;
	if (w->shown.total)
		npu_sweep_show(&w->shown, &all);
}

static void set(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

static enum npu_status report(const struct worker *w,
			      const struct npu_progress *p,
			      struct npu_error *err)
{
	json_t *object;
	enum npu_status status;

	if (!npu_given(w->command->args, NPU_OPTION_json)) {
		printf("%s: %s: %" PRIu64 " trials stored in %.2f s (%.1f/s), "
		       "%" PRIu64 " of them infeasible, %" PRIu64
		       " failed; %" PRIu64 " came too late; %" PRIu64
		       " left in the queue\n",
		       w->command->sweep->name, w->name, w->work.stored,
		       p->seconds,
		       p->seconds > 0 ? (double)w->work.stored / p->seconds : 0,
		       p->infeasible, p->failed + w->work.failed, w->work.lost,
		       w->work.left);
		return NPU_OK;
	}
	object = json_object();
	json_object_set_new(object, "worker", json_string(w->name));
	set(object, "leased", w->work.taken);
	set(object, "stored", w->work.stored);
	set(object, "too_late", w->work.lost);
	set(object, "compiled", p->compiled);
	set(object, "infeasible", p->infeasible);
	set(object, "failed", p->failed + w->work.failed);
	set(object, "left", w->work.left);
	json_object_set_new(object, "seconds", json_real(p->seconds));
	status = npu_print_json(object, err);
	json_decref(object);
	return status;
}

static enum npu_status arrive(struct worker *w,
			      const struct npu_pool_options *options,
			      struct npu_error *err)
{
	const struct npu_sweep_command *c = w->command;
	int is_there;

	NPU_TRY(npu_queue_arrive(c->store, c->sweep, c->runner, &w->work,
				 options, &w->queue, &is_there, err));
	return is_there ? NPU_OK
			: npu_fail_at(err, NPU_E_IO,
				      (struct npu_loc){ c->sweep->path, 0, 0 },
				      "no queue for sweep \"%s\" there: `sweep "
				      "submit` fills it",
				      c->sweep->name);
}

static enum npu_status work(struct worker *w, struct npu_error *err)
{
	struct npu_sweep_command *c = w->command;
	struct npu_pool_options options = {
		.stop = npu_sweep_stopped(),
		.progress = show,
		.user = w,
	};
	struct npu_progress progress = { 0 };
	enum npu_status status;

	NPU_TRY(npu_sweep_jobs(c->args, &options.jobs, err));
	npu_sweep_catch_signals();
	NPU_TRY(arrive(w, &options, err));
	status = npu_queue_work(c->sweep, c->runner, w->queue, &w->work,
				&options, &progress, err);
	if (status == NPU_OK)
		status = report(w, &progress, err);
	if (status == NPU_OK && progress.failed + w->work.failed &&
	    !*npu_sweep_stopped())
		return npu_fail(err, NPU_E_SWEEP,
				"%" PRIu64 " trials failed; `sweep export` "
				"says why, `sweep submit` queues those that "
				"crashed again",
				progress.failed + w->work.failed);
	return status;
}

enum npu_status npu_sweep_worker(struct npu_sweep_command *c,
				 struct npu_error *err)
{
	struct worker w = { .command = c };
	char host[64] = "";
	enum npu_status status;
	uint64_t seconds;

	NPU_TRY(npu_sweep_progress_style(c->args, &w.shown, err));
	NPU_TRY(npu_option_integer(c->args, NPU_OPTION_lease, LEASE_MIN,
				   LEASE_MAX, LEASE_SECONDS, &seconds, err));
	gethostname(host, sizeof host - 1);
	snprintf(w.name, sizeof w.name, "%s:%ld", host, (long)getpid());
	w.work = (struct npu_queue_work){
		.terms = { w.name, (unsigned)seconds },
		.say = say,
		.user = &w,
	};
	status = work(&w, err);
	npu_queue_close(w.queue);
	npu_sweep_end_as_signalled();
	return status;
}
