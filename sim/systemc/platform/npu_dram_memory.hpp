/* sim/systemc/platform/npu_dram_memory.hpp - memory timed by our DRAM model.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_DRAM_MEMORY_HPP
#define NPU_DRAM_MEMORY_HPP
#include "sim/npu_burst_port.h"
#include "sim/systemc/npu_clock.hpp"
#include "sim/systemc/npu_memory_counters.hpp"
#include "sim/systemc/platform/npu_memory_target.hpp"

/* The DRAM that chip.dram describes, command by command, shared by all that
 * reach it. An answer depends on what others ask meanwhile, so it comes when
 * its time has come: LT calls block, and there is no direct access.
 *
 * Until it is asked for the first time it is powered down: its clock and its
 * refresh start `wake_cycles` before. Loading by transport_dbg wakes nothing.
 */
class npu_dram_memory : public npu_memory_target, public npu_memory_counters_if
{
      public:
	npu_dram_memory(sc_core::sc_module_name name, const npu_chip &chip,
			uint64_t wake_cycles);
	~npu_dram_memory() override;

	npu_dram_counters memory_counters() override;

      private:
	SC_HAS_PROCESS(npu_dram_memory);
	/* A part of a request: 64 aligned bytes. */
	struct dram_burst {
		uint64_t number, address;
		bool is_write;
	};
	struct pending {
		access_request whole;
		unsigned bursts; /* not answered yet */
	};

	void arrive(const access_request &request) override;
	void work();
	void submit(uint64_t cycle);
	void advance(uint64_t cycle);
	void tick_in(uint64_t cycle);

	const npu_clock m_clock;
	const uint64_t m_wake_cycles;
	npu_memory_port m_port = {};
	bool m_is_awake = false;
	uint64_t m_epoch = 0; /* its cycle 0 */
	sc_core::sc_event m_tick;
	/* by the cycle of their arrival, then by master */
	std::multimap<std::pair<uint64_t, uint8_t>, dram_burst> m_arrivals;
	std::map<uint64_t, pending> m_pending; /* by number */
	uint64_t m_next_number = 0;
};

#endif
