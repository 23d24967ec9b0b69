/* tools/npu_verb_verify.c - prove a program free of deadlocks and races.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_verify.h"
#include "tools/npu_command.h"
#include <jansson.h>
#include <stdio.h>

static size_t instructions(const struct npu_program *program)
{
	size_t n = 0;

	for (uint32_t c = 0; c < program->core_count; c++)
		n += program->core[c].count;
	return n;
}

static json_t *violation_json(const struct npu_violation *v)
{
	json_t *out = json_pack(
		"{s:s, s:i, s:I}", "kind", npu_violation_name(v->kind), "core",
		(int)v->core, "instruction", (json_int_t)v->insn);

	if (npu_violation_is_race(v->kind))
		json_object_set_new(out, "other",
				    json_pack("{s:i, s:I}", "core",
					      (int)v->other_core, "instruction",
					      (json_int_t)v->other_insn));
	if (npu_violation_has_address(v->kind))
		json_object_set_new(out, "at",
				    json_pack("{s:s, s:I}", "memory",
					      npu_space_name(v->space),
					      "address",
					      (json_int_t)v->address));
	return out;
}

static enum npu_status print(const struct npu_arguments *args,
			     const struct npu_program *program,
			     const struct npu_chip *chip,
			     const struct npu_violation *found,
			     struct npu_error *err)
{
	if (!npu_given(args, NPU_OPTION_json)) {
		if (found->kind == NPU_VIOLATION_none)
			printf("%s: verified on %s: %zu instructions on %u "
			       "core%s\n",
			       args->positional[0], chip->chip.name,
			       instructions(program),
			       (unsigned)program->core_count,
			       program->core_count > 1 ? "s" : "");
		return NPU_OK;
	}
	json_t *out = json_pack(
		"{s:s, s:s, s:s, s:I, s:b}", "schema", "systole.verify/1",
		"program", args->positional[0], "chip", chip->chip.name,
		"instructions", (json_int_t)instructions(program), "verified",
		found->kind == NPU_VIOLATION_none);
	if (found->kind != NPU_VIOLATION_none)
		json_object_set_new(out, "violation", violation_json(found));
	enum npu_status status = npu_print_json(out, err);
	json_decref(out);
	return status;
}

enum npu_status npu_verb_verify(const struct npu_arguments *args,
				struct npu_error *err)
{
	struct npu_violation found = { 0 };
	struct npu_program *program;
	struct npu_chip chip;

	NPU_TRY(npu_chip_load(npu_option_text(args, NPU_OPTION_chip, "edge"),
			      NULL, args->values[NPU_OPTION_set],
			      args->value_count[NPU_OPTION_set], &chip, err));
	NPU_TRY(npu_program_load(args->positional[0], &program, err));
	enum npu_status status;
	if (program->chip_fingerprint &&
	    program->chip_fingerprint != npu_chip_fingerprint(&chip))
		status = npu_fail(err, NPU_E_RANGE,
				  "compiled for another chip than %s; name "
				  "its chip with --chip",
				  chip.chip.name);
	else
		status = npu_verify(program, &chip, &found, err);
	if (status != NPU_OK && !err->path[0])
		snprintf(err->path, sizeof err->path, "%s",
			 args->positional[0]);
	if (status == NPU_OK || status == NPU_E_FAULT) {
		enum npu_status printed =
			print(args, program, &chip, &found, err);

		status = status == NPU_OK ? printed : status;
	}
	npu_program_destroy(program);
	return status;
}
