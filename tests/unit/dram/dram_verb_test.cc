// tests/unit/dram/dram_verb_test.cc - the commands that try the DRAM model.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>
#include <jansson.h>
#include <string>
#include <sys/wait.h>

namespace
{

struct Output {
	int exit_code;
	std::string text; // stdout and stderr
};

Output Systole(const std::string &arguments)
{
	const std::string command = "SYSTOLE_HOME='" NPU_SOURCE_DIR
				    "' '" NPU_BINARY_DIR "/systole' " +
				    arguments + " 2>&1";
	FILE *pipe = popen(command.c_str(), "r");
	Output out = { -1, "" };
	char buffer[4096];
	size_t n;

	if (!pipe)
		return out;
	while ((n = fread(buffer, 1, sizeof buffer, pipe)) > 0)
		out.text.append(buffer, n);
	out.exit_code = WEXITSTATUS(pclose(pipe));
	return out;
}

json_t *Json(const std::string &arguments)
{
	Output out = Systole(arguments + " --json");
	json_error_t error;
	json_t *json = json_loads(out.text.c_str(), 0, &error);

	EXPECT_EQ(out.exit_code, 0) << out.text;
	EXPECT_NE(json, nullptr) << error.text << ": " << out.text;
	return json;
}

TEST(DramVerb, JsonHasTheReferencesFigures)
{
	json_t *json =
		Json("dram seq_r --preset DDR4-3200 --map bg --window 0");
	auto number = [&](const char *key) {
		return json_number_value(json_object_get(json, key));
	};

	// tests/data/dram/dramsim3.csv, ds3_ddr4_3200_x8_bg seq_r window 0
	EXPECT_EQ(number("requests"), 200000);
	EXPECT_NEAR(number("cycles"), 841907, 0.02 * 841907);
	EXPECT_NEAR(number("bandwidth_ratio"), 0.9502, 0.02 * 0.9502);
	EXPECT_NEAR(number("row_hit_ratio"), 0.9903, 0.001);
	EXPECT_NEAR(number("read_latency_avg_ns"), 214.5, 0.02 * 214.5);
	EXPECT_NEAR(number("energy_pj_per_bit"), 8.552, 0.02 * 8.552);
	json_decref(json);
}

TEST(DramVerb, BadInputHasItsExitCodeAndAMessage)
{
	const struct {
		const char *arguments;
		int exit_code;
		const char *message;
	} cases[] = {
		{ "dram", 2, "TRACE" },
		{ "dram nosuchpattern", 8, "seq_r" },
		{ "dram seq_r --map xy", 2, "bg" },
		{ "dram seq_r --window -1", 2, "--window" },
		{ "dram seq_r --count 0", 2, "--count" },
		{ "dram seq_r --preset DDR4-320", 3, "DDR4-3200" },
		{ "dram seq_r --chip mcu", 4, "ideal" },
		{ "dram seq_r --chip edge --preset HBM2", 2, "--chip" },
		{ "dram " NPU_SOURCE_DIR "/tests/dram.cmake", 3,
		  "dram.cmake:1:1" },
		{ "dram " NPU_SOURCE_DIR, 8, "" },
		{ "bench nosuchtable", 2, "published" },
		{ "bench zoo nosuchnetwork --chip edge", 8, "nosuchnetwork" },
		{ "bench zoo lenet5 --chip nosuchchip", 8, "nosuchchip" },
	};

	for (const auto &c : cases) {
		Output out = Systole(c.arguments);
		EXPECT_EQ(out.exit_code, c.exit_code)
			<< c.arguments << ": " << out.text;
		EXPECT_NE(out.text.find(c.message), std::string::npos)
			<< c.arguments << ": " << out.text;
		EXPECT_NE(out.text.find("error: "), std::string::npos)
			<< c.arguments << ": " << out.text;
	}
}

TEST(BenchVerb, ChipThatCannotRunANetworkIsARowNotAnError)
{
	json_t *json = Json("bench zoo lenet5 --chip mcu --precision bf16");

	ASSERT_EQ(json_array_size(json), 1u);
	EXPECT_NE(json_object_get(json_array_get(json, 0), "error"), nullptr);
	json_decref(json);
}

TEST(BenchVerb, NothingBeatsItsRoof)
{
	json_t *json = Json("bench zoo lenet5 mlp");
	size_t i;
	json_t *row;

	EXPECT_EQ(json_array_size(json), 16u); // two networks, eight chips
	json_array_foreach(json, i, row)
	{
		double roof =
			json_number_value(json_object_get(row, "roof_ratio"));
		EXPECT_GT(roof, 0);
		EXPECT_LE(roof, 1);
		EXPECT_EQ(json_array_size(json_object_get(row, "furthest")),
			  2u);
	}
	json_decref(json);
}

TEST(BenchVerb, RunLevelWithin2PercentOfCommandLevelOnEveryNetworkOnEdge)
{
	json_t *rows = Json("bench dram --chip edge");
	size_t i;
	json_t *row;

	EXPECT_EQ(json_array_size(rows), 9u);
	json_array_foreach(rows, i, row)
	{
		const char *network =
			json_string_value(json_object_get(row, "network"));
		auto cycles = [&](const char *key) {
			return (double)json_integer_value(
				json_object_get(row, key));
		};
		double run = cycles("run_cycles");
		double level = cycles("command_cycles");
		std::printf("%-14s command %10.0f run %10.0f (%+.2f %%)\n",
			    network, level, run, 100 * (run / level - 1));
		EXPECT_NEAR(run / level, 1, 0.02) << network;
	}
	json_decref(rows);
}

} // namespace
