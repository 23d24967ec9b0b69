/* isa/npu_array.c - the array's timing: one step of arithmetic per tile.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_integer.h"
#include "base/npu_plant.h"
#include "isa/npu_array.h"
#include <string.h>

static int64_t max2(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t min2(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* overlap none: cycles of one fold times folds.
 * source: SCALE-Sim 3, systolic_compute_{os,ws,is}.py; timing.md 3. */
static uint64_t folds_cycles(const struct npu_chip *chip,
			     const struct npu_gemm_shape *s)
{
	const uint64_t R = chip->array.rows, C = chip->array.cols;
	/* sparse: only the stored rows of k take array rows */
	const uint64_t K =
		npu_div_up(s->k_steps * s->k_per_step * s->stored_of_4, 4);
	uint64_t folds, cycles;

	switch (chip->array.dataflow) {
	case NPU_dataflow_os:
		folds = npu_div_up(s->rows, R) * npu_div_up(s->n, C);
		cycles = K + R + C - 2;
		break;
	case NPU_dataflow_is:
		folds = npu_div_up(K, R) * npu_div_up(s->rows, C);
		cycles = s->n + 2 * R + C - 2;
		break;
	default:
		folds = npu_div_up(K, R) * npu_div_up(s->n, C);
		cycles = s->rows + 2 * R + C - 2;
		break;
	}
	return folds * cycles * s->passes;
}

/* Rounds of k: equal rounds of all steps are joined, so that they can be jumped
 * over at once. */
static void cut_k(struct npu_array_work *w, const struct npu_chip *chip,
		  const struct npu_gemm_shape *s)
{
	/* k that one array row covers, times 4: 4 dense, 8 or 16 sparse */
	const uint64_t R = chip->array.rows;
	const uint64_t k_rows = npu_div_up(s->k_per_step * s->stored_of_4, 4);
	const uint64_t rest = k_rows % R;

	w->steps = s->k_steps;
	w->rounds = npu_div_up(k_rows, R);
	w->lines = k_rows < R ? k_rows : R;
	w->lines_last_round = rest ? rest : R;
	if (w->rounds == 1 || !rest) {
		w->rounds *= w->steps;
		w->steps = 1;
		w->lines_last_round = w->lines;
	}
}

/* os: a tile holds R x C outputs, and all of k streams through it. */
static void outputs_stay(struct npu_array_work *w, const struct npu_chip *chip,
			 const struct npu_gemm_shape *s)
{
	const uint64_t k = s->k_steps * s->k_per_step;

	w->steps = 1;
	w->rounds = npu_div_up(s->rows, chip->array.rows);
	w->tiles = npu_div_up(s->n, chip->array.cols);
	w->rows = npu_div_up(k * s->stored_of_4, 4);
	/* the tile before shifts its outputs out */
	w->lines = w->lines_last_round = chip->array.rows;
}

static void inputs_stay(struct npu_array_work *w, const struct npu_chip *chip,
			const struct npu_gemm_shape *s)
{
	w->tiles = npu_div_up(s->rows, chip->array.cols);
	w->rows = s->n;
	w->hazards = 1;
	cut_k(w, chip, s);
}

static void weights_stay(struct npu_array_work *w, const struct npu_chip *chip,
			 const struct npu_gemm_shape *s)
{
	const uint64_t C = chip->array.cols;

	w->tiles = npu_div_up(s->n, C);
	w->rows = s->rows;
	w->hazards = 1;
	cut_k(w, chip, s);
	if (s->tb) {
		/* W is [n][k]: a line is one of n, turned on its way */
		w->lines = w->lines_last_round = s->n < C ? s->n : C;
		w->lines_last_tile = s->n % C ? s->n % C : C;
	}
}

