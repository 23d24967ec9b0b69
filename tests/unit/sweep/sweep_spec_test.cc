// A sweep file: what it means, and what is refused where.
#include "base/npu_file.h"
#include "sweep/npu_sweep.h"
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>
#include <memory>
#include <set>
#include <string>
#include <unistd.h>
#include <vector>

namespace
{
struct Destroy {
	void operator()(npu_sweep *s) const
	{
		npu_sweep_destroy(s);
	}
};
using Sweep = std::unique_ptr<npu_sweep, Destroy>;

class SweepSpec : public ::testing::Test
{
      protected:
	std::string path = testing::TempDir() + "sweep-" +
			   std::to_string(getpid()) + ".yaml";
	npu_error err = {};
	void TearDown() override
	{
		std::remove(path.c_str());
	}
	Sweep read(const std::string &text)
	{
		npu_sweep *sweep = nullptr;
		err = {};
		EXPECT_EQ(npu_file_write(path.c_str(), text.data(), text.size(),
					 &err),
			  NPU_OK);
		if (npu_sweep_load(path.c_str(), &sweep, &err) != NPU_OK)
			return nullptr;
		return Sweep(sweep);
	}
	// The head that every sweep has, and the rest of one.
	Sweep with(const std::string &rest)
	{
		return read("sweep: s\nmodels: [lenet5]\n" + rest);
	}
	// line:column: message
	std::string refusal(const std::string &rest)
	{
		EXPECT_EQ(with(rest), nullptr);
		return std::to_string(err.line) + ":" +
		       std::to_string(err.column) + ": " + err.message;
	}
};

std::vector<uint32_t> position(const Sweep &s, uint64_t i)
{
	std::vector<uint32_t> p(s->axis_count);
	npu_sweep_position(s.get(), i, p.data());
	return p;
}

npu_chip chip(const Sweep &s, uint64_t i)
{
	npu_chip c;
	npu_error err = {};
	EXPECT_EQ(npu_sweep_chip(s.get(), position(s, i).data(), &c, &err),
		  NPU_OK)
		<< err.message;
	return c;
}
} // namespace

TEST_F(SweepSpec, AGridIsEveryCombinationTheLastParameterFastest)
{
	Sweep s = with("method: grid\nparameters:\n"
		       "  array.rows: [8, 16]\n"
		       "  scratchpad.bytes: {range: [128 KiB, 512 KiB], "
		       "scale: log2}\n");
	ASSERT_NE(s, nullptr) << err.message;
	ASSERT_EQ(npu_sweep_point_count(s.get()), 6u);
	std::vector<std::pair<uint64_t, uint64_t>> seen;
	for (uint64_t i = 0; i < 6; i++)
		seen.push_back({ chip(s, i).array.rows,
				 chip(s, i).scratchpad.bytes >> 10 });
	EXPECT_EQ(seen, (decltype(seen){ { 8, 128 },
					 { 8, 256 },
					 { 8, 512 },
					 { 16, 128 },
					 { 16, 256 },
					 { 16, 512 } }));
}

TEST_F(SweepSpec, RangesGoByStepsOrByCount)
{
	Sweep s = with("method: grid\nparameters:\n"
		       "  dma.startup: {range: [2, 9], step: 3}\n"
		       "  chip.clock: {range: [500 MHz, 1 GHz], count: 3}\n");
	ASSERT_NE(s, nullptr) << err.message;
	ASSERT_EQ(npu_sweep_point_count(s.get()), 9u);
	EXPECT_EQ(chip(s, 8).dma.startup, 8u); // 2, 5, 8
	EXPECT_EQ(chip(s, 1).chip.clock, 750000000u);
	EXPECT_EQ(chip(s, 2).chip.clock, 1000000000u);
}

