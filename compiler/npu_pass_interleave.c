/* compiler/npu_pass_interleave.c - jobs of neighbour layers that use different
 * engines, side by side.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Without it, the array would stand still while VX runs a depthwise
 * convolution. A job is the steps of one tile. Within a group of layers the job
 * goes next whose main engine could start on it first, by a coarse clock of the
 * engines and once the stores that it reads from are before it; jobs of one
 * layer keep their order. */
#include "compiler/npu_codegen_internal.h"
#include "isa/npu_cost.h"
#include <stdlib.h>

struct job {
	uint32_t first, count; /* steps */
	uint32_t layer;
	uint8_t uses_mx;
	uint64_t mx, vx, load, store; /* cycles */
	uint64_t done;                /* when its stores are complete */
};

/* When a step starts, and its place among those that start together. */
struct start {
	uint64_t cycle;
	uint32_t step;
};

struct interleave {
	struct npu_codegen *cg;
	uint64_t *cycles;    /* by step: on its engine */
	struct start *start; /* by step */
	uint64_t *vx_done;   /* by layer: of its last two jobs */
	struct job *job;
	uint32_t job_count;
	uint32_t *job_of; /* by step */
	uint32_t *next;   /* by layer: its next job */
	uint32_t *end;    /* by layer: after its last job */
	uint8_t *emitted; /* by job */
	uint32_t *order;  /* jobs */
	uint32_t count;
	uint64_t mx_free, vx_free, load_free, store_free;
};

/* Cycles of a step on its engine. */
static uint64_t cycles_of(const struct npu_codegen *cg,
			  const struct npu_step *step)
{
	struct npu_cost cost = { 0 };
	uint64_t bytes;

	if (npu_cost_insn(cg->chip, &step->insn, &cost, NULL) != NPU_OK)
		return 0; /* the verifier will name it */
	bytes = cost.mem_read_bytes + cost.mem_write_bytes;
	if (bytes)
		return (uint64_t)((double)bytes / cg->dram_bytes_per_cycle);
	return cost.busy_cycles;
}

static void add_step(const struct interleave *s, uint32_t step, struct job *job)
{
	uint64_t cycles = s->cycles[step];

	switch (npu_insn_engine(&s->cg->step[step].insn)) {
	case NPU_ENGINE_mx:
		job->mx += cycles;
		job->uses_mx = 1;
		break;
	case NPU_ENGINE_vx:
		job->vx += cycles;
		break;
	case NPU_ENGINE_ld:
		job->load += cycles;
		break;
	default:
		job->store += cycles;
		break;
	}
}

static enum npu_status find_jobs(struct interleave *s)
{
	struct npu_codegen *cg = s->cg;

	s->job = npu_arena_take(cg->arena, cg->step_count, sizeof *s->job);
	s->job_of = npu_new(cg->arena, uint32_t, cg->step_count);
	s->next = npu_new(cg->arena, uint32_t, cg->work_count);
	s->end = npu_new(cg->arena, uint32_t, cg->work_count);
	s->emitted = npu_new(cg->arena, uint8_t, cg->step_count);
	s->cycles = npu_new(cg->arena, uint64_t, cg->step_count);
	s->start = npu_new(cg->arena, struct start, cg->step_count);
	s->vx_done = npu_new(cg->arena, uint64_t, 2 * (size_t)cg->work_count);
	if (!s->cycles || !s->start || !s->vx_done || !s->job || !s->job_of ||
	    !s->next || !s->end || !s->emitted)
		return npu_fail(cg->err, NPU_E_NOMEM, "out of memory");
	for (uint32_t i = 0; i < cg->step_count; i++) {
		uint32_t layer = npu__layer_of(cg, i);

		if (!i || cg->step[i].job != cg->step[i - 1].job) {
			if (s->end[layer] == 0)
				s->next[layer] = s->job_count;
			s->job[s->job_count++] =
				(struct job){ .first = i, .layer = layer };
			s->end[layer] = s->job_count;
		}
		s->job[s->job_count - 1].count++;
		s->job_of[i] = s->job_count - 1;
		if (cg->work[layer].grouped)
			s->cycles[i] = cycles_of(cg, &cg->step[i]);
		add_step(s, i, &s->job[s->job_count - 1]);
	}
	return NPU_OK;
}

/* When what job `j` loads is in memory; 0 and *ready = 0 where some store of it
 * is not emitted. */
static uint64_t data_at(const struct interleave *s, uint32_t j, int *ready)
{
	const struct job *job = &s->job[j];
	uint64_t at = 0;

	*ready = 1;
	for (uint32_t i = job->first; i < job->first + job->count; i++)
		for (int a = 0; a < NPU_AFTERS; a++) {
			uint32_t after = s->cg->step[i].after[a], of;

			if (after == NPU_NONE)
				continue;
			of = s->job_of[after];
			if (of != j && !s->emitted[of]) {
				*ready = 0;
				return 0;
			}
			at = npu_max(at, s->job[of].done);
		}
	return at;
}

/* When VX could start on the job: every job of a group ends there. */
static uint64_t start_of(const struct interleave *s, const struct job *job,
			 uint64_t data)
{
	uint64_t at = npu_max(data, s->load_free) + job->load;

	if (job->uses_mx)
		at = npu_max(npu_max(at, s->mx_free),
			     s->vx_done[2 * (size_t)job->layer]) +
		     job->mx;
	return npu_max(at, s->vx_free);
}

/* Start the job's steps by the clock. The array has two sets of accumulators of
 * a layer: it waits for VX to be done with the last job but one. */
