/* sweep/npu_store_sqlite.c - the store in one SQLite file.
 * SPDX-License-Identifier: Apache-2.0
 *
 * WAL, one writer: who writes holds a lock on the file beside the database for
 * as long as it lives, so that a crash frees it. */
#define _GNU_SOURCE
#include "sweep/npu_store_internal.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statfs.h>
#include <unistd.h>

enum { SCHEMA = 1, PATH_SIZE = 1024, BUSY_MS = 5000 };

struct file_store {
	struct npu_store base;
	sqlite3 *db;
	sqlite3_stmt *find, *put;
	uint64_t before; /* rows changed until the transaction began */
	int lock;        /* of the writer; -1: none */
	char path[PATH_SIZE];
};

static enum npu_status fail(const struct file_store *s, const char *doing,
			    struct npu_error *err)
{
	struct npu_loc at = { s->path, 0, 0 };

	return npu_fail_at(err, NPU_E_IO, at, "store: %s: %s", doing,
			   s->db ? sqlite3_errmsg(s->db) : strerror(errno));
}

/* Nothing of the open transaction is kept. */
static enum npu_status abandon(struct file_store *s, const char *doing,
			       struct npu_error *err)
{
	const enum npu_status status = fail(s, doing, err);

	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return status;
}

/* ---- where it lies ---- */

/* source: statfs(2); CIFS and SMB2 as in the kernel's fs/smb */
static int is_network(long type)
{
	switch ((unsigned long)type) {
	case NFS_SUPER_MAGIC:
	case SMB_SUPER_MAGIC:
	case SMB2_SUPER_MAGIC:
	case CIFS_SUPER_MAGIC:
	case V9FS_MAGIC:
	case AFS_SUPER_MAGIC:
	case CEPH_SUPER_MAGIC:
	case 0x0BD00BD0: /* Lustre */
	case 0x47504653: /* GPFS */
	case 0x65735546: /* FUSE: sshfs among others */
		return 1;
	default:
		return 0;
	}
}

static enum npu_status check_place(const struct file_store *s,
				   struct npu_error *err)
{
	char folder[PATH_SIZE];
	char *slash;
	struct statfs fs;

	memcpy(folder, s->path, sizeof folder);
	slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder] = 0;
	if (statfs(slash ? folder : ".", &fs) != 0)
		return npu_fail_at(err, NPU_E_IO,
				   (struct npu_loc){ s->path, 0, 0 },
				   "store: no folder %s: %s",
				   slash ? folder : ".", strerror(errno));
	if (is_network(fs.f_type))
		return npu_fail_at(err, NPU_E_IO,
				   (struct npu_loc){ s->path, 0, 0 },
				   "store: SQLite's locks are not safe on a "
				   "network file system; use a local file, "
				   "`--shard i/n` with a file a shard and "
				   "`merge`, or `store: postgresql://...`");
	return NPU_OK;
}

/* ---- the writer's lock ---- */

static enum npu_status take_lock(struct file_store *s, struct npu_error *err)
{
	char path[PATH_SIZE + 8], who[128] = "";
	ssize_t n;
	int length;

	snprintf(path, sizeof path, "%s.lock", s->path);
	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (s->lock < 0)
		return npu_fail_at(err, NPU_E_IO,
				   (struct npu_loc){ s->path, 0, 0 },
				   "store: cannot write here: %s; --store "
				   "names another place",
				   strerror(errno));
	if (flock(s->lock, LOCK_EX | LOCK_NB) == 0) {
		length = snprintf(who, sizeof who, "process %ld\n",
				  (long)getpid());
		if (ftruncate(s->lock, 0) != 0 ||
		    pwrite(s->lock, who, (size_t)length, 0) != length)
			return fail(s, "lock", err);
		return NPU_OK;
	}
	n = pread(s->lock, who, sizeof who - 1, 0);
	who[n > 0 ? n : 0] = 0;
	who[strcspn(who, "\n")] = 0;
	return npu_fail_at(err, NPU_E_IO, (struct npu_loc){ s->path, 0, 0 },
			   "store: in use by %s; `sweep status` reads beside "
			   "it, another store runs beside it",
			   who[0] ? who : "another process");
}

/* ---- open and close ---- */

static enum npu_status run(struct file_store *s, const char *sql,
			   const char *doing, struct npu_error *err)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK
		       ? NPU_OK
		       : fail(s, doing, err);
}

static enum npu_status read_schema(struct file_store *s, int *schema,
				   struct npu_error *err)
{
	sqlite3_stmt *query;

