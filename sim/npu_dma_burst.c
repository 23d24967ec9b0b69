/* sim/npu_dma_burst.c - the LD and ST engines burst by burst, cycle-exact.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/npu_dma_internal.h"
#include <stdlib.h>

enum npu_status npu_dma_create(const struct npu_dma_options *options,
			       struct npu_dma **out, struct npu_error *err)
{
	struct npu_dma *dma = calloc(1, sizeof *dma);
	const size_t n = (size_t)options->outstanding;

	if (!dma)
		return npu_fail(err, NPU_E_NOMEM, "no memory for an engine");
	dma->options = *options;
	dma->wants = NPU__DMA_NEVER;
	if (options->is_load) {
		dma->ld.answer_cycle = calloc(n, sizeof(uint64_t));
		dma->ld.use_cycle = calloc(n, sizeof(uint64_t));
		if (!dma->ld.answer_cycle || !dma->ld.use_cycle) {
			npu_dma_destroy(dma);
			return npu_fail(err, NPU_E_NOMEM,
					"no memory for an engine");
		}
	}
	*out = dma;
	return NPU_OK;
}

void npu_dma_destroy(struct npu_dma *dma)
{
	if (!dma)
		return;
	free(dma->ld.answer_cycle);
	free(dma->ld.use_cycle);
	free(dma);
}

uint64_t npu_dma_ready(const struct npu_dma *dma)
{
	return dma->ready;
}

uint64_t npu_dma_wants(const struct npu_dma *dma)
{
	return dma->wants;
}

uint64_t npu_dma_issue(struct npu_dma *dma, const struct npu_dma_job *job,
		       uint64_t now)
{
	const uint64_t number = dma->issued++;
	const unsigned slot = number % NPU_DMA_JOBS;

	dma->job[slot] = *job;
	/* the descriptor is taken in, the walk set up, startup passes */
	dma->begin[slot] = now + 2 + dma->options.startup;
	dma->done[slot] = NPU__DMA_NEVER;
	dma->ready = NPU__DMA_NEVER;
	if (dma->options.is_load)
		npu__ld_issue(dma);
	else
		npu__st_issue(dma);
	return number;
}

void npu_dma_ask(struct npu_dma *dma, uint64_t cycle, struct npu_dma_beat *beat)
{
	if (dma->options.is_load)
		npu__ld_ask(dma, cycle, beat);
	else
		npu__st_ask(dma, cycle, beat);
}

void npu_dma_answer(struct npu_dma *dma, uint64_t cycle)
{
	if (dma->options.is_load)
		npu__ld_answer(dma, cycle);
	else
		npu__st_answer(dma, cycle);
}

uint64_t npu_dma_done(const struct npu_dma *dma, uint64_t number)
{
	return dma->done[number % NPU_DMA_JOBS];
}
