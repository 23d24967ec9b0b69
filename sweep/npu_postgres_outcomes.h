/* sweep/npu_postgres_outcomes.h - outcomes on their way to a server's table.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_POSTGRES_OUTCOMES_H
#define NPU_POSTGRES_OUTCOMES_H
#include "sweep/npu_postgres.h"
#include "sweep/npu_store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Zero-initialise. */
struct npu_postgres_outcomes {
	struct npu_postgres_array keys, statuses, texts, trials;
	struct npu_postgres_array passing; /* statuses that are not final */
};

void npu_postgres_outcomes_add(struct npu_postgres_outcomes *outcomes,
			       uint64_t trial, const char *key,
			       const struct npu_outcome *outcome);
/* Empty it; free what it holds. */
void npu_postgres_outcomes_forget(struct npu_postgres_outcomes *outcomes);
void npu_postgres_outcomes_clear(struct npu_postgres_outcomes *outcomes);

/* $1 to $5 of the statement; they borrow the outcomes. */
enum { NPU_POSTGRES_PUT_VALUES = 5 };
NPU_NODISCARD enum npu_status
npu_postgres_outcomes_values(struct npu_postgres_outcomes *outcomes,
			     struct npu_postgres_value *values,
			     struct npu_error *err);

/* Puts those outcomes `n` (key, status, text, trial, i) for which the condition
 * holds; a row for each that was not there, or not final. One key may have come
 * twice: the first final one counts, else the first. In the order of keys, so
 * that two writers never wait for each other. */
#define NPU_POSTGRES_PUT(condition)                                      \
	"INSERT INTO systole.result AS r (key, status, text) "           \
	"SELECT DISTINCT ON (key COLLATE \"C\") key, status, text "      \
	"FROM unnest($1::text[], $2::int[], $3::bytea[], $5::bigint[]) " \
	"WITH ORDINALITY AS n(key, status, text, trial, i) "             \
	"WHERE " condition " "                                           \
	"ORDER BY key COLLATE \"C\", status = ANY($4::int[]), i "        \
	"ON CONFLICT (key) DO UPDATE SET "                               \
	"status = excluded.status, text = excluded.text "                \
	"WHERE r.status = ANY($4::int[]) RETURNING 1"

#ifdef __cplusplus
}
#endif
#endif
