/* traces/npu_figures.h - what the figures of a report need beside the summary:
 * engines, scratchpad and DRAM over time, in a few hundred windows.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_FIGURES_H
#define NPU_FIGURES_H
#include "base/npu_text.h"
#include "traces/npu_result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The file's size does not grow with the run: windows of time, and rows of
 * scratchpad addresses. Only `layers` grows, with the network. */
enum { NPU_FIGURE_WINDOWS = 320, NPU_FIGURE_ROWS = 64 };

struct npu_figures; /* opaque; one owner */

enum npu_peak {
#define NPU_PEAK(name, unit, doc) NPU_PEAK_##name,
#include "traces/npu_peak.def"
	NPU_PEAK_COUNT
};

/* What the result record does not say of the chip. */
struct npu_figure_chip {
	uint64_t scratchpad_bytes; /* of one core, > 0 */
	/* npu_peak.def: of the memories of all cores */
	uint64_t scratchpad_bytes_per_cycle, accumulator_bytes_per_cycle;
};

/* One contiguous access of the scratchpad of core 0 by a descriptor. */
struct npu_touch {
	uint64_t first_byte, bytes;
	uint64_t start_cycle, end_cycle; /* of the descriptor */
	uint32_t layer;
	uint8_t is_write;
};

/* Figures of a result that has events and samples (a run that was traced).
 *   result  copied from
 *   out     the caller owns it
 *   errors  E_NOMEM, E_RANGE (an event beyond the run) */
NPU_NODISCARD enum npu_status
npu_figures_create(const struct npu_result *result,
		   const struct npu_figure_chip *chip, struct npu_figures **out,
		   struct npu_error *err);
void npu_figures_destroy(struct npu_figures *figures);

/* Tell an access; in the order of start_cycle, and the reads of a descriptor
 * before its writes. Bytes beyond the scratchpad are ignored. A byte is live
 * from the descriptor that wrote it to the last one that read it.
 *   time    O(bytes / 4096th of the scratchpad + windows) */
void npu_figures_touch(struct npu_figures *figures,
		       const struct npu_touch *touch);

/* figures.json, schema "systole.figures/1"; same result, same bytes. To be
 * called once: it ends every lifetime. */
void npu_write_figures(struct npu_figures *figures, struct npu_text *out);

#ifdef __cplusplus
}
#endif
#endif
