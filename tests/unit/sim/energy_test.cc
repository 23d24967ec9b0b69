/* tests/unit/sim/energy_test.cc - counts x table, by hand.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/npu_energy.h"
#include "tests/unit/sim/test_chip.h"
#include <cmath>
#include <gtest/gtest.h>

namespace
{

/* A table of round numbers. */
npu_technology round_table()
{
	npu_technology t = {};

	t.mac_int8_pj = 0.25;
	t.mac_bf16_pj = 1.0;
	t.mac_fp16_pj = 1.5;
	t.mac_fp32_pj = 3.0;
	t.mac_gated_ratio = 0.2;
	t.pe_register_pj_per_bit = 0.01;
	t.pe_register_clock_ratio = 0.5;
	t.array_wire_pj_per_bit_mm = 0.2;
	t.crossbar_wire_pj_per_bit_mm = 0.2;
	t.wire_toggle_ratio = 0.25;
	t.sram_read_8k_pj = t.sram_read_32k_pj = t.sram_read_1m_pj = 8;
	t.sram_width_exponent = 1;
	t.sram_write_ratio = 1.5;
	t.vector_alu_pj = 0.5;
	t.vector_function_pj = 4;
	t.dma_pj_per_byte = 0.1;
	t.sram_leakage_hp_mw_per_mib = 16;
	t.logic_leakage_hp_mw_per_mm2 = 0;
	t.leakage_doubling_kelvin = 20;
	t.clock_tree_pj_per_mm2 = 0;
	t.clock_gated_ratio = 0.1;
	t.pe_any_area_um2 = 2500; /* 0.05 mm on a side */
	t.vector_lane_area_um2 = 1000;
	t.sram_area_mm2_per_mib = 4;
	t.dma_area_um2_per_byte = 100;
	t.dram_phy_area_mm2_s_per_gb = 0.25;
	return t;
}

struct Energy {
	npu_chip chip = test_chip();
	npu_technology table = round_table();
	npu_energy_macs macs[2] = {};
	npu_layer_result layers[2] = {};
	npu_result result = {};

	void fill()
	{
		npu_dram_counters none = {};

		chip.chip.temperature = 350; /* that of the table */
		result.layers = layers;
		result.layer_count = 2;
		for (auto &l : layers)
			result.total.cycles += l.stats.cycles;
		npu_energy_fill(&chip, &table, macs, &none, &result);
	}
	double pj(npu_component c, int layer = 0) const
	{
		return layers[layer].stats.energy_pj[c];
	}
};

TEST(EnergyMac, EachTypeHasItsPrice)
{
	Energy e;

	e.macs[0].of[NPU_u8] = 1000;
	e.macs[0].of[NPU_s8] = 1000;
	e.macs[0].of[NPU_bf16] = 100;
	e.macs[1].of[NPU_fp16] = 100;
	e.macs[1].of[NPU_fp32] = 100;
	e.fill();
	EXPECT_DOUBLE_EQ(e.pj(NPU_COMPONENT_mac, 0), 2000 * 0.25 + 100);
	EXPECT_DOUBLE_EQ(e.pj(NPU_COMPONENT_mac, 1), 150 + 300);
	EXPECT_DOUBLE_EQ(e.result.total.energy_pj[NPU_COMPONENT_mac],
			 600 + 450);
}

TEST(EnergyMac, StatedZerosAreChargedAsGated)
{
	Energy e;

	e.chip.chip.zero_activations = 50;
	e.macs[0].of[NPU_u8] = 1000;
	e.fill();
	/* half at full price, half at a fifth of it */
	EXPECT_DOUBLE_EQ(e.pj(NPU_COMPONENT_mac), 500 * 0.25 + 500 * 0.05);
}

TEST(EnergyArray, RegistersAndWiresMoveWithEveryMac)
{
	Energy e;

	e.layers[0].stats.array_macs = 1000;
	e.fill();
	/* 16 bits of activation and 32 of sum; half of it is the clock pin */
	EXPECT_DOUBLE_EQ(e.pj(NPU_COMPONENT_pe), 1000 * 48 * 0.01 * 0.5);
	EXPECT_DOUBLE_EQ(e.pj(NPU_COMPONENT_wires),
			 1000 * 48 * 0.05 * 0.2 * 0.25);
}

