/* sim/npu_memory_port.h - how the simulator reaches off-chip memory.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_MEMORY_PORT_H
#define NPU_MEMORY_PORT_H
#include "sim/dram/npu_dram.h"

/* Whatever answers requests: the DRAM model here; a virtual platform or the
 * harness of an RTL simulation elsewhere. The meaning of the calls is that of
 * npu_dram_submit(), npu_dram_advance() and npu_dram_count(). */
struct npu_memory_port {
	void *user;
	enum npu_status (*submit)(void *user, const struct npu_dram_run *run,
				  uint64_t now, struct npu_error *err);
	int (*advance)(void *user, uint64_t until, struct npu_dram_run *done,
		       uint64_t *cycle);
	struct npu_dram_counters (*count)(void *user);
	void (*destroy)(void *user);
};

/* The DRAM of a chip. */
NPU_NODISCARD enum npu_status npu_memory_port_dram(const struct npu_chip *chip,
						   struct npu_memory_port *out,
						   struct npu_error *err);

/* Masters and ids of requests: who asked, and for which descriptor. */
enum { NPU_MASTERS_A_CORE = 3, NPU_MASTER_fetch = 0 }; /* then LD, ST */

#endif