TEST_F(SweepSpec, ZippedParametersMoveTogether)
{
	Sweep s = with("method: grid\nparameters:\n"
		       "  dma.startup: [1, 2]\n"
		       "  array.rows: [8, 16, 32]\n"
		       "  vector.lanes: [16, 32, 64]\n"
		       "zip: [[array.rows, vector.lanes]]\n");
	ASSERT_NE(s, nullptr) << err.message;
	ASSERT_EQ(npu_sweep_point_count(s.get()), 6u);
	for (uint64_t i = 0; i < 6; i++)
		EXPECT_EQ(chip(s, i).vector.lanes, 2 * chip(s, i).array.rows);
	EXPECT_EQ(chip(s, 5).dma.startup, 2u);
}

TEST_F(SweepSpec, AnExpressionDerivesOneKeyFromOthers)
{
	Sweep s = with("method: grid\nparameters:\n"
		       "  array.rows: [8, 16]\n"
		       "  array.cols: {expr: array.rows}\n"
		       "  vector.lanes: {expr: \"max(16, 2 * array.cols)\"}\n");
	ASSERT_NE(s, nullptr) << err.message;
	EXPECT_EQ(s->axis_count, 1u);
	EXPECT_EQ(chip(s, 0).array.cols, 8u);
	EXPECT_EQ(chip(s, 0).vector.lanes, 16u);
	EXPECT_EQ(chip(s, 1).vector.lanes, 32u);
}

TEST_F(SweepSpec, TextsAndChoicesAreValuesToo)
{
	Sweep s = with("method: grid\nparameters:\n"
		       "  dram.preset: [LPDDR4-3200, DDR4-2400]\n"
		       "  array.dataflow: [ws, os]\n");
	ASSERT_NE(s, nullptr) << err.message;
	EXPECT_STREQ(chip(s, 3).dram.preset, "DDR4-2400");
	EXPECT_EQ(chip(s, 3).array.dataflow, uint64_t(NPU_dataflow_os));
}

TEST_F(SweepSpec, AListIsItsPointsAndTheBaseWhereTheyAreSilent)
{
	Sweep s = with("method: list\nlist:\n"
		       "  - {array.rows: 8, array.cols: 8}\n"
		       "  - {array.rows: 32}\n");
	ASSERT_NE(s, nullptr) << err.message;
	ASSERT_EQ(npu_sweep_point_count(s.get()), 2u);
	EXPECT_EQ(chip(s, 0).array.cols, 8u);
	EXPECT_EQ(chip(s, 1).array.rows, 32u);
	EXPECT_EQ(chip(s, 1).array.cols, 16u); // edge
}

TEST_F(SweepSpec, SensitivityChangesOneThingAtATime)
{
	Sweep s = with("method: sensitivity\nparameters:\n"
		       "  dma.startup: [1, 2]\n"
		       "  scratchpad.banks: [4, 8, 32]\n");
	ASSERT_NE(s, nullptr) << err.message;
	ASSERT_EQ(npu_sweep_point_count(s.get()), 6u);
	EXPECT_EQ(chip(s, 0).dma.startup, s->base.dma.startup);
	EXPECT_EQ(chip(s, 0).scratchpad.banks, s->base.scratchpad.banks);
	EXPECT_EQ(chip(s, 2).dma.startup, 2u);
	EXPECT_EQ(chip(s, 2).scratchpad.banks, s->base.scratchpad.banks);
	EXPECT_EQ(chip(s, 5).scratchpad.banks, 32u);
	EXPECT_EQ(chip(s, 5).dma.startup, s->base.dma.startup);
}

TEST_F(SweepSpec, ALatinHypercubeHasOneSampleInEveryStratum)
{
	Sweep s = with("method: lhs\nsamples: 12\nseed: 5\nparameters:\n"
		       "  dma.startup: {range: [1, 12], step: 1}\n"
		       "  queues.depth: {range: [1, 6], step: 1}\n");
	ASSERT_NE(s, nullptr) << err.message;
	std::multiset<uint32_t> first, second;
	for (uint64_t i = 0; i < 12; i++) {
		first.insert(position(s, i)[0]);
		second.insert(position(s, i)[1]);
	}
	for (uint32_t v = 0; v < 12; v++)
		EXPECT_EQ(first.count(v), 1u);
	for (uint32_t v = 0; v < 6; v++)
		EXPECT_EQ(second.count(v), 2u);
}

