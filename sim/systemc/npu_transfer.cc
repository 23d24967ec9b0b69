// sim/systemc/npu_transfer.cc - transfers as generic payloads.
// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/npu_transfer.hpp"

tlm::tlm_extension_base *npu_master_extension::clone() const
{
	auto *copy = new npu_master_extension;

	copy->master = master;
	return copy;
}

void npu_master_extension::copy_from(const tlm_extension_base &from)
{
	master = static_cast<const npu_master_extension &>(from).master;
}

uint8_t npu_master_extension::of(const tlm::tlm_generic_payload &payload)
{
	const auto *extension = payload.get_extension<npu_master_extension>();

	return extension ? extension->master : uint8_t(255);
}

npu_payload::npu_payload(tlm::tlm_mm_interface *manager)
{
	m_payload.set_mm(manager);
	m_payload.set_extension(&m_master);
}

npu_payload::~npu_payload()
{
	/* the extension is a member: nobody else may free it */
	m_payload.clear_extension(&m_master);
}

void npu_payload::set(const npu_transfer &transfer)
{
	tlm::tlm_generic_payload &p = m_payload;

	m_transfer = transfer;
	m_master.master = transfer.master;
	p.set_command(transfer.is_write ? tlm::TLM_WRITE_COMMAND
					: tlm::TLM_READ_COMMAND);
	p.set_address(transfer.address);
	p.set_data_ptr(m_transfer.data.data());
	p.set_data_length(transfer.bytes);
	p.set_streaming_width(transfer.bytes);
	p.set_byte_enable_ptr(nullptr);
	p.set_byte_enable_length(0);
	if (transfer.is_write && !transfer.is_whole()) {
		for (unsigned i = 0; i < transfer.bytes; i++)
			m_enables[i] = transfer.strobe >> i & 1
					       ? TLM_BYTE_ENABLED
					       : TLM_BYTE_DISABLED;
		p.set_byte_enable_ptr(m_enables.data());
		p.set_byte_enable_length(transfer.bytes);
	}
	p.set_dmi_allowed(false);
	p.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

npu_transfer npu_payload::result() const
{
	npu_transfer transfer = m_transfer;

	transfer.status = m_payload.get_response_status();
	return transfer;
}
