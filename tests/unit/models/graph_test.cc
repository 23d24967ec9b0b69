// tests/unit/models/graph_test.cc - the graph itself.
// SPDX-License-Identifier: Apache-2.0
#include "base/npu_text.h"
#include "models/npu_graph.h"
#include <cmath>
#include <gtest/gtest.h>
#include <memory>
#include <string>

namespace
{
using Graph = std::unique_ptr<npu_graph, void (*)(npu_graph *)>;

Graph make_graph()
{
	return Graph(npu_graph_create("test"), npu_graph_destroy);
}

void set_shape(npu_value *value, std::initializer_list<int64_t> dims)
{
	value->dtype = NPU_fp32;
	value->shape.rank = 0;
	for (int64_t dim : dims)
		value->shape.dim[value->shape.rank++] = dim;
}

npu_value *add_input(npu_graph *graph, const char *name)
{
	npu_value *value = npu_graph_add_value(graph, name);

	set_shape(value, { 1, 4 });
	value->is_input = 1;
	return value;
}

// output = op(inputs...), named after its output.
npu_node *add_op(npu_graph *graph, npu_op op, const char *output,
		 std::initializer_list<npu_value *> inputs)
{
	npu_node *node = npu_graph_add_node(graph, op, output,
					    (uint32_t)inputs.size(), 1);
	npu_value *value = npu_graph_find_value(graph, output);
	uint32_t i = 0;

	if (!value)
		value = npu_graph_add_value(graph, output);
	set_shape(value, { 1, 4 });
	for (npu_value *input : inputs)
		node->inputs[i++] = input;
	node->outputs[0] = value;
	value->producer = node;
	return node;
}

npu_value *add_seeded(npu_graph *graph, const char *name, int64_t count,
		      uint64_t seed)
{
	npu_value *value = npu_graph_add_value(graph, name);

	set_shape(value, { count });
	value->constant = npu_new(graph->arena, struct npu_constant, 1);
	value->constant->fill = NPU_FILL_seeded;
	value->constant->seed = seed;
	value->constant->deviation = 1;
	return value;
}
} // namespace

TEST(Graph, ValuesAreFoundByNameHoweverMany)
{
	Graph graph = make_graph();

	for (int i = 0; i < 1000; i++)
		ASSERT_TRUE(npu_graph_add_value(
			graph.get(), ("v" + std::to_string(i)).c_str()));
	for (int i = 0; i < 1000; i++) {
		npu_value *value = npu_graph_find_value(
			graph.get(), ("v" + std::to_string(i)).c_str());
		ASSERT_TRUE(value);
		EXPECT_EQ(value->id, (uint32_t)i);
	}
	EXPECT_EQ(npu_graph_find_value(graph.get(), "v1000"), nullptr);
}

TEST(Graph, ShapeCountSaysUnknownZeroAndTooLarge)
{
	npu_shape scalar = { 0, {} }, unknown = { 2, { 3, -1 } };
	npu_shape empty = { 3, { INT64_MAX, 0, INT64_MAX } };
	npu_shape large = { 2, { INT64_C(1) << 40, INT64_C(1) << 40 } };

	EXPECT_EQ(npu_shape_count(&scalar), 1);
	EXPECT_EQ(npu_shape_count(&unknown), -1);
	EXPECT_EQ(npu_shape_count(&empty), 0);
	EXPECT_EQ(npu_shape_count(&large), INT64_MAX);
}

TEST(Graph, OperatorsAreFoundByTheirOnnxNames)
{
	EXPECT_EQ(npu_operator_find("Conv"), NPU_Conv);
	EXPECT_EQ(npu_operator_find("conv"), NPU_conv);
	EXPECT_EQ(npu_operator_find("Convolution"), NPU_OP_COUNT);
	EXPECT_EQ(npu_op_info(NPU_Shape)->level, NPU_LEVEL_shape);
	EXPECT_EQ(npu_op_info(NPU_BatchNormalization)->max_inputs, 5u);
}

TEST(GraphTidy, PutsProducersFirstAndDropsWhatNoOutputNeeds)
{
	Graph graph = make_graph();
	npu_value *x = add_input(graph.get(), "x");
	npu_value *late = npu_graph_add_value(graph.get(), "late");

	add_op(graph.get(), NPU_Relu, "y", { late });
	add_op(graph.get(), NPU_Tanh, "dead", { x });
	add_op(graph.get(), NPU_Sigmoid, "late", { x });
	npu_graph_find_value(graph.get(), "y")->is_output = 1;
	npu_error err = {};
	ASSERT_EQ(npu_graph_tidy(graph.get(), &err), NPU_OK) << err.message;
	ASSERT_EQ(graph->node_count, 2u);
	EXPECT_STREQ(graph->nodes[0]->name, "late");
	EXPECT_STREQ(graph->nodes[1]->name, "y");
	EXPECT_EQ(npu_graph_find_value(graph.get(), "dead"), nullptr);
	EXPECT_EQ(npu_graph_check(graph.get(), &err), NPU_OK) << err.message;
}

