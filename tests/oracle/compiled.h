// tests/oracle/compiled.h - compiler, exact reference, simulator.
// SPDX-License-Identifier: Apache-2.0
#ifndef NPU_TEST_COMPILED_H
#define NPU_TEST_COMPILED_H
#include "compiler/npu_compiler.h"
#include "isa/npu_verify.h"
#include "sim/npu_sim.h"
#include <cstring>
#include <string>
#include <vector>

namespace compiled
{
// Everything made of one imported graph. Calls come in the order of the
// members; each returns the status of the first thing that failed, with err's
// message.
struct Network {
	npu_graph *graph; // borrowed, inferred
	npu_graph *lowered = nullptr;
	npu_program *program = nullptr;
	npu_values exact = {};
	npu_sim *sim = nullptr;
	npu_result *result = nullptr;
	npu_chip chip = {};
	npu_error err = {};
	uint64_t compared = 0, mismatches = 0; // elements, by simulate()

	explicit Network(npu_graph *imported) : graph(imported)
	{
	}
	~Network()
	{
		for (npu_array &a : stored)
			npu_array_clear(&a);
		npu_result_destroy(result);
		npu_sim_destroy(sim);
		npu_values_clear(&exact);
		npu_program_destroy(program);
		npu_graph_destroy(lowered);
	}
	Network(const Network &) = delete;

	// Lower, calibrated on `inputs` (in the graph's order), and run the
	// exact reference on them.
	npu_status lower(npu_precision precision, const npu_array *inputs)
	{
		npu_lower_options options = {};

		options.precision = precision;
		options.with_data = 1;
		options.calibration = &inputs;
		options.calibration_count = 1;
		npu_status status = npu_lower(graph, &options, &lowered, &err);
		for (uint32_t i = 0; !status && i < lowered->value_count; i++) {
			const npu_value *value = lowered->values[i];
			npu_array array = {};

			if (!value->is_input)
				continue;
			status = npu_lower_input(
				value, &inputs[position(value->imported)],
				&array, &err);
			stored.push_back(array);
			stored_values.push_back(value);
		}
		if (!status)
			status = npu_exact_run(lowered, stored.data(), &exact,
					       &err);
		return status;
	}
	npu_status compile(const char *chip_name)
	{
		npu_codegen_options options = {};
		npu_status status = npu_chip_load(
			chip_name, NPU_SOURCE_DIR "/configs/chips", nullptr, 0,
			&chip, &err);

		if (!status)
			status = npu_codegen(lowered, &chip, &options, &program,
					     &err);
		if (!status)
			status = npu_verify(program, &chip, nullptr, &err);
		return status;
	}
	// Functional run; every layer's tensors against the exact reference.
	npu_status simulate()
	{
		npu_sim_options options = {};

		options.functional = 1;
		npu_status status =
			npu_sim_create(&chip, program, &options, &sim, &err);
		if (status)
			return status;
		for (size_t i = 0; i < stored.size(); i++)
			npu_sim_write(sim, tensor(stored_values[i]->name),
				      stored[i].data);
		return npu_sim_run(sim, compare_layer, this, &result, &err);
	}
	// The exact reference's form of imported `value`, as fp32 in the
	// imported shape; empty where fusion left none.
	std::vector<float> output(const npu_value *value)
	{
		std::vector<float> out;

		for (uint32_t i = 0; i < lowered->value_count; i++) {
			const npu_value *low = lowered->values[i];
			npu_array array = {};

			if (!out.empty() || !low->imported ||
			    std::strcmp(low->imported, value->name) ||
			    !exact.data[low->id] ||
			    npu_raise_value(low, exact.data[low->id], value,
					    &array, &err))
				continue;
			const float *f = (const float *)array.data;
			out.assign(f, f + npu_shape_count(&array.shape));
			npu_array_clear(&array);
		}
		return out;
	}

      private:
	std::vector<npu_array> stored; // lowered inputs
	std::vector<const npu_value *> stored_values;

	size_t position(const char *name) const
	{
		size_t at = 0;

		for (uint32_t i = 0; i < graph->value_count; i++) {
			if (!graph->values[i]->is_input)
				continue;
			if (!std::strcmp(graph->values[i]->name, name))
				return at;
			at++;
		}
		return 0;
	}
	const npu_tensor_desc *tensor(const char *name) const
	{
		for (size_t i = 0; i < program->tensor_count; i++) {
			if (!std::strcmp(program->tensor[i].name, name))
				return &program->tensor[i];
		}
		return nullptr;
	}
	static void compare_layer(void *user, npu_sim *sim, uint32_t layer)
	{
		Network *n = (Network *)user;

		for (size_t i = 0; i < n->program->tensor_count; i++) {
			const npu_tensor_desc *t = &n->program->tensor[i];
			const npu_value *value =
				npu_graph_find_value(n->lowered, t->name);

			if (t->layer != layer || !value ||
			    !n->exact.data[value->id])
				continue;
			const uint64_t count =
				(uint64_t)npu_shape_count(&value->shape);
			std::vector<char> got(count *
					      npu_dtype_bytes(t->dtype));

			npu_sim_read(sim, t, got.data());
			const npu_difference d = npu_compare_bits(
				got.data(), n->exact.data[value->id], t->dtype,
				count);
			n->compared += d.count;
			n->mismatches += d.mismatches;
		}
	}
};
} // namespace compiled
#endif
