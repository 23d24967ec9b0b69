/* sweep/npu_store.h - results of trials by their keys, for ever.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_STORE_H
#define NPU_STORE_H
#include "base/npu_text.h"
#include "sweep/npu_trial.h"

#ifdef __cplusplus
extern "C" {
#endif

struct npu_store; /* opaque: a file or a server; of one process */

enum npu_store_access {
	NPU_STORE_READ,  /* beside any writer */
	NPU_STORE_LOOK,  /* READ; *out is NULL where there is no store yet */
	NPU_STORE_WRITE, /* a file: alone, a second writer is refused */
};

/* Whether `where` names a PostgreSQL server: postgresql://... */
int npu_store_is_server(const char *where);
/* `where` for a terminal or a log: a server's URL may hold a password. */
const char *npu_store_label(const char *where);

/* Open the store `where`: the path of an SQLite file, or the URL of a
 * PostgreSQL database. It is made where it is not there and access is WRITE.
 *   errors  E_IO: not there, not a store, of another schema, in use by another
 *           writer (who), or on a network file system, where SQLite's locks
 *           are not to be trusted; E_UNSUPPORTED: a server, and this build has
 *           no PostgreSQL */
NPU_NODISCARD enum npu_status npu_store_open(const char *where,
					     enum npu_store_access access,
					     struct npu_store **out,
					     struct npu_error *err);
void npu_store_close(struct npu_store *store);

/* What became of a trial. */
struct npu_outcome {
	enum npu_status status; /* OK, or why there are no counts */
	const char *text;       /* a line of counts, or a message */
};

/* Whether the same trial would fail in the same way again: what does not fit a
 * chip never will; what crashed or found no memory is tried again. */
int npu_outcome_is_final(enum npu_status status);

/* Whether it says that the chip cannot run the model, rather than that
 * something went wrong. */
int npu_outcome_is_infeasible(enum npu_status status);

/* The outcomes stored for keys: a server answers all at once.
 *   keys   [count]
 *   out    [count] text NULL: none; else it is in `texts`, which is
 *          overwritten */
NPU_NODISCARD enum npu_status
npu_store_find(struct npu_store *store, const char *const *keys, size_t count,
	       struct npu_outcome *out, struct npu_text *texts,
	       struct npu_error *err);

/* Outcomes between begin and commit are stored together or not at all. An
 * outcome that is already final stays.
 *   errors  E_IO: disk full, and the like; nothing of the transaction is kept
 *           and the store is intact */
NPU_NODISCARD enum npu_status npu_store_begin(struct npu_store *store,
					      struct npu_error *err);
NPU_NODISCARD enum npu_status npu_store_put(struct npu_store *store,
					    const char *key,
					    const struct npu_outcome *outcome,
					    struct npu_error *err);
NPU_NODISCARD enum npu_status npu_store_commit(struct npu_store *store,
					       struct npu_error *err);

/* Called for every outcome; returns 0 to stop. */
typedef int npu_each_outcome(void *user, const char *key,
			     const struct npu_outcome *outcome);

/* Take over every outcome of the store `from` that this one has not.
 *   added   how many */
NPU_NODISCARD enum npu_status npu_store_merge(struct npu_store *store,
					      const char *from, uint64_t *added,
					      struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
