/* compiler/npu_pass_memory.c - where values and constants lie in DRAM.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Activations are dense NHWC. What goes into a concat is stored at once where
 * the concat's output has it. Values that are not alive together share bytes.
 */
#include "compiler/npu_codegen_internal.h"
#include <string.h>

enum { ALIGN = 64 }; /* one burst */

static uint64_t dense_bytes(const struct npu_value *value)
{
	return (uint64_t)npu_shape_count(&value->shape) *
	       npu_dtype_bytes(value->dtype);
}

static void dense(const struct npu_value *value, struct npu_layout *layout)
{
	const int64_t *dim = value->shape.dim;

	layout->stride[2] = dim[3] * (int64_t)npu_dtype_bytes(value->dtype);
	layout->stride[1] = dim[2] * layout->stride[2];
	layout->stride[0] = dim[1] * layout->stride[1];
}

/* First and last node that need each value; inputs from the start, outputs to
 * the end. */
static void live_ranges(struct npu_codegen *cg)
{
	const struct npu_graph *graph = cg->graph;

	for (uint32_t v = 0; v < graph->value_count; v++) {
		cg->layout[v].within = NPU_NONE;
		cg->layout[v].last_store = NPU_NONE;
		if (graph->values[v]->is_output)
			cg->layout[v].last = graph->node_count;
	}
	for (uint32_t n = 0; n < graph->node_count; n++) {
		const struct npu_node *node = graph->nodes[n];

		cg->layout[node->outputs[0]->id].first = n;
		if (cg->layout[node->outputs[0]->id].last < n)
			cg->layout[node->outputs[0]->id].last = n;
		for (uint32_t i = 0; i < node->input_count; i++)
			if (node->inputs[i] &&
			    cg->layout[node->inputs[i]->id].last < n)
				cg->layout[node->inputs[i]->id].last = n;
	}
}

static int read_by_move(const struct npu_graph *graph,
			const struct npu_value *value)
{
	for (uint32_t n = 0; n < graph->node_count; n++)
		if (graph->nodes[n]->op == NPU_move &&
		    graph->nodes[n]->inputs[0] == value)
			return 1;
	return 0;
}

/* A concat along another axis: its own slices count in its dense order, which
 * it would not have inside of `node`. */
static int joins_elsewhere(const struct npu_node *maker,
			   const struct npu_node *node)
{
	return maker->op == NPU_concat && maker->low.axis != node->low.axis;
}

/* Let the inputs of a concat be slices of its output where nothing else
 * decides where they lie. */
static void slice_concat(struct npu_codegen *cg, const struct npu_node *node)
{
	const struct npu_value *y = node->outputs[0];
	int64_t at = 0, step = (int64_t)npu__concat_step(node);

	for (uint32_t i = 0; i < node->input_count; i++) {
		struct npu_value *x = node->inputs[i];
		struct npu_layout *layout = &cg->layout[x->id];

		if (!x->constant && !x->is_input && !x->is_output &&
		    layout->within == NPU_NONE && x->producer->op != NPU_move &&
		    !joins_elsewhere(x->producer, node) &&
		    !read_by_move(cg->graph, x)) {
			layout->within = y->id;
			layout->slice = at * step;
		}
		at += x->shape.dim[node->low.axis];
	}
}

/* The whole is alive while any of its slices is. */
static void extend_concats(struct npu_codegen *cg)
{
	for (uint32_t v = 0; v < cg->graph->value_count; v++) {
		const struct npu_layout *slice = &cg->layout[v];
		uint32_t w = slice->within;

		for (; w != NPU_NONE; w = cg->layout[w].within) {
			struct npu_layout *whole = &cg->layout[w];

			if (whole->first > slice->first)
				whole->first = slice->first;
			if (whole->last < slice->last)
				whole->last = slice->last;
		}
	}
}

/* Constants that a layer reads as they are; those of a matrix product are
 * packed for its tiles when these are known. */
