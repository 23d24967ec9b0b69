/* tools/npu_run_files.c - files of a run, written aside and renamed.
 * SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "tools/npu_run_files.h"
#include "base/npu_file.h"
#include "base/npu_utf8.h"
#include "tools/npu_run_figures.h"
#include "traces/npu_runs.h"
#include "traces/npu_writers.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { TRACE_EVENTS_MAX = 1000000, FILES_MAX = 256 };

enum npu_status npu_print_text(const struct npu_text *text,
			       struct npu_error *err)
{
	if (text->failed)
		return npu_fail(err, NPU_E_NOMEM, "writing text");
	if (fwrite(text->data ? text->data : "", 1, text->length, stdout) !=
		    text->length ||
	    fflush(stdout) != 0)
		return npu_fail(err, NPU_E_IO, "writing to stdout");
	return NPU_OK;
}

enum npu_status npu_print_readable(struct npu_text *text, struct npu_error *err)
{
	struct npu_text safe = { .failed = text->failed };
	enum npu_status status;

	for (char *part = text->data; part && *part;) {
		const size_t n = strcspn(part, "\n\t");
		const char end = part[n];

		part[n] = '\0';
		npu_text_add_safe(&safe, part);
		npu_text_add_bytes(&safe, &end, end != '\0');
		part += n + (end != '\0');
	}
	status = npu_print_text(&safe, err);
	npu_text_clear(&safe);
	npu_text_clear(text);
	return status;
}

/* Write `text` as aside/name and empty it. */
static enum npu_status write_text(const struct npu_run_directory *dir,
				  const char *name, struct npu_text *text,
				  struct npu_error *err)
{
	enum npu_status status;
	char path[800];

	snprintf(path, sizeof path, "%s/%s", dir->aside, name);
	status = text->failed
			 ? npu_fail(err, NPU_E_NOMEM, "writing %s", name)
			 : npu_file_write(path, text->data ? text->data : "",
					  text->length, err);
	npu_text_clear(text);
	return status;
}

/* A value's name as a file name: what is not a letter, digit, '.', '-' or '_'
 * becomes '_'; `n` keeps two names apart that become the same. */
static void file_name(const char *name, unsigned n, char *out, size_t size)
{
	size_t length = 0;

	for (; name[length] && length < 80 && length + 16 < size; length++)
		out[length] = isalnum((unsigned char)name[length]) ||
					      strchr(".-_", name[length])
				      ? name[length]
				      : '_';
	if (length == 0 || out[0] == '.')
		out[0] = '_', length += length == 0;
	snprintf(out + length, size - length, n ? ".%u.npy" : ".npy", n);
}

static enum npu_status write_outputs(const struct npu_run_directory *dir,
				     const struct npu_session *session,
				     const struct npu_sim *sim,
				     struct npu_error *err)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < session->lowered->value_count; i++) {
		const struct npu_value *value = session->lowered->values[i];
		struct npu_array array = { 0 };
		enum npu_status status;
		char path[800], name[128];

		if (!value->is_output)
			continue;
		NPU_TRY(npu_session_output(session, sim, value, &array, err));
		file_name(value->imported, n, name, sizeof name);
		n++;
		snprintf(path, sizeof path, "%s/%s", dir->aside, name);
		status = npu_array_save(&array, path, err);
		npu_array_clear(&array);
		NPU_TRY(status);
	}
	return NPU_OK;
}

/* Files that the run read: the model, the chip, the arrays. */
static size_t list_files(const struct npu_arguments *args,
			 const char *files[FILES_MAX])
{
	const char *chip = npu_option_text(args, NPU_OPTION_chip, "edge");
	size_t n = 0;

	files[n++] = args->positional[0];
	files[n++] = chip;
	for (int o = 0; o < 2; o++) {
		enum npu_option option =
			o ? NPU_OPTION_calibrate : NPU_OPTION_input;

		for (size_t i = 0;
		     i < args->value_count[option] && n < FILES_MAX; i++) {
			const char *eq = strrchr(args->values[option][i], '=');

			files[n++] = eq ? eq + 1 : args->values[option][i];
		}
	}
	return n;
}

/* The command without where its output goes: the same inputs give the same
 * manifest wherever it lies. */
static size_t list_command(const struct npu_arguments *args,
			   const char *command[FILES_MAX])
{
	const char *output = npu_option_text(args, NPU_OPTION_output, NULL);
	size_t n = 0;

	for (size_t i = 0; i < args->command_count && n < FILES_MAX; i++) {
		const char *word = args->command[i];
		size_t length = strlen(word);

		if (output && length >= strlen(output) &&
		    !strcmp(word + length - strlen(output), output)) {
			if (length == strlen(output) && n &&
			    command[n - 1][0] == '-')
				n--;
			continue;
		}
		command[n++] = word;
	}
	return n;
}

