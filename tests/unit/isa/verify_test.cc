// tests/unit/isa/verify_test.cc - the verifier: a clean program passes, and
// each planted fault is refused with its instructions and address.
#include "verify_support.h"

using namespace verify_support;

TEST(Verify, CleanProgramPasses)
{
	Result r = verify(clean());
	EXPECT_EQ(r.status, NPU_OK) << r.message;
}

// ---- order ----

TEST(Verify, ReadBeforeTheLoadIsDoneIsARaceByBothInstructions)
{
	// without its wait, the GEMM is not ordered after the loads
	std::string s = replace(clean(), "gemm wait=0x1", "gemm");
	s = replace(s, "offset=64 signal=0x1", "offset=64");
	expect_race(s, NPU_VIOLATION_raw, 3, 0, NPU_SPACE_spad, 0,
		    "scratchpad byte 0x0");
}

TEST(Verify, ReadOfAnAccumulatorBeforeTheGemmIsDoneIsARace)
{
	std::string s = replace(clean(), "ew wait=0x2", "ew");
	s = replace(s, "gemm wait=0x1 signal=0x2", "gemm wait=0x1");
	expect_race(s, NPU_VIOLATION_raw, 4, 3, NPU_SPACE_acc, 0,
		    "accumulator row 0");
}

TEST(Verify, LoadOverWhatTheArrayStillReadsIsARace)
{
	std::string s = replace(clean(), "end\n",
				"ld spad=16 n0=4 n1=1 n2=1 n3=1\nend\n");
	expect_race(s, NPU_VIOLATION_war, 6, 3, NPU_SPACE_spad, 16,
		    "scratchpad byte 0x10");
}

TEST(Verify, TwoUnorderedWritesAreARace)
{
	std::string s = replace(clean(), "end\n",
				"ld spad=527 n0=2 n1=1 n2=1 n3=1\nend\n");
	// bytes 527 and 528: EW has written 528..531
	expect_race(s, NPU_VIOLATION_waw, 6, 4, NPU_SPACE_spad, 528,
		    "scratchpad byte 0x210");
}

TEST(Verify, UnorderedAccessesToARegionAreARace)
{
	std::string s = replace(
		clean(), "end\n",
		"ld spad=768 n0=4 n1=1 n2=1 n3=1 region=2 offset=12\nend\n");
	expect_race(s, NPU_VIOLATION_raw, 6, 5, NPU_SPACE_mem, 12,
		    "region 2 byte 0xc");
}

TEST(Verify, OrderThroughAThirdEngineIsSeen)
{
	// the store waits for vx, which waited for mx, which waited for ld:
	// an LD that waits for the store may overwrite A
	std::string s =
		replace(clean(), "st wait=0x4", "st wait=0x4 signal=0x8");
	s = replace(s, "end\n",
		    "ld wait=0x8 spad=16 n0=4 n1=1 n2=1 n3=1\nend\n");
	Result r = verify(s);
	EXPECT_EQ(r.status, NPU_OK) << r.message;
}

TEST(Verify, BarrierOrdersWhatFollows)
{
	std::string tail = "ld spad=16 n0=4 n1=1 n2=1 n3=1\nend\n";
	std::string s = clean();
	EXPECT_EQ(
		verify(replace(s, "end\n", "bar engines=0x8\n" + tail)).status,
		NPU_OK); // mx is idle
	EXPECT_EQ(
		verify(replace(s, "end\n", "bar engines=0x2\n" + tail)).status,
		NPU_E_FAULT); // ld is
}

TEST(Verify, AccessesBesideEachOtherAreNoRace)
{
	std::string s = replace(clean(), "end\n",
				"ld spad=516 n0=12 n1=1 n2=1 n3=1\nend\n");
	EXPECT_EQ(verify(s).status, NPU_OK);
}

// ---- tokens ----

TEST(Verify, WaitForATokenThatNeverComesIsADeadlock)
{
	std::string s = replace(clean(), "offset=64 signal=0x1", "offset=64");
	expect_fault(s, NPU_VIOLATION_deadlock, 3, "waits for token 0");
}

TEST(Verify, SignalIntoAFullTokenIsRefused)
{
	std::string s = replace(clean(), "d1=16 region=0\n",
				"d1=16 region=0 signal=0x1\n");
	s = replace(s, "d1=16 region=1\n", "d1=16 region=1 signal=0x1\n");
	expect_fault(s, NPU_VIOLATION_capacity, 2, "capacity of 2");
}

