/* tests/fuzz/fuzz_lower.c - any bytes as an ONNX model: read, infer, and lower
 * without data in every precision.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_text.h"
#include "compiler/npu_compiler.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void lower(struct npu_graph *graph, enum npu_precision precision)
{
	const struct npu_lower_options options = { .precision = precision };
	struct npu_graph *lowered = NULL;
	struct npu_error err = { 0 };
	struct npu_text text = { 0 };

	if (npu_lower(graph, &options, &lowered, &err)) {
		/* the checker found a graph that no pass may make */
		if (lowered || !*err.message || err.status == NPU_E_INTERNAL)
			abort();
		return;
	}
	npu_graph_print(lowered, &text);
	npu_text_clear(&text);
	npu_graph_destroy(lowered);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct npu_dim_binding n = { "N", 1 };
	struct npu_graph *graph = NULL;
	struct npu_error err = { 0 };

	if (npu_onnx_decode(data, size, "fuzz", &graph, &err))
		return 0;
	if (!npu_graph_infer(graph, &n, 1, &err)) {
		lower(graph, NPU_PRECISION_int8);
		lower(graph, NPU_PRECISION_bf16);
		lower(graph, NPU_PRECISION_fp32);
	}
	npu_graph_destroy(graph);
	return 0;
}
