/* isa/npu_cost.c - closed forms: what one instruction costs on an idle machine.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_integer.h"
#include "isa/npu_cost.h"
#include "isa/npu_array.h"
#include <string.h>

/* ---- GEMM ---- */

struct npu_gemm_shape npu_gemm_shape_of(const struct npu_chip *chip,
					const struct npu_insn_gemm *g)
{
	struct npu_gemm_shape s = {
		.rows = g->my * g->mx * (g->ta ? g->nc : 1),
		.k_steps = g->ta ? g->ky : g->ky * g->kx,
		.k_per_step = g->ta ? g->kx : g->nc,
		.n = g->n,
		.ta = (uint8_t)g->ta,
		.tb = (uint8_t)g->tb,
		.passes = 1,
		.stored_of_4 = 4,
	};

	s.rows_per_step = g->ta ? g->nc : s.rows;
	if (g->dt_a == NPU_fp32 || g->dt_w == NPU_fp32)
		s.passes = (uint8_t)chip->array.fp32_passes;
	if (g->sparse)
		s.stored_of_4 = g->sparse == 1 ? 2 : 1;
	return s;
}

npu_cycle npu_gemm_cycles(const struct npu_chip *chip,
			  const struct npu_gemm_shape *shape)
{
	const struct npu_array_work work = npu_array_cut(chip, shape);
	struct npu_array array;

	npu_array_reset(&array, chip);
	return npu_array_add(&array, &work, 0).done;
}

/* Cycles from one tile to the next: of its rows, of the lines that load, or
 * until the weights are swapped and a row may follow (npu_array.c, add_tile).
 */
static uint64_t tile_cycles(const struct npu_array_work *w, uint64_t lines)
{
	const uint64_t late = lines / w->passes * (w->passes - 1);

	return npu_max(npu_max(w->slots, lines), w->turn + 2 + late);
}

npu_cycle npu_gemm_stream_cycles(const struct npu_chip *chip,
				 const struct npu_gemm_shape *shape)
{
	const struct npu_array_work w = npu_array_cut(chip, shape);
	/* a tile that reads rows of another starts so long after it; its first
	 * wave follows its first row */
	const uint64_t apart =
		w.hazards ? chip->array.rows * chip->array.adder_latency + 2 +
				    w.turn + w.passes - 1
			  : 0;
	uint64_t round, last_round, later;

	if (w.folds_cycles)
		return w.folds_cycles;
	round = w.tiles * tile_cycles(&w, w.lines);
	last_round = w.tiles * tile_cycles(&w, w.lines_last_round);
	/* rounds that another follows take at least the hazard */
	later = w.steps * w.rounds - 1;
	if (w.lines_last_round == w.lines)
		return later * npu_max(round, apart) + round;
	return w.steps * (w.rounds - 1) * npu_max(round, apart) +
	       (w.steps - 1) * npu_max(last_round, apart) + last_round;
}

static enum npu_status check_gemm(const struct npu_chip *chip,
				  const struct npu_insn_gemm *g,
				  struct npu_error *err)
{
	const int a_int = g->dt_a == NPU_u8 || g->dt_a == NPU_s8;
	const int w_int = g->dt_w == NPU_u8 || g->dt_w == NPU_s8;
	const int a_float = g->dt_a >= NPU_fp32 && g->dt_a <= NPU_fp16;
	const int w_float = g->dt_w >= NPU_fp32 && g->dt_w <= NPU_fp16;

	if (!((a_int && w_int) || (a_float && w_float)))
		return npu_fail(err, NPU_E_RANGE,
				"gemm: dt_a and dt_w must be both 8-bit or "
				"both floating point");
	if (a_float && chip->array.operands == NPU_operands_int8)
		return npu_fail(err, NPU_E_RANGE,
				"gemm: the array of this chip multiplies 8-bit "
				"integers only");
	if (!g->my || !g->mx || !g->ky || !g->kx || !g->nc || !g->n)
		return npu_fail(err, NPU_E_RANGE, "gemm: a count is 0");
	if ((g->ta && g->tb) || (g->tb && g->sparse) || g->init > 2 ||
	    g->sparse > 2)
		return npu_fail(err, NPU_E_RANGE,
				"gemm: ta with tb, tb with sparse, init or "
				"sparse of 3");
	if (g->sparse && (g->ta || g->nc % 4))
		return npu_fail(err, NPU_E_RANGE,
				"gemm: sparse needs nc in fours, and no ta");
	return NPU_OK;
}

