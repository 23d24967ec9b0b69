// tests/unit/systemc/rtl_test.cc - the RTL core behind the sockets: the same
// cycles and bytes as the C model behind them.
#include "scenario.h"
#include "tests/support/random_program.h"
#include <gtest/gtest.h>

using namespace random_program;

TEST(SystemcRtl, RandomProgramsTakeTheCyclesOfTheCModel)
{
	npu_chip chip = with_bursts(random_program::chip(4));
	for (uint64_t seed = 71; seed <= 76; seed++) {
		npu_random random = { seed };
		draw_limits(&random, &chip);
		Program made = make(chip, seed, 12 + seed % 20);
		made.program->chip_fingerprint = npu_chip_fingerprint(&chip);
		const Job job = { made.program.get(), input(chip, seed) };
		for (const uint64_t latency : { 0, 21 }) {
			const Way &way = ways[seed % std::size(ways)];
			npu_platform_options options;
			options.fixed_latency = latency;
			const Outcome c =
				on_platform(chip, options, way, { job });
			options.is_rtl = true;
			const Outcome rtl =
				on_platform(chip, options, way, { job });
			SCOPED_TRACE(std::string(way.name) + ", seed " +
				     std::to_string(seed) + ", latency " +
				     std::to_string(latency));
			ASSERT_EQ(rtl.exit_code, 0);
			EXPECT_EQ(c.problems, std::vector<std::string>());
			EXPECT_EQ(rtl.problems, std::vector<std::string>());
			// cycles, status, time of the interrupt
			EXPECT_EQ(rtl.numbers, c.numbers);
			EXPECT_EQ(rtl.bytes, c.bytes);
		}
	}
}

TEST(SystemcRtl, TwoCoresShareTheDramAsTwoCModelsDo)
{
	npu_chip chip = with_bursts(random_program::chip(4));
	std::vector<Program> made;
	std::vector<Job> jobs;
	for (uint64_t seed = 81; seed <= 82; seed++) {
		made.push_back(make(chip, seed, 15));
		made.back().program->chip_fingerprint =
			npu_chip_fingerprint(&chip);
		jobs.push_back(
			{ made.back().program.get(), input(chip, seed) });
	}
	npu_platform_options options;
	const Outcome c = on_platform(chip, options, ways[0], jobs);
	options.is_rtl = true;
	const Outcome rtl = on_platform(chip, options, ways[4], jobs);
	EXPECT_EQ(c.problems, std::vector<std::string>());
	EXPECT_EQ(rtl.problems, std::vector<std::string>());
	EXPECT_EQ(rtl.numbers, c.numbers);
	EXPECT_EQ(rtl.bytes, c.bytes);
}
