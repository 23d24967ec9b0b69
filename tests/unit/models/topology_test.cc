// tests/unit/models/topology_test.cc - SCALE-Sim's topology files.
// SPDX-License-Identifier: Apache-2.0
#include "models/npu_model.h"
#include <cstdio>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <string>

namespace
{
using Graph = std::unique_ptr<npu_graph, void (*)(npu_graph *)>;

const std::string conv = "Layer name, IFMAP Height, IFMAP Width, Filter "
			 "Height, Filter Width, Channels, Num Filter, "
			 "Strides,\n";
const std::string gemm = "Layer, M, N, K,\n";

npu_status decode(const std::string &text, npu_graph **out, npu_error *err)
{
	return npu_topology_decode(text.data(), text.size(), "net.csv", out,
				   err);
}

// Read, with a batch of one, as npu_model_load does.
Graph read(const std::string &text)
{
	npu_graph *graph = nullptr;
	npu_error err = {};
	const npu_dim_binding one = { "N", 1 };
	bool has_conv = text.find("IFMAP") != std::string::npos;

	EXPECT_EQ(decode(text, &graph, &err), NPU_OK)
		<< err.line << ":" << err.column << ": " << err.message;
	if (graph) {
		EXPECT_EQ(npu_graph_infer(graph, &one, has_conv, &err), NPU_OK)
			<< err.message;
	}
	return Graph(graph, npu_graph_destroy);
}
} // namespace

// M, N and K of SCALE-Sim 3's own run (reference/scalesim/layers.csv): output
// pixels, filters, products of one output.
TEST(Topology, ConvolutionsHaveScaleSimsOutputSize)
{
	const struct {
		const char *row;
		int64_t side, filters;
		uint64_t macs;
	} rows[] = {
		// ResNet-18 in SCALE-Sim: 28 x 28, 1 x 1, stride 2: M = 225
		{ "Conv4_s, 28, 28, 1, 1, 128, 256, 2,\n", 15, 256,
		  225u * 256 * 128 },
		{ "Conv3_s, 56, 56, 1, 1, 64, 128, 2,\n", 29, 128,
		  841u * 128 * 64 },
		{ "Conv5_s, 14, 14, 1, 1, 256, 512, 2,\n", 8, 512,
		  64u * 512 * 256 },
		{ "plain, 14, 14, 3, 3, 8, 4, 1,\n", 12, 4, 144u * 4 * 72 },
	};

	for (const auto &row : rows) {
		Graph graph = read(conv + row.row);

		ASSERT_EQ(graph->node_count, 1u);
		const npu_shape &y = graph->nodes[0]->outputs[0]->shape;
		EXPECT_EQ(y.dim[1], row.filters);
		EXPECT_EQ(y.dim[2], row.side) << row.row;
		EXPECT_EQ(y.dim[3], row.side) << row.row;
		EXPECT_EQ(npu_graph_macs(graph.get()), row.macs);
	}
}

TEST(Topology, RowsAreIndependentLayers)
{
	Graph graph = read(conv + "a, 8, 8, 3, 3, 4, 2, 1,\r\n"
				  "\r\n"
				  "a, 9, 9, 3, 3, 5, 3, 2,\n"
				  "last, 4, 4, 1, 1, 1, 1, 1");
	uint32_t inputs = 0, outputs = 0;

	ASSERT_EQ(graph->node_count, 3u);
	for (uint32_t i = 0; i < graph->value_count; i++) {
		inputs += graph->values[i]->is_input;
		outputs += graph->values[i]->is_output;
	}
	EXPECT_EQ(inputs, 3u);
	EXPECT_EQ(outputs, 3u);
	EXPECT_STREQ(graph->name, "net");
	EXPECT_STREQ(graph->nodes[1]->name, "a_2");
	EXPECT_EQ(graph->nodes[1]->loc.line, 4u);
}

TEST(Topology, MatrixProductsAreGemm)
{
	Graph graph = read(gemm + "g, 64, 32, 16,\n");

	ASSERT_EQ(graph->node_count, 1u);
	EXPECT_EQ(graph->nodes[0]->op, NPU_Gemm);
	EXPECT_EQ(graph->nodes[0]->outputs[0]->shape.dim[0], 64);
	EXPECT_EQ(graph->nodes[0]->outputs[0]->shape.dim[1], 32);
	EXPECT_EQ(npu_graph_macs(graph.get()), 64u * 32 * 16);
	EXPECT_EQ(npu_graph_parameters(graph.get()), 32u * 16);
}

