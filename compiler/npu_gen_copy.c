/* compiler/npu_gen_copy.c - steps of concats and moves: LD and ST alone.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/npu_codegen_internal.h"

static void copy_need(const struct npu_codegen *cg, const struct npu_work *work,
		      const struct npu_vector_tile *tile,
		      struct npu_vector_need *out)
{
	uint64_t bytes = tile->ny * tile->nx * tile->nc *
			 npu_dtype_bytes(work->node->outputs[0]->dtype);

	(void)cg;
	out->spad_bytes = npu_round_up(bytes, NPU_LINE);
	out->load_bytes = out->store_bytes = npu__slices(
		tile->ny, tile->nx, tile->nc, work->node->outputs[0]);
}

static struct npu_pitch dense_pitch(const struct npu_vector_tile *tile,
				    uint64_t size)
{
	return (struct npu_pitch){ tile->nc * size,
				   tile->nx * tile->nc * size };
}

static struct npu_window window_of(const struct npu_vector_tile *tile)
{
	return (struct npu_window){ .n = tile->n,
				    .y0 = (int64_t)tile->y0,
				    .x0 = (int64_t)tile->x0,
				    .ny = tile->ny,
				    .nx = tile->nx,
				    .c0 = tile->c0,
				    .nc = tile->nc };
}

/* Cut first..first+count of an output dimension to an input that has
 * at..at+size of it. Returns 0 where they are apart. */
static int cut(uint64_t *first, uint64_t *count, uint64_t at, uint64_t size)
{
	uint64_t lo = npu_max(*first, at);
	uint64_t hi = npu_min(*first + *count, at + size);

	*first = lo;
	*count = hi - lo;
	return hi > lo;
}

/* Inputs of a concat that were not stored in place. */
static void concat_emit(struct npu_codegen *cg, const struct npu_work *work,
			const struct npu_vector_tile *tile)
{
	const struct npu_node *node = work->node;
	const struct npu_value *y = node->outputs[0];
	uint64_t at = 0, size = npu_dtype_bytes(y->dtype);

	for (uint32_t i = 0; i < node->input_count; i++) {
		const struct npu_value *x = node->inputs[i];
		uint64_t extent = (uint64_t)x->shape.dim[node->low.axis];
		struct npu_vector_tile t = *tile;
		struct npu_window to, from;
		uint64_t one = 1;
		uint32_t buffer;
		int some;

		switch (node->low.axis) {
		case 0:
			some = cut(&t.n, &one, at, extent);
			break;
		case 1:
			some = cut(&t.y0, &t.ny, at, extent);
			break;
		case 2:
			some = cut(&t.x0, &t.nx, at, extent);
			break;
		default:
			some = cut(&t.c0, &t.nc, at, extent);
			break;
		}
		/* the first time a value occurs it may be a slice already */
		if (some && !(cg->layout[x->id].within == y->id &&
			      cg->layout[x->id].slice ==
				      (int64_t)(at * npu__concat_step(node)))) {
			to = from = window_of(&t);
			from.n -= node->low.axis == 0 ? at : 0;
			from.y0 -= node->low.axis == 1 ? (int64_t)at : 0;
			from.x0 -= node->low.axis == 2 ? (int64_t)at : 0;
			from.c0 -= node->low.axis == 3 ? at : 0;
			buffer = npu__buffer(cg, NPU_SPACE_spad, NPU_ENGINE_vx,
					     t.ny * t.nx * t.nc * size);
			npu__load(cg, x, &from, 0, buffer, 0,
				  dense_pitch(&t, size));
			npu__store(cg, y, &to, buffer, 0,
				   dense_pitch(&t, size));
		}
		at += extent;
	}
}

/* One level of a copy: elements, bytes between them in memory and in the
 * scratchpad. */
struct level {
	uint64_t n;
	int64_t s;
	uint64_t d;
};

/* Levels of a tile whose elements lie `step` apart in memory, dense in the
 * scratchpad. */
static void levels_of(const struct npu_vector_tile *tile, const int64_t step[4],
		      int64_t size, struct level level[3])
{
	const uint64_t n[3] = { tile->nc, tile->nx, tile->ny };
	uint64_t d = (uint64_t)size;

	for (int l = 0; l < 3; l++) {
		level[l] = (struct level){ n[l], step[3 - l] * size, d };
		d *= n[l];
	}
}

