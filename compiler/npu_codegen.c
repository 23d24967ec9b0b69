/* compiler/npu_codegen.c - lowered graph + chip -> program: the list of passes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/npu_codegen_internal.h"
#include "isa/npu_cost.h"
#include <string.h>

typedef enum npu_status pass_fn(struct npu_codegen *cg);
typedef void dump_fn(const struct npu_codegen *cg, struct npu_text *out);

static const struct {
	const char *name;
	pass_fn *run;
	dump_fn *dump;
} passes[] = {
#define X(name, doc) { #name, npu__pass_##name, npu__dump_##name },
	NPU_CODEGEN_PASSES(X)
#undef X
};
enum { PASSES = sizeof passes / sizeof *passes };

const char *npu_codegen_pass_name(size_t index)
{
	return index < PASSES ? passes[index].name : NULL;
}

/* Shares in the order they are tried: where what lies between leaves no place,
 * first without holes, then less. */
static const struct npu_share shares[] = {
	{ 85, 60, 2, 1, 0 }, { 85, 60, 2, 1, 1 }, { 80, 50, 3, 1, 1 },
	{ 75, 35, 3, 1, 1 }, { 85, 0, 3, 1, 1 },  { 50, 0, 4, 1, 1 },
	{ 85, 0, 1, 0, 0 },  { 85, 0, 1, 0, 1 },  { 60, 0, 1, 0, 1 },
	{ 42, 0, 1, 0, 1 },  { 30, 0, 1, 0, 1 },  { 20, 0, 1, 0, 1 },
	{ 12, 0, 1, 0, 1 },
};
/* With fewer banks the engines would only wait for each other's. */
enum { FEW_BANKS = 8 };
/* `ROUNDS`: attempts that change one layer's share; then all lower theirs. */
enum { SHARES = sizeof shares / sizeof *shares, PLAIN = 6, ROUNDS = 32 };

/* What is learnt from one attempt for the next. */
struct plan {
	uint32_t count, floor, rounds;
	uint32_t *level;         /* by layer: index of its share */
	struct npu_share *share; /* by layer */
	/* the plainest way with most room says best what is lacking */
	struct npu_error plainest;
	uint32_t plainest_layer, last_layer;
};

static void set_level(struct plan *plan, uint32_t layer, uint32_t level)
{
	plan->level[layer] = level;
	plan->share[layer] = shares[level];
}

static enum npu_status make_plan(struct npu_arena *arena, uint32_t count,
				 const struct npu_chip *chip, struct plan *out)
{
	*out = (struct plan){ .count = count };
	out->floor = chip->scratchpad.banks < FEW_BANKS ? PLAIN : 0;
	out->level = npu_new(arena, uint32_t, count);
	out->share = npu_new(arena, struct npu_share, count);
	if (!out->level || !out->share)
		return NPU_E_NOMEM;
	for (uint32_t i = 0; i < count; i++)
		set_level(out, i, out->floor);
	return NPU_OK;
}

/* The layer that found no place takes less, and so do those beside it; returns
 * 0 where it took the least already. */
static int take_less(struct plan *plan, const struct npu_codegen *cg)
{
	const uint32_t group = cg->work[cg->layer].group;
	const uint32_t level = plan->level[cg->layer] + 1;

	plan->last_layer = cg->layer;
	if (level == PLAIN + 1) {
		plan->plainest = *cg->err;
		plan->plainest_layer = cg->layer;
	}
	if (level == SHARES)
		return 0;
	for (uint32_t i = 0; i < plan->count; i++)
		if (cg->work[i].group == group && plan->level[i] < level)
			set_level(plan, i, level);
	if (++plan->rounds <= ROUNDS || plan->floor + 1 == SHARES)
		return 1;
	plan->floor++;
	for (uint32_t i = 0; i < plan->count; i++)
		if (plan->level[i] < plan->floor)
			set_level(plan, i, plan->floor);
	return 1;
}

static enum npu_status run_passes(struct npu_codegen *cg,
				  const struct npu_codegen_options *options)
{
	for (int p = 0; p < PASSES; p++) {
		NPU_TRY(passes[p].run(cg));
		if (options && options->dump && options->dump_text &&
		    !strcmp(options->dump, passes[p].name))
			passes[p].dump(cg, options->dump_text);
		if (options && options->explain &&
		    passes[p].run == npu__pass_resident)
			npu__dump_tile(cg, options->explain);
	}
	return NPU_OK;
}

static enum npu_status set_up(struct npu_codegen *cg)
{
	const char *name = cg->graph->name ? cg->graph->name : "network";
	struct npu_program *program = cg->program;

	cg->T = (uint32_t)cg->chip->array.cols;
	cg->acc_rows = npu_chip_acc_rows(cg->chip);
	cg->dram_bytes_per_cycle = npu_dram_peak_bytes_per_cycle(cg->chip);
	program->network = npu_arena_strdup(program->arena, name);
	program->chip_fingerprint = npu_chip_fingerprint(cg->chip);
	if (!program->network)
		return npu_fail(cg->err, NPU_E_NOMEM, "out of memory");
	return NPU_OK;
}

/* One program by the shares of `plan`. E_CAPACITY: `plan` has changed, and
 * another attempt may succeed if *again is set. */
static enum npu_status attempt(struct npu_graph *lowered,
			       const struct npu_chip *chip,
			       const struct npu_codegen_options *options,
			       struct plan *plan, int *again,
			       struct npu_program **out, struct npu_error *err)
{
	struct npu_arena *arena = npu_arena_create();
	struct npu_program *program = npu_program_create();
	struct npu_codegen *cg = NULL;
	enum npu_status status = NPU_E_NOMEM;

	if (arena && program)
		cg = npu_new(arena, struct npu_codegen, 1);
	if (!cg) {
		npu_fail(err, status, "out of memory");
		goto close;
	}
	*cg = (struct npu_codegen){
		.arena = arena,
		.chip = chip,
		.graph = lowered,
		.program = program,
		.err = err,
		.share = plan->share,
	};
	if (options && options->dump_text && options->dump)
		npu_text_clear(options->dump_text);
	if (options && options->explain)
		npu_text_clear(options->explain);
	status = set_up(cg);
	if (status == NPU_OK)
		status = run_passes(cg, options);
	if (status == NPU_OK)
		*out = program;
	else if (status == NPU_E_CAPACITY)
		*again = take_less(plan, cg);
close:
	npu_arena_destroy(arena);
	if (status != NPU_OK)
		npu_program_destroy(program);
	return status;
}

enum npu_status npu_codegen(struct npu_graph *lowered,
			    const struct npu_chip *chip,
			    const struct npu_codegen_options *options,
			    struct npu_program **out, struct npu_error *err)
{
	struct npu_arena *arena = npu_arena_create();
	const struct npu_error *said;
	enum npu_status status = NPU_E_NOMEM;
	struct npu_error mine;
	struct plan plan;
	int again = 0;

	if (arena)
		status = make_plan(arena, lowered->node_count, chip, &plan);
	if (status != NPU_OK) {
		npu_arena_destroy(arena);
		return npu_fail(err, status, "out of memory");
	}
	do {
		mine = (struct npu_error){ 0 };
		status = attempt(lowered, chip, options, &plan, &again, out,
				 &mine);
	} while (status == NPU_E_CAPACITY && again);
	said = &mine;
	if (status == NPU_E_CAPACITY && plan.plainest.status &&
	    plan.plainest_layer == plan.last_layer)
		said = &plan.plainest;
	if (status != NPU_OK)
		npu_fail(err, status, "%s", said->message);
	npu_arena_destroy(arena);
	return status;
}
