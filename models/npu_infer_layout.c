/* models/npu_infer_layout.c - shapes of what moves elements about.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_infer_internal.h"

enum npu_status npu__infer_Concat(struct npu_graph *graph,
				  struct npu_node *node, struct npu_error *err)
{
	struct npu_shape shape = node->inputs[0]->shape;
	int64_t *axis = &node->attr.axis;
	char left[NPU__SHAPE_TEXT], right[NPU__SHAPE_TEXT];

	(void)graph;
	NPU_TRY(npu__infer_axis(node, shape.rank, axis, err));
	node->attr.has_axis = 1;
	for (uint32_t i = 1; i < node->input_count; i++) {
		if (!node->inputs[i])
			return npu__node_fail(node, NPU_E_SYNTAX, err,
					      "input %u is left out", i);
		const struct npu_shape *x = &node->inputs[i]->shape;
		int same = x->rank == shape.rank;

		for (unsigned d = 0; same && d < shape.rank; d++)
			same = x->dim[d] == shape.dim[d] || d == *axis;
		if (!same || node->inputs[i]->dtype != node->inputs[0]->dtype)
			return npu__node_fail(
				node, NPU_E_RANGE, err,
				"%s %s cannot follow %s %s along "
				"axis %lld",
				npu_dtype_name(node->inputs[i]->dtype),
				npu__shape_text(x, left),
				npu_dtype_name(node->inputs[0]->dtype),
				npu__shape_text(&shape, right),
				(long long)*axis);
		/* Each is at most NPU_ELEMENTS_MAX, and there are 4096. */
		shape.dim[*axis] += x->dim[*axis];
	}
	return npu__infer_set(node, node->inputs[0]->dtype, &shape, err);
}

/* One axis of a Slice. source: ONNX operators, Slice-13. */
static enum npu_status slice_axis(const struct npu_node *node, int64_t dim,
				  int64_t *start, int64_t end, int64_t *step,
				  int64_t *count, struct npu_error *err)
{
	const int64_t by = *step;

	if (by == 0)
		return npu__node_fail(node, NPU_E_RANGE, err, "a step of 0");
	/* Longer steps reach no second element either. */
	*step = by > dim ? dim + 1 : by < -dim ? -dim - 1 : by;
	*start += *start < 0 ? dim : 0;
	end += end < 0 ? dim : 0;
	const int64_t lo = by > 0 ? 0 : -1, hi = by > 0 ? dim : dim - 1;

	/* The start of an empty dimension is never used. */
	*start = *start < 0 ? 0 : *start > hi ? hi : *start;
	end = end < lo ? lo : end > hi ? hi : end;
	*count = by > 0 ? (end - *start + *step - 1) / *step
			: (*start - end - *step - 1) / -*step;
	if (*count <= 0 || dim == 0)
		*count = 0;
	return NPU_OK;
}

enum npu_status npu__infer_slice(struct npu_graph *graph,
				 const struct npu_node *node,
				 int64_t start[NPU_DIMS],
				 int64_t step[NPU_DIMS],
				 struct npu_shape *shape, struct npu_error *err)
{
	int64_t starts[NPU_DIMS], ends[NPU_DIMS], axes[NPU_DIMS];
	int64_t steps[NPU_DIMS], seen = 0;
	uint8_t n, ends_n, axes_n, steps_n;

	*shape = node->inputs[0]->shape;
	if (node->input_count < 3 || !node->inputs[1] || !node->inputs[2])
		return npu__node_fail(node, NPU_E_SYNTAX, err,
				      "starts or ends are left out");
	NPU_TRY(npu__infer_ints(graph, node, 1, starts, &n, err));
	NPU_TRY(npu__infer_ints(graph, node, 2, ends, &ends_n, err));
	for (int i = 0; i < NPU_DIMS; i++) {
		axes[i] = i;
		start[i] = 0;
		step[i] = steps[i] = 1;
	}
	axes_n = steps_n = n;
	if (node->input_count > 3 && node->inputs[3])
		NPU_TRY(npu__infer_ints(graph, node, 3, axes, &axes_n, err));
	if (node->input_count > 4 && node->inputs[4])
		NPU_TRY(npu__infer_ints(graph, node, 4, steps, &steps_n, err));
	if (ends_n != n || axes_n != n || steps_n != n)
		return npu__node_fail(node, NPU_E_SYNTAX, err,
				      "%u starts, %u ends, %u axes, %u steps",
				      n, ends_n, axes_n, steps_n);
	for (uint8_t i = 0; i < n; i++) {
		NPU_TRY(npu__infer_axis(node, shape->rank, &axes[i], err));
		const int64_t d = axes[i];

		if (seen >> d & 1)
			return npu__node_fail(node, NPU_E_SYNTAX, err,
					      "axis %lld twice", (long long)d);
		seen |= INT64_C(1) << d;
		start[d] = starts[i];
		step[d] = steps[i];
		NPU_TRY(slice_axis(node, shape->dim[d], &start[d], ends[i],
				   &step[d], &shape->dim[d], err));
	}
	return NPU_OK;
}

