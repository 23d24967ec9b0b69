// Screening: closed forms against the simulator, the points it keeps against
// the definition, rank correlation against formulas of its own.
#include "base/npu_file.h"
#include "sweep/npu_rank.h"
#include "sweep/npu_screen.h"
#include "sweep/npu_spearman.h"
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

namespace
{
using Values = std::vector<double>;

double spearman(const Values &a, const Values &b)
{
	double out = 9;
	EXPECT_EQ(npu_spearman(a.data(), b.data(), a.size(), &out, nullptr),
		  NPU_OK);
	return out;
}

// Mean place of each value by counting those below it and those like it.
Values places(const Values &v)
{
	Values out;
	for (double x : v) {
		const auto below = std::count_if(
			v.begin(), v.end(), [x](double y) { return y < x; });
		const auto like = std::count(v.begin(), v.end(), x);
		out.push_back(double(below) + double(like + 1) / 2);
	}
	return out;
}

double pearson(const Values &a, const Values &b)
{
	const double n = double(a.size());
	const double ma = std::accumulate(a.begin(), a.end(), 0.0) / n;
	const double mb = std::accumulate(b.begin(), b.end(), 0.0) / n;
	double aa = 0, bb = 0, ab = 0;
	for (size_t i = 0; i < a.size(); i++) {
		aa += (a[i] - ma) * (a[i] - ma);
		bb += (b[i] - mb) * (b[i] - mb);
		ab += (a[i] - ma) * (b[i] - mb);
	}
	return ab / std::sqrt(aa * bb);
}

struct Estimated {
	uint64_t point;
	double time = 1, energy = 1; // products over the models
	double violation = 0;
};

bool beats(const Estimated &a, const Estimated &b)
{
	if (a.violation > 0 || b.violation > 0)
		return a.violation < b.violation;
	// equal but for rounding is equal
	const double x = a.time / b.time, y = a.energy / b.energy;
	return x < 1 + 1e-6 && y < 1 + 1e-6 && (x < 1 - 1e-6 || y < 1 - 1e-6);
}

// What nothing that is left beats; take it away, and again.
std::vector<size_t> fronts(const std::vector<Estimated> &points)
{
	std::vector<size_t> front(points.size(), SIZE_MAX);
	for (size_t f = 0; std::count(front.begin(), front.end(), SIZE_MAX) > 0;
	     f++) {
		std::vector<size_t> now;
		for (size_t i = 0; i < points.size(); i++) {
			bool beaten = front[i] != SIZE_MAX;
			for (size_t k = 0; k < points.size() && !beaten; k++)
				beaten = front[k] == SIZE_MAX &&
					 beats(points[k], points[i]);
			if (!beaten)
				now.push_back(i);
		}
		for (size_t i : now)
			front[i] = f;
	}
	return front;
}

// A sweep from text, with its runner and its screen.
class Screen : public ::testing::Test
{
      protected:
	npu_sweep *sweep = nullptr;
	npu_runner *runner = nullptr;
	npu_screen *screen = nullptr;
	npu_error err = {};
	void load(const std::string &text)
	{
		const std::string path = testing::TempDir() + "screen-" +
					 std::to_string(getpid()) + ".yaml";
		ASSERT_EQ(npu_file_write(path.c_str(), text.data(), text.size(),
					 &err),
			  NPU_OK);
		ASSERT_EQ(npu_sweep_load(path.c_str(), &sweep, &err), NPU_OK)
			<< err.message;
		unlink(path.c_str());
		ASSERT_EQ(npu_runner_create(sweep, &runner, &err), NPU_OK)
			<< err.message;
		ASSERT_EQ(npu_screen_create(sweep, runner, &screen, &err),
			  NPU_OK)
			<< err.message;
	}
	void TearDown() override
	{
		npu_screen_destroy(screen);
		npu_runner_destroy(runner);
		npu_sweep_destroy(sweep);
	}
	npu_chip chip(uint64_t point)
	{
		npu_trial trial = {};
		EXPECT_EQ(npu_trial_of(sweep, point * sweep->model_count,
				       &trial, &err),
			  NPU_OK)
			<< err.message;
		return trial.chip;
	}
	Estimated estimated(uint64_t point, const npu_chip &c)
	{
		Estimated out = { point };
		npu_technology technology = {};
		EXPECT_EQ(npu_technology_load(c.chip.technology, nullptr,
					      &technology, &err),
			  NPU_OK);
		for (size_t m = 0; m < sweep->model_count; m++) {
			double metrics[NPU_METRIC_COUNT];
			npu_activity a = {};
			EXPECT_EQ(npu_runner_estimate(runner, m, &c, &a, &err),
				  NPU_OK);
			npu_metrics(&c, &technology, &a, 1, metrics);
			const double mw = metrics[NPU_METRIC_power_avg_mw];
			out.time *= metrics[NPU_METRIC_latency_ns];
			out.energy *= metrics[NPU_METRIC_energy_pj];
			out.violation += mw > 120 ? (mw - 120) / (mw + 120) : 0;
		}
		return out;
	}
};

const char *const grid = "sweep: s\nmethod: grid\n"
			 "parameters:\n"
			 "  array.rows: [4, 8, 16, 32]\n"
			 "  array.cols: {expr: array.rows}\n"
			 "  array.dataflow: [ws, os, is]\n"
			 "  scratchpad.bytes: [16 KiB, 64 KiB, 256 KiB]\n"
			 "  dram.preset: [LPDDR4-3200, DDR4-2400]\n"
			 "objectives: [{minimize: latency_ns}, "
			 "{minimize: energy_pj}]\n";
} // namespace

