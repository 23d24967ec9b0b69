/* tests/property/run_test.cc - what holds for every run of every program.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/property/compiled.h"

namespace
{

const char *const networks[] = { "mlp", "lenet5" };

TEST(RunProperty, TimingOnlyEqualsFunctionalInEveryCount)
{
	for (const char *chip : { "edge", "mcu", "gemmini-16" })
		for (const char *network : networks) {
			const Compiled c(network, chip_named(chip));
			const OneRun with = run(c, c.chip, true);
			const OneRun without = run(c, c.chip, false);

			expect_same_counts(with.result, without.result);
		}
}

TEST(RunProperty, TwoRunsAreEqualInEveryByte)
{
	for (const char *network : networks) {
		const Compiled c(network, chip_named("edge"));
		const OneRun one = run(c, c.chip), two = run(c, c.chip);

		expect_same_counts(one.result, two.result);
		EXPECT_EQ(one.outputs, two.outputs);
		EXPECT_FALSE(one.outputs.empty());
	}
}

TEST(RunProperty, SecondRunOfASimulatorStartsFromResetToo)
{
	const Compiled c("lenet5", chip_named("edge"));
	npu_sim_options options = {};
	npu_sim *sim = nullptr;
	npu_error err = {};
	OneRun one, two;

	options.functional = options.trace = 1;
	ASSERT_EQ(npu_sim_create(&c.chip, c.program, &options, &sim, &err),
		  NPU_OK);
	for (OneRun *r : { &one, &two }) {
		write_inputs(sim, c.program);
		ASSERT_EQ(npu_sim_run(sim, nullptr, nullptr, &r->result, &err),
			  NPU_OK)
			<< err.message;
		read_outputs(sim, c.program, r->outputs);
	}
	expect_same_counts(one.result, two.result);
	EXPECT_EQ(one.outputs, two.outputs);
	EXPECT_EQ(one.result->event_count, two.result->event_count);
	npu_sim_destroy(sim);
}

TEST(RunProperty, OutputsDoNotDependOnWhatChangesTiming)
{
	const Compiled c("lenet5", chip_named("edge"));
	const OneRun want = run(c, c.chip);
	std::vector<npu_chip> chips(9, c.chip);

	chips[0].queues.depth = 1;
	chips[1].queues.prefetch = 1;
	chips[2].dma.outstanding = 1;
	chips[3].dma.width = 1;
	chips[4].dram.latency = 5000000;
	chips[5].dram.model = NPU_dram_model_command;
	chips[6].chip.clock = 50000000;
	chips[7].array.adder_latency = 8;
	chips[8].vector.latency = 64;
	for (size_t i = 0; i < chips.size(); i++) {
		const OneRun got = run(c, chips[i]);

		EXPECT_EQ(got.outputs, want.outputs) << "change " << i;
		/* on so small a network both levels of DRAM may agree */
		if (i != 5) {
			EXPECT_NE(got.result->total.cycles,
				  want.result->total.cycles)
				<< "change " << i;
		}
	}
}

TEST(RunProperty, DataflowsAgreeInAllButTime)
{
	const Compiled c("lenet5", chip_named("edge"));
	const OneRun want = run(c, c.chip);

	for (uint64_t dataflow : { NPU_dataflow_os, NPU_dataflow_is }) {
		npu_chip chip = c.chip;

		chip.array.dataflow = dataflow;
		EXPECT_EQ(run(c, chip).outputs, want.outputs);
	}
}

TEST(RunProperty, OutputsDoNotDependOnTheChip)
{
	for (const char *network : networks) {
		const Compiled edge(network, chip_named("edge"));
		const OneRun want = run(edge, edge.chip);

		for (const char *name : { "mcu", "gemmini-16", "nvdla-small",
					  "tpu-v1", "datacenter" }) {
			const Compiled c(network, chip_named(name));

			EXPECT_EQ(run(c, c.chip).outputs, want.outputs)
				<< network << " on " << name;
		}
	}
}

TEST(RunProperty, MacsAreThoseOfTheGraph)
{
	for (const char *network : networks) {
		const Compiled c(network, chip_named("edge"));

		EXPECT_EQ(run(c, c.chip, false).result->total.macs,
			  npu_graph_macs(c.imported));
	}
}

/* Ideal memory: with twice the bandwidth no program may take longer. */
TEST(RunProperty, MoreBandwidthIsNeverSlower)
{
	for (const char *network : networks) {
		const Compiled c(network, chip_named("mcu"));
		uint64_t before = UINT64_MAX;

		for (uint64_t mb_per_s = 100; mb_per_s <= 12800;
		     mb_per_s *= 2) {
			npu_chip chip = c.chip;

			chip.dram.bandwidth = mb_per_s * 1000000;
			const uint64_t cycles =
				run(c, chip, false).result->total.cycles;
			EXPECT_LE(cycles, before)
				<< network << " at " << mb_per_s << " MB/s";
			before = cycles;
		}
	}
}

TEST(RunProperty, LessLatencyIsNeverSlower)
{
	const Compiled c("lenet5", chip_named("mcu"));
	uint64_t before = UINT64_MAX;

	for (unsigned ns : { 10000u, 3000u, 1000u, 300u, 100u, 10u, 0u }) {
		npu_chip chip = c.chip;

		chip.dram.latency = ns * 1000;
		const uint64_t cycles =
			run(c, chip, false).result->total.cycles;
		EXPECT_LE(cycles, before) << ns;
		before = cycles;
	}
}

TEST(RunProperty, NetworkOfBf16KeepsThePromisesToo)
{
	const Compiled c("lenet5", chip_named("datacenter"),
			 NPU_PRECISION_bf16);
	const OneRun with = run(c, c.chip, true),
		     without = run(c, c.chip, false);

	expect_same_counts(with.result, without.result);
}

/* overlap none: the array is occupied for folds * cycles of every GEMM. */
TEST(RunProperty, NoOverlapOccupiesTheArrayForWholeFolds)
{
	const Compiled c("mlp", chip_named("scalesim"));
	const OneRun r = run(c, c.chip, false);

	ASSERT_EQ(c.chip.array.overlap, (uint64_t)NPU_overlap_none);
	for (size_t i = 0; i < r.result->layer_count; i++) {
		const npu_stats &s = r.result->layers[i].stats;

		EXPECT_EQ(s.compute_cycles == 0, s.macs == 0)
			<< r.result->layers[i].name;
	}
}

} // namespace
