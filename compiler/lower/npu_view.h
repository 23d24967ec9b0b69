/* compiler/lower/npu_view.h - how an imported value lies in a lowered one.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_VIEW_H
#define NPU_VIEW_H
#include "models/npu_graph.h"

enum { NPU_VIEW_PARTS = 8 };

/* A run of `extent` elements `step` apart. */
struct npu_part {
	int64_t extent, step;
};
/* One imported dimension: its parts, outermost first; none for extent 1. The
 * channel-last flattening of [N, C, H, W] has K = C x H x W with the steps
 * 1, W C, C: no copy is needed to say so. */
struct npu_view_axis {
	uint8_t count;
	struct npu_part part[NPU_VIEW_PARTS];
};
/* Element (i0, i1, ...) is base.flat[start + sum of parts]. Reshape, Transpose
 * and Slice only make another view. */
struct npu_view {
	struct npu_value *base; /* lowered, or an imported constant */
	uint8_t base_is_imported;
	int64_t start;
	uint8_t rank;
	struct npu_view_axis axis[NPU_DIMS];
};

/* Row-major view of a whole value of this shape. */
void npu__view_whole(struct npu_view *view, struct npu_value *base,
		     const struct npu_shape *shape);
int64_t npu__view_extent(const struct npu_view *view, unsigned axis);
/* Merge what is contiguous: (a, b * s), (b, s) -> (a * b, s). */
void npu__view_merge(struct npu_view_axis *axis);
/* The same elements, in the same order, as `shape`; 0 where a part would have
 * to be split unevenly (copy first). */
int npu__view_reshape(const struct npu_view *view,
		      const struct npu_shape *shape, struct npu_view *out);
/* elements [first, first + step, ...], `count` of them; 0 where the dimension
 * has several parts (copy first). */
int npu__view_slice(struct npu_view *view, unsigned axis, int64_t first,
		    int64_t step, int64_t count);
/* Offset of element `index` (row-major in the view's own shape). */
int64_t npu__view_offset(const struct npu_view *view, int64_t index);

#endif
