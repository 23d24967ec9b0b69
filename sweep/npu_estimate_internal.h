/* sweep/npu_estimate_internal.h - a network's layers as closed forms see them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_ESTIMATE_INTERNAL_H
#define NPU_ESTIMATE_INTERNAL_H
#include "isa/npu_isa.h"
#include "sweep/npu_estimate.h"

/* A value that a layer reads, but for its weights. */
struct npu_estimate_read {
	uint32_t layer; /* that makes it; UINT32_MAX: none, it is an input */
	uint64_t bytes;
};

/* A layer as its instructions would be, were their fields wide enough. */
struct npu_estimate_layer {
	/* one product of the array: my rows; op 0: none */
	union npu_insn gemm;
	uint64_t products;
	/* the same with columns of the kernel joined to channels (im2col), so
	 * that they fill the array's rows; op 0: cannot be */
	union npu_insn joined;
	/* the vector engine's work on all outputs, n1 x n0; op 0: none; and
	 * what it does before, `taps` times, on sums of 32 bits */
	union npu_insn vector, tap;
	uint64_t taps;
	uint8_t is_depthwise; /* the taps are its products */

	uint64_t macs;
	uint64_t vector_outputs;   /* of reductions, for the roof */
	uint64_t compulsory_bytes; /* of the network's edges, and weights */
	uint64_t weight_bytes, output_bytes;
	uint64_t moved_bytes; /* of the output, in bursts */
	/* of estimate->read: the first is what the tiles run over */
	uint32_t first_read, read_count;
	/* The output may stay in the scratchpad until layer `last`, its last
	 * reader, has run; 0: it may not. */
	uint32_t last;
};

struct npu_estimate {
	struct npu_arena *arena;
	struct npu_estimate_layer *layer;
	struct npu_estimate_read *read;
	uint32_t layer_count, read_count;
};
#endif