TEST(GraphTidy, KeepsAnOrderThatIsTopologicalAlready)
{
	Graph graph = make_graph();
	npu_value *x = add_input(graph.get(), "x");
	npu_value *a = add_op(graph.get(), NPU_Relu, "a", { x })->outputs[0];
	npu_value *b = add_op(graph.get(), NPU_Tanh, "b", { x })->outputs[0];
	npu_value *c = add_op(graph.get(), NPU_Relu, "c", { a })->outputs[0];

	// A walk from the output alone would meet b before a.
	add_op(graph.get(), NPU_Add, "d", { b, c })->outputs[0]->is_output = 1;
	ASSERT_EQ(npu_graph_tidy(graph.get(), nullptr), NPU_OK);
	const char *want[] = { "a", "b", "c", "d" };
	for (uint32_t i = 0; i < 4; i++)
		EXPECT_STREQ(graph->nodes[i]->name, want[i]);
}

TEST(GraphTidy, CycleIsRefusedAndNamed)
{
	Graph graph = make_graph();
	npu_value *b = npu_graph_add_value(graph.get(), "b");
	npu_value *a = add_op(graph.get(), NPU_Relu, "a", { b })->outputs[0];
	npu_error err = {};

	add_op(graph.get(), NPU_Relu, "b", { a })->outputs[0]->is_output = 1;
	EXPECT_EQ(npu_graph_tidy(graph.get(), &err), NPU_E_SYNTAX);
	EXPECT_NE(std::string(err.message).find("own output"),
		  std::string::npos);
}

TEST(GraphTidy, ValueThatNobodyMakesIsRefusedWithItsReader)
{
	Graph graph = make_graph();
	npu_value *ghost = npu_graph_add_value(graph.get(), "ghost");
	npu_error err = {};

	add_op(graph.get(), NPU_Relu, "y", { ghost })->outputs[0]->is_output =
		1;
	EXPECT_EQ(npu_graph_tidy(graph.get(), &err), NPU_E_SYNTAX);
	EXPECT_NE(std::string(err.message).find("node y (Relu) reads ghost"),
		  std::string::npos)
		<< err.message;
}

TEST(GraphTidy, ChainOfAHundredThousandNodesNeedsNoDeepStack)
{
	Graph graph = make_graph();
	npu_value *value = add_input(graph.get(), "x");

	for (int i = 0; i < 100000; i++)
		value = add_op(graph.get(), NPU_Relu,
			       ("n" + std::to_string(i)).c_str(), { value })
				->outputs[0];
	value->is_output = 1;
	ASSERT_EQ(npu_graph_tidy(graph.get(), nullptr), NPU_OK);
	EXPECT_EQ(graph->node_count, 100000u);
}

TEST(GraphConstant, SeededOnesAreNearNormalAndComeBackTheSame)
{
	Graph graph = make_graph();
	const int64_t count = 100000;
	npu_value *w = add_seeded(graph.get(), "w", count, 7);
	const void *data;
	double sum = 0, squares = 0;

	w->constant->mean = 3;
	w->constant->deviation = 2;
	ASSERT_EQ(npu_constant_data(graph.get(), w, &data, nullptr), NPU_OK);
	const float *x = static_cast<const float *>(data);
	std::vector<float> first(x, x + count);
	for (float v : first) {
		sum += v;
		squares += (v - 3.0) * (v - 3.0);
	}
	// Five standard errors of the mean and of the deviation.
	EXPECT_NEAR(sum / count, 3, 5 * 2 / std::sqrt(count));
	EXPECT_NEAR(std::sqrt(squares / count), 2, 5 * 2 / std::sqrt(count));
	npu_constant_forget(w);
	ASSERT_EQ(npu_constant_data(graph.get(), w, &data, nullptr), NPU_OK);
	EXPECT_EQ(memcmp(data, first.data(), count * sizeof(float)), 0);
}

TEST(GraphConstant, FirstDrawsAreThoseOfSplitMix64)
{
	// SplitMix64 from state 0 gives e220a8397b1dcdaf, 6e789e6aa1b965f4
	// (Vigna's splitmix64.c); sums of 16-bit parts e220+a839+7b1d+cdaf =
	// 168101 + ... are worked out here by hand.
	Graph graph = make_graph();
	npu_value *w = add_seeded(graph.get(), "w", 2, 0);
	const void *data;

	ASSERT_EQ(npu_constant_data(graph.get(), w, &data, nullptr), NPU_OK);
	const float *x = static_cast<const float *>(data);
	const int first = 0xe220 + 0xa839 + 0x7b1d + 0xcdaf - 131070;
	const int second = 0x6e78 + 0x9e6a + 0xa1b9 + 0x65f4 - 131070;
	EXPECT_NEAR(x[0], first * std::sqrt(3.0) / 65536, 1e-6);
	EXPECT_NEAR(x[1], second * std::sqrt(3.0) / 65536, 1e-6);
}

