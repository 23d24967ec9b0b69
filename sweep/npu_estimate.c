/* sweep/npu_estimate.c - from a lowered network to what its layers ask for.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_estimate_internal.h"

enum { BURST = 64 }; /* bytes of a DRAM transfer */

static uint64_t count(const struct npu_value *value)
{
	return (uint64_t)npu_shape_count(&value->shape);
}

static uint64_t bytes(const struct npu_value *value)
{
	return count(value) * npu_dtype_bytes(value->dtype);
}

/* What the memory transfers of it: a copy goes row by row, and a row that is no
 * multiple of bursts touches three quarters of one more on average. */
static uint64_t moved_bytes(const struct npu_value *value)
{
	const int64_t *dim = value->shape.dim;
	const uint64_t row =
		(uint64_t)(dim[2] * dim[3]) * npu_dtype_bytes(value->dtype);
	const uint64_t rows = (uint64_t)(dim[0] * dim[1]);

	return rows * (row % BURST ? row + BURST * 3 / 4 : row);
}

static int is_depthwise(const struct npu_node *node)
{
	const int64_t channels = node->inputs[0]->shape.dim[3];

	return node->op == NPU_conv && node->low.groups == channels &&
	       channels > 1 && node->outputs[0]->shape.dim[3] == channels;
}

/* ---- the array ---- */

static void set_product(const struct npu_node *node,
			struct npu_estimate_layer *l)
{
	const struct npu_value *x = node->inputs[0], *y = node->outputs[0];
	const int64_t *in = x->shape.dim, *out = y->shape.dim;
	const struct npu_lowered *low = &node->low;
	struct npu_insn_gemm *g = &l->gemm.gemm;

	*g = (struct npu_insn_gemm){
		.op = NPU_OP_gemm,
		.dt_a = x->dtype,
		.dt_w = node->inputs[1]->dtype,
		.mx = 1,
		.ky = 1,
		.kx = 1,
	};
	if (node->op == NPU_matmul) {
		l->products = (uint64_t)(in[0] * in[1]);
		g->my = (uint64_t)in[2];
		g->nc = (uint64_t)in[3];
		g->n = (uint64_t)out[3];
		g->tb = low->trans_b;
	} else {
		/* model: groups one by one */
		l->products = (uint64_t)low->groups;
		g->my = (uint64_t)(out[0] * out[1] * out[2]);
		g->ky = (uint64_t)low->kernel[0];
		g->kx = (uint64_t)low->kernel[1];
		g->nc = (uint64_t)node->inputs[1]->shape.dim[2];
		g->n = (uint64_t)(out[3] / low->groups);
	}
	l->macs = l->products * g->my * g->ky * g->kx * g->nc * g->n;
	if (g->kx > 1 && low->dilation[1] == 1 && low->groups == 1) {
		l->joined = l->gemm;
		l->joined.gemm.nc *= g->kx;
		l->joined.gemm.kx = 1;
	}
}

/* ---- the vector engine ---- */

static void set_operand(union npu_insn *insn, enum npu_slot slot,
			enum npu_kind kind, enum npu_dtype dtype)
{
	const struct npu_operand operand = { .kind = kind, .dtype = dtype };

	npu_insn_set_operand(insn, slot, &operand);
}

/* Of a window all but the last, which `vector` is. */
static void set_taps(const struct npu_node *node, struct npu_estimate_layer *l)
{
	const struct npu_lowered *low = &node->low;

	l->taps = (uint64_t)(low->kernel[0] * low->kernel[1]) - 1;
	set_operand(&l->vector, NPU_SLOT_c, NPU_KIND_acc, NPU_s32);
	if (is_depthwise(node))
		set_operand(&l->vector, NPU_SLOT_b, NPU_KIND_tensor,
			    node->inputs[1]->dtype);
	l->tap = l->vector;
	l->tap.ew.f = NPU_FUNC_id;
	l->tap.ew.scaled = 0;
	set_operand(&l->tap, NPU_SLOT_dst, NPU_KIND_acc, NPU_s32);
}

static void set_vector(const struct npu_node *node,
		       struct npu_estimate_layer *l)
{
	const struct npu_value *x = node->inputs[0], *y = node->outputs[0];
	const struct npu_lowered *low = &node->low;
	/* a reduction passes over its input */
	const struct npu_value *of = node->op == NPU_reduce ? x : y;
	struct npu_insn_ew *v = &l->vector.ew;

	v->op = NPU_OP_ew;
	v->n2 = 1;
	v->n0 = (uint64_t)of->shape.dim[3];
	v->n1 = count(of) / v->n0;
	if (v->n0 == 1) { /* a plane: rows of it */
		v->n0 = (uint64_t)of->shape.dim[2];
		v->n1 = count(of) / v->n0;
	}
	v->f = low->post.f;
	v->scaled = low->post.has_scale;
	v->op0 = node->op == NPU_ew ? low->op0 : NPU_ALU_mul;
	v->op1 = node->op == NPU_ew ? low->op1 : NPU_ALU_pass;
	if (is_depthwise(node) || (node->op == NPU_conv && low->residual >= 0))
		v->op1 = NPU_ALU_add;
	set_operand(&l->vector, NPU_SLOT_dst, NPU_KIND_tensor, y->dtype);
	/* products lie in the accumulators */
	if (l->gemm.op)
		set_operand(&l->vector, NPU_SLOT_a, NPU_KIND_acc, NPU_s32);
	else
		set_operand(&l->vector, NPU_SLOT_a, NPU_KIND_tensor, x->dtype);
	set_operand(&l->vector, NPU_SLOT_b, NPU_KIND_imm, NPU_fp32);
	if (v->op1 != NPU_ALU_pass)
		set_operand(&l->vector, NPU_SLOT_c, NPU_KIND_tensor, y->dtype);
	if (node->op == NPU_pool || is_depthwise(node))
		set_taps(node, l);
}

