// tests/rtl/planted_test.cc - negative controls: faults planted in the C model
// and in the RTL (base/npu_plant.def), each found by lockstep, and the first
// difference at the instruction that is the first to suffer.
#include "base/npu_plant.h"
#include "tests/support/random_lockstep.h"
#include <algorithm>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <set>

using namespace random_program;

namespace
{
// The fault that is at work, and how often it still will be.
std::string planted;
unsigned left;

struct Planted {
	explicit Planted(const char *name, unsigned times = UINT_MAX)
	{
		planted = name;
		left = times;
	}
	~Planted()
	{
		planted.clear();
	}
};
} // namespace

int npu_planted(const char *name)
{
	if (planted != name || !left)
		return 0;
	left--;
	return 1;
}

namespace
{
enum { FIRST_OF_BODY = 7 }; // after what random_program writes first

// A program of given instructions on the 4 x 4 shape; memory is ideal.
Case by_hand(const std::vector<const char *> &lines)
{
	Case c(1);
	c.chip = Case::shape(4);
	c.chip.dram.model = NPU_dram_model_command;
	c.memory = Memory::FIXED;
	c.memory_argument = 20;
	c.tokens = Tokens::NEEDED;
	c.body.clear();
	for (const char *line : lines) {
		npu_insn insn = {};
		npu_error err = {};
		npu_loc at = {};
		EXPECT_EQ(npu_insn_parse(line, at, &insn, &err), NPU_OK)
			<< line << ": " << err.message;
		c.body.push_back(insn);
	}
	const Program made = c.program();
	EXPECT_EQ(made.program->core[0].code[FIRST_OF_BODY].op,
		  c.body.empty() ? uint64_t(NPU_OP_st) : c.body[0].op);
	return c;
}

// An EW that rounds nothing, and one that does.
Case rounded()
{
	return by_hand({
		"ew n2=1 n1=1 n0=8 dt_dst=fp32 dt_a=fp32 dst_addr=128 a_addr=8",
		"ew n2=1 n1=1 n0=8 dt_dst=bf16 dt_a=fp32 dst_addr=144 a_addr=8",
	});
}

// A padding of four equal bytes, and one of four different ones.
Case padded()
{
	return by_hand({
		"ld n3=1 n2=1 n1=2 n0=16 s1=16 d1=16 u_lo=4",
		"ld n3=1 n2=1 n1=2 n0=16 s1=16 d1=16 u_lo=4 fill=0x04030201 "
		"spad=256",
	});
}

// One model for all faults of the RTL, and of the C model.
const Lockstep &lockstep()
{
	static const int defined =
		setenv("SYSTOLE_RTL_FLAGS", "-DNPU_PLANT", 1);
	static const Lockstep one(Case::shape(4));
	EXPECT_EQ(defined, 0);
	return one;
}

enum Kind { BITS, CYCLES };

// Equal without the fault; with it, different first at `insn`.
void expect_found(const char *name, const Case &c, int64_t insn, Kind kind,
		  unsigned times = UINT_MAX)
{
	const Verdict sane = lockstep().run(c);
	ASSERT_TRUE(sane.is_equal) << c.describe() << "\n" << sane.text;
	const Planted fault(name, times);
	const Verdict v = lockstep().run(c);
	ASSERT_FALSE(v.is_equal) << name << " was not found";
	EXPECT_EQ(v.bits_equal, kind == CYCLES) << v.text;
	EXPECT_EQ(v.insn, insn) << v.text;
}

// ---- the C model's time: what it says itself of the same program ----

// Retirements in order: cycle, engine, instruction.
using Retired = std::vector<std::array<uint64_t, 3>>;
Retired retired(const Case &c)
{
	std::string why;
	const Program made = c.program();
	const ResultPointer r = run_model(c, made.program.get(), &why);
	Retired all;
	EXPECT_TRUE(r) << why;
	for (size_t i = 0; r && i < r->event_count; i++)
		all.push_back({ r->events[i].end_cycle, r->events[i].engine,
				r->events[i].insn });
	std::sort(all.begin(), all.end());
	return all;
}

// The instruction that retires first where one run differs from the other; -1
// where none does.
int64_t first_to_suffer(const char *name, const Case &c, unsigned times)
{
	const Retired sane = retired(c);
	const Planted fault(name, times);
	const Retired sick = retired(c);
	for (size_t i = 0; i < std::min(sane.size(), sick.size()); i++)
		if (sane[i] != sick[i])
			return int64_t(std::min(sane[i], sick[i])[2]);
	return -1;
}

// Random programs until the fault tells, three times; the first difference is
// that of the C model with itself.
void expect_late(const char *name, unsigned times = UINT_MAX)
{
	unsigned found = 0;
	for (uint64_t seed = 1; seed < 4000 && found < 3; seed++) {
		if (Case::columns(seed) != 4)
			continue;
		const Case c(seed);
		const int64_t insn = first_to_suffer(name, c, times);
		if (insn < 0)
			continue;
		SCOPED_TRACE(c.describe());
		expect_found(name, c, insn, CYCLES, times);
		found++;
	}
	EXPECT_EQ(found, 3u) << name << " tells too seldom";
}
} // namespace

