/* models/npu_model.c - a network by name or by file, ready to compile.
 * SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700
#include "models/npu_model.h"
#include "base/npu_file.h"
#include "base/npu_text.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int has_suffix(const char *path, const char *suffix)
{
	const size_t n = strlen(path), m = strlen(suffix);

	return n > m && strcmp(path + n - m, suffix) == 0;
}

/* ---- the zoo ---- */

static int by_name(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

enum npu_status npu_zoo_list(struct npu_arena *arena, const char *zoo,
			     const char *names[NPU_ZOO_MAX], size_t *count,
			     struct npu_error *err)
{
	char installed[512];
	struct dirent *entry;
	DIR *dir;

	npu_data_path("models/zoo", installed, sizeof(installed));
	dir = opendir(zoo ? zoo : installed);
	*count = 0;
	if (!dir)
		return npu_fail(err, NPU_E_IO, "no directory of networks: %s",
				zoo ? zoo : installed);
	while (*count < NPU_ZOO_MAX && (entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (!has_suffix(name, ".yaml"))
			continue;
		names[*count] = npu_arena_printf(arena, "%.*s",
						 (int)strlen(name) - 5, name);
		if (!names[(*count)++]) {
			closedir(dir);
			return npu_fail(err, NPU_E_NOMEM, "listing networks");
		}
	}
	closedir(dir);
	qsort(names, *count, sizeof(*names), by_name);
	return NPU_OK;
}

static enum npu_status fail_not_in_zoo(struct npu_arena *arena,
				       const char *name, const char *zoo,
				       struct npu_error *err)
{
	const char *names[NPU_ZOO_MAX], *near;
	struct npu_text all = { 0 };
	enum npu_status status;
	size_t count;

	NPU_TRY(npu_zoo_list(arena, zoo, names, &count, err));
	near = npu_text_nearest(name, names, count);
	for (size_t i = 0; i < count; i++)
		npu_text_add(&all, " %s", names[i]);
	status =
		npu_fail(err, NPU_E_IO,
			 "unknown network '%s'%s%s%s: there are%s, or give a "
			 "file (.onnx, .yaml, .csv)",
			 name, near ? "; did you mean '" : "", near ? near : "",
			 near ? "'?" : "", all.data ? all.data : " none");
	npu_text_clear(&all);
	return status;
}

static enum npu_status load_from_zoo(const char *name,
				     const struct npu_model_options *options,
				     struct npu_graph **out,
				     struct npu_error *err)
{
	const char *zoo = options ? options->zoo : NULL;
	struct npu_arena *arena = npu_arena_create();
	char installed[512];
	const char *path;
	enum npu_status status;
	FILE *file;

	if (!arena)
		return npu_fail(err, NPU_E_NOMEM, "reading %s", name);
	npu_data_path("models/zoo", installed, sizeof(installed));
	path = npu_arena_printf(arena, "%s/%s.yaml", zoo ? zoo : installed,
				name);
	file = path && !strchr(name, '/') ? fopen(path, "r") : NULL;
	if (!path) {
		status = npu_fail(err, NPU_E_NOMEM, "reading %s", name);
	} else if (file) {
		fclose(file);
		status = npu_network_load(path, options, out, err);
	} else {
		status = fail_not_in_zoo(arena, name, zoo, err);
	}
	npu_arena_destroy(arena);
	return status;
}

/* ---- files ---- */

static enum npu_status load(const char *path,
			    const struct npu_model_options *options,
			    struct npu_graph **out, struct npu_error *err)
{
	if (has_suffix(path, ".onnx"))
		return npu_onnx_load(path, out, err);
	if (has_suffix(path, ".yaml") || has_suffix(path, ".yml"))
		return npu_network_load(path, options, out, err);
	if (has_suffix(path, ".csv"))
		return npu_topology_load(path, out, err);
	return load_from_zoo(path, options, out, err);
}

/* The size that a --dim gives to `name`, or 0. */
static int64_t bound_to(const struct npu_model_options *options,
			const char *name)
{
	for (size_t b = 0; name && b < options->binding_count; b++) {
		if (strcmp(options->bindings[b].name, name) == 0)
			return options->bindings[b].value;
	}
	return 0;
}

/* The first dimension of every input is the batch, where neither the file nor a
 * --dim says how large it is; `usual` is that of files that mean 1 by it, or
 * 0. */
static enum npu_status set_batch(struct npu_graph *graph,
				 const struct npu_model_options *options,
				 uint64_t usual, struct npu_error *err)
{
	const uint64_t batch = options->batch ? options->batch : usual;

	if (batch > (uint64_t)NPU_ELEMENTS_MAX)
		return npu_fail(err, NPU_E_LIMIT, "a batch above %lld",
				(long long)NPU_ELEMENTS_MAX);
	for (uint32_t i = 0; i < graph->value_count && batch; i++) {
		struct npu_value *value = graph->values[i];
		int64_t *dim = &value->shape.dim[0];

		if (!value->is_input || !value->shape.rank)
			continue;
		const int64_t bound = bound_to(options, value->dim_name[0]);
		const int64_t fixed = *dim < 0 ? bound : *dim;

		if (options->batch && fixed && fixed != (int64_t)batch)
			return npu_fail(err, NPU_E_RANGE,
					"--batch %llu: the first dimension of "
					"input %s is fixed to %lld%s",
					(unsigned long long)batch, value->name,
					(long long)fixed,
					bound ? " by --dim" : "");
		if (!fixed)
			*dim = (int64_t)batch;
	}
	return NPU_OK;
}

/* Weights of files that have none of their own follow the run's seed. */
static void reseed(struct npu_graph *graph, uint64_t seed)
{
	for (uint32_t i = 0; i < graph->value_count; i++) {
		struct npu_value *value = graph->values[i];

		if (value->constant && value->constant->fill == NPU_FILL_seeded)
			value->constant->seed =
				npu_seed_of_name(seed, value->name);
	}
}

enum npu_status npu_model_load(const char *name_or_path,
			       const struct npu_model_options *options,
			       struct npu_graph **out, struct npu_error *err)
{
	const struct npu_model_options none = { 0 };
	struct npu_graph *graph;
	enum npu_status status;

	if (!options)
		options = &none;
	NPU_TRY(load(name_or_path, options, &graph, err));
	reseed(graph, options->seed);
	status = set_batch(graph, options,
			   has_suffix(name_or_path, ".csv") ? 1 : 0, err);
	if (!status)
		status = npu_graph_infer(graph, options->bindings,
					 options->binding_count, err);
	if (!status)
		status = npu_graph_check(graph, err);
	if (status) {
		npu_graph_destroy(graph);
		return status;
	}
	*out = graph;
	return NPU_OK;
}

enum npu_status npu_array_load(const char *path, struct npu_array *out,
			       struct npu_error *err)
{
	if (has_suffix(path, ".npy"))
		return npu_array_load_npy(path, out, err);
	if (has_suffix(path, ".pb"))
		return npu_onnx_tensor_load(path, out, err);
	return npu_fail(err, NPU_E_USAGE,
			"%s: expected a NumPy array (.npy) or an ONNX tensor "
			"(.pb)",
			path);
}
