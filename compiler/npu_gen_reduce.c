/* compiler/npu_gen_reduce.c - steps of reductions, over channels or the image.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/npu_codegen_internal.h"
#include "isa/npu_cost.h"

static int over_image(const struct npu_work *work)
{
	return work->node->low.axis == 12;
}

static int is_int(const struct npu_value *v)
{
	return v->dtype == NPU_u8 || v->dtype == NPU_s8;
}

static enum npu_dtype sum_type(const struct npu_work *work)
{
	return is_int(work->node->inputs[0]) ? NPU_s32 : NPU_fp32;
}

/* RED applies f before it reduces, so that another f needs an EW of its own;
 * and so does an image in several blocks. */
static int needs_end(const struct npu_work *work,
		     const struct npu_vector_tile *tile)
{
	const struct npu_value *x = work->node->inputs[0];

	return work->node->low.post.f != NPU_FUNC_id ||
	       (over_image(work) && (int64_t)tile->ny < x->shape.dim[1]);
}

static void reduce_need(const struct npu_codegen *cg,
			const struct npu_work *work,
			const struct npu_vector_tile *tile,
			struct npu_vector_need *out)
{
	const struct npu_value *x = work->node->inputs[0];
	const struct npu_value *y = work->node->outputs[0];
	uint64_t count = over_image(work) ? tile->nc : tile->ny * tile->nx;
	uint64_t size = npu_dtype_bytes(y->dtype);

	out->load_bytes =
		tile->ny * tile->nx * tile->nc * npu_dtype_bytes(x->dtype);
	out->store_bytes = count * size;
	out->spad_bytes = tile->ny * tile->nx * npu__pixel(tile->nc, x->dtype) +
			  2 * npu_round_up(4 * count, NPU_LINE);
	if (npu__is_held(cg, x)) {
		out->load_bytes = 0;
		out->spad_bytes -=
			tile->ny * tile->nx * npu__pixel(tile->nc, x->dtype);
	}
	out->vx_cycles =
		npu_vector_cycles(cg->chip, tile->ny, tile->nx, tile->nc);
}

/* The tile where its value stays, or loaded. */
static struct npu_held load(struct npu_codegen *cg, const struct npu_work *work,
			    const struct npu_vector_tile *tile)
{
	const struct npu_value *x = work->node->inputs[0];
	uint64_t p = npu__pixel(tile->nc, x->dtype);
	struct npu_window at = { .n = tile->n,
				 .y0 = (int64_t)tile->y0,
				 .x0 = (int64_t)tile->x0,
				 .ny = tile->ny,
				 .nx = tile->nx,
				 .c0 = tile->c0,
				 .nc = tile->nc };
	struct npu_held in;

	if (npu__held(cg, x, &at, &in))
		return in;
	in.offset = 0;
	in.pitch = (struct npu_pitch){ p, tile->nx * p };
	in.buffer = npu__buffer(cg, NPU_SPACE_spad, NPU_ENGINE_vx,
				tile->ny * in.pitch.y);
	npu__load(cg, x, &at, 0, in.buffer, 0, in.pitch);
	return in;
}

/* One RED over a tile that lies in `in`. */
static struct npu_step *red(struct npu_codegen *cg, const struct npu_work *work,
			    const struct npu_vector_tile *tile,
			    struct npu_held in, struct npu_tile_operand dst)
{
	const struct npu_value *x = work->node->inputs[0];
	struct npu_step *step = npu__step(cg, NPU_OP_red);
	struct npu_insn_red *r = &step->insn.red;

	r->n2 = tile->ny;
	r->n1 = tile->nx;
	r->n0 = tile->nc;
	r->axis = over_image(work) ? 2 : 0;
	r->reduce = work->node->low.reduce;
	r->ints = is_int(x) ? 2 : 0;
	npu__operand(cg, step, NPU_SLOT_dst, dst);
	npu__operand(
		cg, step, NPU_SLOT_a,
		npu__tensor(x, in.buffer, in.offset, in.pitch.x, in.pitch.y));
	if (npu__is_held(cg, x))
		npu__after_stores(cg, step, x, (int64_t)in.offset,
				  (int64_t)(in.offset + in.bytes));
	return step;
}

