/* base/npu_yaml.h - a strict YAML reader: a tree of located nodes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_YAML_H
#define NPU_YAML_H
#include "base/npu_arena.h"
#include "base/npu_unit.h"
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	NPU_YAML_DEPTH_MAX = 64,
	NPU_YAML_BYTES_MAX = 8 << 20,
};

enum npu_yaml_kind {
	NPU_YAML_SCALAR,
	NPU_YAML_SEQUENCE,
	NPU_YAML_MAPPING,
};

/* One node; everything it points to lives in the arena of the read. */
struct npu_yaml {
	enum npu_yaml_kind kind;
	uint8_t quoted;   /* a scalar in quotes or a block: never a number */
	const char *text; /* scalar: UTF-8 without NUL bytes; else "" */
	const char *key;  /* where the parent is a mapping, else NULL */
	struct npu_loc at, key_at;
	uint32_t count;         /* of children */
	uint32_t index;         /* among the parent's children */
	struct npu_yaml *child; /* first, in the order of the file */
	struct npu_yaml *next;  /* sibling */
	struct npu_yaml *parent;
};

#define npu_yaml_each(item, node)                               \
	for (const struct npu_yaml *item = (node)->child; item; \
	     item = item->next)

/* Read one document. Refused, with file:line:column: anchors, aliases, tags,
 * repeated keys, keys that are not scalars, several documents, none, nesting
 * beyond NPU_YAML_DEPTH_MAX, NUL bytes and whatever is not UTF-8.
 *   errors  E_IO, E_SYNTAX, E_LIMIT (depth, NPU_YAML_BYTES_MAX), E_NOMEM */
NPU_NODISCARD enum npu_status npu_yaml_load(struct npu_arena *arena,
					    const char *path,
					    const struct npu_yaml **root,
					    struct npu_error *err);
/* The same from memory; `name` is what errors call it. */
NPU_NODISCARD enum npu_status npu_yaml_parse(struct npu_arena *arena,
					     const char *name, const char *data,
					     size_t size,
					     const struct npu_yaml **root,
					     struct npu_error *err);

/* The value of `key` in a mapping, or NULL. */
const struct npu_yaml *npu_yaml_find(const struct npu_yaml *mapping,
				     const char *key);
/* Where the node is: "layers[3].kernel". Empty for the root. */
void npu_yaml_path(const struct npu_yaml *node, char *out, size_t size);

/* Fail at the node's place, the message preceded by its path. */
enum npu_status npu_yaml_fail(const struct npu_yaml *node,
			      enum npu_status status, struct npu_error *err,
			      const char *fmt, ...) NPU_PRINTF(4, 5);

/* E_SYNTAX unless the node is of that kind. */
NPU_NODISCARD enum npu_status npu_yaml_expect(const struct npu_yaml *node,
					      enum npu_yaml_kind kind,
					      struct npu_error *err);
/* E_SYNTAX where the mapping has a key that is not among `keys`, with the
 * nearest one as a hint. */
NPU_NODISCARD enum npu_status
npu_yaml_check_keys(const struct npu_yaml *mapping, const char *const *keys,
		    size_t count, struct npu_error *err);
/* The value of a key that must be there; else E_SYNTAX at the mapping. */
NPU_NODISCARD enum npu_status npu_yaml_require(const struct npu_yaml *mapping,
					       const char *key,
					       const struct npu_yaml **out,
					       struct npu_error *err);

/* Values of scalars; `out` on success only. E_RANGE, at the value, names what
 * was expected and what was found. */
NPU_NODISCARD enum npu_status
npu_yaml_quantity(const struct npu_yaml *node, enum npu_unit unit, uint64_t min,
		  uint64_t max, uint64_t *out, struct npu_error *err);
/* A quantity of unit count that may be negative. */
NPU_NODISCARD enum npu_status npu_yaml_integer(const struct npu_yaml *node,
					       int64_t min, int64_t max,
					       int64_t *out,
					       struct npu_error *err);
/* Finite decimal number, "0.9" or "1e-5". */
NPU_NODISCARD enum npu_status npu_yaml_number(const struct npu_yaml *node,
					      double min, double max,
					      double *out,
					      struct npu_error *err);
/* true or false, in those words. */
NPU_NODISCARD enum npu_status npu_yaml_boolean(const struct npu_yaml *node,
					       uint8_t *out,
					       struct npu_error *err);
/* Text that is not empty, borrowed from the tree. */
NPU_NODISCARD enum npu_status npu_yaml_text(const struct npu_yaml *node,
					    const char **out,
					    struct npu_error *err);
/* Index of the text among `names`. */
NPU_NODISCARD enum npu_status npu_yaml_choice(const struct npu_yaml *node,
					      const char *const *names,
					      size_t count, size_t *out,
					      struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
