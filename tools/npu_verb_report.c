/* tools/npu_verb_report.c - one report of one run directory or several.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_file.h"
#include "tools/npu_command.h"
#include "tools/npu_run_files.h"
#include "traces/npu_runs.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 256 << 20 };

/* Add the run in directory `path`.
 * figures.json may be missing: its figures are then left out. */
static enum npu_status add_directory(struct npu_runs *runs,
				     struct npu_arena *arena, const char *path,
				     struct npu_error *err)
{
	struct npu_run_text text = { .label = path, .path = path };
	char *summary, *figures = NULL, name[1100];
	struct stat info;

	if (strlen(path) > 1000)
		return npu_fail(err, NPU_E_IO, "path of over 1000 bytes");
	if (stat(path, &info) == 0 && !S_ISDIR(info.st_mode))
		return npu_fail(err, NPU_E_IO,
				"%s: not a directory; expected one that "
				"systole run -o DIR made",
				path);
	snprintf(name, sizeof name, "%s/summary.json", path);
	NPU_TRY(npu_file_read(arena, name, FILE_BYTES_MAX, &summary,
			      &text.summary_bytes, err));
	text.summary = summary;
	snprintf(name, sizeof name, "%s/figures.json", path);
	if (access(name, F_OK) == 0) {
		NPU_TRY(npu_file_read(arena, name, FILE_BYTES_MAX, &figures,
				      &text.figures_bytes, err));
		text.figures = figures;
	}
	return npu_runs_add(runs, &text, err);
}

static enum npu_status write_out(const struct npu_arguments *args,
				 const struct npu_text *text,
				 struct npu_error *err)
{
	const char *path = npu_option_text(args, NPU_OPTION_output, NULL);

	if (text->failed)
		return npu_fail(err, NPU_E_NOMEM, "writing the report");
	if (!path)
		return npu_print_text(text, err);
	return npu_file_write(path, text->data ? text->data : "", text->length,
			      err);
}

static enum npu_status report(const struct npu_arguments *args,
			      struct npu_runs *runs, struct npu_error *err)
{
	static const char *const formats[] = { "html", "markdown", "csv",
					       "json", NULL };
	static void (*const writers[])(const struct npu_runs *,
				       struct npu_text *) = {
		npu_write_html,
		npu_write_markdown,
		npu_write_runs_csv,
		npu_write_runs_json,
	};
	struct npu_arena *arena;
	struct npu_text text = { 0 };
	enum npu_status status = NPU_OK;
	size_t format;

	NPU_TRY(npu_option_choice(args, NPU_OPTION_format, formats,
				  npu_given(args, NPU_OPTION_json) ? 3 : 0,
				  &format, err));
	if (format == 0 && !npu_given(args, NPU_OPTION_output) &&
	    isatty(STDOUT_FILENO))
		return npu_fail(err, NPU_E_USAGE,
				"an HTML report is not for a terminal: give "
				"-o FILE, or --format markdown");
	arena = npu_arena_create();
	if (!arena)
		return npu_fail(err, NPU_E_NOMEM, "no memory");
	for (size_t i = 0; status == NPU_OK && i < args->positional_count; i++)
		status = add_directory(runs, arena, args->positional[i], err);
	npu_arena_destroy(arena);
	if (status != NPU_OK)
		return status;
	writers[format](runs, &text);
	status = write_out(args, &text, err);
	npu_text_clear(&text);
	return status;
}

enum npu_status npu_verb_report(const struct npu_arguments *args,
				struct npu_error *err)
{
	struct npu_runs *runs = npu_runs_create();
	enum npu_status status;

	if (!runs)
		return npu_fail(err, NPU_E_NOMEM, "no memory");
	status = report(args, runs, err);
	npu_runs_destroy(runs);
	return status;
}