/* ---- memory ---- */

static void set_bytes(struct npu_estimate *e, const struct npu_node *node,
		      uint8_t *charged, struct npu_estimate_layer *l)
{
	const int has_product = node->op == NPU_conv || node->op == NPU_matmul;

	l->first_read = e->read_count;
	l->output_bytes = bytes(node->outputs[0]);
	l->moved_bytes = moved_bytes(node->outputs[0]);
	if (node->outputs[0]->is_output)
		l->compulsory_bytes += l->output_bytes;
	for (uint32_t i = 0; i < node->input_count; i++) {
		const struct npu_value *x = node->inputs[i];

		if (!x)
			continue;
		if (!charged[x->id]++ && (x->constant || x->is_input))
			l->compulsory_bytes += bytes(x);
		if (x->constant || (has_product && i == 1))
			l->weight_bytes += bytes(x);
		else
			e->read[e->read_count++] = (struct npu_estimate_read){
				x->producer ? x->producer->id : UINT32_MAX,
				moved_bytes(x),
			};
	}
	/* a copy reads what it writes */
	if (node->op == NPU_move && e->read_count > l->first_read &&
	    e->read[l->first_read].bytes > l->moved_bytes)
		e->read[l->first_read].bytes = l->moved_bytes;
	l->read_count = e->read_count - l->first_read;
}

/* Whether `node` can read its input i where that stays. */
static int reads_in_place(const struct npu_node *node, uint32_t i)
{
	if (node->op == NPU_reduce)
		return node->low.axis == 12 && i == 0;
	return node->op == NPU_conv &&
	       (i == 0 ||
		(!is_depthwise(node) && (int)i == node->low.residual));
}

/* Values that convolutions make, and only such layers read. */
static void set_lives(const struct npu_graph *graph, struct npu_estimate *e,
		      uint8_t *cannot)
{
	for (uint32_t n = 0; n < graph->node_count; n++) {
		const struct npu_node *node = graph->nodes[n];

		for (uint32_t i = 0; i < node->input_count; i++) {
			const struct npu_value *x = node->inputs[i];

			if (!x || !x->producer)
				continue;
			e->layer[x->producer->id].last = n;
			if (!reads_in_place(node, i))
				cannot[x->producer->id] = 1;
		}
	}
	for (uint32_t n = 0; n < graph->node_count; n++) {
		const struct npu_node *node = graph->nodes[n];

		if (cannot[n] || node->op != NPU_conv ||
		    (node->low.groups > 1 && !is_depthwise(node)) ||
		    node->outputs[0]->is_output)
			e->layer[n].last = 0;
	}
}

static void set_layer(struct npu_estimate *e, const struct npu_node *node,
		      uint8_t *charged, struct npu_estimate_layer *l)
{
	l->is_depthwise = (uint8_t)is_depthwise(node);
	if (l->is_depthwise)
		l->macs = count(node->outputs[0]) *
			  (uint64_t)(node->low.kernel[0] * node->low.kernel[1]);
	else if (node->op == NPU_conv || node->op == NPU_matmul)
		set_product(node, l);
	if (node->op != NPU_concat && node->op != NPU_move)
		set_vector(node, l);
	if (node->op == NPU_reduce)
		l->vector_outputs = count(node->outputs[0]);
	set_bytes(e, node, charged, l);
}

enum npu_status npu_estimate_create(const struct npu_graph *lowered,
				    struct npu_estimate **out,
				    struct npu_error *err)
{
	struct npu_arena *arena = npu_arena_create();
	struct npu_estimate *e =
		arena ? npu_new(arena, struct npu_estimate, 1) : NULL;
	uint8_t *charged = NULL, *cannot = NULL;
	size_t reads = 0;

	for (uint32_t n = 0; n < lowered->node_count; n++)
		reads += lowered->nodes[n]->input_count;
	if (e) {
		e->layer = npu_new(arena, struct npu_estimate_layer,
				   lowered->node_count);
		e->read = npu_new(arena, struct npu_estimate_read, reads);
		charged = npu_new(arena, uint8_t, lowered->value_count);
		cannot = npu_new(arena, uint8_t, lowered->node_count);
	}
	if (!e || !e->layer || !e->read || !charged || !cannot) {
		npu_arena_destroy(arena);
		return npu_fail(err, NPU_E_NOMEM, "no memory to estimate");
	}
	e->arena = arena;
	e->layer_count = lowered->node_count;
	for (uint32_t n = 0; n < lowered->node_count; n++)
		set_layer(e, lowered->nodes[n], charged, &e->layer[n]);
	set_lives(lowered, e, cannot);
	*out = e;
	return NPU_OK;
}

void npu_estimate_destroy(struct npu_estimate *estimate)
{
	if (estimate)
		npu_arena_destroy(estimate->arena);
}
