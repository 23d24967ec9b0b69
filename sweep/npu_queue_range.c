/* sweep/npu_queue_range.c - leases of ranges of trials.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every step is one statement, hence one transaction: no moment at which a
 * worker or the server may die leaves half a step. */
#include "sweep/npu_queue_internal.h"
#include <stdlib.h>
#include <string.h>

struct npu_range {
	int64_t number, fence;
	unsigned lost;
	size_t count;
	uint64_t *trials;  /* [count] */
	uint8_t *is_noted; /* [count] */
	struct npu_postgres_outcomes outcomes;
	struct npu_postgres_array stored; /* by others, before it began */
};

/* ---- ranges ---- */

void npu_range_destroy(struct npu_range *r)
{
	if (!r)
		return;
	npu_postgres_outcomes_clear(&r->outcomes);
	npu_text_clear(&r->stored.bytes);
	free(r->trials);
	free(r->is_noted);
	free(r);
}

const uint64_t *npu_range_trials(const struct npu_range *r, size_t *count)
{
	*count = r->count;
	return r->trials;
}

unsigned npu_range_lost(const struct npu_range *r)
{
	return r->lost;
}

size_t npu_range_unsent(const struct npu_range *r)
{
	return r->outcomes.keys.count;
}

int npu_range_add(struct npu_range *r, uint64_t trial, const char *key,
		  const struct npu_outcome *outcome)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->trials[i] == trial && !r->is_noted[i]) {
			r->is_noted[i] = 1;
			npu_postgres_outcomes_add(&r->outcomes, trial, key,
						  outcome);
			return 1;
		}
	return 0;
}

/* number, fence, lost, trial of each row */
static struct npu_range *read_range(const struct npu_postgres_rows *rows)
{
	const size_t count = npu_postgres_row_count(rows);
	struct npu_range *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->number = npu_postgres_integer(rows, 0, 0);
	r->fence = npu_postgres_integer(rows, 0, 1);
	r->lost = (unsigned)npu_postgres_integer(rows, 0, 2);
	r->count = count;
	r->trials = calloc(count, sizeof *r->trials);
	r->is_noted = calloc(count, sizeof *r->is_noted);
	if (!r->trials || !r->is_noted) {
		npu_range_destroy(r);
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		r->trials[i] = (uint64_t)npu_postgres_integer(rows, i, 3);
	return r;
}

/* ---- take ---- */

/* A lease does not run out while the server is down: workers get the time of
 * one to come back. */
#define TAKE                                                               \
	"WITH pick AS MATERIALIZED (SELECT number, fence AS old, trials, " \
	"lost + (fence IS NOT NULL)::int AS lost FROM systole.work "       \
	"WHERE sweep = $1::bigint AND (fence IS NULL OR "                  \
	"greatest(leased_until, pg_postmaster_start_time() + "             \
	"$3::int * interval '1 s') < clock_timestamp()) "                  \
	"AND ($4::int = 1 OR lost + (fence IS NOT NULL)::int < $5::int) "  \
	"AND NOT EXISTS (SELECT FROM systole.sweep "                       \
	"WHERE id = $1::bigint AND stopped IS NOT NULL) "                  \
	"ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED), "                \
	"ended AS (UPDATE systole.lease l SET ended = clock_timestamp(), " \
	"how = 'lost' FROM pick WHERE l.fence = pick.old), "               \
	"opened AS (INSERT INTO systole.lease (sweep, worker) "            \
	"SELECT $1::bigint, $2 FROM pick RETURNING fence), "               \
	"taken AS (UPDATE systole.work w SET fence = opened.fence, "       \
	"lost = pick.lost, leased_until = clock_timestamp() + "            \
	"$3::int * interval '1 s' FROM pick, opened "                      \
	"WHERE w.number = pick.number) "                                   \
	"SELECT number, opened.fence, lost, trial FROM pick, opened, "     \
	"unnest(trials) WITH ORDINALITY AS n(trial, i) ORDER BY i"

static enum npu_status take(struct npu_queue *q,
			    const struct npu_queue_terms *terms, int is_alone,
			    struct npu_range **out, struct npu_error *err)
{
	static const char sql[] = TAKE;
	char seconds[24], alone[24], most[24];
	const struct npu_postgres_value values[] = {
		{ q->id, 0 },
		{ terms->worker, 0 },
		npu__queue_number(seconds, terms->seconds),
		npu__queue_number(alone, is_alone),
		npu__queue_number(most, NPU_QUEUE_LOST_ALONE),
	};
	struct npu_postgres_rows *rows;
	int is_some;

