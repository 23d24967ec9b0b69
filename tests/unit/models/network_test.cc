// tests/unit/models/network_test.cc - the YAML network format, good and bad.
// SPDX-License-Identifier: Apache-2.0
#include "models/npu_model.h"
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <string>

namespace
{
using Graph = std::unique_ptr<npu_graph, void (*)(npu_graph *)>;

npu_status decode(const std::string &text, npu_graph **out, npu_error *err,
		  const npu_model_options *options = nullptr)
{
	return npu_network_decode(text.data(), text.size(), "net.yaml", options,
				  out, err);
}

Graph read(const std::string &text, const npu_model_options *options = nullptr)
{
	npu_graph *graph = nullptr;
	npu_error err = {};

	EXPECT_EQ(decode(text, &graph, &err, options), NPU_OK)
		<< err.line << ":" << err.column << ": " << err.message;
	return Graph(graph, npu_graph_destroy);
}

// A network of these layers on an image [N, 3, 8, 8].
std::string layers(const std::string &lines)
{
	return "network: t\n"
	       "input: {name: x, shape: [N, 3, 8, 8]}\n"
	       "layers:\n" +
	       lines;
}

std::string shape_of(const Graph &graph, const char *name)
{
	const npu_value *v = npu_graph_find_value(graph.get(), name);
	std::string text;

	for (unsigned d = 0; v && d < v->shape.rank; d++)
		text += (d ? "," : "") + std::to_string(v->shape.dim[d]);
	return text;
}
} // namespace

TEST(Network, LayersBecomeOnnxNodesInOrder)
{
	Graph graph = read(layers("  - conv: {out: 4, kernel: 3, pad: 1}\n"
				  "  - batchnorm\n"
				  "  - relu6: {name: act}\n"
				  "  - avgpool: {kernel: 2}\n"
				  "  - flatten\n"
				  "  - linear: {out: 5}\n"));
	const npu_op ops[] = { NPU_Conv,    NPU_BatchNormalization,
			       NPU_Clip,    NPU_AveragePool,
			       NPU_Flatten, NPU_Gemm };
	const char *names[] = { "conv1",    "batchnorm1", "act",
				"avgpool1", "flatten1",   "linear1" };

	ASSERT_EQ(graph->node_count, 6u);
	for (int i = 0; i < 6; i++) {
		EXPECT_EQ(graph->nodes[i]->op, ops[i]);
		EXPECT_STREQ(graph->nodes[i]->name, names[i]);
		EXPECT_EQ(graph->nodes[i]->loc.line, (uint32_t)i + 4);
	}
	EXPECT_EQ(shape_of(graph, "conv1"), "1,4,8,8");
	EXPECT_EQ(shape_of(graph, "avgpool1"), "1,4,4,4");
	EXPECT_EQ(shape_of(graph, "linear1"), "1,5");
	EXPECT_EQ(graph->nodes[2]->attr.hi, 6);
	EXPECT_TRUE(npu_graph_find_value(graph.get(), "linear1")->is_output);
}

TEST(Network, WeightsHaveTheDeviationHeFound)
{
	Graph graph = read(layers("  - conv: {out: 64, kernel: 3, gain: 1}\n"
				  "  - conv: {out: 64, kernel: 3}\n"));
	const npu_value *first =
		npu_graph_find_value(graph.get(), "conv1.weight");
	const npu_value *second =
		npu_graph_find_value(graph.get(), "conv2.weight");

	EXPECT_FLOAT_EQ(first->constant->deviation, (float)std::sqrt(1.0 / 27));
	EXPECT_FLOAT_EQ(second->constant->deviation,
			(float)std::sqrt(2.0 / 576));
	EXPECT_NE(first->constant->seed, second->constant->seed);
}

TEST(Network, VarianceOfBatchnormIsAlwaysPositive)
{
	Graph graph = read("network: t\n"
			   "input: {name: x, shape: [N, 100000]}\n"
			   "layers: [batchnorm]\n");
	npu_value *var = npu_graph_find_value(graph.get(), "batchnorm1.var");
	const void *data;

	ASSERT_EQ(npu_constant_data(graph.get(), var, &data, nullptr), NPU_OK);
	for (int i = 0; i < 100000; i++)
		ASSERT_GT(((const float *)data)[i], 0.5f);
}

