/* compiler/npu_gen_window.c - steps of depthwise convolutions and pooling: one
 * pass of VX over the tile for every one or two taps of the window.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/npu_codegen_internal.h"
#include "isa/npu_cost.h"

/* The input window of a tile and its place in the scratchpad. */
struct window {
	struct npu_window at;
	struct npu_pitch pitch;
	uint64_t bytes;
	uint64_t offset; /* in its buffer */
};

static struct window window_of(const struct npu_work *work,
			       const struct npu_vector_tile *tile)
{
	const struct npu_lowered *low = &work->node->low;
	const struct npu_value *x = work->node->inputs[0];
	struct window w = {
		.at = { .n = tile->n,
			.c0 = tile->c0,
			.nc = tile->nc,
			.y0 = (int64_t)tile->y0 * low->stride[0] -
			      low->pad_lo[0],
			.x0 = (int64_t)tile->x0 * low->stride[1] -
			      low->pad_lo[1],
			.ny = (tile->ny - 1) * (uint64_t)low->stride[0] +
			      (uint64_t)((low->kernel[0] - 1) *
					 low->dilation[0]) +
			      1,
			.nx = (tile->nx - 1) * (uint64_t)low->stride[1] +
			      (uint64_t)((low->kernel[1] - 1) *
					 low->dilation[1]) +
			      1 },
	};

	w.pitch.x = npu__pixel(tile->nc, x->dtype);
	w.pitch.y = w.at.nx * w.pitch.x;
	w.bytes = w.at.ny * w.pitch.y;
	return w;
}

/* Tap t of the window, in (ky, kx) order, over all pixels of the tile. */
static struct npu_tile_operand tap(const struct npu_work *work,
				   const struct window *w, uint32_t buffer,
				   uint64_t t)
{
	const struct npu_lowered *low = &work->node->low;
	uint64_t ky = t / (uint64_t)low->kernel[1];
	uint64_t kx = t % (uint64_t)low->kernel[1];

	return npu__tensor(
		work->node->inputs[0], buffer,
		w->offset + ky * (uint64_t)low->dilation[0] * w->pitch.y +
			kx * (uint64_t)low->dilation[1] * w->pitch.x,
		(uint64_t)low->stride[1] * w->pitch.x,
		(uint64_t)low->stride[0] * w->pitch.y);
}

static uint64_t taps_of(const struct npu_work *work)
{
	return (uint64_t)(work->node->low.kernel[0] *
			  work->node->low.kernel[1]);
}

static int is_int(const struct npu_value *v)
{
	return v->dtype == NPU_u8 || v->dtype == NPU_s8;
}

static struct npu_step *over(struct npu_codegen *cg,
			     const struct npu_vector_tile *tile)
{
	return npu__ew(cg, tile->ny, tile->nx, tile->nc);
}

/* The output tile of the layer. */
struct output {
	struct npu_held held;
	struct npu_window at;
	struct npu_tile_operand operand;
};

static struct output output_of(struct npu_codegen *cg,
			       const struct npu_work *work,
			       const struct npu_vector_tile *tile)
{
	const struct npu_value *y = work->node->outputs[0];
	uint64_t pixel = npu__pixel(tile->nc, y->dtype);
	struct output o = { .at = { .n = tile->n,
				    .y0 = (int64_t)tile->y0,
				    .x0 = (int64_t)tile->x0,
				    .ny = tile->ny,
				    .nx = tile->nx,
				    .c0 = tile->c0,
				    .nc = tile->nc } };

	if (!npu__held(cg, y, &o.at, &o.held)) {
		o.held.offset = 0;
		o.held.pitch = (struct npu_pitch){ pixel, tile->nx * pixel };
		o.held.buffer = npu__buffer(cg, NPU_SPACE_spad, NPU_ENGINE_vx,
					    tile->ny * o.held.pitch.y);
	}
	o.operand = npu__tensor(y, o.held.buffer, o.held.offset, o.held.pitch.x,
				o.held.pitch.y);
	return o;
}

static void store(struct npu_codegen *cg, const struct npu_work *work,
		  const struct output *o)
{
	const struct npu_value *y = work->node->outputs[0];

	if (npu__is_held(cg, y))
		npu__note_store(cg, y, (int64_t)o->held.offset,
				(int64_t)(o->held.offset + o->held.bytes));
	else
		npu__store(cg, y, &o->at, o->held.buffer, 0, o->held.pitch);
}

/* Temporaries of 32 bits in the accumulators, one row a pixel and block. */
static struct npu_tile_operand temporary(struct npu_codegen *cg,
					 const struct npu_vector_tile *tile,
					 enum npu_dtype dtype)
{
	uint64_t rows = tile->ny * tile->nx;
	uint32_t buffer = npu__buffer(cg, NPU_SPACE_acc, NPU_ENGINE_vx,
				      rows * npu_div_up(tile->nc, cg->T));

