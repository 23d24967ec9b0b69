// tests/unit/traces/html_test.cc - the HTML report: numbers, escaping, bytes.
#include "run_texts.h"
#include <algorithm>
#include <cmath>
#include <jansson.h>
#include <regex>
#include <map>
#include <set>

// The value at "0:layers.1.cycles" or "0:figures.dram.read_bytes.3".
static json_t *value_at(const std::vector<json_t *> &summaries,
			const std::vector<json_t *> &figures, std::string key)
{
	size_t run = std::stoul(key), at = key.find(':') + 1;
	json_t *value = summaries.at(run);
	if (key.compare(at, 8, "figures.") == 0) {
		value = figures.at(run);
		at += 8;
	}
	for (size_t end; at < key.size(); at = end + 1) {
		end = std::min(key.find('.', at), key.size());
		std::string part = key.substr(at, end - at);
		value = json_is_array(value)
				? json_array_get(value, std::stoul(part))
				: json_object_get(value, part.c_str());
	}
	return value;
}

TEST(Html, EveryNumberOfATableStandsInItsFile)
{
	FullSample a, b;
	b.r->layers[0].stats.energy_pj[NPU_COMPONENT_dram] = 1.0 / 3;
	b.r->has_reference = 1;
	b.r->sqnr_db = INFINITY;
	Runs runs;
	runs.add(a, "a");
	runs.add(b, "b");
	std::vector<json_t *> summaries, figures;
	for (size_t i = 0; i < 2; i++) {
		summaries.push_back(
			json_loads(runs.summaries[i].c_str(), 0, nullptr));
		figures.push_back(
			json_loads(runs.figures[i].c_str(), 0, nullptr));
	}
	std::string html = runs.html();
	std::regex cell("data-k=\"([^\"]*)\" data-v=\"?([^\">]*)\"?"
			"(?: data-s=([^>]*))?>([^<]*)<");
	size_t count = 0;
	for (std::sregex_iterator i(html.begin(), html.end(), cell), end;
	     i != end; ++i, ++count) {
		json_t *want = value_at(summaries, figures, (*i)[1]);
		ASSERT_TRUE(json_is_number(want)) << (*i)[1];
		EXPECT_EQ(std::stod((*i)[2]), json_number_value(want))
			<< (*i)[1];
		// and what is read is its rounding
		const double scale = (*i)[3].matched ? std::stod((*i)[3]) : 1;
		const double read = json_number_value(want) * scale;
		std::string shown = (*i)[4];
		shown.erase(std::remove(shown.begin(), shown.end(), ','),
			    shown.end());
		EXPECT_NEAR(std::stod(shown), read, 0.5 + 1e-4 * read)
			<< (*i)[1];
	}
	// 2 runs: 8 totals on top, 31 below; 2 layers of 10 + 2 + 10 + 11 + 8 +
	// 3 cells; 100 windows of 4 engines; 2 of DRAM's 2; 4 peaks
	EXPECT_EQ(count,
		  2u * (8 + 31 + 2 * (10 + 2 + 10 + 11 + 8 + 3) + 400 + 4 + 4));
	for (json_t *j : summaries)
		json_decref(j);
	for (json_t *j : figures)
		json_decref(j);
}

TEST(Html, BarsAreAsLongAsTheirCycles)
{
	FullSample s; // layer 0: 45 compute, 15 weight load; layer 1: 10, 30
	Runs runs;
	runs.add(s);
	std::string html = runs.html();
	std::regex bar("class=\"mark s([0-8])\" x=([0-9.]+) y=[0-9.]+ "
		       "width=([0-9.]+) height=13 data-l=([01])>");
	std::map<std::string, double> width;
	for (std::sregex_iterator i(html.begin(), html.end(), bar), end;
	     i != end; ++i)
		width[(*i)[4].str() + (*i)[1].str()] = std::stod((*i)[3]);
	ASSERT_EQ(width.size(), 4u);
	double unit = width["00"] / 45;
	EXPECT_NEAR(width["01"], 15 * unit, 0.02);
	EXPECT_NEAR(width["10"], 10 * unit, 0.02);
	EXPECT_NEAR(width["16"], 30 * unit, 0.02);
	// the longest layer fills the plot: 1080 - 200 - 74
	EXPECT_NEAR(60 * unit, 806, 0.1);
}

TEST(Html, VerdictAndComparisonAreByHand)
{
	SampleResult a, b;
	b.r->clock_hz = 2000000000; // the same cycles in half the time
	Runs runs;
	runs.add(a, "slow");
	runs.add(b, "fast");
	std::string html = runs.html();
	EXPECT_NE(html.find("bound by <strong>its MACs</strong>: <strong>50.0"),
		  std::string::npos);
	EXPECT_NE(
		html.find(
			"<bdi>fast</bdi> is <strong>2\xc3\x97</strong> faster "
			"than <bdi>slow</bdi> and takes <strong>1\xc3\x97"),
		std::string::npos);
}

