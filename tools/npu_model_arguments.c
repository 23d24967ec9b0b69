/* tools/npu_model_arguments.c - the network a command line names.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/npu_model_arguments.h"
#include <stdlib.h>
#include <string.h>

enum { BINDINGS_MAX = 32, BINDING_NAME = 64 };
struct bindings {
	struct npu_dim_binding list[BINDINGS_MAX];
	char names[BINDINGS_MAX][BINDING_NAME];
	size_t count;
};

static enum npu_status read_bindings(const struct npu_arguments *args,
				     struct bindings *out,
				     struct npu_error *err)
{
	size_t n = args->value_count[NPU_OPTION_dim];

	if (n > BINDINGS_MAX)
		return npu_fail(err, NPU_E_USAGE, "--dim: at most %d",
				BINDINGS_MAX);
	for (size_t i = 0; i < n; i++) {
		const char *text = args->values[NPU_OPTION_dim][i];
		const char *eq = strrchr(text, '=');
		char *end = NULL;
		long long value = eq ? strtoll(eq + 1, &end, 10) : 0;

		if (!eq || eq == text || eq - text >= BINDING_NAME ||
		    end == eq + 1 || *end || value < 1 || value > 1 << 30)
			return npu_fail(err, NPU_E_USAGE,
					"--dim: expected NAME=N with N in "
					"1..%d, got \"%s\"",
					1 << 30, text);
		memcpy(out->names[i], text, (size_t)(eq - text));
		out->list[i].name = out->names[i];
		out->list[i].value = value;
	}
	out->count = n;
	return NPU_OK;
}

enum npu_status npu_model_from_arguments(const struct npu_arguments *args,
					 struct npu_graph **out,
					 struct npu_error *err)
{
	struct npu_model_options options = { 0 };
	struct bindings bindings = { 0 };

	NPU_TRY(read_bindings(args, &bindings, err));
	NPU_TRY(npu_option_integer(args, NPU_OPTION_seed, 0, UINT64_MAX, 1,
				   &options.seed, err));
	NPU_TRY(npu_option_integer(args, NPU_OPTION_batch, 1, 65535, 0,
				   &options.batch, err));
	options.bindings = bindings.list;
	options.binding_count = bindings.count;
	return npu_model_load(args->positional[0], &options, out, err);
}

enum npu_status npu_precision_from_arguments(const struct npu_arguments *args,
					     enum npu_precision *out,
					     struct npu_error *err)
{
	size_t precision;

	NPU_TRY(npu_option_choice(args, NPU_OPTION_precision,
				  npu_precision_name, NPU_PRECISION_int8,
				  &precision, err));
	*out = (enum npu_precision)precision;
	return NPU_OK;
}
