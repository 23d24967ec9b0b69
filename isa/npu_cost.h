/* isa/npu_cost.h - closed forms: what one instruction costs on an idle machine.
 * Shared by the compiler (to choose tiles) and the simulator (to keep time).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_COST_H
#define NPU_COST_H
#include "configs/npu_chip.h"
#include "isa/npu_isa.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef uint64_t npu_cycle; /* core-clock cycles since reset */

/* Counts only; picojoules are counts x the energy table (sim/npu_energy.h). */
struct npu_cost {
	npu_cycle cycles;      /* start to completion on an idle machine,
				* without DRAM time for LD and ST */
	npu_cycle busy_cycles; /* of these, the engine's own throughput time */
	uint64_t macs;         /* useful multiply-accumulates */
	uint64_t vector_ops;   /* ALU operations of VX */
	uint64_t function_ops; /* evaluations of a special function of VX */
	uint64_t spad_read_bytes, spad_write_bytes;
	uint64_t acc_read_bytes, acc_write_bytes;
	uint64_t mem_read_bytes, mem_write_bytes; /* useful, before bursts */
};

/* E_RANGE where the instruction is not legal for `chip`. */
NPU_NODISCARD enum npu_status npu_cost_insn(const struct npu_chip *chip,
					    const union npu_insn *insn,
					    struct npu_cost *out,
					    struct npu_error *err);

/* Shape of a GEMM as the array sees it. */
struct npu_gemm_shape {
	uint64_t rows;          /* m: activation rows of every weight tile */
	uint64_t rows_per_step; /* tA: of one (iy, ix), from T lines; rows */
	uint64_t k_steps; /* (ky, kx), under tA ky: each has own tiles of k */
	uint64_t k_per_step; /* k of one step: nc; under tA jx, from T lines */
	uint64_t n;
	uint8_t ta, tb;
	uint8_t passes;      /* an fp32 operand: chip's array.fp32_passes */
	uint8_t stored_of_4; /* 4 dense, 2 or 1 sparse */
};
struct npu_gemm_shape npu_gemm_shape_of(const struct npu_chip *chip,
					const struct npu_insn_gemm *gemm);

/* Cycles of one GEMM alone: fill, all weight tiles, drain; the array's dataflow
 * and overlap mode as the chip says. source: timing.md 3. */
npu_cycle npu_gemm_cycles(const struct npu_chip *chip,
			  const struct npu_gemm_shape *shape);
/* The same in the middle of a stream of GEMMs: what it adds to their time. */
npu_cycle npu_gemm_stream_cycles(const struct npu_chip *chip,
				 const struct npu_gemm_shape *shape);
/* A special function is a pipeline of four stages, and all the others are one:
 * an instruction that has one ends later, unless its passes hide that. */
enum { NPU_FUNCTION_STAGES = 4 };
/* Cycles of VX for n2 x n1 rows of n0 elements: each row takes whole passes of
 * the lanes, then the pipeline drains. RED over n1 or (n2, n1) the same. */
npu_cycle npu_vector_cycles(const struct npu_chip *chip, uint64_t n2,
			    uint64_t n1, uint64_t n0);
/* RED over `axis` (as the instruction has it). Along n0 the lanes form a chain,
 * so that a row's sum stays sequential: a part of a row (one element a lane)
 * enters a cycle, and lane l adds its element l cycles later. Rows of one part
 * follow one another. Longer rows go in groups of as many rows as there are
 * lanes: all first parts, all second parts, each of which meets its row's sum
 * as it leaves the chain; missing rows of the last group leave their slots
 * empty. The last row's last part then runs through the chain. Each of these
 * cycles is one of function_passes for a special function.
 * model: a lane adds in one cycle. */
npu_cycle npu_reduce_cycles(const struct npu_chip *chip, unsigned axis,
			    uint64_t n2, uint64_t n1, uint64_t n0);
/* Peak DRAM bytes per core cycle, as a double: sum over channels. */
double npu_dram_peak_bytes_per_cycle(const struct npu_chip *chip);

#ifdef __cplusplus
}
#endif
#endif
