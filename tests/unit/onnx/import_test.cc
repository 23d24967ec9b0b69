// tests/unit/onnx/import_test.cc - what a good ONNX file becomes.
// SPDX-License-Identifier: Apache-2.0
#include "models/npu_reference.h"
#include "unit/onnx/onnx_writer.h"
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>

using namespace onnx_writer;

namespace
{
struct Import {
	npu_graph *graph = nullptr;
	npu_error err = {};

	Import(const Graph &g, int64_t opset, bool infer = true,
	       std::vector<npu_dim_binding> bindings = {})
	{
		const std::string file = g.model(opset);
		npu_status status =
			npu_onnx_decode((const uint8_t *)file.data(),
					file.size(), "net", &graph, &err);

		if (!status && infer)
			status = npu_graph_infer(graph, bindings.data(),
						 bindings.size(), &err);
		EXPECT_EQ(status, NPU_OK) << err.message;
	}
	~Import()
	{
		npu_graph_destroy(graph);
	}
	npu_value *value(const char *name)
	{
		npu_value *v = npu_graph_find_value(graph, name);

		EXPECT_NE(v, nullptr) << name;
		return v;
	}
	template <typename T> std::vector<T> constant(const char *name)
	{
		npu_value *v = value(name);
		const void *data = nullptr;
		std::vector<T> out;

		EXPECT_EQ(npu_constant_data(graph, v, &data, &err), NPU_OK);
		out.resize((size_t)npu_shape_count(&v->shape));
		std::memcpy(out.data(), data, out.size() * sizeof(T));
		return out;
	}
	// oneDNN's output "y" for input "x" of these elements.
	std::vector<float> run(const std::vector<float> &x)
	{
		npu_array input = {};
		npu_values values = {};
		const npu_value *y = value("y");

		input.dtype = NPU_fp32;
		input.shape = value("x")->shape;
		input.data = (void *)x.data();
		EXPECT_EQ(npu_onednn_run(graph, &input, 1, 1, &values, nullptr,
					 &err),
			  NPU_OK)
			<< err.message;
		const float *got = (const float *)values.data[y->id];
		std::vector<float> out(got, got + npu_shape_count(&y->shape));
		npu_values_clear(&values);
		return out;
	}
};

Graph unary(const Message &n, const Dims &in, const Dims &out)
{
	Graph g;

	g.nodes = { n };
	g.inputs = { info("x", in) };
	g.outputs = { info("y", out) };
	return g;
}

// A graph whose output is the sum of x and a constant "c" of `node`.
Graph with_constant_node(const Message &attribute)
{
	Graph g = unary(node("Add", { "x", "c" }, { "y" }), { 2 }, { 2 });

	g.nodes.push_back(node("Constant", {}, { "c" }, { attribute }));
	return g;
}
} // namespace

TEST(OnnxImport, ConstantNodesBecomeConstantsInWhateverFormTheyAre)
{
	const Message t = tensor("", { 2 }, { 3.0f, 4.0f });
	Import tensor_form(with_constant_node(attribute("value", t)), 9);
	Import one(with_constant_node(attribute("value_float", 5.0f)), 13);
	Message list = Message().text(1, "value_floats").real(7, 6).real(7, 7);
	Import floats(with_constant_node(list.number(20, 6)), 13);

	EXPECT_EQ(tensor_form.constant<float>("c"),
		  (std::vector<float>{ 3, 4 }));
	EXPECT_EQ(one.constant<float>("c"), (std::vector<float>{ 5 }));
	EXPECT_EQ(one.value("c")->shape.rank, 0);
	EXPECT_EQ(floats.constant<float>("c"), (std::vector<float>{ 6, 7 }));
	EXPECT_EQ(floats.run({ 1, 1 }), (std::vector<float>{ 7, 8 }));
}

