// tests/unit/traces/writers_test.cc - JSON, CSV, trace and text of one result.
#include "sample_result.h"
#include "traces/npu_writers.h"
#include <cmath>
#include <cstring>
#include <functional>
#include <gtest/gtest.h>
#include <jansson.h>
#include <map>

static std::string text_of(const std::function<void(npu_text *)> &write)
{
	npu_text text = {};
	write(&text);
	EXPECT_FALSE(text.failed);
	std::string s(text.data ? text.data : "", text.length);
	npu_text_clear(&text);
	return s;
}

struct Json {
	json_t *root;
	explicit Json(const std::string &text)
	    : root(json_loads(text.c_str(), 0, nullptr))
	{
		EXPECT_NE(root, nullptr) << text.substr(0, 200);
	}
	~Json()
	{
		json_decref(root);
	}
	Json(const Json &) = delete;
};

static std::string summary(const npu_result *r)
{
	return text_of([&](npu_text *t) { npu_write_summary(r, t); });
}

TEST(Summary, HasTheFieldsThatUsersReadAndDerivedFiguresByHand)
{
	SampleResult s;
	Json j(summary(s.r));
	auto real = [&](const char *key) {
		return json_number_value(json_object_get(j.root, key));
	};
	EXPECT_STREQ(json_string_value(json_object_get(j.root, "schema")),
		     "systole.summary/1");
	EXPECT_EQ(real("cycles"), 100);
	EXPECT_EQ(real("latency_ns"), 100);
	EXPECT_EQ(real("macs"), 12800);
	EXPECT_EQ(real("utilization_ratio"), 0.5);
	EXPECT_EQ(real("roof_ratio"), 0.5);
	EXPECT_EQ(real("frames_per_s"), 1e7);
	EXPECT_DOUBLE_EQ(real("dram_bw_avg_gb_per_s"), 9.6);
	json_t *energy = json_object_get(j.root, "energy_pj");
	EXPECT_NEAR(json_number_value(json_object_get(energy, "total")), 2086.4,
		    1e-9);
	// 2086.4 pJ in 100 ns are 20.864 mW
	EXPECT_NEAR(real("power_avg_mw"), 20.864, 1e-9);
	EXPECT_EQ(json_object_get(j.root, "reference"), nullptr);
	json_t *layers = json_object_get(j.root, "layers");
	ASSERT_EQ(json_array_size(layers), 2u);
	json_t *fc = json_array_get(layers, 1);
	EXPECT_EQ(json_integer_value(json_object_get(fc, "bound_cycles")), 10);
	EXPECT_EQ(json_number_value(json_object_get(fc, "roof_ratio")), 0.25);
}

TEST(Summary, MacsOfTheVectorEngineAreNotTheArraysUtilisation)
{
	SampleResult s;
	s.r->layers[1].stats.compute_cycles = 0; // its 2,560 MACs ran on VX
	Json j(summary(s.r));
	EXPECT_EQ(
		json_number_value(json_object_get(j.root, "utilization_ratio")),
		0.4); // 10,240 of 100 * 256
}

TEST(Summary, InfiniteSqnrIsNull)
{
	SampleResult s;
	s.r->has_reference = s.r->bit_exact = 1;
	s.r->sqnr_db = INFINITY;
	Json j(summary(s.r));
	json_t *ref = json_object_get(j.root, "reference");
	EXPECT_TRUE(json_is_true(json_object_get(ref, "bit_exact")));
	EXPECT_TRUE(json_is_null(json_object_get(ref, "sqnr_db")));
}

static const std::vector<std::vector<std::string>> hostile = {
	{ "<script>alert(1)</script>", "a\"b'c&d" },
	{ "=HYPERLINK(\"http://x\")", "+1+1" },
	{ "-2", "@SUM(A1)" },
	{ "\t=1", "\r\n=1" },
	{ "\033[31mred\033[0m", "bell\a" },
	{ std::string(10000, 'x'), std::string(10000, '"') },
	{ "\xff\xfe not utf-8", "\xc2\x9b"
				"31m" },
	{ "{\"json\": [", "\\u0000\\" },
	{ "../../etc/passwd", "%s%n%d" },
	{ "", " " },
};

