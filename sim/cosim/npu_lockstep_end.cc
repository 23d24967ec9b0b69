/* sim/cosim/npu_lockstep_end.cc - what is compared once both have ended.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/cosim/npu_lockstep.hpp"
#include <algorithm>
#include <cstring>

namespace npu
{
namespace
{

/* Bytes as a number in hexadecimal: a word of the accumulators, else up to
 * eight bytes in their order. */
std::string value_of(const uint8_t *bytes, int space, uint64_t count)
{
	char text[64];
	uint32_t word;

	if (space == ACC) {
		float real;

		std::memcpy(&word, bytes, sizeof word);
		std::memcpy(&real, bytes, sizeof real);
		snprintf(text, sizeof text, "0x%08x (%d, or %g)", word,
			 static_cast<int>(word), static_cast<double>(real));
		return text;
	}
	std::string out = "bytes";
	for (uint64_t i = 0; i < count && i < 8; i++) {
		snprintf(text, sizeof text, " %02x", bytes[i]);
		out += text;
	}
	return out;
}

} // namespace

bool find_bytes(const std::vector<piece> &pieces, const memory_view &c,
		const memory_view &rtl, const npu_program &program,
		std::string *place, std::string *c_value,
		std::string *rtl_value, piece *where)
{
	uint64_t wrong = 0;

	for (const piece &p : pieces) {
		const uint8_t *a = c.data[p.space] + p.first;
		const uint8_t *b = rtl.data[p.space] + p.first;

		if (!std::memcmp(a, b, p.bytes))
			continue;
		for (uint64_t i = 0; i < p.bytes; i++) {
			if (a[i] == b[i])
				continue;
			if (wrong++)
				continue;
			uint64_t at = p.first + i;

			if (p.space == ACC)
				at &= ~uint64_t{ 3 };
			*where = { p.space, at, 1 };
			*place = describe_place(c, program, p.space, at);
			const uint64_t left = c.bytes[p.space] - at;
			*c_value =
				value_of(c.data[p.space] + at, p.space, left);
			*rtl_value =
				value_of(rtl.data[p.space] + at, p.space, left);
		}
	}
	if (wrong > 1)
		*place += ", and " + std::to_string(wrong - 1) +
			  " more bytes that differ";
	return wrong > 0;
}

/* ---- at the retirement of an instruction ---- */

/* C has gone on since: run it again to this instruction. */
void lockstep::explain_bytes(const event &e, struct npu_error *err)
{
	const npu_program &program = *setting_.program;
	std::string place = "what it wrote", c_value, rtl_value;
	c_run again(setting_);
	piece where;

	again.watch = [&](const event &now) {
		if (now.stream == e.stream && now.insn == e.insn)
			find_bytes(write_set(program,
					     program.core[0].code[e.insn],
					     again.view()),
				   again.view(), rtl_->view(), program, &place,
				   &c_value, &rtl_value, &where);
	};
	if (again.prepare(err) == NPU_OK && again.run(err) == NPU_OK)
		find("different bits: " + place, e.cycle, e.insn, c_value,
		     rtl_value);
}

/* ---- at the end ---- */

int64_t lockstep::last_writer(int space, uint64_t at) const
{
	const npu_program &program = *setting_.program;

	for (size_t i = program.core[0].count; i-- > 0;)
		for (const piece &p :
		     write_set(program, program.core[0].code[i], c_.view()))
			if (p.space == space && p.first <= at &&
			    at < p.first + p.bytes)
				return static_cast<int64_t>(i);
	return -1;
}

void lockstep::compare_memories()
{
	std::string place, c_value, rtl_value;
	std::vector<piece> all;
	piece where;

	for (int space = 0; space < SPACES; space++)
		if (c_.view().bytes[space])
			all.push_back({ space, 0, c_.view().bytes[space] });
	if (!find_bytes(all, c_.view(), rtl_->view(), *setting_.program, &place,
			&c_value, &rtl_value, &where))
		return;
	bits_differ_ = true;
	find("different bits at the end: " + place, rtl_->cycle(),
	     last_writer(where.space, where.first), c_value, rtl_value);
}

void lockstep::compare_bins()
{
	for (int e = 0; e < NPU_RESULT_ENGINES; e++)
		for (int b = 0; b < NPU_BIN_COUNT; b++) {
			const uint64_t c = c_.result->bins[e][b];
			const unsigned at = static_cast<unsigned>(
				NPU_CSR_bins + 8 * (e * NPU_BIN_COUNT + b));
			const uint64_t rtl = rtl_->csr_read_64(at);

			report_->c_bins[e][b] = c;
			report_->rtl_bins[e][b] = rtl;
			if (c == rtl || setting_.options->cycle_tolerance)
				continue;
			cycles_differ_ = true;
			find(std::string("counter ") +
				     npu_engine_name(static_cast<npu_engine_id>(
					     NPU_ENGINE_ld + e)) +
				     "." + npu_bin_name[b],
			     rtl_->cycle(), -1, std::to_string(c) + " cycles",
			     std::to_string(rtl) + " cycles");
		}
}

void lockstep::compare_end()
{
	const uint32_t status = rtl_->csr_read(NPU_CSR_status);

	report_->rtl_cycles = rtl_->csr_read_64(NPU_CSR_cycles);
	if (status >> NPU_CSR_LSB_status_fault & 1) {
		bits_differ_ = true;
		find("the RTL stops at a fault", rtl_->cycle(),
		     rtl_->csr_read(NPU_CSR_fault_index), "goes on",
		     "fault code " + std::to_string(rtl_->csr_read(
					     NPU_CSR_fault_code)));
		return;
	}
	if (!bits_differ_ && !check_left())
		compare_memories();
	const uint64_t c = report_->c_cycles, rtl = report_->rtl_cycles;

	if ((c > rtl ? c - rtl : rtl - c) > setting_.options->cycle_tolerance) {
		cycles_differ_ = true;
		find("different totals", std::min(c, rtl), -1,
		     std::to_string(c) + " cycles",
		     std::to_string(rtl) + " cycles");
	}
	compare_bins();
}

} // namespace npu
