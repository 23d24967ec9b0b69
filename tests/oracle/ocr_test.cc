// tests/oracle/ocr_test.cc - a trained network against ONNX Runtime.
// SPDX-License-Identifier: Apache-2.0
#include "models/npu_reference.h"
#include "oracle/oracle.h"
#include <cmath>
#include <gtest/gtest.h>

namespace
{
// Every activation of the file, the network's output first; not those that the
// reader made of the old Softmax ("<node>/flatten").
std::vector<const npu_value *> activations(const npu_graph *graph)
{
	std::vector<const npu_value *> all = { oracle::output_of(graph) };

	for (uint32_t i = 0; i < graph->node_count; i++) {
		const npu_value *value = graph->nodes[i]->outputs[0];

		if (!value->is_output && !value->constant &&
		    value->dtype == NPU_fp32 && !std::strchr(value->name, '/'))
			all.push_back(value);
	}
	return all;
}

double largest(const oracle::Array &array)
{
	double most = 0;

	for (uint64_t i = 0; i < array.count(); i++)
		most = std::fmax(most, std::fabs((double)array.begin()[i]));
	return most;
}

// The class is near 1 or 0, which hides errors: so all activations are
// compared, each relative to its largest element.
void expect_agreement(bool turned, uint64_t want_class)
{
	npu_error err = {};
	npu_graph *graph = oracle::ocr_graph(&err);
	ASSERT_NE(graph, nullptr) << err.message;
	const oracle::Array input = oracle::text_image(turned);
	ASSERT_NE(input.data, nullptr);
	const std::string work = turned ? "ocr_turned" : "ocr";
	const std::vector<const npu_value *> values = activations(graph);
	std::vector<std::string> names;
	for (size_t i = 1; i < values.size(); i++)
		names.push_back(values[i]->name);
	const std::vector<oracle::Array> want = oracle::run(
		oracle::with_outputs(oracle::ocr_model, work + ".onnx", names),
		work, "x", input);
	npu_values got = {};
	double worst = 0;

	ASSERT_GT(values.size(), 150u);
	ASSERT_EQ(want.size(), values.size());
	ASSERT_EQ(npu_onednn_run(graph, &input, 1, 1, &got, nullptr, &err),
		  NPU_OK)
		<< err.message;
	for (size_t i = 0; i < values.size(); i++) {
		const float *mine = (const float *)got.data[values[i]->id];
		const npu_difference d = npu_compare_real(mine, want[i].begin(),
							  want[i].count(), 1);

		ASSERT_EQ(want[i].count(),
			  (uint64_t)npu_shape_count(&values[i]->shape))
			<< values[i]->name;
		EXPECT_LE(d.max_abs_error, 1e-4 * largest(want[i]))
			<< values[i]->name;
		worst = std::fmax(worst, d.max_abs_error / largest(want[i]));
	}
	const float *p = want[0].begin();
	std::printf("OCR classifier, text %s: class %d (%.6f, %.6f); oneDNN "
		    "against ONNX Runtime: %zu activations, worst relative "
		    "error %.1e\n",
		    turned ? "upside down" : "upright", p[1] > p[0],
		    (double)p[0], (double)p[1], values.size(), worst);
	EXPECT_EQ(p[1] > p[0] ? 1u : 0u, want_class);
	EXPECT_TRUE(npu_compare_real((const float *)got.data[values[0]->id], p,
				     2, 2)
			    .top1_equal);
	npu_values_clear(&got);
	npu_graph_destroy(graph);
}
} // namespace

TEST(OcrClassifier, UprightTextIsClassZeroForOnnxRuntimeAndOneDnn)
{
	expect_agreement(false, 0);
}

TEST(OcrClassifier, TextUpsideDownIsClassOneForOnnxRuntimeAndOneDnn)
{
	expect_agreement(true, 1);
}
