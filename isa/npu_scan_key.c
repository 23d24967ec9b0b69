/* isa/npu_scan_key.c - lists of key=value, each key once, in any order.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_scan_internal.h"
#include <string.h>

static enum npu_status scan_list(struct npu__scan *s, struct npu__key *key)
{
	NPU_TRY(npu__scan_char(s, '['));
	*key->list_count = 0;
	while (npu__scan_ends(s) || *s->next != ']') {
		const char *start = s->next;

		if (*key->list_count)
			NPU_TRY(npu__scan_char(s, ','));
		if (*key->list_count == key->list_max)
			return npu__scan_fail(s, start, NPU_E_RANGE,
					      "more than %d numbers in %s",
					      (int)key->list_max, key->name);
		NPU_TRY(npu__scan_count(s, key->name, key->max,
					&key->list[(*key->list_count)++]));
	}
	return npu__scan_char(s, ']');
}

static enum npu_status scan_name(struct npu__scan *s, struct npu__key *key)
{
	const char *start = s->next;
	char word[NPU__WORD_MAX];

	NPU_TRY(npu__scan_word(s, "a name", word));
	if (key->is_dtype) {
		enum npu_dtype dtype = npu_dtype_find(word);

		key->value = (uint64_t)dtype;
		if (dtype != NPU_none)
			return NPU_OK;
	}
	for (unsigned e = 0; key->is_engine && e < NPU_ENGINE_COUNT; e++)
		if (!strcmp(npu_engine_name((enum npu_engine_id)e), word)) {
			key->value = e;
			return NPU_OK;
		}
	return npu__scan_fail(s, start, NPU_E_SYNTAX, "unknown %s '%s'",
			      key->is_engine ? "engine" : "element type", word);
}

static enum npu_status scan_key_value(struct npu__scan *s, struct npu__key *key)
{
	int negative;

	npu__scan_ends(s); /* skips blanks */
	const char *start = s->next;
	if (key->string)
		return npu__scan_string(s, key->string);
	if (key->list)
		return scan_list(s, key);
	if (key->is_engine || key->is_dtype)
		return scan_name(s, key);
	if (key->may_be_none && !strncmp(start, "none", 4)) {
		s->next += 4;
		key->value = key->max;
		return NPU_OK;
	}
	if (!key->is_signed)
		return npu__scan_count(s, key->name, key->max, &key->value);
	NPU_TRY(npu__scan_number(s, &key->value, &negative));
	if (negative ? 0 - key->value > key->max + 1 : key->value > key->max)
		return npu__scan_fail(s, start, NPU_E_RANGE,
				      "%s does not fit 32 bits", key->name);
	return NPU_OK;
}

enum npu_status npu__scan_keys(struct npu__scan *s, struct npu__key *keys,
			       size_t count)
{

	while (!npu__scan_ends(s)) {
		const char *start = s->next;
		char word[NPU__WORD_MAX];
		size_t i = 0;

		NPU_TRY(npu__scan_word(s, "a key", word));
		while (i < count && strcmp(keys[i].name, word))
			i++;
		if (i == count)
			return npu__scan_fail(s, start, NPU_E_SYNTAX,
					      "unknown key '%s'", word);
		if (keys[i].given++)
			return npu__scan_fail(s, start, NPU_E_SYNTAX,
					      "'%s' is given twice", word);
		NPU_TRY(npu__scan_char(s, '='));
		NPU_TRY(scan_key_value(s, &keys[i]));
	}
	for (size_t i = 0; i < count; i++)
		if (!keys[i].given)
			return npu__scan_fail(s, s->next, NPU_E_SYNTAX,
					      "'%s' is missing", keys[i].name);
	return NPU_OK;
}
