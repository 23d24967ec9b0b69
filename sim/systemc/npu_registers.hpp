/* sim/systemc/npu_registers.hpp - which registers may be accessed, and how.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_REGISTERS_HPP
#define NPU_REGISTERS_HPP
#include <cstdint>

/* The register that `address` is a word of. */
struct npu_register {
	const char *name;
	uint32_t address, words;
	bool is_readable, is_writable;
};

/* NULL where isa/npu_csr.def names none, or `address` is not a word's. */
const npu_register *npu_register_at(uint64_t address);

/* A field's value in its place: npu_field(control, start, 1). */
#define npu_field(csr, field, value) \
	(static_cast<uint32_t>(value) << NPU_CSR_LSB_##csr##_##field)

#endif
