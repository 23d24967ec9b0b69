/* tools/npu_verb_report.c - one report of one run directory or several, or of a
 * sweep.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_file.h"
#include "sweep/npu_sweep.h"
#include "tools/npu_report.h"
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
	if (stat(path, &info) != 0)
		return npu_fail(err, NPU_E_IO,
				"%s: not there; expected a directory that "
				"systole run -o DIR made, a sweep file, or a "
				"name of configs/sweeps",
				path);
	if (!S_ISDIR(info.st_mode))
		return npu_fail(err, NPU_E_USAGE,
				"%s: not a directory; a sweep is reported "
				"alone",
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

enum npu_status npu_report_write(const struct npu_arguments *args,
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

static enum npu_status report_runs(const struct npu_arguments *args,
				   struct npu_runs *runs,
				   enum npu_report_format format,
				   struct npu_error *err)
{
	static void (*const writers[])(const struct npu_runs *,
				       struct npu_text *) = {
		[NPU_REPORT_HTML] = npu_write_html,
		[NPU_REPORT_MARKDOWN] = npu_write_markdown,
		[NPU_REPORT_CSV] = npu_write_runs_csv,
		[NPU_REPORT_JSON] = npu_write_runs_json,
	};
	struct npu_arena *arena = npu_arena_create();
	struct npu_text text = { 0 };
	enum npu_status status = NPU_OK;

	if (!arena)
		return npu_fail(err, NPU_E_NOMEM, "no memory");
	for (size_t i = 0; status == NPU_OK && i < args->positional_count; i++)
		status = add_directory(runs, arena, args->positional[i], err);
	npu_arena_destroy(arena);
	if (status != NPU_OK)
		return status;
	writers[format](runs, &text);
	status = npu_report_write(args, &text, err);
	npu_text_clear(&text);
	return status;
}

/* A run is a directory; a sweep is a file, or a name of configs/sweeps. */
static int is_sweep(const struct npu_arguments *args)
{
	char path[1024];
	struct stat info;

	if (args->positional_count != 1)
		return 0;
	if (stat(args->positional[0], &info) == 0)
		return !S_ISDIR(info.st_mode);
	return npu_sweep_find(args->positional[0], path, sizeof path, NULL) ==
		       NPU_OK &&
	       stat(path, &info) == 0;
}

enum npu_status npu_verb_report(const struct npu_arguments *args,
				struct npu_error *err)
{
	static const char *const formats[] = { "html", "markdown", "csv",
					       "json", NULL };
	struct npu_runs *runs;
	enum npu_status status;
	size_t format;

	NPU_TRY(npu_option_choice(args, NPU_OPTION_format, formats,
				  npu_given(args, NPU_OPTION_json) ? 3 : 0,
				  &format, err));
	if (format == 0 && !npu_given(args, NPU_OPTION_output) &&
	    isatty(STDOUT_FILENO))
		return npu_fail(err, NPU_E_USAGE,
				"an HTML report is not for a terminal: give "
				"-o FILE, or --format markdown");
	if (is_sweep(args))
		return npu_report_sweep(args, (enum npu_report_format)format,
					err);
	if (npu_given(args, NPU_OPTION_store))
		return npu_fail(err, NPU_E_USAGE,
				"--store is of a sweep: give its file alone");
	runs = npu_runs_create();
	if (!runs)
		return npu_fail(err, NPU_E_NOMEM, "no memory");
	status = report_runs(args, runs, (enum npu_report_format)format, err);
	npu_runs_destroy(runs);
	return status;
}
