/* sweep/npu_postgres_outcomes.c - outcomes as arrays, a column each.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_postgres_outcomes.h"
#include <string.h>

void npu_postgres_outcomes_add(struct npu_postgres_outcomes *outcomes,
			       uint64_t trial, const char *key,
			       const struct npu_outcome *outcome)
{
	npu_postgres_array_add(&outcomes->keys, NPU_POSTGRES_TEXT, key,
			       strlen(key));
	npu_postgres_array_add_int4(&outcomes->statuses,
				    (int32_t)outcome->status);
	npu_postgres_array_add(&outcomes->texts, NPU_POSTGRES_BYTEA,
			       outcome->text, strlen(outcome->text));
	npu_postgres_array_add_int8(&outcomes->trials, (int64_t)trial);
}

void npu_postgres_outcomes_forget(struct npu_postgres_outcomes *outcomes)
{
	npu_postgres_array_clear(&outcomes->keys);
	npu_postgres_array_clear(&outcomes->statuses);
	npu_postgres_array_clear(&outcomes->texts);
	npu_postgres_array_clear(&outcomes->trials);
	npu_postgres_array_clear(&outcomes->passing);
}

void npu_postgres_outcomes_clear(struct npu_postgres_outcomes *outcomes)
{
	npu_text_clear(&outcomes->keys.bytes);
	npu_text_clear(&outcomes->statuses.bytes);
	npu_text_clear(&outcomes->texts.bytes);
	npu_text_clear(&outcomes->trials.bytes);
	npu_text_clear(&outcomes->passing.bytes);
}

static void list_passing(struct npu_postgres_array *passing)
{
	npu_postgres_array_clear(passing);
#define X(name, exit_code, text)               \
	if (!npu_outcome_is_final(NPU_##name)) \
		npu_postgres_array_add_int4(passing, NPU_##name);
	NPU_STATUS_LIST(X)
#undef X
}

enum npu_status npu_postgres_outcomes_values(struct npu_postgres_outcomes *o,
					     struct npu_postgres_value *values,
					     struct npu_error *err)
{
	list_passing(&o->passing);
	values[0] = npu_postgres_array_value(&o->keys, NPU_POSTGRES_TEXT);
	values[1] = npu_postgres_array_value(&o->statuses, NPU_POSTGRES_INT4);
	values[2] = npu_postgres_array_value(&o->texts, NPU_POSTGRES_BYTEA);
	values[3] = npu_postgres_array_value(&o->passing, NPU_POSTGRES_INT4);
	values[4] = npu_postgres_array_value(&o->trials, NPU_POSTGRES_INT8);
	return o->keys.bytes.failed || o->statuses.bytes.failed ||
			       o->texts.bytes.failed ||
			       o->passing.bytes.failed || o->trials.bytes.failed
		       ? npu_fail(err, NPU_E_NOMEM, "no memory for outcomes")
		       : NPU_OK;
}
