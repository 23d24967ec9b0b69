/* compiler/lower/npu_lower_array.c - inputs and results between the network's
 * own order and type and those of lowered values.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_lower.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Index in the lowered value of element `index` of the imported one. */
static int64_t lowered_index(const struct npu_value *lowered,
			     const struct npu_shape *imported, int64_t index)
{
	int64_t step[4], at = 0;

	step[3] = 1;
	for (int s = 2; s >= 0; s--)
		step[s] = step[s + 1] * lowered->shape.dim[s + 1];
	for (int d = imported->rank - 1; d >= 0; d--) {
		const int64_t i = index % imported->dim[d];

		index /= imported->dim[d];
		if (lowered->from_dim[d] >= 0)
			at += i * step[lowered->from_dim[d]];
	}
	return at;
}

static float element(const struct npu_array *array, int64_t index)
{
	const uint8_t *at = (const uint8_t *)array->data +
			    (size_t)index * npu_dtype_bytes(array->dtype);
	double f64;
	float f32;
	uint16_t half;
	int32_t s32;
	int64_t s64;

	switch (array->dtype) {
	case NPU_fp32:
		memcpy(&f32, at, sizeof(f32));
		return f32;
	case NPU_f64:
		memcpy(&f64, at, sizeof(f64));
		return (float)f64;
	case NPU_bf16:
	case NPU_fp16:
		memcpy(&half, at, sizeof(half));
		return array->dtype == NPU_bf16 ? npu_fp32_from_bf16(half)
						: npu_fp32_from_fp16(half);
	case NPU_s32:
		memcpy(&s32, at, sizeof(s32));
		return (float)s32;
	case NPU_s64:
		memcpy(&s64, at, sizeof(s64));
		return (float)s64;
	case NPU_s8:
		return (int8_t)*at;
	default:
		return *at;
	}
}

/* Store a real number as an element of the lowered value. */
static void store(const struct npu_value *lowered, void *data, int64_t index,
		  float x)
{
	float q;

	switch (lowered->dtype) {
	case NPU_fp32:
		((float *)data)[index] = x;
		return;
	case NPU_bf16:
		((uint16_t *)data)[index] = npu_bf16_from_fp32(x);
		return;
	case NPU_fp16:
		((uint16_t *)data)[index] = npu_fp16_from_fp32(x);
		return;
	default: /* u8 */
		q = rintf(x / lowered->scale) + (float)lowered->zero;
		((uint8_t *)data)[index] = (uint8_t)(!(q > 0)  ? 0
						     : q > 255 ? 255
							       : q);
	}
}

static float load(const struct npu_value *lowered, const void *data,
		  int64_t index)
{
	switch (lowered->dtype) {
	case NPU_fp32:
		return ((const float *)data)[index];
	case NPU_bf16:
		return npu_fp32_from_bf16(((const uint16_t *)data)[index]);
	case NPU_fp16:
		return npu_fp32_from_fp16(((const uint16_t *)data)[index]);
	case NPU_u8:
		return lowered->scale *
		       (float)(((const uint8_t *)data)[index] - lowered->zero);
	case NPU_s8:
		return lowered->scale *
		       (float)(((const int8_t *)data)[index] - lowered->zero);
	default:
		return (float)((const int32_t *)data)[index];
	}
}

enum npu_status npu_lower_input(const struct npu_value *lowered,
				const struct npu_array *imported,
				struct npu_array *out, struct npu_error *err)
{
	const int64_t count = npu_shape_count(&lowered->shape);

	if (npu_shape_count(&imported->shape) != count)
		return npu_fail(err, NPU_E_RANGE,
				"input %s has %lld elements, got %lld",
				lowered->imported ? lowered->imported
						  : lowered->name,
				(long long)count,
				(long long)npu_shape_count(&imported->shape));
	*out = (struct npu_array){
		.dtype = lowered->dtype,
		.shape = lowered->shape,
		.data = calloc((size_t)count + 1,
			       npu_dtype_bytes(lowered->dtype)),
	};
	if (!out->data)
		return npu__lower_nomem(err);
	for (int64_t i = 0; i < count; i++)
		store(lowered, out->data,
		      lowered_index(lowered, &imported->shape, i),
		      element(imported, i));
	return NPU_OK;
}

enum npu_status npu_raise_value(const struct npu_value *lowered,
				const void *data,
				const struct npu_value *imported,
				struct npu_array *out, struct npu_error *err)
{
	const int64_t count = npu_shape_count(&lowered->shape);

	if (!lowered->imported || npu_shape_count(&imported->shape) != count)
		return npu_fail(err, NPU_E_INTERNAL,
				"value %s does not stand for an imported one",
				lowered->name);
	*out = (struct npu_array){
		.dtype = NPU_fp32,
		.shape = imported->shape,
		.data = calloc((size_t)count + 1, sizeof(float)),
	};
	if (!out->data)
		return npu__lower_nomem(err);
	for (int64_t i = 0; i < count; i++)
		((float *)out->data)[i] =
			load(lowered, data,
			     lowered_index(lowered, &imported->shape, i));
	return NPU_OK;
}
