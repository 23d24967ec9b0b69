/* tools/npu_verb_sweep.c - many chips: plan, run, look at what came out.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_screen.h"
#include "tools/npu_sweep_actions.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define O(name) (1ull << NPU_OPTION_##name)
static const struct {
	const char *name;
	npu_sweep_action *act;
	size_t files;     /* after the sweep; SIZE_MAX: any number */
	uint64_t options; /* besides those that all of them take */
} actions[] = {
	{ "plan", npu_sweep_plan, 0, O(shard) | O(threads) },
	{ "run", npu_sweep_run, 0, O(shard) | O(threads) | O(progress) },
	{ "resume", npu_sweep_run, 0, O(shard) | O(threads) | O(progress) },
	{ "submit", npu_sweep_submit, 0,
	  O(shard) | O(workers) | O(lease) | O(slurm) | O(print) },
	{ "worker", npu_sweep_worker, 0, O(lease) | O(threads) | O(progress) },
	{ "status", npu_sweep_status, 0, O(shard) },
	{ "export", npu_sweep_export, 0, O(shard) | O(format) | O(output) },
	{ "pareto", npu_sweep_pareto, 0, O(shard) },
	{ "merge", npu_sweep_merge, SIZE_MAX, 0 },
};
static const uint64_t common_options = O(store) | O(json) | O(help);
_Static_assert(NPU_OPTION_COUNT <= 64, "a bit an option");

/* An option of another action would be without effect: say so. */
static enum npu_status check_options(const struct npu_arguments *args,
				     size_t action, struct npu_error *err)
{
	const uint64_t taken = actions[action].options | common_options;
	struct npu_text list = { 0 };
	enum npu_status status = NPU_OK;
	int unknown = -1;

	for (int o = 0; o < NPU_OPTION_COUNT; o++) {
		const int is_taken = (int)(taken >> o & 1);

		if (is_taken)
			npu_text_add(&list, "%s%s", list.length ? ", " : "",
				     npu_option_name((enum npu_option)o));
		else if (npu_given(args, (enum npu_option)o))
			unknown = o;
	}
	if (unknown >= 0)
		status = npu_fail(err, NPU_E_USAGE,
				  "sweep %s: takes no %s; its options are %s",
				  actions[action].name,
				  npu_option_name((enum npu_option)unknown),
				  list.failed ? "in --help" : list.data);
	npu_text_clear(&list);
	return status;
}
#undef O

/* "i/n" */
static enum npu_status read_shard(const struct npu_arguments *args,
				  struct npu_plan_options *out,
				  struct npu_error *err)
{
	const char *text = npu_option_text(args, NPU_OPTION_shard, NULL);
	unsigned long long shard, shards;
	char rest;

	if (!text)
		return NPU_OK;
	if (sscanf(text, "%llu/%llu%c", &shard, &shards, &rest) != 2 ||
	    shards == 0 || shard >= shards || strchr(text, '-'))
		return npu_fail(err, NPU_E_USAGE,
				"--shard: expected I/N with I from 0 to N-1, "
				"got \"%s\"",
				text);
	out->shard = shard;
	out->shards = shards;
	return NPU_OK;
}

/* The store beside the sweep file, unless its path is absolute; in the current
 * folder where the sweep is one of ours. */
static enum npu_status place_store(const struct npu_arguments *args,
				   const char *sweep,
				   struct npu_sweep_command *c,
				   struct npu_error *err)
{
	const char *given = npu_option_text(args, NPU_OPTION_store, NULL);
	const char *slash = strrchr(sweep, '/');
	const char *name = given ? given : c->sweep->store;
	int n;

	if (given || name[0] == '/' || !slash || npu_store_is_server(name))
		n = snprintf(c->store, sizeof c->store, "%s", name);
	else
		n = snprintf(c->store, sizeof c->store, "%.*s/%s",
			     (int)(slash - sweep), sweep, name);
	if (n >= (int)sizeof c->store)
		return npu_fail(err, NPU_E_IO, "store: path too long");
	return NPU_OK;
}

enum npu_status npu_sweep_command_open(const struct npu_arguments *args,
				       const char *name_or_path,
				       struct npu_sweep_command *c,
				       struct npu_error *err)
{
	char path[1024];

	NPU_TRY(npu_sweep_find(name_or_path, path, sizeof path, err));
	NPU_TRY(npu_sweep_load(path, &c->sweep, err));
	NPU_TRY(read_shard(args, &c->options, err));
	if (c->sweep->method == NPU_METHOD_nsga2 && c->options.shards)
		return npu_fail_at(err, NPU_E_USAGE, c->sweep->method_at,
				   "--shard: method nsga2 decides a generation "
				   "by all results of the last one, so it "
				   "cannot be cut into shards");
	NPU_TRY(place_store(args, name_or_path, c, err));
	NPU_TRY(npu_runner_create(c->sweep, &c->runner, err));
	if (c->is_worker)
		return NPU_OK;
	NPU_TRY(npu_screen_create(c->sweep, c->runner, &c->screen, err));
	c->options.screen = c->screen;
	return NPU_OK;
}

void npu_sweep_command_close(struct npu_sweep_command *c)
{
	npu_screen_destroy(c->screen);
	npu_runner_destroy(c->runner);
	npu_sweep_destroy(c->sweep);
}

enum npu_status npu_verb_sweep(const struct npu_arguments *args,
			       struct npu_error *err)
{
	const char *names[sizeof actions / sizeof actions[0]], *near;
	const size_t count = sizeof actions / sizeof actions[0];
	struct npu_sweep_command c = { .args = args };
	enum npu_status status;
	size_t i = 0;

	for (size_t k = 0; k < count; k++)
		names[k] = actions[k].name;
	while (i < count && strcmp(actions[i].name, args->positional[0]) != 0)
		i++;
	near = npu_text_nearest(args->positional[0], names, count);
	if (i == count)
		return npu_fail(err, NPU_E_USAGE,
				"sweep: no action \"%s\"%s%s%s; there are "
				"plan, run, resume, submit, worker, status, "
				"export, pareto and merge",
				args->positional[0],
				near ? "; did you mean \"" : "",
				near ? near : "", near ? "\"?" : "");
	NPU_TRY(check_options(args, i, err));
	if (args->positional_count < 2)
		return npu_fail(err, NPU_E_USAGE,
				"sweep %s: expected a sweep file, or a name of "
				"configs/sweeps",
				actions[i].name);
	if (args->positional_count - 2 > actions[i].files)
		return npu_fail(err, NPU_E_USAGE,
				"sweep %s: unexpected argument \"%s\"",
				actions[i].name, args->positional[2]);
	c.is_worker = actions[i].act == npu_sweep_worker;
	status = npu_sweep_command_open(args, args->positional[1], &c, err);
	if (status == NPU_OK)
		status = actions[i].act(&c, err);
	npu_sweep_command_close(&c);
	return status;
}
