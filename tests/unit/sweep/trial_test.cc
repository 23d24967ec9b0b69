// A trial's identity, its counts, and figures that equal those of a run.
#include "base/npu_file.h"
#include "base/npu_text.h"
#include "sweep/npu_plan.h"
#include "sweep/npu_trial.h"
#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace
{
class Trial : public ::testing::Test
{
      protected:
	npu_sweep *sweep = nullptr;
	npu_runner *runner = nullptr;
	npu_error err = {};
	void SetUp() override
	{
		const std::string path = testing::TempDir() + "trial-" +
					 std::to_string(getpid()) + ".yaml";
		const std::string text =
			"sweep: s\nmethod: grid\n"
			"models: [lenet5, {model: mlp, batch: 4}]\n"
			"parameters: {array.rows: [16]}\n";
		ASSERT_EQ(npu_file_write(path.c_str(), text.data(), text.size(),
					 &err),
			  NPU_OK);
		ASSERT_EQ(npu_sweep_load(path.c_str(), &sweep, &err), NPU_OK)
			<< err.message;
		unlink(path.c_str());
		ASSERT_EQ(npu_runner_create(sweep, &runner, &err), NPU_OK)
			<< err.message;
	}
	void TearDown() override
	{
		npu_runner_destroy(runner);
		npu_sweep_destroy(sweep);
	}
	std::string key(size_t model, const npu_chip &chip)
	{
		char text[NPU_TRIAL_KEY_SIZE];
		npu_runner_key(runner, model, &chip, text);
		return text;
	}
	npu_activity run(size_t model, const npu_chip &chip)
	{
		npu_activity activity = {};
		EXPECT_EQ(npu_runner_run(runner, model, &chip, &activity, &err),
			  NPU_OK)
			<< err.message;
		return activity;
	}
};
} // namespace

TEST_F(Trial, KeysDifferWhereCountsMayAndNowhereElse)
{
	npu_chip chip = sweep->base;
	const std::string first = key(0, chip);
	EXPECT_EQ(first.size(), 64u);
	EXPECT_NE(first, key(1, chip));
	strcpy(chip.chip.technology, "7nm");
	strcpy(chip.chip.name, "another");
	chip.chip.temperature = 400;
	chip.chip.zero_activations = 50;
	EXPECT_EQ(first, key(0, chip));
	chip.dma.outstanding++;
	EXPECT_NE(first, key(0, chip));
}

// Whether a program may be taken for another chip is claimed by a list of
// keys: compile for both and compare the code.
TEST_F(Trial, AProgramIsReusedOnlyWhereCompilingWouldGiveIt)
{
	npu_chip chip = sweep->base;
	const npu_activity first = run(0, chip);
	chip.dma.outstanding = 3;
	chip.dram.latency *= 4;
	const npu_activity slower = run(0, chip);
	EXPECT_EQ(npu_runner_count(runner).compiled, 1u);
	EXPECT_EQ(npu_runner_count(runner).reused, 1u);
	EXPECT_GT(slower.total.cycles, first.total.cycles);
	EXPECT_EQ(slower.total.instructions, first.total.instructions);
	npu_runner *fresh = nullptr;
	ASSERT_EQ(npu_runner_create(sweep, &fresh, &err), NPU_OK);
	npu_activity alone = {};
	ASSERT_EQ(npu_runner_run(fresh, 0, &chip, &alone, &err), NPU_OK);
	npu_runner_destroy(fresh);
	EXPECT_EQ(memcmp(&alone, &slower, sizeof alone), 0);
	chip.array.rows = chip.array.cols = 8;
	run(0, chip);
	EXPECT_EQ(npu_runner_count(runner).compiled, 2u);
}

TEST_F(Trial, CountsSurviveTheirText)
{
	const npu_activity activity = run(1, sweep->base);
	npu_text text = {};
	npu_activity back = {};
	npu_activity_print(&activity, &text);
	ASSERT_EQ(npu_activity_parse(text.data, &back, &err), NPU_OK)
		<< err.message;
	EXPECT_EQ(memcmp(&activity, &back, sizeof back), 0);
	npu_text_clear(&text);
	EXPECT_EQ(npu_activity_parse("{\"cycles\":1}", &back, &err),
		  NPU_E_SYNTAX);
	EXPECT_EQ(npu_activity_parse("nonsense", &back, nullptr), NPU_E_SYNTAX);
}

