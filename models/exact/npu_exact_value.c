/* models/exact/npu_exact_value.c - elements of a value read as numbers, and
 * numbers written as elements.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/exact/npu_exact.h"
#include "models/exact/npu_exact_number.h"

int32_t npu__exact_read_int(const struct npu_value *value, const void *data,
			    size_t index)
{
	switch (value->dtype) {
	case NPU_u8:
		return ((const uint8_t *)data)[index] - value->zero;
	case NPU_s8:
		return ((const int8_t *)data)[index] - value->zero;
	default:
		return ((const int32_t *)data)[index];
	}
}

float npu__exact_read(const struct npu_value *value, const void *data,
		      size_t index)
{
	switch (value->dtype) {
	case NPU_fp32:
		return npu__flush(((const float *)data)[index]);
	case NPU_bf16:
		return npu__read_bf16(((const uint16_t *)data)[index]);
	case NPU_fp16:
		return npu__read_fp16(((const uint16_t *)data)[index]);
	default:
		return (float)npu__exact_read_int(value, data, index);
	}
}

NPU_CLONES static void widen_fp32(const float *restrict in, size_t count,
				  float *restrict out)
{
	for (size_t i = 0; i < count; i++)
		out[i] = npu__flush(in[i]);
}

NPU_CLONES static void widen_bf16(const uint16_t *restrict in, size_t count,
				  float *restrict out)
{
	for (size_t i = 0; i < count; i++)
		out[i] = npu__read_bf16(in[i]);
}

NPU_CLONES static void widen_u8(const uint8_t *restrict in, int32_t zero,
				size_t count, float *restrict out)
{
	for (size_t i = 0; i < count; i++)
		out[i] = (float)(in[i] - zero);
}

void npu__exact_widen(const struct npu_value *value, const void *data,
		      size_t first, size_t count, float *out)
{
	switch (value->dtype) {
	case NPU_fp32:
		widen_fp32((const float *)data + first, count, out);
		return;
	case NPU_bf16:
		widen_bf16((const uint16_t *)data + first, count, out);
		return;
	case NPU_u8:
		widen_u8((const uint8_t *)data + first, value->zero, count,
			 out);
		return;
	default:
		for (size_t i = 0; i < count; i++)
			out[i] = npu__exact_read(value, data, first + i);
	}
}

/* RNE(v) + zero in lo..hi. */
static int32_t quantise(float v, int32_t zero, int32_t lo, int32_t hi)
{
	int64_t y = (int64_t)npu__round_int(v) + zero;

	return (int32_t)(y < lo ? lo : y > hi ? hi : y);
}

void npu__exact_write(const struct npu_value *value, void *data, size_t index,
		      float v)
{
	switch (value->dtype) {
	case NPU_u8:
		((uint8_t *)data)[index] =
			(uint8_t)quantise(v, value->zero, 0, 255);
		return;
	case NPU_s8:
		((int8_t *)data)[index] =
			(int8_t)quantise(v, value->zero, -128, 127);
		return;
	case NPU_bf16:
		((uint16_t *)data)[index] = npu__to_bf16(v);
		return;
	case NPU_fp16:
		((uint16_t *)data)[index] = npu__to_fp16(v);
		return;
	case NPU_fp32:
		((float *)data)[index] = npu__flush(v);
		return;
	default:
		((int32_t *)data)[index] = npu__round_int(v);
	}
}

void npu__exact_post(const struct npu_post *post, const struct npu_value *value,
		     void *data, size_t index, float t)
{
	float v = npu__exact_function(post->f, t, post->p0, post->p1);

	if (post->has_scale)
		v = npu__flush(v * npu__flush(post->scale));
	npu__exact_write(value, data, index, v);
}

NPU_CLONES static void clamp_row(float *t, size_t count, float lo, float hi)
{
	for (size_t i = 0; i < count; i++)
		t[i] = npu__min(npu__max(t[i], lo), hi);
}

NPU_CLONES static void scale_row(float *t, size_t count, float scale)
{
	for (size_t i = 0; i < count; i++)
		t[i] = npu__flush(t[i] * scale);
}

/* As quantise(): beyond 2^20 every zero point saturates alike. */
NPU_CLONES static void write_u8(const float *restrict t, size_t count,
				int32_t zero, uint8_t *restrict out)
{
	for (size_t i = 0; i < count; i++) {
		float v = t[i] == t[i] ? t[i] : 0.0f;

		v = v > 0x1p20f ? 0x1p20f : v < -0x1p20f ? -0x1p20f : v;
		int32_t y = (int32_t)rintf(v) + zero;

		out[i] = (uint8_t)(y < 0 ? 0 : y > 255 ? 255 : y);
	}
}

NPU_CLONES static void write_bf16(const float *restrict t, size_t count,
				  uint16_t *restrict out)
{
	for (size_t i = 0; i < count; i++)
		out[i] = npu__to_bf16(t[i]);
}

void npu__exact_post_row(const struct npu_post *post,
			 const struct npu_value *value, void *data,
			 size_t first, size_t count, float *t)
{
	const float lo = npu__flush(npu__float(post->p0));
	const float hi = npu__flush(npu__float(post->p1));

	if (post->f == NPU_EXACT_FUNC_clamp)
		clamp_row(t, count, lo, hi);
	else
		for (size_t i = 0; i < count; i++)
			t[i] = npu__exact_function(post->f, t[i], post->p0,
						   post->p1);
	if (post->has_scale)
		scale_row(t, count, npu__flush(post->scale));
	if (value->dtype == NPU_u8)
		write_u8(t, count, value->zero, (uint8_t *)data + first);
	else if (value->dtype == NPU_bf16)
		write_bf16(t, count, (uint16_t *)data + first);
	else if (value->dtype == NPU_fp32)
		widen_fp32(t, count, (float *)data + first);
	else
		for (size_t i = 0; i < count; i++)
			npu__exact_write(value, data, first + i, t[i]);
}
