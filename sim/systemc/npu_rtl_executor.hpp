/* sim/systemc/npu_rtl_executor.hpp - the RTL, verilated, as the core of an NPU.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_RTL_EXECUTOR_HPP
#define NPU_RTL_EXECUTOR_HPP
#include "sim/cosim/npu_rtl_abi.h"
#include "sim/systemc/npu_executor.hpp"
#include <deque>

/* Steps the core clock by clock while it runs or memory owes it an answer; in
 * between its registers stand still, and so does it. In cycles without an
 * access it reads its own status, which changes nothing.
 *
 * model: the core has no way to be told of an error of memory; what was read is
 * then 0, and SystemC is told. */
class npu_rtl_executor : public npu_executor
{
      public:
	/* `model` outlives it. */
	npu_rtl_executor(const npu_rtl_model &model, uint64_t seed);
	~npu_rtl_executor() override;
	npu_rtl_executor(const npu_rtl_executor &) = delete;
	npu_rtl_executor &operator=(const npu_rtl_executor &) = delete;

	/* Clocks that were stepped. */
	uint64_t steps() const
	{
		return m_steps;
	}

	void reset(uint64_t cycle) override;
	void access(uint64_t cycle, bool is_write, uint32_t address,
		    uint32_t value) override;
	uint32_t value() override;
	bool peek(uint32_t address, uint32_t &value) override;
	npu_core_event next(uint64_t until) override;
	void complete(uint64_t id, uint64_t cycle,
		      const npu_transfer &answer) override;
	void set_memory_counters(const npu_dram_counters &counters) override;
	bool runs_ahead() const override;

      private:
	struct asked { /* a request that the core has made */
		uint64_t id;
		bool is_answered;
		uint64_t cycle;
		std::array<uint8_t, NPU_RTL_BEAT> data;
	};
	struct port {
		std::deque<asked> open; /* in order */
		uint64_t next_id;
	};

	bool is_active() const;
	void run_to(uint64_t cycle);
	void step();
	void set_answers();
	void take_outputs();
	void take_request(unsigned p);

	const npu_rtl_model &m_model;
	npu_rtl_core *const m_core;
	uint64_t m_cycle = 0; /* of m_out and m_in */
	npu_rtl_inputs m_in = {};
	npu_rtl_outputs m_out = {};
	port m_port[NPU_RTL_MASTERS] = {};
	std::deque<npu_core_event> m_events;
	uint64_t m_access = 0; /* cycle of the last one */
	uint64_t m_stay = 0;   /* step at least until this cycle */
	uint32_t m_status = 0, m_value = 0;
	uint64_t m_steps = 0;
	bool m_reads_status = false, m_irq = false;
};

#endif
