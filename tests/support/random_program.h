// tests/support/random_program.h - random legal programs for one core, their
// tokens derived from conflicts, for the verifier, the simulator and the RTL.
#ifndef NPU_TESTS_RANDOM_PROGRAM_H
#define NPU_TESTS_RANDOM_PROGRAM_H
#include "isa/npu_program.h"
#include "random_chip.h"
#include <memory>
#include <vector>

namespace random_program
{
// Regions and their bytes on a chip. Everything in `input` and `constants` is
// random; the program ends by storing the scratchpad and the accumulators in
// `output`.
enum Region { INPUT, CONSTANTS, OUTPUT, SCRATCH, CODE, CORES };
struct Sizes {
	explicit Sizes(const npu_chip &chip);
	uint64_t spad, acc_rows, acc, input, constants, output, scratch;
	uint64_t of(uint64_t region) const; // of the first four
};

struct Destroy {
	void operator()(npu_program *p) const
	{
		npu_program_destroy(p);
	}
};
using ProgramPointer = std::unique_ptr<npu_program, Destroy>;

// Instruction `to` waits for the token `counter` that `from` gives by `port`.
// Each is needed: without it, two of their accesses are not ordered.
struct Edge {
	size_t from, to;
	unsigned port, counter;
};

struct Program {
	ProgramPointer program;
	std::vector<Edge> edges;
};

// Where tokens are: only where two accesses conflict, or more of them.
enum class Tokens { NEEDED, PLENTY };

// `count` random instructions without tokens, for a chip whose array has a
// multiple of 4 columns: what assemble() takes, all of it
// or any part in the same order.
std::vector<npu_insn> draw(const npu_chip &chip, uint64_t seed, size_t count);

// A program: a prologue that writes every memory, `body`, an epilogue that
// stores every memory. Tensors: "in", "out" and "scratch", u8.
Program assemble(const npu_chip &chip, uint64_t seed,
		 const std::vector<npu_insn> &body, Tokens tokens);

// Both in one.
Program make(const npu_chip &chip, uint64_t seed, size_t count,
	     Tokens tokens = Tokens::NEEDED);

// The same instructions one at a time: BAR after each, no tokens.
ProgramPointer in_order(const Program &from);

// The same without one edge.
ProgramPointer without(const Program &from, const Edge &edge);

// Content of the region `input` for a seed.
std::vector<uint8_t> input(const npu_chip &chip, uint64_t seed);
} // namespace random_program
#endif
