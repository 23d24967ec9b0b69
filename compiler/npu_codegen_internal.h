/* compiler/npu_codegen_internal.h - what the passes of code generation share.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A node of the lowered graph becomes a layer; a layer becomes steps, each one
 * instruction whose scratchpad and accumulator addresses are still names of
 * buffers; scheduling fixes the order of the steps and the place of the
 * buffers, as a register allocator does for registers. */
#ifndef NPU_CODEGEN_INTERNAL_H
#define NPU_CODEGEN_INTERNAL_H
#include "base/npu_integer.h"
#include "compiler/npu_compiler.h"

#define NPU_NONE UINT32_MAX
enum { NPU_LINE = 16 };

/* DRAM bytes of `rows` runs of `run` bytes, in bursts of 64: a run that is no
 * multiple of them starts anywhere, and touches half a burst more on average.
 */
static inline uint64_t npu__bursts(uint64_t rows, uint64_t run)
{
	return rows * (run % 64 ? run + 48 : run);
}

/* ---- memory: where values and packed constants lie in DRAM ---- */

/* The regions of every program, by index. */
enum npu_region_index {
	NPU_R_CODE,
	NPU_R_CONSTANTS,
	NPU_R_INPUT,
	NPU_R_OUTPUT,
	NPU_R_SCRATCH,
	NPU_R_CORES, /* for LUT RAM, and tensors that stay in the scratchpad */
	NPU_R_COUNT
};

/* A value in DRAM: element (n, y, x, c) is at
 * offset + n * stride[0] + y * stride[1] + x * stride[2] + c * bytes. */
struct npu_layout {
	uint8_t placed;
	uint8_t region;
	uint8_t lasts; /* nothing else uses its bytes later */
	uint64_t offset;
	int64_t stride[3];
	uint32_t within; /* value id of the concat it is a slice of, or NONE */
	int64_t slice;   /* its first byte within that */
	uint32_t first, last; /* nodes between which it is alive */
	uint32_t last_store;  /* of cg->store, or NONE */
	/* The value stays in the scratchpad: `stride` are its steps there, and
	 * `origin` is pixel (0, 0) in `buffer`; a border of `pad` pixels that
	 * read as zero is around it. It has no place in DRAM. */
	uint8_t resident, pad;
	uint32_t buffer;
	uint64_t origin, spad_bytes;
};

/* A step that stores bytes lo..hi of a region; `before`: the one before it to
 * the same value; `other`: the latest before it of another layer. */
struct npu_stored {
	uint32_t step, before, other;
	uint64_t lo, hi;
};

/* A block of the constants region, filled when the constants are present. */
struct npu_block {
	uint64_t offset, bytes;
	struct npu_value *value, *bias; /* bias: conv only, may be NULL */
	/* conv: columns n0 .. n0+nn of groups g0 .. g0+groups, each of which
	 * has `columns` in all (block-diagonal when more than one), as
	 * [bias][k][nn padded to 16 bytes]; nn 0: the value as it is, `first`
	 * elements skipped */
	uint32_t n0, nn, g0, groups, columns;
	uint64_t first;
};

/* ---- steps ---- */

struct npu_buffer {
	uint8_t space;  /* NPU_SPACE_spad: bytes; NPU_SPACE_acc: rows */
	uint8_t engine; /* whose operand it is: mx, or vx */
	uint8_t placed;
	uint8_t tight; /* shall leave no holes */
	uint8_t fixed; /* its address is planned before all others */
	uint32_t job;  /* buffers of one job and engine may share a bank */
	uint32_t size, address;
	uint32_t first, last; /* steps, in the order they were made */
};

/* The address fields of an instruction that a buffer's address is added to. */
enum npu_field_slot {
	NPU_AT_COPY, /* LD, ST: spad */
	NPU_AT_A,    /* GEMM: a, w, bias, c */
	NPU_AT_W,
	NPU_AT_BIAS,
	NPU_AT_C,
	NPU_AT_DST, /* EW, RED: dst, a, b, c, scale */
	NPU_AT_SRC_A,
	NPU_AT_SRC_B,
	NPU_AT_SRC_C,
	NPU_AT_SCALE
};
struct npu_ref {
	uint32_t buffer;
	uint8_t slot;
};