	return npu__acc(dtype, buffer, rows, 1, tile->nx);
}

static void need_of(const struct npu_codegen *cg, const struct npu_work *work,
		    const struct npu_vector_tile *tile, uint64_t passes,
		    struct npu_vector_need *out)
{
	const struct npu_value *x = work->node->inputs[0];
	const struct npu_value *y = work->node->outputs[0];
	struct window w = window_of(work, tile);

	out->spad_bytes =
		w.bytes + tile->ny * tile->nx * npu__pixel(tile->nc, y->dtype);
	out->load_bytes = npu__slices(w.at.ny, w.at.nx, tile->nc, x);
	out->store_bytes = npu__slices(tile->ny, tile->nx, tile->nc, y);
	if (npu__is_held(cg, x)) {
		out->spad_bytes -= w.bytes;
		out->load_bytes = 0;
	}
	if (npu__is_held(cg, y)) {
		out->spad_bytes -=
			tile->ny * tile->nx * npu__pixel(tile->nc, y->dtype);
		out->store_bytes = 0;
	}
	out->acc_rows = tile->ny * tile->nx * npu_div_up(tile->nc, cg->T);
	out->vx_cycles = passes * npu_vector_cycles(cg->chip, tile->ny,
						    tile->nx, tile->nc);
}

/* ---- depthwise convolution ---- */

/* The last tap may convert at once where nothing else is to be done. */
static int merges(const struct npu_work *work)
{
	const struct npu_lowered *low = &work->node->low;

	return low->residual < 0 && low->post.f == NPU_FUNC_id &&
	       !low->post.has_scale;
}

/* Floating point without a multiplier: f and scale follow the last tap. */
static int merges_post(const struct npu_work *work)
{
	const struct npu_lowered *low = &work->node->low;

	return low->residual < 0 && low->multiplier < 0;
}

static void depthwise_need(const struct npu_codegen *cg,
			   const struct npu_work *work,
			   const struct npu_vector_tile *tile,
			   struct npu_vector_need *out)
{
	const struct npu_node *node = work->node;
	int one = merges(work) || merges_post(work);

	need_of(cg, work, tile, taps_of(work) + !one, out);
	out->spad_bytes +=
		taps_of(work) * npu__pixel(tile->nc, node->inputs[1]->dtype) +
		8 * npu_round_up(tile->nc, 4);
	if (node->low.residual >= 0) {
		uint64_t r =
			tile->ny * tile->nx *
			npu__pixel(tile->nc,
				   node->inputs[node->low.residual]->dtype);

		out->spad_bytes += r;
		out->load_bytes += r;
	}
}

/* Channels c0.. of constant vector `index` as a row operand. */
static struct npu_tile_operand vector_of(struct npu_codegen *cg,
					 const struct npu_work *work, int index,
					 const struct npu_vector_tile *tile,
					 uint32_t *kept)
{
	struct npu_value *v = work->node->inputs[index];

	if (*kept == NPU_NONE) {
		uint64_t offset = npu__block(
			cg, tile->nc * 4,
			&(struct npu_block){ .value = v, .first = tile->c0 });

		*kept = npu__buffer(cg, NPU_SPACE_spad, NPU_ENGINE_vx,
				    tile->nc * 4);
		npu__load_block(cg, offset, tile->nc * 4, *kept, 0);
	}
	return npu__row(v->dtype, *kept, 0);
}

/* Weights of channels c0..c0+nc, [tap][nc padded]. */
static void load_taps(struct npu_codegen *cg, const struct npu_work *work,
		      const struct npu_vector_tile *tile, uint32_t *kept)
{
	struct npu_value *w = work->node->inputs[1];
	uint64_t bytes = taps_of(work) * npu__pixel(tile->nc, w->dtype);
	struct npu_block block = { .value = w,
				   .n0 = (uint32_t)tile->c0,
				   .nn = (uint32_t)tile->nc,
				   .g0 = (uint32_t)tile->c0,
				   .groups = 1 };
	uint64_t offset;

	if (*kept != NPU_NONE)
		return;
	offset = npu__block(cg, bytes, &block);
	*kept = npu__buffer(cg, NPU_SPACE_spad, NPU_ENGINE_vx, bytes);
	npu__load_block(cg, offset, bytes, *kept, 0);
}

enum { KEPT_WEIGHTS, KEPT_BIAS, KEPT_MULTIPLIER };

