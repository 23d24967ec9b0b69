// tests/unit/lower/lower_random_test.cc - networks of random operators, whose
// layouts meet in every way, against oneDNN.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/lower/random_network.h"

namespace
{
TEST(LowerRandom, NetworksAgreeWithOneDnnInFp32)
{
	int run = 0;

	for (unsigned seed = 0; seed < 300; seed++) {
		RandomNetwork network(seed);
		npu_lower_options options = {};
		npu_graph *out = nullptr;

		ASSERT_EQ(network.infer(network.grow(9)), NPU_OK)
			<< seed << ": " << network.err.message;
		options.precision = NPU_PRECISION_fp32;
		options.with_data = 1;
		const npu_status status = npu_lower(
			network.graph.get(), &options, &out, &network.err);

		if (status != NPU_OK) {
			ASSERT_EQ(status, NPU_E_UNSUPPORTED)
				<< seed << ": " << network.err.message;
			continue;
		}
		Graph lowered(out, npu_graph_destroy);
		const Float real(network.graph.get(), seed);

		// special functions are within 1.3e-4: 78 dB, and errors add
		EXPECT_GE(real.sqnr_db(lowered.get()), 65) << "seed " << seed;
		run++;
	}
	EXPECT_GE(run, 250); // the others scatter an operand too widely
}

// Structure is decided before data is seen, whatever the graph.
TEST(LowerRandom, StructureDoesNotDependOnData)
{
	for (unsigned seed = 0; seed < 100; seed++) {
		RandomNetwork network(seed);
		npu_lower_options options = {};
		npu_graph *dry = nullptr, *full = nullptr;

		ASSERT_EQ(network.infer(network.grow(7)), NPU_OK);
		if (npu_lower(network.graph.get(), &options, &dry,
			      &network.err))
			continue;
		options.with_data = 1;
		EXPECT_EQ(npu_lower(network.graph.get(), &options, &full,
				    &network.err),
			  NPU_OK)
			<< seed << ": " << network.err.message;
		Graph without(dry, npu_graph_destroy);
		Graph with(full, npu_graph_destroy);

		ASSERT_NE(full, nullptr);
		EXPECT_EQ(structure(dry), structure(full)) << seed;
	}
}

} // namespace