static void place_constants(struct npu_codegen *cg)
{
	for (uint32_t n = 0; n < cg->graph->node_count; n++) {
		const struct npu_node *node = cg->graph->nodes[n];
		const struct npu_lowered *low = &node->low;

		for (uint32_t i = 0; i < node->input_count; i++) {
			struct npu_value *x = node->inputs[i];
			struct npu_layout *layout;

			if (!x || !x->constant || cg->layout[x->id].placed)
				continue;
			if (node->op == NPU_conv &&
			    (i == 1 || (int)i == low->bias ||
			     (int)i == low->multiplier))
				continue;
			layout = &cg->layout[x->id];
			dense(x, layout);
			layout->region = NPU_R_CONSTANTS;
			layout->offset =
				npu__block(cg, dense_bytes(x),
					   &(struct npu_block){ .value = x });
			layout->placed = 1;
			layout->lasts = 1;
		}
	}
}

/* Inputs and outputs of the network, one after another. */
static void place_ends(struct npu_codegen *cg)
{
	uint64_t input = 0, output = 0;

	for (uint32_t v = 0; v < cg->graph->value_count; v++) {
		const struct npu_value *value = cg->graph->values[v];
		struct npu_layout *layout = &cg->layout[v];
		uint64_t *end = value->is_input ? &input : &output;

		if (value->constant || (!value->is_input && !value->is_output))
			continue;
		dense(value, layout);
		layout->region = value->is_input ? NPU_R_INPUT : NPU_R_OUTPUT;
		layout->offset = *end;
		layout->placed = layout->lasts = 1;
		*end = npu_round_up(*end + dense_bytes(value), ALIGN);
	}
	cg->program->region[NPU_R_INPUT] =
		(struct npu_region){ NPU_REGION_input, input, NULL };
	cg->program->region[NPU_R_OUTPUT] =
		(struct npu_region){ NPU_REGION_output, output, NULL };
}

static int in_scratch(const struct npu_codegen *cg, uint32_t v)
{
	return cg->layout[v].within == NPU_NONE && !cg->layout[v].resident &&
	       cg->graph->values[v]->producer &&
	       !cg->graph->values[v]->is_output;
}

/* Lowest offset that no value alive at the same time overlaps. */
static uint64_t first_fit(const struct npu_codegen *cg, uint32_t v,
			  uint64_t bytes)
{
	const struct npu_layout *me = &cg->layout[v];
	uint64_t at = 0;
	int moved = 1;

	while (moved) {
		moved = 0;
		for (uint32_t o = 0; o < cg->graph->value_count; o++) {
			const struct npu_layout *other = &cg->layout[o];
			uint64_t size, end;

			if (!in_scratch(cg, o) || !other->placed ||
			    other->last + NPU_GROUP <= me->first ||
			    me->last + NPU_GROUP <= other->first)
				continue;
			size = dense_bytes(cg->graph->values[o]);
			end = npu_round_up(other->offset + size, ALIGN);
			if (other->offset < at + bytes && at < end) {
				at = end;
				moved = 1;
			}
		}
	}
	return at;
}

static uint64_t place_scratch(struct npu_codegen *cg)
{
	uint64_t end = 0;

	for (uint32_t n = 0; n < cg->graph->node_count; n++) {
		const struct npu_value *value = cg->graph->nodes[n]->outputs[0];
		struct npu_layout *layout = &cg->layout[value->id];
		uint64_t bytes = dense_bytes(value);

		if (!in_scratch(cg, value->id))
			continue;
		dense(value, layout);
		layout->region = NPU_R_SCRATCH;
		layout->offset = first_fit(cg, value->id, bytes);
		layout->placed = layout->lasts = 1;
		end = npu_max(end, layout->offset + bytes);
		for (uint32_t o = 0; o < cg->graph->value_count; o++) {
			struct npu_layout *other = &cg->layout[o];

			if (o != value->id && in_scratch(cg, o) &&
			    other->placed && other->first < layout->first &&
			    other->offset < layout->offset + bytes &&
			    layout->offset <
				    other->offset +
					    dense_bytes(cg->graph->values[o]))
				other->lasts = 0;
		}
	}
	return end;
}

