/* compiler/npu_step.c - make steps, buffers and blocks of constants.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/npu_codegen_internal.h"
#include <string.h>

/* Room for one more element of an array in the arena; NULL when out of memory.
 * The old copy stays behind: a third as much again as the array, at most. Room
 * that is not used yet is not touched. */
static void *grow(struct npu_codegen *cg, void *data, uint32_t count,
		  uint32_t *capacity, size_t size)
{
	uint32_t wanted = *capacity ? *capacity * 4 : 1024;
	void *more;

	if (count < *capacity)
		return data;
	more = npu_arena_take(cg->arena, wanted, size);
	if (!more) {
		cg->failed = npu_fail(cg->err, NPU_E_NOMEM, "out of memory");
		return NULL;
	}
	if (count)
		memcpy(more, data, count * size);
	*capacity = wanted;
	return more;
}

void npu__too_large(struct npu_codegen *cg, const char *what)
{
	if (cg->failed)
		return;
	cg->failed = npu_fail(
		cg->err, NPU_E_UNSUPPORTED,
		"layer '%s': %s is more than an instruction can express",
		cg->program->layer[cg->layer].name, what);
}

uint32_t npu__buffer(struct npu_codegen *cg, enum npu_space space,
		     enum npu_engine_id engine, uint64_t size)
{
	struct npu_buffer *all = grow(cg, cg->buffer, cg->buffer_count,
				      &cg->buffer_capacity, sizeof *all);

	if (!all)
		return 0;
	cg->buffer = all;
	if (space == NPU_SPACE_spad)
		size = npu_round_up(size, NPU_LINE);
	if (size > UINT32_MAX / 2)
		npu__too_large(cg, "a tile");
	all[cg->buffer_count] = (struct npu_buffer){
		.space = (uint8_t)space,
		.engine = (uint8_t)engine,
		.tight = cg->share[cg->layer].tight,
		.job = cg->job,
		.size = (uint32_t)size,
		.first = NPU_NONE,
	};
	return cg->buffer_count++;
}

struct npu_step *npu__step(struct npu_codegen *cg, enum npu_opcode op)
{
	struct npu_step *all = grow(cg, cg->step, cg->step_count,
				    &cg->step_capacity, sizeof *all);
	struct npu_step *step = &cg->spare;

	if (all) {
		cg->step = all;
		step = &all[cg->step_count++];
	}
	memset(step, 0, sizeof *step);
	step->insn.any.op = op;
	step->insn.any.tag = (uint64_t)cg->layer << NPU_TAG_LAYER_SHIFT |
			     npu_min(cg->tile, 0xffff);
	for (int i = 0; i < NPU_AFTERS; i++)
		step->after[i] = NPU_NONE;
	step->job = cg->job;
	return step;
}

void npu__at(struct npu_codegen *cg, struct npu_step *step,
	     enum npu_field_slot slot, uint32_t buffer, uint64_t offset)
{
	union npu_insn *i = &step->insn;
	uint64_t line = offset / NPU_LINE;

	switch (slot) {
	case NPU_AT_COPY:
		if (i->op == NPU_OP_ld)
			i->ld.spad = offset;
		else
			i->st.spad = offset;
		break;
	case NPU_AT_A:
		i->gemm.a_addr = line;
		break;
	case NPU_AT_W:
		i->gemm.w_addr = line;
		break;
	case NPU_AT_BIAS:
		i->gemm.bias = line;
		break;
	case NPU_AT_C:
		i->gemm.c_row = offset;
		break;
	case NPU_AT_SCALE:
		i->ew.scale = line;
		break;
	default: /* operands of EW and RED: set by npu__operand() */
		break;
	}
	if (step == &cg->spare || buffer >= cg->buffer_count)
		return;
	if (cg->buffer[buffer].first == NPU_NONE)
		cg->buffer[buffer].first = (uint32_t)(step - cg->step);
	cg->buffer[buffer].last = (uint32_t)(step - cg->step);
	step->ref[step->ref_count++] =
		(struct npu_ref){ buffer, (uint8_t)slot };
}

