/* compiler/npu_pass_resident.c - values that stay in the scratchpad.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A value that only convolutions make and read, that is small, and whose way
 * through DRAM would hold a layer back, keeps a buffer from its first tile to
 * its last reader instead. Around it is a border of pixels that read as zero,
 * as wide as its readers' padding; the right border of a row is the left one of
 * the next. */
#include "compiler/npu_codegen_internal.h"

int npu__held(const struct npu_codegen *cg, const struct npu_value *value,
	      const struct npu_window *window, struct npu_held *out)
{
	const struct npu_layout *l = &cg->layout[value->id];
	uint64_t size = npu_dtype_bytes(value->dtype);

	if (!l->resident)
		return 0;
	out->buffer = l->buffer;
	out->pitch = (struct npu_pitch){ (uint64_t)l->stride[2],
					 (uint64_t)l->stride[1] };
	out->offset = (uint64_t)((int64_t)l->origin +
				 (int64_t)window->n * l->stride[0] +
				 window->y0 * l->stride[1] +
				 window->x0 * l->stride[2]) +
		      window->c0 * size;
	out->bytes = (window->ny - 1) * out->pitch.y +
		     (window->nx - 1) * out->pitch.x + window->nc * size;
	return 1;
}

uint64_t npu__channel_unit(const struct npu_codegen *cg,
			   const struct npu_work *work)
{
	const struct npu_node *node = work->node;
	uint64_t unit = cg->T;
	int held = npu__is_held(cg, node->outputs[0]);

	for (uint32_t i = 0; i < node->input_count; i++)
		held |= node->inputs[i] && npu__is_held(cg, node->inputs[i]);
	while (held && unit % NPU_LINE)
		unit *= 2;
	return unit;
}

/* Pixels beyond the image that the convolution `node` reads, on either side. */
static uint64_t border_of(const struct npu_node *node, int level)
{
	const struct npu_lowered *low = &node->low;
	int64_t in = node->inputs[0]->shape.dim[1 + level];
	int64_t out = node->outputs[0]->shape.dim[1 + level];
	int64_t beyond = (out - 1) * low->stride[level] +
			 (low->kernel[level] - 1) * low->dilation[level] -
			 low->pad_lo[level] - (in - 1);

	return (uint64_t)(beyond > low->pad_lo[level] ? beyond
						      : low->pad_lo[level]);
}

static int is_producer(const struct npu_work *work)
{
	return work->node->op == NPU_conv &&
	       (work->kind == NPU_LAYER_depthwise ||
		work->node->low.groups == 1);
}

/* Can `work` read its input number `i` where it stays? */
static int is_reader(const struct npu_work *work, uint32_t i)
{
	const struct npu_lowered *low = &work->node->low;

	if (work->kind == NPU_LAYER_reduce)
		return low->axis == 12 && i == 0;
	if (work->kind == NPU_LAYER_depthwise)
		return i == 0;
	return work->node->op == NPU_conv &&
	       (i == 0 || (int)i == low->residual);
}

/* Is the way to DRAM at least half as busy as the engines? */
static int is_held_back(const struct npu_codegen *cg,
			const struct npu_work *work)
{
	const struct npu_tiling *t = &work->tiling;
	const double width = (double)cg->chip->dma.width;
	const double dram =
		(double)t->dram_bytes / (cg->dram_bytes_per_cycle < width
						 ? cg->dram_bytes_per_cycle
						 : width);

	return 2 * dram >= (double)npu_max(t->mx_cycles, t->vx_cycles);
}

/* Steps, border and size of `value`, were it to stay. Returns 0 where it cannot
 * or where nothing would be gained. */
static int measure(const struct npu_codegen *cg, const struct npu_value *value,
		   struct npu_layout *l)
{
	const int64_t *dim = value->shape.dim;
	uint64_t pixel = npu__pixel((uint64_t)dim[3], value->dtype), row;
	uint64_t pad = 0, size = 0;
	int gains;

