/* sweep/npu_store_postgres.c - the store in a PostgreSQL database.
 * SPDX-License-Identifier: Apache-2.0
 *
 * All lies in the schema `systole` of the database. Any number of writers may
 * be at work: a final outcome stays, whoever comes later. */
#include "sweep/npu_postgres_outcomes.h"
#include "sweep/npu_store_internal.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SCHEMA = 1,
	LOCK = 0x5359, /* of who makes the tables */
	BATCH = 2048,  /* outcomes sent together */
};

struct server_store {
	struct npu_store base;
	struct npu_postgres *pg;
	struct npu_postgres_outcomes outcomes; /* not sent yet */
	uint64_t changed;                      /* in this transaction */
};

/* ---- tables ---- */

static enum npu_status ask(struct npu_postgres *pg, const char *sql,
			   int64_t *out, struct npu_error *err)
{
	struct npu_postgres_rows *rows;

	NPU_TRY(npu_postgres_run(pg, sql, NULL, 0, &rows, err));
	*out = npu_postgres_row_count(rows) ? npu_postgres_integer(rows, 0, 0)
					    : 0;
	npu_postgres_rows_destroy(rows);
	return NPU_OK;
}

/* Texts are bytes: a message may hold what is no UTF-8, and the same bytes
 * must come out of every store. */
static enum npu_status make_tables(struct npu_postgres *pg,
				   struct npu_error *err)
{
	char sql[512];

	snprintf(sql, sizeof sql,
		 "SELECT pg_advisory_xact_lock(%d);"
		 "CREATE SCHEMA IF NOT EXISTS systole;"
		 "CREATE TABLE IF NOT EXISTS systole.result "
		 "(key text COLLATE \"C\" PRIMARY KEY, "
		 "status integer NOT NULL, text bytea NOT NULL);"
		 "CREATE TABLE IF NOT EXISTS systole.meta "
		 "(version bigint NOT NULL);"
		 "INSERT INTO systole.meta SELECT %d "
		 "WHERE NOT EXISTS (SELECT FROM systole.meta)",
		 LOCK, SCHEMA);
	return npu_postgres_script(pg, sql, err);
}

static enum npu_status check_tables(struct npu_postgres *pg,
				    enum npu_store_access access,
				    int64_t *is_there, struct npu_error *err)
{
	static const char look[] = "SELECT count(*) FROM pg_tables WHERE "
				   "schemaname = 'systole' AND "
				   "tablename = 'meta'";
	const struct npu_loc at = { npu_postgres_name(pg), 0, 0 };
	int64_t version;

	NPU_TRY(ask(pg, look, is_there, err));
	if (!*is_there && access == NPU_STORE_LOOK)
		return NPU_OK;
	if (!*is_there && access == NPU_STORE_READ)
		return npu_fail_at(err, NPU_E_IO, at,
				   "no store here: run the sweep first");
	if (!*is_there)
		NPU_TRY(make_tables(pg, err));
	*is_there = 1;
	NPU_TRY(ask(pg, "SELECT max(version) FROM systole.meta", &version,
		    err));
	if (version != SCHEMA)
		return npu_fail_at(err, NPU_E_IO, at,
				   "store: schema %" PRId64
				   ", expected %d: one of another version",
				   version, SCHEMA);
	return NPU_OK;
}

/* ---- outcomes ---- */

static void close_server(struct npu_store *store)
{
	struct server_store *s = (struct server_store *)store;

	npu_postgres_close(s->pg);
	npu_postgres_outcomes_clear(&s->outcomes);
	free(s);
}

static enum npu_status find(struct npu_store *store, const char *const *keys,
			    size_t count, struct npu_outcome *out,
			    struct npu_text *texts, struct npu_error *err)
{
	static const char sql[] =
		"SELECT i, status, text FROM unnest($1::text[]) "
		"WITH ORDINALITY AS n(key, i) "
		"JOIN systole.result USING (key) ORDER BY i";
	struct server_store *s = (struct server_store *)store;
	struct npu_postgres_array sought = { 0 };
	struct npu_postgres_value value;
	struct npu_postgres_rows *rows;
	enum npu_status status;
	const char *text;
	size_t length;

	for (size_t i = 0; i < count; i++)
		npu_postgres_array_add(&sought, NPU_POSTGRES_TEXT, keys[i],
				       strlen(keys[i]));
	value = npu_postgres_array_value(&sought, NPU_POSTGRES_TEXT);
	status = sought.bytes.failed
			 ? npu_fail(err, NPU_E_NOMEM, "reading a store")
			 : npu_postgres_run(s->pg, sql, &value, 1, &rows, err);
	npu_text_clear(&sought.bytes);
	NPU_TRY(status);
	for (size_t row = 0; row < npu_postgres_row_count(rows); row++) {
		text = npu_postgres_bytes(rows, row, 2, &length);
		npu__store_found(
			&out[npu_postgres_integer(rows, row, 0) - 1], texts,
			(enum npu_status)npu_postgres_integer(rows, row, 1),
			text, length);
	}
	npu_postgres_rows_destroy(rows);
	return NPU_OK;
}

