// tests/support/random_case.cc - a random program and what it runs on.
#include "random_case.h"
#include "sim/npu_burst_port.h"

namespace random_program
{
namespace
{
enum { STALL_MOST = 60, STALL_PERCENT = 30 };

npu_status make_port(void *user, npu_memory_port *out, npu_error *err)
{
	const Case &c = *static_cast<const Case *>(user);
	switch (c.memory) {
	case Memory::FIXED:
		return npu_burst_port_fixed(c.memory_argument, out, err);
	case Memory::STALL:
		return npu_burst_port_random(c.memory_argument, STALL_MOST,
					     STALL_PERCENT, out, err);
	default:
		return npu_burst_port_dram(&c.chip, out, err);
	}
}
} // namespace

npu_chip Case::shape(uint64_t columns)
{
	return random_program::chip(columns, 8);
}

uint64_t Case::columns(uint64_t seed)
{
	return seed % 4 ? 4 : 8;
}

Case::Case(uint64_t from) : Case(from, shape(columns(from)))
{
}

Case::Case(uint64_t from, const npu_chip &of)
    : seed(from), chip(of), tokens(Tokens::NEEDED), memory(Memory::DRAM),
      memory_argument(0)
{
	npu_random mix = { from * 3 + 1 };
	npu_random random = { npu_random_u64(&mix) };

	draw_limits(&random, &chip);
	draw_dram(&random, &chip);
	const uint64_t dice = npu_random_below(&random, 4);
	if (dice == 2) {
		memory = Memory::FIXED;
		memory_argument = 1 + npu_random_below(&random, 150);
	} else if (dice == 3) {
		memory = Memory::STALL;
		memory_argument = npu_random_u64(&random) >> 1;
	}
	tokens = npu_random_below(&random, 3) ? Tokens::PLENTY : Tokens::NEEDED;
	body = draw(chip, from, 12 + npu_random_below(&random, 40));
}

Program Case::program() const
{
	return assemble(chip, seed, body, tokens);
}

void Case::write_inputs(npu_sim *sim, const npu_program *program) const
{
	npu_sim_write(sim, npu_program_find_tensor(program, "in"),
		      input(chip, seed).data());
}

std::string Case::describe() const
{
	const std::string size = std::to_string(chip.array.rows);
	std::string text = "seed " + std::to_string(seed) + ": " + size +
			   " x " + size + ", " + std::to_string(body.size()) +
			   " instructions, ";
	switch (memory) {
	case Memory::FIXED:
		text += "memory of " + std::to_string(memory_argument) +
			" cycles";
		break;
	case Memory::STALL:
		text += "memory that stalls, seed " +
			std::to_string(memory_argument);
		break;
	default:
		text += std::string("DRAM ") + chip.dram.preset;
	}
	return text + ", depth " + std::to_string(chip.queues.depth) +
	       ", prefetch " + std::to_string(chip.queues.prefetch) +
	       ", outstanding " + std::to_string(chip.dma.outstanding) +
	       ", startup " + std::to_string(chip.dma.startup);
}

ResultPointer run_model(const Case &c, const npu_program *program,
			std::string *why)
{
	npu_sim_options options = {};
	npu_sim *sim = nullptr;
	npu_result *result = nullptr;
	npu_error err = {};

	options.functional = options.trace = 1;
	options.max_cycles = 100000000;
	options.make_port = make_port;
	options.port_user = const_cast<Case *>(&c);
	if (npu_sim_create(&c.chip, program, &options, &sim, &err) != NPU_OK) {
		*why = err.message;
		return nullptr;
	}
	c.write_inputs(sim, program);
	if (npu_sim_run(sim, nullptr, nullptr, &result, &err) != NPU_OK)
		*why = err.message;
	npu_sim_destroy(sim);
	return ResultPointer(result);
}
} // namespace random_program
