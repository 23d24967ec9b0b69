/* sim/systemc/npu_c_executor.hpp - the C model as the core of an NPU.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_C_EXECUTOR_HPP
#define NPU_C_EXECUTOR_HPP
#include "sim/npu_sim.h"
#include "sim/systemc/npu_executor.hpp"
#include <array>
#include <deque>
#include <memory>
#include <string>

/* It knows a program by what a host writes: registers, and descriptors in
 * memory. Those it looks at without time when it is started, to know how much
 * there is to do; they are fetched in their time all the same, and a program
 * that was changed meanwhile is a fault.
 *
 * model: what the core would not notice (an access outside of the scratchpad, a
 * deadlock, an error response of memory) stops it as a fault of code 0, and
 * message() says why. */
class npu_c_executor : public npu_executor
{
      public:
	/* `debug` reads memory without time. */
	npu_c_executor(const npu_chip &chip, npu_debug_function debug);
	~npu_c_executor() override;

	/* Names and roofs of layers, for the result; borrowed. NULL: none. */
	void set_profile(const npu_program *program)
	{
		m_profile = program;
	}
	/* The result of the run that ended last; NULL where there is none. */
	const npu_result *result() const
	{
		return m_result.get();
	}
	/* Why it stopped at a fault; empty where it did not. */
	const std::string &message() const
	{
		return m_message;
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
	template <auto destroy> struct freed_by {
		template <class T> void operator()(T *object) const
		{
			destroy(object);
		}
	};

	void control(uint64_t cycle, uint32_t value);
	void show_irq(uint64_t cycle);
	uint32_t status(uint64_t cycle) const;
	uint64_t cycles(uint64_t cycle) const;
	uint32_t read(uint32_t address, uint64_t cycle) const;
	uint64_t reg64(uint32_t address) const;
	void begin();
	void stop(uint64_t cycle);
	npu_status load(npu_error *err);
	static void on_retire(void *user, uint64_t cycle, uint32_t core,
			      npu_engine_id engine, uint32_t insn);
	npu_status load_code(npu_core_program &core, npu_error *err);
	npu_status size_regions(npu_program &program, npu_error *err);
	void set_limits();
	npu_core_event next_of_run(uint64_t until);
	void finish(uint64_t cycle);
	void fail(uint64_t cycle, const char *message);

	const npu_chip m_chip;
	npu_chip m_run_chip; /* with the limits that registers set */
	const npu_debug_function m_debug;
	const npu_program *m_profile = nullptr;
	std::array<uint32_t, 1024> m_register{}; /* what was written */
	std::unique_ptr<npu_program, freed_by<npu_program_destroy>> m_program;
	std::unique_ptr<npu_sim, freed_by<npu_sim_destroy>> m_sim;
	std::unique_ptr<npu_result, freed_by<npu_result_destroy>> m_result;
	npu_sim_place m_place{};
	npu_dram_counters m_counters{};
	std::string m_message;
	uint64_t m_run = 0;              /* its number, in ids of requests */
	uint64_t m_start_write = never;  /* of a start that has not begun */
	uint64_t m_start = 0, m_end = 0; /* cycles of the run, inclusive */
	/* requests under way: of this run, of runs that were stopped; from
	 * m_quiet on a start is heeded at once */
	uint64_t m_asked = 0, m_open = 0, m_quiet = never;
	bool m_is_done = false, m_is_fault = false;
	bool m_irq = false, m_is_raised = false, m_irq_enable = false;
	uint32_t m_fault_index = 0, m_fault_code = 0, m_value = 0;
	uint64_t m_reached = 0; /* by next() */
	std::deque<npu_core_event> m_events;
};

#endif
