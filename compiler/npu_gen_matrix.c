/* compiler/npu_gen_matrix.c - steps of convolutions and matrix products.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/npu_codegen_internal.h"

/* One layer while its steps are made. Buffers of loaded operands are kept by
 * tile and part; NONE where not loaded. */
struct matrix {
	struct npu_codegen *cg;
	const struct npu_work *work;
	const struct npu_matrix_shape *s;
	const struct npu_tiling *t;
	struct npu_value x, w, y, r; /* with the shapes of `s` */
	uint8_t is_int, has_bias;
	uint64_t m_tiles, n_tiles, x_tiles, y_tiles, parts;
	uint32_t *a, *b; /* kept operands [m_tiles][parts], [n_tiles][parts] */
	uint64_t *w_block; /* [packs][n_tiles]: offset of packed weights */
	uint64_t vector_block;
	uint32_t vector; /* multipliers of the whole layer, or NONE */
};

/* One tile, with its real extents at the borders. */
struct spot {
	uint64_t pack, image, m, n; /* tile numbers */
	uint64_t y0, ty, x0, tx, n0, tn;
	uint64_t c; /* channels of the pack */
};

struct part {
	uint64_t ky, kys, kx, kxs, c, cs;
	uint64_t first_row; /* of k */
};

static struct part part_at(const struct matrix *m, const struct spot *at,
			   uint64_t p)
{
	const struct npu_tiling *t = m->t;
	uint64_t cs = npu_div_up(m->s->c, t->k_chan);
	uint64_t xs = npu_div_up(m->s->kw, t->k_cols);
	struct part part;

	part.c = p % cs * t->k_chan;
	part.cs = npu_min(t->k_chan, at->c - part.c);
	part.kx = p / cs % xs * t->k_cols;
	part.kxs = npu_min(t->k_cols, m->s->kw - part.kx);
	part.ky = p / cs / xs * t->k_rows;
	part.kys = npu_min(t->k_rows, m->s->kh - part.ky);
	part.first_row = (part.ky * m->s->kw + part.kx) * at->c + part.c;
	return part;
}

static uint64_t a_columns(const struct matrix *m, const struct spot *at)
{
	const struct npu_matrix_shape *s = m->s;

	if (s->sampled || s->im2col)
		return at->tx;
	return (at->tx - 1) * (uint64_t)s->sx + (s->kw - 1) * (uint64_t)s->dx +
	       1;
}

static struct npu_pitch a_pitch(const struct matrix *m, const struct spot *at,
				const struct part *part)
{
	const struct npu_layout *layout = &m->cg->layout[m->x.id];
	uint64_t c = m->t->split_a ? part->cs : at->c, x;

	if (layout->resident)
		return (struct npu_pitch){ (uint64_t)layout->stride[2],
					   (uint64_t)layout->stride[1] };
	x = npu__pixel(m->s->im2col ? c * m->s->kw : c, m->x.dtype);
	return (struct npu_pitch){ x, a_columns(m, at) * x };
}

static struct npu_window a_window(const struct matrix *m, const struct spot *at,
				  const struct part *part)
{
	const struct npu_matrix_shape *s = m->s;
	struct npu_window w = {
		.n = at->image,
		.y0 = (int64_t)at->y0 * s->sy - s->pad_y,
		.x0 = (int64_t)at->x0 * s->sx - s->pad_x,
		.ny = s->sampled ? at->ty
				 : (at->ty - 1) * (uint64_t)s->sy +
					   (s->kh - 1) * (uint64_t)s->dy + 1,
		.nx = a_columns(m, at),
		.c0 = (m->work->node->op == NPU_conv ? at->pack * s->c : 0) +
		      (m->t->split_a ? part->c : 0),
		.nc = m->t->split_a ? part->cs : at->c,
	};

	if (s->sampled) {
		w.y_step = (uint64_t)s->sy;
		w.x_step = (uint64_t)s->sx;
	}
	if (s->im2col) {
		w.run = s->kw;
		w.x_step = (uint64_t)s->sx;
	}
	return w;
}

