// tests/unit/configs/yaml_test.cc - what the strict reader takes and refuses.
#include "base/npu_yaml.h"
#include <gtest/gtest.h>
#include <string>

namespace
{
struct Doc {
	npu_arena *arena = npu_arena_create();
	const npu_yaml *root = nullptr;
	npu_error err = {};
	npu_status status;
	explicit Doc(const std::string &text)
	{
		status = npu_yaml_parse(arena, "t.yaml", text.data(),
					text.size(), &root, &err);
	}
	~Doc()
	{
		npu_arena_destroy(arena);
	}
	Doc(const Doc &) = delete;
	Doc &operator=(const Doc &) = delete;
};
} // namespace

TEST(Yaml, EveryKeyAndValueKnowsItsLineAndColumn)
{
	Doc d("# head\narray:\n  rows: 16\nlist: [a, {b: 'c d'}]\n");
	ASSERT_EQ(d.status, NPU_OK) << d.err.message;
	const npu_yaml *rows =
		npu_yaml_find(npu_yaml_find(d.root, "array"), "rows");
	ASSERT_NE(rows, nullptr);
	EXPECT_STREQ(rows->text, "16");
	EXPECT_EQ(rows->key_at.line, 3u);
	EXPECT_EQ(rows->key_at.column, 3u);
	EXPECT_EQ(rows->at.line, 3u);
	EXPECT_EQ(rows->at.column, 9u);
	EXPECT_STREQ(rows->at.path, "t.yaml");
	const npu_yaml *list = npu_yaml_find(d.root, "list");
	ASSERT_EQ(list->kind, NPU_YAML_SEQUENCE);
	EXPECT_EQ(list->count, 2u);
	const npu_yaml *b = list->child->next->child;
	EXPECT_STREQ(b->text, "c d");
	EXPECT_TRUE(b->quoted);
	char path[64];
	npu_yaml_path(b, path, sizeof path);
	EXPECT_STREQ(path, "list[1].b");
}

TEST(Yaml, ByteOrderMarkIsSkipped)
{
	Doc d("\xef\xbb\xbf"
	      "a: 1\n");
	ASSERT_EQ(d.status, NPU_OK) << d.err.message;
	EXPECT_EQ(npu_yaml_find(d.root, "a")->key_at.column, 1u);
}

namespace
{
struct Bad {
	const char *what;
	std::string text;
	npu_status status;
	uint32_t line, column;
	const char *says;
};
} // namespace

TEST(Yaml, RefusesWithTheExactPlace)
{
	const Bad bads[] = {
		{ "anchor", "a: &x 1\n", NPU_E_SYNTAX, 1, 4, "anchor" },
		{ "alias", "a: 1\nb: *x\n", NPU_E_SYNTAX, 2, 4, "alias" },
		{ "tag", "a: !!int 1\n", NPU_E_SYNTAX, 1, 4, "tag" },
		{ "bare tag", "a: ! 1\n", NPU_E_SYNTAX, 1, 4, "tag" },
		{ "tag on a mapping", "a: !x {b: 1}\n", NPU_E_SYNTAX, 1, 4,
		  "tag" },
		{ "doubled key", "a: 1\nb: 2\na: 3\n", NPU_E_SYNTAX, 3, 1,
		  "given twice; first in line 1" },
		{ "doubled, nested", "s:\n  a: 1\n  a: 3\n", NPU_E_SYNTAX, 3, 3,
		  "given twice" },
		{ "second document", "a: 1\n---\nb: 1\n", NPU_E_SYNTAX, 2, 1,
		  "second document" },
		{ "empty", "", NPU_E_SYNTAX, 1, 1, "empty" },
		{ "only a comment", "# nothing\n", NPU_E_SYNTAX, 1, 1,
		  "empty" },
		{ "sequence as key", "? [a]\n: 1\n", NPU_E_SYNTAX, 1, 3,
		  "key" },
		{ "empty key", ": 1\n", NPU_E_SYNTAX, 1, 1, "key" },
		{ "NUL byte", std::string("a: 1\nb: \0\n", 10), NPU_E_SYNTAX, 2,
		  4, "control" },
		{ "escaped NUL", "a: \"\\0\"\n", NPU_E_SYNTAX, 1, 4, "NUL" },
		{ "bad UTF-8", "a: \xff\n", NPU_E_SYNTAX, 1, 4, "UTF-8" },
		{ "overlong UTF-8", "a: \xc0\xaf\n", NPU_E_SYNTAX, 1, 4,
		  "UTF-8" },
		{ "UTF-16",
		  std::string("\xff\xfe"
			      "a\0",
			      4),
		  NPU_E_SYNTAX, 1, 1, "UTF-8" },
		{ "open bracket", "a: [1,\n", NPU_E_SYNTAX, 2, 1, "flow" },
		{ "tab indent", "a:\n\tb: 1\n", NPU_E_SYNTAX, 2, 1, "token" },
		{ "half a quote", "a: \"x\n", NPU_E_SYNTAX, 2, 1, "quoted" },
	};
	for (const Bad &bad : bads) {
		Doc d(bad.text);
		EXPECT_EQ(d.status, bad.status) << bad.what;
		EXPECT_EQ(d.err.line, bad.line)
			<< bad.what << ": " << d.err.message;
		EXPECT_EQ(d.err.column, bad.column)
			<< bad.what << ": " << d.err.message;
		EXPECT_STREQ(d.err.path, "t.yaml") << bad.what;
		EXPECT_NE(std::string(d.err.message).find(bad.says),
			  std::string::npos)
			<< bad.what << ": " << d.err.message;
	}
}