TEST(Verify, TokenLeftOverIsRefusedByItsLastGiver)
{
	std::string s = replace(clean(), "end\n",
				"ld spad=768 n0=4 n1=1 n2=1 n3=1 signal=0x1\n"
				"end\n");
	expect_fault(s, NPU_VIOLATION_leftover, 6, "ends with 1");
}

TEST(Verify, CreditsThatComeBackAreNotLeftOver)
{
	std::string s = replace(clean(), token(3, "st", "ld"),
				token(3, "st", "ld", 2, 2));
	s = replace(s, "st wait=0x4", "st wait=0x4 signal=0x8");
	s = replace(s, "ld n0=4", "ld wait=0x8 n0=4");
	EXPECT_EQ(verify(s).status, NPU_OK) << verify(s).message;
}

TEST(Verify, UndeclaredAndForeignTokensAreRefused)
{
	struct {
		const char *what, *with;
		uint64_t insn;
		const char *part;
	} cases[] = {
		{ "ld n0=4", "ld wait=0x10 n0=4", 0, "not declared (bit 4)" },
		{ "ld n0=4", "ld signal=0x10 n0=4", 0, "not declared (bit 4)" },
		{ "ld n0=4", "ld wait=0x1 n0=4", 0, "another consumer" },
		{ "ld n0=4", "ld signal=0x2 n0=4", 0, "another producer" },
	};
	for (auto &c : cases)
		expect_fault(replace(clean(), c.what, c.with),
			     NPU_VIOLATION_wrong_engine, c.insn, c.part);
}

TEST(Verify, TokensOnTheSequencersInstructionsAreRefused)
{
	expect_fault(replace(clean(), "end\n", "mark wait=0x1\nend\n"),
		     NPU_VIOLATION_encoding, 6, "tokens on");
}

// ---- memories ----

TEST(Verify, AccessOutsideAMemoryIsRefused)
{
	struct {
		const char *what, *with;
		uint64_t insn;
		npu_space space;
		const char *part;
	} cases[] = {
		// scratchpad of 1024 bytes
		{ "ld n0=4", "ld spad=909 n0=4", 0, NPU_SPACE_spad,
		  "scratchpad byte 0x38d" },
		{ "a_mx=1", "a_mx=10", 3, NPU_SPACE_spad, "outside" },
		{ "w_pitch=1", "w_pitch=64", 3, NPU_SPACE_spad, "outside" },
		{ "bias=20", "bias=64", 3, NPU_SPACE_spad, "outside" },
		{ "dst_addr=32", "dst_addr=57", 4, NPU_SPACE_spad, "outside" },
		// 64 rows
		{ "c_x=1", "c_x=10", 3, NPU_SPACE_acc, "accumulator row 0" },
		{ "a_s1=1\n", "a_s1=1 a_row=57\n", 4, NPU_SPACE_acc,
		  "accumulator row 57" },
		// regions of 256 bytes
		{ "ld n0=4", "ld offset=225 n0=4", 0, NPU_SPACE_mem,
		  "region 0 byte 0xe1" },
		{ "s1=4 d1=16 region=0", "s1=-4 d1=16 region=0", 0,
		  NPU_SPACE_mem, "region 0 byte -0x1c" },
		{ "region=2\n", "region=2 offset=1099511627775\n", 5,
		  NPU_SPACE_mem, "region 2 byte -0x1" },
		{ "region=2\n", "region=6\n", 5, NPU_SPACE_mem, "not used" },
	};
	for (auto &c : cases) {
		std::string s = replace(clean(), c.what, c.with);
		expect_fault(s, NPU_VIOLATION_bounds, c.insn, c.part);
		EXPECT_EQ(verify(s).found.space, c.space);
	}
}

TEST(Verify, LastByteOfEachMemoryMayBeUsed)
{
	std::string s = replace(clean(), "ld n0=4", "ld offset=224 n0=4");
	s = replace(s, "region=2\n", "region=2 offset=224\n");
	s = replace(s, "dst_addr=32", "dst_addr=56");
	s = replace(s, "st wait=0x4 spad=512", "st wait=0x4 spad=896");
	s = replace(s, "c_x=1", "c_x=1 c_row=56");
	s = replace(s, "a_s1=1\n", "a_s1=1 a_row=56\n");
	EXPECT_EQ(verify(s).status, NPU_OK) << verify(s).message;
}

