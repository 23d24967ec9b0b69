/* sim/exec/npu_gemm.h - one GEMM being executed.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_GEMM_H
#define NPU_GEMM_H
#include "sim/exec/npu_exec.h"
#include "sim/exec/npu_gemm_kernel.h"

/* Bytes of the parts of the scratch memory. */
enum {
	NPU_SCRATCH_PACKED = 4 * NPU_PANEL_COLS * NPU_PANEL_K_FLOAT,
	NPU_SCRATCH_GATHERED = 4 * NPU_PANEL_ROWS * NPU_PANEL_K_INT,
	NPU_SCRATCH_CONVERTED = 4 * NPU_PANEL_ROWS * NPU_PANEL_K_FLOAT,
	NPU_SCRATCH_SUMS = 4 * NPU_PANEL_ROWS * NPU_PANEL_COLS
};

struct npu_gemm {
	const struct npu_insn_gemm *insn;
	const uint8_t *spad;
	int32_t *acc;
	uint64_t columns; /* T */
	uint64_t kc, mc;  /* contiguous elements of A that belong to k, to m */
	uint64_t k, rows;
	uint64_t a_bytes, w_bytes; /* of an element */
	int32_t a_zero, w_zero;
	int is_integer;
	const struct npu_gemm_kernels *kernels;
	uint8_t *packed, *gathered, *converted;
	int32_t *sums, *column_sums;
	uint32_t w_exponent; /* least of a panel's weights; float only */
};

/* Weights k0..k0+k-1 x j0..j0+cols-1; `padded` columns are packed. */
struct npu_panel {
	uint64_t k0, k, j0, cols, padded;
};

/* How operands of a kind are packed and multiplied. */
struct npu_gemm_plan {
	uint64_t k_panel;
	void (*pack)(struct npu_gemm *g, const struct npu_panel *p);
	/* gathered activations of `rows` rows from `row` on, into the
	 * accumulator */
	void (*multiply)(struct npu_gemm *g, const struct npu_panel *p,
			 uint64_t row, uint64_t rows);
};
extern const struct npu_gemm_plan npu_gemm_plan_int, npu_gemm_plan_float;

void npu_gemm_start(struct npu_gemm *g, const struct npu_memory *memory,
		    uint32_t core, const struct npu_insn_gemm *insn);
/* Dense, with packed panels in `scratch` [npu_gemm_scratch_bytes()]. */
void npu_gemm_run(struct npu_gemm *g, void *scratch,
		  const struct npu_gemm_kernels *kernels);
/* N:M sparse weights, element by element. */
void npu_gemm_run_sparse(struct npu_gemm *g);

/* Elements: activation (row, k), weight (k, column j), less their zero points;
 * what a sum starts from; where it goes. */
int32_t npu_gemm_a_int(const struct npu_gemm *g, uint64_t row, uint64_t k);
float npu_gemm_a_float(const struct npu_gemm *g, uint64_t row, uint64_t k);
int32_t npu_gemm_w_int(const struct npu_gemm *g, uint64_t k, uint64_t j);
float npu_gemm_w_float(const struct npu_gemm *g, uint64_t k, uint64_t j);
int32_t npu_gemm_init(const struct npu_gemm *g, uint64_t row, uint64_t j);
int32_t *npu_gemm_acc(const struct npu_gemm *g, uint64_t row, uint64_t j);
/* Rows of sums of a panel from and to the accumulator, 16-column padded. */
void npu_gemm_load_sums(struct npu_gemm *g, const struct npu_panel *p,
			uint64_t row, uint64_t rows);
void npu_gemm_store_sums(struct npu_gemm *g, const struct npu_panel *p,
			 uint64_t row, uint64_t rows);

#endif
