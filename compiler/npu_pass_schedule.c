/* compiler/npu_pass_schedule.c - loads ahead of their use; places of buffers.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Compute and stores keep their order. Before each of them come the loads it
 * needs, after each as many later loads as the memory holds: weights at any
 * time, activations once the stores that make them are emitted. So the next
 * tiles, and the next layer's weights, arrive while this one computes. Where a
 * step finds no place for a buffer, loads that were taken ahead are withdrawn,
 * latest first: what is needed now always goes before what is needed later. */
#include "compiler/npu_codegen_internal.h"

enum { LOOK = 96 }; /* loads looked at, from the first that is not emitted */

struct schedule {
	struct npu_codegen *cg;
	struct npu_places *spad, *acc;
	uint32_t *load; /* steps that are loads, in order */
	uint32_t load_count, next_load;
	uint32_t *position; /* by step: place in order, or NONE */
	uint32_t *used;     /* by buffer: emitted steps that read it */
	uint8_t *pushed;    /* by buffer: has it sent earlier loads away? */
	uint32_t *ahead;    /* loads emitted whose buffer is not used yet */
	uint32_t ahead_count, ahead_most;
	uint32_t order_capacity;
};

static int is_load(const struct npu_step *step)
{
	return step->insn.op == NPU_OP_ld;
}

static struct npu_places *places_of(const struct schedule *s, uint32_t buffer)
{
	return s->cg->buffer[buffer].space == NPU_SPACE_spad ? s->spad : s->acc;
}

static enum npu_status append(struct schedule *s, uint32_t step)
{
	struct npu_codegen *cg = s->cg;

	if (cg->order_count == s->order_capacity) {
		uint32_t *more = npu_new(cg->arena, uint32_t,
					 2 * (size_t)s->order_capacity);

		if (!more)
			return npu_fail(cg->err, NPU_E_NOMEM, "out of memory");
		for (uint32_t i = 0; i < cg->order_count; i++)
			more[i] = cg->order[i];
		cg->order = more;
		s->order_capacity *= 2;
	}
	s->position[step] = cg->order_count;
	cg->order[cg->order_count++] = step;
	return NPU_OK;
}

/* Take back the load farthest ahead, of step `from` or later; 0 where there is
 * none. */
static int withdraw(struct schedule *s, uint32_t from)
{
	uint32_t worst = NPU_NONE, buffer;

	for (uint32_t i = 0; i < s->ahead_count; i++)
		if (s->ahead[i] >= from &&
		    (worst == NPU_NONE || s->ahead[i] > s->ahead[worst]))
			worst = i;
	if (worst == NPU_NONE)
		return 0;
	buffer = s->cg->step[s->ahead[worst]].ref[0].buffer;
	for (uint32_t i = 0; i < s->ahead_count;) {
		uint32_t step = s->ahead[i];

		if (s->cg->step[step].ref[0].buffer != buffer) {
			i++;
			continue;
		}
		s->cg->order[s->position[step]] = NPU_NONE;
		s->position[step] = NPU_NONE;
		s->ahead[i] = s->ahead[--s->ahead_count];
		while (s->next_load && s->load[s->next_load - 1] >= step)
			s->next_load--;
	}
	npu__unplace(places_of(s, buffer), buffer, 0, 0);
	return 1;
}

/* Where nothing else helps, a load sends away those before it that are not used
 * yet, once: small ones may lie in the middle of its only place. */
static int make_room(struct schedule *s, uint32_t buffer, uint32_t step)
{
	int moved = 0;

	if (withdraw(s, step + 1))
		return 1;
	if (!is_load(&s->cg->step[step]) || s->pushed[buffer])
		return 0;
	s->pushed[buffer] = 1;
	while (withdraw(s, 0))
		moved = 1;
	return moved;
}

static enum npu_status place_now(struct schedule *s, uint32_t buffer,
				 uint32_t step)
{
	struct npu_codegen *cg = s->cg;

	if (cg->buffer[buffer].placed)
		return NPU_OK;
	while (!npu__place(places_of(s, buffer), buffer, 0)) {
		if (make_room(s, buffer, step))
			continue;
		cg->layer = npu__layer_of(cg, step);
		return npu_fail(cg->err, NPU_E_CAPACITY,
				"layer '%s': no place for %u %s beside what is "
				"in use",
				cg->program->layer[cg->layer].name,
				cg->buffer[buffer].size,
				cg->buffer[buffer].space == NPU_SPACE_spad
					? "bytes of scratchpad"
					: "rows of accumulators");
	}
	return NPU_OK;
}

static enum npu_status emit_load(struct schedule *s, uint32_t step)
{
	NPU_TRY(append(s, step));
	s->ahead[s->ahead_count++] = step;
	return NPU_OK;
}

