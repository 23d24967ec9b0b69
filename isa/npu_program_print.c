/* isa/npu_program_print.c - the text assembly of a whole program, written.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_scan_internal.h"
#include "isa/npu_program_internal.h"
#include <inttypes.h>
#include <string.h>

static void print_header(const struct npu_program *p, struct npu_text *out)
{
	npu_text_add(out, ".program %d\n.network ", NPU__PROGRAM_VERSION);
	npu__print_string(out, p->network);
	npu_text_add(out, "\n.chip 0x%016" PRIx64 "\n.cores %u\n",
		     p->chip_fingerprint, (unsigned)p->core_count);
	for (int r = 0; r < NPU_REGIONS; r++)
		if (p->region[r].kind != NPU_REGION_unused)
			npu_text_add(out, ".region %d %s bytes=%" PRIu64 "\n",
				     r, npu_region_kind_name(p->region[r].kind),
				     p->region[r].bytes);
}

static void print_layer(const struct npu_layer *layer, size_t i,
			struct npu_text *out)
{
	npu_text_add(out, ".layer ");
	npu__print_string(out, layer->name);
	npu_text_add(out, " op=");
	npu__print_string(out, layer->op);
	npu_text_add(out,
		     " macs=%" PRIu64 " array_macs=%" PRIu64
		     " vector_macs=%" PRIu64 " vector_outputs=%" PRIu64
		     " compulsory_bytes=%" PRIu64 " ; layer %zu\n",
		     layer->macs, layer->array_macs, layer->vector_macs,
		     layer->vector_outputs, layer->compulsory_bytes, i);
}

static void print_tensor(const struct npu_tensor_desc *t, struct npu_text *out)
{
	uint32_t scale;

	memcpy(&scale, &t->scale, sizeof scale);
	npu_text_add(out, ".tensor ");
	npu__print_string(out, t->name);
	npu_text_add(out,
		     " dtype=%s region=%u offset=%" PRIu64
		     " scale=0x%08x zero=%" PRId32,
		     npu_dtype_name(t->dtype), (unsigned)t->region,
		     t->offset_bytes, (unsigned)scale, t->zero);
	if (t->layer == UINT32_MAX)
		npu_text_add(out, " layer=none");
	else
		npu_text_add(out, " layer=%u", (unsigned)t->layer);
	npu_text_add(out, " lasts=%u shape=[", (unsigned)t->lasts);
	for (int d = 0; d < t->rank; d++)
		npu_text_add(out, "%s%u", d ? "," : "", (unsigned)t->dim[d]);
	npu_text_add(out, "] strides=[");
	for (int d = 0; d < t->rank; d++)
		npu_text_add(out, "%s%" PRIu64, d ? "," : "",
			     t->stride_bytes[d]);
	npu_text_add(out, "]");
	if (t->scale != 0)
		npu_text_add(out, " ; scale %.9g", (double)t->scale);
	npu_text_add(out, "\n");
}

static void print_core(const struct npu_core_program *core, uint32_t k,
		       unsigned parts, struct npu_text *out)
{
	npu_text_add(out, ".core %u\n", (unsigned)k);
	for (int i = 0; i < NPU_TOKENS; i++) {
		const struct npu_token *t = &core->token[i];

		if (t->used)
			npu_text_add(out,
				     ".token %d producer=%s producer_core=%u "
				     "consumer=%s consumer_core=%u initial=%u "
				     "capacity=%u\n",
				     i, npu_engine_name(t->producer),
				     (unsigned)t->producer_core,
				     npu_engine_name(t->consumer),
				     (unsigned)t->consumer_core,
				     (unsigned)t->initial,
				     (unsigned)t->capacity);
	}
	for (int i = 0; i < NPU_TOKENS; i++)
		if (core->port[i].used)
			npu_text_add(out, ".port %d core=%u counter=%u\n", i,
				     (unsigned)core->port[i].core,
				     (unsigned)core->port[i].counter);
	for (size_t i = 0; parts & NPU_PROGRAM_CODE && i < core->count; i++) {
		npu_insn_print(&core->code[i], out);
		npu_text_add(out, "\n");
	}
}

/* 32 bytes a line, by hand: there are megabytes of it. */
static void print_data(const struct npu_region *region, int r,
		       struct npu_text *out)
{
	static const char digit[] = "0123456789abcdef";
	char line[65];

	npu_text_add(out, ".data %d\n", r);
	for (uint64_t at = 0; at < region->bytes; at += 32) {
		size_t n = 0;

		for (uint64_t i = at; i < region->bytes && i < at + 32; i++) {
			line[n++] = digit[region->data[i] >> 4];
			line[n++] = digit[region->data[i] & 15];
		}
		line[n++] = '\n';
		npu_text_add_bytes(out, line, n);
	}
}

void npu_program_print_parts(const struct npu_program *program, unsigned parts,
			     struct npu_text *out)
{
	print_header(program, out);
	for (size_t i = 0; i < program->layer_count; i++)
		print_layer(&program->layer[i], i, out);
	for (size_t i = 0; i < program->tensor_count; i++)
		print_tensor(&program->tensor[i], out);
	for (uint32_t k = 0; k < program->core_count; k++)
		print_core(&program->core[k], k, parts, out);
	for (int r = 0; parts & NPU_PROGRAM_DATA && r < NPU_REGIONS; r++)
		if (program->region[r].data)
			print_data(&program->region[r], r, out);
}

void npu_program_print(const struct npu_program *program, struct npu_text *out)
{
	npu_program_print_parts(program, NPU_PROGRAM_ALL, out);
}
