/* sweep/npu_expression.h - arithmetic over chip keys and report fields, as
 * `expr` and `constraints` have it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_EXPRESSION_H
#define NPU_EXPRESSION_H
#include "base/npu_yaml.h"

#ifdef __cplusplus
extern "C" {
#endif

struct npu_expression; /* opaque: the parsed text and its variables */

enum { NPU_EXPRESSION_NAMES_MAX = 256 };

/* Parse the scalar `node`: numbers, names, + - * / ^, comparisons, && ||,
 * a ? b : c, and the functions of muParser (min, max, sqrt, log2, rint, ...).
 *   names   what may be named ("array.rows", "latency_ns"); borrowed
 *   out     the caller owns it
 *   errors  E_SYNTAX at the place in the text, unknown names with the nearest
 *           one as a hint; E_NOMEM */
NPU_NODISCARD enum npu_status npu_expression_create(const struct npu_yaml *node,
						    const char *const *names,
						    size_t count,
						    struct npu_expression **out,
						    struct npu_error *err);
void npu_expression_destroy(struct npu_expression *expression);

/* Whether the expression names `names[index]`. */
int npu_expression_uses(const struct npu_expression *expression, size_t index);

/* Its value where names[i] has values[i]; unused values are not read.
 *   errors  E_RANGE at the node: the value is not finite */
NPU_NODISCARD enum npu_status
npu_expression_value(struct npu_expression *expression, const double *values,
		     double *out, struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
