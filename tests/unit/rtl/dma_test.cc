// tests/unit/rtl/dma_test.cc - npu_ld.sv and npu_st.sv against the C engines:
// every request, answer, chunk and completion in the same cycle, every byte as
// npu_exec_insn() has it.
// SPDX-License-Identifier: Apache-2.0
#include "dma_rtl.h"
#include "tests/support/chip_named.h"
#include <cstdlib>

using namespace dma_test;

namespace
{

// ---- the C engines, given when the RTL has issued ----

struct Engine {
	npu_dma *dma;
	Log log;
	size_t issued = 0;
	bool is_busy = false;

	Engine(const Sequence &seq, int e)
	{
		const npu_dma_options options = { uint8_t(e == LD), WIDTH,
						  seq.outstanding,  seq.startup,
						  on_chunk,         this };

		EXPECT_EQ(npu_dma_create(&options, &dma, nullptr), NPU_OK);
	}
	Engine(const Engine &) = delete;
	~Engine()
	{
		npu_dma_destroy(dma);
	}
	static void on_chunk(void *user, uint64_t cycle, const npu_dma_chunk *)
	{
		static_cast<Engine *>(user)->log.chunks.push_back(cycle);
	}
	// After each event: what is known now.
	void look()
	{
		while (log.done.size() < issued &&
		       npu_dma_done(dma, log.done.size()) != NEVER)
			log.done.push_back(npu_dma_done(dma, log.done.size()));
		if (is_busy && npu_dma_ready(dma) != NEVER) {
			log.ready.push_back(npu_dma_ready(dma));
			is_busy = false;
		}
	}
};

class Model
{
      public:
	Model(const Sequence &sequence, Memories *ld, Memories *st)
	    : engine{ { sequence, LD }, { sequence, ST } },
	      seq(sequence), memory{ ld, st }, view{ ld->view(), st->view() },
	      port(owned(sequence.memory()))
	{
	}
	void run()
	{
		npu_dram_run run;
		uint64_t at;

		for (;;) {
			const uint64_t next = next_event();

			if (port->advance(port->user, next, &run, &at))
				answer(run, at);
			else if (next == NEVER)
				break;
			else
				event(next);
			for (int e : { LD, ST })
				engine[e].look();
		}
	}
	Engine engine[2];

      private:
	const Sequence &seq;
	Memories *memory[2];
	npu_memory view[2];
	Port port;
	size_t executed[2] = {};

	uint64_t issue_cycle(int e) const
	{
		const size_t n = engine[e].issued;

		return n < seq.issues[e].size() ? seq.issues[e][n] : NEVER;
	}
	uint64_t request_cycle(int e) const
	{
		const uint64_t wants = npu_dma_wants(engine[e].dma);

		return wants == NEVER ? NEVER
				      : port->ready(port->user, unsigned(e) + 1,
						    wants);
	}
	uint64_t next_event() const
	{
		return std::min({ issue_cycle(LD), issue_cycle(ST),
				  request_cycle(LD), request_cycle(ST) });
	}
	void answer(const npu_dram_run &run, uint64_t at)
	{
		engine[run.is_write].log.answers.push_back(at);
		npu_dma_answer(engine[run.is_write].dma, at);
	}
	void event(uint64_t now)
	{
		for (int e : { LD, ST })
			if (request_cycle(e) == now)
				return request(e, now);
		for (int e : { LD, ST })
			if (issue_cycle(e) == now)
				return issue(e, now);
	}
	void request(int e, uint64_t now)
	{
		npu_dma_beat beat;

		npu_dma_ask(engine[e].dma, now, &beat);
		const npu_dram_run run = { beat.address, 64, uint8_t(e),
					   uint8_t(e + 1), 0 };
		ASSERT_EQ(port->submit(port->user, &run, now, nullptr), NPU_OK);
		engine[e].log.requests.push_back(
			request_of(now, beat.address, beat.strobe, beat.data));
	}
	void issue(int e, uint64_t now)
	{
		const size_t n = engine[e].issued++;
		const npu_insn *insn = &seq.jobs[e][n].insn;
		npu_dma_job job = {};

		EXPECT_LE(npu_dma_ready(engine[e].dma), now);
		execute(e, now);
		job.copy = npu_copy_of(insn);
		job.base = base[job.copy.region];
		job.is_local = job.copy.region == CORES;
		job.spad = memory[e]->spad.data();
		npu_dma_issue(engine[e].dma, &job, now);
		engine[e].is_busy = true;
	}

