// tests/unit/models/infer_test.cc - shapes of every imported operator. Expected
// shapes are worked out from the operators' text in the ONNX documentation.
// SPDX-License-Identifier: Apache-2.0
#include "graph_builder.h"
#include <gtest/gtest.h>

namespace
{
struct Window {
	const char *what;
	std::vector<int64_t> in, kernel, stride, dilation, lo, hi;
	int ceil;
	const char *want;
};
} // namespace

class InferPool : public testing::TestWithParam<Window>
{
};

TEST_P(InferPool, HasTheShapeOnnxGivesIt)
{
	const Window &w = GetParam();
	Builder b;
	npu_node *pool = b.node(NPU_MaxPool, "y", { b.input("x", w.in) });

	for (size_t s = 0; s < 2; s++) {
		pool->attr.kernel[s] = w.kernel[s];
		pool->attr.stride[s] = w.stride[s];
		pool->attr.dilation[s] = w.dilation[s];
		pool->attr.pad_lo[s] = w.lo[s];
		pool->attr.pad_hi[s] = w.hi[s];
	}
	pool->attr.ceil_mode = (uint8_t)w.ceil;
	pool->outputs[0]->is_output = 1;
	ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
	EXPECT_EQ(b.shape("y"), w.want) << w.what;
}

INSTANTIATE_TEST_SUITE_P(Table, InferPool,
			 testing::Values(Window{ "ResNet's",
						 { 1, 64, 112, 112 },
						 { 3, 3 },
						 { 2, 2 },
						 { 1, 1 },
						 { 1, 1 },
						 { 1, 1 },
						 0,
						 "[1,64,56,56]" },
					 Window{ "SqueezeNet's, ceil",
						 { 1, 64, 111, 111 },
						 { 3, 3 },
						 { 2, 2 },
						 { 1, 1 },
						 { 0, 0 },
						 { 0, 0 },
						 1,
						 "[1,64,55,55]" },
					 Window{ "floor of 3.5",
						 { 1, 1, 6, 6 },
						 { 3, 3 },
						 { 2, 2 },
						 { 1, 1 },
						 { 0, 0 },
						 { 0, 0 },
						 0,
						 "[1,1,2,2]" },
					 Window{ "ceil of 2.5",
						 { 1, 1, 6, 6 },
						 { 3, 3 },
						 { 2, 2 },
						 { 1, 1 },
						 { 0, 0 },
						 { 0, 0 },
						 1,
						 "[1,1,3,3]" },
					 // the fourth window would start in the
					 // padding at the end
					 Window{ "ceil, all padding",
						 { 1, 1, 5, 5 },
						 { 2, 2 },
						 { 2, 2 },
						 { 1, 1 },
						 { 1, 1 },
						 { 1, 1 },
						 1,
						 "[1,1,3,3]" },
					 Window{ "dilated",
						 { 1, 1, 9, 9 },
						 { 3, 3 },
						 { 1, 1 },
						 { 2, 3 },
						 { 0, 0 },
						 { 0, 0 },
						 0,
						 "[1,1,5,3]" },
					 Window{ "one-sided",
						 { 1, 1, 4, 4 },
						 { 2, 2 },
						 { 1, 1 },
						 { 1, 1 },
						 { 1, 0 },
						 { 0, 1 },
						 0,
						 "[1,1,4,4]" },
					 Window{ "1-D",
						 { 2, 3, 10 },
						 { 1, 4 },
						 { 1, 3 },
						 { 1, 1 },
						 { 0, 0 },
						 { 0, 0 },
						 0,
						 "[2,3,3]" }));

TEST(InferConv, TakesKernelFromItsWeightsAndChecksGroups)
{
	Builder b;
	npu_node *conv = b.node(NPU_Conv, "y",
				{ b.input("x", { 1, 32, 14, 14 }),
				  b.weight("w", { 64, 8, 3, 5 }),
				  b.weight("b", { 64 }) });

	conv->attr.groups = 4;
	conv->outputs[0]->is_output = 1;
	ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
	EXPECT_EQ(b.shape("y"), "[1,64,12,10]");
	EXPECT_EQ(conv->attr.kernel[0], 3);
	EXPECT_EQ(conv->attr.kernel[1], 5);
	// 64 * 12 * 10 outputs of 8 * 3 * 5 products
	EXPECT_EQ(npu_node_macs(conv), 64u * 12 * 10 * 8 * 3 * 5);
	EXPECT_EQ(npu_graph_parameters(b.graph.get()), 64u * 8 * 15 + 64);
}

