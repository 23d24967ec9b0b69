// tests/support/random_lockstep.h - random cases on the C model and the RTL.
#ifndef NPU_TESTS_RANDOM_LOCKSTEP_H
#define NPU_TESTS_RANDOM_LOCKSTEP_H
#include "random_case.h"
#include "sim/cosim/npu_lockstep.h"
#include "sim/cosim/npu_rtl_library.h"

namespace random_program
{
struct Verdict {
	bool is_equal, bits_equal;
	uint64_t cycles;
	int64_t insn; // of the first difference
	std::string what, text;
};

// A model of one shape, for any number of runs. Ends the process, with the
// reason, where there is none.
class Lockstep
{
      public:
	explicit Lockstep(const npu_chip &shape);
	~Lockstep();
	Lockstep(const Lockstep &) = delete;
	Lockstep &operator=(const Lockstep &) = delete;
	Verdict run(const Case &c) const;

      private:
	npu_rtl_library *library_;
};

// As few instructions as still make a difference, and the plainest tokens and
// memory.
Case shrink(const Lockstep &lockstep, const Case &c);
} // namespace random_program
#endif
