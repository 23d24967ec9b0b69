// tests/unit/isa/verify_support.h - a clean program in parts, a small chip, and
// expectations on what the verifier finds.
#ifndef NPU_TESTS_VERIFY_SUPPORT_H
#define NPU_TESTS_VERIFY_SUPPORT_H
#include "isa/npu_verify.h"
#include <cstring>
#include <gtest/gtest.h>

namespace verify_support
{
// T = 4: 64 accumulator rows, 1 KiB of scratchpad.
inline npu_chip small_chip()
{
	npu_chip chip = {};
	chip.chip.cores = 2;
	chip.array.rows = chip.array.cols = 4;
	chip.array.operands = NPU_operands_any;
	chip.scratchpad.bytes = 1024;
	chip.scratchpad.banks = 4;
	chip.accumulators.bytes = 64 * 4 * 4;
	chip.accumulators.banks = 2;
	chip.dram.capacity = 1 << 20;
	return chip;
}

const char regions[] = ".program 1\n"
		       ".cores 1\n"
		       ".region 0 input bytes=256\n"
		       ".region 1 constants bytes=256\n"
		       ".region 2 output bytes=256\n"
		       ".region 3 scratch bytes=256\n"
		       ".region 4 code bytes=4096\n"
		       ".region 5 cores bytes=0\n"
		       ".core 0\n";

// Token k is given through port k of the same core.
inline std::string token(int k, const char *producer, const char *consumer,
			 int initial = 0, int capacity = 2)
{
	std::string n = std::to_string(k);
	return ".token " + n + " producer=" + producer +
	       " producer_core=0 consumer=" + consumer +
	       " consumer_core=0 initial=" + std::to_string(initial) +
	       " capacity=" + std::to_string(capacity) + "\n.port " + n +
	       " core=0 counter=" + n + "\n";
}
const std::string tokens = token(0, "ld", "mx") + token(1, "mx", "vx") +
			   token(2, "vx", "st") + token(3, "st", "ld");

// 8 x 4 pixels of A at 0, W (4 x 4) at 256, bias at 320, result at 512.
const char load_a[] = "ld n0=4 n1=8 n2=1 n3=1 s1=4 d1=16 region=0\n";
const char load_w[] = "ld spad=256 n0=4 n1=4 n2=1 n3=1 s1=4 d1=16 region=1\n";
const char load_bias[] =
	"ld spad=320 n0=16 n1=1 n2=1 n3=1 region=1 offset=64 signal=0x1\n";
const char gemm[] = "gemm wait=0x1 signal=0x2 init=2 dt_a=s8 dt_w=s8 n=4 "
		    "nc=4 my=1 mx=8 ky=1 kx=1 a_mx=1 w_addr=16 w_pitch=1 "
		    "bias=20 c_x=1\n";
const char ew[] = "ew wait=0x2 signal=0x4 dt_dst=s8 dt_a=s32 n2=1 n0=4 n1=8 "
		  "scaled=1 scale=0x3c000000 dst_addr=32 dst_s1=1 a_kind=acc "
		  "a_s1=1\n";
const char store[] = "st wait=0x4 spad=512 n0=4 n1=8 n2=1 n3=1 s1=4 d1=16 "
		     "region=2\n";

inline std::string clean()
{
	return std::string(regions) + tokens + load_a + load_w + load_bias +
	       gemm + ew + store + "end\n";
}

struct Result {
	npu_status status;
	npu_violation found;
	std::string message;
};
inline Result verify(const std::string &text)
{
	npu_program *p = nullptr;
	npu_error err = {};
	Result r = {};
	npu_chip chip = small_chip();
	r.status = npu_program_parse(text.c_str(), "t.s", &p, &err);
	EXPECT_EQ(r.status, NPU_OK) << err.line << ": " << err.message;
	if (p)
		r.status = npu_verify(p, &chip, &r.found, &err);
	r.message = err.message;
	npu_program_destroy(p);
	return r;
}

inline std::string replace(std::string text, const std::string &what,
			   const std::string &with)
{
	size_t at = text.find(what);
	EXPECT_NE(at, std::string::npos) << what;
	return text.replace(at, what.size(), with);
}

inline void expect_fault(const std::string &text, npu_violation_kind kind,
			 uint64_t insn, const char *part)
{
	Result r = verify(text);
	EXPECT_EQ(r.status, NPU_E_FAULT) << r.message;
	EXPECT_EQ(r.found.kind, kind) << r.message;
	EXPECT_EQ(r.found.insn, insn) << r.message;
	std::string place = "instruction " + std::to_string(insn) + " (";
	EXPECT_NE(r.message.find(place), std::string::npos) << r.message;
	EXPECT_NE(r.message.find(part), std::string::npos) << r.message;
}
// A race with the earlier instruction `other` at `address`.
inline void expect_race(const std::string &text, npu_violation_kind kind,
			uint64_t insn, uint64_t other, npu_space space,
			uint64_t address, const char *part)
{
	expect_fault(text, kind, insn, part);
	Result r = verify(text);
	EXPECT_EQ(r.found.other_insn, other) << r.message;
	EXPECT_EQ(r.found.space, space) << r.message;
	EXPECT_EQ(r.found.address, address) << r.message;
	std::string place = "instruction " + std::to_string(other) + " (";
	EXPECT_NE(r.message.find(place), std::string::npos) << r.message;
}
} // namespace verify_support

#endif
