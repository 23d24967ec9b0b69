/* sweep/npu_queue_fill.c - the queue's tables, and what comes into them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_queue_internal.h"
#include <stdlib.h>
#include <string.h>

enum { SENT_AT_ONCE = 1 << 17 /* trials */ };

/* A range without a fence waits. Ranges that are done are deleted: what became
 * of their trials is in `result`. Of leases all are kept, for `status`. The
 * lock is that of who makes tables. */
static const char tables[] =
	"SELECT pg_advisory_xact_lock(21337);"
	"CREATE TABLE IF NOT EXISTS systole.sweep ("
	"id bigserial PRIMARY KEY, name text NOT NULL, "
	"identity text NOT NULL, version text NOT NULL, "
	"submitted timestamptz NOT NULL DEFAULT now(), stopped text, "
	"UNIQUE (identity, version));"
	"CREATE TABLE IF NOT EXISTS systole.work ("
	"number bigserial PRIMARY KEY, "
	"sweep bigint NOT NULL REFERENCES systole.sweep, "
	"trials bigint[] NOT NULL, fence bigint, leased_until timestamptz, "
	"lost integer NOT NULL DEFAULT 0);"
	"CREATE INDEX IF NOT EXISTS work_next "
	"ON systole.work (sweep, number);"
	"CREATE TABLE IF NOT EXISTS systole.lease ("
	"fence bigserial PRIMARY KEY, "
	"sweep bigint NOT NULL REFERENCES systole.sweep, "
	"worker text NOT NULL, "
	"taken timestamptz NOT NULL DEFAULT clock_timestamp(), "
	"ended timestamptz, how text, stored bigint NOT NULL DEFAULT 0);"
	"CREATE INDEX IF NOT EXISTS lease_of ON systole.lease (sweep)";

static enum npu_status enter_sweep(struct npu_queue *q, struct npu_error *err)
{
	static const char sql[] =
		"INSERT INTO systole.sweep (name, identity, version) "
		"VALUES ($1, $2, $3) ON CONFLICT (identity, version) "
		"DO UPDATE SET stopped = NULL RETURNING id";
	const struct npu_postgres_value values[] = {
		{ q->sweep->name, 0 },
		{ q->identity, 0 },
		{ npu_model_version(), 0 },
	};
	struct npu_postgres_rows *rows;

	NPU_TRY(npu_postgres_run(q->pg, sql, values, 3, &rows, err));
	npu__queue_number(q->id, npu_postgres_integer(rows, 0, 0));
	npu_postgres_rows_destroy(rows);
	return NPU_OK;
}

static enum npu_status count_others(struct npu_queue *q, uint64_t *count,
				    struct npu_error *err)
{
	static const char sql[] =
		"SELECT coalesce(sum(cardinality(trials)), 0)::bigint "
		"FROM systole.work JOIN systole.sweep s ON s.id = sweep "
		"WHERE name = $1 AND sweep <> $2::bigint";
	const struct npu_postgres_value values[] = { { q->sweep->name, 0 },
						     { q->id, 0 } };
	struct npu_postgres_rows *rows;

	NPU_TRY(npu_postgres_run(q->pg, sql, values, 2, &rows, err));
	*count = (uint64_t)npu_postgres_integer(rows, 0, 0);
	npu_postgres_rows_destroy(rows);
	return NPU_OK;
}

/* ---- ranges ---- */

/* Trials of ranges to be, in order: each with the number of its range. */
struct filling {
	struct npu_queue *queue;
	struct npu_postgres_array trials, ranges;
	const uint64_t *queued; /* sorted */
	size_t queued_count;
	struct npu_queue_filled *out;
};

