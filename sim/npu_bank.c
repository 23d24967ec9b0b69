/* sim/npu_bank.c - from accesses to banks.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/npu_bank.h"
#include <string.h>

/* Banks as the units that an access counts in: bytes or rows. */
struct space {
	const struct npu_chip *chip;
	int is_acc;
	uint64_t bank; /* at least so many units in a row have one bank */
};

static uint32_t bank_of(const struct space *space, uint64_t at)
{
	return space->is_acc ? npu_chip_acc_bank(space->chip, (uint32_t)at)
			     : npu_chip_spad_bank(space->chip, at);
}

static void set(struct npu__banks *banks, const struct space *space,
		uint32_t first, uint32_t last)
{
	uint64_t *word = space->is_acc ? &banks->acc : banks->spad;
	const uint32_t most = space->is_acc ? 63 : 255;

	for (uint32_t b = first; b <= last && b <= most; b++)
		word[b / 64] |= 1ull << (b % 64);
}

/* Units from the first to the last of levels i.. . */
static uint64_t span(const struct npu_access *a, uint32_t i)
{
	uint64_t units = a->extent;

	for (; i < a->levels; i++)
		units += (a->count[i] - 1) * a->step[i];
	return units;
}

/* Whether no gap of levels i.. is wide enough to leave a bank untouched. */
static int is_close(const struct npu_access *a, uint32_t i, uint64_t bank)
{
	for (; i < a->levels; i++)
		if (a->step[i] > span(a, i + 1) + bank - 1)
			return 0;
	return 1;
}

static void walk(struct npu__banks *banks, const struct space *space,
		 const struct npu_access *a, uint32_t i, uint64_t at)
{
	const uint32_t first = bank_of(space, at);
	const uint32_t last = bank_of(space, at + span(a, i) - 1);

	if (last <= first + 1 || i == a->levels ||
	    is_close(a, i, space->bank)) {
		set(banks, space, first, last);
		return;
	}
	for (uint64_t n = 0; n < a->count[i]; n++)
		walk(banks, space, a, i + 1, at + n * a->step[i]);
}

void npu__banks_add(struct npu__banks *banks, const struct npu_chip *chip,
		    const struct npu_access *access)
{
	struct space space = { chip, access->space == NPU_SPACE_acc, 1 };

	if (access->space != NPU_SPACE_acc && access->space != NPU_SPACE_spad)
		return;
	space.bank =
		space.is_acc
			? npu_chip_acc_rows(chip) / chip->accumulators.banks
			: chip->scratchpad.bytes / chip->scratchpad.banks;
	walk(banks, &space, access, 0, (uint64_t)access->first);
}

struct npu__banks npu__banks_of(const struct npu_chip *chip,
				const union npu_insn *insn,
				struct npu__banks *activations,
				struct npu__banks *weights)
{
	struct npu_access access[NPU_ACCESS_MAX];
	struct npu__banks all = { { 0 }, 0 };
	const size_t count =
		npu_insn_accesses(insn, (uint32_t)chip->array.cols, access);

	for (size_t i = 0; i < count; i++)
		npu__banks_add(&all, chip, &access[i]);
	/* a GEMM's first two sets are A and W */
	if (activations && count > 1) {
		memset(activations, 0, sizeof *activations);
		npu__banks_add(activations, chip, &access[0]);
	}
	if (weights && count > 1) {
		memset(weights, 0, sizeof *weights);
		npu__banks_add(weights, chip, &access[1]);
	}
	return all;
}