/* A slice lies within its concat; walk backwards, so that the whole is placed
 * before its parts. */
static void place_slices(struct npu_codegen *cg)
{
	for (uint32_t n = cg->graph->node_count; n-- > 0;) {
		uint32_t v = cg->graph->nodes[n]->outputs[0]->id;
		struct npu_layout *layout = &cg->layout[v];
		const struct npu_layout *whole;

		if (layout->within == NPU_NONE)
			continue;
		whole = &cg->layout[layout->within];
		layout->region = whole->region;
		layout->offset = whole->offset + (uint64_t)layout->slice;
		memcpy(layout->stride, whole->stride, sizeof whole->stride);
		layout->lasts = whole->lasts;
		layout->placed = 1;
	}
}

/* Bytes that a slice of the network's output is stored with are its maker's to
 * move, not the concat's. */
static enum npu_status charge_slices(struct npu_codegen *cg)
{
	const struct npu_graph *graph = cg->graph;
	struct npu_layer *layer = cg->program->layer;
	uint32_t *maker = npu_new(cg->arena, uint32_t, graph->value_count);

	if (!maker)
		return npu_fail(cg->err, NPU_E_NOMEM, "out of memory");
	for (uint32_t n = 0; n < graph->node_count; n++)
		maker[graph->nodes[n]->outputs[0]->id] = n;
	for (uint32_t n = graph->node_count; n-- > 0;) {
		const struct npu_value *x = graph->nodes[n]->outputs[0];
		uint32_t whole = cg->layout[x->id].within, root = whole;

		if (whole == NPU_NONE)
			continue;
		while (cg->layout[root].within != NPU_NONE)
			root = cg->layout[root].within;
		if (!graph->values[root]->is_output)
			continue;
		layer[n].compulsory_bytes += dense_bytes(x);
		layer[maker[whole]].compulsory_bytes -= dense_bytes(x);
	}
	return NPU_OK;
}

enum npu_status npu__pass_memory(struct npu_codegen *cg)
{
	const struct npu_graph *graph = cg->graph;

	cg->layout = npu_new(cg->arena, struct npu_layout, graph->value_count);
	if (!cg->layout)
		return npu_fail(cg->err, NPU_E_NOMEM, "out of memory");
	for (uint32_t v = 0; v < graph->value_count; v++)
		if (graph->values[v]->is_output && !graph->values[v]->producer)
			return npu_fail(cg->err, NPU_E_UNSUPPORTED,
					"output '%s' is not computed",
					graph->values[v]->name);
	live_ranges(cg);
	for (uint32_t n = graph->node_count; n-- > 0;)
		if (graph->nodes[n]->op == NPU_concat)
			slice_concat(cg, graph->nodes[n]);
	extend_concats(cg);
	NPU_TRY(charge_slices(cg));
	place_constants(cg);
	place_ends(cg);
	cg->program->region[NPU_R_SCRATCH] =
		(struct npu_region){ NPU_REGION_scratch, place_scratch(cg),
				     NULL };
	place_slices(cg);
	return cg->failed;
}

void npu__dump_memory(const struct npu_codegen *cg, struct npu_text *out)
{
	for (uint32_t v = 0; v < cg->graph->value_count; v++) {
		const struct npu_layout *layout = &cg->layout[v];
		const struct npu_value *value = cg->graph->values[v];

		if (layout->placed)
			npu_text_add(out,
				     "value %s region=%u offset=%llu "
				     "bytes=%llu alive=%u..%u%s\n",
				     value->name, layout->region,
				     (unsigned long long)layout->offset,
				     (unsigned long long)dense_bytes(value),
				     layout->first, layout->last,
				     layout->within == NPU_NONE ? ""
								: " slice");
	}
}