	if (!value->producer || value->is_output || l->within != NPU_NONE ||
	    !is_producer(&cg->work[value->producer->id]))
		return 0;
	gains = is_held_back(cg, &cg->work[value->producer->id]);
	for (uint32_t n = l->first + 1; n <= l->last; n++) {
		const struct npu_work *work = &cg->work[n];

		for (uint32_t i = 0; i < work->node->input_count; i++) {
			if (work->node->inputs[i] != value)
				continue;
			if (!is_reader(work, i))
				return 0;
			gains |= is_held_back(cg, work);
			if (i || work->kind == NPU_LAYER_reduce)
				continue;
			pad = npu_max(pad, border_of(work->node, 0));
			pad = npu_max(pad, border_of(work->node, 1));
		}
	}
	row = ((uint64_t)dim[2] + pad) * pixel;
	size = ((uint64_t)dim[1] + 2 * pad) * row + pad * pixel;
	if (!gains || pad > 255 || row * 4 >= 1u << 20 ||
	    size * (uint64_t)dim[0] >= cg->chip->scratchpad.bytes)
		return 0;
	l->pad = (uint8_t)pad;
	l->stride[2] = (int64_t)pixel;
	l->stride[1] = (int64_t)row;
	l->stride[0] = (int64_t)size;
	l->origin = pad * row + pad * pixel;
	l->spad_bytes = size * (uint64_t)dim[0];
	return 1;
}

static uint32_t end_of_group(const struct npu_codegen *cg, uint32_t layer)
{
	uint32_t group = cg->work[layer].group;

	while (layer + 1 < cg->work_count && cg->work[layer + 1].group == group)
		layer++;
	return layer;
}

/* Estimated cycles of the group of layers that begins at `lo`; *next: after it.
 * Its engines work side by side. */
static uint64_t group_cycles(const struct npu_codegen *cg, uint32_t lo,
			     uint32_t *next)
{
	uint64_t mx = 0, vx = 0, apart = 0;
	double dram = 0;
	uint32_t n = lo;

	for (; n < cg->work_count && cg->work[n].group == cg->work[lo].group;
	     n++) {
		const struct npu_tiling *t = &cg->work[n].tiling;
		double own = (double)t->dram_bytes / cg->dram_bytes_per_cycle;

		mx += t->mx_cycles;
		vx += t->vx_cycles;
		dram += own;
		apart += t->cycles -
			 npu_min(t->cycles,
				 npu_max(npu_max(t->mx_cycles, t->vx_cycles),
					 (uint64_t)own));
	}
	*next = n;
	return npu_max(npu_max(mx, vx), (uint64_t)dram) + apart;
}

static uint64_t cycles_between(const struct npu_codegen *cg, uint32_t lo,
			       uint32_t hi)
{
	uint64_t cycles = 0;

	while (lo <= hi)
		cycles += group_cycles(cg, lo, &lo);
	return cycles;
}

/* Tile layers lo..hi anew; 0 where one does not fit any more. */
static int fits(struct npu_codegen *cg, uint32_t lo, uint32_t hi)
{
	struct npu_error *err = cg->err;
	int all = 1;

	cg->err = NULL;
	for (uint32_t n = lo; all && n <= hi; n++)
		all = npu__tile_layer(cg, &cg->work[n]) == NPU_OK;
	cg->err = err;
	return all;
}

/* Let `value` stay if there is room beside the others that do, and if the
 * layers beside it, whose tiles have less room, are faster for it. `before`: for
 * their tilings as they are. */
static void try_value(struct npu_codegen *cg, uint32_t v,
		      struct npu_work *before)
{
	struct npu_layout *l = &cg->layout[v], kept = *l, old = *l;
	uint64_t cycles;
	uint32_t lo, hi;

	if (l->resident || !measure(cg, cg->graph->values[v], &kept))
		return;
	lo = cg->work[l->first].group;
	hi = end_of_group(cg, l->last);
	for (uint32_t n = lo; n <= hi; n++)
		if (cg->held_bytes[n] + kept.spad_bytes >
		    npu__share_of_spad(cg, cg->share[n].keeps))
			return;
	cycles = cycles_between(cg, lo, hi);
	for (uint32_t n = lo; n <= hi; n++) {
		before[n] = cg->work[n];
		cg->held_bytes[n] += kept.spad_bytes;
	}
	kept.resident = 1;
	kept.placed = 0;
	*l = kept;
	if (fits(cg, lo, hi) && cycles_between(cg, lo, hi) < cycles)
		return;
	*l = old;
	for (uint32_t n = lo; n <= hi; n++) {
		cg->work[n] = before[n];
		cg->held_bytes[n] -= kept.spad_bytes;
	}
}

