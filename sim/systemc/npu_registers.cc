// sim/systemc/npu_registers.cc - the table of registers, as TLM needs it.
// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/npu_registers.hpp"
#include <cstring>

static const npu_register table[] = {
#define NPU_CSR(name, address, words, access, doc)                         \
	{ #name, (address), (words), std::strchr(#access, 'r') != nullptr, \
	  std::strchr(#access, 'w') != nullptr },
#include "isa/npu_csr.def"
};

const npu_register *npu_register_at(uint64_t address)
{
	if (address % 4)
		return nullptr;
	for (const npu_register &r : table)
		if (address >= r.address && address < r.address + 4 * r.words)
			return &r;
	return nullptr;
}
