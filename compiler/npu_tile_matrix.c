/* compiler/npu_tile_matrix.c - tiles of a matrix product, chosen by cost.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A tile is ty x tx output pixels by tn output channels; k may be cut in parts,
 * in the order (ky, kx, c) that the numerics fix. Candidates are all useful
 * sizes; each is charged the time of the busiest of array, vector engine, LD
 * and DRAM, plus what cannot overlap. */
#include "compiler/npu_codegen_internal.h"
#include "isa/npu_cost.h"

enum { SIZES = 40, PENALTY = 4 };

static int is_flat_layout(const struct npu_codegen *cg,
			  const struct npu_value *v)
{
	const struct npu_layout *l = &cg->layout[v->id];
	const int64_t *dim = v->shape.dim;

	return l->stride[1] == dim[2] * l->stride[2] &&
	       (dim[0] == 1 || l->stride[0] == dim[1] * l->stride[1]);
}

static const struct npu_value *residual(const struct npu_node *node)
{
	return node->op == NPU_conv && node->low.residual >= 0
		       ? node->inputs[node->low.residual]
		       : NULL;
}

static void conv_shape(const struct npu_codegen *cg, struct npu_work *work)
{
	const struct npu_node *node = work->node;
	const struct npu_lowered *low = &node->low;
	const struct npu_value *x = node->inputs[0], *y = node->outputs[0];
	const struct npu_value *r = residual(node);
	struct npu_matrix_shape *s = &work->shape;
	uint64_t per = (uint64_t)node->inputs[1]->shape.dim[2];
	uint64_t all = (uint64_t)low->groups;
	int one = low->kernel[0] == 1 && low->kernel[1] == 1 &&
		  !low->pad_lo[0] && !low->pad_lo[1] && !low->pad_hi[0] &&
		  !low->pad_hi[1];

	s->images = (uint64_t)x->shape.dim[0];
	s->h = (uint64_t)x->shape.dim[1];
	s->w = (uint64_t)x->shape.dim[2];
	s->oh = (uint64_t)y->shape.dim[1];
	s->ow = (uint64_t)y->shape.dim[2];
	s->kh = (uint64_t)low->kernel[0];
	s->kw = (uint64_t)low->kernel[1];
	s->sy = low->stride[0];
	s->sx = low->stride[1];
	s->dy = low->dilation[0];
	s->dx = low->dilation[1];
	s->pad_y = low->pad_lo[0];
	s->pad_x = low->pad_lo[1];
	/* a pack's channels start at a whole line */
	s->groups = all == 1 ? 1 : NPU_LINE / npu_gcd(NPU_LINE, per * s->ea);
	if (s->groups > all)
		s->groups = all;
	s->packs = npu_div_up(all, s->groups);
	s->c = s->groups * per;
	s->n = s->groups * ((uint64_t)y->shape.dim[3] / all);
	s->sampled = one && (s->sy > 1 || s->sx > 1) && !npu__is_held(cg, x);
	s->flat = one && s->sy == 1 && s->sx == 1 && is_flat_layout(cg, x) &&
		  is_flat_layout(cg, y) && (!r || is_flat_layout(cg, r));
	if (s->flat) {
		s->w = s->ow = s->images * s->h * s->w;
		s->images = s->h = s->oh = 1;
	}
}

void npu__matrix_shape(const struct npu_codegen *cg, struct npu_work *work)
{
	const struct npu_node *node = work->node;
	const struct npu_value *x = node->inputs[0], *y = node->outputs[0];
	struct npu_matrix_shape *s = &work->shape;

	*s = (struct npu_matrix_shape){ 0 };
	s->ea = (uint8_t)npu_dtype_bytes(x->dtype);
	s->ew = (uint8_t)npu_dtype_bytes(node->inputs[1]->dtype);
	s->eo = (uint8_t)npu_dtype_bytes(y->dtype);
	if (residual(node))
		s->er = (uint8_t)npu_dtype_bytes(residual(node)->dtype);
	if (node->op == NPU_conv) {
		conv_shape(cg, work);
		return;
	}
	s->trans_b = node->low.trans_b != 0;
	s->images = s->h = s->oh = s->kh = s->kw = s->groups = 1;
	s->sy = s->sx = s->dy = s->dx = 1;
	s->packs = (uint64_t)(x->shape.dim[0] * x->shape.dim[1]);
	s->w = s->ow = (uint64_t)x->shape.dim[2];
	s->c = (uint64_t)x->shape.dim[3];
	s->n = (uint64_t)y->shape.dim[3];
}