static void residual_of(struct npu_codegen *cg, const struct npu_work *work,
			const struct npu_vector_tile *tile,
			struct npu_tile_operand *out)
{
	struct npu_value *r = work->node->inputs[work->node->low.residual];
	uint64_t p = npu__pixel(tile->nc, r->dtype);
	struct npu_window at = { .n = tile->n,
				 .y0 = (int64_t)tile->y0,
				 .x0 = (int64_t)tile->x0,
				 .ny = tile->ny,
				 .nx = tile->nx,
				 .c0 = tile->c0,
				 .nc = tile->nc };
	uint32_t buffer = npu__buffer(cg, NPU_SPACE_spad, NPU_ENGINE_vx,
				      tile->ny * tile->nx * p);

	npu__load(cg, r, &at, 0, buffer, 0,
		  (struct npu_pitch){ p, tile->nx * p });
	*out = npu__tensor(r, buffer, 0, p, tile->nx * p);
}

/* Where no tap converts: t = acc * multiplier (+ residual), then post. */
static void depthwise_end(struct npu_codegen *cg, const struct npu_work *work,
			  const struct npu_vector_tile *tile,
			  struct npu_tile_operand acc, const struct output *out,
			  uint32_t *vectors)
{
	const struct npu_lowered *low = &work->node->low;
	struct npu_tile_operand mul = { 0 }, add = { 0 };
	struct npu_step *step;

	if (low->multiplier >= 0)
		mul = vector_of(cg, work, low->multiplier, tile,
				&vectors[KEPT_MULTIPLIER]);
	if (low->residual >= 0)
		residual_of(cg, work, tile, &add);
	step = over(cg, tile);
	npu__operand(cg, step, NPU_SLOT_dst, out->operand);
	npu__operand(cg, step, NPU_SLOT_a, acc);
	if (low->multiplier >= 0) {
		step->insn.ew.op0 = NPU_ALU_mul;
		npu__operand(cg, step, NPU_SLOT_b, mul);
	}
	if (low->residual >= 0) {
		step->insn.ew.op1 = NPU_ALU_add;
		npu__operand(cg, step, NPU_SLOT_c, add);
	}
	npu__post(step, &low->post);
}

/* The window where its value stays, or loaded. */
static uint32_t load_window(struct npu_codegen *cg, const struct npu_value *x,
			    struct window *w, struct npu_held *held)
{
	uint32_t in;

	if (npu__held(cg, x, &w->at, held)) {
		w->pitch = held->pitch;
		w->offset = held->offset;
		return held->buffer;
	}
	in = npu__buffer(cg, NPU_SPACE_spad, NPU_ENGINE_vx, w->bytes);
	npu__load(cg, x, &w->at, npu__zero_fill(x), in, 0, w->pitch);
	return in;
}

static void depthwise_emit(struct npu_codegen *cg, const struct npu_work *work,
			   const struct npu_vector_tile *tile,
			   uint32_t *vectors)
{
	const struct npu_node *node = work->node;
	const struct npu_lowered *low = &node->low;
	struct window w = window_of(work, tile);
	uint64_t taps = taps_of(work);
	uint64_t pitch = npu__pixel(tile->nc, node->inputs[1]->dtype);
	int integer = is_int(node->inputs[0]);
	int last = merges(work) || merges_post(work);
	enum npu_dtype sum = integer ? NPU_s32 : NPU_fp32;
	struct npu_tile_operand acc, first = npu__imm(sum, 0), scale = { 0 };
	struct npu_held held;
	struct output out;
	uint32_t in;

	load_taps(cg, work, tile, &vectors[KEPT_WEIGHTS]);
	if (low->bias >= 0)
		first = vector_of(cg, work, low->bias, tile,
				  &vectors[KEPT_BIAS]);
	if (last && low->multiplier >= 0)
		scale = vector_of(cg, work, low->multiplier, tile,
				  &vectors[KEPT_MULTIPLIER]);
	in = load_window(cg, node->inputs[0], &w, &held);
	out = output_of(cg, work, tile);
	acc = temporary(cg, tile, sum);
	for (uint64_t t = 0; t < taps; t++) {
		int converts = last && t + 1 == taps;
		struct npu_step *step = over(cg, tile);
		struct npu_insn_ew *ew = &step->insn.ew;

		ew->op0 = NPU_ALU_mul;
		ew->op1 = NPU_ALU_add;
		ew->ints = integer ? 2 : 0;
		npu__operand(cg, step, NPU_SLOT_dst,
			     converts ? out.operand : acc);
		npu__operand(cg, step, NPU_SLOT_a, tap(work, &w, in, t));
		npu__operand(cg, step, NPU_SLOT_b,
			     npu__row(node->inputs[1]->dtype,
				      vectors[KEPT_WEIGHTS], t * pitch));
		npu__operand(cg, step, NPU_SLOT_c, t ? acc : first);
		if (!t && npu__is_held(cg, node->inputs[0]))
			npu__after_stores(cg, step, node->inputs[0],
					  (int64_t)held.offset,
					  (int64_t)(held.offset + held.bytes));
		if (converts && low->multiplier >= 0) {
			ew->scaled = 2;
			npu__at(cg, step, NPU_AT_SCALE, scale.buffer, 0);
		} else if (converts) {
			npu__post(step, &low->post);
		}
	}
	if (!last)
		depthwise_end(cg, work, tile, acc, &out, vectors);
	store(cg, work, &out);
}

