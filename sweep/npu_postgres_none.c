/* sweep/npu_postgres_none.c - in the place of npu_postgres.c without libpq.
 * SPDX-License-Identifier: Apache-2.0
 *
 * No connection can be had, so nothing but opening is ever called. */
#include "sweep/npu_postgres.h"

int npu_postgres_is_built(void)
{
	return 0;
}

enum npu_status npu_postgres_open(const char *url, struct npu_postgres **out,
				  struct npu_error *err)
{
	(void)url;
	(void)out;
	return npu_fail(err, NPU_E_UNSUPPORTED,
			"store: built without PostgreSQL; install libpq-dev "
			"and build again, or use a file");
}

void npu_postgres_close(struct npu_postgres *pg)
{
	(void)pg;
}

int npu_postgres_may_come(const char *url)
{
	(void)url;
	return 0;
}

int npu_postgres_is_lost(const struct npu_postgres *pg)
{
	(void)pg;
	return 0;
}

enum npu_status npu_postgres_reconnect(struct npu_postgres *pg,
				       struct npu_error *err)
{
	return npu_postgres_open("", &pg, err);
}

int npu_postgres_has_password(const char *url)
{
	(void)url;
	return 0;
}

const char *npu_postgres_name(const struct npu_postgres *pg)
{
	(void)pg;
	return "";
}

enum npu_status npu_postgres_script(struct npu_postgres *pg, const char *sql,
				    struct npu_error *err)
{
	(void)sql;
	return npu_postgres_open("", &pg, err);
}

enum npu_status npu_postgres_run(struct npu_postgres *pg, const char *sql,
				 const struct npu_postgres_value *values,
				 size_t count, struct npu_postgres_rows **rows,
				 struct npu_error *err)
{
	(void)sql;
	(void)values;
	(void)count;
	(void)rows;
	return npu_postgres_open("", &pg, err);
}

void npu_postgres_rows_destroy(struct npu_postgres_rows *rows)
{
	(void)rows;
}

size_t npu_postgres_row_count(const struct npu_postgres_rows *rows)
{
	(void)rows;
	return 0;
}

const char *npu_postgres_bytes(const struct npu_postgres_rows *rows, size_t row,
			       int column, size_t *length)
{
	(void)rows;
	(void)row;
	(void)column;
	*length = 0;
	return "";
}

int64_t npu_postgres_integer(const struct npu_postgres_rows *rows, size_t row,
			     int column)
{
	(void)rows;
	(void)row;
	(void)column;
	return 0;
}
