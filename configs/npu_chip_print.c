/* configs/npu_chip_print.c - a chip as YAML, and the JSON schema of chip files.
 * SPDX-License-Identifier: Apache-2.0 */
#include "configs/npu_chip_key.h"
#include <inttypes.h>
#include <string.h>

enum { VALUE_SIZE = 160 };

void npu_chip_print(const struct npu_chip *chip, struct npu_text *out)
{
	const char *section = "";
	char value[VALUE_SIZE];
	size_t count;
	const struct npu_chip_key *keys = npu_chip_key_table(&count);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(keys[i].section, section) != 0) {
			npu_text_add(out, "%s%s:\n", *section ? "\n" : "",
				     keys[i].section);
			section = keys[i].section;
		}
		npu_chip_key_text(&keys[i], chip, value, sizeof value);
		npu_text_add(out, "  %s: %s\n", keys[i].key, value);
	}
}

/* Docs are ours: no control characters, but perhaps quotes. */
static void add_json_text(struct npu_text *out, const char *text)
{
	npu_text_add_bytes(out, "\"", 1);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			npu_text_add_bytes(out, "\\", 1);
		npu_text_add_bytes(out, text, 1);
	}
	npu_text_add_bytes(out, "\"", 1);
}

static void print_property(const struct npu_chip_key *key, struct npu_text *out)
{
	npu_text_add(out, "        \"%s\": {\"description\": ", key->key);
	add_json_text(out, key->doc);
	if (key->kind == NPU_CHIP_CHOICE) {
		struct npu_chip_choices c = npu_chip_choices_find(key->choices);

		npu_text_add(out, ", \"enum\": [");
		for (size_t i = 0; i < c.count; i++)
			npu_text_add(out, "%s\"%s\"", i ? ", " : "",
				     c.names[i]);
		npu_text_add(out, "]}");
	} else if (key->kind == NPU_CHIP_TEXT) {
		npu_text_add(out,
			     ", \"type\": \"string\", \"minLength\": 1, "
			     "\"maxLength\": %d}",
			     NPU_CHIP_TEXT_SIZE - 1);
	} else if (key->unit == NPU_UNIT_count) {
		npu_text_add(out,
			     ", \"type\": \"integer\", \"minimum\": %" PRIu64
			     ", \"maximum\": %" PRIu64 "}",
			     key->min, key->max);
	} else {
		char low[40], high[40];

		/* a schema cannot compare quantities with units */
		npu_unit_print(key->unit, key->min, low, sizeof low);
		npu_unit_print(key->unit, key->max, high, sizeof high);
		npu_text_add(
			out,
			", \"type\": [\"integer\", \"string\"], \"minimum\""
			": %" PRIu64 ", \"maximum\": %" PRIu64
			", \"$comment\": \"%s in %s..%s\"}",
			key->min, key->max, npu_unit_text(key->unit), low,
			high);
	}
}

void npu_chip_print_schema(struct npu_text *out)
{
	size_t count;
	const struct npu_chip_key *keys = npu_chip_key_table(&count);

	npu_text_add(out,
		     "{\n"
		     "  \"$schema\": "
		     "\"https://json-schema.org/draft/2020-12/schema\",\n"
		     "  \"title\": \"Systole chip\",\n"
		     "  \"type\": \"object\",\n"
		     "  \"additionalProperties\": false,\n"
		     "  \"properties\": {\n"
		     "    \"base\": {\"description\": \"chip that gives "
		     "every key not written here\", \"type\": \"string\"}");
	for (size_t i = 0; i < count;) {
		const char *section = keys[i].section;

		npu_text_add(out, ",\n    \"%s\": {\n      \"description\": ",
			     section);
		add_json_text(out, npu_chip_section_doc(section));
		npu_text_add(out, ",\n      \"type\": \"object\",\n"
				  "      \"additionalProperties\": false,\n"
				  "      \"properties\": {\n");
		for (int first = 1;
		     i < count && !strcmp(keys[i].section, section); i++) {
			npu_text_add(out, "%s", first ? "" : ",\n");
			print_property(&keys[i], out);
			first = 0;
		}
		npu_text_add(out, "\n      }\n    }");
	}
	npu_text_add(out, "\n  }\n}\n");
}
