/* sim/exec/npu_exec_ew.c - EW: dst = f((a op0 b) op1 c) * scale.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/exec/npu_vector.h"

static void look_up(struct npu_core_memory *core, const union npu_insn *insn)
{
	const struct npu_insn_ew *v = &insn->ew;
	const struct npu_operand a = npu_insn_operand(insn, NPU_SLOT_a);
	const struct npu_operand d = npu_insn_operand(insn, NPU_SLOT_dst);
	const uint8_t *table = core->lut + v->p0;

	for (uint64_t i2 = 0; i2 < v->n2; i2++)
		for (uint64_t i1 = 0; i1 < v->n1; i1++) {
			const uint8_t *in =
				core->spad +
				16 * (a.addr + i1 * a.s1 + i2 * a.s2);
			uint8_t *out = core->spad +
				       16 * (d.addr + i1 * d.s1 + i2 * d.s2);

			for (uint64_t i0 = 0; i0 < v->n0; i0++)
				out[i0] = table[in[i0]];
		}
}

enum npu_status npu_exec_ew(struct npu_memory *m, uint32_t core,
			    const union npu_insn *insn, struct npu_error *err)
{
	const struct npu_insn_ew *ew = &insn->ew;
	struct npu_vector v;
	struct npu_block k;
	uint64_t cols, rows;

	(void)err;
	if (ew->f == NPU_FUNC_lut) {
		look_up(&m->core[core], insn);
		return NPU_OK;
	}
	npu_vector_start(&v, m, core, insn, npu_host_stages());
	cols = npu_least(ew->n0, NPU_STAGE_ELEMENTS);
	rows = NPU_STAGE_ELEMENTS / cols;
	for (k.i2 = 0; k.i2 < ew->n2; k.i2++)
		for (k.i1 = 0; k.i1 < ew->n1; k.i1 += rows)
			for (k.i0 = 0; k.i0 < ew->n0; k.i0 += cols) {
				k.rows = npu_least(ew->n1 - k.i1, rows);
				k.cols = npu_least(ew->n0 - k.i0, cols);
				npu_vector_term(&v, &k);
				npu_vector_finish(&v, &k, v.is_integer);
			}
	return NPU_OK;
}