enum { NPU_GROUP = 3, NPU_AFTERS = NPU_GROUP };
struct npu_step {
	union npu_insn insn;
	struct npu_ref ref[5];
	uint8_t ref_count;
	uint32_t job;
	/* LD: the latest store to what it reads, of each layer; or NONE */
	uint32_t after[NPU_AFTERS];
};

/* How many instructions of each engine are known to be complete. */
struct npu_clock {
	uint32_t at[NPU_ENGINE_COUNT];
};

/* ---- layers ---- */

enum npu_layer_kind {
	NPU_LAYER_matrix,    /* conv and matmul on the array */
	NPU_LAYER_depthwise, /* conv on VX, one fma a tap */
	NPU_LAYER_pool,
	NPU_LAYER_ew,
	NPU_LAYER_lut,
	NPU_LAYER_reduce,
	NPU_LAYER_concat,
	NPU_LAYER_move
};

/* conv or matmul as the array sees it. Packs are independent products: one
 * for a dense conv, one per (few) group(s), one per batch of a matmul. */
struct npu_matrix_shape {
	uint64_t images, h, w, oh, ow; /* flattened: 1, 1, pixels, 1, pixels */
	uint64_t kh, kw, c;            /* k of one pack: kh * kw * c */
	int64_t sy, sx, dy, dx, pad_y, pad_x;
	uint64_t n;             /* columns of one pack */
	uint64_t packs, groups; /* groups in one pack */
	uint8_t flat, im2col, sampled, trans_b;
	uint8_t ea, ew, eo, er; /* bytes of an element of x, w, y, residual */
};

struct npu_tiling {
	/* matrix: rows x columns of output pixels, tn output channels, parts of
	 * k; vector: rows x columns x tn channels */
	uint64_t ty, tx, tn;
	uint64_t k_rows, k_cols, k_chan; /* of one part: (ky, kx, c) */
	uint8_t n_outer; /* all pixels for one tn, then the next tn */
	uint8_t keep;    /* the operand of the inner loop stays loaded */
	uint8_t split_a; /* x is loaded by parts of k as well */
	uint64_t cycles, mx_cycles, vx_cycles, dram_bytes, spad_bytes, acc_rows;
};

struct npu_work {
	struct npu_node *node;
	enum npu_layer_kind kind;
	uint32_t layer;
	uint32_t group; /* layers that are interleaved: the first of them */
	uint8_t grouped;
	struct npu_matrix_shape shape;
	struct npu_tiling tiling, runner_up; /* runner_up.cycles 0: none */
	uint64_t considered;
};

/* What a layer may take of the chip's memories. A layer for whose buffers no
 * place is found is planned again with less (npu_codegen.c). */
struct npu_share {
	uint8_t spad;      /* hundredths of the scratchpad for its tiles */
	uint8_t keeps;     /* hundredths of it for resident values beside it */
	uint8_t acc_parts; /* one of them, where it is grouped */
	uint8_t interleaves; /* may it run beside its neighbours? */
	uint8_t tight;       /* its buffers shall leave no holes */
};

struct npu_codegen {
	struct npu_arena *arena; /* of the passes; freed at the end */
	const struct npu_chip *chip;
	struct npu_graph *graph;
	struct npu_program *program;
	double dram_bytes_per_cycle;
	struct npu_tile_cache *tile_cache; /* NULL before the first entry */
	uint32_t T;                        /* columns of an accumulator row */
	uint32_t acc_rows;
	const struct npu_share *share; /* by layer */
	uint64_t *held_bytes; /* by layer: of resident values beside it */

	struct npu_layout *layout; /* by value id */
	struct npu_work *work;
	uint32_t work_count;

	struct npu_block *block;
	uint32_t block_count, block_capacity;
	uint64_t constants_bytes;

