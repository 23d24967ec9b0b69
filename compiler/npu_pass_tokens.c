/* compiler/npu_pass_tokens.c - waits and signals from conflicts.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One counter per ordered pair of engines. The n-th wait of a pair takes what
 * its n-th signal gave, since engines keep their order. A wait that an earlier
 * one implies is left out: each engine has a vector clock of what it knows to
 * be complete. */
#include "compiler/npu_codegen_internal.h"
#include "compiler/npu_interval.h"
#include <string.h>

enum { ENGINES = NPU_ENGINE_COUNT, SPACES = 3 + NPU_REGIONS, GENEROUS = 255 };

struct tokens {
	struct npu_codegen *cg;
	struct npu_uses uses[SPACES];
	struct npu_clock now[ENGINES]; /* of the engine's last instruction */
	uint32_t number[ENGINES];      /* instructions so far */
	uint32_t *step_of[ENGINES]; /* step of the engine's n-th instruction */
	uint32_t *place;            /* by step: place in order */
	uint32_t count[ENGINES][ENGINES], most[ENGINES][ENGINES];
};

static uint64_t hull_end(const struct npu_access *access)
{
	uint64_t end = (uint64_t)access->first + access->extent;

	for (uint32_t l = 0; l < access->levels; l++)
		end += (access->count[l] - 1) * access->step[l];
	return end;
}

/* Memories that need no order: nothing ever writes them. */
static int is_constant(const struct npu_access *access)
{
	return access->space == NPU_SPACE_mem &&
	       (access->region == NPU_R_CONSTANTS ||
		access->region == NPU_R_INPUT);
}

/* The latest instruction of each engine that `step` conflicts with. */
static enum npu_status conflicts(struct tokens *t, const union npu_insn *insn,
				 enum npu_engine_id engine,
				 uint32_t need[ENGINES])
{
	struct npu_access access[NPU_ACCESS_MAX];
	size_t n = npu_insn_accesses(insn, t->cg->T, access);

	for (size_t i = 0; i < n; i++) {
		struct npu_access *a = &access[i];
		uint32_t space = (uint32_t)a->space;

		if (is_constant(a))
			continue;
		if (a->space == NPU_SPACE_mem && a->region == NPU_R_CORES) {
			a->first -= (int64_t)NPU_CORE_LUT;
			space = NPU_SPACE_lut;
		} else if (a->space == NPU_SPACE_mem) {
			space = NPU_SPACE_mem + a->region;
		}
		if (!npu__uses_touch(&t->uses[space], (uint64_t)a->first,
				     hull_end(a), a->is_write, engine,
				     t->number[engine], need))
			return npu_fail(t->cg->err, NPU_E_NOMEM,
					"out of memory");
	}
	return NPU_OK;
}

/* Bit of the counter of an ordered pair: four engines, twelve pairs. */
static uint32_t pair(uint32_t producer, uint32_t consumer)
{
	uint32_t others = consumer - 1 - (consumer > producer);

	return (producer - 1) * 3 + others;
}

static void learn(struct npu_clock *clock, const struct npu_clock *more)
{
	for (int e = 0; e < ENGINES; e++)
		if (clock->at[e] < more->at[e])
			clock->at[e] = more->at[e];
}

/* Add the waits of `step` on what it needs and does not know yet. */
static void wait_for(struct tokens *t, uint32_t step, uint32_t engine,
		     uint32_t need[ENGINES])
{
	struct npu_codegen *cg = t->cg;
	struct npu_clock *clock = &t->now[engine];

	need[engine] = 0;
	for (;;) {
		uint32_t latest = 0, from = 0, other;

		for (uint32_t e = 1; e < ENGINES; e++) {
			if (need[e] <= clock->at[e])
				continue;
			other = t->step_of[e][need[e] - 1];
			if (!from || t->place[other] > t->place[latest]) {
				from = e;
				latest = other;
			}
		}
		if (!from)
			return;
		cg->step[step].insn.any.wait |= 1u << pair(from, engine);
		cg->step[latest].insn.any.signal |= 1u << pair(from, engine);
		learn(clock, &cg->clock[latest]);
	}
}

