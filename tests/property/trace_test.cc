/* tests/property/trace_test.cc - trace.json of real programs, whole and cut.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/property/compiled.h"
#include "traces/npu_writers.h"
#include <jansson.h>
#include <map>
#include <set>
#include <tuple>

namespace
{

const double epsilon = 2e-6; // of the microseconds' last digit

struct Slice {
	long long track;
	double from, to;
	bool operator<(const Slice &o) const
	{
		return std::tie(track, from, to) <
		       std::tie(o.track, o.from, o.to);
	}
};

/* What a trace says, by kind. */
struct Trace {
	std::vector<Slice> slices;
	std::map<long long, std::pair<Slice, Slice>> flows; // from, to
	std::vector<std::string> marks;
	double mark_at = 0;

	static double number(json_t *e, const char *key)
	{
		json_t *value = json_object_get(e, key);
		EXPECT_TRUE(json_is_number(value)) << key;
		return json_number_value(value);
	}
	void add(json_t *e)
	{
		const std::string kind =
			json_string_value(json_object_get(e, "ph"));
		if (kind == "M" || kind == "C")
			return;
		const double ts = number(e, "ts");
		if (kind == "i") {
			marks.push_back(
				json_string_value(json_object_get(e, "name")));
			mark_at = ts;
			return;
		}
		const long long track = (long long)number(e, "pid") * 1000 +
					(long long)number(e, "tid");
		if (kind == "X")
			slices.push_back({ track, ts, ts + number(e, "dur") });
		else if (kind == "s")
			flows[(long long)number(e, "id")].first = { track, ts,
								    ts };
		else
			flows[(long long)number(e, "id")].second = { track, ts,
								     ts };
	}
	Trace(const npu_result *result, size_t most)
	{
		npu_text text = {};
		npu_write_trace(result, most, &text);
		json_t *root = json_loadb(text.data, text.length, 0, nullptr);
		EXPECT_NE(root, nullptr);
		json_t *list = json_object_get(root, "traceEvents"), *e;
		size_t i;
		json_array_foreach(list, i, e) add(e);
		json_decref(root);
		npu_text_clear(&text);
	}

	/* Slices of a track are within one another or apart. */
	size_t crossing() const
	{
		std::set<Slice> sorted(slices.begin(), slices.end());
		std::map<long long, std::vector<double>> open;
		size_t wrong = 0;
		for (const Slice &s : sorted) {
			std::vector<double> &ends = open[s.track];
			while (!ends.empty() && ends.back() <= s.from + epsilon)
				ends.pop_back();
			wrong += !ends.empty() && s.to > ends.back() + epsilon;
			ends.push_back(s.to);
		}
		return wrong;
	}
	bool holds(const Slice &at) const
	{
		for (const Slice &s : slices)
			if (s.track == at.track &&
			    s.from <= at.from + epsilon &&
			    at.from <= s.to + epsilon)
				return true;
		return false;
	}
	/* Forward in time, both ends in slices that are shown. */
	size_t lost_flows() const
	{
		size_t wrong = 0;
		for (const auto &flow : flows)
			wrong += flow.second.first.from >
					 flow.second.second.from + epsilon ||
				 !holds(flow.second.first) ||
				 !holds(flow.second.second);
		return wrong;
	}
};

OneRun traced(const Compiled &c)
{
	npu_sim_options options = {};
	npu_sim *sim = nullptr;
	npu_error err = {};
	OneRun one;

	options.trace = 1;
	EXPECT_EQ(npu_sim_create(&c.chip, c.program, &options, &sim, &err),
		  NPU_OK);
	EXPECT_EQ(npu_sim_run(sim, nullptr, nullptr, &one.result, &err), NPU_OK)
		<< err.message;
	npu_sim_destroy(sim);
	return one;
}

TEST(TraceProperty, CutAnywhereItSaysSoAndIsAPartOfTheWhole)
{
	const Compiled c("lenet5", chip_named("edge"));
	const OneRun one = traced(c);
	const size_t all = one.result->event_count;
	const Trace whole(one.result, all);

	ASSERT_GT(all, 20u);
	EXPECT_EQ(whole.slices.size(), all);
	EXPECT_TRUE(whole.marks.empty());
	EXPECT_EQ(whole.crossing() + whole.lost_flows(), 0u);
	for (size_t most = 1; most < all; most += most < 12 ? 1 : all / 7) {
		const Trace cut(one.result, most);
		const std::string mark = "TRACE CUT: " + std::to_string(most) +
					 " of " + std::to_string(all) +
					 " descriptors shown";

		ASSERT_EQ(cut.marks.size(), 1u);
		EXPECT_EQ(cut.marks[0], mark);
		EXPECT_EQ(cut.slices.size(), most);
		EXPECT_LE(cut.flows.size(), whole.flows.size());
		EXPECT_EQ(cut.crossing() + cut.lost_flows(), 0u) << most;
		for (size_t i = 0; i < most; i++)
			EXPECT_EQ(cut.slices[i].from, whole.slices[i].from);
		EXPECT_TRUE(
			cut.holds({ cut.slices.back().track, cut.mark_at, 0 }));
	}
}

} // namespace
