// tests/unit/models/zoo_test.cc - the zoo has the published sizes.
// SPDX-License-Identifier: Apache-2.0
#include "base/npu_text.h"
#include "models/npu_model.h"
#include <gtest/gtest.h>
#include <memory>
#include <string>

namespace
{
using Graph = std::unique_ptr<npu_graph, void (*)(npu_graph *)>;

Graph load_zoo(const char *name, npu_model_options options = {})
{
	npu_graph *graph = nullptr;
	npu_error err = {};

	options.zoo = NPU_SOURCE_DIR "/models/zoo";
	EXPECT_EQ(npu_model_load(name, &options, &graph, &err), NPU_OK)
		<< err.path << ":" << err.line << ":" << err.column << ": "
		<< err.message;
	return Graph(graph, npu_graph_destroy);
}

struct Published {
	const char *name;
	uint64_t parameters; // exact, where the source counts them
	double giga_macs, within;
	const char *output;
	const char *source;
};
} // namespace

class Zoo : public testing::TestWithParam<Published>
{
};

TEST_P(Zoo, HasThePublishedSizes)
{
	const Published &want = GetParam();
	Graph graph = load_zoo(want.name);

	ASSERT_TRUE(graph);
	EXPECT_EQ(npu_graph_parameters(graph.get()), want.parameters);
	EXPECT_NEAR((double)npu_graph_macs(graph.get()) / 1e9, want.giga_macs,
		    want.within)
		<< want.source;
	for (uint32_t i = 0; i < graph->value_count; i++) {
		const npu_value *value = graph->values[i];
		std::string shape;

		if (!value->is_output)
			continue;
		for (unsigned d = 0; d < value->shape.rank; d++)
			shape += (d ? "," : "") +
				 std::to_string(value->shape.dim[d]);
		EXPECT_EQ(shape, want.output);
	}
}

// torchvision: "Models and pre-trained weights", num_params and GFLOPS (which
// there are multiply-accumulates), given to two decimals.
static const char torchvision[] = "pytorch.org/vision/stable/models.html";

INSTANTIATE_TEST_SUITE_P(
	Published, Zoo,
	testing::Values(
		// 784*64+64 + 64*64+64 + 64*10+10; 784*64 + 64*64 + 64*10
		Published{ "mlp", 55050, 54912e-9, 0, "1,10", "by hand" },
		// 156 + 2416 + 48120 + 10164 + 850;
		// 6*28*28*25 + 16*10*10*150 + 48000 + 10080 + 840
		Published{ "lenet5", 61706, 416520e-9, 1e-12, "1,10",
			   "by hand" },
		Published{ "alexnet", 61100840, 0.71, 0.005, "1,1000",
			   torchvision },
		Published{ "vgg16", 138357544, 15.47, 0.005, "1,1000",
			   torchvision },
		Published{ "resnet18", 11689512, 1.81, 0.005, "1,1000",
			   torchvision },
		Published{ "resnet50", 25557032, 4.09, 0.005, "1,1000",
			   torchvision },
		Published{ "mobilenet_v2", 3504872, 0.30, 0.005, "1,1000",
			   torchvision },
		Published{ "squeezenet1_1", 1235496, 0.35, 0.005, "1,1000",
			   torchvision },
		// "MobileNets", Table 8: 569 M mult-adds, 4.2 M parameters;
		// exactly: keras.applications.MobileNet(weights=None) counts
		// 4,231,976 trainable parameters
		Published{ "mobilenet_v1", 4231976, 0.569, 0.0005, "1,1000",
			   "Howard et al. 2017, Table 8" }),
	[](const testing::TestParamInfo<Published> &row) {
		return row.param.name;
	});

TEST(ZooList, HasExactlyTheNineNetworks)
{
	const char *want[] = { "alexnet",      "lenet5",        "mlp",
			       "mobilenet_v1", "mobilenet_v2",  "resnet18",
			       "resnet50",     "squeezenet1_1", "vgg16" };
	npu_arena *arena = npu_arena_create();
	const char *names[NPU_ZOO_MAX];
	size_t count = 0;

	ASSERT_EQ(npu_zoo_list(arena, NPU_SOURCE_DIR "/models/zoo", names,
			       &count, nullptr),
		  NPU_OK);
	ASSERT_EQ(count, 9u);
	for (size_t i = 0; i < count; i++)
		EXPECT_STREQ(names[i], want[i]);
	npu_arena_destroy(arena);
}

TEST(ZooLoad, BatchMultipliesTheWorkAndNotTheParameters)
{
	npu_model_options options = {};
	Graph one = load_zoo("lenet5");

	options.batch = 4;
	Graph four = load_zoo("lenet5", options);
	EXPECT_EQ(npu_graph_macs(four.get()), 4 * npu_graph_macs(one.get()));
	EXPECT_EQ(npu_graph_parameters(four.get()),
		  npu_graph_parameters(one.get()));
	const npu_dim_binding three = { "N", 3 };
	options = {};
	options.bindings = &three;
	options.binding_count = 1;
	EXPECT_EQ(npu_graph_macs(load_zoo("lenet5", options).get()),
		  3 * npu_graph_macs(one.get()));
}

TEST(ZooLoad, SeedDecidesTheWeightsAndNothingElseDoes)
{
	const void *a, *b, *c;
	npu_model_options options = {};
	Graph first = load_zoo("mlp"), again = load_zoo("mlp");

	options.seed = 1;
	Graph other = load_zoo("mlp", options);
	const struct {
		Graph &graph;
		const void **data;
	} rows[] = { { first, &a }, { again, &b }, { other, &c } };
	for (const auto &row : rows)
		ASSERT_EQ(
			npu_constant_data(row.graph.get(),
					  npu_graph_find_value(row.graph.get(),
							       "fc1.weight"),
					  row.data, nullptr),
			NPU_OK);
	EXPECT_EQ(memcmp(a, b, 64 * 784 * 4), 0);
	EXPECT_NE(memcmp(a, c, 64 * 784 * 4), 0);
}

TEST(ZooLoad, UnknownNetworkGetsAHintAndTheList)
{
	npu_model_options options = {};
	npu_graph *graph = nullptr;
	npu_error err = {};

	options.zoo = NPU_SOURCE_DIR "/models/zoo";
	EXPECT_EQ(npu_model_load("resnet5", &options, &graph, &err), NPU_E_IO);
	EXPECT_NE(std::string(err.message).find("did you mean 'resnet50'?"),
		  std::string::npos)
		<< err.message;
	EXPECT_NE(std::string(err.message).find("squeezenet1_1"),
		  std::string::npos);
	EXPECT_EQ(graph, nullptr);
}

TEST(ZooLoad, Resnet50ReadsLikeTorchvisions)
{
	Graph graph = load_zoo("resnet50");
	npu_text text = {};
	uint32_t convs = 0;

	for (uint32_t i = 0; i < graph->node_count; i++)
		convs += graph->nodes[i]->op == NPU_Conv;
	EXPECT_EQ(convs, 53u);
	npu_graph_print(graph.get(), &text);
	// the third stage's first block halves the image in its 3x3
	EXPECT_NE(std::string(text.data).find(
			  "layer3.0.branch.0.conv2 fp32[1,256,14,14] = Conv "),
		  std::string::npos);
	EXPECT_NE(std::string(text.data).find(
			  "layer4.2.relu1 fp32[1,2048,7,7] = Relu "),
		  std::string::npos);
	npu_text_clear(&text);
}
