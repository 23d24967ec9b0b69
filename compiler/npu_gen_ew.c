/* compiler/npu_gen_ew.c - steps of element-wise layers and lookup tables.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/npu_codegen_internal.h"
#include "isa/npu_cost.h"

/* Values of one channel lie as rows of elements, not of pixels. */
static int is_plane(const struct npu_work *work)
{
	return work->node->outputs[0]->shape.dim[3] == 1;
}

/* The part of source `v` that a tile of the output needs. */
struct extent {
	uint64_t ny, nx, nc;
	struct npu_pitch pitch;
	uint64_t bytes;
};

static struct extent extent_of(const struct npu_work *work,
			       const struct npu_value *v,
			       const struct npu_vector_tile *tile)
{
	uint64_t size = npu_dtype_bytes(v->dtype);
	struct extent e;

	e.ny = v->shape.dim[1] == 1 ? 1 : tile->ny;
	e.nx = v->shape.dim[2] == 1 ? 1 : tile->nx;
	e.nc = v->shape.dim[3] == 1 ? 1 : tile->nc;
	e.pitch.x = e.nc == 1 && v->shape.dim[3] == 1
			    ? size
			    : npu__pixel(e.nc, v->dtype);
	e.pitch.y = e.nx * e.pitch.x;
	if (is_plane(work) && e.nx > 1)
		e.pitch.y = npu_round_up(e.pitch.y, NPU_LINE);
	e.bytes = npu_round_up(e.ny * e.pitch.y, NPU_LINE);
	return e;
}

static uint64_t dram(const struct extent *e, const struct npu_value *v)
{
	return npu__slices(e->ny, e->nx, e->nc, v);
}

static void ew_need(const struct npu_codegen *cg, const struct npu_work *work,
		    const struct npu_vector_tile *tile,
		    struct npu_vector_need *out)
{
	const struct npu_node *node = work->node;
	struct extent e = extent_of(work, node->outputs[0], tile);

	out->spad_bytes = e.bytes;
	out->store_bytes = dram(&e, node->outputs[0]);
	for (uint32_t i = 0; i < node->input_count; i++) {
		if (!node->inputs[i])
			continue;
		e = extent_of(work, node->inputs[i], tile);
		out->spad_bytes += e.bytes;
		out->load_bytes += dram(&e, node->inputs[i]);
	}
	out->vx_cycles = is_plane(work) ? npu_vector_cycles(cg->chip, 1,
							    tile->ny, tile->nx)
					: npu_vector_cycles(cg->chip, tile->ny,
							    tile->nx, tile->nc);
}

static struct npu_tile_operand operand_in(const struct npu_work *work,
					  const struct npu_value *v,
					  const struct extent *e,
					  uint32_t buffer)
{
	int many_y = v->shape.dim[1] != 1, many_x = v->shape.dim[2] != 1;
	const int64_t *out = work->node->outputs[0]->shape.dim;
	struct npu_tile_operand o;

	if (is_plane(work) && out[2] == 1) { /* one line of rows */
		if (v->shape.dim[1] == out[1])
			return npu__tensor(v, buffer, 0, 0, 0);
		many_y = 0;
	}
	if (is_plane(work) && many_x)
		return npu__tensor(v, buffer, 0, many_y ? e->pitch.y : 0, 0);
	if (v->shape.dim[3] != 1 && !is_plane(work))
		return npu__tensor(v, buffer, 0, many_x ? e->pitch.x : 0,
				   many_y ? e->pitch.y : 0);
	if (is_plane(work))
		o = npu__column(v->dtype, buffer, 0, (uint64_t)many_y, 0);
	else
		o = npu__column(v->dtype, buffer, 0, (uint64_t)many_x,
				many_y ? e->nx : 0);
	if (v->dtype == NPU_u8 || v->dtype == NPU_s8)
		o.slot.zero = (uint8_t)v->zero;
	return o;
}

