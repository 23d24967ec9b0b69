/* sim/cosim/npu_write_set.cc - the bytes that an instruction writes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/cosim/npu_write_set.hpp"
#include <algorithm>
#include <cstring>

namespace npu
{
namespace
{

/* Where an access lies: LD and ST reach the core's own window too. */
int space_of(const npu_program &program, const npu_access &access,
	     uint64_t *offset)
{
	const uint64_t in_core = (uint64_t{ 1 } << NPU_CORE_SHIFT) - 1;
	const uint64_t first = static_cast<uint64_t>(access.first) & in_core;

	*offset = 0;
	switch (access.space) {
	case NPU_SPACE_spad:
		return SPAD;
	case NPU_SPACE_acc:
		return ACC;
	case NPU_SPACE_lut:
		return LUT;
	default:
		break;
	}
	if (program.region[access.region].kind != NPU_REGION_cores)
		return REGION + access.region;
	if (first & NPU_CORE_LUT) {
		*offset = NPU_CORE_LUT;
		return LUT;
	}
	return SPAD;
}

void add_piece(std::vector<piece> &out, const memory_view &view, int space,
	       uint64_t first, uint64_t bytes)
{
	const uint64_t end = view.bytes[space];

	if (first >= end || bytes == 0)
		return;
	bytes = std::min(bytes, end - first);
	if (!out.empty() && out.back().space == space &&
	    out.back().first + out.back().bytes == first)
		out.back().bytes += bytes;
	else
		out.push_back({ space, first, bytes });
}

/* Rows of the accumulators are words of T columns, of which some are written.
 */
void add_rows(std::vector<piece> &out, const memory_view &view, uint64_t row,
	      uint64_t rows, uint32_t columns)
{
	const uint64_t pitch = 4ull * view.columns;

	for (uint64_t i = 0; i < rows; i++)
		add_piece(out, view, ACC, (row + i) * pitch, 4ull * columns);
}

void add_access(std::vector<piece> &out, const npu_program &program,
		const npu_access &a, const memory_view &view)
{
	uint64_t offset;
	const int space = space_of(program, a, &offset);
	uint64_t points = 1;

	for (const uint64_t count : a.count)
		points *= count;
	for (uint64_t point = 0; point < points; point++) {
		uint64_t left = point;
		uint64_t at = static_cast<uint64_t>(a.first);

		for (int level = NPU_ACCESS_LEVELS - 1; level >= 0; level--) {
			at += left % a.count[level] * a.step[level];
			left /= a.count[level];
		}
		if (space == ACC)
			add_rows(out, view, at, a.extent, a.col_count);
		else
			add_piece(out, view, space, at - offset, a.extent);
	}
}

bool before(const piece &a, const piece &b)
{
	return a.space != b.space ? a.space < b.space : a.first < b.first;
}

void mix(uint64_t &hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9fb21c651e98df25u;
	hash ^= hash >> 32;
}

} // namespace

std::string describe_place(const memory_view &view, const npu_program &program,
			   int space, uint64_t at)
{
	char text[96];

	if (space == ACC)
		snprintf(text, sizeof text, "accumulator row %u, column %u",
			 static_cast<unsigned>(at / 4 / view.columns),
			 static_cast<unsigned>(at / 4 % view.columns));
	else if (space == LUT)
		snprintf(text, sizeof text, "LUT byte %u",
			 static_cast<unsigned>(at));
	else if (space == SPAD)
		snprintf(text, sizeof text, "scratchpad byte 0x%llx",
			 static_cast<unsigned long long>(at));
	else
		snprintf(text, sizeof text, "byte 0x%llx of region %d (%s)",
			 static_cast<unsigned long long>(at), space - REGION,
			 npu_region_kind_name(
				 program.region[space - REGION].kind));
	return text;
}

std::vector<piece> write_set(const npu_program &program,
			     const union npu_insn &insn,
			     const memory_view &view)
{
	npu_access accesses[NPU_ACCESS_MAX];
	const size_t count = npu_insn_accesses(&insn, view.columns, accesses);
	std::vector<piece> out;

	for (size_t i = 0; i < count; i++)
		if (accesses[i].is_write)
			add_access(out, program, accesses[i], view);
	return out;
}

bool overlap(std::vector<piece> &a, std::vector<piece> &b)
{
	std::sort(a.begin(), a.end(), before);
	std::sort(b.begin(), b.end(), before);
	auto i = a.begin(), j = b.begin();

	while (i != a.end() && j != b.end()) {
		if (i->space == j->space && i->first < j->first + j->bytes &&
		    j->first < i->first + i->bytes)
			return true;
		if (before(*i, *j))
			i++;
		else
			j++;
	}
	return false;
}

uint64_t hash_pieces(const std::vector<piece> &pieces, const memory_view &view)
{
	uint64_t hash = 0x6c62272e07bb0142u;

	for (const piece &p : pieces) {
		const uint8_t *bytes = view.data[p.space] + p.first;
		uint64_t i = 0, word;

		for (; i + 8 <= p.bytes; i += 8) {
			std::memcpy(&word, bytes + i, 8);
			mix(hash, word);
		}
		for (; i < p.bytes; i++)
			mix(hash, bytes[i]);
	}
	return hash;
}

} // namespace npu
