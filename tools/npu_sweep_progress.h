/* tools/npu_sweep_progress.h - how far a sweep is, shown on stderr.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_SWEEP_PROGRESS_H
#define NPU_SWEEP_PROGRESS_H
#include "sweep/npu_pool.h"
#include "tools/npu_command.h"

enum npu_sweep_style {
	NPU_STYLE_BAR,
	NPU_STYLE_LINES,
	NPU_STYLE_JSON,
	NPU_STYLE_NONE
};

struct npu_sweep_progress {
	enum npu_sweep_style style;
	/* nsga2: the generation that runs, of how many; 0: no generations */
	uint32_t generation, generations;
	uint64_t total;             /* trials; nsga2: of all generations */
	uint64_t settled;           /* of these, before this pool ran */
	struct npu_progress before; /* what earlier pools did */
	uint64_t tenths;            /* LINES: of the work, shown last */
};

/* As --progress says; a bar where stderr is a terminal. */
NPU_NODISCARD enum npu_status
npu_sweep_progress_style(const struct npu_arguments *args,
			 struct npu_sweep_progress *out, struct npu_error *err);

/* For npu_pool_options; `user` is a struct npu_sweep_progress. */
void npu_sweep_show(void *user, const struct npu_progress *progress);

#endif
