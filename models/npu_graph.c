/* models/npu_graph.c - make, grow and search a graph; draw seeded constants.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_graph_internal.h"
#include "base/npu_random.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *npu_op_name(enum npu_op op)
{
	static const char *const names[NPU_OP_COUNT] = {
#define NPU_OPERATOR(name, level, min_in, max_in, outs, doc) #name,
#include "models/npu_op.def"
	};

	return (unsigned)op < NPU_OP_COUNT ? names[op] : "?";
}

const struct npu_operator *npu_op_info(enum npu_op op)
{
	static const struct npu_operator infos[NPU_OP_COUNT] = {
#define NPU_OPERATOR(name, level, min_in, max_in, outs, doc) \
	{ NPU_LEVEL_##level, min_in, max_in, outs },
#include "models/npu_op.def"
	};

	return (unsigned)op < NPU_OP_COUNT ? &infos[op] : NULL;
}

enum npu_op npu_operator_find(const char *name)
{
	for (unsigned op = 0; op < NPU_OP_COUNT; op++) {
		if (!strcmp(name, npu_op_name((enum npu_op)op)))
			return (enum npu_op)op;
	}
	return NPU_OP_COUNT;
}

int64_t npu_shape_count(const struct npu_shape *shape)
{
	int64_t count = 1;
	int zero = 0;

	for (unsigned d = 0; d < shape->rank; d++) {
		if (shape->dim[d] < 0)
			return -1;
		if (shape->dim[d] == 0)
			zero = 1;
		else if (count > INT64_MAX / shape->dim[d])
			count = INT64_MAX; /* every limit refuses it */
		else
			count *= shape->dim[d];
	}
	return zero ? 0 : count;
}

/* FNV-1a. source: Fowler, Noll, Vo; draft-eastlake-fnv, 64-bit constants. */
uint64_t npu_seed_of_name(uint64_t seed, const char *name)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 0x100000001b3u;
	struct npu_random random = { .state = hash ^ seed };

	return npu_random_u64(&random);
}

struct npu_graph *npu_graph_create(const char *name)
{
	struct npu_arena *arena = npu_arena_create();

	if (!arena)
		return NULL;
	struct npu_graph *graph = npu_new(arena, struct npu_graph, 1);

	if (!graph)
		goto fail;
	graph->arena = arena;
	graph->name = npu_arena_strdup(arena, name);
	if (!graph->name)
		goto fail;
	return graph;
fail:
	npu_arena_destroy(arena);
	return NULL;
}

void npu_graph_destroy(struct npu_graph *graph)
{
	if (!graph)
		return;
	for (uint32_t i = 0; i < graph->value_count; i++)
		npu_constant_forget(graph->values[i]);
	if (graph->release)
		graph->release(graph->mapping);
	npu_arena_destroy(graph->arena);
}

/* A list of pointers with room for one more, or NULL when out of memory. */
static void **grown(struct npu_arena *arena, void **list, uint32_t count,
		    uint32_t *capacity)
{
	uint32_t more = *capacity ? 2 * *capacity : 64;

	if (count < *capacity)
		return list;
	void **bigger = npu_new(arena, void *, more);

	if (!bigger)
		return NULL;
	if (count)
		memcpy(bigger, list, count * sizeof(*list));
	*capacity = more;
	return bigger;
}

/* ---- values by name: open addressing, ids + 1 ---- */

static uint32_t slot_of(const struct npu_graph *graph, const char *name)
{
	return (uint32_t)npu_seed_of_name(0, name) & (graph->index_size - 1);
}

static void index_add(struct npu_graph *graph, const struct npu_value *value)
{
	uint32_t slot = slot_of(graph, value->name);

	while (graph->index[slot])
		slot = (slot + 1) & (graph->index_size - 1);
	graph->index[slot] = value->id + 1;
}

int npu__graph_reindex(struct npu_graph *graph)
{
	uint32_t size = 128;

	while (size < 4 * graph->value_count)
		size *= 2;
	if (size > graph->index_size) {
		uint32_t *index = npu_new(graph->arena, uint32_t, size);

		if (!index)
			return 0;
		graph->index = index;
		graph->index_size = size;
	} else {
		memset(graph->index, 0, graph->index_size * sizeof(uint32_t));
	}
	for (uint32_t i = 0; i < graph->value_count; i++)
		index_add(graph, graph->values[i]);
	return 1;
}

struct npu_value *npu_graph_find_value(const struct npu_graph *graph,
				       const char *name)
{
	if (!graph->index_size)
		return NULL;
	for (uint32_t slot = slot_of(graph, name); graph->index[slot];
	     slot = (slot + 1) & (graph->index_size - 1)) {
		struct npu_value *value = graph->values[graph->index[slot] - 1];

		if (!strcmp(value->name, name))
			return value;
	}
	return NULL;
}

