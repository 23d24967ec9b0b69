/* compiler/npu_compiler.h - network + chip -> program.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_COMPILER_H
#define NPU_COMPILER_H
#include "configs/npu_chip.h"
#include "isa/npu_program.h"
#include "models/npu_reference.h"

#ifdef __cplusplus
extern "C" {
#endif

enum npu_precision {
#define NPU_PRECISION(name) NPU_PRECISION_##name,
#include "compiler/npu_precision.def"
	NPU_PRECISION_COUNT
};

/* [NPU_PRECISION_COUNT], then NULL */
extern const char *const npu_precision_name[NPU_PRECISION_COUNT + 1];

struct npu_lower_options {
	enum npu_precision precision;
	/* 0: shapes and structure only; constants are left absent and nothing
	 * is calibrated. Structure never depends on data, so the program has
	 * the same instructions and cycles. */
	uint8_t with_data;
	/* int8: inputs to calibrate on, one set per sample, each in the order
	 * of the graph's inputs; none: `seed`ed random ones. */
	const struct npu_array *const *calibration;
	size_t calibration_count;
	uint64_t seed;
	const char *dump;           /* name of a pass; see dump_text */
	struct npu_text *dump_text; /* the graph after that pass */
};

/* Rewrite an imported graph into one of lowered operators in which every
 * rounding is decided (architecture.md, docs/lowering.md). Chip-independent.
 * The caller owns *out, which borrows nothing from `imported`. Inputs and
 * outputs have the type of activations, but Softmax results are fp32.
 *   errors  E_UNSUPPORTED with the node's name, E_RANGE (int8: a value is not
 *           finite on the calibration inputs), E_NOMEM */
NPU_NODISCARD enum npu_status npu_lower(struct npu_graph *imported,
					const struct npu_lower_options *options,
					struct npu_graph **out,
					struct npu_error *err);
/* An imported input (fp32, NCHW) as the lowered input value has it (quantised,
 * NHWC), and a lowered value back as imported: fp32, imported shape and order.
 * The caller clears *out. */
NPU_NODISCARD enum npu_status npu_lower_input(const struct npu_value *lowered,
					      const struct npu_array *imported,
					      struct npu_array *out,
					      struct npu_error *err);
NPU_NODISCARD enum npu_status npu_raise_value(const struct npu_value *lowered,
					      const void *data,
					      const struct npu_value *imported,
					      struct npu_array *out,
					      struct npu_error *err);

struct npu_codegen_options {
	const char *dump; /* name of a pass */
	struct npu_text *dump_text;
	struct npu_text *explain; /* tilings and runners-up; or NULL */
};

/* Lowered graph -> program for `chip`. Constants are packed where present.
 * The caller owns *out.
 *   errors  E_UNSUPPORTED (dtype the array does not have), E_CAPACITY with the
 *           smallest size that would fit, E_NOMEM */
NPU_NODISCARD enum npu_status
npu_codegen(struct npu_graph *lowered, const struct npu_chip *chip,
	    const struct npu_codegen_options *options, struct npu_program **out,
	    struct npu_error *err);

/* The passes of each half in order, for --dump; NULL past the last. */
const char *npu_lower_pass_name(size_t index);
const char *npu_codegen_pass_name(size_t index);

#ifdef __cplusplus
}
#endif
#endif
