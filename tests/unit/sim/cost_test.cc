/* tests/unit/sim/cost_test.cc - the closed forms against figures that others
 * measured, hand-computed ones, and a plain loop over weight tiles.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_random.h"
#include "isa/npu_array.h"
#include "tests/unit/sim/test_chip.h"
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <vector>

namespace
{

using gemm_shape = struct npu_gemm_shape;

gemm_shape shape(uint64_t rows, uint64_t steps, uint64_t k, uint64_t n)
{
	return { rows, rows, steps, k, n, 0, 0, 1, 4 };
}

std::vector<std::string> split(const std::string &line)
{
	std::vector<std::string> out;
	std::stringstream in(line);
	std::string cell;

	while (std::getline(in, cell, ','))
		out.push_back(cell);
	return out;
}

TEST(CostScaleSim, EveryReferenceRowIsFoldsTimesCyclesLessOne)
{
	std::ifstream in(NPU_SOURCE_DIR "/tests/data/scalesim/layers.csv");
	std::string line;
	int rows = 0;

	ASSERT_TRUE(std::getline(in, line));
	while (std::getline(in, line)) {
		const auto cell = split(line);
		npu_chip chip = test_chip();

		ASSERT_GE(cell.size(), 16u);
		chip.array.overlap = NPU_overlap_none;
		chip.array.rows = std::stoull(cell[12]);
		chip.array.cols = std::stoull(cell[13]);
		chip.array.dataflow = cell[14] == "os"   ? NPU_dataflow_os
				      : cell[14] == "is" ? NPU_dataflow_is
							 : NPU_dataflow_ws;
		const auto s =
			shape(std::stoull(cell[9]), 1, std::stoull(cell[11]),
			      std::stoull(cell[10]));
		EXPECT_EQ(npu_gemm_cycles(&chip, &s), std::stoull(cell[15]) + 1)
			<< line;
		EXPECT_EQ(npu_gemm_stream_cycles(&chip, &s),
			  std::stoull(cell[15]) + 1);
		rows++;
	}
	EXPECT_EQ(rows, 30);
}

TEST(CostScaleSim, KernelStepsFoldTogether)
{
	npu_chip chip = test_chip();

	chip.array.overlap = NPU_overlap_none;
	/* K = 9 * 20 = 180: 12 folds of 16 rows, not 9 * 2 */
	const auto s = shape(100, 9, 20, 16);
	EXPECT_EQ(npu_gemm_cycles(&chip, &s), 12u * (100 + 32 + 16 - 2));
}

TEST(CostGemm, OneTileTakesLoadRowsAndDrain)
{
	const npu_chip chip = test_chip();
	const auto s = shape(100, 1, 16, 16);

	/* first line at 1, first row at 3, 100 rows; last row at 102, its sum
	 * is written 16 * 2 + 16 + 2 later, and can be read in the next */
	EXPECT_EQ(npu_gemm_cycles(&chip, &s), 102u + 50 + 1);
}

TEST(CostGemm, SteadyTileTakesTheLargerOfRowsAndLines)
{
	const npu_chip chip = test_chip();
	const auto wide = shape(100, 1, 16, 16 * 10);
	const auto flat = shape(3, 1, 16, 16 * 10);

	EXPECT_EQ(npu_gemm_stream_cycles(&chip, &wide), 1000u);
	EXPECT_EQ(npu_gemm_stream_cycles(&chip, &flat), 160u);
	EXPECT_EQ(npu_gemm_cycles(&chip, &wide), 2u + 1000 + 50 + 1);
	/* rows 0..2 of the last tile follow its first line by 2 */
	EXPECT_EQ(npu_gemm_cycles(&chip, &flat), 1u + 9 * 16 + 2 + 3 - 1 + 51);
}

TEST(CostGemm, RoundsOfOneShortTileWaitForTheAdders)
{
	const npu_chip chip = test_chip();
	const auto s = shape(10, 1, 16 * 5, 16);

	/* the next tile reads the same rows 16 * 2 + 2 cycles later */
	EXPECT_EQ(npu_gemm_stream_cycles(&chip, &s), 4u * 34 + 16);
	EXPECT_EQ(npu_gemm_cycles(&chip, &s), 3u + 4 * 34 + 10 - 1 + 51);
}

TEST(CostGemm, KernelStepsHaveTilesOfTheirOwn)
{
	const npu_chip chip = test_chip();
	const auto s = shape(100, 9, 20, 16);

	EXPECT_EQ(npu_gemm_stream_cycles(&chip, &s), 9u * 2 * 100);
}

TEST(CostGemm, Fp32TakesItsPasses)
{
	const npu_chip chip = test_chip();
	auto s = shape(100, 1, 16, 160);

	s.passes = 4;
	EXPECT_EQ(npu_gemm_stream_cycles(&chip, &s), 4000u);
}

