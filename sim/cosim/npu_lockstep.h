/* sim/cosim/npu_lockstep.h - a program on the C model and on the RTL, compared.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_LOCKSTEP_H
#define NPU_LOCKSTEP_H
#include "isa/npu_program.h"
#include "sim/npu_sim.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The memory behind both: the chip's DRAM at command level, one of a fixed
 * latency, or one that answers and refuses at random. */
enum npu_lockstep_memory {
	NPU_LOCKSTEP_dram,
	NPU_LOCKSTEP_fixed, /* `memory_argument`: cycles, at least 1 */
	NPU_LOCKSTEP_stall  /* `memory_argument`: seed */
};

struct npu_rtl_library; /* sim/cosim/npu_rtl_library.h */

struct npu_lockstep_options {
	uint64_t seed; /* of the inputs, and of registers without reset */
	enum npu_lockstep_memory memory;
	uint64_t memory_argument;
	uint64_t cycle_tolerance; /* of every event, and of the total */
	/* Where the waves around a difference go (FST); NULL: none. Its folder
	 * is there. */
	const char *wave_path;
	/* Writes what is given of the input tensors (npu_sim_write) over what
	 * was drawn from `seed` (s32: zeros). May be NULL. Called more than
	 * once, and writes the same each time. */
	void (*inputs)(void *user, struct npu_sim *sim);
	/* A model of the chip's shape, for many runs; NULL: opened for this
	 * one. Waves need one of their own. */
	struct npu_rtl_library *library;
	/* As npu_rtl_library_options has it; may be NULL. */
	void (*building)(void *user, int by_another);
	void *user;
};

/* What a comparison found. Text is for people, in the arena. */
struct npu_lockstep_layer {
	const char *name;
	uint64_t c_cycles, rtl_cycles; /* shares: they sum to the totals */
};
struct npu_lockstep_retirement {
	uint32_t insn, layer; /* places in the program, in `layers` */
	enum npu_engine_id engine;
	uint64_t c_cycle, rtl_cycle;
};
struct npu_lockstep_report {
	struct npu_arena *arena; /* owns all below */
	/* The two verdicts: what was computed, in program order; and when. */
	uint8_t bits_equal, cycles_equal;
	uint8_t rtl_ended; /* 0: stopped at a difference of bits, or hung */
	uint64_t c_cycles, rtl_cycles; /* rtl: so far, where it has not ended */
	uint64_t retired, beats;       /* events that were compared */
	/* Retirements whose cycles differ beyond the tolerance, and by how
	 * much at most. */
	uint64_t late, most_late;
	/* LD, ST, MX, VX */
	uint64_t c_bins[NPU_RESULT_ENGINES][NPU_BIN_COUNT];
	uint64_t rtl_bins[NPU_RESULT_ENGINES][NPU_BIN_COUNT];
	struct npu_lockstep_layer *layers;
	size_t layer_count;
	/* As they were compared: in the RTL's order; `retired` of them. */
	struct npu_lockstep_retirement *retirements;
	/* The first difference; `what` is NULL where there is none. */
	struct {
		const char *what; /* one line */
		uint64_t cycle;
		const char *c, *rtl; /* either side's event or value */
		int64_t insn;        /* place in the program; -1: of none */
		const char *text;    /* the instruction disassembled */
		const char *layer;
		uint32_t tag;
		const char *equal;    /* the last equal events, a line each */
		const char *waves;    /* path of the FST; NULL: none kept, */
		const char *no_waves; /* for this reason, where asked for */
	} first;
	double c_seconds, rtl_seconds; /* of the host */
};

/* Run `program`, which npu_verify() has accepted, on both.
 *   out     also where they differ (then E_DIFFERENT); the caller frees it with
 *           npu_lockstep_report_destroy()
 *   errors  those of npu_rtl_library_open(), npu_sim_create() and
 *           npu_sim_run(); E_UNSUPPORTED (several cores), E_RANGE (no data) */
NPU_NODISCARD enum npu_status
npu_lockstep_run(const struct npu_chip *chip, const struct npu_program *program,
		 const struct npu_lockstep_options *options,
		 struct npu_lockstep_report **out, struct npu_error *err);
void npu_lockstep_report_destroy(struct npu_lockstep_report *report);

#ifdef __cplusplus
}
#endif
#endif
