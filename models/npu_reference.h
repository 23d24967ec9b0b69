/* models/npu_reference.h - the CPU references: exact, and oneDNN.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_REFERENCE_H
#define NPU_REFERENCE_H
#include "models/npu_model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Values of one run, by value id. Freed by npu_values_clear(). */
struct npu_values {
	void **data; /* [count]; row-major, of the value's dtype; NULL: freed */
	uint32_t count;
};
void npu_values_clear(struct npu_values *values);

/* Exact reference: run a lowered graph with plain loops and the numerics of
 * isa.md 4. It shares no code with the simulator.
 *   inputs  [number of input values], in the order of graph->values; of the
 *           input values' dtypes, NHWC (npu_lower_input() makes them)
 *   out     every value's data; the caller clears it
 *   errors  E_NOMEM, E_INTERNAL (a constant is absent) */
NPU_NODISCARD enum npu_status npu_exact_run(struct npu_graph *lowered,
					    const struct npu_array *inputs,
					    struct npu_values *out,
					    struct npu_error *err);

/* oneDNN: run an imported graph in fp32 (NCHW).
 *   threads   0: all
 *   out       every value's data in fp32; may be NULL
 *   seconds   median wall time of `repeats` runs after one to warm up; may be
 *             NULL (then one run)
 *   errors    E_UNSUPPORTED, E_NOMEM, E_INTERNAL (oneDNN refused) */
NPU_NODISCARD enum npu_status
npu_onednn_run(struct npu_graph *imported, const struct npu_array *inputs,
	       int threads, int repeats, struct npu_values *out,
	       double *seconds, struct npu_error *err);
/* The same network as int8 (u8 x s8 convolutions and inner products), for its
 * latency alone. */
NPU_NODISCARD enum npu_status npu_onednn_int8_time(struct npu_graph *imported,
						   int threads, int repeats,
						   double *seconds,
						   struct npu_error *err);

/* How far `got` is from `want`. */
struct npu_difference {
	uint64_t count, mismatches;    /* elements; of unequal bits */
	double max_abs_error, sqnr_db; /* +inf where equal */
	uint8_t top1_equal; /* argmax over the last axis, every row */
};
/* Bits of two arrays of the same dtype. */
struct npu_difference npu_compare_bits(const void *got, const void *want,
				       enum npu_dtype dtype, uint64_t count);
/* Real values; rows are of `last` elements. */
struct npu_difference npu_compare_real(const float *got, const float *want,
				       uint64_t count, uint64_t last);

#ifdef __cplusplus
}
#endif
#endif
