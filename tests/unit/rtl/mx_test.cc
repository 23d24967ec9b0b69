/* tests/unit/rtl/mx_test.cc - npu_mx.sv beside isa/npu_array.c (times, bins)
 * and sim/exec (bits): random GEMMs, issued at random times.
 * SPDX-License-Identifier: Apache-2.0
 *
 * NPU_MX_SEQUENCES and NPU_MX_SEED in the environment make a longer run by
 * hand. */
#include "Vmx.h"
#include "Vmx___024root.h"
#include "isa/npu_array.h"
#include "tests/unit/sim/exec_pair.h"
#include "traces/npu_result.h"
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <gtest/gtest.h>
#include <memory>
#include <vector>

namespace
{

enum { PORTS = 4, IN_FLIGHT = 4 };

/* One GEMM: what it is, when it issued, and when C says what happens. */
struct Job {
	npu_insn insn;
	uint64_t gap; /* cycles it stays away once the array is ready */
	npu_array_span span;
};

class Bench
{
      public:
	VerilatedContext context;
	std::unique_ptr<Vmx> rtl;
	uint64_t cycle = 0;
	const uint8_t *spad = nullptr;

	explicit Bench(int seed)
	{
		context.randReset(2);
		context.randSeed(seed);
		rtl = std::make_unique<Vmx>(&context);
		rtl->clk = 0;
		rtl->rst = 1;
		rtl->issue = 0;
		rtl->eval();
		for (int i = 0; i < 4; i++)
			edge();
		rtl->rst = 0;
		rtl->eval();
	}
	~Bench()
	{
		rtl->final();
	}
	int32_t *rows()
	{
		return (int32_t *)(void *)&rtl->rootp
			->npu_mx_bench__DOT__accumulators__DOT__rows;
	}
	npu_chip chip() const
	{
		npu_chip chip = test_chip();

		chip.array.rows = chip.array.cols = rtl->t;
		chip.array.adder_latency = rtl->lat;
		chip.array.fp32_passes = rtl->passes;
		return chip;
	}
	/* End this cycle: memories answer in the next. */
	void edge()
	{
		const bool en[] = { !!rtl->mx_a_en, !!rtl->mx_w_en,
				    !!rtl->mx_b_en, !!rtl->mx_i_en };
		const uint32_t at[] = { rtl->mx_a_addr, rtl->mx_w_addr,
					rtl->mx_b_addr, rtl->mx_i_addr };
		void *data[] = { &rtl->mx_a_data, &rtl->mx_w_data,
				 &rtl->mx_b_data, &rtl->mx_i_data };
		const size_t T = rtl->t;
		const size_t bytes[] = { 16 * T, 4 * T, 4 * T, T / 4 };

		rtl->clk = 1;
		rtl->eval();
		for (int p = 0; p < PORTS && spad; p++)
			if (en[p])
				read(data[p], at[p], bytes[p]);
		rtl->clk = 0;
		rtl->issue = 0;
		rtl->eval();
		cycle++;
	}

