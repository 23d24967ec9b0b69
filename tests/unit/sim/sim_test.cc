/* tests/unit/sim/sim_test.cc - what a run does and how long it takes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sim/test_program.h"

namespace
{

/* On the test chip with an ideal memory of 16 bytes a cycle and 100 cycles:
 * a descriptor is 64 bytes; the first is asked for in cycle 0, arrives in cycle
 * 4 + 100, is pushed in the next and issues in the one after that. */
const uint64_t FIRST_ISSUE = 106;

TEST(SimRun, EmptyProgramEndsACycleAfterItsDescriptorArrives)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);
	const Result r = run(chip, p.finish());

	ASSERT_TRUE(r);
	EXPECT_EQ(r->total.cycles, 105u);
	EXPECT_EQ(r->total.dram_read_bytes, 64u);
}

TEST(SimRun, LoadTakesSetUpBytesAndLatency)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	p.add(ld(0, 0, 1024));
	const Result r = run(chip, p.finish());
	const npu_event e = event_of(*r, 0);

	EXPECT_EQ(e.start_cycle, FIRST_ISSUE);
	/* 4 of set-up and 3 registers, 1024 / 16, latency, 4 chunks of the last
	 * burst and 2 registers */
	EXPECT_EQ(e.end_cycle, FIRST_ISSUE + 7 + 64 + 100 + 6);
	EXPECT_EQ(r->total.load_cycles, 177u);
	/* `end` sees the engine idle in the next cycle */
	EXPECT_EQ(r->total.cycles, e.end_cycle + 1);
}

TEST(SimRun, NarrowDmaIsSlowerThanMemory)
{
	npu_chip chip = test_chip();

	chip.dma.width = 4;
	TestProgram p(chip);
	p.add(ld(0, 0, 1024));
	const Result r = run(chip, p.finish());
	const npu_event e = event_of(*r, 0);

	/* chunks from the first burst's answer on */
	EXPECT_EQ(e.end_cycle, FIRST_ISSUE + 7 + 4 + 100 + 1024 / 4 + 2);
}

/* One load alone, memory faster than the scratchpad's side and slower. */
TEST(SimRun, ALoadInRunsTakesTheCyclesOfOneInBursts)
{
	for (uint64_t width : { 4u, 8u, 16u, 32u, 64u })
		for (uint32_t bytes : { 64u, 256u, 1024u, 8192u }) {
			uint64_t cycles[2];

			for (int bursts : { 0, 1 }) {
				npu_chip chip = test_chip();

				chip.dma.width = width;
				chip.dram.model =
					bursts ? NPU_dram_model_command
					       : NPU_dram_model_run;
				TestProgram p(chip);
				p.add(ld(0, 0, bytes));
				const Result r = run(chip, p.finish());
				const npu_event e = event_of(*r, 0);

				cycles[bursts] = e.end_cycle - e.start_cycle;
			}
			EXPECT_EQ(cycles[0], cycles[1])
				<< width << " " << bytes;
		}
}

TEST(SimRun, NarrowDmaMovesLoadsOneAfterAnother)
{
	npu_chip chip = test_chip();

	chip.dma.width = 4;
	TestProgram p(chip);
	p.add(ld(0, 0, 1024));
	p.add(ld(1024, 1024, 1024));
	const Result r = run(chip, p.finish());

	/* it is taken when the first has been asked for, and set up */
	EXPECT_EQ(event_of(*r, 1).end_cycle,
		  event_of(*r, 0).end_cycle + 1024 / 4 + 6);
}

TEST(SimRun, ConsecutiveLoadsHideTheirLatency)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	for (uint32_t i = 0; i < 4; i++)
		p.add(ld(i * 1024, i * 1024, 1024));
	const Result r = run(chip, p.finish());

	/* each next one is asked for while the one before arrives: set-up and
	 * 64 cycles each, once the latency */
	EXPECT_EQ(event_of(*r, 3).end_cycle,
		  event_of(*r, 0).end_cycle + 3 * (6 + 64));
}

