/* isa/npu_program_parse.c - the text assembly of a whole program, read.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_scan_internal.h"
#include "isa/npu_program_internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parser {
	struct npu__scan scan;
	struct npu_program *program;
	/* -1 before the first .core */
	int core;
	/* room in the tables that grow */
	size_t layer_room, tensor_room, code_room;
	/* start of the directive, for errors about the whole of it */
	const char *directive;
	uint8_t seen_program, seen_cores;
};

static enum npu_status fault_at(struct parser *p, const char *fault)
{
	return fault ? npu__scan_fail(&p->scan, p->directive, NPU_E_RANGE, "%s",
				      fault)
		     : NPU_OK;
}

/* Double the room of a table in the arena. The old copy stays there until the
 * arena goes; the sum of all is twice the last. */
static void *grow(struct parser *p, const void *old, size_t count, size_t *room,
		  size_t size)
{
	if (count < *room)
		return (void *)old;
	*room = *room ? 2 * *room : 64;
	void *larger = npu_arena_alloc(p->program->arena, *room, size, 16);
	if (larger && count)
		memcpy(larger, old, count * size);
	return larger;
}

static enum npu_status no_memory(struct parser *p)
{
	return npu_fail(p->scan.err, NPU_E_NOMEM, "reading a program");
}

/* ---- directives ---- */

static enum npu_status parse_region(struct parser *p)
{
	struct npu__key keys[] = { { .name = "bytes",
				     .max = NPU__REGION_BYTES_MAX } };
	struct npu_region *region;
	char word[NPU__WORD_MAX];
	unsigned kind = 0;
	uint64_t r;

	NPU_TRY(npu__scan_count(&p->scan, "a region", NPU_REGIONS - 1, &r));
	region = &p->program->region[r];
	if (region->kind != NPU_REGION_unused)
		return fault_at(p, "this region is given twice");
	npu__scan_ends(&p->scan);
	const char *start = p->scan.next;
	NPU_TRY(npu__scan_word(&p->scan, "a kind of region", word));
	while (npu_region_kind_name(kind) &&
	       strcmp(npu_region_kind_name(kind), word))
		kind++;
	if (!npu_region_kind_name(kind) || kind == NPU_REGION_unused)
		return npu__scan_fail(&p->scan, start, NPU_E_SYNTAX,
				      "unknown kind of region '%s'", word);
	NPU_TRY(npu__scan_keys(&p->scan, keys, 1));
	region->kind = (enum npu_region_kind)kind;
	region->bytes = keys[0].value;
	return fault_at(p, npu__region_fault(region));
}

static enum npu_status parse_layer(struct parser *p)
{
	struct npu_program *program = p->program;
	struct npu_layer layer = { 0 };
	struct npu__key keys[] = {
		{ .name = "op", .string = &layer.op },
		{ .name = "macs", .max = UINT64_MAX },
		{ .name = "array_macs", .max = UINT64_MAX },
		{ .name = "vector_macs", .max = UINT64_MAX },
		{ .name = "vector_outputs", .max = UINT64_MAX },
		{ .name = "compulsory_bytes", .max = UINT64_MAX },
	};

	NPU_TRY(npu__scan_string(&p->scan, &layer.name));
	NPU_TRY(npu__scan_keys(&p->scan, keys, 6));
	layer.macs = keys[1].value;
	layer.array_macs = keys[2].value;
	layer.vector_macs = keys[3].value;
	layer.vector_outputs = keys[4].value;
	layer.compulsory_bytes = keys[5].value;
	program->layer = grow(p, program->layer, program->layer_count,
			      &p->layer_room, sizeof layer);
	if (!program->layer)
		return no_memory(p);
	program->layer[program->layer_count++] = layer;
	return NPU_OK;
}

static enum npu_status parse_tensor(struct parser *p)
{
	struct npu_program *program = p->program;
	struct npu_tensor_desc t = { 0 };
	uint64_t shape[NPU_RANK_MAX], strides[NPU_RANK_MAX];
	uint64_t rank = 0, stride_rank = 0;
	struct npu__key keys[] = {
		{ .name = "dtype", .is_dtype = 1 },
		{ .name = "region", .max = NPU_REGIONS - 1 },
		{ .name = "offset", .max = UINT64_MAX },
		{ .name = "scale", .max = UINT32_MAX },
		{ .name = "zero", .max = INT32_MAX, .is_signed = 1 },
		{ .name = "layer", .max = UINT32_MAX, .may_be_none = 1 },
		{ .name = "lasts", .max = 1 },
		{ .name = "shape",
		  .max = UINT32_MAX,
		  .list = shape,
		  .list_max = NPU_RANK_MAX,
		  .list_count = &rank },
		{ .name = "strides",
		  .max = UINT64_MAX,
		  .list = strides,
		  .list_max = NPU_RANK_MAX,
		  .list_count = &stride_rank },
	};

