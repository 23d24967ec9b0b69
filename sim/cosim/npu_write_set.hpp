/* sim/cosim/npu_write_set.hpp - the bytes that an instruction writes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_WRITE_SET_HPP
#define NPU_WRITE_SET_HPP
#include "isa/npu_program.h"
#include <string>
#include <vector>

namespace npu
{

/* A core's memories and DRAM, region by region; of either executor. Pointers
 * are borrowed; a region that is not in DRAM has no bytes. */
enum space { SPAD, ACC, LUT, REGION, SPACES = REGION + NPU_REGIONS };
struct memory_view {
	uint8_t *data[SPACES] = {};
	uint64_t bytes[SPACES] = {};
	uint32_t columns = 0; /* T */
};

/* "scratchpad byte 0x40", "accumulator row 3, column 1", ... */
std::string describe_place(const memory_view &view, const npu_program &program,
			   int space, uint64_t at);

struct piece {
	int space;
	uint64_t first, bytes;
};

/* What `insn` writes, cut to the memories; in no order. */
std::vector<piece> write_set(const npu_program &program,
			     const union npu_insn &insn,
			     const memory_view &view);

/* Whether two sets have a byte in common. Both become sorted. */
bool overlap(std::vector<piece> &a, std::vector<piece> &b);

/* A hash of the bytes that the pieces hold. */
uint64_t hash_pieces(const std::vector<piece> &pieces, const memory_view &view);

} // namespace npu
#endif
