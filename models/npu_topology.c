/* models/npu_topology.c - SCALE-Sim's topology files: one layer a row.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_model.h"
#include "base/npu_file.h"
#include <math.h>
#include <string.h>

/* source: SCALE-Sim 3, topologies/README and scalesim/topology_utils.py: a
 * header, then "name, numbers,", for convolutions
 *   IFMAP height, width, filter height, width, channels, filters, strides
 * and for matrix products M, N, K. There is no padding, and what the last
 * stride leaves over counts: the output has ceil((H - kh + s) / s) rows. */
enum {
	COLUMNS = 16,
	ROWS_MAX = 65536,
	NAME_MAX_BYTES = 128,
	TEXT_MAX = 8 << 20
};
#define LARGEST (INT64_C(1) << 24)

struct reader {
	const char *at, *end;
	struct npu_graph *graph;
	struct npu_loc loc; /* of the row; column is the field's first byte */
	const char *field[COLUMNS];
	uint32_t length[COLUMNS], column[COLUMNS], count;
	int is_gemm, strides;
	struct npu_error *err;
};

static struct npu_loc at_field(const struct reader *r, uint32_t f)
{
	struct npu_loc loc = r->loc;

	loc.column = f < r->count ? r->column[f] : 0;
	return loc;
}

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void add_field(struct reader *r, const char *start, const char *from,
		      const char *to)
{
	while (from < to && is_blank(*from))
		from++;
	while (from < to && is_blank(to[-1]))
		to--;
	r->field[r->count] = from;
	r->length[r->count] = (uint32_t)(to - from);
	r->column[r->count++] = (uint32_t)(from - start) + 1;
}

/* The next row that is not empty, in fields without blanks around them; those
 * at the end that are empty do not count. 0 at the end of the file. */
static enum npu_status next_row(struct reader *r, int *more)
{
	*more = 0;
	for (r->count = 0; !r->count && r->at < r->end;) {
		const char *start = r->at, *from = start;

		r->loc.line++;
		for (;; r->at++) {
			const int ends = r->at == r->end || *r->at == '\n';

			if (!ends && *r->at != ',')
				continue;
			if (r->count == COLUMNS)
				return npu_fail_at(r->err, NPU_E_SYNTAX, r->loc,
						   "more than %d columns",
						   COLUMNS);
			add_field(r, start, from, r->at);
			from = r->at + 1;
			if (ends)
				break;
		}
		r->at += r->at < r->end;
		while (r->count && !r->length[r->count - 1])
			r->count--;
	}
	*more = r->count > 0;
	return NPU_OK;
}

/* Whether field f is `text`, in any case. */
static int is_field(const struct reader *r, uint32_t f, const char *text)
{
	if (f >= r->count || r->length[f] != strlen(text))
		return 0;
	for (uint32_t i = 0; i < r->length[f]; i++) {
		const char c = r->field[f][i];

		if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != text[i])
			return 0;
	}
	return 1;
}

static enum npu_status read_header(struct reader *r)
{
	int more;

	NPU_TRY(next_row(r, &more));
	r->is_gemm = is_field(r, 1, "m") && is_field(r, 2, "n") &&
		     is_field(r, 3, "k");
	r->strides = is_field(r, 7, "stride height") ? 2 : 1;
	if (r->is_gemm ||
	    (is_field(r, 1, "ifmap height") && is_field(r, 2, "ifmap width")))
		return NPU_OK;
	return npu_fail_at(r->err, NPU_E_SYNTAX, at_field(r, 0),
			   "expected a header of SCALE-Sim: 'Layer name, "
			   "IFMAP Height, IFMAP Width, Filter Height, Filter "
			   "Width, Channels, Num Filter, Strides,' or 'Layer, "
			   "M, N, K,'");
}

static enum npu_status read_number(const struct reader *r, uint32_t f,
				   const char *what, int64_t *out)
{
	int64_t value = 0;
	int ok = f < r->count && r->length[f] > 0;

	for (uint32_t i = 0; ok && i < r->length[f]; i++) {
		const char c = r->field[f][i];

		ok = c >= '0' && c <= '9' && value <= LARGEST;
		value = value * 10 + (c - '0');
	}
	if (f >= r->count)
		return npu_fail_at(r->err, NPU_E_SYNTAX, r->loc,
				   "%s is missing: expected %d numbers after "
				   "the name, got %u",
				   what, r->is_gemm ? 3 : 6 + r->strides,
				   r->count - 1);
	if (!ok || value < 1 || value > LARGEST)
		return npu_fail_at(r->err, NPU_E_RANGE, at_field(r, f),
				   "%s: expected an integer in 1..%lld, got "
				   "'%.*s'",
				   what, (long long)LARGEST,
				   (int)(r->length[f] < 40 ? r->length[f] : 40),
				   r->field[f]);
	*out = value;
	return NPU_OK;
}