	if (sqlite3_prepare_v2(s->db, "PRAGMA user_version", -1, &query,
			       NULL) != SQLITE_OK)
		return fail(s, "open", err);
	*schema = sqlite3_step(query) == SQLITE_ROW
			  ? sqlite3_column_int(query, 0)
			  : -1;
	sqlite3_finalize(query);
	return *schema < 0 ? fail(s, "open", err) : NPU_OK;
}

static enum npu_status make_tables(struct file_store *s, struct npu_error *err)
{
	char sql[512];

	snprintf(sql, sizeof sql,
		 "BEGIN IMMEDIATE;"
		 "CREATE TABLE result (key TEXT PRIMARY KEY, "
		 "status INTEGER NOT NULL, text TEXT NOT NULL) WITHOUT ROWID;"
		 "PRAGMA user_version = %d;"
		 "COMMIT",
		 SCHEMA);
	return run(s, sql, "make tables", err);
}

/* An outcome that is final stays: npu_outcome_is_final(). */
#define PUT                                               \
	"INSERT INTO result VALUES (?, ?, ?) "            \
	"ON CONFLICT (key) DO UPDATE SET "                \
	"status = excluded.status, text = excluded.text " \
	"WHERE NOT final(result.status)"

static void final(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void)count;
	sqlite3_result_int(
		context, npu_outcome_is_final((
				 enum npu_status)sqlite3_value_int(values[0])));
}

/* Whether SQLite could keep its files beside the store. */
static int is_writable(const struct file_store *s)
{
	char folder[PATH_SIZE];
	char *slash;

	snprintf(folder, sizeof folder, "%s", s->path);
	slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder] = 0;
	return faccessat(AT_FDCWD, s->path, W_OK, AT_EACCESS) == 0 &&
	       faccessat(AT_FDCWD, slash ? folder : ".", W_OK, AT_EACCESS) == 0;
}

/* A store that this process may only read. Beside a writer its log is there;
 * where none is, nothing changes the file.
 * source: sqlite.org/wal.html, "Read-Only Databases" */
static int open_readable(struct file_store *s)
{
	struct npu_text uri = { 0 };
	char log[PATH_SIZE + 8];
	int code;

	snprintf(log, sizeof log, "%s-wal", s->path);
	npu_text_add(&uri, "file:");
	for (const char *c = s->path; *c; c++)
		npu_text_add(&uri, strchr("?#%", *c) ? "%%%02x" : "%c", *c);
	npu_text_add(&uri, faccessat(AT_FDCWD, log, F_OK, 0) == 0
				   ? "?mode=ro"
				   : "?immutable=1");
	code = uri.failed
		       ? SQLITE_NOMEM
		       : sqlite3_open_v2(uri.data, &s->db,
					 SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
					 NULL);
	npu_text_clear(&uri);
	return code;
}

static enum npu_status connect_to(struct file_store *s,
				  enum npu_store_access access,
				  struct npu_error *err)
{
	const int flags = access == NPU_STORE_WRITE
				  ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
				  : SQLITE_OPEN_READWRITE;
	const int reads = access != NPU_STORE_WRITE && !is_writable(s);
	int schema = 0;

	if ((reads ? open_readable(s)
		   : sqlite3_open_v2(s->path, &s->db, flags, NULL)) !=
	    SQLITE_OK)
		return fail(s, "open", err);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	sqlite3_create_function(s->db, "final", 1, SQLITE_UTF8, NULL, final,
				NULL, NULL);
	if (!reads)
		NPU_TRY(run(s,
			    "PRAGMA journal_mode = WAL; "
			    "PRAGMA synchronous = NORMAL",
			    "open", err));
	NPU_TRY(read_schema(s, &schema, err));
	if (schema == 0 && access == NPU_STORE_WRITE) {
		NPU_TRY(make_tables(s, err));
		schema = SCHEMA;
	}
	if (schema != SCHEMA)
		return npu_fail_at(err, NPU_E_IO,
				   (struct npu_loc){ s->path, 0, 0 },
				   "store: schema %d, expected %d: not a "
				   "store, or one of another version",
				   schema, SCHEMA);
	if (sqlite3_prepare_v2(s->db,
			       "SELECT status, text FROM result WHERE key = ?",
			       -1, &s->find, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(s->db, PUT, -1, &s->put, NULL) != SQLITE_OK)
		return fail(s, "open", err);
	return NPU_OK;
}

/* ---- outcomes ---- */

static void close_file(struct npu_store *store)
{
	struct file_store *s = (struct file_store *)store;

	sqlite3_finalize(s->find);
	sqlite3_finalize(s->put);
	sqlite3_close(s->db);
	if (s->lock >= 0)
		close(s->lock);
	free(s);
}

/* Whether all is well; `found` where there is a row. */
static int find_one(struct file_store *s, const char *key,
		    struct npu_outcome *found, struct npu_text *texts)
{
	int row;

