// sim/systemc/npu_protocol_checker.cc - the rules of the base protocol.
// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/npu_protocol_checker.hpp"
#include <sstream>

using sc_core::sc_time;
using sc_core::sc_time_stamp;
using tlm::tlm_generic_payload;

npu_protocol_checker::npu_protocol_checker(sc_core::sc_module_name name)
    : sc_module(name), target("target"), initiator("initiator")
{
	target.register_b_transport(this, &npu_protocol_checker::b_transport);
	target.register_nb_transport_fw(this, &npu_protocol_checker::forward);
	target.register_transport_dbg(this, &npu_protocol_checker::debug);
	target.register_get_direct_mem_ptr(this, &npu_protocol_checker::direct);
	initiator.register_nb_transport_bw(this,
					   &npu_protocol_checker::backward);
	initiator.register_invalidate_direct_mem_ptr(
		this, &npu_protocol_checker::invalidate);
}

void npu_protocol_checker::broken(const char *rule,
				  const tlm_generic_payload &payload,
				  const std::string &what)
{
	report(rule, payload.is_write(), payload.get_address(), what);
}

void npu_protocol_checker::report(const char *rule, bool is_write,
				  uint64_t address, const std::string &what)
{
	std::ostringstream text;

	text << rule << ": " << what << " (" << name() << ", "
	     << (is_write ? "write" : "read") << " of 0x" << std::hex << address
	     << std::dec << " at " << sc_time_stamp() << ")";
	m_violations.push_back(text.str());
}

void npu_protocol_checker::expect_all_ended()
{
	/* their payloads may be gone with their initiators */
	for (const auto &[payload, transaction] : m_open)
		report("ends",
		       transaction.before.command == tlm::TLM_WRITE_COMMAND,
		       transaction.before.address,
		       "the transaction has not ended");
}

/* ---- attributes ---- */

npu_protocol_checker::snapshot
npu_protocol_checker::take(const tlm_generic_payload &payload)
{
	snapshot s = { payload.get_command(),
		       payload.get_address(),
		       payload.get_data_ptr(),
		       payload.get_byte_enable_ptr(),
		       payload.get_data_length(),
		       payload.get_streaming_width(),
		       payload.get_byte_enable_length(),
		       {},
		       {} };

	if (payload.is_write() && s.data)
		s.written.assign(s.data, s.data + s.bytes);
	if (s.enable)
		s.enabled.assign(s.enable, s.enable + s.enables);
	return s;
}

/* What an initiator must have set. */
void npu_protocol_checker::check_begin(const tlm_generic_payload &payload)
{
	if (payload.get_response_status() != tlm::TLM_INCOMPLETE_RESPONSE)
		broken("begin.status", payload,
		       "the response status is not incomplete");
	if (payload.is_dmi_allowed())
		broken("begin.dmi", payload, "the DMI hint is set");
	if (payload.get_command() != tlm::TLM_IGNORE_COMMAND &&
	    (!payload.get_data_ptr() || payload.get_data_length() == 0))
		broken("begin.data", payload, "there is no data");
	if (payload.get_streaming_width() == 0)
		broken("begin.width", payload, "the streaming width is 0");
	if (payload.get_byte_enable_ptr() &&
	    payload.get_byte_enable_length() == 0)
		broken("begin.enables", payload, "no length of byte enables");
}

/* What nobody may change. */
void npu_protocol_checker::check_same(const tlm_generic_payload &payload,
				      const snapshot &before)
{
	const snapshot now = take(payload);

	if (now.command != before.command || now.data != before.data ||
	    now.bytes != before.bytes || now.width != before.width ||
	    now.enable != before.enable || now.enables != before.enables)
		broken("attributes", payload, "an attribute was changed");
	else if (now.written != before.written || now.enabled != before.enabled)
		broken("arrays", payload,
		       "written data or byte enables were changed");
}

void npu_protocol_checker::check_response(const tlm_generic_payload &payload,
					  const snapshot &before)
{
	check_same(payload, before);
	if (payload.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE)
		broken("response.status", payload,
		       "answered with an incomplete response");
}

/* ---- blocking ---- */

void npu_protocol_checker::b_transport(tlm_generic_payload &payload,
				       sc_time &delay)
{
	const snapshot before = take(payload);
	const sc_time at = sc_time_stamp() + delay;

	m_transactions++;
	if (m_open.count(&payload))
		broken("mixed", payload,
		       "b_transport of a transaction in nb_transport");
	check_begin(payload);
	initiator->b_transport(payload, delay);
	check_response(payload, before);
	if (sc_time_stamp() + delay < at)
		broken("time", payload, "it ended before it began");
}

/* ---- non-blocking: phases ---- */

void npu_protocol_checker::begin_request(tlm_generic_payload &payload,
					 const sc_time &at)
{
	m_transactions++;
	if (m_open.count(&payload)) {
		broken("phase.order", payload,
		       "BEGIN_REQ of a transaction that has not ended");
		return;
	}
	if (m_requesting)
		broken("request.exclusion", payload,
		       "BEGIN_REQ before END_REQ of the one before");
	if (!payload.has_mm())
		broken("memory.manager", payload, "it has no memory manager");
	check_begin(payload);
	m_open[&payload] = { take(payload), requested, at };
	m_requesting = &payload;
}