TEST(Topology, TwoStridesAreTakenWhereTheHeaderHasThem)
{
	Graph graph = read("Layer name, IFMAP Height, IFMAP Width, Filter "
			   "Height, Filter Width, Channels, Num Filter, "
			   "Stride Height, Stride Width,\n"
			   "a, 9, 9, 3, 3, 1, 1, 1, 2,\n");
	const npu_shape &y = graph->nodes[0]->outputs[0]->shape;

	EXPECT_EQ(y.dim[2], 7);
	EXPECT_EQ(y.dim[3], 4);
}

TEST(Topology, ModelLoadTakesTheFileAndItsBatch)
{
	const std::string path = testing::TempDir() + "npu_topology.csv";
	npu_model_options options = {};
	npu_graph *graph = nullptr;
	npu_error err = {};

	std::ofstream(path) << conv << "a, 8, 8, 3, 3, 4, 2, 1,\n";
	options.batch = 3;
	ASSERT_EQ(npu_model_load(path.c_str(), &options, &graph, &err), NPU_OK)
		<< err.message;
	EXPECT_EQ(npu_graph_macs(graph), 3u * 36 * 2 * 36);
	npu_graph_destroy(graph);
	remove(path.c_str());
}

TEST(Topology, BadFilesAreRefusedWithLineAndColumn)
{
	const struct {
		const char *what;
		std::string text;
		npu_status status;
		uint32_t line, column;
		const char *part;
	} rows[] = {
		{ "empty", "", NPU_E_SYNTAX, 0, 0, "header" },
		{ "no header", "a, 8, 8, 3, 3, 4, 2, 1,\n", NPU_E_SYNTAX, 1, 1,
		  "header" },
		{ "header alone", conv, NPU_E_SYNTAX, 1, 0, "no layer" },
		{ "too few columns", conv + "a, 8, 8, 3, 3, 4,\n", NPU_E_SYNTAX,
		  2, 0, "number of filters is missing" },
		{ "too many columns", gemm + "a, 1, 2, 3, 4,\n",
		  NPU_E_UNSUPPORTED, 2, 13, "column 5" },
		{ "a word", conv + "a, 8, x8, 3, 3, 4, 2, 1,\n", NPU_E_RANGE, 2,
		  7, "IFMAP width: expected an integer" },
		{ "an empty field", conv + "a, 8, , 3, 3, 4, 2, 1,\n",
		  NPU_E_RANGE, 2, 0, "IFMAP width" },
		{ "zero", conv + "a, 8, 8, 3, 3, 4, 2, 0,\n", NPU_E_RANGE, 2,
		  22, "stride" },
		{ "negative", gemm + "a, -1, 2, 3,\n", NPU_E_RANGE, 2, 4, "M" },
		{ "a fraction", gemm + "a, 1.5, 2, 3,\n", NPU_E_RANGE, 2, 4,
		  "1.5" },
		{ "overflow", gemm + "a, 99999999999999999999999, 2, 3,\n",
		  NPU_E_RANGE, 2, 4, "M" },
		{ "filter larger than input",
		  conv + "a, 2, 8, 3, 3, 4, 2, 1,\n", NPU_E_RANGE, 2, 10,
		  "does not fit" },
		{ "no name", gemm + ", 1, 2, 3,\n", NPU_E_SYNTAX, 2, 0,
		  "name" },
		{ "too many elements",
		  gemm + "a, 16777216, 16777216, 16777216,\n", NPU_E_LIMIT, 2,
		  1, "elements" },
		{ "sixteen columns and more", gemm + std::string(40, ','),
		  NPU_E_SYNTAX, 2, 0, "more than 16 columns" },
		{ "second row", gemm + "a, 1, 2, 3,\nb, 1, 2, z,\n",
		  NPU_E_RANGE, 3, 10, "K" },
	};

	for (const auto &row : rows) {
		npu_graph *graph = nullptr;
		npu_error err = {};

		EXPECT_EQ(decode(row.text, &graph, &err), row.status)
			<< row.what << ": " << err.message;
		EXPECT_EQ(graph, nullptr);
		EXPECT_STREQ(err.path, "net.csv") << row.what;
		EXPECT_EQ(err.line, row.line) << row.what;
		if (row.column) {
			EXPECT_EQ(err.column, row.column) << row.what;
		}
		EXPECT_NE(std::string(err.message).find(row.part),
			  std::string::npos)
			<< row.what << ": " << err.message;
	}
}
