/* models/onednn/npu_onednn_int8.h - shared by the files of the int8 network.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_ONEDNN_INT8_H
#define NPU_ONEDNN_INT8_H
#include "models/onednn/npu_onednn_internal.h"

struct npu__int8 {
	struct npu__dnn dnn;
	dnnl_memory_t *memory;  /* by value id; NULL: not made yet */
	uint8_t *users;         /* by value id, at most 255 */
	struct npu_node **user; /* by value id: one of them */
	uint8_t *done;          /* by node id: fused into an earlier one */
};

/* What a memory looks like. */
const dnnl_memory_desc_t *npu__int8_desc(dnnl_memory_t memory);
/* Memory of a description, filled with a pattern. */
NPU_NODISCARD enum npu_status npu__int8_memory(struct npu__int8 *plan,
					       const dnnl_memory_desc_t *desc,
					       dnnl_memory_t *out);
/* A description whose layout oneDNN chooses. */
NPU_NODISCARD enum npu_status npu__int8_any(struct npu__int8 *plan,
					    struct npu__dims dims,
					    dnnl_data_type_t type,
					    dnnl_memory_desc_t *out);
/* `memory` in the layout `desc`: itself, or a step that reorders it. */
NPU_NODISCARD enum npu_status
npu__int8_in_layout(struct npu__int8 *plan, const struct npu_node *node,
		    dnnl_memory_t memory, const dnnl_memory_desc_t *desc,
		    dnnl_memory_t *out);
int npu__int8_same_shape(const struct npu_value *a, const struct npu_value *b);

/* Steps of one node, and of what is fused into it. */
typedef enum npu_status npu__int8_build(struct npu__int8 *plan,
					const struct npu_node *node);
npu__int8_build npu__int8_conv, npu__int8_inner_product;
npu__int8_build npu__int8_pool, npu__int8_sum, npu__int8_concat,
	npu__int8_softmax;

#endif
