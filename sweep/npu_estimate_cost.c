/* sweep/npu_estimate_cost.c - a network's layers on one chip: cycles and counts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_integer.h"
#include "isa/npu_cost.h"
#include "sim/dram/npu_dram_preset.h"
#include "sweep/npu_estimate_internal.h"
#include <stdlib.h>

enum {
	BURST = 64,           /* bytes of a DRAM transfer */
	BURSTS_OF_ROW = 16,   /* model: that meet an open row, on average */
	OPEN_OF_BUSY = 2,     /* model: rows stay open as long again as data
			       * flows */
	TILES_PERCENT = 85,   /* of the scratchpad, for tiles */
	HELD_PERCENT = 60,    /* of the scratchpad, for values that stay */
	TILES_OF_A_LAYER = 4, /* at least, so that engines overlap */
	DESCRIPTORS = 5,      /* model: of a tile */
	FEW_BANKS = 8         /* with fewer no values stay */
};

/* One layer. */
struct part {
	struct npu_cost array, vector; /* of the whole layer */
	uint64_t tiles;
	uint64_t read_bytes, write_bytes, instructions;
	uint64_t held_bytes; /* of values that stay while it runs */
	uint8_t stays;       /* its output does */
};

struct estimating {
	const struct npu_estimate *e;
	const struct npu_chip *chip;
	double bytes_per_cycle;
	struct part *part;
};

static double max(double a, double b)
{
	return a > b ? a : b;
}

/* ---- engines ---- */

static void add(struct npu_cost *to, const struct npu_cost *c, uint64_t times)
{
	to->cycles += times * c->cycles;
	to->busy_cycles += times * c->busy_cycles;
	to->macs += times * c->macs;
	to->vector_ops += times * c->vector_ops;
	to->function_ops += times * c->function_ops;
	to->spad_read_bytes += times * c->spad_read_bytes;
	to->spad_write_bytes += times * c->spad_write_bytes;
	to->acc_read_bytes += times * c->acc_read_bytes;
	to->acc_write_bytes += times * c->acc_write_bytes;
}

/* One tile is written while another is read. */
static uint64_t half_of_accumulators(const struct npu_chip *chip)
{
	const uint64_t rows = npu_chip_acc_rows(chip);

	return rows > 1 ? rows / 2 : 1;
}

/* Rows of outputs that half of the accumulators hold, in whole tiles. */
static uint64_t rows_of_job(const struct npu_chip *chip,
			    const struct npu_insn_gemm *g)
{
	const uint64_t half = half_of_accumulators(chip);
	uint64_t unit = 1, rows = half;

	if (chip->array.dataflow == NPU_dataflow_os)
		unit = chip->array.rows;
	if (chip->array.dataflow == NPU_dataflow_is) {
		unit = chip->array.cols;
		rows = half / npu_div_up(g->n, chip->array.cols);
	}
	rows = rows > unit ? rows / unit * unit : unit;
	return npu_min(rows, g->my);
}

static enum npu_status array_cost(const struct estimating *s,
				  const struct npu_estimate_layer *l,
				  struct part *p, struct npu_error *err)
{
	const uint64_t rows = rows_of_job(s->chip, &l->gemm.gemm);
	const uint64_t jobs = l->gemm.gemm.my / rows;
	const uint64_t rest = l->gemm.gemm.my % rows;
	const uint64_t R = s->chip->array.rows;
	union npu_insn insn = l->gemm;
	struct npu_cost c;

	if (l->joined.op && npu_div_up(l->joined.gemm.nc, R) <
				    insn.gemm.kx * npu_div_up(insn.gemm.nc, R))
		insn = l->joined;
	insn.gemm.my = rows;
	NPU_TRY(npu_cost_insn(s->chip, &insn, &c, err));
	add(&p->array, &c, jobs * l->products);
	if (rest) {
		insn.gemm.my = rest;
		NPU_TRY(npu_cost_insn(s->chip, &insn, &c, err));
		add(&p->array, &c, l->products);
	}
	return NPU_OK;
}

static enum npu_status engines(const struct estimating *s, uint32_t layer,
			       struct npu_error *err)
{
	const struct npu_estimate_layer *l = &s->e->layer[layer];
	struct part *p = &s->part[layer];
	struct npu_cost c;

	if (l->gemm.op)
		NPU_TRY(array_cost(s, l, p, err));
	if (!l->vector.op)
		return NPU_OK;
	NPU_TRY(npu_cost_insn(s->chip, &l->vector, &c, err));
	add(&p->vector, &c, 1);
	if (!l->taps)
		return NPU_OK;
	NPU_TRY(npu_cost_insn(s->chip, &l->tap, &c, err));
	add(&p->vector, &c, l->taps);
	return NPU_OK;
}

/* ---- memory ---- */

/* Bytes read, but for what stays. Where neither the first input nor the
 * weights find room, one of them is read again for every part of the other
 * that does. */
