/* tools/npu_verb_objdump.c - show a program: tables, instructions, constants.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_program.h"
#include "tools/npu_command.h"
#include <jansson.h>
#include <stdio.h>

static json_t *region_json(const struct npu_region *region, int index)
{
	return json_pack("{s:i, s:s, s:I, s:b}", "index", index, "kind",
			 npu_region_kind_name(region->kind), "bytes",
			 (json_int_t)region->bytes, "content",
			 region->data != NULL);
}

/* Append what json_pack made; a name that is not UTF-8 made NULL, and then the
 * whole becomes NULL. */
static void append(json_t **array, json_t *item)
{
	if (*array && json_array_append_new(*array, item) != 0) {
		json_decref(*array);
		*array = NULL;
	}
}

static json_t *tensor_json(const struct npu_tensor_desc *t)
{
	json_t *shape = json_array(), *strides = json_array();

	for (int d = 0; d < t->rank; d++) {
		json_array_append_new(shape, json_integer(t->dim[d]));
		json_array_append_new(
			strides, json_integer((json_int_t)t->stride_bytes[d]));
	}
	json_t *out = json_pack(
		"{s:s, s:s, s:i, s:I, s:o, s:o, s:f, s:i}", "name", t->name,
		"dtype", npu_dtype_name(t->dtype), "region", (int)t->region,
		"offset_bytes", (json_int_t)t->offset_bytes, "shape", shape,
		"stride_bytes", strides, "scale", (double)t->scale, "zero",
		(int)t->zero);
	json_object_set_new(out, "layer", /* of NULL: does nothing */
			    t->layer == UINT32_MAX ? json_null()
						   : json_integer(t->layer));
	return out;
}

static json_t *layer_json(const struct npu_layer *layer)
{
	return json_pack("{s:s, s:s, s:I, s:I}", "name", layer->name, "op",
			 layer->op, "macs", (json_int_t)layer->macs,
			 "compulsory_bytes",
			 (json_int_t)layer->compulsory_bytes);
}

static json_t *code_json(const struct npu_core_program *core)
{
	json_t *out = json_array();

	for (size_t i = 0; i < core->count; i++) {
		struct npu_text text = { 0 };

		npu_insn_print(&core->code[i], &text);
		json_array_append_new(out,
				      json_string(text.data ? text.data : ""));
		npu_text_clear(&text);
	}
	return out;
}

static json_t *core_json(const struct npu_core_program *core, bool with_code)
{
	json_t *tokens = json_array();

	for (int k = 0; k < NPU_TOKENS; k++) {
		const struct npu_token *t = &core->token[k];

		if (t->used)
			json_array_append_new(
				tokens,
				json_pack("{s:i, s:s, s:i, s:s, s:i, s:i, s:i}",
					  "index", k, "producer",
					  npu_engine_name(t->producer),
					  "producer_core",
					  (int)t->producer_core, "consumer",
					  npu_engine_name(t->consumer),
					  "consumer_core",
					  (int)t->consumer_core, "initial",
					  (int)t->initial, "capacity",
					  (int)t->capacity));
	}
	json_t *out = json_pack("{s:I, s:o}", "instructions",
				(json_int_t)core->count, "tokens", tokens);
	if (with_code)
		json_object_set_new(out, "code", code_json(core));
	return out;
}

static json_t *program_json(const struct npu_program *p, bool with_code)
{
	json_t *regions = json_array(), *tensors = json_array();
	json_t *layers = json_array(), *cores = json_array();
	char chip[24];

	snprintf(chip, sizeof chip, "0x%016llx",
		 (unsigned long long)p->chip_fingerprint);
	for (int r = 0; r < NPU_REGIONS; r++)
		if (p->region[r].kind != NPU_REGION_unused)
			append(&regions, region_json(&p->region[r], r));
	for (size_t i = 0; i < p->tensor_count; i++)
		append(&tensors, tensor_json(&p->tensor[i]));
	for (size_t i = 0; i < p->layer_count; i++)
		append(&layers, layer_json(&p->layer[i]));
	for (uint32_t c = 0; c < p->core_count; c++)
		append(&cores, core_json(&p->core[c], with_code));
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "schema",
			 "systole.objdump/1", "network", p->network,
			 "chip_fingerprint", chip, "regions", regions, "layers",
			 layers, "tensors", tensors, "cores", cores);
}

static enum npu_status print_text(const struct npu_arguments *args,
				  const struct npu_program *program,
				  struct npu_error *err)
{
	enum npu_status status = NPU_OK;
	struct npu_text text = { 0 };
	unsigned parts = 0;

	if (npu_given(args, NPU_OPTION_disassemble))
		parts |= NPU_PROGRAM_CODE;
	if (npu_given(args, NPU_OPTION_data))
		parts |= NPU_PROGRAM_DATA;
	npu_program_print_parts(program, parts, &text);
	if (text.failed)
		status = npu_fail(err, NPU_E_NOMEM, "printing a program");
	else if (fwrite(text.data, 1, text.length, stdout) != text.length)
		status = npu_fail(err, NPU_E_IO, "writing to stdout");
	npu_text_clear(&text);
	return status;
}

enum npu_status npu_verb_objdump(const struct npu_arguments *args,
				 struct npu_error *err)
{
	struct npu_program *program;
	enum npu_status status;

	NPU_TRY(npu_program_load(args->positional[0], &program, err));
	if (npu_given(args, NPU_OPTION_json)) {
		json_t *out = program_json(
			program, npu_given(args, NPU_OPTION_disassemble));

		status = out ? npu_print_json(out, err)
			     : npu_fail(err, NPU_E_RANGE,
					"%s: a name is not UTF-8",
					args->positional[0]);
		json_decref(out);
	} else {
		status = print_text(args, program, err);
	}
	npu_program_destroy(program);
	return status;
}
