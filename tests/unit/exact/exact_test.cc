// tests/unit/exact/exact_test.cc - the exact reference against numbers worked
// out by hand.
// SPDX-License-Identifier: Apache-2.0
#include "isa/npu_isa.h"
#include "tests/unit/exact/lowered.h"
#include <cmath>

namespace
{
using Floats = std::vector<float>;
using Bytes = std::vector<uint8_t>;

// [1,1,1,K] x [K,1] in fp32.
float chain(const Floats &x, const Floats &w)
{
	OneNode one(NPU_conv, 2);
	const int64_t k = (int64_t)x.size();

	one.input<float>(0, NPU_fp32, { 1, 1, 1, k }, x);
	one.input<float>(1, NPU_fp32, { 1, 1, k, 1 }, w, true);
	one.output(NPU_fp32, { 1, 1, 1, 1 });
	return one.run<float>()[0];
}

TEST(ExactChain, ProductEntersTheAdditionUnrounded)
{
	// (1 + 2^-12)^2 - 1 = 2^-11 + 2^-24: a rounded product loses 2^-24.
	EXPECT_EQ(chain({ 1.0f, 1 + 0x1p-12f }, { -1.0f, 1 + 0x1p-12f }),
		  0x1p-11f + 0x1p-24f);
}

TEST(ExactChain, RunsInAscendingOrder)
{
	// 2^24 + 1 rounds to 2^24 (ties to even); the other order keeps both.
	EXPECT_EQ(chain({ 0x1p24f, 1, 1 }, { 1, 1, 1 }), 0x1p24f);
	EXPECT_EQ(chain({ 1, 1, 0x1p24f }, { 1, 1, 1 }), 0x1p24f + 2);
}

TEST(ExactChain, ResultThatRoundsUpToTheSmallestNormalStays)
{
	// (1 - 2^-24) * 2^-126 is half way to 2^-126 on the subnormal grid and
	// ties to the even 2^-126; the processor's own flush mode, which looks
	// before it rounds, would give 0. source: isa.md 4
	EXPECT_EQ(chain({ 1 - 0x1p-24f }, { 0x1p-126f }), 0x1p-126f);
	// The next smaller product, (1 - 2^-23) 2^-126, is representable below
	// 2^-126 and flushes to +0.
	EXPECT_EQ(bits_of(chain({ 1 - 0x1p-23f }, { 0x1p-126f })), 0u);
	EXPECT_EQ(bits_of(chain({ 0x1p-63f }, { -0x1p-64f })), 0u);
	// Rounded to -0 before it is looked at: zeros keep their sign.
	EXPECT_EQ(bits_of(chain({ 0x1p-100f }, { -0x1p-100f })), 0x80000000u);
}

TEST(ExactChain, SubnormalInputsReadAsZero)
{
	EXPECT_EQ(bits_of(chain({ 0x1p-127f }, { 0x1p60f })), 0u);
	EXPECT_EQ(chain({ 0x1p-126f }, { 0x1p60f }), 0x1p-66f);
}

TEST(ExactChain, NanHasOnePattern)
{
	EXPECT_EQ(bits_of(chain({ INFINITY }, { 0.0f })), 0x7fc00000u);
	EXPECT_EQ(bits_of(chain({ -NAN, 1 }, { 1, 1 })), 0x7fc00000u);
}

// u8 image, s8 weights, multiplier 1 unless said.
struct Requantise {
	Bytes x = { 10 };
	std::vector<int8_t> w = { 1 };
	int32_t x_zero = 0, y_zero = 0, bias = 0;
	float multiplier = 1;
};

uint8_t requantise(const Requantise &r)
{
	OneNode one(NPU_conv, 4);
	const int64_t k = (int64_t)r.x.size();

	one.input<uint8_t>(0, NPU_u8, { 1, 1, 1, k }, r.x)->zero = r.x_zero;
	one.input<int8_t>(1, NPU_s8, { 1, 1, k, 1 }, r.w, true);
	one.input<int32_t>(2, NPU_s32, { 1, 1, 1, 1 }, { r.bias }, true);
	one.input<float>(3, NPU_fp32, { 1, 1, 1, 1 }, { r.multiplier }, true);
	one.node->low.bias = 2;
	one.node->low.multiplier = 3;
	one.output(NPU_u8, { 1, 1, 1, 1 })->zero = r.y_zero;
	return one.run<uint8_t>()[0];
}

TEST(ExactRequantise, TiesGoToTheEvenNumberBeforeTheZeroPoint)
{
	Requantise r;

	r.multiplier = 0.5f;
	r.x = { 5 }; // 2.5
	EXPECT_EQ(requantise(r), 2);
	r.x = { 7 }; // 3.5
	EXPECT_EQ(requantise(r), 4);
	r.x = { 5 };
	r.y_zero = 1; // RNE(2.5) + 1 = 3; RNE(2.5 + 1) would be 4
	EXPECT_EQ(requantise(r), 3);
	r.w = { -1 }; // RNE(-2.5) = -2
	r.y_zero = 10;
	EXPECT_EQ(requantise(r), 8);
}

TEST(ExactRequantise, SaturatesAtBothEnds)
{
	Requantise r;

	r.x = { 255 };
	r.w = { 2 };
	EXPECT_EQ(requantise(r), 255);
	r.w = { -1 };
	EXPECT_EQ(requantise(r), 0);
	r.multiplier = 1e30f;
	EXPECT_EQ(requantise(r), 0);
}

TEST(ExactRequantise, ZeroPointIsSubtractedAndBiasAdded)
{
	Requantise r;

	r.x = { 130, 120 };
	r.w = { 3, -4 };
	r.x_zero = 128;
	r.bias = 5; // 2 * 3 + -8 * -4 + 5 = 43
	EXPECT_EQ(requantise(r), 43);
}

TEST(ExactRequantise, AccumulatorIsRoundedToFp32BeforeTheMultiplier)
{
	Requantise r;

	r.x = { 0 };
	r.bias = (1 << 24) + 1; // fp32 has no such number: 2^24
	r.multiplier = 0x1p-17f;
	EXPECT_EQ(requantise(r), 128);
	r.bias = (255 << 16) + (1 << 15); // 255.5 in units of 2^16
	r.multiplier = 0x1p-16f;
	EXPECT_EQ(requantise(r), 255);
}

TEST(ExactConv, ResidualEntersOneFusedMultiplyAdd)
{
	OneNode one(NPU_conv, 4);

	one.input<uint8_t>(0, NPU_u8, { 1, 1, 1, 1 }, { 3 });
	one.input<int8_t>(1, NPU_s8, { 1, 1, 1, 1 }, { 1 }, true);
	one.input<float>(2, NPU_fp32, { 1, 1, 1, 1 }, { 0.5f }, true);
	one.input<uint8_t>(3, NPU_u8, { 1, 1, 1, 1 }, { 7 })->zero = 2;
	one.node->low.multiplier = 2;
	one.node->low.residual = 3;
	one.node->low.post.has_scale = 1;
	one.node->low.post.scale = 2;
	one.output(NPU_u8, { 1, 1, 1, 1 })->zero = 1;
	EXPECT_EQ(one.run<uint8_t>()[0], 14); // (1.5 + 5) * 2 + 1
}

TEST(ExactConv, Bf16RoundsOnceAtTheEnd)
{
	OneNode one(NPU_conv, 3);
	// 1 + 2^-8 in fp32 sits half way between two bf16: to even, 1.0;
	// with the bias 2^-20 it is above half way.
	const uint16_t x = 0x3f80, w = 0x3f80;

	one.input<uint16_t>(0, NPU_bf16, { 1, 1, 1, 1 }, { x });
	one.input<uint16_t>(1, NPU_bf16, { 1, 1, 1, 2 }, { w, w }, true);
	one.input<float>(2, NPU_fp32, { 1, 1, 1, 2 },
			 { 0x1p-8f, 0x1p-8f + 0x1p-20f }, true);
	one.node->low.bias = 2;
	one.output(NPU_bf16, { 1, 1, 1, 2 });
	EXPECT_EQ(one.run<uint16_t>(),
		  (std::vector<uint16_t>{ 0x3f80, 0x3f81 }));
}

TEST(ExactConv, OutputPaddingBeyondTheImageContributesNothing)
{
	OneNode one(NPU_conv, 2);
	npu_lowered &low = one.node->low;

	one.input<float>(0, NPU_fp32, { 1, 1, 3, 1 }, { 1, 2, 4 });
	one.input<float>(1, NPU_fp32, { 1, 3, 1, 1 }, { 1, 10, 100 }, true);
	one.output(NPU_fp32, { 1, 1, 2, 1 });
	low.kernel[1] = 3, low.stride[1] = 2;
	low.pad_lo[1] = 1, low.pad_hi[1] = 1;
	EXPECT_EQ(one.run<float>(), (Floats{ 210, 42 }));
}

TEST(ExactMatmul, BatchesAndTransposedOperand)
{
	OneNode one(NPU_matmul, 2);

	one.input<float>(0, NPU_fp32, { 1, 2, 1, 2 }, { 1, 2, 3, 4 });
	one.input<float>(1, NPU_fp32, { 1, 2, 3, 2 },
			 { 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1 });
	one.node->low.trans_b = 1;
	one.output(NPU_fp32, { 1, 2, 1, 3 });
	EXPECT_EQ(one.run<float>(), (Floats{ 1, 2, 3, 3, 4, 7 }));
}

TEST(ExactEw, QuantisedAdditionIsOneFusedMultiplyAddAndAScale)
{
	OneNode one(NPU_ew, 2);
	npu_lowered &low = one.node->low;

	one.input<uint8_t>(0, NPU_u8, { 1, 1, 1, 3 }, { 20, 30, 0 })->zero = 10;
	one.input<uint8_t>(1, NPU_u8, { 1, 1, 1, 3 }, { 5, 6, 0 })->zero = 4;
	low.op0 = NPU_ALU_mul, low.op1 = NPU_ALU_add;
	low.a.input = 0;
	low.b.input = -1, low.b.imm = bits_of(0.25f);
	low.c.input = 1;
	low.post.has_scale = 1, low.post.scale = 2;
	one.output(NPU_u8, { 1, 1, 1, 3 })->zero = 3;
	// (10/4 + 1) 2 + 3, (20/4 + 2) 2 + 3, (-10/4 - 4) 2 + 3
	EXPECT_EQ(one.run<uint8_t>(), (Bytes{ 10, 17, 0 }));
}

TEST(ExactEw, IntegerOperationsComeFirstAndConvertOnce)
{
	OneNode one(NPU_ew, 2);
	npu_lowered &low = one.node->low;

	one.input<uint8_t>(0, NPU_u8, { 1, 1, 1, 2 }, { 200, 100 });
	one.input<uint8_t>(1, NPU_u8, { 1, 1, 1, 1 }, { 150 });
	low.op0 = NPU_ALU_sub, low.op1 = NPU_ALU_mul, low.ints = 1;
	low.a.input = 0, low.b.input = 1;
	low.c.input = -1, low.c.imm = bits_of(0.5f);
	one.output(NPU_fp32, { 1, 1, 1, 2 });
	EXPECT_EQ(one.run<float>(), (Floats{ 25, -25 }));
}

TEST(ExactEw, BroadcastsAlongEveryDimensionOfExtentOne)
{
	OneNode one(NPU_ew, 2);
	npu_lowered &low = one.node->low;

	one.input<float>(0, NPU_fp32, { 1, 2, 1, 2 }, { 1, 2, 3, 4 });
	one.input<float>(1, NPU_fp32, { 1, 1, 1, 2 }, { 10, 20 });
	low.op0 = NPU_ALU_mul;
	low.a.input = 0, low.b.input = 1;
	one.output(NPU_fp32, { 1, 2, 1, 2 });
	EXPECT_EQ(one.run<float>(), (Floats{ 10, 40, 30, 80 }));
}

TEST(ExactEw, ClampPassesNanAndPrefersItsBoundOnTies)
{
	OneNode one(NPU_ew, 1);
	npu_lowered &low = one.node->low;

	one.input<float>(0, NPU_fp32, { 1, 1, 1, 4 }, { NAN, -0.0f, 7, -3 });
	low.a.input = 0;
	low.post.f = NPU_FUNC_clamp;
	low.post.p1 = bits_of(6);
	one.output(NPU_fp32, { 1, 1, 1, 4 });
	const Floats got = one.run<float>();

	EXPECT_EQ(bits_of(got[0]), 0x7fc00000u);
	EXPECT_EQ(bits_of(got[1]), 0u);
	EXPECT_EQ(got[2], 6);
	EXPECT_EQ(got[3], 0);
}

TEST(ExactReduce, SumsBytesAsIntegersAndDividesOnce)
{
	OneNode one(NPU_reduce, 1);
	npu_lowered &low = one.node->low;

	one.input<uint8_t>(0, NPU_u8, { 1, 2, 2, 2 },
			   { 10, 1, 20, 2, 30, 3, 41, 4 })
		->zero = 1;
	low.axis = 12;
	low.post.has_scale = 1, low.post.scale = 0.25f;
	one.output(NPU_u8, { 1, 1, 1, 2 });
	EXPECT_EQ(one.run<uint8_t>(), (Bytes{ 24, 2 })); // 97/4, 6/4
}

TEST(ExactReduce, MaxOverChannels)
{
	OneNode one(NPU_reduce, 1);

	one.input<float>(0, NPU_fp32, { 1, 1, 2, 3 }, { -3, -1, -2, 5, 9, 7 });
	one.node->low.axis = 3;
	one.node->low.reduce = NPU_REDUCE_max;
	one.output(NPU_fp32, { 1, 1, 2, 1 });
	EXPECT_EQ(one.run<float>(), (Floats{ -1, 9 }));
}

TEST(ExactPool, MaxIgnoresWhatLiesOutside)
{
	OneNode one(NPU_pool, 1);
	npu_lowered &low = one.node->low;

	one.input<float>(0, NPU_fp32, { 1, 2, 2, 1 }, { -4, -3, -2, -1 });
	low.reduce = NPU_REDUCE_max;
	for (int d = 0; d < 2; d++) {
		low.kernel[d] = 2, low.stride[d] = 2;
		low.pad_lo[d] = low.pad_hi[d] = 1;
	}
	one.output(NPU_fp32, { 1, 2, 2, 1 });
	EXPECT_EQ(one.run<float>(), (Floats{ -4, -3, -2, -1 }));
}

TEST(ExactPool, AverageTakesItsCountsFromAVector)
{
	OneNode one(NPU_pool, 2);
	npu_lowered &low = one.node->low;

	one.input<uint8_t>(0, NPU_u8, { 1, 1, 3, 1 }, { 8, 10, 13 })->zero = 2;
	one.input<float>(1, NPU_fp32, { 1, 1, 2, 1 }, { 1, 0.5f }, true);
	low.kernel[1] = 2, low.stride[1] = 2, low.pad_lo[1] = 1;
	one.output(NPU_u8, { 1, 1, 2, 1 })->zero = 2;
	EXPECT_EQ(one.run<uint8_t>(), (Bytes{ 8, 12 })); // 6/1, RNE(19/2) = 10
}

TEST(ExactCopy, LutIndexesWithTheStoredByte)
{
	OneNode one(NPU_lut, 2);
	Bytes table(256);

	for (size_t i = 0; i < 256; i++)
		table[i] = (uint8_t)(255 - i);
	one.input<uint8_t>(0, NPU_u8, { 1, 1, 1, 3 }, { 0, 7, 255 })->zero = 9;
	one.input<uint8_t>(1, NPU_u8, { 1, 1, 1, 256 }, table, true);
	one.output(NPU_u8, { 1, 1, 1, 3 });
	EXPECT_EQ(one.run<uint8_t>(), (Bytes{ 255, 248, 0 }));
}

TEST(ExactCopy, ConcatJoinsChannels)
{
	OneNode one(NPU_concat, 2);

	one.input<uint8_t>(0, NPU_u8, { 1, 1, 2, 1 }, { 1, 2 });
	one.input<uint8_t>(1, NPU_u8, { 1, 1, 2, 2 }, { 3, 4, 5, 6 });
	one.node->low.axis = 3;
	one.output(NPU_u8, { 1, 1, 2, 3 });
	EXPECT_EQ(one.run<uint8_t>(), (Bytes{ 1, 3, 4, 2, 5, 6 }));
}

TEST(ExactCopy, MoveWalksStepsOfAnySign)
{
	OneNode one(NPU_move, 1);
	npu_lowered &low = one.node->low;
	const int64_t extent[4] = { 1, 1, 3, 2 }, step[4] = { 0, 0, -1, 3 };

	// rows of three, transposed, last column first
	one.input<uint8_t>(0, NPU_u8, { 1, 1, 2, 3 }, { 1, 2, 3, 4, 5, 6 });
	for (int d = 0; d < 4; d++)
		low.extent[d] = extent[d], low.step[d] = step[d];
	low.start = 2;
	one.output(NPU_u8, { 1, 1, 1, 6 });
	EXPECT_EQ(one.run<uint8_t>(), (Bytes{ 3, 6, 2, 5, 1, 4 }));
}

TEST(ExactNumbers, Fp16KeepsItsOwnSubnormalsAndOverflowsToInfinity)
{
	OneNode one(NPU_ew, 1);

	one.input<float>(
		0, NPU_fp32, { 1, 1, 1, 6 },
		{ 0x1p-24f, 0x1p-25f, 0x1.8p-24f, 65519.0f, 65520.0f, -1.0f });
	one.node->low.a.input = 0;
	one.output(NPU_fp16, { 1, 1, 1, 6 });
	// 2^-25 and 1.5 * 2^-24 are ties: to even
	EXPECT_EQ(one.run<uint16_t>(),
		  (std::vector<uint16_t>{ 1, 0, 2, 0x7bff, 0x7c00, 0xbc00 }));
}

// One function over many arguments, against libm.
void expect_near_libm(int f, double (*want)(double), float lo, float hi,
		      double relative)
{
	OneNode one(NPU_ew, 1);
	Floats x(4096);

	for (size_t i = 0; i < x.size(); i++)
		x[i] = lo + (hi - lo) * (float)i / 4095.0f;
	one.input<float>(0, NPU_fp32, { 1, 1, 1, 4096 }, x);
	one.node->low.a.input = 0;
	one.node->low.post.f = (uint8_t)f;
	one.output(NPU_fp32, { 1, 1, 1, 4096 });
	const Floats got = one.run<float>();

	for (size_t i = 0; i < x.size(); i++) {
		double exact = want((double)x[i]);

		ASSERT_NEAR(got[i], exact, relative * std::fabs(exact))
			<< "f " << f << " of " << x[i];
	}
}

// Bounds: the model errors of isa/npu_function.h, rounded up to a
// power of two where they are a few units in the last place.
TEST(ExactFunction, IsWithinItsStatedErrorOfLibm)
{
	expect_near_libm(NPU_FUNC_exp2, exp2, -100, 100, 0x1p-22);
	expect_near_libm(NPU_FUNC_log2, log2, 2, 1000, 4e-5);
	expect_near_libm(
		NPU_FUNC_recip, [](double v) { return 1 / v; }, 0.01f, 100,
		0x1p-22);
	expect_near_libm(NPU_FUNC_sqrt, sqrt, 0, 1000, 0x1p-22);
	expect_near_libm(
		NPU_FUNC_rsqrt, [](double v) { return 1 / sqrt(v); }, 0.01f,
		100, 0x1p-20);
	expect_near_libm(NPU_FUNC_tanh, tanh, -9, 9, 3e-5);
	expect_near_libm(NPU_FUNC_erf, erf, -5, 5, 3e-5);
	expect_near_libm(
		NPU_FUNC_sigmoid, [](double v) { return 1 / (1 + exp(-v)); },
		-20, 20, 1.35e-4);
}

// Codes are numbers in models/: the table there equals that of the ISA.
#include "models/exact/npu_exact_code.h"
#define X(name, code) static_assert((int)NPU_ALU_##name == (code), #name);
NPU_EXACT_ALU_LIST(X)
#undef X
#define X(name, code) static_assert((int)NPU_FUNC_##name == (code), #name);
NPU_EXACT_FUNC_LIST(X)
#undef X
#define X(name, code) static_assert((int)NPU_REDUCE_##name == (code), #name);
NPU_EXACT_REDUCE_LIST(X)
#undef X

} // namespace