      private:
	void read(void *to, uint32_t at, size_t bytes)
	{
		for (size_t i = 0; i < bytes; i++)
			((uint8_t *)to)[i] = spad[(at + i) % SPAD];
	}
};

/* A count that is often small, a multiple of T, or one off. */
uint64_t any_count(Pair &p, uint64_t T, uint64_t most)
{
	const uint64_t n = p.below(3) == 0 ? p.one_to(3)
			   : p.below(2)    ? T * p.one_to(3) + p.below(3) - 1
					   : p.one_to(3 * T);

	return std::min(n, most);
}

void draw_view(Pair &p, uint64_t T, npu_insn_gemm &g)
{
	const uint64_t inner = g.ta ? g.nc : 1;

	g.n = any_count(p, T, 4 * T);
	g.my = p.below(2) ? 1 : p.one_to(3);
	g.mx = p.below(3) ? p.one_to(4) : any_count(p, T, 3 * T);
	for (;;) {
		const uint64_t blocks = (g.n + T - 1) / T;

		if (p.below(2)) { /* blocks of columns outermost */
			g.c_x = inner + p.below(2);
			g.c_y = g.c_x * g.mx + p.below(2);
			g.c_n = g.c_y * g.my;
		} else {
			g.c_n = inner;
			g.c_x = g.c_n * blocks + p.below(2);
			g.c_y = g.c_x * g.mx;
		}
		const uint64_t extent = (g.my - 1) * g.c_y +
					(g.mx - 1) * g.c_x +
					(blocks - 1) * g.c_n + inner;
		if (extent <= ROWS) {
			g.c_row = p.below(ROWS - extent + 1);
			return;
		}
		g.n = g.n > T ? g.n - T : g.n;
		g.mx = (g.mx + 1) / 2;
	}
}

/* The view of the GEMM before, or nearly. */
void take_view(Pair &p, const npu_insn_gemm &before, npu_insn_gemm &g)
{
	g.ta = before.ta;
	g.n = before.n;
	g.my = before.my;
	g.mx = before.mx;
	g.c_n = before.c_n;
	g.c_x = before.c_x;
	g.c_y = before.c_y;
	g.c_row = before.c_row;
	if (g.ta)
		g.nc = before.nc;
	if (p.below(6) == 0)
		g.n = p.one_to(g.n);
	if (p.below(6) == 0)
		g.mx = p.one_to(g.mx);
	if (p.below(6) == 0 && g.ta)
		g.nc = p.one_to(g.nc);
}

void draw_types(Pair &p, bool is_float, npu_insn_gemm &g)
{
	static const npu_dtype floats[] = { NPU_bf16, NPU_fp16, NPU_fp32 };

	if (is_float) {
		g.dt_a = floats[p.below(3) ? 0 : p.below(3)];
		g.dt_w = p.below(2) ? g.dt_a : (uint64_t)floats[p.below(3)];
		return;
	}
	g.dt_a = NPU_u8 + p.below(2);
	g.dt_w = NPU_u8 + p.below(2);
	g.a_zero = p.below(2) ? p.below(256) : 0;
	g.w_zero = p.below(2) ? p.below(256) : 0;
}

npu_insn draw(Pair &p, uint64_t T, const npu_insn *before, bool is_float)
{
	npu_insn insn = {};
	npu_insn_gemm &g = insn.gemm;

	g.op = NPU_OP_gemm;
	g.init = p.below(3);
	draw_types(p, is_float, g);
	g.ta = p.below(4) == 0;
	g.nc = any_count(p, T, 4 * T);
	if (before && p.below(2)) {
		take_view(p, before->gemm, g);
		g.init = p.below(4) ? 1 : g.init;
	} else {
		draw_view(p, T, g);
	}
	g.tb = !g.ta && p.below(3) == 0;
	g.sparse = g.ta || g.tb || p.below(3) ? 0 : 1 + p.below(2);
	if (g.sparse)
		g.nc = (g.nc + 3) / 4 * 4 * p.one_to(3);
	g.ky = p.below(2) ? 1 : p.one_to(3);
	g.kx = g.ta ? any_count(p, T, 3 * T) : p.below(2) ? 1 : p.one_to(3);
	for (uint64_t *step : { &g.a_my, &g.a_mx, &g.a_ky, &g.a_kx })
		*step = p.below(60);
	g.a_addr = p.below(100);
	g.w_addr = 1500 + p.below(100);
	g.w_pitch = p.below(12);
	g.index = 3000 + p.below(100);
	g.i_pitch = p.below(4);
	g.bias = 3500 + p.below(100);
	return insn;
}

/* One that stays in its memories, and when it comes. */
Job draw_job(Pair &p, uint64_t T, const Job *before, bool is_float,
	     bool is_tight)
{
	Job job = {};

	do
		job.insn =
			draw(p, T, before ? &before->insn : nullptr, is_float);
	while (npu_exec_check(p.memory, &job.insn, nullptr) != NPU_OK);
	job.gap = is_tight ? 0 : p.below(2) ? p.below(6) : p.below(12 * T);
	return job;
}

class Sequence
{
      public:
	Sequence(Pair &pair, Bench &bench_, npu_array &array_,
		 std::vector<Job> jobs_)
	    : p(pair), bench(bench_), array(array_), jobs(std::move(jobs_)),
	      chip(bench_.chip()), start(bench_.cycle)
	{
	}

