/* compiler/lower/npu_layout_shape.c - operators that only look at the same
 * elements in another way: no lowered operator comes of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_lower.h"
#include <string.h>

static struct npu_view *new_view(struct npu_lowering *low,
				 const struct npu_node *node)
{
	struct npu_view *view = npu_new(low->graph->arena, struct npu_view, 1);

	low->views[node->outputs[0]->id] = view;
	return view;
}

enum npu_status npu__layout_same(struct npu_lowering *low,
				 const struct npu_node *node,
				 struct npu_error *err)
{
	struct npu_view *view = npu__layout_view(low, node->inputs[0]);

	if (node->op == NPU_Cast && node->outputs[0]->dtype != NPU_fp32)
		return npu__lower_refuse(
			node, err,
			"a cast to %s of computed "
			"values",
			npu_dtype_name(node->outputs[0]->dtype));
	low->views[node->outputs[0]->id] = view;
	return view ? NPU_OK : npu__lower_nomem(err);
}

/* The view's elements in their own order, one after another. */
static enum npu_status contiguous(struct npu_lowering *low,
				  const struct npu_node *node,
				  struct npu_view *view, struct npu_error *err)
{
	int8_t slot[NPU_DIMS];
	struct npu_value *copy;

	if (view->base_is_imported)
		return npu__lower_refuse(node, err,
					 "a constant is reshaped in "
					 "a way that is not supported: fold it "
					 "when exporting");
	memset(slot, 3, sizeof(slot));
	NPU_TRY(npu__layout_materialise(low, node, view, slot, &copy, err));
	npu__view_whole(view, copy, &copy->shape);
	return NPU_OK;
}

enum npu_status npu__layout_reshape(struct npu_lowering *low,
				    const struct npu_node *node,
				    struct npu_error *err)
{
	const struct npu_shape *shape = &node->outputs[0]->shape;
	const struct npu_view *from = npu__layout_view(low, node->inputs[0]);
	struct npu_view *view = new_view(low, node);

	if (!view || !from)
		return npu__lower_nomem(err);
	if (npu__view_reshape(from, shape, view))
		return NPU_OK;
	struct npu_view copy = *from;

	NPU_TRY(contiguous(low, node, &copy, err));
	if (!npu__view_reshape(&copy, shape, view))
		return npu__lower_refuse(node, err, "too many dimensions");
	return NPU_OK;
}

enum npu_status npu__layout_transpose(struct npu_lowering *low,
				      const struct npu_node *node,
				      struct npu_error *err)
{
	const struct npu_attributes *a = &node->attr;
	const struct npu_view *from = npu__layout_view(low, node->inputs[0]);
	struct npu_view *view = new_view(low, node);

	if (!view || !from)
		return npu__lower_nomem(err);
	*view = *from;
	for (unsigned d = 0; d < view->rank; d++)
		view->axis[d] = from->axis[a->list_count ? (unsigned)a->list[d]
							 : view->rank - 1 - d];
	return NPU_OK;
}

/* Entry i of Slice's input `index`, or `usual` where it is not given. */
static enum npu_status slice_number(const struct npu_node *node, uint32_t index,
				    size_t i, int64_t usual, int64_t *out,
				    struct npu_error *err)
{
	const struct npu_value *value =
		node->input_count > index ? node->inputs[index] : NULL;

	*out = usual;
	if (!value)
		return NPU_OK;
	if (!npu__lower_is_structural(value))
		return npu__lower_refuse(node, err, "%s is not constant",
					 value->name);
	*out = (int64_t)npu__lower_number(value, i);
	return NPU_OK;
}

/* ONNX Slice: negative positions count from the end, then all are clamped. */
static int64_t position(int64_t at, int64_t extent, int64_t step)
{
	const int64_t lo = step < 0 ? -1 : 0;
	const int64_t hi = step < 0 ? extent - 1 : extent;

	if (at < 0)
		at = at + extent < 0 ? -1 : at + extent;
	return at < lo ? lo : at > hi ? hi : at;
}

enum npu_status npu__layout_slice(struct npu_lowering *low,
				  const struct npu_node *node,
				  struct npu_error *err)
{
	const struct npu_view *from = npu__layout_view(low, node->inputs[0]);
	struct npu_view *view = new_view(low, node);
	size_t count = 0;

	if (!view || !from)
		return npu__lower_nomem(err);
	*view = *from;
	if (node->input_count > 1 && node->inputs[1])
		count = (size_t)npu_shape_count(&node->inputs[1]->shape);
	for (size_t i = 0; i < count; i++) {
		int64_t start, axis, step;

		NPU_TRY(slice_number(node, 1, i, 0, &start, err));
		NPU_TRY(slice_number(node, 3, i, (int64_t)i, &axis, err));
		NPU_TRY(slice_number(node, 4, i, 1, &step, err));
		axis += axis < 0 ? view->rank : 0;
		if (axis < 0 || axis >= view->rank)
			return npu__lower_refuse(node, err, "no axis %lld",
						 (long long)axis);
		const int64_t extent = npu__view_extent(view, (unsigned)axis);
		const int64_t kept = node->outputs[0]->shape.dim[axis];

		start = position(start, extent, step);
		if (npu__view_slice(view, (unsigned)axis, start, step, kept))
			continue;
		struct npu_shape shape = { .rank = view->rank };

		for (unsigned d = 0; d < view->rank; d++)
			shape.dim[d] = npu__view_extent(view, d);
		NPU_TRY(contiguous(low, node, view, err));
		struct npu_view copy = *view;

		if (!npu__view_reshape(&copy, &shape, view) ||
		    !npu__view_slice(view, (unsigned)axis, start, step, kept))
			return npu__lower_refuse(node, err,
						 "this slice is not "
						 "supported");
	}
	return NPU_OK;
}
