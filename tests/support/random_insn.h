// tests/support/random_insn.h - one random legal instruction at a time.
#ifndef NPU_TESTS_RANDOM_INSN_H
#define NPU_TESTS_RANDOM_INSN_H
#include "random_program.h"

namespace random_program
{
// Lines of s32 indices below `index_limit` that nothing overwrites, at the end
// of the scratchpad; what may be written lies below.
constexpr uint64_t index_bytes = 64, index_limit = 8;

class Insns
{
      public:
	// Draws from `random` how often each opcode comes.
	Insns(const npu_chip &chip, npu_random *random);
	// Draws until the instruction obeys isa.md and is in bounds.
	npu_insn next();

      private:
	const npu_chip chip_;
	npu_random *random_;
	unsigned weight_[5]; // ld, st, gemm, ew, red
	bool is_apart_;      // each engine has its part of every memory
	npu_insn last_gemm_;
};
} // namespace random_program
#endif
