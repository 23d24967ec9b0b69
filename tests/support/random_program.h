// tests/support/random_program.h - random legal programs for one core, their
// tokens derived from conflicts, for the verifier, the simulator and the RTL.
#ifndef NPU_TESTS_RANDOM_PROGRAM_H
#define NPU_TESTS_RANDOM_PROGRAM_H
#include "base/npu_random.h"
#include "configs/npu_chip.h"
#include "isa/npu_program.h"
#include <memory>
#include <vector>

namespace random_program
{
// What the programs are made for: 8 x 8, 8 KiB of scratchpad, 64 rows.
npu_chip chip();

// Regions and their bytes. Everything in `input` and `constants` is random;
// the program ends by storing the scratchpad and the accumulators in `output`.
enum Region { INPUT, CONSTANTS, OUTPUT, SCRATCH, CODE, CORES };
constexpr uint64_t input_bytes = 8192, constants_bytes = 4096,
		   scratch_bytes = 8192,
		   output_bytes = 8192 /* scratchpad */ + 64 * 8 * 4;

struct Destroy {
	void operator()(npu_program *p) const
	{
		npu_program_destroy(p);
	}
};
using ProgramPointer = std::unique_ptr<npu_program, Destroy>;

// Instruction `to` waits for the token that `from` gives. Each is needed:
// without it, two of their accesses are not ordered.
struct Edge {
	size_t from, to;
	unsigned token;
};

struct Program {
	ProgramPointer program;
	std::vector<Edge> edges;
};

// `count` random instructions between a prologue that writes every memory and
// an epilogue that stores them. Tensors: "in" and "out", u8.
Program make(uint64_t seed, size_t count);

// The same instructions one at a time: BAR after each, no tokens.
ProgramPointer in_order(const Program &from);

// The same without one edge.
ProgramPointer without(const Program &from, const Edge &edge);

// Content of the region `input` for a seed.
std::vector<uint8_t> input(uint64_t seed);
} // namespace random_program
#endif
