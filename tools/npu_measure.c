/* tools/npu_measure.c - one network on one chip, timing only.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/npu_measure.h"
#include "models/npu_model.h"

static enum npu_status simulate(const struct npu_chip *chip,
				const struct npu_program *program,
				struct npu_result **result,
				struct npu_error *err)
{
	const struct npu_sim_options options = { 0 };
	struct npu_sim *sim = NULL;
	enum npu_status status;

	NPU_TRY(npu_sim_create(chip, program, &options, &sim, err));
	status = npu_sim_run(sim, NULL, NULL, result, err);
	npu_sim_destroy(sim);
	return status;
}

enum npu_status npu_measure(const struct npu_measurement *what,
			    struct npu_chip *chip, struct npu_result **result,
			    struct npu_error *err)
{
	const struct npu_model_options model = { .batch = what->batch };
	const struct npu_lower_options lower = { .precision = what->precision };
	const struct npu_codegen_options codegen = { 0 };
	struct npu_graph *graph = NULL, *lowered = NULL;
	struct npu_program *program = NULL;
	struct npu_chip own;
	enum npu_status status;

	if (!chip)
		chip = &own;
	NPU_TRY(npu_chip_load(what->chip, NULL, what->sets, what->set_count,
			      chip, err));
	status = npu_model_load(what->network, &model, &graph, err);
	if (status == NPU_OK)
		status = npu_lower(graph, &lower, &lowered, err);
	if (status == NPU_OK)
		status = npu_codegen(lowered, chip, &codegen, &program, err);
	if (status == NPU_OK)
		status = simulate(chip, program, result, err);
	if (status == NPU_OK)
		(*result)->batch = npu_graph_batch(graph);
	npu_program_destroy(program);
	npu_graph_destroy(lowered);
	npu_graph_destroy(graph);
	return status;
}

double npu_measured_seconds(const struct npu_result *result)
{
	return (double)result->total.cycles / (double)result->clock_hz;
}

double npu_measured_frames_per_s(const struct npu_result *result)
{
	double batch = result->batch ? (double)result->batch : 1;

	return result->total.cycles ? batch / npu_measured_seconds(result) : 0;
}

double npu_measured_roof_ratio(const struct npu_result *result)
{
	return result->total.cycles ? (double)result->bound_cycles /
					      (double)result->total.cycles
				    : 0;
}
