/* sim/npu_bank.c - from accesses to banks.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/npu_bank.h"

/* The last byte or row of an access. */
static uint64_t last_of(const struct npu_access *a)
{
	uint64_t last = (uint64_t)a->first + a->extent - 1;

	for (uint32_t i = 0; i < a->levels; i++)
		last += (a->count[i] - 1) * a->step[i];
	return last;
}

/* All banks from that of unit `first` to that of unit `last`. */
static void claim(struct npu__banks *banks, const struct npu_chip *chip,
		  enum npu_space space, uint64_t first, uint64_t last)
{
	const int is_acc = space == NPU_SPACE_acc;
	uint64_t *word = is_acc ? &banks->acc : banks->spad;
	const uint32_t most = is_acc ? 63 : 255;
	uint32_t b, end;

	if (is_acc) {
		b = npu_chip_acc_bank(chip, (uint32_t)first);
		end = npu_chip_acc_bank(chip, (uint32_t)last);
	} else {
		b = npu_chip_spad_bank(chip, first);
		end = npu_chip_spad_bank(chip, last);
	}
	for (; b <= end && b <= most; b++)
		word[b / 64] |= 1ull << (b % 64);
}

/* Columns of an accumulator operand that do not fill a row come as a set of
 * their own, after the others; the operand is both. */
static int are_one_operand(const struct npu_access *a,
			   const struct npu_access *b)
{
	return a->space == NPU_SPACE_acc && b->space == NPU_SPACE_acc &&
	       a->what == b->what && a->is_write == b->is_write;
}

/* Claim the operand that access[i] begins. Returns where the next begins. */
static size_t claim_operand(struct npu__banks *banks,
			    const struct npu_chip *chip,
			    const struct npu_access *access, size_t i,
			    size_t count)
{
	const struct npu_access *a = &access[i];
	uint64_t last = last_of(a);

	for (i++; i < count && are_one_operand(a, &access[i]); i++)
		if (last_of(&access[i]) > last)
			last = last_of(&access[i]);
	if (a->space == NPU_SPACE_acc || a->space == NPU_SPACE_spad)
		claim(banks, chip, a->space, (uint64_t)a->first, last);
	return i;
}

struct npu__claim npu__claim_of(const struct npu_chip *chip,
				const union npu_insn *insn,
				const struct npu_access *access, size_t count)
{
	struct npu__claim claim = { 0 };

	for (size_t i = 0; i < count;)
		i = claim_operand(&claim.all, chip, access, i, count);
	if (insn->op == NPU_OP_gemm && count > 1) { /* the first two: A and W */
		claim_operand(&claim.activations, chip, access, 0, count);
		claim_operand(&claim.weights, chip, access, 1, count);
	}
	return claim;
}
