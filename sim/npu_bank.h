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

/* What a descriptor claims: of each operand in the core's own memories, all
 * banks from that of its first byte (row) to that of its last. For a GEMM also
 * those of its activations and of its weights. */
struct npu__claim {
	struct npu__banks all, activations, weights;
};

/* The claim of `insn`, which touches `access` [count] (npu_insn_accesses()). */
struct npu__claim npu__claim_of(const struct npu_chip *chip,
				const union npu_insn *insn,
				const struct npu_access *access, size_t count);

static inline int npu__banks_meet(const struct npu__banks *a,
				  const struct npu__banks *b)
{
	return ((a->spad[0] & b->spad[0]) | (a->spad[1] & b->spad[1]) |
		(a->spad[2] & b->spad[2]) | (a->spad[3] & b->spad[3]) |
		(a->acc & b->acc)) != 0;
}

#endif
