/* sim/exec/npu_stage_source.h - the one source of every set of stages.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Included by npu_stage_<host>.c, which is compiled for that host and defines
 * NPU_STAGES, the name of its table. Loops are written for the vectoriser: no
 * calls, no branches that depend on data. */
#include "sim/exec/npu_numeric.h"
#include "sim/exec/npu_stage.h"
#include <math.h>

static void load_float(float *restrict out, const void *in,
		       enum npu_dtype dtype, uint8_t zero, size_t n)
{
	const uint8_t *u8 = in;
	const int8_t *s8 = in;
	const int32_t *s32 = in;
	const uint32_t *u32 = in;
	const uint16_t *u16 = in;
	const int32_t z = dtype == NPU_u8 ? zero : (int8_t)zero;

	switch (dtype) {
	case NPU_u8:
		for (size_t i = 0; i < n; i++)
			out[i] = (float)((int32_t)u8[i] - z);
		break;
	case NPU_s8:
		for (size_t i = 0; i < n; i++)
			out[i] = (float)((int32_t)s8[i] - z);
		break;
	case NPU_s32:
		for (size_t i = 0; i < n; i++)
			out[i] = (float)s32[i];
		break;
	case NPU_fp32:
		for (size_t i = 0; i < n; i++)
			out[i] = npu_float(npu_ftz_bits(u32[i]));
		break;
	case NPU_bf16:
		for (size_t i = 0; i < n; i++)
			out[i] =
				npu_float(npu_ftz_bits((uint32_t)u16[i] << 16));
		break;
	default:
		for (size_t i = 0; i < n; i++)
			out[i] = npu_from_fp16(u16[i]);
		break;
	}
}

static void load_int(int32_t *restrict out, const void *in,
		     enum npu_dtype dtype, uint8_t zero, size_t n)
{
	const uint8_t *u8 = in;
	const int8_t *s8 = in;

	switch (dtype) {
	case NPU_u8:
		for (size_t i = 0; i < n; i++)
			out[i] = (int32_t)u8[i] - zero;
		break;
	case NPU_s8:
		for (size_t i = 0; i < n; i++)
			out[i] = (int32_t)s8[i] - (int8_t)zero;
		break;
	default:
		memcpy(out, in, n * sizeof *out);
		break;
	}
}

/* may be in place */
static void to_float(float *out, const int32_t *in, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (float)in[i];
}

/* NaN if either is, else the pick. */
static inline float pick(float x, float y, float picked)
{
	return npu_is_nan(x) | npu_is_nan(y) ? npu_float(NPU_NAN_BITS) : picked;
}

static void alu_float(enum npu_alu op, float *restrict x,
		      const float *restrict y, size_t n)
{
#define EACH(expression)               \
	for (size_t i = 0; i < n; i++) \
		x[i] = (expression);   \
	break
	switch (op) {
	case NPU_ALU_add:
		EACH(npu_ftz(x[i] + y[i]));
	case NPU_ALU_sub:
		EACH(npu_ftz(x[i] - y[i]));
	case NPU_ALU_rsub:
		EACH(npu_ftz(y[i] - x[i]));
	case NPU_ALU_mul:
		EACH(npu_ftz(x[i] * y[i]));
	case NPU_ALU_max:
		EACH(pick(x[i], y[i], x[i] > y[i] ? x[i] : y[i]));
	case NPU_ALU_min:
		EACH(pick(x[i], y[i], x[i] < y[i] ? x[i] : y[i]));
	case NPU_ALU_gt:
		EACH(x[i] > y[i] ? 1.0f : 0.0f);
	case NPU_ALU_ge:
		EACH(x[i] >= y[i] ? 1.0f : 0.0f);
	case NPU_ALU_eq:
		EACH(x[i] == y[i] ? 1.0f : 0.0f);
	default: /* pass; the rest is refused before it gets here */
		break;
	}
#undef EACH
}