struct npu_array_work npu_array_cut(const struct npu_chip *chip,
				    const struct npu_gemm_shape *s)
{
	const uint64_t R = chip->array.rows;
	struct npu_array_work w = { 0 };

	switch (chip->array.dataflow) {
	case NPU_dataflow_os:
		outputs_stay(&w, chip, s);
		break;
	case NPU_dataflow_is:
		inputs_stay(&w, chip, s);
		break;
	default:
		weights_stay(&w, chip, s);
		break;
	}
	if (chip->array.overlap == NPU_overlap_none)
		w.folds_cycles = folds_cycles(chip, s);
	w.slots = w.rows;
	w.last = w.rows - 1;
	if (s->ta && chip->array.dataflow == NPU_dataflow_ws) {
		/* blocks of R rows, padded at the end of each run of them */
		const uint64_t blocks = npu_div_up(s->rows_per_step, R);

		w.slots = s->rows / s->rows_per_step * blocks * R;
		w.turn = R;
		w.last = w.slots - 1 - (blocks * R - s->rows_per_step);
	}
	/* a row's wave leaves in the last of its cycles */
	w.passes = s->passes;
	if (s->passes == 1)
		return w;
	w.rows *= s->passes;
	w.slots *= s->passes;
	w.turn *= s->passes;
	w.last *= s->passes;
	w.lines *= s->passes;
	w.lines_last_round *= s->passes;
	w.lines_last_tile *= s->passes;
	return w;
}

/* The accumulator rows that a GEMM writes and their pace, as the array tells
 * them apart. */
static void name_view(const struct npu_insn_gemm *g, uint64_t passes,
		      uint64_t *view)
{
	view[0] = g->c_row;
	view[1] = g->c_y;
	view[2] = g->c_x;
	view[3] = g->c_n;
	view[4] = g->my;
	view[5] = g->mx;
	view[6] = g->n;
	view[7] = (g->ta ? g->nc : 0) << 8 | passes;
}

struct npu_array_work npu_array_cut_insn(const struct npu_chip *chip,
					 const struct npu_insn_gemm *g)
{
	const struct npu_gemm_shape shape = npu_gemm_shape_of(chip, g);
	struct npu_array_work work = npu_array_cut(chip, &shape);

	work.accumulates = g->init == 1;
	name_view(g, shape.passes, work.view);
	return work;
}

void npu_array_reset(struct npu_array *array, const struct npu_chip *chip)
{
	const int64_t never = INT64_MIN / 4;

	array->array_rows = chip->array.rows;
	array->array_cols = chip->array.cols;
	array->latency = chip->array.adder_latency;
	array->drains_rows = chip->array.dataflow == NPU_dataflow_os;
	array->load_end = array->read_end = array->seen = 0;
	array->swap = array->last_wave = array->done = never;
	array->turn = 0;
	memset(array->view, 0xff, sizeof array->view);
}

/* Cycles from a row's entry to its sum's last write. */
static int64_t drain_cycles(const struct npu_array *a)
{
	const uint64_t down =
		a->drains_rows ? a->array_rows : a->array_rows * a->latency;

	return (int64_t)(down + a->array_cols + 2);
}

/* Put the gap before a tile, seen..u, in bins. The waits overlap: each cycle
 * counts for the first reason that still holds. */
static void bin_gap(struct npu_array *a, int64_t s, int64_t u, int64_t hazard,
		    int64_t bank, int64_t fill)
{
	int64_t y = a->seen, x;

	x = max2(y, min2(s + 1, u));
	a->bin[NPU_ARRAY_weight_load] += (uint64_t)(x - y);
	y = x;
	x = max2(y, min2(hazard - 1, u - 1));
	a->bin[NPU_ARRAY_hazard] += (uint64_t)(x - y);
	y = x;
	x = max2(y, min2(bank - 1, u - 1));
	a->bin[NPU_ARRAY_bank] += (uint64_t)(x - y);
	y = x;
	x = max2(y, min2(fill - 1, u - 1));
	a->bin[NPU_ARRAY_fill] += (uint64_t)(x - y);
	y = x;
	a->bin[NPU_ARRAY_weight_load] += (uint64_t)(u - y);
}

