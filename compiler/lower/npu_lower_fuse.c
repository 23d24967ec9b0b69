/* compiler/lower/npu_lower_fuse.c - pass: an element-wise node that alone reads
 * a result becomes the end of the node that makes it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_lower.h"
#include "isa/npu_isa.h"
#include <stdlib.h>
#include <string.h>

struct fuse {
	struct npu_lowering *low;
	uint32_t *uses; /* readers of each value, by id */
	int is_int8;
};

/* The node that makes input i, where nobody else reads it. */
static struct npu_node *sole_maker(const struct fuse *fuse,
				   const struct npu_node *node, uint32_t i)
{
	const struct npu_value *value = node->inputs[i];

	if (!value->producer || fuse->uses[value->id] != 1 ||
	    value->is_output || npu__lower_is_fp32(fuse->low, value))
		return NULL;
	return value->producer;
}

/* `maker` now makes what `node` made; tidy removes `node`. */
static void take_over(struct npu_node *maker, struct npu_node *node)
{
	maker->outputs[0] = node->outputs[0];
	maker->outputs[0]->producer = maker;
	node->output_count = 0;
}

static enum npu_status add_input(struct npu_lowering *low,
				 struct npu_node *node, struct npu_value *value,
				 int8_t *index, struct npu_error *err)
{
	struct npu_value **inputs = npu_new(
		low->graph->arena, struct npu_value *, node->input_count + 1u);

	if (!inputs)
		return npu__lower_nomem(err);
	memcpy(inputs, node->inputs, node->input_count * sizeof(*inputs));
	inputs[node->input_count] = value;
	node->inputs = inputs;
	*index = (int8_t)node->input_count++;
	return NPU_OK;
}

static int has_plain_end(const struct npu_node *node)
{
	return node->low.post.f == NPU_FUNC_id && !node->low.post.has_scale &&
	       node->low.scale_input < 0;
}

static int same_shape(const struct npu_value *a, const struct npu_value *b)
{
	return !memcmp(a->shape.dim, b->shape.dim, 4 * sizeof(int64_t));
}

/* ---- f alone: Relu, Clip, Sigmoid, ... ---- */

static int is_function(const struct npu_node *node)
{
	return node->op == NPU_ew && node->low.op0 == NPU_ALU_pass &&
	       node->low.op1 == NPU_ALU_pass && node->low.a.input == 0 &&
	       node->input_count == 1 && node->low.scale_input < 0;
}

/* In int8 only clamp is arithmetic; others are tables (pass quantise). */
static int fuse_function(const struct fuse *fuse, struct npu_node *node)
{
	struct npu_node *maker;
	struct npu_post *end;

	if (!is_function(node))
		return 0;
	maker = sole_maker(fuse, node, 0);
	if (!maker || (maker->op != NPU_conv && maker->op != NPU_matmul &&
		       maker->op != NPU_ew && maker->op != NPU_reduce &&
		       maker->op != NPU_pool))
		return 0;
	end = &maker->low.post;
	if (end->f != NPU_FUNC_id || maker->low.scale_input >= 0 ||
	    (maker->op == NPU_pool && maker->input_count > 1))
		return 0;
	if (fuse->is_int8 &&
	    (node->low.post.f != NPU_FUNC_clamp ||
	     (maker->low.reduce == NPU_REDUCE_max && maker->op != NPU_ew)))
		return 0;
	if (end->has_scale) {
		/* f(t) s with f = clamp(lo / s, hi / s) is clamp(t s) */
		if (node->low.post.f != NPU_FUNC_clamp || !(end->scale > 0) ||
		    node->low.post.has_scale)
			return 0;
		end->f = NPU_FUNC_clamp;
		end->p0 = npu_fp32_bits(npu_fp32_from_bits(node->low.post.p0) /
					end->scale);
		end->p1 = npu_fp32_bits(npu_fp32_from_bits(node->low.post.p1) /
					end->scale);
	} else {
		*end = node->low.post;
	}
	take_over(maker, node);
	return 1;
}

/* ---- conv + something ---- */

static int can_take_residual(const struct npu_node *maker)
{
	return maker && maker->op == NPU_conv && has_plain_end(maker) &&
	       maker->low.residual < 0;
}

static enum npu_status fuse_residual(const struct fuse *fuse,
				     struct npu_node *node, int *done,
				     struct npu_error *err)
{
	struct npu_node *maker[2], *into;

	if (node->op != NPU_ew || node->low.op0 != NPU_ALU_add ||
	    node->low.op1 != NPU_ALU_pass || node->input_count != 2 ||
	    node->low.b.input != 1 || node->inputs[0]->constant ||
	    node->inputs[1]->constant ||
	    !same_shape(node->inputs[0], node->inputs[1]) ||
	    npu__lower_is_fp32(fuse->low, node->inputs[0]) ||
	    npu__lower_is_fp32(fuse->low, node->inputs[1]))
		return NPU_OK;
	for (uint32_t i = 0; i < 2; i++) {
		maker[i] = sole_maker(fuse, node, i);
		if (!can_take_residual(maker[i]))
			maker[i] = NULL;
	}
	into = !maker[0]                     ? maker[1]
	       : !maker[1]                   ? maker[0]
	       : maker[0]->id > maker[1]->id ? maker[0]
					     : maker[1];
	if (!into)
		return NPU_OK;
	NPU_TRY(add_input(fuse->low, into, node->inputs[into == maker[0]],
			  &into->low.residual, err));
	into->low.post = node->low.post;
	take_over(into, node);
	*done = 1;
	return NPU_OK;
}