// The first points of the sequence in two dimensions: Joe and Kuo's page.
TEST_F(SweepSpec, SobolIsTheSequenceOfTheLiterature)
{
	Sweep s = with("method: sobol\nsamples: 8\nparameters:\n"
		       "  dma.startup: {range: [0, 7], step: 1}\n"
		       "  queues.depth: {range: [1, 8], step: 1}\n");
	ASSERT_NE(s, nullptr) << err.message;
	const double known[][2] = { { 0, 0 },       { .5, .5 },
				    { .75, .25 },   { .25, .75 },
				    { .375, .375 }, { .875, .875 },
				    { .625, .125 }, { .125, .625 } };
	std::set<std::vector<uint32_t>> seen, expected;
	for (uint64_t i = 0; i < 8; i++) {
		seen.insert(position(s, i));
		expected.insert({ uint32_t(known[i][0] * 8),
				  uint32_t(known[i][1] * 8) });
	}
	EXPECT_EQ(seen, expected);
}

TEST_F(SweepSpec, RandomPointsDependOnTheSeedAndTheNumberAlone)
{
	const std::string text = "method: random\nsamples: 500\nparameters:\n"
				 "  dma.startup: {range: [0, 9], step: 1}\n"
				 "  queues.depth: {range: [1, 9], step: 1}\n";
	Sweep a = with(text + "seed: 1\n"), b = with(text + "seed: 2\n");
	ASSERT_NE(a, nullptr) << err.message;
	std::vector<uint32_t> counts(10);
	int equal = 0;
	for (uint64_t i = 0; i < 500; i++) {
		EXPECT_EQ(position(a, i), position(a, i));
		equal += position(a, i) == position(b, i);
		counts[position(a, i)[0]]++;
	}
	EXPECT_LT(equal, 25); // 1 in 90 by chance
	for (uint32_t c : counts)
		EXPECT_NEAR(c, 50, 30);
}

TEST_F(SweepSpec, ConstraintsOfTheChipAloneAreKnownBeforeSimulation)
{
	Sweep s = with("method: grid\nparameters:\n"
		       "  array.rows: [8, 16]\n"
		       "constraints:\n"
		       "  - array.rows * array.cols <= 200\n"
		       "  - latency_ns < 1e6 && area_mm2 < 10\n"
		       "  - area_mm2 < 5\n");
	ASSERT_NE(s, nullptr) << err.message;
	EXPECT_TRUE(s->constraints[0].is_static);
	EXPECT_FALSE(s->constraints[1].is_static);
	EXPECT_TRUE(s->constraints[2].is_static);
	double metrics[NPU_METRIC_COUNT] = {};
	metrics[NPU_METRIC_area_mm2] = 4;
	metrics[NPU_METRIC_latency_ns] = 2e6;
	npu_chip small = chip(s, 0), large = chip(s, 1);
	size_t broken = 99;
	ASSERT_EQ(
		npu_sweep_constrain(s.get(), &small, metrics, 0, &broken, &err),
		NPU_OK);
	EXPECT_EQ(broken, 3u); // none of them
	ASSERT_EQ(
		npu_sweep_constrain(s.get(), &small, metrics, 1, &broken, &err),
		NPU_OK);
	EXPECT_EQ(broken, 1u);
	ASSERT_EQ(
		npu_sweep_constrain(s.get(), &large, metrics, 0, &broken, &err),
		NPU_OK);
	EXPECT_EQ(broken, 0u);
}

