// tests/unit/traces/run_texts.h - runs made of sample results, and their reports.
#ifndef NPU_RUN_TEXTS_H
#define NPU_RUN_TEXTS_H
#include "sample_result.h"
#include "traces/npu_figures.h"
#include "traces/npu_runs.h"
#include "traces/npu_writers.h"
#include <functional>
#include <gtest/gtest.h>

inline std::string text_of(const std::function<void(npu_text *)> &write)
{
	npu_text text = {};
	write(&text);
	EXPECT_FALSE(text.failed);
	std::string s(text.data ? text.data : "", text.length);
	npu_text_clear(&text);
	return s;
}

// Names that a network may bring: markup, formulas, control characters, right
// to left, length, what is no UTF-8.
static const std::vector<std::vector<std::string>> hostile_names = {
	{ "<script>alert(1)</script>", "a\"b'c&d" },
	{ "\" onmouseover=\"alert(1)", "' x='" },
	{ "=HYPERLINK(\"http://x\")", "+1+1" },
	{ "</title></svg><img src=x onerror=alert(1)>", "--><!--" },
	{ "](http://evil) | ![x](y)", "`code` **b** <b>" },
	{ "\033[31mred\033[0m", "bell\a\r\n" },
	{ std::string(10000, 'x'), std::string(10000, '<') },
	{ "\xff\xfe not utf-8", "\xc2\x9b"
				"31m" },
	{ "\xe2\x80\xae"
	  "gnp.exe",
	  "{{7*7}}${7*7}</style>" },
	{ "", "\xe5\xb1\xa4 \xf0\x9f\x94\xa5 javascript:alert(1)" },
};

struct Runs {
	npu_runs *list = npu_runs_create();
	std::vector<std::string> summaries, figures;

	~Runs()
	{
		npu_runs_destroy(list);
	}
	npu_status add(const std::string &summary, const std::string &figure,
		       const char *label = "run", npu_error *err = nullptr)
	{
		npu_run_text text = {};
		text.label = label;
		text.path = "dir";
		text.summary = summary.data();
		text.summary_bytes = summary.size();
		text.figures = figure.empty() ? nullptr : figure.data();
		text.figures_bytes = figure.size();
		return npu_runs_add(list, &text, err);
	}
	static std::string summary_of(const npu_result *r)
	{
		return text_of([&](npu_text *t) { npu_write_summary(r, t); });
	}
	static std::string figures_of(const npu_result *r)
	{
		npu_figure_chip chip = { 4096, 64, 512 };
		npu_figures *f = nullptr;
		EXPECT_EQ(npu_figures_create(r, &chip, &f, nullptr), NPU_OK);
		npu_touch touch = { 0, 1024, 10, 20, 1, 1 };
		npu_figures_touch(f, &touch);
		std::string s =
			text_of([&](npu_text *t) { npu_write_figures(f, t); });
		npu_figures_destroy(f);
		return s;
	}
	void add(const SampleResult &s, const char *label = "run")
	{
		summaries.push_back(summary_of(s.r));
		figures.push_back(figures_of(s.r));
		npu_error err = {};
		EXPECT_EQ(add(summaries.back(), figures.back(), label, &err),
			  NPU_OK)
			<< err.message;
	}
	std::string html() const
	{
		return text_of([&](npu_text *t) { npu_write_html(list, t); });
	}
	std::string markdown() const
	{
		return text_of(
			[&](npu_text *t) { npu_write_markdown(list, t); });
	}
	std::string csv() const
	{
		return text_of(
			[&](npu_text *t) { npu_write_runs_csv(list, t); });
	}
};

// A sample whose network, chip and layers have those names, with samples and
// events for every figure.
struct FullSample : SampleResult {
	npu_sample dram[2] = { { 640, 0 }, { 320, 64 } };
	explicit FullSample(std::vector<std::string> layers = { "conv1", "fc" })
	    : SampleResult(std::move(layers))
	{
		r->network = names[0].c_str();
		r->chip = names[1].c_str();
		r->layers[0].stats.spad_read_bytes = 1000;
		r->layers[1].stats.spad_read_bytes = 500;
		r->events = npu_new(r->arena, npu_event, 2);
		r->events[0] = npu_event{ 0, 50, 0, 0, 0, 3, 0, 0, 0 };
		r->events[1] = npu_event{ 50, 100, 1, 1u << 16, 0, 1, 0, 0, 0 };
		r->event_count = 2;
		r->samples = dram;
		r->sample_count = 2;
		r->sample_cycles = 50;
	}
};
#endif
