/* tests/unit/rtl/vx_test.cc - the RTL's vector engine against the C model:
 * random instructions, all of memory and the cycle of completion.
 * SPDX-License-Identifier: Apache-2.0 */
#include "Vvx.h"
#include "Vvx___024root.h"
#include "isa/npu_cost.h"
#include "sim/exec/npu_exec.h"
#include "tests/support/random_insn.h"
#include "tests/unit/sim/test_program.h"
#include <cstdlib>

namespace
{

/* Words that are often awkward as some type or other. */
uint32_t awkward(npu_random *random)
{
	static const uint32_t odd[] = {
		0x00000000, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000,
		0xffc12345, 0x00000001, 0x807fffff, 0x00800000, 0x80800000,
		0x3f800000, 0xbf800000, 0x4b000001, 0xcf000000, 0x4f000000,
		0x477fefff, 0x477ff000, 0x33000001, 0x387fffff, 0x7fffffff,
		0x0000ffff, 0x80008000, 0x3c003c00, 0x7c00fc00, 0x3f803f80,
	};
	const uint64_t pick = npu_random_below(random, 8);
	float x = npu_random_normal(random) *
		  (float)(1 << npu_random_below(random, 9));
	uint32_t u;

	if (pick == 0)
		return odd[npu_random_below(random, sizeof odd / sizeof *odd)];
	if (pick == 1)
		return (uint32_t)npu_random_u64(random);
	if (pick == 2) /* two small integers of 16 bits, or bytes */
		return (uint32_t)npu_random_u64(random) & 0x00ff007f;
	memcpy(&u, &x, sizeof u);
	if (pick == 3) /* two bf16 */
		u = (u & 0xffff0000) | u >> 16;
	if (pick == 4) /* two fp16 */
		u = (uint32_t)(npu_random_u64(random) & 0xbfffbfff) |
		    0x30003000;
	return u;
}

class Vx : public testing::Test
{
      protected:
	VerilatedContext context;
	Vvx rtl{ &context };
	Vvx___024root &state = *rtl.rootp;
	npu_random random = { 4 };
	npu_chip chip;
	npu_memory *memory = nullptr;

	void SetUp() override
	{
		npu_error err = {};

		rtl.rst = 1;
		rtl.issue = 0;
		cycle();
		rtl.rst = 0;
		chip = random_program::chip(rtl.columns, rtl.lanes);
		chip.vector.latency = rtl.latency;
		chip.vector.function_passes = rtl.function_passes;
		ASSERT_EQ(chip.scratchpad.bytes,
			  sizeof state.npu_vx_bench__DOT__spad.m_storage);
		ASSERT_EQ(npu_chip_acc_rows(&chip) * rtl.columns * 4,
			  sizeof state.npu_vx_bench__DOT__acc.m_storage);
		TestProgram program(chip);
		ASSERT_EQ(npu_memory_create(&chip, program.finish(), 1, &memory,
					    &err),
			  NPU_OK)
			<< err.message;
	}
	void TearDown() override
	{
		npu_memory_destroy(memory);
	}

	uint8_t *spad()
	{
		return state.npu_vx_bench__DOT__spad.m_storage;
	}
	uint32_t *acc()
	{
		return state.npu_vx_bench__DOT__acc.m_storage;
	}
	size_t acc_bytes() const
	{
		return sizeof state.npu_vx_bench__DOT__acc.m_storage;
	}

	void cycle()
	{
		rtl.clk = 1;
		rtl.eval();
		rtl.clk = 0;
		rtl.eval();
	}

	/* New contents, in both. */
	void fill()
	{
		npu_core_memory *core = &memory->core[0];
		uint8_t *lut = state.npu_vx_bench__DOT__lut.m_storage;

		for (uint64_t i = 0; i < chip.scratchpad.bytes; i += 4) {
			const uint32_t u = awkward(&random);

			memcpy(spad() + i, &u, sizeof u);
		}
		for (size_t i = 0; i < acc_bytes() / 4; i++)
			acc()[i] = awkward(&random);
		for (size_t i = 0; i < NPU_LUT_BYTES; i++)
			lut[i] = (uint8_t)npu_random_u64(&random);
		memcpy(core->spad, spad(), chip.scratchpad.bytes);
		memcpy(core->acc, acc(), acc_bytes());
		memcpy(core->lut, lut, NPU_LUT_BYTES);
	}

	/* Run it; the cycles from issue to done. */
	uint64_t run(const npu_insn &insn)
	{
		npu_word word;
		uint64_t cycles = 0;

		EXPECT_EQ(npu_insn_encode(&insn, &word, nullptr), NPU_OK);
		for (int i = 0; i < 16; i++)
			rtl.insn[i] =
				(uint32_t)(word.half[i / 2] >> i % 2 * 32);
		EXPECT_TRUE(rtl.ready);
		rtl.issue = 1;
		cycle();
		rtl.issue = 0;
		/* the words of the port mean nothing without issue */
		for (int i = 0; i < 16; i++)
			rtl.insn[i] = ~rtl.insn[i];
		for (cycles = 1; !rtl.done && cycles < 1000000; cycles++) {
			EXPECT_FALSE(rtl.ready);
			cycle();
		}
		EXPECT_FALSE(rtl.ready);
		cycle();
		return cycles;
	}

	/* The same in C; "" where both agree. */
	std::string difference(const npu_insn &insn)
	{
		const uint64_t cycles = run(insn);
		npu_core_memory *core = &memory->core[0];
		npu_error err = {};
		npu_cost cost;

		if (npu_exec_check(memory, &insn, &err) != NPU_OK ||
		    npu_exec_insn(memory, 0, &insn, &err) != NPU_OK ||
		    npu_cost_insn(&chip, &insn, &cost, &err) != NPU_OK)
			return err.message;
		for (uint64_t i = 0; i < chip.scratchpad.bytes; i++)
			if (spad()[i] != core->spad[i])
				return "scratchpad byte " + std::to_string(i) +
				       ": " + std::to_string(spad()[i]) +
				       ", not " + std::to_string(core->spad[i]);
		for (size_t i = 0; i < acc_bytes() / 4; i++)
			if (acc()[i] != (uint32_t)core->acc[i])
				return "accumulator word " + std::to_string(i) +
				       ": " + std::to_string(acc()[i]) +
				       ", not " + std::to_string(core->acc[i]);
		if (cycles != cost.cycles)
			return "done after " + std::to_string(cycles) +
			       " cycles, not " + std::to_string(cost.cycles);
		return "";
	}
};

/* NPU_RANDOM_VECTORS: so many in place of 3,000. */
TEST_F(Vx, RandomInstructionsAreEqualInBitsAndCycles)
{
	const char *asked = getenv("NPU_RANDOM_VECTORS");
	const long count = asked ? atol(asked) : 3000;
	random_program::Insns insns(chip, &random);
	long seen = 0;

	while (seen < count) {
		const npu_insn insn = insns.next();

		if (npu_insn_engine(&insn) != NPU_ENGINE_vx)
			continue;
		if (seen++ % 16 == 0)
			fill();
		const std::string what = difference(insn);

		if (what != "") {
			npu_text text = {};

			npu_insn_print(&insn, &text);
			FAIL() << "instruction " << seen << ": " << what << "\n"
			       << text.data;
		}
	}
}

} // namespace
