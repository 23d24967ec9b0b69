/* sweep/npu_queue.h - trials that wait on a server for workers anywhere.
 * SPDX-License-Identifier: Apache-2.0
 *
 * `submit` cuts what is not stored into ranges. A worker leases a range; each
 * lease has a number, its fence, that never comes again. Whoever stores
 * outcomes shows the fence: a worker that was thought dead, and whose range was
 * given away, stores nothing and is told so. */
#ifndef NPU_QUEUE_H
#define NPU_QUEUE_H
#include "sweep/npu_plan.h"

#ifdef __cplusplus
extern "C" {
#endif

struct npu_queue; /* opaque: one connection, one sweep */

enum {
	NPU_QUEUE_RANGE_MAX = 64,
	/* From the second loss on every trial of a range is alone, and is the
	 * only one of its worker; it is given up after the third. */
	NPU_QUEUE_LOST_ALONE = 2,
	NPU_QUEUE_LOST_MAX = 3,
};

/* Connect. The sweep is borrowed.
 *   errors  E_USAGE: not a server; E_UNSUPPORTED: a sweep whose trials depend
 *           on results; E_IO, E_NOMEM */
NPU_NODISCARD enum npu_status npu_queue_open(const char *url,
					     const struct npu_sweep *sweep,
					     const struct npu_runner *runner,
					     struct npu_queue **out,
					     struct npu_error *err);
void npu_queue_close(struct npu_queue *queue);

/* After opening failed: whether it may succeed later, nothing having answered.
 */
int npu_queue_may_come(const char *url);
/* Whether the server is away; connect again. */
int npu_queue_is_away(const struct npu_queue *queue);
NPU_NODISCARD enum npu_status npu_queue_reconnect(struct npu_queue *queue,
						  struct npu_error *err);

/* ---- what is to do ---- */

struct npu_queue_filled {
	uint64_t added, ranges; /* trials now, in so many ranges */
	uint64_t queued;        /* trials that were there already */
	/* trials of another file of this name that wait too */
	uint64_t of_others;
};

/* Add what is pending and not in the queue: again adds nothing.
 *   workers  expected: ranges get short near the end, so that all finish
 *            together */
NPU_NODISCARD enum npu_status npu_queue_fill(struct npu_queue *queue,
					     const struct npu_plan *plan,
					     unsigned workers,
					     struct npu_queue_filled *out,
					     struct npu_error *err);

/* Find this very sweep in the queue.
 *   is_there  0: none of its name
 *   errors    E_RANGE: the file, or this build of the simulator, is not that
 *             which was submitted; E_IO */
NPU_NODISCARD enum npu_status
npu_queue_join(struct npu_queue *queue, int *is_there, struct npu_error *err);

struct npu_queue_counts {
	uint64_t waiting, leased; /* trials */
	uint64_t workers;         /* with a lease that has not expired */
	uint64_t lost;            /* leases that expired, ever */
	/* why no more are given out (on_error: stop); "" else */
	char stopped[256];
};
NPU_NODISCARD enum npu_status npu_queue_count(struct npu_queue *queue,
					      struct npu_queue_counts *out,
					      struct npu_error *err);

/* One worker, for a table of them. */
struct npu_queue_worker {
	const char *name;
	uint64_t leased, stored; /* trials */
	double seconds;          /* since its first lease */
};
/* Calls for every worker with a lease that has not expired. */
typedef void npu_each_worker(void *user, const struct npu_queue_worker *worker);
NPU_NODISCARD enum npu_status npu_queue_workers(struct npu_queue *queue,
						npu_each_worker *each,
						void *user,
						struct npu_error *err);

/* Give out no more, until the sweep is submitted again. */
NPU_NODISCARD enum npu_status
npu_queue_stop(struct npu_queue *queue, const char *why, struct npu_error *err);

/* ---- a lease ---- */

struct npu_range; /* opaque: trials, and outcomes that are not sent yet */

struct npu_queue_terms {
	const char *worker; /* for `status` */
	unsigned seconds;   /* that a lease lasts without being renewed */
};

/* Lease the next range; one whose lease expired counts as lost.
 *   is_alone  also those that were lost too often to be with others
 *   out       NULL: none now; npu_range_destroy() frees it. Trials that were
 *             stored meanwhile, by whatever sweep, are not in it. */
NPU_NODISCARD enum npu_status
npu_queue_take(struct npu_queue *queue, const struct npu_queue_terms *terms,
	       int is_alone, struct npu_range **out, struct npu_error *err);
void npu_range_destroy(struct npu_range *range);

const uint64_t *npu_range_trials(const struct npu_range *range, size_t *count);
/* How often its trials were lost. */
unsigned npu_range_lost(const struct npu_range *range);

/* Note the outcome of one of its trials, for the next time it is sent.
 * Returns 0 where the trial is none of the range, or has its outcome. */
int npu_range_add(struct npu_range *range, uint64_t trial, const char *key,
		  const struct npu_outcome *outcome);
/* Outcomes noted and not sent. */
size_t npu_range_unsent(const struct npu_range *range);

enum npu_range_state {
	NPU_RANGE_HELD, /* still ours, renewed */
	NPU_RANGE_DONE, /* all outcomes are stored */
	NPU_RANGE_LOST, /* another has it; nothing was stored */
};
/* Store what was noted, and renew the lease, or give it back with what is left:
 * all or nothing, in one transaction. To send again what may have been sent
 * before the server went away does no harm.
 *   out     after giving back never HELD */
NPU_NODISCARD enum npu_status
npu_queue_send(struct npu_queue *queue, struct npu_range *range,
	       const struct npu_queue_terms *terms, int gives_back,
	       enum npu_range_state *out, struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
