// tests/oracle/conformance_test.cc - the ONNX backend tests, run by oneDNN.
// SPDX-License-Identifier: Apache-2.0
//
// Every model of Debian's libonnx-testdata is read. It either gives ONNX's
// outputs, or is refused for a reason that conformance_refused.txt has; a
// reason that no model needs any more is an error too.
#include "oracle/conformance.h"
#include <gtest/gtest.h>
#include <sstream>

using namespace conformance;

namespace
{
const char *const root = "/usr/share/libonnx-testdata/data";

// "<text that the message has> | <why that is so>"
struct Reason {
	std::string text;
	unsigned used = 0;
};

std::vector<Reason> reasons()
{
	std::ifstream in(NPU_SOURCE_DIR
			 "/tests/oracle/conformance_refused.txt");
	std::vector<Reason> all;
	std::string line;

	while (std::getline(in, line)) {
		const size_t bar = line.find(" | ");

		if (line.empty() || line[0] == '#' || bar == std::string::npos)
			continue;
		all.push_back({ line.substr(0, bar) });
	}
	return all;
}

bool explained(std::vector<Reason> &all, const std::string &name,
	       const std::string &message)
{
	unsigned found = 0;

	for (Reason &reason : all) {
		if (message.find(reason.text) == std::string::npos &&
		    name != reason.text)
			continue;
		reason.used++;
		found++;
	}
	return found > 0;
}

// Outputs of the graph against those given; "" where they agree.
std::string compare(const Case &c, const npu_values &values)
{
	unsigned next = 0;

	for (const npu_array &want : c.outputs) {
		const npu_value *value = nullptr;
		unsigned seen = 0;

		for (uint32_t i = 0; i < c.graph->value_count; i++) {
			if (c.graph->values[i]->is_output && seen++ == next)
				value = c.graph->values[i];
		}
		next++;
		if (!value)
			return "an output is missing";
		if (!same_shape(value->shape, want.shape))
			return value->name + std::string(": shapes differ");
		if (value->dtype != want.dtype)
			return value->name + std::string(": types differ");
		const void *got = values.data[value->id]
					  ? values.data[value->id]
					  : value->constant->data;
		if (!close(want, got))
			return value->name + std::string(": numbers differ");
	}
	return next ? "" : "no outputs given";
}
} // namespace

TEST(OnnxConformance, EveryModelGivesOnnxOutputsOrIsRefusedForAListedReason)
{
	std::vector<Reason> all = reasons();
	unsigned passed = 0, refused = 0;
	const std::vector<std::string> names = models(root);

	ASSERT_GT(names.size(), 1000u) << "is libonnx-testdata installed?";
	ASSERT_FALSE(all.empty());
	for (const std::string &name : names) {
		Case c(root, name);
		npu_values values = {};
		npu_status status = c.load(false);

		if (!status)
			status = npu_onednn_run(c.graph, c.inputs.data(), 1, 1,
						&values, nullptr, &c.err);
		if (!status) {
			EXPECT_EQ(compare(c, values), "") << name;
			passed++;
		} else {
			EXPECT_TRUE(status == NPU_E_UNSUPPORTED ||
				    status == NPU_E_RANGE)
				<< name << ": " << c.err.message;
			EXPECT_TRUE(explained(all, name, c.err.message))
				<< name << ": " << c.err.message;
			refused++;
		}
		npu_values_clear(&values);
	}
	for (const Reason &reason : all)
		EXPECT_GT(reason.used, 0u)
			<< "stale: no model is refused for: " << reason.text;
	std::printf("ONNX backend tests: %u equal, %u refused for a listed "
		    "reason, %zu in all\n",
		    passed, refused, names.size());
	// what worked must go on working
	EXPECT_GE(passed, 220u);
}
