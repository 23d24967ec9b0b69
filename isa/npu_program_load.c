/* isa/npu_program_load.c - read the binary form, trusting nothing in it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The layout, little-endian, one thing after another:
 *   8 "SYSTOLE\n", u32 version, u32 cores, u64 fingerprint, u32 tensors,
 *   u32 layers, u64 size of the file; string network
 *   per region (8): u8 kind, u8 has content, u64 bytes
 *   per core: u32 instructions;
 *     per token (16): u8 used, producer core, consumer core, producer,
 *       consumer; u16 initial, capacity
 *     per port (16): u8 used, core, counter
 *   per layer: string name, op; u64 macs, array_macs, vector_macs,
 *     vector_outputs, compulsory_bytes
 *   per tensor: string name; u8 dtype, rank, region, lasts; u64 offset;
 *     u32 scale (bits), s32 zero, u32 layer; per dimension u32 size, u64 stride
 *   zeros up to a multiple of 64; the code of each core, 64 bytes each
 *   the content of each constants region that has it
 * A string is u16 length and bytes without 0. What an unused token, port or
 * region does not need is 0. */
#include "base/npu_file.h"
#include "isa/npu_program_internal.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct reader {
	const uint8_t *bytes;
	size_t size, at;
	const char *name;
	struct npu_program *program;
	struct npu_error *err;
};

/* Fail at byte `at` of the file. */
static enum npu_status NPU_PRINTF(4, 5)
	fail(struct reader *r, size_t at, enum npu_status status,
	     const char *fmt, ...)
{
	char message[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	return npu_fail_at(r->err, status, (struct npu_loc){ .path = r->name },
			   "byte 0x%zx: %s", at, message);
}

static enum npu_status need(struct reader *r, uint64_t bytes, const char *what)
{
	if (bytes > r->size - r->at)
		return fail(r, r->at, NPU_E_SYNTAX,
			    "%s needs %" PRIu64 " bytes, the file has %zu more",
			    what, bytes, r->size - r->at);
	return NPU_OK;
}

/* The next `n` <= 8 bytes as a number; need() has been asked. */
static uint64_t take(struct reader *r, unsigned n)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < n; i++)
		value |= (uint64_t)r->bytes[r->at++] << 8 * i;
	return value;
}

static enum npu_status take_string(struct reader *r, const char *what,
				   const char **out)
{
	NPU_TRY(need(r, 2, what));
	size_t start = r->at, n = take(r, 2);
	NPU_TRY(need(r, n, what));
	if (memchr(r->bytes + r->at, 0, n))
		return fail(r, start, NPU_E_SYNTAX, "%s holds a zero byte",
			    what);
	char *text = npu_new(r->program->arena, char, n + 1);
	if (!text)
		return npu_fail(r->err, NPU_E_NOMEM, "reading %s", r->name);
	memcpy(text, r->bytes + r->at, n);
	r->at += n;
	*out = text;
	return NPU_OK;
}

/* A flag byte. */
static enum npu_status take_flag(struct reader *r, const char *what,
				 uint8_t *out)
{
	size_t start = r->at;
	uint64_t flag = take(r, 1);

	if (flag > 1)
		return fail(r, start, NPU_E_SYNTAX,
			    "%s: %" PRIu64 " where 0 or 1 is expected", what,
			    flag);
	*out = (uint8_t)flag;
	return NPU_OK;
}

/* ---- header ---- */

static enum npu_status read_header(struct reader *r)
{
	struct npu_program *p = r->program;

	if (r->size < 8 || memcmp(r->bytes, "SYSTOLE\n", 8))
		return fail(r, 0, NPU_E_SYNTAX, "not a program file");
	NPU_TRY(need(r, 40, "the header"));
	r->at = 8;
	uint64_t version = take(r, 4);
	if (version != NPU__PROGRAM_VERSION)
		return fail(r, 8, NPU_E_UNSUPPORTED,
			    "version %" PRIu64 " of the format; version %d "
			    "is read",
			    version, NPU__PROGRAM_VERSION);
	p->core_count = (uint32_t)take(r, 4);
	if (p->core_count < 1 || p->core_count > NPU_CORES_MAX)
		return fail(r, 12, NPU_E_RANGE, "%u cores; 1..%d are allowed",
			    (unsigned)p->core_count, NPU_CORES_MAX);
	p->chip_fingerprint = take(r, 8);
	p->tensor_count = take(r, 4);
	p->layer_count = take(r, 4);
	uint64_t size = take(r, 8);
	if (size != r->size)
		return fail(r, 32, NPU_E_SYNTAX,
			    "the header says %" PRIu64
			    " bytes, the file has %zu",
			    size, r->size);
	return take_string(r, "the network's name", &p->network);
}

