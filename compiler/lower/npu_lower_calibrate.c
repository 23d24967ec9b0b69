/* compiler/lower/npu_lower_calibrate.c - pass: the range of every value, from
 * runs of the exact reference in fp32.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_lower.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void widen_range(struct npu_lowering *low, const struct npu_value *value,
			const float *data)
{
	const int64_t count = npu_shape_count(&value->shape);
	float lo = low->lo[value->id], hi = low->hi[value->id];

	for (int64_t i = 0; i < count; i++) {
		lo = data[i] < lo ? data[i] : lo;
		hi = data[i] > hi ? data[i] : hi;
	}
	low->lo[value->id] = lo;
	low->hi[value->id] = hi;
}

/* Imported input `i` of a sample, or random numbers. */
static enum npu_status sample_input(struct npu_lowering *low, size_t sample,
				    const struct npu_value *imported, size_t i,
				    const struct npu_value *lowered,
				    struct npu_array *out,
				    struct npu_error *err)
{
	struct npu_array random = { 0 };
	enum npu_status status;

	if (low->options->calibration_count)
		return npu_lower_input(lowered,
				       &low->options->calibration[sample][i],
				       out, err);
	NPU_TRY(npu_array_random(imported, low->options->seed + sample, &random,
				 err));
	status = npu_lower_input(lowered, &random, out, err);
	npu_array_clear(&random);
	return status;
}

static enum npu_status run_sample(struct npu_lowering *low, size_t sample,
				  struct npu_array *inputs,
				  struct npu_error *err)
{
	struct npu_graph *graph = low->graph;
	struct npu_values values;
	uint32_t lowered = 0;
	size_t count = 0;

	for (uint32_t i = 0; i < low->imported->value_count; i++) {
		if (!low->imported->values[i]->is_input)
			continue;
		while (!graph->values[lowered]->is_input)
			lowered++;
		NPU_TRY(sample_input(low, sample, low->imported->values[i],
				     count, graph->values[lowered],
				     &inputs[count], err));
		count++;
		lowered++;
	}
	NPU_TRY(npu_exact_run(graph, inputs, &values, err));
	for (uint32_t i = 0; i < graph->value_count; i++) {
		if (values.data[i])
			widen_range(low, graph->values[i], values.data[i]);
	}
	npu_values_clear(&values);
	return NPU_OK;
}

/* Random samples: as many as cost little, so that small networks, whose values
 * have few elements, still see their ranges. */
static size_t random_samples(const struct npu_lowering *low)
{
	const uint64_t most = 32, budget = UINT64_C(500000000);
	const uint64_t macs = npu_graph_macs(low->imported) + 1;

	return 1 + (size_t)(budget / macs < most ? budget / macs : most);
}

enum npu_status npu__lower_calibrate(struct npu_lowering *low,
				     struct npu_error *err)
{
	struct npu_graph *graph = low->graph;
	const size_t samples = low->options->calibration_count
				       ? low->options->calibration_count
				       : random_samples(low);
	struct npu_array *inputs;
	enum npu_status status = NPU_OK;

	low->lo = npu_new(graph->arena, float, graph->value_count);
	low->hi = npu_new(graph->arena, float, graph->value_count);
	if (!low->lo || !low->hi)
		return npu__lower_nomem(err);
	if (!low->options->with_data)
		return NPU_OK;
	inputs = calloc(graph->value_count + 1u, sizeof(*inputs));
	if (!inputs)
		return npu__lower_nomem(err);
	for (size_t s = 0; s < samples && status == NPU_OK; s++) {
		status = run_sample(low, s, inputs, err);
		for (uint32_t i = 0; i < graph->value_count; i++)
			npu_array_clear(&inputs[i]);
	}
	free(inputs);
	for (uint32_t i = 0; i < graph->value_count && status == NPU_OK; i++) {
		const struct npu_value *value = graph->values[i];

		if (!isfinite(low->lo[i]) || !isfinite(low->hi[i]))
			status = npu_fail(err, NPU_E_RANGE,
					  "value %s is not finite on the "
					  "calibration inputs, so it has no "
					  "int8 range",
					  value->name);
	}
	return status;
}
