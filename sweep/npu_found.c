/* sweep/npu_found.c - a walk of trials, joined with the store in batches.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_found.h"
#include <stdlib.h>

enum { BATCH = 512 };

struct batch {
	struct npu_store *store;
	npu_each_found *each;
	void *user;
	size_t count, selected;
	struct npu_trial trials[BATCH];
	/* of the selected ones */
	const char *keys[BATCH];
	struct npu_outcome outcomes[BATCH];
	struct npu_text texts;
	int goes_on;
	enum npu_status status;
	struct npu_error *err;
};

static void hand_on(struct batch *b)
{
	size_t next = 0;

	if (b->store && b->selected)
		b->status = npu_store_find(b->store, b->keys, b->selected,
					   b->outcomes, &b->texts, b->err);
	for (size_t i = 0; i < b->count && b->goes_on && b->status == NPU_OK;
	     i++) {
		const struct npu_outcome *found = NULL;

		if (b->trials[i].state == NPU_TRIAL_selected) {
			if (b->store && b->outcomes[next].text)
				found = &b->outcomes[next];
			next++;
		}
		b->goes_on = b->each(b->user, &b->trials[i], found);
	}
	b->count = b->selected = 0;
}

static int add(void *user, const struct npu_trial *trial)
{
	struct batch *b = user;

	b->trials[b->count] = *trial;
	if (trial->state == NPU_TRIAL_selected)
		b->keys[b->selected++] = b->trials[b->count].key;
	b->count++;
	if (b->count == BATCH)
		hand_on(b);
	return b->goes_on && b->status == NPU_OK;
}

enum npu_status
npu_found_walk(const struct npu_sweep *sweep, const struct npu_runner *runner,
	       struct npu_store *store, const struct npu_plan_options *options,
	       npu_each_found *each, void *user, struct npu_error *err)
{
	struct batch *b = calloc(1, sizeof *b);
	enum npu_status status;

	if (!b)
		return npu_fail(err, NPU_E_NOMEM, "no memory for trials");
	b->store = store;
	b->each = each;
	b->user = user;
	b->goes_on = 1;
	b->err = err;
	status = npu_plan_walk(sweep, runner, options, add, b, err);
	if (status == NPU_OK && b->status == NPU_OK && b->goes_on)
		hand_on(b);
	if (status == NPU_OK)
		status = b->status;
	npu_text_clear(&b->texts);
	free(b);
	return status;
}
