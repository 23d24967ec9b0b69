/* sweep/npu_store_internal.h - what a kind of store does.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_STORE_INTERNAL_H
#define NPU_STORE_INTERNAL_H
#include "sweep/npu_store.h"

/* As the functions of npu_store.h of the same names. A kind's own record
 * begins with struct npu_store. */
struct npu_store_ops {
	void (*close)(struct npu_store *store);
	/* Calls npu__store_found() in the order of keys, and leaves the rest of
	 * `out` alone. */
	enum npu_status (*find)(struct npu_store *store,
				const char *const *keys, size_t count,
				struct npu_outcome *out, struct npu_text *texts,
				struct npu_error *err);
	enum npu_status (*begin)(struct npu_store *store,
				 struct npu_error *err);
	enum npu_status (*put)(struct npu_store *store, const char *key,
			       const struct npu_outcome *outcome,
			       struct npu_error *err);
	/*   changed   outcomes that were not there, or not final */
	enum npu_status (*commit)(struct npu_store *store, uint64_t *changed,
				  struct npu_error *err);
	/* Every outcome in the order of keys. */
	enum npu_status (*walk)(struct npu_store *store, npu_each_outcome *each,
				void *user, struct npu_error *err);
};

/* One outcome; its text goes behind those before it, each with its NUL. */
void npu__store_found(struct npu_outcome *out, struct npu_text *texts,
		      enum npu_status status, const char *text, size_t length);

struct npu_store {
	const struct npu_store_ops *ops;
};

enum npu_status npu__store_open_sqlite(const char *path,
				       enum npu_store_access access,
				       struct npu_store **out,
				       struct npu_error *err);
enum npu_status npu__store_open_postgres(const char *url,
					 enum npu_store_access access,
					 struct npu_store **out,
					 struct npu_error *err);
#endif
