/* sweep/npu_store.c - a store, whichever kind it is.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_store_internal.h"
#include <string.h>

int npu_store_is_server(const char *where)
{
	return !strncmp(where, "postgresql://", 13) ||
	       !strncmp(where, "postgres://", 11);
}

const char *npu_store_label(const char *where)
{
	return npu_store_is_server(where) ? "postgresql://..." : where;
}

enum npu_status npu_store_open(const char *where, enum npu_store_access access,
			       struct npu_store **out, struct npu_error *err)
{
	return npu_store_is_server(where)
		       ? npu__store_open_postgres(where, access, out, err)
		       : npu__store_open_sqlite(where, access, out, err);
}

void npu_store_close(struct npu_store *store)
{
	if (store)
		store->ops->close(store);
}

int npu_outcome_is_final(enum npu_status status)
{
	return status != NPU_E_INTERNAL && status != NPU_E_NOMEM &&
	       status != NPU_E_IO;
}

int npu_outcome_is_infeasible(enum npu_status status)
{
	return status == NPU_E_CAPACITY || status == NPU_E_UNSUPPORTED;
}

void npu__store_found(struct npu_outcome *out, struct npu_text *texts,
		      enum npu_status status, const char *text, size_t length)
{
	npu_text_add_bytes(texts, text, length);
	npu_text_add_bytes(texts, "", 1);
	out->status = status;
	out->text = text; /* until all are there, and `texts` moves no more */
}

enum npu_status npu_store_find(struct npu_store *store, const char *const *keys,
			       size_t count, struct npu_outcome *out,
			       struct npu_text *texts, struct npu_error *err)
{
	size_t at = 0;

	for (size_t i = 0; i < count; i++)
		out[i].text = NULL;
	texts->length = 0;
	NPU_TRY(store->ops->find(store, keys, count, out, texts, err));
	if (texts->failed)
		return npu_fail(err, NPU_E_NOMEM, "reading a store");
	for (size_t i = 0; i < count; i++)
		if (out[i].text) {
			out[i].text = texts->data + at;
			at += strlen(out[i].text) + 1;
		}
	return NPU_OK;
}

enum npu_status npu_store_begin(struct npu_store *store, struct npu_error *err)
{
	return store->ops->begin(store, err);
}

enum npu_status npu_store_put(struct npu_store *store, const char *key,
			      const struct npu_outcome *outcome,
			      struct npu_error *err)
{
	return store->ops->put(store, key, outcome, err);
}

enum npu_status npu_store_commit(struct npu_store *store, struct npu_error *err)
{
	uint64_t changed;

	return store->ops->commit(store, &changed, err);
}

/* ---- merge ---- */

struct merging {
	struct npu_store *into;
	enum npu_status status;
	struct npu_error *err;
};

static int take_over(void *user, const char *key,
		     const struct npu_outcome *outcome)
{
	struct merging *m = user;

	m->status = npu_store_put(m->into, key, outcome, m->err);
	return m->status == NPU_OK;
}

enum npu_status npu_store_merge(struct npu_store *store, const char *from,
				uint64_t *added, struct npu_error *err)
{
	struct merging m = { .into = store, .err = err };
	struct npu_store *other;
	enum npu_status status;

	*added = 0;
	NPU_TRY(npu_store_open(from, NPU_STORE_READ, &other, err));
	status = npu_store_begin(store, err);
	if (status == NPU_OK)
		status = other->ops->walk(other, take_over, &m, err);
	npu_store_close(other);
	if (status == NPU_OK)
		status = m.status;
	if (status == NPU_OK)
		status = store->ops->commit(store, added, err);
	return status;
}
