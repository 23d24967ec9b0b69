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

struct npu_sim;           /* opaque: engines, memories, clock, counters */
struct npu_memory;        /* sim/exec/npu_exec.h */
struct npu_memory_port;   /* sim/npu_memory_port.h */
struct npu_dram_counters; /* sim/dram/npu_dram.h */

/* Called for each instruction that retires, in the order of cycles; within one,
 * of cores, then of engines (those of the sequencer are taken, not retired).
 * `insn` is its place in the core's program. */
typedef void npu_retire_observer(void *user, uint64_t cycle, uint32_t core,
				 enum npu_engine_id engine, uint32_t insn);

/* Called for each request of 64 bytes, where npu_chip_has_bursts(), when it is
 * made in `cycle`. `strobe`: bit i: byte i is written, with data[i] in
 * functional runs; 0: a read, of a descriptor or by LD. `insn` is fetched or
 * asks. */
typedef void npu_beat_observer(void *user, uint64_t cycle, uint32_t core,
			       enum npu_engine_id engine, uint32_t insn,
			       uint64_t address, uint64_t strobe,
			       const uint8_t *data);

/* Makes the memory behind the cores for one run; the simulator destroys it. */
typedef enum npu_status npu_port_maker(void *user, struct npu_memory_port *out,
				       struct npu_error *err);

/* Addresses in memory: of core 0's first descriptor, of each region. */
struct npu_sim_place {
	uint64_t code, region[NPU_REGIONS];
};

struct npu_sim_options {
	uint8_t functional;          /* 0: timing only, no data is touched */
	uint8_t trace;               /* keep events and samples */
	uint64_t max_cycles;         /* 0: none; E_LIMIT beyond */
	npu_retire_observer *retire; /* may be NULL */
	void *retire_user;
	npu_beat_observer *beat; /* may be NULL */
	void *beat_user;
	npu_port_maker *make_port; /* NULL: the chip's DRAM */
	void *port_user;
	uint8_t pulled; /* memory is whoever calls npu_sim_next() */
	/* where code and regions lie; NULL: as npu_program_layout() says */
	const struct npu_sim_place *place;
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

/* ---- pulled: memory and time are the caller's ----
 *
 * A run event by event, for a virtual platform or a harness, without callbacks:
 *
 *   npu_sim_begin()
 *   npu_sim_next()      what the cores ask of memory, in the order of cycles
 *   npu_sim_complete()  memory's answer, at any time before the simulator is
 *                       asked to go beyond the answer's cycle
 *   npu_sim_finish()
 *
 * Of a simulator with options.pulled, off-chip memory holds all data: what LD
 * and fetch read comes with the answers, what ST writes goes with the requests,
 * and npu_sim_read() and npu_sim_write() do not reach it. npu_sim_run() is the
 * same, answered by the chip's own DRAM. */
enum npu_sim_event_kind {
	NPU_SIM_idle,    /* nothing up to `until` */
	NPU_SIM_request, /* of 64 aligned bytes */
	NPU_SIM_end      /* all cores have taken their `end` */
};
struct npu_sim_event {
	enum npu_sim_event_kind kind;
	/* idle: in which there will be something, if memory is silent;
	 * UINT64_MAX: only once it answers */
	uint64_t cycle;
	/* requests: */
	uint64_t id; /* for npu_sim_complete() */
	uint64_t address;
	uint32_t insn;
	uint8_t master; /* core * 3 + fetch 0, LD 1, ST 2 */
	uint8_t is_write;
	uint64_t strobe; /* bit i: byte i is written */
	uint8_t data[64];
};

/* From reset; what comes next is npu_sim_next().
 *   errors  E_UNSUPPORTED: pulled, on a chip that does not ask in bursts
 *           (dram.model other than `command`) */
NPU_NODISCARD enum npu_status npu_sim_begin(struct npu_sim *sim,
					    npu_layer_hook *hook, void *user,
					    struct npu_error *err);

/* Go on to the next event, not beyond cycle `until`. An answer of cycle `until`
 * may still be given afterwards: it is used in the next cycle.
 *   errors  those of npu_sim_run() */
NPU_NODISCARD enum npu_status npu_sim_next(struct npu_sim *sim, uint64_t until,
					   struct npu_sim_event *event,
					   struct npu_error *err);

/* Request `id` is answered in `cycle`. Any order: a core sees the answers of a
 * master in the order of its requests, one a cycle, and in the cycle after that
 * of the request at the earliest.
 *   data    [64] what was read; NULL for writes and where nothing is touched
 *   errors  E_RANGE: no such request, or a cycle that has passed; E_FAULT: a
 *           descriptor read is not that of the program */
NPU_NODISCARD enum npu_status npu_sim_complete(struct npu_sim *sim, uint64_t id,
					       uint64_t cycle,
					       const uint8_t *data,
					       struct npu_error *err);

/* What memory has counted up to the present: a pulled simulator cannot know. */
void npu_sim_set_memory_counters(struct npu_sim *sim,
				 const struct npu_dram_counters *counters);

/* The registers that a host may read while core 0 runs. */
struct npu_sim_progress {
	uint64_t cycle;
	uint32_t next;       /* descriptor to be pushed */
	uint32_t fault_insn; /* at which it failed */
	uint32_t token[NPU_TOKENS];
	uint64_t bins[NPU_RESULT_ENGINES][NPU_BIN_COUNT];
};
void npu_sim_look(const struct npu_sim *sim, struct npu_sim_progress *out);

/* The result of a run that has ended; the caller owns it. */
NPU_NODISCARD enum npu_status npu_sim_finish(struct npu_sim *sim,
					     struct npu_result **result,
					     struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
