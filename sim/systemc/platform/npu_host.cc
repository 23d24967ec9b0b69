// sim/systemc/platform/npu_host.cc - a host: registers and memory of NPUs.
// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/platform/npu_host.hpp"
#include "isa/npu_csr.h"
#include "sim/systemc/npu_registers.hpp"
#include <algorithm>
#include <cstring>

using sc_core::sc_time_stamp;

static constexpr uint64_t region_align = 4096;

npu_host::npu_host(sc_core::sc_module_name name, npu_style style)
    : sc_module(name),
      bus("bus", style, false, [this](const npu_transfer &t) { done(t); })
{
}

void npu_host::done(const npu_transfer &transfer)
{
	m_done.push_back(transfer);
	m_answer.notify();
}

tlm::tlm_response_status npu_host::transfer(npu_transfer &transfer)
{
	const uint64_t tag = m_next++;
	const auto is_mine = [tag](const npu_transfer &t) {
		return t.tag == tag;
	};

	transfer.tag = tag;
	transfer.begin = sc_time_stamp();
	bus.begin(transfer);
	for (;;) {
		const auto found =
			std::find_if(m_done.begin(), m_done.end(), is_mine);

		if (found == m_done.end()) {
			wait(m_answer);
			continue;
		}
		transfer = *found;
		m_done.erase(found);
		if (transfer.end > sc_time_stamp())
			wait(transfer.end - sc_time_stamp());
		return transfer.status;
	}
}

uint32_t npu_host::read(uint64_t address)
{
	npu_transfer t;
	uint32_t value = 0;

	t.address = address;
	t.bytes = sizeof value;
	if (transfer(t) != tlm::TLM_OK_RESPONSE)
		SC_REPORT_ERROR(name(), "a register cannot be read");
	std::memcpy(&value, t.data.data(), sizeof value);
	return value;
}

void npu_host::write(uint64_t address, uint32_t value)
{
	npu_transfer t;

	t.is_write = true;
	t.address = address;
	t.bytes = sizeof value;
	std::memcpy(t.data.data(), &value, sizeof value);
	if (transfer(t) != tlm::TLM_OK_RESPONSE)
		SC_REPORT_ERROR(name(), "a register cannot be written");
}

/* ---- memory, in no time ---- */

void npu_host::write_bytes(uint64_t address, const void *data, uint64_t bytes)
{
	const uint8_t *from = static_cast<const uint8_t *>(data);

	while (bytes) {
		npu_transfer t;

		t.is_write = true;
		t.address = address;
		t.bytes = static_cast<unsigned>(
			std::min<uint64_t>(bytes, npu_transfer::most_bytes));
		std::memcpy(t.data.data(), from, t.bytes);
		if (bus.debug(t) != t.bytes)
			SC_REPORT_ERROR(name(), "memory cannot be loaded");
		address += t.bytes, from += t.bytes, bytes -= t.bytes;
	}
}

void npu_host::read_bytes(uint64_t address, void *data, uint64_t bytes)
{
	uint8_t *to = static_cast<uint8_t *>(data);

	while (bytes) {
		npu_transfer t;

		t.address = address;
		t.bytes = static_cast<unsigned>(
			std::min<uint64_t>(bytes, npu_transfer::most_bytes));
		if (bus.debug(t) != t.bytes)
			SC_REPORT_ERROR(name(), "memory cannot be read");
		std::memcpy(to, t.data.data(), t.bytes);
		address += t.bytes, to += t.bytes, bytes -= t.bytes;
	}
}

npu_host::placed npu_host::load(const npu_program &program, uint64_t address)
{
	const npu_core_program &core = program.core[0];
	placed at = {};

	at.end = address + npu_program_layout(&program, at.region);
	at.code = at.end;
	for (unsigned r = 0; r < NPU_REGIONS; r++) {
		const npu_region &region = program.region[r];

		if (region.kind == NPU_REGION_cores)
			continue;
		at.region[r] += address;
		if (region.kind == NPU_REGION_code)
			at.code = at.region[r];
		if (region.kind == NPU_REGION_constants && region.data)
			write_bytes(at.region[r], region.data, region.bytes);
	}
	for (size_t i = 0; i < core.count; i++) {
		npu_word word;

		if (npu_insn_encode(&core.code[i], &word, nullptr) != NPU_OK)
			SC_REPORT_ERROR(name(), "no encoding of a descriptor");
		write_bytes(at.code + i * NPU_INSN_BYTES, &word, sizeof word);
	}
	at.end = std::max(at.end, at.code + core.count * NPU_INSN_BYTES);
	at.end = (at.end + region_align - 1) / region_align * region_align;
	return at;
}

void npu_host::start(uint64_t registers, const npu_chip &chip,
		     const npu_program &program, const placed &at)
{
	const npu_core_program &core = program.core[0];
	const auto set = [&](uint32_t address, uint64_t value) {
		write(registers + address, static_cast<uint32_t>(value));
	};

	set(NPU_CSR_count, core.count);
	set(NPU_CSR_code, at.code);
	set(NPU_CSR_code + 4, at.code >> 32);
	set(NPU_CSR_queue_depth, chip.queues.depth);
	set(NPU_CSR_prefetch, chip.queues.prefetch);
	set(NPU_CSR_outstanding, chip.dma.outstanding);
	set(NPU_CSR_startup, chip.dma.startup);
	for (unsigned r = 0; r < NPU_REGIONS; r++) {
		set(NPU_CSR_region + 8 * r, at.region[r]);
		set(NPU_CSR_region + 8 * r + 4, at.region[r] >> 32);
	}
	for (unsigned t = 0; t < NPU_TOKENS; t++) {
		set(NPU_CSR_token + 4 * t,
		    npu_field(token, initial, core.token[t].initial) |
			    npu_field(token, capacity, core.token[t].capacity));
		set(NPU_CSR_port + 4 * t,
		    npu_field(port, counter, core.port[t].counter) |
			    npu_field(port, used, core.port[t].used));
	}
	set(NPU_CSR_control,
	    npu_field(control, start, 1) | npu_field(control, irq_enable, 1));
}
