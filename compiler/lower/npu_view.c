/* compiler/lower/npu_view.c - views: Reshape, Transpose, Slice without copies.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_view.h"
#include <string.h>

void npu__view_whole(struct npu_view *view, struct npu_value *base,
		     const struct npu_shape *shape)
{
	int64_t step = 1;

	memset(view, 0, sizeof(*view));
	view->base = base;
	view->rank = shape->rank;
	for (int d = shape->rank - 1; d >= 0; d--) {
		struct npu_view_axis *axis = &view->axis[d];

		if (shape->dim[d] != 1)
			axis->part[axis->count++] =
				(struct npu_part){ shape->dim[d], step };
		step *= shape->dim[d];
	}
}

int64_t npu__view_extent(const struct npu_view *view, unsigned axis)
{
	int64_t extent = 1;

	for (unsigned p = 0; p < view->axis[axis].count; p++)
		extent *= view->axis[axis].part[p].extent;
	return extent;
}

void npu__view_merge(struct npu_view_axis *axis)
{
	unsigned kept = 0;

	for (unsigned p = 0; p < axis->count; p++) {
		const struct npu_part part = axis->part[p];

		if (part.extent == 1)
			continue;
		if (kept &&
		    axis->part[kept - 1].step == part.extent * part.step) {
			axis->part[kept - 1].extent *= part.extent;
			axis->part[kept - 1].step = part.step;
		} else {
			axis->part[kept++] = part;
		}
	}
	axis->count = (uint8_t)kept;
}

/* All parts of a view, outermost first; 0 where there are too many. */
static int parts_of(const struct npu_view *view, struct npu_part *part,
		    unsigned *count)
{
	*count = 0;
	for (unsigned d = 0; d < view->rank; d++) {
		for (unsigned p = 0; p < view->axis[d].count; p++) {
			if (*count == NPU_VIEW_PARTS)
				return 0;
			part[(*count)++] = view->axis[d].part[p];
		}
	}
	return 1;
}

int npu__view_reshape(const struct npu_view *view,
		      const struct npu_shape *shape, struct npu_view *out)
{
	struct npu_part part[NPU_VIEW_PARTS];
	unsigned count, p = 0;

	if (!parts_of(view, part, &count))
		return 0;
	*out = *view;
	out->rank = shape->rank;
	memset(out->axis, 0, sizeof(out->axis));
	for (unsigned d = 0; d < shape->rank; d++) {
		struct npu_view_axis *axis = &out->axis[d];
		int64_t left = shape->dim[d];

		while (left > 1) {
			if (p == count || axis->count == NPU_VIEW_PARTS)
				return 0;
			struct npu_part *from = &part[p];

			if (left % from->extent == 0) {
				left /= from->extent;
				axis->part[axis->count++] = *from;
				p++;
			} else if (from->extent % left == 0) {
				from->extent /= left;
				axis->part[axis->count++] = (struct npu_part){
					left, from->step * from->extent
				};
				left = 1;
			} else {
				return 0;
			}
		}
		npu__view_merge(axis);
	}
	return p == count;
}

int npu__view_slice(struct npu_view *view, unsigned axis, int64_t first,
		    int64_t step, int64_t count)
{
	struct npu_view_axis *a = &view->axis[axis];

	npu__view_merge(a);
	if (a->count == 0)
		return first == 0 && count == 1;
	if (a->count > 1)
		return first == 0 && step == 1 &&
		       count == npu__view_extent(view, axis);
	view->start += first * a->part[0].step;
	a->part[0].step *= step;
	a->part[0].extent = count;
	if (count == 1)
		a->count = 0;
	return 1;
}

int64_t npu__view_offset(const struct npu_view *view, int64_t index)
{
	int64_t offset = view->start;

	for (int d = view->rank - 1; d >= 0; d--) {
		for (int p = view->axis[d].count - 1; p >= 0; p--) {
			const struct npu_part *part = &view->axis[d].part[p];

			offset += index % part->extent * part->step;
			index /= part->extent;
		}
	}
	return offset;
}
