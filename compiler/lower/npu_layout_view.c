/* compiler/lower/npu_layout_view.c - which lowered value holds which view, and
 * the moves between them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_lower.h"
#include <string.h>

struct npu_view *npu__layout_view(const struct npu_lowering *low,
				  const struct npu_value *imported)
{
	struct npu_view **view = &low->views[imported->id];

	if (*view || !imported->constant)
		return *view;
	*view = npu_new(low->graph->arena, struct npu_view, 1);
	if (*view) {
		npu__view_whole(*view, low->graph->values[imported->id],
				&imported->shape);
		(*view)->base_is_imported = 1;
	}
	return *view;
}

void npu__layout_image_slots(unsigned rank, int8_t *slot)
{
	static const int8_t image[5][4] = {
		{ 0 }, { 3 }, { 0, 3 }, { 0, 3, 2 }, { 0, 3, 1, 2 }
	};

	if (rank > 4)
		npu__layout_row_slots(rank, slot);
	else
		memcpy(slot, image[rank], 4);
}

void npu__layout_row_slots(unsigned rank, int8_t *slot)
{
	static const int8_t rows[5][4] = {
		{ 0 }, { 3 }, { 0, 3 }, { 0, 2, 3 }, { 0, 1, 2, 3 }
	};

	if (rank <= 4) {
		memcpy(slot, rows[rank], 4);
		return;
	}
	for (unsigned d = 0; d < rank; d++)
		slot[d] = (int8_t)(d + 4 > rank ? d + 4 - rank : 0);
}

void npu__layout_dims(const struct npu_shape *shape, const int8_t *slot,
		      int64_t dim[4])
{
	for (int s = 0; s < 4; s++)
		dim[s] = 1;
	for (unsigned d = 0; d < shape->rank; d++) {
		if (slot[d] >= 0)
			dim[slot[d]] *= shape->dim[d];
	}
}

/* Steps of a lowered value's own dimensions. */
static void steps_of(const int64_t dim[4], int64_t step[4])
{
	step[3] = 1;
	for (int s = 2; s >= 0; s--)
		step[s] = step[s + 1] * dim[s + 1];
}

int npu__layout_plain(const struct npu_view *view, int8_t *slot)
{
	const int64_t *dim = view->base->shape.dim;
	int64_t step[4], covered = 1;

	if (view->base_is_imported || view->start)
		return 0;
	steps_of(dim, step);
	for (unsigned d = 0; d < view->rank; d++) {
		const struct npu_view_axis *axis = &view->axis[d];

		slot[d] = -1;
		if (axis->count > 1)
			return 0;
		for (int8_t s = 0; s < 4 && axis->count; s++) {
			if (dim[s] == axis->part[0].extent &&
			    step[s] == axis->part[0].step)
				slot[d] = s;
		}
		if (axis->count && slot[d] < 0)
			return 0;
		covered *= npu__view_extent(view, d);
	}
	return covered == npu_shape_count(&view->base->shape);
}

/* Parts of the view by slot. */
static int parts_by_slot(const struct npu_view *view, const int8_t *slot,
			 struct npu_view_axis out[4])
{
	memset(out, 0, 4 * sizeof(*out));
	for (unsigned d = 0; d < view->rank; d++) {
		for (unsigned p = 0; p < view->axis[d].count; p++) {
			struct npu_view_axis *to = &out[slot[d]];

			if (to->count == NPU_VIEW_PARTS)
				return 0;
			to->part[to->count++] = view->axis[d].part[p];
		}
	}
	for (int s = 0; s < 4; s++)
		npu__view_merge(&out[s]);
	return 1;
}

static int is_identity(const struct npu_view *view,
		       const struct npu_view_axis part[4])
{
	int64_t step[4];

	if (view->start || view->base_is_imported)
		return 0;
	steps_of(view->base->shape.dim, step);
	for (int s = 0; s < 4; s++) {
		const int64_t dim = view->base->shape.dim[s];

		if (part[s].count == 0
			    ? dim != 1
			    : part[s].count > 1 ||
				      part[s].part[0].extent != dim ||
				      part[s].part[0].step != step[s])
			return 0;
	}
	return 1;
}

/* A constant, gathered. */
static enum npu_status gather(struct npu_lowering *low,
			      const struct npu_view *view,
			      const struct npu_view_axis part[4],
			      const int64_t dim[4], struct npu_value **out,
			      struct npu_error *err)
{
	const float *from = npu__lower_floats(view->base);
	struct npu_view gathered = *view;
	void *data;

	*out = npu__lower_constant(low, view->base->name, NPU_fp32, dim, &data);
	if (!*out)
		return npu__lower_nomem(err);
	gathered.rank = 4;
	memcpy(gathered.axis, part, 4 * sizeof(part[0]));
	const int64_t count = npu_shape_count(&(*out)->shape);

	for (int64_t i = 0; data && i < count; i++)
		((float *)data)[i] = from[npu__view_offset(&gathered, i)];
	return NPU_OK;
}

