/* sim/exec/npu_vector.h - EW and RED: terms over blocks of rows.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_VECTOR_H
#define NPU_VECTOR_H
#include "sim/exec/npu_exec.h"
#include "sim/exec/npu_stage.h"

/* Rows i1..i1+rows-1 of plane i2, columns i0..i0+cols-1; rows * cols is at most
 * NPU_STAGE_ELEMENTS, and element (r, c) of a buffer is r * cols + c. */
struct npu_block {
	uint64_t i2, i1, i0, rows, cols;
};

/* A buffer that may already hold what is asked for: immediates and row vectors
 * are the same for every block of a shape. */
struct npu_vector_buffer {
	union {
		float f[NPU_STAGE_ELEMENTS];
		int32_t i[NPU_STAGE_ELEMENTS];
	} at;
	uint64_t rows, cols, i0; /* kept; rows 0: nothing */
};

static inline uint64_t npu_least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* One instruction being executed. */
struct npu_vector {
	const struct npu_memory *memory;
	struct npu_core_memory *core;
	const struct npu_stages *stages;
	const struct npu_insn_ew *insn; /* red has the same fields */
	struct npu_operand operand[4];  /* by enum npu_slot */
	uint8_t is_integer;             /* the result of f is int32, not fp32 */
	struct npu_vector_buffer b, c, scale;
	/* of the block: f((a op0 b) op1 c); i where is_integer */
	union {
		float f[NPU_STAGE_ELEMENTS];
		int32_t i[NPU_STAGE_ELEMENTS];
	} t;
};

void npu_vector_start(struct npu_vector *vector, struct npu_memory *memory,
		      uint32_t core, const union npu_insn *insn,
		      const struct npu_stages *stages);

/* Fill vector->t with f((a op0 b) op1 c) of a block. */
void npu_vector_term(struct npu_vector *vector, const struct npu_block *block);

/* The block of the destination that starts at (i2, i1, i0) from vector->t:
 * scale, convert, write. Under RED the indices are those of the result. */
void npu_vector_finish(struct npu_vector *vector, const struct npu_block *block,
		       int is_integer);

/* Read an operand's block into fp32, or int32 where `as_int`. */
void npu_vector_load(const struct npu_vector *vector, enum npu_slot slot,
		     int as_int, const struct npu_block *block, void *out);

/* A special function of every element; `f` from exp2 to erf. */
void npu_function_apply(enum npu_func f, float *x, size_t n);

#endif
