/* compiler/lower/npu_quantise_class.c - which values share a scale, which are
 * never negative, and which chains become tables.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_quantise.h"
#include "isa/npu_isa.h"
#include <string.h>

uint32_t npu__quantise_class(const struct npu_quantise *q, uint32_t id)
{
	while (q->parent[id] != id)
		id = q->parent[id];
	return id;
}

static void join(struct npu_quantise *q, const struct npu_value *a,
		 const struct npu_value *b)
{
	const uint32_t x = npu__quantise_class(q, a->id);
	const uint32_t y = npu__quantise_class(q, b->id);

	q->parent[x > y ? x : y] = x > y ? y : x;
}

/* Nodes whose output has the stored bytes of their inputs. */
static int passes_on(const struct npu_node *node)
{
	return node->op == NPU_move || node->op == NPU_concat ||
	       ((node->op == NPU_pool || node->op == NPU_reduce) &&
		node->low.reduce == NPU_REDUCE_max);
}

/* By the graph alone, so that structure does not depend on data. */
static int is_positive(const struct npu_quantise *q,
		       const struct npu_node *node)
{
	const struct npu_lowered *low = &node->low;
	const struct npu_post *post = &low->post;
	int inputs = 1;

	if (post->has_scale && !(post->scale > 0))
		return 0;
	if (post->f == NPU_FUNC_clamp && npu_fp32_from_bits(post->p0) >= 0)
		return 1;
	if (post->f == NPU_FUNC_sigmoid || post->f == NPU_FUNC_exp2 ||
	    post->f == NPU_FUNC_square || post->f == NPU_FUNC_abs)
		return 1;
	for (uint32_t i = 0; i < node->input_count; i++)
		inputs &= q->positive[node->inputs[i]->id];
	if (node->op == NPU_ew)
		return inputs && low->op1 == NPU_ALU_pass &&
		       low->b.input >= 0 && post->f == NPU_FUNC_id &&
		       (low->op0 == NPU_ALU_add || low->op0 == NPU_ALU_mul);
	if (node->op == NPU_conv || node->op == NPU_matmul)
		return 0;
	return q->positive[node->inputs[0]->id] && inputs;
}

static void unite_ranges(struct npu_quantise *q)
{
	for (uint32_t i = 0; i < q->from->value_count; i++) {
		const uint32_t root = npu__quantise_class(q, i);
		const struct npu_value *value = q->from->values[i];
		const struct npu_node *maker = value->producer;
		float lo = q->low->lo[i], hi = q->low->hi[i];

		q->members[root]++;
		q->positive[root] &= q->positive[i];
		if (maker && maker->low.post.f == NPU_FUNC_clamp &&
		    !maker->low.post.has_scale &&
		    hi > npu_fp32_from_bits(maker->low.post.p1))
			hi = npu_fp32_from_bits(maker->low.post.p1);
		q->lo[root] = lo < q->lo[root] ? lo : q->lo[root];
		q->hi[root] = hi > q->hi[root] ? hi : q->hi[root];
	}
}

enum npu_status npu__quantise_classes(struct npu_quantise *q,
				      struct npu_error *err)
{
	const uint32_t count = q->from->value_count;
	struct npu_arena *arena = q->from->arena;

	q->parent = npu_new(arena, uint32_t, count);
	q->members = npu_new(arena, uint32_t, count);
	q->positive = npu_new(arena, uint8_t, count);
	q->lo = npu_new(arena, float, count);
	q->hi = npu_new(arena, float, count);
	if (!q->parent || !q->members || !q->positive || !q->lo || !q->hi)
		return npu__lower_nomem(err);
	for (uint32_t i = 0; i < count; i++)
		q->parent[i] = i;
	for (uint32_t i = 0; i < q->from->node_count; i++) {
		const struct npu_node *node = q->from->nodes[i];
		const struct npu_value *y = node->outputs[0];

		q->positive[y->id] = (uint8_t)is_positive(q, node);
		if (!passes_on(node) || !npu__quantise_is_u8(q, y))
			continue;
		for (uint32_t j = 0; j < node->input_count; j++)
			join(q, node->inputs[j], y);
	}
	unite_ranges(q);
	return NPU_OK;
}

/* ---- chains of one variable ---- */

/* The value that `node` depends on alone, or NULL. */
static struct npu_value *root_of(const struct npu_quantise *q,
				 const struct npu_node *node)
{
	const struct npu_value *y = node->outputs[0];
	struct npu_value *root = NULL;

	if (node->op != NPU_ew || node->low.scale_input >= 0 ||
	    npu__lower_is_fp32(q->low, y))
		return NULL;
	for (uint32_t i = 0; i < node->input_count; i++) {
		struct npu_value *x = node->inputs[i];
		struct npu_value *from = q->root[x->id] ? q->root[x->id] : x;

		if (x->constant || npu__lower_is_fp32(q->low, from) ||
		    (root && from != root) ||
		    memcmp(x->shape.dim, y->shape.dim, 4 * sizeof(int64_t)))
			return NULL;
		root = from;
	}
	return root;
}

enum npu_status npu__quantise_roots(struct npu_quantise *q,
				    struct npu_error *err)
{
	const struct npu_graph *from = q->from;

	q->root = npu_new(from->arena, struct npu_value *, from->value_count);
	q->inside = npu_new(from->arena, uint8_t, from->value_count);
	if (!q->root || !q->inside)
		return npu__lower_nomem(err);
	for (uint32_t i = 0; i < from->node_count; i++) {
		const struct npu_node *node = from->nodes[i];

		q->root[node->outputs[0]->id] = root_of(q, node);
	}
	for (uint32_t i = 0; i < from->value_count; i++)
		q->inside[i] = q->root[i] && !from->values[i]->is_output;
	for (uint32_t i = 0; i < from->node_count; i++) {
		const struct npu_node *node = from->nodes[i];
		struct npu_value *root = q->root[node->outputs[0]->id];

		for (uint32_t j = 0; j < node->input_count; j++) {
			const uint32_t x = node->inputs[j]->id;

			if (q->root[x] && q->root[x] != root)
				q->inside[x] = 0;
		}
	}
	return NPU_OK;
}