// |a - b| / (|a| + |b|) of what a comparison compares; 1 for the rest.
TEST_F(SweepSpec, HowFarAResultIsOutsideHasADegree)
{
	Sweep s = with("method: grid\nparameters: {array.rows: [8]}\n"
		       "constraints:\n"
		       "  - latency_ns / 2 <= 1e6\n"
		       "  - (area_mm2 + 1) > max(5, array.rows)\n"
		       "  - cycles < 10 && cycles > 5\n"
		       "  - energy_pj < 7\n");
	ASSERT_NE(s, nullptr) << err.message;
	double m[NPU_METRIC_COUNT] = {}, v = -1;
	npu_chip c = chip(s, 0);
	const auto violation = [&] {
		EXPECT_EQ(npu_sweep_violation(s.get(), &c, m, &v, &err),
			  NPU_OK);
		return v;
	};
	m[NPU_METRIC_latency_ns] = 2e6;
	m[NPU_METRIC_area_mm2] = 8;
	m[NPU_METRIC_cycles] = 6;
	EXPECT_EQ(violation(), 0);
	m[NPU_METRIC_latency_ns] = 6e6;
	EXPECT_DOUBLE_EQ(violation(), 0.5);
	m[NPU_METRIC_area_mm2] = 1;
	EXPECT_DOUBLE_EQ(violation(), 0.5 + 6. / 10);
	m[NPU_METRIC_cycles] = 10;
	EXPECT_DOUBLE_EQ(violation(), 0.5 + 6. / 10 + 1);
	m[NPU_METRIC_energy_pj] = 7; // equal is outside of <, and barely so
	EXPECT_GT(violation(), 2.1);
	EXPECT_LT(v, 2.1 + 1e-6);
}

TEST_F(SweepSpec, RefusalsSayWhereAndWhatWasMeant)
{
	EXPECT_EQ(refusal("method: grid\nparameters: {array.row: [8]}\n"),
		  "4:14: unknown chip key \"array.row\"; did you mean "
		  "\"array.rows\"?");
	EXPECT_NE(refusal("method: gird\nparameters: {array.rows: [8]}\n")
			  .find("3:9: "),
		  std::string::npos);
	EXPECT_NE(refusal("method: grid\nsamples: 3\nparameters: "
			  "{array.rows: [8]}\n")
			  .find("4:1: method grid has no `samples`"),
		  std::string::npos);
	EXPECT_NE(refusal("method: lhs\nparameters: {array.rows: [8]}\n")
			  .find("method lhs needs `samples`"),
		  std::string::npos);
	EXPECT_NE(refusal("method: grid\nparameters: {array.rows: "
			  "{range: [8, 4], scale: log2}}\n")
			  .find("4:38: "),
		  std::string::npos);
	EXPECT_NE(refusal("method: grid\nparameters: {array.rows: "
			  "{range: [8, 16]}}\n")
			  .find("a range has one of"),
		  std::string::npos);
	EXPECT_NE(
		refusal("method: grid\nparameters: {array.rows: [8]}\n"
			"constraints: [latency_n < 3]\n")
			.find("5:15: unknown name \"latency_n\"; did you mean "
			      "\"latency_ns\"?"),
		std::string::npos);
	EXPECT_NE(refusal("method: grid\nparameters: {array.rows: [8]}\n"
			  "constraints: [latency_ns < ]\n")
			  .find("5:"),
		  std::string::npos);
	EXPECT_NE(refusal("method: nsga2\npopulation: 8\ngenerations: 3\n"
			  "parameters: {array.rows: [8]}\n")
			  .find("needs `objectives`"),
		  std::string::npos);
	EXPECT_NE(refusal("method: grid\nparameters: {array.rows: [8, 16], "
			  "dma.startup: [1]}\nzip: [[array.rows, "
			  "dma.startup]]\n")
			  .find("equally many"),
		  std::string::npos);
}

TEST_F(SweepSpec, AChipThatCannotBeIsAnErrorOfItsPointAlone)
{
	Sweep s = with("method: grid\nparameters:\n"
		       "  scratchpad.bytes: [64 KiB, 1000 KiB]\n"
		       "  scratchpad.banks: [48]\n"
		       "  dma.startup: {expr: array.rows / 32}\n");
	ASSERT_NE(s, nullptr) << err.message;
	npu_chip c;
	EXPECT_EQ(npu_sweep_chip(s.get(), position(s, 0).data(), &c, &err),
		  NPU_E_RANGE);
	EXPECT_NE(
		std::string(err.message).find("\"array.rows / 32\" gives 0.5"),
		std::string::npos)
		<< err.message;
}