static uint32_t load_a(struct matrix *m, const struct spot *at,
		       const struct part *part)
{
	struct npu_pitch pitch = a_pitch(m, at, part);
	struct npu_window w = a_window(m, at, part);
	uint32_t buffer;

	if (npu__is_held(m->cg, &m->x))
		return m->cg->layout[m->x.id].buffer;
	buffer = npu__buffer(m->cg, NPU_SPACE_spad, NPU_ENGINE_mx,
			     w.ny * pitch.y);
	npu__load(m->cg, &m->x, &w, npu__zero_fill(&m->x), buffer, 0, pitch);
	return buffer;
}

static uint64_t bias_bytes(const struct matrix *m, const struct spot *at,
			   uint64_t p)
{
	return m->has_bias && p == 0 ? npu_round_up(at->tn * 4, NPU_LINE) : 0;
}

/* Weights of one part, the bias before those of the first. */
static uint32_t load_w(struct matrix *m, const struct spot *at,
		       const struct part *part, uint64_t p)
{
	uint64_t rows = part->kys * part->kxs * part->cs, pitch, size;
	int trans = m->work->node->low.trans_b;
	uint32_t buffer;

	if (m->work->node->op == NPU_conv) {
		uint64_t at_byte = 0;

		pitch = npu__pixel(at->tn, m->w.dtype);
		size = bias_bytes(m, at, p) + rows * pitch;
		if (p)
			at_byte =
				bias_bytes(m, at, 0) + part->first_row * pitch;
		buffer =
			npu__buffer(m->cg, NPU_SPACE_spad, NPU_ENGINE_mx, size);
		npu__load_block(m->cg,
				m->w_block[at->pack * m->n_tiles + at->n] +
					at_byte,
				size, buffer, 0);
		return buffer;
	}
	pitch = npu__pixel(trans ? rows : at->tn, m->w.dtype);
	buffer = npu__buffer(m->cg, NPU_SPACE_spad, NPU_ENGINE_mx,
			     pitch * (trans ? at->tn : rows));
	npu__load(
		m->cg, &m->w,
		&(struct npu_window){ .n = at->image,
				      .y0 = (int64_t)at->y0,
				      .ny = 1,
				      .x0 = (int64_t)(trans ? at->n0 : part->c),
				      .nx = trans ? at->tn : rows,
				      .c0 = trans ? part->c : at->n0,
				      .nc = trans ? rows : at->tn },
		0, buffer, 0, (struct npu_pitch){ pitch, 0 });
	return buffer;
}

static void gemm(struct matrix *m, const struct spot *at,
		 const struct part *part, uint64_t p, uint32_t a, uint32_t b,
		 uint32_t acc)
{
	const struct npu_matrix_shape *s = m->s;
	struct npu_pitch pitch = a_pitch(m, at, part);
	struct npu_window window = a_window(m, at, part);
	struct npu_held held;
	int trans =
		m->work->node->op == NPU_matmul && m->work->node->low.trans_b;
	uint64_t rows = part->kys * part->kxs * part->cs, offset;
	struct npu_step *step = npu__step(m->cg, NPU_OP_gemm);
	struct npu_insn_gemm *g = &step->insn.gemm;
	uint64_t sy = s->sampled ? 1 : (uint64_t)s->sy;
	uint64_t sx = s->sampled || s->im2col ? 1 : (uint64_t)s->sx;

	g->dt_a = m->x.dtype;
	g->dt_w = m->w.dtype;
	g->tb = (uint64_t)trans;
	g->init = p ? 1 : m->has_bias ? 2 : 0;
	g->n = at->tn;
	g->nc = s->im2col ? part->cs * s->kw : part->cs;
	g->my = at->ty;
	g->mx = at->tx;
	g->ky = part->kys;
	g->kx = s->im2col ? 1 : part->kxs;
	if (m->is_int) {
		g->a_zero = (uint8_t)m->x.zero;
		g->w_zero = (uint8_t)m->w.zero;
	}
	g->a_my = g->my > 1 ? sy * pitch.y / NPU_LINE : 0;
	g->a_mx = g->mx > 1 ? sx * pitch.x / NPU_LINE : 0;
	g->a_ky = g->ky > 1 ? (uint64_t)s->dy * pitch.y / NPU_LINE : 0;
	g->a_kx = g->kx > 1 ? (uint64_t)s->dx * pitch.x / NPU_LINE : 0;
	g->w_pitch = npu__pixel(trans ? rows : at->tn, m->w.dtype) / NPU_LINE;
	g->c_n = at->ty * at->tx;
	g->c_y = at->tx;
	g->c_x = 1;
	offset = part->ky * (uint64_t)s->dy * pitch.y;
	if (!s->im2col)
		offset += part->kx * (uint64_t)s->dx * pitch.x;
	if (!m->t->split_a)
		offset += part->c * s->ea;
	if (npu__held(m->cg, &m->x, &window, &held)) {
		offset += held.offset;
		npu__after_stores(m->cg, step, &m->x, (int64_t)held.offset,
				  (int64_t)(held.offset + held.bytes));
	}
	npu__at(m->cg, step, NPU_AT_A, a, offset);
	npu__at(m->cg, step, NPU_AT_W, b, bias_bytes(m, at, p));
	if (g->init == 2)
		npu__at(m->cg, step, NPU_AT_BIAS, b, 0);
	npu__at(m->cg, step, NPU_AT_C, acc, 0);
}