static int by_number(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int is_queued(const struct filling *f, uint64_t trial)
{
	return f->queued_count && bsearch(&trial, f->queued, f->queued_count,
					  sizeof trial, by_number) != NULL;
}

static enum npu_status send(struct filling *f, struct npu_error *err)
{
	static const char sql[] =
		"INSERT INTO systole.work (sweep, trials) "
		"SELECT $1::bigint, array_agg(trial ORDER BY i) "
		"FROM unnest($2::bigint[], $3::bigint[]) "
		"WITH ORDINALITY AS n(trial, range, i) "
		"GROUP BY range ORDER BY range";
	const struct npu_postgres_value values[] = {
		{ f->queue->id, 0 },
		npu_postgres_array_value(&f->trials, NPU_POSTGRES_INT8),
		npu_postgres_array_value(&f->ranges, NPU_POSTGRES_INT8),
	};
	struct npu_postgres_rows *rows;

	if (f->trials.bytes.failed || f->ranges.bytes.failed)
		return npu_fail(err, NPU_E_NOMEM, "no memory for a queue");
	NPU_TRY(npu_postgres_run(f->queue->pg, sql, values, 3, &rows, err));
	npu_postgres_rows_destroy(rows);
	npu_postgres_array_clear(&f->trials);
	npu_postgres_array_clear(&f->ranges);
	return NPU_OK;
}

/* Near the end ranges get short, so that all workers finish together. */
static uint64_t range_size(uint64_t left, unsigned workers)
{
	const uint64_t share = left / (4 * (uint64_t)workers) + 1;

	return share < NPU_QUEUE_RANGE_MAX ? share : NPU_QUEUE_RANGE_MAX;
}

static enum npu_status add_ranges(struct filling *f,
				  const struct npu_plan *plan, unsigned workers,
				  struct npu_error *err)
{
	uint64_t room = 0;

	for (uint64_t i = 0; i < plan->pending_count; i++) {
		if (is_queued(f, plan->pending[i]))
			continue;
		if (!room) {
			if (f->trials.count >= SENT_AT_ONCE)
				NPU_TRY(send(f, err));
			room = range_size(plan->pending_count - i, workers);
			f->out->ranges++;
		}
		room--;
		f->out->added++;
		npu_postgres_array_add_int8(&f->trials,
					    (int64_t)plan->pending[i]);
		npu_postgres_array_add_int8(&f->ranges,
					    (int64_t)f->out->ranges);
	}
	return f->trials.count ? send(f, err) : NPU_OK;
}

static enum npu_status read_queued(struct npu_queue *q, uint64_t **out,
				   size_t *count, struct npu_error *err)
{
	static const char sql[] = "SELECT unnest(trials) FROM systole.work "
				  "WHERE sweep = $1::bigint ORDER BY 1";
	const struct npu_postgres_value value = { q->id, 0 };
	struct npu_postgres_rows *rows;

	NPU_TRY(npu_postgres_run(q->pg, sql, &value, 1, &rows, err));
	*count = npu_postgres_row_count(rows);
	*out = malloc((*count + 1) * sizeof **out);
	for (size_t i = 0; *out && i < *count; i++)
		(*out)[i] = (uint64_t)npu_postgres_integer(rows, i, 0);
	npu_postgres_rows_destroy(rows);
	return *out ? NPU_OK
		    : npu_fail(err, NPU_E_NOMEM, "no memory for a queue");
}

static enum npu_status fill(struct npu_queue *q, const struct npu_plan *plan,
			    unsigned workers, struct npu_queue_filled *out,
			    struct npu_error *err)
{
	struct filling f = { .queue = q, .out = out };
	enum npu_status status;
	uint64_t *queued = NULL;

	NPU_TRY(npu_postgres_script(q->pg, tables, err));
	NPU_TRY(enter_sweep(q, err));
	NPU_TRY(count_others(q, &out->of_others, err));
	NPU_TRY(read_queued(q, &queued, &f.queued_count, err));
	f.queued = queued;
	out->queued = f.queued_count;
	status = add_ranges(&f, plan, workers, err);
	npu_text_clear(&f.trials.bytes);
	npu_text_clear(&f.ranges.bytes);
	free(queued);
	return status;
}

enum npu_status npu_queue_fill(struct npu_queue *q, const struct npu_plan *plan,
			       unsigned workers, struct npu_queue_filled *out,
			       struct npu_error *err)
{
	enum npu_status status;

	*out = (struct npu_queue_filled){ 0 };
	NPU_TRY(npu_postgres_script(q->pg, "BEGIN", err));
	status = fill(q, plan, workers, out, err);
	if (status == NPU_OK)
		status = npu_postgres_script(q->pg, "COMMIT", err);
	if (status != NPU_OK)
		(void)!npu_postgres_script(q->pg, "ROLLBACK", NULL);
	return status;
}
