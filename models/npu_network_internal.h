/* models/npu_network_internal.h - building a graph from a network file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_NETWORK_INTERNAL_H
#define NPU_NETWORK_INTERNAL_H
#include "base/npu_yaml.h"
#include "models/npu_model.h"

/* A small file can ask for a large graph: blocks repeat and nest. */
enum {
	NPU__NETWORK_NODES = 16384,
	NPU__NETWORK_NAME = 100, /* bytes of one name */
	NPU__NETWORK_DEPTH = 16,
	/* Channels, kernels and the like: products of three fit easily. */
	NPU__NETWORK_EXTENT = 1 << 20,
	NPU__NETWORK_KEYS = 24, /* of one layer, and parameters of a block */
};

/* A name that a scope gave a value with `as`. */
struct npu__named {
	const char *name;
	struct npu_value *value;
	struct npu__named *next;
};
/* How often a name was asked for, so that the next one differs. */
struct npu__counter {
	const char *name;
	uint32_t count;
	struct npu__counter *next;
};

/* Where layers are read: the network itself, or one use of a block. */
struct npu__scope {
	struct npu__scope *outer;
	const struct npu_yaml *block; /* its definition; NULL: the network */
	const char *prefix;           /* "layer1.0." or "" */
	/* arguments of the block, in the order of its parameters */
	const struct npu_yaml *argument[NPU__NETWORK_KEYS];
	struct npu__named *named;
	struct npu__counter *counters;
	struct npu_value *current; /* what the next layer reads */
};

struct npu__network {
	struct npu_graph *graph;
	struct npu_arena *arena; /* of the reader: dies with it */
	const struct npu_yaml *root, *blocks;
	uint64_t seed;
	const char *path; /* in the graph's arena */
	uint32_t depth, uses;
	struct npu_error *err;
};

/* One layer while it is built. */
struct npu__layer {
	struct npu__network *net;
	struct npu__scope *scope;
	const struct npu_yaml *at;   /* the layer itself, for errors */
	const struct npu_yaml *args; /* mapping of arguments, or NULL */
	const char *name;            /* full, unique */
	struct npu_node *node;
};

/* ---- npu_network_scope.c ---- */
/* A scalar "$name" stands for that argument of the block. */
NPU_NODISCARD enum npu_status npu__resolve(struct npu__network *net,
					   const struct npu__scope *scope,
					   const struct npu_yaml *node,
					   const struct npu_yaml **out);
/* The resolved argument `key`, or *out = NULL where it is not given. */
NPU_NODISCARD enum npu_status npu__argument(const struct npu__layer *layer,
					    const char *key,
					    const struct npu_yaml **out);
/* A name of at most NPU__NETWORK_NAME bytes. */
NPU_NODISCARD enum npu_status npu__take_name(struct npu__network *net,
					     const struct npu_yaml *node,
					     const char **out);
/* Value that `as` or an input gave this name. */
NPU_NODISCARD enum npu_status npu__named_value(struct npu__network *net,
					       const struct npu__scope *scope,
					       const struct npu_yaml *name,
					       struct npu_value **out);
NPU_NODISCARD enum npu_status npu__name_value(struct npu__network *net,
					      struct npu__scope *scope,
					      const struct npu_yaml *at,
					      const char *name,
					      struct npu_value *value);
/* 0, 1, 2, ...: how often `name` was counted in the scope before. */
NPU_NODISCARD enum npu_status npu__count(struct npu__network *net,
					 struct npu__scope *scope,
					 const char *name, uint32_t *out);
/* Fail with "unknown WHAT 'NAME'" at the node, and the nearest candidate. */
enum npu_status npu__fail_unknown(struct npu__network *net,
				  const struct npu_yaml *at, const char *what,
				  const char *name,
				  const char *const *candidates, size_t count);
enum npu_status npu__fail_memory(struct npu__network *net);

/* ---- npu_network_argument.c: *out stays where the key is not given ---- */
NPU_NODISCARD enum npu_status npu__integer(const struct npu__layer *layer,
					   const char *key, int64_t min,
					   int64_t max, int64_t *out);
NPU_NODISCARD enum npu_status
npu__required_integer(const struct npu__layer *layer, const char *key,
		      int64_t min, int64_t max, int64_t *out);
NPU_NODISCARD enum npu_status npu__number(const struct npu__layer *layer,
					  const char *key, float *out);
NPU_NODISCARD enum npu_status npu__flag(const struct npu__layer *layer,
					const char *key, uint8_t *out);
NPU_NODISCARD enum npu_status npu__pair(const struct npu__layer *layer,
					const char *key, int64_t min,
					int64_t out[2]);
NPU_NODISCARD enum npu_status npu__list(const struct npu__layer *layer,
					const char *key, int64_t min,
					int64_t out[NPU_DIMS], uint8_t *count);

/* ---- npu_network_layer.c ---- */
/* Row of npu_layer.def, or -1. */
int npu__find_layer(const char *name);
/* Names of all layers, to `out` of `room`; their number. */
size_t npu__layer_names(const char **out, size_t room);
/* Build layer `row`: its node, constants and shapes; scope->current follows. */
NPU_NODISCARD enum npu_status npu__build_layer(struct npu__layer *layer,
					       int row);

/* ---- npu_network_block.c ---- */
/* Read a sequence of layers into the scope. */
NPU_NODISCARD enum npu_status npu__build_layers(struct npu__network *net,
						struct npu__scope *scope,
						const struct npu_yaml *layers);
/* Refuse blocks that are not well-formed, used or not. */
NPU_NODISCARD enum npu_status npu__check_blocks(struct npu__network *net);
#endif