static void gemm_cost(const struct npu_chip *chip,
		      const struct npu_insn_gemm *g, struct npu_cost *out)
{
	const struct npu_gemm_shape s = npu_gemm_shape_of(chip, g);
	const uint64_t ea = npu_dtype_bytes((enum npu_dtype)g->dt_a);
	const uint64_t ew = npu_dtype_bytes((enum npu_dtype)g->dt_w);
	const uint64_t C = chip->array.cols;
	const uint64_t k = s.k_steps * s.k_per_step;
	const uint64_t stored =
		s.stored_of_4 == 4 ? k : npu_div_up(k, 4) * s.stored_of_4;
	/* sums return to the accumulator once a round of k */
	uint64_t rounds =
		s.k_steps *
		npu_div_up(npu_div_up(s.k_per_step * s.stored_of_4, 4),
			   chip->array.rows);

	if (chip->array.dataflow == NPU_dataflow_os)
		rounds = 1; /* kept in the array */
	*out = (struct npu_cost){
		.cycles = npu_gemm_cycles(chip, &s),
		.busy_cycles = npu_gemm_stream_cycles(chip, &s),
		.macs = s.rows * stored * s.n,
		/* the feed is as wide as dense k, once a tile of n */
		.spad_read_bytes =
			s.rows * k * ea * npu_div_up(s.n, C) +
			stored * s.n * ew +
			(g->sparse ? npu_div_up(s.n, 4) * stored : 0) +
			(g->init == 2 ? 4 * s.n : 0),
		.acc_read_bytes =
			4 * s.rows * s.n * (rounds - 1 + (g->init == 1)),
		.acc_write_bytes = 4 * s.rows * s.n * rounds,
	};
}

/* ---- VX ---- */

npu_cycle npu_vector_cycles(const struct npu_chip *chip, uint64_t n2,
			    uint64_t n1, uint64_t n0)
{
	return n2 * n1 * npu_div_up(n0, chip->vector.lanes) +
	       chip->vector.latency;
}

npu_cycle npu_reduce_cycles(const struct npu_chip *chip, unsigned axis,
			    uint64_t n2, uint64_t n1, uint64_t n0)
{
	const uint64_t lanes = chip->vector.lanes;
	const uint64_t parts = npu_div_up(n0, lanes);
	const uint64_t tail = n0 - (parts - 1) * lanes;
	uint64_t rows = n2 * n1, steps = rows;

	if (axis != 0)
		return npu_vector_cycles(chip, n2, n1, n0);
	if (parts > 1) {
		/* all but the last part of the last group take every slot */
		const uint64_t groups = npu_div_up(rows, lanes);

		rows -= (groups - 1) * lanes;
		steps = (groups * parts - 1) * lanes + rows;
	}
	return steps + tail - 1 + chip->vector.latency;
}

/* Functions read from tables; the rest are ALU operations. */
static int is_special(uint64_t f)
{
	return f >= NPU_FUNC_exp2 && f <= NPU_FUNC_erf;
}

static uint64_t kind_bytes(const struct npu_operand *o, enum npu_kind kind,
			   uint64_t elements)
{
	return o->kind == kind ? elements * npu_dtype_bytes(o->dtype) : 0;
}

static enum npu_status check_vector(const struct npu_insn_ew *v,
				    struct npu_error *err)
{
	if (!v->n0 || !v->n1 || !v->n2)
		return npu_fail(err, NPU_E_RANGE, "vector: a count is 0");
	if (v->ints > 2 || v->f > NPU_FUNC_lut)
		return npu_fail(err, NPU_E_RANGE,
				"vector: ints of 3 or f without a meaning");
	return NPU_OK;
}

