/* sim/systemc/platform/npu_bus.hpp - a crossbar: addresses to targets.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_BUS_HPP
#define NPU_BUS_HPP
#include <deque>
#include <map>
#include <memory>
#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <vector>

/* Routes transactions of any number of initiators; takes no time of its own.
 * The address that a target sees counts from the beginning of its window. In
 * nb_transport it keeps the base protocol on every link: what may not be passed
 * on yet waits its turn. */
class npu_bus : public sc_core::sc_module
{
      public:
	using initiator_socket =
		tlm_utils::simple_initiator_socket_tagged<npu_bus>;

	tlm_utils::multi_passthrough_target_socket<npu_bus> initiators;

	explicit npu_bus(sc_core::sc_module_name name);

	/* A window of addresses, and the socket of its target; before the
	 * simulation starts. Windows do not overlap. */
	initiator_socket &add_window(uint64_t first, uint64_t bytes);

      private:
	SC_HAS_PROCESS(npu_bus);
	struct target_window {
		uint64_t first, bytes;
		std::unique_ptr<initiator_socket> socket;
		tlm::tlm_generic_payload *requesting = nullptr;
		std::deque<tlm::tlm_generic_payload *> waiting;
	};
	struct initiator_link { /* to an initiator: its responses */
		tlm::tlm_generic_payload *responding = nullptr;
		std::deque<tlm::tlm_generic_payload *> waiting;
	};
	struct routing {
		int from;
		size_t to;
		uint64_t address;
		bool has_completed;     /* the target knows no more of it */
		sc_core::sc_time ready; /* its response, not before */
	};

	target_window *find(uint64_t address, unsigned bytes);
	size_t index_of(const target_window *window) const;

	void b_transport(int from, tlm::tlm_generic_payload &payload,
			 sc_core::sc_time &delay);
	unsigned transport_dbg(int from, tlm::tlm_generic_payload &payload);
	bool direct(int from, tlm::tlm_generic_payload &payload,
		    tlm::tlm_dmi &dmi);
	void invalidate(int to, sc_dt::uint64 start, sc_dt::uint64 end);

	tlm::tlm_sync_enum forward(int from, tlm::tlm_generic_payload &payload,
				   tlm::tlm_phase &phase,
				   sc_core::sc_time &delay);
	tlm::tlm_sync_enum backward(int to, tlm::tlm_generic_payload &payload,
				    tlm::tlm_phase &phase,
				    sc_core::sc_time &delay);
	tlm::tlm_sync_enum begin(int from, tlm::tlm_generic_payload &payload,
				 tlm::tlm_phase &phase,
				 sc_core::sc_time &delay);
	tlm::tlm_sync_enum respond(tlm::tlm_generic_payload &payload,
				   tlm::tlm_phase &phase,
				   sc_core::sc_time &delay);
	void end_response(tlm::tlm_generic_payload &payload,
			  sc_core::sc_time delay);
	void respond_later(tlm::tlm_generic_payload &payload,
			   const sc_core::sc_time &delay);
	void forget(tlm::tlm_generic_payload &payload);
	void go_on();
	void request_next(target_window &window);
	void respond_next(initiator_link &link);

	std::vector<target_window> m_windows;
	std::map<int, initiator_link> m_links;
	std::map<tlm::tlm_generic_payload *, routing> m_routes;
	sc_core::sc_event m_free; /* a link has become free */
};

#endif
