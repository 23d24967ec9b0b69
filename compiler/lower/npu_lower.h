/* compiler/lower/npu_lower.h - shared by the passes that lower a network.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_LOWER_H
#define NPU_LOWER_H
#include "compiler/lower/npu_view.h"
#include "compiler/npu_compiler.h"

/* What is known while a network is lowered. `graph` is what passes rewrite: the
 * copy of the imported graph, then the lowered one. */
struct npu_lowering {
	struct npu_graph *imported; /* the caller's */
	const struct npu_lower_options *options;
	struct npu_graph *graph;
	/* layout: the view of each value of the imported copy, by id */
	struct npu_view **views;
	struct npu_graph *target; /* the lowered graph being made */
	/* values that stay fp32 whatever the precision (inside of softmax) */
	struct npu_value **fp32;
	uint32_t fp32_count, fp32_capacity;
	/* calibrate: least and greatest element of each value, by id */
	float *lo, *hi;
};

/* A pass replaces or rewrites low->graph; memory is that of the graph. */
typedef enum npu_status npu_lower_pass_fn(struct npu_lowering *low,
					  struct npu_error *err);

/*	X(name, precisions, what it does) */
// clang-format off
#define NPU_LOWER_PASS_LIST(X)                                                \
	X(copy,           all,   "copy the network; constants become fp32")   \
	X(fold_batchnorm, all,   "BatchNormalization into the layer before")  \
	X(layout,         all,   "NHWC and lowered operators, in fp32")       \
	X(fuse,           all,   "bias, residual, activation into one node")  \
	X(calibrate,      int8,  "ranges of values, by the exact reference")  \
	X(quantise,       int8,  "u8 activations, s8 weights, tables")        \
	X(precision,      float, "bf16, fp16 or fp32 values and weights")
// clang-format on

#define X(name, precisions, doc) npu_lower_pass_fn npu__lower_##name;
NPU_LOWER_PASS_LIST(X)
#undef X

/* "node: what" with the node's place in its file. */
enum npu_status npu__lower_refuse(const struct npu_node *node,
				  struct npu_error *err, const char *fmt, ...)
	NPU_PRINTF(3, 4);
enum npu_status npu__lower_nomem(struct npu_error *err);

/* ---- constants of the imported copy ---- */
/* A constant whose elements decide the structure: one number, or integers. All
 * others are data, absent in a timing-only run, and only their shape counts. */
int npu__lower_is_structural(const struct npu_value *value);
/* Element `index` of a structural constant, of any dtype. */
double npu__lower_number(const struct npu_value *value, size_t index);
/* fp32 elements, or NULL where there are none (absent). */
const float *npu__lower_floats(const struct npu_value *value);

/* ---- making lowered graphs ---- */
/* A value [n, h, w, c] of fp32; `name` is made unique. NULL: out of memory. */
struct npu_value *npu__lower_value(struct npu_graph *graph, const char *name,
				   const int64_t dim[4]);
/* A constant beside it: `data` receives room for its elements, or NULL where
 * constants are left absent. */
struct npu_value *npu__lower_constant(struct npu_lowering *low,
				      const char *name, enum npu_dtype dtype,
				      const int64_t dim[4], void **data);
/* A node with one output, fields at rest: stride 1, no optional input, post
 * that changes nothing. Its inputs are the non-NULL ones of the list. */
struct npu_node *npu__lower_node(struct npu_graph *graph, enum npu_op op,
				 const struct npu_node *from,
				 const char *suffix, struct npu_value *out,
				 uint32_t count,
				 struct npu_value *const *inputs);
struct npu_ew_source npu__lower_input_source(int index);
struct npu_ew_source npu__lower_imm(float value);
enum npu_status npu__lower_keep_fp32(struct npu_lowering *low,
				     struct npu_value *value,
				     struct npu_error *err);
int npu__lower_is_fp32(const struct npu_lowering *low,
		       const struct npu_value *value);

/* ---- layout: one function for each kind of operator ---- */
typedef enum npu_status npu_layout_fn(struct npu_lowering *low,
				      const struct npu_node *node,
				      struct npu_error *err);
npu_layout_fn npu__layout_conv, npu__layout_gemm, npu__layout_matmul,
	npu__layout_binary, npu__layout_unary, npu__layout_batchnorm,
	npu__layout_pool, npu__layout_global_pool, npu__layout_softmax,
	npu__layout_concat, npu__layout_reshape, npu__layout_transpose,
	npu__layout_slice, npu__layout_same;

/* The view of an imported value; never NULL for inputs that are ready. */
struct npu_view *npu__layout_view(const struct npu_lowering *low,
				  const struct npu_value *imported);
/* The lowered value that holds `view` with imported dimension d in slot
 * slot[d], in order where several share a slot: the value it views, or a new
 * one that a `move` fills. Constants become lowered constants.
 *   errors  E_UNSUPPORTED where no single move can do it */
enum npu_status
npu__layout_materialise(struct npu_lowering *low, const struct npu_node *node,
			const struct npu_view *view, const int8_t *slot,
			struct npu_value **out, struct npu_error *err);
/* slot[d] such that the view is its value as it lies; 0 where there is none. */
int npu__layout_plain(const struct npu_view *view, int8_t *slot);
/* Slots by rank: images [N, C, H, W] and [N, C, L]; rows [.., M, K]. */
void npu__layout_image_slots(unsigned rank, int8_t *slot);
void npu__layout_row_slots(unsigned rank, int8_t *slot);
/* Lowered dimensions of an imported shape under these slots. */
void npu__layout_dims(const struct npu_shape *shape, const int8_t *slot,
		      int64_t dim[4]);
/* Kernel, stride, dilation and padding of a window over image [N, H, W, C]: as
 * the attributes and `auto_pad` say, pad_hi as the output's extent needs it. */
void npu__layout_windows(const struct npu_node *node, const int64_t kernel[2],
			 struct npu_node *lowered);
/* A new lowered value for imported value `from`, and its view. */
enum npu_status npu__layout_define(struct npu_lowering *low,
				   const struct npu_value *from,
				   const int8_t *slot, struct npu_value **out,
				   struct npu_error *err);

#endif