	NPU_TRY(npu_postgres_run(q->pg, sql, values, 5, &rows, err));
	is_some = npu_postgres_row_count(rows) != 0;
	*out = is_some ? read_range(rows) : NULL;
	npu_postgres_rows_destroy(rows);
	return is_some && !*out
		       ? npu_fail(err, NPU_E_NOMEM, "no memory for trials")
		       : NPU_OK;
}

/* Each of its trials becomes a range of its own, and has one try at least. */
static enum npu_status split(struct npu_queue *q, struct npu_range *r,
			     struct npu_error *err)
{
	static const char sql[] =
		"WITH gone AS (DELETE FROM systole.work "
		"WHERE number = $1::bigint AND fence = $2::bigint "
		"RETURNING sweep, trials, lost), "
		"ended AS (UPDATE systole.lease SET "
		"ended = clock_timestamp(), how = 'split' "
		"WHERE fence = $2::bigint AND EXISTS (SELECT FROM gone)) "
		"INSERT INTO systole.work (sweep, trials, lost) "
		"SELECT sweep, ARRAY[trial], least(lost, $3::int) "
		"FROM gone, unnest(trials) AS n(trial)";
	char number[24], fence[24], lost[24];
	const struct npu_postgres_value values[] = {
		npu__queue_number(number, r->number),
		npu__queue_number(fence, r->fence),
		npu__queue_number(lost, NPU_QUEUE_LOST_ALONE),
	};
	struct npu_postgres_rows *rows;

	NPU_TRY(npu_postgres_run(q->pg, sql, values, 3, &rows, err));
	npu_postgres_rows_destroy(rows);
	r->count = 0;
	return NPU_OK;
}

/* Leave out the trials whose keys the rows name. */
static void leave_out(struct npu_range *r, char (*keys)[NPU_TRIAL_KEY_SIZE],
		      const struct npu_postgres_rows *rows)
{
	size_t kept = 0, length;

	for (size_t i = 0; i < r->count; i++) {
		size_t k = npu_postgres_row_count(rows);

		while (k && strcmp(npu_postgres_bytes(rows, k - 1, 0, &length),
				   keys[i]) != 0)
			k--;
		if (k)
			npu_postgres_array_add_int8(&r->stored,
						    (int64_t)r->trials[i]);
		else
			r->trials[kept++] = r->trials[i];
	}
	r->count = kept;
}

/* Another sweep may have met the same keys. */
static enum npu_status drop_stored(struct npu_queue *q, struct npu_range *r,
				   struct npu_error *err)
{
	static const char sql[] = "SELECT key FROM systole.result "
				  "WHERE key = ANY ($1::text[]) "
				  "AND status <> ALL ($2::int[])";
	struct npu_postgres_value values[NPU_POSTGRES_PUT_VALUES];
	struct npu_postgres_outcomes sought = { 0 };
	char(*keys)[NPU_TRIAL_KEY_SIZE] = calloc(r->count, sizeof *keys);
	const struct npu_outcome none = { NPU_OK, "" };
	struct npu_postgres_rows *rows;
	struct npu_trial trial;
	enum npu_status status = NPU_OK;

