/* tools/npu_verb_config.c - list, show and compare chips; their JSON schema.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_arena.h"
#include "configs/npu_chip.h"
#include "configs/npu_chip_key.h"
#include "tools/npu_command.h"
#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { VALUE_SIZE = 160 };

/* The value of a key as JSON: {"value": 1000000000, "unit": "hz", "text":
 * "1 GHz"}; choices and texts are plain strings. */
static json_t *key_json(const struct npu_chip_key *key,
			const struct npu_chip *chip)
{
	const char *field = (const char *)chip + key->offset;
	char text[VALUE_SIZE];
	uint64_t value;

	if (key->kind == NPU_CHIP_TEXT)
		return json_string(field);
	npu_chip_key_text(key, chip, text, sizeof text);
	if (key->kind == NPU_CHIP_CHOICE)
		return json_string(text);
	memcpy(&value, field, sizeof value);
	return json_pack("{s:I, s:s, s:s}", "value", (json_int_t)value, "unit",
			 npu_unit_name(key->unit), "text", text);
}

static json_t *chip_json(const struct npu_chip *chip)
{
	json_t *out = json_object();
	size_t count;
	const struct npu_chip_key *keys = npu_chip_key_table(&count);

	for (size_t i = 0; i < count; i++) {
		json_t *section = json_object_get(out, keys[i].section);

		if (!section) {
			section = json_object();
			json_object_set_new(out, keys[i].section, section);
		}
		json_object_set_new(section, keys[i].key,
				    key_json(&keys[i], chip));
	}
	return out;
}

static enum npu_status print_json(json_t *value, struct npu_error *err)
{
	enum npu_status status = npu_print_json(value, err);

	json_decref(value);
	return status;
}

static enum npu_status print_text(struct npu_text *text, struct npu_error *err)
{
	enum npu_status status = NPU_OK;

	if (text->failed)
		status = npu_fail(err, NPU_E_NOMEM, "printing a chip");
	else if (fwrite(text->data, 1, text->length, stdout) != text->length)
		status = npu_fail(err, NPU_E_IO, "writing to stdout");
	npu_text_clear(text);
	return status;
}

/* One row of `config list`. */
static void list_row(const struct npu_chip *chip)
{
	char array[32], clock[32], spad[32], acc[32];

	snprintf(array, sizeof array, "%u x %u", (unsigned)chip->array.rows,
		 (unsigned)chip->array.cols);
	npu_unit_print(NPU_UNIT_hz, chip->chip.clock, clock, sizeof clock);
	npu_unit_print(NPU_UNIT_bytes, chip->scratchpad.bytes, spad,
		       sizeof spad);
	npu_unit_print(NPU_UNIT_bytes, chip->accumulators.bytes, acc,
		       sizeof acc);
	printf("%-12s %-10s %-8s %8s %10s %9s  %-10s %s\n", chip->chip.name,
	       array,
	       chip->array.operands == NPU_operands_int8 ? "int8" : "any",
	       clock, spad, acc, chip->chip.technology, chip->dram.preset);
}

static enum npu_status list_chips(struct npu_arena *arena, bool json,
				  struct npu_error *err)
{
	const char *const *names;
	json_t *out;
	size_t count;

	NPU_TRY(npu_chip_list(arena, NULL, &names, &count, err));
	struct npu_chip *chips = npu_new(arena, struct npu_chip, count);
	if (!chips)
		return npu_fail(err, NPU_E_NOMEM, "listing chips");
	for (size_t i = 0; i < count; i++)
		NPU_TRY(npu_chip_load(names[i], NULL, NULL, 0, &chips[i], err));
	if (json) {
		out = json_array();
		for (size_t i = 0; i < count; i++)
			json_array_append_new(out, chip_json(&chips[i]));
		return print_json(out, err);
	}
	printf("%-12s %-10s %-8s %8s %10s %9s  %-10s %s\n", "chip", "array",
	       "operands", "clock", "scratchpad", "accum.", "node", "DRAM");
	for (size_t i = 0; i < count; i++)
		list_row(&chips[i]);
	return NPU_OK;
}

