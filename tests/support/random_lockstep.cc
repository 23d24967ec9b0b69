// tests/support/random_lockstep.cc - random cases on the C model and the RTL.
#include "random_lockstep.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace random_program
{
namespace
{
struct User {
	const Case &c;
	const npu_program *program;
};

void write_inputs(void *user, npu_sim *sim)
{
	const User &u = *static_cast<const User *>(user);
	u.c.write_inputs(sim, u.program);
}

npu_lockstep_memory memory_of(Memory memory)
{
	switch (memory) {
	case Memory::FIXED:
		return NPU_LOCKSTEP_fixed;
	case Memory::STALL:
		return NPU_LOCKSTEP_stall;
	default:
		return NPU_LOCKSTEP_dram;
	}
}

std::string said(const char *what, const char *text)
{
	return text ? std::string("  ") + what + ": " + text + "\n" : "";
}

std::string describe(const npu_lockstep_report &r)
{
	if (!r.first.what)
		return "equal: " + std::to_string(r.c_cycles) + " cycles, " +
		       std::to_string(r.retired) + " instructions, " +
		       std::to_string(r.beats) + " beats";
	return std::string(r.bits_equal ? "cycles" : "bits") +
	       " differ: " + r.first.what + "\n  cycle " +
	       std::to_string(r.first.cycle) + ", instruction " +
	       std::to_string(r.first.insn) + "\n" + said("C", r.first.c) +
	       said("RTL", r.first.rtl) + said("insn", r.first.text) +
	       said("equal", r.first.equal);
}
} // namespace

Lockstep::Lockstep(const npu_chip &shape) : library_(nullptr)
{
	npu_rtl_library_options options = {};
	npu_error err = {};
	if (npu_rtl_library_open(&shape, &options, &library_, &err) == NPU_OK)
		return;
	fprintf(stderr, "%s\n", err.message);
	exit(2);
}

Lockstep::~Lockstep()
{
	npu_rtl_library_close(library_);
}

Verdict Lockstep::run(const Case &c) const
{
	const Program made = c.program();
	User user = { c, made.program.get() };
	npu_lockstep_options options = {};
	npu_lockstep_report *report = nullptr;
	npu_error err = {};
	Verdict v = {};

	options.seed = c.seed;
	options.memory = memory_of(c.memory);
	options.memory_argument = c.memory_argument;
	options.inputs = write_inputs;
	options.library = library_;
	options.user = &user;
	const npu_status status = npu_lockstep_run(&c.chip, made.program.get(),
						   &options, &report, &err);
	v.is_equal = status == NPU_OK;
	v.insn = -1;
	if (report) {
		v.bits_equal = report->bits_equal;
		v.cycles = report->c_cycles;
		v.insn = report->first.insn;
		v.what = report->first.what ? report->first.what : "";
		v.text = describe(*report);
	} else {
		v.text = err.message;
	}
	npu_lockstep_report_destroy(report);
	return v;
}

namespace
{
bool differs(const Lockstep &lockstep, const Case &c)
{
	return !lockstep.run(c).is_equal;
}

// Leave out runs of instructions, halves first, single ones last.
void drop_instructions(const Lockstep &lockstep, Case &c)
{
	for (size_t run = c.body.size(); run >= 1; run /= 2)
		for (size_t at = 0; at < c.body.size();) {
			Case less = c;
			const size_t end = std::min(at + run, c.body.size());
			less.body.erase(less.body.begin() + long(at),
					less.body.begin() + long(end));
			if (differs(lockstep, less))
				c = less;
			else
				at += run;
		}
}
} // namespace

Case shrink(const Lockstep &lockstep, const Case &c)
{
	Case best = c, plain = c;
	plain.tokens = Tokens::NEEDED;
	if (differs(lockstep, plain))
		best = plain;
	plain = best;
	plain.memory = Memory::FIXED;
	plain.memory_argument = 1;
	if (differs(lockstep, plain))
		best = plain;
	drop_instructions(lockstep, best);
	return best;
}
} // namespace random_program
