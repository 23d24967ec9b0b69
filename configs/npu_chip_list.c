/* configs/npu_chip_list.c - the names that a folder of YAML files offers.
 * SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700
#include "base/npu_file.h"
#include "configs/npu_chip.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 1024, NAMES_MAX = 1024 };

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum npu_status npu_chip_list(struct npu_arena *arena, const char *directory,
			      const char *const **out, size_t *count,
			      struct npu_error *err)
{
	char installed[PATH_SIZE];
	const char **names = npu_new(arena, const char *, NAMES_MAX);
	const struct dirent *entry;
	size_t n = 0;
	int full = !names;

	if (!directory) {
		npu_data_path("configs/chips", installed, sizeof installed);
		directory = installed;
	}
	DIR *dir = opendir(directory);
	if (!dir)
		return npu_fail_at(err, NPU_E_IO,
				   (struct npu_loc){ .path = directory }, "%s",
				   strerror(errno));
	while (!full && n < NAMES_MAX && (entry = readdir(dir))) {
		size_t length = strlen(entry->d_name);

		if (length < 6 || entry->d_name[0] == '.' ||
		    strcmp(entry->d_name + length - 5, ".yaml") != 0)
			continue;
		names[n] = npu_arena_printf(arena, "%.*s", (int)length - 5,
					    entry->d_name);
		full = !names[n++];
	}
	closedir(dir);
	if (full)
		return npu_fail(err, NPU_E_NOMEM, "listing %s", directory);
	qsort(names, n, sizeof *names, by_text);
	*out = names;
	*count = n;
	return NPU_OK;
}
