/* sim/exec/npu_copy.c - LD and ST in one form.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_plant.h"
#include "sim/exec/npu_copy.h"

/* `offset` is signed modulo 2^40. */
static int64_t signed_offset(uint64_t offset)
{
	const int64_t half = (int64_t)1 << (NPU_ADDRESS_BITS - 1);

	return ((int64_t)offset ^ half) - half;
}

struct npu_copy npu_copy_of(const union npu_insn *insn)
{
	struct npu_copy c = { 0 };

#define TAKE(from)                                                       \
	do {                                                             \
		c.spad = (from)->spad;                                   \
		c.n0 = (from)->n0, c.n1 = (from)->n1;                    \
		c.n2 = (from)->n2, c.n3 = (from)->n3;                    \
		c.d1 = (from)->d1, c.d2 = (from)->d2, c.d3 = (from)->d3; \
		c.s1 = (from)->s1, c.s2 = (from)->s2, c.s3 = (from)->s3; \
		c.offset = signed_offset((from)->offset);                \
		c.region = (uint8_t)(from)->region;                      \
		c.gather = (uint8_t)(from)->gather;                      \
		c.limit = (from)->limit, c.index = (from)->index;        \
	} while (0)
	if (insn->op == NPU_OP_ld) {
		const struct npu_insn_ld *ld = &insn->ld;

		TAKE(ld);
		c.is_load = 1;
		c.y_lo = ld->y_lo;
		c.y_hi = ld->y_hi;
		c.fill = (uint32_t)ld->fill;
		c.has_edges = (ld->u_lo | ld->u_hi) != 0;
		c.u_lo = (int64_t)ld->u_lo;
		c.u_end = (int64_t)(c.n1 - 1) * c.s1 + (int64_t)c.n0 -
			  (int64_t)ld->u_hi;
	} else {
		TAKE(&insn->st);
	}
#undef TAKE
	if (NPU_PLANTED(stride))
		c.s3++;
	if (c.gather) /* those bits are `limit` and `index` */
		c.s2 = c.s3 = 0;
	return c;
}

uint8_t *npu_memory_byte(struct npu_memory *m, uint8_t region, int64_t at)
{
	const uint64_t address = (uint64_t)at;
	struct npu_core_memory *core;

	if (m->region_kind[region] != NPU_REGION_cores)
		return m->region[region] + at;
	core = &m->core[address >> NPU_CORE_SHIFT];
	if (address & NPU_CORE_LUT)
		return core->lut + (address & (NPU_CORE_LUT - 1));
	return core->spad + (address & (NPU_CORE_LUT - 1));
}
