/* sim/cosim/npu_lockstep_report.cc - a comparison put into words, and waves.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/cosim/npu_lockstep.hpp"
#include <algorithm>

namespace npu
{
namespace
{

/* Waves that are kept around a difference. */
enum { WAVES_BEFORE = 200, WAVES_AFTER = 40 };

const char *const MASTERS[] = { "fetch", "ld", "st" };

const char *copy(struct npu_arena *arena, const std::string &text)
{
	return npu_arena_strdup(arena, text.c_str());
}

} // namespace

std::string lockstep::describe(const event &e) const
{
	char text[96];

	if (e.stream == BEAT + NPU_ENGINE_st)
		snprintf(text, sizeof text,
			 "cycle %llu: st asks memory to write 0x%llx, strobe "
			 "0x%016llx",
			 static_cast<unsigned long long>(e.cycle),
			 static_cast<unsigned long long>(e.address),
			 static_cast<unsigned long long>(e.strobe));
	else if (e.stream >= BEAT)
		snprintf(text, sizeof text,
			 "cycle %llu: %s asks memory for 0x%llx",
			 static_cast<unsigned long long>(e.cycle),
			 MASTERS[e.stream - BEAT],
			 static_cast<unsigned long long>(e.address));
	else
		snprintf(text, sizeof text,
			 "cycle %llu: %s retires instruction %u",
			 static_cast<unsigned long long>(e.cycle),
			 npu_engine_name(
				 static_cast<npu_engine_id>(e.stream - RETIRE)),
			 e.insn);
	return text;
}

/* The RTL once more, by a model that can write waves. */
enum npu_status lockstep::keep_waves(struct npu_error *err)
{
	const uint64_t from =
		first_.cycle > WAVES_BEFORE ? first_.cycle - WAVES_BEFORE : 0;
	npu_rtl_library_options options = {};
	npu_rtl_library *library;
	enum npu_status status;
	bool is_written = true;

	options.with_trace = 1;
	options.building = setting_.options->building;
	options.user = setting_.options->user;
	NPU_TRY(npu_rtl_library_open(setting_.chip, &options, &library, err));
	{
		rtl_run rtl(setting_, npu_rtl_library_model(library));
		c_run c(setting_);
		std::vector<event> events;

		status = c.prepare(err);
		if (status == NPU_OK)
			status = rtl.prepare(c.view(), err);
		while (status == NPU_OK && !rtl.has_ended() &&
		       rtl.cycle() <= first_.cycle + WAVES_AFTER) {
			if (rtl.cycle() == from)
				is_written = rtl.trace_start(
					setting_.options->wave_path);
			events.clear();
			if (!is_written || !rtl.step(events))
				break;
		}
		rtl.trace_stop();
	}
	npu_rtl_library_close(library);
	NPU_TRY(status);
	if (!is_written)
		return npu_fail(err, NPU_E_IO, "%s: cannot be written",
				setting_.options->wave_path);
	return NPU_OK;
}

enum npu_status lockstep::fill_layers(struct npu_error *err)
{
	const npu_program &program = *setting_.program;

	share_[oldest_] = report_->rtl_cycles - oldest_since_;
	report_->layer_count = left_.size();
	report_->layers =
		npu_new(report_->arena, npu_lockstep_layer, left_.size());
	if (!report_->layers)
		return npu_fail(err, NPU_E_NOMEM, "no memory for a report");
	for (size_t i = 0; i < left_.size(); i++) {
		const char *name = i < program.layer_count
					   ? program.layer[i].name
					   : nullptr;

		report_->layers[i].name =
			copy(report_->arena, name ? name : "program");
		report_->layers[i].c_cycles = c_.result->layers[i].stats.cycles;
		report_->layers[i].rtl_cycles = share_[i];
	}
	return NPU_OK;
}

enum npu_status lockstep::fill_retirements(struct npu_error *err)
{
	report_->retirements = npu_new(report_->arena, npu_lockstep_retirement,
				       retirements_.size());
	if (!report_->retirements)
		return npu_fail(err, NPU_E_NOMEM, "no memory for a report");
	std::copy(retirements_.begin(), retirements_.end(),
		  report_->retirements);
	return NPU_OK;
}

void lockstep::fill_first()
{
	const npu_program &program = *setting_.program;
	auto &first = report_->first;
	std::string equal;

	for (const std::string &line : first_.equal)
		equal += line + "\n";
	first.cycle = first_.cycle;
	first.insn = first_.insn;
	first.what = copy(report_->arena, first_.what);
	first.c = copy(report_->arena, first_.c);
	first.rtl = copy(report_->arena, first_.rtl);
	first.equal = copy(report_->arena, equal);
	if (first_.insn >= 0) {
		const union npu_insn &insn = program.core[0].code[first_.insn];
		struct npu_text text = {};

		npu_insn_print(&insn, &text);
		first.text = copy(report_->arena, text.data ? text.data : "");
		npu_text_clear(&text);
		first.tag = static_cast<uint32_t>(insn.any.tag);
		first.layer = report_->layers[layer_of(static_cast<uint32_t>(
						      first_.insn))]
				      .name;
	}
	if (!setting_.options->wave_path)
		return;
	struct npu_error err = {};
	if (keep_waves(&err) == NPU_OK)
		first.waves = copy(report_->arena, setting_.options->wave_path);
	else
		first.no_waves = copy(report_->arena, err.message);
}

enum npu_status lockstep::fill_report(struct npu_error *err)
{
	report_->bits_equal = !bits_differ_;
	report_->cycles_equal = !cycles_differ_ && !bits_differ_;
	NPU_TRY(fill_layers(err));
	NPU_TRY(fill_retirements(err));
	if (!first_.is_found)
		return NPU_OK;
	fill_first();
	return npu_fail(err, NPU_E_DIFFERENT,
			"C and RTL differ from cycle %llu on: %s",
			static_cast<unsigned long long>(first_.cycle),
			first_.what.c_str());
}

} // namespace npu
