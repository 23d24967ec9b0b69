/* sim/dram/npu_dram.h - off-chip memory: timing of runs of bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_DRAM_H
#define NPU_DRAM_H
#include "configs/npu_chip.h"

#ifdef __cplusplus
extern "C" {
#endif

struct npu_dram; /* opaque: channels, banks, counters */

enum { NPU_DRAM_MASTERS = 64 }; /* ld, st and fetch of every core */

/* Create the memory that chip.dram describes. The chip is copied.
 *   out     the caller owns it
 *   errors  E_NOMEM, E_RANGE (unknown preset, impossible organisation)
 * All times are core-clock cycles; the model converts to its own clock exactly
 * (rational ratio), and data reaches the core at its next edge. */
NPU_NODISCARD enum npu_status npu_dram_create(const struct npu_chip *chip,
					      struct npu_dram **out,
					      struct npu_error *err);
void npu_dram_destroy(struct npu_dram *dram);

/* One run of consecutive bytes, asked for by one master. Bursts of 64 bytes
 * that it touches are transferred whole. */
struct npu_dram_run {
	uint64_t address, bytes;
	uint8_t is_write;
	uint8_t master;
	uint64_t id; /* the caller's, returned when it completes */
};

/* Hand over a run at cycle `now` (never less than in an earlier call, nor than
 * what npu_dram_advance() has reached). A master's runs are served in order,
 * runs of several masters interleave. Any number of runs of any length may
 * wait: of each master the memory keeps at most chip.dma.outstanding bursts
 * in flight.
 *   errors  E_NOMEM; E_INTERNAL: empty, beyond the capacity, in the past */
NPU_NODISCARD enum npu_status npu_dram_submit(struct npu_dram *dram,
					      const struct npu_dram_run *run,
					      uint64_t now,
					      struct npu_error *err);

/* Let the memory work until it completes a run or reaches `until`. Returns 1
 * and the run (reads: last data at the core; writes: accepted and ordered) with
 * its completion cycle, or 0 when nothing completes at or before `until`.
 * Several completions in one cycle come in order of submission. UINT64_MAX as
 * `until`: until nothing is left; writes that were still posted are then done,
 * and a later run waits for them. */
int npu_dram_advance(struct npu_dram *dram, uint64_t until,
		     struct npu_dram_run *done, uint64_t *cycle);

struct npu_dram_counters {
	uint64_t read_bursts, write_bursts; /* 64 bytes each */
	uint64_t activates, row_hits, refreshes;
	uint64_t read_latency_cycles; /* memory clocks, summed over reads */
	uint64_t clocks;              /* memory clocks to the last completion */
	uint64_t closed_clocks;       /* of these, with all banks closed, summed
				       * over channels */
	uint64_t steps;               /* decisions of the model: its own work */
};
struct npu_dram_counters npu_dram_count(const struct npu_dram *dram);

/* Energy of what was counted over `seconds` (0: until the last completion).
 * npu_dram_spend() is the one to report: the IDD method where the preset has
 * datasheet currents, else a flat energy a bit, in read_pj and write_pj.
 * npu_dram_spend_idd() always uses the currents. source: timing.md 7. */
struct npu_dram_energy {
	double activate_pj, read_pj, write_pj, refresh_pj, background_pj, io_pj;
};
struct npu_dram_energy npu_dram_spend(const struct npu_chip *chip,
				      const struct npu_dram_counters *counters,
				      double seconds);
struct npu_dram_energy
npu_dram_spend_idd(const struct npu_chip *chip,
		   const struct npu_dram_counters *counters, double seconds);

/* A trace on the memory alone, driven as reference/dram/README.md says: as many
 * requests of 64 bytes offered a memory clock as there are channels, in order
 * with head-of-line blocking, at most `window` outstanding (0: the queues
 * limit), until all are complete. chip.dram.model chooses the level; the run
 * level sees consecutive requests of one kind as one run. A request is of the
 * aligned 64 bytes that hold its address.
 *   energy_pj_per_bit  by the currents, without I/O: what DRAMsim3 counts
 *   errors  E_RANGE (as create), E_NOMEM */
struct npu_dram_request {
	uint64_t address;
	uint8_t is_write;
};
struct npu_dram_trace_result {
	struct npu_dram_counters counters;
	double seconds, bandwidth_ratio, row_hit_ratio, read_latency_avg_ns,
		energy_pj_per_bit, gb_per_s;
};
NPU_NODISCARD enum npu_status
npu_dram_run_trace(const struct npu_chip *chip,
		   const struct npu_dram_request *requests, size_t count,
		   unsigned window, struct npu_dram_trace_result *out,
		   struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
