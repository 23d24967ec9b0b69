/* traces/npu_writers.h - write a result: JSON, CSV, Perfetto, terminal text.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_WRITERS_H
#define NPU_WRITERS_H
#include "base/npu_text.h"
#include "traces/npu_result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All writers append to `out` (check out->failed at the end) and give the same
 * bytes for the same result: no clock, no host, no address. */

/* summary.json, schema "systole.summary/1" (architecture.md). */
void npu_write_summary(const struct npu_result *result, struct npu_text *out);
/* layers.csv: one row a layer, heads with units; safe in a spreadsheet. */
void npu_write_layers_csv(const struct npu_result *result,
			  struct npu_text *out);
/* trace.json for the Perfetto UI; needs a result with events. At most
 * `max_events` slices, then a visible mark. */
void npu_write_trace(const struct npu_result *result, size_t max_events,
		     struct npu_text *out);

/* The report for a terminal: per-layer table, totals, energy split, what the
 * engines did, and one sentence on what bounds the network.
 *   width   columns, 80 or more
 *   colour  ANSI colours */
void npu_write_report(const struct npu_result *result, unsigned width,
		      int colour, struct npu_text *out);

/* manifest.json: what went in. `files` are hashed (SHA-256); a name that is no
 * file (a zoo network) is told by its own file.
 *   errors  E_IO, E_NOMEM */
struct npu_manifest {
	const char *version;
	const char *const *command; /* argv, without paths of the host */
	size_t command_count;
	const char *const *files; /* models, chips, inputs that were read */
	size_t file_count;
	const char *chip_yaml; /* resolved chip, hashed too */
	uint64_t seed;
};
NPU_NODISCARD enum npu_status
npu_write_manifest(const struct npu_manifest *manifest, struct npu_text *out,
		   struct npu_error *err);

/* host.json: the host's own times, which vary. */
struct npu_host_time {
	const char *name; /* "compile_seconds", ... */
	double seconds;
};
void npu_write_host(const struct npu_host_time *times, size_t count,
		    struct npu_text *out);

#ifdef __cplusplus
}
#endif
#endif