/* ---- cost of one candidate ---- */

struct tile_size {
	uint64_t a_bytes, w_bytes, o_bytes, r_bytes, rows;
	uint64_t a_dram, o_dram, r_dram; /* bursts included */
	uint64_t m_tiles, n_tiles, parts;
	uint64_t row_step; /* bytes between rows that an instruction walks */
};

static struct tile_size tile_size(const struct npu_codegen *cg,
				  const struct npu_work *work,
				  const struct npu_tiling *t)
{
	const struct npu_matrix_shape *s = &work->shape;
	const struct npu_node *node = work->node;
	uint64_t k = t->k_rows * t->k_cols * t->k_chan, rows, cols, m, c;
	uint64_t all_c = (uint64_t)node->inputs[0]->shape.dim[3];
	uint64_t all_n = (uint64_t)node->outputs[0]->shape.dim[3];
	struct tile_size z;

	m = t->ty * t->tx;
	rows = s->sampled ? t->ty
			  : (t->ty - 1) * (uint64_t)s->sy +
				    (s->kh - 1) * (uint64_t)s->dy + 1;
	cols = s->sampled || s->im2col
		       ? t->tx
		       : (t->tx - 1) * (uint64_t)s->sx +
				 (s->kw - 1) * (uint64_t)s->dx + 1;
	c = t->split_a ? t->k_chan : s->c;
	if (s->im2col)
		c *= s->kw;
	z.a_bytes = rows * cols * npu_round_up(c * s->ea, NPU_LINE);
	z.row_step = rows == 1 ? 0 : z.a_bytes / rows;
	if (rows > 1 && npu__is_held(cg, node->inputs[0]))
		z.row_step =
			(uint64_t)cg->layout[node->inputs[0]->id].stride[1];
	z.row_step *= (uint64_t)(s->sy > s->dy ? s->sy : s->dy);
	z.a_dram = s->im2col ? npu__bursts(rows * cols, c * s->ea)
		   : c == all_c && !s->sampled
			   ? npu__bursts(rows, cols * c * s->ea)
			   : npu__bursts(rows * cols, c * s->ea);
	z.parts = npu_div_up(s->kh, t->k_rows) * npu_div_up(s->kw, t->k_cols) *
		  npu_div_up(s->c, t->k_chan);
	z.w_bytes = k * npu_round_up(t->tn * s->ew, NPU_LINE) +
		    npu_round_up(t->tn * 4, NPU_LINE);
	z.o_bytes = m * npu_round_up(t->tn * s->eo, NPU_LINE);
	z.r_bytes = m * npu_round_up(t->tn * s->er, NPU_LINE);
	z.o_dram = t->tn == all_n ? m * t->tn * s->eo
				  : npu__bursts(m, t->tn * s->eo);
	z.r_dram = t->tn == all_n ? m * t->tn * s->er
				  : npu__bursts(m, t->tn * s->er);
	if (npu__is_held(cg, node->inputs[0]))
		z.a_bytes = z.a_dram = 0;
	if (npu__is_held(cg, node->outputs[0]))
		z.o_bytes = z.o_dram = 0;
	if (residual(node) && npu__is_held(cg, residual(node)))
		z.r_bytes = z.r_dram = 0;
	z.rows = m * npu_div_up(t->tn, cg->T);
	z.m_tiles =
		s->images * npu_div_up(s->oh, t->ty) * npu_div_up(s->ow, t->tx);
	z.n_tiles = npu_div_up(s->n, t->tn);
	return z;
}

/* Scratchpad bytes of all buffers, with doubles where there is a next tile. */
static uint64_t spad_need(const struct npu_work *work,
			  const struct npu_tiling *t, const struct tile_size *z)
{
	uint64_t jobs = z->m_tiles * z->n_tiles * work->shape.packs;
	uint64_t loads = z->parts > 1 ? 2 : npu_min(2, jobs);
	uint64_t a = npu_min(loads, z->m_tiles * work->shape.packs);
	uint64_t w = npu_min(loads, z->n_tiles * z->parts);

	if (t->split_a)
		a = loads;
	if (t->keep && !t->n_outer)
		w = z->n_tiles * z->parts;
	if (t->keep && t->n_outer)
		a = z->m_tiles;
	return a * z->a_bytes + w * z->w_bytes +
	       npu_min(2, jobs) * (z->o_bytes + z->r_bytes) + 4 * work->shape.n;
}

