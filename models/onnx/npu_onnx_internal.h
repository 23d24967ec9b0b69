/* models/onnx/npu_onnx_internal.h - shared by the files of the ONNX reader.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_ONNX_INTERNAL_H
#define NPU_ONNX_INTERNAL_H
#include "base/npu_text.h"
#include "models/npu_graph.h"
#include "models/npu_model.h"
#include "models/onnx/npu_onnx_field.h"
#include "onnx.pb.h"

/* Limits: far above any real network, and what bounds the memory that a
 * hostile file can ask for. */
enum {
	NPU__NODE_LIMIT = 1 << 17,
	NPU__VALUE_LIMIT = 1 << 20,
	/* bytes: of one name, while reading, and of typed data made ours */
	NPU__NAME_LIMIT = 1 << 16,
	NPU__SCRATCH_LIMIT = 256 << 20,
	NPU__UNFOLD_LIMIT = 256 << 20,
	/* Before 9 our operators mean what they mean there, but for the
	 * attributes that are then refused (6: Add's broadcast and axis). */
	NPU__OPSET_MIN = 6,
	NPU__OPSET_MAX = 18,
};

struct npu__onnx_node;
/* Who makes the value of a name. */
struct npu__definition {
	const char *name;
	struct npu_value *value; /* NULL: an output that we do not compute */
	struct npu__onnx_node *node; /* NULL: an input or initialiser */
};

/* One read: everything but the graph lives in `scratch` and goes at its end. */
struct npu__onnx {
	const uint8_t *base; /* the file */
	size_t size;
	const char *path;       /* for messages */
	const char *graph_path; /* the same, of the graph's lifetime */
	int folder;             /* descriptor of the model's folder, or -1 */
	int keeps_file;         /* constants may point into the file */
	struct npu_graph *graph;
	struct npu_arena *scratch;
	int64_t opset;
	size_t unfolded; /* bytes made of typed data so far */
	struct npu__definition *defs;
	size_t def_count, def_sorted; /* all; those that find() sees */
	const char **node_names;      /* of the file, sorted */
	size_t node_name_count;
	struct npu_text refusals; /* of nodes: "; name (op): why" */
	uint32_t refused, listed; /* nodes; those in the text */
	const char *field_error;  /* of npu__onnx_field(), or NULL */
	struct npu_error *err;
};

/* Record a failure of `reader` (struct npu__onnx *) and return its status. */
#define npu__onnx_fail(reader, status, ...)  \
	npu_fail_at((reader)->err, (status), \
		    (struct npu_loc){ .path = (reader)->path }, __VA_ARGS__)
enum npu_status npu__onnx_no_memory(struct npu__onnx *reader);

/* ---- wire ---- */
/* Decode one message; `message` must be of the type that `desc` describes.
 *   errors  E_SYNTAX with the byte offset, E_NOMEM */
NPU_NODISCARD enum npu_status npu__onnx_message(struct npu__onnx *reader,
						const pb_msgdesc_t *desc,
						struct npu__span bytes,
						void *message);
/* Position in the file, for messages. */
size_t npu__onnx_offset(const struct npu__onnx *reader, struct npu__span at);
/* The last occurrence of a singular field; {NULL, 0} where there is none. */
struct npu__span npu__onnx_last(const struct npu__field *field);
/* A span as NUL-terminated UTF-8 text in the scratch arena ("" of {NULL, 0}).
 *   errors  E_SYNTAX (NUL, control character, not UTF-8), E_LIMIT */
NPU_NODISCARD enum npu_status npu__onnx_text(struct npu__onnx *reader,
					     struct npu__span span,
					     const char **out);
/* Text compared without a copy. */
int npu__onnx_is(struct npu__span span, const char *text);
/* All varints / 4-byte / 8-byte numbers of a field: calls `take` for each.
 * `what` names the field in messages. *count gets their number.
 *   errors  E_SYNTAX; E_LIMIT above `limit` numbers */
NPU_NODISCARD enum npu_status npu__onnx_ints(struct npu__onnx *reader,
					     const struct npu__field *field,
					     const char *what, int64_t *out,
					     size_t limit, size_t *count);
/* The same for fixed-width numbers of `width` bytes, copied to `out`. */
NPU_NODISCARD enum npu_status npu__onnx_fixed(struct npu__onnx *reader,
					      const struct npu__field *field,
					      const char *what, size_t width,
					      void *out, size_t limit,
					      size_t *count);

