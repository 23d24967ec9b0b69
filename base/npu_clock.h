/* base/npu_clock.h - the host's time, for measurements of the host alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_CLOCK_H
#define NPU_CLOCK_H

#ifdef __cplusplus
extern "C" {
#endif

/* Seconds on a clock that never goes back; only differences mean anything.
 * Never for what a simulation returns: its bytes depend on its inputs alone. */
double npu_host_seconds(void);

#ifdef __cplusplus
}
#endif
#endif