struct npu_value *npu_graph_add_value(struct npu_graph *graph, const char *name)
{
	struct npu_value *value = npu_new(graph->arena, struct npu_value, 1);
	void **list = grown(graph->arena, (void **)graph->values,
			    graph->value_count, &graph->value_capacity);

	if (!value || !list)
		return NULL;
	graph->values = (struct npu_value **)list;
	value->name = npu_arena_strdup(graph->arena, name);
	if (!value->name)
		return NULL;
	value->id = graph->value_count;
	graph->values[graph->value_count++] = value;
	if (2 * graph->value_count < graph->index_size) {
		index_add(graph, value);
	} else if (!npu__graph_reindex(graph)) {
		graph->value_count--;
		return NULL;
	}
	return value;
}

/* What ONNX says of an attribute that is left out. */
static struct npu_attributes default_attributes(enum npu_op op)
{
	struct npu_attributes a = {
		.stride = { 1, 1 },
		.dilation = { 1, 1 },
		.groups = 1,
		.epsilon = 1e-5f,
		.lo = -INFINITY,
		.hi = INFINITY,
	};

	if (op == NPU_Gemm)
		a.alpha = a.beta = 1;
	if (op == NPU_LeakyRelu)
		a.alpha = 0.01f;
	if (op == NPU_HardSigmoid) {
		a.alpha = 0.2f;
		a.beta = 0.5f;
	}
	if (op == NPU_ConstantOfShape)
		a.to = NPU_fp32;
	if (op == NPU_Flatten)
		a.axis = 1;
	if (op == NPU_Softmax)
		a.axis = -1;
	return a;
}

struct npu_node *npu_graph_add_node(struct npu_graph *graph, enum npu_op op,
				    const char *name, uint32_t inputs,
				    uint32_t outputs)
{
	struct npu_arena *arena = graph->arena;
	struct npu_node *node = npu_new(arena, struct npu_node, 1);
	void **list = grown(arena, (void **)graph->nodes, graph->node_count,
			    &graph->node_capacity);

	if (!node || !list)
		return NULL;
	graph->nodes = (struct npu_node **)list;
	node->name = npu_arena_strdup(arena, name);
	node->inputs = npu_new(arena, struct npu_value *, inputs);
	node->outputs = npu_new(arena, struct npu_value *, outputs);
	if (!node->name || !node->inputs || !node->outputs)
		return NULL;
	node->op = op;
	if (npu_op_info(op) && npu_op_info(op)->level != NPU_LEVEL_lowered)
		node->attr = default_attributes(op);
	node->input_count = inputs;
	node->output_count = outputs;
	node->id = graph->node_count;
	graph->nodes[graph->node_count++] = node;
	return node;
}

enum npu_status npu_constant_data(struct npu_graph *graph,
				  struct npu_value *value, const void **out,
				  struct npu_error *err)
{
	struct npu_constant *constant = value->constant;

	(void)graph;
	if (!constant || constant->fill == NPU_FILL_absent)
		return npu_fail(err, NPU_E_INTERNAL,
				"the bytes of %s are not there", value->name);
	if (constant->fill == NPU_FILL_seeded && !constant->data) {
		int64_t count = npu_shape_count(&value->shape);

		if (value->dtype != NPU_fp32 || count < 0)
			return npu_fail(err, NPU_E_INTERNAL,
					"%s: only fp32 is drawn from a seed",
					value->name);
		if ((uint64_t)count > SIZE_MAX / sizeof(float))
			return npu_fail(err, NPU_E_LIMIT, "%s is too large",
					value->name);
		float *data = malloc(count ? (size_t)count * sizeof(float) : 1);

		if (!data)
			return npu_fail(err, NPU_E_NOMEM, "weights of %s",
					value->name);
		struct npu_random random = { .state = constant->seed };

		for (int64_t i = 0; i < count; i++)
			data[i] = constant->mean +
				  constant->deviation *
					  npu_random_normal(&random);
		constant->data = data;
	}
	*out = constant->data;
	return NPU_OK;
}

void npu_constant_forget(struct npu_value *value)
{
	struct npu_constant *constant = value->constant;

	if (!constant || constant->fill != NPU_FILL_seeded)
		return;
	free((void *)(uintptr_t)constant->data);
	constant->data = NULL;
}

uint64_t npu_graph_batch(const struct npu_graph *graph)
{
	for (uint32_t i = 0; i < graph->value_count; i++) {
		const struct npu_value *value = graph->values[i];

		if (value->is_input)
			return value->shape.rank && value->shape.dim[0] > 0
				       ? (uint64_t)value->shape.dim[0]
				       : 1;
	}
	return 1;
}