TEST(Verify, PaddingBeforeTheRegionIsNotRead)
{
	std::string s = replace(clean(), "s1=4 d1=16 region=0",
				"s1=4 d1=16 region=0 u_lo=4 "
				"offset=1099511627772");
	EXPECT_EQ(verify(s).status, NPU_OK) << verify(s).message;
	expect_fault(replace(s, "u_lo=4", "u_lo=3"), NPU_VIOLATION_bounds, 0,
		     "region 0 byte -0x1");
}

TEST(Verify, ReadOfWhatWasNeverWrittenIsRefused)
{
	// one element more of A, W, C than was loaded or computed
	struct {
		const char *what, *with;
		uint64_t insn;
		const char *part;
	} cases[] = {
		{ "n=4 nc=4 my=1 mx=8", "n=4 nc=5 my=1 mx=8", 3,
		  "scratchpad byte 0x4" },
		{ "nc=4 my=1 mx=8", "nc=4 my=1 mx=9", 3,
		  "scratchpad byte 0x80" },
		{ "init=2", "init=1", 3, "accumulator row 0" },
		{ "n0=4 n1=8 scaled", "n0=4 n1=9 scaled", 4,
		  "accumulator row 8" },
		{ "st wait=0x4 spad=512 n0=4", "st wait=0x4 spad=512 n0=5", 5,
		  "scratchpad byte 0x204" },
		{ "region=0\n", "region=3\n", 0, "region 3 byte 0x0" },
	};
	for (auto &c : cases)
		expect_fault(replace(clean(), c.what, c.with),
			     NPU_VIOLATION_never_written, c.insn, c.part);
}

TEST(Verify, ColumnsOfAnAccumulatorRowAreKeptApart)
{
	// n = 3 leaves column 3 of each row unwritten
	expect_fault(replace(clean(), "dt_w=s8 n=4", "dt_w=s8 n=3"),
		     NPU_VIOLATION_never_written, 4, "accumulator row 0");
}

TEST(Verify, WriteToConstantsOrCodeIsRefused)
{
	for (const char *r : { "region=1\n", "region=4\n" })
		expect_fault(replace(clean(), "region=2\n", r),
			     NPU_VIOLATION_read_only, 5, "read-only");
}

TEST(Verify, LutRamIsWrittenThroughTheWindowAndReadByEw)
{
	// 2^39 is the region's own base; 2^27 is LUT RAM of core 0
	std::string table =
		"ld spad=0 n0=256 n1=1 n2=1 n3=1 region=1 signal=0x1\n"
		"st wait=0x1 n0=256 n1=1 n2=1 n3=1 region=5 "
		"offset=134218112 signal=0x2\n" // byte 384
		"ew wait=0x2 dt_a=u8 dt_dst=u8 f=lut p0=384 n0=16 n1=1 n2=1 "
		"dst_addr=32\nend\n";
	std::string s = std::string(regions) + token(0, "ld", "st") +
			token(1, "st", "vx") + table;
	EXPECT_EQ(verify(s).status, NPU_OK) << verify(s).message;
	expect_fault(replace(s, "p0=384", "p0=383"),
		     NPU_VIOLATION_never_written, 2, "LUT RAM byte 0x17f");
	expect_fault(replace(s, "p0=384", "p0=3841"), NPU_VIOLATION_bounds, 2,
		     "LUT RAM byte 0xf01");
	expect_fault(replace(s, "134218112", "134221569"), NPU_VIOLATION_bounds,
		     1, "LUT RAM byte 0xf01");
	expect_fault(replace(s, "134218112", "201326592"), NPU_VIOLATION_bounds,
		     1, "CSR");
	expect_fault(replace(s, "134218112", "268435456"), NPU_VIOLATION_bounds,
		     1, "no such core");
	std::string unordered =
		replace(replace(s, "ew wait=0x2", "ew"),
			"offset=134218112 signal=0x2", "offset=134218112");
	expect_race(unordered, NPU_VIOLATION_raw, 2, 0, NPU_SPACE_spad, 0,
		    "scratchpad byte 0x0");
}

