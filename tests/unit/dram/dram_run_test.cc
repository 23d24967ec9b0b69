// tests/unit/dram/dram_run_test.cc - the run level against the command level.
// SPDX-License-Identifier: Apache-2.0
#include "sim/dram/npu_dram.h"
#include "sim/dram/npu_dram_pattern.h"
#include "sim/dram/npu_dram_preset.h"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <gtest/gtest.h>
#include <vector>

namespace
{

struct System {
	const char *preset;
	uint64_t channels, outstanding, clock, latency_ps;
};
// Memories of configs/chips, and others.
const System kSystems[] = {
	{ "LPDDR4-3200", 1, 64, 1000000000, 50000 }, // edge
	{ "DDR3-2133", 1, 64, 1000000000, 40000 },   // gemmini-16
	{ "DDR3-2133", 2, 128, 700000000, 40000 },   // tpu-v1
	{ "HBM2", 8, 1024, 1000000000, 50000 },      // datacenter
	{ "DDR4-3200", 1, 64, 1000000000, 40000 },
	{ "DDR4-2400", 1, 64, 900000000, 0 },
	{ "LPDDR4-2400", 1, 64, 333333333, 0 },
};

npu_chip ChipOf(const System &system, uint64_t model)
{
	npu_chip chip = {};

	EXPECT_EQ(npu_dram_usual(system.preset, &chip, nullptr), NPU_OK);
	chip.chip.clock = system.clock;
	chip.dma.outstanding = system.outstanding;
	chip.dram.channels = system.channels;
	chip.dram.interleave = 256;
	chip.dram.latency = system.latency_ps;
	chip.dram.capacity = (uint64_t)1 << 32;
	chip.dram.model = model;
	return chip;
}

struct Work {
	const char *name;
	bool is_write;
	uint64_t tiles, rows, width, pitch;
};

// One tile after the other, as a DMA engine that works alone.
uint64_t Cycles(const npu_chip &chip, const Work &work,
		uint64_t *steps = nullptr)
{
	npu_dram *dram = nullptr;
	npu_dram_run done;
	uint64_t cycle = 0;

	EXPECT_EQ(npu_dram_create(&chip, &dram, nullptr), NPU_OK);
	for (uint64_t t = 0; t < work.tiles; t++) {
		uint64_t across = work.pitch / work.width;
		uint64_t base = t / across * work.rows * work.pitch +
				t % across * work.width;
		for (uint64_t r = 0; r < work.rows; r++) {
			npu_dram_run run = { base + r * work.pitch, work.width,
					     work.is_write, 0, r };
			EXPECT_EQ(npu_dram_submit(dram, &run, cycle, nullptr),
				  NPU_OK);
		}
		for (uint64_t r = 0; r < work.rows; r++)
			EXPECT_TRUE(npu_dram_advance(dram, UINT64_MAX, &done,
						     &cycle));
	}
	npu_dram_counters counters = npu_dram_count(dram);
	EXPECT_EQ(counters.read_bursts + counters.write_bursts,
		  work.tiles * work.rows * work.width / 64);
	if (steps)
		*steps = counters.steps;
	npu_dram_destroy(dram);
	return cycle;
}

TEST(DramRunLevel, OneDirectionOfRunsFrom1KibWithin2PercentOfCommandLevel)
{
	const Work works[] = {
		{ "read 64 KiB", false, 100, 1, 65536, 65536 },
		{ "read 56 x 1 KiB", false, 100, 56, 1024, 4096 },
		{ "read 28 x 1536 B", false, 100, 28, 1536, 3072 },
		{ "read 14 x 3584 B", false, 100, 14, 3584, 7168 },
		{ "write 32 KiB", true, 100, 1, 32768, 32768 },
		{ "write 28 x 1 KiB", true, 100, 28, 1024, 4096 },
	};

	for (const System &system : kSystems) {
		for (const Work &work : works) {
			// 1 KiB in each channel: HBM2 spreads it over four
			if (std::strcmp(system.preset, "HBM2") == 0 &&
			    work.width < 8192)
				continue;
			double command = (double)Cycles(
				ChipOf(system, NPU_dram_model_command), work);
			double run = (double)Cycles(
				ChipOf(system, NPU_dram_model_run), work);
			std::printf("%-12s x%llu %-16s command %9.0f run %9.0f "
				    "(%+.2f %%)\n",
				    system.preset,
				    (unsigned long long)system.channels,
				    work.name, command, run,
				    100 * (run / command - 1));
			EXPECT_NEAR(run / command, 1, 0.02)
				<< system.preset << " " << work.name;
		}
	}
}

TEST(DramRunLevel, WorkDoesNotGrowWithLatencyNorWithClock)
{
	const Work work = { "read", false, 100, 28, 1536, 3072 };
	uint64_t slow = 0, fast = 0;

	for (const System &system : kSystems) {
		System s = system;
		s.latency_ps = 0;
		s.clock = 50000000;
		Cycles(ChipOf(s, NPU_dram_model_run), work, &fast);
		s.latency_ps = 10000000; // 10 us
		s.clock = 10000000000;
		Cycles(ChipOf(s, NPU_dram_model_run), work, &slow);
		EXPECT_EQ(slow, fast) << system.preset;
		// 1.5 KiB is two pieces of a KiB, or three where it begins
		// within 256 bytes of a channel; a row may end in each
		uint64_t least = work.tiles * work.rows * 2;
		EXPECT_GE(fast, least);
		EXPECT_LE(fast, system.channels == 1 ? 2 * least : 4 * least);
	}
}

TEST(DramRunLevel, CommandLevelWorkDoesNotGrowWithIdleTime)
{
	uint64_t steps[2];

	for (unsigned gap : { 1000u, 1000000u }) {
		npu_chip chip = ChipOf(kSystems[0], NPU_dram_model_command);
		npu_dram *dram = nullptr;
		npu_dram_run done;
		uint64_t cycle = 0;

		ASSERT_EQ(npu_dram_create(&chip, &dram, nullptr), NPU_OK);
		for (uint64_t i = 0; i < 100; i++) {
			npu_dram_run run = { i * 4096, 4096, 0, 0, i };
			ASSERT_EQ(npu_dram_submit(dram, &run, cycle + gap,
						  nullptr),
				  NPU_OK);
			ASSERT_TRUE(npu_dram_advance(dram, UINT64_MAX, &done,
						     &cycle));
		}
		steps[gap == 1000000] = npu_dram_count(dram).steps;
		npu_dram_destroy(dram);
	}
	// a refresh now and then falls into a run, or not
	EXPECT_NEAR((double)steps[1] / (double)steps[0], 1, 0.1);
}

TEST(DramRunLevel, SequentialAndTilesWithin2PercentOfReference)
{
	// GB/s of tests/data/dram/dramsim3.csv, map bg, window 0
	const struct {
		const char *preset, *trace;
		double gb_per_s;
	} rows[] = {
		{ "DDR4-3200", "seq_r", 24.133 },
		{ "DDR4-3200", "stride256_r", 12.073 },
		{ "DDR4-3200", "stride4096_r", 12.082 },
		{ "DDR4-3200", "tile2d_256x3584", 23.732 },
		{ "LPDDR4-2400", "seq_r", 9.155 },
		{ "LPDDR4-2400", "tile2d_256x3584", 9.146 },
		{ "LPDDR4-2400", "dma21_4k", 8.840 },
		{ "LPDDR4-2400", "stride4096_r", 9.143 },
		{ "HBM2", "seq_r", 236.546 },
		{ "HBM2", "tile2d_256x3584", 236.748 },
		{ "HBM2", "stride4096_r", 29.538 },
	};
	std::vector<npu_dram_request> requests(200000);

	for (const auto &row : rows) {
		npu_chip chip = {};
		npu_dram_trace_result got;
		ASSERT_EQ(npu_dram_usual(row.preset, &chip, nullptr), NPU_OK);
		chip.chip.clock = 1000000000;
		chip.dma.outstanding = 1;
		chip.dram.model = NPU_dram_model_run;
		ASSERT_TRUE(npu_dram_pattern(row.trace, requests.data(),
					     requests.size()));
		ASSERT_EQ(npu_dram_run_trace(&chip, requests.data(),
					     requests.size(), 0, &got, nullptr),
			  NPU_OK);
		EXPECT_NEAR(got.gb_per_s / row.gb_per_s, 1, 0.02)
			<< row.preset << " " << row.trace;
	}
}

TEST(DramRunLevel, LaterSubmissionNeverChangesWhatWasReported)
{
	for (uint64_t model : { NPU_dram_model_run, NPU_dram_model_command }) {
		npu_chip chip = ChipOf(kSystems[0], model);
		npu_dram *dram = nullptr;
		npu_dram_run done;
		uint64_t cycle = 0, last = 0, completed = 0, id = 0;

		ASSERT_EQ(npu_dram_create(&chip, &dram, nullptr), NPU_OK);
		for (uint64_t now = 0; now < 200000; now += 97) {
			npu_dram_run run = { id * 7777 % 1000000,
					     64 + id % 5000,
					     (uint8_t)(id % 3 == 0),
					     (uint8_t)(id % 4), id };
			ASSERT_EQ(npu_dram_submit(dram, &run, now, nullptr),
				  NPU_OK);
			id++;
			while (npu_dram_advance(dram, now + 97, &done,
						&cycle)) {
				EXPECT_GE(cycle, last);
				EXPECT_LE(cycle, now + 97);
				EXPECT_GE(cycle, now);
				last = cycle;
				completed++;
			}
		}
		while (npu_dram_advance(dram, UINT64_MAX, &done, &cycle)) {
			EXPECT_GE(cycle, last);
			last = cycle;
			completed++;
		}
		EXPECT_EQ(completed, id);
		npu_dram_destroy(dram);
	}
}

// Bytes of `masters` that all write runs of `length` bytes at once, once half
// of all is done: the least of any over the most.
double Fairness(const System &system, uint64_t model, unsigned masters,
		uint64_t length)
{
	const uint64_t each = 128 << 10;
	npu_chip chip = ChipOf(system, model);
	npu_dram *dram = nullptr;
	npu_dram_run done = {};
	uint64_t cycle = 0, all = 0;
	std::vector<uint64_t> bytes(masters);

	EXPECT_EQ(npu_dram_create(&chip, &dram, nullptr), NPU_OK);
	for (uint64_t at = 0; at < each; at += length)
		for (unsigned m = 0; m < masters; m++) {
			npu_dram_run run = { ((uint64_t)m << 26) + at, length,
					     1, (uint8_t)m, at };
			EXPECT_EQ(npu_dram_submit(dram, &run, 0, nullptr),
				  NPU_OK);
		}
	while (2 * all < masters * each &&
	       npu_dram_advance(dram, UINT64_MAX, &done, &cycle)) {
		bytes[done.master] += done.bytes;
		all += done.bytes;
	}
	npu_dram_destroy(dram);
	return (double)*std::min_element(bytes.begin(), bytes.end()) /
	       (double)*std::max_element(bytes.begin(), bytes.end());
}

TEST(DramRunLevel, NoMasterStarvesBesideOthersThatWrite)
{
	for (uint64_t model : { NPU_dram_model_run, NPU_dram_model_command })
		for (int s : { 0, 3, 4 }) // LPDDR4, HBM2, DDR4
			for (unsigned masters : { 2u, 3u, 4u })
				EXPECT_GT(Fairness(kSystems[s], model, masters,
						   1024),
					  0.5)
					<< kSystems[s].preset << ", " << masters
					<< " masters, model " << model;
}

TEST(DramRunLevel, AShortReadIsServedBesideAStreamOfReads)
{
	for (uint64_t model : { NPU_dram_model_run, NPU_dram_model_command }) {
		for (uint64_t i = 0; i < 40; i++) {
			npu_chip chip = ChipOf(kSystems[3], model);
			npu_dram *dram = nullptr;
			npu_dram_run done = {};
			npu_dram_run stream = { 0, 4 << 20, 0, 1, 1 };
			npu_dram_run fetch = { (64 << 20) + i * 192, 64, 0, 0,
					       2 };
			uint64_t cycle = 0, now = 1000 + 17 * i;

			ASSERT_EQ(npu_dram_create(&chip, &dram, nullptr),
				  NPU_OK);
			ASSERT_EQ(npu_dram_submit(dram, &stream, 0, nullptr),
				  NPU_OK);
			ASSERT_FALSE(
				npu_dram_advance(dram, now, &done, &cycle));
			ASSERT_EQ(npu_dram_submit(dram, &fetch, now, nullptr),
				  NPU_OK);
			ASSERT_TRUE(npu_dram_advance(dram, UINT64_MAX, &done,
						     &cycle));
			// the queue of the channel, and perhaps a refresh
			EXPECT_EQ(done.id, 2u);
			EXPECT_LE(cycle, now + 600);
			npu_dram_destroy(dram);
		}
	}
}

TEST(DramRunLevel, EveryRunCompletesOnce)
{
	npu_chip chip = ChipOf(kSystems[3], NPU_dram_model_run);
	npu_dram *dram = nullptr;
	npu_dram_run done;
	uint64_t cycle, bytes = 0;

	ASSERT_EQ(npu_dram_create(&chip, &dram, nullptr), NPU_OK);
	for (uint64_t i = 0; i < 100; i++) {
		npu_dram_run run = { i * 100000, 1 + i * 333, i % 2 == 1, 3,
				     i };
		ASSERT_EQ(npu_dram_submit(dram, &run, 0, nullptr), NPU_OK);
	}
	while (npu_dram_advance(dram, UINT64_MAX, &done, &cycle))
		bytes += done.bytes;
	EXPECT_EQ(bytes, 100u + 333 * 4950);
	npu_dram_destroy(dram);
}

} // namespace