static void emit_job(struct interleave *s, uint32_t j)
{
	struct job *job = &s->job[j];
	uint64_t *before = &s->vx_done[2 * (size_t)job->layer], data, loaded;
	uint64_t mx, vx, store;
	int ready;

	data = data_at(s, j, &ready);
	loaded = s->load_free = npu_max(data, s->load_free) + job->load;
	mx = npu_max(npu_max(loaded, s->mx_free), before[0]);
	if (job->uses_mx)
		loaded = s->mx_free = mx + job->mx;
	vx = npu_max(loaded, s->vx_free);
	if (job->vx)
		loaded = s->vx_free = vx + job->vx;
	/* a store goes at once, or its buffer would wait with it */
	store = loaded;
	job->done = s->store_free = npu_max(loaded, s->store_free) + job->store;
	before[0] = before[1];
	before[1] = vx + job->vx;
	s->emitted[j] = 1;
	s->next[job->layer]++;
	for (uint32_t i = job->first; i < job->first + job->count; i++) {
		enum npu_engine_id engine =
			npu_insn_engine(&s->cg->step[i].insn);
		uint64_t *at = engine == NPU_ENGINE_mx   ? &mx
			       : engine == NPU_ENGINE_vx ? &vx
							 : &store;

		s->start[s->count].step = i;
		if (engine == NPU_ENGINE_ld) { /* just before its use */
			s->start[s->count++].cycle = job->uses_mx ? mx : vx;
			continue;
		}
		s->start[s->count++].cycle = *at;
		if (at != &store)
			*at += s->cycles[i];
	}
}

/* All engines stand still between two groups. */
static void synchronise(struct interleave *s)
{
	uint64_t now = npu_max(npu_max(s->mx_free, s->vx_free),
			       npu_max(s->load_free, s->store_free));

	s->mx_free = s->vx_free = s->load_free = s->store_free = now;
}

/* The next job of the group lo..hi, or NONE when all are emitted. */
static uint32_t choose(const struct interleave *s, uint32_t lo, uint32_t hi)
{
	uint32_t best = NPU_NONE;
	uint64_t best_start = 0;

	for (uint32_t l = lo; l < hi; l++) {
		uint32_t j = s->next[l];
		uint64_t data, start;
		int ready;

		if (j == s->end[l])
			continue;
		data = data_at(s, j, &ready);
		if (!ready)
			continue;
		start = start_of(s, &s->job[j], data);
		/* where VX is behind, the array goes on; the later layer first
		 */
		if (best == NPU_NONE || start < best_start ||
		    (start == best_start && s->job[j].uses_mx)) {
			best = j;
			best_start = start;
		}
	}
	return best;
}

static int by_start(const void *a, const void *b)
{
	const struct start *x = a, *y = b;

	if (x->cycle != y->cycle)
		return x->cycle < y->cycle ? -1 : 1;
	return (x->step > y->step) - (x->step < y->step);
}

/* Let the i-th step be the one that was start[i].step, round by round: most stay
 * where they are. */
static void reorder(struct interleave *s)
{
	struct npu_step *step = s->cg->step, held;

	for (uint32_t i = 0; i < s->count; i++) {
		uint32_t to = i, from = s->start[i].step;

		if (from == i)
			continue;
		held = step[i];
		for (; from != i; from = s->start[to].step) {
			step[to] = step[from];
			s->start[to].step = to;
			to = from;
		}
		step[to] = held;
		s->start[to].step = to;
	}
}

/* Steps in the order of their starts; all that names steps is renamed. */
static enum npu_status permute(struct interleave *s)
{
	struct npu_codegen *cg = s->cg;
	struct npu_step *step = cg->step;
	uint32_t *now = npu_new(cg->arena, uint32_t, cg->step_count);

	if (!now)
		return npu_fail(cg->err, NPU_E_NOMEM, "out of memory");
	qsort(s->start, s->count, sizeof *s->start, by_start);
	for (uint32_t i = 0; i < s->count; i++)
		now[s->start[i].step] = i;
	reorder(s);
	for (uint32_t b = 0; b < cg->buffer_count; b++)
		cg->buffer[b].first = NPU_NONE;
	for (uint32_t i = 0; i < s->count; i++) {
		for (int a = 0; a < NPU_AFTERS; a++)
			if (step[i].after[a] != NPU_NONE)
				step[i].after[a] = now[step[i].after[a]];
		for (uint32_t r = 0; r < step[i].ref_count; r++) {
			struct npu_buffer *b =
				&cg->buffer[step[i].ref[r].buffer];

			if (b->first == NPU_NONE)
				b->first = i;
			b->last = i;
		}
	}
	for (uint32_t i = 0; i < cg->store_count; i++)
		cg->store[i].step = now[cg->store[i].step];
	return NPU_OK;
}

enum npu_status npu__pass_interleave(struct npu_codegen *cg)
{
	struct interleave s = { .cg = cg };
	uint32_t l = 0;

	while (l < cg->work_count && !cg->work[l].grouped)
		l++;
	if (l == cg->work_count)
		return NPU_OK;
	l = 0;
	NPU_TRY(find_jobs(&s));
	while (l < cg->work_count) {
		uint32_t hi = l + 1, j;

		while (hi < cg->work_count && cg->work[hi].group == l)
			hi++;
		while ((j = choose(&s, l, hi)) != NPU_NONE)
			emit_job(&s, j);
		synchronise(&s);
		l = hi;
	}
	if (s.count != cg->step_count)
		return npu_fail(cg->err, NPU_E_INTERNAL,
				"jobs wait for each other");
	return permute(&s);
}

void npu__dump_interleave(const struct npu_codegen *cg, struct npu_text *out)
{
	npu__dump_jobs(cg, out);
}
