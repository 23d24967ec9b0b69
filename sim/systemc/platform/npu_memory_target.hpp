/* sim/systemc/platform/npu_memory_target.hpp - what all memories have in
 * common. SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_MEMORY_TARGET_HPP
#define NPU_MEMORY_TARGET_HPP
#include "sim/systemc/npu_transfer.hpp"
#include <deque>
#include <map>
#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/peq_with_get.h>
#include <vector>

/* Bytes, a page at a time where somebody writes; the rest reads as 0. */
class npu_storage
{
      public:
	explicit npu_storage(uint64_t bytes);

	uint64_t bytes() const
	{
		return m_bytes;
	}
	void read(uint64_t address, uint8_t *data, uint64_t bytes) const;
	void write(uint64_t address, const uint8_t *data, uint64_t bytes);
	/* The page_bytes that `address` is one of; they stay where they are. */
	uint8_t *page(uint64_t address);

	static constexpr uint64_t page_bytes = 65536;

      private:
	const uint64_t m_bytes;
	std::map<uint64_t, std::vector<uint8_t>> m_pages;
};

/* The protocol of a memory: LT, AT, debug; any number of initiators. What it
 * does with time is its heir's. Bytes move when a request arrives. */
class npu_memory_target : public sc_core::sc_module
{
      public:
	tlm_utils::multi_passthrough_target_socket<npu_memory_target> socket;

	npu_memory_target(sc_core::sc_module_name name, uint64_t bytes);
	~npu_memory_target() override;

	npu_storage &storage()
	{
		return m_storage;
	}
	/* Requests that were served, and those answered with an error. */
	uint64_t served() const
	{
		return m_served;
	}
	uint64_t refused() const
	{
		return m_refused;
	}

      protected:
	/* A request on its way through the memory. */
	struct access_request {
		tlm::tlm_generic_payload *payload;
		int from; /* socket's index */
		sc_core::sc_time arrival;
		sc_core::sc_event *done; /* LT: whoever waits; AT: NULL */
	};

	/* LT: answer at once, by adding to `delay`, or return false: the
	 * request then arrive()s. */
	virtual bool answer_lt(tlm::tlm_generic_payload &payload,
			       sc_core::sc_time &delay);
	/* A good request; answer() it at any later time. */
	virtual void arrive(const access_request &request) = 0;
	void answer(const access_request &request,
		    const sc_core::sc_time &delay);
	/* Whether a good payload may hint at direct access. */
	virtual bool has_direct(uint64_t address) const;
	virtual bool get_direct(uint64_t address, tlm::tlm_dmi &dmi);

      private:
	SC_HAS_PROCESS(npu_memory_target);
	struct response_link {
		std::deque<tlm::tlm_generic_payload *> waiting;
		tlm::tlm_generic_payload *responding = nullptr;
	};
	void b_transport(int from, tlm::tlm_generic_payload &payload,
			 sc_core::sc_time &delay);
	tlm::tlm_sync_enum forward(int from, tlm::tlm_generic_payload &payload,
				   tlm::tlm_phase &phase,
				   sc_core::sc_time &delay);
	unsigned transport_dbg(int from, tlm::tlm_generic_payload &payload);
	bool direct(int from, tlm::tlm_generic_payload &payload,
		    tlm::tlm_dmi &dmi);

	bool access(tlm::tlm_generic_payload &payload);
	void respond();
	void respond_on(int from, response_link &link);

	npu_storage m_storage;
	uint64_t m_served = 0, m_refused = 0;
	/* AT: where each payload came from; its answers, in time */
	std::map<tlm::tlm_generic_payload *, int> m_from;
	tlm_utils::peq_with_get<tlm::tlm_generic_payload> m_answers;
	/* response exclusion: a response at a time on each link */
	std::map<int, response_link> m_links;
	sc_core::sc_event m_free;
};

#endif
