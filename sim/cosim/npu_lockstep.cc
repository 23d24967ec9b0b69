/* sim/cosim/npu_lockstep.cc - the RTL held against what the C model did.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/cosim/npu_lockstep.hpp"
#include "base/npu_clock.h"
#include <algorithm>

namespace npu
{
namespace
{

/* What is shown before a difference; how long the RTL may be silent beyond
 * the longest silence of C. */
enum { EQUAL_EVENTS = 8, PATIENCE_CYCLES = 100000 };

uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

} // namespace

lockstep::lockstep(const setting &setting) : setting_(setting), c_(setting)
{
}

void lockstep::find(const std::string &what, uint64_t cycle, int64_t insn,
		    const std::string &c, const std::string &rtl)
{
	if (first_.is_found)
		return;
	first_.is_found = true;
	first_.what = what;
	first_.cycle = cycle;
	first_.insn = insn;
	first_.c = c;
	first_.rtl = rtl;
	for (const event &e : equal_)
		first_.equal.push_back(describe(e));
}

/* ---- layers: every cycle is of the oldest unfinished one ---- */

size_t lockstep::layer_of(uint32_t insn) const
{
	const npu_program &program = *setting_.program;
	const uint64_t tag = program.core[0].code[insn].any.tag;

	return std::min<size_t>(tag >> NPU_TAG_LAYER_SHIFT, left_.size() - 1);
}

void lockstep::count_layers()
{
	const npu_program &program = *setting_.program;

	left_.assign(std::max<size_t>(program.layer_count, 1), 0);
	share_.assign(left_.size(), 0);
	for (uint32_t i = 0; i < program.core[0].count; i++)
		if (npu_insn_engine(&program.core[0].code[i]) != NPU_ENGINE_ctl)
			left_[layer_of(i)]++;
	while (oldest_ + 1 < left_.size() && left_[oldest_] == 0)
		oldest_++;
}

void lockstep::retire_of_layer(const event &e)
{
	if (e.stream == RETIRE + NPU_ENGINE_ctl)
		return;
	if (left_[layer_of(e.insn)])
		left_[layer_of(e.insn)]--;
	if (left_[oldest_] || oldest_ + 1 == left_.size())
		return;
	share_[oldest_] = e.cycle - oldest_since_;
	oldest_since_ = e.cycle;
	while (oldest_ + 1 < left_.size() && left_[oldest_] == 0)
		oldest_++;
}

/* ---- events ---- */

void lockstep::compare_cycle(const event &rtl, const event &c)
{
	const uint64_t apart = distance(rtl.cycle, c.cycle);

	if (apart <= setting_.options->cycle_tolerance) {
		equal_.push_back(c);
		if (equal_.size() > EQUAL_EVENTS)
			equal_.pop_front();
		return;
	}
	cycles_differ_ = true;
	if (rtl.stream < BEAT) {
		report_->late++;
		report_->most_late = std::max(report_->most_late, apart);
	}
	find("in different cycles", std::min(c.cycle, rtl.cycle), c.insn,
	     describe(c), describe(rtl));
}

/* False where nothing after it can be compared: the bits differ. */
bool lockstep::compare(const event &e, struct npu_error *err)
{
	const auto &stream = c_.streams[e.stream];
	const npu_program &program = *setting_.program;

	last_event_ = rtl_->cycle();
	if (position_[e.stream] == stream.size()) {
		bits_differ_ = true;
		find("the RTL does more than C", e.cycle,
		     e.stream < BEAT ? int64_t{ e.insn } : -1, "nothing",
		     describe(e));
		return false;
	}
	const event &c = stream[position_[e.stream]];

	if ((e.stream < BEAT && e.insn != c.insn) || e.address != c.address ||
	    e.strobe != c.strobe) {
		bits_differ_ = true;
		find("different events", e.cycle, c.insn, describe(c),
		     describe(e));
		return false;
	}
	if (e.stream >= BEAT && e.hash != c.hash) {
		bits_differ_ = true;
		find("different data", e.cycle, c.insn, describe(c),
		     describe(e));
		return false;
	}
	if (c.is_hashed &&
	    hash_pieces(write_set(program, program.core[0].code[c.insn],
				  rtl_->view()),
			rtl_->view()) != c.hash) {
		bits_differ_ = true;
		explain_bytes(c, err);
		return false;
	}
	compare_cycle(e, c);
	position_[e.stream]++;
	if (e.stream < BEAT) {
		report_->retired++;
		retirements_.push_back(
			{ e.insn, static_cast<uint32_t>(layer_of(e.insn)),
			  static_cast<npu_engine_id>(e.stream - RETIRE),
			  c.cycle, e.cycle });
		retire_of_layer(e);
	} else {
		report_->beats++;
	}
	return true;
}

/* What C did by now and the RTL has not: said at once, since all that follows
 * may be a consequence. */
void lockstep::check_late()
{
	for (int s = 0; s < STREAMS && !first_.is_found; s++) {
		if (position_[s] == c_.streams[s].size())
			continue;
		const event &c = c_.streams[s][position_[s]];

		if (c.cycle + setting_.options->cycle_tolerance >=
		    rtl_->cycle())
			continue;
		cycles_differ_ = true;
		find("late", c.cycle, c.insn, describe(c),
		     "not by cycle " + std::to_string(rtl_->cycle() - 1));
	}
}

