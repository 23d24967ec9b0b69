// tests/unit/lower/lower_array_test.cc - arrays on their way in and out, and
// what is refused.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/lower/network.h"
#include <cmath>

namespace
{
// A lowered value [1, 1, 2, 2] of an imported [1, 2, 1, 2]: NHWC of NCHW.
npu_value image(npu_dtype dtype)
{
	npu_value value = {};
	const int64_t dims[4] = { 1, 1, 2, 2 };
	const int8_t from_dim[4] = { -1, 3, -1, 2 };

	value.name = value.imported = "x";
	value.dtype = dtype;
	value.shape.rank = 4;
	memcpy(value.shape.dim, dims, sizeof(dims));
	memcpy(value.from_dim, from_dim, sizeof(from_dim));
	return value;
}

npu_array array_of(float *data)
{
	npu_array array = {};
	const int64_t dims[4] = { 1, 2, 1, 2 };

	array.dtype = NPU_fp32;
	array.shape.rank = 4;
	memcpy(array.shape.dim, dims, sizeof(dims));
	array.data = data;
	return array;
}

TEST(LowerInput, IsTransposedRoundedToEvenAndSaturated)
{
	npu_value value = image(NPU_u8);
	float data[4] = { 1.25f, 1000, -1000, 0.75f };
	const npu_array from = array_of(data);
	npu_array out = {};
	npu_error err = {};

	value.scale = 0.5f;
	value.zero = 10;
	ASSERT_EQ(npu_lower_input(&value, &from, &out, &err), NPU_OK);
	const uint8_t *q = (const uint8_t *)out.data;

	// channels of pixel 0, then of pixel 1; 2.5 -> 2, 1.5 -> 2
	EXPECT_EQ(q[0], 12);
	EXPECT_EQ(q[1], 0);
	EXPECT_EQ(q[2], 255);
	EXPECT_EQ(q[3], 12);
	npu_array_clear(&out);
}

TEST(LowerInput, OfAnotherSizeIsRefused)
{
	npu_value value = image(NPU_fp32);
	float data[4] = {};
	npu_array from = array_of(data), out = {};
	npu_error err = {};

	from.shape.dim[3] = 1;
	EXPECT_EQ(npu_lower_input(&value, &from, &out, &err), NPU_E_RANGE);
	EXPECT_NE(strstr(err.message, "4 elements, got 2"), nullptr);
}

TEST(RaiseValue, GivesRealNumbersInTheOrderOfTheNetwork)
{
	npu_value value = image(NPU_u8), imported = {};
	const uint8_t q[4] = { 12, 0, 255, 11 };
	float data[4];
	npu_array out = {};
	npu_error err = {};

	value.scale = 0.5f;
	value.zero = 10;
	imported.shape = array_of(data).shape;
	ASSERT_EQ(npu_raise_value(&value, q, &imported, &out, &err), NPU_OK);
	const float *x = (const float *)out.data;

	EXPECT_EQ(x[0], 1);
	EXPECT_EQ(x[1], 122.5f);
	EXPECT_EQ(x[2], -5);
	EXPECT_EQ(x[3], 0.5f);
	npu_array_clear(&out);
}

TEST(RaiseValue, ThatStandsForNoneIsRefused)
{
	npu_value value = image(NPU_fp32), imported = {};
	float data[4] = {};
	npu_array out = {};
	npu_error err = {};

	imported.shape = array_of(data).shape;
	value.imported = nullptr;
	EXPECT_EQ(npu_raise_value(&value, data, &imported, &out, &err),
		  NPU_E_INTERNAL);
}

TEST(LowerRefuses, InputsOfIntegersAndOfFiveDimensions)
{
	Network ints, five;
	npu_value *x = ints.value("x", NPU_s32, { 1, 4 });

	x->is_input = 1;
	EXPECT_NE(ints.refused(ints.node(NPU_Identity, "y", { x })), NPU_OK);
	EXPECT_EQ(
		five.refused(five.node(NPU_Relu, "y",
				       { five.input("x", { 2, 2, 2, 2, 2 }) })),
		NPU_E_UNSUPPORTED);
	EXPECT_NE(strstr(five.err.message, "5 dimensions"), nullptr)
		<< five.err.message;
}

TEST(LowerRefuses, ValuesThatAreNotFiniteInCalibration)
{
	Network n;
	npu_value *x = n.input("x", { 1, 4 });
	npu_node *mul = n.node(
		NPU_Mul, "y",
		{ x, n.floats("huge", { 4 }, { 3e38f, 3e38f, 3e38f, 3e38f }) });
	npu_node *again =
		n.node(NPU_Mul, "z", { mul->outputs[0], mul->outputs[0] });
	npu_lower_options options = {};
	npu_graph *out = nullptr;

	ASSERT_EQ(n.infer(again), NPU_OK);
	options.with_data = 1;
	EXPECT_EQ(npu_lower(n.graph.get(), &options, &out, &n.err),
		  NPU_E_RANGE);
	EXPECT_NE(strstr(n.err.message, "not finite"), nullptr)
		<< n.err.message;
}

// Calibrated on given inputs, the range of the input is theirs.
TEST(LowerCalibration, UsesTheGivenInputs)
{
	Network n;
	npu_node *relu =
		n.node(NPU_Relu, "y", { n.input("x", { 1, 2, 1, 2 }) });
	float data[4] = { -1, 3, 0, 1.08f };
	const npu_array given = array_of(data), *sample = &given;
	npu_lower_options options = {};
	npu_graph *out = nullptr;

	ASSERT_EQ(n.infer(relu), NPU_OK);
	options.with_data = 1;
	options.calibration = &sample;
	options.calibration_count = 1;
	ASSERT_EQ(npu_lower(n.graph.get(), &options, &out, &n.err), NPU_OK)
		<< n.err.message;
	Graph lowered(out, npu_graph_destroy);
	const npu_value *x = npu_graph_find_value(out, "x");
	const npu_value *y = npu_graph_find_value(out, "y");

	// -1 to 3 in 254 steps, the zero point at 63.5 -> 64; 0 to 3 in 255
	EXPECT_FLOAT_EQ(x->scale, 4.0f / 254);
	EXPECT_EQ(x->zero, 64);
	EXPECT_FLOAT_EQ(y->scale, 3.0f / 255);
	EXPECT_EQ(y->zero, 0);
}

} // namespace
