// tests/unit/exact/exact_qlinear_test.cc - requantisation against QLinearMatMul
// and QLinearConv of the ONNX project: u8 operands, both with zero points.
// source: libonnx-testdata, data/node/test_qlinear*.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/exact/lowered.h"
#include <filesystem>
#include <string>

namespace
{
namespace fs = std::filesystem;

struct Vectors {
	std::vector<npu_array> array;

	explicit Vectors(const std::string &name)
	{
		const fs::path dir =
			fs::path("/usr/share/libonnx-testdata/data/node") /
			name / "test_data_set_0";
		npu_error err = {};

		if (!fs::exists(dir))
			return;
		for (int i = 0; i < 9; i++) {
			npu_array a = {};
			const std::string file =
				i < 8 ? "input_" + std::to_string(i)
				      : std::string("output_0");

			EXPECT_EQ(npu_array_load((dir / (file + ".pb")).c_str(),
						 &a, &err),
				  NPU_OK)
				<< err.message;
			array.push_back(a);
		}
	}
	~Vectors()
	{
		for (npu_array &a : array)
			npu_array_clear(&a);
	}
	std::vector<uint8_t> bytes(size_t i) const
	{
		const uint8_t *data = (const uint8_t *)array[i].data;

		return { data, data + npu_shape_count(&array[i].shape) };
	}
	float real(size_t i) const
	{
		return *(const float *)array[i].data;
	}
	int32_t zero(size_t i) const
	{
		return *(const uint8_t *)array[i].data;
	}
};

// Inputs in ONNX's order: a, its scale and zero, b, its, y's scale and zero.
void expect_product(const Vectors &v, std::vector<int64_t> a,
		    std::vector<int64_t> b, std::vector<int64_t> y)
{
	OneNode one(NPU_matmul, 2);

	one.input<uint8_t>(0, NPU_u8, a, v.bytes(0))->zero = v.zero(2);
	one.input<uint8_t>(1, NPU_u8, b, v.bytes(3))->zero = v.zero(5);
	one.node->low.post.has_scale = 1;
	one.node->low.post.scale = v.real(1) * v.real(4) / v.real(6);
	one.output(NPU_u8, y)->zero = v.zero(7);
	EXPECT_EQ(one.run<uint8_t>(), v.bytes(8));
}

TEST(ExactQLinear, MatMulGivesTheNumbersOfTheOnnxProject)
{
	Vectors two("test_qlinearmatmul_2D"), three("test_qlinearmatmul_3D");

	if (two.array.empty())
		FAIL() << "install libonnx-testdata (.ci/install test)";
	expect_product(two, { 1, 1, 2, 4 }, { 1, 1, 4, 3 }, { 1, 1, 2, 3 });
	expect_product(three, { 2, 1, 2, 4 }, { 2, 1, 4, 3 }, { 2, 1, 2, 3 });
}

// One channel and a kernel of 1 x 1: a product of 49 pixels and one weight.
TEST(ExactQLinear, ConvGivesTheNumbersOfTheOnnxProject)
{
	Vectors conv("test_qlinearconv");

	if (conv.array.empty())
		FAIL() << "install libonnx-testdata (.ci/install test)";
	expect_product(conv, { 1, 1, 49, 1 }, { 1, 1, 1, 1 }, { 1, 1, 49, 1 });
}

} // namespace