/* A round of k more costs a GEMM alone what it costs a stream of them. */
TEST(CostGemm, RoundsCostTheSameAloneAndInAStream)
{
	const npu_chip chip = test_chip();
	npu_random random = { 3 };

	for (int i = 0; i < 2000; i++) {
		gemm_shape s = shape(1 + npu_random_below(&random, 60), 1, 0,
				     1 + npu_random_below(&random, 60));

		s.passes = npu_random_below(&random, 2) ? 1 : 4;
		s.ta = npu_random_below(&random, 2) == 0;
		if (s.ta)
			s.rows *= s.rows_per_step =
				1 + npu_random_below(&random, 20);
		s.k_per_step = 16 * 20;
		const uint64_t alone = npu_gemm_cycles(&chip, &s);
		const uint64_t stream = npu_gemm_stream_cycles(&chip, &s);
		s.k_per_step += 16;
		EXPECT_EQ(npu_gemm_cycles(&chip, &s) - alone,
			  npu_gemm_stream_cycles(&chip, &s) - stream)
			<< s.rows << " rows, n " << s.n;
	}
}

TEST(CostGemm, SparseWeightsCoverMoreOfK)
{
	const npu_chip chip = test_chip();
	auto s = shape(100, 1, 64, 16);

	EXPECT_EQ(npu_gemm_stream_cycles(&chip, &s), 400u);
	s.stored_of_4 = 2;
	EXPECT_EQ(npu_gemm_stream_cycles(&chip, &s), 200u);
	s.stored_of_4 = 1;
	EXPECT_EQ(npu_gemm_stream_cycles(&chip, &s), 100u);
}

TEST(CostGemm, OutputStationaryStreamsK)
{
	npu_chip chip = test_chip();

	chip.array.dataflow = NPU_dataflow_os;
	const auto s = shape(32, 9, 20, 48); /* 2 x 3 tiles of K = 180 */
	EXPECT_EQ(npu_gemm_stream_cycles(&chip, &s), 6u * 180);
}

/* The recurrence of timing.md 3, tile by tile, written anew for ws. */
struct plain {
	int64_t load_end = 0, swap = -1000000, read_end = 0, last = -1000000;
	int64_t turn = 0;
	std::vector<int64_t> wave;
	uint64_t bins[NPU_ARRAY_BINS] = {};

	int64_t run(int64_t R, int64_t C, int64_t lat, const gemm_shape &s,
		    bool accumulates, bool same_view, int64_t issue)
	{
		const int64_t apart = R * lat + 2;
		const int64_t kt = ((int64_t)s.k_per_step + R - 1) / R;
		const int64_t nt = ((int64_t)s.n + C - 1) / C;
		const int64_t p = s.passes, d = s.ta ? R * p : 0;
		const int64_t m = (int64_t)s.rows;
		const int64_t run = (int64_t)s.rows_per_step;
		const int64_t pad = s.ta ? (R - run % R) % R : 0;
		const int64_t slots = m + m / run * pad;
		bool first = true, ring = accumulates && same_view;

		if (!ring)
			wave.assign((size_t)nt, 0);
		for (uint64_t step = 0; step < s.k_steps; step++)
			for (int64_t k = 0; k < kt; k++)
				for (int64_t n = 0; n < nt; n++) {
					int64_t lines = std::min<int64_t>(
						R,
						(int64_t)s.k_per_step - k * R);
					if (s.tb)
						lines = std::min<int64_t>(
							C,
							(int64_t)s.n - n * C);
					int64_t at = std::max(load_end, swap);
					if (first)
						at = std::max(at, issue + 1);
					int64_t h = 0;
					if (step || k || ring)
						h = wave[(size_t)n] + apart;
					else if (first && accumulates)
						h = last + apart;
					int64_t u = std::max(
						{ at + 2 +
							  (lines - 1) * (p - 1),
						  h,
						  read_end + std::max<int64_t>(
								     turn - d,
								     0) });
					load_end = at + lines * p;
					swap = u + d + p - 1;
					read_end = u + slots * p;
					wave[(size_t)n] = swap;
					last = swap + (slots - pad - 1) * p;
					turn = d;
					first = false;
				}
		return last + R * lat + C + 2 + 1;
	}
};