      public:
	// The effects of all that is done.
	void execute(int e, uint64_t now)
	{
		const std::vector<uint64_t> &done = engine[e].log.done;

		for (; executed[e] < done.size() && done[executed[e]] <= now;
		     executed[e]++)
			EXPECT_EQ(npu_exec_insn(&view[e], 0,
						&seq.jobs[e][executed[e]].insn,
						nullptr),
				  NPU_OK);
		if (now == NEVER)
			memcpy(memory[e]->lut, view[e].core[0].lut,
			       NPU_LUT_BYTES);
	}
};

// ---- sequences ----

std::function<npu_memory_port()> draw_memory(Draw &d)
{
	static const npu_chip edge =
		chip_named("edge", { "dram.model=command" });
	static const npu_chip ideal = chip_named("mcu");
	const uint64_t seed = d.in(1, 1000000), latency = d.in(1, 60);
	const uint64_t kind = d.in(0, 4);
	const unsigned stall = unsigned(d.in(0, 80));

	return [=] {
		npu_memory_port port = {};

		if (kind == 0)
			EXPECT_EQ(npu_burst_port_fixed(latency, &port, nullptr),
				  NPU_OK);
		else if (kind <= 2)
			EXPECT_EQ(npu_burst_port_random(seed, latency, stall,
							&port, nullptr),
				  NPU_OK);
		else
			EXPECT_EQ(
				npu_burst_port_dram(kind == 3 ? &edge : &ideal,
						    &port, nullptr),
				NPU_OK);
		return port;
	};
}

// The same of both sides, with what the sequence was where it is not.
template <class T>
void compare(const std::vector<T> &rtl, const std::vector<T> &model,
	     const char *what, int e, const Sequence &seq)
{
	size_t i = 0;

	if (rtl == model)
		return;
	while (i < rtl.size() && i < model.size() && rtl[i] == model[i])
		i++;
	ADD_FAILURE() << (e ? "ST " : "LD ") << what << " " << i << " of "
		      << rtl.size() << " (C: " << model.size() << "): RTL "
		      << (i < rtl.size() ? testing::PrintToString(rtl[i]) : "-")
		      << ", C "
		      << (i < model.size() ? testing::PrintToString(model[i])
					   : "-")
		      << "; outstanding " << seq.outstanding << ", startup "
		      << seq.startup;
	for (size_t n = 0; n < seq.jobs[e].size(); n++) {
		npu_text text = {};

		npu_insn_print(&seq.jobs[e][n].insn, &text);
		ADD_FAILURE() << "  " << n << " issued " << seq.issues[e][n]
			      << ": " << text.data;
		npu_text_clear(&text);
	}
}

// Run one sequence on both. False: stop, more of the same would follow.
bool run_both(uint64_t seed)
{
	npu_random random = { seed };
	npu_random same = { seed + 1 };
	const Memories start(&same);
	Memories rtl_memory[2] = { start, start };
	Memories c_memory[2] = { start, start };
	Memories bounds = start;
	const npu_memory view = bounds.view();
	Draw d(&random, view);
	Sequence seq;

	seq.outstanding = d.percent(50) ? d.in(1, 6) : d.in(1, 64);
	seq.startup = d.in(0, 6);
	seq.memory = draw_memory(d);
	for (int e : { LD, ST })
		for (uint64_t n = d.in(1, 8); n; n--)
			seq.jobs[e].push_back(
				{ d.insn(e == LD),
				  d.percent(60) ? 0 : d.in(1, 120) });
	Rtl rtl(&seq, &rtl_memory[LD], &rtl_memory[ST]);
	EXPECT_TRUE(rtl.run()) << "the RTL hangs";
	Model model(seq, &c_memory[LD], &c_memory[ST]);
	model.run();
	for (int e : { LD, ST }) {
		const Log &a = rtl.log[e], &b = model.engine[e].log;

		compare(a.requests, b.requests, "request", e, seq);
		compare(a.answers, b.answers, "answer", e, seq);
		compare(a.chunks, b.chunks, "chunk", e, seq);
		compare(a.done, b.done, "done", e, seq);
		compare(a.ready, b.ready, "ready", e, seq);
		model.execute(e, NEVER);
		EXPECT_EQ(rtl_memory[e].spad, c_memory[e].spad) << e;
		EXPECT_EQ(0, memcmp(rtl_memory[e].lut, c_memory[e].lut,
				    NPU_LUT_BYTES))
			<< e;
		for (int r : { SOURCE, TARGET })
			EXPECT_EQ(rtl_memory[e].region[r],
				  c_memory[e].region[r])
				<< e;
	}
	return !testing::Test::HasFailure();
}

// Whether a gather (LD) or scatter (ST) whose index reads as `index` is a
// fault; asks for nothing then.
bool is_fault(int e, int32_t index, uint64_t limit)
{
	VerilatedContext context;
	Vdma rtl{ &context };
	npu_insn insn = {};
	npu_word word;
	bool asks = false;
	const auto edge = [&rtl] {
		rtl.clk = 1;
		rtl.eval();
		rtl.clk = 0;
		rtl.eval();
	};

	insn.ld.op = NPU_OP_ld;
	insn.ld.n0 = insn.ld.n1 = insn.ld.n2 = insn.ld.n3 = 1;
	insn.ld.gather = 1;
	insn.ld.limit = limit;
	if (e == ST) {
		insn.st.op = NPU_OP_st;
		insn.st.n0 = insn.st.n1 = insn.st.n2 = insn.st.n3 = 1;
		insn.st.gather = 1;
		insn.st.limit = limit;
	}
	EXPECT_EQ(npu_insn_encode(&insn, &word, nullptr), NPU_OK);
	rtl.outstanding = 4;
	rtl.rst = 1;
	edge();
	rtl.rst = 0;
	memcpy(&rtl.ld_insn, &word, 64);
	memcpy(&rtl.st_insn, &word, 64);
	memcpy(&rtl.ld_i_data, &index, 4);
	memcpy(&rtl.ld_r_data, &index, 4);
	memcpy(&rtl.st_r_data, &index, 4);
	rtl.ld_issue = e == LD;
	rtl.st_issue = e == ST;
	for (int cycle = 0; cycle < 20; cycle++) {
		edge();
		rtl.ld_issue = rtl.st_issue = 0;
		asks |= rtl.ld_req_valid || rtl.st_req_valid;
	}
	EXPECT_NE(rtl.ld_fault || rtl.st_fault, asks);
	return rtl.ld_fault || rtl.st_fault;
}

TEST(Dma, AnIndexBeyondItsLimitIsAFault)
{
	for (int e : { LD, ST }) {
		EXPECT_FALSE(is_fault(e, 0, 1));
		EXPECT_FALSE(is_fault(e, 39, 40));
		EXPECT_TRUE(is_fault(e, 40, 40));
		EXPECT_TRUE(is_fault(e, -1, 40));
		EXPECT_TRUE(is_fault(e, -1, 0xffffffff));
		EXPECT_TRUE(is_fault(e, 0, 0));
	}
}

// NPU_DMA_SEQUENCES=10000 for more of them.
TEST(Dma, RandomSequencesAgreeInEveryCycleAndByte)
{
	const char *more = getenv("NPU_DMA_SEQUENCES");
	const uint64_t count = more ? strtoull(more, nullptr, 10) : 600;

	for (uint64_t seed = 0; seed < count; seed++)
		ASSERT_TRUE(run_both(seed)) << "seed " << seed;
}

} // namespace
