/* models/npu_graph_tidy.c - prune what no output needs, and sort.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_graph_internal.h"
#include <stdlib.h>

/* One node on the way of the depth-first walk. */
struct frame {
	struct npu_node *node;
	uint32_t next; /* the input to look at next */
};

struct walk {
	uint8_t *state; /* by node id: 0 unseen, 1 on the way, 2 done */
	uint8_t *keep;  /* by value id */
	struct frame *stack;
	struct npu_node **order; /* done nodes, producers first */
	uint32_t depth, done;
};

static enum npu_status fail_no_producer(const struct npu_node *user,
					const struct npu_value *value,
					struct npu_error *err)
{
	if (!user)
		return npu_fail(err, NPU_E_SYNTAX,
				"output %s is computed by no node",
				value->name);
	return npu_fail_at(err, NPU_E_SYNTAX, user->loc,
			   "node %s (%s) reads %s, which is not an input, a "
			   "constant or a node's output",
			   user->name, npu_op_name(user->op), value->name);
}

/* Note that `value` is needed by `user`; its producer goes on the stack. */
static enum npu_status need(struct walk *walk, const struct npu_node *user,
			    const struct npu_value *value,
			    struct npu_error *err)
{
	struct npu_node *producer = value->producer;

	walk->keep[value->id] = 1;
	if (value->constant || value->is_input)
		return NPU_OK;
	if (!producer)
		return fail_no_producer(user, value, err);
	if (walk->state[producer->id] == 1)
		return npu_fail_at(err, NPU_E_SYNTAX, producer->loc,
				   "node %s (%s) depends on its own output %s",
				   producer->name, npu_op_name(producer->op),
				   value->name);
	if (walk->state[producer->id] == 0) {
		walk->state[producer->id] = 1;
		walk->stack[walk->depth++] = (struct frame){ producer, 0 };
	}
	return NPU_OK;
}

/* Finish everything on the stack, producers before users. */
static enum npu_status drain(struct walk *walk, struct npu_error *err)
{
	while (walk->depth) {
		struct frame *top = &walk->stack[walk->depth - 1];
		struct npu_node *node = top->node;

		if (top->next < node->input_count) {
			const struct npu_value *value =
				node->inputs[top->next++];

			if (value)
				NPU_TRY(need(walk, node, value, err));
			continue;
		}
		walk->state[node->id] = 2;
		walk->order[walk->done++] = node;
		walk->depth--;
	}
	return NPU_OK;
}

/* The nodes the outputs need; those of state 0 afterwards are dead. */
static enum npu_status mark(const struct npu_graph *graph, struct walk *walk,
			    struct npu_error *err)
{
	for (uint32_t i = 0; i < graph->value_count; i++) {
		const struct npu_value *value = graph->values[i];

		if (!value->is_output)
			continue;
		NPU_TRY(need(walk, NULL, value, err));
		NPU_TRY(drain(walk, err));
	}
	return NPU_OK;
}

/* Again, from the live nodes as they stand: an order that is topological
 * already stays as it is. */
static enum npu_status sort(const struct npu_graph *graph, struct walk *walk,
			    struct npu_error *err)
{
	for (uint32_t i = 0; i < graph->node_count; i++)
		walk->state[i] = walk->state[i] ? 0 : 2;
	walk->done = 0;
	for (uint32_t i = 0; i < graph->node_count; i++) {
		if (walk->state[i])
			continue;
		walk->state[i] = 1;
		walk->stack[walk->depth++] =
			(struct frame){ graph->nodes[i], 0 };
		NPU_TRY(drain(walk, err));
	}
	return NPU_OK;
}

static void rebuild(struct npu_graph *graph, struct walk *walk)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < walk->done; i++) {
		struct npu_node *node = walk->order[i];

		node->id = i;
		graph->nodes[i] = node;
		for (uint32_t o = 0; o < node->output_count; o++) {
			if (node->outputs[o])
				walk->keep[node->outputs[o]->id] = 1;
		}
	}
	graph->node_count = walk->done;
	for (uint32_t i = 0; i < graph->value_count; i++) {
		struct npu_value *value = graph->values[i];

		if (!walk->keep[value->id] && !value->is_input) {
			npu_constant_forget(value);
			continue;
		}
		graph->values[kept++] = value;
	}
	graph->value_count = kept;
	for (uint32_t i = 0; i < kept; i++)
		graph->values[i]->id = i;
}

enum npu_status npu_graph_tidy(struct npu_graph *graph, struct npu_error *err)
{
	const size_t nodes = graph->node_count, values = graph->value_count;
	enum npu_status status = NPU_E_NOMEM;
	struct walk walk = {
		.state = calloc(nodes + 1, 1),
		.keep = calloc(values + 1, 1),
		.stack = calloc(nodes + 1, sizeof(struct frame)),
		.order = calloc(nodes + 1, sizeof(struct npu_node *)),
	};

	if (!walk.state || !walk.keep || !walk.stack || !walk.order) {
		npu_fail(err, NPU_E_NOMEM, "sorting %s", graph->name);
		goto free_walk;
	}
	for (uint32_t i = 0; i < graph->node_count; i++)
		graph->nodes[i]->id = i;
	for (uint32_t i = 0; i < graph->value_count; i++)
		graph->values[i]->id = i;
	status = mark(graph, &walk, err);
	if (!status)
		status = sort(graph, &walk, err);
	if (status)
		goto free_walk;
	rebuild(graph, &walk);
	if (!npu__graph_reindex(graph))
		status = npu_fail(err, NPU_E_NOMEM, "indexing %s", graph->name);
free_walk:
	free(walk.state);
	free(walk.keep);
	free(walk.stack);
	free(walk.order);
	return status;
}
