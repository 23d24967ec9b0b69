// tests/unit/base/dtype_test.cc - bf16 and fp16 against the compiler's _Float16
// and against exhaustive round trips.
#include "base/npu_dtype.h"
#include "base/npu_random.h"
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>

static float as_float(uint32_t u)
{
	float f;
	memcpy(&f, &u, 4);
	return f;
}

TEST(Dtype, EveryBf16RoundTrips)
{
	for (uint32_t h = 0; h < 65536; h++) {
		bool subnormal = !(h & 0x7f80) && (h & 0x7f);
		float f = npu_fp32_from_bf16(static_cast<uint16_t>(h));
		if (f != f)
			EXPECT_EQ(npu_bf16_from_fp32(f), 0x7fc0);
		else
			EXPECT_EQ(npu_bf16_from_fp32(f), subnormal ? 0 : h);
	}
}

TEST(Dtype, Bf16RoundsToNearestEven)
{
	EXPECT_EQ(npu_bf16_from_fp32(as_float(0x3f808000)), 0x3f80);
	EXPECT_EQ(npu_bf16_from_fp32(as_float(0x3f818000)), 0x3f82);
	EXPECT_EQ(npu_bf16_from_fp32(as_float(0x3f808001)), 0x3f81);
	EXPECT_EQ(npu_bf16_from_fp32(as_float(0x7f7fffff)), 0x7f80);
}

TEST(Dtype, EveryFp16RoundTrips)
{
	for (uint32_t h = 0; h < 65536; h++) {
		float f = npu_fp32_from_fp16(static_cast<uint16_t>(h));
		if (f != f)
			EXPECT_EQ(npu_fp16_from_fp32(f), 0x7e00);
		else
			EXPECT_EQ(npu_fp16_from_fp32(f), h);
	}
}

TEST(Dtype, Fp16AgreesWithTheCompilersConversion)
{
#ifdef __FLT16_MANT_DIG__
	npu_random random = { 1 };
	for (int i = 0; i < 1000000; i++) {
		float f = as_float(
			static_cast<uint32_t>(npu_random_u64(&random)));
		if (f != f || std::fabs(f) < 0x1p-126f)
			continue;
		_Float16 want = static_cast<_Float16>(f);
		uint16_t bits;
		memcpy(&bits, &want, 2);
		ASSERT_EQ(npu_fp16_from_fp32(f), bits) << f;
	}
#endif
}

TEST(Dtype, NamesAndSizesComeFromOneTable)
{
	EXPECT_EQ(npu_dtype_bytes(NPU_bf16), 2u);
	EXPECT_EQ(npu_dtype_find("s32"), NPU_s32);
	EXPECT_EQ(npu_dtype_find("float"), NPU_none);
	EXPECT_STREQ(npu_dtype_name(NPU_fp32), "fp32");
	EXPECT_STREQ(npu_dtype_name(static_cast<npu_dtype>(9)), "?");
}