static void set_scale(struct npu_step *step, const struct npu_post *post)
{
	if (!post->has_scale)
		return;
	step->insn.red.scaled = 1;
	step->insn.red.scale = npu_fp32_bits(post->scale);
}

/* v = f(t) * scale of `count` totals in a row. */
static void end(struct npu_codegen *cg, const struct npu_work *work,
		uint64_t count, uint32_t totals, uint32_t out)
{
	struct npu_step *step = npu__ew(cg, 1, 1, count);

	npu__operand(cg, step, NPU_SLOT_dst,
		     npu__tensor(work->node->outputs[0], out, 0, 0, 0));
	npu__operand(cg, step, NPU_SLOT_a, npu__row(sum_type(work), totals, 0));
	npu__post(step, &work->node->low.post);
}

/* All rows of the image, block by block, into one row of channels. */
static void image(struct npu_codegen *cg, const struct npu_work *work,
		  struct npu_vector_tile tile, uint32_t totals, uint32_t out)
{
	const struct npu_value *x = work->node->inputs[0];
	uint64_t rows = (uint64_t)x->shape.dim[1], block = tile.ny;
	struct npu_step *step;

	for (tile.y0 = 0; tile.y0 < rows; tile.y0 += block) {
		tile.ny = npu_min(block, rows - tile.y0);
		step = red(cg, work, &tile, load(cg, work, &tile),
			   totals == NPU_NONE
				   ? npu__tensor(work->node->outputs[0], out, 0,
						 0, 0)
				   : npu__row(sum_type(work), totals, 0));
		step->insn.red.add = tile.y0 > 0;
		if (totals == NPU_NONE)
			set_scale(step, &work->node->low.post);
	}
}

static void channels(struct npu_codegen *cg, const struct npu_work *work,
		     const struct npu_vector_tile *tile, uint32_t totals,
		     uint32_t out)
{
	const struct npu_value *y = work->node->outputs[0];
	struct npu_tile_operand dst =
		npu__column(totals == NPU_NONE ? y->dtype : sum_type(work),
			    totals == NPU_NONE ? out : totals, 0, 1, tile->nx);
	struct npu_step *step;

	if (totals == NPU_NONE && is_int(y))
		dst.slot.zero = (uint8_t)y->zero;
	step = red(cg, work, tile, load(cg, work, tile), dst);
	if (totals == NPU_NONE)
		set_scale(step, &work->node->low.post);
}

static void reduce_emit(struct npu_codegen *cg, const struct npu_work *work,
			const struct npu_vector_tile *tile, uint32_t *vectors)
{
	const struct npu_value *y = work->node->outputs[0];
	uint64_t size = npu_dtype_bytes(y->dtype);
	uint64_t count = over_image(work) ? tile->nc : tile->ny * tile->nx;
	uint32_t out, totals = NPU_NONE;
	struct npu_window to = {
		.n = tile->n, .ny = 1, .nx = 1, .c0 = tile->c0, .nc = tile->nc
	};

	(void)vectors;
	out = npu__buffer(cg, NPU_SPACE_spad, NPU_ENGINE_vx, count * size);
	if (needs_end(work, tile))
		totals = npu__buffer(cg, NPU_SPACE_spad, NPU_ENGINE_vx,
				     count * 4);
	if (over_image(work))
		image(cg, work, *tile, totals, out);
	else
		channels(cg, work, tile, totals, out);
	if (totals != NPU_NONE)
		end(cg, work, count, totals, out);
	if (!over_image(work)) {
		to.y0 = (int64_t)tile->y0;
		to.x0 = (int64_t)tile->x0;
		to.ny = tile->ny;
		to.nx = tile->nx;
		to.c0 = 0;
		to.nc = 1;
	}
	npu__store(cg, y, &to, out, 0,
		   over_image(work)
			   ? (struct npu_pitch){ npu__pixel(tile->nc, y->dtype),
						 0 }
			   : (struct npu_pitch){ size, tile->nx * size });
}

const struct npu_vector_ops npu__reduce_ops = { reduce_need, reduce_emit };