// source: en.wikipedia.org/wiki/Spearman's_rank_correlation_coefficient, the
// worked example: IQ and hours of television a week
TEST(Spearman, IsThatOfAPublishedExample)
{
	EXPECT_NEAR(spearman({ 106, 100, 86, 101, 99, 103, 97, 113, 112, 110 },
			     { 7, 27, 2, 50, 28, 29, 20, 12, 6, 17 }),
		    -29. / 165, 1e-12);
}

TEST(Spearman, WithoutTiesIsTheClosedForm)
{
	std::mt19937 draw(1);
	for (int round = 0; round < 100; round++) {
		const size_t n = 2 + draw() % 40;
		Values a(n), b(n);
		std::iota(a.begin(), a.end(), 1.0);
		b = a;
		std::shuffle(a.begin(), a.end(), draw);
		std::shuffle(b.begin(), b.end(), draw);
		double d2 = 0;
		for (size_t i = 0; i < n; i++)
			d2 += (a[i] - b[i]) * (a[i] - b[i]);
		const double m = double(n);
		EXPECT_NEAR(spearman(a, b), 1 - 6 * d2 / (m * (m * m - 1)),
			    1e-12);
		for (double &x : a) // any rising function
			x = std::exp(x / 4);
		EXPECT_NEAR(spearman(a, b), 1 - 6 * d2 / (m * (m * m - 1)),
			    1e-12);
	}
}

TEST(Spearman, WithTiesIsPearsonsOfMeanPlaces)
{
	std::mt19937 draw(2);
	for (int round = 0; round < 100; round++) {
		Values a(3 + draw() % 40), b(a.size());
		for (size_t i = 0; i < a.size(); i++) {
			a[i] = double(draw() % 7);
			b[i] = double(draw() % 5) - a[i] / 2;
		}
		a[0] = -1; // never all equal
		b[1] = 99;
		EXPECT_NEAR(spearman(a, b), pearson(places(a), places(b)),
			    1e-12);
	}
	EXPECT_TRUE(std::isnan(spearman({ 1, 1, 1 }, { 1, 2, 3 })));
	EXPECT_TRUE(std::isnan(spearman({ 1 }, { 1 })));
	EXPECT_TRUE(std::isnan(spearman({}, {})));
}

// Work is counted, not estimated; time and traffic lie near the simulator's.
TEST_F(Screen, EstimatesCountTheWorkThatIsSimulated)
{
	load("models: [lenet5, mlp, squeezenet1_1, mobilenet_v2, "
	     "{model: lenet5, precision: bf16, batch: 2}]\n" +
	     std::string("sweep: s\nmethod: list\n"
			 "list:\n"
			 "  - {array.rows: 8, array.cols: 8}\n"
			 "  - {array.dataflow: os, scratchpad.bytes: 256 KiB}\n"
			 "  - {array.dataflow: is, dram.preset: DDR4-2400}\n"
			 "objectives: [{minimize: latency_ns}]\n"));
	for (uint64_t point = 0; point < 3; point++)
		for (size_t m = 0; m < sweep->model_count; m++) {
			const npu_chip c = chip(point);
			npu_activity e = {}, s = {};
			ASSERT_EQ(npu_runner_estimate(runner, m, &c, &e, &err),
				  NPU_OK)
				<< err.message;
			ASSERT_EQ(npu_runner_run(runner, m, &c, &s, &err),
				  NPU_OK)
				<< err.message;
			SCOPED_TRACE(std::string(sweep->models[m].name) +
				     " point " + std::to_string(point));
			EXPECT_EQ(e.total.macs, s.total.macs);
			EXPECT_EQ(e.useful_array_macs, s.useful_array_macs);
			for (int t = 0; t <= NPU_fp16; t++)
				EXPECT_EQ(e.macs.of[t], s.macs.of[t]);
			const auto ratio = [](uint64_t a, uint64_t b) {
				return double(a) / double(b);
			};
			EXPECT_NEAR(ratio(e.bound_cycles, s.bound_cycles), 1,
				    0.002);
			EXPECT_NEAR(ratio(e.total.cycles, s.total.cycles), 1,
				    0.5);
			EXPECT_GE(e.total.cycles, e.bound_cycles);
			EXPECT_GT(ratio(e.total.dram_read_bytes,
					s.total.dram_read_bytes),
				  0.4);
			EXPECT_LT(ratio(e.total.dram_read_bytes,
					s.total.dram_read_bytes),
				  1.6);
		}
}

