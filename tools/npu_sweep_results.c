/* tools/npu_sweep_results.c - sweep status, export and merge.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/npu_sweep_actions.h"
#include "base/npu_file.h"
#include "sweep/npu_nsga2.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum npu_status npu_sweep_open_store(struct npu_sweep_command *c,
				     struct npu_store **out,
				     struct npu_error *err)
{
	enum npu_status status;

	NPU_TRY(npu_store_open(c->store, NPU_STORE_READ, out, err));
	status = npu_nsga2_replay(c->sweep, c->runner, *out, err);
	if (status != NPU_OK)
		npu_store_close(*out);
	return status;
}

/* ---- status ---- */

/* Trials whose point is not decided yet. */
static uint64_t later(const struct npu_sweep *sweep)
{
	return (npu_sweep_point_count(sweep) - npu_sweep_known_count(sweep)) *
	       sweep->model_count;
}

static int count_row(void *user, const struct npu_row *row)
{
	uint64_t *counts = user;

	counts[row->state]++;
	return 1;
}

static enum npu_status print_counts(struct npu_sweep_command *c,
				    struct npu_store *store,
				    const uint64_t *counts,
				    struct npu_error *err)
{
	enum npu_status status = NPU_OK;
	json_t *object;

	if (npu_given(c->args, NPU_OPTION_json)) {
		object = json_object();
		for (int i = 0; i < NPU_ROW_COUNT; i++)
			json_object_set_new(object, npu_row_table[i].name,
					    json_integer((json_int_t)counts[i]));
		status = npu_sweep_effects(c, store, object, err);
		if (status == NPU_OK)
			status = npu_sweep_correlation(c, store, object, err);
		if (status == NPU_OK)
			status = npu_print_json(object, err);
		json_decref(object);
		return status;
	}
	for (int i = 0; i < NPU_ROW_COUNT; i++)
		if (counts[i])
			printf("%10" PRIu64 "  %-11s  %s\n", counts[i],
			       npu_row_table[i].name, npu_row_table[i].doc);
	NPU_TRY(npu_sweep_correlation(c, store, NULL, err));
	return npu_sweep_effects(c, store, NULL, err);
}

enum npu_status npu_sweep_status(struct npu_sweep_command *c,
				 struct npu_error *err)
{
	uint64_t counts[NPU_ROW_COUNT] = { 0 };
	struct npu_store *store;
	enum npu_status status;

	NPU_TRY(npu_sweep_open_store(c, &store, err));
	status = npu_rows_walk(c->sweep, c->runner, store, &c->options,
			       count_row, counts, err);
	counts[NPU_ROW_later] = later(c->sweep);
	if (status == NPU_OK)
		status = print_counts(c, store, counts, err);
	npu_store_close(store);
	return status;
}

/* ---- export ---- */

struct export {
	const struct npu_sweep *sweep;
	FILE *file;
	struct npu_text text;
	int as_json;
};

static int export_row(void *user, const struct npu_row *row)
{
	struct export *e = user;

	e->text.length = 0;
	if (e->as_json)
		npu_row_json(e->sweep, row, &e->text);
	else
		npu_row_csv(e->sweep, row, &e->text);
	return !e->text.failed &&
	       fwrite(e->text.data, 1, e->text.length, e->file) ==
		       e->text.length;
}

static enum npu_status export_rows(struct npu_sweep_command *c,
				   struct export *e, struct npu_store *store,
				   struct npu_error *err)
{
	if (!e->as_json) {
		npu_rows_csv_head(c->sweep, &e->text);
		if (!e->text.failed)
			fwrite(e->text.data, 1, e->text.length, e->file);
	}
	NPU_TRY(npu_rows_walk(c->sweep, c->runner, store, &c->options,
			      export_row, e, err));
	if (e->text.failed)
		return npu_fail(err, NPU_E_NOMEM, "exporting");
	if (fflush(e->file) != 0 || ferror(e->file))
		return npu_fail(err, NPU_E_IO, "cannot write the export");
	return NPU_OK;
}

enum npu_status npu_sweep_export(struct npu_sweep_command *c,
				 struct npu_error *err)
{
	static const char *const formats[] = { "csv", "json", NULL };
	const char *path = npu_option_text(c->args, NPU_OPTION_output, NULL);
	struct export e = { .sweep = c->sweep, .file = stdout };
	char aside[1100];
	struct npu_store *store;
	enum npu_status status;
	size_t format;

	NPU_TRY(npu_option_choice(c->args, NPU_OPTION_format, formats,
				  npu_given(c->args, NPU_OPTION_json), &format,
				  err));
	e.as_json = format == 1;
	NPU_TRY(npu_sweep_open_store(c, &store, err));
	if (path) {
		snprintf(aside, sizeof aside, "%s.part", path);
		e.file = fopen(aside, "wb");
	}
	status = e.file ? export_rows(c, &e, store, err)
			: npu_fail(err, NPU_E_IO, "cannot write %s", aside);
	npu_store_close(store);
	npu_text_clear(&e.text);
	if (!path || !e.file)
		return status;
	if (fclose(e.file) != 0 && status == NPU_OK)
		status = npu_fail(err, NPU_E_IO, "cannot write %s", aside);
	if (status == NPU_OK && rename(aside, path) != 0)
		status = npu_fail(err, NPU_E_IO, "cannot write %s", path);
	if (status != NPU_OK)
		remove(aside);
	return status;
}

/* ---- merge ---- */

enum npu_status npu_sweep_merge(struct npu_sweep_command *c,
				struct npu_error *err)
{
	struct npu_store *store;
	enum npu_status status = NPU_OK;

	if (c->args->positional_count < 3)
		return npu_fail(err, NPU_E_USAGE,
				"sweep merge: expected the stores to take "
				"results from");
	NPU_TRY(npu_store_open(c->store, NPU_STORE_WRITE, &store, err));
	for (size_t i = 2; i < c->args->positional_count && status == NPU_OK;
	     i++) {
		uint64_t added;

		status = npu_store_merge(store, c->args->positional[i], &added,
					 err);
		if (status == NPU_OK)
			printf("%s: %" PRIu64 " results added\n",
			       npu_store_label(c->args->positional[i]), added);
	}
	npu_store_close(store);
	return status;
}