/* Nothing of the open transaction is kept. */
static enum npu_status abandon(struct server_store *s, enum npu_status status)
{
	npu_postgres_outcomes_forget(&s->outcomes);
	(void)!npu_postgres_script(s->pg, "ROLLBACK", NULL);
	return status;
}

static enum npu_status begin(struct npu_store *store, struct npu_error *err)
{
	struct server_store *s = (struct server_store *)store;

	s->changed = 0;
	npu_postgres_outcomes_forget(&s->outcomes);
	return npu_postgres_script(s->pg, "BEGIN", err);
}

static enum npu_status send(struct server_store *s, struct npu_error *err)
{
	static const char sql[] = NPU_POSTGRES_PUT("true");
	struct npu_postgres_rows *rows;
	struct npu_postgres_value values[NPU_POSTGRES_PUT_VALUES];

	if (!s->outcomes.keys.count)
		return NPU_OK;
	NPU_TRY(npu_postgres_outcomes_values(&s->outcomes, values, err));
	NPU_TRY(npu_postgres_run(s->pg, sql, values, NPU_POSTGRES_PUT_VALUES,
				 &rows, err));
	s->changed += npu_postgres_row_count(rows);
	npu_postgres_rows_destroy(rows);
	npu_postgres_outcomes_forget(&s->outcomes);
	return NPU_OK;
}

static enum npu_status put(struct npu_store *store, const char *key,
			   const struct npu_outcome *outcome,
			   struct npu_error *err)
{
	struct server_store *s = (struct server_store *)store;
	enum npu_status status = NPU_OK;

	npu_postgres_outcomes_add(&s->outcomes, 0, key, outcome);
	if (s->outcomes.keys.count == BATCH)
		status = send(s, err);
	return status == NPU_OK ? NPU_OK : abandon(s, status);
}

static enum npu_status commit(struct npu_store *store, uint64_t *changed,
			      struct npu_error *err)
{
	struct server_store *s = (struct server_store *)store;
	enum npu_status status = send(s, err);

	if (status == NPU_OK)
		status = npu_postgres_script(s->pg, "COMMIT", err);
	*changed = s->changed;
	return status == NPU_OK ? NPU_OK : abandon(s, status);
}

/* In pieces, each after the last key of the one before. */
static enum npu_status walk(struct npu_store *store, npu_each_outcome *each,
			    void *user, struct npu_error *err)
{
	static const char sql[] =
		"SELECT key, status, text FROM systole.result WHERE key > $1 "
		"ORDER BY key LIMIT 2048";
	struct server_store *s = (struct server_store *)store;
	char last[NPU_TRIAL_KEY_SIZE] = "";
	struct npu_postgres_rows *rows;
	size_t n = 1, length;
	int goes_on = 1;

	while (n && goes_on) {
		const struct npu_postgres_value after = { last, 0 };

		NPU_TRY(npu_postgres_run(s->pg, sql, &after, 1, &rows, err));
		n = npu_postgres_row_count(rows);
		for (size_t i = 0; i < n && goes_on; i++) {
			const char *key =
				npu_postgres_bytes(rows, i, 0, &length);
			const struct npu_outcome outcome = {
				(enum npu_status)npu_postgres_integer(rows, i,
								      1),
				npu_postgres_bytes(rows, i, 2, &length),
			};

			snprintf(last, sizeof last, "%s", key);
			goes_on = each(user, key, &outcome);
		}
		npu_postgres_rows_destroy(rows);
	}
	return NPU_OK;
}

/* ---- open ---- */

enum npu_status npu__store_open_postgres(const char *url,
					 enum npu_store_access access,
					 struct npu_store **out,
					 struct npu_error *err)
{
	static const struct npu_store_ops ops = { close_server, find,   begin,
						  put,          commit, walk };
	struct server_store *s = calloc(1, sizeof *s);
	enum npu_status status;
	int64_t is_there = 0;

	*out = NULL;
	if (!s)
		return npu_fail(err, NPU_E_NOMEM, "no memory for a store");
	s->base.ops = &ops;
	status = npu_postgres_open(url, &s->pg, err);
	if (status == NPU_OK)
		status = check_tables(s->pg, access, &is_there, err);
	if (status != NPU_OK || !is_there) {
		close_server(&s->base);
		return status;
	}
	*out = &s->base;
	return NPU_OK;
}
