/* base/npu_file.h - whole files, mapped files, directories written aside.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_FILE_H
#define NPU_FILE_H
#include "base/npu_arena.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whole content of a file, NUL-terminated (not counted in *size). Refuses
 * directories and files above `limit` bytes (0: 1 GiB).
 *   errors  E_IO, E_LIMIT, E_NOMEM */
NPU_NODISCARD enum npu_status npu_file_read(struct npu_arena *arena,
					    const char *path, size_t limit,
					    char **data, size_t *size,
					    struct npu_error *err);
/* Where to write what a rename makes `path` when it is whole: beside it. A
 * device, a pipe or a link is written as it is, lest -o /dev/null replace it.
 *   aside   equals `path` then
 *   errors  E_IO: too long */
NPU_NODISCARD enum npu_status npu_file_aside(const char *path, char *aside,
					     size_t size,
					     struct npu_error *err);
/* Write beside and rename, so that the file is never half there. */
NPU_NODISCARD enum npu_status npu_file_write(const char *path, const void *data,
					     size_t size,
					     struct npu_error *err);

/* A run directory is written aside and renamed. begin() makes an empty sibling
 * of `path` (whose name is in `aside`); commit() renames it to `path`, which
 * may hold an earlier run and is then replaced; abandon() removes it.
 *   errors  E_IO; also where `path` exists and is not such a directory (it has
 *           no manifest.json): nothing of the user's is ever deleted */
struct npu_run_directory {
	char path[512], aside[600];
};
NPU_NODISCARD enum npu_status
npu_run_directory_begin(const char *path, struct npu_run_directory *out,
			struct npu_error *err);
NPU_NODISCARD enum npu_status
npu_run_directory_commit(struct npu_run_directory *dir, struct npu_error *err);
void npu_run_directory_abandon(struct npu_run_directory *dir);

/* Where data (configs, models) lies: $SYSTOLE_HOME, else what is installed
 * with the executable, else the source tree, else the install prefix. `out`
 * gets "<root>/<relative>". */
void npu_data_path(const char *relative, char *out, size_t size);

#ifdef __cplusplus
}
#endif
#endif