/* How many tokens of each pair the program holds when run one instruction at a
 * time, at most. */
static void count_tokens(struct tokens *t)
{
	struct npu_codegen *cg = t->cg;

	for (uint32_t i = 0; i < cg->order_count; i++) {
		const union npu_insn *insn;

		if (cg->order[i] == NPU_NONE)
			continue;
		insn = &cg->step[cg->order[i]].insn;
		for (uint32_t p = 1; p < ENGINES; p++)
			for (uint32_t c = 1; c < ENGINES; c++) {
				uint64_t bit;

				if (p == c)
					continue;
				bit = (uint64_t)1 << pair(p, c);
				t->count[p][c] -= (insn->any.wait & bit) != 0;
				t->count[p][c] += (insn->any.signal & bit) != 0;
				if (t->most[p][c] < t->count[p][c])
					t->most[p][c] = t->count[p][c];
			}
	}
}

static void declare(struct tokens *t)
{
	struct npu_core_program *core = &t->cg->program->core[0];

	for (uint32_t p = 1; p < ENGINES; p++)
		for (uint32_t c = 1; c < ENGINES; c++) {
			uint32_t k = p == c ? 0 : pair(p, c);

			if (p == c || !t->most[p][c])
				continue;
			core->token[k] = (struct npu_token){
				.used = 1,
				.producer = (enum npu_engine_id)p,
				.consumer = (enum npu_engine_id)c,
				.capacity = (uint16_t)npu_max(t->most[p][c],
							      GENEROUS),
			};
			core->port[k] =
				(struct npu_port){ .used = 1,
						   .counter = (uint8_t)k };
		}
}

static enum npu_status walk(struct tokens *t)
{
	struct npu_codegen *cg = t->cg;

	for (uint32_t i = 0; i < cg->order_count; i++) {
		uint32_t step = cg->order[i], need[ENGINES] = { 0 };
		enum npu_engine_id engine;

		if (step == NPU_NONE)
			continue;
		engine = npu_insn_engine(&cg->step[step].insn);
		t->place[step] = i;
		t->step_of[engine][t->number[engine]++] = step;
		NPU_TRY(conflicts(t, &cg->step[step].insn, engine, need));
		wait_for(t, step, engine, need);
		t->now[engine].at[engine] = t->number[engine];
		cg->clock[step] = t->now[engine];
	}
	count_tokens(t);
	for (uint32_t p = 1; p < ENGINES; p++)
		for (uint32_t c = 1; c < ENGINES; c++)
			if (t->most[p][c] > UINT16_MAX)
				return npu_fail(cg->err, NPU_E_LIMIT,
						"more than 65535 tokens");
	declare(t);
	return NPU_OK;
}

enum npu_status npu__pass_tokens(struct npu_codegen *cg)
{
	struct tokens *t = npu_new(cg->arena, struct tokens, 1);
	enum npu_status status = NPU_E_NOMEM;

	if (!t)
		return npu_fail(cg->err, NPU_E_NOMEM, "out of memory");
	t->cg = cg;
	cg->clock = npu_new(cg->arena, struct npu_clock, cg->step_count);
	t->place = npu_new(cg->arena, uint32_t, cg->step_count);
	for (int e = 1; e < ENGINES; e++)
		t->step_of[e] = npu_new(cg->arena, uint32_t, cg->step_count);
	if (cg->clock && t->place && t->step_of[1] && t->step_of[2] &&
	    t->step_of[3] && t->step_of[4])
		status = walk(t);
	else
		npu_fail(cg->err, NPU_E_NOMEM, "out of memory");
	for (int s = 0; s < SPACES; s++)
		npu__uses_clear(&t->uses[s]);
	return status;
}

void npu__dump_tokens(const struct npu_codegen *cg, struct npu_text *out)
{
	npu__dump_schedule(cg, out);
}
