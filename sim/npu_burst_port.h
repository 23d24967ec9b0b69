/* sim/npu_burst_port.h - memories behind a port that takes bursts of 64 bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_BURST_PORT_H
#define NPU_BURST_PORT_H
#include "sim/npu_memory_port.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The DRAM of a chip, whatever its preset and level. It completes bursts in any
 * order; the port holds an answer back until those before it are given.
 * Requests are always taken: who asks bounds what is in flight. */
NPU_NODISCARD enum npu_status npu_burst_port_dram(const struct npu_chip *chip,
						  struct npu_memory_port *out,
						  struct npu_error *err);

/* Every request is taken and answered `latency_cycles` (at least 1) later. */
NPU_NODISCARD enum npu_status npu_burst_port_fixed(uint64_t latency_cycles,
						   struct npu_memory_port *out,
						   struct npu_error *err);

/* A memory that misbehaves: the n-th request of a master is answered after 1 to
 * `most_cycles`, and a cycle takes none with `stall_percent` (at most 90). Both
 * are functions of seed, master and n or cycle alone. */
NPU_NODISCARD enum npu_status npu_burst_port_random(uint64_t seed,
						    uint64_t most_cycles,
						    unsigned stall_percent,
						    struct npu_memory_port *out,
						    struct npu_error *err);

/* A memory elsewhere: the n-th request of a master, from 0, is answered when
 * npu_burst_port_answer() says so, in `cycle` or the first one after that the
 * rules of the port allow.
 *   run     the request
 *   errors  E_RANGE: no such request, or answered before */
NPU_NODISCARD enum npu_status
npu_burst_port_external(struct npu_memory_port *out, struct npu_error *err);
NPU_NODISCARD enum npu_status
npu_burst_port_answer(struct npu_memory_port *port, unsigned master, uint64_t n,
		      uint64_t cycle, struct npu_dram_run *run,
		      struct npu_error *err);
/* Requests that `master` has made. */
uint64_t npu_burst_port_asked(const struct npu_memory_port *port,
			      unsigned master);
/* Whether answers are still to be given; `cycle`: that of the first one, or
 * UINT64_MAX while none is known. */
int npu_burst_port_is_open(const struct npu_memory_port *port, uint64_t *cycle);

#ifdef __cplusplus
}
#endif
#endif
