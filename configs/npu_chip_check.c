/* configs/npu_chip_check.c - what must hold between the keys of a chip.
 * SPDX-License-Identifier: Apache-2.0 */
#include "configs/npu_chip_internal.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
	ACC_ROWS_MAX = 32768, /* an operand's row has 15 bits (isa.md 2) */
	ADDRESS_LINE = 16,    /* operands are addressed in lines (isa.md 2) */
};

struct checker {
	const struct npu_loc *places;
	struct npu_error *err;
};

/* Blame "section.key" with a formatted reason. */
static enum npu_status blame(const struct checker *c, const char *name,
			     const char *fmt, ...) NPU_PRINTF(3, 4);
static enum npu_status blame(const struct checker *c, const char *name,
			     const char *fmt, ...)
{
	struct npu_loc at = { 0 };
	size_t count, section = strcspn(name, ".");
	const struct npu_chip_key *keys = npu_chip_key_table(&count);
	char reason[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, sizeof reason, fmt, ap);
	va_end(ap);
	for (size_t i = 0; c->places && i < count; i++)
		if (!strncmp(keys[i].section, name, section) &&
		    !keys[i].section[section] &&
		    !strcmp(keys[i].key, name + section + 1))
			at = c->places[i];
	return npu_fail_at(c->err, NPU_E_RANGE, at, "%s: %s", name, reason);
}

/* Chips made in code have not been through the reader. */
static enum npu_status check_key(const struct checker *c,
				 const struct npu_chip *chip,
				 const struct npu_chip_key *key)
{
	const char *field = (const char *)chip + key->offset;
	char name[64], low[40], high[40];
	uint64_t value;

	snprintf(name, sizeof name, "%s.%s", key->section, key->key);
	if (key->kind == NPU_CHIP_TEXT) {
		if (!field[0] || !memchr(field, '\0', NPU_CHIP_TEXT_SIZE))
			return blame(c, name, "empty or too long");
		return NPU_OK;
	}
	memcpy(&value, field, sizeof value);
	if (key->kind == NPU_CHIP_CHOICE) {
		struct npu_chip_choices choices =
			npu_chip_choices_find(key->choices);

		for (size_t i = 0; i < choices.count; i++)
			if (choices.codes[i] == value)
				return NPU_OK;
		return blame(c, name, "%" PRIu64 " is no %s", value,
			     key->choices);
	}
	if (value >= key->min && value <= key->max)
		return NPU_OK;
	npu_unit_print(key->unit, key->min, low, sizeof low);
	npu_unit_print(key->unit, key->max, high, sizeof high);
	return blame(c, name, "%" PRIu64 " is outside %s..%s", value, low,
		     high);
}

static enum npu_status check_memories(const struct checker *c,
				      const struct npu_chip *chip)
{
	uint64_t row = 4 * chip->array.cols;
	uint64_t rows = chip->accumulators.bytes / row;
	uint64_t bank = chip->scratchpad.bytes / chip->scratchpad.banks;

	if (chip->scratchpad.bytes % chip->scratchpad.banks != 0 ||
	    bank % ADDRESS_LINE != 0)
		return blame(c, "scratchpad.banks",
			     "%" PRIu64 " banks do not divide %" PRIu64
			     " bytes into equal banks of whole 16-byte lines",
			     chip->scratchpad.banks, chip->scratchpad.bytes);
	if (rows < chip->accumulators.banks)
		return blame(c, "accumulators.bytes",
			     "holds %" PRIu64 " rows of array.cols x 4 = "
			     "%" PRIu64 " bytes; accumulators.banks = %" PRIu64
			     " needs at least one each",
			     rows, row, chip->accumulators.banks);
	if (chip->dma.width > bank)
		return blame(c, "dma.width",
			     "%" PRIu64 " bytes a cycle, wider than a "
			     "scratchpad bank (%" PRIu64 " bytes)",
			     chip->dma.width, bank);
	return NPU_OK;
}

static int is_power_of_two(uint64_t n)
{
	return n && !(n & (n - 1));
}

static enum npu_status check_dram(const struct checker *c,
				  const struct npu_chip *chip)
{
	int ideal = !strcmp(chip->dram.preset, "ideal");

	if (ideal && !chip->dram.bandwidth)
		return blame(c, "dram.bandwidth",
			     "an ideal memory needs a bandwidth");
	if (!ideal && chip->dram.bandwidth)
		return blame(c, "dram.bandwidth",
			     "only `preset: ideal` takes a bandwidth; that of "
			     "%s follows from its clock, dram.width and "
			     "dram.channels: give 0",
			     chip->dram.preset);
	if (!is_power_of_two(chip->dram.channels))
		return blame(c, "dram.channels", "not a power of two");
	if (!is_power_of_two(chip->dram.interleave))
		return blame(c, "dram.interleave", "not a power of two");
	if (!is_power_of_two(chip->dram.width))
		return blame(c, "dram.width", "not a power of two");
	if (chip->dram.capacity %
		    (chip->dram.channels * chip->dram.interleave) !=
	    0)
		return blame(c, "dram.capacity",
			     "no multiple of dram.channels x dram.interleave");
	return NPU_OK;
}

enum npu_status npu__chip_check(const struct npu_chip *chip,
				const struct npu_loc *places,
				struct npu_error *err)
{
	const struct checker c = { places, err };
	size_t count;
	const struct npu_chip_key *keys = npu_chip_key_table(&count);

	for (size_t i = 0; i < count; i++)
		NPU_TRY(check_key(&c, chip, &keys[i]));
	NPU_TRY(check_memories(&c, chip));
	return check_dram(&c, chip);
}

enum npu_status npu_chip_check(const struct npu_chip *chip,
			       struct npu_error *err)
{
	return npu__chip_check(chip, NULL, err);
}

uint32_t npu_chip_acc_rows(const struct npu_chip *chip)
{
	uint64_t rows = chip->accumulators.bytes / (4 * chip->array.cols);

	return (uint32_t)(rows < ACC_ROWS_MAX ? rows : ACC_ROWS_MAX);
}

uint32_t npu_chip_acc_bank(const struct npu_chip *chip, uint32_t row)
{
	uint32_t rows = npu_chip_acc_rows(chip);
	uint32_t banks = (uint32_t)chip->accumulators.banks;

	return row / ((rows + banks - 1) / banks);
}
