// sim/systemc/platform/npu_fixed_memory.cc - memory of one latency.
// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/platform/npu_fixed_memory.hpp"
#include <algorithm>

using sc_core::sc_time;
using sc_core::sc_time_stamp;

npu_fixed_memory::npu_fixed_memory(sc_core::sc_module_name name, uint64_t bytes,
				   sc_time latency)
    : npu_memory_target(name, bytes), m_latency(latency)
{
}

bool npu_fixed_memory::answer_lt(tlm::tlm_generic_payload &, sc_time &delay)
{
	delay += m_latency;
	return true;
}

void npu_fixed_memory::arrive(const access_request &request)
{
	answer(request, request.arrival + m_latency - sc_time_stamp());
}

bool npu_fixed_memory::has_direct(uint64_t) const
{
	return m_is_direct;
}

/* A page at a time: the storage is sparse. */
bool npu_fixed_memory::get_direct(uint64_t address, tlm::tlm_dmi &dmi)
{
	const uint64_t page = address / npu_storage::page_bytes;
	const uint64_t first = page * npu_storage::page_bytes;

	if (!m_is_direct || address >= storage().bytes())
		return false;
	dmi.init();
	dmi.set_dmi_ptr(storage().page(address));
	dmi.set_start_address(first);
	dmi.set_end_address(
		std::min(first + npu_storage::page_bytes, storage().bytes()) -
		1);
	dmi.set_read_latency(m_latency);
	dmi.set_write_latency(m_latency);
	dmi.allow_read_write();
	return true;
}

void npu_fixed_memory::deny_direct(uint64_t first, uint64_t last)
{
	m_is_direct = false;
	for (unsigned i = 0; i < socket.size(); i++)
		socket[static_cast<int>(i)]->invalidate_direct_mem_ptr(first,
								       last);
}

void npu_fixed_memory::allow_direct()
{
	m_is_direct = true;
}
