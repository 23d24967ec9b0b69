// tests/unit/dram/dram_zoo_test.cc - whole networks at both levels of the DRAM.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>
#include <jansson.h>
#include <string>

namespace {

TEST(DramZoo, RunLevelWithin2PercentOfCommandLevelOnEveryNetworkOnEdge)
{
	const std::string command =
		"SYSTOLE_HOME='" NPU_SOURCE_DIR "' '" NPU_BINARY_DIR
		"/systole' bench dram --chip edge --json";
	FILE *pipe = popen(command.c_str(), "r");
	json_error_t error;
	size_t i;
	json_t *row;

	ASSERT_NE(pipe, nullptr);
	json_t *rows = json_loadf(pipe, 0, &error);
	EXPECT_EQ(pclose(pipe), 0);
	ASSERT_NE(rows, nullptr) << error.text;
	EXPECT_EQ(json_array_size(rows), 9u);
	json_array_foreach(rows, i, row) {
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