TEST(SimRun, VectorTakesItsLanesAndLatency)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	p.add(move(160, 0, 4096));
	const Result r = run(chip, p.finish());
	const npu_event e = event_of(*r, 0);

	EXPECT_EQ(e.end_cycle - e.start_cycle, 10u + 8);
	EXPECT_EQ(r->total.vector_cycles, 18u);
}

TEST(SimRun, GemmTakesItsClosedForm)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	/* bank 0: activations, bank 1 (of 4 KiB): weights */
	p.add(gemm(100, 16, 16, 0, 4096, 0));
	const Result r = run(chip, p.finish());
	const npu_event e = event_of(*r, 0);

	EXPECT_EQ(e.end_cycle - e.start_cycle, 3u + 99 + 51);
	EXPECT_EQ(r->total.compute_cycles, 153u);
	EXPECT_EQ(r->total.array_macs, 100u * 16 * 16);
}

TEST(SimRun, NextGemmLoadsItsWeightsWhileOneStreams)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	p.add(gemm(100, 16, 16, 0, 4096, 0));
	p.add(gemm(100, 16, 16, 0, 4096 + 256, 100));
	const Result r = run(chip, p.finish());

	EXPECT_EQ(event_of(*r, 1).end_cycle, event_of(*r, 0).end_cycle + 100);
	EXPECT_EQ(r->bins[2][NPU_BIN_busy], 200u);
}

TEST(SimRun, GemmWhoseWeightsShareABankWithActivationsDoesNotOverlap)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	p.add(gemm(100, 16, 16, 0, 2048, 0));
	const Result r = run(chip, p.finish());
	const npu_event e = event_of(*r, 0);

	/* rows wait for all 16 lines, not for 2 */
	EXPECT_EQ(e.end_cycle - e.start_cycle, 3u + 14 + 99 + 51);
}

/* Load, multiply, unload, store: the shape of every layer. */
void add_layer(TestProgram &p)
{
	p.token(0, NPU_ENGINE_ld, NPU_ENGINE_mx);
	p.token(1, NPU_ENGINE_mx, NPU_ENGINE_vx);
	p.token(2, NPU_ENGINE_vx, NPU_ENGINE_st);
	p.add(ld(0, 0, 32 * 16));
	p.add(ld(4096, 1024, 16 * 16), 0, 1);
	p.add(gemm(32, 16, 16, 0, 4096, 0), 1, 2);
	p.add(unload(32, 0, 8192), 2, 4);
	p.add(st(8192, 0, 32 * 16), 4, 0);
}

std::vector<uint8_t> layer_input()
{
	std::vector<uint8_t> in(2048);

	for (size_t i = 0; i < in.size(); i++)
		in[i] = (uint8_t)(i * 7 % 5);
	return in;
}

TEST(SimRun, LayerComputesWhatItSays)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	add_layer(p);
	const Sim sim = make_sim(chip, p.finish());
	const auto in = layer_input();

	write_bytes(sim.get(), in);
	run(sim.get());
	const auto out = read_bytes(sim.get(), 0, 512);
	for (int m = 0; m < 32; m++)
		for (int n = 0; n < 16; n++) {
			int sum = 0;

			for (int k = 0; k < 16; k++)
				sum += in[(size_t)(m * 16 + k)] *
				       in[(size_t)(1024 + k * 16 + n)];
			ASSERT_EQ((int8_t)out[(size_t)(m * 16 + n)],
				  std::min(sum, 127));
		}
}

TEST(SimRun, EachEngineStartsACycleAfterItsTokenIsGiven)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	add_layer(p);
	const Result r = run(chip, p.finish());

	for (uint32_t i = 2; i < 5; i++)
		EXPECT_EQ(event_of(*r, i).start_cycle,
			  event_of(*r, i - 1).end_cycle + 1);
}

TEST(SimRun, TimingOnlyTakesTheSameCycles)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	add_layer(p);
	p.finish();
	const Result with = run(chip, p.program, true);
	const Result without = run(chip, p.program, false);

	EXPECT_EQ(with->total.cycles, without->total.cycles);
	EXPECT_EQ(memcmp(with->bins, without->bins, sizeof with->bins), 0);
	for (uint32_t i = 0; i < 5; i++)
		EXPECT_EQ(event_of(*with, i).end_cycle,
			  event_of(*without, i).end_cycle);
}

