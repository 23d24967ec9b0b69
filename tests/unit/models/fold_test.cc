// tests/unit/models/fold_test.cc - what is constant is computed once.
// SPDX-License-Identifier: Apache-2.0
#include "graph_builder.h"
#include <gtest/gtest.h>

namespace
{
template <typename T> std::vector<T> data_of(Builder &b, const char *name)
{
	npu_value *value = npu_graph_find_value(b.graph.get(), name);
	const void *data = nullptr;

	if (!value || !value->constant ||
	    npu_constant_data(b.graph.get(), value, &data, nullptr) != NPU_OK)
		return {};
	std::vector<T> out((size_t)npu_shape_count(&value->shape));
	if (!out.empty())
		memcpy(out.data(), data, out.size() * sizeof(T));
	return out;
}
using Ints = std::vector<int64_t>;
using Floats = std::vector<float>;
} // namespace

TEST(Fold, ReshapeByComputedShapeLeavesOneNode)
{
	// x.view(x.size(0), -1) as exporters write it
	Builder b;
	npu_value *x = b.input("x", { 2, 3, 4, 5 });
	npu_value *shape = b.node(NPU_Shape, "shape", { x })->outputs[0];
	npu_value *n = b.node(NPU_Gather, "n",
			      { shape, b.constant<int64_t>("zero", NPU_s64, {},
							   { 0 }) })
			       ->outputs[0];
	npu_node *un = b.node(NPU_Unsqueeze, "un", { n });

	un->attr.list_count = 1;
	npu_node *cat = b.node(NPU_Concat, "cat",
			       { un->outputs[0], b.ints("rest", { -1 }) });
	b.node(NPU_Reshape, "y", { x, cat->outputs[0] })
		->outputs[0]
		->is_output = 1;
	ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
	EXPECT_EQ(b.graph->node_count, 1u);
	EXPECT_EQ(b.shape("y"), "[2,60]");
}

TEST(Fold, IntegersAreComputedAndBroadcast)
{
	Builder b;
	npu_value *a = b.ints("a", { 7, -7, 9 });
	npu_value *two = b.constant<int64_t>("two", NPU_s64, {}, { 2 });
	const npu_op ops[] = { NPU_Add, NPU_Sub, NPU_Mul, NPU_Div };
	const char *names[] = { "add", "sub", "mul", "div" };

	for (int i = 0; i < 4; i++)
		b.node(ops[i], names[i], { a, two })->outputs[0]->is_output = 1;
	ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
	EXPECT_EQ(b.graph->node_count, 0u);
	EXPECT_EQ(data_of<int64_t>(b, "add"), (Ints{ 9, -5, 11 }));
	EXPECT_EQ(data_of<int64_t>(b, "sub"), (Ints{ 5, -9, 7 }));
	EXPECT_EQ(data_of<int64_t>(b, "mul"), (Ints{ 14, -14, 18 }));
	EXPECT_EQ(data_of<int64_t>(b, "div"), (Ints{ 3, -3, 4 }));
}

TEST(Fold, DivisionByZeroAndOverflowDoNotTrap)
{
	Builder b;
	npu_value *least = b.ints("least", { INT64_MIN });

	b.node(NPU_Div, "wraps", { least, b.ints("m", { -1 }) })
		->outputs[0]
		->is_output = 1;
	ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
	EXPECT_EQ(data_of<int64_t>(b, "wraps"), (Ints{ INT64_MIN }));
	Builder zero;
	zero.node(NPU_Div, "y",
		  { zero.ints("a", { 1 }), zero.ints("b", { 0 }) })
		->outputs[0]
		->is_output = 1;
	EXPECT_EQ(zero.infer(), NPU_E_RANGE);
	EXPECT_STREQ(zero.err.message, "node y (Div): integer division by 0");
}

TEST(Fold, WeightsAreTransposedAndSliced)
{
	Builder b;
	npu_value *w = b.constant<float>("w", NPU_fp32, { 2, 3 },
					 { 1, 2, 3, 4, 5, 6 });
	b.node(NPU_Transpose, "t", { w })->outputs[0]->is_output = 1;
	b.node(NPU_Slice, "s",
	       { w, b.ints("from", { -1, 0 }), b.ints("to", { -4, 1 }),
		 b.ints("axes", { 1, 0 }), b.ints("steps", { -2, 1 }) })
		->outputs[0]
		->is_output = 1;
	ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
	EXPECT_EQ(b.shape("t"), "[3,2]");
	EXPECT_EQ(data_of<float>(b, "t"), (Floats{ 1, 4, 2, 5, 3, 6 }));
	EXPECT_EQ(b.shape("s"), "[1,2]");
	EXPECT_EQ(data_of<float>(b, "s"), (Floats{ 3, 1 }));
}