TEST(Network, WindowsTakePairsAndDefaultStrides)
{
	Graph graph = read(
		layers("  - conv: {out: 2, kernel: [3, 1], stride: [1, 2], "
		       "pad: [1, 0]}\n"
		       "  - maxpool: {kernel: 2}\n"
		       "  - conv: {out: 2, kernel: 3, dilation: 2, pad: 2, "
		       "groups: 2}\n"
		       "  - depthwise: {kernel: 3, pad: same, stride: 2}\n"));

	EXPECT_EQ(shape_of(graph, "conv1"), "1,2,8,4");
	EXPECT_EQ(shape_of(graph, "maxpool1"), "1,2,4,2");
	EXPECT_EQ(shape_of(graph, "conv2"), "1,2,4,2");
	EXPECT_EQ(shape_of(graph, "conv2.weight"), "2,1,3,3");
	EXPECT_EQ(shape_of(graph, "depthwise1"), "1,2,2,1");
}

TEST(Network, BranchesJoinByName)
{
	Graph graph = read(layers("  - relu: {as: a}\n"
				  "  - tanh: {from: x, as: b}\n"
				  "  - concat: [a, b, x]\n"
				  "  - add: {of: [a, b], as: sum}\n") +
			   "outputs: [sum, a]\n");

	EXPECT_EQ(shape_of(graph, "concat1"), "1,9,8,8");
	EXPECT_STREQ(graph->nodes[3]->inputs[1]->name, "tanh1");
	EXPECT_TRUE(npu_graph_find_value(graph.get(), "add1")->is_output);
	EXPECT_TRUE(npu_graph_find_value(graph.get(), "relu1")->is_output);
	EXPECT_FALSE(npu_graph_find_value(graph.get(), "concat1")->is_output);
}

TEST(Network, BlocksNestRepeatAndNumberTheirCopies)
{
	Graph graph = read("network: t\n"
			   "input: {name: x, shape: [N, 3, 8, 8]}\n"
			   "blocks:\n"
			   "  unit:\n"
			   "    parameters: [width]\n"
			   "    layers:\n"
			   "      - conv: {out: $width, kernel: 1}\n"
			   "  pair:\n"
			   "    parameters: [a]\n"
			   "    layers:\n"
			   "      - unit: {width: $a, repeat: 2}\n"
			   "      - unit: {width: 3, name: last, as: y}\n"
			   "      - add: [y, input]\n"
			   "layers:\n"
			   "  - pair: {a: 7, repeat: 2, name: s}\n"
			   "  - pair: {a: 9, name: s}\n");

	EXPECT_EQ(graph->node_count, 12u);
	EXPECT_EQ(shape_of(graph, "s.0.unit.1.conv1"), "1,7,8,8");
	EXPECT_EQ(shape_of(graph, "s.2.unit.0.conv1"), "1,9,8,8");
	EXPECT_STREQ(graph->nodes[7]->name, "s.1.add1");
	EXPECT_STREQ(graph->nodes[7]->inputs[1]->name, "s.0.add1");
}

TEST(Network, BatchIsOneUnlessSaidOtherwise)
{
	npu_model_options options = {};

	EXPECT_EQ(shape_of(read(layers("  - relu\n")), "relu1"), "1,3,8,8");
	options.batch = 5;
	EXPECT_EQ(shape_of(read(layers("  - relu\n"), &options), "relu1"),
		  "5,3,8,8");
	const npu_dim_binding n = { "N", 2 };
	options.bindings = &n;
	options.binding_count = 1;
	EXPECT_EQ(shape_of(read(layers("  - relu\n"), &options), "relu1"),
		  "2,3,8,8");
}

TEST(Network, SequencesAndMatricesHaveTheirLayers)
{
	Graph graph =
		read("network: t\n"
		     "input:\n"
		     "  - {name: q, shape: [N, 4, 6, 5]}\n"
		     "  - {name: k, shape: [N, 4, 6, 5]}\n"
		     "layers:\n"
		     "  - transpose: {from: k, perm: [0, 1, 3, 2], as: t}\n"
		     "  - matmul: [q, t]\n"
		     "  - softmax\n"
		     "  - reshape: {shape: [0, -1]}\n"
		     "  - leaky_relu: {alpha: 0.2}\n"
		     "  - clip: {lo: -1, hi: 1}\n");

	EXPECT_EQ(shape_of(graph, "matmul1"), "1,4,6,6");
	EXPECT_EQ(shape_of(graph, "reshape1"), "1,144");
	EXPECT_FLOAT_EQ(graph->nodes[4]->attr.alpha, 0.2f);
	EXPECT_EQ(graph->nodes[5]->attr.lo, -1);
}