/* Bytes that are contiguous on both sides: the inner levels that join. */
static uint64_t join(struct level level[3], uint64_t size)
{
	uint64_t run = size;

	for (int l = 0; l < 3; l++) {
		if (level[l].n > 1 && (level[l].s != (int64_t)run ||
				       run * level[l].n >= 1u << 20))
			break;
		run *= level[l].n;
		level[l].n = 1;
	}
	return run;
}

/* One LD or ST between `value`, whose elements lie `step` apart from element
 * `start`, and the tile in `buffer`. */
static void copy_tile(struct npu_codegen *cg, enum npu_opcode op,
		      const struct npu_value *value,
		      const struct npu_vector_tile *tile, int64_t start,
		      const int64_t step[4], uint32_t buffer)
{
	const struct npu_layout *layout = &cg->layout[value->id];
	int64_t size = (int64_t)npu_dtype_bytes(value->dtype), at, lo, hi;
	struct npu_step *made = npu__step(cg, op);
	struct npu_insn_ld *ld = &made->insn.ld;
	struct npu_insn_st *st = &made->insn.st;
	struct level level[3];
	uint64_t run;

	levels_of(tile, step, size, level);
	run = join(level, (uint64_t)size);
	at = (int64_t)layout->offset +
	     size * (start + (int64_t)tile->n * step[0] +
		     (int64_t)tile->y0 * step[1] + (int64_t)tile->x0 * step[2] +
		     (int64_t)tile->c0 * step[3]);
	lo = hi = at;
	for (int l = 0; l < 3; l++) {
		int64_t reach = (int64_t)(level[l].n - 1) * level[l].s;

		if (reach < 0)
			lo += reach;
		else
			hi += reach;
		if (level[l].n > 65535)
			npu__too_large(cg, "a strided copy");
		if (level[l].n == 1)
			level[l].s = 0, level[l].d = 0;
	}
	hi += (int64_t)run;
#define NPU_FILL_COPY(insn)                      \
	do {                                     \
		(insn)->region = layout->region; \
		(insn)->offset = (uint64_t)at;   \
		(insn)->n0 = run;                \
		(insn)->n1 = level[0].n;         \
		(insn)->n2 = level[1].n;         \
		(insn)->n3 = level[2].n;         \
		(insn)->s1 = level[0].s;         \
		(insn)->s2 = level[1].s;         \
		(insn)->s3 = level[2].s;         \
		(insn)->d1 = level[0].d;         \
		(insn)->d2 = level[1].d;         \
		(insn)->d3 = level[2].d;         \
	} while (0)
	if (op == NPU_OP_ld) {
		NPU_FILL_COPY(ld);
		npu__after_stores(cg, made, value, lo, hi);
	} else {
		NPU_FILL_COPY(st);
	}
#undef NPU_FILL_COPY
	npu__at(cg, made, NPU_AT_COPY, buffer, 0);
	if (op == NPU_OP_st)
		npu__note_store(cg, value, lo, hi);
}

/* y in the order of the walk, element after element. */
static void move_emit(struct npu_codegen *cg, const struct npu_work *work,
		      const struct npu_vector_tile *tile)
{
	const struct npu_lowered *low = &work->node->low;
	const struct npu_value *y = work->node->outputs[0];
	const int64_t *n = low->extent;
	const int64_t step[4] = { n[1] * n[2] * n[3], n[2] * n[3], n[3], 1 };
	uint32_t buffer = npu__buffer(cg, NPU_SPACE_spad, NPU_ENGINE_vx,
				      tile->ny * tile->nx * tile->nc *
					      npu_dtype_bytes(y->dtype));

	copy_tile(cg, NPU_OP_ld, work->node->inputs[0], tile, low->start,
		  low->step, buffer);
	copy_tile(cg, NPU_OP_st, y, tile, 0, step, buffer);
}

static void copy_emit(struct npu_codegen *cg, const struct npu_work *work,
		      const struct npu_vector_tile *tile, uint32_t *vectors)
{
	(void)vectors;
	if (work->kind == NPU_LAYER_concat)
		concat_emit(cg, work, tile);
	else
		move_emit(cg, work, tile);
}

const struct npu_vector_ops npu__copy_ops = { copy_need, copy_emit };
