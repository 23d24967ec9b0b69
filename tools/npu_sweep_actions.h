/* tools/npu_sweep_actions.h - what `systole sweep` can be told to do.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_SWEEP_ACTIONS_H
#define NPU_SWEEP_ACTIONS_H
#include "sweep/npu_pool.h"
#include "sweep/npu_rows.h"
#include "tools/npu_command.h"

struct npu_sweep_command {
	const struct npu_arguments *args;
	struct npu_sweep *sweep;
	struct npu_runner *runner;
	uint8_t is_worker;         /* the queue says which trials, no screen */
	struct npu_screen *screen; /* NULL: none */
	struct npu_plan_options options;
	char store[1024];
};

/* Read a sweep, by its name or path; --store and --shard as given.
 *   c       zeroed but for `args`, `is_worker`; npu_sweep_command_close() frees what it
 *           holds, also after a failure */
NPU_NODISCARD enum npu_status
npu_sweep_command_open(const struct npu_arguments *args,
		       const char *name_or_path, struct npu_sweep_command *c,
		       struct npu_error *err);
void npu_sweep_command_close(struct npu_sweep_command *c);

typedef enum npu_status npu_sweep_action(struct npu_sweep_command *command,
					 struct npu_error *err);

/* Open the store, and decide the points that its results decide. */
NPU_NODISCARD enum npu_status
npu_sweep_open_store(struct npu_sweep_command *command, struct npu_store **out,
		     struct npu_error *err);
/* Workers that -j asks for; all cores where it does not. */
NPU_NODISCARD enum npu_status npu_sweep_jobs(const struct npu_arguments *args,
					     unsigned *jobs,
					     struct npu_error *err);

/* A line of a table of counts on stdout: "  12  lead: text", the text made safe
 * for terminals (npu_utf8_is_unsafe). */
void npu_sweep_print_count(uint64_t count, const char *lead, const char *text);

/* Of a sensitivity sweep with objectives: the table of effects, printed, or as
 * "effects" of a JSON object; of others nothing. */
struct json_t;
NPU_NODISCARD enum npu_status
npu_sweep_effects(struct npu_sweep_command *command, struct npu_store *store,
		  struct json_t *object, struct npu_error *err);

/* Of a screened sweep: how many points were kept, and the rank correlation of
 * their estimates; likewise, as "screen". */
NPU_NODISCARD enum npu_status
npu_sweep_correlation(struct npu_sweep_command *command,
		      struct npu_store *store, struct json_t *object,
		      struct npu_error *err);

/* Of a sweep that was submitted: its queue and workers, printed, or as "queue"
 * of a JSON object; of others nothing. */
NPU_NODISCARD enum npu_status npu_sweep_queue(struct npu_sweep_command *command,
					      struct json_t *object,
					      struct npu_error *err);

npu_sweep_action npu_sweep_plan;   /* print what would run */
npu_sweep_action npu_sweep_run;    /* and resume */
npu_sweep_action npu_sweep_submit; /* fill a queue, and start its workers */
npu_sweep_action npu_sweep_worker; /* one of them */
npu_sweep_action npu_sweep_status; /* print how far it is */
npu_sweep_action npu_sweep_export; /* all trials as CSV or JSON lines */
npu_sweep_action npu_sweep_pareto; /* the front, and what moves along it */
npu_sweep_action npu_sweep_merge;  /* stores of shards into one */

#endif