/* ---- tensors ---- */
/* The element type of an ONNX DataType, or NPU_none. */
enum npu_dtype npu__onnx_dtype(int32_t data_type);
const char *npu__onnx_dtype_name(int32_t data_type);
/* Element type, shape and bytes of a TensorProto; `name` (of the tensor or its
 * node) for messages. *data points into the file or into `arena`.
 *   errors  E_SYNTAX, E_RANGE, E_UNSUPPORTED, E_LIMIT, E_IO (external data) */
NPU_NODISCARD enum npu_status
npu__onnx_tensor(struct npu__onnx *reader, struct npu_arena *arena,
		 const onnx_TensorProto *tensor, const char *name,
		 enum npu_dtype *dtype, struct npu_shape *shape,
		 const void **data);
/* Bytes of external data beneath the model's folder, mapped with the graph. */
NPU_NODISCARD enum npu_status npu__onnx_external(struct npu__onnx *reader,
						 const onnx_TensorProto *tensor,
						 const char *name, size_t size,
						 const void **data);
/* Map a regular file and hang it on the graph; `name` is its location as
 * external data, NULL of the model itself.
 *   errors  E_IO, E_LIMIT, E_NOMEM */
NPU_NODISCARD enum npu_status npu__onnx_map(struct npu__onnx *reader, int fd,
					    const char *name,
					    struct npu__span *out);

/* Make `value` a constant: of a tensor, or of `count` numbers, which are copied
 * (rank 0 or 1). */
NPU_NODISCARD enum npu_status
npu__onnx_set_tensor(struct npu__onnx *reader, struct npu_value *value,
		     const onnx_TensorProto *tensor);
NPU_NODISCARD enum npu_status
npu__onnx_set_numbers(struct npu__onnx *reader, struct npu_value *value,
		      enum npu_dtype dtype, unsigned rank, const void *numbers,
		      size_t count);

/* ---- names ---- */
/* Give every node a unique name: its own, where no other has it. */
NPU_NODISCARD enum npu_status npu__onnx_name_nodes(struct npu__onnx *reader,
						   struct npu__onnx_node *nodes,
						   size_t count);
/* Append to the definitions; reader->defs has room for all of the file. */
void npu__onnx_define(struct npu__onnx *reader, struct npu__definition def);
/* Sort the definitions; two of one name are E_SYNTAX. */
NPU_NODISCARD enum npu_status npu__onnx_sort(struct npu__onnx *reader);
const struct npu__definition *npu__onnx_find(const struct npu__onnx *reader,
					     const char *name);
/* `wish`, with as many '_' appended as makes it a name the file does not use;
 * NULL when out of memory. */
const char *npu__onnx_free_node_name(struct npu__onnx *reader,
				     const char *wish);
const char *npu__onnx_free_value_name(struct npu__onnx *reader,
				      const char *wish);

/* ---- nodes ---- */
/* A node of the file while it is imported. Inputs are values, NULL where left
 * out; outputs are the values it defines. */
struct npu__onnx_node {
	onnx_NodeProto proto;
	const char *name; /* unique, not empty */
	const char *type, *domain;
	enum npu_op op;
	struct npu_value **inputs;
	uint32_t input_count;
	struct npu_value *output; /* the first; NULL where it is left out */
	struct npu_attributes attr;
	/* attributes that only old or rare forms have */
	int64_t starts[NPU_DIMS], ends[NPU_DIMS], first, last;
	uint8_t start_count, end_count, has_range, allowzero;
	int refused; /* or reads what one refused does not make */
};
/* Note that a node cannot be imported, and why; reading goes on, so that all
 * such nodes are reported together. */
void npu__onnx_refuse(struct npu__onnx *reader, struct npu__onnx_node *node,
		      const char *fmt, ...) NPU_PRINTF(3, 4);
/* Read the attributes of a node into node->attr, as npu_onnx_attribute.def
 * says; defaults of ONNX where they are left out. */
NPU_NODISCARD enum npu_status npu__onnx_attributes(struct npu__onnx *reader,
						   struct npu__onnx_node *node);
/* Give node->output the constant of a Constant node. */
NPU_NODISCARD enum npu_status npu__onnx_constant(struct npu__onnx *reader,
						 struct npu__onnx_node *node);
/* ConstantOfShape's value, as attr.to and attr.alpha. */
NPU_NODISCARD enum npu_status npu__onnx_fill(struct npu__onnx *reader,
					     struct npu__onnx_node *node,
					     struct npu__span tensor);
/* Add the node to the graph in the one form that all opsets are brought to. */
NPU_NODISCARD enum npu_status npu__onnx_add(struct npu__onnx *reader,
					    struct npu__onnx_node *node);
/* Read a GraphProto into reader->graph. */
NPU_NODISCARD enum npu_status npu__onnx_graph(struct npu__onnx *reader,
					      struct npu__span bytes);

#endif