TEST(InferConv, OneDimensionalIsAnImageOfHeightOne)
{
	Builder b;
	npu_node *conv = b.node(
		NPU_Conv, "y",
		{ b.input("x", { 1, 4, 20 }), b.weight("w", { 6, 4, 3 }) });

	conv->attr.stride[1] = 2;
	conv->outputs[0]->is_output = 1;
	ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
	EXPECT_EQ(b.shape("y"), "[1,6,9]");
	EXPECT_EQ(conv->attr.kernel[0], 1);
	EXPECT_EQ(conv->attr.kernel[1], 3);
}

TEST(InferConv, SamePaddingPutsTheOddOneWhereItsNameSays)
{
	for (int lower = 0; lower < 2; lower++) {
		Builder b;
		npu_node *conv = b.node(NPU_Conv, "y",
					{ b.input("x", { 1, 1, 5, 224 }),
					  b.weight("w", { 1, 1, 2, 3 }) });

		conv->attr.stride[1] = 2;
		conv->attr.auto_pad =
			lower ? npu_attributes::NPU_PAD_same_lower
			      : npu_attributes::NPU_PAD_same_upper;
		conv->outputs[0]->is_output = 1;
		ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
		// ceil(5 / 1), ceil(224 / 2); one row and one column missing
		EXPECT_EQ(b.shape("y"), "[1,1,5,112]");
		EXPECT_EQ(conv->attr.pad_lo[0], lower);
		EXPECT_EQ(conv->attr.pad_hi[0], !lower);
		EXPECT_EQ(conv->attr.pad_lo[1], lower);
		EXPECT_EQ(conv->attr.pad_hi[1], !lower);
		EXPECT_EQ(conv->attr.auto_pad,
			  npu_attributes::NPU_PAD_explicit);
	}
}

TEST(InferConv, ValidPaddingIsNone)
{
	Builder b;
	npu_node *conv = b.node(NPU_Conv, "y",
				{ b.input("x", { 1, 1, 5, 5 }),
				  b.weight("w", { 1, 1, 3, 3 }) });

	conv->attr.auto_pad = npu_attributes::NPU_PAD_valid;
	conv->attr.stride[0] = conv->attr.stride[1] = 2;
	conv->outputs[0]->is_output = 1;
	ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
	EXPECT_EQ(b.shape("y"), "[1,1,2,2]");
}

TEST(InferMatMul, FollowsNumpy)
{
	const struct {
		std::vector<int64_t> a, b;
		const char *want;
		uint64_t macs;
	} rows[] = {
		{ { 2, 3 }, { 3, 4 }, "[2,4]", 24 },
		{ { 3 }, { 3, 4 }, "[4]", 12 },
		{ { 2, 3 }, { 3 }, "[2]", 6 },
		{ { 3 }, { 3 }, "[]", 3 },
		{ { 5, 1, 2, 3 }, { 7, 3, 4 }, "[5,7,2,4]", 840 },
	};

	for (const auto &row : rows) {
		Builder b;
		npu_node *n =
			b.node(NPU_MatMul, "y",
			       { b.input("a", row.a), b.input("b", row.b) });
		n->outputs[0]->is_output = 1;
		ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
		EXPECT_EQ(b.shape("y"), row.want);
		EXPECT_EQ(npu_node_macs(n), row.macs) << row.want;
	}
}

TEST(InferGemm, TransposesAndBroadcastsItsThirdOperand)
{
	Builder b;
	npu_node *n = b.node(NPU_Gemm, "y",
			     { b.input("a", { 3, 2 }), b.weight("w", { 4, 3 }),
			       b.weight("c", { 4 }) });

	n->attr.trans_a = n->attr.trans_b = 1;
	n->outputs[0]->is_output = 1;
	ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
	EXPECT_EQ(b.shape("y"), "[2,4]");
	EXPECT_EQ(npu_node_macs(n), 24u);
}

TEST(InferBinary, BroadcastsFromTheRight)
{
	Builder b;

	b.node(NPU_Mul, "y",
	       { b.input("a", { 8, 1, 6, 1 }), b.input("b", { 7, 1, 5 }) })
		->outputs[0]
		->is_output = 1;
	ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
	EXPECT_EQ(b.shape("y"), "[8,7,6,5]");
}