/* The node that already does this move, or NULL. */
static struct npu_node *find_move(const struct npu_lowering *low,
				  const struct npu_view *view,
				  const struct npu_lowered *want,
				  const int64_t dim[4])
{
	for (uint32_t i = 0; i < low->target->node_count; i++) {
		struct npu_node *node = low->target->nodes[i];

		if (node->op == NPU_move && node->inputs[0] == view->base &&
		    node->low.start == want->start &&
		    !memcmp(node->low.step, want->step, sizeof(want->step)) &&
		    !memcmp(node->low.extent, want->extent,
			    sizeof(want->extent)) &&
		    !memcmp(node->outputs[0]->shape.dim, dim,
			    4 * sizeof(dim[0])))
			return node;
	}
	return NULL;
}

static enum npu_status
move(struct npu_lowering *low, const struct npu_node *from,
     const struct npu_view *view, const struct npu_view_axis part[4],
     const int64_t dim[4], struct npu_value **out, struct npu_error *err)
{
	struct npu_lowered want = { .start = view->start,
				    .extent = { 1, 1, 1, 1 } };
	struct npu_view_axis all = { 0 };

	for (int s = 0; s < 4; s++) {
		for (unsigned p = 0; p < part[s].count; p++) {
			if (all.count == NPU_VIEW_PARTS)
				return npu__lower_refuse(
					from, err,
					"its operand is scattered over more "
					"than %d dimensions",
					NPU_VIEW_PARTS);
			all.part[all.count++] = part[s].part[p];
		}
	}
	npu__view_merge(&all);
	if (all.count > 4)
		return npu__lower_refuse(from, err,
					 "its operand is scattered over %u "
					 "dimensions, and a copy walks 4",
					 all.count);
	for (unsigned p = 0; p < all.count; p++) {
		want.extent[4u - all.count + p] = all.part[p].extent;
		want.step[4u - all.count + p] = all.part[p].step;
	}
	struct npu_node *node = find_move(low, view, &want, dim);

	if (!node) {
		const char *name = npu_arena_printf(
			low->target->arena, "%s:move", view->base->name);
		char suffix[32] = "move";

		*out = name ? npu__lower_value(low->target, name, dim) : NULL;
		if (*out)
			node = npu__lower_node(
				low->target, NPU_move, from, suffix, *out, 1,
				(struct npu_value *const[]){ view->base });
		if (!node)
			return npu__lower_nomem(err);
		node->name = (*out)->name; /* unique where a node has two */
		node->low.start = want.start;
		memcpy(node->low.step, want.step, sizeof(want.step));
		memcpy(node->low.extent, want.extent, sizeof(want.extent));
	}
	*out = node->outputs[0];
	return NPU_OK;
}

enum npu_status
npu__layout_materialise(struct npu_lowering *low, const struct npu_node *node,
			const struct npu_view *view, const int8_t *slot,
			struct npu_value **out, struct npu_error *err)
{
	struct npu_view_axis part[4];
	struct npu_shape shape = { .rank = view->rank };
	int64_t dim[4];

	for (unsigned d = 0; d < view->rank; d++)
		shape.dim[d] = npu__view_extent(view, d);
	npu__layout_dims(&shape, slot, dim);
	if (!parts_by_slot(view, slot, part))
		return npu__lower_refuse(node, err,
					 "its operand is scattered "
					 "over too many dimensions");
	if (is_identity(view, part)) {
		*out = view->base;
		return NPU_OK;
	}
	if (view->base_is_imported)
		return gather(low, view, part, dim, out, err);
	return move(low, node, view, part, dim, out, err);
}

enum npu_status npu__layout_define(struct npu_lowering *low,
				   const struct npu_value *from,
				   const int8_t *slot, struct npu_value **out,
				   struct npu_error *err)
{
	struct npu_view *view = npu_new(low->graph->arena, struct npu_view, 1);
	int64_t dim[4], step[4];
	unsigned used[4] = { 0 }, shared = 0;

	npu__layout_dims(&from->shape, slot, dim);
	*out = npu__lower_value(low->target, from->name, dim);
	if (!*out || !view)
		return npu__lower_nomem(err);
	steps_of(dim, step);
	view->base = *out;
	view->rank = from->shape.rank;
	for (int d = view->rank - 1; d >= 0; d--) {
		const int64_t extent = from->shape.dim[d];
		struct npu_view_axis *axis = &view->axis[d];

		(*out)->from_dim[d] = -1;
		if (extent == 1)
			continue;
		(*out)->from_dim[d] = slot[d];
		axis->part[axis->count++] =
			(struct npu_part){ extent, step[slot[d]] };
		step[slot[d]] *= extent;
		shared |= used[slot[d]]++;
	}
	if (!shared)
		(*out)->imported =
			npu_arena_strdup(low->target->arena, from->name);
	low->views[from->id] = view;
	return NPU_OK;
}
