/* sim/npu_energy.c - picojoules and square millimetres: counts x a table.
 * SPDX-License-Identifier: Apache-2.0
 * source: timing.md 7; every number is a cell of configs/technologies/. */
#include "sim/npu_energy.h"
#include "isa/npu_cost.h"
#include <math.h>
#include <string.h>

/* A chip's own figures, derived once: what one count of each kind costs. */
struct rates {
	const struct npu_chip *chip;
	const struct npu_technology *t;
	double area[NPU_COMPONENT_COUNT];
	double cores, pes;
	double spad_read, spad_write; /* pJ a byte, crossbar included */
	double acc_read, acc_write;   /* pJ a byte */
	double array_pins;            /* pJ a cycle: clock pins of all PEs */
	double other_clock;           /* pJ a cycle: all the rest's clock */
	double gated;                 /* share left where a clock stops */
	double leakage_pj_per_cycle;
};

/* Activation bits of a PE; its partial sum has 32. */
static double operand_bits(const struct npu_chip *chip)
{
	return chip->array.operands == NPU_operands_int8 ? 8 : 16;
}

/* Activation, weight, the next tile's weight, partial sum.
 * model: without the stages within the adder */
static double register_bits(const struct npu_chip *chip)
{
	return 3 * operand_bits(chip) + 32;
}

static double pe_area_um2(const struct npu_chip *chip,
			  const struct npu_technology *t)
{
	return chip->array.operands == NPU_operands_int8 ? t->pe_int8_area_um2
							 : t->pe_any_area_um2;
}

void npu_energy_area(const struct npu_chip *chip,
		     const struct npu_technology *t,
		     double mm2[NPU_COMPONENT_COUNT])
{
	const double cores = (double)chip->chip.cores;
	const double pes = (double)(chip->array.rows * chip->array.cols);
	const double mib = 1.0 / (1 << 20);
	const double peak_gb_per_s = npu_dram_peak_bytes_per_cycle(chip) *
				     (double)chip->chip.clock * 1e-9;

	memset(mm2, 0, NPU_COMPONENT_COUNT * sizeof *mm2);
	/* multipliers, adders and registers are one cell */
	mm2[NPU_COMPONENT_pe] = cores * pes * pe_area_um2(chip, t) * 1e-6;
	mm2[NPU_COMPONENT_scratchpad] = cores * t->sram_area_mm2_per_mib *
					(double)chip->scratchpad.bytes * mib;
	mm2[NPU_COMPONENT_accumulator] = cores * t->sram_area_mm2_per_mib *
					 (double)chip->accumulators.bytes * mib;
	mm2[NPU_COMPONENT_vector] = cores * (double)chip->vector.lanes *
				    t->vector_lane_area_um2 * 1e-6;
	mm2[NPU_COMPONENT_dma] = cores * 2 * (double)chip->dma.width *
				 t->dma_area_um2_per_byte * 1e-6;
	mm2[NPU_COMPONENT_dram] = peak_gb_per_s * t->dram_phy_area_mm2_s_per_gb;
}

static void set_memories(struct rates *r)
{
	const struct npu_chip *chip = r->chip;
	const struct npu_technology *t = r->t;
	const double width = (double)chip->dma.width;
	const double row = 4.0 * (double)chip->array.cols;
	const double spad_bank =
		(double)chip->scratchpad.bytes / (double)chip->scratchpad.banks;
	const double acc_bank = (double)chip->accumulators.bytes /
				(double)chip->accumulators.banks;
	/* model: a byte crosses a side of its core's scratchpad */
	const double wire_mm =
		sqrt(r->area[NPU_COMPONENT_scratchpad] / r->cores);
	const double wire = 8 * wire_mm * t->crossbar_wire_pj_per_bit_mm *
			    t->wire_toggle_ratio;

	/* model: words are as wide as the DMA, of accumulators as a row */
	r->spad_read =
		wire + npu_technology_sram_read_pj(t, spad_bank, width) / width;
	r->spad_write =
		wire +
		npu_technology_sram_write_pj(t, spad_bank, width) / width;
	r->acc_read = npu_technology_sram_read_pj(t, acc_bank, row) / row;
	r->acc_write = npu_technology_sram_write_pj(t, acc_bank, row) / row;
}

static void set_clock(struct rates *r)
{
	const struct npu_chip *chip = r->chip;
	const struct npu_technology *t = r->t;
	const double other =
		r->area[NPU_COMPONENT_vector] + r->area[NPU_COMPONENT_dma];

	r->array_pins = r->pes * r->cores * register_bits(chip) *
				t->pe_register_pj_per_bit *
				t->pe_register_clock_ratio +
			r->area[NPU_COMPONENT_pe] * t->clock_tree_pj_per_mm2;
	r->other_clock = other * t->clock_tree_pj_per_mm2;
	r->gated = chip->chip.clock_gating == NPU_gating_none
			   ? 1.0
			   : t->clock_gated_ratio;
}

static void set_leakage(struct rates *r)
{
	const struct npu_chip *chip = r->chip;
	const double kelvin = (double)chip->chip.temperature;
	const double sram_bytes = r->cores * (double)(chip->scratchpad.bytes +
						      chip->accumulators.bytes);
	const double logic_mm2 =
		r->area[NPU_COMPONENT_pe] + r->area[NPU_COMPONENT_vector] +
		r->area[NPU_COMPONENT_dma] + r->area[NPU_COMPONENT_dram];
	const double mw =
		npu_technology_sram_leakage_mw(r->t, chip->chip.process, kelvin,
					       sram_bytes) +
		npu_technology_logic_leakage_mw(r->t, chip->chip.process,
						kelvin, logic_mm2);

	r->leakage_pj_per_cycle = mw * 1e9 / (double)chip->chip.clock;
}

