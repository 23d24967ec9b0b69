/* compiler/lower/npu_quantise_table.c - a chain of element-wise nodes over one
 * 8-bit value becomes a table of 256 entries: the exact reference runs the
 * chain on the 256 real numbers that the value can be.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_quantise.h"
#include <math.h>
#include <string.h>

enum { ENTRIES = 256 };

/* Copies of the chain's nodes over a row of 256 values, in `chain`. */
static enum npu_status copy_chain(const struct npu_quantise *q,
				  const struct npu_node *end,
				  struct npu_graph *chain,
				  struct npu_value **map, struct npu_error *err)
{
	const struct npu_value *root = q->root[end->outputs[0]->id];
	const int64_t dim[4] = { 1, 1, 1, ENTRIES };

	map[root->id] = npu__lower_value(chain, root->name, dim);
	if (!map[root->id])
		return npu__lower_nomem(err);
	map[root->id]->is_input = 1;
	for (uint32_t i = 0; i <= end->id; i++) {
		const struct npu_node *old = q->from->nodes[i];
		struct npu_value *inputs[3], *y;

		if (q->root[old->outputs[0]->id] != root)
			continue;
		y = npu__lower_value(chain, old->outputs[0]->name, dim);
		for (uint32_t j = 0; j < old->input_count; j++)
			inputs[j] = map[old->inputs[j]->id];
		struct npu_node *node =
			y ? npu__lower_node(chain, NPU_ew, old, "", y,
					    old->input_count, inputs)
			  : NULL;

		if (!node)
			return npu__lower_nomem(err);
		node->low = old->low;
		map[old->outputs[0]->id] = y;
	}
	map[end->outputs[0]->id]->is_output = 1;
	return npu_graph_tidy(chain, err);
}

static enum npu_status run_chain(const struct npu_quantise *q,
				 const struct npu_node *end, float *numbers,
				 struct npu_error *err)
{
	struct npu_graph *chain = npu_graph_create("table");
	struct npu_value **map = npu_new(q->from->arena, struct npu_value *,
					 q->from->value_count);
	const struct npu_array input = { .dtype = NPU_fp32, .data = numbers };
	struct npu_values values;
	enum npu_status status = NPU_E_NOMEM;

	if (!chain || !map) {
		npu__lower_nomem(err);
		goto destroy_chain;
	}
	status = copy_chain(q, end, chain, map, err);
	if (status != NPU_OK)
		goto destroy_chain;
	status = npu_exact_run(chain, &input, &values, err);
	if (status != NPU_OK)
		goto destroy_chain;
	memcpy(numbers, values.data[map[end->outputs[0]->id]->id],
	       ENTRIES * sizeof(*numbers));
	npu_values_clear(&values);
destroy_chain:
	npu_graph_destroy(chain);
	return status;
}

static enum npu_status fill_table(const struct npu_quantise *q,
				  const struct npu_node *end, uint8_t *table,
				  struct npu_error *err)
{
	const struct npu_value *y = end->outputs[0], *x = q->root[y->id];
	const float x_scale = npu__quantise_scale(q, x);
	const float y_scale = npu__quantise_scale(q, y);
	const int32_t x_zero = npu__quantise_zero(q, x);
	const float y_zero = (float)npu__quantise_zero(q, y);
	float numbers[ENTRIES];

	for (int i = 0; i < ENTRIES; i++)
		numbers[i] = x_scale * (float)(i - x_zero);
	NPU_TRY(run_chain(q, end, numbers, err));
	for (int i = 0; i < ENTRIES; i++) {
		const float v = rintf(numbers[i] / y_scale) + y_zero;

		table[i] = (uint8_t)(!(v > 0) ? 0 : v > 255 ? 255 : v);
	}
	return NPU_OK;
}

enum npu_status npu__quantise_table(struct npu_quantise *q,
				    const struct npu_node *old,
				    struct npu_error *err)
{
	const struct npu_value *root = q->root[old->outputs[0]->id];
	const char *name =
		npu_arena_printf(q->to->arena, "%s:table", old->name);
	const int64_t dim[4] = { 1, 1, 1, ENTRIES };
	void *data;
	struct npu_value *table =
		name ? npu__lower_constant(q->low, name, NPU_u8, dim, &data)
		     : NULL;
	struct npu_node *node;

	if (!table)
		return npu__lower_nomem(err);
	if (data)
		NPU_TRY(fill_table(q, old, data, err));
	node = npu__quantise_node(
		q, old, 2,
		(struct npu_value *const[]){ q->map[root->id], table });
	if (!node)
		return npu__lower_nomem(err);
	node->op = NPU_lut;
	node->low.op0 = node->low.op1 = 0;
	node->low.a = node->low.b = node->low.c =
		(struct npu_ew_source){ .input = -2 };
	return NPU_OK;
}
