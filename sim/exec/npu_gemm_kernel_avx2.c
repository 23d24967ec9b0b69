/* sim/exec/npu_gemm_kernel_avx2.c - GEMM's inner loops for AVX2 and FMA.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/exec/npu_gemm_kernel.h"
#include <immintrin.h>
#include <string.h>

enum { ROWS = 4, VECTORS = 2 }; /* of a block held in registers */

/* Even and odd k are multiplied apart in 16 bits: exact, where maddubs would
 * saturate. */
static inline __m256i dot4(__m256i c, __m256i a, __m256i w)
{
	const __m256i low = _mm256_set1_epi16(0x00ff);
	const __m256i a_even = _mm256_and_si256(a, low);
	const __m256i a_odd = _mm256_srli_epi16(a, 8);
	const __m256i w_even = _mm256_srai_epi16(_mm256_slli_epi16(w, 8), 8);
	const __m256i w_odd = _mm256_srai_epi16(w, 8);

	c = _mm256_add_epi32(c, _mm256_madd_epi16(a_even, w_even));
	return _mm256_add_epi32(c, _mm256_madd_epi16(a_odd, w_odd));
}

static inline void int_block(const struct npu_int_panel *p, size_t m, size_t j,
			     size_t rows)
{
	__m256i c[ROWS][VECTORS];

	for (size_t r = 0; r < rows; r++)
		for (size_t v = 0; v < VECTORS; v++)
			c[r][v] = _mm256_loadu_si256(
				(const void *)(p->c + (m + r) * p->cols + j +
					       8 * v));
	for (size_t k = 0; k < p->k4; k++) {
		const int8_t *w = p->w + (k * p->cols + j) * 4;

		for (size_t r = 0; r < rows; r++) {
			int32_t four;

			memcpy(&four, p->a + (m + r) * p->a_pitch + 4 * k, 4);
			for (size_t v = 0; v < VECTORS; v++)
				c[r][v] = dot4(
					c[r][v], _mm256_set1_epi32(four),
					_mm256_loadu_si256(
						(const void *)(w + 32 * v)));
		}
	}
	for (size_t r = 0; r < rows; r++)
		for (size_t v = 0; v < VECTORS; v++)
			_mm256_storeu_si256(
				(void *)(p->c + (m + r) * p->cols + j + 8 * v),
				c[r][v]);
}

static void multiply_int(const struct npu_int_panel *p)
{
	for (size_t j = 0; j < p->cols; j += 8 * VECTORS) {
		size_t m = 0;

		for (; m + ROWS <= p->rows; m += ROWS)
			int_block(p, m, j, ROWS);
		for (; m < p->rows; m++)
			int_block(p, m, j, 1);
	}
}

/* Subnormal numbers, but not zeros, become +0. */
static inline __m256 flush(__m256 x)
{
	const __m256i u = _mm256_castps_si256(x);
	const __m256i magnitude =
		_mm256_and_si256(u, _mm256_set1_epi32(0x7fffffff));
	const __m256i is_small =
		_mm256_cmpgt_epi32(_mm256_set1_epi32(0x00800000), magnitude);
	const __m256i is_zero =
		_mm256_cmpeq_epi32(magnitude, _mm256_setzero_si256());

	return _mm256_castsi256_ps(
		_mm256_andnot_si256(_mm256_andnot_si256(is_zero, is_small), u));
}

static inline void float_block(const struct npu_float_panel *p, size_t m,
			       size_t j, size_t rows, int flushes)
{
	__m256 c[ROWS][VECTORS];

	for (size_t r = 0; r < rows; r++)
		for (size_t v = 0; v < VECTORS; v++)
			c[r][v] = _mm256_loadu_ps(p->c + (m + r) * p->cols + j +
						  8 * v);
	for (size_t k = 0; k < p->k; k++) {
		const float *w = p->w + k * p->cols + j;

		for (size_t r = 0; r < rows; r++) {
			const __m256 a = _mm256_broadcast_ss(
				p->a + (m + r) * p->a_pitch + k);

			for (size_t v = 0; v < VECTORS; v++) {
				c[r][v] = _mm256_fmadd_ps(
					a, _mm256_loadu_ps(w + 8 * v), c[r][v]);
				if (flushes)
					c[r][v] = flush(c[r][v]);
			}
		}
	}
	for (size_t r = 0; r < rows; r++)
		for (size_t v = 0; v < VECTORS; v++)
			_mm256_storeu_ps(p->c + (m + r) * p->cols + j + 8 * v,
					 c[r][v]);
}

static void multiply_float(const struct npu_float_panel *p)
{
	for (size_t j = 0; j < p->cols; j += 8 * VECTORS) {
		size_t m = 0;

		for (; m + ROWS <= p->rows; m += ROWS) {
			if (p->flush)
				float_block(p, m, j, ROWS, 1);
			else
				float_block(p, m, j, ROWS, 0);
		}
		for (; m < p->rows; m++)
			float_block(p, m, j, 1, p->flush);
	}
}

const struct npu_gemm_kernels npu_gemm_avx2 = { multiply_int, multiply_float };
