/* configs/npu_chip.h - one accelerator chip, as read from configs/chips/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_CHIP_H
#define NPU_CHIP_H
#include "base/npu_arena.h"
#include "base/npu_text.h"
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* enum { NPU_dataflow_ws = 0, ... } */
enum {
#define NPU_VALUE(choices, name, code, doc) NPU_##choices##_##name = (code),
#include "configs/npu_chip.def"
	NPU_CHIP_VALUES_END
};

/* A record, not an object: copy it, compare it, pass it as const.
 * chip.array.rows, chip.scratchpad.bytes, ... */
struct npu_chip {
#define NPU_SECTION(section, doc)                  struct {
#define NPU_INT(section, key, min, max, unit, doc) uint64_t key;
#define NPU_CHOICE(section, key, choices, doc)     uint64_t key;
#define NPU_TEXT(section, key, doc)                char key[64];
#define NPU_SECTION_END(section) \
	}                        \
	section;
#include "configs/npu_chip.def"
};

/* Read a chip: a file's path, or a name looked up in `directory` (NULL: the
 * installed configs/chips). `sets` are "section.key=value" texts applied last.
 *   out     written on success only
 *   errors  E_IO (no such name or file), E_SYNTAX, E_RANGE; err holds
 *           file:line:column, for a set "--set", its number and the column */
NPU_NODISCARD enum npu_status
npu_chip_load(const char *name_or_path, const char *directory,
	      const char *const *sets, size_t set_count, struct npu_chip *out,
	      struct npu_error *err);
/* Names of the chips in `directory` (NULL: the installed configs/chips), in the
 * order of the alphabet; for any folder of *.yaml files.
 *   names   in the arena
 *   errors  E_IO, E_NOMEM */
NPU_NODISCARD enum npu_status
npu_chip_list(struct npu_arena *arena, const char *directory,
	      const char *const **names, size_t *count, struct npu_error *err);
/* Checks that no single key can make (array.cols x rows against capacity, ...).
 * Called by npu_chip_load; also for chips made in code. */
NPU_NODISCARD enum npu_status npu_chip_check(const struct npu_chip *chip,
					     struct npu_error *err);
/* Append the chip as YAML with every key explicit; reads back to an equal chip. */
void npu_chip_print(const struct npu_chip *chip, struct npu_text *out);
/* Append its JSON schema. */
void npu_chip_print_schema(struct npu_text *out);
/* Hash of the keys that a program depends on (array, memories, vector). */
uint64_t npu_chip_fingerprint(const struct npu_chip *chip);

/* Rows of the accumulator SRAM: bytes / (4 * array.cols), at most 32768, the
 * reach of an operand's 15-bit row. */
uint32_t npu_chip_acc_rows(const struct npu_chip *chip);
/* Bank of a scratchpad byte, of an accumulator row. Banks are equal,
 * contiguous ranges. */
static inline uint32_t npu_chip_spad_bank(const struct npu_chip *chip,
					  uint64_t byte)
{
	return (uint32_t)(byte /
			  (chip->scratchpad.bytes / chip->scratchpad.banks));
}
uint32_t npu_chip_acc_bank(const struct npu_chip *chip, uint32_t row);

#ifdef __cplusplus
}
#endif
#endif