static void traffic(const struct estimating *s, uint32_t layer)
{
	const struct npu_estimate_layer *l = &s->e->layer[layer];
	struct part *p = &s->part[layer];
	uint64_t room = s->chip->scratchpad.bytes * TILES_PERCENT / 100;
	uint64_t first = 0, others = 0, half;

	for (uint32_t i = 0; i < l->read_count; i++) {
		const struct npu_estimate_read *r =
			&s->e->read[l->first_read + i];

		if (r->layer != UINT32_MAX && s->part[r->layer].stays)
			continue;
		*(i ? &others : &first) += r->bytes;
	}
	p->write_bytes = p->stays ? 0 : l->moved_bytes;
	p->read_bytes = others + first + l->weight_bytes;
	room -= npu_min(p->held_bytes, room / 2);
	half = room / 2;
	if (!l->gemm.op || first <= half || l->weight_bytes <= half)
		return;
	p->read_bytes =
		others +
		npu_min(first + l->weight_bytes * npu_div_up(first, half),
			l->weight_bytes +
				first * npu_div_up(l->weight_bytes, half));
}

/* Tiles, of which there are two at a time, and their descriptors: loads of two
 * operands, the product, what follows it, the store. */
static void tiles(const struct estimating *s, uint32_t layer)
{
	const struct npu_estimate_layer *l = &s->e->layer[layer];
	struct part *p = &s->part[layer];
	const uint64_t room = s->chip->scratchpad.bytes * TILES_PERCENT / 100;
	const uint64_t moved = p->read_bytes + p->write_bytes + l->weight_bytes;
	const uint64_t acc = half_of_accumulators(s->chip);
	const struct npu_insn_gemm *g = &l->gemm.gemm;
	const uint64_t by_room = npu_div_up(2 * moved, room);
	const uint64_t by_acc =
		npu_div_up(g->my * npu_div_up(g->n, s->chip->array.cols), acc) *
		l->products;

	p->tiles = by_room;
	if (l->gemm.op && by_acc > by_room)
		p->tiles = by_acc;
	if (p->tiles < TILES_OF_A_LAYER)
		p->tiles = TILES_OF_A_LAYER;
	p->instructions = p->tiles * (DESCRIPTORS + l->taps);
	p->read_bytes += p->instructions * NPU_INSN_BYTES;
}

static double memory_cycles(const struct estimating *s, const struct part *p)
{
	return (double)(p->read_bytes + p->write_bytes) / s->bytes_per_cycle;
}

/* Memory at least half as busy as the engines: a value that stays helps. */
static int is_held_back(const struct estimating *s, uint32_t layer)
{
	const struct part *p = &s->part[layer];

	return 2 * memory_cycles(s, p) >=
	       max((double)p->array.busy_cycles, (double)p->vector.busy_cycles);
}

/* Short lives first: they gain most for the room they take. */
static void hold(const struct estimating *s)
{
	const uint64_t most = s->chip->scratchpad.bytes * HELD_PERCENT / 100;
	const uint32_t count = s->e->layer_count;

	if (s->chip->scratchpad.banks < FEW_BANKS ||
	    s->chip->array.overlap == NPU_overlap_none)
		return;
	for (uint32_t life = 1; life < count; life++)
		for (uint32_t n = 0; n + life < count; n++) {
			const struct npu_estimate_layer *l = &s->e->layer[n];
			uint32_t fits = l->last == n + life;

			for (uint32_t i = n; fits && i <= l->last; i++)
				fits = s->part[i].held_bytes +
					       l->output_bytes <=
				       most;
			if (!fits ||
			    !(is_held_back(s, n) || is_held_back(s, l->last)))
				continue;
			s->part[n].stays = 1;
			for (uint32_t i = n; i <= l->last; i++)
				s->part[i].held_bytes += l->output_bytes;
		}
}

/* ---- the whole ---- */

/* The busiest engine, and what comes before and after the others' work: the
 * first tile's way in, the last one's way out. */
static double layer_cycles(const struct estimating *s, uint32_t layer)
{
	const struct part *p = &s->part[layer];
	const double memory = memory_cycles(s, p);
	const double copy =
		(double)max((double)p->read_bytes, (double)p->write_bytes) /
		(double)s->chip->dma.width;
	const double array = (double)p->array.busy_cycles;
	const double vector = (double)p->vector.busy_cycles;

	return max(max(array, vector), max(memory, copy)) +
	       (memory + vector) / (double)p->tiles;
}

/* Cycles of a layer that its work does not explain: a descriptor's start and
 * the memory's latency on the way in and out, and the pipelines. */
static double start_cycles(const struct npu_chip *chip)
{
	const double hz = (double)chip->chip.clock;
	double ps = (double)chip->dram.latency;
	struct npu_dram_preset d;

	if (npu_dram_preset_find(chip->dram.preset, &d))
		ps += (double)(d.rcd + d.cl) * d.tck_ps;
	return 2 * (ps * 1e-12 * hz + (double)chip->dma.startup) +
	       (double)(chip->vector.latency + chip->array.rows +
			chip->array.cols);
}

