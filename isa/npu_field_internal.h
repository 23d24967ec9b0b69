/* isa/npu_field_internal.h - fields of an instruction, as the coder and the
 * text see them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_FIELD_INTERNAL_H
#define NPU_FIELD_INTERNAL_H
#include "isa/npu_isa.h"
#include <string.h>

/* The member at `offset` (of a field's description), as its 64 bits. */
static inline uint64_t npu__member(const union npu_insn *insn, size_t offset)
{
	uint64_t value;

	memcpy(&value, (const char *)insn + offset, sizeof value);
	return value;
}

/* `width` ones; width 1..64. */
static inline uint64_t npu__low_bits(unsigned width)
{
	return ~(uint64_t)0 >> (64 - width);
}

#endif