TEST(EnergyMemory, BytesCostAWordsShareAndTheirWires)
{
	Energy e;

	e.layers[0].stats.spad_read_bytes = 1600;
	e.layers[1].stats.spad_write_bytes = 1600;
	e.layers[0].stats.acc_read_bytes = 640;
	e.fill();
	/* 16-byte words cost twice 8 pJ; 64 KiB are 0.25 mm2, 0.5 mm a side */
	const double wires = 1600 * 8 * 0.5 * 0.2 * 0.25;
	EXPECT_DOUBLE_EQ(e.pj(NPU_COMPONENT_scratchpad, 0), 100 * 16 + wires);
	EXPECT_DOUBLE_EQ(e.pj(NPU_COMPONENT_scratchpad, 1), 100 * 24 + wires);
	/* rows of 64 bytes, 64 pJ each */
	EXPECT_DOUBLE_EQ(e.pj(NPU_COMPONENT_accumulator), 640);
}

TEST(EnergyVector, OperationsAndFunctionsAreCharged)
{
	Energy e;

	e.layers[0].stats.vector_ops = 100;
	e.layers[0].stats.function_ops = 10;
	e.layers[0].stats.dram_read_bytes = 640;
	e.fill();
	EXPECT_DOUBLE_EQ(e.pj(NPU_COMPONENT_vector), 50 + 40);
	EXPECT_DOUBLE_EQ(e.pj(NPU_COMPONENT_dma), 64);
}

TEST(EnergyLeakage, CountsEveryInstanceForTheWholeTime)
{
	Energy e;

	e.layers[0].stats.cycles = 1000;
	e.layers[1].stats.cycles = 3000;
	e.fill();
	/* (64 + 16) KiB x 16 mW/MiB = 1.25 mW, for 1 us and 3 us */
	EXPECT_NEAR(e.pj(NPU_COMPONENT_leakage, 0), 1250, 1e-6);
	EXPECT_NEAR(e.pj(NPU_COMPONENT_leakage, 1), 3750, 1e-6);
}

TEST(EnergyClock, GatingStopsWhatIsIdle)
{
	/* 256 PEs x (3 x 16 + 32) bits x 0.01 x 0.5 = 102.4 pJ a cycle */
	const double pins = 102.4;
	double pj[3];

	for (uint64_t gating :
	     { NPU_gating_none, NPU_gating_coarse, NPU_gating_fine }) {
		Energy e;

		e.chip.chip.clock_gating = gating;
		e.layers[0].stats.cycles = 1000;
		e.layers[0].stats.compute_cycles = 500;
		e.layers[0].stats.array_macs = 256 * 100;
		e.fill();
		pj[gating] = e.pj(NPU_COMPONENT_clock);
	}
	EXPECT_DOUBLE_EQ(pj[NPU_gating_none], 1000 * pins);
	EXPECT_DOUBLE_EQ(pj[NPU_gating_coarse], (500 + 0.1 * 500) * pins);
	EXPECT_DOUBLE_EQ(pj[NPU_gating_fine], (100 + 0.1 * 900) * pins);
}

TEST(EnergyArea, IsThatOfEveryPart)
{
	Energy e;

	e.chip.chip.cores = 2;
	e.fill();
	EXPECT_DOUBLE_EQ(e.result.area_mm2[NPU_COMPONENT_pe], 2 * 256 * 0.0025);
	EXPECT_DOUBLE_EQ(e.result.area_mm2[NPU_COMPONENT_scratchpad], 2 * 0.25);
	EXPECT_DOUBLE_EQ(e.result.area_mm2[NPU_COMPONENT_accumulator],
			 2 * 4.0 / 64);
	EXPECT_DOUBLE_EQ(e.result.area_mm2[NPU_COMPONENT_vector], 2 * 0.016);
	EXPECT_DOUBLE_EQ(e.result.area_mm2[NPU_COMPONENT_dma], 2 * 2 * 0.0016);
	/* the memory is shared: 16 GB/s */
	EXPECT_DOUBLE_EQ(e.result.area_mm2[NPU_COMPONENT_dram], 4);
}

} // namespace