	struct npu_buffer *buffer;
	uint32_t buffer_count, buffer_capacity;
	struct npu_step *step;
	uint32_t step_count, step_capacity;
	struct npu_step spare; /* returned when memory runs out */
	struct npu_stored *store;
	uint32_t store_count, store_capacity;
	uint32_t job, tile; /* of the steps being made */
	uint32_t layer;     /* likewise; where a pass fails: at this layer */
	uint32_t lut_next;  /* next table of LUT RAM */

	uint32_t *order; /* steps as they will be dispatched; NONE: withdrawn */
	uint32_t order_count;
	struct npu_clock *clock; /* by step, when it is complete itself */
	struct npu_error *err;
	enum npu_status failed; /* while making steps; NPU_OK: none */
};

static inline uint32_t npu__layer_of(const struct npu_codegen *cg,
				     uint32_t step)
{
	return (uint32_t)(cg->step[step].insn.any.tag >> NPU_TAG_LAYER_SHIFT);
}

/* ---- making steps (npu_step.c); failures are kept in cg->failed ---- */

/* Fail with E_UNSUPPORTED: `what` of this layer exceeds a field's width. */
void npu__too_large(struct npu_codegen *cg, const char *what);
uint32_t npu__buffer(struct npu_codegen *cg, enum npu_space space,
		     enum npu_engine_id engine, uint64_t size);
struct npu_step *npu__step(struct npu_codegen *cg, enum npu_opcode op);
/* Let the field `slot` of the step be `offset` (bytes or rows) in `buffer`. */
void npu__at(struct npu_codegen *cg, struct npu_step *step,
	     enum npu_field_slot slot, uint32_t buffer, uint64_t offset);
/* Add the addresses of the placed buffers to the instruction's fields. */
void npu__patch(const struct npu_codegen *cg, struct npu_step *step);

/* A box of a value: rows y0.., columns x0.., channels c0.. of image n; y and x
 * may reach beyond the image (filled), steps y_step and x_step. */
struct npu_window {
	uint64_t n;
	int64_t y0, x0;
	uint64_t ny, nx, c0, nc;
	uint64_t y_step, x_step; /* 0: 1 */
	/* columns overlap (im2col): a column is `run` pixels wide; 0: 1 */
	uint64_t run;
};
/* Where it lies in a buffer: bytes between columns and between rows. */
struct npu_pitch {
	uint64_t x, y;
};
void npu__load(struct npu_codegen *cg, const struct npu_value *value,
	       const struct npu_window *window, uint32_t fill, uint32_t buffer,
	       uint64_t offset, struct npu_pitch pitch);
/* Let `load` follow the latest store to bytes lo..hi of the value's region. */
void npu__after_stores(const struct npu_codegen *cg, struct npu_step *load,
		       const struct npu_value *value, int64_t lo, int64_t hi);
/* The latest step stores bytes lo..hi of the value's region. */
void npu__note_store(struct npu_codegen *cg, const struct npu_value *value,
		     int64_t lo, int64_t hi);
void npu__store(struct npu_codegen *cg, const struct npu_value *value,
		const struct npu_window *window, uint32_t buffer,
		uint64_t offset, struct npu_pitch pitch);
/* Consecutive bytes of the constants region. */
void npu__load_block(struct npu_codegen *cg, uint64_t offset, uint64_t bytes,
		     uint32_t buffer, uint64_t at);
/* Offset of a new block in the constants region; *out may be NULL. */
uint64_t npu__block(struct npu_codegen *cg, uint64_t bytes,
		    const struct npu_block *block);
/* Pattern of bytes that reads as zero in `value`. */
uint32_t npu__zero_fill(const struct npu_value *value);

/* Operands of EW and RED. `offset` in bytes (rows of accumulators). */
struct npu_tile_operand {
	uint32_t buffer;
	uint64_t offset;
	struct npu_operand slot; /* addr and row are set from the above */
};
struct npu_tile_operand npu__tensor(const struct npu_value *value,
				    uint32_t buffer, uint64_t offset,
				    uint64_t s1_bytes, uint64_t s2_bytes);