TEST(Verify, GatherReadsItsWholeRange)
{
	std::string s =
		std::string(regions) + token(0, "ld", "vx") +
		"ld spad=512 n0=32 n1=1 n2=1 n3=1 region=1 signal=0x1\n"
		"ld spad=0 n0=8 n1=8 n2=1 n3=1 s1=8 d1=16 region=0 gather=1 "
		"limit=32 index=512 signal=0x1\n"
		"ew wait=0x1 dt_a=s8 dt_dst=s8 n0=8 n1=1 n2=1 a_addr=32 "
		"dst_addr=62\n"
		"ew wait=0x1 dt_a=s8 dt_dst=s8 n0=8 n1=8 n2=1 a_s1=1 "
		"dst_addr=40 dst_s1=1\nend\n";
	EXPECT_EQ(verify(s).status, NPU_OK) << verify(s).message;
	expect_fault(replace(s, "limit=32", "limit=33"), NPU_VIOLATION_bounds,
		     1, "region 0");
	expect_fault(replace(s, "n0=8 n1=8 n2=1 n3=1", "n0=8 n1=9 n2=1 n3=1"),
		     NPU_VIOLATION_never_written, 1, "scratchpad byte 0x220");
}

// ---- several cores ----

namespace
{
// Core 0 stores into core 1's scratchpad (window 2^28) and tells its EW.
const char two_cores[] =
	".program 1\n.cores 2\n"
	".region 0 input bytes=256\n.region 5 cores bytes=0\n"
	".core 0\n"
	".token 0 producer=ld producer_core=0 consumer=st consumer_core=0 "
	"initial=0 capacity=1\n"
	".port 0 core=0 counter=0\n"
	".port 1 core=1 counter=7\n"
	"ld n0=64 n1=1 n2=1 n3=1 signal=0x1\n"
	"st wait=0x1 n0=64 n1=1 n2=1 n3=1 region=5 offset=268435712 "
	"signal=0x2\n"
	"end\n"
	".core 1\n"
	".token 7 producer=st producer_core=0 consumer=vx consumer_core=1 "
	"initial=0 capacity=1\n"
	"ew wait=0x80 dt_a=s8 dt_dst=s8 n0=64 n1=1 n2=1 a_addr=16\n"
	"end\n";
} // namespace

TEST(VerifyCores, TokenOrdersARemoteStore)
{
	EXPECT_EQ(verify(two_cores).status, NPU_OK)
		<< verify(two_cores).message;
	std::string s = replace(replace(two_cores, "signal=0x2\n", "\n"),
				"ew wait=0x80", "ew");
	Result r = verify(s);
	EXPECT_EQ(r.found.kind, NPU_VIOLATION_raw) << r.message;
	EXPECT_EQ(r.found.core, 1u);
	EXPECT_EQ(r.found.other_core, 0u);
	EXPECT_EQ(r.found.other_insn, 1u);
	EXPECT_EQ(r.found.address, 256u);
}

TEST(VerifyCores, MulticastWritesEachCoreNamed)
{
	std::string s = replace(two_cores, "ld n0=64",
				"ld cast=1 cores=0x2 spad=256 n0=64");
	s = replace(s, "st wait=0x1 n0=64", "st wait=0x1 n0=64 spad=256");
	// LD and ST of core 0 both write core 1's bytes, in order
	EXPECT_EQ(verify(s).status, NPU_OK) << verify(s).message;
	s = replace(s, "cores=0x2", "cores=0x4");
	EXPECT_EQ(verify(s).found.kind, NPU_VIOLATION_bounds);
}

TEST(VerifyCores, CoresThatWaitForEachOtherAreADeadlock)
{
	std::string s = replace(two_cores, "signal=0x2\n", "\n");
	Result r = verify(s);
	EXPECT_EQ(r.found.kind, NPU_VIOLATION_deadlock) << r.message;
	EXPECT_EQ(r.found.core, 1u);
}

TEST(VerifyCores, ProgramForMoreCoresThanTheChipHasIsRefused)
{
	npu_program *p = nullptr;
	npu_error err = {};
	npu_chip chip = small_chip();
	chip.chip.cores = 1;
	ASSERT_EQ(npu_program_parse(two_cores, "t.s", &p, &err), NPU_OK);
	EXPECT_EQ(npu_verify(p, &chip, nullptr, &err), NPU_E_RANGE);
	npu_program_destroy(p);
}
