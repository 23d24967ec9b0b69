// tests/unit/rtl/dma_draw.h - random LD and ST instructions, and their
// memories. SPDX-License-Identifier: Apache-2.0
#ifndef NPU_TEST_DMA_DRAW_H
#define NPU_TEST_DMA_DRAW_H
#include "base/npu_random.h"
#include "sim/npu_dma_burst.h"
#include <cstring>
#include <vector>

namespace dma_test
{

// The scratchpad: data, then lists of indices that only `load_indices` writes.
constexpr uint64_t spad_bytes = 16384, index_base = 16000, index_count = 90,
		   index_limit = 40;
// Regions: what LD reads (lists of indices first), what ST writes, the cores.
enum { SOURCE, TARGET, CORES };
constexpr uint64_t region_bytes = 32768, list_bytes = 4096;
constexpr uint64_t base[] = { 0x12345000, 0x700000, NPU_CORES_BASE };

// The memories of one engine.
struct Memories {
	std::vector<uint8_t> spad = std::vector<uint8_t>(spad_bytes);
	std::vector<uint8_t> region[2] = { std::vector<uint8_t>(region_bytes),
					   std::vector<uint8_t>(region_bytes) };
	uint8_t lut[NPU_LUT_BYTES];

	explicit Memories(npu_random *random)
	{
		for (auto *bytes : { &spad, &region[0], &region[1] })
			for (uint8_t &byte : *bytes)
				byte = uint8_t(npu_random_u64(random));
		for (uint8_t &byte : lut)
			byte = uint8_t(npu_random_u64(random));
		for (uint64_t i = 0; i < index_count; i++)
			set_index(random, spad.data() + index_base + 4 * i);
		for (uint64_t i = 0; i < list_bytes / 4; i++)
			set_index(random, region[SOURCE].data() + 4 * i);
	}
	static void set_index(npu_random *random, uint8_t *to)
	{
		const int32_t k =
			int32_t(npu_random_below(random, index_limit));

		memcpy(to, &k, sizeof k);
	}
	// As the simulator sees them; borrowed.
	npu_memory view()
	{
		npu_memory m = {};

		m.spad_bytes = spad_bytes;
		m.acc_rows = 16;
		m.columns = 4;
		m.core_count = 1;
		m.core[0].spad = spad.data();
		memcpy(m.core[0].lut, lut, sizeof lut);
		for (int r = 0; r < 2; r++) {
			m.region[r] = region[r].data();
			m.region_bytes[r] = region_bytes;
		}
		m.region_kind[SOURCE] = NPU_REGION_input;
		m.region_kind[TARGET] = NPU_REGION_output;
		m.region_kind[CORES] = NPU_REGION_cores;
		return m;
	}
};

class Draw
{
      public:
	// Within `m`, which is borrowed.
	Draw(npu_random *r, const npu_memory &m) : random(r), memory(m)
	{
	}
	uint64_t in(uint64_t lo, uint64_t hi)
	{
		return lo + npu_random_below(random, hi - lo + 1);
	}
	bool percent(unsigned p)
	{
		return npu_random_below(random, 100) < p;
	}
	// One that npu_exec_check() accepts and whose destination overlaps
	// nothing that it reads.
	npu_insn insn(bool is_load)
	{
		npu_insn drawn;

		do
			drawn = is_load ? load() : store();
		while (npu_exec_check(&memory, &drawn, nullptr) != NPU_OK ||
		       overlaps(drawn));
		return drawn;
	}

      private:
	npu_random *random;
	const npu_memory &memory;

