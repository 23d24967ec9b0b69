/* compiler/npu_pass_emit.c - the program: code, constants, tables.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/npu_codegen_internal.h"
#include <string.h>

static enum npu_status no_memory(const struct npu_codegen *cg)
{
	return npu_fail(cg->err, NPU_E_NOMEM, "out of memory");
}

static enum npu_status emit_code(struct npu_codegen *cg)
{
	struct npu_program *program = cg->program;
	struct npu_core_program *core = &program->core[0];

	core->code = npu_arena_take(program->arena, (size_t)cg->order_count + 1,
				    sizeof *core->code);
	if (!core->code)
		return no_memory(cg);
	core->count = 0;
	for (uint32_t i = 0; i < cg->order_count; i++)
		if (cg->order[i] != NPU_NONE)
			core->code[core->count++] = cg->step[cg->order[i]].insn;
	memset(&core->code[core->count], 0, sizeof *core->code);
	core->code[core->count++].op = NPU_OP_end;
	program->core_count = 1;
	program->region[NPU_R_CODE] =
		(struct npu_region){ NPU_REGION_code,
				     core->count * NPU_INSN_BYTES, NULL };
	program->region[NPU_R_CORES].kind = NPU_REGION_cores;
	return NPU_OK;
}

/* ---- constants ---- */

static int is_absent(const struct npu_codegen *cg)
{
	for (uint32_t i = 0; i < cg->block_count; i++)
		if (cg->block[i].value->constant->fill == NPU_FILL_absent ||
		    (cg->block[i].bias &&
		     cg->block[i].bias->constant->fill == NPU_FILL_absent))
			return 1;
	return 0;
}

/* The first column of the block's group g. */
static uint64_t first(const struct npu_block *block, uint64_t g)
{
	return (block->g0 + g) * block->columns;
}

/* [bias][k][nn], each row padded to whole lines with zeros; between different
 * groups zeros as well. */
static void pack(const struct npu_block *block, const uint8_t *data,
		 const uint8_t *bias, uint8_t *out)
{
	const int64_t *dim = block->value->shape.dim;
	uint64_t size = npu_dtype_bytes(block->value->dtype);
	uint64_t taps = (uint64_t)(dim[0] * dim[1]);
	uint64_t per = (uint64_t)dim[2], all = (uint64_t)dim[3];
	uint64_t pitch = npu_round_up(block->nn * size, NPU_LINE);
	uint64_t groups = npu_max(block->groups, 1);

	if (bias) {
		memcpy(out, bias + block->n0 * (uint64_t)4,
		       block->nn * (uint64_t)4);
		out += npu_round_up(block->nn * (uint64_t)4, NPU_LINE);
	}
	for (uint64_t t = 0; t < taps; t++)
		for (uint64_t g = 0; g < groups; g++)
			for (uint64_t c = 0; c < per; c++, out += pitch) {
				uint64_t lo = block->n0, hi = lo + block->nn;

				if (groups > 1) {
					lo = npu_max(lo, first(block, g));
					hi = npu_min(hi, first(block, g + 1));
				}
				if (lo >= hi)
					continue;
				memcpy(out + (lo - block->n0) * size,
				       data + ((t * per + c) * all + lo) * size,
				       (hi - lo) * size);
			}
}

static enum npu_status fill_block(struct npu_codegen *cg,
				  const struct npu_block *block, uint8_t *out)
{
	const void *data, *bias = NULL;
	uint64_t size = npu_dtype_bytes(block->value->dtype);

	NPU_TRY(npu_constant_data(cg->graph, block->value, &data, cg->err));
	if (block->bias)
		NPU_TRY(npu_constant_data(cg->graph, block->bias, &bias,
					  cg->err));
	if (block->nn)
		pack(block, data, bias, out);
	else
		memcpy(out, (const uint8_t *)data + block->first * size,
		       block->bytes);
	return NPU_OK;
}

static enum npu_status emit_constants(struct npu_codegen *cg)
{
	struct npu_region *region = &cg->program->region[NPU_R_CONSTANTS];
	uint8_t *data;

	*region = (struct npu_region){ NPU_REGION_constants,
				       cg->constants_bytes, NULL };
	if (is_absent(cg))
		return NPU_OK;
	data = npu_arena_alloc(cg->program->arena, cg->constants_bytes, 1, 64);
	if (!data)
		return no_memory(cg);
	for (uint32_t i = 0; i < cg->block_count; i++)
		NPU_TRY(fill_block(cg, &cg->block[i],
				   data + cg->block[i].offset));
	region->data = data;
	return NPU_OK;
}

/* ---- tables ---- */

/* The last layer that stores each value: a concat's is that of its slices. */
static uint32_t writer_of(const struct npu_codegen *cg,
			  const struct npu_value *value)
{
	uint32_t step;

	if (!value->producer)
		return UINT32_MAX;
	if (cg->layout[value->id].last_store == NPU_NONE)
		return value->producer->id;
	step = cg->store[cg->layout[value->id].last_store].step;
	return (uint32_t)(cg->step[step].insn.any.tag >> NPU_TAG_LAYER_SHIFT);
}

