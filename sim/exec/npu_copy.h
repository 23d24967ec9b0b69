/* sim/exec/npu_copy.h - the rows of bytes that LD and ST move.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_COPY_H
#define NPU_COPY_H
#include "sim/exec/npu_exec.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ld and st by value: what both have; the fills of st are 0. */
struct npu_copy {
	uint64_t spad, n0, n1, n2, n3, d1, d2, d3;
	int64_t offset, s1, s2, s3; /* bytes in the region */
	uint64_t limit, index;      /* gather */
	uint64_t y_lo, y_hi;
	int64_t u_lo, u_end; /* read where u_lo <= i1*s1 + i0 < u_end */
	uint32_t fill;
	uint8_t region, gather, is_load, has_edges;
};
struct npu_copy npu_copy_of(const union npu_insn *insn);

/* The bytes of row (i1, plane i2) that are moved, not filled: lo..hi-1 of
 * 0..n0-1; nothing where lo == hi. */
static inline void npu_copy_row(const struct npu_copy *copy, uint64_t i2,
				uint64_t i1, uint64_t *lo, uint64_t *hi)
{
	const int64_t u = (int64_t)i1 * copy->s1, n0 = (int64_t)copy->n0;
	int64_t from = 0, to = n0;

	if (copy->has_edges) {
		from = copy->u_lo - u;
		to = copy->u_end - u;
		from = from < 0 ? 0 : from > n0 ? n0 : from;
		to = to > n0 ? n0 : to < from ? from : to;
	}
	if (i2 < copy->y_lo || i2 + copy->y_hi >= copy->n2)
		from = to = 0;
	*lo = (uint64_t)from;
	*hi = (uint64_t)to;
}

/* Where row (i3, i2, i1) starts: in the region, and in the scratchpad. */
static inline int64_t npu_copy_from(const struct npu_copy *copy, uint64_t i3,
				    uint64_t i2, uint64_t i1)
{
	return copy->offset + (int64_t)i3 * copy->s3 + (int64_t)i2 * copy->s2 +
	       (int64_t)i1 * copy->s1;
}

static inline uint64_t npu_copy_spad(const struct npu_copy *copy, uint64_t i3,
				     uint64_t i2, uint64_t i1)
{
	return copy->spad + i3 * copy->d3 + i2 * copy->d2 + i1 * copy->d1;
}

/* Byte `at` of `region`, where the instruction was checked. */
uint8_t *npu_memory_byte(struct npu_memory *memory, uint8_t region, int64_t at);

#ifdef __cplusplus
}
#endif
#endif
