/* tests/unit/sim/function_pair_test.cc - the special functions of the simulator
 * and of the exact reference, two executors that share no code, bit by bit.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_random.h"
#include <gtest/gtest.h>
extern "C" {
#include "models/exact/npu_exact.h"
#include "sim/exec/npu_vector.h"
}
#include "tests/unit/sim/oracle.h"

namespace
{

void expect_same(npu_func f, const std::vector<float> &in)
{
	std::vector<float> got = in;

	npu_function_apply(f, got.data(), got.size());
	for (size_t i = 0; i < in.size(); i++) {
		const float want = npu__exact_function((uint8_t)f, in[i], 0, 0);

		ASSERT_EQ(oracle::to_bits(got[i]), oracle::to_bits(want))
			<< "f " << f << " of " << in[i];
	}
}

TEST(FunctionPair, EveryBf16GivesEqualBits)
{
	std::vector<float> in;

	for (uint32_t u = 0; u < 65536; u++)
		in.push_back(oracle::flush(oracle::from_bits(u << 16)));
	for (int f = NPU_FUNC_exp2; f <= NPU_FUNC_erf; f++)
		expect_same((npu_func)f, in);
}

TEST(FunctionPair, RandomFp32GiveEqualBits)
{
	npu_random random = { 1 };
	std::vector<float> in;

	for (int i = 0; i < 100000; i++) {
		uint32_t u = (uint32_t)npu_random_u64(&random);

		/* half of them where the functions bend */
		if (i % 2)
			u = (u & 0x87ffffff) | 0x38000000;
		in.push_back(oracle::flush(oracle::from_bits(u)));
	}
	for (int f = NPU_FUNC_exp2; f <= NPU_FUNC_erf; f++)
		expect_same((npu_func)f, in);
}

} // namespace
