// tests/unit/lower/lower_zoo_test.cc - the zoo, lowered: structure and agreement
// with the float graph.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/lower/lowering.h"
#include <chrono>

namespace
{
class LowerZoo : public testing::TestWithParam<const char *>
{
};

TEST_P(LowerZoo, StructureDoesNotDependOnData)
{
	Graph network = load_zoo(GetParam());

	for (npu_precision precision :
	     { NPU_PRECISION_int8, NPU_PRECISION_bf16 }) {
		Graph without = lower(network.get(), precision, false);
		Graph with = lower(network.get(), precision, true);

		EXPECT_EQ(structure(without.get()), structure(with.get()));
	}
}

// The bounds of architecture.md; calibrated on one random input and run on
// another.
TEST_P(LowerZoo, AgreesWithOneDnn)
{
	Graph network = load_zoo(GetParam());
	const struct {
		npu_precision precision;
		double db;
	} bounds[] = { { NPU_PRECISION_int8, 15 },
		       { NPU_PRECISION_bf16, 30 },
		       { NPU_PRECISION_fp16, 40 },
		       { NPU_PRECISION_fp32, 90 } };

	const Float real(network.get(), 1);

	for (const auto &bound : bounds) {
		Graph lowered = lower(network.get(), bound.precision, true);

		EXPECT_GE(real.sqnr_db(lowered.get()), bound.db)
			<< "precision " << bound.precision;
	}
}

#ifdef NPU_LARGE
INSTANTIATE_TEST_SUITE_P(Zoo, LowerZoo,
			 testing::Values("alexnet", "vgg16", "resnet18",
					 "resnet50", "mobilenet_v1",
					 "mobilenet_v2"),
			 [](const auto &p) { return std::string(p.param); });
#else
INSTANTIATE_TEST_SUITE_P(Zoo, LowerZoo,
			 testing::Values("mlp", "lenet5", "squeezenet1_1"),
			 [](const auto &p) { return std::string(p.param); });

TEST(LowerTime, ResNet50WithoutDataTakesMilliseconds)
{
	Graph network = load_zoo("resnet50");
	const auto start = std::chrono::steady_clock::now();
	Graph lowered = lower(network.get(), NPU_PRECISION_int8, false);
	const std::chrono::duration<double> taken =
		std::chrono::steady_clock::now() - start;

	EXPECT_LT(taken.count(), 0.1); // measured: 0.0005 s
}
#endif

} // namespace
