/* compiler/npu_interval.h - who last wrote and read each part of a memory.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_INTERVAL_H
#define NPU_INTERVAL_H
#include "isa/npu_isa.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Segments [first, next segment's first) in ascending order. Numbers of
 * instructions count from 1 within their engine; 0 is none. */
struct npu_segment_use {
	uint64_t first;
	uint32_t written; /* by `writer` */
	uint8_t writer;
	uint32_t read[NPU_ENGINE_COUNT];
};
struct npu_segments {
	struct npu_segment_use *segment;
	uint32_t count, capacity;
};
/* Zero-initialise; freed by npu__uses_clear(). Pages of 2^NPU_USES_PAGE, so that
 * what is inserted moves few segments. */
enum { NPU_USES_PAGE = 15 };
struct npu_uses {
	struct npu_segments *page;
	uint64_t page_count;
};

/* Instruction `number` of `engine` reads or writes lo..hi. need[e] is raised to
 * the latest instruction of engine e that must come before it.
 *   returns 0 when out of memory */
int npu__uses_touch(struct npu_uses *uses, uint64_t lo, uint64_t hi,
		    int is_write, enum npu_engine_id engine, uint32_t number,
		    uint32_t need[NPU_ENGINE_COUNT]);
void npu__uses_clear(struct npu_uses *uses);

#ifdef __cplusplus
}
#endif
#endif
