/* traces/npu_lifetime_internal.h - which bytes of a scratchpad are live, when.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_LIFETIME_INTERNAL_H
#define NPU_LIFETIME_INTERNAL_H
#include "traces/npu_figures.h"

enum { NPU__CHUNKS_MAX = 4096, NPU__CHUNK_MIN = 64 };

/* The smallest part that is told apart. */
struct npu__chunk {
	uint64_t since, last; /* cycles */
	uint32_t layer;
	uint8_t is_open, was_read;
};
struct npu__life {
	uint64_t first_cycle, last_cycle; /* first >= last: never live */
	double byte_cycles;
};
struct npu__lifetimes {
	uint64_t bytes, chunk_bytes, window_cycles;
	uint32_t layer_count;
	struct npu__chunk chunk[NPU__CHUNKS_MAX];
	/* bytes times cycles live in each window */
	uint64_t live[NPU_FIGURE_WINDOWS];
	/* 1 + the layer that held a cell last, 0: none */
	uint32_t cell[NPU_FIGURE_ROWS][NPU_FIGURE_WINDOWS];
	struct npu__life *layer; /* [layer_count] */
};

void npu__lifetimes_touch(struct npu__lifetimes *l,
			  const struct npu_touch *touch);
/* End what is open; nothing may be told after it. */
void npu__lifetimes_end(struct npu__lifetimes *l);
/* The "scratchpad" object of figures.json. */
void npu__lifetimes_write(const struct npu__lifetimes *l, size_t windows,
			  struct npu_text *out);
#endif
