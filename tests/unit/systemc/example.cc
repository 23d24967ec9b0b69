// tests/unit/systemc/example.cc - the example of docs/systemc.md.
#include "isa/npu_csr.h"
#include "sim/systemc/npu_c_executor.hpp"
#include "sim/systemc/npu_tlm.hpp"
#include "sim/systemc/platform/npu_bus.hpp"
#include "sim/systemc/platform/npu_dram_memory.hpp"
#include "sim/systemc/platform/npu_host.hpp"

struct soc : sc_core::sc_module {
	static constexpr uint64_t registers = 1ull << 40;
	npu_chip chip;
	npu_program *program;
	npu_bus bus{ "bus" };
	npu_dram_memory dram{ "dram", chip, 0 };
	npu_host cpu{ "cpu", npu_style::lt };
	npu_tlm npu;
	sc_core::sc_signal<bool> irq{ "irq" }, reset{ "reset" };

	SC_HAS_PROCESS(soc);
	soc(sc_core::sc_module_name name, const npu_chip &c, npu_program *p)
	    : sc_module(name), chip(c), program(p),
	      npu("npu", npu_clock(chip),
		  std::make_unique<npu_c_executor>(
			  chip,
			  [this](npu_transfer &t) {
				  return npu.memory.debug(t);
			  }),
		  {})
	{
		cpu.bus.socket.bind(bus.initiators);
		npu.memory.socket.bind(bus.initiators);
		bus.add_window(0, chip.dram.capacity).bind(dram.socket);
		bus.add_window(registers, 4096).bind(npu.registers);
		npu.irq(irq);
		npu.reset(reset);
		SC_THREAD(drive);
	}
	void drive()
	{
		const npu_host::placed at = cpu.load(*program, 0);
		/* the host writes inputs here, at.region[...] */
		cpu.start(registers, chip, *program, at);
		wait(irq.posedge_event());
		cpu.write(registers + NPU_CSR_irq_clear, 1);
		sc_core::sc_stop();
	}
};

int sc_main(int argc, char **argv)
{
	npu_program *program = nullptr;
	const char *sets[] = { "dram.model=command" };
	npu_chip chip;

	if (argc != 3 ||
	    npu_chip_load(argv[2], nullptr, sets, 1, &chip, nullptr) ||
	    npu_program_load(argv[1], &program, nullptr))
		return 2;
	soc system("system", chip, program);
	sc_core::sc_start();
	std::cout << "done at " << sc_core::sc_time_stamp() << "\n";
	npu_program_destroy(program);
	return 0;
}
