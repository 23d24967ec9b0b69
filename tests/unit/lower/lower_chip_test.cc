// tests/unit/lower/lower_chip_test.cc - random networks through the compiler and
// the simulator: equal bits, whatever moves between the operators.
// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/compiled.h"
#include "tests/unit/lower/random_network.h"

namespace
{
// Status of a random network on a chip; "" or what went wrong.
std::string run(unsigned seed, npu_precision precision, const char *chip,
		int *done)
{
	RandomNetwork network(seed);
	npu_array input = {};
	std::string wrong;

	if (network.infer(network.grow(11)) != NPU_OK)
		return network.err.message;
	if (npu_array_random(npu_graph_find_value(network.graph.get(), "x"), 1,
			     &input, &network.err) != NPU_OK)
		return network.err.message;
	compiled::Network on_chip(network.graph.get());
	npu_status status = on_chip.lower(precision, &input);

	if (!status)
		status = on_chip.compile(chip);
	if (!status)
		status = on_chip.simulate();
	npu_array_clear(&input);
	if (status == NPU_E_UNSUPPORTED || status == NPU_E_CAPACITY)
		return "";
	if (status != NPU_OK)
		return on_chip.err.message;
	if (on_chip.mismatches)
		return std::to_string(on_chip.mismatches) + " of " +
		       std::to_string(on_chip.compared) + " differ";
	(*done)++;
	return "";
}

TEST(LowerChip, RandomNetworksAreBitExactOnChips)
{
	int done = 0;

	for (unsigned seed = 0; seed < 150; seed++) {
		EXPECT_EQ(run(seed, NPU_PRECISION_int8, "edge", &done), "")
			<< "int8 on edge, seed " << seed;
		EXPECT_EQ(run(seed, NPU_PRECISION_bf16, "edge", &done), "")
			<< "bf16 on edge, seed " << seed;
		EXPECT_EQ(run(seed, NPU_PRECISION_int8, "mcu", &done), "")
			<< "int8 on mcu, seed " << seed;
	}
	EXPECT_GE(done, 400);
}

} // namespace