static enum npu_status write_manifest(const struct npu_run_directory *dir,
				      const struct npu_arguments *args,
				      const struct npu_session *session,
				      const char *chip_yaml,
				      struct npu_error *err)
{
	const char *files[FILES_MAX], *command[FILES_MAX];
	struct npu_text text = { 0 };
	const struct npu_manifest manifest = {
		.version = NPU_VERSION,
		.command = command,
		.command_count = list_command(args, command),
		.files = files,
		.file_count = list_files(args, files),
		.chip_yaml = chip_yaml,
		.seed = session->seed,
	};
	enum npu_status status = npu_write_manifest(&manifest, &text, err);

	if (status == NPU_OK)
		return write_text(dir, "manifest.json", &text, err);
	npu_text_clear(&text);
	return status;
}

/* report.html from the very bytes of summary.json and figures.json, so that
 * `systole report` makes the same one of the directory. */
static enum npu_status write_html(const struct npu_run_directory *dir,
				  const struct npu_text *summary,
				  const struct npu_text *figures,
				  struct npu_error *err)
{
	const struct npu_run_text run = {
		.label = "",
		.path = dir->path,
		.summary = summary->data,
		.summary_bytes = summary->length,
		.figures = figures->data,
		.figures_bytes = figures->length,
	};
	struct npu_runs *runs = npu_runs_create();
	struct npu_text text = { 0 };
	enum npu_status status;

	if (!runs || summary->failed || figures->failed)
		status = npu_fail(err, NPU_E_NOMEM, "writing the report");
	else
		status = npu_runs_add(runs, &run, err);
	if (status == NPU_OK) {
		npu_write_html(runs, &text);
		status = write_text(dir, "report.html", &text, err);
	}
	npu_runs_destroy(runs);
	return status;
}

/* summary.json, figures.json, report.html */
static enum npu_status write_report(const struct npu_run_directory *dir,
				    const struct npu_session *session,
				    const struct npu_result *result,
				    struct npu_error *err)
{
	struct npu_text summary = { 0 }, figures = { 0 };
	enum npu_status status;

	npu_write_summary(result, &summary);
	status = npu_run_figures(session, result, &figures, err);
	if (status == NPU_OK)
		status = write_html(dir, &summary, &figures, err);
	if (status == NPU_OK)
		status = write_text(dir, "summary.json", &summary, err);
	if (status == NPU_OK)
		status = write_text(dir, "figures.json", &figures, err);
	npu_text_clear(&summary);
	npu_text_clear(&figures);
	return status;
}

static enum npu_status
write_all(const struct npu_run_directory *dir, const struct npu_arguments *args,
	  const struct npu_session *session, const struct npu_sim *sim,
	  const struct npu_result *result, struct npu_error *err)
{
	const struct npu_host_time times[] = {
		{ "load_seconds", session->load_seconds },
		{ "compile_seconds", session->compile_seconds },
		{ "verify_seconds", session->verify_seconds },
		{ "run_seconds", session->run_seconds },
	};
	struct npu_text text = { 0 }, chip = { 0 };
	enum npu_status status;

	npu_chip_print(&session->chip, &chip);
	if (chip.failed)
		return npu_fail(err, NPU_E_NOMEM, "writing the chip");
	status = write_manifest(dir, args, session, chip.data, err);
	if (status == NPU_OK)
		status = write_text(dir, "chip.resolved.yaml", &chip, err);
	npu_text_clear(&chip);
	NPU_TRY(status);
	NPU_TRY(write_report(dir, session, result, err));
	npu_write_layers_csv(result, &text);
	NPU_TRY(write_text(dir, "layers.csv", &text, err));
	npu_write_host(times, sizeof times / sizeof times[0], &text);
	NPU_TRY(write_text(dir, "host.json", &text, err));
	if (npu_given(args, NPU_OPTION_trace)) {
		npu_write_trace(result, TRACE_EVENTS_MAX, &text);
		NPU_TRY(write_text(dir, "trace.json", &text, err));
	}
	return sim ? write_outputs(dir, session, sim, err) : NPU_OK;
}

enum npu_status npu_run_files_write(const struct npu_arguments *args,
				    const struct npu_session *session,
				    const struct npu_sim *sim,
				    const struct npu_result *result,
				    struct npu_error *err)
{
	const char *path = npu_option_text(args, NPU_OPTION_output, NULL);
	struct npu_run_directory dir;
	enum npu_status status;

	if (!path)
		return NPU_OK;
	NPU_TRY(npu_run_directory_begin(path, &dir, err));
	status = write_all(&dir, args, session, sim, result, err);
	if (status == NPU_OK)
		status = npu_run_directory_commit(&dir, err);
	if (status != NPU_OK)
		npu_run_directory_abandon(&dir);
	return status;
}

static unsigned terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 80)
		return size.ws_col;
	return 120;
}

enum npu_status npu_run_print(const struct npu_arguments *args,
			      const struct npu_result *result,
			      struct npu_error *err)
{
	struct npu_text text = { 0 };
	enum npu_status status;

	if (npu_given(args, NPU_OPTION_json))
		npu_write_summary(result, &text);
	else
		npu_write_report(result, terminal_width(),
				 isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
				 &text);
	status = npu_print_text(&text, err);
	npu_text_clear(&text);
	return status;
}
