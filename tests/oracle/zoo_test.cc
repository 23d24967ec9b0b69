// tests/oracle/zoo_test.cc - the zoo, exported, against ONNX Runtime.
// SPDX-License-Identifier: Apache-2.0
//
// The same weights in both. It checks the zoo's meaning (shape inference, and
// the operators as oneDNN runs them) and the ONNX reader, which reads the file
// again.
#include "models/npu_reference.h"
#include "oracle/export.h"
#include "oracle/oracle.h"
#include <cmath>
#include <gtest/gtest.h>

namespace
{
class Zoo : public testing::TestWithParam<const char *>
{
};

npu_graph *load(const std::string &name, npu_error *err)
{
	const std::string folder = NPU_SOURCE_DIR "/models/zoo";
	npu_model_options options = {};
	npu_graph *graph = nullptr;

	options.zoo = folder.c_str();
	options.seed = 7;
	return npu_model_load(name.c_str(), &options, &graph, err) ? nullptr
								   : graph;
}

const npu_value *input_of(const npu_graph *graph)
{
	for (uint32_t i = 0; i < graph->value_count; i++) {
		if (graph->values[i]->is_input)
			return graph->values[i];
	}
	return nullptr;
}

// oneDNN's output of the graph.
std::vector<float> run(npu_graph *graph, const npu_array &input)
{
	npu_values values = {};
	npu_error err = {};
	const npu_value *out = oracle::output_of(graph);

	if (npu_onednn_run(graph, &input, 1, 1, &values, nullptr, &err)) {
		ADD_FAILURE() << err.message;
		return {};
	}
	const float *f = (const float *)values.data[out->id];
	std::vector<float> got(f, f + npu_shape_count(&out->shape));

	npu_values_clear(&values);
	return got;
}
} // namespace

TEST_P(Zoo, GivesTheNumbersOfOnnxRuntime)
{
	const std::string name = GetParam();
	npu_error err = {};
	npu_graph *graph = load(name, &err);
	ASSERT_NE(graph, nullptr) << err.message;
	const npu_value *x = input_of(graph);
	const std::string file = oracle::build + "/zoo_" + name + ".onnx";
	oracle::Array input;
	double largest = 0;

	ASSERT_TRUE(exporter::save(graph, file));
	ASSERT_EQ(npu_array_random(x, 3, &input, &err), NPU_OK);
	const std::vector<oracle::Array> want =
		oracle::run(file, "zoo_" + name, x->name, input);
	ASSERT_EQ(want.size(), 1u);
	const std::vector<float> got = run(graph, input);
	ASSERT_EQ(got.size(), want[0].count());
	for (size_t i = 0; i < got.size(); i++)
		largest = std::fmax(largest, std::fabs(want[0].begin()[i]));
	const npu_difference d = npu_compare_real(got.data(), want[0].begin(),
						  got.size(), got.size());

	// the file, read again, is the same network
	npu_graph *again = load(file, &err);
	ASSERT_NE(again, nullptr) << err.message;
	EXPECT_EQ(npu_graph_macs(again), npu_graph_macs(graph));
	EXPECT_EQ(npu_graph_parameters(again), npu_graph_parameters(graph));
	EXPECT_EQ(run(again, input), got);

	std::printf("%s: oneDNN against ONNX Runtime: SQNR %.1f dB, largest "
		    "error %.1e of %.3g\n",
		    name.c_str(), d.sqnr_db, d.max_abs_error, largest);
	EXPECT_GT(largest, 0.0);
	EXPECT_LE(d.max_abs_error, 1e-4 * largest);
	EXPECT_TRUE(d.top1_equal);
	npu_graph_destroy(again);
	npu_graph_destroy(graph);
	std::remove(file.c_str());
}

// AlexNet and VGG-16, of 244 and 553 MB, add no operator to these.
INSTANTIATE_TEST_SUITE_P(Network, Zoo,
			 testing::Values("mlp", "lenet5", "squeezenet1_1",
					 "mobilenet_v1", "mobilenet_v2",
					 "resnet18", "resnet50"),
			 [](const auto &p) { return std::string(p.param); });
