/* traces/npu_verdict.c - what bounds a run, and where its largest loss is.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_runs_internal.h"

static double percent(double part, double whole)
{
	return whole > 0 ? 100 * part / whole : 0;
}

static const char *name_roof(double compute, double vector, double dram)
{
	if (compute >= vector && compute >= dram)
		return "its MACs";
	return dram >= vector ? "its DRAM traffic" : "its vector work";
}

struct npu__verdict npu__verdict(const struct npu__run *run)
{
	const json_t *s = run->summary, *most = NULL;
	const double cycles = npu__real(s, "cycles");
	double compute = 0, vector = 0, dram = 0, largest = 0;
	enum npu_stall worst = NPU_STALL_weight_load;

	for (int b = NPU_STALL_weight_load; b < NPU_STALL_COUNT; b++)
		if (npu__real(s, npu__stall[b].name) >
		    npu__real(s, npu__stall[worst].name))
			worst = (enum npu_stall)b;
	for (size_t k = 0; k < run->layer_count; k++) {
		const json_t *l = npu__layer(run, k);
		double loss = npu__real(l, npu__stall[worst].name);

		compute += npu__real(l, "compute_bound_cycles");
		vector += npu__real(l, "vector_bound_cycles");
		dram += npu__real(l, "dram_bound_cycles");
		if (loss > largest)
			most = l;
		largest = loss > largest ? loss : largest;
	}
	return (struct npu__verdict){
		.roof = name_roof(compute, vector, dram),
		.roof_percent = percent(npu__real(s, "bound_cycles"), cycles),
		.worst = worst,
		.worst_percent =
			percent(npu__real(s, npu__stall[worst].name), cycles),
		.worst_layer = most ? npu__string(most, "name") : NULL,
	};
}