TEST(GraphConstant, AbsentOneIsAnErrorAndNoCrash)
{
	Graph graph = make_graph();
	npu_value *w = add_seeded(graph.get(), "w", 2, 0);
	const void *data;

	w->constant->fill = NPU_FILL_absent;
	EXPECT_EQ(npu_constant_data(graph.get(), w, &data, nullptr),
		  NPU_E_INTERNAL);
}

TEST(GraphSeed, DependsOnTheNameAndOnTheSeed)
{
	EXPECT_NE(npu_seed_of_name(0, "a"), npu_seed_of_name(0, "b"));
	EXPECT_NE(npu_seed_of_name(0, "a"), npu_seed_of_name(1, "a"));
	EXPECT_EQ(npu_seed_of_name(5, "a"), npu_seed_of_name(5, "a"));
}

// ---- check: each promise broken on purpose ----

class GraphCheck : public testing::Test
{
      protected:
	Graph graph = make_graph();
	npu_value *x = add_input(graph.get(), "x");
	npu_node *relu = add_op(graph.get(), NPU_Relu, "y", { x });
	npu_error err = {};

	void SetUp() override
	{
		relu->outputs[0]->is_output = 1;
		ASSERT_EQ(npu_graph_check(graph.get(), &err), NPU_OK)
			<< err.message;
	}
	void expect_refused(const char *part)
	{
		EXPECT_EQ(npu_graph_check(graph.get(), &err), NPU_E_INTERNAL);
		EXPECT_NE(std::string(err.message).find(part),
			  std::string::npos)
			<< err.message;
	}
};

TEST_F(GraphCheck, UnknownShapeIsRefused)
{
	relu->outputs[0]->shape.dim[0] = -1;
	expect_refused("no known shape");
}

TEST_F(GraphCheck, MissingTypeIsRefused)
{
	relu->outputs[0]->dtype = NPU_none;
	expect_refused("no element type");
}

TEST_F(GraphCheck, StaleIdIsRefused)
{
	x->id = 1;
	expect_refused("id that is not its place");
}

TEST_F(GraphCheck, InputThatIsAlsoComputedIsRefused)
{
	relu->outputs[0]->is_input = 1;
	expect_refused("exactly one of");
}

TEST_F(GraphCheck, WrongNumberOfInputsIsRefused)
{
	relu->op = NPU_Add;
	expect_refused("number of inputs");
}

TEST_F(GraphCheck, MissingRequiredInputIsRefused)
{
	relu->inputs[0] = nullptr;
	expect_refused("lacks an input");
}

TEST_F(GraphCheck, TwoNodesOfOneNameAreRefused)
{
	npu_node *other = add_op(graph.get(), NPU_Tanh, "z", { x });

	other->name = relu->name;
	expect_refused("two are called y");
}

TEST_F(GraphCheck, NodeBeforeItsProducerIsRefused)
{
	npu_node *other = add_op(graph.get(), NPU_Tanh, "z", { x });

	relu->inputs[0] = other->outputs[0];
	expect_refused("before its input");
}

TEST_F(GraphCheck, MixOfImportedAndLoweredIsRefused)
{
	npu_node *other = add_op(graph.get(), NPU_move, "z", { x });

	other->low.step[3] = 1;
	expect_refused("mixes");
}

TEST(GraphCheckLowered, MoveOutsideItsInputIsRefused)
{
	Graph graph = make_graph();
	npu_value *x = add_input(graph.get(), "x");
	npu_node *move = add_op(graph.get(), NPU_move, "y", { x });
	npu_error err = {};

	set_shape(x, { 1, 1, 1, 8 });
	set_shape(move->outputs[0], { 1, 1, 1, 4 });
	move->outputs[0]->is_output = 1;
	for (int d = 0; d < 4; d++)
		move->low.extent[d] = d == 3 ? 4 : 1;
	move->low.step[3] = 2;
	move->low.start = 1;
	EXPECT_EQ(npu_graph_check(graph.get(), &err), NPU_OK) << err.message;
	move->low.start = 2;
	EXPECT_EQ(npu_graph_check(graph.get(), &err), NPU_E_INTERNAL);
	move->low.start = 5;
	move->low.step[3] = -2;
	EXPECT_EQ(npu_graph_check(graph.get(), &err), NPU_E_INTERNAL);
}

TEST(GraphPrint, ShowsInputsConstantsNodesAndOutputs)
{
	Graph graph = make_graph();
	npu_value *x = add_input(graph.get(), "x");
	npu_value *w = add_seeded(graph.get(), "w", 4, 1);
	npu_node *node = add_op(graph.get(), NPU_Add, "y", { x, w });
	npu_text text = {};

	node->outputs[0]->is_output = 1;
	npu_graph_print(graph.get(), &text);
	EXPECT_STREQ(text.data, "graph test\n"
				"input x fp32[1,4]\n"
				"const w fp32[4] seeded\n"
				"y fp32[1,4] = Add y(x, w)\n"
				"output y\n");
	npu_text_clear(&text);
}