TEST(Yaml, SixtyFourLevelsAreTakenAndSixtyFiveAreNot)
{
	Doc fits(std::string(64, '[') + std::string(64, ']'));
	EXPECT_EQ(fits.status, NPU_OK) << fits.err.message;
	Doc deep(std::string(65, '[') + std::string(65, ']'));
	EXPECT_EQ(deep.status, NPU_E_LIMIT);
	EXPECT_EQ(deep.err.column, 65u);
}

TEST(Yaml, DeepNestingIsRefusedBeforeItCostsTime)
{
	// libyaml alone takes minutes on these; the CTest limit is the check
	Doc flow(std::string(1 << 20, '['));
	EXPECT_EQ(flow.status, NPU_E_LIMIT);
	std::string block;
	for (int i = 0; i < 100000; i++)
		block += "- ";
	Doc dashes(block + "\n");
	EXPECT_EQ(dashes.status, NPU_E_LIMIT);
}

TEST(Yaml, LargeMappingIsCheckedForRepeatsInTime)
{
	std::string text;
	for (int i = 0; i < 100000; i++)
		text += "k" + std::to_string(i) + ": 1\n";
	Doc good(text);
	EXPECT_EQ(good.status, NPU_OK) << good.err.message;
	Doc bad(text + "k77: 2\n");
	EXPECT_EQ(bad.status, NPU_E_SYNTAX);
	EXPECT_EQ(bad.err.line, 100001u);
}

TEST(Yaml, FileAboveTheLimitIsRefused)
{
	Doc d(std::string(NPU_YAML_BYTES_MAX + 1, '#'));
	EXPECT_EQ(d.status, NPU_E_LIMIT);
}

TEST(YamlValue, TakesWhatItShould)
{
	Doc d("n: -3\nf: 2.5e-1\nb: true\nt: plain\ns: 512 KiB\nc: os\n");
	ASSERT_EQ(d.status, NPU_OK);
	int64_t n;
	double f;
	uint8_t b;
	const char *t;
	uint64_t s;
	size_t c;
	const char *const flows[] = { "ws", "os", "is" };
	EXPECT_EQ(
		npu_yaml_integer(npu_yaml_find(d.root, "n"), -3, 3, &n, &d.err),
		NPU_OK);
	EXPECT_EQ(n, -3);
	EXPECT_EQ(npu_yaml_number(npu_yaml_find(d.root, "f"), 0, 1, &f, &d.err),
		  NPU_OK);
	EXPECT_EQ(f, 0.25);
	EXPECT_EQ(npu_yaml_boolean(npu_yaml_find(d.root, "b"), &b, &d.err),
		  NPU_OK);
	EXPECT_EQ(b, 1);
	EXPECT_EQ(npu_yaml_text(npu_yaml_find(d.root, "t"), &t, &d.err),
		  NPU_OK);
	EXPECT_STREQ(t, "plain");
	EXPECT_EQ(npu_yaml_quantity(npu_yaml_find(d.root, "s"), NPU_UNIT_bytes,
				    1, 1 << 20, &s, &d.err),
		  NPU_OK);
	EXPECT_EQ(s, 524288u);
	EXPECT_EQ(npu_yaml_choice(npu_yaml_find(d.root, "c"), flows, 3, &c,
				  &d.err),
		  NPU_OK);
	EXPECT_EQ(c, 1u);
}

TEST(YamlValue, RefusalNamesPathPlaceExpectedAndGot)
{
	Doc d("a:\n  rows: banana\n  text: '5'\n  none:\n");
	const npu_yaml *a = npu_yaml_find(d.root, "a");
	const char *const keys[] = { "row", "text", "none" };
	uint64_t v = 7;
	npu_error err = {};
	EXPECT_EQ(npu_yaml_quantity(npu_yaml_find(a, "rows"), NPU_UNIT_count, 1,
				    8, &v, &err),
		  NPU_E_RANGE);
	EXPECT_STREQ(err.message,
		     "a.rows: expected an integer, got \"banana\"");
	EXPECT_EQ(err.line, 2u);
	EXPECT_EQ(err.column, 9u);
	EXPECT_EQ(v, 7u) << "written on success only";
	err = {};
	EXPECT_EQ(npu_yaml_quantity(npu_yaml_find(a, "text"), NPU_UNIT_count, 1,
				    8, &v, &err),
		  NPU_E_RANGE);
	err = {};
	EXPECT_EQ(npu_yaml_quantity(npu_yaml_find(a, "none"), NPU_UNIT_count, 1,
				    8, &v, &err),
		  NPU_E_RANGE);
	EXPECT_STREQ(err.message, "a.none: expected an integer, got nothing");
	err = {};
	EXPECT_EQ(npu_yaml_check_keys(a, keys, 3, &err), NPU_E_SYNTAX);
	EXPECT_STREQ(err.message,
		     "unknown key \"a.rows\"; did you mean \"row\"?");
	EXPECT_EQ(err.column, 3u);
	err = {};
	const npu_yaml *found;
	EXPECT_EQ(npu_yaml_require(a, "cols", &found, &err), NPU_E_SYNTAX);
	EXPECT_STREQ(err.message, "a: missing key \"cols\"");
	EXPECT_EQ(err.line, 2u);
}