// The energy of sums is the sum of energies.
TEST_F(Trial, FiguresAreThoseOfTheRun)
{
	npu_activity activity = run(1, sweep->base);
	npu_technology technology;
	double m[NPU_METRIC_COUNT];
	ASSERT_EQ(npu_technology_load(sweep->base.chip.technology, nullptr,
				      &technology, &err),
		  NPU_OK);
	EXPECT_EQ(npu_runner_batch(runner, 1), 4u);
	npu_metrics(&sweep->base, &technology, &activity, 4, m);

	npu_model_options options = {};
	options.batch = 4;
	npu_graph *graph = nullptr, *lowered = nullptr;
	npu_lower_options lower = {};
	npu_codegen_options codegen = {};
	npu_sim_options timing = {};
	npu_program *program = nullptr;
	npu_sim *sim = nullptr;
	npu_result *result = nullptr;
	ASSERT_EQ(npu_model_load("mlp", &options, &graph, &err), NPU_OK);
	ASSERT_EQ(npu_lower(graph, &lower, &lowered, &err), NPU_OK);
	ASSERT_EQ(npu_codegen(lowered, &sweep->base, &codegen, &program, &err),
		  NPU_OK);
	ASSERT_EQ(npu_sim_create(&sweep->base, program, &timing, &sim, &err),
		  NPU_OK);
	ASSERT_EQ(npu_sim_run(sim, nullptr, nullptr, &result, &err), NPU_OK);
	double energy = 0, area = 0;
	for (int c = 0; c < NPU_COMPONENT_COUNT; c++) {
		energy += result->total.energy_pj[c];
		area += result->area_mm2[c];
	}
	EXPECT_NEAR(m[NPU_METRIC_energy_pj] / energy, 1, 1e-12);
	EXPECT_NEAR(m[NPU_METRIC_area_mm2] / area, 1, 1e-12);
	EXPECT_EQ(m[NPU_METRIC_cycles], double(result->total.cycles));
	EXPECT_EQ(m[NPU_METRIC_macs], 4 * (784 * 64 + 64 * 64 + 64 * 10.0));
	EXPECT_NEAR(m[NPU_METRIC_latency_ns],
		    double(result->total.cycles) * 1e9 /
			    double(sweep->base.chip.clock),
		    1e-6);
	EXPECT_NEAR(m[NPU_METRIC_frames_per_s] * m[NPU_METRIC_latency_ns], 4e9,
		    1);
	npu_result_destroy(result);
	npu_sim_destroy(sim);
	npu_program_destroy(program);
	npu_graph_destroy(lowered);
	npu_graph_destroy(graph);
}

TEST_F(Trial, AnotherTechnologyNeedsNoSimulation)
{
	const npu_activity activity = run(0, sweep->base);
	double last = 1e300;
	for (const char *node : { "45nm", "28nm", "16nm", "7nm" }) {
		npu_technology technology;
		double m[NPU_METRIC_COUNT];
		ASSERT_EQ(npu_technology_load(node, nullptr, &technology, &err),
			  NPU_OK)
			<< err.message;
		npu_metrics(&sweep->base, &technology, &activity, 1, m);
		EXPECT_LT(m[NPU_METRIC_energy_pj], last) << node;
		last = m[NPU_METRIC_energy_pj];
	}
}

namespace
{
std::vector<uint64_t> pending(const npu_sweep *sweep, const npu_runner *runner)
{
	const npu_plan_options options = {};
	npu_error err = {};
	npu_plan plan;
	EXPECT_EQ(npu_plan_make(sweep, runner, nullptr, &options, &plan, &err),
		  NPU_OK)
		<< err.message;
	std::vector<uint64_t> all(plan.pending,
				  plan.pending + plan.pending_count);
	EXPECT_EQ(plan.programs, 4u);
	npu_plan_clear(&plan);
	return all;
}
} // namespace

// Counted work: programs that 16 trials compile in the order of the plan, with
// fewer than the runner keeps; and that what a kept program counts is what a
// runner counts that has compiled for this trial alone.
TEST(Plan, TrialsOfOneProgramFollowOneAnother)
{
	const std::string path = testing::TempDir() + "plan-" +
				 std::to_string(getpid()) + ".yaml";
	const std::string text = "sweep: s\nmethod: grid\nmodels: [lenet5]\n"
				 "parameters:\n"
				 "  dma.outstanding: [8, 16, 32, 64]\n"
				 "  array.rows: [8, 16]\n"
				 "  scratchpad.bytes: [64 KiB, 128 KiB]\n";
	npu_sweep *sweep = nullptr;
	npu_runner *runner = nullptr;
	npu_error err = {};
	ASSERT_EQ(npu_file_write(path.c_str(), text.data(), text.size(), &err),
		  NPU_OK);
	ASSERT_EQ(npu_sweep_load(path.c_str(), &sweep, &err), NPU_OK)
		<< err.message;
	unlink(path.c_str());
	ASSERT_EQ(npu_runner_create(sweep, &runner, &err), NPU_OK);
	std::vector<uint64_t> order = pending(sweep, runner);
	for (size_t i = 0; i < order.size(); i++) {
		npu_activity kept = {}, alone = {};
		npu_runner *fresh = nullptr;
		npu_trial trial;
		ASSERT_EQ(npu_trial_of(sweep, order[i], &trial, &err), NPU_OK);
		ASSERT_EQ(npu_runner_run(runner, 0, &trial.chip, &kept, &err),
			  NPU_OK);
		EXPECT_EQ(npu_runner_count(runner).compiled, i / 4 + 1);
		ASSERT_EQ(npu_runner_create(sweep, &fresh, &err), NPU_OK);
		ASSERT_EQ(npu_runner_run(fresh, 0, &trial.chip, &alone, &err),
			  NPU_OK);
		npu_text a = {}, b = {};
		npu_activity_print(&kept, &a);
		npu_activity_print(&alone, &b);
		EXPECT_STREQ(a.data, b.data);
		npu_text_clear(&a);
		npu_text_clear(&b);
		npu_runner_destroy(fresh);
	}
	std::sort(order.begin(), order.end());
	ASSERT_EQ(order.size(), 16u);
	for (size_t i = 0; i < order.size(); i++)
		EXPECT_EQ(order[i], i); // each once
	npu_runner_destroy(runner);
	npu_sweep_destroy(sweep);
}