void npu__patch(const struct npu_codegen *cg, struct npu_step *step)
{
	union npu_insn *i = &step->insn;

	for (uint32_t r = 0; r < step->ref_count; r++) {
		uint32_t at = cg->buffer[step->ref[r].buffer].address;
		enum npu_slot slot;
		struct npu_operand o;

		switch ((enum npu_field_slot)step->ref[r].slot) {
		case NPU_AT_COPY:
			if (i->op == NPU_OP_ld)
				i->ld.spad += at;
			else
				i->st.spad += at;
			continue;
		case NPU_AT_A:
			i->gemm.a_addr += at / NPU_LINE;
			continue;
		case NPU_AT_W:
			i->gemm.w_addr += at / NPU_LINE;
			continue;
		case NPU_AT_BIAS:
			i->gemm.bias += at / NPU_LINE;
			continue;
		case NPU_AT_C:
			i->gemm.c_row += at;
			continue;
		case NPU_AT_SCALE:
			i->ew.scale += at / NPU_LINE;
			continue;
		default:
			break;
		}
		slot = (enum npu_slot)(step->ref[r].slot - NPU_AT_DST);
		o = npu_insn_operand(i, slot);
		if (o.kind == NPU_KIND_acc)
			o.row += at;
		else
			o.addr += at / NPU_LINE;
		npu_insn_set_operand(i, slot, &o);
	}
}

/* ---- constants ---- */

uint64_t npu__block(struct npu_codegen *cg, uint64_t bytes,
		    const struct npu_block *block)
{
	struct npu_block *all = grow(cg, cg->block, cg->block_count,
				     &cg->block_capacity, sizeof *all);

	if (!all)
		return 0;
	cg->block = all;
	all[cg->block_count] = *block;
	all[cg->block_count].bytes = bytes;
	all[cg->block_count].offset = cg->constants_bytes;
	cg->constants_bytes += npu_round_up(bytes, 64);
	return all[cg->block_count++].offset;
}

void npu__load_block(struct npu_codegen *cg, uint64_t offset, uint64_t bytes,
		     uint32_t buffer, uint64_t at)
{
	const uint64_t most = (1u << 20) - 64;

	for (uint64_t done = 0; done < bytes; done += most) {
		struct npu_step *step = npu__step(cg, NPU_OP_ld);
		struct npu_insn_ld *ld = &step->insn.ld;

		ld->region = NPU_R_CONSTANTS;
		ld->offset = offset + done;
		ld->n0 = npu_min(most, bytes - done);
		ld->n1 = ld->n2 = ld->n3 = 1;
		npu__at(cg, step, NPU_AT_COPY, buffer, at + done);
	}
}

/* ---- windows of values ---- */

uint32_t npu__zero_fill(const struct npu_value *value)
{
	if (value->dtype == NPU_u8 || value->dtype == NPU_s8)
		return ((uint32_t)value->zero & 0xff) * 0x01010101u;
	return 0;
}

/* Id of the value whose bytes `id` is a slice of (itself, where of none). */
static uint32_t root(const struct npu_codegen *cg, uint32_t id)
{
	while (cg->layout[id].within != NPU_NONE)
		id = cg->layout[id].within;
	return id;
}

void npu__note_store(struct npu_codegen *cg, const struct npu_value *value,
		     int64_t lo, int64_t hi)
{
	struct npu_layout *layout = &cg->layout[root(cg, value->id)];
	struct npu_stored *all = grow(cg, cg->store, cg->store_count,
				      &cg->store_capacity, sizeof *all);
	uint32_t step = cg->step_count - 1, last = layout->last_store, other;

	if (!all)
		return;
	cg->store = all;
	other = last;
	if (last != NPU_NONE &&
	    npu__layer_of(cg, all[last].step) == npu__layer_of(cg, step))
		other = all[last].other;
	all[cg->store_count] =
		(struct npu_stored){ step, last, other, (uint64_t)lo,
				     (uint64_t)hi };
	layout->last_store = cg->store_count++;
}

