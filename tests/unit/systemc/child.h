// tests/unit/systemc/child.h - a simulation in a process of its own: SystemC
// has one a process, and a test compares several.
#ifndef NPU_TESTS_CHILD_H
#define NPU_TESTS_CHILD_H
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

// What a simulation leaves behind.
struct Outcome {
	std::vector<uint64_t> numbers;
	std::vector<uint8_t> bytes;
	std::vector<std::string> problems;
	int exit_code = 0;

	bool operator==(const Outcome &other) const
	{
		return numbers == other.numbers && bytes == other.bytes;
	}
};

// Runs `simulate` in a child; it fills the outcome.
Outcome in_child(const std::function<void(Outcome &)> &simulate);
#endif
