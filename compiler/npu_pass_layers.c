/* compiler/npu_pass_layers.c - one layer per node: its kind, shape and roofs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/npu_codegen_internal.h"
#include <string.h>

static uint64_t count(const struct npu_value *value)
{
	return (uint64_t)npu_shape_count(&value->shape);
}

static uint64_t bytes(const struct npu_value *value)
{
	return count(value) * npu_dtype_bytes(value->dtype);
}

static int is_depthwise(const struct npu_node *node)
{
	const struct npu_lowered *low = &node->low;
	int64_t c = node->inputs[0]->shape.dim[3];

	return node->op == NPU_conv && low->groups == c && c > 1 &&
	       node->outputs[0]->shape.dim[3] == c &&
	       !node->inputs[1]->producer && node->inputs[1]->constant;
}

static enum npu_layer_kind kind_of(const struct npu_node *node)
{
	switch (node->op) {
	case NPU_conv:
		return is_depthwise(node) ? NPU_LAYER_depthwise
					  : NPU_LAYER_matrix;
	case NPU_matmul:
		return NPU_LAYER_matrix;
	case NPU_pool:
		return NPU_LAYER_pool;
	case NPU_lut:
		return NPU_LAYER_lut;
	case NPU_reduce:
		return NPU_LAYER_reduce;
	case NPU_concat:
		return NPU_LAYER_concat;
	case NPU_move:
		return NPU_LAYER_move;
	default:
		return NPU_LAYER_ew;
	}
}

/* Rows (level 0) or columns (1) of the image that some window touches. */
static uint64_t touched(const struct npu_node *node, int level)
{
	const struct npu_lowered *low = &node->low;
	int64_t in = node->inputs[0]->shape.dim[1 + level], last = -1;
	int64_t out = node->outputs[0]->shape.dim[1 + level];
	uint64_t n = 0;

	for (int64_t o = 0; o < out; o++)
		for (int64_t k = 0; k < low->kernel[level]; k++) {
			int64_t at = o * low->stride[level] -
				     low->pad_lo[level] +
				     k * low->dilation[level];

			if (at > last && at >= 0 && at < in) {
				n++;
				last = at;
			}
		}
	return n;
}

/* Bytes of the network's input `value` that the node reads. */
static uint64_t input_bytes(const struct npu_node *node,
			    const struct npu_value *value)
{
	uint64_t all = bytes(value);

	if (value != node->inputs[0])
		return all;
	if ((node->op == NPU_conv || node->op == NPU_pool) &&
	    node->low.dilation[0] == 1 && node->low.dilation[1] == 1)
		return all /
		       (uint64_t)(value->shape.dim[1] * value->shape.dim[2]) *
		       touched(node, 0) * touched(node, 1);
	if (node->op == NPU_move)
		return npu_min(all, bytes(node->outputs[0]));
	return node->op == NPU_conv || node->op == NPU_pool ? 0 : all;
}

static void roofs(const struct npu_work *work, struct npu_layer *layer,
		  uint8_t *charged)
{
	const struct npu_node *node = work->node;
	const struct npu_value *y = node->outputs[0];

	if (node->op == NPU_conv)
		layer->macs =
			count(y) *
			(uint64_t)(node->low.kernel[0] * node->low.kernel[1] *
				   node->inputs[1]->shape.dim[2]);
	if (node->op == NPU_matmul)
		layer->macs =
			count(y) * (uint64_t)node->inputs[0]->shape.dim[3];
	if (work->kind == NPU_LAYER_depthwise)
		layer->vector_macs = layer->macs;
	else
		layer->array_macs = layer->macs;
	if (work->kind == NPU_LAYER_reduce)
		layer->vector_outputs = count(y);
	for (uint32_t i = 0; i < node->input_count; i++) {
		const struct npu_value *x = node->inputs[i];

		if (!x || charged[x->id])
			continue;
		if (x->constant)
			layer->compulsory_bytes += bytes(x);
		else if (x->is_input)
			layer->compulsory_bytes += input_bytes(node, x);
		else
			continue;
		charged[x->id] = 1;
	}
	if (y->is_output)
		layer->compulsory_bytes += bytes(y);
}