/* Multipliers of one n tile: of the whole layer where they start at lines. */
static struct npu_tile_operand multiplier(struct matrix *m,
					  const struct spot *at)
{
	uint32_t buffer;

	if (m->vector != NPU_NONE)
		return npu__row(NPU_fp32, m->vector, at->n0 * 4);
	buffer = npu__buffer(m->cg, NPU_SPACE_spad, NPU_ENGINE_vx, at->tn * 4);
	npu__load_block(m->cg, m->vector_block + at->n0 * 4, at->tn * 4, buffer,
			0);
	return npu__row(NPU_fp32, buffer, 0);
}

/* The tile of `v`: where it stays, or a buffer of its own, loaded if asked. */
static struct npu_tile_operand tile_of(struct matrix *m,
				       const struct npu_value *v,
				       const struct npu_window *w,
				       struct npu_held *held, int load)
{
	uint64_t p = npu__pixel(w->nc, v->dtype);

	if (!npu__held(m->cg, v, w, held)) {
		held->pitch = (struct npu_pitch){ p, w->nx * p };
		held->offset = 0;
		held->buffer = npu__buffer(m->cg, NPU_SPACE_spad, NPU_ENGINE_vx,
					   w->ny * held->pitch.y);
		if (load)
			npu__load(m->cg, v, w, 0, held->buffer, 0, held->pitch);
	}
	return npu__tensor(v, held->buffer, held->offset, held->pitch.x,
			   w->ny > 1 ? held->pitch.y : 0);
}

/* Accumulators to the output tile, one rounding; and the tile to memory. */
static void finish(struct matrix *m, const struct spot *at, uint32_t acc)
{
	const struct npu_lowered *low = &m->work->node->low;
	int is_conv = m->work->node->op == NPU_conv;
	int scaled = is_conv && low->multiplier >= 0;
	int added = is_conv && low->residual >= 0;
	struct npu_window w = { .n = at->image,
				.y0 = (int64_t)at->y0,
				.x0 = (int64_t)at->x0,
				.ny = at->ty,
				.nx = at->tx,
				.c0 = at->n0,
				.nc = at->tn };
	struct npu_tile_operand mul = { 0 }, add = { 0 }, to;
	struct npu_held out, from;
	struct npu_step *step;

	if (scaled)
		mul = multiplier(m, at);
	if (added)
		add = tile_of(m, &m->r, &w, &from, 1);
	to = tile_of(m, &m->y, &w, &out, 0);
	step = npu__ew(m->cg, at->ty, at->tx, at->tn);
	npu__operand(m->cg, step, NPU_SLOT_dst, to);
	npu__operand(m->cg, step, NPU_SLOT_a,
		     npu__acc(m->is_int ? NPU_s32 : NPU_fp32, acc,
			      at->ty * at->tx, 1, at->tx));
	if (scaled) {
		step->insn.ew.op0 = NPU_ALU_mul;
		npu__operand(m->cg, step, NPU_SLOT_b, mul);
	}
	if (added) {
		step->insn.ew.op1 = NPU_ALU_add;
		npu__operand(m->cg, step, NPU_SLOT_c, add);
		if (npu__is_held(m->cg, &m->r))
			npu__after_stores(m->cg, step, &m->r,
					  (int64_t)from.offset,
					  (int64_t)(from.offset + from.bytes));
	}
	npu__post(step, &low->post);
	if (npu__is_held(m->cg, &m->y))
		npu__note_store(m->cg, &m->y, (int64_t)out.offset,
				(int64_t)(out.offset + out.bytes));
	else
		npu__store(m->cg, &m->y, &w, out.buffer, 0, out.pitch);
}

