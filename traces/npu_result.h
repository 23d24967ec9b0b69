/* traces/npu_result.h - what a run leaves behind: the result record.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_RESULT_H
#define NPU_RESULT_H
#include "base/npu_arena.h"

#ifdef __cplusplus
extern "C" {
#endif

enum npu_stall {
#define NPU_STALL(name, doc) NPU_STALL_##name,
#include "traces/npu_stall.def"
	NPU_STALL_COUNT
};
enum npu_component {
#define NPU_COMPONENT(name, doc) NPU_COMPONENT_##name,
#include "traces/npu_energy.def"
	NPU_COMPONENT_COUNT
};

/* Counts for one layer, or for the whole run. */
struct npu_stats {
#define NPU_STAT(name, unit, doc) uint64_t name;
#include "traces/npu_stats.def"
	uint64_t stall[NPU_STALL_COUNT];
	double energy_pj[NPU_COMPONENT_COUNT];
};

struct npu_layer_result {
	const char *name, *op;
	struct npu_stats stats;
	/* the roofs of architecture.md, in cycles of this chip */
	uint64_t compute_bound_cycles, vector_bound_cycles, dram_bound_cycles;
	uint64_t bound_cycles;     /* the largest */
	uint64_t compulsory_bytes; /* that no schedule avoids */
	const char *bound;         /* "compute", "dram", "scratchpad", "vector":
				* the resource occupied longest in its span */
};

/* What an engine did in every cycle of the run; bins sum to the total. */
enum npu_bin {
#define NPU_BIN(name, code, doc) NPU_BIN_##name = (code),
#include "base/npu_bin.def"
	NPU_BIN_COUNT
};
extern const char *const npu_bin_name[NPU_BIN_COUNT];
enum { NPU_RESULT_ENGINES = 4 }; /* ld, st, mx, vx */

/* What held a descriptor up: before it issued, while it was at work, and before
 * it could retire. */
enum npu_wait {
	NPU_WAIT_token,
	NPU_WAIT_engine, /* that could not take it yet */
	NPU_WAIT_bank,
	NPU_WAIT_weight_load,
	NPU_WAIT_hazard,
	NPU_WAIT_same_bank, /* activations and weights in turn */
	NPU_WAIT_dram,      /* longer at work than dma.width alone explains */
	NPU_WAIT_room,      /* in a token that it gives */
	NPU_WAIT_COUNT
};

/* One descriptor on the timeline; kept only when tracing. */
struct npu_event {
	uint64_t start_cycle, end_cycle; /* issue to completion */
	uint32_t insn;                   /* index in the core's program */
	uint32_t tag;
	uint8_t core, engine; /* enum npu_engine_id */
	/* Token counters of this core taken, and given (the ports routed to
	 * the counters of the consumer's core), for flows. */
	uint16_t wait, signal;
	uint8_t waited; /* bit w: for enum npu_wait w */
};
/* DRAM bytes in one window of `result.sample_cycles`. */
struct npu_sample {
	uint64_t read_bytes, write_bytes;
};

struct npu_result {
	struct npu_arena *arena; /* owns all below */
	const char *network, *chip, *mode, *precision;
	uint64_t clock_hz;
	uint64_t batch; /* samples a run; 0 is read as 1 */
	uint64_t peak_macs_per_cycle;
	double dram_peak_gb_per_s;
	struct npu_stats total;
	uint64_t bound_cycles; /* largest of the three sums over all layers */
	struct npu_layer_result *layers;
	size_t layer_count;
	uint64_t bins[NPU_RESULT_ENGINES][NPU_BIN_COUNT];
	double area_mm2[NPU_COMPONENT_COUNT];
	struct npu_event *events;
	size_t event_count;
	struct npu_sample *samples;
	size_t sample_count;
	uint64_t sample_cycles;
	/* compare: */
	uint8_t has_reference, bit_exact, top1_equal;
	uint64_t mismatches;
	double max_abs_error, sqnr_db;
};

/* New empty result with its own arena; NULL when out of memory. */
struct npu_result *npu_result_create(void);
void npu_result_destroy(struct npu_result *result);
/* Useful MACs of the layers that ran on the array: depthwise layers that the
 * vector engine ran do not count towards the array's utilisation. */
uint64_t npu_result_array_macs(const struct npu_result *result);
/* Invariants: layers sum to totals, bins to cycles, nothing beats its roof,
 * DRAM bytes at least the compulsory ones. E_INTERNAL names the one broken. */
NPU_NODISCARD enum npu_status npu_result_check(const struct npu_result *result,
					       struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
