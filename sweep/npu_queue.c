/* sweep/npu_queue.c - the queue of one sweep: which, and how far it is.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_identity.h"
#include "sweep/npu_queue_internal.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- open ---- */

struct npu_postgres_value npu__queue_number(char buffer[24], int64_t number)
{
	snprintf(buffer, 24, "%" PRId64, number);
	return (struct npu_postgres_value){ buffer, 0 };
}

enum npu_status npu_queue_open(const char *url, const struct npu_sweep *sweep,
			       const struct npu_runner *runner,
			       struct npu_queue **out, struct npu_error *err)
{
	struct npu_queue *q;
	enum npu_status status;

	if (!npu_store_is_server(url))
		return npu_fail(err, NPU_E_USAGE,
				"store: a queue for many machines needs a "
				"server, `--store postgresql://HOST/DATABASE`, "
				"not the file %s; without one, `sweep run "
				"--shard I/N` with a file a shard, and `merge`",
				url);
	if (sweep->method == NPU_METHOD_nsga2)
		return npu_fail_at(err, NPU_E_UNSUPPORTED, sweep->method_at,
				   "a queue cannot hold method nsga2: its "
				   "generations are decided by all results of "
				   "the last one; use `sweep run`");
	q = calloc(1, sizeof *q);
	if (!q)
		return npu_fail(err, NPU_E_NOMEM, "no memory for a queue");
	q->sweep = sweep;
	q->runner = runner;
	npu_sweep_identity(sweep, runner, q->identity);
	status = npu_postgres_open(url, &q->pg, err);
	if (status != NPU_OK) {
		free(q);
		return status;
	}
	*out = q;
	return NPU_OK;
}

void npu_queue_close(struct npu_queue *q)
{
	if (!q)
		return;
	npu_postgres_close(q->pg);
	free(q);
}

int npu_queue_may_come(const char *url)
{
	return npu_store_is_server(url) && npu_postgres_may_come(url);
}

int npu_queue_is_away(const struct npu_queue *q)
{
	return npu_postgres_is_lost(q->pg);
}

enum npu_status npu_queue_reconnect(struct npu_queue *q, struct npu_error *err)
{
	return npu_postgres_reconnect(q->pg, err);
}

/* ---- which sweep ---- */

static enum npu_status has_tables(struct npu_queue *q, int *has,
				  struct npu_error *err)
{
	static const char sql[] =
		"SELECT (to_regclass('systole.lease') IS NOT NULL)::int";
	struct npu_postgres_rows *rows;

	NPU_TRY(npu_postgres_run(q->pg, sql, NULL, 0, &rows, err));
	*has = npu_postgres_integer(rows, 0, 0) != 0;
	npu_postgres_rows_destroy(rows);
	return NPU_OK;
}

enum npu_status npu_queue_join(struct npu_queue *q, int *is_there,
			       struct npu_error *err)
{
	/* the best match comes first */
	static const char sql[] =
		"SELECT id, (identity = $2)::int, (version = $3)::int "
		"FROM systole.sweep WHERE name = $1 "
		"ORDER BY 2 DESC, 3 DESC, submitted DESC LIMIT 1";
	const struct npu_postgres_value values[] = {
		{ q->sweep->name, 0 },
		{ q->identity, 0 },
		{ npu_model_version(), 0 },
	};
	const struct npu_loc at = { q->sweep->path, 0, 0 };
	struct npu_postgres_rows *rows;
	int is_same = 0, is_same_version = 0;

	NPU_TRY(has_tables(q, is_there, err));
	if (!*is_there)
		return NPU_OK;
	NPU_TRY(npu_postgres_run(q->pg, sql, values, 3, &rows, err));
	*is_there = npu_postgres_row_count(rows) != 0;
	if (*is_there) {
		npu__queue_number(q->id, npu_postgres_integer(rows, 0, 0));
		is_same = npu_postgres_integer(rows, 0, 1) != 0;
		is_same_version = npu_postgres_integer(rows, 0, 2) != 0;
	}
	npu_postgres_rows_destroy(rows);
	if (*is_there && !is_same)
		return npu_fail_at(err, NPU_E_RANGE, at,
				   "not the sweep \"%s\" that was submitted: "
				   "parameters, models or the base chip have "
				   "changed; `sweep submit` it again",
				   q->sweep->name);
	if (*is_there && !is_same_version)
		return npu_fail_at(err, NPU_E_RANGE, at,
				   "sweep \"%s\" was submitted by another "
				   "version of the simulator; work with that "
				   "one, or `sweep submit` again with this",
				   q->sweep->name);
	return NPU_OK;
}

