/* tests/fuzz/fuzz_onnx.c - any bytes as an ONNX model: read, infer, print.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_text.h"
#include "models/npu_model.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct npu_dim_binding n = { "N", 1 };
	struct npu_graph *graph = NULL;
	struct npu_error err = { 0 };
	struct npu_text text = { 0 };

	if (npu_onnx_decode(data, size, "fuzz", &graph, &err)) {
		if (graph || !*err.message)
			abort();
		return 0;
	}
	if (!npu_graph_infer(graph, &n, 1, &err))
		npu_graph_print(graph, &text);
	else if (!*err.message)
		abort();
	npu_text_clear(&text);
	npu_graph_destroy(graph);
	return 0;
}
