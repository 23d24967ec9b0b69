// tests/unit/rtl/dma_rtl.h - runs a sequence of LD and ST on the RTL.
// SPDX-License-Identifier: Apache-2.0
#ifndef NPU_TEST_DMA_RTL_H
#define NPU_TEST_DMA_RTL_H
#include "Vdma.h"
#include "dma_draw.h"
#include "sim/npu_burst_port.h"
#include <functional>
#include <gtest/gtest.h>
#include <memory>

namespace dma_test
{
constexpr uint64_t NEVER = UINT64_MAX;
constexpr unsigned WIDTH = sizeof(Vdma::ld_w_data);
enum { LD, ST };

struct Request {
	uint64_t cycle, address, strobe;
	std::vector<uint8_t> bytes; // those written
	bool operator==(const Request &o) const
	{
		return cycle == o.cycle && address == o.address &&
		       strobe == o.strobe && bytes == o.bytes;
	}
};
inline std::ostream &operator<<(std::ostream &to, const Request &r)
{
	return to << r.cycle << ": " << std::hex << r.address << "/" << r.strobe
		  << std::dec;
}
inline Request request_of(uint64_t cycle, uint64_t address, uint64_t strobe,
			  const uint8_t *data)
{
	Request r = { cycle, address, strobe, {} };

	for (unsigned i = 0; i < 64; i++)
		if (strobe >> i & 1)
			r.bytes.push_back(data[i]);
	return r;
}

// What an engine did, and when.
struct Log {
	std::vector<Request> requests;
	std::vector<uint64_t> answers, chunks, done, ready;
};

struct Job {
	npu_insn insn;
	uint64_t gap; // cycles to wait, once it could issue
};

struct Sequence {
	uint64_t outstanding, startup;
	std::function<npu_memory_port()> memory;
	std::vector<Job> jobs[2];
	std::vector<uint64_t> issues[2]; // by the RTL
};

using Port = std::unique_ptr<npu_memory_port, void (*)(npu_memory_port *)>;
inline Port owned(const npu_memory_port &port)
{
	return Port(new npu_memory_port(port), [](npu_memory_port *p) {
		p->destroy(p->user);
		delete p;
	});
}

inline uint8_t *dram(Memories &memories, uint64_t address)
{
	for (int r : { SOURCE, TARGET })
		if (address - base[r] < region_bytes)
			return &memories.region[r][address - base[r]];
	return nullptr;
}

// ---- the RTL ----

class Rtl
{
      public:
	Rtl(Sequence *sequence, Memories *ld, Memories *st)
	    : seq(sequence), memory{ ld, st }, port(owned(sequence->memory()))
	{
	}
	// Until all is done. False: it hangs.
	bool run()
	{
		reset();
		for (now = 0; now < 200000; now++) {
			if (is_over())
				return true;
			cycle();
		}
		return false;
	}
	Log log[2];

      private:
	Sequence *seq;
	Memories *memory[2];
	Port port;
	VerilatedContext context;
	Vdma rtl{ &context };
	uint64_t now = 0, may_issue[2] = {};
	bool is_busy[2] = {};
	std::vector<uint8_t> ld_read, st_read;
	uint32_t index_read = 0;

