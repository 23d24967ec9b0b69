// tests/support/random_insn.h - one random legal instruction at a time.
#ifndef NPU_TESTS_RANDOM_INSN_H
#define NPU_TESTS_RANDOM_INSN_H
#include "random_program.h"

namespace random_program
{
// Lines of s32 indices below `index_limit` that nothing overwrites, at the end
// of the scratchpad; what may be written lies below.
constexpr uint64_t index_bytes = 64, index_limit = 8,
		   index_base = 8192 - index_bytes;

// Draws until the instruction obeys isa.md and its accesses are in bounds.
npu_insn random_insn(npu_random *random);
} // namespace random_program
#endif