void npu__after_stores(const struct npu_codegen *cg, struct npu_step *load,
		       const struct npu_value *value, int64_t lo, int64_t hi)
{
	uint32_t at = cg->layout[root(cg, value->id)].last_store;

	for (uint32_t n = 0; at != NPU_NONE && n < NPU_AFTERS;) {
		const struct npu_stored *s = &cg->store[at];

		if ((int64_t)s->lo < hi && lo < (int64_t)s->hi) {
			load->after[n++] = s->step;
			at = s->other;
		} else {
			at = s->before;
		}
	}
}

/* A copy being put together: levels of memory and scratchpad steps. */
struct copy {
	uint64_t n0, n1, n2;
	int64_t s1, s2;
	uint64_t d1, d2;
	uint64_t u_lo, u_hi, y_lo, y_hi;
};

static uint64_t clip(int64_t v, uint64_t most)
{
	return v < 0 ? 0 : npu_min((uint64_t)v, most);
}

static struct copy window_copy(const struct npu_value *value,
			       const struct npu_layout *layout,
			       const struct npu_window *w,
			       struct npu_pitch pitch)
{
	uint64_t size = npu_dtype_bytes(value->dtype);
	int64_t ys = (int64_t)npu_max(w->y_step, 1);
	int64_t xs = (int64_t)npu_max(w->x_step, 1);
	int64_t pixel = layout->stride[2], end;
	uint64_t run = npu_max(w->run, 1);
	struct copy c = {
		.n0 = (run - 1) * (uint64_t)pixel + w->nc * size,
		.n1 = w->nx,
		.n2 = w->ny,
		.s1 = xs * pixel,
		.s2 = ys * layout->stride[1],
		.d1 = pitch.x,
		.d2 = pitch.y,
	};
	int64_t reach = (int64_t)(c.n1 - 1) * c.s1 + (int64_t)c.n0;

	/* planes above and below the image */
	c.y_lo = clip((-w->y0 + ys - 1) / ys, c.n2);
	end = (value->shape.dim[1] - w->y0 + ys - 1) / ys;
	c.y_hi = c.n2 - clip(end, c.n2);
	/* bytes left and right of it; pixels outside are filled whole */
	c.u_lo = clip(-w->x0 * pixel, (uint64_t)reach);
	end = (value->shape.dim[2] - w->x0) * pixel;
	c.u_hi = clip(reach - end, (uint64_t)reach);
	return c;
}

/* Join levels that are contiguous on both sides. */
static void coalesce(struct copy *c)
{
	const uint64_t most = (1u << 20) - 1;

	if (c->n1 > 1 && c->s1 == (int64_t)c->n0 && c->d1 == c->n0 &&
	    c->n0 * c->n1 <= most) {
		c->n0 *= c->n1;
		c->n1 = 1;
		c->s1 = 0;
		c->d1 = 0;
	}
	if (c->u_lo | c->u_hi | c->y_lo | c->y_hi)
		return;
	if (c->n2 > 1 && c->n1 == 1 && c->s2 == (int64_t)c->n0 &&
	    c->d2 == c->n0 && c->n0 * c->n2 <= most) {
		c->n0 *= c->n2;
		c->n2 = 1;
		c->s2 = 0;
		c->d2 = 0;
	} else if (c->n2 > 1 && c->n1 == 1) { /* one level of rows */
		c->n1 = c->n2;
		c->s1 = c->s2;
		c->d1 = c->d2;
		c->n2 = 1;
		c->s2 = 0;
		c->d2 = 0;
	} else if (c->n2 > 1 && c->s2 == c->s1 * (int64_t)c->n1 &&
		   c->d2 == c->d1 * c->n1 && c->n1 * c->n2 <= 65535) {
		c->n1 *= c->n2;
		c->n2 = 1;
		c->s2 = 0;
		c->d2 = 0;
	}
	if (c->n1 == 1)
		c->s1 = 0, c->d1 = 0;
}

