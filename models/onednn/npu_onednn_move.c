/* models/onednn/npu_onednn_move.c - operators that only move elements.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/onednn/npu_onednn_internal.h"
#include <string.h>

/* Elements from one index to the next, per dimension. */
static void strides_of(const struct npu_shape *shape, int64_t *stride)
{
	int64_t step = 1;

	for (unsigned d = shape->rank; d-- > 0;) {
		stride[d] = step;
		step *= shape->dim[d];
	}
}

enum npu_status npu__dnn_copy(struct npu__dnn *dnn, const struct npu_node *node)
{
	struct npu__dnn_step *step;

	NPU_TRY(npu__dnn_step(dnn, &step));
	step->move = (struct npu__dnn_move){
		.to = npu__dnn_output(dnn, node),
		.from = npu__dnn_input(dnn, node, 0),
		.rank = 1,
		.dim = { npu_shape_count(&node->outputs[0]->shape) },
		.step = { 1 },
	};
	return NPU_OK;
}

enum npu_status npu__dnn_transpose(struct npu__dnn *dnn,
				   const struct npu_node *node)
{
	const struct npu_shape *in = &node->inputs[0]->shape;
	int64_t stride[NPU_DIMS];
	struct npu__dnn_step *step;

	if (!in->rank)
		return npu__dnn_copy(dnn, node);
	strides_of(in, stride);
	NPU_TRY(npu__dnn_step(dnn, &step));
	step->move = (struct npu__dnn_move){
		.to = npu__dnn_output(dnn, node),
		.from = npu__dnn_input(dnn, node, 0),
		.rank = in->rank,
	};
	for (unsigned d = 0; d < in->rank; d++) {
		/* no perm: all dimensions in reverse */
		const int64_t from = node->attr.list_count
					     ? node->attr.list[d]
					     : in->rank - 1 - (int64_t)d;

		step->move.dim[d] = in->dim[from];
		step->move.step[d] = stride[from];
	}
	return NPU_OK;
}

/* Integers of input `index`, a constant; *count 0 where it is left out. */
static enum npu_status read_list(struct npu__dnn *dnn,
				 const struct npu_node *node, unsigned index,
				 int64_t *out, int64_t *count)
{
	struct npu_value *value =
		index < node->input_count ? node->inputs[index] : NULL;
	const void *data;

	*count = 0;
	if (!value)
		return NPU_OK;
	*count = npu_shape_count(&value->shape);
	if (!value->constant || *count > NPU_DIMS ||
	    (value->dtype != NPU_s64 && value->dtype != NPU_s32))
		return npu_fail(dnn->err, NPU_E_UNSUPPORTED,
				"oneDNN: input %u of %s (%s) is not a constant "
				"list",
				index, node->name, npu_op_name(node->op));
	NPU_TRY(npu_constant_data(dnn->graph, value, &data, dnn->err));
	for (int64_t i = 0; i < *count; i++) {
		int32_t narrow;

		if (value->dtype == NPU_s64) {
			memcpy(&out[i], (const char *)data + i * 8, 8);
		} else {
			memcpy(&narrow, (const char *)data + i * 4, 4);
			out[i] = narrow;
		}
	}
	return NPU_OK;
}

/* ONNX's Slice: the first index of a dimension of `n` elements. */
static int64_t first_index(int64_t start, int64_t step, int64_t n)
{
	const int64_t last = step > 0 ? n : n - 1;

	if (start < 0)
		start += n;
	return start < 0 ? 0 : start > last ? last : start;
}

enum npu_status npu__dnn_slice(struct npu__dnn *dnn,
			       const struct npu_node *node)
{
	const struct npu_shape *in = &node->inputs[0]->shape;
	int64_t starts[NPU_DIMS], axes[NPU_DIMS], steps[NPU_DIMS];
	int64_t stride[NPU_DIMS], count, axis_count, step_count;
	struct npu__dnn_step *step;

	NPU_TRY(read_list(dnn, node, 1, starts, &count));
	NPU_TRY(read_list(dnn, node, 3, axes, &axis_count));
	NPU_TRY(read_list(dnn, node, 4, steps, &step_count));
	strides_of(in, stride);
	NPU_TRY(npu__dnn_step(dnn, &step));
	step->move = (struct npu__dnn_move){
		.to = npu__dnn_output(dnn, node),
		.from = npu__dnn_input(dnn, node, 0),
		.rank = in->rank,
	};
	for (unsigned d = 0; d < in->rank; d++) {
		step->move.dim[d] = node->outputs[0]->shape.dim[d];
		step->move.step[d] = stride[d];
	}
	for (int64_t i = 0; i < count; i++) {
		int64_t d = axis_count ? axes[i] : i;
		const int64_t by = step_count ? steps[i] : 1;

		if (d < 0)
			d += in->rank;
		step->move.from +=
			first_index(starts[i], by, in->dim[d]) * stride[d];
		step->move.step[d] = by * stride[d];
	}
	return NPU_OK;
}

enum npu_status npu__dnn_concat(struct npu__dnn *dnn,
				const struct npu_node *node)
{
	const struct npu_shape *out = &node->outputs[0]->shape;
	const int64_t axis =
		node->attr.axis + (node->attr.axis < 0 ? out->rank : 0);
	float *to = npu__dnn_output(dnn, node);
	int64_t outer = 1, inner = 1;

	for (int64_t d = 0; d < out->rank; d++) {
		if (d < axis)
			outer *= out->dim[d];
		else
			inner *= out->dim[d];
	}
	for (uint32_t i = 0; i < node->input_count; i++) {
		const int64_t count = npu_shape_count(&node->inputs[i]->shape);
		struct npu__dnn_step *step;

		if (!count)
			continue;
		NPU_TRY(npu__dnn_step(dnn, &step));
		step->move = (struct npu__dnn_move){
			.to = to,
			.from = npu__dnn_input(dnn, node, i),
			.rank = 2,
			.dim = { outer, count / outer },
			.step = { count / outer, 1 },
			.to_pitch = inner,
		};
		to += count / outer;
	}
	return NPU_OK;
}
