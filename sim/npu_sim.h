/* sim/npu_sim.h - run one program on one chip.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_SIM_H
#define NPU_SIM_H
#include "configs/npu_chip.h"
#include "isa/npu_program.h"
#include "traces/npu_result.h"

#ifdef __cplusplus
extern "C" {
#endif

struct npu_sim;         /* opaque: engines, memories, clock, counters */
struct npu_memory;      /* sim/exec/npu_exec.h */
struct npu_memory_port; /* sim/npu_memory_port.h */

/* Called for each instruction that retires, in the order of cycles; within one,
 * of cores, then of engines (those of the sequencer are taken, not retired).
 * `insn` is its place in the core's program. */
typedef void npu_retire_observer(void *user, uint64_t cycle, uint32_t core,
				 enum npu_engine_id engine, uint32_t insn);

/* Makes the memory behind the cores for one run; the simulator destroys it. */
typedef enum npu_status npu_port_maker(void *user, struct npu_memory_port *out,
				       struct npu_error *err);

struct npu_sim_options {
	uint8_t functional;          /* 0: timing only, no data is touched */
	uint8_t trace;               /* keep events and samples */
	uint64_t max_cycles;         /* 0: none; E_LIMIT beyond */
	npu_retire_observer *retire; /* may be NULL */
	void *retire_user;
	npu_port_maker *make_port; /* NULL: the chip's DRAM */
	void *port_user;
};

/* Create a simulator for `program` on `chip`; both are borrowed for its life.
 * Allocates all it needs: running never allocates, but for the trace.
 *   out     the caller owns it
 *   errors  E_NOMEM, E_CAPACITY (the program's regions exceed the DRAM),
 *           E_RANGE (program of another chip; a tensor outside of its
 *           scratchpads) */
NPU_NODISCARD enum npu_status
npu_sim_create(const struct npu_chip *chip, const struct npu_program *program,
	       const struct npu_sim_options *options, struct npu_sim **out,
	       struct npu_error *err);
void npu_sim_destroy(struct npu_sim *sim);

/* Copy a whole tensor into or out of memory: [dim...] row-major, of its dtype.
 * Functional simulators only. */
void npu_sim_write(struct npu_sim *sim, const struct npu_tensor_desc *tensor,
		   const void *data);
void npu_sim_read(const struct npu_sim *sim,
		  const struct npu_tensor_desc *tensor, void *data);

/* All that data lives in, borrowed; functional simulators only. */
struct npu_memory *npu_sim_memory(struct npu_sim *sim);

/* Called when the last instruction of `layer` has completed (functional runs),
 * before anything later can overwrite what it wrote. */
typedef void npu_layer_hook(void *user, struct npu_sim *sim, uint32_t layer);

/* Run the program from reset to its end.
 *   hook    may be NULL
 *   result  counts, times and energy; the caller owns it
 *   time    O(instructions + DRAM row segments), not O(cycles)
 *   errors  E_FAULT (bounds, deadlock, gather index), E_LIMIT, E_NOMEM */
NPU_NODISCARD enum npu_status npu_sim_run(struct npu_sim *sim,
					  npu_layer_hook *hook, void *user,
					  struct npu_result **result,
					  struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
