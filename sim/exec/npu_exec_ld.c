/* sim/exec/npu_exec_ld.c - LD: 4-D strided copy into the scratchpad.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_plant.h"
#include "sim/exec/npu_copy.h"
#include <string.h>

/* Byte k of a row's fill is byte k % 4 of the pattern, whatever row it is. */
static void fill_row(uint8_t *row, uint64_t from, uint64_t to, uint32_t pattern)
{
	const uint32_t byte = pattern & 255u;

	if (from >= to)
		return;
	if (NPU_PLANTED(fill))
		pattern = pattern >> 8 | pattern << 24;
	if (pattern == byte * 0x01010101u) {
		memset(row + from, (int)byte, (size_t)(to - from));
		return;
	}
	for (uint64_t k = from; k < to; k++)
		row[k] = (uint8_t)(pattern >> (8 * (k % 4)));
}

static enum npu_status gather_rows(struct npu_memory *m, uint8_t *spad,
				   const struct npu_copy *c,
				   struct npu_error *err)
{
	for (uint64_t i1 = 0; i1 < c->n1; i1++) {
		int32_t k;

		memcpy(&k, spad + c->index + 4 * i1, sizeof k);
		if (k < 0 || (uint64_t)k >= c->limit)
			return npu_fail(err, NPU_E_FAULT,
					"ld: index %d of row %llu, limit %llu",
					k, (unsigned long long)i1,
					(unsigned long long)c->limit);
		memmove(spad + c->spad + i1 * c->d1,
			npu_memory_byte(m, c->region, c->offset + k * c->s1),
			c->n0);
	}
	return NPU_OK;
}

/* A row copied here goes to the cores of a multicast as well. */
static void cast_row(struct npu_memory *m, uint32_t core, uint64_t cores,
		     uint64_t at, uint64_t bytes)
{
	for (uint32_t to = 0; to < m->core_count; to++)
		if (cores >> to & 1 && to != core)
			memcpy(m->core[to].spad + at, m->core[core].spad + at,
			       bytes);
}

/* One row: what is outside is filled, the rest copied. */
static void load_row(struct npu_memory *m, const struct npu_copy *c,
		     uint8_t *row, uint64_t i3, uint64_t i2, uint64_t i1)
{
	const int64_t from = npu_copy_from(c, i3, i2, i1);
	uint64_t lo, hi;

	npu_copy_row(c, i2, i1, &lo, &hi);
	fill_row(row, 0, lo, c->fill);
	fill_row(row, hi, c->n0, c->fill);
	if (hi > lo)
		memmove(row + lo,
			npu_memory_byte(m, c->region, from + (int64_t)lo),
			hi - lo);
}

enum npu_status npu_exec_ld(struct npu_memory *m, uint32_t core,
			    const union npu_insn *insn, struct npu_error *err)
{
	const struct npu_copy c = npu_copy_of(insn);
	uint8_t *const spad = m->core[core].spad;
	const uint64_t cast = insn->ld.cast ? insn->ld.cores : 0;

	if (c.gather)
		NPU_TRY(gather_rows(m, spad, &c, err));
	for (uint64_t i3 = 0; i3 < c.n3; i3++)
		for (uint64_t i2 = 0; i2 < c.n2; i2++)
			for (uint64_t i1 = 0; i1 < c.n1; i1++) {
				const uint64_t at =
					npu_copy_spad(&c, i3, i2, i1);

				if (!c.gather)
					load_row(m, &c, spad + at, i3, i2, i1);
				if (cast)
					cast_row(m, core, cast, at, c.n0);
			}
	return NPU_OK;
}
