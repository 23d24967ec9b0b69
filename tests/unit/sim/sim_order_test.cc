/* tests/unit/sim/sim_order_test.cc - tokens, queues and the sequencer, to the
 * cycle.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sim/test_program.h"

namespace
{

TEST(SimTokens, SignalIntoAFullTokenStallsItsEngine)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	/* two moves signal a token of capacity 1; its consumer, a store, is
	 * held back by a long load through another token */
	p.token(0, NPU_ENGINE_vx, NPU_ENGINE_st, 1);
	p.token(1, NPU_ENGINE_ld, NPU_ENGINE_st, 1);
	p.add(ld(0, 0, 4096), 0, 2);
	p.add(move(16, 8192, 12288), 0, 1);
	p.add(move(16, 8192, 16384), 0, 1);
	p.add(st(20480, 0, 64), 1 | 2, 0);
	p.add(st(24576, 64, 64), 1, 0);
	p.add(move(16, 8192, 28672));
	const Result r = run(chip, p.finish());

	EXPECT_EQ(event_of(*r, 3).start_cycle, event_of(*r, 0).end_cycle + 1);
	/* the second move is done long before, and retires in the cycle after
	 * that in which the first store takes its token */
	EXPECT_EQ(event_of(*r, 2).end_cycle, event_of(*r, 3).start_cycle + 1);
	EXPECT_GT(r->bins[3][NPU_BIN_token], 100u);
	/* the last move has left the pipeline too; one retires a cycle */
	EXPECT_LT(event_of(*r, 5).start_cycle, event_of(*r, 3).start_cycle);
	EXPECT_EQ(event_of(*r, 5).end_cycle, event_of(*r, 2).end_cycle + 1);
}

TEST(SimQueues, FullQueueHoldsTheSequencer)
{
	npu_chip chip = test_chip();

	chip.queues.depth = 1;
	TestProgram p(chip);
	p.token(0, NPU_ENGINE_ld, NPU_ENGINE_vx, 1);
	p.add(ld(0, 0, 4096), 0, 1);
	p.add(move(16, 4096, 8192), 1, 0);
	p.add(move(16, 4096, 12288));
	p.add(st(32768, 0, 64));
	const Result r = run(chip, p.finish());

	/* the second move finds the queue full until the cycle after that in
	 * which the first issues; the store is pushed after it, then issues */
	EXPECT_EQ(event_of(*r, 1).start_cycle, event_of(*r, 0).end_cycle + 1);
	EXPECT_EQ(event_of(*r, 3).start_cycle, event_of(*r, 1).start_cycle + 3);
}

TEST(SimSequencer, BarWaitsForTheEnginesItNames)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);
	npu_insn bar = {};

	bar.op = NPU_OP_bar;
	bar.bar.engines = 1u << NPU_ENGINE_ld;
	p.add(ld(0, 0, 4096));
	p.add(bar);
	p.add(move(16, 8192, 12288));
	const Result r = run(chip, p.finish());

	/* bar leaves in the cycle after the completion, the move is pushed in
	 * the next and issues in the one after that */
	EXPECT_EQ(event_of(*r, 2).start_cycle, event_of(*r, 0).end_cycle + 3);
}

struct Retired {
	uint64_t cycle;
	npu_engine_id engine;
	uint32_t insn;
};

void note(void *user, uint64_t cycle, uint32_t core, npu_engine_id engine,
	  uint32_t insn)
{
	EXPECT_EQ(core, 0u);
	static_cast<std::vector<Retired> *>(user)->push_back(
		{ cycle, engine, insn });
}

Result watch(const npu_chip &chip, const npu_program *program,
	     std::vector<Retired> &seen)
{
	npu_sim_options options = {};
	npu_sim *sim = nullptr;
	npu_error err = {};

	options.retire = note;
	options.retire_user = &seen;
	EXPECT_EQ(npu_sim_create(&chip, program, &options, &sim, &err), NPU_OK);
	return run(Sim(sim).get());
}

TEST(SimObserver, SeesEveryInstructionOnceInTheOrderOfCycles)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);
	std::vector<Retired> seen;
	npu_insn mark = {};

	mark.op = NPU_OP_mark;
	p.add(ld(0, 0, 4096));
	p.add(mark);
	p.add(move(16, 8192, 12288));
	const Result r = watch(chip, p.finish(), seen);

	/* descriptors come every 4 cycles: the load is pushed at 105, the mark
	 * taken at 109, the move pushed at 113; 1 + 8 cycles of vector */
	ASSERT_EQ(seen.size(), 4u);
	EXPECT_EQ(seen[0].insn, 1u);
	EXPECT_EQ(seen[0].cycle, 109u);
	EXPECT_EQ(seen[0].engine, NPU_ENGINE_ctl);
	EXPECT_EQ(seen[1].insn, 2u);
	EXPECT_EQ(seen[1].cycle, 114u + 9);
	EXPECT_EQ(seen[1].engine, NPU_ENGINE_vx);
	EXPECT_EQ(seen[2].insn, 0u);
	EXPECT_EQ(seen[2].engine, NPU_ENGINE_ld);
	EXPECT_EQ(seen[3].insn, 3u);
	EXPECT_EQ(seen[3].cycle, seen[2].cycle + 1);
	EXPECT_EQ(seen[3].cycle, r->total.cycles);
}

TEST(SimSequencer, AsksForTheNextACycleAfterAPushMadeRoom)
{
	npu_chip chip = test_chip();

	chip.queues.prefetch = 1;
	TestProgram p(chip);
	std::vector<Retired> seen;
	npu_insn mark = {};
	mark.op = NPU_OP_mark;
	for (int i = 0; i < 3; i++)
		p.add(mark);
	watch(chip, p.finish(), seen);

	/* 104 from asking to answer, taken in the next cycle, and asked again
	 * in the one after that */
	ASSERT_EQ(seen.size(), 4u);
	for (uint32_t i = 0; i < 4; i++)
		EXPECT_EQ(seen[i].cycle, 105u + 106 * i);
}

} // namespace