static double mac_pj(const struct rates *r, const struct npu_energy_macs *macs)
{
	const struct npu_technology *t = r->t;
	const double zeros = (double)r->chip->chip.zero_activations / 100.0;
	const double all =
		(double)(macs->of[NPU_u8] + macs->of[NPU_s8]) * t->mac_int8_pj +
		(double)macs->of[NPU_bf16] * t->mac_bf16_pj +
		(double)macs->of[NPU_fp16] * t->mac_fp16_pj +
		(double)macs->of[NPU_fp32] * t->mac_fp32_pj;

	return all * (1 - zeros + zeros * t->mac_gated_ratio);
}

/* Clock of a layer. What stops leaves `gated` of itself; the share of idle
 * time is the layer's share of the run. */
static double clock_pj(const struct rates *r, const struct npu_stats *s)
{
	const double cycles = (double)s->cycles;
	double array = (double)s->compute_cycles;
	const double other =
		(double)(s->vector_cycles + s->load_cycles + s->store_cycles) /
		3;

	if (r->chip->chip.clock_gating == NPU_gating_none)
		array = cycles;
	if (r->chip->chip.clock_gating == NPU_gating_fine)
		array = (double)s->array_macs / r->pes;
	return r->array_pins * (r->gated * cycles + (1 - r->gated) * array) +
	       r->other_clock * (r->gated * cycles + (1 - r->gated) * other);
}

static void fill_layer(const struct rates *r,
		       const struct npu_energy_macs *macs, struct npu_stats *s)
{
	const struct npu_technology *t = r->t;
	const double macs_done = (double)s->array_macs;
	const double moving_bits = operand_bits(r->chip) + 32;
	const double pitch_mm = sqrt(pe_area_um2(r->chip, t)) * 1e-3;
	double *pj = s->energy_pj;

	pj[NPU_COMPONENT_mac] = mac_pj(r, macs);
	pj[NPU_COMPONENT_pe] = macs_done * moving_bits *
			       t->pe_register_pj_per_bit *
			       (1 - t->pe_register_clock_ratio);
	pj[NPU_COMPONENT_wires] = macs_done * moving_bits * pitch_mm *
				  t->array_wire_pj_per_bit_mm *
				  t->wire_toggle_ratio;
	pj[NPU_COMPONENT_scratchpad] =
		(double)s->spad_read_bytes * r->spad_read +
		(double)s->spad_write_bytes * r->spad_write;
	pj[NPU_COMPONENT_accumulator] =
		(double)s->acc_read_bytes * r->acc_read +
		(double)s->acc_write_bytes * r->acc_write;
	pj[NPU_COMPONENT_vector] =
		(double)s->vector_ops * t->vector_alu_pj +
		(double)s->function_ops * t->vector_function_pj;
	pj[NPU_COMPONENT_dma] =
		(double)(s->dram_read_bytes + s->dram_write_bytes) *
		t->dma_pj_per_byte;
	pj[NPU_COMPONENT_leakage] = (double)s->cycles * r->leakage_pj_per_cycle;
	pj[NPU_COMPONENT_clock] = clock_pj(r, s);
}

static double share(uint64_t part, uint64_t all)
{
	return all ? (double)part / (double)all : 0;
}

/* The memory's energy by what causes it: rows opened, bytes, time. */
static void fill_dram(const struct rates *r,
		      const struct npu_dram_counters *counters,
		      struct npu_result *result)
{
	const struct npu_stats *total = &result->total;
	const double seconds =
		(double)total->cycles / (double)r->chip->chip.clock;
	const struct npu_dram_energy e =
		npu_dram_spend(r->chip, counters, seconds);
	const uint64_t moved = total->dram_read_bytes + total->dram_write_bytes;
	const int opens = total->dram_activates != 0;

	for (size_t i = 0; i < result->layer_count; i++) {
		struct npu_stats *s = &result->layers[i].stats;
		const double io =
			share(s->dram_read_bytes + s->dram_write_bytes, moved);

		s->energy_pj[NPU_COMPONENT_dram] =
			e.read_pj * share(s->dram_read_bytes,
					  total->dram_read_bytes) +
			e.write_pj * share(s->dram_write_bytes,
					   total->dram_write_bytes) +
			e.io_pj * io +
			e.activate_pj * (opens ? share(s->dram_activates,
						       total->dram_activates)
					       : io) +
			(e.refresh_pj + e.background_pj) *
				share(s->cycles, total->cycles);
	}
}

void npu_energy_fill(const struct npu_chip *chip,
		     const struct npu_technology *technology,
		     const struct npu_energy_macs *macs,
		     const struct npu_dram_counters *dram,
		     struct npu_result *result)
{
	struct rates r = {
		.chip = chip,
		.t = technology,
		.cores = (double)chip->chip.cores,
		.pes = (double)(chip->array.rows * chip->array.cols),
	};

	npu_energy_area(chip, technology, r.area);
	memcpy(result->area_mm2, r.area, sizeof r.area);
	set_memories(&r);
	set_clock(&r);
	set_leakage(&r);
	for (size_t i = 0; i < result->layer_count; i++)
		fill_layer(&r, &macs[i], &result->layers[i].stats);
	fill_dram(&r, dram, result);
	for (int c = 0; c < NPU_COMPONENT_COUNT; c++) {
		result->total.energy_pj[c] = 0;
		for (size_t i = 0; i < result->layer_count; i++)
			result->total.energy_pj[c] +=
				result->layers[i].stats.energy_pj[c];
	}
}
