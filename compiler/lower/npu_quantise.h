/* compiler/lower/npu_quantise.h - shared by the files of the pass quantise.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_QUANTISE_H
#define NPU_QUANTISE_H
#include "compiler/lower/npu_lower.h"

struct npu_quantise {
	struct npu_lowering *low;
	struct npu_graph *from, *to;
	struct npu_value **map; /* new value of an old one, by old id */
	/* Values of one class share scale and zero point: what max pooling,
	 * moves and concatenation only pass on. By old id. */
	uint32_t *parent;
	uint32_t *members; /* of a class, by its root */
	uint8_t *positive; /* never below 0, by the graph alone */
	float *lo, *hi;    /* of a class */
	/* Chains of element-wise nodes that depend on one 8-bit value alone
	 * become a table of it: that value, by id of the chain's values. */
	struct npu_value **root;
	uint8_t *inside; /* by id: only read inside its own chain */
};

/* Scale and zero of the class of an old value. */
float npu__quantise_scale(const struct npu_quantise *q,
			  const struct npu_value *old);
int32_t npu__quantise_zero(const struct npu_quantise *q,
			   const struct npu_value *old);
/* 0: an fp32 value of softmax or a constant. */
int npu__quantise_is_u8(const struct npu_quantise *q,
			const struct npu_value *old);
uint32_t npu__quantise_class(const struct npu_quantise *q, uint32_t id);

/* Classes, signs and ranges. */
enum npu_status npu__quantise_classes(struct npu_quantise *q,
				      struct npu_error *err);
/* Chains that become tables. */
enum npu_status npu__quantise_roots(struct npu_quantise *q,
				    struct npu_error *err);

/* New nodes for old ones. */
typedef enum npu_status npu_quantise_fn(struct npu_quantise *q,
					const struct npu_node *old,
					struct npu_error *err);
npu_quantise_fn npu__quantise_conv, npu__quantise_ew, npu__quantise_table,
	npu__quantise_other;

/* A copy of `old` with the given new inputs, its output quantised as its class
 * says, or fp32. NULL: out of memory. */
struct npu_node *npu__quantise_node(struct npu_quantise *q,
				    const struct npu_node *old, uint32_t count,
				    struct npu_value *const *inputs);
/* The end of a node whose t is in units of `unit`: f and the scale. */
void npu__quantise_end(const struct npu_quantise *q, const struct npu_node *old,
		       float unit, struct npu_node *node);
/* A constant of the old graph in the new one. */
struct npu_value *npu__quantise_constant(struct npu_quantise *q,
					 const struct npu_value *old,
					 float factor);

#endif
