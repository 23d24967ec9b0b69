/* sim/exec/npu_gemm_kernel_avx512.c - GEMM's inner loops for AVX-512 with VNNI.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/exec/npu_gemm_kernel.h"
#include <immintrin.h>
#include <string.h>

enum { ROWS = 6 }; /* of a block held in registers, with up to 4 vectors */
#define INLINE static inline __attribute__((always_inline))

/* rows x vectors of c in registers; both are constants where it is inlined. */
INLINE void int_block(const struct npu_int_panel *p, size_t m, size_t j,
		      size_t rows, size_t vectors)
{
	__m512i c[ROWS][4];

	for (size_t r = 0; r < rows; r++)
		for (size_t v = 0; v < vectors; v++)
			c[r][v] = _mm512_loadu_si512(p->c + (m + r) * p->cols +
						     j + 16 * v);
	for (size_t k = 0; k < p->k4; k++) {
		const int8_t *w = p->w + (k * p->cols + j) * 4;
		__m512i line[4];

		for (size_t v = 0; v < vectors; v++)
			line[v] = _mm512_loadu_si512(w + 64 * v);
		for (size_t r = 0; r < rows; r++) {
			int32_t four;

			memcpy(&four, p->a + (m + r) * p->a_pitch + 4 * k, 4);
			for (size_t v = 0; v < vectors; v++)
				c[r][v] = _mm512_dpbusd_epi32(
					c[r][v], _mm512_set1_epi32(four),
					line[v]);
		}
	}
	for (size_t r = 0; r < rows; r++)
		for (size_t v = 0; v < vectors; v++)
			_mm512_storeu_si512(
				p->c + (m + r) * p->cols + j + 16 * v, c[r][v]);
}

INLINE void int_columns(const struct npu_int_panel *p, size_t j, size_t vectors)
{
	size_t m = 0;

	for (; m + ROWS <= p->rows; m += ROWS)
		int_block(p, m, j, ROWS, vectors);
	for (; m < p->rows; m++)
		int_block(p, m, j, 1, vectors);
}

static void multiply_int(const struct npu_int_panel *p)
{
	size_t j = 0;

	for (; j + 64 <= p->cols; j += 64)
		int_columns(p, j, 4);
	switch ((p->cols - j) / 16) {
	case 3:
		int_columns(p, j, 3);
		break;
	case 2:
		int_columns(p, j, 2);
		break;
	case 1:
		int_columns(p, j, 1);
		break;
	default:
		break;
	}
}

/* Subnormal numbers become +0. */
INLINE __m512 flush(__m512 x)
{
	enum { DENORMAL = 0x20 };

	return _mm512_maskz_mov_ps(
		_knot_mask16(_mm512_fpclass_ps_mask(x, DENORMAL)), x);
}

INLINE void float_block(const struct npu_float_panel *p, size_t m, size_t j,
			size_t rows, size_t vectors, int flushes)
{
	__m512 c[ROWS][4];

	for (size_t r = 0; r < rows; r++)
		for (size_t v = 0; v < vectors; v++)
			c[r][v] = _mm512_loadu_ps(p->c + (m + r) * p->cols + j +
						  16 * v);
	for (size_t k = 0; k < p->k; k++) {
		const float *w = p->w + k * p->cols + j;
		__m512 line[4];

		for (size_t v = 0; v < vectors; v++)
			line[v] = _mm512_loadu_ps(w + 16 * v);
		for (size_t r = 0; r < rows; r++) {
			const __m512 a =
				_mm512_set1_ps(p->a[(m + r) * p->a_pitch + k]);

			for (size_t v = 0; v < vectors; v++) {
				c[r][v] = _mm512_fmadd_ps(a, line[v], c[r][v]);
				if (flushes)
					c[r][v] = flush(c[r][v]);
			}
		}
	}
	for (size_t r = 0; r < rows; r++)
		for (size_t v = 0; v < vectors; v++)
			_mm512_storeu_ps(p->c + (m + r) * p->cols + j + 16 * v,
					 c[r][v]);
}

INLINE void float_columns(const struct npu_float_panel *p, size_t j,
			  size_t vectors, int flushes)
{
	size_t m = 0;

	for (; m + ROWS <= p->rows; m += ROWS)
		float_block(p, m, j, ROWS, vectors, flushes);
	for (; m < p->rows; m++)
		float_block(p, m, j, 1, vectors, flushes);
}

INLINE void float_all(const struct npu_float_panel *p, int flushes)
{
	size_t j = 0;

	for (; j + 64 <= p->cols; j += 64)
		float_columns(p, j, 4, flushes);
	for (; j < p->cols; j += 16)
		float_columns(p, j, 1, flushes);
}

static void multiply_float(const struct npu_float_panel *p)
{
	if (p->flush)
		float_all(p, 1);
	else
		float_all(p, 0);
}

const struct npu_gemm_kernels npu_gemm_avx512 = { multiply_int,
						  multiply_float };