TEST(SimRun, BinsOfEveryEngineSumToTheTotal)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	add_layer(p);
	const Result r = run(chip, p.finish());

	for (auto &bins : r->bins) {
		uint64_t sum = 0;

		for (uint64_t bin : bins)
			sum += bin;
		EXPECT_EQ(sum, r->total.cycles);
	}
}

TEST(SimRun, LayersShareOutEveryCycle)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	p.layer("one");
	p.layer("two");
	p.token(0, NPU_ENGINE_ld, NPU_ENGINE_vx, 2);
	p.add(ld(0, 0, 4096), 0, 1, 0);
	p.add(move(1024, 0, 16384), 1, 0, 0);
	p.add(ld(4096, 4096, 4096), 0, 1, 1);
	p.add(move(1024, 4096, 20480), 1, 0, 1);
	const Result r = run(chip, p.finish());

	ASSERT_EQ(r->layer_count, 2u);
	/* the first owns everything until its vector work is done */
	EXPECT_EQ(r->layers[0].stats.cycles, event_of(*r, 1).end_cycle);
	EXPECT_EQ(r->layers[0].stats.cycles + r->layers[1].stats.cycles,
		  r->total.cycles);
	EXPECT_EQ(r->layers[1].stats.span_cycles,
		  event_of(*r, 3).end_cycle - event_of(*r, 2).start_cycle);
	EXPECT_EQ(r->layers[0].stats.stall[NPU_STALL_vector], 64u + 8);
}

TEST(SimBanks, VectorWaitsForABankThatALoadHolds)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	/* banks are 4 KiB: the load writes bank 0, the move reads it */
	p.add(ld(0, 0, 1024));
	p.add(move(16, 2048, 8192));
	const Result r = run(chip, p.finish());

	EXPECT_EQ(event_of(*r, 1).start_cycle, event_of(*r, 0).end_cycle + 1);
	EXPECT_GT(r->bins[3][NPU_BIN_bank], 150u);
}

TEST(SimBanks, OtherBanksDoNotMatter)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	p.add(ld(0, 0, 1024));
	p.add(move(16, 4096, 8192));
	const Result r = run(chip, p.finish());

	EXPECT_LT(event_of(*r, 1).start_cycle, event_of(*r, 0).end_cycle);
	EXPECT_EQ(r->bins[3][NPU_BIN_bank], 0u);
}

TEST(SimBanks, ArrayGoesBeforeVectorWhereBothWait)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	p.add(ld(0, 0, 1024));
	p.add(move(16, 2048, 8192));
	p.add(gemm(16, 16, 16, 1024, 4096, 0));
	const Result r = run(chip, p.finish());

	EXPECT_EQ(event_of(*r, 2).start_cycle, event_of(*r, 0).end_cycle + 1);
	EXPECT_EQ(event_of(*r, 1).start_cycle, event_of(*r, 2).end_cycle + 1);
}

TEST(SimQueues, DepthOneStillCompletesWithTheSameData)
{
	npu_chip chip = test_chip();
	TestProgram p(chip);

	add_layer(p);
	p.finish();
	const Sim deep = make_sim(chip, p.program);
	write_bytes(deep.get(), layer_input());
	const Result with_deep = run(deep.get());

	npu_chip shallow_chip = chip;
	shallow_chip.queues.depth = 1;
	shallow_chip.queues.prefetch = 1;
	shallow_chip.dram.latency = 3000;
	const Sim shallow = make_sim(shallow_chip, p.program);
	write_bytes(shallow.get(), layer_input());
	run(shallow.get());

	EXPECT_EQ(read_bytes(deep.get(), 0, 512),
		  read_bytes(shallow.get(), 0, 512));
}

TEST(SimMemory, RowsThatTouchAreOneRun)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);
	npu_insn rows = ld(0, 0, 48);

	/* 10 rows of 48 bytes, 40 apart: they overlap, 408 bytes in all */
	rows.ld.n1 = 10;
	rows.ld.s1 = 40;
	rows.ld.d1 = 48;
	p.add(rows);
	const Result r = run(chip, p.finish());

	EXPECT_EQ(r->total.dram_read_bytes, 448u + 2 * 64);
}

