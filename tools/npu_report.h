/* tools/npu_report.h - `systole report`, of runs and of sweeps.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_REPORT_H
#define NPU_REPORT_H
#include "base/npu_text.h"
#include "tools/npu_command.h"

enum npu_report_format {
	NPU_REPORT_HTML,
	NPU_REPORT_MARKDOWN,
	NPU_REPORT_CSV,
	NPU_REPORT_JSON,
};

/* The report of the sweep file args->positional[0], of what its store holds.
 *   errors  of npu_sweep_load() and npu_rows_walk(); E_LIMIT */
NPU_NODISCARD enum npu_status npu_report_sweep(const struct npu_arguments *args,
					       enum npu_report_format format,
					       struct npu_error *err);

/* Write a report where -o says, else on stdout; E_IO, E_NOMEM. */
NPU_NODISCARD enum npu_status npu_report_write(const struct npu_arguments *args,
					       const struct npu_text *text,
					       struct npu_error *err);
#endif