enum npu_status npu_node_slice(struct npu_graph *graph,
			       const struct npu_node *node,
			       int64_t start[NPU_DIMS], int64_t step[NPU_DIMS],
			       struct npu_error *err)
{
	struct npu_shape shape;

	return npu__infer_slice(graph, node, start, step, &shape, err);
}

enum npu_status npu__infer_Slice(struct npu_graph *graph, struct npu_node *node,
				 struct npu_error *err)
{
	int64_t start[NPU_DIMS], step[NPU_DIMS];
	struct npu_shape shape;

	NPU_TRY(npu__infer_slice(graph, node, start, step, &shape, err));
	return npu__infer_set(node, node->inputs[0]->dtype, &shape, err);
}

enum npu_status npu__infer_Reshape(struct npu_graph *graph,
				   struct npu_node *node, struct npu_error *err)
{
	const struct npu_shape *x = &node->inputs[0]->shape;
	const int64_t count = npu_shape_count(x);
	struct npu_shape shape = { 0 };
	char text[NPU__SHAPE_TEXT], wanted[NPU__SHAPE_TEXT];
	int64_t known = 1;
	int open = -1;

	NPU_TRY(npu__infer_ints(graph, node, 1, shape.dim, &shape.rank, err));
	const struct npu_shape asked = shape;

	for (unsigned d = 0; d < shape.rank; d++) {
		if (shape.dim[d] == 0 && d < x->rank)
			shape.dim[d] = x->dim[d];
		if (shape.dim[d] == -1 && open < 0) {
			open = (int)d;
			continue;
		}
		if (shape.dim[d] < 0 || (asked.dim[d] == 0 && d >= x->rank))
			return npu__node_fail(node, NPU_E_RANGE, err,
					      "cannot reshape %s to %s",
					      npu__shape_text(x, text),
					      npu__shape_text(&asked, wanted));
		if (shape.dim[d] && known > NPU_ELEMENTS_MAX / shape.dim[d])
			known = NPU_ELEMENTS_MAX + 1;
		else
			known *= shape.dim[d];
	}
	if (open >= 0)
		shape.dim[open] = known > 0 ? count / known : 0;
	if (npu_shape_count(&shape) != count)
		return npu__node_fail(node, NPU_E_RANGE, err,
				      "cannot reshape %s to %s",
				      npu__shape_text(x, text),
				      npu__shape_text(&asked, wanted));
	return npu__infer_set(node, node->inputs[0]->dtype, &shape, err);
}

enum npu_status npu__infer_Flatten(struct npu_graph *graph,
				   struct npu_node *node, struct npu_error *err)
{
	const struct npu_shape *x = &node->inputs[0]->shape;
	struct npu_shape shape = { 2, { 1, 1 } };
	int64_t *axis = &node->attr.axis;

	(void)graph;
	if (*axis != x->rank)
		NPU_TRY(npu__infer_axis(node, x->rank, axis, err));
	node->attr.has_axis = 1;
	for (unsigned d = 0; d < x->rank; d++) {
		int64_t *part = &shape.dim[d >= *axis];

		/* Where another dimension is 0 this part may be anything. */
		if (x->dim[d] && *part > NPU_ELEMENTS_MAX / x->dim[d])
			return npu__node_fail(node, NPU_E_LIMIT, err,
					      "more than %lld elements",
					      (long long)NPU_ELEMENTS_MAX);
		*part *= x->dim[d];
	}
	return npu__infer_set(node, node->inputs[0]->dtype, &shape, err);
}

