// tests/unit/isa/verify_insn_test.cc - field combinations, and destinations
// that overlap sources.
#include "verify_support.h"

using namespace verify_support;

// ---- field combinations ----

TEST(Verify, FieldCombinationsThatTheIsaRefuses)
{
	struct {
		const char *line, *part;
	} cases[] = {
		{ "ld n0=0 n1=1 n2=1 n3=1", "empty copy" },
		{ "ld n0=4 n1=2 n2=1 n3=1 s1=-4 u_lo=1", "s1 >= 0" },
		{ "ld n0=4 n1=1 n2=2 n3=1 gather=1 limit=2", "n2 = n3 = 1" },
		{ "ld n0=4 n1=1 n2=1 n3=1 gather=1", "limit is 0" },
		{ "ld n0=4 n1=1 n2=1 n3=1 gather=1 limit=1 y_lo=1",
		  "no fills" },
		{ "ld n0=4 n1=1 n2=1 n3=1 gather=1 limit=1 s3=-1", "26 bits" },
		{ "ld n0=4 n1=1 n2=1 n3=1 cores=2", "without `cast`" },
		{ "st n0=4 n1=1 n2=0 n3=1", "empty copy" },
		{ "bar engines=0x1", "four engines" },
		{ "gemm dt_a=s8 dt_w=s8 n=0 nc=1 my=1 mx=1 ky=1 kx=1",
		  "empty GEMM" },
		{ "gemm ta=1 tb=1 dt_a=s8 dt_w=s8 n=1 nc=1 my=1 mx=1 ky=1 kx=1",
		  "ta with tb" },
		{ "gemm sparse=1 tb=1 dt_a=s8 dt_w=s8 n=1 nc=1 my=1 mx=1 ky=1 "
		  "kx=1",
		  "sparse with tb" },
		{ "gemm sparse=2 ta=1 dt_a=s8 dt_w=s8 n=1 nc=4 my=1 mx=1 ky=1 "
		  "kx=4",
		  "sparse with ta" },
		{ "gemm sparse=1 dt_a=s8 dt_w=s8 n=1 nc=6 my=1 mx=1 ky=1 kx=2",
		  "multiple of 4" },
		{ "gemm sparse=3 dt_a=s8 dt_w=s8 n=1 nc=1 my=1 mx=1 ky=1 kx=1",
		  "sparse is" },
		{ "gemm init=3 dt_a=s8 dt_w=s8 n=1 nc=1 my=1 mx=1 ky=1 kx=1",
		  "init is" },
		{ "gemm dt_a=s8 dt_w=bf16 n=1 nc=1 my=1 mx=1 ky=1 kx=1",
		  "both" },
		{ "gemm dt_a=s32 dt_w=s32 n=1 nc=1 my=1 mx=1 ky=1 kx=1",
		  "both" },
		{ "gemm dt_a=bf16 dt_w=bf16 a_zero=3 n=1 nc=1 my=1 mx=1 ky=1 "
		  "kx=1",
		  "zero point on a float" },
		{ "gemm dt_a=s8 dt_w=s8 n=1 nc=1 my=1 mx=2 ky=1 kx=1",
		  "share an accumulator" },
		{ "gemm dt_a=s8 dt_w=s8 n=5 nc=1 my=1 mx=2 ky=1 kx=1 c_x=1 "
		  "c_n=1",
		  "share an accumulator" },
		{ "ew n0=0 n1=1 n2=1", "empty shape" },
		{ "ew n0=1 n1=1 n2=1 dt_a=s8", "no such element type" },
		{ "ew n0=1 n1=1 n2=1 dt_a=s8 dt_dst=s8 dst_kind=imm",
		  "dst is an immediate" },
		{ "ew n0=1 n1=1 n2=1 dt_a=s8 dt_dst=s8 a_kind=imm",
		  "immediate is s32" },
		{ "ew n0=1 n1=1 n2=1 dt_a=s8 dt_dst=s8 a_kind=acc",
		  "accumulator is s32" },
		{ "ew n0=1 n1=1 n2=1 dt_a=fp32 dt_dst=s8 a_zero=1",
		  "not 8-bit" },
		{ "ew n0=1 n1=1 n2=1 dt_a=s8 dt_dst=s8 f=14",
		  "no such function" },
		{ "ew n0=1 n1=1 n2=1 dt_a=s8 dt_dst=s8 op1=sel", "sel is" },
		{ "ew n0=1 n1=1 n2=1 dt_a=s8 dt_dst=s8 ints=3", "ints is" },
		{ "ew n0=1 n1=1 n2=1 dt_a=s8 dt_b=s8 dt_dst=s8 op0=band "
		  "a_addr=1 b_addr=1",
		  "bitwise" },
		{ "ew n0=1 n1=1 n2=1 dt_a=s8 dt_c=s8 dt_dst=s8 op1=shl ints=1",
		  "bitwise" },
		{ "ew n0=1 n1=1 n2=1 dt_a=fp32 dt_dst=s8 ints=1",
		  "int32 operation on a float" },
		{ "ew n0=1 n1=1 n2=1 dt_a=s8 dt_b=s8 dt_c=bf16 dt_dst=s8 "
		  "op0=sel ints=1",
		  "int32 operation on a float" },
		{ "ew n0=1 n1=1 n2=1 dt_a=s32 dt_dst=s8 f=lut", "lut maps" },
		{ "ew n0=1 n1=1 n2=1 dt_a=s8 dt_dst=s8 f=lut a_kind=column",
		  "8-bit tensor" },
		{ "ld n0=1 n1=60000 n2=60000 n3=9 s1=2 s2=120001 region=0",
		  "separate pieces" },
		{ "ld n0=17 n1=1 n2=1 n3=1 region=5 spad=16",
		  "overlaps its source" },
		{ "st n0=17 n1=1 n2=1 n3=1 region=5 spad=16",
		  "overlaps its source" },
		{ "ld n0=4 n1=4 n2=1 n3=1 d1=4 s1=4 gather=1 limit=8 spad=64 "
		  "index=76",
		  "overwrites its own index list" },
		{ "ld n0=4 n1=4 n2=1 n3=1 d1=4 s1=4 gather=1 limit=8 spad=76 "
		  "index=64",
		  "overwrites its own index list" },
		{ "red n0=1 n1=1 n2=1 dt_a=s8 dt_dst=fp32 add=1 ints=2",
		  "from fp32" },
		{ "ew n0=1 n1=1 n2=1 dt_a=s8 dt_dst=s8 f=lut scaled=1",
		  "nothing else" },
		{ "red n0=1 n1=1 n2=1 dt_a=s8 dt_dst=s8 f=lut", "lut with" },
		{ "red n0=1 n1=1 n2=1 dt_a=s8 dt_dst=s8 axis=3", "axis is" },
		{ "red n0=1 n1=1 n2=1 dt_a=s8 dt_dst=s8 add=1", "`add`" },
		{ "red n0=1 n1=1 n2=1 dt_a=s8 dt_dst=s8 reduce=argmax",
		  "argmax" },
		{ "ew n0=4 n1=2 n2=1 dt_a=s8 dt_dst=s8 dst_addr=9",
		  "share a place" },
		{ "ew n0=17 n1=2 n2=1 dt_a=s8 dt_dst=s8 dst_addr=9 dst_s1=1",
		  "share a place" },
		{ "ew n0=4 n1=1 n2=1 dt_a=s8 dt_dst=s8 dst_addr=9 "
		  "dst_kind=column dst_s1=1",
		  "share a place" },
		{ "ew n0=32 n1=1 n2=1 dt_a=s8 dt_dst=s8 a_addr=8 dst_addr=9",
		  "another mapping" },
		{ "ew n0=16 n1=1 n2=1 dt_a=s8 dt_dst=s32 a_addr=9 dst_addr=9",
		  "another mapping" },
		{ "ew n0=4 n1=2 n2=1 dt_a=fp32 dt_dst=fp32 a_addr=9 a_s1=2 "
		  "dst_addr=9 dst_s1=1",
		  "another mapping" },
		{ "ew n0=4 n1=1 n2=1 dt_a=s8 dt_dst=s8 scaled=2 scale=9 "
		  "dst_addr=9",
		  "another mapping" },
		{ "red n0=4 n1=1 n2=1 dt_a=s32 dt_dst=s32 a_addr=9 dst_addr=9",
		  "overlaps a source" },
		{ "red n0=4 n1=1 n2=1 dt_a=fp32 dt_dst=fp32 dst_kind=acc "
		  "a_kind=acc",
		  "overlaps a source" },
	};
	for (auto &c : cases)
		expect_fault(std::string(regions) + c.line + "\nend\n",
			     NPU_VIOLATION_encoding, 0, c.part);
}

