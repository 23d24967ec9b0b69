// tests/unit/onnx/bad_onnx_test.cc - hostile and unsupported ONNX files.
// SPDX-License-Identifier: Apache-2.0
#include "models/npu_model.h"
#include "unit/onnx/onnx_writer.h"
#include <gtest/gtest.h>

using namespace onnx_writer;

namespace
{
struct Bad {
	const char *name;
	std::string file;
	npu_status status;
	const char *says; // part of the message
};

void PrintTo(const Bad &bad, std::ostream *out)
{
	*out << bad.name;
}

// x [1,4] -> nodes -> y, one Relu where none are given.
Graph graph(std::vector<Message> nodes = { node("Relu", { "x" }, { "y" }) })
{
	Graph g;

	g.nodes = nodes;
	g.inputs = { info("x", { 1, 4 }) };
	g.outputs = { info("y", { 1, 4 }) };
	return g;
}

Graph with(Graph g, const Message &constant)
{
	g.constants.push_back(constant);
	return g;
}

Graph with_inputs(std::vector<Message> inputs)
{
	Graph g = graph();

	g.inputs = inputs;
	return g;
}

std::string one(const Message &n, int64_t opset = 13)
{
	return graph({ n }).model(opset);
}

// An If whose branches hold an If, and so on.
Message nested(int depth)
{
	Message branch = graph().message();

	for (int i = 0; i < depth; i++) {
		Message a = Message().text(1, "then_branch").add(6, branch);

		branch = Message().add(
			1, node("If", { "x" }, { "y" }, { a.number(20, 5) }));
	}
	return branch;
}

Message external(const std::string &location)
{
	return tensor_head("w", FLOAT, { 1 })
		.add(13, Message().text(1, "location").text(2, location))
		.number(14, 1);
}

std::vector<Bad> table()
{
	const std::string good = graph().model();
	const npu_status SYNTAX = NPU_E_SYNTAX, RANGE = NPU_E_RANGE,
			 LIMIT = NPU_E_LIMIT, UNSUPPORTED = NPU_E_UNSUPPORTED;
	const Message huge =
		tensor_head("w", FLOAT, { 1ll << 40, 1ll << 40 }).text(9, "");
	Message sequence =
		Message().text(1, "x").add(2, Message().add(4, Message()));
	Message flat = Message().text(1, "x").add(
		2, Message().add(1, Message().number(1, FLOAT)));
	Graph no_outputs = graph();
	no_outputs.outputs.clear();

	return {
		{ "Empty", "", SYNTAX, "empty" },
		{ "Text", "hello, this is no protobuf at all", SYNTAX, "byte" },
		{ "Truncated", good.substr(0, good.size() - 9), SYNTAX,
		  "byte" },
		{ "LengthBeyondTheEnd", "\x3a\xff\xff\xff\xff\x07", SYNTAX,
		  "byte" },
		{ "VarintTooLong", std::string(20, '\xff'), SYNTAX, "byte" },
		{ "GroupWireType", std::string("\x0b\x0c"), SYNTAX, "wire" },
		{ "FieldNumberZero", std::string("\x00\x01", 2), SYNTAX,
		  "byte" },
		{ "NoGraph", Message().number(1, 8).bytes, SYNTAX, "no graph" },
		{ "GraphAsNumber", Message().number(7, 5).bytes, SYNTAX,
		  "wire type" },
		{ "NoOpset", Message().add(7, graph().message()).bytes, SYNTAX,
		  "opset_import" },
		{ "OpsetTooOld", graph().model(5), UNSUPPORTED, "opset 5" },
		{ "OpsetTooNew", graph().model(19), UNSUPPORTED, "opset 19" },
		{ "NoOutputs", no_outputs.model(), SYNTAX, "no outputs" },
		{ "OutputOfNobody",
		  graph({ node("Relu", { "x" }, { "z" }) }).model(), SYNTAX,
		  "output y is made by no node" },
		{ "InputOfNobody", one(node("Relu", { "q" }, { "y" }, {}, "r")),
		  SYNTAX, "node r (Relu) reads q" },
		{ "Cycle",
		  graph({ node("Add", { "x", "b" }, { "y" }),
			  node("Relu", { "y" }, { "b" }) })
			  .model(),
		  SYNTAX, "depends on its own output" },
		{ "ValueMadeTwice",
		  graph({ node("Relu", { "x" }, { "y" }, {}, "first"),
			  node("Tanh", { "x" }, { "y" }, {}, "second") })
			  .model(),
		  SYNTAX, "value y is made twice" },
		{ "InitialiserTwice",
		  with(with(graph(), tensor("w", { 1 }, { 1.0f })),
		       tensor("w", { 1 }, { 2.0f }))
			  .model(),
		  SYNTAX, "value w is made twice" },
		{ "InputTwice",
		  with_inputs({ info("x", { 1 }), info("x", { 1 }) }).model(),
		  SYNTAX, "value x is made twice" },
		{ "NulInAName",
		  one(node("Relu", { "x" }, { "y" }, {},
			   std::string("a\0b", 3))),
		  SYNTAX, "not UTF-8 text: byte 0x00" },
		{ "BadUtf8InAName",
		  one(node("Relu", { "x" }, { "y" }, {}, "\xc0\xaf")), SYNTAX,
		  "not UTF-8 text" },
		{ "NameTooLong",
		  one(node("Relu", { "x" }, { "y" }, {},
			   std::string(65537, 'a'))),
		  LIMIT, "name of 65537 bytes" },
		{ "NodeWithoutType", one(Message().text(2, "y")), SYNTAX,
		  "without an op_type" },
		{ "NodeWithoutOutputs", one(node("Relu", { "x" }, {})), SYNTAX,
		  "without outputs" },
		{ "TooFewInputs", one(node("Add", { "x" }, { "y" }, {}, "a")),
		  SYNTAX, "node a (Add) has 1 inputs" },
		{ "InputLeftOut",
		  one(node("Add", { "", "x" }, { "y" }, {}, "a")), SYNTAX,
		  "input 0 is left out" },
		{ "UnknownOperators",
		  graph({ node("Foo", { "x" }, { "t" }, {}, "n1"),
			  node("Bar", { "t" }, { "y" }, {}, "n2") })
			  .model(),
		  UNSUPPORTED,
		  "2 nodes cannot be imported: n1 (Foo): this operator is not "
		  "supported; n2 (Bar)" },
		{ "LoweredOperatorsAreNoOnnx",
		  one(node("conv", { "x", "x" }, { "y" })), UNSUPPORTED,
		  "conv_0 (conv)" },
		{ "OtherDomain",
		  one(node("Relu", { "x" }, { "y" }, {}, "r")
			      .text(7, "com.microsoft")),
		  UNSUPPORTED, "r (com.microsoft.Relu): operators of this" },
		{ "Subgraph",
		  Message()
			  .add(7, Graph{ { node("If", { "x" }, { "y" },
						{ Message().text(1, "else").add(
							6, Message()) }) },
					 {},
					 { info("x", { 1 }) },
					 { info("y", { 1 }) } }
					  .message())
			  .add(8, Message().number(2, 13))
			  .bytes,
		  UNSUPPORTED, "subgraphs" },
		{ "NestedSubgraphs",
		  Message()
			  .add(7, nested(2000))
			  .add(8, Message().number(2, 13))
			  .bytes,
		  SYNTAX, "no outputs" },
		{ "UnknownAttribute",
		  one(node("Relu", { "x" }, { "y" },
			   { attribute("slope", 1.0f) }, "r")),
		  UNSUPPORTED, "attribute slope" },
		{ "AttributeOfWrongType",
		  one(node("LeakyRelu", { "x" }, { "y" },
			   { attribute("alpha", (int64_t)1) }, "r")),
		  SYNTAX, "attribute alpha is of type 2" },
		{ "StrideZero",
		  one(node("MaxPool", { "x" }, { "y" },
			   { attribute("strides", Dims{ 1, 0 }) }, "p")),
		  RANGE, "node p (MaxPool): attribute strides is 0" },
		{ "NegativePad",
		  one(node("MaxPool", { "x" }, { "y" },
			   { attribute("pads", Dims{ 0, -1, 0, 0 }) }, "p")),
		  RANGE, "attribute pads is -1" },
		{ "ThreeSpatialDimensions",
		  one(node("MaxPool", { "x" }, { "y" },
			   { attribute("kernel_shape", Dims{ 2, 2, 2 }) })),
		  UNSUPPORTED, "only 1-D and 2-D" },
		{ "TooManyNumbers",
		  one(node("Transpose", { "x" }, { "y" },
			   { attribute("perm", Dims(99, 0)) }, "t")),
		  LIMIT, "attribute perm of node t" },
		{ "AutoPadUnknown",
		  one(node("Conv", { "x", "x" }, { "y" },
			   { attribute("auto_pad", std::string("SOME")) })),
		  SYNTAX, "auto_pad" },
		{ "GroupZero",
		  one(node("Conv", { "x", "x" }, { "y" },
			   { attribute("group", (int64_t)0) })),
		  RANGE, "attribute group is 0" },
		{ "SecondOutputUsed",
		  graph({ node("MaxPool", { "x" }, { "t", "i" },
			       { attribute("kernel_shape", Dims{ 2, 2 }) },
			       "p"),
			  node("Add", { "t", "i" }, { "y" }) })
			  .model(),
		  UNSUPPORTED, "p (MaxPool): its output i is used" },
		{ "TrainingBatchNormalization",
		  one(node("BatchNormalization", { "x", "x", "x", "x", "x" },
			   { "y" }, { attribute("training_mode", (int64_t)1) }),
		      15),
		  UNSUPPORTED, "training_mode 1" },
		{ "ConstantWithoutValue", one(node("Constant", {}, { "y" })),
		  SYNTAX, "expected 1" },
		{ "ConstantOfStrings",
		  one(node("Constant", {}, { "y" },
			   { attribute("value_string", std::string("a")) })),
		  UNSUPPORTED, "only tensors, numbers" },
		{ "SliceListsDisagree",
		  one(node("Slice", { "x" }, { "y" },
			   { attribute("starts", Dims{ 0, 1 }),
			     attribute("ends", Dims{ 1 }) }),
		      9),
		  SYNTAX, "2 starts, 1 ends" },
		{ "TensorLengthDisagrees",
		  with(graph(), tensor("w", { 3 }, { 1.0f })).model(), SYNTAX,
		  "tensor w: its dimensions ask for 12 bytes" },
		{ "TensorNegativeDimension",
		  with(graph(), tensor("w", { -3 }, { 1.0f })).model(), RANGE,
		  "tensor w: dimension 0 is -3" },
		{ "TensorTooLarge", with(graph(), huge).model(), LIMIT,
		  "tensor w" },
		{ "TensorTypedDataMissing",
		  with(graph(), tensor_head("w", INT64, { 1 << 30 })).model(),
		  SYNTAX, "int64_data has 0" },
		{ "TensorTypedDataOutOfRange",
		  with(graph(),
		       tensor_head("w", UINT8, { 1 }).text(5, varint(256)))
			  .model(),
		  RANGE, "256 does not fit UINT8" },
		{ "TensorOfStrings",
		  with(graph(), tensor_head("w", STRING, { 1 })).model(),
		  UNSUPPORTED, "element type 8 (STRING)" },
		{ "TensorOfUnknownType",
		  with(graph(), tensor_head("w", 99, { 1 })).model(),
		  UNSUPPORTED, "element type 99 (unknown)" },
		{ "TensorRankTooHigh",
		  with(graph(), tensor("w", Dims(9, 1), { 1.0f })).model(),
		  LIMIT, "tensor w has more than 8 dimensions" },
		{ "TensorWithoutName",
		  with(graph(), tensor("", { 1 }, { 1.0f })).model(), SYNTAX,
		  "initialiser without a name" },
		{ "TensorInSegments",
		  with(graph(), tensor("w", { 1 }, { 1.0f }).add(3, Message()))
			  .model(),
		  UNSUPPORTED, "segments" },
		{ "ExternalDataFromMemory",
		  with(graph(), external("w.bin")).model(), UNSUPPORTED,
		  "external data" },
		{ "InputNegativeDimension",
		  with_inputs({ info("x", { -2 }) }).model(), RANGE,
		  "input x: dimension 0 is -2" },
		{ "InputIsASequence", with_inputs({ sequence }).model(),
		  UNSUPPORTED, "input x is not a tensor" },
		{ "InputWithoutShape", with_inputs({ flat }).model(),
		  UNSUPPORTED, "input x has no shape" },
		{ "InputOfComplexNumbers",
		  with_inputs({ info("x", { 1 }, COMPLEX64) }).model(),
		  UNSUPPORTED, "COMPLEX64" },
		{ "InputRankTooHigh",
		  with_inputs({ info("x", Dims(9, 1)) }).model(), LIMIT,
		  "9 dimensions" },
	};
}

class OnnxBad : public testing::TestWithParam<Bad>
{
};
} // namespace