static void tile(struct matrix *m, const struct spot *at)
{
	uint64_t rows = at->ty * at->tx, reuse_a, reuse_b;
	const struct npu_tiling *t = m->t;
	uint32_t acc;

	m->cg->job++;
	m->cg->tile++;
	acc = npu__buffer(m->cg, NPU_SPACE_acc, NPU_ENGINE_mx,
			  rows * npu_div_up(at->tn, m->cg->T));
	reuse_a = t->n_outer && t->keep ? at->m : 0;
	reuse_b = !t->n_outer && t->keep ? at->n : 0;
	for (uint64_t p = 0; p < m->parts; p++) {
		struct part part = part_at(m, at, p);
		uint32_t *a = &m->a[reuse_a * m->parts + (t->split_a ? p : 0)];
		uint32_t *b = &m->b[reuse_b * m->parts + p];

		if (*a == NPU_NONE)
			*a = load_a(m, at, &part);
		if (*b == NPU_NONE || m->parts > 1)
			*b = load_w(m, at, &part, p);
		gemm(m, at, &part, p, *a, *b, acc);
		if (t->split_a)
			*a = NPU_NONE;
	}
	finish(m, at, acc);
}

static void forget(uint32_t *buffers, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		buffers[i] = NPU_NONE;
}

static struct spot spot_at(const struct matrix *m, uint64_t pack, uint64_t mt,
			   uint64_t nt)
{
	const struct npu_matrix_shape *s = m->s;
	const struct npu_node *node = m->work->node;
	struct spot at = { .pack = pack, .m = mt, .n = nt, .c = s->c };
	uint64_t n = s->n, per_image = m->y_tiles * m->x_tiles;

	if (node->op == NPU_conv && s->packs > 1) { /* the last may be short */
		uint64_t left = (uint64_t)node->low.groups - pack * s->groups;
		uint64_t groups = npu_min(s->groups, left);

		at.c = s->c / s->groups * groups;
		n = s->n / s->groups * groups;
	}
	at.image = mt / per_image;
	at.y0 = mt % per_image / m->x_tiles * m->t->ty;
	at.ty = npu_min(m->t->ty, s->oh - at.y0);
	at.x0 = mt % m->x_tiles * m->t->tx;
	at.tx = npu_min(m->t->tx, s->ow - at.x0);
	at.n0 = nt * m->t->tn;
	at.tn = at.n0 < n ? npu_min(m->t->tn, n - at.n0) : 0;
	if (node->op == NPU_conv) {
		at.n0 += pack * s->n;
	} else { /* a pack is a row of the batch */
		at.image = pack / (uint64_t)node->inputs[0]->shape.dim[1];
		at.y0 = pack % (uint64_t)node->inputs[0]->shape.dim[1];
	}
	return at;
}

static void pack_weights(struct matrix *m)
{
	struct npu_node *node = m->work->node;
	const struct npu_lowered *low = &node->low;
	uint64_t count = m->s->packs * m->n_tiles;

	m->w_block = npu_new(m->cg->arena, uint64_t, count);
	for (uint64_t i = 0; m->w_block && i < count; i++) {
		struct spot at = spot_at(m, i / m->n_tiles, 0, i % m->n_tiles);
		uint64_t k = m->s->kh * m->s->kw * at.c;
		struct npu_block block = {
			.value = node->inputs[1],
			.bias = m->has_bias ? node->inputs[low->bias] : NULL,
			.n0 = (uint32_t)at.n0,
			.nn = (uint32_t)at.tn,
			.g0 = (uint32_t)(at.pack * m->s->groups),
			.groups = (uint32_t)(at.c / (m->s->c / m->s->groups)),
			.columns = (uint32_t)(m->s->n / m->s->groups),
		};

		if (!at.tn)
			continue;
		m->w_block[i] =
			npu__block(m->cg,
				   bias_bytes(m, &at, 0) +
					   k * npu__pixel(at.tn, m->w.dtype),
				   &block);
	}
	if (low->multiplier < 0)
		return;
	m->vector_block = npu__block(
		m->cg, (uint64_t)m->y.shape.dim[3] * 4,
		&(struct npu_block){ .value = node->inputs[low->multiplier] });
	if ((m->s->packs > 1 && m->s->n % 4) ||
	    (m->n_tiles > 1 && m->t->tn % 4))
		return;
	m->vector = npu__buffer(m->cg, NPU_SPACE_spad, NPU_ENGINE_vx,
				(uint64_t)m->y.shape.dim[3] * 4);
	npu__load_block(m->cg, m->vector_block, (uint64_t)m->y.shape.dim[3] * 4,
			m->vector, 0);
}

