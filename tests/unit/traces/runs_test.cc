// tests/unit/traces/runs_test.cc - runs read back; Markdown, CSV and JSON.
#include "run_texts.h"
#include <algorithm>
#include <cstring>
#include <jansson.h>

static std::string problem(const std::string &summary,
			   const std::string &figures = "")
{
	Runs runs;
	npu_error err = {};
	npu_status status = runs.add(summary, figures, "run", &err);
	EXPECT_EQ(status == NPU_OK, err.message[0] == '\0');
	return std::string(err.path) + ": " + err.message;
}

// `text` with the first `from` replaced.
static std::string with(std::string text, const std::string &from,
			const std::string &to)
{
	size_t at = text.find(from);
	EXPECT_NE(at, std::string::npos) << from;
	return text.replace(at, from.size(), to);
}

TEST(RunsAdd, MissingAndWrongValuesAreNamed)
{
	FullSample s;
	const std::string good = Runs::summary_of(s.r);
	EXPECT_EQ(problem(good), ": ");
	EXPECT_EQ(problem(with(good, "systole.summary/1", "x")),
		  "dir/summary.json: schema: expected \"systole.summary/1\", "
		  "got \"x\"");
	EXPECT_EQ(problem(with(good, "\"macs\": 12800", "\"mac\": 1")),
		  "dir/summary.json: summary: macs: expected a number");
	EXPECT_EQ(problem(with(good, "\"macs\": 10240", "\"macs\": -1")),
		  "dir/summary.json: layers[0]: macs: expected 0 or more, got "
		  "-1");
	EXPECT_EQ(problem(with(good, "\"weight_load\": 15", "\"w\": 15")),
		  "dir/summary.json: summary: stalls.weight_load: expected a "
		  "number");
	EXPECT_EQ(problem(with(good, "\"layers\": [", "\"layer\": [")),
		  "dir/summary.json: layers: expected a list");
	EXPECT_NE(problem("{\"a\": 1, \"a\": 2}").find("duplicate"),
		  std::string::npos);
}

TEST(RunsAdd, FiguresOfAnotherRunAreRefused)
{
	FullSample s;
	const std::string summary = Runs::summary_of(s.r);
	const std::string figures = Runs::figures_of(s.r);
	EXPECT_EQ(problem(summary, figures), ": ");
	EXPECT_EQ(problem(summary,
			  with(figures, "\"cycles\": 100", "\"cycles\": 99")),
		  "dir/figures.json: cycles: expected those of summary.json");
	EXPECT_NE(problem(summary,
			  with(figures, "[0,16,10,10,1]", "[0,16,10,10,2]"))
			  .find("blocks"),
		  std::string::npos);
	EXPECT_NE(problem(summary,
			  with(figures, "\"layer\": [0,", "\"layer\": [2,"))
			  .find("layer"),
		  std::string::npos);
}

// Whatever is cut or flipped: an error or a report, never a crash.
TEST(RunsAdd, DamagedFilesAreRefusedOrShown)
{
	FullSample s;
	const std::string summary = Runs::summary_of(s.r);
	const std::string figures = Runs::figures_of(s.r);
	for (size_t n = 0; n + 2 < figures.size(); n += 7) { // without its end
		Runs cut, changed;
		EXPECT_NE(cut.add(summary, figures.substr(0, n + 1)), NPU_OK);
		std::string text = figures;
		text[n] = '9';
		if (changed.add(summary, text) == NPU_OK) {
			EXPECT_FALSE(changed.html().empty());
		}
	}
	for (size_t n = 0; n < summary.size(); n += 11) {
		Runs cut, changed;
		EXPECT_NE(cut.add(summary.substr(0, n), ""), NPU_OK);
		std::string text = summary;
		text[n] = '0';
		if (changed.add(text, figures) == NPU_OK) {
			EXPECT_FALSE(changed.html().empty());
		}
	}
}

