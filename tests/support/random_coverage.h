// tests/support/random_coverage.h - which instructions ran with which types and
// flags, and what each waited for.
#ifndef NPU_TESTS_RANDOM_COVERAGE_H
#define NPU_TESTS_RANDOM_COVERAGE_H
#include "isa/npu_program.h"
#include "traces/npu_result.h"
#include <array>
#include <map>
#include <string>
#include <vector>

namespace random_program
{
// One row: opcode, element type (of a; of a GEMM both; "-" of copies) and one
// flag with its value, or "all" of them. Its cells: issued at once, then each
// npu_wait.
struct Row {
	std::string op, type, flag;
	bool operator<(const Row &o) const
	{
		return std::tie(op, type, flag) <
		       std::tie(o.op, o.type, o.flag);
	}
};
enum { WAITS = NPU_WAIT_COUNT + 1 };
using Cells = std::array<uint64_t, WAITS>;

class Coverage
{
      public:
	// Count what retired in a run.
	void add(const npu_program *program, const npu_result *result,
		 uint32_t columns);
	const std::map<Row, Cells> &rows() const
	{
		return rows_;
	}

      private:
	std::map<Row, Cells> rows_;
};

// Every row that the instruction set has, reachable or not.
std::vector<Row> all_rows();
// "-", "token", ...
const char *wait_name(unsigned wait);
// Why no legal program gets there, or NULL where one can.
const char *unreachable(const Row &row, unsigned wait);
// Whether the cell must be hit. Waits for room in a token, after the work is
// done and rare, are asked for of every opcode and type, not of every flag.
bool is_required(const Row &row, unsigned wait);
} // namespace random_program
#endif
