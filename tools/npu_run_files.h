/* tools/npu_run_files.h - the directory that a run leaves, and its terminal
 * report.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_RUN_FILES_H
#define NPU_RUN_FILES_H
#include "tools/npu_session.h"

/* Write the run directory that -o names, if any: manifest.json,
 * chip.resolved.yaml, summary.json, figures.json, report.html, layers.csv,
 * host.json, trace.json with --trace, and the outputs as .npy where there is
 * data. It appears whole or not at all.
 *   result  of a traced run
 *   sim     NULL: no data
 *   errors  E_IO, E_NOMEM */
NPU_NODISCARD enum npu_status
npu_run_files_write(const struct npu_arguments *args,
		    const struct npu_session *session,
		    const struct npu_sim *sim, const struct npu_result *result,
		    struct npu_error *err);

/* summary.json or the report on stdout, as --json says. */
NPU_NODISCARD enum npu_status npu_run_print(const struct npu_arguments *args,
					    const struct npu_result *result,
					    struct npu_error *err);

/* Write `text` to stdout; E_IO. */
NPU_NODISCARD enum npu_status npu_print_text(const struct npu_text *text,
					     struct npu_error *err);
/* The same for readers: of the characters of npu_utf8_is_unsafe() only line
 * ends and tabs stay, so that no name steers the terminal. Empties `text`. */
NPU_NODISCARD enum npu_status npu_print_readable(struct npu_text *text,
						 struct npu_error *err);
#endif
