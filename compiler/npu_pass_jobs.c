/* compiler/npu_pass_jobs.c - steps of every tile of every layer, in order; and
 * the tile sizes before them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_utf8.h"
#include "compiler/npu_codegen_internal.h"

enum npu_status npu__tile_layer(struct npu_codegen *cg, struct npu_work *work)
{
	work->tiling = work->runner_up = (struct npu_tiling){ 0 };
	work->considered = 0;
	cg->layer = work->layer;
	return work->kind == NPU_LAYER_matrix ? npu__matrix_tile(cg, work)
					      : npu__vector_tile(cg, work);
}

enum npu_status npu__pass_tile(struct npu_codegen *cg)
{
	for (uint32_t i = 0; i < cg->work_count; i++)
		NPU_TRY(npu__tile_layer(cg, &cg->work[i]));
	return NPU_OK;
}

/* What the estimate of a tiling rests on: its longest engine. */
static const char *longest(const struct npu_codegen *cg,
			   const struct npu_tiling *t)
{
	double dram = (double)t->dram_bytes / cg->dram_bytes_per_cycle;

	if (dram > (double)t->mx_cycles && dram > (double)t->vx_cycles)
		return "DRAM";
	return t->vx_cycles > t->mx_cycles ? "the vector engine" : "the array";
}

static void print_tiling(const struct npu_codegen *cg,
			 const struct npu_tiling *t, struct npu_text *out)
{
	npu_text_add(out, "tiles of %llu rows x %llu columns x %llu channels",
		     (unsigned long long)t->ty, (unsigned long long)t->tx,
		     (unsigned long long)t->tn);
	if (t->k_rows) /* a matrix product */
		npu_text_add(out,
			     ", kernel %llu x %llu x %llu at a time; loop over "
			     "%s%s",
			     (unsigned long long)t->k_rows,
			     (unsigned long long)t->k_cols,
			     (unsigned long long)t->k_chan,
			     t->n_outer ? "channels, inside it pixels"
					: "pixels, inside it channels",
			     !t->keep ? ""
			     : t->n_outer
				     ? ", the input stays in the scratchpad"
				     : ", the weights stay in the "
				       "scratchpad");
	npu_text_add(out,
		     "\n    about %llu cycles, bound by %s: array %llu, vector "
		     "%llu, DRAM %llu bytes; takes %llu bytes of scratchpad, "
		     "%llu accumulator rows",
		     (unsigned long long)t->cycles, longest(cg, t),
		     (unsigned long long)t->mx_cycles,
		     (unsigned long long)t->vx_cycles,
		     (unsigned long long)t->dram_bytes,
		     (unsigned long long)t->spad_bytes,
		     (unsigned long long)t->acc_rows);
}

void npu__dump_tile(const struct npu_codegen *cg, struct npu_text *out)
{
	for (uint32_t i = 0; i < cg->work_count; i++) {
		const struct npu_work *work = &cg->work[i];
		const struct npu_tiling *best = &work->tiling;
		const struct npu_tiling *next = &work->runner_up;

		npu_text_add(out, "layer %u ", i);
		npu_text_add_safe(out, work->node->name);
		npu_text_add(out, ": ");
		print_tiling(cg, best, out);
		npu_text_add(out, "\n    best of %llu",
			     (unsigned long long)work->considered);
		if (next->cycles) {
			npu_text_add(out, "; runner-up, %+.2f %%: ",
				     100 *
					     ((double)next->cycles -
					      (double)best->cycles) /
					     (double)best->cycles);
			print_tiling(cg, next, out);
		}
		npu_text_add(out, "\n");
	}
}

enum npu_status npu__pass_jobs(struct npu_codegen *cg)
{
	for (uint32_t i = 0; i < cg->work_count && !cg->failed; i++) {
		const struct npu_work *work = &cg->work[i];

		cg->layer = i;
		cg->tile = 0;
		if (work->kind == NPU_LAYER_matrix)
			npu__matrix_jobs(cg, work);
		else
			npu__vector_jobs(cg, work);
	}
	return cg->failed;
}

void npu__dump_jobs(const struct npu_codegen *cg, struct npu_text *out)
{
	for (uint32_t i = 0; i < cg->step_count; i++) {
		const struct npu_step *step = &cg->step[i];

		npu_text_add(out, "%u: ", i);
		npu_insn_print(&step->insn, out);
		for (uint32_t r = 0; r < step->ref_count; r++)
			npu_text_add(out, " b%u:%u", step->ref[r].buffer,
				     cg->buffer[step->ref[r].buffer].size);
		npu_text_add(out, "\n");
	}
}