static void alu_int(enum npu_alu op, int32_t *restrict x,
		    const int32_t *restrict y, size_t n)
{
	uint32_t *u = (uint32_t *)x;
	const uint32_t *v = (const uint32_t *)y;

#define EACH(to, expression)           \
	for (size_t i = 0; i < n; i++) \
		to[i] = (expression);  \
	break
	switch (op) {
	case NPU_ALU_add:
		EACH(u, u[i] + v[i]);
	case NPU_ALU_sub:
		EACH(u, u[i] - v[i]);
	case NPU_ALU_rsub:
		EACH(u, v[i] - u[i]);
	case NPU_ALU_mul:
		EACH(u, u[i] * v[i]);
	case NPU_ALU_max:
		EACH(x, x[i] > y[i] ? x[i] : y[i]);
	case NPU_ALU_min:
		EACH(x, x[i] < y[i] ? x[i] : y[i]);
	case NPU_ALU_gt:
		EACH(x, x[i] > y[i]);
	case NPU_ALU_ge:
		EACH(x, x[i] >= y[i]);
	case NPU_ALU_eq:
		EACH(x, x[i] == y[i]);
	case NPU_ALU_band:
		EACH(u, u[i] & v[i]);
	case NPU_ALU_bor:
		EACH(u, u[i] | v[i]);
	case NPU_ALU_bxor:
		EACH(u, u[i] ^ v[i]);
	case NPU_ALU_shl:
		EACH(u, u[i] << (v[i] & 31u));
	case NPU_ALU_shr:
		EACH(u, u[i] >> (v[i] & 31u));
	default:
		break;
	}
#undef EACH
}

static void multiply_add(float *restrict x, const float *restrict y,
			 const float *restrict z, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = npu_ftz(fmaf(x[i], y[i], z[i]));
}

static void clamp(float *restrict x, float lo, float hi, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		float low = x[i] > lo ? x[i] : lo;
		float high = low < hi ? low : hi;

		x[i] = npu_is_nan(x[i]) ? x[i] : high;
	}
}

/* 8-bit results: beyond +-1000 the sum with a zero point saturates anyway. */
static inline int32_t rne_small(float x)
{
	const float big = 12582912.0f; /* 1.5 * 2^23: its ulp is 1 */
	float y = x > -1000.0f ? x : -1000.0f;

	y = y < 1000.0f ? y : 1000.0f;
	y = npu_is_nan(x) ? 0.0f : y;
	return (int32_t)((y + big) - big);
}

static void store(void *out, enum npu_dtype dtype, uint8_t zero,
		  const float *restrict x, size_t n)
{
	uint8_t *restrict u8 = out;
	int8_t *restrict s8 = out;
	int32_t *restrict s32 = out;
	float *restrict f32 = out;
	uint16_t *restrict u16 = out;
	const int32_t z = dtype == NPU_u8 ? zero : (int8_t)zero;

	switch (dtype) {
	case NPU_u8:
		for (size_t i = 0; i < n; i++) {
			int32_t y = rne_small(x[i]) + z;

			y = y > 0 ? y : 0;
			u8[i] = (uint8_t)(y < 255 ? y : 255);
		}
		break;
	case NPU_s8:
		for (size_t i = 0; i < n; i++) {
			int32_t y = rne_small(x[i]) + z;

			y = y > -128 ? y : -128;
			s8[i] = (int8_t)(y < 127 ? y : 127);
		}
		break;
	case NPU_s32:
		for (size_t i = 0; i < n; i++)
			s32[i] = npu_rne_s32(x[i]);
		break;
	case NPU_fp32:
		for (size_t i = 0; i < n; i++)
			f32[i] = npu_ftz(x[i]);
		break;
	case NPU_bf16:
		for (size_t i = 0; i < n; i++)
			u16[i] = npu_to_bf16(x[i]);
		break;
	default:
		for (size_t i = 0; i < n; i++)
			u16[i] = npu_to_fp16(x[i]);
		break;
	}
}

const struct npu_stages NPU_STAGES = {
	.load_float = load_float,
	.load_int = load_int,
	.to_float = to_float,
	.alu_float = alu_float,
	.alu_int = alu_int,
	.fma = multiply_add,
	.clamp = clamp,
	.store = store,
};