/* Loads before `step` that are still to come. */
static enum npu_status emit_needed(struct schedule *s, uint32_t step)
{
	while (s->next_load < s->load_count && s->load[s->next_load] < step) {
		uint32_t load = s->load[s->next_load];

		if (s->position[load] != NPU_NONE) {
			s->next_load++;
			continue;
		}
		/* this may take loads back: they come next */
		NPU_TRY(place_now(s, s->cg->step[load].ref[0].buffer, load));
		NPU_TRY(emit_load(s, load));
	}
	return NPU_OK;
}

/* Are all stores emitted that `load` reads from? */
static int is_ready(const struct schedule *s, uint32_t load)
{
	const uint32_t *after = s->cg->step[load].after;

	for (int i = 0; i < NPU_AFTERS; i++)
		if (after[i] != NPU_NONE && s->position[after[i]] == NPU_NONE)
			return 0;
	return 1;
}

/* Later loads whose data is there and which find an idle place. */
static enum npu_status emit_ahead(struct schedule *s)
{
	struct npu_codegen *cg = s->cg;
	uint32_t end = s->next_load + LOOK;

	for (uint32_t i = s->next_load; i < end && i < s->load_count; i++) {
		uint32_t load = s->load[i];
		uint32_t buffer = cg->step[load].ref[0].buffer;

		if (s->ahead_count >= s->ahead_most)
			break;
		if (s->position[load] != NPU_NONE)
			continue;
		if (!is_ready(s, load))
			continue;
		if (!cg->buffer[buffer].placed &&
		    !npu__place(places_of(s, buffer), buffer, 1))
			break;
		NPU_TRY(emit_load(s, load));
	}
	return NPU_OK;
}

/* Loads of `buffer` are no longer ahead: it is in use. */
static void forget_ahead(struct schedule *s, uint32_t buffer)
{
	for (uint32_t i = 0; i < s->ahead_count;) {
		if (s->cg->step[s->ahead[i]].ref[0].buffer == buffer)
			s->ahead[i] = s->ahead[--s->ahead_count];
		else
			i++;
	}
}

static void note_use(struct schedule *s, uint32_t step)
{
	struct npu_codegen *cg = s->cg;
	const struct npu_step *at = &cg->step[step];

	for (uint32_t r = 0; r < at->ref_count; r++) {
		uint32_t buffer = at->ref[r].buffer;

		if (!s->used[buffer]++)
			forget_ahead(s, buffer);
		if (cg->buffer[buffer].last == step)
			npu__unplace(places_of(s, buffer), buffer, at->job, 1);
	}
}

static enum npu_status set_up(struct schedule *s)
{
	struct npu_codegen *cg = s->cg;

	s->spad = npu__places_create(cg, NPU_SPACE_spad);
	s->acc = npu__places_create(cg, NPU_SPACE_acc);
	s->load = npu_new(cg->arena, uint32_t, cg->step_count);
	s->position = npu_new(cg->arena, uint32_t, cg->step_count);
	s->used = npu_new(cg->arena, uint32_t, cg->buffer_count);
	s->pushed = npu_new(cg->arena, uint8_t, cg->buffer_count);
	s->ahead = npu_new(cg->arena, uint32_t, cg->step_count);
	s->order_capacity = cg->step_count + 64;
	cg->order = npu_new(cg->arena, uint32_t, s->order_capacity);
	if (!s->spad || !s->acc || !s->load || !s->position || !s->used ||
	    !s->pushed || !s->ahead || !cg->order)
		return npu_fail(cg->err, NPU_E_NOMEM, "out of memory");
	cg->order_count = 0;
	for (uint32_t i = 0; i < cg->step_count; i++) {
		s->position[i] = NPU_NONE;
		if (is_load(&cg->step[i]))
			s->load[s->load_count++] = i;
	}
	/* the queue of LD must not fill, or the sequencer stands still */
	s->ahead_most = (uint32_t)npu_max(2, cg->chip->queues.depth * 3 / 4);
	return NPU_OK;
}

enum npu_status npu__pass_schedule(struct npu_codegen *cg)
{
	struct schedule s = { .cg = cg };

	NPU_TRY(set_up(&s));
	NPU_TRY(emit_ahead(&s));
	for (uint32_t i = 0; i < cg->step_count; i++) {
		if (is_load(&cg->step[i]))
			continue;
		NPU_TRY(emit_needed(&s, i));
		for (uint32_t r = 0; r < cg->step[i].ref_count; r++)
			NPU_TRY(place_now(&s, cg->step[i].ref[r].buffer, i));
		NPU_TRY(append(&s, i));
		note_use(&s, i);
		NPU_TRY(emit_ahead(&s));
	}
	for (uint32_t i = 0; i < cg->order_count; i++)
		if (cg->order[i] != NPU_NONE)
			npu__patch(cg, &cg->step[cg->order[i]]);
	return NPU_OK;
}

void npu__dump_schedule(const struct npu_codegen *cg, struct npu_text *out)
{
	for (uint32_t i = 0; i < cg->order_count; i++) {
		if (cg->order[i] == NPU_NONE)
			continue;
		npu_text_add(out, "%u: ", cg->order[i]);
		npu_insn_print(&cg->step[cg->order[i]].insn, out);
		npu_text_add(out, "\n");
	}
}
