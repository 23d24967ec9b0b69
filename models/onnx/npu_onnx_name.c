/* models/onnx/npu_onnx_name.c - who makes the value of a name; unused names.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sorted lists, so that no choice of names makes the reader slow. */
#include "models/onnx/npu_onnx_internal.h"
#include <stdlib.h>
#include <string.h>

void npu__onnx_define(struct npu__onnx *reader, struct npu__definition def)
{
	reader->defs[reader->def_count++] = def;
}

static int by_name(const void *a, const void *b)
{
	const struct npu__definition *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static const char *maker(const struct npu__definition *def)
{
	return def->node ? def->node->name : "an input or initialiser";
}

enum npu_status npu__onnx_sort(struct npu__onnx *reader)
{
	struct npu__definition *defs = reader->defs;

	qsort(defs, reader->def_count, sizeof *defs, by_name);
	reader->def_sorted = reader->def_count;
	for (size_t i = 1; i < reader->def_count; i++) {
		if (strcmp(defs[i - 1].name, defs[i].name))
			continue;
		return npu__onnx_fail(reader, NPU_E_SYNTAX,
				      "value %s is made twice: by %s and by "
				      "%s",
				      defs[i].name, maker(&defs[i - 1]),
				      maker(&defs[i]));
	}
	return NPU_OK;
}

const struct npu__definition *npu__onnx_find(const struct npu__onnx *reader,
					     const char *name)
{
	const struct npu__definition key = { .name = name };

	if (!reader->def_sorted)
		return NULL;
	return bsearch(&key, reader->defs, reader->def_sorted, sizeof key,
		       by_name);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int node_name_taken(const struct npu__onnx *reader, const char *name)
{
	return reader->node_name_count &&
	       bsearch(&name, reader->node_names, reader->node_name_count,
		       sizeof name, by_text);
}

static int value_name_taken(const struct npu__onnx *reader, const char *name)
{
	return npu__onnx_find(reader, name) ||
	       npu_graph_find_value(reader->graph, name);
}

static const char *free_name(struct npu__onnx *reader, const char *wish,
			     int (*taken)(const struct npu__onnx *,
					  const char *))
{
	while (wish && taken(reader, wish))
		wish = npu_arena_printf(reader->scratch, "%s_", wish);
	return wish;
}

const char *npu__onnx_free_node_name(struct npu__onnx *reader, const char *wish)
{
	return free_name(reader, wish, node_name_taken);
}

const char *npu__onnx_free_value_name(struct npu__onnx *reader,
				      const char *wish)
{
	return free_name(reader, wish, value_name_taken);
}

static int occurs_twice(const struct npu__onnx *reader, const char *name)
{
	const char *const *at =
		bsearch(&name, reader->node_names, reader->node_name_count,
			sizeof name, by_text);
	const char *const *first = reader->node_names;
	const char *const *last = first + reader->node_name_count - 1;

	return at && ((at > first && !strcmp(at[-1], name)) ||
		      (at < last && !strcmp(at[1], name)));
}

enum npu_status npu__onnx_name_nodes(struct npu__onnx *reader,
				     struct npu__onnx_node *nodes, size_t count)
{
	reader->node_names = npu_new(reader->scratch, const char *, count + 1);
	if (!reader->node_names)
		return npu__onnx_no_memory(reader);
	for (size_t i = 0; i < count; i++) {
		if (*nodes[i].name)
			reader->node_names[reader->node_name_count++] =
				nodes[i].name;
	}
	qsort(reader->node_names, reader->node_name_count,
	      sizeof *reader->node_names, by_text);
	for (size_t i = 0; i < count; i++) {
		const char *name = nodes[i].name;

		if (*name && !occurs_twice(reader, name))
			continue;
		/* the number alone makes it differ from all others made here */
		name = npu_arena_printf(reader->scratch, "%s_%zu",
					*name ? name : nodes[i].type, i);
		nodes[i].name = npu__onnx_free_node_name(reader, name);
		if (!nodes[i].name)
			return npu__onnx_no_memory(reader);
	}
	return NPU_OK;
}