	void run()
	{
		size_t done = 0;

		bench.spad = p.memory->core[0].spad;
		memcpy(bench.rows(), p.memory->core[0].acc,
		       ROWS * 4 * p.memory->columns);
		bench.rtl->eval();
		while (done < jobs.size()) {
			ASSERT_LT(now() - start, 1000000u) << "does not end";
			step(&done);
			if (testing::Test::HasFailure())
				return;
		}
		check_bins();
		ASSERT_EQ(0, memcmp(bench.rows(), p.memory->core[0].acc,
				    ROWS * 4 * p.memory->columns));
	}
	std::vector<uint64_t> tally{ std::vector<uint64_t>(NPU_BIN_COUNT) };

      private:
	Pair &p;
	Bench &bench;
	npu_array &array; /* goes on from sequence to sequence */
	std::vector<Job> jobs;
	npu_chip chip;
	uint64_t start, accept = 0;
	size_t issued = 0;
	std::vector<uint8_t> bins; /* from `start` on */

	uint64_t now() const
	{
		return bench.cycle;
	}

	void issue(Job &job)
	{
		Vmx &rtl = *bench.rtl;
		npu_array_work work = npu_array_cut_insn(&chip, &job.insn.gemm);
		npu_word word;
		npu_error err = {};

		ASSERT_EQ(npu_insn_encode(&job.insn, &word, &err), NPU_OK)
			<< err.message;
		ASSERT_EQ(npu_exec_insn(p.memory, 0, &job.insn, &err), NPU_OK);
		memcpy(&rtl.insn, word.half, sizeof word.half);
		rtl.same_bank = work.same_bank = p.below(4) == 0;
		rtl.behind_bank = work.behind_bank = p.below(4) == 0;
		rtl.issue = 1;
		rtl.eval();
		job.span = npu_array_add(&array, &work, now());
		accept = job.span.accept;
		issued++;
	}

	void step(size_t *done)
	{
		Vmx &rtl = *bench.rtl;

		ASSERT_EQ(rtl.ready, issued == 0 || now() >= accept)
			<< "cycle " << now() << ", " << issued << " issued";
		if (issued < jobs.size() && rtl.ready &&
		    issued - *done < IN_FLIGHT) {
			Job &job = jobs[issued];

			if (job.gap)
				job.gap--;
			else
				issue(job);
		}
		if (rtl.done) {
			ASSERT_LT(*done, issued);
			ASSERT_EQ(now(), jobs[*done].span.done)
				<< "gemm " << *done;
			++*done;
		} else if (*done < issued) {
			ASSERT_NE(now(), jobs[*done].span.done)
				<< "gemm " << *done << " is not done";
		}
		check_firsts(rtl.tile_lines, rtl.tile_rows);
		bench.edge();
		bins.push_back(rtl.bin);
	}

	/* In the cycles of a GEMM's first line and row, a tile begins. */
	void check_firsts(bool lines, bool rows)
	{
		for (size_t i = 0; i < issued; i++) {
			const npu_array_span &s = jobs[i].span;

			ASSERT_TRUE(lines || now() != s.first_line)
				<< "gemm " << i;
			ASSERT_TRUE(rows || now() + 1 != s.first_row)
				<< "gemm " << i;
			/* nor does one begin in between */
			ASSERT_FALSE(rows && now() + 1 > s.first_line &&
				     now() + 1 < s.first_row &&
				     (i == 0 ||
				      now() + 1 >= jobs[i - 1].span.stream_end))
				<< "gemm " << i;
		}
	}