	void reset()
	{
		rtl.rst = 1;
		rtl.outstanding = uint16_t(seq->outstanding);
		rtl.startup = uint16_t(seq->startup);
		for (int r = 0; r < 3; r++)
			for (int bit = 0; bit < 40; bit++)
				if (base[r] >> bit & 1)
					reinterpret_cast<uint32_t *>(
						&rtl.region_base)[(40 * r +
								   bit) /
								  32] |=
						1u << (40 * r + bit) % 32;
		edge();
		edge();
		rtl.rst = 0;
	}
	void edge()
	{
		rtl.clk = 1;
		rtl.eval();
		rtl.clk = 0;
		rtl.eval();
	}
	bool is_over() const
	{
		for (int e : { LD, ST })
			if (log[e].done.size() < seq->jobs[e].size() ||
			    is_busy[e])
				return false;
		return true;
	}
	// Whether engine e is given its next instruction in this cycle.
	bool issues(int e, bool is_ready)
	{
		const size_t next = seq->issues[e].size();
		const size_t flying = next - log[e].done.size();

		if (is_busy[e] && is_ready) {
			log[e].ready.push_back(now);
			is_busy[e] = false;
		}
		if (next == seq->jobs[e].size() || !is_ready)
			return false;
		const Job &job = seq->jobs[e][next];
		if (flying == 4 || (npu_copy_of(&job.insn).gather && flying))
			return false;
		if (may_issue[e] == 0)
			may_issue[e] = now + job.gap;
		if (now < may_issue[e])
			return false;
		may_issue[e] = 0;
		is_busy[e] = true;
		seq->issues[e].push_back(now);
		return true;
	}
	template <class Insn> void give(int e, Insn *to)
	{
		npu_word word;

		ASSERT_EQ(npu_insn_encode(
				  &seq->jobs[e][seq->issues[e].size() - 1].insn,
				  &word, nullptr),
			  NPU_OK);
		memcpy(to, &word, 64);
	}
	void answers()
	{
		npu_dram_run run;
		uint64_t at;

		rtl.ld_rsp_valid = rtl.st_rsp_valid = 0;
		while (port->advance(port->user, now, &run, &at)) {
			EXPECT_EQ(at, now);
			log[run.is_write].answers.push_back(at);
			if (run.is_write) {
				rtl.st_rsp_valid = 1;
				continue;
			}
			rtl.ld_rsp_valid = 1;
			memcpy(&rtl.ld_rsp_data, dram(*memory[LD], run.address),
			       64);
		}
	}
	void ask(int e, uint64_t address)
	{
		const npu_dram_run run = { address, 64, uint8_t(e),
					   uint8_t(e + 1), 0 };
		npu_error err = {};

		ASSERT_EQ(port->submit(port->user, &run, now, &err), NPU_OK)
			<< err.message;
		if (e == LD) {
			log[e].requests.push_back({ now, address, 0, {} });
			return;
		}
		const uint8_t *data =
			reinterpret_cast<uint8_t *>(&rtl.st_req_data);
		uint8_t *to = dram(*memory[ST], address);
		log[e].requests.push_back(
			request_of(now, address, rtl.st_req_strobe, data));
		for (unsigned i = 0; i < 64; i++)
			if (rtl.st_req_strobe >> i & 1)
				to[i] = data[i];
	}
	// WIDTH bytes of a core's memories; beyond the end: anything.
	static std::vector<uint8_t> read(Memories &m, uint64_t at)
	{
		const bool is_lut = at & NPU_CORE_LUT;
		const uint8_t *from = is_lut ? m.lut : m.spad.data();
		const uint64_t size =
			is_lut ? uint64_t(NPU_LUT_BYTES) : spad_bytes;
		std::vector<uint8_t> bytes(WIDTH, 0xee);

		at &= NPU_CORE_LUT - 1;
		for (uint64_t i = 0; i < WIDTH && at + i < size; i++)
			bytes[i] = from[at + i];
		return bytes;
	}
	template <class Data>
	static void write(Memories &m, uint64_t at, const Data &data,
			  uint64_t strobe)
	{
		const uint8_t *bytes = reinterpret_cast<const uint8_t *>(&data);
		uint8_t *to = at & NPU_CORE_LUT ? m.lut : m.spad.data();

		for (unsigned i = 0; i < WIDTH; i++)
			if (strobe >> i & 1)
				to[(at & (NPU_CORE_LUT - 1)) + i] = bytes[i];
	}
	void spads()
	{
		std::vector<uint8_t> zero(WIDTH, 0x77);

		ld_read = rtl.ld_r_en ? read(*memory[LD], rtl.ld_r_addr) : zero;
		st_read = rtl.st_r_en ? read(*memory[ST], rtl.st_r_addr) : zero;
		index_read = 0x77777777;
		if (rtl.ld_i_en)
			memcpy(&index_read, &memory[LD]->spad[rtl.ld_i_addr],
			       4);
		if (rtl.ld_w_en)
			write(*memory[LD], rtl.ld_w_addr, rtl.ld_w_data,
			      rtl.ld_w_strobe);
		if (rtl.st_w_en)
			write(*memory[ST], rtl.st_w_addr, rtl.st_w_data,
			      rtl.st_w_strobe);
	}
	void cycle()
	{
		if (now)
			inputs();
		answers();
		rtl.ld_issue = issues(LD, rtl.ld_ready);
		rtl.st_issue = issues(ST, rtl.st_ready);
		if (rtl.ld_issue)
			give(LD, &rtl.ld_insn);
		if (rtl.st_issue)
			give(ST, &rtl.st_insn);
		rtl.ld_req_ready = port->ready(port->user, 1, now) == now;
		rtl.st_req_ready = port->ready(port->user, 2, now) == now;
		rtl.eval();
		if (rtl.ld_req_valid && rtl.ld_req_ready)
			ask(LD, rtl.ld_req_addr);
		if (rtl.st_req_valid && rtl.st_req_ready)
			ask(ST, rtl.st_req_addr);
		spads();
		if (rtl.ld_moved)
			log[LD].chunks.push_back(now - 1);
		if (rtl.st_moved)
			log[ST].chunks.push_back(now - 1);
		if (rtl.ld_done)
			log[LD].done.push_back(now);
		if (rtl.st_done)
			log[ST].done.push_back(now);
		EXPECT_FALSE(rtl.ld_fault || rtl.st_fault);
		edge();
	}
	void inputs()
	{
		memcpy(&rtl.ld_r_data, ld_read.data(), WIDTH);
		memcpy(&rtl.st_r_data, st_read.data(), WIDTH);
		rtl.ld_i_data = index_read;
	}
};

} // namespace dma_test
#endif
