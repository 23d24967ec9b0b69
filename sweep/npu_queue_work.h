/* sweep/npu_queue_work.h - a worker: leases, simulates, stores, until the
 * queue is empty.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_QUEUE_WORK_H
#define NPU_QUEUE_WORK_H
#include "sweep/npu_pool.h"
#include "sweep/npu_queue.h"

#ifdef __cplusplus
extern "C" {
#endif

struct npu_queue_work {
	struct npu_queue_terms terms;
	/* Told what a person who reads the log wants to know: the server is
	 * away, is back; a range was lost. May be NULL. */
	void (*say)(void *user, const char *text);
	void *user;
	/* out, as far as it came */
	uint64_t taken, stored; /* trials leased; outcomes stored by us */
	uint64_t left;          /* trials in the queue, when last asked */
	uint64_t lost;          /* outcomes that came too late */
	uint64_t failed;        /* trials that were given up */
};

/* Open a queue and find the sweep in it; where nothing answers, be patient.
 *   is_there, errors  as npu_queue_join(), npu_queue_open() */
NPU_NODISCARD enum npu_status
npu_queue_arrive(const char *url, const struct npu_sweep *sweep,
		 const struct npu_runner *runner,
		 const struct npu_queue_work *work,
		 const struct npu_pool_options *options, struct npu_queue **out,
		 int *is_there, struct npu_error *err);

/* Work on a queue that npu_queue_join() found. When the server is away it is
 * tried again, ever more rarely, for five minutes. At a stop what is finished
 * is stored and the rest is given back.
 *   errors  as npu_pool_feed(); E_IO (the server), E_SWEEP (`on_error: stop`,
 *           at a trial of another worker) */
NPU_NODISCARD enum npu_status
npu_queue_work(const struct npu_sweep *sweep, struct npu_runner *runner,
	       struct npu_queue *queue, struct npu_queue_work *work,
	       const struct npu_pool_options *options, struct npu_progress *out,
	       struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
