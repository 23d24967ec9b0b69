/* sim/exec/npu_numeric.h - the numerics of isa.md 4 on single values.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Everything is written on the bits, so that no mode of the host's arithmetic
 * (flush to zero, denormals are zero) and no compiler option changes it. */
#ifndef NPU_NUMERIC_H
#define NPU_NUMERIC_H
#include <stdint.h>
#include <string.h>

#define NPU_NAN_BITS 0x7fc00000u

static inline uint32_t npu_bits(float x)
{
	uint32_t u;

	memcpy(&u, &x, sizeof u);
	return u;
}

static inline float npu_float(uint32_t u)
{
	float x;

	memcpy(&x, &u, sizeof x);
	return x;
}

/* NaN becomes the one quiet NaN, subnormals +0; zeros keep their sign. */
static inline uint32_t npu_ftz_bits(uint32_t u)
{
	const uint32_t magnitude = u & 0x7fffffffu;
	uint32_t out = magnitude < 0x00800000u && magnitude ? 0 : u;

	return magnitude > 0x7f800000u ? NPU_NAN_BITS : out;
}

static inline float npu_ftz(float x)
{
	return npu_float(npu_ftz_bits(npu_bits(x)));
}

static inline int npu_is_nan(float x)
{
	return (npu_bits(x) & 0x7fffffffu) > 0x7f800000u;
}

/* fp32 to bf16: RNE. The quiet NaN does not round up. */
static inline uint16_t npu_to_bf16(float x)
{
	const uint32_t u = npu_ftz_bits(npu_bits(x));

	return (uint16_t)((u + 0x7fffu + (u >> 16 & 1u)) >> 16);
}

/* Values of fp16, subnormal ones included, are normal in fp32. */
static inline float npu_from_fp16(uint16_t h)
{
	const uint32_t sign = (uint32_t)(h & 0x8000u) << 16;
	const uint32_t exponent = h >> 10 & 31u, fraction = h & 1023u;
	float x;

	if (exponent == 31)
		return npu_float(fraction ? NPU_NAN_BITS : sign | 0x7f800000u);
	if (exponent == 0) {
		x = (float)fraction * 0x1p-24f;
		return npu_float(npu_bits(x) | sign);
	}
	return npu_float(sign | (exponent + 112u) << 23 | fraction << 13);
}

/* fp32 to fp16: RNE, subnormal results kept, overflow to infinity. */
static inline uint16_t npu_to_fp16(float value)
{
	const uint32_t u = npu_ftz_bits(npu_bits(value));
	const uint16_t sign = (uint16_t)(u >> 16 & 0x8000u);
	const uint32_t a = u & 0x7fffffffu;
	uint32_t shift, kept, rest, half;

	if (a > 0x7f800000u)
		return 0x7e00u;
	if (a >= 0x477ff000u) /* 65520 */
		return (uint16_t)(sign | 0x7c00u);
	if (a < 0x33000000u) /* below 2^-25 */
		return sign;
	/* significand with its leading one, cut where fp16's grid is */
	shift = a < 0x38800000u ? 126u - (a >> 23) : 13u;
	kept = (a & 0x7fffffu) | 0x800000u;
	half = 1u << (shift - 1);
	rest = kept & (2u * half - 1u);
	kept >>= shift;
	kept += rest > half || (rest == half && (kept & 1u));
	if (shift != 13)
		return (uint16_t)(sign | kept);
	return (uint16_t)(sign | (((a >> 23) - 113u) * 1024u + kept));
}

/* RNE to int32; NaN gives 0, out of range saturates. */
static inline int32_t npu_rne_s32(float x)
{
	const float grid = 8388608.0f; /* 2^23: no fraction from here on */
	const uint32_t sign = npu_bits(x) & 0x80000000u;
	float a = npu_float(npu_bits(x) & 0x7fffffffu);

	if (npu_is_nan(x))
		return 0;
	if (a < grid)
		a = (a + grid) - grid;
	if (a >= 2147483648.0f)
		return sign ? INT32_MIN : INT32_MAX;
	return sign ? -(int32_t)a : (int32_t)a;
}

#endif
