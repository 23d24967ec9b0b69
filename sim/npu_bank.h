/* sim/npu_bank.h - the memory banks that a descriptor claims.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_BANK_H
#define NPU_BANK_H
#include "configs/npu_chip.h"
#include "isa/npu_isa.h"

/* One bit a bank; as many as npu_chip.def allows. */
struct npu__banks {
	uint64_t spad[4]; /* 256 */
	uint64_t acc;     /* 64 */
};

/* The banks of the core's own memories that `insn` claims: of each operand, all
 * from that of its first byte (row) to that of its last. For a GEMM also those
 * of its activations and of its weights (may be NULL). */
struct npu__banks npu__banks_of(const struct npu_chip *chip,
				const union npu_insn *insn,
				struct npu__banks *activations,
				struct npu__banks *weights);

static inline int npu__banks_meet(const struct npu__banks *a,
				  const struct npu__banks *b)
{
	return ((a->spad[0] & b->spad[0]) | (a->spad[1] & b->spad[1]) |
		(a->spad[2] & b->spad[2]) | (a->spad[3] & b->spad[3]) |
		(a->acc & b->acc)) != 0;
}

#endif
