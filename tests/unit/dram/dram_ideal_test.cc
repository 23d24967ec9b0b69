// tests/unit/dram/dram_ideal_test.cc - memory of fixed latency and bandwidth.
// SPDX-License-Identifier: Apache-2.0
#include "sim/dram/npu_dram.h"
#include <cstring>
#include <gtest/gtest.h>
#include <vector>

namespace
{

npu_chip IdealChip(uint64_t bandwidth, uint64_t latency_ps)
{
	npu_chip chip = {};

	chip.chip.clock = 1000000000;
	chip.dma.outstanding = 4096;
	std::strcpy(chip.dram.preset, "ideal");
	chip.dram.capacity = 1u << 30;
	chip.dram.bandwidth = bandwidth;
	chip.dram.latency = latency_ps;
	return chip;
}

struct Done {
	uint64_t id, cycle;
};

class Memory
{
      public:
	explicit Memory(const npu_chip &chip)
	{
		npu_error err = {};
		EXPECT_EQ(npu_dram_create(&chip, &dram_, &err), NPU_OK)
			<< err.message;
	}
	~Memory()
	{
		npu_dram_destroy(dram_);
	}
	void Submit(uint64_t address, uint64_t bytes, bool is_write,
		    uint8_t master, uint64_t id, uint64_t now)
	{
		npu_dram_run run = { address, bytes, is_write, master, id };
		EXPECT_EQ(npu_dram_submit(dram_, &run, now, nullptr), NPU_OK);
	}
	std::vector<Done> Finish(uint64_t until = UINT64_MAX)
	{
		std::vector<Done> done;
		npu_dram_run run;
		uint64_t cycle;
		while (npu_dram_advance(dram_, until, &run, &cycle))
			done.push_back({ run.id, cycle });
		return done;
	}
	npu_dram *dram_ = nullptr;
};

TEST(DramIdeal, ReadTakesLatencyPlusBytesOverBandwidth)
{
	Memory memory(IdealChip(16000000000, 100000)); // 16 bytes a cycle
	memory.Submit(0, 4096, false, 0, 7, 1000);
	auto done = memory.Finish();
	ASSERT_EQ(done.size(), 1u);
	EXPECT_EQ(done[0].id, 7u);
	EXPECT_EQ(done[0].cycle, 1000u + 256 + 100);
}

TEST(DramIdeal, WriteIsAcceptedWithoutTheLatency)
{
	Memory memory(IdealChip(16000000000, 100000));
	memory.Submit(0, 4096, true, 0, 7, 0);
	EXPECT_EQ(memory.Finish().at(0).cycle, 256u);
}

TEST(DramIdeal, BurstsTouchedAreTransferredWhole)
{
	Memory memory(IdealChip(64000000000, 0)); // one burst a cycle
	memory.Submit(63, 2, false, 0, 0, 0);
	EXPECT_EQ(memory.Finish().at(0).cycle, 2u);
	EXPECT_EQ(npu_dram_count(memory.dram_).read_bursts, 2u);
}

TEST(DramIdeal, FractionsOfACycleAreNotLost)
{
	Memory memory(
		IdealChip(3000000000, 0)); // 3 bytes a cycle: 64/3 a burst
	for (uint64_t i = 0; i < 300; i++)
		memory.Submit(i * 64, 64, false, 0, i, 0);
	auto done = memory.Finish();
	ASSERT_EQ(done.size(), 300u);
	for (uint64_t i = 0; i < 300; i++)
		EXPECT_EQ(done[i].cycle, ((i + 1) * 64 + 2) / 3);
}

TEST(DramIdeal, LatencyOverlapsTheNextRun)
{
	Memory memory(IdealChip(64000000000, 50000));
	memory.Submit(0, 640, false, 0, 0, 0);
	memory.Submit(640, 640, false, 0, 1, 0);
	auto done = memory.Finish();
	EXPECT_EQ(done.at(0).cycle, 60u);
	EXPECT_EQ(done.at(1).cycle, 70u);
}

TEST(DramIdeal, WindowBoundsBandwidthByLatency)
{
	npu_chip chip = IdealChip(64000000000, 100000);
	chip.dma.outstanding = 8; // pieces of 2, each 2 + 100 cycles
	Memory memory(chip);
	memory.Submit(0, 64 * 80, false, 0, 0, 0);
	// 40 pieces, 4 in flight: the last starts at 9 * 102 + 6
	EXPECT_EQ(memory.Finish().at(0).cycle, 9u * 102 + 6 + 102);
}

TEST(DramIdeal, MastersTakeTurns)
{
	Memory memory(IdealChip(64000000000, 0));
	memory.Submit(0, 64 * 80, false, 0, 0, 0);
	memory.Submit(1 << 20, 64 * 8, false, 1, 1, 0);
	auto done = memory.Finish();
	EXPECT_EQ(done.at(0).id, 1u);
	EXPECT_LE(done.at(0).cycle, 16u);
	EXPECT_EQ(done.at(1).cycle, 88u);
}

TEST(DramIdeal, AdvanceStopsAtUntilAndLetsLaterRunsTakePart)
{
	Memory memory(IdealChip(64000000000, 0));
	memory.Submit(0, 64 * 160, false, 0, 0, 0);
	EXPECT_TRUE(memory.Finish(20).empty());
	memory.Submit(1 << 20, 64 * 8, false, 1, 1, 20);
	auto done = memory.Finish();
	EXPECT_EQ(done.at(0).id, 1u);
	EXPECT_EQ(done.at(0).cycle, 32u);
	EXPECT_EQ(done.at(1).cycle, 168u);
}

TEST(DramIdeal, CompletionsOfOneCycleComeInOrderOfSubmission)
{
	Memory memory(IdealChip(6400000000000, 0)); // 100 bursts a cycle
	for (uint64_t i = 0; i < 8; i++)
		memory.Submit(i * 64, 64, false, (uint8_t)(7 - i), i, 0);
	auto done = memory.Finish();
	for (uint64_t i = 0; i < 8; i++)
		EXPECT_EQ(done.at(i).id, i);
}

TEST(DramIdeal, MoreBandwidthIsNeverSlowerForOneMaster)
{
	uint64_t last = UINT64_MAX;
	for (uint64_t gb = 1; gb < 40; gb++) {
		Memory memory(IdealChip(gb * 777777777, 33333));
		uint64_t now = 0;
		for (uint64_t i = 0; i < 50; i++) {
			memory.Submit(i * 1000, 100 + 37 * i, i % 3 == 0, 0, i,
				      now);
			now = memory.Finish().at(0).cycle;
		}
		EXPECT_LE(now, last);
		last = now;
	}
}

TEST(DramIdeal, RunBeyondTheCapacityIsRefused)
{
	Memory memory(IdealChip(1000000000, 0));
	npu_dram_run run = { (1u << 30) - 63, 64, 0, 0, 0 };
	EXPECT_EQ(npu_dram_submit(memory.dram_, &run, 0, nullptr),
		  NPU_E_INTERNAL);
}

TEST(DramCreate, UnknownPresetIsRefused)
{
	npu_chip chip = IdealChip(1, 0);
	npu_dram *dram = nullptr;
	npu_error err = {};
	std::strcpy(chip.dram.preset, "DDR9");
	EXPECT_EQ(npu_dram_create(&chip, &dram, &err), NPU_E_RANGE);
	EXPECT_NE(std::strstr(err.message, "DDR9"), nullptr);
	EXPECT_EQ(dram, nullptr);
}

TEST(DramCreate, IdealWithoutBandwidthIsRefused)
{
	npu_chip chip = IdealChip(0, 0);
	npu_dram *dram = nullptr;
	EXPECT_EQ(npu_dram_create(&chip, &dram, nullptr), NPU_E_RANGE);
}

} // namespace