TEST(HostileNames, ComeThroughJsonUnchangedOrMadeSafe)
{
	for (const auto &names : hostile) {
		SampleResult s(names);
		Json j(summary(s.r));
		json_t *layers = json_object_get(j.root, "layers");
		const char *got = json_string_value(
			json_object_get(json_array_get(layers, 0), "name"));
		if (names[0][0] != '\xff')
			EXPECT_EQ(got, names[0]);
		else
			EXPECT_STREQ(got, "?? not utf-8");
	}
}

TEST(HostileNames, CsvCellsAreQuotedAndNeverAFormula)
{
	for (const auto &names : hostile) {
		SampleResult s(names);
		std::string csv = text_of(
			[&](npu_text *t) { npu_write_layers_csv(s.r, t); });
		size_t lines = 0;
		bool quoted = false, start = true;
		for (char c : csv) {
			if (start && quoted) {
				EXPECT_EQ(strchr("=+-@\t\r", c), nullptr)
					<< csv;
				start = false;
			}
			if (c == '"') {
				quoted = !quoted;
				start = quoted;
			}
			lines += c == '\n';
			EXPECT_TRUE(!quoted ||
				    static_cast<unsigned char>(c) >= 32);
		}
		EXPECT_EQ(lines, 3u) << names[0].substr(0, 40);
	}
}

TEST(HostileNames, TerminalReportHasNoControlCharacters)
{
	for (const auto &names : hostile) {
		SampleResult s(names);
		s.r->network = names[0].c_str();
		s.r->chip = names[1].c_str();
		std::string text = text_of(
			[&](npu_text *t) { npu_write_report(s.r, 120, 0, t); });
		for (char c : text)
			EXPECT_TRUE(c == '\n' || (c >= 32 && c < 127));
	}
}

TEST(Report, SaysWhatBoundsTheNetworkAndWhereTheLossIs)
{
	SampleResult s;
	std::string text =
		text_of([&](npu_text *t) { npu_write_report(s.r, 120, 0, t); });
	EXPECT_NE(text.find("bound by its MACs: 50.0 % of that roof"),
		  std::string::npos)
		<< text;
	EXPECT_NE(text.find("largest loss is dram, 30.0 % of all cycles, most "
			    "of it in fc"),
		  std::string::npos)
		<< text;
}

static void add_event(npu_result *r, size_t i, uint64_t start, uint64_t end,
		      int engine, unsigned wait, unsigned signal)
{
	r->events[i] = npu_event{ start,
				  end,
				  static_cast<uint32_t>(i),
				  1u << 16,
				  0,
				  static_cast<uint8_t>(engine),
				  static_cast<uint16_t>(wait),
				  static_cast<uint16_t>(signal),
				  0 };
}

TEST(Trace, SlicesOfATrackNeverOverlapAndFlowsFollowTokens)
{
	SampleResult s;
	s.r->events = npu_new(s.r->arena, npu_event, 4);
	s.r->event_count = 4;
	add_event(s.r, 0, 0, 10, 1, 0, 1);
	add_event(s.r, 1, 10, 40, 3, 1, 2);
	add_event(s.r, 2, 30, 60, 3, 0, 0); // overlaps its predecessor
	add_event(s.r, 3, 40, 50, 4, 2, 0);
	Json j(text_of([&](npu_text *t) { npu_write_trace(s.r, 100, t); }));
	json_t *events = json_object_get(j.root, "traceEvents"), *e;
	std::map<long long, double> free_at;
	std::map<long long, double> flow;
	size_t i, slices = 0, flows = 0;
	json_array_foreach(events, i, e)
	{
		std::string ph = json_string_value(json_object_get(e, "ph"));
		double ts = json_number_value(json_object_get(e, "ts"));
		if (ph == "X") {
			long long tid =
				json_integer_value(json_object_get(e, "tid"));
			EXPECT_GE(ts, free_at[tid]);
			free_at[tid] = ts + json_number_value(
						    json_object_get(e, "dur"));
			slices++;
		} else if (ph == "s") {
			flow[json_integer_value(json_object_get(e, "id"))] = ts;
		} else if (ph == "f") {
			EXPECT_LE(flow.at(json_integer_value(
					  json_object_get(e, "id"))),
				  ts);
			flows++;
		}
	}
	EXPECT_EQ(slices, 4u);
	EXPECT_EQ(flows, 2u);
}

