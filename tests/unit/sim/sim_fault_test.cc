/* tests/unit/sim/sim_fault_test.cc - programs that cannot run to their end.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sim/test_program.h"

namespace
{

TEST(SimFaults, DeadlockIsReportedWithItsInstructions)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);
	npu_error err = {};
	npu_result *result = nullptr;

	p.token(3, NPU_ENGINE_ld, NPU_ENGINE_vx);
	p.add(move(16, 0, 4096), 8, 0);
	const Sim sim = make_sim(chip, p.finish());
	EXPECT_EQ(npu_sim_run(sim.get(), nullptr, nullptr, &result, &err),
		  NPU_E_FAULT);
	EXPECT_NE(std::string(err.message).find("deadlock"), std::string::npos);
	EXPECT_NE(std::string(err.message).find("vx waits with instruction 0"),
		  std::string::npos)
		<< err.message;
}

TEST(SimFaults, TokenThatNobodyTakesIsADeadlockToo)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);
	npu_error err = {};
	npu_result *result = nullptr;

	p.token(0, NPU_ENGINE_vx, NPU_ENGINE_st, 1);
	p.add(move(16, 0, 4096), 0, 1);
	p.add(move(16, 0, 4096), 0, 1);
	const Sim sim = make_sim(chip, p.finish());
	EXPECT_EQ(npu_sim_run(sim.get(), nullptr, nullptr, &result, &err),
		  NPU_E_FAULT);
	EXPECT_NE(std::string(err.message).find("token is full"),
		  std::string::npos)
		<< err.message;
}

void expect_fault(const npu_insn &insn, const char *what)
{
	const npu_chip chip = test_chip();

	for (bool functional : { true, false }) {
		TestProgram p(chip);
		npu_error err = {};
		npu_result *result = nullptr;

		p.add(insn);
		const Sim sim = make_sim(chip, p.finish(), functional);
		EXPECT_EQ(
			npu_sim_run(sim.get(), nullptr, nullptr, &result, &err),
			NPU_E_FAULT);
		EXPECT_NE(std::string(err.message).find(what),
			  std::string::npos)
			<< err.message;
		EXPECT_NE(std::string(err.message).find("instruction 0"),
			  std::string::npos);
	}
}

TEST(SimFaults, LoadBeyondItsRegionNamesTheBytes)
{
	expect_fault(ld(0, 65536 - 63, 64), "65473..65536");
}

TEST(SimFaults, LoadBeyondTheScratchpadNamesTheBytes)
{
	expect_fault(ld(65536 - 63, 0, 64), "scratchpad bytes 65473..65536");
}

TEST(SimFaults, GemmBeyondTheAccumulatorsNamesTheRows)
{
	expect_fault(gemm(100, 16, 16, 0, 4096, 200),
		     "accumulator rows 200..299");
}

TEST(SimFaults, StoreToARegionOfNoKindIsRefused)
{
	expect_fault(st(0, 0, 64, 6), "region 6 holds no data");
}

TEST(SimFaults, GatherIndexBeyondItsLimitIsAFault)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);
	npu_error err = {};
	npu_result *result = nullptr;
	npu_insn gather = ld(4096, 0, 16);

	gather.ld.gather = 1;
	gather.ld.n1 = 4;
	gather.ld.d1 = 16;
	gather.ld.s1 = 16;
	gather.ld.limit = 10;
	gather.ld.index = 0;
	p.add(ld(0, 0, 16));
	p.add(gather);
	const Sim sim = make_sim(chip, p.finish());
	std::vector<uint8_t> in(16);
	const int32_t index[4] = { 0, 9, 10, 1 };
	memcpy(in.data(), index, sizeof index);
	write_bytes(sim.get(), in);
	EXPECT_EQ(npu_sim_run(sim.get(), nullptr, nullptr, &result, &err),
		  NPU_E_FAULT);
	EXPECT_NE(std::string(err.message).find("index 10 of row 2, limit 10"),
		  std::string::npos)
		<< err.message;
}

TEST(SimFaults, CycleLimitIsKept)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);
	npu_sim_options options = {};
	npu_sim *sim = nullptr;
	npu_error err = {};
	npu_result *result = nullptr;

	options.max_cycles = 200;
	p.add(ld(0, 0, 4096));
	ASSERT_EQ(npu_sim_create(&chip, p.finish(), &options, &sim, &err),
		  NPU_OK);
	EXPECT_EQ(npu_sim_run(sim, nullptr, nullptr, &result, &err),
		  NPU_E_LIMIT);
	npu_sim_destroy(sim);
}

TEST(SimFaults, ProgramOfAnotherChipIsRefused)
{
	npu_chip chip = test_chip();
	TestProgram p(chip);
	npu_sim_options options = {};
	npu_sim *sim = nullptr;
	npu_error err = {};

	p.finish();
	chip.array.rows = 32;
	EXPECT_EQ(npu_sim_create(&chip, p.program, &options, &sim, &err),
		  NPU_E_RANGE);
}

} // namespace
