// sim/systemc/npu_requester.cc - LT, AT and direct access behind one call.
// SPDX-License-Identifier: Apache-2.0
#define SC_INCLUDE_DYNAMIC_PROCESSES
#include "sim/systemc/npu_requester.hpp"
#include <cstring>

using sc_core::sc_time;
using sc_core::sc_time_stamp;
using sc_core::SC_ZERO_TIME;

npu_requester::npu_requester(sc_core::sc_module_name name, npu_style style,
			     bool use_dmi, done_function done)
    : sc_module(name), socket("socket"), m_style(style), m_use_dmi(use_dmi),
      m_done(std::move(done))
{
	socket.register_nb_transport_bw(this, &npu_requester::backward);
	socket.register_invalidate_direct_mem_ptr(this,
						  &npu_requester::invalidate);
	SC_METHOD(send);
	sensitive << m_send;
	dont_initialize();
}

npu_requester::~npu_requester() = default;

void npu_requester::begin(const npu_transfer &transfer)
{
	if (m_use_dmi && go_direct(transfer))
		return;
	m_unknown++;
	m_waiting.push_back(transfer);
	if (m_style == npu_style::at) {
		send_later();
		return;
	}
	if (m_idle_workers < m_waiting.size()) {
		sc_core::sc_spawn_options options;

		options.set_stack_size(128 * 1024);
		m_workers++;
		sc_core::sc_spawn([this] { work(); },
				  sc_core::sc_gen_unique_name("worker"),
				  &options);
	} else {
		m_work.notify();
	}
}

void npu_requester::finish(npu_transfer transfer, sc_time end)
{
	m_unknown--;
	transfer.end = end;
	m_done(transfer);
}

unsigned npu_requester::debug(npu_transfer &transfer)
{
	npu_payload payload(nullptr);
	unsigned bytes;

	payload.set(transfer);
	bytes = socket->transport_dbg(payload.payload());
	transfer.data = payload.result().data;
	return bytes;
}

/* ---- direct access ---- */

bool npu_requester::go_direct(npu_transfer transfer)
{
	const uint64_t last = transfer.address + transfer.bytes - 1;
	auto found = m_direct.upper_bound(transfer.address);
	uint8_t *at;

	if (found == m_direct.begin())
		return false;
	const tlm::tlm_dmi &dmi = (--found)->second;
	if (last > dmi.get_end_address() ||
	    !(transfer.is_write ? dmi.is_write_allowed()
				: dmi.is_read_allowed()))
		return false;
	at = dmi.get_dmi_ptr() + (transfer.address - dmi.get_start_address());
	if (!transfer.is_write)
		std::memcpy(transfer.data.data(), at, transfer.bytes);
	for (unsigned i = 0; transfer.is_write && i < transfer.bytes; i++)
		if (transfer.strobe >> i & 1)
			at[i] = transfer.data[i];
	transfer.status = tlm::TLM_OK_RESPONSE;
	transfer.end =
		transfer.begin + (transfer.is_write ? dmi.get_write_latency()
						    : dmi.get_read_latency());
	m_direct_accesses++;
	m_done(transfer);
	return true;
}

/* The target hinted at direct access: ask for it. */
void npu_requester::learn_direct(tlm::tlm_generic_payload &payload,
				 uint64_t address, bool is_write)
{
	tlm::tlm_generic_payload ask;
	tlm::tlm_dmi dmi;

	if (!m_use_dmi || !payload.is_dmi_allowed() ||
	    payload.is_response_error())
		return;
	ask.set_address(address);
	ask.set_command(is_write ? tlm::TLM_WRITE_COMMAND
				 : tlm::TLM_READ_COMMAND);
	if (socket->get_direct_mem_ptr(ask, dmi))
		m_direct[dmi.get_start_address()] = dmi;
}

void npu_requester::invalidate(sc_dt::uint64 start, sc_dt::uint64 end)
{
	m_invalidations++;
	for (auto it = m_direct.begin(); it != m_direct.end();)
		if (it->second.get_start_address() <= end &&
		    it->second.get_end_address() >= start)
			it = m_direct.erase(it);
		else
			++it;
}

