// tests/unit/systemc/scenario.h - programs on the virtual platform, and on the
// plain simulator.
#ifndef NPU_TESTS_SCENARIO_H
#define NPU_TESTS_SCENARIO_H
#include "child.h"
#include "isa/npu_program.h"
#include "sim/systemc/platform/npu_platform.hpp"

// A way to simulate that must not change the times.
struct Way {
	const char *name;
	npu_style style;
	bool use_dmi;
	double quantum_us;
};
inline constexpr Way ways[] = {
	{ "lt", npu_style::lt, false, 0 },
	{ "lt, 100 us", npu_style::lt, false, 100 },
	{ "lt+dmi", npu_style::lt, true, 0 },
	{ "lt+dmi, 100 us", npu_style::lt, true, 100 },
	{ "at", npu_style::at, false, 0 },
	{ "at, 100 us", npu_style::at, false, 100 },
	{ "at+dmi, 100 us", npu_style::at, true, 100 },
};

struct Job {
	const npu_program *program;
	std::vector<uint8_t> input; // of the region of kind `input`
};

// The chip with the settings that a platform forces.
npu_chip with_bursts(npu_chip chip);

// Bytes of the regions that the program may write: output, then scratch.
std::vector<uint8_t>
written(const npu_program &program,
	const std::function<void(unsigned, uint8_t *, uint64_t)> &read);

// Each job on an NPU of its own, started at the same time. Numbers: of each
// job its cycles and status, then the time of its interrupt in ps. Bytes: what
// they have written. Problems: the protocol's.
Outcome on_platform(const npu_chip &chip, const npu_platform_options &options,
		    const Way &way, const std::vector<Job> &jobs);

// One job on the plain simulator: numbers holds its cycles.
Outcome on_simulator(const npu_chip &chip, uint64_t fixed_latency,
		     const Job &job);
#endif
