// tests/unit/models/infer_refuse_test.cc - dimensions left open, and graphs
// that inference must refuse with the node's name. SPDX-License-Identifier:
// Apache-2.0
#include "graph_builder.h"
#include <gtest/gtest.h>

namespace
{
void expect_failure(Builder &b, npu_status status, const char *part,
		    const std::vector<npu_dim_binding> &bindings = {})
{
	EXPECT_EQ(b.infer(bindings), status);
	EXPECT_NE(std::string(b.err.message).find(part), std::string::npos)
		<< b.err.message;
}
} // namespace

// ---- dimensions left open ----

TEST(InferDims, SymbolIsBoundInEveryInput)
{
	Builder b;
	npu_value *x = b.input("x", { -1, 3 }), *y = b.input("y", { -1, 1 });

	x->dim_name[0] = y->dim_name[0] = "N";
	b.node(NPU_Add, "z", { x, y })->outputs[0]->is_output = 1;
	ASSERT_EQ(b.infer({ { "N", 5 } }), NPU_OK) << b.err.message;
	EXPECT_EQ(b.shape("z"), "[5,3]");
}

TEST(InferDims, NamelessOneIsBoundByInputAndPlace)
{
	Builder b;

	b.node(NPU_Relu, "y", { b.input("x", { 2, -1 }) })
		->outputs[0]
		->is_output = 1;
	ASSERT_EQ(b.infer({ { "x.1", 7 } }), NPU_OK) << b.err.message;
	EXPECT_EQ(b.shape("y"), "[2,7]");
}

TEST(InferDims, OpenOneIsRefusedWithTheOptionThatCloses)
{
	Builder b;
	npu_value *x = b.input("x", { -1, 3 });

	x->dim_name[0] = "N";
	b.node(NPU_Relu, "y", { x })->outputs[0]->is_output = 1;
	expect_failure(b, NPU_E_UNSUPPORTED, "--dim N=1");
}

TEST(InferDims, WrongNameGetsAHint)
{
	Builder b;
	npu_value *x = b.input("x", { -1, 3 });

	x->dim_name[0] = "batch";
	b.node(NPU_Relu, "y", { x })->outputs[0]->is_output = 1;
	expect_failure(b, NPU_E_RANGE, "did you mean batch?",
		       { { "bach", 1 } });
}

TEST(InferDims, ZeroNegativeAndHugeAreRefused)
{
	for (int64_t value : { INT64_C(0), INT64_C(-1), INT64_MAX }) {
		Builder b;
		npu_value *x = b.input("x", { -1, 3 });

		x->dim_name[0] = "N";
		b.node(NPU_Relu, "y", { x })->outputs[0]->is_output = 1;
		expect_failure(b, NPU_E_RANGE, "--dim N=", { { "N", value } });
	}
}

TEST(InferDims, FixedOneCannotBeBoundToAnother)
{
	Builder b;

	b.node(NPU_Relu, "y", { b.input("x", { 2, 3 }) })
		->outputs[0]
		->is_output = 1;
	expect_failure(b, NPU_E_RANGE, "dimension 0 of input x is 2",
		       { { "x.0", 4 } });
}

// ---- what must be refused, with the node's name ----

TEST(InferRefuses, ShapesThatDisagree)
{
	const struct {
		npu_op op;
		std::vector<std::vector<int64_t>> inputs;
		const char *part;
	} rows[] = {
		{ NPU_Add, { { 2, 3 }, { 2, 4 } }, "do not broadcast" },
		{ NPU_MatMul, { { 2, 3 }, { 4, 3 } }, "cannot be multiplied" },
		{ NPU_Gemm, { { 2, 3 }, { 4, 3 } }, "cannot be multiplied" },
		{ NPU_Gemm, { { 2, 3 }, { 3, 4 }, { 5, 2, 4 } }, "C is" },
		{ NPU_Conv, { { 1, 3, 8, 8 }, { 4, 2, 3, 3 } }, "weights" },
		{ NPU_Conv, { { 1, 3, 8, 8 }, { 4, 3, 3, 3 }, { 5 } }, "bias" },
		{ NPU_Conv,
		  { { 1, 3, 2, 8 }, { 4, 3, 3, 3 } },
		  "does not fit" },
		{ NPU_BatchNormalization,
		  { { 1, 3, 2, 2 }, { 3 }, { 3 }, { 4 }, { 3 } },
		  "mean" },
		{ NPU_Concat, { { 2, 3 }, { 2, 3, 1 } }, "cannot follow" },
	};

	for (const auto &row : rows) {
		Builder b;
		npu_node *n =
			npu_graph_add_node(b.graph.get(), row.op, "bad",
					   (uint32_t)row.inputs.size(), 1);

		for (size_t i = 0; i < row.inputs.size(); i++)
			n->inputs[i] =
				b.input(("i" + std::to_string(i)).c_str(),
					row.inputs[i]);
		n->outputs[0] = npu_graph_add_value(b.graph.get(), "y");
		n->outputs[0]->producer = n;
		n->outputs[0]->is_output = 1;
		expect_failure(b, NPU_E_RANGE, row.part);
		EXPECT_EQ(std::string(b.err.message).find("node bad ("), 0u)
			<< b.err.message;
	}
}