TEST_P(OnnxBad, IsRefusedWithStatusAndPlace)
{
	const Bad &bad = GetParam();
	npu_graph *g = nullptr;
	npu_error err = {};

	EXPECT_EQ(npu_onnx_decode((const uint8_t *)bad.file.data(),
				  bad.file.size(), "bad.onnx", &g, &err),
		  bad.status)
		<< err.message;
	EXPECT_EQ(g, nullptr);
	EXPECT_NE(std::string(err.message).find(bad.says), std::string::npos)
		<< err.message;
	npu_graph_destroy(g);
}

INSTANTIATE_TEST_SUITE_P(File, OnnxBad, testing::ValuesIn(table()),
			 [](const auto &row) {
				 return std::string(row.param.name);
			 });

// 8 M empty fields in 16 MB, of a kind that is not even read.
TEST(OnnxBad, MemoryIsBoundedWhateverTheFileRepeats)
{
	const std::string field = Message().text(13, "").bytes;
	std::string graph_bytes;
	npu_graph *g = nullptr;
	npu_error err = {};

	for (int i = 0; i < 1 << 23; i++)
		graph_bytes += field;
	const std::string file = Message()
					 .text(7, graph_bytes)
					 .add(8, Message().number(2, 13))
					 .bytes;
	EXPECT_EQ(npu_onnx_decode((const uint8_t *)file.data(), file.size(),
				  "bomb", &g, &err),
		  NPU_E_LIMIT);
	EXPECT_NE(std::string(err.message).find("more fields than"),
		  std::string::npos)
		<< err.message;
}