static enum npu_status load(const struct npu_arguments *args, size_t position,
			    struct npu_chip *out, struct npu_error *err)
{
	const char *name =
		args->positional_count > position
			? args->positional[position]
			: npu_option_text(args, NPU_OPTION_chip, "edge");

	return npu_chip_load(name, NULL, args->values[NPU_OPTION_set],
			     args->value_count[NPU_OPTION_set], out, err);
}

static enum npu_status show_chip(const struct npu_arguments *args, bool json,
				 struct npu_error *err)
{
	struct npu_text text = { 0 };
	struct npu_chip chip;

	NPU_TRY(load(args, 1, &chip, err));
	if (json)
		return print_json(chip_json(&chip), err);
	npu_chip_print(&chip, &text);
	return print_text(&text, err);
}

/* Keys in which two chips differ. --set applies to the second, so that
 * `config diff edge edge --set array.rows=32` shows what a set changes. */
static enum npu_status diff_chips(const struct npu_arguments *args, bool json,
				  struct npu_error *err)
{
	struct npu_chip a, b;
	char left[VALUE_SIZE], right[VALUE_SIZE], name[80];
	json_t *out = NULL;
	size_t count;
	const struct npu_chip_key *keys = npu_chip_key_table(&count);

	if (args->positional_count != 3)
		return npu_fail(err, NPU_E_USAGE,
				"config diff takes two chips");
	NPU_TRY(npu_chip_load(args->positional[1], NULL, NULL, 0, &a, err));
	NPU_TRY(load(args, 2, &b, err));
	if (json)
		out = json_object();
	for (size_t i = 0; i < count; i++) {
		npu_chip_key_text(&keys[i], &a, left, sizeof left);
		npu_chip_key_text(&keys[i], &b, right, sizeof right);
		if (!strcmp(left, right))
			continue;
		snprintf(name, sizeof name, "%s.%s", keys[i].section,
			 keys[i].key);
		if (json)
			json_object_set_new(out, name,
					    json_pack("[o, o]",
						      key_json(&keys[i], &a),
						      key_json(&keys[i], &b)));
		else
			printf("%-24s %-20s %s\n", name, left, right);
	}
	return json ? print_json(out, err) : NPU_OK;
}

static enum npu_status print_schema(struct npu_error *err)
{
	struct npu_text text = { 0 };

	npu_chip_print_schema(&text);
	return print_text(&text, err);
}

enum npu_status npu_verb_config(const struct npu_arguments *args,
				struct npu_error *err)
{
	static const char *const actions[] = { "list", "show", "diff",
					       "schema" };
	enum { ACTIONS = sizeof actions / sizeof actions[0] };
	const char *action = args->positional[0];
	const bool json = npu_given(args, NPU_OPTION_json);
	const size_t most[] = { 1, 2, 3, 1 };
	struct npu_arena *arena;
	enum npu_status status;
	size_t i = 0;

	while (i < ACTIONS && strcmp(actions[i], action) != 0)
		i++;
	if (i == ACTIONS) {
		const char *near = npu_text_nearest(action, actions, ACTIONS);

		return npu_fail(err, NPU_E_USAGE,
				"config takes list, show, diff or schema, not "
				"\"%.60s\"%s%s%s",
				action, near ? "; did you mean " : "",
				near ? near : "", near ? "?" : "");
	}
	if (args->positional_count > most[i])
		return npu_fail(err, NPU_E_USAGE,
				"config %s: \"%.60s\" is one "
				"argument too many",
				action, args->positional[most[i]]);
	if (args->positional_count > 1 && npu_given(args, NPU_OPTION_chip))
		return npu_fail(err, NPU_E_USAGE,
				"give the chip as an argument or as --chip, "
				"not both");
	if (i == 1)
		return show_chip(args, json, err);
	if (i == 2)
		return diff_chips(args, json, err);
	if (i == 3)
		return print_schema(err);
	arena = npu_arena_create();
	if (!arena)
		return npu_fail(err, NPU_E_NOMEM, "listing chips");
	status = list_chips(arena, json, err);
	npu_arena_destroy(arena);
	return status;
}
