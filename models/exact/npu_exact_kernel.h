/* models/exact/npu_exact_kernel.h - the innermost loops of conv and matmul.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_EXACT_KERNEL_H
#define NPU_EXACT_KERNEL_H
#include <stddef.h>
#include <stdint.h>

enum { NPU_EXACT_PIXELS = 8, NPU_EXACT_COLUMNS = 64 };

/* For each of the pixels q: p[q][i] += sum over c < k, ascending, of
 * a[q][c] * w[c][i], i < m <= 64. Rows of p are 64 apart, those of w `pitch`.
 * The eight pixels share each load of w: that is all there is to it. */
void npu__exact_chain8(size_t k, const float *const a[8], const float *w,
		       size_t pitch, float *p, size_t m);
void npu__exact_chain1(size_t k, const float *a, const float *w, size_t pitch,
		       float *p, size_t m);
void npu__exact_dot8(size_t k, const int16_t *const a[8], const int8_t *w,
		     size_t pitch, int32_t *p, size_t m);

/* Depthwise: p[i] += a[i] * w[i]. */
void npu__exact_chain_each(const float *a, const float *w, float *p, size_t m);
void npu__exact_dot_each(const int16_t *a, const int8_t *w, int32_t *p,
			 size_t m);

#endif