TEST(OnnxImport, TypedDataIsReadPackedAndUnpacked)
{
	Graph g = unary(node("Relu", { "x" }, { "y" }), { 1 }, { 1 });
	const std::string packed = varint(7) + varint((uint64_t)-2);
	Message unpacked = tensor_head("b", INT64, { 2 });

	unpacked.number(7, 300).number(7, -1);
	g.constants = {
		tensor_head("a", INT64, { 2 }).text(7, packed),
		unpacked,
		tensor_head("f", FLOAT, { 2 })
			.text(4, bytes_of<float>({ 1.5f, -2.5f })),
		// 1.0 and 2.0 as fp16 and bf16 patterns in int32_data
		tensor_head("h", FLOAT16, { 2 })
			.text(5, varint(0x3c00) + varint(0x4000)),
		tensor_head("bf", BFLOAT16, { 2 })
			.text(5, varint(0x3f80) + varint(0x4000)),
		tensor_head("s", INT8, { 2 })
			.text(5, varint((uint64_t)-128) + varint(127)),
	};
	g.outputs = { info("y", { 1 }), info("a", { 2 }), info("b", { 2 }),
		      info("f", { 2 }), info("h", { 2 }), info("bf", { 2 }),
		      info("s", { 2 }) };
	Import net(g, 13);

	EXPECT_EQ(net.constant<int64_t>("a"), (std::vector<int64_t>{ 7, -2 }));
	EXPECT_EQ(net.constant<int64_t>("b"),
		  (std::vector<int64_t>{ 300, -1 }));
	EXPECT_EQ(net.constant<float>("f"),
		  (std::vector<float>{ 1.5f, -2.5f }));
	EXPECT_EQ(net.constant<uint16_t>("h"),
		  (std::vector<uint16_t>{ 0x3c00, 0x4000 }));
	EXPECT_EQ(net.value("h")->dtype, NPU_fp16);
	EXPECT_EQ(net.constant<uint16_t>("bf"),
		  (std::vector<uint16_t>{ 0x3f80, 0x4000 }));
	EXPECT_EQ(net.value("bf")->dtype, NPU_bf16);
	EXPECT_EQ(net.constant<int8_t>("s"),
		  (std::vector<int8_t>{ -128, 127 }));
}

TEST(OnnxImport, SoftmaxBeforeOpset13IsOverAllDimensionsFromAxis)
{
	const Message soft = node("Softmax", { "x" }, { "y" });
	Import old(unary(soft, { 1, 2, 2 }, { 1, 2, 2 }), 12);
	Import now(unary(soft, { 1, 2, 2 }, { 1, 2, 2 }), 13);

	for (float y : old.run({ 0, 0, 0, 0 })) // axis 1: over 4 elements
		EXPECT_FLOAT_EQ(y, 0.25f);
	for (float y : now.run({ 0, 0, 0, 0 })) // axis -1: over 2
		EXPECT_FLOAT_EQ(y, 0.5f);
	EXPECT_EQ(old.value("y")->shape.rank, 3);
}

TEST(OnnxImport, SliceOfOpset9AndOf10AreTheSame)
{
	const std::vector<float> x = { 0, 1, 2, 3, 4, 5 };
	Import old(unary(node("Slice", { "x" }, { "y" },
			      { attribute("axes", Dims{ 1 }),
				attribute("starts", Dims{ -2 }),
				attribute("ends", Dims{ 1000 }) }),
			 { 2, 3 }, { 2, 2 }),
		   9);
	Graph g = unary(node("Slice", { "x", "s", "e", "a" }, { "y" }),
			{ 2, 3 }, { 2, 2 });
	g.constants = { tensor_ints("s", { 1 }, { -2 }),
			tensor_ints("e", { 1 }, { 1000 }),
			tensor_ints("a", { 1 }, { 1 }) };
	Import now(g, 10);

	EXPECT_EQ(old.run(x), (std::vector<float>{ 1, 2, 4, 5 }));
	EXPECT_EQ(now.run(x), (std::vector<float>{ 1, 2, 4, 5 }));
}

TEST(OnnxImport, ClipBoundsAsAttributesAndAsInputsAreTheSame)
{
	Import old(
		unary(node("Clip", { "x" }, { "y" },
			   { attribute("min", 0.0f), attribute("max", 6.0f) }),
		      { 3 }, { 3 }),
		6);
	Graph g = unary(node("Clip", { "x", "", "hi" }, { "y" }), { 3 }, { 3 });
	g.constants = { tensor("hi", {}, { 6.0f }) };
	Import now(g, 11);

	EXPECT_EQ(old.run({ -1, 3, 9 }), (std::vector<float>{ 0, 3, 6 }));
	EXPECT_EQ(now.run({ -1, 3, 9 }), (std::vector<float>{ -1, 3, 6 }));
	EXPECT_EQ(now.graph->nodes[0]->attr.lo, -INFINITY);
}

TEST(OnnxImport, ShapeOfOpset15GivesARangeOfDimensions)
{
	Graph g = unary(node("Reshape", { "x", "s" }, { "y" }), { 2, 3, 4 },
			{ 2, 3, 4 });
	g.nodes = { node("Shape", { "x" }, { "s" },
			 { attribute("start", (int64_t)-2) }, "shape"),
		    node("Concat", { "two", "s" }, { "t" },
			 { attribute("axis", (int64_t)0) }),
		    node("Reshape", { "x", "t" }, { "y" }) };
	g.constants = { tensor_ints("two", { 1 }, { 2 }) };
	Import net(g, 15);
	const npu_shape &y = net.value("y")->shape;

	EXPECT_EQ(y.rank, 3);
	EXPECT_EQ(y.dim[0], 2);
	EXPECT_EQ(y.dim[1], 3);
	EXPECT_EQ(y.dim[2], 4);
}