/* Load input `index` for a tile, or use what the layer loaded before. */
static uint32_t load_input(struct npu_codegen *cg, const struct npu_work *work,
			   const struct npu_vector_tile *tile, int index,
			   const struct extent *e, uint32_t *vectors)
{
	const struct npu_value *v = work->node->inputs[index];
	const int64_t *dim = v->shape.dim;
	int once = dim[0] == 1 && dim[1] == 1 && dim[2] == 1 &&
		   index < NPU_VECTORS;
	uint32_t buffer;

	if (once && vectors[index] != NPU_NONE)
		return vectors[index];
	buffer = npu__buffer(cg, NPU_SPACE_spad, NPU_ENGINE_vx, e->bytes);
	npu__load(
		cg, v,
		&(struct npu_window){ .n = dim[0] == 1 ? 0 : tile->n,
				      .y0 = dim[1] == 1 ? 0 : (int64_t)tile->y0,
				      .x0 = dim[2] == 1 ? 0 : (int64_t)tile->x0,
				      .c0 = dim[3] == 1 ? 0 : tile->c0,
				      .ny = e->ny,
				      .nx = e->nx,
				      .nc = e->nc },
		0, buffer, 0, e->pitch);
	if (once)
		vectors[index] = buffer;
	return buffer;
}

static void store_output(struct npu_codegen *cg, const struct npu_work *work,
			 const struct npu_vector_tile *tile,
			 const struct extent *e, uint32_t buffer)
{
	npu__store(cg, work->node->outputs[0],
		   &(struct npu_window){ .n = tile->n,
					 .y0 = (int64_t)tile->y0,
					 .x0 = (int64_t)tile->x0,
					 .ny = tile->ny,
					 .nx = tile->nx,
					 .c0 = tile->c0,
					 .nc = tile->nc },
		   buffer, 0, e->pitch);
}

static struct npu_step *ew_over(struct npu_codegen *cg,
				const struct npu_work *work,
				const struct npu_vector_tile *tile)
{
	if (!is_plane(work))
		return npu__ew(cg, tile->ny, tile->nx, tile->nc);
	if (work->node->outputs[0]->shape.dim[2] == 1)
		return npu__ew(cg, 1, 1, tile->ny);
	return npu__ew(cg, 1, tile->ny, tile->nx);
}

static void ew_emit(struct npu_codegen *cg, const struct npu_work *work,
		    const struct npu_vector_tile *tile, uint32_t *vectors)
{
	const struct npu_node *node = work->node;
	const struct npu_lowered *low = &node->low;
	const struct npu_value *y = node->outputs[0];
	const struct npu_ew_source *source[3] = { &low->a, &low->b, &low->c };
	const uint8_t used[3] = { 1, low->op0 != NPU_ALU_pass,
				  low->op1 != NPU_ALU_pass ||
					  low->op0 == NPU_ALU_sel };
	struct npu_tile_operand from[3] = { 0 };
	struct extent e;
	struct npu_step *step;
	uint32_t out, scale = NPU_NONE;

	for (int s = 0; s < 3; s++) {
		const struct npu_value *v;
		uint32_t buffer;

		if (!used[s])
			continue;
		if (source[s]->input < 0) {
			from[s] =
				npu__imm(source[s]->is_int ? NPU_s32 : NPU_fp32,
					 source[s]->imm);
			continue;
		}
		v = node->inputs[source[s]->input];
		e = extent_of(work, v, tile);
		buffer = load_input(cg, work, tile, source[s]->input, &e,
				    vectors);
		from[s] = operand_in(work, v, &e, buffer);
	}
	if (low->scale_input >= 0) {
		if (is_plane(work))
			npu__too_large(cg, "a vector of scales of one channel");
		e = extent_of(work, node->inputs[low->scale_input], tile);
		scale = load_input(cg, work, tile, low->scale_input, &e,
				   vectors);
	}
	e = extent_of(work, y, tile);
	out = npu__buffer(cg, NPU_SPACE_spad, NPU_ENGINE_vx, e.bytes);
	step = ew_over(cg, work, tile);
	step->insn.ew.op0 = low->op0;
	step->insn.ew.op1 = low->op1;
	step->insn.ew.ints = low->ints;
	npu__operand(cg, step, NPU_SLOT_dst, operand_in(work, y, &e, out));
	for (int s = 0; s < 3; s++)
		if (used[s])
			npu__operand(cg, step, (enum npu_slot)(NPU_SLOT_a + s),
				     from[s]);
	npu__post(step, &low->post);
	if (scale != NPU_NONE) {
		step->insn.ew.scaled = 2;
		npu__at(cg, step, NPU_AT_SCALE, scale, 0);
	}
	store_output(cg, work, tile, &e, out);
}