/* Events of C that never came. */
bool lockstep::check_left()
{
	for (int s = 0; s < STREAMS; s++) {
		if (position_[s] == c_.streams[s].size())
			continue;
		const event &c = c_.streams[s][position_[s]];

		bits_differ_ = true;
		find("the RTL does less than C", c.cycle, c.insn, describe(c),
		     "nothing");
		return true;
	}
	return false;
}

/* The longest time in which C does nothing that can be seen. */
void lockstep::measure_gap()
{
	std::vector<uint64_t> cycles;
	uint64_t before = 0;

	for (const auto &stream : c_.streams)
		for (const event &e : stream)
			cycles.push_back(e.cycle);
	std::sort(cycles.begin(), cycles.end());
	for (const uint64_t cycle : cycles) {
		longest_gap_ = std::max(longest_gap_, cycle - before);
		before = cycle;
	}
}

/* ---- the run ---- */

enum npu_status lockstep::run_rtl(struct npu_error *err)
{
	const uint64_t patience = 4 * longest_gap_ + PATIENCE_CYCLES;
	const double start = npu_host_seconds();
	std::vector<event> events;
	bool goes_on = true;

	while (goes_on && !rtl_->has_ended()) {
		events.clear();
		if (!rtl_->step(events)) {
			bits_differ_ = true;
			find("the RTL stops", rtl_->cycle(), -1, "goes on",
			     rtl_->stopped());
			break;
		}
		for (size_t i = 0; i < events.size() && goes_on; i++)
			goes_on = compare(events[i], err);
		check_late();
		if (rtl_->cycle() - last_event_ > patience) {
			bits_differ_ = true;
			find("the RTL hangs", last_event_, -1, "goes on",
			     "no event for " + std::to_string(patience) +
				     " cycles");
			if (first_.rtl.rfind("not by", 0) == 0)
				first_.rtl = "never: no event for " +
					     std::to_string(patience) +
					     " cycles";
			goes_on = false;
		}
	}
	report_->rtl_seconds = npu_host_seconds() - start;
	report_->rtl_cycles = rtl_->cycle();
	report_->rtl_ended = rtl_->has_ended();
	if (rtl_->has_ended())
		compare_end();
	return NPU_OK;
}

enum npu_status lockstep::run(npu_lockstep_report &report,
			      struct npu_error *err)
{
	npu_rtl_library_options options = {};
	npu_rtl_library *opened = nullptr, *library;
	enum npu_status status;

	report_ = &report;
	options.building = setting_.options->building;
	options.user = setting_.options->user;
	NPU_TRY(c_.prepare(err));
	if (!setting_.options->library)
		NPU_TRY(npu_rtl_library_open(setting_.chip, &options, &opened,
					     err));
	library = opened ? opened : setting_.options->library;
	rtl_ = std::make_unique<rtl_run>(setting_,
					 npu_rtl_library_model(library));
	status = rtl_->prepare(c_.view(), err);
	if (status == NPU_OK)
		status = c_.run(err);
	if (status == NPU_OK) {
		report.c_cycles = c_.result->total.span_cycles;
		report.c_seconds = c_.seconds();
		measure_gap();
		count_layers();
		status = run_rtl(err);
	}
	if (status == NPU_OK)
		status = fill_report(err);
	rtl_.reset();
	npu_rtl_library_close(opened);
	return status;
}

} // namespace npu

enum npu_status npu_lockstep_run(const npu_chip *chip,
				 const npu_program *program,
				 const npu_lockstep_options *options,
				 npu_lockstep_report **out,
				 struct npu_error *err)
{
	npu_chip at_command_level = *chip;
	npu_lockstep_report *report;
	enum npu_status status;

	if (program->core_count != 1)
		return npu_fail(err, NPU_E_UNSUPPORTED,
				"program for %u cores: the RTL is one core",
				program->core_count);
	for (int r = 0; r < NPU_REGIONS; r++)
		if (program->region[r].kind == NPU_REGION_constants &&
		    program->region[r].bytes && !program->region[r].data)
			return npu_fail(err, NPU_E_RANGE,
					"a timing-only program has no data to "
					"compare: compile it with --mode "
					"functional");
	at_command_level.dram.model = NPU_dram_model_command;
	report = static_cast<npu_lockstep_report *>(calloc(1, sizeof *report));
	if (report)
		report->arena = npu_arena_create();
	if (!report || !report->arena) {
		free(report);
		return npu_fail(err, NPU_E_NOMEM, "no memory for a report");
	}
	npu::lockstep run({ &at_command_level, program, options });
	status = run.run(*report, err);
	if (status != NPU_OK && status != NPU_E_DIFFERENT)
		npu_lockstep_report_destroy(report);
	else
		*out = report;
	return status;
}

void npu_lockstep_report_destroy(npu_lockstep_report *report)
{
	if (!report)
		return;
	npu_arena_destroy(report->arena);
	free(report);
}
