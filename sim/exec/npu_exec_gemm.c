/* sim/exec/npu_exec_gemm.c - GEMM: C = init + (A - z_a)(W - z_w).
 * SPDX-License-Identifier: Apache-2.0
 *
 * Works panel by panel: weights are packed once for a panel of k and columns,
 * then rows of activations are gathered, multiplied and returned to the
 * accumulator. k ascends within and over panels, so chains of fmas keep their
 * order (isa.md 4). */
#include "sim/exec/npu_gemm.h"
#include "sim/exec/npu_numeric.h"
#include <string.h>

void npu_gemm_start(struct npu_gemm *g, const struct npu_memory *memory,
		    uint32_t core, const struct npu_insn_gemm *insn)
{
	const int a_signed = insn->dt_a == NPU_s8;
	const int w_unsigned = insn->dt_w == NPU_u8;

	g->insn = insn;
	g->spad = memory->core[core].spad;
	g->acc = memory->core[core].acc;
	g->columns = memory->columns;
	g->kc = insn->ta ? 1 : insn->nc;
	g->mc = insn->ta ? insn->nc : 1;
	g->k = insn->ky * insn->kx * g->kc;
	g->rows = insn->my * insn->mx * g->mc;
	g->a_bytes = npu_dtype_bytes((enum npu_dtype)insn->dt_a);
	g->w_bytes = npu_dtype_bytes((enum npu_dtype)insn->dt_w);
	g->is_integer = g->a_bytes == 1;
	g->a_zero = a_signed ? (int8_t)insn->a_zero : (uint8_t)insn->a_zero;
	g->w_zero = w_unsigned ? (uint8_t)insn->w_zero : (int8_t)insn->w_zero;
}

/* ---- addresses ---- */

/* Bytes from the scratchpad's start to row (iy, ix, im) of A, and from there to
 * its line at (jy, jx). */
static uint64_t row_offset(const struct npu_gemm *g, uint64_t row)
{
	const struct npu_insn_gemm *i = g->insn;
	const uint64_t m = row / g->mc;

	return 16 * (i->a_addr + m / i->mx * i->a_my + m % i->mx * i->a_mx) +
	       row % g->mc * g->a_bytes;
}

static uint64_t step_offset(const struct npu_gemm *g, uint64_t step)
{
	const struct npu_insn_gemm *i = g->insn;

	return 16 * (step / i->kx * i->a_ky + step % i->kx * i->a_kx);
}

static const uint8_t *a_line(const struct npu_gemm *g, uint64_t row,
			     uint64_t step)
{
	return g->spad + row_offset(g, row) + step_offset(g, step);
}

static const uint8_t *w_line(const struct npu_gemm *g, uint64_t line)
{
	return g->spad + 16 * (g->insn->w_addr + line * g->insn->w_pitch);
}

int32_t *npu_gemm_acc(const struct npu_gemm *g, uint64_t row, uint64_t column)
{
	const struct npu_insn_gemm *i = g->insn;
	const uint64_t m = row / g->mc;
	const uint64_t at = i->c_row + column / g->columns * i->c_n +
			    m / i->mx * i->c_y + m % i->mx * i->c_x +
			    row % g->mc;

	return g->acc + at * g->columns + column % g->columns;
}

/* ---- one operand element ---- */

static float float_at(const uint8_t *p, enum npu_dtype dtype)
{
	uint32_t u;
	uint16_t h;

	if (dtype == NPU_fp32) {
		memcpy(&u, p, sizeof u);
		return npu_float(npu_ftz_bits(u));
	}
	memcpy(&h, p, sizeof h);
	return dtype == NPU_bf16 ? npu_float(npu_ftz_bits((uint32_t)h << 16))
				 : npu_from_fp16(h);
}

int32_t npu_gemm_a_int(const struct npu_gemm *g, uint64_t row, uint64_t k)
{
	const uint8_t *p = a_line(g, row, k / g->kc) + k % g->kc;

	return (g->insn->dt_a == NPU_s8 ? (int8_t)*p : *p) - g->a_zero;
}

float npu_gemm_a_float(const struct npu_gemm *g, uint64_t row, uint64_t k)
{
	return float_at(a_line(g, row, k / g->kc) + k % g->kc * g->a_bytes,
			(enum npu_dtype)g->insn->dt_a);
}

int32_t npu_gemm_w_int(const struct npu_gemm *g, uint64_t k, uint64_t j)
{
	const uint8_t *p = g->insn->tb ? w_line(g, j) + k : w_line(g, k) + j;

	return (g->insn->dt_w == NPU_u8 ? *p : (int8_t)*p) - g->w_zero;
}

