/* tools/npu_sweep_submit.c - sweep submit: fill the queue, start workers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_queue.h"
#include "tools/npu_batch.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

enum { WORKERS = 8, WORKERS_MAX = 100000 };

static void set(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

/* Who starts the workers, and how. */
struct start {
	struct npu_text script; /* empty: none is asked for */
	int with_slurm;
	unsigned workers;
};

static enum npu_status report(const struct npu_sweep_command *c,
			      const struct npu_plan *plan,
			      const struct npu_queue_filled *f,
			      const struct start *start, struct npu_error *err)
{
	json_t *object;
	enum npu_status status;

	if (f->of_others)
		fprintf(stderr,
			"note: %" PRIu64 " trials of other versions of sweep "
			"\"%s\" wait in the queue, too; no worker of this file "
			"takes them\n",
			f->of_others, c->sweep->name);
	if (!npu_given(c->args, NPU_OPTION_json)) {
		fprintf(stderr,
			"%s: %" PRIu64 " trials; %" PRIu64 " were stored, "
			"%" PRIu64 " repeat others, %" PRIu64
			" were in the queue, %" PRIu64 " added in %" PRIu64
			" ranges\n",
			c->sweep->name, plan->selected, plan->stored,
			plan->repeated, f->queued, f->added, f->ranges);
		if (start->script.length && !start->with_slurm)
			fputs(start->script.data, stdout);
		return NPU_OK;
	}
	object = json_object();
	set(object, "selected", plan->selected);
	set(object, "stored", plan->stored);
	set(object, "repeated", plan->repeated);
	set(object, "queued_before", f->queued);
	set(object, "added", f->added);
	set(object, "ranges", f->ranges);
	set(object, "of_other_versions", f->of_others);
	if (start->script.length)
		json_object_set_new(object, "script",
				    json_string(start->script.data));
	status = npu_print_json(object, err);
	json_decref(object);
	return status;
}

static enum npu_status fill(struct npu_sweep_command *c,
			    struct npu_queue *queue, struct npu_store *store,
			    const struct start *start, struct npu_error *err)
{
	struct npu_queue_filled filled;
	struct npu_plan plan;
	enum npu_status status;

	NPU_TRY(npu_plan_make(c->sweep, c->runner, store, &c->options, &plan,
			      err));
	status = npu_queue_fill(queue, &plan, start->workers, &filled, err);
	if (status == NPU_OK)
		status = report(c, &plan, &filled, start, err);
	npu_plan_clear(&plan);
	return status;
}

/* Before anything is queued: a script that cannot be is told at once. */
static enum npu_status prepare(const struct npu_sweep_command *c,
			       struct start *out, struct npu_error *err)
{
	const int is_printed = npu_given(c->args, NPU_OPTION_print);
	uint64_t workers;
	size_t system;

	out->with_slurm = npu_given(c->args, NPU_OPTION_slurm);
	NPU_TRY(npu_option_integer(c->args, NPU_OPTION_workers, 1, WORKERS_MAX,
				   WORKERS, &workers, err));
	NPU_TRY(npu_option_choice(c->args, NPU_OPTION_print, npu_batch_name,
				  NPU_BATCH_slurm, &system, err));
	out->workers = (unsigned)workers;
	if (is_printed && out->with_slurm)
		return npu_fail(err, NPU_E_USAGE,
				"--slurm starts the workers, --print only "
				"shows the script: one of the two");
	return is_printed || out->with_slurm
		       ? npu_batch_script(c, (enum npu_batch_system)system,
					  out->workers, &out->script, err)
		       : NPU_OK;
}

static enum npu_status submit(struct npu_sweep_command *c,
			      const struct start *start, struct npu_error *err)
{
	struct npu_queue *queue = NULL;
	struct npu_store *store = NULL;
	enum npu_status status;

	NPU_TRY(npu_queue_open(c->store, c->sweep, c->runner, &queue, err));
	status = npu_store_open(c->store, NPU_STORE_WRITE, &store, err);
	if (status == NPU_OK)
		status = fill(c, queue, store, start, err);
	npu_store_close(store);
	npu_queue_close(queue);
	return status;
}

enum npu_status npu_sweep_submit(struct npu_sweep_command *c,
				 struct npu_error *err)
{
	struct start start = { 0 };
	enum npu_status status = prepare(c, &start, err);

	if (status == NPU_OK)
		status = submit(c, &start, err);
	if (status == NPU_OK && start.with_slurm)
		status = npu_batch_start(&start.script, err);
	npu_text_clear(&start.script);
	return status;
}
