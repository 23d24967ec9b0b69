/* sim/systemc/npu_tlm.hpp - an NPU as a TLM-2.0 component.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_TLM_HPP
#define NPU_TLM_HPP
#include "sim/systemc/npu_clock.hpp"
#include "sim/systemc/npu_executor.hpp"
#include "sim/systemc/npu_memory_counters.hpp"
#include "sim/systemc/npu_requester.hpp"
#include <memory>
#include <tlm_utils/simple_target_socket.h>
#include <tlm_utils/tlm_quantumkeeper.h>

struct npu_tlm_options {
	npu_style style = npu_style::lt;
	bool use_dmi = true;
	uint8_t first_master = 0; /* then two more */
};

/* One NPU core. Its registers are those of isa/npu_csr.def, 32 bits each, one
 * access a cycle; an access waits for its time, whatever delay it comes with.
 * Memory is asked through `memory.socket`, 64 aligned bytes at a time.
 *
 * Simulated times do not depend on npu_style, on direct access or on the global
 * quantum, as long as memory's own do not. */
class npu_tlm : public sc_core::sc_module
{
      public:
	tlm_utils::simple_target_socket<npu_tlm> registers;
	npu_requester memory;
	sc_core::sc_out<bool> irq;  /* level; held until it is cleared */
	sc_core::sc_in<bool> reset; /* active high, at any time */
	/* Memory's own counters, for reports; may stay unbound. */
	sc_core::sc_port<npu_memory_counters_if, 1,
			 sc_core::SC_ZERO_OR_MORE_BOUND>
		counters;

	/* `executor` steps the core; see npu_c_executor, npu_rtl_executor. */
	npu_tlm(sc_core::sc_module_name name, const npu_clock &clock,
		std::unique_ptr<npu_executor> executor,
		const npu_tlm_options &options);

	npu_executor &executor()
	{
		return *m_executor;
	}

      private:
	SC_HAS_PROCESS(npu_tlm);
	void run();
	npu_core_event next_event();
	void start_request(const npu_core_event &event);
	void answered(const npu_transfer &transfer);
	void set_irq(const npu_core_event &event);
	void drive_irq();
	void on_reset();

	tlm::tlm_response_status
	check(const tlm::tlm_generic_payload &payload) const;
	void b_transport(tlm::tlm_generic_payload &payload,
			 sc_core::sc_time &delay);
	unsigned transport_dbg(tlm::tlm_generic_payload &payload);

	const npu_clock m_clock;
	const npu_tlm_options m_options;
	std::unique_ptr<npu_executor> m_executor;
	tlm_utils::tlm_quantumkeeper m_keeper;
	uint64_t m_cycle = 0;      /* of the last event */
	uint64_t m_generation = 0; /* counts resets */
	bool m_irq_level = false;
	sc_core::sc_event m_wake, m_irq_event;
	sc_core::sc_mutex m_access; /* one register access at a time */
};

#endif