float npu_gemm_w_float(const struct npu_gemm *g, uint64_t k, uint64_t j)
{
	const uint8_t *p = g->insn->tb ? w_line(g, j) + k * g->w_bytes
				       : w_line(g, k) + j * g->w_bytes;

	return float_at(p, (enum npu_dtype)g->insn->dt_w);
}

/* What a sum starts from: 0, the accumulator, or the bias. */
int32_t npu_gemm_init(const struct npu_gemm *g, uint64_t row, uint64_t j)
{
	int32_t value = 0;

	if (g->insn->init == 1)
		value = *npu_gemm_acc(g, row, j);
	if (g->insn->init == 2)
		memcpy(&value, g->spad + 16 * g->insn->bias + 4 * j, 4);
	if (!g->is_integer)
		value = (int32_t)npu_ftz_bits((uint32_t)value);
	return value;
}

/* ---- packed panels ---- */

/* The runs of contiguous bytes that k of the panel has in a row of A. */
struct run {
	uint64_t offset, bytes;
};

struct gather {
	struct run run[NPU_PANEL_K_INT];
	uint64_t count, pitch;
};

static void plan_gather(const struct npu_gemm *g, const struct npu_panel *p,
			struct gather *out)
{
	uint64_t step = p->k0 / g->kc, c = p->k0 % g->kc;

	out->count = 0;
	for (uint64_t left = p->k; left; step++, c = 0) {
		const uint64_t n = g->kc - c < left ? g->kc - c : left;

		out->run[out->count++] = (struct run){
			step_offset(g, step) + c * g->a_bytes,
			n * g->a_bytes,
		};
		left -= n;
	}
}

/* Rows of the panel's activations, as they lie. */
static void gather_rows(const struct npu_gemm *g, const struct gather *gather,
			uint64_t row, uint64_t rows)
{
	for (uint64_t r = 0; r < rows; r++) {
		const uint8_t *from = g->spad + row_offset(g, row + r);
		uint8_t *to = g->gathered + r * gather->pitch;

		for (uint64_t i = 0; i < gather->count; i++) {
			memcpy(to, from + gather->run[i].offset,
			       gather->run[i].bytes);
			to += gather->run[i].bytes;
		}
	}
}

/* ---- the whole instruction ---- */

/* Every panel of weights against every block of rows. */
static void run_panels(struct npu_gemm *g, const struct npu_gemm_plan *plan)
{
	struct npu_panel p = { 0 };
	struct gather gather;

	gather.pitch = plan->k_panel * g->a_bytes;
	for (p.j0 = 0; p.j0 < g->insn->n; p.j0 += NPU_PANEL_COLS)
		for (p.k0 = 0; p.k0 < g->k; p.k0 += plan->k_panel) {
			p.cols = g->insn->n - p.j0 < NPU_PANEL_COLS
					 ? g->insn->n - p.j0
					 : NPU_PANEL_COLS;
			p.k = g->k - p.k0 < plan->k_panel ? g->k - p.k0
							  : plan->k_panel;
			p.padded = (p.cols + 15) / 16 * 16;
			plan->pack(g, &p);
			plan_gather(g, &p, &gather);
			for (uint64_t row = 0; row < g->rows;
			     row += NPU_PANEL_ROWS) {
				const uint64_t rows =
					g->rows - row < NPU_PANEL_ROWS
						? g->rows - row
						: NPU_PANEL_ROWS;

				gather_rows(g, &gather, row, rows);
				plan->multiply(g, &p, row, rows);
			}
		}
}

void npu_gemm_run(struct npu_gemm *g, void *scratch,
		  const struct npu_gemm_kernels *kernels)
{
	uint8_t *at = scratch;

	g->kernels = kernels;
	g->packed = at;
	g->gathered = at += NPU_SCRATCH_PACKED;
	g->converted = at += NPU_SCRATCH_GATHERED;
	g->sums = (int32_t *)(void *)(at += NPU_SCRATCH_CONVERTED);
	g->column_sums = (int32_t *)(void *)(at + NPU_SCRATCH_SUMS);
	run_panels(g,
		   g->is_integer ? &npu_gemm_plan_int : &npu_gemm_plan_float);
}

size_t npu_gemm_scratch_bytes(void)
{
	return NPU_SCRATCH_PACKED + NPU_SCRATCH_GATHERED +
	       NPU_SCRATCH_CONVERTED + NPU_SCRATCH_SUMS + 4 * NPU_PANEL_COLS;
}

enum npu_status npu_exec_gemm(struct npu_memory *m, uint32_t core,
			      const union npu_insn *insn, struct npu_error *err)
{
	struct npu_gemm g;

	(void)err;
	npu_gemm_start(&g, m, core, &insn->gemm);
	if (insn->gemm.sparse)
		npu_gemm_run_sparse(&g);
	else
		npu_gemm_run(&g, m->scratch, npu_host_gemm());
	return NPU_OK;
}
