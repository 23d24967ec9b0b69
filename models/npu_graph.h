/* models/npu_graph.h - a network: values, nodes, and what the lowered ones mean.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_GRAPH_H
#define NPU_GRAPH_H
#include "base/npu_arena.h"
#include "base/npu_dtype.h"

#ifdef __cplusplus
extern "C" {
#endif

enum npu_op {
#define NPU_OPERATOR(name, level, min_in, max_in, outs, doc) NPU_##name,
#include "models/npu_op.def"
	NPU_OP_COUNT
};

enum npu_level { NPU_LEVEL_onnx, NPU_LEVEL_shape, NPU_LEVEL_lowered };
/* The operator's row of npu_op.def. */
struct npu_operator {
	enum npu_level level;
	uint32_t min_inputs, max_inputs, outputs;
};

enum { NPU_DIMS = 8 };
/* Elements of one value, at most: what is above is refused (E_LIMIT). */
#define NPU_ELEMENTS_MAX (INT64_C(1) << 32)

struct npu_shape {
	uint8_t rank;
	int64_t dim[NPU_DIMS]; /* -1: not known (yet) */
};
/* Product of the dimensions; 1 for rank 0; -1 if one is unknown; INT64_MAX if
 * it does not fit. */
int64_t npu_shape_count(const struct npu_shape *shape);

/* Where a constant's elements come from. Weights of a zoo network, and all
 * constants that npu_lower() makes for a timing-only run, have no bytes until
 * (or unless) they are asked for. */
enum npu_fill { NPU_FILL_data, NPU_FILL_seeded, NPU_FILL_absent };
struct npu_constant {
	enum npu_fill fill;
	const void *data; /* row-major, of the value's dtype; unaligned */
	uint64_t seed;    /* seeded: near-normal, deviation `deviation` about
			   * `mean`, fp32 */
	float deviation, mean;
};

struct npu_value {
	const char *name;
	uint32_t id; /* index in graph->values */
	enum npu_dtype dtype;
	struct npu_shape shape;
	const char *dim_name[NPU_DIMS]; /* symbolic dimension, or NULL */
	struct npu_constant *constant;  /* NULL: computed, or an input */
	struct npu_node *producer;      /* NULL: constant or input */
	uint8_t is_input, is_output;
	/* Lowered graphs: real value = scale * (stored - zero); scale 0 where
	 * the value is not quantised. */
	float scale;
	int32_t zero;
	/* Lowered graphs: name of the imported value it equals (up to rounding),
	 * or NULL; and how that one lies in this NHWC value: imported dimension
	 * d is lowered dimension from_dim[d] (-1: of extent 1, dropped). */
	const char *imported;
	int8_t from_dim[NPU_DIMS];
};

/* Attributes of all imported operators, at first what ONNX says where one is
 * left out (Clip: -inf, inf; ConstantOfShape: `alpha` of type `to`); each
 * reads those its row in the operator's documentation names. Two spatial
 * levels: [0] = y, [1] = x; 1-D operators have [0] = 1 (kernel, stride,
 * dilation) or 0 (pad). */
struct npu_attributes {
	int64_t kernel[2], stride[2], dilation[2], pad_lo[2], pad_hi[2];
	int64_t groups, axis;
	uint8_t ceil_mode, count_include_pad, trans_a, trans_b, has_axis;
	enum {
		NPU_PAD_explicit,
		NPU_PAD_same_upper,
		NPU_PAD_same_lower,
		NPU_PAD_valid
	} auto_pad;
	float alpha, beta, epsilon, lo, hi;
	int64_t list[NPU_DIMS]; /* perm, axes */
	uint8_t list_count;
	enum npu_dtype to;
	/* Slice of old opsets (as attributes) and Constant are turned into
	 * inputs and constants by the reader. */
};

/* ---- lowered operators -------------------------------------------------
 * Every value has rank 4, [N, H, W, C] with C contiguous. Matrices [M, K] are
 * [1, 1, M, K]; vectors [N, K] of a batch are [N, 1, 1, K]. All arithmetic is
 * that of isa.md 4 ("the numerics"); RNE and ftz throughout.
 *
 * The codes op0, op1, f, reduce are those of isa/npu_isa.def (NPU_ALU,
 * NPU_FUNC, NPU_REDUCE); models only carries the numbers.
 */
/* One source of an `ew`: an input of the node, or an immediate. A source is
 * read at (n % dim0, y % dim1, x % dim2, c % dim3) where each of its
 * dimensions equals the output's or is 1. */
struct npu_ew_source {
	int8_t input;   /* index of node->inputs; -1: immediate; -2: unused */
	uint8_t is_int; /* immediate: s32, otherwise fp32 */
	uint32_t imm;
};