static void flatten(struct npu_value *value)
{
	int64_t *dim = value->shape.dim;

	dim[2] *= dim[0] * dim[1];
	dim[0] = dim[1] = 1;
}

static void set_up(struct matrix *m)
{
	const struct npu_node *node = m->work->node;
	const struct npu_matrix_shape *s = m->s;

	m->x = *node->inputs[0];
	m->w = *node->inputs[1];
	m->y = *node->outputs[0];
	if (node->op == NPU_conv && node->low.residual >= 0)
		m->r = *node->inputs[node->low.residual];
	if (s->flat) {
		flatten(&m->x);
		flatten(&m->y);
		flatten(&m->r);
	}
	m->is_int = m->x.dtype == NPU_u8 || m->x.dtype == NPU_s8;
	m->has_bias = node->op == NPU_conv && node->low.bias >= 0;
	m->x_tiles = npu_div_up(s->ow, m->t->tx);
	m->y_tiles = npu_div_up(s->oh, m->t->ty);
	m->m_tiles = s->images * m->y_tiles * m->x_tiles;
	m->n_tiles = npu_div_up(s->n, m->t->tn);
	m->parts = npu_div_up(s->kh, m->t->k_rows) *
		   npu_div_up(s->kw, m->t->k_cols) *
		   npu_div_up(s->c, m->t->k_chan);
	m->vector = NPU_NONE;
}

void npu__matrix_jobs(struct npu_codegen *cg, const struct npu_work *work)
{
	struct matrix m = {
		.cg = cg, .work = work, .s = &work->shape, .t = &work->tiling
	};
	uint64_t outer, inner, a_count, b_count;

	set_up(&m);
	a_count = (m.t->n_outer && m.t->keep ? m.m_tiles : 1) * m.parts;
	b_count = (!m.t->n_outer && m.t->keep ? m.n_tiles : 1) * m.parts;
	m.a = npu_new(cg->arena, uint32_t, a_count);
	m.b = npu_new(cg->arena, uint32_t, b_count);
	if (!m.a || !m.b) {
		cg->failed = npu_fail(cg->err, NPU_E_NOMEM, "out of memory");
		return;
	}
	cg->job++;
	npu__hold_output(cg, work);
	if (work->node->op == NPU_conv)
		pack_weights(&m);
	outer = m.t->n_outer ? m.n_tiles : m.m_tiles;
	inner = m.t->n_outer ? m.m_tiles : m.n_tiles;
	for (uint64_t p = 0; p < m.s->packs && !cg->failed; p++) {
		forget(m.a, a_count);
		forget(m.b, b_count);
		for (uint64_t o = 0; o < outer; o++)
			for (uint64_t i = 0; i < inner; i++) {
				struct spot at =
					spot_at(&m, p, m.t->n_outer ? i : o,
						m.t->n_outer ? o : i);

				if (!i && m.t->n_outer)
					forget(m.b, b_count);
				if (!i && !m.t->n_outer)
					forget(m.a, a_count);
				/* the inner loop's operand, unless kept; one
				 * tile alone stays */
				if (inner > 1 && !m.t->keep)
					forget(m.t->n_outer ? m.a : m.b,
					       m.t->n_outer ? a_count
							    : b_count);
				if (at.tn)
					tile(&m, &at);
			}
	}
}
