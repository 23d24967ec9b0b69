/* configs/npu_chip_key.h - the chip's keys as a table, for readers and writers.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_CHIP_KEY_H
#define NPU_CHIP_KEY_H
#include "base/npu_yaml.h"
#include "configs/npu_chip.h"

#ifdef __cplusplus
extern "C" {
#endif

enum npu_chip_kind { NPU_CHIP_INT, NPU_CHIP_CHOICE, NPU_CHIP_TEXT };

enum {
	NPU_CHIP_KEYS_MAX = 64,
	NPU_CHIP_CHOICES_MAX = 16,
	NPU_CHIP_TEXT_SIZE = 64,
};

/* One row of npu_chip.def. */
struct npu_chip_key {
	const char *section, *key, *doc;
	enum npu_chip_kind kind;
	enum npu_unit unit;  /* integers */
	uint64_t min, max;   /* integers */
	const char *choices; /* choices: the name of the list */
	size_t offset;       /* in struct npu_chip: uint64_t or char[64] */
};

/* All keys, in the order of the file. */
const struct npu_chip_key *npu_chip_key_table(size_t *count);
/* What a section is about. */
const char *npu_chip_section_doc(const char *section);

/* Values of a choice: names[i] has codes[i]. At most NPU_CHIP_CHOICES_MAX. */
struct npu_chip_choices {
	size_t count;
	const char *names[NPU_CHIP_CHOICES_MAX];
	const char *docs[NPU_CHIP_CHOICES_MAX];
	uint64_t codes[NPU_CHIP_CHOICES_MAX];
};
struct npu_chip_choices npu_chip_choices_find(const char *choices);

/* Read the key's value from a scalar of a YAML file.
 *   chip    written on success only
 *   errors  E_SYNTAX, E_RANGE at the node */
NPU_NODISCARD enum npu_status npu_chip_key_read(const struct npu_chip_key *key,
						const struct npu_yaml *node,
						struct npu_chip *chip,
						struct npu_error *err);

/* The key's value as a chip file writes it: "512 KiB", "ws", "edge". */
void npu_chip_key_text(const struct npu_chip_key *key,
		       const struct npu_chip *chip, char *out, size_t size);

#ifdef __cplusplus
}
#endif
#endif
