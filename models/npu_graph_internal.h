/* models/npu_graph_internal.h - shared by the files that make up the graph.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_GRAPH_INTERNAL_H
#define NPU_GRAPH_INTERNAL_H
#include "models/npu_graph.h"

/* Index graph->values by name anew, after their ids have changed; 0 when out of
 * memory. */
int npu__graph_reindex(struct npu_graph *graph);

#endif
