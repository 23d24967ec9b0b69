/* compiler/lower/npu_quantise_other.c - sums, averages, products of two
 * activations, and what only passes bytes on.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_quantise.h"
#include "isa/npu_isa.h"

/* sum: what t counts in; 1 where it is fp32. */
static float unit_of(const struct npu_quantise *q, const struct npu_node *old)
{
	float unit = 1;

	for (uint32_t i = 0; i < old->input_count; i++) {
		if (npu__quantise_is_u8(q, old->inputs[i]))
			unit *= npu__quantise_scale(q, old->inputs[i]);
	}
	return unit;
}

/* An average with a vector of 1 / count: the scales go into the vector. */
static enum npu_status vector_pool(struct npu_quantise *q,
				   const struct npu_node *old,
				   struct npu_error *err)
{
	const float factor =
		unit_of(q, old) / npu__quantise_scale(q, old->outputs[0]);
	struct npu_value *const inputs[2] = {
		q->map[old->inputs[0]->id],
		npu__quantise_constant(q, old->inputs[1], factor),
	};

	return npu__quantise_node(q, old, 2, inputs) ? NPU_OK
						     : npu__lower_nomem(err);
}

enum npu_status npu__quantise_other(struct npu_quantise *q,
				    const struct npu_node *old,
				    struct npu_error *err)
{
	const int sums = old->op == NPU_matmul ||
			 ((old->op == NPU_pool || old->op == NPU_reduce) &&
			  old->low.reduce == NPU_REDUCE_sum);
	struct npu_value **inputs =
		npu_new(q->from->arena, struct npu_value *, old->input_count);
	struct npu_node *node;

	if (!inputs)
		return npu__lower_nomem(err);
	if (old->op == NPU_pool && old->input_count > 1)
		return vector_pool(q, old, err);
	for (uint32_t i = 0; i < old->input_count; i++) {
		if (old->inputs[i]->constant ||
		    (old->op == NPU_matmul &&
		     !npu__quantise_is_u8(q, old->inputs[i])))
			return npu_fail(err, NPU_E_UNSUPPORTED,
					"node %s: operand %s has no int8 form",
					old->layer, old->inputs[i]->name);
		inputs[i] = q->map[old->inputs[i]->id];
	}
	node = npu__quantise_node(q, old, old->input_count, inputs);
	if (!node)
		return npu__lower_nomem(err);
	if (sums && npu__quantise_is_u8(q, old->inputs[0]))
		npu__quantise_end(q, old, unit_of(q, old), node);
	else
		node->low.post = old->low.post;
	return NPU_OK;
}