TEST(Unit, ReadsExactly)
{
	const struct {
		npu_unit unit;
		const char *text;
		uint64_t value;
	} goods[] = {
		{ NPU_UNIT_bytes, "512 KiB", 524288 },
		{ NPU_UNIT_bytes, "1.5KiB", 1536 },
		{ NPU_UNIT_bytes, "64", 64 },
		{ NPU_UNIT_bytes_per_s, "12.8 GB/s", 12800000000 },
		{ NPU_UNIT_bytes_per_s, "0", 0 },
		{ NPU_UNIT_hz, "1 GHz", 1000000000 },
		{ NPU_UNIT_hz, "0.2 GHz", 200000000 },
		{ NPU_UNIT_ps, "150 ns", 150000 },
		{ NPU_UNIT_ps, "1.25 ns", 1250 },
		{ NPU_UNIT_percent, "45 %", 45 },
		{ NPU_UNIT_count, "18446744073709551615", UINT64_MAX },
	};
	for (const auto &g : goods) {
		uint64_t v = 0;
		npu_error err = {};
		EXPECT_EQ(npu_unit_parse(g.unit, g.text, &v, &err), NPU_OK)
			<< g.text << ": " << err.message;
		EXPECT_EQ(v, g.value) << g.text;
	}
}

TEST(Unit, RefusesAndHints)
{
	const struct {
		npu_unit unit;
		const char *text, *says;
	} bads[] = {
		{ NPU_UNIT_bytes, "512 KB", "write KiB" },
		{ NPU_UNIT_bytes, "1 MB", "write MiB" },
		{ NPU_UNIT_bytes, "1.3 B", "not a whole number" },
		{ NPU_UNIT_bytes, "0.1 KiB", "not a whole number" },
		{ NPU_UNIT_bytes_per_s, "16 GiB/s", "write GB/s" },
		{ NPU_UNIT_bytes_per_s, "16", "give the unit" },
		{ NPU_UNIT_hz, "1000", "give the unit" },
		{ NPU_UNIT_ps, "100", "give the unit" },
		{ NPU_UNIT_count, "16 KiB", "an integer" },
		{ NPU_UNIT_count, "010", "leading zeros" },
		{ NPU_UNIT_count, "18446744073709551616", "too many digits" },
		{ NPU_UNIT_bytes, "17179869184 GiB", "too large" },
		{ NPU_UNIT_count, "-1", "an integer" },
		{ NPU_UNIT_count, "0x10", "an integer" },
		{ NPU_UNIT_count, "1e3", "an integer" },
		{ NPU_UNIT_count, "", "got nothing" },
		{ NPU_UNIT_count, ".", "an integer" },
		{ NPU_UNIT_kelvin, "85 C", "358 K" },
	};
	for (const auto &b : bads) {
		uint64_t v = 7;
		npu_error err = {};
		EXPECT_EQ(npu_unit_parse(b.unit, b.text, &v, &err), NPU_E_RANGE)
			<< b.text;
		EXPECT_NE(std::string(err.message).find(b.says),
			  std::string::npos)
			<< b.text << ": " << err.message;
		EXPECT_EQ(v, 7u);
	}
}

TEST(Unit, PrintsWhatItReadsBack)
{
	const uint64_t values[] = { 0,           1,         999,    1000,
				    1024,        1536,      524288, 1000000000,
				    12800000000, UINT64_MAX };
	for (int unit = 0; unit < NPU_UNIT_COUNT; unit++)
		for (uint64_t value : values) {
			char text[40];
			uint64_t back = 7;
			npu_unit_print((npu_unit)unit, value, text,
				       sizeof text);
			EXPECT_EQ(npu_unit_parse((npu_unit)unit, text, &back,
						 nullptr),
				  NPU_OK)
				<< text;
			EXPECT_EQ(back, value) << text;
		}
	char text[40];
	npu_unit_print(NPU_UNIT_bytes, 524288, text, sizeof text);
	EXPECT_STREQ(text, "512 KiB");
	npu_unit_print(NPU_UNIT_bytes_per_s, 12800000000, text, sizeof text);
	EXPECT_STREQ(text, "12800 MB/s");
}
