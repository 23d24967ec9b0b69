/* sim/systemc/platform/npu_fixed_memory.hpp - memory of one latency.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_FIXED_MEMORY_HPP
#define NPU_FIXED_MEMORY_HPP
#include "sim/systemc/platform/npu_memory_target.hpp"

/* Any number of requests at a time, each answered `latency` later. It never
 * waits, so initiators may run ahead of time. Direct access to all of it,
 * until deny_direct(). */
class npu_fixed_memory : public npu_memory_target
{
      public:
	npu_fixed_memory(sc_core::sc_module_name name, uint64_t bytes,
			 sc_core::sc_time latency);

	/* Withdraw direct access from first..last; granted again when asked
	 * after `allow`. */
	void deny_direct(uint64_t first, uint64_t last);
	void allow_direct();

      private:
	bool answer_lt(tlm::tlm_generic_payload &payload,
		       sc_core::sc_time &delay) override;
	void arrive(const access_request &request) override;
	bool has_direct(uint64_t address) const override;
	bool get_direct(uint64_t address, tlm::tlm_dmi &dmi) override;

	const sc_core::sc_time m_latency;
	bool m_is_direct = true;
};

#endif