TEST(RunsAdd, SeventeenthRunIsRefused)
{
	FullSample s;
	Runs runs;
	const std::string summary = Runs::summary_of(s.r);
	for (int i = 0; i < NPU_RUNS_MAX; i++)
		EXPECT_EQ(runs.add(summary, ""), NPU_OK);
	EXPECT_EQ(runs.add(summary, ""), NPU_E_LIMIT);
}

TEST(RunsCsv, HasARowALayerAndTheValuesOfTheSummary)
{
	FullSample s;
	Runs runs;
	runs.add(s, "=a");
	runs.add(s, "b");
	std::string csv = runs.csv();
	EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 5);
	EXPECT_NE(csv.find("\n\"'=a\",\"conv1\",\"fc\",\"int8\",\"conv1\","
			   "\"conv\",\"compute\",40,0.666666666667,10240,60,"),
		  std::string::npos)
		<< csv;
}

TEST(RunsCsv, HostileCellsAreQuotedAndNeverAFormula)
{
	for (const auto &names : hostile_names) {
		FullSample s(names);
		Runs runs;
		runs.add(s, names[1].c_str());
		bool quoted = false, start = false;
		for (char c : runs.csv()) {
			if (start && quoted) {
				EXPECT_EQ(strchr("=+-@\t\r", c), nullptr);
			}
			start = false;
			if (c == '"') {
				quoted = !quoted;
				start = quoted;
			}
			EXPECT_TRUE(c == '\n' ||
				    static_cast<unsigned char>(c) >= 32);
		}
		EXPECT_FALSE(quoted);
	}
}

// In Markdown every mark that could be markup is escaped or an entity.
TEST(RunsMarkdown, HostileNamesAreNeverMarkup)
{
	for (const auto &names : hostile_names) {
		FullSample s(names);
		Runs runs;
		runs.add(s, names[1].c_str());
		std::string text = runs.markdown();
		EXPECT_EQ(text.find_first_of("<>"), std::string::npos);
		EXPECT_EQ(text.find("](http"), std::string::npos);
		EXPECT_EQ(text.find("http:"), std::string::npos);
		EXPECT_LT(text.size(), 12000u);
		size_t bars = 0, lines = 0;
		for (size_t i = 0; i < text.size(); i++) {
			EXPECT_TRUE(text[i] == '\n' ||
				    static_cast<unsigned char>(text[i]) >= 32);
			bars += text[i] == '|' &&
				(i == 0 || text[i - 1] != '\\');
			lines += text[i] == '\n';
		}
		// 8 totals, 9 stalls, 10 components + 2 heads each of 3 bars;
		// 2 layers + 2 heads of 11
		EXPECT_EQ(bars, 33u * 3 + 4u * 11);
		// title 2, verdict 2, totals 10, 3 + 11, 3 + 12, layers 3 + 4
		EXPECT_EQ(lines, 50u);
	}
}

TEST(RunsMarkdown, SaysTheVerdict)
{
	SampleResult s;
	Runs runs;
	runs.add(s);
	EXPECT_NE(
		runs.markdown().find(
			"**tiny on edge** is bound by its MACs: 50.0 % of that "
			"roof is reached; the largest loss is dram, 30.0 % of "
			"all cycles, most of it in fc (what"),
		std::string::npos)
		<< runs.markdown();
}

TEST(RunsJson, HoldsTheSummariesUnchanged)
{
	FullSample s;
	Runs runs;
	runs.add(s);
	std::string text = text_of(
		[&](npu_text *t) { npu_write_runs_json(runs.list, t); });
	json_t *root = json_loads(text.c_str(), 0, nullptr);
	json_t *want = json_loads(runs.summaries[0].c_str(), 0, nullptr);
	EXPECT_TRUE(json_equal(json_array_get(json_object_get(root, "runs"), 0),
			       want));
	json_decref(root);
	json_decref(want);
}