const struct npu_vector_ops npu__depthwise_ops = { depthwise_need,
						   depthwise_emit };

/* ---- pooling ---- */

static void pool_need(const struct npu_codegen *cg, const struct npu_work *work,
		      const struct npu_vector_tile *tile,
		      struct npu_vector_need *out)
{
	need_of(cg, work, tile, taps_of(work) / 2 + 1, out);
	if (work->node->input_count > 1) {
		out->spad_bytes += tile->ny * tile->nx * 4;
		out->load_bytes += tile->ny * tile->nx * 4;
	}
}

/* Fill that no maximum keeps. */
static uint32_t lowest(enum npu_dtype dtype)
{
	switch (dtype) {
	case NPU_s8:
		return 0x80808080;
	case NPU_bf16:
		return 0xff80ff80;
	case NPU_fp16:
		return 0xfc00fc00;
	case NPU_fp32:
		return 0xff800000;
	default:
		return 0;
	}
}

/* 1 / count of each pixel, where the layer has it: a column. */
static uint32_t load_counts(struct npu_codegen *cg, const struct npu_work *work,
			    const struct npu_vector_tile *tile)
{
	uint32_t buffer;

	if (work->node->input_count < 2 || !work->node->inputs[1])
		return NPU_NONE;
	buffer = npu__buffer(cg, NPU_SPACE_spad, NPU_ENGINE_vx,
			     tile->ny * tile->nx * 4);
	npu__load(cg, work->node->inputs[1],
		  &(struct npu_window){ .y0 = (int64_t)tile->y0,
					.x0 = (int64_t)tile->x0,
					.ny = tile->ny,
					.nx = tile->nx,
					.nc = 1 },
		  0, buffer, 0, (struct npu_pitch){ 4, tile->nx * 4 });
	return buffer;
}

/* Up to three taps in the first pass, two in each that follows. */
static void pool_emit(struct npu_codegen *cg, const struct npu_work *work,
		      const struct npu_vector_tile *tile, uint32_t *vectors)
{
	const struct npu_node *node = work->node;
	const struct npu_value *x = node->inputs[0];
	int integer = is_int(x), max = node->low.reduce == NPU_REDUCE_max;
	enum npu_alu op = max ? NPU_ALU_max : NPU_ALU_add;
	struct window w = window_of(work, tile);
	uint64_t taps = taps_of(work), t = 0;
	uint32_t in, counts = load_counts(cg, work, tile);
	struct npu_tile_operand sum;
	struct output out;

	(void)vectors;
	in = npu__buffer(cg, NPU_SPACE_spad, NPU_ENGINE_vx, w.bytes);
	npu__load(cg, x, &w.at, max ? lowest(x->dtype) : npu__zero_fill(x), in,
		  0, w.pitch);
	out = output_of(cg, work, tile);
	sum = temporary(cg, tile, integer ? NPU_s32 : NPU_fp32);
	do {
		struct npu_step *step = over(cg, tile);
		struct npu_insn_ew *ew = &step->insn.ew;
		uint64_t left;

		npu__operand(cg, step, NPU_SLOT_a,
			     t ? sum : tap(work, &w, in, t));
		t += !t;
		left = taps - t;
		if (left) {
			ew->op0 = op;
			npu__operand(cg, step, NPU_SLOT_b,
				     tap(work, &w, in, t++));
		}
		if (left > 1) {
			ew->op1 = op;
			npu__operand(cg, step, NPU_SLOT_c,
				     tap(work, &w, in, t++));
		}
		ew->ints = integer ? 2 : 0;
		npu__operand(cg, step, NPU_SLOT_dst,
			     t < taps ? sum : out.operand);
		if (t < taps)
			continue;
		npu__post(step, &node->low.post);
		if (counts != NPU_NONE) {
			ew->scaled = 3;
			npu__at(cg, step, NPU_AT_SCALE, counts, 0);
		}
	} while (t < taps);
	store(cg, work, &out);
}

const struct npu_vector_ops npu__pool_ops = { pool_need, pool_emit };
