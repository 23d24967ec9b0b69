/* models/npu_model.h - read a network from a file or from the zoo.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_MODEL_H
#define NPU_MODEL_H
#include "models/npu_graph.h"

#ifdef __cplusplus
extern "C" {
#endif

struct npu_model_options {
	const char *zoo; /* directory; NULL: the installed models/zoo */
	uint64_t batch;  /* 0: as the file says (zoo: 1) */
	uint64_t seed;   /* of seeded weights; 0 is a seed like any other */
	const struct npu_dim_binding *bindings;
	size_t binding_count;
};

/* Names of the networks of a zoo (NULL: the installed one), sorted, in `arena`.
 *   errors  E_IO, E_NOMEM */
enum { NPU_ZOO_MAX = 256 };
NPU_NODISCARD enum npu_status npu_zoo_list(struct npu_arena *arena,
					   const char *zoo,
					   const char *names[NPU_ZOO_MAX],
					   size_t *count,
					   struct npu_error *err);

/* Read, infer and fold. `name_or_path`: an ONNX file (.onnx), a network YAML
 * (.yaml, .yml), a SCALE-Sim topology (.csv), or a name of the zoo. The caller
 * owns *out.
 *   errors  as the readers: E_IO, E_SYNTAX, E_RANGE, E_UNSUPPORTED, E_LIMIT */
NPU_NODISCARD enum npu_status
npu_model_load(const char *name_or_path,
	       const struct npu_model_options *options, struct npu_graph **out,
	       struct npu_error *err);

/* The readers alone, before inference. */
NPU_NODISCARD enum npu_status
npu_onnx_load(const char *path, struct npu_graph **out, struct npu_error *err);
NPU_NODISCARD enum npu_status npu_onnx_decode(const uint8_t *bytes, size_t size,
					      const char *name,
					      struct npu_graph **out,
					      struct npu_error *err);
NPU_NODISCARD enum npu_status
npu_network_load(const char *path, const struct npu_model_options *options,
		 struct npu_graph **out, struct npu_error *err);
NPU_NODISCARD enum npu_status
npu_network_decode(const char *text, size_t size, const char *name,
		   const struct npu_model_options *options,
		   struct npu_graph **out, struct npu_error *err);
NPU_NODISCARD enum npu_status npu_topology_load(const char *path,
						struct npu_graph **out,
						struct npu_error *err);
NPU_NODISCARD enum npu_status npu_topology_decode(const char *text, size_t size,
						  const char *name,
						  struct npu_graph **out,
						  struct npu_error *err);

/* A tensor on the host: row-major, owned by its creator's arena or caller. */
struct npu_array {
	enum npu_dtype dtype;
	struct npu_shape shape;
	void *data; /* malloc'ed; npu_array_clear() frees */
};
void npu_array_clear(struct npu_array *array);
/* Zeroed array; the caller clears it.
 *   errors  E_NOMEM, E_LIMIT (more than NPU_ELEMENTS_MAX, or not known) */
NPU_NODISCARD enum npu_status npu_array_create(enum npu_dtype dtype,
					       const struct npu_shape *shape,
					       struct npu_array *out,
					       struct npu_error *err);
/* NumPy .npy (versions 1 to 3, C order, little-endian) or ONNX TensorProto .pb.
 * Only the types of npu_dtype.h ('<f4', '|u1', '|i1', '<i4', '<i8', '<f8',
 * '<f2', '|b1'; bf16 is written as '<f4').
 *   errors  E_IO, E_SYNTAX, E_UNSUPPORTED, E_LIMIT */
NPU_NODISCARD enum npu_status
npu_array_load(const char *path, struct npu_array *out, struct npu_error *err);
NPU_NODISCARD enum npu_status npu_array_save(const struct npu_array *array,
					     const char *path,
					     struct npu_error *err);
/* The readers behind it, told apart by the file's suffix. */
NPU_NODISCARD enum npu_status npu_array_load_npy(const char *path,
						 struct npu_array *out,
						 struct npu_error *err);
NPU_NODISCARD enum npu_status
npu_array_decode_npy(const uint8_t *bytes, size_t size, const char *name,
		     struct npu_array *out, struct npu_error *err);
NPU_NODISCARD enum npu_status npu_onnx_tensor_load(const char *path,
						   struct npu_array *out,
						   struct npu_error *err);
/* Near-normal numbers for an input value, seeded by `seed` and its name; bytes
 * where it is 8-bit. E_UNSUPPORTED for wider integers. */
NPU_NODISCARD enum npu_status npu_array_random(const struct npu_value *value,
					       uint64_t seed,
					       struct npu_array *out,
					       struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
