/* isa/npu_shadow_internal.h - who wrote and who read each byte last.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_SHADOW_INTERNAL_H
#define NPU_SHADOW_INTERNAL_H
#include "isa/npu_verify.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An engine of a core is a process: core * NPU__ENGINES + engine - 1. Its
 * instructions are numbered from 1; number 0 is the host, before the start. */
enum { NPU__ENGINES = 4 };

/* One access, and what its instruction knows to be complete: all up to number
 * clock[q] of each process q; clock[process] is its own number. */
struct npu__epoch {
	uint32_t process, number;
	const uint32_t *clock; /* [processes] */
};

/* Where a check failed, and which instruction it was. */
struct npu__conflict {
	enum npu_violation_kind kind;
	uint64_t address;
	uint32_t process, number; /* the earlier one; not of never_written */
};

/* One memory. Addresses are bytes, or any unit the caller likes. State is kept
 * in runs of equal state, in pages, so that an access costs what it touches in
 * runs, not in bytes. */
struct npu__shadow;

/* `page_bits`: log2 of the page; `written`: by the host. NULL: no memory. */
struct npu__shadow *npu__shadow_create(uint64_t size, unsigned page_bits,
				       uint32_t processes, int written);
void npu__shadow_destroy(struct npu__shadow *shadow);

/* Check the read or write of [first, end) and note it. With `maybe`, a write
 * leaves what was never written so.
 *   conflict  set where E_FAULT is returned
 *   errors    E_FAULT, E_NOMEM */
NPU_NODISCARD enum npu_status
npu__shadow_access(struct npu__shadow *shadow, uint64_t first, uint64_t end,
		   int is_write, int maybe, const struct npu__epoch *epoch,
		   struct npu__conflict *conflict);

#ifdef __cplusplus
}
#endif
#endif