TEST_F(Screen, EstimatesOfExtremeChipsAreNumbers)
{
	load("sweep: s\nmethod: list\n"
	     "models: [mlp, {model: lenet5, precision: fp32}, "
	     "{model: mobilenet_v2, batch: 64}]\n"
	     "list:\n"
	     "  - {array.cols: 16, accumulators.bytes: 64, "
	     "accumulators.banks: 1}\n"
	     "  - {array.cols: 1, array.rows: 1, accumulators.bytes: 64}\n"
	     "  - {array.cols: 1024, array.rows: 1024, array.dataflow: is, "
	     "array.overlap: none, accumulators.bytes: 64 MiB}\n"
	     "  - {scratchpad.bytes: 1 KiB, scratchpad.banks: 1}\n"
	     "  - {scratchpad.bytes: 64 MiB, dram.preset: HBM2, "
	     "dram.channels: 64}\n"
	     "  - {chip.clock: 1 MHz, vector.lanes: 1, dma.width: 1}\n"
	     "  - {dram.preset: ideal, dram.bandwidth: 1 GB/s}\n"
	     "objectives: [{minimize: latency_ns}, {minimize: energy_pj}, "
	     "{maximize: roof_ratio}]\n"
	     "screen: {keep: 7}\n");
	EXPECT_EQ(npu_screen_candidates(screen), 7u);
	for (uint64_t point = 0; point < 7; point++) {
		const Estimated e = estimated(point, chip(point));
		EXPECT_TRUE(std::isfinite(e.time) && e.time > 0) << point;
		EXPECT_TRUE(std::isfinite(e.energy) && e.energy > 0) << point;
	}
}

// By the definition: fronts of estimates, products over models, the budget of
// power as a constraint.
TEST_F(Screen, KeptPointsAreThoseOfTheFirstFronts)
{
	load(std::string(grid) + "models: [lenet5, mlp]\n"
				 "constraints: [array.rows * scratchpad.bytes "
				 "<= 2097152, power_avg_mw <= 120]\n"
				 "screen: {keep: 0.3}\n");
	std::vector<Estimated> points;
	for (uint64_t p = 0; p < npu_sweep_point_count(sweep); p++) {
		const npu_chip c = chip(p);
		if (c.array.rows * c.scratchpad.bytes <= 2097152)
			points.push_back(estimated(p, c));
		else
			EXPECT_FALSE(npu_screen_keeps(screen, p));
	}
	EXPECT_EQ(npu_screen_candidates(screen), points.size());
	const std::vector<size_t> front = fronts(points);
	size_t kept = 0, last = 0;
	for (size_t i = 0; i < points.size(); i++)
		if (npu_screen_keeps(screen, points[i].point)) {
			kept++;
			last = std::max(last, front[i]);
		}
	EXPECT_EQ(kept, size_t(std::ceil(0.3 * double(points.size()))));
	EXPECT_EQ(kept, npu_screen_kept(screen));
	EXPECT_GT(last, 0u);
	for (size_t i = 0; i < points.size(); i++)
		EXPECT_TRUE(front[i] >= last ||
			    npu_screen_keeps(screen, points[i].point))
			<< points[i].point;
}

TEST_F(Screen, KeepsNoMoreThanThereAre)
{
	load(std::string(grid) + "models: [mlp]\nscreen: {keep: 1000}\n");
	EXPECT_EQ(npu_screen_candidates(screen), 72u);
	EXPECT_EQ(npu_screen_kept(screen), 72u);
}

// What no array of this chip multiplies is worse than whatever it can do.
TEST_F(Screen, ChipsThatCannotRunAModelGoFirst)
{
	load("sweep: s\nmethod: list\nmodels: [{model: mlp, precision: bf16}]\n"
	     "list:\n  - {array.operands: int8}\n  - {array.operands: any}\n"
	     "objectives: [{minimize: area_mm2}]\nscreen: {keep: 1}\n");
	EXPECT_FALSE(npu_screen_keeps(screen, 0));
	EXPECT_TRUE(npu_screen_keeps(screen, 1));
}

TEST_F(Screen, PlansRefuseASweepThatIsNotScreenedYet)
{
	load(std::string(grid) + "models: [mlp]\nscreen: {keep: 7}\n");
	npu_plan plan = {};
	npu_plan_options options = {};
	EXPECT_EQ(npu_plan_make(sweep, runner, nullptr, &options, &plan, &err),
		  NPU_E_INTERNAL);
	options.screen = screen;
	ASSERT_EQ(npu_plan_make(sweep, runner, nullptr, &options, &plan, &err),
		  NPU_OK);
	EXPECT_EQ(plan.selected, 7u);
	EXPECT_EQ(plan.screened, 65u);
	npu_plan_clear(&plan);
}
