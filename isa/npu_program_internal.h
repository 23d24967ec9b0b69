/* isa/npu_program_internal.h - rules that both readers of a program apply.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_PROGRAM_INTERNAL_H
#define NPU_PROGRAM_INTERNAL_H
#include "isa/npu_program.h"

enum { NPU__PROGRAM_VERSION = 1 };

/* Regions and their sums stay below this, half the 40-bit address space. */
#define NPU__REGION_BYTES_MAX ((uint64_t)1 << 39)

/* Each returns what is wrong with one record, or NULL. They look at the counts
 * of `program` (core_count, layer_count, regions), which must be there. */
const char *npu__token_fault(const struct npu_program *program,
			     const struct npu_token *token);
const char *npu__port_fault(const struct npu_program *program,
			    const struct npu_core_program *core, unsigned k);
const char *npu__region_fault(const struct npu_region *region);
const char *npu__tensor_fault(const struct npu_program *program,
			      const struct npu_tensor_desc *tensor);
/* The code ends with its only `end`. */
const char *npu__code_fault(const struct npu_core_program *core);
/* Regions all together, and the code region against the code. */
const char *npu__layout_fault(const struct npu_program *program);

#endif