/* First byte of the window in the region; may lie before it. */
static int64_t window_offset(const struct npu_value *value,
			     const struct npu_layout *layout,
			     const struct npu_window *w)
{
	return (int64_t)layout->offset + (int64_t)w->n * layout->stride[0] +
	       w->y0 * layout->stride[1] + w->x0 * layout->stride[2] +
	       (int64_t)(w->c0 * npu_dtype_bytes(value->dtype));
}

static int fits(const struct copy *c)
{
	return c->n0 < 1u << 20 && c->n1 <= 65535 && c->n2 <= 65535 &&
	       c->u_lo <= 65535 && c->u_hi <= 65535 && c->y_lo <= 63 &&
	       c->y_hi <= 63 && c->s1 == (int32_t)c->s1 &&
	       c->s2 == (int32_t)c->s2;
}

void npu__load(struct npu_codegen *cg, const struct npu_value *value,
	       const struct npu_window *window, uint32_t fill, uint32_t buffer,
	       uint64_t offset, struct npu_pitch pitch)
{
	const struct npu_layout *layout = &cg->layout[value->id];
	struct copy c = window_copy(value, layout, window, pitch);
	int64_t at = window_offset(value, layout, window);
	struct npu_step *step;
	struct npu_insn_ld *ld;

	coalesce(&c);
	if (!fits(&c))
		npu__too_large(cg, "an input window");
	step = npu__step(cg, NPU_OP_ld);
	npu__after_stores(cg, step, value, at,
			  at + (int64_t)c.n0 + (int64_t)(c.n1 - 1) * c.s1 +
				  (int64_t)(c.n2 - 1) * c.s2);
	ld = &step->insn.ld;
	ld->region = layout->region;
	ld->offset = (uint64_t)at & 0xffffffffff;
	ld->n0 = c.n0;
	ld->n1 = c.n1;
	ld->n2 = c.n2;
	ld->n3 = 1;
	ld->s1 = c.s1;
	ld->s2 = c.s2;
	ld->d1 = c.d1;
	ld->d2 = c.d2;
	ld->u_lo = c.u_lo;
	ld->u_hi = c.u_hi;
	ld->y_lo = c.y_lo;
	ld->y_hi = c.y_hi;
	if (c.u_lo | c.u_hi | c.y_lo | c.y_hi)
		ld->fill = fill;
	npu__at(cg, step, NPU_AT_COPY, buffer, offset);
}

void npu__store(struct npu_codegen *cg, const struct npu_value *value,
		const struct npu_window *window, uint32_t buffer,
		uint64_t offset, struct npu_pitch pitch)
{
	const struct npu_layout *layout = &cg->layout[value->id];
	struct copy c = window_copy(value, layout, window, pitch);
	int64_t at = window_offset(value, layout, window);
	struct npu_step *step;
	struct npu_insn_st *st;

	coalesce(&c);
	if (!fits(&c))
		npu__too_large(cg, "an output tile");
	step = npu__step(cg, NPU_OP_st);
	st = &step->insn.st;
	st->region = layout->region;
	st->offset = (uint64_t)at;
	st->n0 = c.n0;
	st->n1 = c.n1;
	st->n2 = c.n2;
	st->n3 = 1;
	st->s1 = c.s1;
	st->s2 = c.s2;
	st->d1 = c.d1;
	st->d2 = c.d2;
	npu__at(cg, step, NPU_AT_COPY, buffer, offset);
	npu__note_store(cg, value, at,
			at + (int64_t)c.n0 + (int64_t)(c.n1 - 1) * c.s1 +
				(int64_t)(c.n2 - 1) * c.s2);
}
