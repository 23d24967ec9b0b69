/* tools/npu_sweep_reasons.c - messages of trials, grouped and counted.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/npu_sweep_reasons.h"
#include "base/npu_arena.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

enum { TEXT_MAX = 512 };

struct reason {
	char *key; /* state, then the text without its numbers */
	const char *text;
	enum npu_row_state state;
	uint64_t trials;
	UT_hash_handle hh;
};
struct npu_reasons {
	struct npu_arena *arena;
	struct reason *all;
};

struct npu_reasons *npu_reasons_create(void)
{
	struct npu_reasons *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->arena = npu_arena_create();
	if (!r->arena) {
		free(r);
		return NULL;
	}
	return r;
}

void npu_reasons_destroy(struct npu_reasons *reasons)
{
	if (!reasons)
		return;
	HASH_CLEAR(hh, reasons->all);
	npu_arena_destroy(reasons->arena);
	free(reasons);
}

static void make_key(enum npu_row_state state, const char *text,
		     char key[TEXT_MAX])
{
	const int is_message =
		state != NPU_ROW_constrained && state != NPU_ROW_outside;
	size_t n = 0;

	key[n++] = (char)('A' + state);
	while (*text && n < TEXT_MAX - 1) {
		key[n] = *text++;
		if (is_message && isdigit((unsigned char)key[n])) {
			key[n] = '#';
			while (isdigit((unsigned char)*text))
				text++;
		}
		n++;
	}
	key[n] = '\0';
}

int npu_reasons_add(struct npu_reasons *reasons, enum npu_row_state state,
		    const char *text)
{
	char key[TEXT_MAX];
	struct reason *r;

	make_key(state, text, key);
	HASH_FIND_STR(reasons->all, key, r);
	if (!r) {
		r = npu_new(reasons->arena, struct reason, 1);
		if (!r)
			return 0;
		r->key = npu_arena_strdup(reasons->arena, key);
		r->text = npu_arena_strdup(reasons->arena, text);
		r->state = state;
		if (!r->key || !r->text)
			return 0;
		HASH_ADD_KEYPTR(hh, reasons->all, r->key, strlen(r->key), r);
	}
	r->trials++;
	return 1;
}

static int by_trials(const void *a, const void *b)
{
	const struct reason *x = *(const struct reason *const *)a;
	const struct reason *y = *(const struct reason *const *)b;

	if (x->trials != y->trials)
		return x->trials > y->trials ? -1 : 1;
	return strcmp(x->key, y->key);
}

const struct npu_sweep_reason *npu_reasons_list(struct npu_reasons *reasons,
						size_t *count)
{
	const size_t n = HASH_COUNT(reasons->all);
	struct npu_sweep_reason *list =
		npu_new(reasons->arena, struct npu_sweep_reason, n + 1);
	struct reason **sorted =
		npu_new(reasons->arena, struct reason *, n + 1);
	size_t i = 0;

	if (!list || !sorted)
		return NULL;
	for (struct reason *r = reasons->all; r; r = r->hh.next)
		sorted[i++] = r;
	qsort(sorted, n, sizeof *sorted, by_trials);
	for (i = 0; i < n; i++)
		list[i] = (struct npu_sweep_reason){
			.state = npu_row_table[sorted[i]->state].name,
			.text = sorted[i]->text,
			.trials = sorted[i]->trials,
		};
	*count = n;
	return list;
}
