/* sim/exec/npu_exec.h - what instructions do to memory; no time passes here.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_EXEC_H
#define NPU_EXEC_H
#include "configs/npu_chip.h"
#include "isa/npu_program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The memories of one core, and its way to all others. Plain data. */
struct npu_core_memory {
	uint8_t *spad; /* [spad_bytes] */
	int32_t *acc;  /* [acc_rows][columns]; int32 or fp32 bits */
	uint8_t lut[NPU_LUT_BYTES];
};

/* Everything that data lives in. */
struct npu_memory {
	uint64_t spad_bytes;
	uint32_t acc_rows, columns; /* columns = T */
	uint32_t core_count;
	struct npu_core_memory core[NPU_CORES_MAX];
	/* DRAM, region by region; NULL for `unused`, `code` and `cores` */
	uint8_t *region[NPU_REGIONS];
	uint64_t region_bytes[NPU_REGIONS];
	enum npu_region_kind region_kind[NPU_REGIONS];
	void *scratch; /* packed tiles of GEMM */
	uint8_t owns_constants;
};

/* Memories for `program` on `chip`; constants are borrowed from the program,
 * the rest is zero. Scratchpads start at 0xa5 so that a read of what nobody
 * wrote shows. `with_data` 0: sizes alone, no storage.
 *   errors  E_NOMEM */
NPU_NODISCARD enum npu_status
npu_memory_create(const struct npu_chip *chip,
		  const struct npu_program *program, int with_data,
		  struct npu_memory **out, struct npu_error *err);
void npu_memory_destroy(struct npu_memory *memory);

/* Constants of the memory's own, zero, instead of the program's: for whoever
 * has their content from elsewhere.
 *   errors  E_NOMEM */
NPU_NODISCARD enum npu_status
npu_memory_own_constants(struct npu_memory *memory, struct npu_error *err);

/* Refuse what `insn` must not touch, and fields that have no meaning, so that
 * executing it cannot leave the memories.
 *   errors  E_FAULT, naming the memory and the address */
NPU_NODISCARD enum npu_status npu_exec_check(const struct npu_memory *memory,
					     const union npu_insn *insn,
					     struct npu_error *err);

/* The same, and what the instruction touches.
 *   access  [NPU_ACCESS_MAX], of which `count` are set */
NPU_NODISCARD enum npu_status
npu_exec_check_accesses(const struct npu_memory *memory,
			const union npu_insn *insn, struct npu_access *access,
			size_t *count, struct npu_error *err);

/* Do what `insn`, which npu_exec_check() accepted, does on core `core`.
 *   errors  E_FAULT (gather or scatter index beyond its limit) */
NPU_NODISCARD enum npu_status npu_exec_insn(struct npu_memory *memory,
					    uint32_t core,
					    const union npu_insn *insn,
					    struct npu_error *err);

/* One function per opcode, in npu_exec_<op>.c. A new opcode without its
 * function does not link. */
typedef enum npu_status npu_exec_fn(struct npu_memory *memory, uint32_t core,
				    const union npu_insn *insn,
				    struct npu_error *err);
#define NPU_OP(op, code, engine, doc) npu_exec_fn npu_exec_##op;
#include "isa/npu_isa.def"

#ifdef __cplusplus
}
#endif
#endif