// ---- in the C model ----

TEST(PlantedInC, VectorLatencyOneTooLong)
{
	// the prologue's own EW
	expect_found("vx_latency", by_hand({}), 2, CYCLES);
}

TEST(PlantedInC, TokenCounterTakesOneTooMany)
{
	expect_late("capacity");
}

TEST(PlantedInC, WrongRounding)
{
	expect_found("rounding", rounded(), FIRST_OF_BODY + 1, BITS);
}

TEST(PlantedInC, WrongStride)
{
	expect_found("stride",
		     by_hand({
			     "ld n3=1 n2=1 n1=2 n0=16 s1=64 d1=16 region=0",
			     "ld n3=2 n2=1 n1=2 n0=16 s1=64 s3=256 d1=16 d3=32 "
			     "spad=256 region=0",
		     }),
		     FIRST_OF_BODY + 1, BITS);
}

TEST(PlantedInC, WrongFill)
{
	expect_found("fill", padded(), FIRST_OF_BODY + 1, BITS);
}

TEST(PlantedInC, MissedRefresh)
{
	expect_late("refresh", 1); // of the side that is made first
}

TEST(PlantedInC, BankPrioritySwapped)
{
	expect_late("priority");
}

TEST(PlantedInC, HazardOneCycleShort)
{
	expect_late("hazard");
}

// ---- in the RTL ----

TEST(PlantedInRtl, TokensAreLost)
{
	// the first that waits: the prologue's EW, for both LDs
	expect_found("rtl_token", by_hand({}), 2, BITS);
}

TEST(PlantedInRtl, SetUpTakesOneCycleMore)
{
	expect_found("rtl_startup", by_hand({}), 0, CYCLES);
}

TEST(PlantedInRtl, WrongFill)
{
	expect_found("rtl_fill", padded(), FIRST_OF_BODY + 1, BITS);
}

TEST(PlantedInRtl, WrongRounding)
{
	expect_found("rtl_rounding", rounded(), FIRST_OF_BODY + 1, BITS);
}

TEST(PlantedInRtl, WrongStride)
{
	expect_found("rtl_stride",
		     by_hand({
			     "ew n2=1 n1=2 n0=4 dt_dst=u8 dt_a=u8 dst_addr=128 "
			     "dst_s1=1 a_s1=1",
			     "ew n2=2 n1=1 n0=4 dt_dst=u8 dt_a=u8 dst_addr=144 "
			     "dst_s2=2 a_s2=1",
		     }),
		     FIRST_OF_BODY + 1, BITS);
}

TEST(PlantedInRtl, TooManyBanksClaimed)
{
	// in another bank than the GEMM's: nothing holds the EW back
	expect_found("rtl_claim",
		     by_hand({
			     "gemm dt_a=u8 dt_w=u8 n=4 nc=8 my=1 mx=4 ky=3 "
			     "kx=3 c_x=1 c_y=4 c_n=4 w_addr=16 w_pitch=1",
			     "ew n2=1 n1=2 n0=4 ints=2 dt_dst=s32 dt_a=s32 "
			     "dst_kind=acc dst_row=20 dst_s1=1 a_kind=acc "
			     "a_row=24 a_s1=1",
		     }),
		     FIRST_OF_BODY + 1, CYCLES);
}

TEST(PlantedInRtl, ZeroPointForgotten)
{
	expect_found("rtl_zero",
		     by_hand({
			     "gemm dt_a=u8 dt_w=u8 n=4 nc=8 my=1 mx=4 ky=1 "
			     "kx=1 c_x=1 c_y=4 c_n=4 w_addr=16 w_pitch=1",
			     "gemm dt_a=u8 dt_w=u8 n=4 nc=8 my=1 mx=4 ky=1 "
			     "kx=1 c_x=1 c_y=4 c_n=4 w_addr=16 w_pitch=1 "
			     "a_zero=3",
		     }),
		     FIRST_OF_BODY + 1, BITS);
}
