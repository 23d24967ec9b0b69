// What makes two files the same sweep: all that decides its trials.
#include "base/npu_file.h"
#include "sweep/npu_identity.h"
#include <gtest/gtest.h>
#include <set>
#include <string>
#include <unistd.h>

namespace
{
std::string identity(const std::string &text)
{
	const std::string path = testing::TempDir() + "identity-" +
				 std::to_string(getpid()) + ".yaml";
	npu_sweep *sweep = nullptr;
	npu_runner *runner = nullptr;
	npu_error err = {};
	char out[NPU_TRIAL_KEY_SIZE] = "";

	EXPECT_EQ(npu_file_write(path.c_str(), text.data(), text.size(), &err),
		  NPU_OK);
	EXPECT_EQ(npu_sweep_load(path.c_str(), &sweep, &err), NPU_OK)
		<< err.message << text;
	unlink(path.c_str());
	EXPECT_EQ(npu_runner_create(sweep, &runner, &err), NPU_OK);
	npu_sweep_identity(sweep, runner, out);
	npu_runner_destroy(runner);
	npu_sweep_destroy(sweep);
	return out;
}

const std::string head = "sweep: s\nmodels: [mlp]\nmethod: random\n"
			 "seed: 1\nsamples: 10\nchip: edge\n"
			 "parameters:\n  array.rows: [8, 16]\n"
			 "  array.cols: {expr: array.rows}\n";
const std::string tail = "objectives: [{minimize: latency_ns}]\n"
			 "constraints: [area_mm2 <= 20, latency_ns <= 1e9]\n";

std::string with(const std::string &from, const std::string &to)
{
	std::string text = head + tail;
	text.replace(text.find(from), from.size(), to);
	return identity(text);
}
} // namespace

TEST(Identity, ChangesWithAllThatDecidesTrials)
{
	const std::set<std::string> all = {
		identity(head + tail),
		with("sweep: s", "sweep: t"),
		with("[mlp]", "[lenet5]"),
		with("[mlp]", "[{model: mlp, batch: 4}]"),
		with("[mlp]", "[{model: mlp, precision: bf16}]"),
		with("[mlp]", "[mlp, mlp]"),
		with("random", "lhs"),
		with("seed: 1", "seed: 2"),
		with("samples: 10", "samples: 11"),
		with("chip: edge", "chip: nvdla-large"),
		with("[8, 16]", "[8, 32]"),
		with("[8, 16]", "[16, 8]"),
		with("[8, 16]", "[8, 16, 32]"),
		with("  array.rows",
		     "  dram.preset: [DDR4-2400]\n  array.rows"),
		with("{expr: array.rows}", "{expr: 2 * array.rows}"),
		with("area_mm2 <= 20", "area_mm2 <= 21"),
		with("seed: 1", "seed: 1\nrun_cap: 5"),
		with("seed: 1", "seed: 1\nscreen: {keep: 5}"),
		with("seed: 1", "seed: 1\nscreen: {keep: 0.5}"),
	};
	EXPECT_EQ(all.size(), 19u);
}

TEST(Identity, IsThatOfTheSameTrialsHoweverWritten)
{
	const std::string same = identity(head + tail);

	EXPECT_EQ(same, identity(tail + head));
	EXPECT_EQ(same, with("sweep: s", "# a comment\nsweep: s"));
	EXPECT_EQ(same, with("sweep: s", "store: other.sqlite\nsweep: s"));
	EXPECT_EQ(same, with("minimize: latency_ns", "maximize: latency_ns"));
	EXPECT_EQ(same, with("latency_ns <= 1e9", "latency_ns <= 1e8"));
	EXPECT_EQ(same, with("sweep: s", "on_error: stop\nsweep: s"));
}

TEST(Identity, OfAScreenDependsOnWhatItChoosesBy)
{
	const std::string screen = "sweep: s\nscreen: {keep: 5}";
	const std::string same = with("sweep: s", screen);
	std::string text = head + tail;

	text.replace(text.find("sweep: s"), 8, screen);
	std::string other = text;
	other.replace(other.find("minimize"), 8, "maximize");
	EXPECT_NE(same, identity(other));
	other = text;
	other.replace(other.find("1e9"), 3, "1e8");
	EXPECT_NE(same, identity(other));
}