// A reader of HTML just strict enough: tags and attributes as written.
struct Tags {
	std::set<std::string> names, attributes;
	explicit Tags(const std::string &html)
	{
		for (size_t i = 0; i < html.size();) {
			if (html[i] != '<') {
				i++;
				continue;
			}
			size_t end = i + 1;
			while (end < html.size() && html[end] != '>') {
				if (html[end] == '"')
					end = html.find('"', end + 1);
				end++;
			}
			read(html.substr(i + 1, end - i - 1));
			i = end + 1;
			if (html.compare(end - 5, 6, "<style") == 0 ||
			    html.compare(end - 6, 7, "<script>") == 0 ||
			    html.compare(end - 7, 8, "<script>") == 0)
				i = html.find("</", end);
		}
	}
	void read(const std::string &tag)
	{
		static const std::regex name("^/?([!a-zA-Z0-9]+)");
		static const std::regex attribute(
			"\\s([a-zA-Z-]+)(=(\"[^\"]*\"|[^\\s\"]+))?");
		// quoted values emptied first: std::regex recurses along them
		std::string bare;
		for (size_t k = 0; k < tag.size(); k++) {
			bare += tag[k];
			if (tag[k] != '"')
				continue;
			k = tag.find('"', k + 1);
			ASSERT_NE(k, std::string::npos);
			bare += '"';
		}
		std::smatch m;
		ASSERT_TRUE(std::regex_search(bare, m, name)) << bare;
		names.insert(m[1]);
		for (std::sregex_iterator
			     i(bare.begin(), bare.end(), attribute),
		     end;
		     i != end; ++i)
			attributes.insert((*i)[1]);
	}
};

TEST(Html, HostileNamesAddNoTagAndNoAttribute)
{
	FullSample plain;
	Runs runs;
	runs.add(plain, "a");
	runs.add(plain, "b");
	Tags want(runs.html());
	EXPECT_EQ(want.names.count("img"), 0u);
	for (const auto &names : hostile_names) {
		FullSample s(names);
		Runs hostile;
		hostile.add(s, names[0].c_str());
		hostile.add(s, names[1].c_str());
		std::string html = hostile.html();
		Tags got(html);
		EXPECT_EQ(got.names, want.names) << names[0].substr(0, 40);
		EXPECT_EQ(got.attributes, want.attributes)
			<< names[0].substr(0, 40);
		EXPECT_EQ(html.find("\xe2\x80\xae"), std::string::npos);
		for (char c : html)
			EXPECT_TRUE(c == '\n' || c == '\t' ||
				    static_cast<unsigned char>(c) >= 32);
		EXPECT_LT(html.size(), 300000u);
	}
}

TEST(Html, NamesAreShownEscapedAndShortened)
{
	FullSample s({ "<b>&\"", std::string(10000, 'y') });
	Runs runs;
	runs.add(s);
	std::string html = runs.html();
	EXPECT_NE(html.find("<bdi>&lt;b&gt;&amp;&quot;</bdi>"),
		  std::string::npos);
	EXPECT_EQ(html.find("<b>"), std::string::npos);
	EXPECT_NE(html.find(std::string(36, 'y') + "\xe2\x80\xa6" +
			    std::string(35, 'y')),
		  std::string::npos);
	// whole but once, as a tip
	const size_t whole =
		html.find("title=\"" + std::string(10000, 'y') + "\"");
	ASSERT_NE(whole, std::string::npos);
	EXPECT_EQ(html.find(std::string(73, 'y')), whole + 7);
	EXPECT_EQ(html.find(std::string(73, 'y'), whole + 10007),
		  std::string::npos);
}

TEST(Html, NothingIsFetchedAndOnlyOurScriptMayRun)
{
	FullSample s;
	Runs runs;
	runs.add(s);
	std::string html = runs.html();
	for (const char *bad : { "http:", "https:", "src=", "@import", "url(\"",
				 "innerHTML", "eval(", "fetch(" })
		EXPECT_EQ(html.find(bad), std::string::npos) << bad;
	EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
	EXPECT_NE(html.find("script-src 'sha256-"), std::string::npos);
}

TEST(Html, SameRunsGiveTheSameBytes)
{
	FullSample s, t;
	Runs a, b;
	a.add(s);
	b.add(t);
	EXPECT_EQ(a.html(), b.html());
	EXPECT_EQ(a.markdown(), b.markdown());
	EXPECT_EQ(a.csv(), b.csv());
}

TEST(Html, RunWithoutFiguresSaysSo)
{
	FullSample s;
	Runs runs;
	runs.add(Runs::summary_of(s.r), "");
	EXPECT_NE(runs.html().find("has no figures.json"), std::string::npos);
}

// A run of nothing divides by nothing.
TEST(Html, EmptyRunHasNoInfinities)
{
	npu_result *r = npu_result_create();
	r->network = r->chip = r->mode = r->precision = "";
	Runs runs;
	npu_error err = {};
	EXPECT_EQ(runs.add(Runs::summary_of(r), Runs::figures_of(r), "", &err),
		  NPU_OK)
		<< err.message;
	std::string html = runs.html();
	EXPECT_FALSE(
		std::regex_search(html, std::regex("=\"?-?(nan|inf)|>-?nan")));
	npu_result_destroy(r);
}