/* One tile: s its first line, u its first row; microarchitecture.md, MX. Lines
 * of several passes come more slowly than a wave meets them, so that the first
 * row waits for the last line's share of that. */
static void add_tile(struct npu_array *a, const struct npu_array_work *w,
		     int64_t lines, int64_t hazard)
{
	const int64_t s = max2(max2(a->load_next, a->load_end), a->swap);
	const int64_t bank = w->same_bank ? s + lines : 0;
	const int64_t turned = (int64_t)a->turn - (int64_t)w->turn;
	const int64_t fill = a->read_end + max2(turned, 0);
	const int64_t late =
		(lines / (int64_t)w->passes - 1) * ((int64_t)w->passes - 1);
	const int64_t u = max2(max2(s + 2 + late, hazard), max2(bank, fill));

	bin_gap(a, s, u, hazard, bank, fill);
	a->bin[NPU_ARRAY_stream] += w->rows;
	a->bin[NPU_ARRAY_fill] += w->slots - w->rows;
	a->load_end = s + lines;
	a->swap = u + (int64_t)(w->turn + w->passes) - 1;
	a->read_end = u + (int64_t)w->slots;
	a->seen = a->read_end;
	a->turn = w->turn;
	a->load_next = w->same_bank ? a->read_end : 0;
	if (a->first_line < 0) {
		a->first_line = s;
		a->first_row = u;
	}
}

/* What the rows of a round wait for. */
enum wait { NOTHING, ALL_DRAINED, SAME_TILE };

static void add_round(struct npu_array *a, const struct npu_array_work *w,
		      uint64_t lines, enum wait wait)
{
	const int64_t apart =
		(int64_t)(a->array_rows * a->latency) + 2 - NPU_PLANTED(hazard);

	for (uint64_t n = 0; n < w->tiles; n++) {
		int last = n == w->tiles - 1 && w->lines_last_tile;
		int64_t hazard = 0;

		/* model: not for tiles beyond the ring: a round of so many
		 * takes longer than `apart` but for the most slender shapes */
		if (wait == SAME_TILE && n < NPU_ARRAY_RING)
			hazard = a->wave[n] + apart;
		else if (wait == ALL_DRAINED && n == 0)
			hazard = a->last_wave + apart;
		add_tile(a, w, (int64_t)(last ? w->lines_last_tile : lines),
			 hazard);
		if (n < NPU_ARRAY_RING)
			a->wave[n] = a->swap;
	}
	a->last_wave = a->swap + (int64_t)w->last;
}

/* Move the array's state by `count` periods, in each of which the bins grew
 * as since `then`. */
static void jump(struct npu_array *a, const struct npu_array_work *w,
		 int64_t period, uint64_t count, const uint64_t *then)
{
	const int64_t by = period * (int64_t)count;

	for (int b = 0; b < NPU_ARRAY_BINS; b++)
		a->bin[b] += (a->bin[b] - then[b]) * count;
	for (uint64_t n = 0; n < w->tiles && n < NPU_ARRAY_RING; n++)
		a->wave[n] += by;
	a->load_end += by;
	a->load_next += a->load_next ? by : 0;
	a->swap += by;
	a->read_end += by;
	a->last_wave += by;
	a->seen += by;
}

/* The state that later times depend on, to be compared between periods. */
struct mark {
	int64_t load_end, swap;
	uint64_t bin[NPU_ARRAY_BINS];
	int64_t *wave; /* copy of array->wave */
};

static void set_mark(struct mark *mark, const struct npu_array *a,
		     const struct npu_array_work *w)
{
	const uint64_t n =
		w->tiles < NPU_ARRAY_RING ? w->tiles : NPU_ARRAY_RING;

	mark->load_end = a->load_end;
	mark->swap = a->swap;
	memcpy(mark->bin, a->bin, sizeof mark->bin);
	memcpy(mark->wave, a->wave, n * sizeof *a->wave);
}