/* Add of a constant [1, 1, 1, M] to a conv without residual is its bias. */
static enum npu_status fuse_bias(const struct fuse *fuse, struct npu_node *node,
				 int *done, struct npu_error *err)
{
	struct npu_node *maker;

	if (node->op != NPU_ew || node->low.op0 != NPU_ALU_add ||
	    node->low.op1 != NPU_ALU_pass || node->input_count != 2 ||
	    node->low.a.input != 0 || !node->inputs[1]->constant)
		return NPU_OK;
	maker = sole_maker(fuse, node, 0);
	if (!can_take_residual(maker) || maker->low.bias >= 0 ||
	    npu_shape_count(&node->inputs[1]->shape) !=
		    node->outputs[0]->shape.dim[3] ||
	    node->inputs[1]->shape.dim[3] != node->outputs[0]->shape.dim[3])
		return NPU_OK;
	float *bias = (float *)(uintptr_t)npu__lower_floats(node->inputs[1]);

	for (int64_t i = 0; bias && i < node->outputs[0]->shape.dim[3]; i++)
		bias[i] += 0.0f; /* never -0 */
	NPU_TRY(add_input(fuse->low, maker, node->inputs[1], &maker->low.bias,
			  err));
	maker->low.post = node->low.post;
	take_over(maker, node);
	*done = 1;
	return NPU_OK;
}

/* ---- ew + ew, floating point only: int8 makes tables of such chains ---- */

/* y = x * constant as the scale at the end of what makes x. */
static int fuse_scale(const struct fuse *fuse, struct npu_node *node)
{
	struct npu_node *maker;

	if (fuse->is_int8 || node->op != NPU_ew || node->input_count != 1 ||
	    node->low.op0 != NPU_ALU_mul || node->low.b.input != -1 ||
	    node->low.op1 != NPU_ALU_pass || !has_plain_end(node))
		return 0;
	maker = sole_maker(fuse, node, 0);
	if (!maker || maker->op != NPU_ew || maker->low.post.has_scale ||
	    maker->low.scale_input >= 0)
		return 0;
	maker->low.post.has_scale = 1;
	maker->low.post.scale = npu_fp32_from_bits(node->low.b.imm);
	take_over(maker, node);
	return 1;
}

/* (x op0 s) and then (.. op0' s'), both with one number: one node. */
static int fuse_chain(const struct fuse *fuse, struct npu_node *node)
{
	struct npu_node *maker;

	if (fuse->is_int8 || node->op != NPU_ew || node->input_count != 1 ||
	    node->low.b.input != -1 || node->low.op1 != NPU_ALU_pass)
		return 0;
	maker = sole_maker(fuse, node, 0);
	if (!maker || maker->op != NPU_ew || !has_plain_end(maker) ||
	    maker->low.op1 != NPU_ALU_pass)
		return 0;
	if (maker->low.op0 == NPU_ALU_pass) {
		maker->low.op0 = node->low.op0;
		maker->low.b = node->low.b;
	} else {
		maker->low.op1 = node->low.op0;
		maker->low.c = node->low.b;
	}
	maker->low.post = node->low.post;
	take_over(maker, node);
	return 1;
}

static enum npu_status fuse_node(const struct fuse *fuse, struct npu_node *node,
				 struct npu_error *err)
{
	int done = 0;

	NPU_TRY(fuse_residual(fuse, node, &done, err));
	if (!done)
		NPU_TRY(fuse_bias(fuse, node, &done, err));
	if (!done)
		done = fuse_function(fuse, node);
	if (!done)
		done = fuse_scale(fuse, node);
	if (!done)
		fuse_chain(fuse, node);
	return NPU_OK;
}

enum npu_status npu__lower_fuse(struct npu_lowering *low, struct npu_error *err)
{
	struct npu_graph *graph = low->graph;
	struct fuse fuse = {
		.low = low,
		.uses = calloc(graph->value_count + 1u, sizeof(*fuse.uses)),
		.is_int8 = low->options->precision == NPU_PRECISION_int8,
	};
	enum npu_status status = NPU_OK;

	if (!fuse.uses)
		return npu__lower_nomem(err);
	for (uint32_t i = 0; i < graph->node_count; i++)
		for (uint32_t j = 0; j < graph->nodes[i]->input_count; j++)
			fuse.uses[graph->nodes[i]->inputs[j]->id]++;
	for (uint32_t i = 0; i < graph->node_count && status == NPU_OK; i++)
		status = fuse_node(&fuse, graph->nodes[i], err);
	free(fuse.uses);
	return status == NPU_OK ? npu_graph_tidy(graph, err) : status;
}
