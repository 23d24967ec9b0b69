/* sweep/npu_sweep_find.c - sweeps by their names in configs/sweeps.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_file.h"
#include "sweep/npu_sweep.h"
#include <stdio.h>
#include <string.h>

enum { FOLDER_SIZE = 1024 };

static enum npu_status no_such_sweep(const char *folder, const char *name,
				     struct npu_error *err)
{
	struct npu_arena *arena = npu_arena_create();
	const char *const *names;
	const char *near = NULL;
	size_t count;

	if (arena &&
	    npu_chip_list(arena, folder, &names, &count, NULL) == NPU_OK)
		near = npu_text_nearest(name, names, count);
	(void)npu_fail(err, NPU_E_IO,
		       "unknown sweep '%.80s'%s%s%s or give a file", name,
		       near ? "; did you mean '" : "; give a name of",
		       near ? near : " configs/sweeps", near ? "'?" : "");
	npu_arena_destroy(arena);
	return NPU_E_IO;
}

enum npu_status npu_sweep_find(const char *name_or_path, char *path,
			       size_t size, struct npu_error *err)
{
	char folder[FOLDER_SIZE];
	FILE *file;
	int n;

	if (strpbrk(name_or_path, "/.")) {
		n = snprintf(path, size, "%s", name_or_path);
		return n < (int)size ? NPU_OK
				     : npu_fail(err, NPU_E_IO,
						"path of a sweep too long");
	}
	npu_data_path("configs/sweeps", folder, sizeof folder);
	n = snprintf(path, size, "%s/%s.yaml", folder, name_or_path);
	file = n < (int)size ? fopen(path, "rb") : NULL;
	if (!file)
		return no_such_sweep(folder, name_or_path, err);
	fclose(file);
	return NPU_OK;
}
