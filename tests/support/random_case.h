// tests/support/random_case.h - a random program with the machine and the
// memory that it runs on, all of it drawn from one seed.
#ifndef NPU_TESTS_RANDOM_CASE_H
#define NPU_TESTS_RANDOM_CASE_H
#include "random_program.h"
#include "sim/npu_sim.h"
#include <string>

namespace random_program
{
// What is behind the memory port.
enum class Memory { DRAM, FIXED, STALL };

// The seeds that ./check runs: of the C model for coverage, of both in
// lockstep.
constexpr uint64_t first_seed = 2001, usual_programs = 2400;

struct Case {
	uint64_t seed;
	npu_chip chip; // one of two shapes, and the limits and DRAM of a seed
	Tokens tokens;
	Memory memory;
	uint64_t memory_argument; // FIXED: cycles; STALL: seed
	std::vector<npu_insn> body;

	explicit Case(uint64_t seed);
	// On another shape, one of random_program::chip().
	Case(uint64_t seed, const npu_chip &shape);
	// The two shapes, 4 x 4 and 8 x 8, and which a seed takes.
	static npu_chip shape(uint64_t columns);
	static uint64_t columns(uint64_t seed);
	// The program, or one of part of its body.
	Program program() const;
	// For the inputs of a simulator.
	void write_inputs(npu_sim *sim, const npu_program *program) const;
	// "seed 12: 4 x 4, 23 instructions, DDR4-3200 ..."
	std::string describe() const;
};

// The C model alone, with its events; reports why where it fails (NULL).
struct DestroyResult {
	void operator()(npu_result *r) const
	{
		npu_result_destroy(r);
	}
};
using ResultPointer = std::unique_ptr<npu_result, DestroyResult>;
ResultPointer run_model(const Case &c, const npu_program *program,
			std::string *why);
} // namespace random_program
#endif