/* The end of conv, matmul, ew, reduce, pool: v = f(t) * scale, converted to the
 * output's dtype, RNE, zero point added, saturated. */
struct npu_post {
	uint8_t f;         /* NPU_FUNC code */
	uint32_t p0, p1;   /* fp32 bits */
	uint8_t has_scale; /* multiply by `scale` after f */
	float scale;
};

struct npu_lowered {
	/* conv: y[n,oy,ox,m] = post(t), k ascending in (ky, kx, c) of group g =
	 * m / (M / groups):
	 *   acc = bias[m] (or 0) + chain over k of (x - x.zero) * w
	 * A chain step is p = ftz(fma(x, w, p)), ftz as in isa/npu_function.h.
	 * Bias is never -0, so taps of value 0 do not change p (but where a
	 * product is so small, below 2^-150, that p became -0).
	 * x outside the image reads as x.zero (0). The output's extent is what
	 * its shape says; pad_hi >= what that needs. w is [KH, KW, C/groups, M],
	 * s8 (zero 0), bf16, fp16 or fp32; bias is [1, 1, 1, M] s32 or fp32.
	 *   `multiplier` (an input, or -1) is fp32 [1, 1, 1, M]:
	 *     no residual:  t = f32(acc) * multiplier[m]
	 *     residual r:   t = fma(f32(acc), multiplier[m], f32(r - r.zero))
	 *   without a multiplier (floating point):  t = acc (+ r)
	 * matmul: a [B, H, M, K] x b [B, H, K, N] (or [B, H, N, K] with trans_b),
	 * a product for each of B x H; t = f32(acc), then post (its scale is
	 * that of a times that of b in int8). Either may be a constant. */
	int64_t kernel[2], stride[2], dilation[2], pad_lo[2], pad_hi[2], groups;
	int8_t bias, residual, multiplier; /* indices of inputs, or -1 */
	uint8_t trans_b;

	/* ew: t = (a op0 b) op1 c, the first `ints` of the two in int32. */
	uint8_t op0, op1, ints;
	struct npu_ew_source a, b, c;
	/* ew: `scale_input` >= 0: fp32 vector [1,1,1,C] multiplied after f
	 * instead of post.scale */
	int8_t scale_input;

	/* t's operations are EW's: "mul" then "add" in fp32 is one fma; every
	 * other one rounds. max and min give y on ties, so clamp of -0 to 0..
	 * is +0. Zero points are subtracted in both domains.
	 * reduce: over channels (axis 3, output [N,H,W,1]) or over the image
	 * (axis 12, output [N,1,1,C]; y then x ascending): sum starts at +0 (int32
	 * where the input is 8-bit), max at the first element (RED's rule: the
	 * first of equals stays).
	 * pool: max: acc = first tap, then acc = max(acc, tap) in (ky, kx) order,
	 * taps outside the image are the lowest value of the dtype;
	 * sum: acc = first tap, acc = acc + tap; taps outside are 0 (int32 for
	 * 8-bit inputs, fp32 otherwise). Input 1, where present: fp32 [1, OH, OW,
	 * 1], multiplied before the output conversion (1 / count). */
	uint8_t reduce; /* NPU_REDUCE code: sum or max */
	uint8_t axis;

	/* lut: y = table[x as a byte]; input 1 is the table, [1, 1, 1, 256].
	 * concat: along `axis` of [N,H,W,C]; all inputs have the output's dtype,
	 * scale and zero.
	 * move: with k = ((i0 * extent[1] + i1) * extent[2] + i2) * extent[3] + i3,
	 *   y.flat[k] = x.flat[start + sum of i_d * step[d]] (elements). The
	 *   extents are what is walked; their product is y's elements, but
	 *   they need not be y's dimensions. */
	int64_t start, step[4], extent[4];

	struct npu_post post;
};

struct npu_node {
	const char *name; /* unique in the graph, never empty */
	enum npu_op op;
	uint32_t id; /* index in graph->nodes, a topological order */
	struct npu_value **inputs; /* an omitted optional input is NULL */
	struct npu_value **outputs;
	uint32_t input_count, output_count;
	struct npu_attributes attr; /* imported operators */
	struct npu_lowered low;     /* lowered operators */
	const char *layer; /* lowered: the imported node it came from */
	struct npu_loc loc;
};

struct npu_graph {
	struct npu_arena *arena; /* owns the graph and all in it */
	const char *name;
	struct npu_value **values;
	struct npu_node **nodes; /* in topological order */
	uint32_t value_count, node_count;
	uint32_t value_capacity, node_capacity;
	uint32_t *index; /* private: values by name */
	uint32_t index_size;
	void *mapping; /* the reader's: file mapped for weights */
	void (*release)(void *mapping);
};

