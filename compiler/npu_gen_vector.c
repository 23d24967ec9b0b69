/* compiler/npu_gen_vector.c - layers that VX runs tile by tile: their tile size
 * and the walk over the tiles.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/npu_codegen_internal.h"
#include "isa/npu_cost.h"

static const struct npu_vector_ops *ops_of(const struct npu_work *work)
{
	switch (work->kind) {
	case NPU_LAYER_depthwise:
		return &npu__depthwise_ops;
	case NPU_LAYER_pool:
		return &npu__pool_ops;
	case NPU_LAYER_lut:
		return &npu__lut_ops;
	case NPU_LAYER_reduce:
		return &npu__reduce_ops;
	case NPU_LAYER_concat:
	case NPU_LAYER_move:
		return &npu__copy_ops;
	default:
		return &npu__ew_ops;
	}
}

/* What the tiles divide: the output; the input, for reductions; what a move
 * walks. */
static const int64_t *space_of(const struct npu_work *work)
{
	if (work->kind == NPU_LAYER_reduce)
		return work->node->inputs[0]->shape.dim;
	if (work->kind == NPU_LAYER_move)
		return work->node->low.extent;
	return work->node->outputs[0]->shape.dim;
}

/* n cut into `pieces` nearly equal ones; 0 where that is the same as fewer. */
static uint64_t piece(uint64_t n, uint64_t pieces)
{
	uint64_t size = npu_div_up(n, pieces);

	if (pieces > 1 && (pieces > n || size == npu_div_up(n, pieces - 1)))
		return 0;
	return size;
}

/* Sets the cost of `t`; 0 where it does not fit. */
static int price(const struct npu_codegen *cg, const struct npu_work *work,
		 struct npu_tiling *t)
{
	const int64_t *dim = space_of(work);
	struct npu_vector_tile tile = { .ny = t->ty, .nx = t->tx, .nc = t->tn };
	struct npu_vector_need need = { 0 };
	uint64_t tiles, load, store, bytes;

	ops_of(work)->need(cg, work, &tile, &need);
	tiles = (uint64_t)dim[0] * npu_div_up((uint64_t)dim[1], t->ty) *
		npu_div_up((uint64_t)dim[2], t->tx) *
		npu_div_up((uint64_t)dim[3], t->tn);
	t->spad_bytes = need.spad_bytes * npu_min(tiles, 2);
	t->acc_rows = need.acc_rows * npu_min(tiles, 2);
	if (t->spad_bytes > npu__spad_budget(cg, work) ||
	    t->acc_rows > npu__acc_budget(cg, work) || t->ty * t->tx > 32767 ||
	    t->tn > 65535)
		return 0;
	bytes = need.load_bytes + need.store_bytes;
	load = (uint64_t)((double)need.load_bytes / cg->dram_bytes_per_cycle);
	store = (uint64_t)((double)need.store_bytes / cg->dram_bytes_per_cycle);
	t->dram_bytes = tiles * bytes;
	t->vx_cycles = tiles * need.vx_cycles;
	t->cycles = npu_max(tiles * (load + store), t->vx_cycles) + load +
		    store + need.vx_cycles / 8 + tiles * 40;
	return 1;
}

enum npu_status npu__vector_tile(struct npu_codegen *cg, struct npu_work *work)
{
	const int64_t *dim = space_of(work);
	uint64_t unit = npu_max(npu__channel_unit(cg, work), NPU_LINE);
	uint64_t least = UINT64_MAX;
	uint64_t channels = (uint64_t)dim[3], blocks;
	int whole_c =
		work->kind == NPU_LAYER_reduce && work->node->low.axis == 3;
	int whole_x = work->kind == NPU_LAYER_reduce && !whole_c;

	blocks = whole_c ? 1 : npu_div_up(channels, unit);
	for (uint64_t c = 1; c <= blocks; c = c < 8 ? c + 1 : c * 2) {
		uint64_t tn = npu_min(channels, npu_div_up(blocks, c) * unit);

		if (whole_c)
			tn = channels;
		for (uint64_t x = 1; x <= (uint64_t)(whole_x ? 1 : dim[2]);
		     x = x < 8 ? x + 1 : x * 2) {
			uint64_t tx = piece((uint64_t)dim[2], x);

			for (uint64_t y = 1; tx && y <= (uint64_t)dim[1]; y++) {
				struct npu_tiling t = {
					.ty = piece((uint64_t)dim[1], y),
					.tx = tx,
					.tn = tn,
				};

				if (!t.ty)
					continue;
				work->considered++;
				if (!price(cg, work, &t)) {
					least = npu_min(least, t.spad_bytes);
					continue;
				}
				if (!work->tiling.cycles ||
				    t.cycles < work->tiling.cycles) {
					work->runner_up = work->tiling;
					work->tiling = t;
				}
			}
		}
	}
	if (work->tiling.cycles)
		return NPU_OK;
	return npu_fail(cg->err, NPU_E_CAPACITY,
			"layer '%s' needs a scratchpad of at least %llu "
			"bytes, the chip has %llu",
			work->node->name,
			(unsigned long long)npu__spad_for(cg, work, least),
			(unsigned long long)cg->chip->scratchpad.bytes);
}

void npu__vector_jobs(struct npu_codegen *cg, const struct npu_work *work)
{
	const int64_t *dim = space_of(work);
	const struct npu_tiling *t = &work->tiling;
	const struct npu_vector_ops *ops = ops_of(work);
	uint64_t c_tiles = npu_div_up((uint64_t)dim[3], t->tn);
	uint32_t *vectors = npu_new(cg->arena, uint32_t, c_tiles * NPU_VECTORS);
	struct npu_vector_tile at;
	int image =
		work->kind == NPU_LAYER_reduce && work->node->low.axis == 12;

	if (!vectors) {
		cg->failed = npu_fail(cg->err, NPU_E_NOMEM, "out of memory");
		return;
	}
	for (uint64_t i = 0; i < c_tiles * NPU_VECTORS; i++)
		vectors[i] = NPU_NONE;
	cg->job++;
	npu__hold_output(cg, work);
	/* all channels of some pixels first: that is what the next layer needs
	 */
	for (at.n = 0; at.n < (uint64_t)dim[0]; at.n++)
		for (at.y0 = 0; at.y0 < (uint64_t)dim[1]; at.y0 += t->ty)
			for (at.x0 = 0; at.x0 < (uint64_t)dim[2];
			     at.x0 += t->tx)
				for (at.c0 = 0; at.c0 < (uint64_t)dim[3];
				     at.c0 += t->tn) {
					at.ny = npu_min(t->ty,
							(uint64_t)dim[1] -
								at.y0);
					at.nx = npu_min(t->tx,
							(uint64_t)dim[2] -
								at.x0);
					at.nc = npu_min(t->tn,
							(uint64_t)dim[3] -
								at.c0);
					if (image && at.y0)
						continue; /* one emit walks all
							     its rows */
					if (cg->failed)
						return;
					cg->job++;
					cg->tile++;
					ops->emit(cg, work, &at,
						  vectors +
							  at.c0 / t->tn *
								  NPU_VECTORS);
				}
}
