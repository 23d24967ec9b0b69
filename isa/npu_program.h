/* isa/npu_program.h - a program and all that is needed to run it (.npu).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_PROGRAM_H
#define NPU_PROGRAM_H
#include "base/npu_arena.h"
#include "isa/npu_isa.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
	NPU_TOKENS = 16, /* counters of a core, and ports of a core */
	NPU_REGIONS = 8, /* base registers */
	NPU_CORES_MAX = 16,
	NPU_RANK_MAX = 6,
	NPU_TAG_LAYER_SHIFT = 16 /* tag = layer << 16 | tile */
};

/* One token counter of a core, as the header declares it. */
struct npu_token {
	uint8_t used;
	uint8_t producer_core, consumer_core;
	enum npu_engine_id producer, consumer;
	uint16_t initial, capacity;
};

/* Where bit p of a `signal` mask goes. */
struct npu_port {
	uint8_t used, core, counter;
};

struct npu_core_program {
	union npu_insn *code; /* [count], the last one is `end` */
	size_t count;
	struct npu_token token[NPU_TOKENS];
	struct npu_port port[NPU_TOKENS];
};

enum npu_region_kind {
	NPU_REGION_unused,
	NPU_REGION_code,      /* the programs of all cores, one after another */
	NPU_REGION_constants, /* read-only; `data` is its content */
	NPU_REGION_input,
	NPU_REGION_output,
	NPU_REGION_scratch,
	/* the window of all cores at NPU_CORES_BASE (LUT RAM, scratchpads of
	 * other cores); not in DRAM, `bytes` is 0. A tensor here
	 * stays in a scratchpad: its offset is core << NPU_CORE_SHIFT plus
	 * the byte there */
	NPU_REGION_cores
};

/* "constants", ...; NULL beyond the last kind. */
const char *npu_region_kind_name(unsigned kind);

struct npu_region {
	enum npu_region_kind kind;
	uint64_t bytes;
	/* [bytes], constants only; NULL in a timing-only program */
	const uint8_t *data;
};

/* A tensor in a region. Element (i0, i1, ...) is at
 * offset + sum of i_d * stride_bytes[d]: shape and order are the network's own
 * (NCHW where the model says so), strides say how it lies in memory. */
struct npu_tensor_desc {
	const char *name;
	enum npu_dtype dtype;
	uint8_t rank, region;
	uint32_t dim[NPU_RANK_MAX];
	uint64_t offset_bytes;
	uint64_t stride_bytes[NPU_RANK_MAX];
	float scale; /* 0: not quantised */
	int32_t zero;
	uint32_t layer; /* that writes it; UINT32_MAX for inputs, constants */
	/* 1: intact until the program ends; 0: its bytes are reused, read it
	 * when `layer` completes */
	uint8_t lasts;
};

/* A layer: the instructions whose tag >> NPU_TAG_LAYER_SHIFT is its index. */
struct npu_layer {
	const char *name, *op;
	uint64_t macs;
	/* the layer's roofs in architecture.md's sense: */
	uint64_t array_macs;     /* MACs counted at the rate of the array */
	uint64_t vector_macs;    /* MACs that VX may run as well (depthwise) */
	uint64_t vector_outputs; /* outputs of reductions, softmax, norms */
	uint64_t compulsory_bytes; /* DRAM: weights once, inputs, outputs */
};

struct npu_program {
	struct npu_arena *arena; /* owns all below */
	const char *network;
	uint64_t chip_fingerprint; /* npu_chip_fingerprint() */
	uint32_t core_count;
	struct npu_core_program core[NPU_CORES_MAX];
	struct npu_region region[NPU_REGIONS];
	struct npu_tensor_desc *tensor;
	size_t tensor_count;
	struct npu_layer *layer;
	size_t layer_count;
};

/* New empty program with its own arena; NULL when out of memory. */
struct npu_program *npu_program_create(void);
void npu_program_destroy(struct npu_program *program);

/* The tensor of that name, borrowed, or NULL. */
const struct npu_tensor_desc *
npu_program_find_tensor(const struct npu_program *program, const char *name);

/* Base address of each region when laid out in DRAM from address 0 in order of
 * index, each aligned to 4096 bytes; NPU_CORES_BASE for kind `cores`. Returns
 * the end in DRAM. */
uint64_t npu_program_layout(const struct npu_program *program,
			    uint64_t base[NPU_REGIONS]);

/* The rules that both readers apply: the code ends with its only `end`; tokens,
 * ports, tensors and layers refer to what is there; tensors lie within their
 * regions. The verifier does the rest.
 *   errors  E_RANGE */
NPU_NODISCARD enum npu_status
npu_program_check(const struct npu_program *program, struct npu_error *err);

/* The binary form in memory; `out` is replaced.
 *   errors  those of npu_program_check and the coder, E_LIMIT, E_NOMEM */
NPU_NODISCARD enum npu_status
npu_program_encode(const struct npu_program *program, struct npu_text *out,
		   struct npu_error *err);

/* Write / read the binary form. Reading trusts nothing: every error names the
 * byte offset. The caller owns *out.
 *   errors  E_IO, E_SYNTAX, E_RANGE, E_LIMIT, E_NOMEM */
NPU_NODISCARD enum npu_status
npu_program_save(const struct npu_program *program, const char *path,
		 struct npu_error *err);
NPU_NODISCARD enum npu_status npu_program_load(const char *path,
					       struct npu_program **out,
					       struct npu_error *err);
NPU_NODISCARD enum npu_status npu_program_decode(const uint8_t *bytes,
						 size_t size, const char *name,
						 struct npu_program **out,
						 struct npu_error *err);

/* The text assembly; round-trips exactly (constants as hexadecimal). Parts:
 * without the data it is a timing-only program, without the code a listing. */
enum {
	NPU_PROGRAM_CODE = 1,
	NPU_PROGRAM_DATA = 2,
	NPU_PROGRAM_ALL = 3 /* and always the header and its tables */
};
void npu_program_print_parts(const struct npu_program *program, unsigned parts,
			     struct npu_text *out);
void npu_program_print(const struct npu_program *program, struct npu_text *out);
NPU_NODISCARD enum npu_status npu_program_parse(const char *text,
						const char *path,
						struct npu_program **out,
						struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