	/* Bins of every GEMM's window; between windows the array drains. */
	void check_bins()
	{
		static const npu_bin code[NPU_ARRAY_BINS] = {
			NPU_BIN_weight_load, NPU_BIN_hazard, NPU_BIN_bank,
			NPU_BIN_fill_drain, NPU_BIN_busy
		};
		uint64_t at = start;

		for (size_t i = 0; i < jobs.size(); i++) {
			const npu_array_span &s = jobs[i].span;
			uint64_t got[NPU_BIN_COUNT] = {};

			for (; at < s.begin; at++)
				if (i && at < jobs[i - 1].span.done) {
					ASSERT_EQ(bins[at - start],
						  NPU_BIN_fill_drain)
						<< "cycle " << at;
				}
			for (; at < s.stream_end; at++)
				got[bins[at - start]]++;
			for (int b = 0; b < NPU_ARRAY_BINS; b++) {
				ASSERT_EQ(got[code[b]], s.bin[b])
					<< "gemm " << i << " bin " << b;
				tally[code[b]] += s.bin[b];
			}
		}
		for (; at < jobs.back().span.done; at++)
			ASSERT_EQ(bins[at - start], NPU_BIN_fill_drain);
	}
};

uint64_t from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, nullptr, 10) : otherwise;
}

std::string text_of(const std::vector<Job> &jobs)
{
	std::string out;

	for (const Job &job : jobs) {
		npu_text text = {};

		npu_insn_print(&job.insn, &text);
		out += std::string(text.data, text.length) + "\n";
		npu_text_clear(&text);
	}
	return out;
}

TEST(Mx, RandomSequencesEqualTheRecurrenceAndTheExecutor)
{
	const uint64_t count = from_environment("NPU_MX_SEQUENCES", 400);
	const uint64_t seed = from_environment("NPU_MX_SEED", 1);
	std::vector<uint64_t> tally(NPU_BIN_COUNT);
	uint64_t cycles = 0, gemms = 0;
	Bench bench((int)seed);
	const npu_chip chip = bench.chip();
	const uint32_t T = bench.rtl->t;
	auto array = std::make_unique<npu_array>();

	npu_array_reset(array.get(), &chip);
	bench.cycle = 0;

	for (uint64_t n = 0; n < count; n++) {
		Pair p(seed * 1000003 + n, T);
		const uint64_t kind = p.below(4); /* 0, 1: integers */
		const bool is_tight = p.below(2);
		std::vector<Job> jobs;

		p.fill(kind < 2 ? 1 : (int)p.below(4));
		for (uint64_t left = p.one_to(7); left; left--) {
			const bool is_float = kind < 2 ? kind : p.below(2);

			jobs.push_back(draw_job(
				p, T, jobs.empty() ? nullptr : &jobs.back(),
				is_float, is_tight));
		}
		Sequence sequence(p, bench, *array, jobs);
		const uint64_t from = bench.cycle;
		sequence.run();
		ASSERT_FALSE(HasFailure()) << "sequence " << n << ":\n"
					   << text_of(jobs);
		cycles += bench.cycle - from;
		gemms += jobs.size();
		for (int b = 0; b < NPU_BIN_COUNT; b++)
			tally[b] += sequence.tally[b];
	}
	for (npu_bin b : { NPU_BIN_busy, NPU_BIN_bank, NPU_BIN_hazard,
			   NPU_BIN_weight_load, NPU_BIN_fill_drain })
		EXPECT_GT(tally[b], 0u) << npu_bin_name[b];
	printf("T = %u, LAT = %u: %llu GEMMs, %llu cycles\n", T, bench.rtl->lat,
	       (unsigned long long)gemms, (unsigned long long)cycles);
}

} // namespace
