// tests/unit/configs/config_verb_test.cc - `systole config` as a user runs it.
#include <cstdio>
#include <gtest/gtest.h>
#include <jansson.h>
#include <string>
#include <sys/wait.h>

namespace
{
struct Outcome {
	std::string text;
	int code;
};

Outcome config(const std::string &arguments)
{
	std::string command = "SYSTOLE_HOME=" NPU_SOURCE_DIR " " NPU_SYSTOLE
			      " config " +
			      arguments + " 2>&1";
	Outcome run = {};
	FILE *pipe = popen(command.c_str(), "r");
	char buffer[4096];
	size_t n;
	while ((n = fread(buffer, 1, sizeof buffer, pipe)) > 0)
		run.text.append(buffer, n);
	run.code = WEXITSTATUS(pclose(pipe));
	return run;
}

bool has(const Outcome &run, const char *text)
{
	return run.text.find(text) != std::string::npos;
}
} // namespace

TEST(ConfigVerb, ListNamesEveryChip)
{
	Outcome run = config("list");
	EXPECT_EQ(run.code, 0);
	for (const char *name :
	     { "edge", "mcu", "gemmini-16", "nvdla-large", "nvdla-512",
	       "nvdla-small", "tpu-v1", "datacenter", "scalesim", "rtl-4",
	       "rtl-8", "rtl-16" })
		EXPECT_TRUE(has(run, name)) << name;
}

TEST(ConfigVerb, ShowJsonHasValueUnitAndText)
{
	Outcome run = config("show edge --set array.rows=32 --json");
	ASSERT_EQ(run.code, 0) << run.text;
	json_t *root = json_loads(run.text.c_str(), 0, nullptr);
	ASSERT_NE(root, nullptr);
	json_t *rows = json_object_get(json_object_get(root, "array"), "rows");
	EXPECT_EQ(json_integer_value(json_object_get(rows, "value")), 32);
	json_t *clock = json_object_get(json_object_get(root, "chip"), "clock");
	EXPECT_EQ(json_integer_value(json_object_get(clock, "value")),
		  1000000000);
	EXPECT_STREQ(json_string_value(json_object_get(clock, "unit")), "hz");
	EXPECT_STREQ(json_string_value(json_object_get(clock, "text")),
		     "1 GHz");
	json_decref(root);
}

TEST(ConfigVerb, ShowReadsBackThroughItself)
{
	std::string path = testing::TempDir() + "shown.yaml";
	Outcome first = config("show tpu-v1");
	FILE *file = fopen(path.c_str(), "w");
	fputs(first.text.c_str(), file);
	fclose(file);
	Outcome second = config("show " + path);
	EXPECT_EQ(second.code, 0);
	EXPECT_EQ(first.text, second.text);
	remove(path.c_str());
}

TEST(ConfigVerb, DiffShowsWhatASetChangesAndNothingElse)
{
	EXPECT_EQ(config("diff edge edge").text, "");
	Outcome run = config("diff edge edge --set array.rows=32");
	EXPECT_EQ(run.code, 0);
	EXPECT_EQ(run.text, "array.rows               16                   "
			    "32\n");
}

TEST(ConfigVerb, SchemaIsJsonAndRefusesUnknownKeys)
{
	Outcome run = config("schema");
	json_t *root = json_loads(run.text.c_str(), 0, nullptr);
	ASSERT_NE(root, nullptr);
	json_t *array =
		json_object_get(json_object_get(root, "properties"), "array");
	EXPECT_TRUE(
		json_is_false(json_object_get(array, "additionalProperties")));
	json_t *flow = json_object_get(json_object_get(array, "properties"),
				       "dataflow");
	EXPECT_EQ(json_array_size(json_object_get(flow, "enum")), 3u);
	json_decref(root);
}

TEST(ConfigVerb, MistakesGetTheirExitCodeAndAHint)
{
	const struct {
		const char *arguments;
		int code;
		const char *says;
	} bads[] = {
		{ "", 2, "config" },
		{ "lst", 2, "did you mean list?" },
		{ "list edge", 2, "one argument too many" },
		{ "diff edge", 2, "takes two chips" },
		{ "show edge --chip mcu", 2, "not both" },
		{ "show egde", 8, "did you mean \"edge\"?" },
		{ "show /no/such.yaml", 8, "/no/such.yaml: error:" },
		{ "show edge --set array.rows=x", 3, "--set:1:12: error:" },
		{ "show edge --set array.rows=8 --set rows=8", 3,
		  "--set:2:1: error:" },
	};
	for (const auto &bad : bads) {
		Outcome run = config(bad.arguments);
		EXPECT_EQ(run.code, bad.code) << bad.arguments << run.text;
		EXPECT_TRUE(has(run, bad.says)) << bad.arguments << run.text;
	}
}
