/* tests/unit/rtl/function_test.cc - npu_function.sv against the simulator's
 * special functions, all bits.
 * SPDX-License-Identifier: Apache-2.0 */
#include "Vfunction.h"
#include "base/npu_random.h"
#include <gtest/gtest.h>
#include <cmath>
extern "C" {
#include "sim/exec/npu_vector.h"
}
#include "tests/unit/sim/oracle.h"

namespace
{

using oracle::flush;
using oracle::from_bits;
using oracle::to_bits;

enum { STAGES = 4 };

class RtlFunction : public testing::Test
{
      protected:
	/* one operand in flight, with what must come out */
	struct Flight {
		bool is_valid;
		uint8_t f;
		uint32_t v, want;
	};

	VerilatedContext context;
	Vfunction rtl{ &context };
	npu_random random = { 21 };
	Flight flight[STAGES] = {};
	int failures = 0;

	uint32_t any()
	{
		return (uint32_t)npu_random_u64(&random);
	}

	/* as the simulator has it */
	static uint32_t wanted(uint8_t f, uint32_t v)
	{
		float x = from_bits(v);

		npu_function_apply((npu_func)f, &x, 1);
		return to_bits(x);
	}

	/* One cycle; what went in STAGES cycles ago must be there after it. */
	void cycle(bool en, uint8_t f, uint32_t v)
	{
		const Flight done = flight[STAGES - 1];

		if (done.is_valid && done.want != rtl.y && failures++ < 10)
			ADD_FAILURE() << std::hex << "f " << (int)done.f
				      << " of " << done.v << " is " << rtl.y
				      << ", not " << done.want;
		for (int i = STAGES - 1; i > 0; i--)
			flight[i] = flight[i - 1];
		flight[0] = { en, f, v, en ? wanted(f, v) : 0 };
		rtl.en = en;
		rtl.f = f & 15;
		rtl.v = v;
		rtl.clk = 0;
		rtl.eval();
		rtl.clk = 1;
		rtl.eval();
	}

	void drain()
	{
		for (int i = 0; i <= STAGES; i++)
			cycle(false, 0, 0);
	}
};

TEST_F(RtlFunction, EveryBf16GivesTheSimulatorsBits)
{
	for (uint8_t f = NPU_FUNC_exp2; f <= NPU_FUNC_erf; f++)
		for (uint32_t u = 0; u < 65536; u++)
			cycle(true, f, to_bits(flush(from_bits(u << 16))));
	drain();
}

TEST_F(RtlFunction, RandomFp32GiveTheSimulatorsBits)
{
	for (uint8_t f = NPU_FUNC_exp2; f <= NPU_FUNC_erf; f++)
		for (int i = 0; i < 150000; i++) {
			uint32_t u = any();

			/* two thirds where the functions bend */
			if (i % 3)
				u = (u & 0x87ffffff) | 0x38000000;
			cycle(true, f, to_bits(flush(from_bits(u))));
		}
	drain();
}

/* The limits of the text: powers of two and what lies beside them. */
TEST_F(RtlFunction, EdgesGiveTheSimulatorsBits)
{
	for (uint8_t f = NPU_FUNC_exp2; f <= NPU_FUNC_erf; f++)
		for (uint32_t e = 1; e < 255; e++)
			for (uint32_t fraction :
			     { 0u, 1u, 0x7fffffu, 0x7ffffeu, 0x400000u,
			       0x3fffffu, 0x7c0000u, 0x7bffffu, 0x20000u,
			       0x1ffffu, 0x3ffffu, 0x600000u })
				for (uint32_t sign : { 0u, 0x80000000u })
					cycle(true, f,
					      sign | e << 23 | fraction);
	for (uint8_t f = NPU_FUNC_exp2; f <= NPU_FUNC_erf; f++)
		for (int i = -130; i <= 130; i++)
			for (uint32_t step : { ~0u, 0u, 1u })
				cycle(true, f,
				      to_bits(flush(from_bits(
					      to_bits((float)i) + step))));
	drain();
}

/* Neighbours in the pipeline do not disturb one another, nor do gaps. */
TEST_F(RtlFunction, AnyFunctionMayFollowAnyOther)
{
	for (int i = 0; i < 300000; i++) {
		const uint8_t f = (uint8_t)(NPU_FUNC_exp2 + any() % 9);
		const uint32_t u = (any() & 0x8fffffff) | 0x38000000;

		cycle(any() % 4 != 0, f, u);
	}
	drain();
}

} // namespace