/* New empty graph with its own arena, into which `name` is copied; NULL when
 * out of memory. The caller destroys it. */
struct npu_graph *npu_graph_create(const char *name);
/* Free the graph, its arena and its mapped file. NULL is a no-op. */
void npu_graph_destroy(struct npu_graph *graph);

/* New value or node at the end, zero but for what is named; NULL when out of
 * memory. A name is copied, and does not change later. */
struct npu_value *npu_graph_add_value(struct npu_graph *graph,
				      const char *name);
struct npu_node *npu_graph_add_node(struct npu_graph *graph, enum npu_op op,
				    const char *name, uint32_t inputs,
				    uint32_t outputs);
struct npu_value *npu_graph_find_value(const struct npu_graph *graph,
				       const char *name);
/* "Conv", ...; "?" where there is no such operator, whose info is NULL. */
const char *npu_op_name(enum npu_op op);
const struct npu_operator *npu_op_info(enum npu_op op);
/* The operator of that name, or NPU_OP_COUNT. */
enum npu_op npu_operator_find(const char *name);
/* A seed for what is called `name` in a run of seed `seed`; the same on every
 * host. */
uint64_t npu_seed_of_name(uint64_t seed, const char *name);

/* Bytes of a constant value, drawn from its seed on first use and kept.
 *   errors  E_NOMEM, E_INTERNAL (absent) */
NPU_NODISCARD enum npu_status npu_constant_data(struct npu_graph *graph,
						struct npu_value *value,
						const void **out,
						struct npu_error *err);

/* Free the bytes that were drawn for a seeded constant: the next use draws the
 * same ones again. Nothing happens to other values. */
void npu_constant_forget(struct npu_value *value);

/* Remove nodes and values that no output needs (but inputs stay), renumber ids,
 * sort nodes topologically; an order that is so already stays.
 *   errors  E_SYNTAX (a cycle, or a value nobody makes) */
NPU_NODISCARD enum npu_status npu_graph_tidy(struct npu_graph *graph,
					     struct npu_error *err);
/* Structural promises: ids, producers, input counts, known shapes and dtypes;
 * of lowered graphs also ranks, broadcast, quantisation of 8-bit values.
 *   errors  E_INTERNAL: the graph was made by our own code */
NPU_NODISCARD enum npu_status npu_graph_check(const struct npu_graph *graph,
					      struct npu_error *err);
/* Samples that one run of the network works on: dimension 0 of its first
 * input; 1 where that has no dimension. */
uint64_t npu_graph_batch(const struct npu_graph *graph);

/* Text of the graph, one node a line, for --emit=graph and golden tests. */
struct npu_text;
void npu_graph_print(const struct npu_graph *graph, struct npu_text *out);

/* ---- imported graphs ---- */
/* "N=1": bind the symbolic dimension N of inputs; "x.0=1": dimension 0 of input
 * x. */
struct npu_dim_binding {
	const char *name;
	int64_t value;
};
/* Give every value a shape and dtype, normalise attributes (auto_pad becomes
 * padding, negative axes count from 0, axes and bounds that are inputs move to
 * `attr`: Clip, Squeeze, Unsqueeze and Dropout then have one input), and fold
 * what is constant (shapes and the arithmetic on them, Constant, Cast,
 * Identity, Dropout).
 *   errors  E_SYNTAX / E_RANGE (shapes that disagree), E_UNSUPPORTED (unbound
 *           dimension, operator not in the table, data-dependent shape), each
 *           with the node's name */
NPU_NODISCARD enum npu_status
npu_graph_infer(struct npu_graph *graph, const struct npu_dim_binding *bindings,
		size_t binding_count, struct npu_error *err);
/* First element and step of each dimension of an inferred Slice. */
NPU_NODISCARD enum npu_status npu_node_slice(struct npu_graph *graph,
					     const struct npu_node *node,
					     int64_t start[NPU_DIMS],
					     int64_t step[NPU_DIMS],
					     struct npu_error *err);
/* MACs of one node / parameters (elements of constants that Conv,
 * Gemm, MatMul, BatchNormalization use, statistics excluded; of a graph: a
 * shared one once). */
uint64_t npu_node_macs(const struct npu_node *node);
uint64_t npu_node_parameters(const struct npu_node *node);
uint64_t npu_graph_macs(const struct npu_graph *graph);
uint64_t npu_graph_parameters(const struct npu_graph *graph);

#ifdef __cplusplus
}
#endif
#endif
