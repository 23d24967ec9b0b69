// tests/support/random_unreachable.cc - cells of the coverage that no legal
// program reaches, and why.
#include "isa/npu_isa.h"
#include "random_coverage.h"
#include <set>

namespace random_program
{
namespace
{
using Names = std::set<std::string>;

bool is_float(const std::string &type)
{
	return Names{ "fp32", "bf16", "fp16" }.count(type) != 0;
}
bool is_byte(const std::string &type)
{
	return type == "u8" || type == "s8";
}

const char *no_such_gemm(const Row &row)
{
	const size_t x = row.type.find(" x ");
	const std::string a = row.type.substr(0, x), w = row.type.substr(x + 3);

	if (a == "s32" || w == "s32" || is_float(a) != is_float(w))
		return "operands are both 8-bit integers or both floats";
	return nullptr;
}

const char *no_such_copy(const Row &row)
{
	if (row.flag == "scratchpad negative")
		return "steps in the scratchpad are unsigned";
	if (row.op == "st" &&
	    (row.flag == "region input" || row.flag == "region constants"))
		return "inputs and constants are read-only";
	return nullptr;
}

const char *no_such_vector(const Row &row)
{
	const std::string &flag = row.flag, &type = row.type;
	const Names bitwise = { "band", "bor", "bxor", "shl", "shr" };
	const bool op = flag.rfind("op", 0) == 0;

	if (flag == "op1 sel")
		return "sel is op0 alone";
	if (is_float(type) && (flag == "ints 1" || flag == "ints 2"))
		return "an int32 operation on a float";
	if (is_float(type) && op && bitwise.count(flag.substr(4)))
		return "a bitwise operation in fp32";
	if (flag == "f lut" && (row.op == "red" || !is_byte(type)))
		return "lut maps bytes, in EW";
	if ((flag == "a acc" || flag == "a imm") && type != "s32" &&
	    type != "fp32")
		return "accumulators and immediates are s32 or fp32";
	if (flag == "dst imm")
		return "dst is a place";
	return nullptr;
}

// An engine does not wait for what another one has.
const char *no_such_wait(const std::string &op, unsigned wait)
{
	const std::string name = wait_name(wait);

	if (op != "gemm" &&
	    Names{ "weights", "hazard", "same bank" }.count(name))
		return "the array alone";
	if (name == "dram" && op != "ld" && op != "st")
		return "LD and ST alone";
	return nullptr;
}
} // namespace

const char *unreachable(const Row &row, unsigned wait)
{
	const char *why = no_such_wait(row.op, wait);
	if (why)
		return why;
	if (row.op == "gemm")
		return no_such_gemm(row);
	if (row.op == "ew" || row.op == "red")
		return no_such_vector(row);
	return no_such_copy(row);
}

bool is_required(const Row &row, unsigned wait)
{
	return !unreachable(row, wait) &&
	       (row.flag == "all" || wait != NPU_WAIT_room + 1);
}
} // namespace random_program
