/* sim/exec/npu_exec_st.c - ST: 4-D strided copy out of the scratchpad.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/exec/npu_copy.h"
#include <string.h>

/* Row i1 of a scatter goes where its index says; a later duplicate wins. */
static enum npu_status scatter(const struct npu_copy *c, const uint8_t *spad,
			       uint64_t i1, int64_t *at, struct npu_error *err)
{
	int32_t k;

	memcpy(&k, spad + c->index + 4 * i1, sizeof k);
	if (k < 0 || (uint64_t)k >= c->limit)
		return npu_fail(err, NPU_E_FAULT,
				"st: index %d of row %llu, limit %llu", k,
				(unsigned long long)i1,
				(unsigned long long)c->limit);
	*at = c->offset + k * c->s1;
	return NPU_OK;
}

enum npu_status npu_exec_st(struct npu_memory *m, uint32_t core,
			    const union npu_insn *insn, struct npu_error *err)
{
	const struct npu_copy c = npu_copy_of(insn);
	const uint8_t *const spad = m->core[core].spad;

	for (uint64_t i3 = 0; i3 < c.n3; i3++)
		for (uint64_t i2 = 0; i2 < c.n2; i2++)
			for (uint64_t i1 = 0; i1 < c.n1; i1++) {
				int64_t at = npu_copy_from(&c, i3, i2, i1);

				if (c.gather)
					NPU_TRY(scatter(&c, spad, i1, &at,
							err));
				memmove(npu_memory_byte(m, c.region, at),
					spad + npu_copy_spad(&c, i3, i2, i1),
					c.n0);
			}
	return NPU_OK;
}
