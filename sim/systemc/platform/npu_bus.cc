// sim/systemc/platform/npu_bus.cc - a crossbar that keeps the base protocol.
// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/platform/npu_bus.hpp"
#include <algorithm>

using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;
using tlm::tlm_generic_payload;

npu_bus::npu_bus(sc_core::sc_module_name name)
    : sc_module(name), initiators("initiators")
{
	initiators.register_b_transport(this, &npu_bus::b_transport);
	initiators.register_transport_dbg(this, &npu_bus::transport_dbg);
	initiators.register_get_direct_mem_ptr(this, &npu_bus::direct);
	initiators.register_nb_transport_fw(this, &npu_bus::forward);
	SC_METHOD(go_on);
	sensitive << m_free;
	dont_initialize();
}

npu_bus::initiator_socket &npu_bus::add_window(uint64_t first, uint64_t bytes)
{
	const int index = static_cast<int>(m_windows.size());
	auto socket = std::make_unique<initiator_socket>(
		sc_core::sc_gen_unique_name("target"));

	socket->register_nb_transport_bw(this, &npu_bus::backward, index);
	socket->register_invalidate_direct_mem_ptr(this, &npu_bus::invalidate,
						   index);
	m_windows.push_back({ first, bytes, std::move(socket), nullptr, {} });
	return *m_windows.back().socket;
}

/* The window that holds all of the bytes. */
npu_bus::target_window *npu_bus::find(uint64_t address, unsigned bytes)
{
	for (target_window &w : m_windows)
		if (address >= w.first && address - w.first < w.bytes &&
		    bytes <= w.bytes - (address - w.first))
			return &w;
	return nullptr;
}

size_t npu_bus::index_of(const target_window *window) const
{
	return static_cast<size_t>(window - m_windows.data());
}

/* ---- blocking, debug, direct ---- */

void npu_bus::b_transport(int, tlm_generic_payload &payload, sc_time &delay)
{
	const uint64_t address = payload.get_address();
	target_window *to = find(address, payload.get_data_length());

	if (!to) {
		payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
		return;
	}
	payload.set_address(address - to->first);
	(*to->socket)->b_transport(payload, delay);
	payload.set_address(address);
}

unsigned npu_bus::transport_dbg(int, tlm_generic_payload &payload)
{
	const uint64_t address = payload.get_address();
	target_window *to = find(address, payload.get_data_length());
	unsigned bytes;

	if (!to)
		return 0;
	payload.set_address(address - to->first);
	bytes = (*to->socket)->transport_dbg(payload);
	payload.set_address(address);
	return bytes;
}

bool npu_bus::direct(int, tlm_generic_payload &payload, tlm::tlm_dmi &dmi)
{
	const uint64_t address = payload.get_address();
	target_window *to = find(address, 1);
	uint64_t last;
	bool granted;

	if (!to)
		return false;
	payload.set_address(address - to->first);
	granted = (*to->socket)->get_direct_mem_ptr(payload, dmi);
	payload.set_address(address);
	/* a denial has a range too, of the target's addresses */
	last = std::min<uint64_t>(dmi.get_end_address(), to->bytes - 1);
	dmi.set_start_address(dmi.get_start_address() + to->first);
	dmi.set_end_address(last + to->first);
	return granted;
}

void npu_bus::invalidate(int to, sc_dt::uint64 start, sc_dt::uint64 end)
{
	const target_window &from = m_windows[static_cast<size_t>(to)];
	const uint64_t last = std::min<uint64_t>(end, from.bytes - 1);

	for (unsigned i = 0; i < initiators.size(); i++)
		initiators[static_cast<int>(i)]->invalidate_direct_mem_ptr(
			from.first + start, from.first + last);
}

/* ---- non-blocking: towards a target ---- */

void npu_bus::forget(tlm_generic_payload &payload)
{
	const auto found = m_routes.find(&payload);
	target_window &to = m_windows[found->second.to];
	initiator_link &from = m_links[found->second.from];

	payload.set_address(found->second.address);
	if (to.requesting == &payload)
		to.requesting = nullptr;
	if (from.responding == &payload)
		from.responding = nullptr;
	m_routes.erase(found);
	payload.release();
	m_free.notify(SC_ZERO_TIME);
}

tlm::tlm_sync_enum npu_bus::begin(int from, tlm_generic_payload &payload,
				  tlm::tlm_phase &phase, sc_time &delay)
{
	target_window *to =
		find(payload.get_address(), payload.get_data_length());
	tlm::tlm_sync_enum sync;

	if (!to) {
		payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
		return tlm::TLM_COMPLETED;
	}
	payload.acquire();
	m_routes[&payload] = { from, index_of(to), payload.get_address(), false,
			       SC_ZERO_TIME };
	payload.set_address(payload.get_address() - to->first);
	if (to->requesting || !to->waiting.empty()) {
		to->waiting.push_back(&payload);
		return tlm::TLM_ACCEPTED;
	}
	to->requesting = &payload;
	sync = (*to->socket)->nb_transport_fw(payload, phase, delay);
	if (sync == tlm::TLM_UPDATED && phase == tlm::END_REQ) {
		to->requesting = nullptr;
	} else if (sync == tlm::TLM_UPDATED) {
		respond_later(payload, delay);
		to->requesting = nullptr;
		phase = tlm::END_REQ;
	} else if (sync == tlm::TLM_COMPLETED) {
		forget(payload);
	}
	return sync;
}

