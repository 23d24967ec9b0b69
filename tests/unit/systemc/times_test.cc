// tests/unit/systemc/times_test.cc - equal times however a platform is
// simulated, and those of the plain simulator; the RTL behind the same sockets.
#include "scenario.h"
#include "tests/support/random_program.h"
#include <gtest/gtest.h>

using namespace random_program;

namespace
{
struct Drawn {
	npu_chip chip;
	Program made;
	Job job;

	explicit Drawn(uint64_t seed, uint64_t t = 8)
	    : chip(with_bursts(random_program::chip(t)))
	{
		npu_random random = { seed };
		draw_limits(&random, &chip);
		draw_dram(&random, &chip);
		chip = with_bursts(chip);
		made = make(chip, seed, 10 + seed % 30);
		made.program->chip_fingerprint = npu_chip_fingerprint(&chip);
		job = { made.program.get(), input(chip, seed) };
	}
};

void expect_clean(const Outcome &o, const std::string &what)
{
	EXPECT_EQ(o.exit_code, 0) << what;
	for (const std::string &p : o.problems)
		ADD_FAILURE() << what << ": " << p;
}

constexpr uint32_t done = 2 | 8; // status: done, interrupt raised

void expect_as_simulated(const Outcome &o, const Outcome &want,
			 const std::string &what)
{
	ASSERT_EQ(want.problems, std::vector<std::string>());
	expect_clean(o, what);
	ASSERT_EQ(o.numbers.size(), 3u) << what;
	EXPECT_EQ(o.numbers[0], want.numbers[0]) << what;
	EXPECT_EQ(o.numbers[1], done) << what;
	EXPECT_EQ(o.bytes, want.bytes) << what;
}
} // namespace

TEST(SystemcTimes, FixedMemoryGivesTheSimulatorsCyclesAndBytesInEveryWay)
{
	for (uint64_t seed = 1; seed <= 3; seed++) {
		const Drawn d(seed);
		const uint64_t latency = 7 + 20 * seed;
		const Outcome want = on_simulator(d.chip, latency, d.job);
		npu_platform_options options;
		Outcome first;
		options.fixed_latency = latency;
		for (const Way &way : ways) {
			const std::string what = std::string(way.name) +
						 ", seed " +
						 std::to_string(seed);
			const Outcome o =
				on_platform(d.chip, options, way, { d.job });
			expect_as_simulated(o, want, what);
			if (first.numbers.empty())
				first = o;
			EXPECT_EQ(o, first) << what;
		}
	}
}

TEST(SystemcTimes, DramGivesTheSimulatorsCyclesAndBytesInEveryWay)
{
	for (uint64_t seed = 11; seed <= 13; seed++) {
		const Drawn d(seed);
		const Outcome want = on_simulator(d.chip, 0, d.job);
		Outcome first;
		for (const Way &way : ways) {
			const std::string what = std::string(way.name) +
						 ", seed " +
						 std::to_string(seed);
			const Outcome o =
				on_platform(d.chip, {}, way, { d.job });
			expect_as_simulated(o, want, what);
			if (first.numbers.empty())
				first = o;
			EXPECT_EQ(o, first) << what;
		}
	}
}

TEST(SystemcTimes, TwoNpusThatShareTheDramTakeTheSameTimeInEveryWay)
{
	const Drawn a(21);
	Drawn b(22);
	b.chip = a.chip;
	b.made = make(a.chip, 22, 25);
	b.made.program->chip_fingerprint = npu_chip_fingerprint(&a.chip);
	b.job = { b.made.program.get(), input(a.chip, 22) };
	const Outcome want_a = on_simulator(a.chip, 0, a.job);
	const Outcome want_b = on_simulator(a.chip, 0, b.job);
	std::vector<uint8_t> want = want_a.bytes;
	Outcome first;
	want.insert(want.end(), want_b.bytes.begin(), want_b.bytes.end());
	for (const Way &way : ways) {
		const Outcome o =
			on_platform(a.chip, {}, way, { a.job, b.job });
		expect_clean(o, way.name);
		ASSERT_EQ(o.numbers.size(), 6u);
		EXPECT_EQ(o.bytes, want) << way.name;
		EXPECT_EQ(o.numbers[1], done);
		EXPECT_EQ(o.numbers[4], done);
		// what they do to each other costs time
		EXPECT_GE(o.numbers[0] + o.numbers[3],
			  want_a.numbers[0] + want_b.numbers[0]);
		if (first.numbers.empty())
			first = o;
		EXPECT_EQ(o, first) << way.name;
	}
}

TEST(SystemcTimes, RandomProgramsAreAsSimulated)
{
	for (uint64_t seed = 31; seed <= 230; seed++) {
		const Drawn d(seed, seed % 2 ? 4 : 8);
		const Outcome want = on_simulator(d.chip, 0, d.job);
		const Outcome o = on_platform(
			d.chip, {}, ways[seed % std::size(ways)], { d.job });
		expect_as_simulated(o, want, "seed " + std::to_string(seed));
	}
}