	NPU_TRY(npu__scan_string(&p->scan, &t.name));
	NPU_TRY(npu__scan_keys(&p->scan, keys, sizeof keys / sizeof keys[0]));
	if (rank != stride_rank)
		return fault_at(p, "shape and strides differ in rank");
	uint32_t scale = (uint32_t)keys[3].value;
	t.dtype = (enum npu_dtype)keys[0].value;
	t.region = (uint8_t)keys[1].value;
	t.offset_bytes = keys[2].value;
	memcpy(&t.scale, &scale, sizeof scale);
	t.zero = (int32_t)(uint32_t)keys[4].value;
	t.layer = (uint32_t)keys[5].value;
	t.lasts = (uint8_t)keys[6].value;
	t.rank = (uint8_t)rank;
	for (uint64_t d = 0; d < rank; d++) {
		t.dim[d] = (uint32_t)shape[d];
		t.stride_bytes[d] = strides[d];
	}
	NPU_TRY(fault_at(p, npu__tensor_fault(program, &t)));
	program->tensor = grow(p, program->tensor, program->tensor_count,
			       &p->tensor_room, sizeof t);
	if (!program->tensor)
		return no_memory(p);
	program->tensor[program->tensor_count++] = t;
	return NPU_OK;
}

/* The core whose lines these are, or NULL before `.core`. */
static struct npu_core_program *this_core(struct parser *p)
{
	return p->core < 0 ? NULL : &p->program->core[p->core];
}

static enum npu_status parse_token(struct parser *p)
{
	struct npu__key keys[] = {
		{ .name = "producer", .is_engine = 1 },
		{ .name = "producer_core", .max = UINT8_MAX },
		{ .name = "consumer", .is_engine = 1 },
		{ .name = "consumer_core", .max = UINT8_MAX },
		{ .name = "initial", .max = UINT16_MAX },
		{ .name = "capacity", .max = UINT16_MAX },
	};
	struct npu_core_program *core = this_core(p);
	uint64_t k;

	if (!core)
		return fault_at(p, "a token before .core");
	NPU_TRY(npu__scan_count(&p->scan, "a token", NPU_TOKENS - 1, &k));
	if (core->token[k].used)
		return fault_at(p, "this token is given twice");
	NPU_TRY(npu__scan_keys(&p->scan, keys, 6));
	core->token[k] = (struct npu_token){
		.used = 1,
		.producer = (enum npu_engine_id)keys[0].value,
		.producer_core = (uint8_t)keys[1].value,
		.consumer = (enum npu_engine_id)keys[2].value,
		.consumer_core = (uint8_t)keys[3].value,
		.initial = (uint16_t)keys[4].value,
		.capacity = (uint16_t)keys[5].value,
	};
	return fault_at(p, npu__token_fault(p->program, &core->token[k]));
}

static enum npu_status parse_port(struct parser *p)
{
	struct npu__key keys[] = {
		{ .name = "core", .max = UINT8_MAX },
		{ .name = "counter", .max = UINT8_MAX },
	};
	struct npu_core_program *core = this_core(p);
	uint64_t k;

	if (!core)
		return fault_at(p, "a port before .core");
	NPU_TRY(npu__scan_count(&p->scan, "a port", NPU_TOKENS - 1, &k));
	if (core->port[k].used)
		return fault_at(p, "this port is given twice");
	NPU_TRY(npu__scan_keys(&p->scan, keys, 2));
	core->port[k] = (struct npu_port){ 1, (uint8_t)keys[0].value,
					   (uint8_t)keys[1].value };
	return fault_at(p, npu__port_fault(p->program, core, (unsigned)k));
}

static enum npu_status parse_core(struct parser *p)
{
	uint64_t k;

	if (!p->seen_cores)
		return fault_at(p, ".cores comes before .core");
	NPU_TRY(npu__scan_count(&p->scan, "a core", p->program->core_count - 1,
				&k));
	if (p->program->core[k].count)
		return fault_at(p, "this core is given twice");
	p->core = (int)k;
	p->code_room = 0;
	return NPU_OK;
}

static enum npu_status parse_cores(struct parser *p)
{
	uint64_t n;

	NPU_TRY(npu__scan_count(&p->scan, "the number of cores", NPU_CORES_MAX,
				&n));
	if (!n || p->seen_cores)
		return fault_at(p, n ? ".cores is given twice" : "no cores");
	p->seen_cores = 1;
	p->program->core_count = (uint32_t)n;
	return NPU_OK;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* The lines of hexadecimal after .data, up to the next directive. */
static enum npu_status parse_data(struct parser *p)
{
	struct npu__scan *s = &p->scan;
	struct npu_region *region;
	uint64_t r, n = 0;

