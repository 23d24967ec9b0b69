/* tests/fuzz/fuzz_network.c - network YAML: read, infer, check, print.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_text.h"
#include "models/npu_model.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct npu_error err = { .status = NPU_OK };
	struct npu_text text = { 0 };
	struct npu_graph *graph;

	if (npu_network_decode((const char *)data, size, "fuzz.yaml", NULL,
			       &graph, &err)) {
		if (!err.message[0])
			abort(); /* a refusal says why */
		return 0;
	}
	/* What the reader accepts keeps the promises of a graph. */
	if (!npu_graph_infer(graph, NULL, 0, &err)) {
		if (npu_graph_check(graph, &err))
			abort();
		npu_graph_print(graph, &text);
		npu_text_clear(&text);
	}
	npu_graph_destroy(graph);
	return 0;
}
