/* sweep/npu_postgres.c - statements on a PostgreSQL server, through libpq.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_postgres.h"
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATEMENTS = 16, PARAMETERS = 12, NAME_SIZE = 200 };

struct npu_postgres {
	PGconn *connection;
	const char *prepared[STATEMENTS]; /* by their number */
	int is_lost;                      /* the connection */
	char name[NAME_SIZE];
};

int npu_postgres_is_built(void)
{
	return 1;
}

static enum npu_status fail(const struct npu_postgres *pg,
			    struct npu_error *err)
{
	const char *said = PQerrorMessage(pg->connection);
	const struct npu_loc at = { pg->name, 0, 0 };
	size_t n = strcspn(said, "\n");

	/* what libpq puts before the message of a server */
	if (!strncmp(said, "ERROR:  ", 8)) {
		said += 8;
		n -= 8;
	}
	return npu_fail_at(err, NPU_E_IO, at, "store: %.*s", (int)n, said);
}

/* ---- connect ---- */

static const char *part(const PQconninfoOption *parts, const char *keyword)
{
	for (; parts->keyword; parts++)
		if (!strcmp(parts->keyword, keyword))
			return parts->val ? parts->val : "";
	return "";
}

static enum npu_status name_it(struct npu_postgres *pg, const char *url,
			       struct npu_error *err)
{
	char *why = NULL;
	PQconninfoOption *parts = PQconninfoParse(url, &why);
	enum npu_status status = NPU_OK;
	const char *port;

	if (!parts) {
		status = npu_fail(err, NPU_E_USAGE,
				  "store: not a URL of PostgreSQL: %.*s",
				  why ? (int)strcspn(why, "\n") : 0,
				  why ? why : "");
		PQfreemem(why);
		return status;
	}
	port = part(parts, "port");
	snprintf(pg->name, sizeof pg->name, "postgresql://%s%s%s/%s",
		 part(parts, "host"), *port ? ":" : "", port,
		 part(parts, "dbname"));
	PQconninfoFree(parts);
	return status;
}

static void ignore(void *user, const char *notice)
{
	(void)user;
	(void)notice;
}

enum npu_status npu_postgres_open(const char *url, struct npu_postgres **out,
				  struct npu_error *err)
{
	/* What the URL says comes later, and wins. A server that vanished is
	 * noticed within half a minute, not after the kernel's quarter of an
	 * hour. */
	static const char *const keywords[] = { "fallback_application_name",
						"connect_timeout",
						"keepalives_idle",
						"tcp_user_timeout",
						"client_encoding",
						"dbname",
						NULL };
	const char *const values[] = { "systole", "10", "30", "30000",
				       "UTF8",    url,  NULL };
	struct npu_postgres *pg = calloc(1, sizeof *pg);
	enum npu_status status;

	if (!pg)
		return npu_fail(err, NPU_E_NOMEM, "no memory for a store");
	status = name_it(pg, url, err);
	if (status == NPU_OK) {
		pg->connection = PQconnectdbParams(keywords, values, 1);
		if (PQstatus(pg->connection) != CONNECTION_OK)
			status = fail(pg, err);
	}
	if (status != NPU_OK) {
		npu_postgres_close(pg);
		return status;
	}
	PQsetNoticeProcessor(pg->connection, ignore, NULL);
	*out = pg;
	return NPU_OK;
}

void npu_postgres_close(struct npu_postgres *pg)
{
	if (!pg)
		return;
	PQfinish(pg->connection);
	free(pg);
}

int npu_postgres_may_come(const char *url)
{
	const PGPing ping = PQping(url);

	return ping == PQPING_REJECT || ping == PQPING_NO_RESPONSE;
}

int npu_postgres_is_lost(const struct npu_postgres *pg)
{
	return pg->is_lost;
}

enum npu_status npu_postgres_reconnect(struct npu_postgres *pg,
				       struct npu_error *err)
{
	/* statements were prepared in the session that is gone */
	memset(pg->prepared, 0, sizeof pg->prepared);
	PQreset(pg->connection);
	pg->is_lost = PQstatus(pg->connection) != CONNECTION_OK;
	return pg->is_lost ? fail(pg, err) : NPU_OK;
}

