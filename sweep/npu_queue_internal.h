/* sweep/npu_queue_internal.h - the connection of a queue.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_QUEUE_INTERNAL_H
#define NPU_QUEUE_INTERNAL_H
#include "sweep/npu_postgres_outcomes.h"
#include "sweep/npu_queue.h"

struct npu_queue {
	const struct npu_sweep *sweep;
	const struct npu_runner *runner;
	struct npu_postgres *pg;
	char identity[NPU_TRIAL_KEY_SIZE];
	char id[24]; /* row of systole.sweep, as a parameter; "": none yet */
};

/* A number as a parameter; lives as long as `buffer`. */
struct npu_postgres_value npu__queue_number(char buffer[24], int64_t number);
#endif
