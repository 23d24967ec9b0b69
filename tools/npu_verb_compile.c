/* tools/npu_verb_compile.c - network to program, and what the compiler thought.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/npu_run_files.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* Where each tensor lies: region, offset, shape. */
static void print_map(const struct npu_program *program, struct npu_text *out)
{
	npu_text_add(out, "%-32s %-5s %6s %12s  %s\n", "tensor", "type",
		     "region", "offset", "shape");
	for (size_t i = 0; i < program->tensor_count; i++) {
		const struct npu_tensor_desc *t = &program->tensor[i];

		npu_text_add(out, "%-32s %-5s %6u 0x%010" PRIx64 "  ", t->name,
			     npu_dtype_name(t->dtype), t->region,
			     t->offset_bytes);
		for (unsigned d = 0; d < t->rank; d++)
			npu_text_add(out, "%s%" PRIu32, d ? "x" : "",
				     t->dim[d]);
		npu_text_add(out, "\n");
	}
}

/* One of the words of --emit. */
static enum npu_status emit(const char *what, size_t length,
			    const struct npu_session *session,
			    struct npu_text *out, struct npu_error *err)
{
	if (length == 5 && !strncmp(what, "graph", 5))
		npu_graph_print(session->graph, out);
	else if (length == 7 && !strncmp(what, "lowered", 7))
		npu_graph_print(session->lowered, out);
	else if (length == 3 && !strncmp(what, "asm", 3))
		npu_program_print(session->program, out);
	else if (length == 3 && !strncmp(what, "map", 3))
		print_map(session->program, out);
	else
		return npu_fail(err, NPU_E_USAGE,
				"--emit: expected graph, lowered, asm or map, "
				"got \"%.*s\"",
				(int)length, what);
	return NPU_OK;
}

static enum npu_status emit_all(const struct npu_arguments *args,
				const struct npu_session *session,
				struct npu_text *out, struct npu_error *err)
{
	const char *word = npu_option_text(args, NPU_OPTION_emit, NULL);

	while (word) {
		size_t length = strcspn(word, ",");

		NPU_TRY(emit(word, length, session, out, err));
		word = word[length] ? word + length + 1 : NULL;
	}
	return NPU_OK;
}

static enum npu_status print_totals(const struct npu_arguments *args,
				    const struct npu_session *session,
				    struct npu_error *err)
{
	const struct npu_program *p = session->program;
	struct npu_text text = { 0 };
	uint64_t constants = 0;

	for (int r = 0; r < NPU_REGIONS; r++)
		if (p->region[r].kind == NPU_REGION_constants)
			constants += p->region[r].bytes;
	if (npu_given(args, NPU_OPTION_json)) {
		json_t *totals =
			json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "network",
				  p->network, "chip", session->chip.chip.name,
				  "precision", session->precision_name,
				  "layers", (json_int_t)p->layer_count,
				  "instructions", (json_int_t)p->core[0].count,
				  "constants_bytes", (json_int_t)constants);
		enum npu_status status = npu_print_json(totals, err);

		json_decref(totals);
		return status;
	}
	npu_text_add(&text,
		     "%s for %s, %s: %zu layers, %zu instructions, %" PRIu64
		     " bytes of constants\n",
		     p->network, session->chip.chip.name,
		     session->precision_name, p->layer_count, p->core[0].count,
		     constants);
	return npu_print_readable(&text, err);
}

static enum npu_status compile(const struct npu_arguments *args,
			       struct npu_session *session,
			       struct npu_text *out, struct npu_error *err)
{
	const char *path = npu_option_text(args, NPU_OPTION_output, NULL);
	bool quiet = npu_given(args, NPU_OPTION_emit) ||
		     npu_given(args, NPU_OPTION_dump) ||
		     npu_given(args, NPU_OPTION_explain);

	NPU_TRY(npu_session_compile(
		session, args, npu_given(args, NPU_OPTION_dump) ? out : NULL,
		npu_given(args, NPU_OPTION_explain) ? out : NULL, err));
	NPU_TRY(emit_all(args, session, out, err));
	if (path)
		NPU_TRY(npu_program_save(session->program, path, err));
	NPU_TRY(npu_print_readable(out, err));
	return quiet ? NPU_OK : print_totals(args, session, err);
}

enum npu_status npu_verb_compile(const struct npu_arguments *args,
				 struct npu_error *err)
{
	static const char *const modes[] = { "functional", "timing", NULL };
	struct npu_text out = { 0 };
	struct npu_session session;
	enum npu_status status;
	size_t mode;

	NPU_TRY(npu_option_choice(args, NPU_OPTION_mode, modes, 0, &mode, err));
	status = npu_session_open(args, mode == 0, &session, err);
	if (status == NPU_OK)
		status = compile(args, &session, &out, err);
	npu_text_clear(&out);
	npu_session_close(&session);
	return status;
}
