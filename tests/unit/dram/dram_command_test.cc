// tests/unit/dram/dram_command_test.cc - the command level against clocks
// counted by hand and closed forms.
// SPDX-License-Identifier: Apache-2.0
#include "sim/dram/npu_dram.h"
#include "sim/dram/npu_dram_pattern.h"
#include "sim/dram/npu_dram_preset.h"
#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace
{

npu_chip Usual(const char *preset)
{
	npu_chip chip = {};
	npu_error err = {};

	chip.chip.clock = 1000000000;
	chip.dma.outstanding = 1;
	EXPECT_EQ(npu_dram_usual(preset, &chip, &err), NPU_OK) << err.message;
	return chip;
}

npu_dram_trace_result Simulate(const npu_chip &chip,
			       const std::vector<npu_dram_request> &requests,
			       unsigned window = 0)
{
	npu_dram_trace_result result = {};
	npu_error err = {};

	EXPECT_EQ(npu_dram_run_trace(&chip, requests.data(), requests.size(),
				     window, &result, &err),
		  NPU_OK)
		<< err.message;
	return result;
}

npu_dram_trace_result Pattern(const npu_chip &chip, const char *name,
			      size_t count = 100000)
{
	std::vector<npu_dram_request> requests(count);

	EXPECT_TRUE(npu_dram_pattern(name, requests.data(), count));
	return Simulate(chip, requests);
}

// DDR4-3200, map bg: address = row : bank(2) : column(7) : group(2) : 64 B.
uint64_t Ddr4(uint64_t row, uint64_t bank, uint64_t column, uint64_t group)
{
	return (((row * 4 + bank) * 128 + column) * 4 + group) * 64;
}

uint64_t Clocks(const std::vector<uint64_t> &addresses)
{
	std::vector<npu_dram_request> requests;

	for (uint64_t address : addresses)
		requests.push_back({ address, 0 });
	return Simulate(Usual("DDR4-3200"), requests).counters.clocks;
}

// Offered in clock 1, activate in 2, read tRCD 22 later, data after CL 22 and
// 4 clocks of burst.
constexpr uint64_t kActivate = 2, kRead = kActivate + 22, kDone = kRead + 26;

TEST(DramCommand, ReadOfAClosedBankTakesActivateReadAndBurst)
{
	EXPECT_EQ(Clocks({ Ddr4(0, 0, 0, 0) }), kDone);
}

TEST(DramCommand, SecondReadOfTheRowWaitsTccdL)
{
	EXPECT_EQ(Clocks({ Ddr4(0, 0, 0, 0), Ddr4(0, 0, 1, 0) }), kDone + 8);
}

TEST(DramCommand, ReadOfAnotherGroupWaitsTrrdS)
{
	EXPECT_EQ(Clocks({ Ddr4(0, 0, 0, 0), Ddr4(0, 0, 0, 1) }), kDone + 4);
}

TEST(DramCommand, ReadOfAnotherBankOfTheGroupWaitsTrrdL)
{
	EXPECT_EQ(Clocks({ Ddr4(0, 0, 0, 0), Ddr4(0, 1, 0, 0) }), kDone + 8);
}

TEST(DramCommand, AnotherRowOfTheBankWaitsTrasTrpAndTrcd)
{
	// precharge at 2 + tRAS 52, activate tRP 22 later
	EXPECT_EQ(Clocks({ Ddr4(0, 0, 0, 0), Ddr4(1, 0, 0, 0) }),
		  2 + 52 + 22 + 22 + 26u);
}

TEST(DramCommand, FifthActivateWaitsTfaw)
{
	// activates at 2, 6, 10, 14; 2 + tFAW 34 = 36 carries the fourth read
	// (14 + 22), so one clock later
	EXPECT_EQ(Clocks({ Ddr4(0, 0, 0, 0), Ddr4(0, 0, 0, 1), Ddr4(0, 0, 0, 2),
			   Ddr4(0, 0, 0, 3), Ddr4(0, 1, 0, 0) }),
		  2 + 34 + 1 + 22 + 26u);
}

TEST(DramCommand, FourthActivateDoesNotWaitTfaw)
{
	EXPECT_EQ(Clocks({ Ddr4(0, 0, 0, 0), Ddr4(0, 0, 0, 1), Ddr4(0, 0, 0, 2),
			   Ddr4(0, 0, 0, 3) }),
		  kDone + 12);
}

TEST(DramCommand, WriteIsPostedInTheNextClock)
{
	EXPECT_EQ(Simulate(Usual("DDR4-3200"), { { 0, 1 } }).counters.clocks,
		  2u);
}

TEST(DramClosedForm, RefreshLeaves95PercentOfSequential)
{
	EXPECT_NEAR(Pattern(Usual("DDR4-3200"), "seq_r").bandwidth_ratio, 0.95,
		    0.95 * 0.01);
}

TEST(DramClosedForm, OneBankGroupReaches47Point6Percent)
{
	EXPECT_NEAR(Pattern(Usual("DDR4-3200"), "stride256_r").bandwidth_ratio,
		    0.476, 0.476 * 0.01);
}

TEST(DramClosedForm, RandomReadsAreHeldByFourActivates)
{
	// 4 activates of one burst (4 clocks) in tFAW 34, refresh 0.95
	EXPECT_NEAR(Pattern(Usual("DDR4-3200"), "rand_r").bandwidth_ratio,
		    4 * 4.0 / 34 * 0.95, 0.448 * 0.01);
}

TEST(DramClosedForm, BanksInConflictShareTrc)
{
	for (unsigned k : { 1u, 2u, 4u, 8u }) {
		std::vector<npu_dram_request> requests;
		for (uint64_t i = 0; i < 40000; i++)
			requests.push_back(
				{ Ddr4(i / k, i % k / 4, 0, i % k % 4), 0 });
		double want = 0.95 * (double)k * 4 / 74;
		EXPECT_NEAR(
			Simulate(Usual("DDR4-3200"), requests).bandwidth_ratio,
			want, want * 0.01)
			<< k << " banks";
	}
}

TEST(DramPreset, EveryPresetStreamsNearItsPeak)
{
	for (unsigned i = 0; i < npu_dram_preset_count(); i++) {
		npu_dram_preset device;
		const char *name = npu_dram_preset_name(i);
		ASSERT_TRUE(npu_dram_preset_find(name, &device));
		double refresh = 1 - (double)device.rfc / device.refi;
		double got = Pattern(Usual(name), "seq_r").bandwidth_ratio;
		EXPECT_LE(got, refresh * 1.005) << name;
		// and all rows are closed and some opened again
		uint32_t more =
			device.rp + device.rcd + device.groups * device.banks;
		EXPECT_GE(got, (refresh - (double)more / device.refi) * 0.995)
			<< name;
	}
}

TEST(DramPreset, NamesGiveTheirTransferRate)
{
	// "DDR4-3200": 3200 million transfers a second and pin, but for the
	// references' periods, which are rounded to 10 ps
	for (unsigned i = 0; i < npu_dram_preset_count(); i++) {
		npu_dram_preset device;
		std::string name = npu_dram_preset_name(i);
		ASSERT_TRUE(npu_dram_preset_find(name.c_str(), &device));
		double rate = 1e6 * device.beats / device.tck_ps;
		double want =
			name == "HBM2"
				? 2000
				: std::stod(name.substr(name.find('-') + 1));
		EXPECT_NEAR(rate / want, 1, 0.01) << name;
		EXPECT_LE(rate, want * 1.005) << name;
	}
}

TEST(DramPreset, ImpossibleWidthIsRefused)
{
	npu_chip chip = Usual("DDR4-3200");
	npu_dram_channel_timing timing;
	npu_error err = {};

	chip.dram.width = 60;
	EXPECT_EQ(npu_dram_resolve(&chip, &timing, &err), NPU_E_RANGE);
	EXPECT_NE(std::strstr(err.message, "60 bits"), nullptr);
	chip.dram.width = 128; // a burst of 128 bytes
	EXPECT_EQ(npu_dram_resolve(&chip, &timing, nullptr), NPU_E_RANGE);
	chip.dram.width = 32; // two bursts, one after the other
	ASSERT_EQ(npu_dram_resolve(&chip, &timing, nullptr), NPU_OK);
	EXPECT_EQ(timing.data, 8u);
}

TEST(DramPreset, MistypedNameGetsAHint)
{
	npu_chip chip = {};
	npu_error err = {};

	EXPECT_EQ(npu_dram_usual("DDR4-320", &chip, &err), NPU_E_RANGE);
	EXPECT_NE(std::strstr(err.message, "DDR4-3200"), nullptr);
}

// timing.md 7: a DDR4-2400 x8 rank: activate and precharge 3.45 nJ, read 5.73
// and write 4.98 pJ/bit, active standby 413 mW, I/O 4 pJ/bit.
TEST(DramEnergy, Ddr4RankByItsCurrents)
{
	npu_chip chip = Usual("DDR4-2400");
	npu_dram_counters counters = {};

	counters.activates = counters.read_bursts = counters.write_bursts = 1;
	counters.clocks = 1000;
	npu_dram_energy e = npu_dram_spend(&chip, &counters, 0);
	EXPECT_NEAR(e.activate_pj, 3450, 0.01 * 3450);
	EXPECT_NEAR(e.read_pj / 512, 5.73, 0.01 * 5.73);
	EXPECT_NEAR(e.write_pj / 512, 4.98, 0.01 * 4.98);
	EXPECT_NEAR(e.io_pj / 1024, 4, 1e-9);
	// 1000 clocks of 0.833 ns at 413 mW (1 mW ns = 1 pJ)
	EXPECT_NEAR(e.background_pj, 413 * 833.0, 0.01 * 413 * 833);
	counters.closed_clocks = 1000; // IDD2N 34 mA in place of IDD3N 43
	EXPECT_NEAR(npu_dram_spend(&chip, &counters, 0).background_pj,
		    1.2 * 34 * 8 * 833, 1);
}

TEST(DramEnergy, PresetsWithoutDatasheetCurrentsAreFlat)
{
	npu_dram_counters counters = {};

	counters.read_bursts = counters.write_bursts = 10;
	npu_chip hbm = Usual("HBM2"), lpddr = Usual("LPDDR4-3200");
	npu_dram_energy e = npu_dram_spend(&hbm, &counters, 1e-6);
	EXPECT_NEAR((e.read_pj + e.write_pj) / (20 * 512), 3.9, 1e-9);
	EXPECT_EQ(e.background_pj + e.activate_pj + e.refresh_pj + e.io_pj, 0);
	e = npu_dram_spend(&lpddr, &counters, 1e-6);
	EXPECT_NEAR(e.read_pj / (10 * 512), 8, 1e-9);
}

TEST(DramTrace, IdealMemoryIsRefused)
{
	npu_chip chip = Usual("DDR4-3200");
	npu_dram_trace_result result;
	npu_dram_request request = { 0, 0 };

	std::strcpy(chip.dram.preset, "ideal");
	EXPECT_EQ(npu_dram_run_trace(&chip, &request, 1, 0, &result, nullptr),
		  NPU_E_UNSUPPORTED);
}

TEST(DramTrace, TwoRunsAreEqual)
{
	npu_dram_trace_result a = Pattern(Usual("HBM2"), "rand_r", 20000);
	npu_dram_trace_result b = Pattern(Usual("HBM2"), "rand_r", 20000);

	EXPECT_EQ(std::memcmp(&a, &b, sizeof a), 0);
}

} // namespace