TEST(SimMemory, RowsApartAreReadInWholeBursts)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);
	npu_insn rows = ld(0, 0, 48);

	rows.ld.n1 = 10;
	rows.ld.s1 = 256;
	rows.ld.d1 = 48;
	p.add(rows);
	const Result r = run(chip, p.finish());

	EXPECT_EQ(r->total.dram_read_bytes, 640u + 2 * 64);
}

TEST(SimMemory, LookUpTableIsWrittenThroughTheWindowOfCores)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);
	npu_insn look = move(64, 1024, 4096);

	look.ew.f = NPU_FUNC_lut;
	look.ew.p0 = 256;
	p.token(0, NPU_ENGINE_ld, NPU_ENGINE_st);
	p.token(1, NPU_ENGINE_st, NPU_ENGINE_vx);
	p.token(2, NPU_ENGINE_vx, NPU_ENGINE_st);
	p.add(ld(0, 0, 256 + 64 + 1024), 0, 1);
	p.add(st(0, NPU_CORE_LUT + 256, 256, CORES), 1, 2);
	p.add(look, 2, 4);
	p.add(st(4096, 0, 64), 4, 0);
	const Sim sim = make_sim(chip, p.finish());
	std::vector<uint8_t> in(2048);
	for (size_t i = 0; i < 256; i++)
		in[i] = (uint8_t)(255 - i);
	for (size_t i = 0; i < 64; i++)
		in[1024 + i] = (uint8_t)(3 * i);
	write_bytes(sim.get(), in);
	run(sim.get());
	const auto out = read_bytes(sim.get(), 0, 64);
	for (size_t i = 0; i < 64; i++)
		EXPECT_EQ(out[i], 255 - 3 * i);
}

TEST(SimSpeed, EventsDoNotGrowWithLatencyOrClock)
{
	/* A loop over cycles would take minutes here: 1 s of latency. */
	npu_chip chip = test_chip();

	chip.dram.latency = 100000000;
	chip.chip.clock = 10000000000;
	TestProgram p(chip);
	for (int i = 0; i < 200; i++)
		p.add(ld(0, 0, 4096));
	const Result r = run(chip, p.finish());

	EXPECT_GT(r->total.cycles, 1000000u);
}

TEST(SimCores, CoresShareMemoryAndTokens)
{
	npu_chip chip = test_chip();

	chip.chip.cores = 2;
	TestProgram p(chip, 2);
	/* core 0 loads and sends into core 1's scratchpad, which stores */
	p.program->core[0].token[0] = { 1, 0, 0, NPU_ENGINE_ld, NPU_ENGINE_st,
					0, 1 };
	p.program->core[0].port[0] = { 1, 0, 0 };
	p.program->core[1].token[5] = { 1, 0, 1, NPU_ENGINE_st, NPU_ENGINE_st,
					0, 1 };
	p.program->core[0].port[1] = { 1, 1, 5 };
	p.add(ld(0, 0, 512), 0, 1, 0, 0);
	p.add(st(0, (1ull << NPU_CORE_SHIFT) + 1024, 512, CORES), 1, 2, 0, 0);
	p.add(st(1024, 0, 512), 1u << 5, 0, 0, 1);
	const Sim sim = make_sim(chip, p.finish());
	const auto in = layer_input();
	write_bytes(sim.get(), in);
	run(sim.get());
	EXPECT_EQ(read_bytes(sim.get(), 0, 512),
		  std::vector<uint8_t>(in.begin(), in.begin() + 512));
}

TEST(SimEnergy, GrowsWithWorkAndTimeAndHasParts)
{
	const npu_chip chip = test_chip();
	TestProgram p(chip);

	add_layer(p);
	const Result r = run(chip, p.finish());
	const double *pj = r->total.energy_pj;

	/* 32 x 16 x 16 int8 MACs of 0.163 pJ at 16 nm */
	EXPECT_NEAR(pj[NPU_COMPONENT_mac], 8192 * 0.163, 1e-6);
	for (int c = 0; c < NPU_COMPONENT_COUNT; c++)
		EXPECT_GT(pj[c], 0) << c;
}

} // namespace
