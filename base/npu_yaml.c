/* base/npu_yaml.c - libyaml's events into a tree; the only user of libyaml.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_yaml.h"
#include "base/npu_file.h"
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* An open collection. `pending` is a key whose value is still to come. */
struct level {
	struct npu_yaml *node, *last;
	const char *pending;
	struct npu_loc pending_at;
};

struct reader {
	struct npu_arena *arena;
	const char *path, *data;
	size_t size;
	struct npu_error *err;
	struct npu_yaml *root;
	struct level levels[NPU_YAML_DEPTH_MAX];
	size_t depth;
};

static struct npu_loc loc_of(const struct reader *r, yaml_mark_t mark)
{
	return (struct npu_loc){ r->path, (uint32_t)mark.line + 1,
				 (uint32_t)mark.column + 1 };
}

/* The place of a byte; columns count characters, as libyaml's do. */
static struct npu_loc loc_of_byte(const struct reader *r, size_t offset)
{
	struct npu_loc at = { r->path, 1, 1 };

	for (size_t i = 0; i < offset && i < r->size; i++) {
		if (r->data[i] == '\n') {
			at.line++;
			at.column = 1;
		} else if (((unsigned char)r->data[i] & 0xc0) != 0x80) {
			at.column++;
		}
	}
	return at;
}

static enum npu_status no_memory(struct reader *r)
{
	return npu_fail(r->err, NPU_E_NOMEM, "reading %s", r->path);
}

static enum npu_status fail_parser(struct reader *r, const yaml_parser_t *p)
{
	const char *problem = p->problem ? p->problem : "not YAML";

	if (p->error == YAML_MEMORY_ERROR)
		return no_memory(r);
	if (p->error == YAML_READER_ERROR)
		return npu_fail_at(r->err, NPU_E_SYNTAX,
				   loc_of_byte(r, p->problem_offset), "%s",
				   problem);
	return npu_fail_at(r->err, NPU_E_SYNTAX, loc_of(r, p->problem_mark),
			   "%s%s%s", p->context ? p->context : "",
			   p->context ? ": " : "", problem);
}

/* Hang `node` into the open collection, or make it the root. */
static void attach(struct reader *r, struct npu_yaml *node)
{
	if (!r->depth) {
		r->root = node;
		return;
	}
	struct level *top = &r->levels[r->depth - 1];

	node->parent = top->node;
	node->key = top->pending;
	node->key_at = top->pending ? top->pending_at : node->at;
	node->index = top->node->count++;
	top->pending = NULL;
	if (top->last)
		top->last->next = node;
	else
		top->node->child = node;
	top->last = node;
}

static int awaits_key(const struct reader *r)
{
	return r->depth &&
	       r->levels[r->depth - 1].node->kind == NPU_YAML_MAPPING &&
	       !r->levels[r->depth - 1].pending;
}

static enum npu_status refuse_extras(struct reader *r, const yaml_event_t *e,
				     const yaml_char_t *anchor,
				     const yaml_char_t *tag)
{
	if (anchor)
		return npu_fail_at(
			r->err, NPU_E_SYNTAX, loc_of(r, e->start_mark),
			"anchor \"&%.60s\": anchors are not accepted",
			(const char *)anchor);
	if (tag)
		return npu_fail_at(r->err, NPU_E_SYNTAX,
				   loc_of(r, e->start_mark),
				   "tag \"%.60s\": tags are not accepted",
				   (const char *)tag);
	return NPU_OK;
}

static enum npu_status on_scalar(struct reader *r, const yaml_event_t *e)
{
	const char *value = (const char *)e->data.scalar.value;
	size_t length = e->data.scalar.length;
	struct npu_loc at = loc_of(r, e->start_mark);

	NPU_TRY(refuse_extras(r, e, e->data.scalar.anchor, e->data.scalar.tag));
	if (memchr(value, '\0', length))
		return npu_fail_at(r->err, NPU_E_SYNTAX, at,
				   "text with a NUL character");
	char *text = npu_arena_alloc(r->arena, length + 1, 1, 1);
	if (!text)
		return no_memory(r);
	memcpy(text, value, length);
	if (awaits_key(r)) {
		struct level *top = &r->levels[r->depth - 1];

		if (!length)
			return npu_fail_at(r->err, NPU_E_SYNTAX, at,
					   "empty key");
		top->pending = text;
		top->pending_at = at;
		return NPU_OK;
	}
	struct npu_yaml *node = npu_new(r->arena, struct npu_yaml, 1);
	if (!node)
		return no_memory(r);
	node->kind = NPU_YAML_SCALAR;
	node->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	node->text = text;
	node->at = at;
	attach(r, node);
	return NPU_OK;
}

static enum npu_status on_open(struct reader *r, const yaml_event_t *e,
			       enum npu_yaml_kind kind)
{
	struct npu_loc at = loc_of(r, e->start_mark);

	if (awaits_key(r))
		return npu_fail_at(r->err, NPU_E_SYNTAX, at,
				   "a key must be plain text");
	if (r->depth == NPU_YAML_DEPTH_MAX)
		return npu_fail_at(r->err, NPU_E_LIMIT, at,
				   "nested more than %d deep",
				   NPU_YAML_DEPTH_MAX);
	struct npu_yaml *node = npu_new(r->arena, struct npu_yaml, 1);
	if (!node)
		return no_memory(r);
	node->kind = kind;
	node->text = "";
	node->at = at;
	attach(r, node);
	r->levels[r->depth++] = (struct level){ .node = node };
	return NPU_OK;
}