/* Can the next tile's operands be loaded while the array reads this one's, and
 * VX writes its result: has each of these banks of its own? */
static int has_banks(const struct npu_codegen *cg, const struct npu_work *work,
		     const struct npu_tiling *t, const struct tile_size *z)
{
	const uint64_t banks = cg->chip->scratchpad.banks;
	const uint64_t bank = cg->chip->scratchpad.bytes / banks;
	const uint64_t held = cg->held_bytes ? cg->held_bytes[work->layer] : 0;
	const uint64_t jobs = z->m_tiles * z->n_tiles * work->shape.packs;
	uint64_t once = 4 * work->shape.n, next = 0;

	if (t->keep && t->n_outer)
		once += z->a_bytes * z->m_tiles;
	else if (!t->split_a && z->m_tiles * work->shape.packs == 1)
		once += z->a_bytes;
	else
		next += z->a_bytes;
	if (t->keep && !t->n_outer)
		once += z->w_bytes * z->n_tiles * z->parts;
	else if (z->n_tiles * z->parts * work->shape.packs == 1)
		once += z->w_bytes;
	else
		next += z->w_bytes;
	return npu_div_up(held, bank) + npu_div_up(once + next, bank) +
		       npu_div_up(next, bank) +
		       npu_min(2, jobs) *
			       npu_div_up(z->o_bytes + z->r_bytes, bank) <=
	       banks;
}

/* Sets the costs of `t`; 0 where the chip cannot hold or express it. */
static int price(const struct npu_codegen *cg, const struct npu_work *work,
		 struct npu_tiling *t)
{
	const struct npu_matrix_shape *s = &work->shape;
	const struct npu_chip *chip = cg->chip;
	const struct tile_size z = tile_size(cg, work, t);
	uint64_t jobs = z.m_tiles * z.n_tiles * s->packs, m, ld, w_loads;
	uint64_t a_loads, dram, first, last;
	struct npu_gemm_shape gemm = {
		.rows = npu_div_up(s->images * s->oh * s->ow, z.m_tiles),
		.k_steps = t->k_rows * t->k_cols,
		.k_per_step = t->k_chan,
		.n = npu_div_up(s->n, z.n_tiles),
		.tb = s->trans_b,
		.passes = s->ea == 4 ? (uint8_t)chip->array.fp32_passes : 1,
		.stored_of_4 = 4,
	};

	m = t->ty * t->tx;
	t->spad_bytes = spad_need(work, t, &z);
	t->acc_rows = z.rows * npu_min(2, jobs);
	if (t->spad_bytes > npu__spad_budget(cg, work) ||
	    t->acc_rows > npu__acc_budget(cg, work) || m > 32767 ||
	    t->tn > 65535 || z.row_step >= 1u << 20)
		return 0;
	if (s->im2col)
		gemm.k_steps = t->k_rows, gemm.k_per_step *= s->kw;
	w_loads = z.parts > 1 || (!t->n_outer && !t->keep)
			  ? z.m_tiles * z.n_tiles
			  : z.n_tiles;
	if (!t->n_outer && z.n_tiles * z.parts == 1)
		w_loads = z.n_tiles;
	a_loads = t->n_outer && !t->keep && z.m_tiles > 1
			  ? z.m_tiles * z.n_tiles
			  : z.m_tiles;
	if (t->split_a)
		a_loads = z.m_tiles * z.n_tiles * z.parts;
	dram = a_loads * z.a_dram + w_loads * z.parts * z.w_bytes +
	       z.m_tiles * z.n_tiles * (z.o_dram + z.r_dram);
	t->dram_bytes = s->packs * dram + 64 * (jobs * (3 + 2 * z.parts));
	t->mx_cycles =
		jobs * z.parts * (npu_gemm_stream_cycles(chip, &gemm) + 4);
	t->vx_cycles = jobs * (npu_vector_cycles(chip, 1, gemm.rows, gemm.n) +
			       chip->vector.latency);
	ld = s->packs * (a_loads * z.a_bytes + w_loads * z.parts * z.w_bytes) /
	     chip->dma.width;
	dram = (uint64_t)((double)t->dram_bytes / cg->dram_bytes_per_cycle);
	t->cycles =
		npu_max(npu_max(t->mx_cycles, t->vx_cycles), npu_max(dram, ld));
	if (!has_banks(cg, work, t, &z))
		t->cycles += npu_min(t->mx_cycles, npu_max(dram, ld));
	/* the first tile's loads and the last one's way out */
	first = (uint64_t)((double)(z.a_dram + z.w_bytes) /
			   cg->dram_bytes_per_cycle);
	last = npu_vector_cycles(chip, 1, gemm.rows, gemm.n) +
	       (uint64_t)((double)z.o_dram / cg->dram_bytes_per_cycle);
	/* a neighbour can begin once all channels of some pixels are there */
	if (work->grouped && (t->n_outer ? z.n_tiles > 1 : z.m_tiles == 1))
		t->cycles += t->cycles / PENALTY;
	t->cycles += first / 2 + last / 2 +
		     (t->mx_cycles + t->vx_cycles + dram) / 64;
	return 1;
}

