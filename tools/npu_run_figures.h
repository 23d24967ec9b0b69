/* tools/npu_run_figures.h - the figures of a traced run.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_RUN_FIGURES_H
#define NPU_RUN_FIGURES_H
#include "tools/npu_session.h"
#include "traces/npu_figures.h"

/* figures.json of a run that was simulated with trace; appended to `out`.
 *   errors  E_NOMEM, E_RANGE */
NPU_NODISCARD enum npu_status npu_run_figures(const struct npu_session *session,
					      const struct npu_result *result,
					      struct npu_text *out,
					      struct npu_error *err);
#endif