void npu_protocol_checker::end(tlm_generic_payload &payload)
{
	if (m_requesting == &payload)
		m_requesting = nullptr;
	if (m_responding == &payload)
		m_responding = nullptr;
	m_open.erase(&payload);
}

/* A phase that is allowed after what came before. */
void npu_protocol_checker::move(open &transaction, tlm_generic_payload &payload,
				const tlm::tlm_phase &phase)
{
	if (phase == tlm::END_REQ) {
		transaction.at = accepted;
		m_requesting = nullptr;
	} else if (phase == tlm::BEGIN_RESP) {
		if (m_requesting == &payload)
			m_requesting = nullptr;
		if (m_responding)
			broken("response.exclusion", payload,
			       "BEGIN_RESP before END_RESP of the one before");
		transaction.at = responding;
		m_responding = &payload;
		check_response(payload, transaction.before);
	} else {
		end(payload);
	}
}

/* END_REQ, BEGIN_RESP, END_RESP; any other phase is of another protocol. */
void npu_protocol_checker::later_phase(tlm_generic_payload &payload,
				       const tlm::tlm_phase &phase,
				       bool from_initiator, const sc_time &at)
{
	const auto found = m_open.find(&payload);

	if (phase != tlm::END_REQ && phase != tlm::BEGIN_RESP &&
	    phase != tlm::END_RESP)
		return;
	if (found == m_open.end()) {
		broken("phase.order", payload,
		       "a phase of a transaction that has not begun");
		return;
	}
	open &t = found->second;

	if (from_initiator != (phase == tlm::END_RESP)) {
		broken("phase.side", payload, "a phase from the wrong side");
		return;
	}
	if ((phase == tlm::END_REQ && t.at != requested) ||
	    (phase == tlm::BEGIN_RESP && t.at == responding) ||
	    (phase == tlm::END_RESP && t.at != responding)) {
		broken("phase.order", payload, "phases out of order");
		return;
	}
	if (at < t.last)
		broken("time", payload, "a phase before the one before it");
	t.last = at;
	check_same(payload, t.before);
	move(t, payload, phase);
}

/* What a call returned. */
void npu_protocol_checker::check_return(tlm_generic_payload &payload,
					bool was_forward,
					const tlm::tlm_phase &sent,
					const tlm::tlm_phase &phase,
					tlm::tlm_sync_enum sync,
					const sc_time &at)
{
	const auto found = m_open.find(&payload);

	if (sync == tlm::TLM_UPDATED) {
		if (phase == sent)
			broken("return.updated", payload,
			       "TLM_UPDATED with the same phase");
		else
			later_phase(payload, phase, !was_forward, at);
		return;
	}
	if (sync == tlm::TLM_ACCEPTED) {
		if (phase != sent)
			broken("return.accepted", payload,
			       "TLM_ACCEPTED with another phase");
		return;
	}
	if (found == m_open.end())
		return; /* END_RESP has ended it */
	if (!was_forward && sent != tlm::BEGIN_RESP)
		broken("return.completed", payload,
		       "an initiator completed a request");
	if (was_forward)
		check_response(payload, found->second.before);
	end(payload);
}

tlm::tlm_sync_enum npu_protocol_checker::forward(tlm_generic_payload &payload,
						 tlm::tlm_phase &phase,
						 sc_time &delay)
{
	const tlm::tlm_phase sent = phase;
	tlm::tlm_sync_enum sync;

	if (phase == tlm::BEGIN_REQ)
		begin_request(payload, sc_time_stamp() + delay);
	else
		later_phase(payload, phase, true, sc_time_stamp() + delay);
	sync = initiator->nb_transport_fw(payload, phase, delay);
	check_return(payload, true, sent, phase, sync, sc_time_stamp() + delay);
	return sync;
}

tlm::tlm_sync_enum npu_protocol_checker::backward(tlm_generic_payload &payload,
						  tlm::tlm_phase &phase,
						  sc_time &delay)
{
	const tlm::tlm_phase sent = phase;
	tlm::tlm_sync_enum sync;

	later_phase(payload, phase, false, sc_time_stamp() + delay);
	sync = target->nb_transport_bw(payload, phase, delay);
	check_return(payload, false, sent, phase, sync,
		     sc_time_stamp() + delay);
	return sync;
}

/* ---- no time ---- */

unsigned npu_protocol_checker::debug(tlm_generic_payload &payload)
{
	const snapshot before = take(payload);
	const unsigned bytes = initiator->transport_dbg(payload);

	if (bytes > before.bytes)
		broken("debug", payload, "more bytes than were asked for");
	check_same(payload, before);
	return bytes;
}

bool npu_protocol_checker::direct(tlm_generic_payload &payload,
				  tlm::tlm_dmi &dmi)
{
	const bool granted = initiator->get_direct_mem_ptr(payload, dmi);

	if (granted && (!dmi.get_dmi_ptr() ||
			dmi.get_start_address() > payload.get_address() ||
			dmi.get_end_address() < payload.get_address()))
		broken("dmi", payload, "granted without the address asked for");
	return granted;
}

void npu_protocol_checker::invalidate(sc_dt::uint64 start, sc_dt::uint64 end)
{
	target->invalidate_direct_mem_ptr(start, end);
}
