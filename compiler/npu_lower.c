/* compiler/npu_lower.c - imported network -> lowered graph: the pass list, run.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_text.h"
#include "compiler/lower/npu_lower.h"
#include "isa/npu_isa.h"
#include "models/exact/npu_exact_code.h"
#include <string.h>

/* Codes are numbers in models/: they are those of the ISA. */
#define X(name, code) _Static_assert((int)NPU_ALU_##name == (code), #name);
NPU_EXACT_ALU_LIST(X)
#undef X
#define X(name, code) _Static_assert((int)NPU_FUNC_##name == (code), #name);
NPU_EXACT_FUNC_LIST(X)
#undef X
#define X(name, code) _Static_assert((int)NPU_REDUCE_##name == (code), #name);
NPU_EXACT_REDUCE_LIST(X)
#undef X

const char *const npu_precision_name[NPU_PRECISION_COUNT + 1] = {
#define NPU_PRECISION(name) #name,
#include "compiler/npu_precision.def"
};

enum { RUNS_all, RUNS_int8, RUNS_float };

static const struct {
	const char *name;
	int runs;
	npu_lower_pass_fn *function;
} passes[] = {
#define X(name, precisions, doc) \
	{ #name, RUNS_##precisions, npu__lower_##name },
	NPU_LOWER_PASS_LIST(X)
#undef X
};
enum { PASS_COUNT = sizeof(passes) / sizeof(passes[0]) };

const char *npu_lower_pass_name(size_t index)
{
	return index < PASS_COUNT ? passes[index].name : NULL;
}

static enum npu_status run_passes(struct npu_lowering *low,
				  struct npu_error *err)
{
	const int is_int8 = low->options->precision == NPU_PRECISION_int8;
	const char *dump = low->options->dump;

	for (int i = 0; i < PASS_COUNT; i++) {
		if (passes[i].runs == (is_int8 ? RUNS_float : RUNS_int8))
			continue;
		NPU_TRY(passes[i].function(low, err));
		NPU_TRY(npu_graph_check(low->graph, err));
		if (dump && !strcmp(dump, passes[i].name) &&
		    low->options->dump_text)
			npu_graph_print(low->graph, low->options->dump_text);
	}
	return NPU_OK;
}

enum npu_status npu_lower(struct npu_graph *imported,
			  const struct npu_lower_options *options,
			  struct npu_graph **out, struct npu_error *err)
{
	struct npu_lowering low = { .imported = imported, .options = options };
	enum npu_status status = run_passes(&low, err);

	if (low.target && low.target != low.graph)
		npu_graph_destroy(low.target);
	if (status == NPU_OK)
		*out = low.graph;
	else
		npu_graph_destroy(low.graph);
	return status;
}