tlm::tlm_sync_enum npu_bus::forward(int from, tlm_generic_payload &payload,
				    tlm::tlm_phase &phase, sc_time &delay)
{
	const auto found = m_routes.find(&payload);

	if (phase == tlm::BEGIN_REQ)
		return begin(from, payload, phase, delay);
	if (found == m_routes.end() || phase != tlm::END_RESP)
		return tlm::TLM_ACCEPTED; /* phases not ours are ignored */
	end_response(payload, delay);
	forget(payload);
	return tlm::TLM_COMPLETED;
}

/* A target has taken the request before: the next one, if one waits. */
void npu_bus::request_next(target_window &window)
{
	while (!window.requesting && !window.waiting.empty()) {
		tlm_generic_payload *payload = window.waiting.front();
		const int from = m_routes[payload].from;
		tlm::tlm_phase phase = tlm::BEGIN_REQ;
		sc_time delay = SC_ZERO_TIME;
		tlm::tlm_sync_enum sync;

		window.waiting.pop_front();
		window.requesting = payload;
		sync = (*window.socket)
			       ->nb_transport_fw(*payload, phase, delay);
		if (sync == tlm::TLM_ACCEPTED)
			return;
		window.requesting = nullptr;
		if (sync == tlm::TLM_UPDATED && phase == tlm::END_REQ) {
			initiators[from]->nb_transport_bw(*payload, phase,
							  delay);
			continue;
		}
		m_routes[payload].has_completed = sync == tlm::TLM_COMPLETED;
		respond_later(*payload, delay);
	}
}

/* ---- towards an initiator ---- */

/* Tell the target that its response has ended. */
void npu_bus::end_response(tlm_generic_payload &payload, sc_time delay)
{
	const routing &route = m_routes[&payload];
	tlm::tlm_phase phase = tlm::END_RESP;

	if (!route.has_completed)
		(*m_windows[route.to].socket)
			->nb_transport_fw(payload, phase, delay);
}

/* The target has answered in its return: the initiator hears it in a call. */
void npu_bus::respond_later(tlm_generic_payload &payload, const sc_time &delay)
{
	routing &route = m_routes[&payload];

	route.ready = sc_core::sc_time_stamp() + delay;
	m_links[route.from].waiting.push_back(&payload);
	m_free.notify(delay);
}

tlm::tlm_sync_enum npu_bus::respond(tlm_generic_payload &payload,
				    tlm::tlm_phase &phase, sc_time &delay)
{
	const routing route = m_routes[&payload];
	tlm::tlm_sync_enum sync;

	m_links[route.from].responding = &payload;
	sync = initiators[route.from]->nb_transport_bw(payload, phase, delay);
	if (sync == tlm::TLM_COMPLETED ||
	    (sync == tlm::TLM_UPDATED && phase == tlm::END_RESP))
		forget(payload);
	return sync;
}

tlm::tlm_sync_enum npu_bus::backward(int to, tlm_generic_payload &payload,
				     tlm::tlm_phase &phase, sc_time &delay)
{
	const auto found = m_routes.find(&payload);
	target_window &window = m_windows[static_cast<size_t>(to)];

	if (found == m_routes.end() ||
	    (phase != tlm::END_REQ && phase != tlm::BEGIN_RESP))
		return tlm::TLM_ACCEPTED; /* phases not ours are ignored */
	initiator_link &link = m_links[found->second.from];

	if (window.requesting == &payload) {
		window.requesting = nullptr;
		m_free.notify(SC_ZERO_TIME);
	}
	if (phase == tlm::END_REQ)
		return initiators[found->second.from]->nb_transport_bw(
			payload, phase, delay);
	if (!link.responding && link.waiting.empty())
		return respond(payload, phase, delay);
	link.waiting.push_back(&payload);
	return tlm::TLM_ACCEPTED;
}

/* An initiator has ended the response before: the next one. Its target has to
 * be told of the end: it was told only that we took the response. */
void npu_bus::respond_next(initiator_link &link)
{
	while (!link.responding && !link.waiting.empty()) {
		tlm_generic_payload *payload = link.waiting.front();
		const routing route = m_routes[payload];
		const sc_time now = sc_core::sc_time_stamp();
		tlm::tlm_phase phase = tlm::BEGIN_RESP;
		sc_time delay = SC_ZERO_TIME;

		if (route.ready > now) {
			m_free.notify(route.ready - now);
			return;
		}
		link.waiting.pop_front();
		link.responding = payload;
		switch (initiators[route.from]->nb_transport_bw(*payload, phase,
								delay)) {
		case tlm::TLM_ACCEPTED:
			break;
		case tlm::TLM_UPDATED:
		case tlm::TLM_COMPLETED:
			end_response(*payload, delay);
			forget(*payload);
			break;
		}
	}
}

void npu_bus::go_on()
{
	for (target_window &w : m_windows)
		request_next(w);
	for (auto &[from, link] : m_links)
		respond_next(link);
}