/* Axes of (Un)squeeze from input 1 or the attribute, to attr.list; the bits of
 * those named. `rank` is that of the shape they count in. */
static enum npu_status take_axes(struct npu_node *node, int64_t rank,
				 uint32_t *bits, struct npu_error *err)
{
	struct npu_attributes *a = &node->attr;

	*bits = 0;
	for (uint8_t i = 0; i < a->list_count; i++) {
		NPU_TRY(npu__infer_axis(node, rank, &a->list[i], err));
		if (*bits >> a->list[i] & 1)
			return npu__node_fail(node, NPU_E_SYNTAX, err,
					      "axis %lld twice",
					      (long long)a->list[i]);
		*bits |= 1u << a->list[i];
	}
	return NPU_OK;
}

static enum npu_status read_axes(struct npu_graph *graph, struct npu_node *node,
				 struct npu_error *err)
{
	if (node->input_count > 1 && node->inputs[1])
		NPU_TRY(npu__infer_ints(graph, node, 1, node->attr.list,
					&node->attr.list_count, err));
	node->input_count = 1;
	return NPU_OK;
}

enum npu_status npu__infer_Squeeze(struct npu_graph *graph,
				   struct npu_node *node, struct npu_error *err)
{
	const struct npu_shape *x = &node->inputs[0]->shape;
	struct npu_shape shape = { 0 };
	uint32_t bits;

	NPU_TRY(read_axes(graph, node, err));
	NPU_TRY(take_axes(node, x->rank, &bits, err));
	for (unsigned d = 0; d < x->rank; d++) {
		const int named = (bits >> d & 1) != 0;

		if (named && x->dim[d] != 1)
			return npu__node_fail(node, NPU_E_RANGE, err,
					      "axis %u is of extent %lld, not "
					      "1",
					      d, (long long)x->dim[d]);
		if (named || (!bits && x->dim[d] == 1))
			continue;
		shape.dim[shape.rank++] = x->dim[d];
	}
	return npu__infer_set(node, node->inputs[0]->dtype, &shape, err);
}

enum npu_status npu__infer_Unsqueeze(struct npu_graph *graph,
				     struct npu_node *node,
				     struct npu_error *err)
{
	const struct npu_shape *x = &node->inputs[0]->shape;
	struct npu_shape shape = { 0 };
	unsigned from = 0;
	uint32_t bits;

	NPU_TRY(read_axes(graph, node, err));
	const unsigned rank = x->rank + node->attr.list_count;

	if (!node->attr.list_count)
		return npu__node_fail(node, NPU_E_SYNTAX, err, "no axes");
	if (rank > NPU_DIMS)
		return npu__node_fail(node, NPU_E_LIMIT, err,
				      "%u dimensions; at most %d are supported",
				      rank, NPU_DIMS);
	NPU_TRY(take_axes(node, rank, &bits, err));
	shape.rank = (uint8_t)rank;
	for (unsigned d = 0; d < rank; d++)
		shape.dim[d] = bits >> d & 1 ? 1 : x->dim[from++];
	return npu__infer_set(node, node->inputs[0]->dtype, &shape, err);
}

enum npu_status npu__infer_Transpose(struct npu_graph *graph,
				     struct npu_node *node,
				     struct npu_error *err)
{
	const struct npu_shape *x = &node->inputs[0]->shape;
	struct npu_attributes *a = &node->attr;
	struct npu_shape shape = { .rank = x->rank };
	uint32_t seen = 0;

	(void)graph;
	for (uint8_t d = 0; !a->list_count && d < x->rank; d++)
		a->list[d] = x->rank - 1 - d;
	if (!a->list_count)
		a->list_count = x->rank;
	if (a->list_count != x->rank)
		return npu__node_fail(node, NPU_E_RANGE, err,
				      "perm has %u entries for %u dimensions",
				      a->list_count, x->rank);
	for (unsigned d = 0; d < x->rank; d++) {
		NPU_TRY(npu__infer_axis(node, x->rank, &a->list[d], err));
		seen |= 1u << a->list[d];
		shape.dim[d] = x->dim[a->list[d]];
	}
	if (seen != (1u << x->rank) - 1)
		return npu__node_fail(node, NPU_E_RANGE, err,
				      "perm is not a permutation");
	return npu__infer_set(node, node->inputs[0]->dtype, &shape, err);
}
