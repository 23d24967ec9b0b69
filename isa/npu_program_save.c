/* isa/npu_program_save.c - write the binary form (layout: npu_program_load.c).
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_file.h"
#include "isa/npu_program_internal.h"
#include <string.h>

static void put(struct npu_text *out, uint64_t value, unsigned n)
{
	char bytes[8];

	for (unsigned i = 0; i < n; i++)
		bytes[i] = (char)(value >> 8 * i & 0xff);
	npu_text_add_bytes(out, bytes, n);
}

static enum npu_status put_string(struct npu_text *out, const char *text,
				  struct npu_error *err)
{
	size_t n = strlen(text);

	if (n > UINT16_MAX)
		return npu_fail(err, NPU_E_LIMIT,
				"a name of %zu bytes; at most 65535 fit", n);
	put(out, n, 2);
	npu_text_add_bytes(out, text, n);
	return NPU_OK;
}

static void put_core(struct npu_text *out, const struct npu_core_program *core)
{
	put(out, core->count, 4);
	for (int k = 0; k < NPU_TOKENS; k++) {
		struct npu_token t = core->token[k];

		if (!t.used)
			memset(&t, 0, sizeof t);
		put(out, t.used, 1);
		put(out, t.producer_core, 1);
		put(out, t.consumer_core, 1);
		put(out, (uint64_t)t.producer, 1);
		put(out, (uint64_t)t.consumer, 1);
		put(out, t.initial, 2);
		put(out, t.capacity, 2);
	}
	for (int k = 0; k < NPU_TOKENS; k++) {
		struct npu_port p = core->port[k];

		put(out, p.used, 1);
		put(out, p.used ? p.core : 0, 1);
		put(out, p.used ? p.counter : 0, 1);
	}
}

static enum npu_status put_layers(struct npu_text *out,
				  const struct npu_program *p,
				  struct npu_error *err)
{
	for (size_t i = 0; i < p->layer_count; i++) {
		const struct npu_layer *layer = &p->layer[i];

		NPU_TRY(put_string(out, layer->name, err));
		NPU_TRY(put_string(out, layer->op, err));
		put(out, layer->macs, 8);
		put(out, layer->array_macs, 8);
		put(out, layer->vector_macs, 8);
		put(out, layer->vector_outputs, 8);
		put(out, layer->compulsory_bytes, 8);
	}
	return NPU_OK;
}

static enum npu_status put_tensors(struct npu_text *out,
				   const struct npu_program *p,
				   struct npu_error *err)
{
	for (size_t i = 0; i < p->tensor_count; i++) {
		const struct npu_tensor_desc *t = &p->tensor[i];
		uint32_t scale;

		memcpy(&scale, &t->scale, sizeof scale);
		NPU_TRY(put_string(out, t->name, err));
		put(out, (uint64_t)t->dtype, 1);
		put(out, t->rank, 1);
		put(out, t->region, 1);
		put(out, t->lasts, 1);
		put(out, t->offset_bytes, 8);
		put(out, scale, 4);
		put(out, (uint32_t)t->zero, 4);
		put(out, t->layer, 4);
		for (int d = 0; d < t->rank; d++) {
			put(out, t->dim[d], 4);
			put(out, t->stride_bytes[d], 8);
		}
	}
	return NPU_OK;
}

static enum npu_status put_code(struct npu_text *out,
				const struct npu_core_program *core,
				struct npu_error *err)
{
	for (size_t i = 0; i < core->count; i++) {
		struct npu_word word;

		NPU_TRY(npu_insn_encode(&core->code[i], &word, err));
		for (int half = 0; half < 8; half++)
			put(out, word.half[half], 8);
	}
	return NPU_OK;
}

static enum npu_status put_all(struct npu_text *out,
			       const struct npu_program *p,
			       struct npu_error *err)
{
	NPU_TRY(npu_program_check(p, err));
	npu_text_add_bytes(out, "SYSTOLE\n", 8);
	put(out, NPU__PROGRAM_VERSION, 4);
	put(out, p->core_count, 4);
	put(out, p->chip_fingerprint, 8);
	put(out, p->tensor_count, 4);
	put(out, p->layer_count, 4);
	put(out, 0, 8); /* the size, filled in below */
	NPU_TRY(put_string(out, p->network, err));
	for (int k = 0; k < NPU_REGIONS; k++) {
		put(out, (uint64_t)p->region[k].kind, 1);
		put(out, p->region[k].data != NULL, 1);
		put(out, p->region[k].bytes, 8);
	}
	for (uint32_t k = 0; k < p->core_count; k++)
		put_core(out, &p->core[k]);
	NPU_TRY(put_layers(out, p, err));
	NPU_TRY(put_tensors(out, p, err));
	while (out->length % 64 && !out->failed)
		put(out, 0, 1);
	for (uint32_t k = 0; k < p->core_count; k++)
		NPU_TRY(put_code(out, &p->core[k], err));
	for (int k = 0; k < NPU_REGIONS; k++)
		if (p->region[k].data)
			npu_text_add_bytes(out, (const char *)p->region[k].data,
					   p->region[k].bytes);
	if (out->failed)
		return npu_fail(err, NPU_E_NOMEM, "writing a program");
	for (unsigned i = 0; i < 8; i++)
		out->data[32 + i] =
			(char)((uint64_t)out->length >> 8 * i & 0xff);
	return NPU_OK;
}

enum npu_status npu_program_encode(const struct npu_program *program,
				   struct npu_text *out, struct npu_error *err)
{
	struct npu_text bytes = { 0 };
	enum npu_status status = put_all(&bytes, program, err);

	if (status == NPU_OK) {
		npu_text_clear(out);
		*out = bytes;
	} else {
		npu_text_clear(&bytes);
	}
	return status;
}

enum npu_status npu_program_save(const struct npu_program *program,
				 const char *path, struct npu_error *err)
{
	struct npu_text bytes = { 0 };
	enum npu_status status = npu_program_encode(program, &bytes, err);

	if (status == NPU_OK)
		status = npu_file_write(path, bytes.data, bytes.length, err);
	npu_text_clear(&bytes);
	return status;
}