TEST(OnnxBad, TooManyNodesAreRefused)
{
	std::vector<Message> nodes((1 << 17) + 1,
				   node("Relu", { "x" }, { "y" }));
	const std::string file = graph(nodes).model();
	npu_graph *g = nullptr;
	npu_error err = {};

	EXPECT_EQ(npu_onnx_decode((const uint8_t *)file.data(), file.size(),
				  "bomb", &g, &err),
		  NPU_E_LIMIT)
		<< err.message;
}

TEST(OnnxBad, ManyUnsupportedNodesAreCountedAndListedAsFarAsTheyFit)
{
	std::vector<Message> nodes;
	npu_graph *g = nullptr;
	npu_error err = {};

	for (int i = 0; i < 100; i++)
		nodes.push_back(node("Foo", { "x" },
				     { i ? "y" + std::to_string(i) : "y" }));
	const std::string file = graph(nodes).model();
	EXPECT_EQ(npu_onnx_decode((const uint8_t *)file.data(), file.size(),
				  "many", &g, &err),
		  NPU_E_UNSUPPORTED);
	const std::string message = err.message;
	EXPECT_EQ(message.find("100 nodes cannot be imported: Foo_0 (Foo)"), 0u)
		<< message;
	EXPECT_EQ(message.substr(message.size() - 4), "more") << message;
}

