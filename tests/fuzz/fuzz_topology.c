/* tests/fuzz/fuzz_topology.c - SCALE-Sim topologies: read, infer, check.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_model.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct npu_error err = { .status = NPU_OK };
	struct npu_graph *graph;

	if (npu_topology_decode((const char *)data, size, "fuzz.csv", &graph,
				&err)) {
		if (!err.message[0])
			abort();
		return 0;
	}
	for (uint32_t i = 0; i < graph->value_count; i++) {
		if (graph->values[i]->is_input &&
		    graph->values[i]->shape.dim[0] < 0)
			graph->values[i]->shape.dim[0] = 1;
	}
	if (!npu_graph_infer(graph, NULL, 0, &err) &&
	    npu_graph_check(graph, &err))
		abort();
	npu_graph_destroy(graph);
	return 0;
}
