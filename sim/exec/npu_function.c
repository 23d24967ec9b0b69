/* sim/exec/npu_function.c - the special functions of VX.
 * SPDX-License-Identifier: Apache-2.0
 * source: isa/npu_function.h, whose text this follows line by line. */
#include "isa/npu_function.h"
#include "sim/exec/npu_numeric.h"
#include "sim/exec/npu_vector.h"
#include <math.h>

static const float infinity = INFINITY;

/* Two fmas on the coefficients of segment i. */
static float quadratic(enum npu_function_id table, uint32_t i, float d)
{
	const struct npu_segment *s = &npu_function_tables[table].segment[i];
	const float p = npu_ftz(fmaf(npu_float(s->c2), d, npu_float(s->c1)));

	return npu_ftz(fmaf(p, d, npu_float(s->c0)));
}

static float nan_value(void)
{
	return npu_float(NPU_NAN_BITS);
}

/* Exponent and fraction of a normal number. */
static int32_t exponent_of(float v)
{
	return (int32_t)(npu_bits(v) >> 23 & 255u) - 127;
}

static uint32_t fraction_of(float v)
{
	return npu_bits(v) & 0x7fffffu;
}

static float exp2_value(float v)
{
	int32_t F, n, g;

	if (v >= 128.0f)
		return infinity;
	if (v < -126.0f)
		return 0.0f;
	F = (int32_t)floor((double)v * 0x1p23);
	n = F >> 23;
	g = F - n * (1 << 23);
	return ldexpf(quadratic(NPU_TABLE_exp2, (uint32_t)g >> 17,
				(float)(g & 0x1ffff) * 0x1p-23f),
		      n);
}

static float log2_value(float v)
{
	uint32_t i;
	float y;
	int32_t n;

	if (v == 0.0f)
		return -infinity;
	if (v < 0.0f)
		return nan_value();
	if (v == infinity)
		return v;
	i = fraction_of(v) >> 17;
	y = quadratic(NPU_TABLE_log2, i,
		      (float)(fraction_of(v) & 0x1ffffu) * 0x1p-23f);
	n = exponent_of(v) + (i >= 32 ? 1 : 0);
	return n == 0 ? y : npu_ftz((float)n + y);
}

static float recip_value(float v)
{
	const uint32_t sign = npu_bits(v) & 0x80000000u;
	float y, r;

	if (v == 0.0f)
		return npu_float(sign | npu_bits(infinity));
	if (isinf(v))
		return npu_float(sign);
	y = quadratic(NPU_TABLE_recip, fraction_of(v) >> 17,
		      (float)(fraction_of(v) & 0x1ffffu) * 0x1p-23f);
	/* in double, so that what is to be flushed is seen exactly */
	if (ldexp((double)y, -exponent_of(v)) < 0x1p-126)
		return 0.0f;
	r = ldexpf(y, -exponent_of(v));
	return sign ? -r : r;
}

/* sqrt and rsqrt of a positive number: two octaves of mantissa. */
static float root(enum npu_function_id table, float v, int is_reciprocal)
{
	const int32_t e = exponent_of(v), odd = e & 1, h = (e - odd) / 2;
	const uint32_t f = fraction_of(v);
	const float y = quadratic(table, (uint32_t)odd * 32 + (f >> 18),
				  (float)(f & 0x3ffffu) * 0x1p-23f);

	return ldexpf(y, is_reciprocal ? -h : h);
}

static float sqrt_value(float v)
{
	if (v == 0.0f || v == infinity)
		return v;
	return v < 0.0f ? nan_value() : root(NPU_TABLE_sqrt, v, 0);
}

static float rsqrt_value(float v)
{
	if (v == 0.0f)
		return npu_float((npu_bits(v) & 0x80000000u) |
				 npu_bits(infinity));
	if (v < 0.0f)
		return nan_value();
	return v == infinity ? 0.0f : root(NPU_TABLE_rsqrt, v, 1);
}

/* The segment of a >= 0: eight below 2^L, then eight in each octave. */
static float octave(enum npu_function_id table, float a, int L)
{
	uint32_t i;
	float d;

	if (a < ldexpf(1.0f, L)) {
		i = (uint32_t)ldexpf(a, 3 - L);
		d = a - ldexpf((float)i, L - 3);
	} else {
		i = (uint32_t)(8 * (exponent_of(a) - L + 1)) +
		    (fraction_of(a) >> 20);
		d = a - npu_float(npu_bits(a) & 0xfff00000u);
	}
	return quadratic(table, i, d);
}

/* tanh and erf: odd, 1 from `one` on. */
static float saturating(enum npu_function_id table, float v, int L, float one)
{
	const uint32_t sign = npu_bits(v) & 0x80000000u;
	const float a = fabsf(v);
	float r = a >= one ? 1.0f : octave(table, a, L);

	r = r > 1.0f ? 1.0f : r;
	return npu_float(npu_bits(r) ^ sign);
}

static float sigmoid_value(float v)
{
	const float a = fabsf(v);
	float n;

	if (a < 16.0f) {
		const uint32_t i = (uint32_t)(a * 4.0f);

		n = quadratic(NPU_TABLE_sigmoid, i, a - (float)i * 0.25f);
	} else {
		n = exp2_value(npu_ftz(-a * 0x1.715476p+0f));
	}
	return v < 0.0f ? n : npu_ftz(1.0f - n);
}

static float gelu_value(float v)
{
	const float a = fabsf(v);
	float g;

	if (a < 0x1p-64f)
		return npu_ftz(v * 0.5f);
	g = a >= 8.0f ? 0.0f : octave(NPU_TABLE_gelu, a, -4);
	g = g < 0.0f ? 0.0f : g;
	return npu_bits(v) >> 31 ? -g : npu_ftz(a - g);
}

static float apply(enum npu_func f, float v)
{
	if (npu_is_nan(v))
		return nan_value();
	switch (f) {
	case NPU_FUNC_exp2:
		return exp2_value(v);
	case NPU_FUNC_log2:
		return log2_value(v);
	case NPU_FUNC_recip:
		return recip_value(v);
	case NPU_FUNC_sqrt:
		return sqrt_value(v);
	case NPU_FUNC_rsqrt:
		return rsqrt_value(v);
	case NPU_FUNC_tanh:
		return saturating(NPU_TABLE_tanh, v, -4, 8.0f);
	case NPU_FUNC_sigmoid:
		return sigmoid_value(v);
	case NPU_FUNC_gelu:
		return gelu_value(v);
	case NPU_FUNC_erf:
		return saturating(NPU_TABLE_erf, v, -5, 4.0f);
	default:
		return v;
	}
}

void npu_function_apply(enum npu_func f, float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = apply(f, npu_ftz(x[i]));
}