TEST(InferRefuses, ReshapeToAnotherNumberOfElements)
{
	for (std::vector<int64_t> to : { std::vector<int64_t>{ 5 },
					 { -1, 4 },
					 { -1, -1 },
					 { -2, 3 },
					 { 2, 3, 1, 0 },
					 { INT64_MAX, INT64_MAX, 4 },
					 { -1, 0, 0, 0 } }) {
		Builder b;

		b.node(NPU_Reshape, "y",
		       { b.input("x", { 2, 3 }), b.ints("s", to) })
			->outputs[0]
			->is_output = 1;
		expect_failure(b, NPU_E_RANGE, "cannot reshape [2,3]");
	}
}

TEST(InferRefuses, ShapeThatDependsOnData)
{
	Builder b;
	npu_value *s = b.value("s", NPU_s64, { 1 });

	s->is_input = 1;
	b.node(NPU_Reshape, "y", { b.input("x", { 2, 3 }), s })
		->outputs[0]
		->is_output = 1;
	expect_failure(b, NPU_E_UNSUPPORTED, "computed at run time");
}

TEST(InferRefuses, OutputBeyondTheLimitOfElements)
{
	Builder b;
	// 2^20 x 2^20 elements of two small inputs
	b.node(NPU_Add, "y",
	       { b.input("a", { 1 << 20, 1 }), b.input("b", { 1 << 20 }) })
		->outputs[0]
		->is_output = 1;
	expect_failure(b, NPU_E_LIMIT, "4294967296 elements");
}

TEST(InferRefuses, WindowParametersThatWouldOverflow)
{
	for (int which = 0; which < 5; which++) {
		Builder b;
		npu_node *n = b.node(NPU_MaxPool, "y",
				     { b.input("x", { 1, 1, 8, 8 }) });
		int64_t *field[] = { n->attr.kernel, n->attr.stride,
				     n->attr.dilation, n->attr.pad_lo,
				     n->attr.pad_hi };

		n->attr.kernel[0] = n->attr.kernel[1] = 2;
		field[which][0] = INT64_MAX;
		n->outputs[0]->is_output = 1;
		expect_failure(b, NPU_E_RANGE, "must be in");
	}
}

TEST(InferRefuses, UsedMaskOfDropout)
{
	Builder b;
	npu_node *n =
		npu_graph_add_node(b.graph.get(), NPU_Dropout, "drop", 1, 2);

	n->inputs[0] = b.input("x", { 3 });
	for (int o = 0; o < 2; o++) {
		n->outputs[o] =
			npu_graph_add_value(b.graph.get(), o ? "mask" : "y");
		n->outputs[o]->producer = n;
		n->outputs[o]->is_output = 1;
	}
	expect_failure(b, NPU_E_UNSUPPORTED, "output 1 (mask)");
}

TEST(InferRefuses, GatherOfActivations)
{
	Builder b;

	b.node(NPU_Gather, "pick",
	       { b.input("x", { 3, 4 }), b.ints("i", { 1 }) })
		->outputs[0]
		->is_output = 1;
	expect_failure(b, NPU_E_UNSUPPORTED, "node pick (Gather)");
}

TEST(InferRefuses, PoolingWindowsOfNothingButPadding)
{
	for (int64_t pad = 0; pad < 4; pad++) {
		Builder b;
		npu_node *n = b.node(NPU_AveragePool, "y",
				     { b.input("x", { 1, 1, 8, 8 }) });

		for (int s = 0; s < 2; s++) {
			n->attr.kernel[s] = 2;
			n->attr.pad_lo[s] = pad;
		}
		n->outputs[0]->is_output = 1;
		if (pad < 2) {
			EXPECT_EQ(b.infer(), NPU_OK) << b.err.message;
			continue;
		}
		expect_failure(b, NPU_E_RANGE, "without any input");
	}
}
