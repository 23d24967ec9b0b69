/* tests/unit/rtl/fp_test.cc - npu_fp_pkg.sv against the host's arithmetic and
 * against the steps of the simulator.
 * SPDX-License-Identifier: Apache-2.0 */
#include "Vfp.h"
#include "base/npu_random.h"
#include <gtest/gtest.h>
#include <cmath>
#include <vector>
extern "C" {
#include "sim/exec/npu_stage.h"
}
#include "tests/unit/sim/oracle.h"

namespace
{

using oracle::from_bits;
using oracle::to_bits;

/* the bench's `what` */
enum {
	FMA,
	ADD,
	MUL,
	FTZ,
	GREATER,
	EQUAL,
	ALU_FLOAT,
	ALU_INT,
	SELECT,
	LOAD_FLOAT,
	LOAD_INT,
	STORE,
	FROM_INT
};

class Fp : public testing::Test
{
      protected:
	VerilatedContext context;
	Vfp rtl{ &context };
	npu_random random = { 20 };

	uint32_t run(int what, uint32_t x, uint32_t y = 0, uint32_t z = 0)
	{
		rtl.what = (uint8_t)what & 31;
		rtl.x = x;
		rtl.y = y;
		rtl.z = z;
		rtl.eval();
		return rtl.out;
	}

	uint32_t any()
	{
		return (uint32_t)npu_random_u64(&random);
	}

	uint32_t below(uint32_t n)
	{
		return (uint32_t)npu_random_below(&random, n);
	}