/* ---- layers ---- */

static enum npu_status fail_memory(const struct reader *r)
{
	return npu_fail(r->err, NPU_E_NOMEM, "reading %s", r->loc.path);
}

/* Name of the row, and of its value; the second of a name is "name_2". */
static enum npu_status name_row(const struct reader *r, const char **out)
{
	struct npu_arena *arena = r->graph->arena;
	const int n = (int)r->length[0];
	const char *name;

	if (n < 1 || n > NAME_MAX_BYTES)
		return npu_fail_at(r->err, NPU_E_SYNTAX, at_field(r, 0),
				   "expected a name of 1..%d bytes",
				   NAME_MAX_BYTES);
	if (memchr(r->field[0], '\0', (size_t)n))
		return npu_fail_at(r->err, NPU_E_SYNTAX, at_field(r, 0),
				   "a NUL byte");
	name = npu_arena_printf(arena, "%.*s", n, r->field[0]);
	for (int i = 2; name && npu_graph_find_value(r->graph, name); i++) {
		if (i > 1000)
			return npu_fail_at(r->err, NPU_E_LIMIT, at_field(r, 0),
					   "more than 1000 layers of one name");
		name = npu_arena_printf(arena, "%.*s_%d", n, r->field[0], i);
	}
	*out = name;
	return name ? NPU_OK : fail_memory(r);
}

static struct npu_value *add_value(const struct reader *r, const char *layer,
				   const char *part, struct npu_shape shape)
{
	const char *name =
		npu_arena_printf(r->graph->arena, "%s.%s", layer, part);
	struct npu_value *value = name && !npu_graph_find_value(r->graph, name)
					  ? npu_graph_add_value(r->graph, name)
					  : NULL;

	if (value) {
		value->dtype = NPU_fp32;
		value->shape = shape;
	}
	return value;
}

/* Node `layer` = op(layer.input, layer.weight), an output of the graph. */
static enum npu_status add_layer(const struct reader *r, enum npu_op op,
				 struct npu_shape input,
				 struct npu_shape weight, int64_t fan_in,
				 struct npu_node **out)
{
	struct npu_value *x, *w, *y;
	struct npu_node *node;
	const char *name;

	if (npu_shape_count(&input) > NPU_ELEMENTS_MAX ||
	    npu_shape_count(&weight) > NPU_ELEMENTS_MAX)
		return npu_fail_at(r->err, NPU_E_LIMIT, at_field(r, 0),
				   "more than %lld elements",
				   (long long)NPU_ELEMENTS_MAX);
	NPU_TRY(name_row(r, &name));
	node = npu_graph_add_node(r->graph, op, name, 2, 1);
	y = npu_graph_add_value(r->graph, name);
	x = add_value(r, name, "input", input);
	w = add_value(r, name, "weight", weight);
	if (!node || !x || !w || !y)
		return fail_memory(r);
	w->constant = npu_new(r->graph->arena, struct npu_constant, 1);
	if (!w->constant)
		return fail_memory(r);
	*w->constant = (struct npu_constant){
		.fill = NPU_FILL_seeded,
		.seed = npu_seed_of_name(0, w->name),
		.deviation = (float)(1 / sqrt((double)fan_in)),
	};
	x->is_input = y->is_output = 1;
	y->producer = node;
	node->inputs[0] = x;
	node->inputs[1] = w;
	node->outputs[0] = y;
	node->loc = r->loc;
	*out = node;
	return NPU_OK;
}

static enum npu_status read_gemm(const struct reader *r)
{
	struct npu_node *node;
	int64_t m, n, k;

	NPU_TRY(read_number(r, 1, "M", &m));
	NPU_TRY(read_number(r, 2, "N", &n));
	NPU_TRY(read_number(r, 3, "K", &k));
	return add_layer(r, NPU_Gemm, (struct npu_shape){ 2, { m, k } },
			 (struct npu_shape){ 2, { k, n } }, k, &node);
}

