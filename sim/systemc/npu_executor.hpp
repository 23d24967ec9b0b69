/* sim/systemc/npu_executor.hpp - what steps an NPU behind its sockets.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_EXECUTOR_HPP
#define NPU_EXECUTOR_HPP
#include "isa/npu_isa.h"
#include "sim/dram/npu_dram.h"
#include "sim/systemc/npu_transfer.hpp"
#include <functional>

/* What the core does next that is seen outside. */
struct npu_core_event {
	enum kind {
		idle,    /* nothing until `cycle`, if memory is silent */
		request, /* memory is asked in `cycle` */
		irq      /* the interrupt line is at `level` from `cycle` on */
	};
	kind what = idle;
	uint64_t cycle = 0;
	bool level = false;
	uint64_t id = 0; /* of a request: for complete() */
	npu_transfer transfer;
};

/* An instruction retires: its place in the program, and the cycle, counted from
 * the beginning of the run. */
using npu_retire_function = std::function<void(
	uint64_t cycle, npu_engine_id engine, uint32_t insn)>;

/* One core, cycle by cycle, pulled: it never calls out. Inputs of a cycle are
 * given after next() has reached that cycle and before it goes beyond: what the
 * core shows in a cycle is registers alone (docs/microarchitecture.md). Cycles
 * count from the beginning of the simulation. */
class npu_executor
{
      public:
	static constexpr uint64_t never = UINT64_MAX;

	virtual ~npu_executor() = default;

	/* Reset in `cycle`: requests in flight are forgotten. */
	virtual void reset(uint64_t cycle) = 0;
	/* A register access in `cycle`; value() is what it read, once next()
	 * has reached the cycle after. */
	virtual void access(uint64_t cycle, bool is_write, uint32_t address,
			    uint32_t value) = 0;
	virtual uint32_t value() = 0;
	/* Read a register without time and side effects. Returns false where
	 * that cannot be done. */
	virtual bool peek(uint32_t address, uint32_t &value) = 0;
	/* The next event up to `until`; idle means that there is none. */
	virtual npu_core_event next(uint64_t until) = 0;
	/* Request `id` is answered in `cycle`, with what was read. */
	virtual void complete(uint64_t id, uint64_t cycle,
			      const npu_transfer &answer) = 0;
	/* What memory has counted up to the present; where nobody says, the
	 * report has no rows opened and no refreshes. */
	virtual void set_memory_counters(const npu_dram_counters &counters) = 0;
	/* Whether next() may go beyond the present where all requests are
	 * answered. */
	virtual bool runs_ahead() const = 0;
	/* Told of each retirement, by next() and in the order of cycles: for
	 * traces, without a part in the simulation. */
	void set_retire_function(npu_retire_function told)
	{
		m_told = std::move(told);
	}

      protected:
	void tell(uint64_t cycle, npu_engine_id engine, uint32_t insn) const
	{
		if (m_told)
			m_told(cycle, engine, insn);
	}

      private:
	npu_retire_function m_told;
};

/* Reads and writes memory without time; returns the bytes reached. */
using npu_debug_function = std::function<unsigned(npu_transfer &)>;

#endif