/* Bytes that the operands are read as, and the result written as. */
static void vector_bytes(const union npu_insn *insn, uint64_t written,
			 struct npu_cost *c)
{
	const struct npu_insn_ew *v = &insn->ew;
	const struct npu_operand dst = npu_insn_operand(insn, NPU_SLOT_dst);
	const uint64_t bytes = written * npu_dtype_bytes(dst.dtype);
	const uint64_t again =
		insn->op == NPU_OP_red && insn->red.add ? bytes : 0;
	const uint64_t rows = v->n2 * v->n1;

	for (int i = NPU_SLOT_a; i <= NPU_SLOT_c; i++) {
		const struct npu_operand o =
			npu_insn_operand(insn, (enum npu_slot)i);

		if (i == NPU_SLOT_b && v->op0 == NPU_ALU_pass)
			continue;
		if (i == NPU_SLOT_c && v->op1 == NPU_ALU_pass &&
		    v->op0 != NPU_ALU_sel)
			continue;
		c->spad_read_bytes +=
			kind_bytes(&o, NPU_KIND_tensor, rows * v->n0) +
			kind_bytes(&o, NPU_KIND_column, rows);
		c->acc_read_bytes += kind_bytes(&o, NPU_KIND_acc, rows * v->n0);
	}
	if (v->scaled >= 2)
		c->spad_read_bytes += 4 * (v->scaled == 2 ? v->n0 : rows);
	if (dst.kind == NPU_KIND_acc) {
		c->acc_write_bytes += bytes;
		c->acc_read_bytes += again;
	} else {
		c->spad_write_bytes += bytes;
		c->spad_read_bytes += again;
	}
}

static void vector_cost(const struct npu_chip *chip, const union npu_insn *insn,
			struct npu_cost *c)
{
	const struct npu_insn_ew *v = &insn->ew;
	const uint64_t n = v->n2 * v->n1 * v->n0;
	const uint64_t latency = chip->vector.latency;
	const uint64_t passes =
		is_special(v->f) ? chip->vector.function_passes : 1;
	uint64_t written = n, operations = 0;

	*c = (struct npu_cost){ 0 };
	if (insn->op == NPU_OP_red) {
		written = insn->red.axis == 0   ? v->n2 * v->n1
			  : insn->red.axis == 1 ? v->n2 * v->n0
						: v->n0;
		c->cycles = npu_reduce_cycles(chip, (unsigned)insn->red.axis,
					      v->n2, v->n1, v->n0);
		operations++;
	} else {
		c->cycles = npu_vector_cycles(chip, v->n2, v->n1, v->n0);
	}
	c->busy_cycles = (c->cycles - latency) * passes;
	c->cycles = c->busy_cycles + latency;
	if (is_special(v->f) && passes < NPU_FUNCTION_STAGES)
		c->cycles += NPU_FUNCTION_STAGES - passes;
	operations += v->op0 != NPU_ALU_pass ? 1 : 0;
	operations += v->op1 != NPU_ALU_pass ? 1 : 0;
	operations += v->f == NPU_FUNC_clamp ? 1 : 0;
	/* and the conversion of every result */
	c->vector_ops = n * operations + written * (v->scaled ? 2 : 1);
	c->function_ops = is_special(v->f) || v->f == NPU_FUNC_lut ? n : 0;
	vector_bytes(insn, written, c);
}

/* ---- LD and ST ---- */

/* Bytes of an LD that are read, not filled. */
static uint64_t read_bytes(const struct npu_insn_ld *ld)
{
	const uint64_t planes =
		ld->y_lo + ld->y_hi < ld->n2 ? ld->n2 - ld->y_lo - ld->y_hi : 0;
	const int64_t n0 = (int64_t)ld->n0;
	const int64_t end =
		(int64_t)(ld->n1 - 1) * ld->s1 + n0 - (int64_t)ld->u_hi;
	uint64_t row_bytes = 0;

	if (!(ld->u_lo | ld->u_hi))
		return planes * ld->n3 * ld->n1 * ld->n0;
	for (uint64_t i1 = 0; i1 < ld->n1; i1++) {
		const int64_t u = (int64_t)i1 * ld->s1;
		const int64_t from = (int64_t)ld->u_lo - u;
		const int64_t to = end - u;
		const int64_t lo = from < 0 ? 0 : from;
		const int64_t hi = to > n0 ? n0 : to;

		row_bytes += hi > lo ? (uint64_t)(hi - lo) : 0;
	}
	return planes * ld->n3 * row_bytes;
}

