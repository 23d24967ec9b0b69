/* tests/unit/sim/exec_gemm_test.cc - GEMM against plain loops, kernel by
 * kernel. SPDX-License-Identifier: Apache-2.0 */
extern "C" {
#include "sim/exec/npu_gemm.h"
}
#include "tests/unit/sim/exec_pair.h"

namespace
{

npu_insn any_gemm(Pair &p, int type)
{
	npu_insn i = {};
	npu_insn_gemm &g = i.gemm;
	static const npu_dtype floats[] = { NPU_fp32, NPU_bf16, NPU_fp16 };

	g.op = NPU_OP_gemm;
	g.init = p.below(3);
	g.dt_a = type ? (uint64_t)floats[p.below(3)] : NPU_u8 + p.below(2);
	g.dt_w = type ? (uint64_t)floats[p.below(3)] : NPU_u8 + p.below(2);
	if (type == 0) {
		g.a_zero = p.below(2) ? p.below(256) : 0;
		g.w_zero = p.below(2) ? p.below(256) : 0;
	}
	g.ta = p.below(4) == 0;
	g.tb = !g.ta && p.below(4) == 0;
	g.sparse = !g.ta && !g.tb && p.below(4) == 0 ? 1 + p.below(2) : 0;
	g.my = p.one_to(3);
	g.mx = p.one_to(5);
	g.ky = p.one_to(3);
	g.kx = p.one_to(3);
	g.nc = g.ta || p.below(3) ? p.one_to(9) : p.one_to(20);
	if (g.sparse)
		g.nc = (g.nc + 3) / 4 * 4;
	g.n = p.below(2) ? p.one_to(20) : p.one_to(70);
	g.a_addr = p.below(64);
	g.a_my = p.below(30);
	g.a_mx = p.below(20);
	g.a_ky = p.below(30);
	g.a_kx = p.below(20);
	g.w_addr = 1024;
	g.w_pitch = 1 + p.below(8);
	g.bias = 3500;
	g.index = 3000;
	g.i_pitch = 2;
	g.c_x = g.ta ? g.nc : 1;
	g.c_y = g.mx * g.c_x;
	g.c_n = p.below(2) ? g.my * g.c_y : 0;
	g.c_row = p.below(8);
	/* blocks of columns must not fall on one another */
	if (g.n > p.oracle.columns && g.c_n == 0)
		g.c_n = g.my * g.c_y;
	if (g.c_row + (g.n / p.oracle.columns + 1) * g.c_n + g.my * g.c_y >
	    ROWS)
		g.n = p.oracle.columns, g.c_row = 0;
	return i;
}

void expect_gemm(Pair &p, int type, int fill, int count)
{
	for (int i = 0; i < count; i++) {
		const npu_insn insn = any_gemm(p, type);
		npu_error err = {};

		if (i % 20 == 0)
			p.fill(fill);
		ASSERT_EQ(npu_exec_check(p.memory, &insn, &err), NPU_OK)
			<< err.message;
		ASSERT_EQ(npu_exec_insn(p.memory, 0, &insn, &err), NPU_OK);
		p.oracle.gemm(insn);
		p.expect_equal("gemm", i);
		if (::testing::Test::HasFatalFailure())
			return;
	}
}

TEST(ExecGemm, RandomIntegerOnesEqualPlainLoops)
{
	for (uint32_t columns : { 16u, 8u, 64u }) {
		Pair p(5, columns);

		expect_gemm(p, 0, 1, 400);
	}
}

TEST(ExecGemm, RandomFloatOnesEqualTheChain)
{
	Pair p(6);

	expect_gemm(p, 1, 0, 300);
	expect_gemm(p, 1, 2, 300);
}

TEST(ExecGemm, SumsThatUnderflowAreFlushedInTheChain)
{
	Pair p(7);

	expect_gemm(p, 1, 3, 300);
}

/* With x y = 2^s: x(1 + 2^-7) y(1 + 2^-7) - x(1 + 2^-6) y + x y. The first two
 * leave 2^(s - 14), the last bit that bf16 operands can give: it is flushed
 * where it is below 2^-126, and else stays in the sum. */
TEST(ExecGemm, FlushStartsWhereTheSmallestSumIsSubnormal)
{
	for (int s = -125; s <= -90; s++) {
		Pair p(20);
		npu_insn i = {};
		npu_insn_gemm &g = i.gemm;
		const float x = std::ldexp(1.0f, s / 2);
		const float y = std::ldexp(1.0f, s - s / 2);
		const float a[3] = { x * (1 + 0x1p-7f), -x * (1 + 0x1p-6f), x };
		const float w[3] = { y * (1 + 0x1p-7f), y, y };

		g.op = NPU_OP_gemm;
		g.dt_a = g.dt_w = NPU_bf16;
		g.my = g.mx = g.ky = g.kx = g.n = 1;
		g.nc = 3;
		g.w_addr = 16;
		g.w_pitch = 1;
		g.c_x = g.c_y = g.c_n = 1;
		for (size_t k = 0; k < 3; k++) {
			const uint16_t ah = oracle::to_brain(a[k]);
			const uint16_t wh = oracle::to_brain(w[k]);

			std::memcpy(&p.oracle.spad[2 * k], &ah, 2);
			std::memcpy(&p.oracle.spad[256 + 16 * k], &wh, 2);
		}
		p.upload();
		ASSERT_EQ(npu_exec_insn(p.memory, 0, &i, nullptr), NPU_OK);
		p.oracle.gemm(i);
		const double left = s - 14 >= -126 ? 0x1p-14 : 0;

		EXPECT_EQ(oracle::from_bits((uint32_t)p.memory->core[0].acc[0]),
			  (float)std::ldexp(1 + left, s))
			<< s;
		p.expect_equal("edge", s);
	}
}

/* The same from a bias: 2^e(1 + 2^-23) - 2^e + 2^e. */
TEST(ExecGemm, FlushSeesTheLastBitOfTheBias)
{
	for (int e = -110; e <= -95; e++) {
		Pair p(21);
		npu_insn i = {};
		npu_insn_gemm &g = i.gemm;
		const float bias = std::ldexp(1 + 0x1p-23f, e);
		const float x = std::ldexp(1.0f, e / 2);
		const float y = std::ldexp(1.0f, e - e / 2);
		const uint16_t a[2] = { oracle::to_brain(-x),
					oracle::to_brain(x) };
		const uint16_t w = oracle::to_brain(y);

		g.op = NPU_OP_gemm;
		g.init = 2;
		g.dt_a = g.dt_w = NPU_bf16;
		g.my = g.mx = g.ky = g.kx = g.n = 1;
		g.nc = 2;
		g.w_addr = 16;
		g.bias = 64;
		g.c_x = g.c_y = g.c_n = 1;
		std::memcpy(p.oracle.spad.data(), a, sizeof a);
		std::memcpy(&p.oracle.spad[256], &w, sizeof w);
		std::memcpy(&p.oracle.spad[1024], &bias, sizeof bias);
		p.upload();
		ASSERT_EQ(npu_exec_insn(p.memory, 0, &i, nullptr), NPU_OK);
		p.oracle.gemm(i);
		const double left = e - 23 >= -126 ? 0x1p-23 : 0;

		EXPECT_EQ(oracle::from_bits((uint32_t)p.memory->core[0].acc[0]),
			  (float)std::ldexp(1 + left, e))
			<< e;
		p.expect_equal("bias", e);
	}
}

/* K of several panels, rows of several blocks, columns of several panels. */
TEST(ExecGemm, LargeOnesCrossPanels)
{
	for (int type : { 0, 1 }) {
		Pair p(8, 256);
		npu_insn i = {};
		npu_insn_gemm &g = i.gemm;

		g.op = NPU_OP_gemm;
		g.dt_a = type ? NPU_bf16 : NPU_u8;
		g.dt_w = type ? NPU_bf16 : NPU_s8;
		g.a_zero = type ? 0 : 3;
		g.my = 2;
		g.mx = 31;
		g.ky = 3;
		g.kx = 1;
		g.nc = 400;
		g.n = 300;
		g.a_my = 1;
		g.a_mx = 1;
		g.a_ky = 7;
		g.w_addr = 256;
		g.w_pitch = 3;
		g.c_x = 1;
		g.c_y = 31;
		g.c_n = 62;
		p.fill(type ? 2 : 1);
		ASSERT_EQ(npu_exec_check(p.memory, &i, nullptr), NPU_OK);
		ASSERT_EQ(npu_exec_insn(p.memory, 0, &i, nullptr), NPU_OK);
		p.oracle.gemm(i);
		p.expect_equal("large gemm", type);
	}
}

TEST(ExecKernels, EveryHostsGemmHasTheSameBits)
{
	std::vector<const npu_gemm_kernels *> all = { npu_host_gemm() };
	Pair p(9), q(9);
	std::vector<uint8_t> scratch(npu_gemm_scratch_bytes() + 64);
	void *aligned = (void *)(((uintptr_t)scratch.data() + 63) & ~63ull);

#ifdef NPU_HAS_X86_KERNELS
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		all.push_back(&npu_gemm_avx2);
#endif
	for (int i = 0; i < 200; i++) {
		const int type = i % 2;
		npu_insn insn = any_gemm(p, type);

		insn.gemm.sparse = 0;
		p.fill(type ? i % 3 ? 2 : 3 : 1);
		for (const auto *kernels : all) {
			struct npu_gemm g;

			p.upload();
			std::memcpy(q.memory->core[0].spad,
				    p.memory->core[0].spad, SPAD);
			std::memcpy(q.memory->core[0].acc,
				    p.memory->core[0].acc,
				    p.oracle.acc.size() * 4);
			npu_gemm_start(&g, p.memory, 0, &insn.gemm);
			npu_gemm_run(&g, aligned, kernels);
			npu_gemm_start(&g, q.memory, 0, &insn.gemm);
			npu_gemm_run(&g, aligned, &npu_gemm_portable);
			ASSERT_EQ(std::memcmp(p.memory->core[0].acc,
					      q.memory->core[0].acc,
					      p.oracle.acc.size() * 4),
				  0)
				<< i;
		}
	}
}

} // namespace
