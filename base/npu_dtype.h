/* base/npu_dtype.h - element types and their conversions on the host.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_DTYPE_H
#define NPU_DTYPE_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

enum npu_dtype {
#define NPU_DTYPE(name, code, bytes, doc) NPU_##name = (code),
#include "base/npu_dtype.def"
};

/* Bytes of one element; 0 for `none` and for codes that are not defined. */
size_t npu_dtype_bytes(enum npu_dtype dtype);
/* "u8", "fp32", ...; "?" for codes that are not defined. */
const char *npu_dtype_name(enum npu_dtype dtype);
/* The type of that name, or NPU_none. */
enum npu_dtype npu_dtype_find(const char *name);

/* The bits of an fp32 value, and back. */
static inline uint32_t npu_fp32_bits(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}
static inline float npu_fp32_from_bits(uint32_t bits)
{
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* fp32 to bf16 / fp16, round to nearest even; NaN becomes the quiet NaN 0x7fc0
 * / 0x7e00. Subnormal fp32 inputs become +0 (isa.md 4). For constants and test
 * data: the simulator and the exact reference each have their own. */
uint16_t npu_bf16_from_fp32(float value);
float npu_fp32_from_bf16(uint16_t bits);
uint16_t npu_fp16_from_fp32(float value);
float npu_fp32_from_fp16(uint16_t bits);

#ifdef __cplusplus
}
#endif
#endif
