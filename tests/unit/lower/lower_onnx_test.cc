// tests/unit/lower/lower_onnx_test.cc - every backend test of the ONNX project
// that we can lower, run by the exact reference against the outputs that the
// ONNX project ships. source: libonnx-testdata.
// SPDX-License-Identifier: Apache-2.0
#include "compiler/npu_compiler.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

namespace
{
namespace fs = std::filesystem;

const fs::path root = "/usr/share/libonnx-testdata/data";

std::vector<fs::path> all_tests()
{
	std::vector<fs::path> dirs;

	for (const char *kind :
	     { "node", "pytorch-converted", "pytorch-operator", "simple" })
		for (const auto &entry : fs::directory_iterator(root / kind))
			dirs.push_back(entry.path());
	std::sort(dirs.begin(), dirs.end());
	return dirs;
}

// Nothing but operators of networks, fp32 in and one fp32 out.
bool is_network(const npu_graph *graph)
{
	unsigned outputs = 0;

	for (uint32_t i = 0; i < graph->node_count; i++) {
		if (npu_op_info(graph->nodes[i]->op)->level != NPU_LEVEL_onnx)
			return false;
	}
	for (uint32_t i = 0; i < graph->value_count; i++) {
		const npu_value *value = graph->values[i];

		outputs += value->is_output;
		if ((value->is_output || value->is_input) &&
		    value->dtype != NPU_fp32)
			return false;
	}
	return outputs == 1 && graph->node_count > 0;
}

struct Array : npu_array {
	Array() : npu_array{}
	{
	}
	Array(const Array &) = delete;
	~Array()
	{
		npu_array_clear(this);
	}
};

// Operators whose operands past the first are parameters of a network.
bool has_parameters(npu_op op)
{
	return op == NPU_Conv || op == NPU_Gemm || op == NPU_Clip ||
	       op == NPU_BatchNormalization || op == NPU_Slice ||
	       op == NPU_Reshape || op == NPU_Squeeze || op == NPU_Unsqueeze;
}

struct Case {
	std::unique_ptr<npu_graph, void (*)(npu_graph *)> graph{
		nullptr, npu_graph_destroy
	};
	std::unique_ptr<npu_graph, void (*)(npu_graph *)> lowered{
		nullptr, npu_graph_destroy
	};
	std::vector<std::unique_ptr<Array>> files; // of the graph's inputs
	std::vector<const npu_array *> inputs;     // that stay inputs
	std::vector<npu_array> sample;
	npu_error err = {};

	npu_status load(const fs::path &dir)
	{
		npu_graph *loaded;
		size_t count = 0;

		npu_status status = npu_onnx_load((dir / "model.onnx").c_str(),
						  &loaded, &err);
		if (status != NPU_OK)
			return status;
		graph.reset(loaded);
		if (!graph->node_count)
			return NPU_E_UNSUPPORTED;
		for (uint32_t i = 0; i < graph->value_count; i++) {
			npu_value *value = graph->values[i];

			if (!value->is_input)
				continue;
			files.push_back(std::make_unique<Array>());
			status = npu_array_load(
				(dir / "test_data_set_0" /
				 ("input_" + std::to_string(count++) + ".pb"))
					.c_str(),
				files.back().get(), &err);
			if (status != NPU_OK)
				return status;
			bind(value);
		}
		return npu_graph_infer(graph.get(), nullptr, 0, &err);
	}

	void bind(npu_value *value)
	{
		const bool first = inputs.empty();

		if (first || graph->node_count > 1 ||
		    !has_parameters(graph->nodes[0]->op)) {
			value->shape = files.back()->shape;
			inputs.push_back(files.back().get());
			return;
		}
		value->is_input = 0;
		value->shape = files.back()->shape;
		value->dtype = files.back()->dtype;
		value->constant = npu_new(graph->arena, npu_constant, 1);
		value->constant->data = files.back()->data;
	}

