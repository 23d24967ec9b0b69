/* sim/npu_memory_port.h - how the simulator reaches off-chip memory.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_MEMORY_PORT_H
#define NPU_MEMORY_PORT_H
#include "sim/dram/npu_dram.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whatever answers requests: the DRAM model here; a virtual platform or the
 * harness of an RTL simulation elsewhere. The meaning of the calls is that of
 * npu_dram_submit(), npu_dram_advance() and npu_dram_count().
 *
 * Where npu_chip_has_bursts(), the port is the core's memory channels, cycle by
 * cycle (docs/microarchitecture.md, "Memory port"), which says of the calls:
 *   submit   one burst: 64 bytes, aligned; at most one a master and cycle, and
 *            only in a cycle that ready() allows; memory sees it a cycle later
 *   advance  answers of a master in the order of its requests, at most one a
 *            cycle, none in the cycle of its request; several masters' of one
 *            cycle in ascending order of master. A later request may still be
 *            of cycle `until`: the answers do not depend on how calls divide
 *            the time. */
struct npu_memory_port {
	void *user;
	enum npu_status (*submit)(void *user, const struct npu_dram_run *run,
				  uint64_t now, struct npu_error *err);
	int (*advance)(void *user, uint64_t until, struct npu_dram_run *done,
		       uint64_t *cycle);
	struct npu_dram_counters (*count)(void *user);
	void (*destroy)(void *user);
	/* First cycle >= now in which a request of `master` is taken. NULL: in
	 * any. Asked in any order, any number of times: no side effect. */
	uint64_t (*ready)(void *user, unsigned master, uint64_t now);
};

static inline uint64_t npu_memory_port_ready(const struct npu_memory_port *port,
					     unsigned master, uint64_t now)
{
	return port->ready ? port->ready(port->user, master, now) : now;
}

/* Whether memory is asked burst by burst, as the RTL does: dram.model is
 * `command`, and the chip's DMA engines are of a width that the RTL has. */
int npu_chip_has_bursts(const struct npu_chip *chip);

/* The DRAM of a chip: burst by burst, or in runs of any length. */
NPU_NODISCARD enum npu_status npu_memory_port_dram(const struct npu_chip *chip,
						   struct npu_memory_port *out,
						   struct npu_error *err);

/* Masters and ids of requests: who asked, and for which descriptor. */
enum { NPU_MASTERS_A_CORE = 3, NPU_MASTER_fetch = 0 }; /* then LD, ST */

#ifdef __cplusplus
}
#endif
#endif