/* Does the array multiply what the node needs? */
static enum npu_status check_dtypes(const struct npu_codegen *cg,
				    const struct npu_work *work)
{
	const struct npu_node *node = work->node;
	enum npu_dtype a = node->inputs[0]->dtype;

	if (node->op != NPU_conv && node->op != NPU_matmul)
		return NPU_OK;
	if (cg->chip->array.operands == NPU_operands_int8 && a != NPU_u8 &&
	    a != NPU_s8)
		return npu_fail(cg->err, NPU_E_UNSUPPORTED,
				"layer '%s': the array of chip '%s' multiplies "
				"8-bit integers only, not %s (try --precision "
				"int8)",
				node->name, cg->chip->chip.name,
				npu_dtype_name(a));
	return NPU_OK;
}

/* Does the next layer read this one, and one of both need VX and the other the
 * array? */
static int runs_beside(const struct npu_work *a, const struct npu_work *b)
{
	int vector_a = a->kind == NPU_LAYER_depthwise;
	int vector_b = b->kind == NPU_LAYER_depthwise;

	return vector_a != vector_b &&
	       (vector_a || a->kind == NPU_LAYER_matrix) &&
	       (vector_b || b->kind == NPU_LAYER_matrix) &&
	       b->node->inputs[0] == a->node->outputs[0];
}

/* Neighbours that run side by side, at most NPU_GROUP. */
static void find_groups(struct npu_codegen *cg)
{
	for (uint32_t i = 0; i < cg->work_count; i++) {
		struct npu_work *work = &cg->work[i];

		work->group = i;
		work->grouped = 0;
		if (!i || !cg->share[i].interleaves ||
		    !cg->share[i - 1].interleaves ||
		    !runs_beside(work - 1, work) ||
		    i - work[-1].group >= NPU_GROUP)
			continue;
		work->group = work[-1].group;
		work->grouped = work[-1].grouped = 1;
	}
}

enum npu_status npu__pass_layers(struct npu_codegen *cg)
{
	struct npu_graph *graph = cg->graph;
	struct npu_program *program = cg->program;
	uint8_t *charged = npu_new(cg->arena, uint8_t, graph->value_count);

	cg->work = npu_new(cg->arena, struct npu_work, graph->node_count);
	program->layer =
		npu_new(program->arena, struct npu_layer, graph->node_count);
	if (!charged || !cg->work || !program->layer)
		return npu_fail(cg->err, NPU_E_NOMEM, "out of memory");
	for (uint32_t i = 0; i < graph->node_count; i++) {
		struct npu_node *node = graph->nodes[i];
		struct npu_work *work = &cg->work[i];
		struct npu_layer *layer = &program->layer[i];

		if (npu_op_info(node->op)->level != NPU_LEVEL_lowered)
			return npu_fail(cg->err, NPU_E_INTERNAL,
					"node '%s': %s is not lowered",
					node->name, npu_op_name(node->op));
		work->node = node;
		work->layer = i;
		work->kind = kind_of(node);
		layer->name = npu_arena_strdup(program->arena, node->name);
		layer->op = npu_op_name(node->op);
		if (!layer->name)
			return npu_fail(cg->err, NPU_E_NOMEM, "out of memory");
		NPU_TRY(check_dtypes(cg, work));
		roofs(work, layer, charged);
	}
	cg->work_count = graph->node_count;
	program->layer_count = graph->node_count;
	find_groups(cg);
	return NPU_OK;
}

void npu__dump_layers(const struct npu_codegen *cg, struct npu_text *out)
{
	for (uint32_t i = 0; i < cg->work_count; i++) {
		const struct npu_layer *layer = &cg->program->layer[i];

		npu_text_add(out,
			     "layer %u %s %s macs=%llu vector_macs=%llu "
			     "bytes=%llu\n",
			     i, layer->op, layer->name,
			     (unsigned long long)layer->macs,
			     (unsigned long long)layer->vector_macs,
			     (unsigned long long)layer->compulsory_bytes);
	}
}
