/* sim/systemc/npu_requester.hpp - carries transfers out through a socket.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_REQUESTER_HPP
#define NPU_REQUESTER_HPP
#include "sim/systemc/npu_transfer.hpp"
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <tlm_utils/simple_initiator_socket.h>
#include <vector>

/* How transfers are made. The simulated times do not depend on it. */
enum class npu_style {
	lt, /* b_transport, a thread a transfer in flight */
	at  /* nb_transport, base protocol */
};

/* Any number of transfers in flight. Where `use_dmi`, memory that grants direct
 * access is reached so, and takes the latency that it stated. */
class npu_requester : public sc_core::sc_module, private tlm::tlm_mm_interface
{
      public:
	/* Called once a transfer, with data, status and `end`, which may lie
	 * ahead of the present time. */
	using done_function = std::function<void(const npu_transfer &)>;

	tlm_utils::simple_initiator_socket<npu_requester> socket;

	npu_requester(sc_core::sc_module_name name, npu_style style,
		      bool use_dmi, done_function done);
	~npu_requester() override;

	/* Start a transfer. Its `begin` is not before the present; at: nor
	 * after it. */
	void begin(const npu_transfer &transfer);
	/* Transfers whose end is not known yet. */
	unsigned unknown() const
	{
		return m_unknown;
	}
	/* How many used direct access, and how often it was withdrawn. */
	uint64_t direct_accesses() const
	{
		return m_direct_accesses;
	}
	uint64_t invalidations() const
	{
		return m_invalidations;
	}
	/* A read or write of no time. Returns the bytes it reached. */
	unsigned debug(npu_transfer &transfer);

      private:
	SC_HAS_PROCESS(npu_requester);
	void free(tlm::tlm_generic_payload *payload) override;

	bool go_direct(npu_transfer transfer);
	void learn_direct(tlm::tlm_generic_payload &payload, uint64_t address,
			  bool is_write);
	void invalidate(sc_dt::uint64 start, sc_dt::uint64 end);
	void finish(npu_transfer transfer, sc_core::sc_time end);

	void work();

	void send();
	void send_first();
	void send_later();
	tlm::tlm_sync_enum backward(tlm::tlm_generic_payload &payload,
				    tlm::tlm_phase &phase,
				    sc_core::sc_time &delay);
	void end_request(tlm::tlm_generic_payload &payload);
	void end_response(tlm::tlm_generic_payload &payload,
			  sc_core::sc_time delay);
	void respond(tlm::tlm_generic_payload &payload,
		     const sc_core::sc_time &delay);
	npu_payload *take_payload();

	const npu_style m_style;
	const bool m_use_dmi;
	const done_function m_done;
	unsigned m_unknown = 0;
	uint64_t m_direct_accesses = 0, m_invalidations = 0;
	std::map<uint64_t, tlm::tlm_dmi> m_direct; /* by first address */
	std::deque<npu_transfer> m_waiting;
	/* lt */
	unsigned m_workers = 0, m_idle_workers = 0;
	sc_core::sc_event m_work;
	/* at */
	sc_core::sc_event m_send;
	tlm::tlm_generic_payload *m_requesting = nullptr;
	std::vector<std::unique_ptr<npu_payload>> m_payloads;
	std::vector<npu_payload *> m_free;
};

#endif