TEST(Trace, CutTraceSaysSo)
{
	SampleResult s;
	s.r->events = npu_new(s.r->arena, npu_event, 3);
	s.r->event_count = 3;
	for (size_t i = 0; i < 3; i++)
		add_event(s.r, i, 10 * i, 10 * i + 5, 1, 0, 0);
	std::string text =
		text_of([&](npu_text *t) { npu_write_trace(s.r, 2, t); });
	EXPECT_NE(text.find("TRACE CUT: 2 of 3 descriptors shown"),
		  std::string::npos);
}

TEST(Writers, SameResultGivesTheSameBytes)
{
	SampleResult a, b;
	EXPECT_EQ(summary(a.r), summary(b.r));
}

TEST(Manifest, HashOfAFileIsItsSha256)
{
	// source: FIPS 180-4 example, SHA-256("abc")
	std::string path = testing::TempDir() + "abc.txt";
	FILE *f = fopen(path.c_str(), "wb");
	fputs("abc", f);
	fclose(f);
	const char *files[] = { path.c_str(), "resnet50" };
	npu_manifest m = { "0.1.0", nullptr, 0, files, 2, "abc", 1 };
	npu_error err = {};
	std::string text = text_of([&](npu_text *t) {
		EXPECT_EQ(npu_write_manifest(&m, t, &err), NPU_OK);
	});
	const char *want = "ba7816bf8f01cfea414140de5dae2223"
			   "b00361a396177a9cb410ff61f20015ad";
	Json j(text);
	EXPECT_STREQ(json_string_value(json_object_get(j.root, "chip_sha256")),
		     want);
	json_t *first = json_array_get(json_object_get(j.root, "files"), 0);
	EXPECT_STREQ(json_string_value(json_object_get(first, "sha256")), want);
	json_t *second = json_array_get(json_object_get(j.root, "files"), 1);
	EXPECT_EQ(json_object_get(second, "sha256"), nullptr);
	remove(path.c_str());
}

TEST(HostileNames, ManifestKeepsEveryFileAndArgument)
{
	const char *const texts[] = { "a", "\xff\xfe", "\"\n\033", "" };
	npu_manifest m = {};
	m.version = "1";
	m.command = texts;
	m.command_count = 4;
	m.files = texts;
	m.file_count = 4;
	m.chip_yaml = "";
	npu_text text = {};
	ASSERT_EQ(npu_write_manifest(&m, &text, nullptr), NPU_OK);
	Json j(text.data);
	EXPECT_EQ(json_array_size(json_object_get(j.root, "command")), 4u);
	json_t *files = json_object_get(j.root, "files");
	ASSERT_EQ(json_array_size(files), 4u);
	EXPECT_STREQ(json_string_value(
			     json_object_get(json_array_get(files, 1), "name")),
		     "??");
	npu_text_clear(&text);
}

// A run of nothing divides by nothing.
TEST(Writers, EmptyResultHasNoInfinities)
{
	npu_result *r = npu_result_create();
	r->network = r->chip = r->mode = r->precision = "";
	std::string text = text_of([&](npu_text *t) {
		npu_write_summary(r, t);
		npu_write_layers_csv(r, t);
		npu_write_trace(r, 10, t);
		npu_write_report(r, 80, 0, t);
	});
	EXPECT_EQ(text.find("nan"), std::string::npos);
	EXPECT_EQ(text.find("inf"), std::string::npos);
	npu_result_destroy(r);
}
