/* sweep/npu_postgres_array.c - arrays in PostgreSQL's binary form.
 * SPDX-License-Identifier: Apache-2.0
 *
 * source: array_recv() in src/backend/utils/adt/arrayfuncs.c: dimensions, flag
 * of nulls, type, length and first index of the dimension, and then each
 * element behind its length; integers in network order. No quoting, and any
 * byte goes through. */
#include "sweep/npu_postgres.h"
#include <arpa/inet.h>
#include <string.h>

static void add_word(struct npu_text *text, uint32_t value)
{
	const uint32_t word = htonl(value);

	npu_text_add_bytes(text, (const char *)&word, sizeof word);
}

static void add_head(struct npu_text *text, enum npu_postgres_type type)
{
	add_word(text, 1);
	add_word(text, 0);
	add_word(text, (uint32_t)type);
	add_word(text, 0); /* the length, known at the end */
	add_word(text, 1);
}

void npu_postgres_array_clear(struct npu_postgres_array *array)
{
	array->bytes.length = 0;
	array->count = 0;
}

void npu_postgres_array_add(struct npu_postgres_array *array,
			    enum npu_postgres_type type, const void *data,
			    size_t length)
{
	if (!array->bytes.length)
		add_head(&array->bytes, type);
	array->count++;
	add_word(&array->bytes, (uint32_t)length);
	npu_text_add_bytes(&array->bytes, data, length);
}

void npu_postgres_array_add_int4(struct npu_postgres_array *array,
				 int32_t value)
{
	const uint32_t word = htonl((uint32_t)value);

	npu_postgres_array_add(array, NPU_POSTGRES_INT4, &word, sizeof word);
}

void npu_postgres_array_add_int8(struct npu_postgres_array *array,
				 int64_t value)
{
	const uint32_t words[] = { htonl((uint32_t)((uint64_t)value >> 32)),
				   htonl((uint32_t)value) };

	npu_postgres_array_add(array, NPU_POSTGRES_INT8, words, sizeof words);
}

struct npu_postgres_value
npu_postgres_array_value(struct npu_postgres_array *array,
			 enum npu_postgres_type type)
{
	const uint32_t count = htonl(array->count);

	if (!array->bytes.length)
		add_head(&array->bytes, type);
	if (!array->bytes.failed)
		memcpy(array->bytes.data + 12, &count, sizeof count);
	return (struct npu_postgres_value){ array->bytes.data,
					    array->bytes.length };
}