static enum npu_status read_regions(struct reader *r,
				    uint8_t has_data[NPU_REGIONS])
{
	for (int k = 0; k < NPU_REGIONS; k++) {
		struct npu_region *region = &r->program->region[k];
		size_t start = r->at;

		NPU_TRY(need(r, 10, "a region"));
		region->kind = (enum npu_region_kind)take(r, 1);
		NPU_TRY(take_flag(r, "a region's content", &has_data[k]));
		region->bytes = take(r, 8);
		/* stands for the content until it is reached */
		region->data = has_data[k] ? r->bytes : NULL;
		const char *fault = npu__region_fault(region);
		if (fault)
			return fail(r, start, NPU_E_RANGE, "region %d: %s", k,
				    fault);
	}
	return NPU_OK;
}

static enum npu_status read_token(struct reader *r, int k,
				  struct npu_token *token)
{
	size_t start = r->at;
	uint64_t any = 0;

	NPU_TRY(take_flag(r, "a token's use", &token->used));
	token->producer_core = (uint8_t)take(r, 1);
	token->consumer_core = (uint8_t)take(r, 1);
	token->producer = (enum npu_engine_id)take(r, 1);
	token->consumer = (enum npu_engine_id)take(r, 1);
	token->initial = (uint16_t)take(r, 2);
	token->capacity = (uint16_t)take(r, 2);
	for (size_t i = start; i < r->at; i++)
		any |= r->bytes[i];
	const char *fault = token->used ? npu__token_fault(r->program, token)
			    : any       ? "not used, but not 0"
					: NULL;
	return fault ? fail(r, start, NPU_E_RANGE, "token %d: %s", k, fault)
		     : NPU_OK;
}

static enum npu_status read_core(struct reader *r, uint32_t k)
{
	struct npu_core_program *core = &r->program->core[k];

	NPU_TRY(need(r, 4 + NPU_TOKENS * (9 + 3), "a core's tables"));
	core->count = take(r, 4);
	for (int t = 0; t < NPU_TOKENS; t++)
		NPU_TRY(read_token(r, t, &core->token[t]));
	for (int t = 0; t < NPU_TOKENS; t++) {
		struct npu_port *port = &core->port[t];
		size_t start = r->at;

		NPU_TRY(take_flag(r, "a port's use", &port->used));
		port->core = (uint8_t)take(r, 1);
		port->counter = (uint8_t)take(r, 1);
		const char *fault =
			port->used
				? npu__port_fault(r->program, core, (unsigned)t)
			: port->core | port->counter ? "not used, but not 0"
						     : NULL;
		if (fault)
			return fail(r, start, NPU_E_RANGE, "port %d: %s", t,
				    fault);
	}
	return NPU_OK;
}

/* ---- tables ---- */

static enum npu_status read_layers(struct reader *r)
{
	struct npu_program *p = r->program;

	NPU_TRY(need(r, p->layer_count * (uint64_t)44, "the layer table"));
	p->layer = npu_new(p->arena, struct npu_layer, p->layer_count);
	if (!p->layer)
		return npu_fail(r->err, NPU_E_NOMEM, "reading %s", r->name);
	for (size_t i = 0; i < p->layer_count; i++) {
		struct npu_layer *layer = &p->layer[i];

		NPU_TRY(take_string(r, "a layer's name", &layer->name));
		NPU_TRY(take_string(r, "a layer's operator", &layer->op));
		NPU_TRY(need(r, 40, "a layer"));
		layer->macs = take(r, 8);
		layer->array_macs = take(r, 8);
		layer->vector_macs = take(r, 8);
		layer->vector_outputs = take(r, 8);
		layer->compulsory_bytes = take(r, 8);
	}
	return NPU_OK;
}

static enum npu_status read_tensor(struct reader *r, size_t i)
{
	struct npu_tensor_desc *t = &r->program->tensor[i];
	size_t start = r->at;

	NPU_TRY(take_string(r, "a tensor's name", &t->name));
	NPU_TRY(need(r, 24, "a tensor"));
	t->dtype = (enum npu_dtype)take(r, 1);
	t->rank = (uint8_t)take(r, 1);
	t->region = (uint8_t)take(r, 1);
	NPU_TRY(take_flag(r, "a tensor's `lasts`", &t->lasts));
	t->offset_bytes = take(r, 8);
	uint32_t scale = (uint32_t)take(r, 4);
	memcpy(&t->scale, &scale, sizeof scale);
	t->zero = (int32_t)(uint32_t)take(r, 4);
	t->layer = (uint32_t)take(r, 4);
	if (t->rank <= NPU_RANK_MAX) {
		NPU_TRY(need(r, t->rank * (uint64_t)12, "a tensor's shape"));
		for (int d = 0; d < t->rank; d++) {
			t->dim[d] = (uint32_t)take(r, 4);
			t->stride_bytes[d] = take(r, 8);
		}
	}
	const char *fault = npu__tensor_fault(r->program, t);
	return fault ? fail(r, start, NPU_E_RANGE, "tensor '%.80s': %s",
			    t->name, fault)
		     : NPU_OK;
}

