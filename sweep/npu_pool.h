/* sweep/npu_pool.h - the trials of a plan, on all cores of one machine.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_POOL_H
#define NPU_POOL_H
#include "sweep/npu_plan.h"
#include <signal.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { NPU_JOBS_MAX = 1024 };

struct npu_progress {
	uint64_t total;      /* trials to run now */
	uint64_t done;       /* stored, those below among them */
	uint64_t compiled;   /* programs, by all workers */
	uint64_t infeasible; /* the chip cannot run the model */
	uint64_t failed;     /* something went wrong */
	double seconds;
};

struct npu_pool_options {
	unsigned jobs; /* processes */
	/* stop soon after this becomes 1; may be NULL */
	volatile sig_atomic_t *stop;
	/* called a few times a second, and at the end; may be NULL */
	void (*progress)(void *user, const struct npu_progress *progress);
	void *user;
};

/* Where trials come from, and where their outcomes go. All calls come from
 * npu_pool_feed(), in its process. */
struct npu_feed {
	void *user;
	/* The next trials to run.
	 *   trials  [room]
	 *   count   0: none now; ask again soon
	 *   is_over 1: nor will there be, once those given out are kept */
	enum npu_status (*take)(void *user, size_t room, uint64_t *trials,
				size_t *count, int *is_over,
				struct npu_error *err);
	/* What became of a trial that take() gave. */
	enum npu_status (*keep)(void *user, uint64_t trial, const char *key,
				const struct npu_outcome *outcome,
				struct npu_error *err);
	/* Called several times a second: store what waits. */
	enum npu_status (*flush)(void *user, int at_end, struct npu_error *err);
};

/* Run what the feed gives in worker processes. A worker that dies costs the
 * trial it worked on.
 *   total   trials expected, for the progress
 *   out     as far as it came, also on failure
 *   errors  those of the feed; trials that fail are outcomes, no errors,
 *           unless sweep->stops_on_error: then E_SWEEP */
NPU_NODISCARD enum npu_status
npu_pool_feed(const struct npu_sweep *sweep, struct npu_runner *runner,
	      const struct npu_feed *feed, uint64_t total,
	      const struct npu_pool_options *options, struct npu_progress *out,
	      struct npu_error *err);

/* Run plan->pending in worker processes; this process stores what they find,
 * several times a second.
 *   errors  as npu_pool_feed(); E_IO (the store: what was committed stays),
 *           E_NOMEM */
NPU_NODISCARD enum npu_status
npu_pool_run(const struct npu_sweep *sweep, struct npu_runner *runner,
	     const struct npu_plan *plan, struct npu_store *store,
	     const struct npu_pool_options *options, struct npu_progress *out,
	     struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
