/* sim/systemc/platform/npu_platform.hpp - NPUs, memory, a bus and a host.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_PLATFORM_HPP
#define NPU_PLATFORM_HPP
#include "sim/cosim/npu_rtl_library.h"
#include "sim/systemc/npu_c_executor.hpp"
#include "sim/systemc/npu_protocol_checker.hpp"
#include "sim/systemc/npu_tlm.hpp"
#include "sim/systemc/platform/npu_bus.hpp"
#include "sim/systemc/platform/npu_dram_memory.hpp"
#include "sim/systemc/platform/npu_fixed_memory.hpp"
#include "sim/systemc/platform/npu_host.hpp"

struct npu_platform_options {
	unsigned npus = 1;
	bool is_rtl = false; /* the core: the RTL, or the C model */
	npu_style style = npu_style::lt;
	bool use_dmi = false;
	/* 0: the chip's DRAM, command by command; else a memory of this many
	 * cycles */
	uint64_t fixed_latency = 0;
};

/*      host -- bus -- memory at 0
 *               |
 *              NPUs, their registers at registers_of(i)
 *
 * A checker of TLM-2.0's base protocol stands on every link. */
class npu_platform : public sc_core::sc_module
{
      public:
	/* What the host does: a thread from the beginning of the simulation,
	 * which ends when it returns. */
	using script_function = std::function<void(npu_platform &)>;

	npu_platform(sc_core::sc_module_name name, const npu_chip &chip,
		     const npu_platform_options &options,
		     script_function script);
	~npu_platform() override;

	static uint64_t registers_of(unsigned i)
	{
		return (1ull << 40) + i * 4096ull;
	}
	npu_host &host()
	{
		return m_host;
	}
	npu_memory_target &memory()
	{
		return *m_memory;
	}
	npu_tlm &npu(unsigned i)
	{
		return *m_units[i]->npu;
	}
	/* NULL where the core is the RTL. */
	npu_c_executor *c_executor(unsigned i);
	sc_core::sc_signal<bool> &irq(unsigned i)
	{
		return m_units[i]->irq;
	}
	sc_core::sc_signal<bool> &reset(unsigned i)
	{
		return m_units[i]->reset;
	}
	const npu_chip &chip() const
	{
		return m_chip;
	}
	const npu_clock &clock() const
	{
		return m_clock;
	}

	/* For the host's script: load a program for NPU i, and its memory. */
	npu_host::placed load(unsigned i, const npu_program &program,
			      uint64_t address);
	void start(unsigned i, const npu_program &program,
		   const npu_host::placed &at);
	/* Until NPU i interrupts; returns its status and clears it. */
	uint32_t finish(unsigned i);
	/* Cycles of the last run of NPU i. */
	uint64_t cycles(unsigned i);

	/* Of all links; after the simulation. */
	std::vector<std::string> violations();
	uint64_t transactions() const;

      private:
	SC_HAS_PROCESS(npu_platform);
	struct npu_unit {
		std::unique_ptr<npu_tlm> npu;
		npu_c_executor *c = nullptr;
		sc_core::sc_signal<bool> irq, reset;
	};

	void run();
	void add_unit(unsigned i);
	std::unique_ptr<npu_executor> make_executor(npu_unit &unit, unsigned i);
	npu_protocol_checker &add_checker(const char *name);

	const npu_chip m_chip;
	const npu_clock m_clock;
	const npu_platform_options m_options;
	const script_function m_script;
	npu_rtl_library *m_rtl = nullptr;
	npu_bus m_bus;
	npu_host m_host;
	std::unique_ptr<npu_memory_target> m_memory;
	npu_dram_memory *m_dram = nullptr;
	std::vector<std::unique_ptr<npu_unit>> m_units;
	std::vector<std::unique_ptr<npu_protocol_checker>> m_checkers;
};

#endif
