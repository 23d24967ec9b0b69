// tests/unit/lower/lower_test.cc - what single passes make of small networks.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/lower/network.h"

namespace
{
// conv, batch normalisation, addition, ReLU: one node; its residual is the
// network's own input.
TEST(Lower, ResidualBlockBecomesOneConvolution)
{
	Network n;
	npu_value *x = n.input("x", { 1, 2, 4, 4 });
	npu_node *conv = n.node(NPU_Conv, "conv",
				{ x, n.floats("w", { 2, 2, 3, 3 },
					      std::vector<float>(36, 1)) });
	npu_value *v[4];

	for (int d = 0; d < 2; d++) {
		conv->attr.kernel[d] = 3;
		conv->attr.pad_lo[d] = conv->attr.pad_hi[d] = 1;
	}
	for (size_t i = 0; i < 4; i++)
		v[i] = n.floats(std::string(1, (char)('a' + i)).c_str(), { 2 },
				{ 1, 1 });
	npu_node *bn = n.node(NPU_BatchNormalization, "bn",
			      { conv->outputs[0], v[0], v[1], v[2], v[3] });
	npu_node *add = n.node(NPU_Add, "add", { bn->outputs[0], x });
	npu_node *relu = n.node(NPU_Relu, "relu", { add->outputs[0] });

	EXPECT_EQ(n.lowered(NPU_PRECISION_bf16, relu),
		  "graph test\n"
		  "input x bf16[1,4,4,2]\n"
		  "const b:folded fp32[1,1,1,2] absent\n"
		  "const w:folded bf16[3,3,2,2] absent\n"
		  "relu bf16[1,4,4,2] = conv conv(x, w:folded, b:folded, x) "
		  "kernel 3x3 stride 1x1 pad_lo 1x1 pad_hi 1x1 bias in2 "
		  "residual in3 f 1 p0 0x00000000 p1 0x7f800000\n"
		  "output relu\n");
}

// [N, C, H, W] flattened and multiplied: no copy, a kernel as large as the
// image; in int8 ReLU is saturation at the zero point 0.
TEST(Lower, FlattenAndGemmBecomeAConvolutionOfTheWholeImage)
{
	Network n;
	npu_value *x = n.input("x", { 1, 2, 3, 4 });
	npu_node *pool = n.node(NPU_MaxPool, "pool", { x });
	npu_node *flat = n.node(NPU_Flatten, "flat", { pool->outputs[0] });

	flat->attr.axis = 1;
	npu_node *gemm = n.node(
		NPU_Gemm, "gemm",
		{ flat->outputs[0],
		  n.floats("w", { 24, 5 }, std::vector<float>(120, 1)) });
	npu_node *relu = n.node(NPU_Relu, "relu", { gemm->outputs[0] });

	EXPECT_EQ(n.lowered(NPU_PRECISION_int8, relu),
		  "graph test\n"
		  "input x u8[1,3,4,2] scale 1 zero 128\n"
		  "const w s8[3,4,2,5] absent\n"
		  "const gemm:bias s32[1,1,1,5] absent\n"
		  "const gemm:multiplier fp32[1,1,1,5] absent\n"
		  "pool u8[1,3,4,2] scale 1 zero 128 = pool pool(x) kernel 1x1 "
		  "stride 1x1 reduce 1 f 0 p0 0x00000000 p1 0x00000000\n"
		  "relu u8[1,1,1,5] scale 1 zero 0 = conv gemm(pool, w, "
		  "gemm:bias, "
		  "gemm:multiplier) kernel 3x4 stride 1x1 bias in2 multiplier "
		  "in3 f 0 p0 0x00000000 p1 0x00000000\n"
		  "output relu\n");
}

// x clip(x + 3, 0, 6) / 6, as exporters write it: one table.
TEST(Lower, ChainOfOneVariableBecomesATableInInt8)
{
	Network n;
	npu_value *x = n.input("x", { 1, 2, 1, 1 });
	npu_node *add = n.node(NPU_Add, "add", { x, n.floats("3", {}, { 3 }) });
	npu_node *clip = n.node(NPU_Clip, "clip", { add->outputs[0] });

	clip->attr.hi = 6;
	npu_node *mul = n.node(NPU_Mul, "mul", { x, clip->outputs[0] });
	npu_node *div = n.node(NPU_Div, "div",
			       { mul->outputs[0], n.floats("6", {}, { 6 }) });

	EXPECT_EQ(n.lowered(NPU_PRECISION_int8, div),
		  "graph test\n"
		  "input x u8[1,1,1,2] scale 1 zero 128\n"
		  "const div:table u8[1,1,1,256] absent\n"
		  "div u8[1,1,1,2] scale 1 zero 128 = lut div(x, div:table)\n"
		  "output div\n");
}

// Branches that meet in a concatenation share one scale, through max pooling.
TEST(Lower, ConcatenatedBranchesShareTheirScale)
{
	Network n;
	npu_value *x = n.input("x", { 1, 1, 4, 4 });
	npu_node *relu = n.node(NPU_Relu, "relu", { x });
	npu_node *pool = n.node(NPU_MaxPool, "pool", { relu->outputs[0] });
	npu_node *tanh = n.node(NPU_Tanh, "tanh", { x });
	npu_node *cat = n.node(NPU_Concat, "cat",
			       { pool->outputs[0], tanh->outputs[0] });

	cat->attr.axis = 1;
	cat->attr.has_axis = 1;
	cat->outputs[0]->is_output = 1;
	ASSERT_EQ(npu_graph_infer(n.graph.get(), nullptr, 0, &n.err), NPU_OK);
	Graph out = lower(n.graph.get(), NPU_PRECISION_int8, true);
	const npu_value *y = npu_graph_find_value(out.get(), "cat");

	ASSERT_NE(y, nullptr);
	for (const char *name : { "relu", "pool", "tanh" }) {
		const npu_value *v = npu_graph_find_value(out.get(), name);

		EXPECT_EQ(v->scale, y->scale) << name;
		EXPECT_EQ(v->zero, y->zero) << name;
	}
	EXPECT_GE(y->zero, 1); // tanh is negative too
}

TEST(Lower, ComputedWeightsAreRefusedByName)
{
	Network n;
	npu_value *x = n.input("x", { 1, 1, 3, 3 });
	npu_node *w = n.node(NPU_Relu, "w", { x });
	npu_node *conv = n.node(NPU_Conv, "conv", { x, w->outputs[0] });

	for (int d = 0; d < 2; d++)
		conv->attr.kernel[d] = 3;
	EXPECT_EQ(n.refused(conv), NPU_E_UNSUPPORTED);
	EXPECT_NE(strstr(n.err.message, "conv"), nullptr) << n.err.message;
	EXPECT_NE(strstr(n.err.message, "w"), nullptr) << n.err.message;
}

} // namespace