struct npu_tile_operand npu__column(enum npu_dtype dtype, uint32_t buffer,
				    uint64_t offset, uint64_t s1, uint64_t s2);
struct npu_tile_operand npu__row(enum npu_dtype dtype, uint32_t buffer,
				 uint64_t offset);
struct npu_tile_operand npu__acc(enum npu_dtype dtype, uint32_t buffer,
				 uint64_t s0, uint64_t s1, uint64_t s2);
struct npu_tile_operand npu__imm(enum npu_dtype dtype, uint32_t bits);
void npu__operand(struct npu_codegen *cg, struct npu_step *step,
		  enum npu_slot slot, struct npu_tile_operand operand);
/* A new `ew` over n2 x n1 x n0 without operands yet. */
struct npu_step *npu__ew(struct npu_codegen *cg, uint64_t n2, uint64_t n1,
			 uint64_t n0);
/* Set f, its parameters and an immediate scale. */
void npu__post(struct npu_step *step, const struct npu_post *post);

/* Accumulator rows that the tiles of a layer may take. */
static inline uint64_t npu__acc_budget(const struct npu_codegen *cg,
				       const struct npu_work *work)
{
	return cg->acc_rows /
	       (work->grouped ? cg->share[work->layer].acc_parts : 1);
}

static inline uint64_t npu__share_of_spad(const struct npu_codegen *cg,
					  uint32_t hundredths)
{
	return cg->chip->scratchpad.bytes * hundredths / 100;
}

/* Scratchpad bytes likewise, beside the values that stay there. */
static inline uint64_t npu__spad_budget(const struct npu_codegen *cg,
					const struct npu_work *work)
{
	uint64_t held = cg->held_bytes ? cg->held_bytes[work->layer] : 0;
	uint64_t all = npu__share_of_spad(cg, cg->share[work->layer].spad);

	if (held >= all)
		return 0;
	return (all - held) / (work->grouped ? 2 : 1);
}

/* The scratchpad whose share for tiles of the layer is `bytes`. */
static inline uint64_t npu__spad_for(const struct npu_codegen *cg,
				     const struct npu_work *work,
				     uint64_t bytes)
{
	return bytes * 100 / cg->share[work->layer].spad + 1;
}

/* ---- resident values (npu_pass_resident.c) ---- */

/* Where a window of a resident value lies. */
struct npu_held {
	uint32_t buffer;
	uint64_t offset, bytes;
	struct npu_pitch pitch;
};
/* Returns 0 where the value is not resident. */
int npu__held(const struct npu_codegen *cg, const struct npu_value *value,
	      const struct npu_window *window, struct npu_held *out);
/* Make the buffer of the layer's output, and clear its border, if it stays. */
void npu__hold_output(struct npu_codegen *cg, const struct npu_work *work);
static inline int npu__is_held(const struct npu_codegen *cg,
			       const struct npu_value *value)
{
	return cg->layout[value->id].resident;
}
/* Channels of which tiles take whole ones: columns of the array; where they are
 * slices of a resident value, these start at whole lines too. */
uint64_t npu__channel_unit(const struct npu_codegen *cg,
			   const struct npu_work *work);
enum npu_status npu__tile_layer(struct npu_codegen *cg, struct npu_work *work);

/* ---- what each kind of layer knows of itself ---- */

void npu__matrix_shape(const struct npu_codegen *cg, struct npu_work *work);
enum npu_status npu__matrix_tile(struct npu_codegen *cg, struct npu_work *work);
/* The tiling of an earlier layer that is alike (npu_tile_cache.c), for a layer
 * whose shape is set; returns 0 where there is none. */
int npu__tile_recall(const struct npu_codegen *cg, struct npu_work *work);
void npu__tile_remember(struct npu_codegen *cg, const struct npu_work *work);
void npu__matrix_jobs(struct npu_codegen *cg, const struct npu_work *work);

