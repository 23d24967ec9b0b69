/* sim/exec/npu_gemm_kernel.h - inner loops of GEMM, one set for each host.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_GEMM_KERNEL_H
#define NPU_GEMM_KERNEL_H
#include <stddef.h>
#include <stdint.h>

enum {
	NPU_PANEL_ROWS = 48,    /* of activations gathered at a time */
	NPU_PANEL_COLS = 256,   /* of weights, a multiple of 16 */
	NPU_PANEL_K_INT = 1024, /* of k; a multiple of 4 */
	NPU_PANEL_K_FLOAT = 256
};

/* Bytes of scratch that GEMM packs its panels in. */
size_t npu_gemm_scratch_bytes(void);

/* 8-bit operands. int32 sums wrap, so their order is free. */
struct npu_int_panel {
	const uint8_t *a; /* [rows][a_pitch], k4 * 4 of a row used */
	const int8_t *w;  /* [k4][cols][4]: four k of a column together */
	int32_t *c;       /* [rows][cols], added to */
	size_t rows, cols, k4, a_pitch;
};

/* fp32, converted from whatever they were. Each sum is a chain of fmas with k
 * ascending (isa.md 4). `flush`: intermediate results may be subnormal. */
struct npu_float_panel {
	const float *a; /* [rows][a_pitch] */
	const float *w; /* [k][cols] */
	float *c;       /* [rows][cols], continued */
	size_t rows, cols, k, a_pitch;
	int flush;
};

/* cols is a multiple of 16. */
struct npu_gemm_kernels {
	void (*multiply_int)(const struct npu_int_panel *panel);
	void (*multiply_float)(const struct npu_float_panel *panel);
};

extern const struct npu_gemm_kernels npu_gemm_portable;
extern const struct npu_gemm_kernels npu_gemm_avx2;
extern const struct npu_gemm_kernels npu_gemm_avx512;
/* The fastest that this host can run. */
const struct npu_gemm_kernels *npu_host_gemm(void);

#endif