struct BadNetwork {
	const char *what;
	std::string text;
	npu_status status;
	uint32_t line;
	const char *part;
};

class NetworkRefuses : public testing::TestWithParam<BadNetwork>
{
};

TEST_P(NetworkRefuses, WithPlaceAndReason)
{
	const BadNetwork &bad = GetParam();
	npu_graph *graph = nullptr;
	npu_error err = {};

	EXPECT_EQ(decode(bad.text, &graph, &err), bad.status) << bad.what;
	EXPECT_EQ(graph, nullptr);
	EXPECT_EQ(err.line, bad.line) << bad.what << ": " << err.message;
	if (bad.line) {
		EXPECT_STREQ(err.path, "net.yaml");
	}
	EXPECT_NE(std::string(err.message).find(bad.part), std::string::npos)
		<< bad.what << ": " << err.message;
}

static std::string blocks(const std::string &definition, const std::string &use)
{
	return "network: t\ninput: {name: x, shape: [N, 3, 8, 8]}\nblocks:\n" +
	       definition + "layers:\n" + use;
}

INSTANTIATE_TEST_SUITE_P(
	Table, NetworkRefuses,
	testing::Values(
		BadNetwork{ "empty", "", NPU_E_SYNTAX, 1, "" },
		BadNetwork{ "a list", "- relu\n", NPU_E_SYNTAX, 1, "mapping" },
		BadNetwork{ "no name", "layers: [relu]\n", NPU_E_SYNTAX, 1,
			    "network" },
		BadNetwork{ "no input", "network: t\nlayers: [relu]\n",
			    NPU_E_SYNTAX, 1, "input" },
		BadNetwork{ "no layers",
			    "network: t\ninput: {name: x, shape: [1]}\n",
			    NPU_E_SYNTAX, 1, "layers" },
		BadNetwork{ "empty layers",
			    "network: t\ninput: {name: x, shape: [1]}\n"
			    "layers: []\n",
			    NPU_E_SYNTAX, 3, "at least one layer" },
		BadNetwork{ "key that is not ours",
			    layers("  - relu\n") + "layres: []\n", NPU_E_SYNTAX,
			    5, "layers" },
		BadNetwork{ "layer that is not ours", layers("  - convv\n"),
			    NPU_E_SYNTAX, 4, "did you mean 'conv'?" },
		BadNetwork{ "argument that is not ours",
			    layers("  - conv: {out: 4, kernal: 3}\n"),
			    NPU_E_SYNTAX, 4, "kernel" },
		BadNetwork{ "argument of another layer",
			    layers("  - relu: {kernel: 3}\n"), NPU_E_SYNTAX, 4,
			    "kernel" },
		BadNetwork{ "no kernel", layers("  - conv: {out: 4}\n"),
			    NPU_E_SYNTAX, 4, "needs 'kernel'" },
		BadNetwork{ "no out", layers("  - conv: {kernel: 3}\n"),
			    NPU_E_SYNTAX, 4, "needs 'out'" },
		BadNetwork{ "zero kernel",
			    layers("  - conv: {out: 4, kernel: 0}\n"),
			    NPU_E_RANGE, 4, "kernel" },
		BadNetwork{ "zero stride",
			    layers("  - maxpool: {kernel: 2, stride: 0}\n"),
			    NPU_E_RANGE, 4, "stride" },
		BadNetwork{ "negative pad",
			    layers("  - maxpool: {kernel: 2, pad: -1}\n"),
			    NPU_E_RANGE, 4, "pad" },
		BadNetwork{ "kernel of three",
			    layers("  - maxpool: {kernel: [2, 2, 2]}\n"),
			    NPU_E_SYNTAX, 4, "[y, x]" },
		BadNetwork{ "word for a number",
			    layers("  - conv: {out: many, kernel: 3}\n"),
			    NPU_E_RANGE, 4, "many" },
		BadNetwork{ "kernel larger than the image",
			    layers("  - conv: {out: 4, kernel: 9}\n"),
			    NPU_E_RANGE, 4, "does not fit" },
		BadNetwork{
			"groups that do not divide",
			layers("  - conv: {out: 4, kernel: 1, groups: 2}\n"),
			NPU_E_RANGE, 4, "groups" },
		BadNetwork{ "linear on an image",
			    layers("  - linear: {out: 4}\n"), NPU_E_RANGE, 4,
			    "dimensions" },
		BadNetwork{ "gain of zero",
			    layers("  - conv: {out: 4, kernel: 1, gain: 0}\n"),
			    NPU_E_RANGE, 4, "gain" },
		BadNetwork{ "bias that is no flag",
			    layers("  - conv: {out: 4, kernel: 1, bias: no}\n"),
			    NPU_E_RANGE, 4, "bias" },
		BadNetwork{ "value nobody named", layers("  - add: [x, y]\n"),
			    NPU_E_SYNTAX, 4, "unknown value 'y'" },
		BadNetwork{ "nearly the value's name",
			    layers("  - relu: {as: branch}\n"
				   "  - add: [x, brench]\n"),
			    NPU_E_SYNTAX, 5, "did you mean 'branch'?" },
		BadNetwork{ "sum of one", layers("  - add: [x]\n"),
			    NPU_E_SYNTAX, 4, "2..2 values" },
		BadNetwork{ "sum of nothing", layers("  - add\n"), NPU_E_SYNTAX,
			    4, "needs 'of'" },
		BadNetwork{ "sum of shapes that differ",
			    layers("  - maxpool: {kernel: 2, as: a}\n"
				   "  - add: [x, a]\n"),
			    NPU_E_RANGE, 5, "do not broadcast" },
		BadNetwork{ "name given twice",
			    layers("  - relu: {as: a}\n  - relu: {as: a}\n"),
			    NPU_E_SYNTAX, 5, "already names" },
		BadNetwork{
			"layer's name twice",
			layers("  - relu: {name: a}\n  - relu: {name: a}\n"),
			NPU_E_SYNTAX, 5, "taken" },
		BadNetwork{ "layer named like the input",
			    layers("  - relu: {name: x}\n"), NPU_E_SYNTAX, 4,
			    "taken" },
		BadNetwork{ "two layers in one item",
			    layers("  - {relu: {}, tanh: {}}\n"), NPU_E_SYNTAX,
			    4, "expected a layer" },
		BadNetwork{ "arguments that are no mapping",
			    layers("  - relu: 3\n"), NPU_E_SYNTAX, 4, "" },
		BadNetwork{ "shape that grows beyond the limit",
			    "network: t\n"
			    "input: {name: x, shape: [N, 1, 65536, 65536]}\n"
			    "layers: [{conv: {out: 2, kernel: 1}}]\n",
			    NPU_E_LIMIT, 3, "4294967296 elements" },
		BadNetwork{ "weights beyond the limit",
			    "network: t\n"
			    "input: {name: x, shape: [N, 1000000]}\n"
			    "layers: [{linear: {out: 1000000}}]\n",
			    NPU_E_LIMIT, 3, "4294967296 elements" },
		BadNetwork{ "nine dimensions",
			    "network: t\n"
			    "input: {name: x, shape: [1,1,1,1,1,1,1,1,1]}\n"
			    "layers: [relu]\n",
			    NPU_E_RANGE, 2, "1..8 dimensions" },
		BadNetwork{ "symbol that nobody binds",
			    "network: t\n"
			    "input: {name: x, shape: [N, T]}\n"
			    "layers: [relu]\n",
			    NPU_E_UNSUPPORTED, 2, "--dim T=1" },
		BadNetwork{ "output nobody named",
			    layers("  - relu\n") + "outputs: [y]\n",
			    NPU_E_SYNTAX, 5, "unknown value 'y'" },
		BadNetwork{ "reshape to another size",
			    layers("  - reshape: {shape: [5, 5]}\n"),
			    NPU_E_RANGE, 4, "cannot reshape" },
		BadNetwork{ "block without layers",
			    blocks("  b: {parameters: [a]}\n", "  - relu\n"),
			    NPU_E_SYNTAX, 4, "layers" },
		BadNetwork{ "block called like a layer",
			    blocks("  relu: {layers: [tanh]}\n", "  - relu\n"),
			    NPU_E_SYNTAX, 4, "name of a layer" },
		BadNetwork{ "argument left out",
			    blocks("  b: {parameters: [a], layers: [relu]}\n",
				   "  - b\n"),
			    NPU_E_SYNTAX, 6, "needs 'a'" },
		BadNetwork{
			"argument the block lacks",
			blocks("  b: {parameters: [width], layers: [relu]}\n",
			       "  - b: {widht: 3}\n"),
			NPU_E_SYNTAX, 6, "width" },
		BadNetwork{ "parameter the block lacks",
			    blocks("  b:\n    parameters: [width]\n    layers: "
				   "[{conv: {out: $widht, kernel: 1}}]\n",
				   "  - b: {width: 3}\n"),
			    NPU_E_SYNTAX, 6, "did you mean 'width'?" },
		BadNetwork{
			"parameter twice",
			blocks("  b: {parameters: [a, a], layers: [relu]}\n",
			       "  - b: {a: 3}\n"),
			NPU_E_SYNTAX, 4, "twice" },
		BadNetwork{ "parameter called repeat",
			    blocks("  b: {parameters: [repeat], layers: "
				   "[relu]}\n",
				   "  - b: {repeat: 3}\n"),
			    NPU_E_SYNTAX, 4, "already" },
		BadNetwork{ "bad argument shows where it was given",
			    blocks("  b:\n    parameters: [w]\n    layers: "
				   "[{conv: {out: $w, kernel: 1}}]\n",
				   "  - b: {w: 0}\n"),
			    NPU_E_RANGE, 8, "1.." },
		BadNetwork{ "block that uses itself",
			    blocks("  b: {layers: [b]}\n", "  - b\n"),
			    NPU_E_LIMIT, 4, "use itself" },
		BadNetwork{ "blocks that multiply",
			    blocks("  a: {layers: [{b: {repeat: 60000}}]}\n"
				   "  b: {layers: [relu, tanh]}\n",
				   "  - a: {repeat: 60000}\n"),
			    NPU_E_LIMIT, 5, "more than 16384" },
		BadNetwork{ "blocks that multiply nothing",
			    blocks("  a: {layers: [{b: {repeat: 60000}}]}\n"
				   "  b: {layers: []}\n",
				   "  - a: {repeat: 60000}\n"),
			    NPU_E_LIMIT, 4, "more than 16384 blocks" },
		BadNetwork{ "no layer left",
			    blocks("  b: {layers: [relu]}\n",
				   "  - b: {repeat: 0}\n"),
			    NPU_E_SYNTAX, 6, "no layer" },
		BadNetwork{ "long name",
			    layers("  - relu: {name: " + std::string(200, 'a') +
				   "}\n"),
			    NPU_E_LIMIT, 4, "more than 100 bytes" },
		BadNetwork{ "an anchor", layers("  - &a relu\n"), NPU_E_SYNTAX,
			    4, "" },
		BadNetwork{ "not YAML", layers("  - relu: {\n"), NPU_E_SYNTAX,
			    5, "" }));