enum npu_status npu__pass_resident(struct npu_codegen *cg)
{
	struct npu_work *before =
		npu_new(cg->arena, struct npu_work, cg->work_count);

	cg->held_bytes = npu_new(cg->arena, uint64_t, cg->work_count);
	if (!cg->held_bytes || !before)
		return npu_fail(cg->err, NPU_E_NOMEM, "out of memory");
	if (cg->chip->array.overlap == NPU_overlap_none)
		return NPU_OK;
	/* short lives first: they gain most for the room they take */
	for (uint32_t life = 1; life < cg->work_count; life++)
		for (uint32_t n = 0; n < cg->work_count; n++) {
			uint32_t v = cg->work[n].node->outputs[0]->id;

			if (cg->layout[v].last < cg->work_count &&
			    cg->layout[v].last - cg->layout[v].first == life)
				try_value(cg, v, before);
		}
	return NPU_OK;
}

/* ---- the buffer and its border ---- */

/* Fill `rows` runs of `bytes`, `step` apart, with what reads as zero; a copy
 * whose planes are all padding reads no memory. */
static void fill(struct npu_codegen *cg, const struct npu_value *value,
		 uint32_t after, uint64_t at, uint64_t bytes, uint64_t rows,
		 uint64_t step)
{
	struct npu_step *made;
	struct npu_insn_ld *ld;

	if (!bytes || !rows)
		return;
	if (bytes >= 1u << 20)
		npu__too_large(cg, "the border of a value");
	made = npu__step(cg, NPU_OP_ld);
	made->after[0] = after;
	ld = &made->insn.ld;
	ld->region = NPU_R_CONSTANTS;
	ld->n0 = bytes;
	ld->n1 = rows;
	ld->n2 = ld->n3 = 1;
	ld->d1 = rows > 1 ? step : 0;
	ld->y_lo = 1;
	ld->fill = npu__zero_fill(value);
	npu__at(cg, made, NPU_AT_COPY, cg->layout[value->id].buffer, at);
}

/* The last step before this group of layers that is not a load: the border is
 * not filled earlier, so that the buffer does not take room before its time. */
static uint32_t before_group(const struct npu_codegen *cg,
			     const struct npu_work *work)
{
	for (uint32_t i = cg->step_count; i-- > 0;)
		if (cg->step[i].insn.op != NPU_OP_ld &&
		    cg->work[npu__layer_of(cg, i)].group != work->group)
			return i;
	return NPU_NONE;
}

void npu__hold_output(struct npu_codegen *cg, const struct npu_work *work)
{
	const struct npu_value *y = work->node->outputs[0];
	struct npu_layout *l = &cg->layout[y->id];
	uint64_t row = (uint64_t)l->stride[1], image = (uint64_t)l->stride[0];
	uint64_t h = (uint64_t)y->shape.dim[1], after, side, inner;

	if (!l->resident)
		return;
	l->buffer =
		npu__buffer(cg, NPU_SPACE_spad, NPU_ENGINE_vx, l->spad_bytes);
	if (!cg->failed)
		cg->buffer[l->buffer].fixed = 1;
	if (!l->pad)
		return;
	after = before_group(cg, work);
	side = l->pad * (uint64_t)l->stride[2];
	inner = row - side; /* the pixels of a row */
	for (uint64_t n = 0; n < (uint64_t)y->shape.dim[0]; n++) {
		uint64_t last = l->origin + (h - 1) * row + inner;

		fill(cg, y, (uint32_t)after, n * image, l->origin, 1, 0);
		fill(cg, y, (uint32_t)after, n * image + l->origin + inner,
		     side, h - 1, row);
		fill(cg, y, (uint32_t)after, n * image + last, image - last, 1,
		     0);
	}
}

void npu__dump_resident(const struct npu_codegen *cg, struct npu_text *out)
{
	for (uint32_t v = 0; v < cg->graph->value_count; v++) {
		const struct npu_layout *l = &cg->layout[v];

		if (l->resident)
			npu_text_add(out,
				     "value %s stays: %llu bytes, border %u, "
				     "layers %u..%u\n",
				     cg->graph->values[v]->name,
				     (unsigned long long)l->spad_bytes, l->pad,
				     l->first, l->last);
	}
}
