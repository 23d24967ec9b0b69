/* models/onednn/npu_onednn_internal.h - shared by these files.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_ONEDNN_INTERNAL_H
#define NPU_ONEDNN_INTERNAL_H
#include "models/npu_reference.h"
#include <oneapi/dnnl/dnnl.h>

/* A dense copy with strides: to[i] = from[sum of i_d * step[d]], elements. */
struct npu__dnn_move {
	float *to;
	const float *from;
	unsigned rank;
	int64_t dim[NPU_DIMS], step[NPU_DIMS];
	/* elements from one row of `to` to the next, 0: dense (Concat) */
	int64_t to_pitch;
};

/* One thing to do: a primitive of oneDNN, or a copy of ours. */
struct npu__dnn_step {
	dnnl_primitive_t primitive; /* NULL: move */
	dnnl_exec_arg_t args[8];
	int arg_count;
	struct npu__dnn_move move;
};

/* A network made into steps once, and run as often as one likes. */
struct npu__dnn {
	struct npu_graph *graph;
	struct npu_arena *arena;
	dnnl_engine_t engine;
	dnnl_stream_t stream;
	struct npu__dnn_step *steps;
	uint32_t step_count, step_capacity;
	/* objects of oneDNN, freed at the end */
	dnnl_memory_t *memories;
	dnnl_primitive_t *primitives;
	uint32_t memory_count, memory_capacity;
	uint32_t primitive_count, primitive_capacity;
	int threads_before;
	float **data; /* by value id: fp32, row-major */
	struct npu_error *err;
};

/* Up to 12 dimensions, as oneDNN takes them. */
struct npu__dims {
	int rank;
	dnnl_dims_t dim;
};
#define NPU__DIMS(...)                                                    \
	((struct npu__dims){ .rank = sizeof((int64_t[]){ __VA_ARGS__ }) / \
				     sizeof(int64_t),                     \
			     .dim = { __VA_ARGS__ } })

/* `threads` as in npu_reference.h; npu__dnn_end() must follow. */
NPU_NODISCARD enum npu_status npu__dnn_begin(struct npu__dnn *dnn,
					     struct npu_graph *graph,
					     int threads,
					     struct npu_error *err);
/* Free everything but dnn->data and what it points to. */
void npu__dnn_end(struct npu__dnn *dnn);
/* Median seconds of `repeats` runs after one to warm up; one run where
 * `seconds` is NULL. */
NPU_NODISCARD enum npu_status npu__dnn_time(struct npu__dnn *dnn, int repeats,
					    double *seconds);

/* E_INTERNAL, E_NOMEM or E_UNSUPPORTED as oneDNN's status has it. */
enum npu_status npu__dnn_fail(struct npu__dnn *dnn, const struct npu_node *node,
			      dnnl_status_t status);
#define NPU__DNN_TRY(dnn, node, call)                              \
	do {                                                       \
		dnnl_status_t dnn_try_ = (call);                   \
		if (dnn_try_ != dnnl_success)                      \
			return npu__dnn_fail(dnn, node, dnn_try_); \
	} while (0)

/* A dense row-major description. */
NPU_NODISCARD enum npu_status npu__dnn_dense(struct npu__dnn *dnn,
					     struct npu__dims dims,
					     dnnl_data_type_t type,
					     dnnl_memory_desc_t *out);
/* Memory over `data` (DNNL_MEMORY_ALLOCATE: oneDNN's own). */
NPU_NODISCARD enum npu_status npu__dnn_memory(struct npu__dnn *dnn,
					      const dnnl_memory_desc_t *desc,
					      void *data, dnnl_memory_t *out);
/* Dense fp32 memory over `data`. */
NPU_NODISCARD enum npu_status npu__dnn_dense_memory(struct npu__dnn *dnn,
						    struct npu__dims dims,
						    float *data,
						    dnnl_memory_t *out);
/* A primitive of an operation descriptor. */
NPU_NODISCARD enum npu_status
npu__dnn_primitive(struct npu__dnn *dnn, const struct npu_node *node,
		   const void *desc, const_dnnl_primitive_attr_t attr,
		   dnnl_primitive_t *out);
/* What the primitive chose for DNNL_ARG_... `arg`. */
const dnnl_memory_desc_t *npu__dnn_chosen(dnnl_primitive_t primitive, int arg);
/* Keep a primitive for npu__dnn_end() to destroy. */
NPU_NODISCARD enum npu_status npu__dnn_keep(struct npu__dnn *dnn,
					    dnnl_primitive_t primitive);
/* A new step at the end. */
NPU_NODISCARD enum npu_status npu__dnn_step(struct npu__dnn *dnn,
					    struct npu__dnn_step **out);
/* A step that runs `primitive` with pairs of argument and memory. */
NPU_NODISCARD enum npu_status npu__dnn_execute(struct npu__dnn *dnn,
					       dnnl_primitive_t primitive,
					       int count,
					       const dnnl_exec_arg_t *args);
/* Reorder `from` into `to`, now. */
NPU_NODISCARD enum npu_status npu__dnn_reorder(struct npu__dnn *dnn,
					       const struct npu_node *node,
					       dnnl_memory_t from,
					       dnnl_memory_t to);
/* Zeroed room for `count` fp32 in dnn's arena. */
float *npu__dnn_room(struct npu__dnn *dnn, int64_t count);

/* The input's buffer; its shape as [N, C, H, W], where 1-D has H = 1. */
float *npu__dnn_input(const struct npu__dnn *dnn, const struct npu_node *node,
		      unsigned index);
float *npu__dnn_output(const struct npu__dnn *dnn, const struct npu_node *node);
struct npu__dims npu__dnn_image(const struct npu_shape *shape);

/* Steps of one node of the imported graph. */
typedef enum npu_status npu__dnn_build(struct npu__dnn *dnn,
				       const struct npu_node *node);
npu__dnn_build npu__dnn_conv, npu__dnn_gemm, npu__dnn_matmul;
npu__dnn_build npu__dnn_pool, npu__dnn_batch_normalization;
npu__dnn_build npu__dnn_eltwise, npu__dnn_binary, npu__dnn_softmax;
npu__dnn_build npu__dnn_copy, npu__dnn_transpose, npu__dnn_slice,
	npu__dnn_concat;

/* Geometry that Conv and the pools share: what oneDNN calls strides, dilates
 * (0: none), padding_l and padding_r. */
struct npu__window {
	dnnl_dims_t kernel, stride, dilate, lo, hi;
};
struct npu__window npu__dnn_window(const struct npu_node *node);

#endif
