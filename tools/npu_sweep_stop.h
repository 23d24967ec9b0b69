/* tools/npu_sweep_stop.h - SIGINT and SIGTERM end a sweep cleanly.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_SWEEP_STOP_H
#define NPU_SWEEP_STOP_H
#include <signal.h>

/* From now on a signal only leaves its mark. */
void npu_sweep_catch_signals(void);
/* The mark: 0, or the number of the signal. */
volatile sig_atomic_t *npu_sweep_stopped(void);
/* End as the signal would have, if there was one. */
void npu_sweep_end_as_signalled(void);

#endif