/* The layers that VX runs tile by tile (npu_gen_vector.c). */
enum npu_status npu__vector_tile(struct npu_codegen *cg, struct npu_work *work);
void npu__vector_jobs(struct npu_codegen *cg, const struct npu_work *work);

/* One tile of a vector layer: image n, rows, columns, channels of the output
 * (of the input, for reductions over the image). */
struct npu_vector_tile {
	uint64_t n, y0, ny, x0, nx, c0, nc;
};
struct npu_vector_need {
	uint64_t spad_bytes, acc_rows, load_bytes, store_bytes, vx_cycles;
};
struct npu_vector_ops {
	/* What a tile takes. */
	void (*need)(const struct npu_codegen *cg, const struct npu_work *work,
		     const struct npu_vector_tile *tile,
		     struct npu_vector_need *out);
	/* Make its steps. `vectors` keeps what the layer loads once. */
	void (*emit)(struct npu_codegen *cg, const struct npu_work *work,
		     const struct npu_vector_tile *tile, uint32_t *vectors);
};
enum { NPU_VECTORS = 4 };
extern const struct npu_vector_ops npu__depthwise_ops, npu__pool_ops,
	npu__ew_ops, npu__lut_ops, npu__reduce_ops, npu__copy_ops;

/* DRAM bytes of rows x columns x channels of `value`. */
static inline uint64_t npu__slices(uint64_t rows, uint64_t columns,
				   uint64_t channels,
				   const struct npu_value *value)
{
	uint64_t size = npu_dtype_bytes(value->dtype);

	if (channels == (uint64_t)value->shape.dim[3])
		return npu__bursts(rows, columns * channels * size);
	return npu__bursts(rows * columns, channels * size);
}

/* Bytes between neighbours along the axis of a concat in its dense output. */
static inline uint64_t npu__concat_step(const struct npu_node *concat)
{
	const struct npu_value *y = concat->outputs[0];
	uint64_t step = npu_dtype_bytes(y->dtype);

	for (int d = 3; d > concat->low.axis; d--)
		step *= (uint64_t)y->shape.dim[d];
	return step;
}

/* Scratchpad bytes of a pixel of `channels` elements: whole lines. */
static inline uint64_t npu__pixel(uint64_t channels, enum npu_dtype dtype)
{
	return npu_round_up(channels * npu_dtype_bytes(dtype), NPU_LINE);
}

/* ---- places of buffers (npu_place.c) ---- */

struct npu_places; /* opaque: one memory; lives in the codegen's arena */
struct npu_places *npu__places_create(struct npu_codegen *cg,
				      enum npu_space space);
/* Choose an address for `buffer`. `idle_only`: only in banks that no buffer in
 * use by another job touches. Returns 1 and places it, or 0. */
int npu__place(struct npu_places *places, uint32_t buffer, int idle_only);
/* `finished`: its last reader was emitted; otherwise it was never used. */
void npu__unplace(struct npu_places *places, uint32_t buffer, uint32_t job,
		  int finished);

/* ---- the passes, in order ---- */
/*       name      what it does */
#define NPU_CODEGEN_PASSES(X)                                                \
	X(layers, "one layer per node; its kind, shape and roofs")           \
	X(memory, "where values and constants lie in DRAM, by live range")   \
	X(tile, "tile sizes and loop order of each layer, by cost")          \
	X(resident, "values that stay in the scratchpad; tiles beside them") \
	X(jobs, "steps of every tile of every layer, in order")              \
	X(interleave, "jobs of neighbour layers that use different engines") \
	X(schedule, "loads ahead of their use; places of all buffers")       \
	X(tokens, "waits and signals from conflicts")                        \
	X(emit, "the program: code, constants, tables")
#define X(name, doc)                                              \
	enum npu_status npu__pass_##name(struct npu_codegen *cg); \
	void npu__dump_##name(const struct npu_codegen *cg,       \
			      struct npu_text *out);
NPU_CODEGEN_PASSES(X)
#undef X

#endif
