// sim/systemc/platform/npu_dram_memory.cc - memory timed by our DRAM model.
// SPDX-License-Identifier: Apache-2.0
//
// It acts in the middle of a cycle: then all requests of the cycle are here, in
// whatever order their processes ran, and are handed over in that of masters.
#include "sim/systemc/platform/npu_dram_memory.hpp"

using sc_core::sc_time_stamp;

static constexpr uint64_t burst_bytes = npu_transfer::most_bytes;

npu_dram_memory::npu_dram_memory(sc_core::sc_module_name name,
				 const npu_chip &chip, uint64_t wake_cycles)
    : npu_memory_target(name, chip.dram.capacity), m_clock(chip),
      m_wake_cycles(wake_cycles)
{
	npu_chip commands = chip;
	npu_error err = {};

	/* the level of record, whatever the chip asks for elsewhere */
	commands.dram.model = NPU_dram_model_command;
	if (npu_burst_port_dram(&commands, &m_port, &err) != NPU_OK)
		SC_REPORT_FATAL(this->name(), err.message);
	SC_METHOD(work);
	sensitive << m_tick;
	dont_initialize();
}

npu_dram_memory::~npu_dram_memory()
{
	if (m_port.destroy)
		m_port.destroy(m_port.user);
}

void npu_dram_memory::arrive(const access_request &request)
{
	const uint64_t cycle = m_clock.cycle_from(request.arrival);
	const uint8_t master = npu_master_extension::of(*request.payload);
	const uint64_t first = request.payload->get_address() / burst_bytes;
	const uint64_t last = (request.payload->get_address() +
			       request.payload->get_data_length() - 1) /
			      burst_bytes;

	if (!m_is_awake)
		m_epoch = cycle - m_wake_cycles;
	m_is_awake = true;
	m_pending[m_next_number] = { request,
				     static_cast<unsigned>(last - first + 1) };
	for (uint64_t i = first; i <= last; i++)
		m_arrivals.insert({ { cycle, master < NPU_DRAM_MASTERS
						     ? master
						     : NPU_DRAM_MASTERS - 1 },
				    { m_next_number, i * burst_bytes,
				      request.payload->is_write() } });
	m_next_number++;
	tick_in(cycle);
}

void npu_dram_memory::tick_in(uint64_t cycle)
{
	const sc_core::sc_time half =
		sc_core::sc_time::from_value(m_clock.period().value() / 2);

	m_tick.notify(m_clock.begin_of(cycle) + half - sc_time_stamp());
}

/* What arrived in `cycle`. A master has one request a cycle. */
void npu_dram_memory::submit(uint64_t cycle)
{
	while (!m_arrivals.empty() &&
	       m_arrivals.begin()->first.first <= cycle) {
		const auto [key, burst] = *m_arrivals.begin();
		const uint64_t ready = npu_memory_port_ready(
			&m_port, key.second, cycle - m_epoch);
		const npu_dram_run run = { burst.address, burst_bytes,
					   burst.is_write, key.second,
					   burst.number };
		npu_error err = {};

		m_arrivals.erase(m_arrivals.begin());
		if (ready + m_epoch > cycle)
			m_arrivals.insert(
				{ { ready + m_epoch, key.second }, burst });
		else if (m_port.submit(m_port.user, &run, ready, &err) !=
			 NPU_OK)
			SC_REPORT_FATAL(name(), err.message);
	}
}

/* Answers up to and including `cycle`, each when its cycle begins. */
void npu_dram_memory::advance(uint64_t cycle)
{
	npu_dram_run run;
	uint64_t at;

	while (m_port.advance(m_port.user, cycle - m_epoch, &run, &at)) {
		const auto found = m_pending.find(run.id);

		if (--found->second.bursts)
			continue;
		answer(found->second.whole,
		       m_clock.begin_of(at + m_epoch) - sc_time_stamp());
		m_pending.erase(found);
	}
}

void npu_dram_memory::work()
{
	const uint64_t cycle = m_clock.cycle_of(sc_time_stamp());

	submit(cycle);
	advance(cycle + 1);
	if (m_pending.size() > 0)
		tick_in(cycle + 1);
}

npu_dram_counters npu_dram_memory::memory_counters()
{
	if (m_is_awake)
		advance(m_clock.cycle_of(sc_time_stamp()));
	return m_port.count(m_port.user);
}
