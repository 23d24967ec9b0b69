/* isa/npu_array.h - when the systolic array streams, loads and drains.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_ARRAY_H
#define NPU_ARRAY_H
#include "isa/npu_cost.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One GEMM cut into tiles of the array: steps x rounds x tiles, the tiles of a
 * round innermost. Every tile streams `rows` while the next one's lines load.
 *
 *   dataflow  a tile holds         streams  round        tiles of a round
 *   ws        R x C weights        m        k            ceil(n / C)
 *   is        R x C activations    n        k            ceil(m / C)
 *   os        R x C outputs        k        ceil(m / R)  ceil(n / C)
 */
struct npu_array_work {
	uint64_t steps, rounds, tiles;
	uint64_t passes; /* cycles a row or a line takes; in all counts below */
	uint64_t rows;   /* cycles of useful streaming of a tile */
	uint64_t slots;  /* the same with what pads the transposer */
	uint64_t turn;   /* cycles the transposer delays a tile's waves */
	uint64_t last;   /* cycles from a tile's first wave to its last */
	/* Lines loaded before a tile: of all but the last round of a step, of
	 * the last round, and of the last tile of a round (0: as its round). */
	uint64_t lines, lines_last_round, lines_last_tile;
	uint64_t folds_cycles; /* overlap none: all of it; 0 otherwise */
	uint8_t accumulates;   /* starts from rows in the accumulator */
	uint8_t hazards;       /* later rounds read rows of earlier ones */
	uint8_t same_bank;     /* activations lie in a bank of the weights */
	uint8_t behind_bank;   /* weights lie in a bank that the GEMM before
				* reads its activations from */
	uint64_t view[8];      /* names the accumulator rows written, and
				* the pace */
};

/* The work of a GEMM alone; bank flags are left 0. */
struct npu_array_work npu_array_cut(const struct npu_chip *chip,
				    const struct npu_gemm_shape *shape);
/* The same of an instruction, with the rows it accumulates on. */
struct npu_array_work npu_array_cut_insn(const struct npu_chip *chip,
					 const struct npu_insn_gemm *gemm);

/* Where the cycles between `begin` and `stream_end` went; they sum to it. */
enum npu_array_bin {
	NPU_ARRAY_weight_load,
	NPU_ARRAY_hazard,
	NPU_ARRAY_bank,
	NPU_ARRAY_fill, /* transposer: turning round, rows that pad it */
	NPU_ARRAY_stream,
	NPU_ARRAY_BINS
};

/* When one GEMM of a stream does what. */
struct npu_array_span {
	npu_cycle begin;      /* the array is this GEMM's from here */
	npu_cycle first_line; /* of weights */
	npu_cycle first_row;  /* of activations */
	npu_cycle stream_end; /* first cycle after its last row entered */
	npu_cycle done;       /* its last result can be read */
	npu_cycle accept;     /* the next GEMM may issue */
	uint64_t bin[NPU_ARRAY_BINS];
};

enum { NPU_ARRAY_RING = 1024 };

/* State carried from GEMM to GEMM. All times in core cycles.
 * source: the recurrence was proven equal to RTL, to the cycle, for square
 * arrays; timing.md 3 states it. */
struct npu_array {
	uint64_t array_rows, array_cols, latency;
	uint8_t drains_rows; /* os: outputs leave through the rows */
	int64_t load_end;    /* the last tile's lines are all loaded */
	int64_t swap;        /* its first wave: shadow weights are free */
	int64_t read_end;    /* its last row is read */
	int64_t last_wave;   /* its last row enters the array */
	int64_t done;        /* last write to the accumulator */
	int64_t seen;        /* cycles binned so far */
	int64_t first_line, first_row; /* of this GEMM; -1 before */
	uint64_t turn;                 /* of the last tile */
	int64_t load_next; /* scratch: the next tile's first line, at least */
	uint64_t view[8];
	uint64_t bin[NPU_ARRAY_BINS];
	int64_t wave[NPU_ARRAY_RING]; /* first wave of tile n, last round */
	int64_t before_round[NPU_ARRAY_RING], before_step[NPU_ARRAY_RING];
};

void npu_array_reset(struct npu_array *array, const struct npu_chip *chip);

/* Add one GEMM issued at `issue` (never before the last span's `accept`).
 *   time  O(tiles of a round): repeating rounds are jumped over */
struct npu_array_span npu_array_add(struct npu_array *array,
				    const struct npu_array_work *work,
				    npu_cycle issue);

#ifdef __cplusplus
}
#endif
#endif
