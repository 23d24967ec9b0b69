/* tests/unit/sim/bank_test.cc - the banks of an access, against every byte.
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

/* Bank of every unit of every point of the access. */
std::set<uint32_t> one_by_one(const npu_chip &chip, const npu_access &a)
{
	std::set<uint32_t> out;
	const bool acc = a.space == NPU_SPACE_acc;

	for (uint64_t i = 0; i < a.count[0]; i++)
		for (uint64_t j = 0; j < a.count[1]; j++)
			for (uint64_t k = 0; k < a.count[2]; k++)
				for (uint64_t u = 0; u < a.extent; u++) {
					const uint64_t at = (uint64_t)a.first +
							    i * a.step[0] +
							    j * a.step[1] +
							    k * a.step[2] + u;

					out.insert(acc ? npu_chip_acc_bank(
								 &chip,
								 (uint32_t)at)
						       : npu_chip_spad_bank(
								 &chip, at));
				}
	return out;
}

TEST(Banks, AreThoseOfEveryByte)
{
	npu_random random = { 3 };
	npu_chip chip = test_chip();

	/* small banks, so that strides leave some out */
	chip.scratchpad.bytes = 65536;
	chip.scratchpad.banks = 256;
	for (int n = 0; n < 3000; n++) {
		npu_access a = {};
		npu__banks banks = {};
		uint64_t reach = 0;

		a.space = npu_random_below(&random, 3) ? NPU_SPACE_spad
						       : NPU_SPACE_acc;
		a.extent = 1 + npu_random_below(&random, 300);
		const uint64_t most = a.space == NPU_SPACE_acc ? 256 : 65536;
		a.levels = (uint32_t)npu_random_below(&random, 4);
		for (uint32_t l = 0; l < 3; l++) {
			a.count[l] = 1;
			if (l < a.levels) {
				a.count[l] = 2 + npu_random_below(&random, 6);
				a.step[l] = 1 + npu_random_below(&random,
								 4000 >> 3 * l);
			}
			reach += (a.count[l] - 1) * a.step[l];
		}
		if (a.levels > 1 && a.step[0] < a.step[1])
			std::swap(a.step[0], a.step[1]);
		reach = 0;
		for (uint32_t l = 0; l < 3; l++)
			reach += (a.count[l] - 1) * a.step[l];
		if (a.extent + reach > most)
			continue;
		a.first = (int64_t)npu_random_below(&random, most - a.extent -
								     reach + 1);
		npu__banks_add(&banks, &chip, &a);
		ASSERT_EQ(names(banks, a.space == NPU_SPACE_acc),
			  one_by_one(chip, a))
			<< n;
	}
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
	npu__banks a, w;
	const npu_insn insn = gemm(16, 16, 16, 0, 4096, 64);
	const npu__banks all = npu__banks_of(&chip, &insn, &a, &w);

	EXPECT_EQ(names(a, false), std::set<uint32_t>({ 0 }));
	EXPECT_EQ(names(w, false), std::set<uint32_t>({ 1 }));
	EXPECT_EQ(names(all, false), std::set<uint32_t>({ 0, 1 }));
	/* 256 rows in 4 banks */
	EXPECT_EQ(names(all, true), std::set<uint32_t>({ 1 }));
}

/* Gates, from both sides: the cycle before is blocked, on time is ready. */

TEST(SimGates, LoadIssuesWhenTheOneBeforeHasBegunAndNotBefore)
{
	npu_chip chip = test_chip();

	for (unsigned startup : { 1u, 4u, 37u }) {
		chip.dma.startup = startup;
		TestProgram p(chip);
		p.add(ld(0, 0, 1024));
		p.add(ld(1024, 1024, 1024));
		const Result r = run(chip, p.finish());

		EXPECT_EQ(event_of(*r, 1).start_cycle,
			  event_of(*r, 0).start_cycle +
				  std::max<uint64_t>(startup, 4));
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

TEST(SimGates, VectorIssuesWhenTheOneBeforeHasLeftThePipeline)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	p.add(move(320, 0, 4096));
	p.add(move(320, 0, 4096));
	const Result r = run(chip, p.finish());

	EXPECT_EQ(event_of(*r, 1).start_cycle, event_of(*r, 0).end_cycle);
	EXPECT_EQ(event_of(*r, 1).end_cycle,
		  event_of(*r, 0).end_cycle + 20 + 8);
}

TEST(SimGates, DescriptorIssuesACycleAfterItIsPushed)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	/* fetched at 104 and 108, one descriptor every 4 cycles */
	p.add(move(16, 0, 4096));
	p.add(ld(8192, 0, 64));
	const Result r = run(chip, p.finish());

	EXPECT_EQ(event_of(*r, 0).start_cycle, 105u);
	EXPECT_EQ(event_of(*r, 1).start_cycle, 109u);
}

} // namespace