	sqlite3_bind_text(s->find, 1, key, -1, SQLITE_STATIC);
	row = sqlite3_step(s->find);
	if (row == SQLITE_ROW)
		npu__store_found(
			found, texts,
			(enum npu_status)sqlite3_column_int(s->find, 0),
			(const char *)sqlite3_column_text(s->find, 1),
			(size_t)sqlite3_column_bytes(s->find, 1));
	sqlite3_reset(s->find);
	return row == SQLITE_ROW || row == SQLITE_DONE;
}

/* In one transaction: taking the reader's lock for each costs as much as the
 * reading. */
static enum npu_status find(struct npu_store *store, const char *const *keys,
			    size_t count, struct npu_outcome *out,
			    struct npu_text *texts, struct npu_error *err)
{
	struct file_store *s = (struct file_store *)store;
	enum npu_status status = NPU_OK;

	NPU_TRY(run(s, "BEGIN", "read", err));
	for (size_t i = 0; i < count && status == NPU_OK; i++)
		if (!find_one(s, keys[i], &out[i], texts))
			status = fail(s, "read", err);
	sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
	return status;
}

static enum npu_status begin(struct npu_store *store, struct npu_error *err)
{
	struct file_store *s = (struct file_store *)store;

	s->before = (uint64_t)sqlite3_total_changes64(s->db);
	return run(s, "BEGIN IMMEDIATE", "begin", err);
}

static enum npu_status put(struct npu_store *store, const char *key,
			   const struct npu_outcome *outcome,
			   struct npu_error *err)
{
	struct file_store *s = (struct file_store *)store;
	int row;

	sqlite3_bind_text(s->put, 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_int(s->put, 2, (int)outcome->status);
	sqlite3_bind_text(s->put, 3, outcome->text, -1, SQLITE_STATIC);
	row = sqlite3_step(s->put);
	sqlite3_reset(s->put);
	return row == SQLITE_DONE ? NPU_OK : abandon(s, "write", err);
}

static enum npu_status commit(struct npu_store *store, uint64_t *changed,
			      struct npu_error *err)
{
	struct file_store *s = (struct file_store *)store;

	*changed = (uint64_t)sqlite3_total_changes64(s->db) - s->before;
	return sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK
		       ? NPU_OK
		       : abandon(s, "write", err);
}

static enum npu_status walk(struct npu_store *store, npu_each_outcome *each,
			    void *user, struct npu_error *err)
{
	struct file_store *s = (struct file_store *)store;
	sqlite3_stmt *all;
	int row, goes_on = 1;

	if (sqlite3_prepare_v2(s->db,
			       "SELECT key, status, text FROM result "
			       "ORDER BY key",
			       -1, &all, NULL) != SQLITE_OK)
		return fail(s, "read", err);
	while (goes_on && (row = sqlite3_step(all)) == SQLITE_ROW) {
		const struct npu_outcome outcome = {
			(enum npu_status)sqlite3_column_int(all, 1),
			(const char *)sqlite3_column_text(all, 2),
		};

		goes_on = each(user, (const char *)sqlite3_column_text(all, 0),
			       &outcome);
	}
	sqlite3_finalize(all);
	return goes_on && row != SQLITE_DONE ? fail(s, "read", err) : NPU_OK;
}

/* ---- open ---- */

enum npu_status npu__store_open_sqlite(const char *path,
				       enum npu_store_access access,
				       struct npu_store **out,
				       struct npu_error *err)
{
	static const struct npu_store_ops ops = { close_file, find,   begin,
						  put,        commit, walk };
	struct file_store *s;
	enum npu_status status;

	*out = NULL;
	if (access != NPU_STORE_WRITE &&
	    faccessat(AT_FDCWD, path, R_OK, 0) != 0)
		return access == NPU_STORE_LOOK
			       ? NPU_OK
			       : npu_fail_at(err, NPU_E_IO,
					     (struct npu_loc){ path, 0, 0 },
					     "no store here: run the sweep "
					     "first");
	s = calloc(1, sizeof *s);
	if (!s)
		return npu_fail(err, NPU_E_NOMEM, "no memory for a store");
	s->base.ops = &ops;
	s->lock = -1;
	if (snprintf(s->path, sizeof s->path, "%s", path) >= PATH_SIZE) {
		free(s);
		return npu_fail(err, NPU_E_IO, "store: path too long");
	}
	status = check_place(s, err);
	if (status == NPU_OK && access == NPU_STORE_WRITE)
		status = take_lock(s, err);
	if (status == NPU_OK)
		status = connect_to(s, access, err);
	if (status != NPU_OK) {
		close_file(&s->base);
		return status;
	}
	*out = &s->base;
	return NPU_OK;
}
