/* tools/npu_verb_as.c - assemble a program from its text.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_file.h"
#include "isa/npu_program.h"
#include "tools/npu_command.h"
#include <jansson.h>
#include <stdio.h>

static enum npu_status assemble(const char *from, const char *to,
				struct npu_arena *arena,
				struct npu_program **out, struct npu_error *err)
{
	struct npu_program *program;
	char *text;
	size_t size;

	NPU_TRY(npu_file_read(arena, from, 0, &text, &size, err));
	for (size_t i = 0; i < size; i++)
		if (!text[i])
			return npu_fail_at(err, NPU_E_SYNTAX,
					   (struct npu_loc){ .path = from },
					   "byte 0x%zx is 0: not a text", i);
	NPU_TRY(npu_program_parse(text, from, &program, err));
	enum npu_status status = npu_program_save(program, to, err);
	if (status != NPU_OK) {
		npu_program_destroy(program);
		return status;
	}
	*out = program;
	return NPU_OK;
}

enum npu_status npu_verb_as(const struct npu_arguments *args,
			    struct npu_error *err)
{
	const char *output = npu_option_text(args, NPU_OPTION_output, NULL);
	struct npu_program *program = NULL;
	struct npu_arena *arena;
	size_t count = 0;

	if (!output)
		return npu_fail(err, NPU_E_USAGE,
				"as: say where to write with -o P.npu");
	arena = npu_arena_create();
	if (!arena)
		return npu_fail(err, NPU_E_NOMEM, "reading %s",
				args->positional[0]);
	enum npu_status status =
		assemble(args->positional[0], output, arena, &program, err);
	npu_arena_destroy(arena);
	if (status != NPU_OK)
		return status;
	for (uint32_t c = 0; c < program->core_count; c++)
		count += program->core[c].count;
	if (npu_given(args, NPU_OPTION_json)) {
		json_t *out = json_pack("{s:s, s:s, s:I, s:i}", "schema",
					"systole.as/1", "output", output,
					"instructions", (json_int_t)count,
					"cores", (int)program->core_count);

		status = npu_print_json(out, err);
		json_decref(out);
	}
	npu_program_destroy(program);
	return status;
}