TEST(ArrayRecurrence, JumpingOverRoundsEqualsTheLoopOverTiles)
{
	npu_random random = { 1 };

	for (int sequence = 0; sequence < 300; sequence++) {
		npu_chip chip = test_chip();
		static npu_array array;
		plain plain;
		gemm_shape before = {};
		npu_cycle accept = 0;

		chip.array.rows = 1ull << npu_random_below(&random, 6);
		chip.array.cols = 1ull << npu_random_below(&random, 6);
		chip.array.adder_latency = 1 + npu_random_below(&random, 4);
		npu_array_reset(&array, &chip);
		for (int i = 0; i < 6; i++) {
			gemm_shape s = shape(1 + npu_random_below(&random, 60),
					     1 + npu_random_below(&random, 12),
					     1 + npu_random_below(&random, 90),
					     1 + npu_random_below(&random, 90));
			const bool accumulates = npu_random_below(&random, 2);
			const bool same = i && npu_random_below(&random, 2);

			s.passes = npu_random_below(&random, 3) ? 1 : 4;
			if (same) {
				s.n = before.n;
				s.rows = before.rows;
				s.passes = before.passes;
			}
			s.ta = npu_random_below(&random, 4) == 0;
			s.rows_per_step = s.rows;
			if (s.ta && !same) {
				s.rows_per_step =
					1 + npu_random_below(&random, 12);
				s.rows = s.rows_per_step *
					 (1 + npu_random_below(&random, 5));
			}
			s.tb = !s.ta && npu_random_below(&random, 3) == 0;
			npu_array_work w = npu_array_cut(&chip, &s);
			w.accumulates = accumulates;
			w.view[0] = same ? array.view[0] : (uint64_t)i;
			const npu_cycle issue =
				accept + npu_random_below(&random, 100);
			const npu_array_span span =
				npu_array_add(&array, &w, issue);
			const int64_t want =
				plain.run((int64_t)chip.array.rows,
					  (int64_t)chip.array.cols,
					  (int64_t)chip.array.adder_latency, s,
					  accumulates, same, (int64_t)issue);
			uint64_t sum = 0;

			ASSERT_EQ((int64_t)span.done, want)
				<< "sequence " << sequence << " gemm " << i;
			ASSERT_EQ((int64_t)span.stream_end, plain.read_end);
			for (uint64_t bin : span.bin)
				sum += bin;
			ASSERT_EQ(sum, span.stream_end - span.begin);
			ASSERT_EQ(span.bin[NPU_ARRAY_stream],
				  w.rows * w.tiles * w.rounds * w.steps);
			accept = span.accept;
			before = s;
		}
	}
}

TEST(ArrayRecurrence, BinsGrowWithTheRoundsJumpedOver)
{
	const npu_chip chip = test_chip();
	const auto s = shape(10, 1, 16 * 1000, 16);
	const npu_array_work w = npu_array_cut(&chip, &s);
	static npu_array array;

	npu_array_reset(&array, &chip);
	const npu_array_span span = npu_array_add(&array, &w, 0);
	EXPECT_EQ(span.bin[NPU_ARRAY_stream], 10000u);
	/* 34 cycles a round, of which 10 stream */
	EXPECT_EQ(span.stream_end, 3u + 999 * 34 + 10);
	EXPECT_EQ(span.bin[NPU_ARRAY_hazard] + span.bin[NPU_ARRAY_weight_load],
		  span.stream_end - 10000);
	EXPECT_GE(span.bin[NPU_ARRAY_hazard], 999u * 16);
}

TEST(ArrayRecurrence, WeightsInABankOfTheActivationsDoNotOverlap)
{
	const npu_chip chip = test_chip();
	const auto s = shape(100, 1, 16, 160);
	npu_array_work w = npu_array_cut(&chip, &s);
	static npu_array array;

	w.same_bank = 1;
	npu_array_reset(&array, &chip);
	const npu_array_span span = npu_array_add(&array, &w, 0);
	EXPECT_EQ(span.stream_end, 1u + 10 * (16 + 100));
	EXPECT_EQ(span.bin[NPU_ARRAY_bank] + span.bin[NPU_ARRAY_weight_load],
		  1u + 10 * 16);
}

TEST(CostVector, ShortRowsTakeWholePassesOfTheLanes)
{
	const npu_chip chip = test_chip();

	EXPECT_EQ(npu_vector_cycles(&chip, 2, 3, 16), 6u + 8);
	EXPECT_EQ(npu_vector_cycles(&chip, 2, 3, 17), 12u + 8);
	EXPECT_EQ(npu_vector_cycles(&chip, 1, 1, 3), 1u + 8);
}

