/* sim/systemc/npu_protocol_checker.hpp - watches one link for TLM-2.0's rules.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_PROTOCOL_CHECKER_HPP
#define NPU_PROTOCOL_CHECKER_HPP
#include <map>
#include <string>
#include <systemc>
#include <tlm>
#include <tlm_utils/passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <vector>

/* Stands between an initiator's socket and a target's, takes no time and
 * changes nothing. What breaks a rule of IEEE 1666-2011 (chapters 14 to 16) is
 * kept as a violation, which names the rule first. */
class npu_protocol_checker : public sc_core::sc_module
{
      public:
	tlm_utils::passthrough_target_socket<npu_protocol_checker> target;
	tlm_utils::simple_initiator_socket<npu_protocol_checker> initiator;

	explicit npu_protocol_checker(sc_core::sc_module_name name);

	const std::vector<std::string> &violations() const
	{
		return m_violations;
	}
	/* Transactions seen: proof that there was something to check. */
	uint64_t transactions() const
	{
		return m_transactions;
	}
	/* At the end: what is still open is a violation. */
	void expect_all_ended();

      private:
	/* What a transaction was when it began. */
	struct snapshot {
		tlm::tlm_command command;
		uint64_t address;
		uint8_t *data, *enable;
		unsigned bytes, width, enables;
		std::vector<uint8_t> written, enabled;
	};
	enum state { requested, accepted, responding };
	struct open {
		snapshot before;
		state at;
		sc_core::sc_time last; /* time of the last phase */
	};

	void broken(const char *rule, const tlm::tlm_generic_payload &payload,
		    const std::string &what);
	void report(const char *rule, bool is_write, uint64_t address,
		    const std::string &what);
	static snapshot take(const tlm::tlm_generic_payload &payload);
	void check_begin(const tlm::tlm_generic_payload &payload);
	void check_same(const tlm::tlm_generic_payload &payload,
			const snapshot &before);
	void check_response(const tlm::tlm_generic_payload &payload,
			    const snapshot &before);

	void begin_request(tlm::tlm_generic_payload &payload,
			   const sc_core::sc_time &at);
	void later_phase(tlm::tlm_generic_payload &payload,
			 const tlm::tlm_phase &phase, bool from_initiator,
			 const sc_core::sc_time &at);
	void move(open &transaction, tlm::tlm_generic_payload &payload,
		  const tlm::tlm_phase &phase);
	void end(tlm::tlm_generic_payload &payload);
	void check_return(tlm::tlm_generic_payload &payload, bool was_forward,
			  const tlm::tlm_phase &sent,
			  const tlm::tlm_phase &phase, tlm::tlm_sync_enum sync,
			  const sc_core::sc_time &at);

	void b_transport(tlm::tlm_generic_payload &payload,
			 sc_core::sc_time &delay);
	tlm::tlm_sync_enum forward(tlm::tlm_generic_payload &payload,
				   tlm::tlm_phase &phase,
				   sc_core::sc_time &delay);
	tlm::tlm_sync_enum backward(tlm::tlm_generic_payload &payload,
				    tlm::tlm_phase &phase,
				    sc_core::sc_time &delay);
	unsigned debug(tlm::tlm_generic_payload &payload);
	bool direct(tlm::tlm_generic_payload &payload, tlm::tlm_dmi &dmi);
	void invalidate(sc_dt::uint64 start, sc_dt::uint64 end);

	std::vector<std::string> m_violations;
	uint64_t m_transactions = 0;
	std::map<tlm::tlm_generic_payload *, open> m_open;
	tlm::tlm_generic_payload *m_requesting = nullptr;
	tlm::tlm_generic_payload *m_responding = nullptr;
};

#endif