/* The period, if the state is that of the mark moved in time; else 0. */
static int64_t period_since(const struct mark *mark, const struct npu_array *a,
			    const struct npu_array_work *w)
{
	const int64_t period = a->swap - mark->swap;

	if (a->load_end - mark->load_end != period)
		return 0;
	for (uint64_t n = 0; n < w->tiles && n < NPU_ARRAY_RING; n++)
		if (a->wave[n] - mark->wave[n] != period)
			return 0;
	return period;
}

/* The rounds of one step. */
static void add_step(struct npu_array *a, const struct npu_array_work *w,
		     enum wait first, enum wait later)
{
	const uint64_t equal = w->rounds - (w->lines_last_round != w->lines);
	struct mark mark = { .wave = a->before_round };

	for (uint64_t r = 0; r < equal; r++) {
		const uint64_t left = equal - r - 1;
		int64_t period;

		if (r && left > 1)
			set_mark(&mark, a, w);
		add_round(a, w, w->lines, r ? later : first);
		if (!r || left < 2)
			continue;
		period = period_since(&mark, a, w);
		if (period) {
			jump(a, w, period, left, mark.bin);
			break;
		}
	}
	if (equal < w->rounds)
		add_round(a, w, w->lines_last_round, equal ? later : first);
}

static void add_steps(struct npu_array *a, const struct npu_array_work *w,
		      enum wait first, enum wait later)
{
	struct mark mark = { .wave = a->before_step };

	for (uint64_t i = 0; i < w->steps; i++) {
		const uint64_t left = w->steps - i - 1;
		int64_t period;

		if (i && left > 1)
			set_mark(&mark, a, w);
		add_step(a, w, i ? later : first, later);
		if (!i || left < 2)
			continue;
		period = period_since(&mark, a, w);
		if (period) {
			jump(a, w, period, left, mark.bin);
			break;
		}
	}
}

static void add_folded(struct npu_array *a, const struct npu_array_work *w,
		       int64_t issue, struct npu_array_span *span)
{
	const int64_t begin = max2(issue, a->done);
	const int64_t end = begin + (int64_t)w->folds_cycles;

	a->load_end = a->read_end = a->seen = a->done = end;
	span->begin = (npu_cycle)begin;
	span->stream_end = span->done = span->accept = (npu_cycle)end;
	span->bin[NPU_ARRAY_stream] = w->folds_cycles;
}

static int is_same_view(const struct npu_array *a,
			const struct npu_array_work *w)
{
	return memcmp(a->view, w->view, sizeof a->view) == 0;
}

struct npu_array_span npu_array_add(struct npu_array *a,
				    const struct npu_array_work *w,
				    npu_cycle issue)
{
	struct npu_array_span span = { 0 };
	enum wait first = w->accumulates ? ALL_DRAINED : NOTHING;

	if (w->folds_cycles) {
		add_folded(a, w, (int64_t)issue, &span);
		return span;
	}
	if (w->accumulates && w->hazards && is_same_view(a, w))
		first = SAME_TILE;
	memset(a->bin, 0, sizeof a->bin);
	span.begin = (npu_cycle)max2((int64_t)issue, a->read_end);
	a->seen = (int64_t)span.begin;
	a->first_line = a->first_row = -1;
	a->load_next = (int64_t)issue + 1;
	if (w->behind_bank)
		a->load_next = max2(a->load_next, a->read_end);
	add_steps(a, w, first, w->hazards ? SAME_TILE : NOTHING);
	a->done = a->last_wave + drain_cycles(a);
	memcpy(a->view, w->view, sizeof a->view);
	memcpy(span.bin, a->bin, sizeof span.bin);
	span.first_line = (npu_cycle)a->first_line;
	span.first_row = (npu_cycle)a->first_row;
	span.stream_end = (npu_cycle)a->read_end;
	span.done = (npu_cycle)(a->done + 1);
	span.accept = (npu_cycle)max2(a->load_end - 1, 0);
	return span;
}
