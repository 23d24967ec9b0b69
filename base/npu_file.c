/* base/npu_file.c - whole files, and directories that appear at once.
 * SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700
#include "base/npu_file.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum npu_status fail_io(struct npu_error *err, const char *path)
{
	return npu_fail_at(err, NPU_E_IO, (struct npu_loc){ .path = path },
			   "%s", strerror(errno));
}

enum npu_status npu_file_read(struct npu_arena *arena, const char *path,
			      size_t limit, char **data, size_t *size,
			      struct npu_error *err)
{
	const struct npu_loc at = { .path = path };
	enum npu_status status = NPU_OK;
	struct stat info;
	char *text;
	size_t n;

	if (!limit)
		limit = (size_t)1 << 30;
	/* not blocking: a named pipe is refused below, not waited for */
	int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (descriptor < 0)
		return fail_io(err, path);
	FILE *file = fdopen(descriptor, "rb");
	if (!file) {
		close(descriptor);
		return fail_io(err, path);
	}
	if (fstat(fileno(file), &info) != 0) {
		status = fail_io(err, path);
		goto close_file;
	}
	if (!S_ISREG(info.st_mode)) {
		status = npu_fail_at(err, NPU_E_IO, at, "not a regular file");
		goto close_file;
	}
	if ((uint64_t)info.st_size > limit) {
		status = npu_fail_at(err, NPU_E_LIMIT, at,
				     "%lld bytes; at most %zu are read",
				     (long long)info.st_size, limit);
		goto close_file;
	}
	text = npu_arena_alloc(arena, (size_t)info.st_size + 1, 1, 16);
	if (!text) {
		status = npu_fail(err, NPU_E_NOMEM, "reading %s", path);
		goto close_file;
	}
	n = fread(text, 1, (size_t)info.st_size, file);
	if (n != (size_t)info.st_size) {
		status =
			npu_fail_at(err, NPU_E_IO, at, "read %zu of %lld bytes",
				    n, (long long)info.st_size);
		goto close_file;
	}
	text[n] = '\0';
	*data = text;
	*size = n;
close_file:
	fclose(file);
	return status;
}

enum npu_status npu_file_aside(const char *path, char *aside, size_t size,
			       struct npu_error *err)
{
	struct stat info;
	const int is_special =
		lstat(path, &info) == 0 && !S_ISREG(info.st_mode);

	if (snprintf(aside, size, "%s%s", path, is_special ? "" : ".part") >=
	    (int)size)
		return npu_fail(err, NPU_E_IO, "path too long: %.60s...", path);
	return NPU_OK;
}

enum npu_status npu_file_write(const char *path, const void *data, size_t size,
			       struct npu_error *err)
{
	char aside[PATH_MAX];

	NPU_TRY(npu_file_aside(path, aside, sizeof aside, err));
	const int is_aside = strcmp(aside, path) != 0;
	FILE *file = fopen(aside, "wb");
	if (!file)
		return fail_io(err, path);
	int bad = fwrite(data, 1, size, file) != size;
	bad |= fflush(file) != 0;
	int saved = errno;
	bad |= fclose(file) != 0;
	if (!bad && (!is_aside || rename(aside, path) == 0))
		return NPU_OK;
	if (saved)
		errno = saved;
	if (is_aside)
		unlink(aside);
	return fail_io(err, path);
}

static int remove_entry(const char *path, const struct stat *info, int type,
			struct FTW *ftw)
{
	(void)info;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int remove_tree(const char *path)
{
	return nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

enum npu_status npu_run_directory_begin(const char *path,
					struct npu_run_directory *out,
					struct npu_error *err)
{
	struct npu_run_directory dir;
	struct stat info;
	char manifest[600];
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	if (n == 0 || n >= sizeof dir.path)
		return npu_fail(err, NPU_E_IO, "path is empty or too long");
	memcpy(dir.path, path, n);
	dir.path[n] = '\0';
	snprintf(manifest, sizeof manifest, "%s/manifest.json", dir.path);
	if (lstat(dir.path, &info) == 0 &&
	    (!S_ISDIR(info.st_mode) ||
	     (lstat(manifest, &info) != 0 && rmdir(dir.path) != 0)))
		return npu_fail_at(err, NPU_E_IO,
				   (struct npu_loc){ .path = dir.path },
				   "exists and is not a run directory (no "
				   "manifest.json); not replaced");
	snprintf(dir.aside, sizeof dir.aside, "%s.part-XXXXXX", dir.path);
	if (!mkdtemp(dir.aside))
		return fail_io(err, dir.path);
	if (chmod(dir.aside, 0755) != 0)
		return fail_io(err, dir.aside);
	*out = dir;
	return NPU_OK;
}

enum npu_status npu_run_directory_commit(struct npu_run_directory *dir,
					 struct npu_error *err)
{
	char old[620];

	snprintf(old, sizeof old, "%s.old", dir->aside);
	int had = rename(dir->path, old) == 0;
	if (rename(dir->aside, dir->path) != 0) {
		int saved = errno;

		if (had)
			(void)rename(old, dir->path);
		errno = saved;
		return fail_io(err, dir->path);
	}
	if (had && remove_tree(old) != 0)
		return fail_io(err, old);
	return NPU_OK;
}

void npu_run_directory_abandon(struct npu_run_directory *dir)
{
	(void)remove_tree(dir->aside);
}

#ifndef NPU_INSTALL_DATA
#define NPU_INSTALL_DATA "/usr/local/share/systole"
#endif
#ifndef NPU_SOURCE_DATA
#define NPU_SOURCE_DATA ""
#endif

/* PREFIX/share/systole of the program that runs as PREFIX/bin/NAME, wherever it
 * was installed to. Returns whether there is one. */
static int find_share(char *out, size_t size)
{
	const ssize_t n = readlink("/proc/self/exe", out, size - 1);

	if (n <= 0)
		return 0;
	out[n] = 0;
	for (int up = 0; up < 2; up++) {
		char *slash = strrchr(out, '/');

		if (!slash)
			return 0;
		*slash = 0;
	}
	if (strlen(out) + sizeof NPU_SHARE > size)
		return 0;
	strcat(out, NPU_SHARE);
	return access(out, R_OK) == 0;
}

void npu_data_path(const char *relative, char *out, size_t size)
{
	const char *home = getenv("SYSTOLE_HOME");
	char share[PATH_MAX];

	if (!home && find_share(share, sizeof share))
		home = share;
	if (!home)
		home = access(NPU_SOURCE_DATA "/configs", R_OK) == 0
			       ? NPU_SOURCE_DATA
			       : NPU_INSTALL_DATA;
	snprintf(out, size, "%s/%s", home, relative);
}