static enum npu_status read_tensors(struct reader *r)
{
	struct npu_program *p = r->program;

	NPU_TRY(need(r, p->tensor_count * (uint64_t)26, "the tensor table"));
	p->tensor = npu_new(p->arena, struct npu_tensor_desc, p->tensor_count);
	if (!p->tensor)
		return npu_fail(r->err, NPU_E_NOMEM, "reading %s", r->name);
	for (size_t i = 0; i < p->tensor_count; i++)
		NPU_TRY(read_tensor(r, i));
	return NPU_OK;
}

/* ---- code and constants ---- */

static enum npu_status read_code(struct reader *r, uint32_t k)
{
	struct npu_core_program *core = &r->program->core[k];
	size_t start = r->at;

	NPU_TRY(need(r, core->count * (uint64_t)NPU_INSN_BYTES, "the code"));
	core->code = npu_new(r->program->arena, union npu_insn, core->count);
	if (!core->code)
		return npu_fail(r->err, NPU_E_NOMEM, "reading %s", r->name);
	for (size_t i = 0; i < core->count; i++) {
		struct npu_error inner = { 0 };
		struct npu_word word;
		size_t at = r->at;

		for (int half = 0; half < 8; half++)
			word.half[half] = take(r, 8);
		enum npu_status status =
			npu_insn_decode(word, &core->code[i], &inner);
		if (status != NPU_OK)
			return fail(r, at, status,
				    "core %u, instruction %zu: %s", (unsigned)k,
				    i, inner.message);
	}
	const char *fault = npu__code_fault(core);
	return fault ? fail(r, start, NPU_E_SYNTAX, "core %u: %s", (unsigned)k,
			    fault)
		     : NPU_OK;
}

/* Constants point into the file's bytes where those live as long as the
 * program, else they are copied. */
static enum npu_status read_constants(struct reader *r, int k, int borrow)
{
	struct npu_region *region = &r->program->region[k];

	NPU_TRY(need(r, region->bytes, "the constants"));
	region->data = r->bytes + r->at;
	if (!borrow) {
		uint8_t *copy =
			npu_new(r->program->arena, uint8_t, region->bytes);
		if (!copy)
			return npu_fail(r->err, NPU_E_NOMEM, "reading %s",
					r->name);
		memcpy(copy, region->data, region->bytes);
		region->data = copy;
	}
	r->at += region->bytes;
	return NPU_OK;
}

static enum npu_status read_all(struct reader *r, int borrow)
{
	struct npu_program *p = r->program;
	uint8_t has_data[NPU_REGIONS];

	NPU_TRY(read_header(r));
	NPU_TRY(read_regions(r, has_data));
	for (uint32_t k = 0; k < p->core_count; k++)
		NPU_TRY(read_core(r, k));
	NPU_TRY(read_layers(r));
	NPU_TRY(read_tensors(r));
	while (r->at % 64) {
		NPU_TRY(need(r, 1, "the padding"));
		if (take(r, 1))
			return fail(r, r->at - 1, NPU_E_SYNTAX,
				    "padding that is not 0");
	}
	for (uint32_t k = 0; k < p->core_count; k++)
		NPU_TRY(read_code(r, k));
	const char *fault = npu__layout_fault(p);
	if (fault)
		return fail(r, r->at, NPU_E_RANGE, "%s", fault);
	for (int k = 0; k < NPU_REGIONS; k++)
		if (has_data[k])
			NPU_TRY(read_constants(r, k, borrow));
	if (r->at != r->size)
		return fail(r, r->at, NPU_E_SYNTAX, "%zu bytes after the end",
			    r->size - r->at);
	return NPU_OK;
}

enum npu_status npu_program_decode(const uint8_t *bytes, size_t size,
				   const char *name, struct npu_program **out,
				   struct npu_error *err)
{
	struct reader r = { bytes, size, 0, name, npu_program_create(), err };

	if (!r.program)
		return npu_fail(err, NPU_E_NOMEM, "reading %s", name);
	enum npu_status status = read_all(&r, 0);
	if (status != NPU_OK) {
		npu_program_destroy(r.program);
		return status;
	}
	*out = r.program;
	return NPU_OK;
}

enum npu_status npu_program_load(const char *path, struct npu_program **out,
				 struct npu_error *err)
{
	struct reader r = { .name = path,
			    .program = npu_program_create(),
			    .err = err };
	char *bytes;

	if (!r.program)
		return npu_fail(err, NPU_E_NOMEM, "reading %s", path);
	enum npu_status status = npu_file_read(
		r.program->arena, path, (size_t)1 << 33, &bytes, &r.size, err);
	if (status == NPU_OK) {
		r.bytes = (const uint8_t *)bytes;
		status = read_all(&r, 1);
	}
	if (status != NPU_OK) {
		npu_program_destroy(r.program);
		return status;
	}
	*out = r.program;
	return NPU_OK;
}