static enum npu_status read_conv(const struct reader *r)
{
	static const char *const names[] = {
		"IFMAP height", "IFMAP width", "filter height",
		"filter width", "channels",    "number of filters",
		"stride",       "stride width"
	};
	enum { H, W, KH, KW, C, M, SY, SX };
	int64_t v[8];
	struct npu_node *node;

	for (int i = 0; i < 6 + r->strides; i++)
		NPU_TRY(read_number(r, (uint32_t)i + 1, names[i], &v[i]));
	if (r->strides == 1)
		v[SX] = v[SY];
	for (int d = 0; d < 2; d++) {
		if (v[KH + d] > v[H + d])
			return npu_fail_at(r->err, NPU_E_RANGE,
					   at_field(r, (uint32_t)(KH + d) + 1),
					   "a filter of %lld does not fit an "
					   "input of %lld: SCALE-Sim's layers "
					   "have no padding",
					   (long long)v[KH + d],
					   (long long)v[H + d]);
	}
	NPU_TRY(add_layer(r, NPU_Conv,
			  (struct npu_shape){ 4, { -1, v[C], v[H], v[W] } },
			  (struct npu_shape){ 4, { v[M], v[C], v[KH], v[KW] } },
			  v[C] * v[KH] * v[KW], &node));
	node->inputs[0]->dim_name[0] = "N";
	for (int d = 0; d < 2; d++) {
		const int64_t in = v[H + d], k = v[KH + d], s = v[SY + d];
		const int64_t out = (in - k + s + s - 1) / s;
		const int64_t missing = (out - 1) * s + k - in;

		node->attr.kernel[d] = k;
		node->attr.stride[d] = s;
		node->attr.pad_hi[d] = missing > 0 ? missing : 0;
	}
	return NPU_OK;
}

static enum npu_status read_rows(struct reader *r)
{
	uint32_t expected;
	int more;

	NPU_TRY(read_header(r));
	expected = r->is_gemm ? 4 : 7 + (uint32_t)r->strides;
	for (;;) {
		NPU_TRY(next_row(r, &more));
		if (!more)
			break;
		if (r->count > expected)
			return npu_fail_at(r->err, NPU_E_UNSUPPORTED,
					   at_field(r, expected),
					   "column %u is not supported (the "
					   "header has %u)",
					   expected + 1, expected);
		if (r->graph->node_count == ROWS_MAX)
			return npu_fail_at(r->err, NPU_E_LIMIT, r->loc,
					   "more than %d layers", ROWS_MAX);
		NPU_TRY(r->is_gemm ? read_gemm(r) : read_conv(r));
	}
	if (!r->graph->node_count)
		return npu_fail_at(r->err, NPU_E_SYNTAX, r->loc,
				   "no layer after the header");
	return NPU_OK;
}

/* "a/b/resnet18.csv" -> "resnet18" */
static const char *stem(struct npu_arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	const char *dot = strrchr(name, '.');

	return npu_arena_printf(arena, "%.*s",
				dot ? (int)(dot - name) : (int)strlen(name),
				name);
}

enum npu_status npu_topology_decode(const char *text, size_t size,
				    const char *name, struct npu_graph **out,
				    struct npu_error *err)
{
	struct npu_graph *graph = npu_graph_create("");
	struct reader r = { .at = text, .end = text + size, .err = err };
	enum npu_status status;

	if (!graph)
		return npu_fail(err, NPU_E_NOMEM, "reading %s", name);
	r.graph = graph;
	r.loc.path = npu_arena_strdup(graph->arena, name);
	graph->name = stem(graph->arena, name);
	if (!r.loc.path || !graph->name)
		status = npu_fail(err, NPU_E_NOMEM, "reading %s", name);
	else
		status = read_rows(&r);
	if (status) {
		npu_graph_destroy(graph);
		return status;
	}
	*out = graph;
	return NPU_OK;
}

enum npu_status npu_topology_load(const char *path, struct npu_graph **out,
				  struct npu_error *err)
{
	struct npu_arena *arena = npu_arena_create();
	enum npu_status status;
	size_t size;
	char *text;

	if (!arena)
		return npu_fail(err, NPU_E_NOMEM, "reading %s", path);
	status = npu_file_read(arena, path, TEXT_MAX, &text, &size, err);
	if (!status)
		status = npu_topology_decode(text, size, path, out, err);
	npu_arena_destroy(arena);
	return status;
}