enum npu_status npu_queue_count(struct npu_queue *q,
				struct npu_queue_counts *out,
				struct npu_error *err)
{
	static const char sql[] =
		"SELECT coalesce(sum(cardinality(trials)) "
		"FILTER (WHERE fence IS NULL), 0)::bigint, "
		"coalesce(sum(cardinality(trials)) "
		"FILTER (WHERE fence IS NOT NULL), 0)::bigint, "
		"(SELECT count(DISTINCT worker) FROM systole.lease l "
		"JOIN systole.work w USING (fence) WHERE w.sweep = $1::bigint "
		"AND leased_until > clock_timestamp()), "
		"(SELECT count(*) FROM systole.lease "
		"WHERE sweep = $1::bigint AND how = 'lost'), "
		"(SELECT coalesce(stopped, '') FROM systole.sweep "
		"WHERE id = $1::bigint) "
		"FROM systole.work WHERE sweep = $1::bigint";
	const struct npu_postgres_value value = { q->id, 0 };
	struct npu_postgres_rows *rows;
	size_t length;

	NPU_TRY(npu_postgres_run(q->pg, sql, &value, 1, &rows, err));
	out->waiting = (uint64_t)npu_postgres_integer(rows, 0, 0);
	out->leased = (uint64_t)npu_postgres_integer(rows, 0, 1);
	out->workers = (uint64_t)npu_postgres_integer(rows, 0, 2);
	out->lost = (uint64_t)npu_postgres_integer(rows, 0, 3);
	snprintf(out->stopped, sizeof out->stopped, "%s",
		 npu_postgres_bytes(rows, 0, 4, &length));
	npu_postgres_rows_destroy(rows);
	return NPU_OK;
}

enum npu_status npu_queue_stop(struct npu_queue *q, const char *why,
			       struct npu_error *err)
{
	static const char sql[] = "UPDATE systole.sweep SET stopped = $2 "
				  "WHERE id = $1::bigint AND stopped IS NULL";
	const struct npu_postgres_value values[] = { { q->id, 0 }, { why, 0 } };
	struct npu_postgres_rows *rows;

	NPU_TRY(npu_postgres_run(q->pg, sql, values, 2, &rows, err));
	npu_postgres_rows_destroy(rows);
	return NPU_OK;
}

enum npu_status npu_queue_workers(struct npu_queue *q, npu_each_worker *each,
				  void *user, struct npu_error *err)
{
	static const char sql[] =
		"WITH alive AS (SELECT worker, "
		"sum(cardinality(trials))::bigint AS leased "
		"FROM systole.work w JOIN systole.lease l USING (fence) "
		"WHERE w.sweep = $1::bigint "
		"AND leased_until > clock_timestamp() GROUP BY worker) "
		"SELECT worker, leased, sum(stored)::bigint, "
		"(1000 * extract(epoch FROM clock_timestamp() - min(taken)))"
		"::bigint FROM alive JOIN systole.lease l USING (worker) "
		"WHERE l.sweep = $1::bigint "
		"GROUP BY worker, leased ORDER BY worker";
	const struct npu_postgres_value value = { q->id, 0 };
	struct npu_postgres_rows *rows;
	size_t length;

	NPU_TRY(npu_postgres_run(q->pg, sql, &value, 1, &rows, err));
	for (size_t i = 0; i < npu_postgres_row_count(rows); i++) {
		const struct npu_queue_worker worker = {
			npu_postgres_bytes(rows, i, 0, &length),
			(uint64_t)npu_postgres_integer(rows, i, 1),
			(uint64_t)npu_postgres_integer(rows, i, 2),
			(double)npu_postgres_integer(rows, i, 3) * 1e-3,
		};

		each(user, &worker);
	}
	npu_postgres_rows_destroy(rows);
	return NPU_OK;
}
