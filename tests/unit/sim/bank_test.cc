/* tests/unit/sim/bank_test.cc - the banks that a descriptor claims.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_random.h"
extern "C" {
#include "sim/npu_bank.h"
}
#include "tests/unit/sim/test_program.h"
#include <set>

namespace
{

std::set<uint32_t> names(const npu__banks &banks, bool acc)
{
	std::set<uint32_t> out;

	for (uint32_t b = 0; b < (acc ? 64u : 256u); b++)
		if ((acc ? banks.acc >> b : banks.spad[b / 64] >> b % 64) & 1)
			out.insert(b);
	return out;
}

/* Small banks: 256 of 256 bytes, 32 of 8 rows. */
npu_chip many_banks()
{
	npu_chip chip = test_chip();

	chip.scratchpad.banks = 256;
	chip.accumulators.banks = 32;
	return chip;
}

npu__claim claim_of(const npu_chip &chip, const npu_insn &insn)
{
	npu_access access[NPU_ACCESS_MAX];
	const size_t count =
		npu_insn_accesses(&insn, (uint32_t)chip.array.cols, access);

	return npu__claim_of(&chip, &insn, access, count);
}

/* All banks between the outermost units of operands given one by one. */
struct Hulls {
	const npu_chip chip = many_banks();
	std::set<uint32_t> spad, acc;
	uint64_t first = 0, last = 0;
	bool any = false;

	void unit(uint64_t at)
	{
		first = any ? std::min(first, at) : at;
		last = any ? std::max(last, at) : at;
		any = true;
	}
	void end(bool is_acc)
	{
		const uint64_t a = is_acc ? 8 : 256;

		for (uint64_t b = first / a; any && b <= last / a; b++)
			(is_acc ? acc : spad).insert((uint32_t)b);
		any = false;
	}
	void expect(const npu_insn &insn) const
	{
		const npu__banks all = claim_of(chip, insn).all;

		EXPECT_EQ(names(all, false), spad);
		EXPECT_EQ(names(all, true), acc);
	}
};

TEST(Banks, OfACopyAreAllFromItsFirstByteToItsLast)
{
	npu_random random = { 3 };

	for (int n = 0; n < 300; n++) {
		npu_insn_ld c = {};
		npu_insn i = {};
		Hulls h;

		c.spad = npu_random_below(&random, 20000);
		c.n0 = 1 + npu_random_below(&random, 300);
		c.n1 = 1 + npu_random_below(&random, 5);
		c.n2 = 1 + npu_random_below(&random, 5);
		c.n3 = 1 + npu_random_below(&random, 3);
		c.d1 = npu_random_below(&random, 2000);
		c.d2 = npu_random_below(&random, 2000);
		c.d3 = npu_random_below(&random, 2000);
		if (n % 2) {
			c.op = NPU_OP_ld;
			i.ld = c;
		} else {
			i.op = NPU_OP_st;
			i.st.spad = c.spad;
			i.st.n0 = c.n0, i.st.n1 = c.n1;
			i.st.n2 = c.n2, i.st.n3 = c.n3;
			i.st.d1 = c.d1, i.st.d2 = c.d2, i.st.d3 = c.d3;
		}
		for (uint64_t i3 = 0; i3 < c.n3; i3++)
			for (uint64_t i2 = 0; i2 < c.n2; i2++)
				for (uint64_t i1 = 0; i1 < c.n1; i1++)
					for (uint64_t i0 = 0; i0 < c.n0; i0++)
						h.unit(c.spad + i3 * c.d3 +
						       i2 * c.d2 + i1 * c.d1 +
						       i0);
		h.end(false);
		h.expect(i);
	}
}

TEST(Banks, OfAGatherHoldItsIndicesToo)
{
	npu_insn i = ld(256, 0, 64);

	i.ld.n1 = 10;
	i.ld.d1 = 64;
	i.ld.gather = 1;
	i.ld.limit = 5;
	i.ld.index = 65536 - 40;
	Hulls h;
	h.unit(256), h.unit(256 + 10 * 64 - 1), h.end(false);
	h.unit(65536 - 40), h.unit(65535), h.end(false);
	h.expect(i);
}

TEST(Banks, OfAccumulatorsReachFromTheFirstBlockToThePartialLast)
{
	/* 40 columns are three blocks of 16, the last of 8 columns */
	npu_insn i = gemm(6, 16, 48, 0, 32768, 20, 1);

	i.gemm.n = 40;
	i.gemm.c_n = 70;
	i.gemm.bias = 0;
	Hulls h;
	h.unit(0), h.unit(6 * 16 - 1), h.end(false);
	h.unit(32768), h.unit(32768 + 15 * 48 + 39), h.end(false);
	h.unit(20), h.unit(20 + 2 * 70 + 5), h.end(true);
	h.expect(i);
}