/* ---- candidates ---- */

/* Sizes that cut `n` into 1, 2, 3, .. nearly equal pieces of whole `unit`s,
 * largest first; later ones doubling. */
static uint32_t sizes(uint64_t n, uint64_t unit, uint64_t most,
		      uint64_t out[SIZES])
{
	uint32_t count = 0;
	uint64_t units = npu_div_up(n, unit), last = 0;

	for (uint64_t k = 1; count < SIZES && k <= units;
	     k += k < 16 ? 1 : k / 8) {
		uint64_t size = npu_div_up(units, k) * unit;

		if (size != last && size <= most)
			out[count++] = npu_min(size, n);
		last = size;
	}
	if (count < SIZES && (!count || out[count - 1] > unit))
		out[count++] = npu_min(unit, n);
	return count;
}

struct search {
	struct npu_codegen *cg;
	struct npu_work *work;
	struct npu_tiling best, next;
	uint8_t best_im2col;
	uint64_t least_bytes, least_rows; /* of what does not fit */
	uint64_t considered;
};

static void consider(struct search *f, struct npu_tiling t)
{
	f->considered++;
	if (!price(f->cg, f->work, &t)) {
		if (t.acc_rows <= npu__acc_budget(f->cg, f->work) &&
		    t.spad_bytes < f->least_bytes)
			f->least_bytes = t.spad_bytes;
		if (t.acc_rows < f->least_rows)
			f->least_rows = t.acc_rows;
		return;
	}
	if (!f->best.cycles || t.cycles < f->best.cycles ||
	    (t.cycles == f->best.cycles && t.spad_bytes < f->best.spad_bytes)) {
		if (f->best.cycles &&
		    (f->best.tn != t.tn || f->best.ty != t.ty ||
		     f->best.tx != t.tx))
			f->next = f->best;
		f->best = t;
		f->best_im2col = f->work->shape.im2col;
	} else if ((!f->next.cycles || t.cycles < f->next.cycles) &&
		   (f->best.tn != t.tn || f->best.ty != t.ty ||
		    f->best.tx != t.tx)) {
		f->next = t;
	}
}

/* Both loop orders, with and without keeping the inner operand loaded. */
static void try_orders(struct search *f, struct npu_tiling t, int parts)
{
	for (int o = 0; o < 4; o++) {
		t.n_outer = o & 1;
		t.keep = o >> 1 & 1;
		if (t.keep && (parts || f->work->shape.packs > 1))
			continue;
		consider(f, t);
	}
}

/* The whole of k, and parts of it where the weights are large. */
static void try_parts(struct search *f, struct npu_tiling t)
{
	const struct npu_matrix_shape *s = &f->work->shape;
	uint64_t k = s->kh * s->kw * s->c, unit = f->cg->chip->array.rows;
	uint64_t large = npu__spad_budget(f->cg, f->work) / 8;

	t.k_rows = s->kh;
	t.k_cols = s->kw;
	t.k_chan = s->c;
	try_orders(f, t, 0);
	if (k * t.tn * s->ew < large ||
	    f->cg->chip->array.overlap == NPU_overlap_none)
		return;
	t.k_rows = 1;
	if (s->kh > 1)
		try_orders(f, t, 1);
	if (s->im2col)
		return;
	t.k_cols = 1;
	if (s->kw > 1 && s->kw * s->c * t.tn * s->ew >= large)
		try_orders(f, t, 1);
	unit = npu_round_up(unit, NPU_LINE);
	for (uint64_t c = s->c; c * t.tn * s->ew >= large && c > unit;) {
		c = npu_round_up(npu_div_up(c, 2), unit);
		t.k_chan = c;
		t.split_a = 0;
		try_orders(f, t, 1);
		t.split_a = s->kh * s->kw == 1 && s->packs == 1 &&
			    !npu__is_held(f->cg, f->work->node->inputs[0]);
		if (t.split_a)
			try_orders(f, t, 1);
	}
}

