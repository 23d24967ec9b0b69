/* tools/npu_sweep_results.c - sweep status, export and merge.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/npu_sweep_actions.h"
#include "base/npu_file.h"
#include "base/npu_utf8.h"
#include "sweep/npu_nsga2.h"
#include "tools/npu_sweep_reasons.h"
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

void npu_sweep_print_count(uint64_t count, const char *lead, const char *text)
{
	struct npu_text safe = { 0 };

	npu_text_add_safe(&safe, text);
	printf("  %10" PRIu64 "  %s%s\n", count, lead,
	       safe.failed ? ""
	       : safe.data ? safe.data
			   : "");
	npu_text_clear(&safe);
}

/* ---- status ---- */

/* Trials whose point is not decided yet. */
static uint64_t later(const struct npu_sweep *sweep)
{
	return (npu_sweep_point_count(sweep) - npu_sweep_known_count(sweep)) *
	       sweep->model_count;
}

struct counting {
	uint64_t trials[NPU_ROW_COUNT];
	struct npu_reasons *reasons;
	int failed;
};

static int count_row(void *user, const struct npu_row *row)
{
	struct counting *c = user;

	c->trials[row->state]++;
	c->failed |= *row->text &&
		     !npu_reasons_add(c->reasons, row->state, row->text);
	return !c->failed;
}

enum { REASONS_SHOWN = 8 };

static void print_reasons(const struct npu_sweep_reason *reason, size_t count)
{
	char lead[32];

	if (count)
		printf("why:\n");
	for (size_t i = 0; i < count && i < REASONS_SHOWN; i++) {
		snprintf(lead, sizeof lead, "%-11s  ", reason[i].state);
		npu_sweep_print_count(reason[i].trials, lead, reason[i].text);
	}
	if (count > REASONS_SHOWN)
		printf("%12s  %zu rarer reasons: `sweep export`\n", "and",
		       count - REASONS_SHOWN);
}

static json_t *json_reasons(const struct npu_sweep_reason *reason, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *one = json_object();
		/* jansson refuses what is not UTF-8 */
		json_t *text = json_string(reason[i].text);

		json_object_set_new(one, "state", json_string(reason[i].state));
		json_object_set_new(one, "why",
				    text ? text : json_string("(not UTF-8)"));
		json_object_set_new(one, "trials",
				    json_integer((json_int_t)reason[i].trials));
		json_array_append_new(list, one);
	}
	return list;
}

static enum npu_status print_counts(struct npu_sweep_command *c,
				    struct npu_store *store,
				    const struct counting *counting,
				    struct npu_error *err)
{
	const uint64_t *counts = counting->trials;
	size_t reasons;
	const struct npu_sweep_reason *reason =
		npu_reasons_list(counting->reasons, &reasons);
	enum npu_status status = NPU_OK;
	json_t *object;

	if (!reason)
		return npu_fail(err, NPU_E_NOMEM, "no memory");
	if (npu_given(c->args, NPU_OPTION_json)) {
		object = json_object();
		for (int i = 0; i < NPU_ROW_COUNT; i++)
			json_object_set_new(
				object, npu_row_table[i].name,
				json_integer((json_int_t)counts[i]));
		json_object_set_new(object, "reasons",
				    json_reasons(reason, reasons));
		status = npu_sweep_effects(c, store, object, err);
		if (status == NPU_OK)
			status = npu_sweep_correlation(c, store, object, err);
		if (status == NPU_OK)
			status = npu_sweep_queue(c, object, err);
		if (status == NPU_OK)
			status = npu_print_json(object, err);
		json_decref(object);
		return status;
	}
	for (int i = 0; i < NPU_ROW_COUNT; i++)
		if (counts[i])
			printf("  %10" PRIu64 "  %-11s  %s\n", counts[i],
			       npu_row_table[i].name, npu_row_table[i].doc);
	print_reasons(reason, reasons);
	NPU_TRY(npu_sweep_queue(c, NULL, err));
	NPU_TRY(npu_sweep_correlation(c, store, NULL, err));
	return npu_sweep_effects(c, store, NULL, err);
}

enum npu_status npu_sweep_status(struct npu_sweep_command *c,
				 struct npu_error *err)
{
	struct counting counting = { .reasons = npu_reasons_create() };
	struct npu_store *store = NULL;
	enum npu_status status;

	status = counting.reasons ? npu_sweep_open_store(c, &store, err)
				  : npu_fail(err, NPU_E_NOMEM, "no memory");
	if (status == NPU_OK)
		status = npu_rows_walk(c->sweep, c->runner, store, &c->options,
				       count_row, &counting, err);
	if (status == NPU_OK && counting.failed)
		status = npu_fail(err, NPU_E_NOMEM, "no memory");
	counting.trials[NPU_ROW_later] = later(c->sweep);
	if (status == NPU_OK)
		status = print_counts(c, store, &counting, err);
	npu_store_close(store);
	npu_reasons_destroy(counting.reasons);
	return status;
}

/* ---- export ---- */

struct export
{
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
	return !e->text.failed && fwrite(e->text.data, 1, e->text.length,
					 e->file) == e->text.length;
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
	char aside[1100] = "";
	struct npu_store *store;
	enum npu_status status;
	size_t format;
	int is_aside;

	NPU_TRY(npu_option_choice(c->args, NPU_OPTION_format, formats,
				  npu_given(c->args, NPU_OPTION_json), &format,
				  err));
	e.as_json = format == 1;
	if (path)
		NPU_TRY(npu_file_aside(path, aside, sizeof aside, err));
	NPU_TRY(npu_sweep_open_store(c, &store, err));
	if (path)
		e.file = fopen(aside, "wb");
	is_aside = path && strcmp(aside, path) != 0;
	status = e.file ? export_rows(c, &e, store, err)
			: npu_fail(err, NPU_E_IO, "cannot write %s", aside);
	npu_store_close(store);
	npu_text_clear(&e.text);
	if (!path || !e.file)
		return status;
	if (fclose(e.file) != 0 && status == NPU_OK)
		status = npu_fail(err, NPU_E_IO, "cannot write %s", aside);
	if (status == NPU_OK && is_aside && rename(aside, path) != 0)
		status = npu_fail(err, NPU_E_IO, "cannot write %s", path);
	if (status != NPU_OK && is_aside)
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
