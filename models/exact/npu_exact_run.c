/* models/exact/npu_exact_run.c - run a lowered graph with plain loops: the
 * oracle that simulators are held against.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/exact/npu_exact.h"
#include <stdlib.h>
#include <string.h>

void npu_values_clear(struct npu_values *values)
{
	for (uint32_t i = 0; i < values->count; i++)
		free(values->data[i]);
	free(values->data);
	*values = (struct npu_values){ 0 };
}

static npu_exact_fn *function_of(enum npu_op op)
{
	switch (op) {
	case NPU_conv:
		return npu__exact_conv;
	case NPU_matmul:
		return npu__exact_matmul;
	case NPU_ew:
		return npu__exact_ew;
	case NPU_reduce:
		return npu__exact_reduce;
	case NPU_pool:
		return npu__exact_pool;
	case NPU_lut:
		return npu__exact_lut;
	case NPU_concat:
		return npu__exact_concat;
	case NPU_move:
		return npu__exact_move;
	default:
		return NULL;
	}
}

static size_t bytes_of(const struct npu_value *value)
{
	return (size_t)npu_shape_count(&value->shape) *
	       npu_dtype_bytes(value->dtype);
}

/* A copy of `from`, or zeros. */
static enum npu_status fill(const struct npu_value *value, const void *from,
			    struct npu_values *out, struct npu_error *err)
{
	const size_t bytes = bytes_of(value);

	out->data[value->id] = malloc(bytes + 1);
	if (!out->data[value->id])
		return npu_fail(err, NPU_E_NOMEM, "%s: out of memory",
				value->name);
	if (from)
		memcpy(out->data[value->id], from, bytes);
	return NPU_OK;
}

static enum npu_status run_node(struct npu_graph *graph,
				const struct npu_node *node,
				struct npu_values *out, struct npu_error *err)
{
	npu_exact_fn *function = function_of(node->op);
	const void **in = calloc(node->input_count + 1u, sizeof(*in));
	enum npu_status status = NPU_OK;

	if (!in)
		return npu_fail(err, NPU_E_NOMEM, "%s: out of memory",
				node->name);
	if (!function)
		status = npu_fail(err, NPU_E_INTERNAL,
				  "%s: %s is not a lowered operator",
				  node->name, npu_op_name(node->op));
	for (uint32_t i = 0; i < node->input_count && status == NPU_OK; i++) {
		struct npu_value *value = node->inputs[i];

		if (value && value->constant)
			status = npu_constant_data(graph, value, &in[i], err);
		else if (value)
			in[i] = out->data[value->id];
	}
	if (status == NPU_OK)
		status = fill(node->outputs[0], NULL, out, err);
	if (status == NPU_OK)
		status = function(&(struct npu_exact){
			.node = node,
			.in = in,
			.out = out->data[node->outputs[0]->id],
			.err = err,
		});
	free(in);
	return status;
}

enum npu_status npu_exact_run(struct npu_graph *lowered,
			      const struct npu_array *inputs,
			      struct npu_values *out, struct npu_error *err)
{
	struct npu_values values = {
		.data = calloc(lowered->value_count + 1u, sizeof(void *)),
		.count = lowered->value_count,
	};
	enum npu_status status = NPU_OK;

	if (!values.data)
		return npu_fail(err, NPU_E_NOMEM, "out of memory");
	for (uint32_t i = 0; i < lowered->value_count && status == NPU_OK;
	     i++) {
		if (lowered->values[i]->is_input)
			status = fill(lowered->values[i], inputs++->data,
				      &values, err);
	}
	for (uint32_t i = 0; i < lowered->node_count && status == NPU_OK; i++)
		status = run_node(lowered, lowered->nodes[i], &values, err);
	if (status != NPU_OK) {
		npu_values_clear(&values);
		return status;
	}
	*out = values;
	return NPU_OK;
}
