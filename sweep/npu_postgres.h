/* sweep/npu_postgres.h - statements on a PostgreSQL server, and their rows.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_POSTGRES_H
#define NPU_POSTGRES_H
#include "base/npu_text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether this build has libpq; else npu_postgres_open() says what to
 * install. */
int npu_postgres_is_built(void);

struct npu_postgres;      /* opaque: one connection */
struct npu_postgres_rows; /* opaque: what a statement returned */

/* Connect to a database by its URL.
 *   errors  E_IO: no server, no such database, refused; E_UNSUPPORTED: built
 *           without libpq */
NPU_NODISCARD enum npu_status npu_postgres_open(const char *url,
						struct npu_postgres **out,
						struct npu_error *err);
void npu_postgres_close(struct npu_postgres *pg);

/* Whether a server that could not be reached may come yet: nothing answers
 * there, or it is starting; not where it refused us. */
int npu_postgres_may_come(const char *url);

/* Whether the connection is gone: the server went down, or the network. What
 * the last statement did is not known then. */
int npu_postgres_is_lost(const struct npu_postgres *pg);
/* Connect anew; errors as npu_postgres_open(). */
NPU_NODISCARD enum npu_status npu_postgres_reconnect(struct npu_postgres *pg,
						     struct npu_error *err);

/* The URL without its password, for messages. */
const char *npu_postgres_name(const struct npu_postgres *pg);
/* Whether a URL has a password in it. */
int npu_postgres_has_password(const char *url);

/* A parameter, $1 the first. */
struct npu_postgres_value {
	const char *data;
	size_t length; /* of a binary array; 0: `data` is a text */
};

/* Run statements without parameters, joined by `;`, as one transaction. */
NPU_NODISCARD enum npu_status npu_postgres_script(struct npu_postgres *pg,
						  const char *sql,
						  struct npu_error *err);

/* Run a statement, which the server keeps prepared.
 *   sql     lives as long as the connection
 *   rows    npu_postgres_rows_destroy() frees them
 *   errors  E_IO */
NPU_NODISCARD enum npu_status
npu_postgres_run(struct npu_postgres *pg, const char *sql,
		 const struct npu_postgres_value *values, size_t count,
		 struct npu_postgres_rows **rows, struct npu_error *err);
void npu_postgres_rows_destroy(struct npu_postgres_rows *rows);

size_t npu_postgres_row_count(const struct npu_postgres_rows *rows);
/* Bytes of a text or bytea, NUL-terminated; they live as long as the rows. */
const char *npu_postgres_bytes(const struct npu_postgres_rows *rows, size_t row,
			       int column, size_t *length);
/* An integer of 4 or 8 bytes; 0 where it is null. */
int64_t npu_postgres_integer(const struct npu_postgres_rows *rows, size_t row,
			     int column);

/* An array as a parameter; zero-initialise, and free `bytes`. */
struct npu_postgres_array {
	struct npu_text bytes;
	uint32_t count;
};
enum npu_postgres_type { /* source: src/include/catalog/pg_type.dat */
			 NPU_POSTGRES_BYTEA = 17,
			 NPU_POSTGRES_INT8 = 20,
			 NPU_POSTGRES_INT4 = 23,
			 NPU_POSTGRES_TEXT = 25,
};
void npu_postgres_array_clear(struct npu_postgres_array *array);
void npu_postgres_array_add(struct npu_postgres_array *array,
			    enum npu_postgres_type type, const void *data,
			    size_t length);
void npu_postgres_array_add_int4(struct npu_postgres_array *array,
				 int32_t value);
void npu_postgres_array_add_int8(struct npu_postgres_array *array,
				 int64_t value);
/* The parameter; borrows the array. */
struct npu_postgres_value
npu_postgres_array_value(struct npu_postgres_array *array,
			 enum npu_postgres_type type);

#ifdef __cplusplus
}
#endif
#endif
