/* sim/exec/npu_exec_st.c - ST: 4-D strided copy out of the scratchpad.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/exec/npu_copy.h"
#include <string.h>

enum npu_status npu_exec_st(struct npu_memory *m, uint32_t core,
			    const union npu_insn *insn, struct npu_error *err)
{
	const struct npu_copy c = npu_copy_of(insn);
	const uint8_t *const spad = m->core[core].spad;

	for (uint64_t i3 = 0; i3 < c.n3; i3++)
	for (uint64_t i2 = 0; i2 < c.n2; i2++)
	for (uint64_t i1 = 0; i1 < c.n1; i1++) {
		int64_t at = c.offset + (int64_t)i3 * c.s3 +
			     (int64_t)i2 * c.s2 + (int64_t)i1 * c.s1;

		if (c.gather) { /* scatter: a later duplicate wins */
			int32_t k;

			memcpy(&k, spad + c.index + 4 * i1, sizeof k);
			if (k < 0 || (uint64_t)k >= c.limit)
				return npu_fail(err, NPU_E_FAULT,
						"st: index %d of row %llu, "
						"limit %llu", k,
						(unsigned long long)i1,
						(unsigned long long)c.limit);
			at = c.offset + k * c.s1;
		}
		memmove(npu_memory_byte(m, c.region, at),
			spad + c.spad + i3 * c.d3 + i2 * c.d2 + i1 * c.d1,
			c.n0);
	}
	return NPU_OK;
}
