/* base/npu_dtype.c - element type table and host conversions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_dtype.h"
#include <math.h>
#include <string.h>

static const struct {
	const char *name;
	size_t bytes;
} types[] = {
#define NPU_DTYPE(name, code, bytes, doc) [code] = { #name, bytes },
#include "base/npu_dtype.def"
};
enum { TYPE_COUNT = sizeof types / sizeof types[0] };

size_t npu_dtype_bytes(enum npu_dtype dtype)
{
	return (unsigned)dtype < TYPE_COUNT ? types[dtype].bytes : 0;
}

const char *npu_dtype_name(enum npu_dtype dtype)
{
	if ((unsigned)dtype >= TYPE_COUNT || !types[dtype].name)
		return "?";
	return types[dtype].name;
}

enum npu_dtype npu_dtype_find(const char *name)
{
	for (size_t i = 0; i < TYPE_COUNT; i++)
		if (types[i].name && !strcmp(types[i].name, name))
			return (enum npu_dtype)i;
	return NPU_none;
}

uint16_t npu_bf16_from_fp32(float value)
{
	uint32_t u = npu_fp32_bits(value);

	if ((u & 0x7fffffff) > 0x7f800000)
		return 0x7fc0;
	if (!(u & 0x7f800000) && (u & 0x007fffff))
		return 0;
	return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

float npu_fp32_from_bf16(uint16_t bits)
{
	return npu_fp32_from_bits((uint32_t)bits << 16);
}

/* Round |value| to the grid of fp16 with one multiplication by a power of two
 * and nearbyint, so that subnormal fp16 results round once as well. */
uint16_t npu_fp16_from_fp32(float value)
{
	uint16_t sign = (uint16_t)(npu_fp32_bits(value) >> 16 & 0x8000);
	float a = fabsf(value);
	int exponent;

	if (a != a)
		return 0x7e00;
	if (a < 0x1p-126f)
		return a == 0 ? sign : 0;
	if (a >= 65520.0f)
		return (uint16_t)(sign | 0x7c00);
	if (a < 0x1p-14f)
		return (uint16_t)(sign | (uint16_t)nearbyintf(a * 0x1p24f));
	frexpf(a, &exponent); /* a = m * 2^exponent, m in [0.5, 1) */
	uint32_t m = (uint32_t)nearbyintf(ldexpf(a, 11 - exponent));
	return (uint16_t)(sign | (((uint32_t)(exponent + 13) << 10) + m));
}

float npu_fp32_from_fp16(uint16_t bits)
{
	uint32_t exponent = bits >> 10 & 31, fraction = bits & 1023;
	float a = exponent == 0    ? ldexpf((float)fraction, -24)
		  : exponent == 31 ? fraction ? NAN : INFINITY
				   : ldexpf((float)(1024 + fraction),
					    (int)exponent - 25);

	return bits & 0x8000 ? -a : a;
}