const struct npu_vector_ops npu__ew_ops = { ew_need, ew_emit };

/* ---- lookup tables ---- */

enum { LUT_BYTES = 256, LUT_TABLES = NPU_LUT_BYTES / LUT_BYTES };

/* The table goes to LUT RAM through the scratchpad, once a layer. Vector 0
 * remembers that it is there; vector 1 is the table's number. */
static void load_table(struct npu_codegen *cg, const struct npu_value *table,
		       uint32_t *vectors)
{
	uint32_t buffer =
		npu__buffer(cg, NPU_SPACE_spad, NPU_ENGINE_vx, LUT_BYTES);
	struct npu_step *step;
	struct npu_insn_st *st;

	npu__load_block(cg, cg->layout[table->id].offset, LUT_BYTES, buffer, 0);
	vectors[0] = buffer;
	vectors[1] = cg->lut_next++ % LUT_TABLES;
	step = npu__step(cg, NPU_OP_st);
	st = &step->insn.st;
	st->region = NPU_R_CORES;
	st->offset = NPU_CORE_LUT + vectors[1] * LUT_BYTES;
	st->n0 = LUT_BYTES;
	st->n1 = st->n2 = st->n3 = 1;
	npu__at(cg, step, NPU_AT_COPY, buffer, 0);
}

static void lut_emit(struct npu_codegen *cg, const struct npu_work *work,
		     const struct npu_vector_tile *tile, uint32_t *vectors)
{
	const struct npu_value *x = work->node->inputs[0];
	struct extent e = extent_of(work, x, tile);
	uint32_t in, out,
		unused[NPU_VECTORS] = { NPU_NONE, NPU_NONE, NPU_NONE,
					NPU_NONE };
	struct npu_tile_operand to, from;
	struct npu_step *step;

	if (vectors[1] == NPU_NONE)
		load_table(cg, work->node->inputs[1], vectors);
	in = load_input(cg, work, tile, 0, &e, unused);
	out = npu__buffer(cg, NPU_SPACE_spad, NPU_ENGINE_vx, e.bytes);
	step = ew_over(cg, work, tile);
	step->insn.ew.f = NPU_FUNC_lut;
	step->insn.ew.p0 = vectors[1] * LUT_BYTES;
	to = operand_in(work, work->node->outputs[0], &e, out);
	from = operand_in(work, x, &e, in);
	to.slot.zero = from.slot.zero = 0; /* bytes, as they are */
	npu__operand(cg, step, NPU_SLOT_dst, to);
	npu__operand(cg, step, NPU_SLOT_a, from);
	store_output(cg, work, tile, &e, out);
}

static void lut_need(const struct npu_codegen *cg, const struct npu_work *work,
		     const struct npu_vector_tile *tile,
		     struct npu_vector_need *out)
{
	struct extent e = extent_of(work, work->node->outputs[0], tile);

	out->spad_bytes = 2 * e.bytes + LUT_BYTES;
	out->load_bytes = out->store_bytes = dram(&e, work->node->outputs[0]);
	out->vx_cycles = is_plane(work) ? npu_vector_cycles(cg->chip, 1,
							    tile->ny, tile->nx)
					: npu_vector_cycles(cg->chip, tile->ny,
							    tile->nx, tile->nc);
}

const struct npu_vector_ops npu__lut_ops = { lut_need, lut_emit };
