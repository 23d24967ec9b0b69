/* configs/npu_chip_key.c - npu_chip.def as rows.
 * SPDX-License-Identifier: Apache-2.0 */
#include "configs/npu_chip_key.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

#define AT(section, key) offsetof(struct npu_chip, section.key)

static const struct npu_chip_key keys[] = {
// clang-format off
#define NPU_INT(section, key, min, max, unit, doc)                        \
	{ #section, #key, doc, NPU_CHIP_INT, NPU_UNIT_##unit, min, max,   \
	  NULL, AT(section, key) },
#define NPU_CHOICE(section, key, choices, doc)                            \
	{ #section, #key, doc, NPU_CHIP_CHOICE, NPU_UNIT_count, 0, 0,     \
	  #choices, AT(section, key) },
#define NPU_TEXT(section, key, doc)                                       \
	{ #section, #key, doc, NPU_CHIP_TEXT, NPU_UNIT_count, 0, 0,       \
	  NULL, AT(section, key) },
#include "configs/npu_chip.def"
	// clang-format on
};
static_assert(sizeof keys / sizeof keys[0] <= NPU_CHIP_KEYS_MAX, "raise it");

static const struct {
	const char *section, *doc;
} sections[] = {
#define NPU_SECTION(section, doc) { #section, doc },
#include "configs/npu_chip.def"
};

static const struct {
	const char *choices, *name, *doc;
	uint64_t code;
} values[] = {
#define NPU_VALUE(choices, name, code, doc) { #choices, #name, doc, code },
#include "configs/npu_chip.def"
};

const struct npu_chip_key *npu_chip_key_table(size_t *count)
{
	*count = sizeof keys / sizeof keys[0];
	return keys;
}

const char *npu_chip_section_doc(const char *section)
{
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
		if (!strcmp(sections[i].section, section))
			return sections[i].doc;
	return "";
}

struct npu_chip_choices npu_chip_choices_find(const char *choices)
{
	struct npu_chip_choices out = { 0 };

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		if (strcmp(values[i].choices, choices) != 0 ||
		    out.count == NPU_CHIP_CHOICES_MAX)
			continue;
		out.names[out.count] = values[i].name;
		out.docs[out.count] = values[i].doc;
		out.codes[out.count++] = values[i].code;
	}
	return out;
}

static int is_plain(const char *text)
{
	for (const char *c = text; *c; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
		      *c == '_' ||
		      (c > text &&
		       (*c == '-' || *c == '.' || (*c >= '0' && *c <= '9')))))
			return 0;
	return text[0] != '\0';
}

/* Double-quoted where YAML could read it otherwise. Control characters do not
 * occur: the reader refuses them. */
static void print_text(const char *text, char *out, size_t size)
{
	size_t n = 0;

	if (is_plain(text)) {
		snprintf(out, size, "%s", text);
		return;
	}
	out[n++] = '"';
	for (; *text && n + 4 < size; text++) {
		if (*text == '"' || *text == '\\')
			out[n++] = '\\';
		out[n++] = *text;
	}
	out[n++] = '"';
	out[n] = '\0';
}

void npu_chip_key_text(const struct npu_chip_key *key,
		       const struct npu_chip *chip, char *out, size_t size)
{
	const char *field = (const char *)chip + key->offset;
	uint64_t value;

	if (key->kind == NPU_CHIP_TEXT) {
		print_text(field, out, size);
		return;
	}
	memcpy(&value, field, sizeof value);
	if (key->kind == NPU_CHIP_INT) {
		npu_unit_print(key->unit, value, out, size);
		return;
	}
	struct npu_chip_choices choices = npu_chip_choices_find(key->choices);
	snprintf(out, size, "?");
	for (size_t i = 0; i < choices.count; i++)
		if (choices.codes[i] == value)
			snprintf(out, size, "%s", choices.names[i]);
}