	// Calibrated on the very inputs of the test.
	npu_status lower(npu_precision precision)
	{
		npu_lower_options options = {};
		npu_graph *out;

		for (const npu_array *input : inputs)
			sample.push_back(*input);
		const npu_array *first = sample.data();
		options.precision = precision;
		options.with_data = 1;
		options.calibration = &first;
		options.calibration_count = 1;
		npu_status status =
			npu_lower(graph.get(), &options, &out, &err);
		if (status == NPU_OK)
			lowered.reset(out);
		return status;
	}
};

const npu_value *find(const npu_graph *graph, uint8_t npu_value::*flag)
{
	for (uint32_t i = 0; i < graph->value_count; i++) {
		if (graph->values[i]->*flag)
			return graph->values[i];
	}
	return nullptr;
}

// Largest error that is allowed of an element `want`; `greatest` is the largest
// element of all.
//   fp32  ONNX's own tests allow 1e-3; special functions are within 1.3e-4
//   bf16  8 bits of precision, rounded at most four times on the way
//   int8  steps of 1/127 of the greatest: one in each operand and the result
double allowed(npu_precision precision, double want, double greatest)
{
	switch (precision) {
	case NPU_PRECISION_fp32:
		return 2e-4 * std::fabs(want) + 2e-6;
	case NPU_PRECISION_bf16:
		return 4 * 0x1p-8 * greatest;
	default:
		return 3 * greatest / 127;
	}
}

void run_and_compare(const std::string &name, Case &c, const fs::path &dir,
		     npu_precision precision)
{
	std::vector<std::unique_ptr<Array>> given;
	std::vector<npu_array> inputs;
	npu_values values = {};
	Array want, got;
	size_t next = 0;

	for (uint32_t i = 0; i < c.lowered->value_count; i++) {
		if (!c.lowered->values[i]->is_input)
			continue;
		given.push_back(std::make_unique<Array>());
		ASSERT_EQ(npu_lower_input(c.lowered->values[i],
					  c.inputs[next++], given.back().get(),
					  &c.err),
			  NPU_OK)
			<< name << ": " << c.err.message;
		inputs.push_back(*given.back());
	}
	ASSERT_EQ(
		npu_exact_run(c.lowered.get(), inputs.data(), &values, &c.err),
		NPU_OK)
		<< name << ": " << c.err.message;
	const npu_value *out = find(c.lowered.get(), &npu_value::is_output);
	const npu_value *imported =
		npu_graph_find_value(c.graph.get(), out->imported);

	ASSERT_EQ(npu_array_load(
			  (dir / "test_data_set_0" / "output_0.pb").c_str(),
			  &want, &c.err),
		  NPU_OK);
	ASSERT_EQ(npu_raise_value(out, values.data[out->id], imported, &got,
				  &c.err),
		  NPU_OK)
		<< name;
	npu_values_clear(&values);
	ASSERT_EQ(npu_shape_count(&got.shape), npu_shape_count(&want.shape))
		<< name;
	const float *g = (const float *)got.data;
	const float *w = (const float *)want.data;

	double greatest = 0;

	for (int64_t i = 0; i < npu_shape_count(&want.shape); i++)
		greatest = std::max(greatest, std::fabs((double)w[i]));
	for (int64_t i = 0; i < npu_shape_count(&want.shape); i++)
		ASSERT_NEAR(g[i], w[i], allowed(precision, w[i], greatest))
			<< name << " element " << i;
}

void run_all(npu_precision precision, int at_least)
{
	std::string refused;
	int passed = 0;

	if (!fs::exists(root))
		FAIL() << "install libonnx-testdata (.ci/install test)";
	for (const fs::path &dir : all_tests()) {
		const std::string name = dir.filename();
		Case c;

		if (c.load(dir) != NPU_OK || !is_network(c.graph.get()))
			continue;
		// 10000 and 10003 differ by less than a step of bf16 or int8
		if (name == "test_softmax_large_number" &&
		    precision != NPU_PRECISION_fp32)
			continue;
		const npu_status status = c.lower(precision);

		if (status != NPU_OK) {
			// refused, and politely: with the node's name
			EXPECT_EQ(status, NPU_E_UNSUPPORTED)
				<< name << ": " << c.err.message;
			refused += name + ": " + c.err.message + "\n";
			continue;
		}
		run_and_compare(name, c, dir, precision);
		passed++;
	}
	EXPECT_GE(passed, at_least) << "refused:\n" << refused;
	if (getenv("NPU_VERBOSE"))
		printf("passed %d, refused:\n%s", passed, refused.c_str());
}

TEST(LowerOnnx, BackendTestsOfTheOnnxProjectGiveTheirOutputsInFp32)
{
	run_all(NPU_PRECISION_fp32, 190);
}

TEST(LowerOnnx, BackendTestsOfTheOnnxProjectGiveTheirOutputsInBf16)
{
	run_all(NPU_PRECISION_bf16, 190);
}

TEST(LowerOnnx, BackendTestsOfTheOnnxProjectGiveTheirOutputsInInt8)
{
	run_all(NPU_PRECISION_int8, 190);
}

} // namespace