static void count_memory(const struct estimating *s, struct npu_activity *out)
{
	struct npu_dram_counters *c = &out->dram;
	struct npu_dram_channel_timing t;
	const double seconds =
		(double)out->total.cycles / (double)s->chip->chip.clock;
	uint64_t open;

	c->read_bursts = out->total.dram_read_bytes / BURST;
	c->write_bursts = out->total.dram_write_bytes / BURST;
	c->activates = (c->read_bursts + c->write_bursts) / BURSTS_OF_ROW;
	c->row_hits = c->read_bursts + c->write_bursts - c->activates;
	out->total.dram_activates = c->activates;
	if (npu_dram_resolve(s->chip, &t, NULL) != NPU_OK)
		return;
	c->clocks = (uint64_t)(seconds * 1e12 / t.device.tck_ps);
	c->refreshes = c->clocks / t.device.refi * s->chip->dram.channels;
	out->total.dram_refreshes = c->refreshes;
	open = OPEN_OF_BUSY * t.data * (c->read_bursts + c->write_bursts);
	c->closed_clocks = c->clocks * s->chip->dram.channels;
	c->closed_clocks -= npu_min(open, c->closed_clocks);
}

static void count_layer(const struct estimating *s, uint32_t layer,
			struct npu_activity *out)
{
	const struct npu_estimate_layer *l = &s->e->layer[layer];
	const struct part *p = &s->part[layer];
	const uint64_t width = s->chip->dma.width;
	struct npu_stats *t = &out->total;

	t->macs += l->macs;
	t->instructions += p->instructions;
	t->compute_cycles += p->array.busy_cycles;
	t->vector_cycles += p->vector.busy_cycles;
	t->load_cycles += p->read_bytes / width;
	t->store_cycles += p->write_bytes / width;
	t->array_macs += p->array.macs;
	t->vector_ops += p->vector.vector_ops;
	t->function_ops += p->vector.function_ops;
	t->dram_read_bytes += p->read_bytes;
	t->dram_write_bytes += p->write_bytes;
	t->spad_read_bytes += p->array.spad_read_bytes +
			      p->vector.spad_read_bytes + p->write_bytes;
	t->spad_write_bytes += p->vector.spad_write_bytes + p->read_bytes;
	t->acc_read_bytes += p->array.acc_read_bytes + p->vector.acc_read_bytes;
	t->acc_write_bytes +=
		p->array.acc_write_bytes + p->vector.acc_write_bytes;
	if (l->gemm.op) {
		out->useful_array_macs += l->macs;
		out->macs.of[l->gemm.gemm.dt_a] += p->array.macs;
	}
}

/* The largest of three sums: timing.md's roof. */
static uint64_t roof(const struct estimating *s)
{
	const struct npu_chip *chip = s->chip;
	const double peak = (double)(chip->array.rows * chip->array.cols);
	const double lanes = (double)chip->vector.lanes;
	double compute = 0, vector = 0, memory = 0;

	for (uint32_t n = 0; n < s->e->layer_count; n++) {
		const struct npu_estimate_layer *l = &s->e->layer[n];

		compute += (double)l->macs /
			   (l->is_depthwise ? peak + lanes : peak);
		vector += (double)l->vector_outputs / lanes;
		memory += (double)l->compulsory_bytes / s->bytes_per_cycle;
	}
	return (uint64_t)max(max(compute, vector), memory);
}

static void sum_up(const struct estimating *s, struct npu_activity *out)
{
	const double start = start_cycles(s->chip);
	double cycles = 0;

	for (uint32_t n = 0; n < s->e->layer_count; n++) {
		count_layer(s, n, out);
		cycles += layer_cycles(s, n) + start;
	}
	out->total.cycles = out->total.span_cycles = (uint64_t)cycles;
	out->bound_cycles = roof(s);
	count_memory(s, out);
}

enum npu_status npu_estimate_run(const struct npu_estimate *estimate,
				 const struct npu_chip *chip,
				 struct npu_activity *out,
				 struct npu_error *err)
{
	struct estimating s = {
		.e = estimate,
		.chip = chip,
		.bytes_per_cycle = npu_dram_peak_bytes_per_cycle(chip),
		.part = calloc(estimate->layer_count + 1, sizeof *s.part),
	};
	enum npu_status status = NPU_OK;

	if (!s.part)
		return npu_fail(err, NPU_E_NOMEM, "no memory to estimate");
	for (uint32_t n = 0; n < estimate->layer_count && status == NPU_OK;
	     n++) {
		status = engines(&s, n, err);
		traffic(&s, n);
	}
	if (status == NPU_OK) {
		*out = (struct npu_activity){ 0 };
		hold(&s);
		for (uint32_t n = 0; n < estimate->layer_count; n++) {
			traffic(&s, n);
			tiles(&s, n);
		}
		sum_up(&s, out);
	}
	free(s.part);
	return status;
}
