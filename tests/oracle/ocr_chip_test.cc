// tests/oracle/ocr_chip_test.cc - the trained classifier on chips.
// SPDX-License-Identifier: Apache-2.0
#include "oracle/compiled.h"
#include "oracle/oracle.h"
#include <gtest/gtest.h>

namespace
{
struct Way {
	const char *chip;
	npu_precision precision;
	const char *name;
	double least_db; // architecture.md: where rounding is decided
};

class OcrOnChip : public testing::TestWithParam<Way>
{
};

void PrintTo(const Way &run, std::ostream *out)
{
	*out << run.name << "_on_" << run.chip;
}

// What Softmax is taken of. The class itself is 1.000000, which hides errors.
const npu_value *logits_of(const npu_graph *graph)
{
	const npu_value *value = oracle::output_of(graph);

	while (value->producer && value->producer->op != NPU_Add)
		value = value->producer->inputs[0];
	return value;
}
} // namespace

TEST_P(OcrOnChip, IsBitExactAndAgreesWithOnnxRuntime)
{
	const Way &run = GetParam();

	for (bool turned : { false, true }) {
		npu_error err = {};
		npu_graph *graph = oracle::ocr_graph(&err);
		ASSERT_NE(graph, nullptr) << err.message;
		const oracle::Array input = oracle::text_image(turned);
		const npu_value *logits = logits_of(graph);
		const std::string work = std::string("chip_") + run.chip +
					 run.name + (turned ? "_turned" : "");
		const std::vector<oracle::Array> want = oracle::run(
			oracle::with_outputs(oracle::ocr_model, work + ".onnx",
					     { logits->name }),
			work, "x", input);
		compiled::Network n(graph);

		ASSERT_EQ(want.size(), 2u);
		ASSERT_EQ(n.lower(run.precision, &input), NPU_OK)
			<< n.err.message;
		const std::vector<float> got =
			n.output(oracle::output_of(graph));
		const std::vector<float> raw = n.output(logits);
		ASSERT_EQ(got.size(), 2u);
		ASSERT_EQ(raw.size(), 2u);
		const npu_difference d =
			npu_compare_real(raw.data(), want[1].begin(), 2, 2);
		ASSERT_EQ(n.compile(run.chip), NPU_OK) << n.err.message;
		ASSERT_EQ(n.simulate(), NPU_OK) << n.err.message;
		std::printf("OCR classifier, text %s, %s on %s: %llu elements, "
			    "%llu mismatches; class %d; logits %.4f %.4f, by "
			    "ONNX Runtime %.4f %.4f: SQNR %.1f dB\n",
			    turned ? "upside down" : "upright", run.name,
			    run.chip, (unsigned long long)n.compared,
			    (unsigned long long)n.mismatches, got[1] > got[0],
			    (double)raw[0], (double)raw[1],
			    (double)want[1].begin()[0],
			    (double)want[1].begin()[1], d.sqnr_db);
		EXPECT_GT(n.compared, 100000u);
		EXPECT_EQ(n.mismatches, 0u);
		EXPECT_EQ(got[1] > got[0], turned);
		EXPECT_TRUE(d.top1_equal);
		EXPECT_GE(d.sqnr_db, run.least_db);
		npu_graph_destroy(graph);
	}
}

INSTANTIATE_TEST_SUITE_P(
	Chip, OcrOnChip,
	testing::Values(Way{ "edge", NPU_PRECISION_int8, "int8", 15 },
			Way{ "edge", NPU_PRECISION_bf16, "bf16", 30 },
			Way{ "datacenter", NPU_PRECISION_bf16, "bf16", 30 }),
	[](const auto &p) {
		return std::string(p.param.name) + "_" + p.param.chip;
	});
