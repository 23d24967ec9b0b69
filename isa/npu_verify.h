/* isa/npu_verify.h - proof that a program has no deadlock, race or wild access.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_VERIFY_H
#define NPU_VERIFY_H
#include "configs/npu_chip.h"
#include "isa/npu_program.h"

#ifdef __cplusplus
extern "C" {
#endif

enum npu_violation_kind {
	NPU_VIOLATION_none,
	NPU_VIOLATION_encoding,     /* field combination that isa.md refuses */
	NPU_VIOLATION_bounds,       /* outside a memory, region or the chip */
	NPU_VIOLATION_deadlock,     /* sequential run cannot go on */
	NPU_VIOLATION_capacity,     /* token counter over its capacity */
	NPU_VIOLATION_leftover,     /* tokens left over at the end */
	NPU_VIOLATION_wrong_engine, /* not the declared producer, consumer */
	NPU_VIOLATION_raw,          /* unordered read after write */
	NPU_VIOLATION_war,
	NPU_VIOLATION_waw,
	NPU_VIOLATION_never_written, /* read of memory nobody wrote */
	NPU_VIOLATION_read_only      /* write to code or constants */
};

struct npu_violation {
	enum npu_violation_kind kind;
	uint32_t core, other_core;
	uint64_t insn, other_insn; /* other: the earlier one of a race */
	enum npu_space space;
	uint64_t address; /* first byte (row of the accumulator) concerned */
};

/* "never_written", ... */
const char *npu_violation_name(enum npu_violation_kind kind);
/* Are other_core and other_insn, space and address set? */
int npu_violation_is_race(enum npu_violation_kind kind);
int npu_violation_has_address(enum npu_violation_kind kind);

/* Check `program` for `chip` (isa.md 3). A token may end where it began: credits
 * that came back are no leftovers.
 *   found  may be NULL; set where E_FAULT is returned
 *   time   O(instructions + lines touched)
 *   errors E_FAULT with a message that names the instructions (disassembled)
 *          and the address; E_NOMEM */
NPU_NODISCARD enum npu_status npu_verify(const struct npu_program *program,
					 const struct npu_chip *chip,
					 struct npu_violation *found,
					 struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