static enum npu_status copy_cost(const struct npu_chip *chip,
				 const union npu_insn *insn,
				 struct npu_cost *out, struct npu_error *err)
{
	/* st has the fields of ld, but for fills and multicast */
	const struct npu_insn_st *st = &insn->st;
	const struct npu_insn_ld *ld = &insn->ld;
	const int is_load = insn->op == NPU_OP_ld;
	const uint64_t n0 = is_load ? ld->n0 : st->n0;
	const uint64_t rows =
		is_load ? ld->n1 * ld->n2 * ld->n3 : st->n1 * st->n2 * st->n3;
	const int gather = is_load ? (int)ld->gather : (int)st->gather;
	const uint64_t index_bytes = gather ? 4 * rows : 0;
	struct npu_cost c = { 0 };

	if (!n0 || !rows)
		return npu_fail(err, NPU_E_RANGE, "%s: a count is 0",
				is_load ? "ld" : "st");
	c.busy_cycles = rows * npu_div_up(n0, chip->dma.width);
	c.cycles = c.busy_cycles + chip->dma.startup;
	c.spad_read_bytes = index_bytes + (is_load ? 0 : rows * n0);
	c.spad_write_bytes = is_load ? rows * n0 : 0;
	c.mem_read_bytes = is_load ? read_bytes(ld) : 0;
	c.mem_write_bytes = is_load ? 0 : rows * n0;
	*out = c;
	return NPU_OK;
}

enum npu_status npu_cost_insn(const struct npu_chip *chip,
			      const union npu_insn *insn, struct npu_cost *out,
			      struct npu_error *err)
{
	switch (insn->op) {
	case NPU_OP_end:
	case NPU_OP_bar:
	case NPU_OP_mark:
		*out = (struct npu_cost){ 0 };
		return NPU_OK;
	case NPU_OP_ld:
	case NPU_OP_st:
		return copy_cost(chip, insn, out, err);
	case NPU_OP_gemm:
		NPU_TRY(check_gemm(chip, &insn->gemm, err));
		gemm_cost(chip, &insn->gemm, out);
		return NPU_OK;
	case NPU_OP_ew:
	case NPU_OP_red:
		NPU_TRY(check_vector(&insn->ew, err));
		vector_cost(chip, insn, out);
		return NPU_OK;
	default:
		return npu_fail(err, NPU_E_RANGE, "opcode 0x%02llx has no cost",
				(unsigned long long)insn->op);
	}
}

/* ---- DRAM ---- */

/* Million transfers a second: the number after the dash of a preset's name. */
static uint64_t preset_transfers(const char *preset)
{
	const char *digits = strrchr(preset, '-');
	uint64_t value = 0;

	if (!digits)
		/* source: JESD235C, HBM2 at 2.0 Gb/s a pin */
		return strncmp(preset, "HBM2", 4) == 0 ? 2000 : 0;
	for (digits++; *digits >= '0' && *digits <= '9'; digits++)
		value = value * 10 + (uint64_t)(*digits - '0');
	return value;
}

double npu_dram_peak_bytes_per_cycle(const struct npu_chip *chip)
{
	double bytes_per_s = (double)chip->dram.bandwidth;

	if (strcmp(chip->dram.preset, "ideal") != 0)
		bytes_per_s = (double)preset_transfers(chip->dram.preset) *
			      1e6 * (double)chip->dram.width / 8.0 *
			      (double)chip->dram.channels;
	return bytes_per_s / (double)chip->chip.clock;
}