/* ---- LT: a thread is a transfer in flight ---- */

void npu_requester::work()
{
	npu_payload payload(nullptr);

	for (;;) {
		npu_transfer transfer;
		sc_time delay;

		while (m_waiting.empty()) {
			m_idle_workers++;
			wait(m_work);
			m_idle_workers--;
		}
		transfer = m_waiting.front();
		m_waiting.pop_front();
		payload.set(transfer);
		delay = transfer.begin - sc_time_stamp();
		socket->b_transport(payload.payload(), delay);
		learn_direct(payload.payload(), transfer.address,
			     transfer.is_write);
		finish(payload.result(), sc_time_stamp() + delay);
	}
}

/* ---- AT: base protocol ---- */

npu_payload *npu_requester::take_payload()
{
	npu_payload *payload;

	if (m_free.empty()) {
		m_payloads.emplace_back(new npu_payload(this));
		m_free.push_back(m_payloads.back().get());
	}
	payload = m_free.back();
	m_free.pop_back();
	return payload;
}

/* Nobody refers to it any more. The extension stays: it is ours. */
void npu_requester::free(tlm::tlm_generic_payload *payload)
{
	for (const auto &own : m_payloads)
		if (&own->payload() == payload)
			m_free.push_back(own.get());
}

/* The first that waits leaves when it begins. */
void npu_requester::send_later()
{
	const sc_time begin = m_waiting.front().begin;

	m_send.notify(begin > sc_time_stamp() ? begin - sc_time_stamp()
					      : SC_ZERO_TIME);
}

/* One request at a time until it is taken (base protocol: request exclusion).
 */
void npu_requester::send()
{
	while (!m_requesting && !m_waiting.empty()) {
		if (m_waiting.front().begin > sc_time_stamp()) {
			send_later();
			return;
		}
		send_first();
	}
}

void npu_requester::send_first()
{
	npu_payload *own = take_payload();
	tlm::tlm_generic_payload &payload = own->payload();
	tlm::tlm_phase phase = tlm::BEGIN_REQ;
	sc_time delay = SC_ZERO_TIME;

	own->set(m_waiting.front());
	m_waiting.pop_front();
	payload.acquire();
	m_requesting = &payload;
	switch (socket->nb_transport_fw(payload, phase, delay)) {
	case tlm::TLM_ACCEPTED:
		break;
	case tlm::TLM_UPDATED:
		if (phase == tlm::END_REQ)
			end_request(payload);
		else if (phase == tlm::BEGIN_RESP)
			end_response(payload, delay);
		break;
	case tlm::TLM_COMPLETED:
		respond(payload, delay);
		break;
	}
}

void npu_requester::end_request(tlm::tlm_generic_payload &payload)
{
	if (m_requesting != &payload)
		return;
	m_requesting = nullptr;
	if (!m_waiting.empty())
		send_later();
}

/* Answered in the return of our own call: the end is a call of its own. */
void npu_requester::end_response(tlm::tlm_generic_payload &payload,
				 sc_time delay)
{
	tlm::tlm_phase phase = tlm::END_RESP;

	payload.acquire();
	respond(payload, delay);
	socket->nb_transport_fw(payload, phase, delay);
	payload.release();
}

void npu_requester::respond(tlm::tlm_generic_payload &payload,
			    const sc_time &delay)
{
	for (const auto &own : m_payloads)
		if (&own->payload() == &payload) {
			const npu_transfer done = own->result();

			learn_direct(payload, done.address, done.is_write);
			end_request(payload);
			finish(done, sc_time_stamp() + delay);
			payload.release();
			return;
		}
}

tlm::tlm_sync_enum npu_requester::backward(tlm::tlm_generic_payload &payload,
					   tlm::tlm_phase &phase,
					   sc_time &delay)
{
	if (phase == tlm::END_REQ) {
		end_request(payload);
		return tlm::TLM_ACCEPTED;
	}
	if (phase != tlm::BEGIN_RESP)
		return tlm::TLM_ACCEPTED; /* phases not ours are ignored */
	respond(payload, delay);
	return tlm::TLM_COMPLETED;
}
