/* tools/npu_batch.h - batch scripts that start the workers of a sweep.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_BATCH_H
#define NPU_BATCH_H
#include "base/npu_text.h"
#include "tools/npu_sweep_actions.h"

enum npu_batch_system {
#define NPU_BATCH(name, cores, head) NPU_BATCH_##name,
#include "tools/npu_batch.def"
	NPU_BATCH_COUNT
};
extern const char *const npu_batch_name[NPU_BATCH_COUNT + 1]; /* NULL last */

/* Append a script of an array of `workers` tasks, each this program as a worker
 * of this sweep. Paths are quoted: they may hold anything but a newline.
 *   errors  E_USAGE: a newline in a path, a password in --store; E_IO, E_NOMEM */
NPU_NODISCARD enum npu_status
npu_batch_script(const struct npu_sweep_command *command,
		 enum npu_batch_system system, unsigned workers,
		 struct npu_text *out, struct npu_error *err);

/* Hand a script to sbatch, which prints the number of the job on stdout.
 *   errors  E_IO: there is none, or it refused */
NPU_NODISCARD enum npu_status npu_batch_start(const struct npu_text *script,
					      struct npu_error *err);

#endif