TEST(NetworkLoad, FixedBatchIsNotOverridden)
{
	const std::string path = testing::TempDir() + "npu_fixed_batch.yaml";
	npu_model_options options = {};
	npu_graph *graph = nullptr;
	npu_error err = {};

	std::ofstream(path) << "network: t\ninput: {name: x, shape: [2, 3]}\n"
			       "layers: [relu]\n";
	options.batch = 4;
	EXPECT_EQ(npu_model_load(path.c_str(), &options, &graph, &err),
		  NPU_E_RANGE);
	EXPECT_NE(std::string(err.message).find("input x is fixed to 2"),
		  std::string::npos)
		<< err.message;
	options.batch = 2;
	EXPECT_EQ(npu_model_load(path.c_str(), &options, &graph, nullptr),
		  NPU_OK);
	npu_graph_destroy(graph);
	remove(path.c_str());
}

TEST(NetworkLoad, BatchAndDimThatDisagreeAreRefused)
{
	const npu_dim_binding two = { "N", 2 };
	npu_model_options options = {};
	npu_graph *graph = nullptr;
	npu_error err = {};

	options.zoo = NPU_SOURCE_DIR "/models/zoo";
	options.batch = 3;
	options.bindings = &two;
	options.binding_count = 1;
	EXPECT_EQ(npu_model_load("mlp", &options, &graph, &err), NPU_E_RANGE);
	EXPECT_NE(std::string(err.message).find("fixed to 2 by --dim"),
		  std::string::npos)
		<< err.message;
}

TEST(NetworkLoad, FileThatIsNotThereIsAnIoError)
{
	npu_graph *graph = nullptr;
	npu_error err = {};

	EXPECT_EQ(
		npu_model_load("/nonexistent/net.yaml", nullptr, &graph, &err),
		NPU_E_IO);
	EXPECT_STREQ(err.path, "/nonexistent/net.yaml");
}