/* Under `overlap: none` the array pays whole folds, so that only cuts at
 * multiples of what lies on its rows and columns cost nothing. */
static void units(const struct npu_codegen *cg, const struct npu_work *work,
		  uint64_t *m_unit, uint64_t *n_unit)
{
	const struct npu_matrix_shape *s = &work->shape;
	const struct npu_chip *chip = cg->chip;

	*m_unit = 1;
	*n_unit = npu__channel_unit(cg, work);
	if (chip->array.overlap == NPU_overlap_full)
		return;
	if (chip->array.dataflow == NPU_dataflow_ws)
		*m_unit = s->oh * s->ow;
	if (chip->array.dataflow == NPU_dataflow_os)
		*m_unit = chip->array.rows;
	if (chip->array.dataflow == NPU_dataflow_is) {
		*m_unit = chip->array.cols;
		*n_unit = s->n;
	}
}

static void search_shape(struct search *f)
{
	const struct npu_matrix_shape *s = &f->work->shape;
	uint64_t ys[SIZES], xs[SIZES], ns[SIZES], m_unit, n_unit;
	uint32_t y_count, x_count, n_count;

	units(f->cg, f->work, &m_unit, &n_unit);
	n_count = sizes(s->n, n_unit, 65535, ns);
	y_count = sizes(s->oh, 1, 32767, ys);
	/* more than the accumulators hold would only crowd out what fits */
	x_count = sizes(s->ow, 1, npu_min(f->cg->acc_rows, 32767), xs);
	if (s->oh > 1 && x_count > 6)
		x_count = 6;
	for (uint32_t y = 0; y < y_count; y++)
		for (uint32_t x = 0; x < x_count; x++) {
			uint64_t m = ys[y] * xs[x];

			if (m % m_unit && m != s->oh * s->ow)
				continue;
			for (uint32_t n = 0; n < n_count; n++) {
				struct npu_tiling t = { .ty = ys[y],
							.tx = xs[x],
							.tn = ns[n] };

				if (m * npu_div_up(ns[n], f->cg->T) >
					    f->cg->acc_rows &&
				    n + 1 < n_count)
					continue;
				try_parts(f, t);
			}
		}
}

/* Do columns of kw pixels fill the rows of the array better? */
static int may_im2col(const struct npu_codegen *cg, const struct npu_work *work)
{
	const struct npu_matrix_shape *s = &work->shape;
	const struct npu_value *x = work->node->inputs[0];
	uint64_t rows = cg->chip->array.rows;

	return !npu__is_held(cg, x) && s->kw > 1 && s->dx == 1 &&
	       work->node->low.groups == 1 &&
	       cg->layout[x->id].stride[2] == (int64_t)(s->c * s->ea) &&
	       s->kw * s->c * s->ea <= 1024 &&
	       npu_div_up(s->kw * s->c, rows) < s->kw * npu_div_up(s->c, rows);
}

enum npu_status npu__matrix_tile(struct npu_codegen *cg, struct npu_work *work)
{
	struct search f = { .cg = cg,
			    .work = work,
			    .least_bytes = UINT64_MAX,
			    .least_rows = UINT64_MAX };

	npu__matrix_shape(cg, work);
	if (npu__tile_recall(cg, work))
		return NPU_OK;
	if (may_im2col(cg, work)) {
		work->shape.im2col = 1;
		search_shape(&f);
		work->shape.im2col = 0;
	}
	search_shape(&f);
	work->considered = f.considered;
	if (f.best.cycles) {
		work->tiling = f.best;
		work->runner_up = f.next;
		work->shape.im2col = f.best_im2col;
		npu__tile_remember(cg, work);
		return NPU_OK;
	}
	if (f.least_rows > npu__acc_budget(cg, work))
		return npu_fail(
			cg->err, NPU_E_CAPACITY,
			"layer '%s' needs at least %llu bytes of "
			"accumulators, the chip has %llu",
			work->node->name,
			(unsigned long long)f.least_rows * 4 * cg->T,
			(unsigned long long)cg->chip->accumulators.bytes);
	return npu_fail(
		cg->err, NPU_E_CAPACITY,
		"layer '%s' needs a scratchpad of at least %llu "
		"bytes, the chip has %llu",
		work->node->name,
		(unsigned long long)npu__spad_for(cg, work, f.least_bytes),
		(unsigned long long)cg->chip->scratchpad.bytes);
}
