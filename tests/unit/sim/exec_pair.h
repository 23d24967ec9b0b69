/* tests/unit/sim/exec_pair.h - memories of a core beside the oracle's.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_TEST_EXEC_PAIR_H
#define NPU_TEST_EXEC_PAIR_H
#include "base/npu_random.h"
#include "sim/exec/npu_exec.h"
#include "tests/unit/sim/oracle.h"
#include "tests/unit/sim/test_program.h"

const uint64_t SPAD = 65536, ROWS = 256;

/* The memories of one core, and the oracle's copy of them. */
struct Pair {
	npu_chip chip = test_chip();
	TestProgram program{ chip };
	npu_memory *memory = nullptr;
	oracle::machine oracle;
	npu_random random;

	explicit Pair(uint64_t seed, uint32_t columns = 16) : random{ seed }
	{
		npu_error err = {};

		chip.array.cols = columns;
		chip.accumulators.bytes = ROWS * 4 * columns;
		EXPECT_EQ(npu_memory_create(&chip, program.finish(), 1, &memory,
					    &err),
			  NPU_OK);
		oracle.columns = columns;
		oracle.spad.resize(SPAD);
		oracle.acc.resize(ROWS * columns);
	}
	~Pair()
	{
		npu_memory_destroy(memory);
	}
	uint64_t below(uint64_t n)
	{
		return npu_random_below(&random, n);
	}
	uint64_t one_to(uint64_t n)
	{
		return 1 + below(n);
	}

	/* A float that is often awkward. */
	uint32_t float_bits()
	{
		static const uint32_t odd[] = {
			0x00000000, 0x80000000, 0x7f800000, 0xff800000,
			0x7fc00000, 0xffc12345, 0x7f812345, 0x00000001,
			0x807fffff, 0x00800000, 0x80800000, 0x00ffffff,
			0x3f800000, 0xbf800000, 0x4b000001, 0xcf000000,
			0x4f000000, 0x477fefff, 0x477ff000, 0x33000000,
			0x33000001, 0x38800000, 0x387fffff, 0x3f000000,
		};
		const uint64_t pick = below(8);

		if (pick == 0)
			return odd[below(sizeof odd / sizeof *odd)];
		if (pick == 1)
			return (uint32_t)npu_random_u64(&random);
		/* near-normal numbers of a few magnitudes */
		return oracle::to_bits(npu_random_normal(&random) *
				       (float)(1 << below(9)));
	}
	/* Fill both memories: words of floats, or bytes. */
	void fill(int kind)
	{
		for (size_t i = 0; i < SPAD; i += 4) {
			uint32_t u = float_bits();

			if (kind == 1)
				u = (uint32_t)npu_random_u64(&random);
			if (kind == 2) /* two bf16 */
				u = (u & 0xffff0000) | float_bits() >> 16;
			if (kind == 3) /* tiny: sums underflow */
				u = (u & 0x80ffffff) | 0x1f000000;
			std::memcpy(&oracle.spad[i], &u, 4);
		}
		for (auto &word : oracle.acc)
			word = kind == 1   ? (uint32_t)npu_random_u64(&random)
			       : kind == 3 ? 0
					   : float_bits();
		upload();
	}
	void upload()
	{
		std::memcpy(memory->core[0].spad, oracle.spad.data(), SPAD);
		std::memcpy(memory->core[0].acc, oracle.acc.data(),
			    oracle.acc.size() * 4);
	}
	void expect_equal(const char *what, int i)
	{
		ASSERT_EQ(std::memcmp(memory->core[0].spad, oracle.spad.data(),
				      SPAD),
			  0)
			<< what << " " << i;
		ASSERT_EQ(std::memcmp(memory->core[0].acc, oracle.acc.data(),
				      oracle.acc.size() * 4),
			  0)
			<< what << " " << i;
	}
};
#endif