// Whatever is cut off or changed: an answer, never a crash (the sanitizers of
// the asan preset watch).
TEST(OnnxBad, EveryPrefixIsAnswered)
{
	const std::string file =
		with(graph({ node("Conv", { "x", "w" }, { "y" },
				  { attribute("pads", Dims{ 1, 1, 1, 1 }) }) }),
		     tensor("w", { 1, 1, 1, 1 }, { 1.0f }))
			.model();
	unsigned accepted = 0;

	for (size_t n = 0; n < file.size(); n++) {
		npu_graph *g = nullptr;
		npu_error err = {};
		const std::string part = file.substr(0, n);
		npu_status status = npu_onnx_decode(
			(const uint8_t *)part.data(), n, "part", &g, &err);

		accepted += status == NPU_OK;
		EXPECT_EQ(status == NPU_OK, g != nullptr);
		EXPECT_TRUE(status == NPU_OK || *err.message);
		npu_graph_destroy(g);
	}
	EXPECT_EQ(accepted, 0u); // the opset comes last
}

TEST(OnnxBad, EveryFlippedByteIsAnswered)
{
	const std::string file =
		with(graph({ node("Conv", { "x", "w" }, { "y" },
				  { attribute("pads", Dims{ 1, 1, 1, 1 }) }) }),
		     tensor("w", { 1, 1, 1, 1 }, { 1.0f }))
			.model();

	for (size_t n = 0; n < file.size(); n++) {
		for (unsigned flip : { 0x01u, 0x80u, 0xffu }) {
			npu_graph *g = nullptr;
			npu_error err = {};
			std::string part = file;

			part[n] = (char)((unsigned char)part[n] ^ flip);
			npu_status status =
				npu_onnx_decode((const uint8_t *)part.data(),
						part.size(), "part", &g, &err);

			EXPECT_EQ(status == NPU_OK, g != nullptr);
			npu_graph_destroy(g);
		}
	}
}
