/* sim/systemc/npu_transfer.hpp - one transfer between an initiator and memory.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_TRANSFER_HPP
#define NPU_TRANSFER_HPP
#include <array>
#include <cstdint>
#include <systemc>
#include <tlm>

/* At most a burst: what the core's channels carry. */
struct npu_transfer {
	static constexpr unsigned most_bytes = 64;

	bool is_write = false;
	uint64_t address = 0;
	unsigned bytes = 0;
	uint64_t strobe = ~0ull; /* bit i: byte i is written */
	std::array<uint8_t, most_bytes> data{};
	uint8_t master = 0; /* who asks, among all of the platform */
	uint64_t tag = 0, generation = 0; /* the owner's */
	/* absolute times: asked not before `begin`, answered at `end` */
	sc_core::sc_time begin, end;
	tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;

	bool is_whole() const
	{
		const uint64_t all = bytes < 64 ? (1ull << bytes) - 1 : ~0ull;
		return (strobe & all) == all;
	}
};

/* Says which master a transaction is of; may be ignored. Memory that serves
 * several requests of one cycle does so in ascending order. */
struct npu_master_extension : tlm::tlm_extension<npu_master_extension> {
	uint8_t master = 0;

	tlm_extension_base *clone() const override;
	void copy_from(const tlm_extension_base &from) override;

	/* Of a payload; 255 where it says nothing. */
	static uint8_t of(const tlm::tlm_generic_payload &payload);
};

/* A payload with what a transfer needs: its bytes, byte enables, master. With a
 * memory manager it is one of nb_transport. */
class npu_payload
{
      public:
	explicit npu_payload(tlm::tlm_mm_interface *manager);
	~npu_payload();
	npu_payload(const npu_payload &) = delete;
	npu_payload &operator=(const npu_payload &) = delete;

	/* Set every attribute for `transfer`; it is copied. */
	void set(const npu_transfer &transfer);
	/* The transfer, with status and, of a read, its data. */
	npu_transfer result() const;

	tlm::tlm_generic_payload &payload()
	{
		return m_payload;
	}

      private:
	npu_transfer m_transfer;
	std::array<uint8_t, npu_transfer::most_bytes> m_enables{};
	npu_master_extension m_master;
	tlm::tlm_generic_payload m_payload;
};

#endif
