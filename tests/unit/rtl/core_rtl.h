/* tests/unit/rtl/core_rtl.h - the verilated core with a memory of fixed
 * latency. SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_CORE_RTL_H
#define NPU_CORE_RTL_H
#include "Vcore.h"
#include "Vcore___024root.h"
#include "isa/npu_csr.h"
#include "sim/exec/npu_exec.h"
#include "tests/unit/sim/test_program.h"
#include <array>
#include <deque>

struct Retired {
	uint64_t cycle;
	int engine;
	uint32_t insn;
	bool operator==(const Retired &o) const
	{
		return cycle == o.cycle && engine == o.engine && insn == o.insn;
	}
};
std::ostream &operator<<(std::ostream &out, const Retired &r);
std::vector<Retired> &retired_by_rtl();

/* The chip that the core was verilated for. */
npu_chip rtl_chip();

class CoreRtl
{
      public:
	static constexpr uint64_t MEMORY_BYTES = 1 << 20;
	Vcore top;
	std::vector<uint8_t> memory = std::vector<uint8_t>(MEMORY_BYTES);
	uint64_t clock = 0; /* since construction */

	CoreRtl(const npu_chip &chip, uint64_t latency);
	void write(int csr, uint32_t value);
	uint32_t read(int csr);
	uint64_t read64(int csr)
	{
		return read(csr) | (uint64_t)read(csr + 4) << 32;
	}
	/* Registers and code as the program says; inputs are the caller's. */
	void load(const npu_program *program);
	/* Until the interrupt; 0 where it does not come. */
	int run(uint64_t most_cycles = 20000);
	void step();
	uint8_t *spad()
	{
		return (uint8_t *)&top.rootp
			->npu_core__DOT__scratchpad__DOT__bytes[0];
	}
	uint8_t *acc()
	{
		return (uint8_t *)&top.rootp
			->npu_core__DOT__accumulators__DOT__rows[0];
	}
	uint8_t *lut()
	{
		return &top.rootp->npu_core__DOT__lut__DOT__bytes[0];
	}

      private:
	struct Answer {
		uint64_t at;
		std::array<uint8_t, 64> data;
	};
	const npu_chip chip;
	const uint64_t latency;
	std::deque<Answer> answers[3];

	void ask(int master, uint64_t address);
	void store();
	bool answer(int master, VlWide<16> *data);
};

#endif
