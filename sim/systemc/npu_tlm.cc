// sim/systemc/npu_tlm.cc - sockets, interrupt, reset and time of an NPU.
// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/npu_tlm.hpp"
#include "sim/systemc/npu_registers.hpp"
#include <algorithm>
#include <cstring>

using sc_core::sc_time;
using sc_core::sc_time_stamp;
using sc_core::SC_ZERO_TIME;

npu_tlm::npu_tlm(sc_core::sc_module_name name, const npu_clock &clock,
		 std::unique_ptr<npu_executor> executor,
		 const npu_tlm_options &options)
    : sc_module(name), registers("registers"),
      memory("memory", options.style, options.use_dmi,
	     [this](const npu_transfer &transfer) { answered(transfer); }),
      irq("irq"), reset("reset"), counters("counters"), m_clock(clock),
      m_options(options), m_executor(std::move(executor))
{
	registers.register_b_transport(this, &npu_tlm::b_transport);
	registers.register_transport_dbg(this, &npu_tlm::transport_dbg);
	SC_THREAD(run);
	set_stack_size(256 * 1024);
	SC_METHOD(drive_irq);
	sensitive << m_irq_event;
	dont_initialize();
	SC_METHOD(on_reset);
	sensitive << reset;
	dont_initialize();
}

/* ---- time ----
 * The core may be ahead of simulated time, by the quantum at most, while every
 * request that it made is answered. Where memory still owes an answer it goes
 * no further than the present: the answer could come at any time. */

void npu_tlm::run()
{
	for (;;) {
		const npu_core_event event = next_event();

		if (event.what == npu_core_event::request)
			start_request(event);
		else if (event.what == npu_core_event::irq)
			set_irq(event);
		else if (event.cycle == npu_executor::never)
			wait(m_wake);
		else
			wait(m_clock.begin_of(event.cycle) - sc_time_stamp(),
			     m_wake);
	}
}

npu_core_event npu_tlm::next_event()
{
	sc_time limit = sc_time_stamp();
	npu_core_event event;

	event.cycle = npu_executor::never;
	if (reset.read())
		return event;
	m_keeper.reset();
	if (counters.size()) /* counts are of the present: not ahead of it */
		m_executor->set_memory_counters(counters->memory_counters());
	else if (m_executor->runs_ahead() && !memory.unknown())
		limit += tlm::tlm_global_quantum::instance()
				 .compute_local_quantum();
	event = m_executor->next(std::max(m_clock.cycle_of(limit), m_cycle));
	if (event.what == npu_core_event::idle)
		return event;
	m_cycle = event.cycle;
	if (m_clock.begin_of(m_cycle) > sc_time_stamp())
		m_keeper.set(m_clock.begin_of(m_cycle) - sc_time_stamp());
	return event;
}

void npu_tlm::start_request(const npu_core_event &event)
{
	npu_transfer transfer = event.transfer;

	transfer.begin = m_keeper.get_current_time();
	transfer.master =
		static_cast<uint8_t>(transfer.master + m_options.first_master);
	transfer.tag = event.id;
	transfer.generation = m_generation;
	memory.begin(transfer);
}

/* Memory answers at transfer.end, now or ahead of time. */
void npu_tlm::answered(const npu_transfer &transfer)
{
	const uint64_t asked = m_clock.cycle_from(transfer.begin);

	if (transfer.generation != m_generation)
		return; /* asked before a reset */
	m_executor->complete(
		transfer.tag,
		std::max(m_clock.cycle_from(transfer.end), asked + 1),
		transfer);
	m_wake.notify();
}

/* ---- interrupt and reset ---- */

void npu_tlm::set_irq(const npu_core_event &event)
{
	m_irq_level = event.level;
	m_irq_event.notify(m_keeper.get_local_time());
}

void npu_tlm::drive_irq()
{
	irq.write(m_irq_level);
}

void npu_tlm::on_reset()
{
	if (reset.read()) {
		m_generation++;
		m_executor->reset(m_clock.cycle_from(sc_time_stamp()));
		m_cycle = 0;
		m_irq_level = false;
		m_irq_event.cancel();
		m_irq_event.notify(SC_ZERO_TIME);
	}
	m_wake.notify();
}

/* ---- registers ---- */

tlm::tlm_response_status
npu_tlm::check(const tlm::tlm_generic_payload &payload) const
{
	const npu_register *found = npu_register_at(payload.get_address());

	if (payload.get_byte_enable_ptr())
		return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
	if (payload.get_data_length() != 4 || payload.get_streaming_width() < 4)
		return tlm::TLM_BURST_ERROR_RESPONSE;
	if (!found)
		return tlm::TLM_ADDRESS_ERROR_RESPONSE;
	if ((payload.is_read() && !found->is_readable) ||
	    (payload.is_write() && !found->is_writable))
		return tlm::TLM_COMMAND_ERROR_RESPONSE;
	return tlm::TLM_OK_RESPONSE;
}

/* An access happens at its time: it waits for the caller's own to come, and for
 * the clock. What is read is there a cycle later. */
void npu_tlm::b_transport(tlm::tlm_generic_payload &payload, sc_time &delay)
{
	const tlm::tlm_response_status status = check(payload);
	const uint32_t address = static_cast<uint32_t>(payload.get_address());
	uint32_t value = 0;
	uint64_t cycle, generation;

	payload.set_response_status(status);
	if (status != tlm::TLM_OK_RESPONSE ||
	    payload.get_command() == tlm::TLM_IGNORE_COMMAND)
		return;
	wait(delay);
	delay = SC_ZERO_TIME;
	m_access.lock();
	cycle = m_clock.cycle_from(sc_time_stamp());
	wait(m_clock.begin_of(cycle) - sc_time_stamp());
	generation = m_generation;
	if (!reset.read()) {
		std::memcpy(&value, payload.get_data_ptr(), sizeof value);
		m_executor->access(cycle, payload.is_write(), address, value);
		m_wake.notify();
	}
	wait(m_clock.period());
	if (reset.read() || generation != m_generation) {
		payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
	} else if (payload.is_read()) {
		value = m_executor->value();
		std::memcpy(payload.get_data_ptr(), &value, sizeof value);
		m_wake.notify();
	}
	m_access.unlock();
}

unsigned npu_tlm::transport_dbg(tlm::tlm_generic_payload &payload)
{
	const uint32_t address = static_cast<uint32_t>(payload.get_address());
	uint32_t value;

	if (!payload.is_read() || check(payload) != tlm::TLM_OK_RESPONSE)
		return 0;
	if (!m_executor->peek(address, value))
		return 0;
	std::memcpy(payload.get_data_ptr(), &value, sizeof value);
	return sizeof value;
}
