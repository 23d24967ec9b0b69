// sim/systemc/platform/npu_platform.cc - NPUs, memory, a bus and a host.
// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/platform/npu_platform.hpp"
#include "isa/npu_csr.h"
#include "sim/systemc/npu_rtl_executor.hpp"
#include "sim/npu_memory_port.h"

/* An NPU's first request is in cycle 0 of its run: memory wakes with it, so
 * that a run alone is that of the plain simulator. */
static constexpr uint64_t wake_cycles = 0;

npu_platform::npu_platform(sc_core::sc_module_name name, const npu_chip &chip,
			   const npu_platform_options &options,
			   script_function script)
    : sc_module(name), m_chip(chip), m_clock(chip), m_options(options),
      m_script(std::move(script)), m_bus("bus"), m_host("host", options.style)
{
	const uint64_t latency = options.fixed_latency;
	const npu_rtl_library_options plain = {};
	npu_error err = {};

	if (options.is_rtl &&
	    npu_rtl_library_open(&m_chip, &plain, &m_rtl, &err) != NPU_OK)
		SC_REPORT_FATAL(this->name(), err.message);
	if (latency) {
		m_memory = std::make_unique<npu_fixed_memory>(
			"memory", chip.dram.capacity,
			m_clock.begin_of(latency));
	} else {
		auto dram = std::make_unique<npu_dram_memory>("memory", chip,
							      wake_cycles);
		m_dram = dram.get();
		m_memory = std::move(dram);
	}
	npu_protocol_checker &to_memory = add_checker("to_memory");
	m_bus.add_window(0, chip.dram.capacity).bind(to_memory.target);
	to_memory.initiator.bind(m_memory->socket);
	npu_protocol_checker &of_host = add_checker("of_host");
	m_host.bus.socket.bind(of_host.target);
	of_host.initiator.bind(m_bus.initiators);
	for (unsigned i = 0; i < options.npus; i++)
		add_unit(i);
	SC_THREAD(run);
}

npu_platform::~npu_platform()
{
	m_units.clear(); /* cores before the library that they are of */
	npu_rtl_library_close(m_rtl);
}

npu_protocol_checker &npu_platform::add_checker(const char *name)
{
	m_checkers.push_back(std::make_unique<npu_protocol_checker>(
		sc_core::sc_gen_unique_name(name)));
	return *m_checkers.back();
}

std::unique_ptr<npu_executor> npu_platform::make_executor(npu_unit &unit,
							  unsigned i)
{
	if (m_options.is_rtl)
		return std::make_unique<npu_rtl_executor>(
			*npu_rtl_library_model(m_rtl), i + 1);
	auto c = std::make_unique<npu_c_executor>(
		m_chip, [&unit](npu_transfer &transfer) {
			return unit.npu->memory.debug(transfer);
		});
	unit.c = c.get();
	return c;
}

void npu_platform::add_unit(unsigned i)
{
	m_units.push_back(std::make_unique<npu_unit>());
	npu_unit &u = *m_units.back();
	npu_tlm_options options;

	options.style = m_options.style;
	options.use_dmi = m_options.use_dmi;
	options.first_master = static_cast<uint8_t>(i * NPU_MASTERS_A_CORE);
	u.npu = std::make_unique<npu_tlm>(sc_core::sc_gen_unique_name("npu"),
					  m_clock, make_executor(u, i),
					  options);
	u.npu->irq(u.irq);
	u.npu->reset(u.reset);
	if (m_dram && m_options.npus == 1)
		u.npu->counters(*m_dram);
	npu_protocol_checker &of_npu = add_checker("of_npu");
	u.npu->memory.socket.bind(of_npu.target);
	of_npu.initiator.bind(m_bus.initiators);
	npu_protocol_checker &to_npu = add_checker("to_npu");
	m_bus.add_window(registers_of(i), 4096).bind(to_npu.target);
	to_npu.initiator.bind(u.npu->registers);
}

npu_c_executor *npu_platform::c_executor(unsigned i)
{
	return m_units[i]->c;
}

/* ---- for the host's script ---- */

void npu_platform::run()
{
	m_script(*this);
	sc_core::sc_stop();
}

npu_host::placed npu_platform::load(unsigned i, const npu_program &program,
				    uint64_t address)
{
	if (c_executor(i))
		c_executor(i)->set_profile(&program);
	return m_host.load(program, address);
}

void npu_platform::start(unsigned i, const npu_program &program,
			 const npu_host::placed &at)
{
	m_host.start(registers_of(i), m_chip, program, at);
}

uint32_t npu_platform::finish(unsigned i)
{
	uint32_t status;

	if (!irq(i).read())
		wait(irq(i).posedge_event());
	status = m_host.read(registers_of(i) + NPU_CSR_status);
	m_host.write(registers_of(i) + NPU_CSR_irq_clear, 1);
	return status;
}

uint64_t npu_platform::cycles(unsigned i)
{
	const uint64_t low = m_host.read(registers_of(i) + NPU_CSR_cycles);

	return low | static_cast<uint64_t>(
			     m_host.read(registers_of(i) + NPU_CSR_cycles + 4))
			     << 32;
}

/* ---- after the simulation ---- */

std::vector<std::string> npu_platform::violations()
{
	std::vector<std::string> all;

	for (const auto &checker : m_checkers) {
		checker->expect_all_ended();
		all.insert(all.end(), checker->violations().begin(),
			   checker->violations().end());
	}
	return all;
}

uint64_t npu_platform::transactions() const
{
	uint64_t all = 0;

	for (const auto &checker : m_checkers)
		all += checker->transactions();
	return all;
}
