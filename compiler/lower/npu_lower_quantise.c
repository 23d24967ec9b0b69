/* compiler/lower/npu_lower_quantise.c - pass: the fp32 graph again in 8 bits;
 * u8 activations with a zero point, s8 weights by output channel.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_quantise.h"
#include "isa/npu_isa.h"
#include <math.h>
#include <string.h>

float npu__quantise_scale(const struct npu_quantise *q,
			  const struct npu_value *old)
{
	const uint32_t root = npu__quantise_class(q, old->id);
	const float range = q->hi[root] - q->lo[root];

	if (!q->low->options->with_data)
		return 1.0f;
	/* a general zero point is at least 1: one step less */
	return (range > 0x1p-100f ? range : 1.0f) /
	       (q->positive[root] ? 255.0f : 254.0f);
}

int32_t npu__quantise_zero(const struct npu_quantise *q,
			   const struct npu_value *old)
{
	const uint32_t root = npu__quantise_class(q, old->id);

	if (q->positive[root])
		return 0;
	if (!q->low->options->with_data)
		return 128;
	const float zero = rintf(-q->lo[root] / npu__quantise_scale(q, old));

	return zero < 1 ? 1 : zero > 255 ? 255 : (int32_t)zero;
}

int npu__quantise_is_u8(const struct npu_quantise *q,
			const struct npu_value *old)
{
	return !old->constant && !npu__lower_is_fp32(q->low, old);
}

static enum npu_status new_value(struct npu_quantise *q,
				 const struct npu_value *old,
				 struct npu_value **out)
{
	struct npu_value *value =
		npu__lower_value(q->to, old->name, old->shape.dim);

	*out = value;
	if (!value)
		return NPU_E_NOMEM;
	if (old->imported) {
		value->imported = npu_arena_strdup(q->to->arena, old->imported);
		if (!value->imported)
			return NPU_E_NOMEM;
	}
	memcpy(value->from_dim, old->from_dim, sizeof(old->from_dim));
	value->is_input = old->is_input;
	value->is_output = old->is_output;
	if (npu__quantise_is_u8(q, old)) {
		value->dtype = NPU_u8;
		value->scale = npu__quantise_scale(q, old);
		value->zero = npu__quantise_zero(q, old);
	}
	q->map[old->id] = value;
	return NPU_OK;
}

struct npu_node *npu__quantise_node(struct npu_quantise *q,
				    const struct npu_node *old, uint32_t count,
				    struct npu_value *const *inputs)
{
	struct npu_value *y;
	struct npu_node *node;

	for (uint32_t i = 0; i < count; i++) {
		if (!inputs[i])
			return NULL;
	}
	if (new_value(q, old->outputs[0], &y) != NPU_OK)
		return NULL;
	node = npu__lower_node(q->to, old->op, old, "", y, count, inputs);
	if (node) {
		node->low = old->low;
		node->low.post = (struct npu_post){ 0 };
	}
	return node;
}

/* Saturation does what a clamp says where 0 is stored as 0 and where nobody
 * else decides the greatest value. */
static int must_clamp(const struct npu_quantise *q, const struct npu_value *y,
		      float lo, float hi)
{
	const uint32_t root = npu__quantise_class(q, y->id);

	if (!npu__quantise_is_u8(q, y) || !q->positive[root])
		return 1;
	return lo > 0 || (hi < INFINITY && q->members[root] > 1);
}

/* Nothing it reads is 8-bit. */
static int is_real(const struct npu_quantise *q, const struct npu_node *old)
{
	for (uint32_t i = 0; i < old->input_count; i++) {
		if (npu__quantise_is_u8(q, old->inputs[i]))
			return 0;
	}
	return 1;
}

void npu__quantise_end(const struct npu_quantise *q, const struct npu_node *old,
		       float unit, struct npu_node *node)
{
	const struct npu_value *y = old->outputs[0];
	const struct npu_post *from = &old->low.post;
	struct npu_post *to = &node->low.post;
	const float lo = npu_fp32_from_bits(from->p0),
		    hi = npu_fp32_from_bits(from->p1);

	to->f = from->f;
	if (from->f == NPU_FUNC_clamp) {
		to->f = NPU_FUNC_id;
		if (must_clamp(q, y, lo, hi)) {
			to->f = NPU_FUNC_clamp;
			to->p0 = npu_fp32_bits(lo / unit);
			to->p1 = npu_fp32_bits(hi / unit);
		}
	}
	if (!npu__quantise_is_u8(q, y) && is_real(q, old)) {
		to->has_scale = from->has_scale;
		to->scale = from->scale;
		return;
	}
	to->has_scale = 1;
	to->scale = from->has_scale ? unit * from->scale : unit;
	if (npu__quantise_is_u8(q, y))
		to->scale /= npu__quantise_scale(q, y);
}

struct npu_value *npu__quantise_constant(struct npu_quantise *q,
					 const struct npu_value *old,
					 float factor)
{
	const float *from = npu__lower_floats(old);
	struct npu_value *value;
	void *data;

	value = npu__lower_constant(q->low, old->name, NPU_fp32, old->shape.dim,
				    &data);
	for (int64_t i = 0; value && data && i < npu_shape_count(&old->shape);
	     i++)
		((float *)data)[i] = from[i] * factor;
	return value;
}

static enum npu_status quantise_node(struct npu_quantise *q,
				     const struct npu_node *node,
				     struct npu_error *err)
{
	const struct npu_value *y = node->outputs[0];

	if (q->inside[y->id])
		return NPU_OK;
	if (q->root[y->id])
		return npu__quantise_table(q, node, err);
	if (node->op == NPU_conv)
		return npu__quantise_conv(q, node, err);
	if (node->op == NPU_ew)
		return npu__quantise_ew(q, node, err);
	return npu__quantise_other(q, node, err);
}

enum npu_status npu__lower_quantise(struct npu_lowering *low,
				    struct npu_error *err)
{
	struct npu_graph *from = low->graph;
	struct npu_quantise q = { .low = low, .from = from };
	struct npu_value *input;

	low->target = npu_graph_create(from->name);
	q.to = low->target;
	q.map = npu_new(from->arena, struct npu_value *, from->value_count);
	if (!q.to || !q.map)
		return npu__lower_nomem(err);
	NPU_TRY(npu__quantise_roots(&q, err));
	NPU_TRY(npu__quantise_classes(&q, err));
	for (uint32_t i = 0; i < from->value_count; i++) {
		if (from->values[i]->is_input &&
		    new_value(&q, from->values[i], &input) != NPU_OK)
			return npu__lower_nomem(err);
	}
	for (uint32_t i = 0; i < from->node_count; i++)
		NPU_TRY(quantise_node(&q, from->nodes[i], err));
	NPU_TRY(npu_graph_tidy(q.to, err));
	npu_graph_destroy(from);
	low->fp32_count = 0;
	low->graph = q.to;
	return NPU_OK;
}