int npu_postgres_has_password(const char *url)
{
	PQconninfoOption *parts = PQconninfoParse(url, NULL);
	const int has = parts && *part(parts, "password");

	PQconninfoFree(parts);
	return has;
}

const char *npu_postgres_name(const struct npu_postgres *pg)
{
	return pg->name;
}

/* ---- statements ---- */

static enum npu_status judge(struct npu_postgres *pg, PGresult *result,
			     struct npu_error *err)
{
	const ExecStatusType type = PQresultStatus(result);
	const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (type == PGRES_COMMAND_OK || type == PGRES_TUPLES_OK)
		return NPU_OK;
	/* An error without a code is not the server's. PQstatus() may still
	 * say that all is well: after a failed write that was followed by the
	 * reading of a server's last words. */
	if (!code || !strncmp(code, "57P0", 4)) /* it is ending */
		pg->is_lost = 1;
	return fail(pg, err);
}

enum npu_status npu_postgres_script(struct npu_postgres *pg, const char *sql,
				    struct npu_error *err)
{
	PGresult *result = PQexec(pg->connection, sql);
	const enum npu_status status = judge(pg, result, err);

	PQclear(result);
	return status;
}

static enum npu_status prepare(struct npu_postgres *pg, const char *sql,
			       char name[16], struct npu_error *err)
{
	PGresult *result;
	enum npu_status status;
	int i = 0;

	while (i < STATEMENTS && pg->prepared[i] && pg->prepared[i] != sql)
		i++;
	if (i == STATEMENTS)
		return npu_fail(err, NPU_E_INTERNAL, "too many statements");
	snprintf(name, 16, "s%d", i);
	if (pg->prepared[i])
		return NPU_OK;
	result = PQprepare(pg->connection, name, sql, 0, NULL);
	status = judge(pg, result, err);
	PQclear(result);
	if (status == NPU_OK)
		pg->prepared[i] = sql;
	return status;
}

enum npu_status npu_postgres_run(struct npu_postgres *pg, const char *sql,
				 const struct npu_postgres_value *values,
				 size_t count, struct npu_postgres_rows **rows,
				 struct npu_error *err)
{
	const char *data[PARAMETERS];
	int lengths[PARAMETERS], formats[PARAMETERS];
	PGresult *result;
	enum npu_status status;
	char name[16];

	if (count > PARAMETERS)
		return npu_fail(err, NPU_E_INTERNAL, "too many parameters");
	for (size_t i = 0; i < count; i++) {
		data[i] = values[i].data;
		lengths[i] = (int)values[i].length;
		formats[i] = values[i].length != 0;
	}
	NPU_TRY(prepare(pg, sql, name, err));
	result = PQexecPrepared(pg->connection, name, (int)count, data, lengths,
				formats, 1);
	status = judge(pg, result, err);
	if (status == NPU_OK)
		*rows = (struct npu_postgres_rows *)result;
	else
		PQclear(result);
	return status;
}

/* ---- rows: a PGresult under another name ---- */

void npu_postgres_rows_destroy(struct npu_postgres_rows *rows)
{
	PQclear((PGresult *)rows);
}

size_t npu_postgres_row_count(const struct npu_postgres_rows *rows)
{
	return (size_t)PQntuples((const PGresult *)rows);
}

const char *npu_postgres_bytes(const struct npu_postgres_rows *rows, size_t row,
			       int column, size_t *length)
{
	const PGresult *result = (const PGresult *)rows;

	*length = (size_t)PQgetlength(result, (int)row, column);
	return PQgetvalue(result, (int)row, column);
}

int64_t npu_postgres_integer(const struct npu_postgres_rows *rows, size_t row,
			     int column)
{
	size_t length;
	const char *at = npu_postgres_bytes(rows, row, column, &length);
	uint64_t value = length && (at[0] & 0x80) ? UINT64_MAX : 0;

	for (size_t i = 0; i < length; i++)
		value = value << 8 | (uint8_t)at[i];
	return (int64_t)value;
}
