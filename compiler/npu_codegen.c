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

/* Shares of the scratchpad that tiles may take, in hundredths, and whether
 * layers run side by side: less, where what lies between leaves no place. */
static const struct {
	unsigned hundredths;
	uint8_t interleaves;
	uint8_t keeps; /* hundredths that resident values may take together */
	uint8_t acc_parts; /* a group's layer takes one of them */
} tries[] = { { 85, 1, 60, 2 }, { 80, 1, 50, 3 }, { 75, 1, 35, 3 },
	      { 85, 1, 0, 3 },  { 50, 1, 0, 4 },  { 85, 0, 0, 1 },
	      { 60, 0, 0, 1 },  { 42, 0, 0, 1 },  { 30, 0, 0, 1 },
	      { 20, 0, 0, 1 },  { 12, 0, 0, 1 } };
/* With fewer banks the engines would only wait for each other's. */
enum { FEW_BANKS = 8 };
enum { TRIES = sizeof tries / sizeof *tries, PLAIN = 5 };

static enum npu_status run_passes(struct npu_codegen *cg,
				  const struct npu_codegen_options *options)
{
	for (int p = 0; p < PASSES; p++) {
		NPU_TRY(passes[p].run(cg));
		if (options && options->dump && options->dump_text &&
		    !strcmp(options->dump, passes[p].name))
			passes[p].dump(cg, options->dump_text);
		if (options && options->explain &&
		    passes[p].run == npu__pass_tile)
			npu__dump_tile(cg, options->explain);
	}
	return NPU_OK;
}

static enum npu_status attempt(struct npu_graph *lowered,
			       const struct npu_chip *chip,
			       const struct npu_codegen_options *options,
			       int try, struct npu_program *program,
			       struct npu_error *err)
{
	struct npu_codegen *cg;
	struct npu_arena *arena = npu_arena_create();
	enum npu_status status = NPU_E_NOMEM;

	cg = arena ? npu_new(arena, struct npu_codegen, 1) : NULL;
	if (!cg) {
		npu_arena_destroy(arena);
		return npu_fail(err, NPU_E_NOMEM, "out of memory");
	}
	cg->arena = arena;
	cg->chip = chip;
	cg->graph = lowered;
	cg->program = program;
	cg->err = err;
	cg->interleaves = tries[try].interleaves;
	cg->keeps = tries[try].keeps;
	cg->acc_parts = tries[try].acc_parts;
	if (chip->scratchpad.banks < FEW_BANKS)
		cg->interleaves = cg->keeps = 0;
	cg->T = (uint32_t)chip->array.cols;
	cg->acc_rows = npu_chip_acc_rows(chip);
	cg->spad_budget = chip->scratchpad.bytes * tries[try].hundredths / 100;
	cg->dram_bytes_per_cycle = npu_dram_peak_bytes_per_cycle(chip);
	program->network = npu_arena_strdup(
		program->arena, lowered->name ? lowered->name : "network");
	program->chip_fingerprint = npu_chip_fingerprint(chip);
	if (program->network)
		status = run_passes(cg, options);
	else
		npu_fail(err, NPU_E_NOMEM, "out of memory");
	npu_arena_destroy(arena);
	return status;
}

enum npu_status npu_codegen(struct npu_graph *lowered,
			    const struct npu_chip *chip,
			    const struct npu_codegen_options *options,
			    struct npu_program **out, struct npu_error *err)
{
	enum npu_status status = NPU_OK;
	struct npu_error first = { 0 };

	for (int t = 0; t < TRIES; t++) {
		struct npu_program *program = npu_program_create();
		struct npu_error mine = { 0 };

		if (!program)
			return npu_fail(err, NPU_E_NOMEM, "out of memory");
		if (options && options->dump_text && options->dump)
			npu_text_clear(options->dump_text);
		if (options && options->explain)
			npu_text_clear(options->explain);
		status = attempt(lowered, chip, options, t, program, &mine);
		if (status == NPU_OK) {
			*out = program;
			return NPU_OK;
		}
		npu_program_destroy(program);
		/* the plainest way with most room says best what is lacking */
		if (!first.status || t == PLAIN)
			first = mine;
		if (status != NPU_E_CAPACITY)
			break;
	}
	return npu_fail(err, first.status ? first.status : status, "%s",
			first.message);
}
