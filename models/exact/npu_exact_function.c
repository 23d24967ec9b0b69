/* models/exact/npu_exact_function.c - the functions f of VX, as the text of
 * isa/npu_function.h has them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_function.h"
#include "models/exact/npu_exact.h"
#include "models/exact/npu_exact_number.h"

static const float INF = INFINITY;

/* Fields of a finite, normal v. */
struct parts {
	uint32_t sign, f;
	int32_t e;
	float a;
};

static struct parts parts_of(float v)
{
	const uint32_t u = npu__bits(v);

	return (struct parts){
		.sign = u >> 31,
		.f = u & 0x7fffff,
		.e = (int32_t)(u >> 23 & 255) - 127,
		.a = fabsf(v),
	};
}

/* Q(t, i, d) */
static float quadratic(enum npu_function_id t, uint32_t i, float d)
{
	const struct npu_segment *s = &npu_function_tables[t].segment[i];
	float p = npu__flush(fmaf(npu__float(s->c2), d, npu__float(s->c1)));

	return npu__flush(fmaf(p, d, npu__float(s->c0)));
}

static float exp2_of(float v)
{
	if (v >= 128)
		return INF;
	if (v < -126)
		return 0;
	const int64_t fixed = (int64_t)floor((double)v * 0x1p23);
	const int64_t n = fixed >> 23;
	const uint32_t g = (uint32_t)(fixed - n * (1 << 23));

	return ldexpf(quadratic(NPU_TABLE_exp2, g >> 17,
				(float)(g & 0x1ffff) * 0x1p-23f),
		      (int)n);
}

static float log2_of(float v)
{
	if (v == 0)
		return -INF;
	if (v < 0)
		return npu__float(0x7fc00000);
	if (v == INF)
		return INF;
	const struct parts p = parts_of(v);
	const uint32_t i = p.f >> 17;
	const float y =
		quadratic(NPU_TABLE_log2, i, (float)(p.f & 0x1ffff) * 0x1p-23f);
	const int32_t n = i >= 32 ? p.e + 1 : p.e;

	return npu__flush((float)n + y);
}

static float recip_of(float v)
{
	if (v == 0)
		return copysignf(INF, v);
	if (fabsf(v) == INF)
		return copysignf(0, v);
	const struct parts p = parts_of(v);
	const float y = quadratic(NPU_TABLE_recip, p.f >> 17,
				  (float)(p.f & 0x1ffff) * 0x1p-23f);
	const float r = ldexpf(y, -p.e);

	if (r < 0x1p-126f)
		return 0;
	return p.sign ? -r : r;
}

static float root_of(enum npu_function_id t, float v)
{
	const int is_sqrt = t == NPU_TABLE_sqrt;

	if (v == 0)
		return is_sqrt ? v : copysignf(INF, v);
	if (v < 0)
		return npu__float(0x7fc00000);
	if (v == INF)
		return is_sqrt ? INF : 0;
	const struct parts p = parts_of(v);
	const int32_t odd = p.e & 1, h = (p.e - odd) / 2;
	const float y = quadratic(t, (uint32_t)odd * 32 + (p.f >> 18),
				  (float)(p.f & 0x3ffff) * 0x1p-23f);

	return ldexpf(y, is_sqrt ? h : -h);
}

/* Q at a = |v| with eight segments to an octave from 2^low. */
static float octave(enum npu_function_id t, int low, float v)
{
	const struct parts p = parts_of(v);

	if (p.a < ldexpf(1, low)) {
		const float i = floorf(ldexpf(p.a, 3 - low));

		return quadratic(t, (uint32_t)i, p.a - ldexpf(i, low - 3));
	}
	return quadratic(t, (uint32_t)(8 * (p.e - low + 1)) + (p.f >> 20),
			 p.a - npu__float(npu__bits(p.a) & 0xfff00000));
}

/* tanh and erf: 1 from `end` on. */
static float odd_of(enum npu_function_id t, int low, float end, float v)
{
	float r = fabsf(v) >= end ? 1 : octave(t, low, v);

	if (r > 1)
		r = 1;
	return npu__bits(v) >> 31 ? -r : r;
}

static float sigmoid_of(float v)
{
	const float a = fabsf(v);
	float n;

	if (a < 16) {
		const float i = floorf(a * 4);

		n = quadratic(NPU_TABLE_sigmoid, (uint32_t)i, a - i * 0.25f);
	} else {
		n = exp2_of(npu__flush(-a * 0x1.715476p+0f));
	}
	return v < 0 ? n : npu__flush(1 - n);
}

static float gelu_of(float v)
{
	const float a = fabsf(v);

	if (a < 0x1p-64f)
		return npu__flush(v * 0.5f);
	float g = a >= 8 ? 0 : octave(NPU_TABLE_gelu, -4, v);

	if (g < 0)
		g = 0;
	return npu__bits(v) >> 31 ? -g : npu__flush(a - g);
}

float npu__exact_function(uint8_t f, float v, uint32_t p0, uint32_t p1)
{
	if (f == NPU_EXACT_FUNC_id)
		return v;
	v = npu__flush(v);
	if (v != v)
		return v;
	switch (f) {
	case NPU_EXACT_FUNC_clamp:
		return npu__min(npu__max(v, npu__flush(npu__float(p0))),
				npu__flush(npu__float(p1)));
	case NPU_EXACT_FUNC_square:
		return npu__flush(v * v);
	case NPU_EXACT_FUNC_abs:
		return fabsf(v);
	case NPU_EXACT_FUNC_exp2:
		return exp2_of(v);
	case NPU_EXACT_FUNC_log2:
		return log2_of(v);
	case NPU_EXACT_FUNC_recip:
		return recip_of(v);
	case NPU_EXACT_FUNC_sqrt:
		return root_of(NPU_TABLE_sqrt, v);
	case NPU_EXACT_FUNC_rsqrt:
		return root_of(NPU_TABLE_rsqrt, v);
	case NPU_EXACT_FUNC_tanh:
		return odd_of(NPU_TABLE_tanh, -4, 8, v);
	case NPU_EXACT_FUNC_erf:
		return odd_of(NPU_TABLE_erf, -5, 4, v);
	case NPU_EXACT_FUNC_sigmoid:
		return sigmoid_of(v);
	default:
		return gelu_of(v);
	}
}