	/* A value whose biased exponent lies in [lo, hi], of few bits or many
	 */
	uint32_t near(int lo, int hi)
	{
		const uint32_t keep =
			below(2) ? 0x7fffff : ~0u << below(23) & 0x7fffff;
		const int e = lo + (int)below((uint32_t)(hi - lo + 1));

		return (any() & (0x80000000 | keep)) |
		       (uint32_t)(e < 1     ? 1
				  : e > 254 ? 254
					    : e)
			       << 23;
	}
};

/* isa.md 4, once more: NaN becomes one NaN, subnormals +0 */
uint32_t flushed(float x)
{
	if (std::isnan(x))
		return 0x7fc00000;
	return std::fpclassify(x) == FP_SUBNORMAL ? 0 : to_bits(x);
}

uint32_t fma_of(uint32_t x, uint32_t y, uint32_t z)
{
	return flushed(std::fma(from_bits(x), from_bits(y), from_bits(z)));
}

/* Values at the edges of everything, of both signs. */
std::vector<uint32_t> corners()
{
	std::vector<uint32_t> all = { 0x7fc00000 };

	for (uint32_t u :
	     { 0x00000000u, 0x00800000u, 0x00800001u, 0x00ffffffu, 0x01000000u,
	       0x0c800000u, 0x1fffffffu, 0x20000000u, 0x20000001u, 0x33000000u,
	       0x33000001u, 0x33800000u, 0x387fffffu, 0x38800000u, 0x3effffffu,
	       0x3f000000u, 0x3f000001u, 0x3f7fffffu, 0x3f800000u, 0x3f800001u,
	       0x3fc00000u, 0x3fffffffu, 0x40200000u, 0x42ff0000u, 0x437f8000u,
	       0x447a0000u, 0x477fefffu, 0x477ff000u, 0x4affffffu, 0x4b000001u,
	       0x4effffffu, 0x4f000000u, 0x5f800000u, 0x7effffffu, 0x7f000000u,
	       0x7f7fffffu, 0x7f800000u }) {
		all.push_back(u);
		all.push_back(u | 0x80000000);
	}
	return all;
}

#define EXPECT_FMA(x, y, z)                           \
	ASSERT_EQ(run(FMA, x, y, z), fma_of(x, y, z)) \
		<< std::hex << "fma of " << (x) << " " << (y) << " " << (z)

TEST_F(Fp, FmaOfAllCornersIsIeeesFlushed)
{
	const std::vector<uint32_t> all = corners();

	for (uint32_t x : all)
		for (uint32_t y : all)
			for (uint32_t z : all)
				EXPECT_FMA(x, y, z);
}

TEST_F(Fp, FmaOfAnyValuesIsIeeesFlushed)
{
	for (int i = 0; i < 1000000; i++) {
		const uint32_t x = flushed(from_bits(any()));
		const uint32_t y = flushed(from_bits(any()));
		const uint32_t z = flushed(from_bits(any()));

		EXPECT_FMA(x, y, z);
	}
}

/* Addends of about the product's size: cancellation, ties, sticky bits. */
TEST_F(Fp, FmaNearTheProductIsIeees)
{
	for (int i = 0; i < 1000000; i++) {
		const uint32_t x = near(90, 160), y = near(90, 160);
		const int e = (int)(x >> 23 & 255) + (int)(y >> 23 & 255) - 127;
		uint32_t z = near(e - 50, e + 50);

		if (i % 2) /* the product itself, and its neighbours */
			z = (to_bits(from_bits(x) * from_bits(y)) ^ 1u << 31) +
			    below(5) - 2;
		z = flushed(from_bits(z));
		EXPECT_FMA(x, y, z);
	}
}

/* Results about 2^-126 and 2^-150: flushed, kept, or a zero with a sign. */
TEST_F(Fp, FmaNearUnderflowIsIeeesFlushed)
{
	int flushes = 0, negative_zeros = 0, kept = 0;

	for (int i = 0; i < 1000000; i++) {
		uint32_t x = near(1, 126), y;
		const int e = 1 + 127 - (int)(x >> 23 & 255);
		const uint32_t z = i % 2 ? below(2) << 31 : near(1, 3);

		y = near(e - 27, e + 2);
		if (i % 8 == 1) { /* just below a power of two */
			x |= 0x7fffff - below(2);
			y &= 0xff800000;
		}
		const float exact =
			std::fma(from_bits(x), from_bits(y), from_bits(z));

		flushes += std::fpclassify(exact) == FP_SUBNORMAL;
		negative_zeros += to_bits(exact) == 0x80000000;
		kept += (to_bits(exact) & 0x7fffffff) == 0x00800000;
		EXPECT_FMA(x, y, z);
	}
	EXPECT_GT(flushes, 100000);
	EXPECT_GT(negative_zeros, 1000);
	EXPECT_GT(kept, 1000);
}

TEST_F(Fp, FmaNearOverflowIsIeees)
{
	for (int i = 0; i < 300000; i++) {
		const uint32_t x = near(127, 254);
		const int e = 254 + 127 - (int)(x >> 23 & 255);
		const uint32_t y = near(e - 2, e + 1), z = near(228, 254);

		EXPECT_FMA(x, y, z);
	}
}

TEST_F(Fp, AddAndMulRoundOnce)
{
	std::vector<uint32_t> all = corners();

	for (int i = 0; i < 600; i++)
		all.push_back(i % 2 ? near(1, 254) : near(120, 135));
	for (uint32_t x : all)
		for (uint32_t y : all) {
			const float a = from_bits(x), b = from_bits(y);

			ASSERT_EQ(run(ADD, x, y), flushed(a + b))
				<< std::hex << x << " + " << y;
			ASSERT_EQ(run(MUL, x, y), flushed(a * b))
				<< std::hex << x << " * " << y;
			ASSERT_EQ(run(GREATER, x, y), a > b ? 1u : 0u)
				<< std::hex << x << " > " << y;
			ASSERT_EQ(run(EQUAL, x, y), a == b ? 1u : 0u)
				<< std::hex << x << " == " << y;
		}
}

TEST_F(Fp, FtzMakesValuesOfAllBits)
{
	for (uint32_t u = 0; u < 65536; u++)
		for (uint32_t low : { 0u, 1u, 0xffffu })
			ASSERT_EQ(run(FTZ, u << 16 | low),
				  flushed(from_bits(u << 16 | low)));
}

/* ---- the vector engine's operations, as the simulator does them ---- */

TEST_F(Fp, AluFloatIsTheSimulators)
{
	std::vector<uint32_t> all = corners();

	for (int i = 0; i < 100; i++)
		all.push_back(near(100, 150));
	for (int op = NPU_ALU_pass; op <= NPU_ALU_eq; op++)
		for (uint32_t x : all)
			for (uint32_t y : all) {
				float want = from_bits(x), b = from_bits(y);

				npu_stages_portable.alu_float((npu_alu)op,
							      &want, &b, 1);
				rtl.code = (uint8_t)op & 15;
				rtl.flag = 0;
				ASSERT_EQ(run(ALU_FLOAT, x, y, any()),
					  to_bits(want))
					<< std::hex << "op " << op << " of "
					<< x << " " << y;
			}
}

TEST_F(Fp, FusedMultiplyAddRoundsOnce)
{
	rtl.code = NPU_ALU_mul;
	rtl.flag = 1;
	for (int i = 0; i < 100000; i++) {
		const uint32_t x = near(100, 150), y = near(100, 150);
		const uint32_t z = near(80, 180);

		ASSERT_EQ(run(ALU_FLOAT, x, y, z), fma_of(x, y, z));
	}
}

TEST_F(Fp, AluIntIsTheSimulators)
{
	std::vector<uint32_t> all = { 0,          1,          2,
				      31,         32,         33,
				      0x7fffffff, 0x80000000, 0x80000001,
				      0xffffffff };

	for (int i = 0; i < 100; i++)
		all.push_back(any());
	for (int op = NPU_ALU_pass; op <= NPU_ALU_shr; op++)
		for (uint32_t x : all)
			for (uint32_t y : all) {
				int32_t want = (int32_t)x, b = (int32_t)y;

				npu_stages_portable.alu_int((npu_alu)op, &want,
							    &b, 1);
				rtl.code = (uint8_t)op & 15;
				ASSERT_EQ(run(ALU_INT, x, y), (uint32_t)want)
					<< std::hex << "op " << op << " of "
					<< x << " " << y;
			}
}

TEST_F(Fp, SelectTakesEitherZeroOfFloats)
{
	rtl.flag = 0;
	EXPECT_EQ(run(SELECT, 0x80000000, 5, 6), 6u);
	EXPECT_EQ(run(SELECT, 0, 5, 6), 6u);
	EXPECT_EQ(run(SELECT, 0x7fc00000, 5, 6), 5u);
	EXPECT_EQ(run(SELECT, 0x80800000, 5, 6), 5u);
	rtl.flag = 1;
	EXPECT_EQ(run(SELECT, 0x80000000, 5, 6), 5u);
	EXPECT_EQ(run(SELECT, 0, 5, 6), 6u);
	EXPECT_EQ(run(SELECT, 1, 5, 6), 5u);
}

/* ---- conversions, as the simulator does them ---- */

TEST_F(Fp, LoadsAreTheSimulators)
{
	for (int dtype = NPU_u8; dtype <= NPU_fp16; dtype++)
		for (uint32_t i = 0; i < 200000; i++) {
			/* all of 16 bits, garbage above */
			const uint32_t raw =
				dtype == NPU_s32 || dtype == NPU_fp32
					? any() >> (i % 4 ? 0 : below(32))
					: any() << 16 | (i & 0xffff);
			const uint8_t zero = (uint8_t)any();
			const bool is_int = dtype <= NPU_s32;
			float want;
			int32_t want_int;

			rtl.code = (uint8_t)dtype & 15;
			rtl.zero = zero;
			npu_stages_portable.load_float(
				&want, &raw, (npu_dtype)dtype, zero, 1);
			npu_stages_portable.load_int(&want_int, &raw,
						     (npu_dtype)dtype, zero, 1);
			ASSERT_EQ(run(LOAD_FLOAT, raw), to_bits(want))
				<< std::hex << dtype << " " << raw;
			if (is_int) {
				ASSERT_EQ(run(LOAD_INT, raw),
					  (uint32_t)want_int);
			}
		}
}

TEST_F(Fp, IntegersConvertAsTheHostDoes)
{
	for (int i = 0; i < 300000; i++) {
		const int32_t x =
			(int32_t)(any() >> below(32)) * (i % 2 ? 1 : -1);

		ASSERT_EQ(run(FROM_INT, (uint32_t)x), to_bits((float)x)) << x;
	}
	EXPECT_EQ(run(FROM_INT, 0x80000000), 0xcf000000u);
	EXPECT_EQ(run(FROM_INT, 0x7fffffff), 0x4f000000u);
	EXPECT_EQ(run(FROM_INT, 0), 0u);
}

TEST_F(Fp, StoresAreTheSimulators)
{
	std::vector<uint32_t> all = corners();

	for (uint32_t u = 0; u < 65536; u++) /* all exponents, ties of bf16 */
		for (uint32_t low : { 0u, 0x7fffu, 0x8000u, 0x8001u })
			all.push_back(flushed(from_bits(u << 16 | low)));
	for (int i = 0; i < 100000;
	     i++) /* ties and ends of fp16 and integers */
		all.push_back(near(100, 160));
	for (int i = -2000; i < 2000; i++)
		all.push_back(to_bits((float)i * 0.25f));
	for (int dtype = NPU_u8; dtype <= NPU_fp16; dtype++)
		for (uint32_t x : all) {
			const uint8_t zero = (uint8_t)any();
			const float value = from_bits(x);
			uint32_t want = 0;

			npu_stages_portable.store(&want, (npu_dtype)dtype, zero,
						  &value, 1);
			rtl.code = (uint8_t)dtype & 15;
			rtl.zero = zero;
			ASSERT_EQ(run(STORE, x), want)
				<< std::hex << dtype << " of " << x;
		}
}

} // namespace