TEST(Fold, GatherTakesRowsAndNegativeIndices)
{
	Builder b;
	npu_value *w = b.constant<float>("w", NPU_fp32, { 2, 3 },
					 { 1, 2, 3, 4, 5, 6 });
	npu_node *n = b.node(NPU_Gather, "y", { w, b.ints("i", { -1, 0 }) });

	n->attr.axis = 1;
	n->outputs[0]->is_output = 1;
	ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
	EXPECT_EQ(data_of<float>(b, "y"), (Floats{ 3, 1, 6, 4 }));
	Builder bad;
	bad.node(NPU_Gather, "y",
		 { bad.ints("w", { 1, 2 }), bad.ints("i", { 2 }) })
		->outputs[0]
		->is_output = 1;
	EXPECT_EQ(bad.infer(), NPU_E_RANGE);
	EXPECT_STREQ(bad.err.message, "node y (Gather): index 2 of 2");
}

TEST(Fold, ConcatJoinsAlongAnInnerAxis)
{
	Builder b;
	npu_value *p = b.constant<float>("p", NPU_fp32, { 2, 1 }, { 1, 2 });
	npu_value *q =
		b.constant<float>("q", NPU_fp32, { 2, 2 }, { 3, 4, 5, 6 });
	npu_node *n = b.node(NPU_Concat, "y", { p, q });

	n->attr.axis = 1;
	n->outputs[0]->is_output = 1;
	ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
	EXPECT_EQ(data_of<float>(b, "y"), (Floats{ 1, 3, 4, 2, 5, 6 }));
}

TEST(Fold, CastTruncatesAndSaturates)
{
	Builder b;
	npu_value *x = b.constant<float>("x", NPU_fp32, { 5 },
					 { 1.9f, -1.9f, 1e30f, -1e30f, NAN });
	npu_node *n = b.node(NPU_Cast, "y", { x });

	n->attr.to = NPU_s64;
	n->outputs[0]->is_output = 1;
	ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
	EXPECT_EQ(data_of<int64_t>(b, "y"),
		  (Ints{ 1, -1, INT64_MAX, INT64_MIN, 0 }));
}

TEST(Fold, ConstantOfShapeFills)
{
	Builder b;
	npu_node *n =
		b.node(NPU_ConstantOfShape, "y", { b.ints("s", { 2, 2 }) });

	n->attr.to = NPU_s64;
	n->attr.alpha = -1;
	n->outputs[0]->is_output = 1;
	ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
	EXPECT_EQ(data_of<int64_t>(b, "y"), (Ints{ -1, -1, -1, -1 }));
}

TEST(Fold, HugeConstantIsALimitAndNotAnAllocation)
{
	Builder b;
	npu_node *n = b.node(NPU_ConstantOfShape, "y",
			     { b.ints("s", { 1 << 16, 1 << 15 }) });

	n->outputs[0]->is_output = 1;
	EXPECT_EQ(b.infer(), NPU_E_LIMIT);
	EXPECT_NE(std::string(b.err.message).find("2048 MiB"),
		  std::string::npos)
		<< b.err.message;
}

TEST(Fold, IdentityAndDropoutDisappearAndOutputsKeepTheirNames)
{
	Builder b;
	npu_value *x = b.input("x", { 1, 4 });
	npu_value *r = b.node(NPU_Relu, "r", { x })->outputs[0];
	npu_value *d = b.node(NPU_Dropout, "d", { r })->outputs[0];
	npu_value *t = b.node(NPU_Tanh, "t", { d })->outputs[0];

	b.node(NPU_Identity, "y", { t })->outputs[0]->is_output = 1;
	b.node(NPU_Sigmoid, "z", { t })->outputs[0]->is_output = 1;
	ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
	ASSERT_EQ(b.graph->node_count, 3u);
	EXPECT_STREQ(b.graph->nodes[1]->name, "t");
	EXPECT_STREQ(b.graph->nodes[1]->outputs[0]->name, "y");
	EXPECT_STREQ(b.graph->nodes[2]->inputs[0]->name, "y");
	EXPECT_EQ(npu_graph_check(b.graph.get(), &b.err), NPU_OK)
		<< b.err.message;
}

TEST(Fold, IdentityOfAnInputThatIsAnOutputStays)
{
	Builder b;

	b.node(NPU_Identity, "y", { b.input("x", { 1, 4 }) })
		->outputs[0]
		->is_output = 1;
	ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
	EXPECT_EQ(b.graph->node_count, 1u);
	EXPECT_EQ(npu_graph_check(b.graph.get(), &b.err), NPU_OK)
		<< b.err.message;
}

TEST(Fold, SharedWeightCountsOnceAsParameter)
{
	Builder b;
	npu_value *w = b.weight("w", { 4, 4 });
	npu_value *one =
		b.node(NPU_MatMul, "one", { b.input("x", { 1, 4 }), w })
			->outputs[0];

	b.node(NPU_MatMul, "two", { one, w })->outputs[0]->is_output = 1;
	ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
	EXPECT_EQ(npu_graph_parameters(b.graph.get()), 16u);
	EXPECT_EQ(npu_graph_macs(b.graph.get()), 32u);
}