	if (!keys)
		return npu_fail(err, NPU_E_NOMEM, "no memory for trials");
	for (size_t i = 0; i < r->count && status == NPU_OK; i++) {
		status = npu_trial_of(q->sweep, r->trials[i], &trial, err);
		if (status != NPU_OK)
			break;
		npu_runner_key(q->runner, trial.model, &trial.chip, keys[i]);
		npu_postgres_outcomes_add(&sought, r->trials[i], keys[i],
					  &none);
	}
	if (status == NPU_OK)
		status = npu_postgres_outcomes_values(&sought, values, err);
	if (status == NPU_OK) {
		values[1] = values[3]; /* keys, and what is not final */
		status = npu_postgres_run(q->pg, sql, values, 2, &rows, err);
	}
	if (status == NPU_OK) {
		leave_out(r, keys, rows);
		npu_postgres_rows_destroy(rows);
	}
	npu_postgres_outcomes_clear(&sought);
	free(keys);
	return status;
}

enum npu_status npu_queue_take(struct npu_queue *q,
			       const struct npu_queue_terms *terms,
			       int is_alone, struct npu_range **out,
			       struct npu_error *err)
{
	enum npu_range_state state;
	enum npu_status status;
	struct npu_range *r;

	*out = NULL;
	for (;;) {
		NPU_TRY(take(q, terms, is_alone, &r, err));
		if (!r)
			return NPU_OK;
		if (r->lost >= NPU_QUEUE_LOST_ALONE && r->count > 1)
			status = split(q, r, err);
		else
			status = drop_stored(q, r, err);
		if (status == NPU_OK && r->count) {
			*out = r;
			return NPU_OK;
		}
		/* what was split is not ours any more, and this sees it */
		if (status == NPU_OK)
			status = npu_queue_send(q, r, terms, 0, &state, err);
		npu_range_destroy(r);
		NPU_TRY(status);
	}
}

/* ---- send ---- */

/* After another took the range there is no row with this fence, and nothing
 * happens; of an earlier sending whose answer was lost the lease tells. */
#define SEND                                                                   \
	"WITH held AS MATERIALIZED (SELECT number, trials "                    \
	"FROM systole.work WHERE number = $6::bigint "                         \
	"AND fence = $7::bigint FOR UPDATE), "                                 \
	"put AS (" NPU_POSTGRES_PUT("trial = ANY (ARRAY(SELECT "               \
				    "unnest(trials) FROM held))") "), "        \
								  "rest AS "   \
								  "MATERIALIZ" \
								  "ED "        \
								  "(SELECT "   \
								  "number, "   \
								  "ARRAY("     \
								  "SELECT "    \
								  "trial "     \
								  "FROM "      \
								  "unnest("    \
								  "trials) "   \
								  "WITH "      \
								  "ORDINALITY" \
								  " AS "       \
								  "n(trial, "  \
								  "i) "        \
								  "WHERE "     \
								  "trial <> "  \
								  "ALL "       \
								  "($5::"      \
								  "bigint[]) " \
								  "AND trial " \
								  "<> ALL "    \
								  "($8::"      \
								  "bigint[]) " \
								  "ORDER BY "  \
								  "i) AS "     \
								  "trials "    \
								  "FROM "      \
								  "held), "    \
								  "gone AS "   \
								  "(DELETE "   \
								  "FROM "      \
								  "systole."   \
								  "work w "    \
								  "USING "     \
								  "rest "      \
								  "WHERE "     \
								  "w.number "  \
								  "= "         \
								  "rest."      \
								  "number "    \
								  "AND "       \
								  "rest."      \
								  "trials = "  \
								  "'{}'), "    \
								  "kept AS "   \
								  "(UPDATE "   \
								  "systole."   \
								  "work w "    \
								  "SET "       \
								  "trials = "  \
								  "rest."      \
								  "trials, "   \
								  "fence = "   \
								  "CASE WHEN " \
								  "$9::int = " \
								  "0 THEN "    \
								  "fence "     \
								  "END, "      \
								  "leased_"    \
								  "until = "   \
								  "CASE WHEN " \
								  "$9::int = " \
								  "0 "         \
								  "THEN "      \
								  "clock_"     \
								  "timestamp(" \
								  ") + "       \
								  "$10::int "  \
								  "* "         \
								  "interval "  \
								  "'1 s' END " \
								  "FROM rest " \
								  "WHERE "     \
								  "w.number "  \
								  "= "         \
								  "rest."      \
								  "number "    \
								  "AND "       \
								  "rest."      \
								  "trials <> " \
								  "'{}'), "    \
								  "told AS "   \
								  "(UPDATE "   \
								  "systole."   \
								  "lease SET " \
								  "stored = "  \
								  "stored + "  \
								  "(SELECT "   \
								  "count(*) "  \
								  "FROM "      \
								  "put), "     \
								  "ended = "   \
								  "CASE WHEN " \
								  "rest."      \
								  "trials = "  \
								  "'{}' OR "   \
								  "$9::int = " \
								  "1 "         \
								  "THEN "      \
								  "clock_"     \
								  "timestamp(" \
								  ") END, "    \
								  "how = "     \
								  "CASE WHEN " \
								  "rest."      \
								  "trials = "  \
								  "'{}' THEN " \
								  "'done' "    \
								  "WHEN "      \
								  "$9::int = " \
								  "1 THEN "    \
								  "'returned'" \
								  " END "      \
								  "FROM rest " \
								  "WHERE "     \
								  "fence = "   \
								  "$7::"       \
								  "bigint) "   \
								  "SELECT "    \
								  "coalesce("  \
								  "cardinalit" \
								  "y(rest."    \
								  "trials), "  \
								  "-1), "      \
								  "(l.how IN " \
								  "('done', "  \
								  "'returned'" \
								  "))::int "   \
								  "FROM "      \
								  "systole."   \
								  "lease l "   \
								  "LEFT JOIN " \
								  "rest ON "   \
								  "true "      \
								  "WHERE "     \
								  "l.fence = " \
								  "$7::bigint"

enum npu_status npu_queue_send(struct npu_queue *q, struct npu_range *r,
			       const struct npu_queue_terms *terms,
			       int gives_back, enum npu_range_state *out,
			       struct npu_error *err)
{
	static const char sql[] = SEND;
	char number[24], fence[24], back[24], seconds[24];
	struct npu_postgres_value values[NPU_POSTGRES_PUT_VALUES + 5] = { 0 };
	struct npu_postgres_value *v = values + NPU_POSTGRES_PUT_VALUES;
	struct npu_postgres_rows *rows;
	int64_t left = -1, was_ended = 0;

	NPU_TRY(npu_postgres_outcomes_values(&r->outcomes, values, err));
	*v++ = npu__queue_number(number, r->number);
	*v++ = npu__queue_number(fence, r->fence);
	*v++ = npu_postgres_array_value(&r->stored, NPU_POSTGRES_INT8);
	*v++ = npu__queue_number(back, gives_back);
	*v++ = npu__queue_number(seconds, terms->seconds);
	if (r->stored.bytes.failed)
		return npu_fail(err, NPU_E_NOMEM, "no memory for trials");
	NPU_TRY(npu_postgres_run(q->pg, sql, values, (size_t)(v - values),
				 &rows, err));
	if (npu_postgres_row_count(rows)) {
		left = npu_postgres_integer(rows, 0, 0);
		was_ended = npu_postgres_integer(rows, 0, 1);
	}
	npu_postgres_rows_destroy(rows);
	npu_postgres_outcomes_forget(&r->outcomes);
	npu_postgres_array_clear(&r->stored);
	if (left < 0)
		*out = was_ended ? NPU_RANGE_DONE : NPU_RANGE_LOST;
	else
		*out = left && !gives_back ? NPU_RANGE_HELD : NPU_RANGE_DONE;
	return NPU_OK;
}
