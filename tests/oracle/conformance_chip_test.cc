// tests/oracle/conformance_chip_test.cc - the ONNX backend tests on a chip.
// SPDX-License-Identifier: Apache-2.0
//
// Every model that oneDNN runs also goes through compiler and simulator: bits
// equal to the exact reference, numbers as near to ONNX's as the precision is.
#include "oracle/compiled.h"
#include "oracle/conformance.h"
#include <gtest/gtest.h>

using namespace conformance;

namespace
{
const char *const root = "/usr/share/libonnx-testdata/data";

struct Way {
	const char *name;
	npu_precision precision;
	double least_db;
};

class OnnxOnChip : public testing::TestWithParam<Way>
{
};

void PrintTo(const Way &way, std::ostream *out)
{
	*out << way.name;
}

const npu_value *first_output(const npu_graph *graph)
{
	for (uint32_t i = 0; i < graph->value_count; i++) {
		if (graph->values[i]->is_output)
			return graph->values[i];
	}
	return nullptr;
}

// Refused for a reason, or far from ONNX's numbers for one; a line that is not
// needed any more is an error.
struct Exception {
	const char *way, *name, *says, *why;
};

const Exception exceptions[] = {
	{ "bf16", "node/test_softmax_large_number", "SQNR",
	  "10000 to 10003 are one number in bf16, whose steps are 64 there" },
	{ "", "node/test_gemm_default_matrix_bias", "bias c",
	  "a bias for each element is not in any network of ours" },
	{ "", "pytorch-converted/test_MaxPool2d_stride_padding_dilation",
	  "does not fit the chip", "dilated pools are not cut into tiles" },
	{ "", "pytorch-operator/test_operator_addmm", "bias 3",
	  "a bias that is computed" },
	{ "", "pytorch-converted/test_BatchNorm3d_eval", "5 dimensions",
	  "tensors on the chip have four" },
	{ "", "pytorch-converted/test_BatchNorm3d_momentum_eval",
	  "5 dimensions", "tensors on the chip have four" },
	{ "", "pytorch-operator/test_operator_permute2", "6 dimensions",
	  "tensors on the chip have four" },
};

bool excepted(const Way &way, const std::string &name, const std::string &why,
	      std::set<const Exception *> &used)
{
	for (const Exception &e : exceptions) {
		if ((*e.way && std::strcmp(e.way, way.name)) ||
		    name != e.name || why.find(e.says) == std::string::npos)
			continue;
		used.insert(&e);
		return true;
	}
	return false;
}

// Nothing to compute: a shape, a constant; or not of real numbers.
bool is_folded(const npu_graph *graph)
{
	const npu_value *out = first_output(graph);

	return !out || out->constant || !out->producer;
}

struct Count {
	unsigned passed = 0, excepted = 0;
	double worst_db = INFINITY;
	std::string worst;
};

// "" or what is wrong.
std::string run(const Way &way, const Case &c, compiled::Network &n,
		double *sqnr)
{
	const npu_value *out = first_output(c.graph);
	npu_status status = n.compile("edge");

	if (!status)
		status = n.simulate();
	if (status)
		return std::string(npu_status_text(status)) + ": " +
		       n.err.message;
	if (!n.compared)
		return "nothing was compared";
	if (n.mismatches)
		return "bits differ from the exact reference";
	const std::vector<float> got = n.output(out);
	const npu_array &want = c.outputs[0];

	if (got.size() != (size_t)npu_shape_count(&want.shape))
		return "the output is lost";
	*sqnr = npu_compare_real(got.data(), (const float *)want.data,
				 got.size(), 1)
			.sqnr_db;
	return *sqnr >= way.least_db ? ""
				     : "SQNR " + std::to_string(*sqnr) + " dB";
}
} // namespace

TEST_P(OnnxOnChip, ModelsThatOneDnnRunsGiveOnnxNumbersToo)
{
	const Way &way = GetParam();
	std::set<const Exception *> used;
	Count count;

	for (const std::string &name : models(root)) {
		npu_status status = NPU_OK;
		std::string why;
		double sqnr = INFINITY;

		// weights as inputs first; as constants where that is refused
		for (bool constants : { false, true }) {
			Case c(root, name);

			if (c.load(constants) || is_folded(c.graph) ||
			    c.outputs[0].dtype != NPU_fp32)
				break;
			compiled::Network n(c.graph);

			status = n.lower(way.precision, c.inputs.data());
			why = n.err.message;
			if (status == NPU_E_UNSUPPORTED)
				continue;
			why = status ? why : run(way, c, n, &sqnr);
			if (why.empty())
				count.passed++;
			break;
		}
		if (!why.empty()) {
			EXPECT_TRUE(excepted(way, name, why, used))
				<< name << ": " << why;
			count.excepted++;
		} else if (sqnr < count.worst_db) {
			count.worst_db = sqnr;
			count.worst = name;
		}
	}
	for (const Exception &e : exceptions) {
		if (*e.way && std::strcmp(e.way, way.name))
			continue;
		EXPECT_TRUE(used.count(&e)) << "no longer needed: " << e.name;
	}
	EXPECT_GE(count.passed, 190u);
	std::printf("ONNX backend tests on a chip, %s: %u bit-exact and near "
		    "ONNX's numbers (worst %.1f dB: %s), %u excepted\n",
		    way.name, count.passed, count.worst_db, count.worst.c_str(),
		    count.excepted);
}

INSTANTIATE_TEST_SUITE_P(Precision, OnnxOnChip,
			 testing::Values(Way{ "bf16", NPU_PRECISION_bf16, 30 },
					 Way{ "fp32", NPU_PRECISION_fp32, 60 }),
			 [](const auto &p) {
				 return std::string(p.param.name);
			 });
