// tests/unit/onnx/reference_test.cc - differences; oneDNN in int8.
// SPDX-License-Identifier: Apache-2.0
#include "models/npu_reference.h"
#include <cmath>
#include <gtest/gtest.h>
#include <string>

TEST(Difference, EqualBitsHaveNoMismatch)
{
	const int8_t a[] = { 1, 2, 3 };
	const npu_difference d = npu_compare_bits(a, a, NPU_s8, 3);

	EXPECT_EQ(d.mismatches, 0u);
	EXPECT_EQ(d.count, 3u);
}

TEST(Difference, BitsAreComparedNotNumbers)
{
	const float zero[] = { 0.0f, 1.0f }, minus[] = { -0.0f, 1.0f };

	EXPECT_EQ(npu_compare_bits(zero, minus, NPU_fp32, 2).mismatches, 1u);
	EXPECT_EQ(npu_compare_real(zero, minus, 2, 2).max_abs_error, 0.0);
}

TEST(Difference, SqnrIsSignalOverNoiseInDecibel)
{
	// signal 9 + 16 = 25, noise 0.25: 10 log10(100) = 20 dB
	const float want[] = { 3.0f, 4.0f }, got[] = { 3.5f, 4.0f };
	const npu_difference d = npu_compare_real(got, want, 2, 2);

	EXPECT_DOUBLE_EQ(d.sqnr_db, 20.0);
	EXPECT_DOUBLE_EQ(d.max_abs_error, 0.5);
	EXPECT_EQ(d.mismatches, 1u);
	EXPECT_TRUE(d.top1_equal);
}

TEST(Difference, TopOneLooksAtEveryRow)
{
	const float want[] = { 1, 2, 5, 4 }, got[] = { 1, 2, 4, 5 };

	EXPECT_TRUE(npu_compare_real(got, want, 2, 2).top1_equal);
	EXPECT_FALSE(npu_compare_real(got, want, 4, 2).top1_equal);
}

TEST(Difference, AnInfinityTooManyIsNotForgiven)
{
	const float want[] = { 1, INFINITY }, good[] = { 1, INFINITY };
	const float bad[] = { INFINITY, INFINITY }, nan[] = { 1, NAN };

	EXPECT_TRUE(std::isinf(npu_compare_real(good, want, 2, 2).sqnr_db));
	EXPECT_GT(npu_compare_real(good, want, 2, 2).sqnr_db, 0.0);
	EXPECT_LT(npu_compare_real(bad, want, 2, 2).sqnr_db, 0.0);
	EXPECT_LT(npu_compare_real(nan, want, 2, 2).sqnr_db, 0.0);
}

namespace
{
npu_graph *zoo(const char *name)
{
	const std::string folder = NPU_SOURCE_DIR "/models/zoo";
	npu_model_options options = {};
	npu_graph *graph = nullptr;
	npu_error err = {};

	options.zoo = folder.c_str();
	EXPECT_EQ(npu_model_load(name, &options, &graph, &err), NPU_OK)
		<< err.message;
	return graph;
}
} // namespace

// A residual network, one of concatenations, one of depthwise convolutions, one
// that ends in Flatten and Gemm.
TEST(OneDnnInt8, EveryKindOfZooNetworkIsTimed)
{
	for (const char *name :
	     { "resnet18", "squeezenet1_1", "mobilenet_v2", "lenet5" }) {
		npu_graph *graph = zoo(name);
		npu_error err = {};
		double seconds = 0;

		ASSERT_NE(graph, nullptr);
		EXPECT_EQ(npu_onednn_int8_time(graph, 1, 1, &seconds, &err),
			  NPU_OK)
			<< name << ": " << err.message;
		EXPECT_GT(seconds, 0.0);
		// no CPU does a million MACs in less than 100 ns
		EXPECT_GT(seconds, 1e-13 * (double)npu_graph_macs(graph));
		npu_graph_destroy(graph);
	}
}