TEST(OnnxImport, InitialisersListedAsInputsAreConstants)
{
	Graph g = unary(node("Add", { "x", "w" }, { "y" }), { 1 }, { 1 });
	g.inputs.push_back(info("w", { 1 }));
	g.constants = { tensor("w", { 1 }, { 2.0f }) };
	Import net(g, 9);

	EXPECT_FALSE(net.value("w")->is_input);
	EXPECT_NE(net.value("w")->constant, nullptr);
	EXPECT_EQ(net.run({ 1 }), (std::vector<float>{ 3 }));
}

TEST(OnnxImport, NodesGetUniqueNamesWhateverTheFileCallsThem)
{
	Graph g = unary(node("Relu", { "x" }, { "a" }), { 1 }, { 1 });
	g.nodes.push_back(node("Relu", { "a" }, { "b" }, {}, "same"));
	g.nodes.push_back(node("Relu", { "b" }, { "c" }, {}, "same"));
	g.nodes.push_back(node("Relu", { "c" }, { "y" }, {}, "Relu_0"));
	Import net(g, 13);
	const char *want[] = { "Relu_0_", "same_1", "same_2", "Relu_0" };

	ASSERT_EQ(net.graph->node_count, 4u);
	for (int i = 0; i < 4; i++)
		EXPECT_STREQ(net.graph->nodes[i]->name, want[i]);
}

TEST(OnnxImport, NodesInAnyOrderAreSorted)
{
	Graph g = unary(node("Relu", { "t" }, { "y" }), { 1 }, { 1 });
	g.nodes.push_back(node("LeakyRelu", { "x" }, { "t" }));
	Import net(g, 13);

	EXPECT_EQ(net.run({ -1 }), (std::vector<float>{ 0 }));
	EXPECT_EQ(net.graph->nodes[0]->op, NPU_LeakyRelu);
}

TEST(OnnxImport, SymbolicDimensionsKeepTheirNamesUntilBound)
{
	const Graph g =
		unary(node("Relu", { "x" }, { "y" }), { -1, 3 }, { -1, 3 });
	Import open(g, 13, false);
	Import bound(g, 13, true, { { "N", 5 } });

	EXPECT_STREQ(open.value("x")->dim_name[0], "N");
	EXPECT_EQ(open.value("x")->shape.dim[0], -1);
	EXPECT_EQ(bound.value("y")->shape.dim[0], 5);
}

TEST(OnnxImport, UnusedSecondOutputsAreDropped)
{
	Import net(
		unary(node("Dropout", { "x" }, { "y", "mask" }), { 1 }, { 1 }),
		10);

	EXPECT_EQ(net.run({ 4 }), (std::vector<float>{ 4 }));
}

TEST(OnnxImport, KernelLeftOutIsThatOfTheWeights)
{
	Graph g = unary(node("Conv", { "x", "w" }, { "y" }), { 1, 1, 1, 3 },
			{ 1, 1, 1, 2 });
	g.constants = { tensor("w", { 1, 1, 1, 2 }, { 1.0f, 10.0f }) };
	Import net(g, 11);

	EXPECT_EQ(net.run({ 1, 2, 3 }), (std::vector<float>{ 21, 32 }));
}

// What PyTorch writes for x.view(x.size(0), -1), behind a chain of Identity.
TEST(OnnxImport, ShapesComputedFromShapesAreFolded)
{
	Graph g = unary(node("Identity", { "x" }, { "a" }), { -1, 2, 3 },
			{ -1, 6 });
	g.nodes.push_back(node("Identity", { "a" }, { "b" }));
	g.nodes.push_back(node("Shape", { "b" }, { "s" }));
	g.nodes.push_back(node("Gather", { "s", "zero" }, { "n" },
			       { attribute("axis", (int64_t)0) }));
	g.nodes.push_back(node("Unsqueeze", { "n" }, { "n1" },
			       { attribute("axes", Dims{ 0 }) }));
	g.nodes.push_back(node("Concat", { "n1", "rest" }, { "t" },
			       { attribute("axis", (int64_t)0) }));
	g.nodes.push_back(node("Reshape", { "b", "t" }, { "y" }));
	g.constants = { tensor_ints("zero", {}, { 0 }),
			tensor_ints("rest", { 1 }, { -1 }) };
	Import net(g, 11, true, { { "N", 2 } });

	EXPECT_EQ(net.value("y")->shape.dim[0], 2);
	EXPECT_EQ(net.value("y")->shape.dim[1], 6);
	for (uint32_t i = 0; i < net.graph->node_count; i++) {
		const npu_op op = net.graph->nodes[i]->op;

		EXPECT_TRUE(op == NPU_Identity || op == NPU_Reshape)
			<< npu_op_name(op);
	}
}
