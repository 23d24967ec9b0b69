/* isa/npu_verify_internal.h - parts of the verifier.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_VERIFY_INTERNAL_H
#define NPU_VERIFY_INTERNAL_H
#include "isa/npu_shadow_internal.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- npu_verify_insn.c: one instruction by itself ---- */

/* What is wrong with the fields of `insn` on `chip` (all readings filled, as
 * decoding leaves them), or NULL. */
const char *npu__insn_fault(const union npu_insn *insn,
			    const struct npu_chip *chip);

/* ---- npu_verify_set.c: strided sets ---- */

/* First and one past the last byte or row. */
int64_t npu__access_first(const struct npu_access *access);
int64_t npu__access_end(const struct npu_access *access);
/* Do two sets of the same space (and region) share a byte, or a row? */
int npu__accesses_meet(const struct npu_access *a, const struct npu_access *b);

/* ---- npu_verify_overlap.c: an instruction against itself ---- */

/* Destinations that overlap sources at another mapping, or themselves. */
const char *npu__overlap_fault(const union npu_insn *insn, uint32_t columns,
			       const struct npu_access *access, size_t count);

/* ---- npu_verify_memory.c: all memories, and accesses to them ---- */

struct npu__memories;

/* Shadows of every memory that `program` can touch on `chip`. */
NPU_NODISCARD enum npu_status
npu__memories_create(const struct npu_program *program,
		     const struct npu_chip *chip, struct npu__memories **out,
		     struct npu_error *err);
void npu__memories_destroy(struct npu__memories *memories);

/* Bounds and order of all that an instruction of core `core` touches.
 *   found   set where E_FAULT is returned: kind, space, address
 *   earlier set for a race: process and number
 *   why     for bounds and read_only: what is wrong
 *   errors  E_FAULT, E_NOMEM */
NPU_NODISCARD enum npu_status
npu__memories_access(struct npu__memories *memories, uint32_t core,
		     const union npu_insn *insn, const struct npu__epoch *epoch,
		     struct npu_violation *found, struct npu__conflict *earlier,
		     const char **why);

/* ---- npu_verify_token.c: counters of all cores ---- */

struct npu__counters;

NPU_NODISCARD enum npu_status
npu__counters_create(const struct npu_program *program, uint32_t processes,
		     struct npu__counters **out, struct npu_error *err);
void npu__counters_destroy(struct npu__counters *tokens);

/* May `engine` of `core` use these masks, by what the header declares? NULL,
 * or what is wrong; *bit receives the token or port concerned. */
const char *npu__counters_declared(const struct npu__counters *tokens,
				   uint32_t core, enum npu_engine_id engine,
				   const union npu_insn *insn, unsigned *bit);
/* Is there one in each counter of a wait mask? Else *empty is the first. */
int npu__counters_ready(const struct npu__counters *tokens, uint32_t core,
			uint64_t wait, unsigned *empty);
/* Take one of each; join what their givers knew into clock[processes]. */
void npu__counters_take(struct npu__counters *tokens, uint32_t core,
			uint64_t wait, uint32_t *clock);
/* Is there room behind each port of a signal mask? Else *full is the first. */
int npu__counters_room(const struct npu__counters *tokens, uint32_t core,
		       uint64_t signal, unsigned *full);
/* Give one to each, with what the giver knows. E_NOMEM. */
NPU_NODISCARD enum npu_status npu__counters_give(struct npu__counters *tokens,
						 uint32_t core, uint64_t signal,
						 const uint32_t *clock);
/* A counter that holds more than at the start; 0 if there is none. */
int npu__counters_left(const struct npu__counters *tokens, uint32_t *core,
		       unsigned *token, uint32_t *count);

#ifdef __cplusplus
}
#endif
#endif