TEST(Banks, OfAVectorAreThoseOfEachOperandApart)
{
	npu_insn i = {};
	npu_operand a = {}, dst = {}, b = {};

	i.op = NPU_OP_ew;
	i.ew.op0 = NPU_ALU_add;
	i.ew.n0 = 20;
	i.ew.n1 = 3;
	i.ew.n2 = 2;
	i.ew.scaled = 3;
	i.ew.scale = 61440 / 16;
	a.kind = NPU_KIND_acc;
	a.dtype = NPU_s32;
	a.row = 3, a.s0 = 30, a.s1 = 2, a.s2 = 9;
	b.kind = NPU_KIND_column;
	b.dtype = NPU_fp32;
	b.addr = 8192 / 16, b.s1 = 100, b.s2 = 500;
	dst.dtype = NPU_bf16;
	dst.addr = 16384 / 16, dst.s1 = 40, dst.s2 = 200;
	npu_insn_set_operand(&i, NPU_SLOT_a, &a);
	npu_insn_set_operand(&i, NPU_SLOT_b, &b);
	npu_insn_set_operand(&i, NPU_SLOT_dst, &dst);
	Hulls h;
	h.unit(3), h.unit(3 + 30 + 2 * 2 + 9), h.end(true);
	h.unit(8192), h.unit(8192 + 4 * (2 * 100 + 500) + 3), h.end(false);
	h.unit(16384), h.unit(16384 + 16 * (2 * 40 + 200) + 39), h.end(false);
	h.unit(61440), h.unit(61440 + 4 * 6 - 1), h.end(false);
	h.expect(i);
}

TEST(Banks, MeetWhereTheyShareOne)
{
	npu__banks a = {}, b = {};

	a.spad[3] = 1ull << 63;
	b.spad[3] = 1ull << 62;
	EXPECT_FALSE(npu__banks_meet(&a, &b));
	b.acc = a.acc = 4;
	EXPECT_TRUE(npu__banks_meet(&a, &b));
	a.acc = 0;
	EXPECT_FALSE(npu__banks_meet(&a, &b));
	b.spad[3] |= a.spad[3];
	EXPECT_TRUE(npu__banks_meet(&a, &b));
}

TEST(Banks, GemmTellsActivationsFromWeights)
{
	const npu_chip chip = test_chip();
	const npu_insn insn = gemm(16, 16, 16, 0, 4096, 64);
	const npu__claim claim = claim_of(chip, insn);
	const npu__banks &a = claim.activations, &w = claim.weights;
	const npu__banks &all = claim.all;

	EXPECT_EQ(names(a, false), std::set<uint32_t>({ 0 }));
	EXPECT_EQ(names(w, false), std::set<uint32_t>({ 1 }));
	EXPECT_EQ(names(all, false), std::set<uint32_t>({ 0, 1 }));
	/* 256 rows in 4 banks */
	EXPECT_EQ(names(all, true), std::set<uint32_t>({ 1 }));
}

/* Gates, from both sides: the cycle before is blocked, on time is ready. */

TEST(SimGates, LoadIssuesWhenTheOneBeforeHasAskedForAllAndNotBefore)
{
	npu_chip chip = test_chip();

	for (unsigned startup : { 1u, 4u, 37u }) {
		chip.dma.startup = startup;
		TestProgram p(chip);
		p.add(ld(0, 0, 1024));
		p.add(ld(1024, 1024, 1024));
		const Result r = run(chip, p.finish());

		EXPECT_EQ(event_of(*r, 1).start_cycle,
			  event_of(*r, 0).start_cycle + 2 + startup +
				  1024 / 16);
	}
}

TEST(SimGates, GemmIssuesACycleBeforeTheLastWeightLineOfTheOneBefore)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	/* 10 tiles of 16 lines and 100 rows: the last tile's lines load from
	 * the first row of the ninth on, 3 + 800, and its own swap is free at
	 * 3 + 900 only; the queue's head is free a cycle before they end */
	p.add(gemm(100, 16, 160, 0, 4096, 0));
	p.add(gemm(16, 16, 16, 2048, 8192, 0));
	const npu_chip big = [] {
		npu_chip c = test_chip();
		c.accumulators.bytes = 131072;
		return c;
	}();
	p.program->chip_fingerprint = npu_chip_fingerprint(&big);
	const Result r = run(big, p.finish());
	const uint64_t first = event_of(*r, 0).start_cycle;

	EXPECT_EQ(event_of(*r, 1).start_cycle, first + 3 + 800 + 16 - 1);
}

TEST(SimGates, VectorIssuesACycleAfterTheOneBeforeIsDone)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	p.add(move(320, 0, 4096));
	p.add(move(320, 0, 4096));
	const Result r = run(chip, p.finish());

	EXPECT_EQ(event_of(*r, 1).start_cycle, event_of(*r, 0).end_cycle + 1);
	EXPECT_EQ(event_of(*r, 1).end_cycle,
		  event_of(*r, 0).end_cycle + 1 + 20 + 8);
}

TEST(SimGates, DescriptorIssuesACycleAfterItIsPushed)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	/* here at 104 and 108, one descriptor every 4 cycles; pushed in the
	 * next cycle */
	p.add(move(16, 0, 4096));
	p.add(ld(8192, 0, 64));
	const Result r = run(chip, p.finish());

	EXPECT_EQ(event_of(*r, 0).start_cycle, 106u);
	EXPECT_EQ(event_of(*r, 1).start_cycle, 110u);
}

} // namespace