	NPU_TRY(npu__scan_count(s, "a region", NPU_REGIONS - 1, &r));
	region = &p->program->region[r];
	if (region->kind != NPU_REGION_constants || region->data)
		return fault_at(p, region->data ? "content is given twice"
						: "not a constants region");
	/* two digits a byte: the text must be at least as long */
	if (region->bytes > strlen(s->next) / 2)
		return fault_at(p, "fewer bytes follow than the region has");
	uint8_t *data = npu_new(p->program->arena, uint8_t, region->bytes);
	if (!data)
		return no_memory(p);
	NPU_TRY(npu__scan_end_line(s));
	while (npu__scan_next_line(s) && *s->next != '.') {
		while (!npu__scan_ends(s)) {
			int high = hex_digit(s->next[0]);
			int low = high < 0 ? -1 : hex_digit(s->next[1]);

			if (low < 0)
				return npu__scan_fail(s, s->next, NPU_E_SYNTAX,
						      "expected two "
						      "hexadecimal digits");
			if (n == region->bytes)
				return npu__scan_fail(s, s->next, NPU_E_RANGE,
						      "more bytes than region "
						      "%d has",
						      (int)r);
			data[n++] = (uint8_t)(high << 4 | low);
			s->next += 2;
		}
	}
	if (n < region->bytes)
		return npu__scan_fail(s, s->next, NPU_E_RANGE,
				      "region %d ends after %llu of %llu bytes",
				      (int)r, (unsigned long long)n,
				      (unsigned long long)region->bytes);
	region->data = data;
	return NPU_OK;
}

static enum npu_status parse_insn(struct parser *p)
{
	struct npu_core_program *core = this_core(p);
	union npu_insn insn;

	if (!core)
		return fault_at(p, "an instruction before .core");
	NPU_TRY(npu__scan_insn(&p->scan, &insn));
	core->code =
		grow(p, core->code, core->count, &p->code_room, sizeof insn);
	if (!core->code)
		return no_memory(p);
	core->code[core->count++] = insn;
	return NPU_OK;
}

static enum npu_status parse_version(struct parser *p)
{
	uint64_t version;

	NPU_TRY(npu__scan_number(&p->scan, &version, NULL));
	if (version != NPU__PROGRAM_VERSION)
		return npu__scan_fail(&p->scan, p->directive, NPU_E_UNSUPPORTED,
				      "version %llu of the text; version %d "
				      "is read",
				      (unsigned long long)version,
				      NPU__PROGRAM_VERSION);
	p->seen_program = 1;
	return NPU_OK;
}

static enum npu_status parse_network(struct parser *p)
{
	return npu__scan_string(&p->scan, &p->program->network);
}

static enum npu_status parse_chip(struct parser *p)
{
	return npu__scan_number(&p->scan, &p->program->chip_fingerprint, NULL);
}

static const struct {
	const char *name;
	enum npu_status (*parse)(struct parser *p);
} directives[] = {
	{ ".program", parse_version }, { ".network", parse_network },
	{ ".chip", parse_chip },       { ".cores", parse_cores },
	{ ".region", parse_region },   { ".layer", parse_layer },
	{ ".tensor", parse_tensor },   { ".core", parse_core },
	{ ".token", parse_token },     { ".port", parse_port },
	{ ".data", parse_data },
};
enum { DIRECTIVES = sizeof directives / sizeof directives[0] };

static enum npu_status parse_line(struct parser *p)
{
	struct npu__scan *s = &p->scan;
	const char *names[DIRECTIVES];
	char word[NPU__WORD_MAX];

	p->directive = s->next;
	if (*s->next != '.') {
		NPU_TRY(parse_insn(p));
		return npu__scan_end_line(s);
	}
	NPU_TRY(npu__scan_word(s, "a directive", word));
	if (!p->seen_program && strcmp(word, ".program"))
		return npu__scan_fail(s, p->directive, NPU_E_SYNTAX,
				      "expected .program first");
	for (size_t i = 0; i < DIRECTIVES; i++) {
		names[i] = directives[i].name;
		if (strcmp(names[i], word))
			continue;
		NPU_TRY(directives[i].parse(p));
		/* .data has read to the next directive */
		return directives[i].parse == parse_data
			       ? NPU_OK
			       : npu__scan_end_line(s);
	}
	const char *near = npu_text_nearest(word, names, DIRECTIVES);
	return npu__scan_fail(s, p->directive, NPU_E_SYNTAX,
			      "unknown directive '%s'%s%s", word,
			      near ? "; did you mean " : "", near ? near : "");
}

static enum npu_status parse_all(struct parser *p)
{
	struct npu_program *program = p->program;

	while (npu__scan_next_line(&p->scan))
		NPU_TRY(parse_line(p));
	p->directive = p->scan.line_start;
	if (!p->seen_program)
		return fault_at(p, "expected .program first");
	for (uint32_t k = 0; k < program->core_count; k++) {
		const char *fault = npu__code_fault(&program->core[k]);

		if (fault)
			return npu__scan_fail(&p->scan, p->directive,
					      NPU_E_SYNTAX, "core %u: %s",
					      (unsigned)k, fault);
	}
	return fault_at(p, npu__layout_fault(program));
}

enum npu_status npu_program_parse(const char *text, const char *path,
				  struct npu_program **out,
				  struct npu_error *err)
{
	struct parser p = { .program = npu_program_create(), .core = -1 };

	if (!p.program)
		return npu_fail(err, NPU_E_NOMEM, "reading %s", path);
	p.scan = npu__scan_text(text, (struct npu_loc){ .path = path },
				p.program->arena, err);
	enum npu_status status = parse_all(&p);
	if (status != NPU_OK) {
		npu_program_destroy(p.program);
		return status;
	}
	*out = p.program;
	return NPU_OK;
}