TEST(InferLayout, EveryOperatorHasTheShapeOnnxGivesIt)
{
	Builder b;
	npu_value *x = b.input("x", { 2, 3, 4, 1 });
	npu_node *n = b.node(NPU_Reshape, "reshape",
			     { x, b.ints("s", { 0, -1, 2 }) });

	n->outputs[0]->is_output = 1;
	n = b.node(NPU_Flatten, "flatten", { x });
	n->attr.axis = -2;
	n->outputs[0]->is_output = 1;
	n = b.node(NPU_Flatten, "flatten_all", { x });
	n->attr.axis = 4;
	n->outputs[0]->is_output = 1;
	n = b.node(NPU_Squeeze, "squeeze", { x });
	n->outputs[0]->is_output = 1;
	n = b.node(NPU_Unsqueeze, "unsqueeze", { x, b.ints("u", { -1, 0 }) });
	n->outputs[0]->is_output = 1;
	n = b.node(NPU_Transpose, "transpose", { x });
	n->outputs[0]->is_output = 1;
	n = b.node(NPU_Transpose, "nhwc", { x });
	const int64_t perm[] = { 0, 2, 3, 1 };
	std::copy(perm, perm + 4, n->attr.list);
	n->attr.list_count = 4;
	n->outputs[0]->is_output = 1;
	n = b.node(NPU_Concat, "concat", { x, x });
	n->attr.axis = -3;
	n->outputs[0]->is_output = 1;
	n = b.node(NPU_GlobalAveragePool, "global", { x });
	n->outputs[0]->is_output = 1;
	ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
	EXPECT_EQ(b.shape("reshape"), "[2,6,2]");
	EXPECT_EQ(b.shape("flatten"), "[6,4]");
	EXPECT_EQ(b.shape("flatten_all"), "[24,1]");
	EXPECT_EQ(b.shape("squeeze"), "[2,3,4]");
	EXPECT_EQ(b.shape("unsqueeze"), "[1,2,3,4,1,1]");
	EXPECT_EQ(b.shape("transpose"), "[1,4,3,2]");
	EXPECT_EQ(b.shape("nhwc"), "[2,4,1,3]");
	EXPECT_EQ(b.shape("concat"), "[2,6,4,1]");
	EXPECT_EQ(b.shape("global"), "[2,3,1,1]");
	EXPECT_EQ(npu_graph_check(b.graph.get(), &b.err), NPU_OK)
		<< b.err.message;
}

TEST(InferSlice, FollowsNumpysSlices)
{
	// start, end, step of one axis of extent 10; elements that numpy's
	// x[start:end:step] gives, and the first of them
	const struct {
		int64_t start, end, step, count, first;
	} rows[] = {
		{ 0, 10, 1, 10, 0 },
		{ 2, 5, 1, 3, 2 },
		{ -3, INT64_MAX, 1, 3, 7 },
		{ 0, -1, 2, 5, 0 },
		{ 1, 10, 4, 3, 1 },
		{ -1, INT64_MIN, -1, 10, 9 },
		{ 8, 2, -3, 2, 8 },
		{ 100, -100, -1, 10, 9 },
		{ 0, INT64_MAX, INT64_MAX, 1, 0 },
		{ 9, INT64_MIN, INT64_MIN, 1, 9 },
		{ -100, 3, 1, 3, 0 },
	};

	for (const auto &row : rows) {
		Builder b;
		npu_node *n = b.node(
			NPU_Slice, "y",
			{ b.input("x", { 4, 10 }), b.ints("s", { row.start }),
			  b.ints("e", { row.end }), b.ints("a", { -1 }),
			  b.ints("t", { row.step }) });
		int64_t start[NPU_DIMS], step[NPU_DIMS];

		n->outputs[0]->is_output = 1;
		ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
		EXPECT_EQ(b.shape("y"), "[4," + std::to_string(row.count) + "]")
			<< row.start << ":" << row.end << ":" << row.step;
		ASSERT_EQ(npu_node_slice(b.graph.get(), n, start, step, &b.err),
			  NPU_OK);
		EXPECT_EQ(start[0], 0);
		EXPECT_EQ(step[0], 1);
		EXPECT_EQ(start[1], row.first);
	}
}

TEST(InferClip, BoundsThatAreInputsBecomeAttributes)
{
	Builder b;
	npu_node *n = b.node(NPU_Clip, "y",
			     { b.input("x", { 3 }), nullptr,
			       b.constant<float>("hi", NPU_fp32, {}, { 6 }) });

	n->outputs[0]->is_output = 1;
	ASSERT_EQ(b.infer(), NPU_OK) << b.err.message;
	EXPECT_EQ(n->input_count, 1u);
	EXPECT_EQ(n->attr.lo, -INFINITY);
	EXPECT_EQ(n->attr.hi, 6);
	EXPECT_EQ(npu_graph_find_value(b.graph.get(), "hi"), nullptr);
}
