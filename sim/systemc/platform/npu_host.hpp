/* sim/systemc/platform/npu_host.hpp - a host: registers and memory of NPUs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_HOST_HPP
#define NPU_HOST_HPP
#include "configs/npu_chip.h"
#include "isa/npu_program.h"
#include "sim/systemc/npu_requester.hpp"
#include <vector>

/* What a driver does. Its functions are called from a thread of the simulation
 * and take the time of their transfers, but for load() and fetch(), which go
 * behind the clock's back as loaders of virtual platforms do. */
class npu_host : public sc_core::sc_module
{
      public:
	npu_requester bus;

	npu_host(sc_core::sc_module_name name, npu_style style);

	/* A program in memory: where its code and each region lie. */
	struct placed {
		uint64_t code, end;
		uint64_t region[NPU_REGIONS];
	};
	/* Put code and constants into memory from `address` on. */
	placed load(const npu_program &program, uint64_t address);
	/* Bytes of memory, in no time. */
	void write_bytes(uint64_t address, const void *data, uint64_t bytes);
	void read_bytes(uint64_t address, void *data, uint64_t bytes);

	/* Set up the registers at `registers` for a program and ring its
	 * doorbell. */
	void start(uint64_t registers, const npu_chip &chip,
		   const npu_program &program, const placed &at);
	uint32_t read(uint64_t address);
	void write(uint64_t address, uint32_t value);

	/* One transfer; returns its response. */
	tlm::tlm_response_status transfer(npu_transfer &transfer);

      private:
	void done(const npu_transfer &transfer);

	uint64_t m_next = 0;
	std::vector<npu_transfer> m_done;
	sc_core::sc_event m_answer;
};

#endif
