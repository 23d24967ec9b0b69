/* sweep/npu_identity.h - whether two files describe the same sweep.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_IDENTITY_H
#define NPU_IDENTITY_H
#include "sweep/npu_trial.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A hash, as 64 hexadecimal digits, of the sweep's name and of all that decides
 * which trials it has and which chip and model trial i is; not of the store,
 * comments, or objectives without `screen`. */
void npu_sweep_identity(const struct npu_sweep *sweep,
			const struct npu_runner *runner,
			char identity[NPU_TRIAL_KEY_SIZE]);

#ifdef __cplusplus
}
#endif
#endif
