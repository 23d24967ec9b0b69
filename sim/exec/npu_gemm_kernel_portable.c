/* sim/exec/npu_gemm_kernel_portable.c - GEMM's inner loops for any host.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/exec/npu_gemm_kernel.h"
#include "sim/exec/npu_numeric.h"
#include <math.h>

static void multiply_int(const struct npu_int_panel *p)
{
	for (size_t m = 0; m < p->rows; m++)
		for (size_t k = 0; k < p->k4; k++) {
			const uint8_t *a = p->a + m * p->a_pitch + 4 * k;
			const int8_t *w = p->w + k * p->cols * 4;
			int32_t *c = p->c + m * p->cols;

			for (size_t j = 0; j < p->cols; j++) {
				int32_t sum = a[0] * w[4 * j] +
					      a[1] * w[4 * j + 1] +
					      a[2] * w[4 * j + 2] +
					      a[3] * w[4 * j + 3];

				c[j] = (int32_t)((uint32_t)c[j] +
						 (uint32_t)sum);
			}
		}
}

static void multiply_float(const struct npu_float_panel *p)
{
	for (size_t m = 0; m < p->rows; m++)
		for (size_t k = 0; k < p->k; k++) {
			const float a = p->a[m * p->a_pitch + k];
			const float *w = p->w + k * p->cols;
			float *c = p->c + m * p->cols;

			for (size_t j = 0; j < p->cols; j++)
				c[j] = npu_ftz(fmaf(a, w[j], c[j]));
		}
}

const struct npu_gemm_kernels npu_gemm_portable = { multiply_int,
						    multiply_float };