	template <class Copy> void shape(Copy &c)
	{
		c.n0 = percent(15) ? in(1, 900) : in(1, 90);
		c.n1 = in(1, percent(20) ? 20 : 4);
		c.n2 = in(1, 3);
		c.n3 = in(1, 2);
		c.s1 = percent(20) ? int64_t(c.n0) : int64_t(in(0, 300)) - 120;
		c.s2 = int64_t(in(0, 1200)) - 500;
		c.s3 = int64_t(in(0, 2000)) - 800;
		c.d1 = percent(30) ? c.n0 : in(0, 120);
		c.d2 = in(0, 500);
		c.d3 = in(0, 1000);
		c.offset = list_bytes + in(0, region_bytes - 2 * list_bytes);
		c.spad = in(0, index_base - 1);
		if (!percent(12))
			return;
		c.gather = 1;
		c.n2 = c.n3 = 1;
		c.n1 = in(1, 20);
		c.s2 = c.s3 = 0;
		c.limit = index_limit;
		c.index = index_base + 4 * in(0, index_count - c.n1);
	}
	template <class Copy> void place_local(Copy &c)
	{
		c.region = CORES;
		c.offset = in(0, index_base - 1);
		if (percent(30))
			c.offset = NPU_CORE_LUT | in(0, NPU_LUT_BYTES - 1);
	}
	npu_insn load()
	{
		npu_insn insn = {};
		npu_insn_ld &ld = insn.ld;

		ld.op = NPU_OP_ld;
		if (percent(5)) { // a list of indices
			ld.n0 = 4 * index_count;
			ld.n1 = ld.n2 = ld.n3 = 1;
			ld.offset = 4 * in(0, list_bytes / 4 - index_count);
			ld.spad = index_base;
			return insn;
		}
		shape(ld);
		if (!ld.gather && percent(40)) {
			ld.fill = npu_random_u64(random) & 0xffffffff;
			ld.y_lo = in(0, 2);
			ld.y_hi = in(0, 2);
			if (ld.s1 >= 0 && percent(70)) {
				ld.u_lo = in(0, 90);
				ld.u_hi = in(0, 90);
			}
		}
		ld.cast = percent(10);
		ld.cores = ld.cast;
		if (percent(20))
			place_local(ld);
		return insn;
	}
	npu_insn store()
	{
		npu_insn insn = {};
		npu_insn_st &st = insn.st;

		st.op = NPU_OP_st;
		shape(st);
		st.region = TARGET;
		if (percent(20))
			place_local(st);
		return insn;
	}
	// This core's bytes, scratchpad and then LUT RAM, as a set.
	struct Bytes {
		std::vector<bool> has =
			std::vector<bool>(spad_bytes + NPU_LUT_BYTES);

		void add(uint64_t first, uint64_t bytes)
		{
			if (first & NPU_CORE_LUT)
				first += spad_bytes - NPU_CORE_LUT;
			for (uint64_t i = first; i < first + bytes; i++)
				if (i < has.size())
					has[i] = true;
		}
		bool meets(const Bytes &other) const
		{
			for (size_t i = 0; i < has.size(); i++)
				if (has[i] && other.has[i])
					return true;
			return false;
		}
	};
	// Whether what it writes to this core's memories meets what it reads
	// there, or the lists of indices.
	static bool overlaps(const npu_insn &insn)
	{
		const npu_copy c = npu_copy_of(&insn);
		const bool is_local = c.region == CORES;
		Bytes spad, other, lists;

		if (c.gather && is_local) // rows anywhere up to the limit
			for (uint64_t k = 0; k < c.limit; k++)
				other.add(
					uint64_t(c.offset + int64_t(k) * c.s1),
					c.n0);
		for (uint64_t i3 = 0; i3 < c.n3; i3++)
			for (uint64_t i2 = 0; i2 < c.n2; i2++)
				for (uint64_t i1 = 0; i1 < c.n1; i1++) {
					spad.add(npu_copy_spad(&c, i3, i2, i1),
						 c.n0);
					if (is_local && !c.gather)
						other.add(
							uint64_t(npu_copy_from(
								&c, i3, i2,
								i1)),
							c.n0);
				}
		if (is_local && spad.meets(other))
			return true;
		lists.add(index_base, 4 * index_count);
		return c.spad != index_base &&
		       lists.meets(c.is_load ? spad : other);
	}
};

} // namespace dma_test
#endif
