/* models/exact/npu_exact_number.h - the numbers of isa.md 4, one at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_EXACT_NUMBER_H
#define NPU_EXACT_NUMBER_H
#include "base/npu_dtype.h"
#include <math.h>
#include <string.h>

static inline uint32_t npu__bits(float x)
{
	uint32_t u;

	memcpy(&u, &x, sizeof(u));
	return u;
}

static inline float npu__float(uint32_t bits)
{
	float x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

/* What an operand reads as and a result is stored as: subnormals are +0, zeros
 * keep their sign, every NaN is 0x7fc00000. Tested after IEEE's rounding, in
 * software: the processor's own flush mode flushes before it. */
static inline float npu__flush(float x)
{
	uint32_t u = npu__bits(x), magnitude = u & 0x7fffffff;

	if (magnitude > 0x7f800000)
		return npu__float(0x7fc00000);
	if (magnitude - 1 < 0x007fffff)
		return 0.0f;
	return x;
}

/* One step of the chain of conv and matmul. NaN stays NaN and gets its one
 * pattern at the end of the chain. */
static inline float npu__chain(float a, float w, float p)
{
	float r = fmaf(a, w, p);

	return (npu__bits(r) & 0x7fffffff) - 1 < 0x007fffff ? 0.0f : r;
}

/* RNE to an integer, saturating; NaN is 0. */
static inline int32_t npu__round_int(float x)
{
	if (x != x)
		return 0;
	if (x >= 2147483648.0f)
		return INT32_MAX;
	if (x <= -2147483648.0f)
		return INT32_MIN;
	return (int32_t)rintf(x);
}

static inline float npu__read_bf16(uint16_t bits)
{
	return npu__flush(npu__float((uint32_t)bits << 16));
}

static inline uint16_t npu__to_bf16(float x)
{
	uint32_t u = npu__bits(npu__flush(x));

	if ((u & 0x7fffffff) > 0x7f800000)
		return 0x7fc0;
	return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

/* fp16 has its own subnormals, multiples of 2^-24: normal numbers in fp32. */
static inline float npu__read_fp16(uint16_t bits)
{
	uint32_t sign = (uint32_t)(bits & 0x8000) << 16;
	uint32_t exponent = bits >> 10 & 31, fraction = bits & 1023;

	if (exponent == 31)
		return npu__float(fraction ? 0x7fc00000 : sign | 0x7f800000);
	if (exponent)
		return npu__float(sign | (exponent + 112) << 23 |
				  fraction << 13);
	float a = (float)fraction * 0x1p-24f;

	return sign ? -a : a;
}

static inline uint16_t npu__to_fp16(float x)
{
	uint32_t u = npu__bits(npu__flush(x)), sign = u >> 16 & 0x8000;
	uint32_t a = u & 0x7fffffff;

	if (a > 0x7f800000)
		return 0x7e00;
	if (a >= 0x477ff000) /* 65520: half way beyond the largest */
		return (uint16_t)(sign | 0x7c00);
	if (a < 0x38800000) /* 2^-14: adding 2^-1 rounds to 2^-24 */
		return (uint16_t)(sign |
				  (npu__bits(npu__float(a) + 0.5f) & 0x7fff));
	a += 0xfff + (a >> 13 & 1);
	return (uint16_t)(sign | ((a - (112u << 23)) >> 13));
}

/* max and min: NaN if either is NaN, y on ties. */
static inline float npu__max(float x, float y)
{
	if (x != x || y != y)
		return npu__float(0x7fc00000);
	return x > y ? x : y;
}

static inline float npu__min(float x, float y)
{
	if (x != x || y != y)
		return npu__float(0x7fc00000);
	return x < y ? x : y;
}

#endif
