// sim/systemc/platform/npu_memory_target.cc - LT, AT and debug of a memory.
// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/platform/npu_memory_target.hpp"
#include <algorithm>
#include <cstring>

using sc_core::sc_time;
using sc_core::sc_time_stamp;
using sc_core::SC_ZERO_TIME;

/* ---- storage ---- */

npu_storage::npu_storage(uint64_t bytes) : m_bytes(bytes)
{
}

void npu_storage::read(uint64_t address, uint8_t *data, uint64_t bytes) const
{
	while (bytes) {
		const uint64_t at = address % page_bytes;
		const uint64_t n = std::min(bytes, page_bytes - at);
		const auto page = m_pages.find(address / page_bytes);

		if (page == m_pages.end())
			std::memset(data, 0, n);
		else
			std::memcpy(data, page->second.data() + at, n);
		address += n, data += n, bytes -= n;
	}
}

void npu_storage::write(uint64_t address, const uint8_t *data, uint64_t bytes)
{
	while (bytes) {
		const uint64_t at = address % page_bytes;
		const uint64_t n = std::min(bytes, page_bytes - at);

		std::memcpy(page(address) + at, data, n);
		address += n, data += n, bytes -= n;
	}
}

uint8_t *npu_storage::page(uint64_t address)
{
	std::vector<uint8_t> &page = m_pages[address / page_bytes];

	if (page.empty())
		page.resize(page_bytes);
	return page.data();
}

/* ---- the target ---- */

npu_memory_target::npu_memory_target(sc_core::sc_module_name name,
				     uint64_t bytes)
    : sc_module(name), socket("socket"), m_storage(bytes), m_answers("answers")
{
	socket.register_b_transport(this, &npu_memory_target::b_transport);
	socket.register_nb_transport_fw(this, &npu_memory_target::forward);
	socket.register_transport_dbg(this, &npu_memory_target::transport_dbg);
	socket.register_get_direct_mem_ptr(this, &npu_memory_target::direct);
	SC_METHOD(respond);
	sensitive << m_answers.get_event() << m_free;
	dont_initialize();
}

npu_memory_target::~npu_memory_target() = default;

/* Move the bytes; set the response. Returns false where it is an error. */
bool npu_memory_target::access(tlm::tlm_generic_payload &payload)
{
	const uint64_t address = payload.get_address();
	const unsigned bytes = payload.get_data_length();
	const unsigned width = payload.get_streaming_width();
	const uint8_t *enable = payload.get_byte_enable_ptr();
	const unsigned enables = payload.get_byte_enable_length();
	uint8_t *data = payload.get_data_ptr();
	tlm::tlm_response_status status = tlm::TLM_OK_RESPONSE;

	if (bytes == 0 || width < bytes)
		status = tlm::TLM_BURST_ERROR_RESPONSE;
	else if (address >= storage().bytes() ||
		 storage().bytes() - address < bytes)
		status = tlm::TLM_ADDRESS_ERROR_RESPONSE;
	else if (enable && enables == 0)
		status = tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
	payload.set_response_status(status);
	if (status != tlm::TLM_OK_RESPONSE) {
		m_refused++;
		return false;
	}
	m_served++;
	payload.set_dmi_allowed(has_direct(address));
	if (!enable && payload.is_read())
		m_storage.read(address, data, bytes);
	else if (!enable && payload.is_write())
		m_storage.write(address, data, bytes);
	else
		for (unsigned i = 0; i < bytes; i++)
			if (enable[i % enables] != TLM_BYTE_ENABLED)
				continue;
			else if (payload.is_read())
				m_storage.read(address + i, data + i, 1);
			else if (payload.is_write())
				m_storage.write(address + i, data + i, 1);
	return true;
}

bool npu_memory_target::answer_lt(tlm::tlm_generic_payload &, sc_time &)
{
	return false;
}

bool npu_memory_target::has_direct(uint64_t) const
{
	return false;
}

bool npu_memory_target::get_direct(uint64_t, tlm::tlm_dmi &)
{
	return false;
}

void npu_memory_target::b_transport(int from, tlm::tlm_generic_payload &payload,
				    sc_time &delay)
{
	sc_core::sc_event done;

	if (!access(payload) || answer_lt(payload, delay))
		return;
	/* what is later than others of the same time is decided by them */
	if (delay != SC_ZERO_TIME)
		wait(delay);
	delay = SC_ZERO_TIME;
	arrive({ &payload, from, sc_time_stamp(), &done });
	wait(done);
}

tlm::tlm_sync_enum npu_memory_target::forward(int from,
					      tlm::tlm_generic_payload &payload,
					      tlm::tlm_phase &phase,
					      sc_time &delay)
{
	if (phase == tlm::END_RESP) {
		payload.release();
		m_links[from].responding = nullptr;
		m_free.notify(delay);
		return tlm::TLM_COMPLETED;
	}
	if (phase != tlm::BEGIN_REQ)
		return tlm::TLM_ACCEPTED; /* phases not ours are ignored */
	if (!access(payload))
		return tlm::TLM_COMPLETED;
	payload.acquire();
	m_from[&payload] = from;
	arrive({ &payload, from, sc_time_stamp() + delay, nullptr });
	phase = tlm::END_REQ;
	return tlm::TLM_UPDATED;
}

void npu_memory_target::answer(const access_request &request,
			       const sc_time &delay)
{
	if (request.done)
		request.done->notify(delay);
	else
		m_answers.notify(*request.payload, delay);
}

/* ---- AT: responses, one at a time on each link ---- */

void npu_memory_target::respond_on(int from, response_link &link)
{
	while (!link.responding && !link.waiting.empty()) {
		tlm::tlm_generic_payload *payload = link.waiting.front();
		tlm::tlm_phase phase = tlm::BEGIN_RESP;
		sc_time delay = SC_ZERO_TIME;
		tlm::tlm_sync_enum sync;

		link.waiting.pop_front();
		link.responding = payload;
		sync = socket[from]->nb_transport_bw(*payload, phase, delay);
		if (sync == tlm::TLM_COMPLETED ||
		    (sync == tlm::TLM_UPDATED && phase == tlm::END_RESP)) {
			link.responding = nullptr;
			payload->release();
		}
	}
}

void npu_memory_target::respond()
{
	tlm::tlm_generic_payload *payload;

	while ((payload = m_answers.get_next_transaction())) {
		const auto from = m_from.find(payload);

		m_links[from->second].waiting.push_back(payload);
		m_from.erase(from);
	}
	for (auto &[from, link] : m_links)
		respond_on(from, link);
}

/* ---- no time ---- */

unsigned npu_memory_target::transport_dbg(int,
					  tlm::tlm_generic_payload &payload)
{
	const uint64_t address = payload.get_address();
	const uint64_t left =
		address < m_storage.bytes() ? m_storage.bytes() - address : 0;
	const unsigned bytes = left < payload.get_data_length()
				       ? static_cast<unsigned>(left)
				       : payload.get_data_length();

	if (payload.is_read())
		m_storage.read(address, payload.get_data_ptr(), bytes);
	else if (payload.is_write())
		m_storage.write(address, payload.get_data_ptr(), bytes);
	else
		return 0;
	return bytes;
}

bool npu_memory_target::direct(int, tlm::tlm_generic_payload &payload,
			       tlm::tlm_dmi &dmi)
{
	return get_direct(payload.get_address(), dmi);
}
