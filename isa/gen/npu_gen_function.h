/* isa/gen/npu_gen_function.h - coefficients of the special functions.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_GEN_FUNCTION_H
#define NPU_GEN_FUNCTION_H
#include "isa/npu_function.h"

/* Fill `out` by interpolation of libm at both ends and the middle of each
 * segment. `id` < NPU_TABLE_COUNT. */
void npu_gen_function(enum npu_function_id id, struct npu_function_table *out);

#endif