TEST(Verify, EwInPlaceAndInterleavedWithItsSourceIsAllowed)
{
	std::string load = std::string(regions) + token(0, "ld", "vx") +
			   "ld n0=256 n1=1 n2=1 n3=1 signal=0x1\n";
	for (const char *line :
	     { "ew wait=0x1 n0=4 n1=4 n2=2 dt_a=fp32 dt_dst=fp32 a_s1=2 "
	       "dst_s1=2 a_s2=8 dst_s2=8",
	       // odd lines from even lines
	       "ew wait=0x1 n0=16 n1=8 n2=1 dt_a=s8 dt_dst=s8 a_s1=2 "
	       "dst_addr=1 dst_s1=2",
	       "red wait=0x1 n0=16 n1=4 n2=1 dt_a=s8 dt_dst=s32 a_s1=2 "
	       "dst_addr=1 dst_s1=2" }) {
		Result r = verify(load + line + "\nend\n");
		EXPECT_EQ(r.status, NPU_OK) << line << r.message;
	}
}

TEST(Verify, FieldsThatDisagreeInMemoryAreRefused)
{
	npu_program *p = nullptr;
	npu_error err = {};
	npu_violation found = {};
	npu_chip chip = small_chip();
	ASSERT_EQ(npu_program_parse(clean().c_str(), "t.s", &p, &err), NPU_OK);
	p->core[0].code[4].ew.a_s1 = 1 << 16;
	EXPECT_EQ(npu_verify(p, &chip, &found, &err), NPU_E_FAULT);
	EXPECT_EQ(found.kind, NPU_VIOLATION_encoding);
	EXPECT_EQ(found.insn, 4u);
	npu_program_destroy(p);
}

TEST(Verify, ArrayOfIntegersAloneRefusesFloats)
{
	npu_program *p = nullptr;
	npu_error err = {};
	npu_violation found = {};
	npu_chip chip = small_chip();
	chip.array.operands = NPU_operands_int8;
	std::string s = std::string(regions) +
			"gemm dt_a=bf16 dt_w=bf16 n=1 nc=1 my=1 mx=1 ky=1 "
			"kx=1\nend\n";
	ASSERT_EQ(npu_program_parse(s.c_str(), "t.s", &p, &err), NPU_OK);
	EXPECT_EQ(npu_verify(p, &chip, &found, &err), NPU_E_FAULT);
	EXPECT_NE(strstr(err.message, "8-bit integers only"), nullptr);
	npu_program_destroy(p);
}
