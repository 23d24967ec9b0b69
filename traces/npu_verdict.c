/* traces/npu_verdict.c - what bounds a run, and where its largest loss is.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_verdict_internal.h"
#include "traces/npu_runs_internal.h"

/* Below this share of the cycles a stall is not what holds a run back. */
static const double small_percent = 5;

static double percent(double part, double whole)
{
	return whole > 0 ? 100 * part / whole : 0;
}

enum npu_stall npu__roof_of(double compute, double vector, double dram)
{
	if (compute >= vector && compute >= dram)
		return NPU_STALL_compute;
	return dram >= vector ? NPU_STALL_dram : NPU_STALL_vector;
}

const char *npu__roof_name(enum npu_stall roof)
{
	return roof == NPU_STALL_compute ? "its MACs"
	       : roof == NPU_STALL_dram  ? "its DRAM traffic"
					 : "its vector work";
}

const char *npu__help(enum npu_stall worst, double worst_percent,
		      enum npu_stall roof)
{
	return npu__remedy[worst_percent < small_percent ? roof : worst].doc;
}

struct npu__verdict npu__verdict(const struct npu__run *run)
{
	const json_t *s = run->summary, *most = NULL;
	const double cycles = npu__real(s, "cycles");
	double compute = 0, vector = 0, dram = 0, largest = 0, worst_percent;
	enum npu_stall roof;
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
	roof = npu__roof_of(compute, vector, dram);
	worst_percent = percent(npu__real(s, npu__stall[worst].name), cycles);
	return (struct npu__verdict){
		.roof = npu__roof_name(roof),
		.roof_percent = percent(npu__real(s, "bound_cycles"), cycles),
		.worst = worst,
		.worst_percent = worst_percent,
		.help = npu__help(worst, worst_percent, roof),
		.worst_layer = most ? npu__string(most, "name") : NULL,
	};
}

int npu__against_first(const struct npu_runs *runs, size_t r, double *time,
		       double *energy)
{
	const json_t *first = runs->run[0].summary, *s = runs->run[r].summary;

	*time = npu__real(s, "latency_ns") / npu__real(first, "latency_ns");
	*energy = npu__real(s, "energy_pj.total") /
		  npu__real(first, "energy_pj.total");
	return *time > 0 && *time < 1e12 && *energy > 0 && *energy < 1e12;
}