static int by_key(const void *a, const void *b)
{
	const struct npu_yaml *x = *(const struct npu_yaml *const *)a;
	const struct npu_yaml *y = *(const struct npu_yaml *const *)b;
	int order = strcmp(x->key, y->key);

	if (order)
		return order;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Sorting finds repeated keys in n log n, whatever the file holds. The one
 * reported is the first in the file that repeats an earlier one. */
static enum npu_status check_repeats(struct reader *r,
				     const struct npu_yaml *mapping)
{
	const struct npu_yaml **sorted, *repeat = NULL, *first = NULL;
	size_t n = 0;

	if (mapping->count < 2)
		return NPU_OK;
	sorted = calloc(mapping->count, sizeof *sorted);
	if (!sorted)
		return no_memory(r);
	npu_yaml_each(item, mapping) sorted[n++] = item;
	qsort(sorted, n, sizeof *sorted, by_key);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(sorted[i - 1]->key, sorted[i]->key) != 0 ||
		    (repeat && repeat->index < sorted[i]->index))
			continue;
		first = sorted[i - 1];
		repeat = sorted[i];
	}
	free(sorted);
	if (!repeat)
		return NPU_OK;
	return npu_fail_at(r->err, NPU_E_SYNTAX, repeat->key_at,
			   "key \"%.60s\" is given twice; first in line %u",
			   repeat->key, (unsigned)first->key_at.line);
}

static enum npu_status on_event(struct reader *r, const yaml_event_t *e)
{
	struct npu_loc at = loc_of(r, e->start_mark);

	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (r->root)
			return npu_fail_at(r->err, NPU_E_SYNTAX, at,
					   "a second document; one a file");
		return NPU_OK;
	case YAML_ALIAS_EVENT:
		return npu_fail_at(r->err, NPU_E_SYNTAX, at,
				   "alias \"*%.60s\": aliases are not accepted",
				   (const char *)e->data.alias.anchor);
	case YAML_SCALAR_EVENT:
		return on_scalar(r, e);
	case YAML_SEQUENCE_START_EVENT:
		NPU_TRY(refuse_extras(r, e, e->data.sequence_start.anchor,
				      e->data.sequence_start.tag));
		return on_open(r, e, NPU_YAML_SEQUENCE);
	case YAML_MAPPING_START_EVENT:
		NPU_TRY(refuse_extras(r, e, e->data.mapping_start.anchor,
				      e->data.mapping_start.tag));
		return on_open(r, e, NPU_YAML_MAPPING);
	case YAML_SEQUENCE_END_EVENT:
		r->depth--;
		return NPU_OK;
	case YAML_MAPPING_END_EVENT:
		r->depth--;
		return check_repeats(r, r->levels[r->depth].node);
	default:
		return NPU_OK;
	}
}

/* Events are judged one by one, so that nesting is refused while it is still
 * shallow: libyaml 0.2.5 takes time quadratic in the depth. */
static enum npu_status read_events(struct reader *r, yaml_parser_t *parser)
{
	for (;;) {
		yaml_event_t event;
		enum npu_status status;

		if (!yaml_parser_parse(parser, &event))
			return fail_parser(r, parser);
		status = on_event(r, &event);
		int end = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
		if (status != NPU_OK || end)
			return status;
	}
}

enum npu_status npu_yaml_parse(struct npu_arena *arena, const char *name,
			       const char *data, size_t size,
			       const struct npu_yaml **root,
			       struct npu_error *err)
{
	struct reader r = { .arena = arena, .err = err };
	yaml_parser_t parser;
	enum npu_status status;

	if (size >= 3 && !memcmp(data, "\xef\xbb\xbf", 3)) {
		data += 3; /* the byte order mark of some editors */
		size -= 3;
	}
	r.data = data;
	r.size = size;
	r.path = npu_arena_strdup(arena, name);
	if (!r.path || !yaml_parser_initialize(&parser))
		return npu_fail(err, NPU_E_NOMEM, "reading %s", name);
	if (size > NPU_YAML_BYTES_MAX) {
		status = npu_fail_at(err, NPU_E_LIMIT,
				     (struct npu_loc){ .path = name },
				     "%zu bytes; at most %d are read", size,
				     NPU_YAML_BYTES_MAX);
		goto delete_parser;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)data,
				     size);
	status = read_events(&r, &parser);
	if (status == NPU_OK && !r.root)
		status = npu_fail_at(err, NPU_E_SYNTAX,
				     (struct npu_loc){ r.path, 1, 1 },
				     "the file is empty");
	if (status == NPU_OK)
		*root = r.root;
delete_parser:
	yaml_parser_delete(&parser);
	return status;
}

enum npu_status npu_yaml_load(struct npu_arena *arena, const char *path,
			      const struct npu_yaml **root,
			      struct npu_error *err)
{
	char *data;
	size_t size;

	NPU_TRY(npu_file_read(arena, path, NPU_YAML_BYTES_MAX, &data, &size,
			      err));
	return npu_yaml_parse(arena, path, data, size, root, err);
}