TEST(CostVector, ReductionAlongRowsIsAChain)
{
	const npu_chip chip = test_chip();

	/* rows of one part: one enters a cycle, the last runs through */
	EXPECT_EQ(npu_reduce_cycles(&chip, 0, 1, 1, 1), 1u + 8);
	EXPECT_EQ(npu_reduce_cycles(&chip, 0, 10, 10, 16), 100u + 15 + 8);
	/* one row of 64: four parts, each 16 cycles behind the one before */
	EXPECT_EQ(npu_reduce_cycles(&chip, 0, 1, 1, 64), 64u + 8);
	EXPECT_EQ(npu_reduce_cycles(&chip, 0, 1, 1, 65), 65u + 8);
	/* a second row hides in the first one's shadow, a 17th does not */
	EXPECT_EQ(npu_reduce_cycles(&chip, 0, 2, 1, 64), 65u + 8);
	EXPECT_EQ(npu_reduce_cycles(&chip, 0, 1, 16, 64), 64u + 15 + 8);
	EXPECT_EQ(npu_reduce_cycles(&chip, 0, 1, 17, 64), 128u + 8);
	/* sevenseven groups of four parts, four rows in the last */
	EXPECT_EQ(npu_reduce_cycles(&chip, 0, 10, 10, 64),
		  27u * 16 + 4 + 15 + 8);
	EXPECT_EQ(npu_reduce_cycles(&chip, 1, 1, 49, 64), 49u * 4 + 8);
}

TEST(CostInsn, GemmCountsMacsAndBytes)
{
	const npu_chip chip = test_chip();
	npu_insn insn = {};
	npu_cost cost;

	insn.op = NPU_OP_gemm;
	insn.gemm.dt_a = NPU_u8;
	insn.gemm.dt_w = NPU_s8;
	insn.gemm.my = 2;
	insn.gemm.mx = 5;
	insn.gemm.ky = insn.gemm.kx = 3;
	insn.gemm.nc = 20;
	insn.gemm.n = 40;
	ASSERT_EQ(npu_cost_insn(&chip, &insn, &cost, nullptr), NPU_OK);
	EXPECT_EQ(cost.macs, 10u * 180 * 40);
	/* activations once a block of 16 columns, weights once */
	EXPECT_EQ(cost.spad_read_bytes, 10u * 180 * 3 + 180 * 40);
	/* 18 rounds of k; the first starts from zero */
	EXPECT_EQ(cost.acc_write_bytes, 10u * 40 * 4 * 18);
	EXPECT_EQ(cost.acc_read_bytes, 10u * 40 * 4 * 17);
}

TEST(CostInsn, FloatOnAnIntegerArrayIsRefused)
{
	npu_chip chip = test_chip();
	npu_insn insn = {};
	npu_cost cost;
	npu_error err = {};

	insn.op = NPU_OP_gemm;
	insn.gemm.dt_a = insn.gemm.dt_w = NPU_bf16;
	insn.gemm.my = insn.gemm.mx = insn.gemm.ky = insn.gemm.kx = 1;
	insn.gemm.nc = insn.gemm.n = 1;
	EXPECT_EQ(npu_cost_insn(&chip, &insn, &cost, nullptr), NPU_OK);
	chip.array.operands = NPU_operands_int8;
	EXPECT_EQ(npu_cost_insn(&chip, &insn, &cost, &err), NPU_E_RANGE);
	EXPECT_NE(std::string(err.message).find("integers only"),
		  std::string::npos);
}

TEST(CostInsn, PaddedLoadReadsWhatIsNotFilled)
{
	const npu_chip chip = test_chip();
	npu_insn insn = {};
	npu_cost cost;

	/* 5 planes of 3 rows of 9 bytes, rows 3 apart: one plane filled on
	 * each side, 3 bytes on the left and on the right of the image */
	insn.op = NPU_OP_ld;
	insn.ld.n0 = 9;
	insn.ld.n1 = 3;
	insn.ld.n2 = 5;
	insn.ld.n3 = 1;
	insn.ld.s1 = 3;
	insn.ld.u_lo = insn.ld.u_hi = 3;
	insn.ld.y_lo = insn.ld.y_hi = 1;
	ASSERT_EQ(npu_cost_insn(&chip, &insn, &cost, nullptr), NPU_OK);
	/* U = 15: row 0 reads u 3..8, row 1 3..11, row 2 6..11 */
	EXPECT_EQ(cost.mem_read_bytes, 3u * (6 + 9 + 6));
	EXPECT_EQ(cost.spad_write_bytes, 15u * 9);
	EXPECT_EQ(cost.busy_cycles, 15u);
	EXPECT_EQ(cost.cycles, 15u + 4);
}

TEST(CostDram, PeakFollowsThePreset)
{
	npu_chip chip = test_chip();

	EXPECT_DOUBLE_EQ(npu_dram_peak_bytes_per_cycle(&chip), 16.0);
	std::strcpy(chip.dram.preset, "LPDDR4-3200");
	chip.dram.width = 32;
	EXPECT_DOUBLE_EQ(npu_dram_peak_bytes_per_cycle(&chip), 12.8);
	std::strcpy(chip.dram.preset, "HBM2");
	chip.dram.width = 128;
	chip.dram.channels = 8;
	EXPECT_DOUBLE_EQ(npu_dram_peak_bytes_per_cycle(&chip), 256.0);
}

} // namespace
