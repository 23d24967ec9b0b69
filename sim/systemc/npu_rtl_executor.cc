// sim/systemc/npu_rtl_executor.cc - the RTL, verilated, as the core of an NPU.
// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/npu_rtl_executor.hpp"
#include "isa/npu_csr.h"
#include "sim/systemc/npu_registers.hpp"
#include <algorithm>
#include <cstring>

/* Cycles from an input to what it changes in `running`, and some. */
static constexpr uint64_t settle_cycles = 8;
/* Of reset: registers without one follow those that have it, stage by stage. */
static constexpr unsigned reset_cycles = 64;

npu_rtl_executor::npu_rtl_executor(const npu_rtl_model &model, uint64_t seed)
    : m_model(model), m_core(model.create(seed))
{
	if (!m_core)
		SC_REPORT_FATAL("npu_rtl_executor", "no memory for a core");
	reset(0);
}

npu_rtl_executor::~npu_rtl_executor()
{
	m_model.destroy(m_core);
}

/* The line is held for as long as all of the core needs, at once. */
void npu_rtl_executor::reset(uint64_t cycle)
{
	m_in = {};
	m_in.reset = 1;
	for (unsigned i = 0; i < reset_cycles; i++)
		m_model.step(m_core, &m_in, &m_out);
	m_in = {};
	for (port &p : m_port)
		p = {};
	m_events.clear();
	m_status = 0;
	m_reads_status = m_irq = false;
	m_cycle = m_stay = cycle;
}

/* ---- clock by clock ---- */

bool npu_rtl_executor::is_active() const
{
	for (const port &p : m_port)
		if (!p.open.empty())
			return true;
	return m_cycle < m_stay || m_in.csr_valid ||
	       m_status & npu_field(status, running, 1);
}

void npu_rtl_executor::set_answers()
{
	for (unsigned p = 0; p < NPU_RTL_MASTERS; p++) {
		std::deque<asked> &open = m_port[p].open;
		auto &in = m_in.port[p];

		/* in order, one a cycle */
		in.ready = 1;
		in.answer = !open.empty() && open.front().is_answered &&
			    open.front().cycle <= m_cycle;
		if (!in.answer)
			continue;
		std::memcpy(in.data, open.front().data.data(), NPU_RTL_BEAT);
		open.pop_front();
		m_stay = std::max(m_stay, m_cycle + settle_cycles);
	}
}

void npu_rtl_executor::step()
{
	set_answers();
	m_reads_status = !m_in.csr_valid;
	if (m_reads_status) {
		m_in.csr_valid = 1;
		m_in.csr_write = 0;
		m_in.csr_address = NPU_CSR_status;
	}
	if (!m_model.step(m_core, &m_in, &m_out))
		SC_REPORT_ERROR("npu_rtl_executor", m_model.message(m_core));
	for (uint32_t i = 0; i < m_out.retire_count; i++)
		tell(m_out.retire[i].cycle,
		     static_cast<npu_engine_id>(m_out.retire[i].engine),
		     m_out.retire[i].insn);
	m_in.csr_valid = 0;
	m_steps++;
	m_cycle++;
	take_outputs();
}

void npu_rtl_executor::take_outputs()
{
	if (m_reads_status)
		m_status = m_out.csr_rdata;
	else
		m_value = m_out.csr_rdata;
	for (unsigned p = 0; p < NPU_RTL_MASTERS; p++)
		if (m_out.port[p].valid)
			take_request(p);
	if (m_irq != (m_out.irq != 0)) {
		npu_core_event event;

		m_irq = m_out.irq != 0;
		event.what = npu_core_event::irq;
		event.cycle = m_cycle;
		event.level = m_irq;
		m_events.push_back(event);
	}
}

void npu_rtl_executor::take_request(unsigned p)
{
	const auto &from = m_out.port[p];
	npu_core_event event;

	event.what = npu_core_event::request;
	event.cycle = m_cycle;
	event.id = m_port[p].next_id++ << 2 | p;
	event.transfer.is_write = p == NPU_RTL_st;
	event.transfer.address = from.address;
	event.transfer.bytes = NPU_RTL_BEAT;
	event.transfer.master = static_cast<uint8_t>(p);
	if (p == NPU_RTL_st) {
		event.transfer.strobe = from.strobe;
		std::memcpy(event.transfer.data.data(), from.data,
			    NPU_RTL_BEAT);
	}
	m_port[p].open.push_back({ event.id, false, 0, {} });
	m_events.push_back(event);
}

/* What the core shows in `cycle`; where nothing can move, without a step. */
void npu_rtl_executor::run_to(uint64_t cycle)
{
	while (m_cycle < cycle && is_active())
		step();
	m_cycle = std::max(m_cycle, cycle);
}

/* ---- what the component asks for ---- */

npu_core_event npu_rtl_executor::next(uint64_t until)
{
	npu_core_event event;

	while (m_events.empty() && m_cycle < until && is_active())
		step();
	if (!m_events.empty()) {
		event = m_events.front();
		m_events.pop_front();
		return event;
	}
	m_cycle = std::max(m_cycle, until);
	event.cycle = is_active() ? m_cycle + 1 : never;
	return event;
}

void npu_rtl_executor::access(uint64_t cycle, bool is_write, uint32_t address,
			      uint32_t value)
{
	run_to(cycle);
	m_in.csr_valid = 1;
	m_in.csr_write = is_write;
	m_in.csr_address = static_cast<uint16_t>(address);
	m_in.csr_wdata = value;
	m_access = cycle;
	m_stay = std::max(m_stay, cycle + settle_cycles);
}

uint32_t npu_rtl_executor::value()
{
	run_to(m_access + 1);
	return m_value;
}

/* A register's value takes a clock; only the status is always known. */
bool npu_rtl_executor::peek(uint32_t address, uint32_t &value)
{
	if (address != NPU_CSR_status)
		return false;
	value = m_status;
	return true;
}

void npu_rtl_executor::complete(uint64_t id, uint64_t cycle,
				const npu_transfer &answer)
{
	for (asked &a : m_port[id & 3].open) {
		if (a.id != id)
			continue;
		a.is_answered = true;
		a.cycle = cycle;
		if (answer.status == tlm::TLM_OK_RESPONSE)
			a.data = answer.data;
		else
			SC_REPORT_WARNING("npu_rtl_executor",
					  "memory refuses a request: the core "
					  "sees zeros");
	}
}

void npu_rtl_executor::set_memory_counters(const npu_dram_counters &)
{
}

bool npu_rtl_executor::runs_ahead() const
{
	return false;
}
