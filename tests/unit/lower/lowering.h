// tests/unit/lower/lowering.h - load, lower and run networks in tests.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_LOWERING_H
#define TESTS_LOWERING_H
#include "base/npu_text.h"
#include "compiler/npu_compiler.h"
#include <gtest/gtest.h>
#include <memory>
#include <regex>
#include <string>
#include <vector>

using Graph = std::unique_ptr<npu_graph, void (*)(npu_graph *)>;

inline Graph load_zoo(const std::string &name)
{
	npu_model_options options = {};
	npu_graph *graph = nullptr;
	npu_error err = {};

	options.zoo = NPU_SOURCE_DIR "/models/zoo";
	EXPECT_EQ(npu_model_load(name.c_str(), &options, &graph, &err), NPU_OK)
		<< err.message;
	return Graph(graph, npu_graph_destroy);
}

inline Graph lower(npu_graph *imported, npu_precision precision, bool with_data)
{
	npu_lower_options options = {};
	npu_graph *out = nullptr;
	npu_error err = {};

	options.precision = precision;
	options.with_data = with_data;
	EXPECT_EQ(npu_lower(imported, &options, &out, &err), NPU_OK)
		<< err.message;
	return Graph(out, npu_graph_destroy);
}

inline std::string print(const npu_graph *graph)
{
	npu_text text = {};

	npu_graph_print(graph, &text);
	std::string out = text.data ? text.data : "";
	npu_text_clear(&text);
	return out;
}

// The print without what depends on data: scales, zero points, immediates.
inline std::string structure(const npu_graph *graph)
{
	std::string text = print(graph);

	text = std::regex_replace(text, std::regex(" scale \\S+ zero \\d+"),
				  " quantised");
	text = std::regex_replace(text, std::regex(" scale \\S+"), " scaled");
	text = std::regex_replace(text, std::regex("fp32:0x\\w+"), "fp32:x");
	text = std::regex_replace(text, std::regex(" p0 \\S+ p1 \\S+"), "");
	return std::regex_replace(text, std::regex(" absent"), "");
}

// Random inputs, and what oneDNN makes of them in fp32.
class Float
{
      public:
	Float(npu_graph *imported, uint64_t seed) : graph(imported)
	{
		npu_error err = {};

		for (uint32_t i = 0; i < graph->value_count; i++) {
			if (!graph->values[i]->is_input)
				continue;
			inputs.emplace_back();
			EXPECT_EQ(npu_array_random(graph->values[i], seed,
						   &inputs.back(), &err),
				  NPU_OK);
		}
		EXPECT_EQ(npu_onednn_run(graph, inputs.data(), 1, 1, &values,
					 nullptr, &err),
			  NPU_OK)
			<< err.message;
	}
	~Float()
	{
		npu_values_clear(&values);
		for (npu_array &array : inputs)
			npu_array_clear(&array);
	}

	// Of all outputs of the exact reference against those of oneDNN.
	double sqnr_db(npu_graph *lowered) const
	{
		std::vector<npu_array> given;
		std::vector<float> got, want;
		npu_values exact = {};
		npu_error err = {};

		for (uint32_t i = 0; i < lowered->value_count; i++) {
			if (!lowered->values[i]->is_input)
				continue;
			given.emplace_back();
			EXPECT_EQ(npu_lower_input(lowered->values[i],
						  &inputs[given.size() - 1],
						  &given.back(), &err),
				  NPU_OK);
		}
		EXPECT_EQ(npu_exact_run(lowered, given.data(), &exact, &err),
			  NPU_OK)
			<< err.message;
		for (uint32_t i = 0; i < exact.count; i++)
			add(lowered->values[i], exact.data[i], got, want);
		npu_values_clear(&exact);
		for (npu_array &array : given)
			npu_array_clear(&array);
		return npu_compare_real(got.data(), want.data(), got.size(),
					got.size())
			.sqnr_db;
	}

      private:
	void add(const npu_value *value, const void *data,
		 std::vector<float> &got, std::vector<float> &want) const
	{
		npu_array raised = {};
		npu_error err = {};

		if (!value->is_output)
			return;
		const npu_value *from =
			npu_graph_find_value(graph, value->imported);
		const int64_t count = npu_shape_count(&from->shape);
		const float *w = (const float *)values.data[from->id];

		EXPECT_EQ(npu_raise_value(value, data, from, &raised, &err),
			  NPU_OK);
		const float *g = (const float *)raised.data;

		got.insert(got.end(), g, g + count);
		want.insert(want.end(), w, w + count);
		npu_array_clear(&raised);
	}

	npu_graph *graph;
	std::vector<npu_array> inputs;
	npu_values values = {};
};

#endif
