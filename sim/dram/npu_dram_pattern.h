/* sim/dram/npu_dram_pattern.h - access patterns that DRAM models are tried on.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_DRAM_PATTERN_H
#define NPU_DRAM_PATTERN_H
#include "base/npu_arena.h"
#include "sim/dram/npu_dram.h"
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Fill `out` with the first `count` requests of the pattern called `name`:
 *   seq_r, seq_w               consecutive bursts
 *   stride<bytes>_r            steps of <bytes> through 1 GiB
 *   rand_r                     uniform over 1 GiB (Knuth's MMIX LCG, seed 1)
 *   stream21                   c[i] = a[i] + b[i]: R, R, W burst by burst
 *   dma21_<n>k                 the same in chunks of n KiB
 *   tile2d_<width>x<pitch>     56 rows of <width> bytes at <pitch>, tiles to
 *                              the right, then down
 * Returns 0 when there is no such pattern. */
int npu_dram_pattern(const char *name, struct npu_dram_request *out,
		     size_t count);
/* One line that names the patterns, for messages. */
extern const char npu_dram_pattern_names[];

/* Read a trace: a request a line, "<hexadecimal byte address> R" or "... W";
 * empty lines and those that begin with # are skipped.
 *   requests  in the arena
 *   errors    E_IO, E_NOMEM, E_LIMIT, E_SYNTAX and E_RANGE (an address of more
 *             than 48 bits), at their line */
NPU_NODISCARD enum npu_status
npu_dram_trace_load(struct npu_arena *arena, const char *path,
		    struct npu_dram_request **requests, size_t *count,
		    struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