/* Is a buffer other than `mine` used by `step` where `mine` lies? */
static int uses_place_of(const struct npu_codegen *cg,
			 const struct npu_step *step, uint32_t mine)
{
	const struct npu_buffer *at = &cg->buffer[mine];

	for (uint32_t r = 0; r < step->ref_count; r++) {
		const struct npu_buffer *b = &cg->buffer[step->ref[r].buffer];

		if (b != at && b->space == at->space &&
		    b->address < at->address + at->size &&
		    at->address < b->address + b->size)
			return 1;
	}
	return 0;
}

static int uses(const struct npu_step *step, uint32_t buffer)
{
	for (uint32_t r = 0; r < step->ref_count; r++)
		if (step->ref[r].buffer == buffer)
			return 1;
	return 0;
}

/* Place in order of the layer's last step. */
static uint32_t end_of_layer(const struct npu_codegen *cg, uint32_t layer)
{
	uint32_t i = cg->order_count;

	while (i-- > 0)
		if (cg->order[i] != NPU_NONE &&
		    npu__layer_of(cg, cg->order[i]) == layer)
			return i;
	return NPU_NONE;
}

/* Does step `b` start when `a`, before it in order, is complete? */
static int follows(const struct npu_codegen *cg, uint32_t b, uint32_t a)
{
	const enum npu_engine_id engine = npu_insn_engine(&cg->step[a].insn);

	return cg->clock[b].at[engine] >= cg->clock[a].at[engine];
}

/* Do all who take the buffer's place after step `end` of the order wait for it?
 * Engines keep their order: the first of each says so for all. */
static int is_waited_for(const struct npu_codegen *cg, uint32_t buffer,
			 uint32_t end)
{
	uint32_t seen = 0;

	for (uint32_t i = end + 1; i < cg->order_count; i++) {
		const uint32_t step = cg->order[i];
		enum npu_engine_id engine;

		if (step == NPU_NONE ||
		    !uses_place_of(cg, &cg->step[step], buffer))
			continue;
		engine = npu_insn_engine(&cg->step[step].insn);
		if (!(seen >> engine & 1) && !follows(cg, step, cg->order[end]))
			return 0;
		seen |= 1u << engine;
	}
	return 1;
}

/* Is all of a resident value there when its layer completes? The layer's last
 * step must write it, who takes its place must wait for that, and nothing may
 * have taken its place since the first. */
static int is_whole(const struct npu_codegen *cg, const struct npu_value *value)
{
	const uint32_t buffer = cg->layout[value->id].buffer;
	const uint32_t end = end_of_layer(cg, value->producer->id);

	if (end == NPU_NONE || !uses(&cg->step[cg->order[end]], buffer))
		return 0;
	for (uint32_t i = end + 1; i-- > 0;)
		if (cg->order[i] != NPU_NONE &&
		    cg->order[i] >= cg->buffer[buffer].first &&
		    uses_place_of(cg, &cg->step[cg->order[i]], buffer))
			return 0;
	return is_waited_for(cg, buffer, end);
}

static int is_tensor(const struct npu_codegen *cg, uint32_t v)
{
	const struct npu_value *value = cg->graph->values[v];

	if (cg->layout[v].resident)
		return is_whole(cg, value);
	return cg->layout[v].placed && !value->constant;
}

static enum npu_status emit_tensors(struct npu_codegen *cg)
{
	struct npu_program *program = cg->program;

	program->tensor = npu_new(program->arena, struct npu_tensor_desc,
				  cg->graph->value_count);
	if (!program->tensor)
		return no_memory(cg);
	program->tensor_count = 0;
	for (uint32_t v = 0; v < cg->graph->value_count; v++) {
		const struct npu_value *value = cg->graph->values[v];
		const struct npu_layout *layout = &cg->layout[v];
		struct npu_tensor_desc *t;

		if (!is_tensor(cg, v))
			continue;
		t = &program->tensor[program->tensor_count++];
		t->name = npu_arena_strdup(program->arena, value->name);
		t->dtype = value->dtype;
		t->rank = 4;
		t->region = layout->region;
		for (int d = 0; d < 4; d++) {
			t->dim[d] = (uint32_t)value->shape.dim[d];
			t->stride_bytes[d] =
				d == 3 ? npu_dtype_bytes(value->dtype)
				       : (uint64_t)layout->stride[d];
		}
		t->offset_bytes = layout->offset;
		t->lasts = layout->lasts;
		if (layout->resident) {
			t->region = NPU_R_CORES;
			t->offset_bytes = cg->buffer[layout->buffer].address +
					  layout->origin;
			t->lasts = 0;
		}
		t->scale = value->scale;
		t->zero = value->zero;
		t->layer = writer_of(cg, value);
		if (!t->name)
			return no_memory(cg);
	}
	return NPU_OK;
}

enum npu_status npu__pass_emit(struct npu_codegen *cg)
{
	NPU_TRY(emit_code(cg));
	NPU_TRY(emit_constants(cg));
	return emit_tensors(cg);
}

void npu__dump_emit(const struct npu_codegen *cg, struct npu_text *out)
{
	npu_program_print(cg->program, out);
}
