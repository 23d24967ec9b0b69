/* tools/npu_run_figures.c - what each descriptor touched, for the figures.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/npu_run_figures.h"
#include <stdlib.h>

static int by_start(const void *a, const void *b)
{
	const struct npu_event *x = *(const struct npu_event *const *)a;
	const struct npu_event *y = *(const struct npu_event *const *)b;

	if (x->start_cycle != y->start_cycle)
		return x->start_cycle < y->start_cycle ? -1 : 1;
	return (x->insn > y->insn) - (x->insn < y->insn);
}

/* A strided access as one range: what lies between belongs to the same
 * buffer.
 * model: a descriptor that touches every other line counts as all of them */
static uint64_t reach(const struct npu_access *access)
{
	uint64_t bytes = access->extent;

	for (uint32_t i = 0; i < NPU_ACCESS_LEVELS; i++)
		bytes += (access->count[i] - 1) * access->step[i];
	return bytes;
}

static void tell(struct npu_figures *figures, const struct npu_event *event,
		 const union npu_insn *insn, uint32_t columns)
{
	struct npu_access access[NPU_ACCESS_MAX];
	size_t n = npu_insn_accesses(insn, columns, access);

	for (uint8_t write = 0; write < 2; write++)
		for (size_t i = 0; i < n; i++) {
			if (access[i].space != NPU_SPACE_spad ||
			    access[i].is_write != write || access[i].first < 0)
				continue;
			npu_figures_touch(
				figures,
				&(struct npu_touch){
					.first_byte = (uint64_t)access[i].first,
					.bytes = reach(&access[i]),
					.start_cycle = event->start_cycle,
					.end_cycle = event->end_cycle,
					.layer = event->tag >>
						 NPU_TAG_LAYER_SHIFT,
					.is_write = write,
				});
		}
}

static enum npu_status tell_all(const struct npu_session *session,
				const struct npu_result *result,
				struct npu_figures *figures,
				struct npu_error *err)
{
	const struct npu_core_program *core = &session->program->core[0];
	const struct npu_event **sorted =
		calloc(result->event_count + 1, sizeof *sorted);
	size_t n = 0;

	if (!sorted)
		return npu_fail(err, NPU_E_NOMEM, "no memory for figures");
	for (size_t i = 0; i < result->event_count; i++)
		if (result->events[i].core == 0 &&
		    result->events[i].insn < core->count)
			sorted[n++] = &result->events[i];
	qsort(sorted, n, sizeof *sorted, by_start);
	for (size_t i = 0; i < n; i++)
		tell(figures, sorted[i], &core->code[sorted[i]->insn],
		     (uint32_t)session->chip.array.cols);
	free(sorted);
	return NPU_OK;
}

enum npu_status npu_run_figures(const struct npu_session *session,
				const struct npu_result *result,
				struct npu_text *out, struct npu_error *err)
{
	const struct npu_chip *c = &session->chip;
	const struct npu_figure_chip chip = {
		.scratchpad_bytes = c->scratchpad.bytes,
		.scratchpad_bytes_per_cycle = c->scratchpad.banks *
					      c->dma.width *
					      session->program->core_count,
		/* a row of 4-byte sums read and one written a bank */
		.accumulator_bytes_per_cycle = 2 * 4 * c->array.cols *
					       c->accumulators.banks *
					       session->program->core_count,
	};
	struct npu_figures *figures = NULL;
	enum npu_status status;

	NPU_TRY(npu_figures_create(result, &chip, &figures, err));
	status = tell_all(session, result, figures, err);
	if (status == NPU_OK)
		npu_write_figures(figures, out);
	npu_figures_destroy(figures);
	return status;
}
