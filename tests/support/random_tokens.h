// tests/support/random_tokens.h - waits and signals for a list of instructions.
#ifndef NPU_TESTS_RANDOM_TOKENS_H
#define NPU_TESTS_RANDOM_TOKENS_H
#include "random_program.h"

namespace random_program
{
// Give `code` the tokens that its conflicts ask for, found byte by byte, and
// where `tokens` is PLENTY more that are legal and not needed: among needed
// ones, credits that are there from the start, engines that wait for
// themselves. Declares counters and ports in `core`
// under random numbers. Returns the needed ones.
std::vector<Edge> insert_tokens(const npu_chip &chip, npu_random *random,
				Tokens tokens, std::vector<npu_insn> &code,
				npu_core_program *core);
} // namespace random_program
#endif
