/* models/exact/npu_exact_kernel.c - the innermost loops of conv and matmul.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/exact/npu_exact_kernel.h"
#include "models/exact/npu_exact.h"
#include "models/exact/npu_exact_number.h"

#define EIGHT(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)

NPU_CLONES void npu__exact_chain8(size_t k, const float *const a[8],
				  const float *restrict w, size_t pitch,
				  float *restrict p, size_t m)
{
	for (size_t c = 0; c < k; c++, w += pitch) {
#define X(q) const float a##q = a[q][c];
		EIGHT(X)
#undef X
		for (size_t i = 0; i < m; i++) {
			const float v = w[i];
#define X(q) p[64 * q + i] = npu__chain(a##q, v, p[64 * q + i]);
			EIGHT(X)
#undef X
		}
	}
}

NPU_CLONES void npu__exact_chain1(size_t k, const float *restrict a,
				  const float *restrict w, size_t pitch,
				  float *restrict p, size_t m)
{
	for (size_t c = 0; c < k; c++, w += pitch)
		for (size_t i = 0; i < m; i++)
			p[i] = npu__chain(a[c], w[i], p[i]);
}

/* Sums wrap, so they are unsigned. */
static inline int32_t dot(int32_t a, int32_t w, int32_t p)
{
	return (int32_t)((uint32_t)p + (uint32_t)a * (uint32_t)w);
}

NPU_CLONES void npu__exact_dot8(size_t k, const int16_t *const a[8],
				const int8_t *restrict w, size_t pitch,
				int32_t *restrict p, size_t m)
{
	for (size_t c = 0; c < k; c++, w += pitch) {
#define X(q) const int32_t a##q = a[q][c];
		EIGHT(X)
#undef X
		for (size_t i = 0; i < m; i++) {
			const int32_t v = w[i];
#define X(q) p[64 * q + i] = dot(a##q, v, p[64 * q + i]);
			EIGHT(X)
#undef X
		}
	}
}

NPU_CLONES void npu__exact_chain_each(const float *restrict a,
				      const float *restrict w,
				      float *restrict p, size_t m)
{
	for (size_t i = 0; i < m; i++)
		p[i] = npu__chain(a[i], w[i], p[i]);
}

NPU_CLONES void npu__exact_dot_each(const int16_t *restrict a,
				    const int8_t *restrict w,
				    int32_t *restrict p, size_t m)
{
	for (size_t i = 0; i < m; i++)
		p[i] = dot(a[i], w[i], p[i]);
}
