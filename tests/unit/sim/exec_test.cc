/* tests/unit/sim/exec_test.cc - what instructions do, against plain loops.
 * SPDX-License-Identifier: Apache-2.0 */
extern "C" {
#include "sim/exec/npu_vector.h"
}
#include "tests/unit/sim/exec_pair.h"

namespace
{

npu_dtype any_type(Pair &p)
{
	return (npu_dtype)(NPU_u8 + p.below(6));
}

npu_operand any_operand(Pair &p, uint64_t slot, bool integer)
{
	npu_operand o = {};

	o.dtype = integer ? (npu_dtype)(NPU_u8 + p.below(3)) : any_type(p);
	o.kind = (npu_kind)p.below(slot ? 4 : 2);
	if (o.kind == NPU_KIND_acc || o.kind == NPU_KIND_imm)
		o.dtype = integer || p.below(2) ? NPU_s32 : NPU_fp32;
	if (npu_dtype_bytes(o.dtype) == 1)
		o.zero = (uint8_t)p.below(256);
	/* sources in the upper parts of the scratchpad, the result below */
	o.addr = (uint32_t)(slot * 1024 + p.below(8));
	if (o.kind == NPU_KIND_imm)
		o.imm = o.dtype == NPU_s32 ? (uint32_t)npu_random_u64(&p.random)
					   : p.float_bits();
	if (o.kind == NPU_KIND_acc) {
		o.row = (uint32_t)p.below(4);
		o.s0 = 20;
		o.s1 = (uint32_t)p.below(4);
		o.s2 = (uint32_t)p.below(4);
	} else if (o.kind == NPU_KIND_column) {
		o.s1 = (uint32_t)p.below(3);
		o.s2 = (uint32_t)p.below(3);
	} else if (o.kind == NPU_KIND_tensor && p.below(4)) {
		o.s1 = (uint32_t)p.below(10);
		o.s2 = (uint32_t)p.below(40);
	}
	if (o.kind == NPU_KIND_acc || o.kind == NPU_KIND_imm)
		o.addr = 0;
	return o;
}

npu_insn any_vector(Pair &p, bool red)
{
	npu_insn i = {};
	npu_operand dst;

	i.op = red ? NPU_OP_red : NPU_OP_ew;
	i.ew.ints = p.below(3);
	i.ew.op0 = p.below(NPU_ALU_shr + 1);
	i.ew.op1 = p.below(NPU_ALU_shr + 1);
	if (i.ew.op0 == NPU_ALU_sel)
		i.ew.op1 = NPU_ALU_pass;
	if (i.ew.op1 == NPU_ALU_sel)
		i.ew.op1 = NPU_ALU_add;
	if (i.ew.op0 >= NPU_ALU_band && i.ew.ints < 1)
		i.ew.op0 = NPU_ALU_mul;
	if (i.ew.op1 >= NPU_ALU_band && i.ew.ints < 2)
		i.ew.op1 = NPU_ALU_add;
	i.ew.f = p.below(2) ? 0 : p.below(4);
	i.ew.n0 = p.below(3) ? p.one_to(40) : p.one_to(70);
	i.ew.n1 = p.one_to(7);
	i.ew.n2 = p.one_to(4);
	i.ew.p0 = p.float_bits();
	i.ew.p1 = p.float_bits();
	i.ew.scaled = p.below(4);
	i.ew.scale = i.ew.scaled == 1 ? p.float_bits() : i.ew.scaled ? 3900 : 0;
	dst = any_operand(p, 0, false);
	if (red) {
		i.red.axis = p.below(3);
		i.red.reduce = p.below(4);
		i.red.add = p.below(2);
		/* a column takes one value of a row, not all of n0 */
		if (i.red.axis != 0 && dst.kind == NPU_KIND_column)
			dst.kind = NPU_KIND_tensor;
		if (i.red.add) {
			dst.dtype = i.ew.ints == 2 && i.ew.f == 0 ? NPU_s32
								  : NPU_fp32;
			dst.zero = 0;
		}
	}
	/* results do not fall on one another */
	if (dst.kind == NPU_KIND_column) {
		dst.s1 = 1;
		dst.s2 = 8;
	} else {
		dst.s1 = 20;
		dst.s2 = 140;
	}
	npu_insn_set_operand(&i, NPU_SLOT_dst, &dst);
	for (int s = NPU_SLOT_a; s <= NPU_SLOT_c; s++) {
		const bool integer = i.ew.ints == 2 ||
				     (i.ew.ints == 1 && s != NPU_SLOT_c) ||
				     (i.ew.ints && i.ew.op0 == NPU_ALU_sel);
		const npu_operand o = any_operand(p, (uint64_t)s, integer);

		npu_insn_set_operand(&i, (npu_slot)s, &o);
	}
	return i;
}

void expect_vector(uint64_t seed, bool red, int count)
{
	Pair p(seed);

	for (int i = 0; i < count; i++) {
		const npu_insn insn = any_vector(p, red);
		npu_error err = {};

		if (i % 50 == 0)
			p.fill(i / 50 % 3);
		ASSERT_EQ(npu_exec_check(p.memory, &insn, &err), NPU_OK)
			<< err.message;
		ASSERT_EQ(npu_exec_insn(p.memory, 0, &insn, &err), NPU_OK);
		if (red)
			p.oracle.red(insn);
		else
			p.oracle.ew(insn);
		p.expect_equal(red ? "red" : "ew", i);
		if (::testing::Test::HasFatalFailure()) {
			npu_text text = {};

			npu_insn_print(&insn, &text);
			ADD_FAILURE() << text.data;
			npu_text_clear(&text);
			return;
		}
	}
}

TEST(ExecEw, RandomInstructionsEqualPlainLoops)
{
	expect_vector(1, false, 3000);
}

TEST(ExecRed, RandomInstructionsEqualPlainLoops)
{
	expect_vector(2, true, 3000);
}

TEST(ExecEw, LongRowsAreCutIntoBlocks)
{
	Pair p(3);
	npu_insn i = move(5000, 16384, 0);

	p.fill(1);
	i.ew.op0 = NPU_ALU_add;
	i.ew.dt_b = NPU_s8;
	i.ew.b_addr = 2048;
	ASSERT_EQ(npu_exec_insn(p.memory, 0, &i, nullptr), NPU_OK);
	p.oracle.ew(i);
	p.expect_equal("ew", 0);
}

/* The requantisation that ends a convolution, with its residual. */
TEST(ExecEw, ResidualFormRoundsOnce)
{
	Pair p(4);
	npu_insn i = {};
	npu_operand a = {}, b = {}, c = {}, dst = {};

	i.op = NPU_OP_ew;
	i.ew.n0 = 48;
	i.ew.n1 = 20;
	i.ew.n2 = 1;
	i.ew.op0 = NPU_ALU_mul;
	i.ew.op1 = NPU_ALU_add;
	i.ew.f = NPU_FUNC_clamp;
	i.ew.p1 = 0x7f800000;
	i.ew.scaled = 1;
	i.ew.scale = oracle::to_bits(0.37f);
	a.kind = NPU_KIND_acc;
	a.dtype = NPU_s32;
	a.s0 = 20;
	a.s1 = 1;
	b.dtype = NPU_fp32;
	b.addr = 2048;
	c.dtype = NPU_u8;
	c.zero = 77;
	c.addr = 1024;
	c.s1 = 3;
	dst.dtype = NPU_u8;
	dst.zero = 5;
	dst.s1 = 3;
	npu_insn_set_operand(&i, NPU_SLOT_a, &a);
	npu_insn_set_operand(&i, NPU_SLOT_b, &b);
	npu_insn_set_operand(&i, NPU_SLOT_c, &c);
	npu_insn_set_operand(&i, NPU_SLOT_dst, &dst);
	p.fill(1);
	for (size_t k = 0; k < 48; k++) {
		const float m = 1e-3f * (float)(k + 1);

		std::memcpy(&p.oracle.spad[2048 * 16 + 4 * k], &m, 4);
	}
	for (auto &word : p.oracle.acc)
		word = (uint32_t)(int32_t)(word % 200000) - 100000;
	p.upload();
	ASSERT_EQ(npu_exec_insn(p.memory, 0, &i, nullptr), NPU_OK);
	p.oracle.ew(i);
	p.expect_equal("residual", 0);
}

TEST(ExecKernels, EveryHostsStagesHaveTheSameBits)
{
	std::vector<const npu_stages *> all = { npu_host_stages() };
	Pair p(10), q(10);

#ifdef NPU_HAS_X86_KERNELS
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		all.push_back(&npu_stages_avx2);
#endif
	for (int i = 0; i < 600; i++) {
		const npu_insn insn = any_vector(p, false);
		static npu_vector v;
		const npu_block k = { 0, 0, 0, insn.ew.n1, insn.ew.n0 };

		p.fill(i % 3);
		std::memcpy(q.memory->core[0].acc, p.memory->core[0].acc,
			    p.oracle.acc.size() * 4);
		for (const auto *stages : all) {
			std::memcpy(q.memory->core[0].spad,
				    p.oracle.spad.data(), SPAD);
			p.upload();
			npu_vector_start(&v, p.memory, 0, &insn, stages);
			npu_vector_term(&v, &k);
			npu_vector_finish(&v, &k, v.is_integer);
			npu_vector_start(&v, q.memory, 0, &insn,
					 &npu_stages_portable);
			npu_vector_term(&v, &k);
			npu_vector_finish(&v, &k, v.is_integer);
			ASSERT_EQ(std::memcmp(p.memory->core[0].spad,
					      q.memory->core[0].spad, SPAD),
				  0)
				<< i;
		}
	}
}

TEST(ExecLd, RowsAreFilledWhereTheyLeaveTheImage)
{
	Pair p(11);
	npu_insn i = ld(0, 0, 9);
	uint8_t *region = p.memory->region[INPUT];

	for (int k = 0; k < 65536; k++)
		region[k] = (uint8_t)(k % 251);
	/* an image of 5 bytes a line, windows of 3 pixels of 3 bytes, 3 apart:
	 * one pixel of padding on either side, one line above and below */
	i.ld.n1 = 4;
	i.ld.n2 = 3;
	i.ld.s1 = 3;
	i.ld.s2 = 100;
	i.ld.d1 = 16;
	i.ld.d2 = 64;
	i.ld.u_lo = i.ld.u_hi = 3;
	i.ld.y_lo = i.ld.y_hi = 1;
	i.ld.fill = 0x04030201;
	i.ld.offset = ((1ull << 40) - 3) & ((1ull << 40) - 1);
	ASSERT_EQ(npu_exec_check(p.memory, &i, nullptr), NPU_OK);
	ASSERT_EQ(npu_exec_insn(p.memory, 0, &i, nullptr), NPU_OK);
	for (int i2 = 0; i2 < 3; i2++)
		for (int i1 = 0; i1 < 4; i1++)
			for (int i0 = 0; i0 < 9; i0++) {
				const int u = i1 * 3 + i0;
				const bool out =
					u < 3 || u >= 18 - 3 || i2 != 1;
				const int want = out ? i0 % 4 + 1
						     : (i2 * 100 + u - 3) % 251;

				ASSERT_EQ(p.memory->core[0]
						  .spad[i2 * 64 + i1 * 16 + i0],
					  want)
					<< i2 << i1 << i0;
			}
}

TEST(ExecLd, GatherAndScatterFollowTheirLists)
{
	Pair p(12);
	const int32_t index[4] = { 5, 0, 5, 2 };
	npu_insn g = ld(256, 0, 16), s = st(256, 0, 16);

	for (int k = 0; k < 4096; k++)
		p.memory->region[INPUT][k] = (uint8_t)(k / 16);
	std::memcpy(p.memory->core[0].spad, index, sizeof index);
	g.ld.gather = s.st.gather = 1;
	g.ld.n1 = s.st.n1 = 4;
	g.ld.d1 = s.st.d1 = 16;
	g.ld.s1 = s.st.s1 = 16;
	g.ld.limit = s.st.limit = 6;
	ASSERT_EQ(npu_exec_insn(p.memory, 0, &g, nullptr), NPU_OK);
	for (int k = 0; k < 4; k++)
		EXPECT_EQ(p.memory->core[0].spad[256 + 16 * k], index[k]);
	/* a later duplicate wins */
	p.memory->core[0].spad[256 + 32] = 99;
	ASSERT_EQ(npu_exec_insn(p.memory, 0, &s, nullptr), NPU_OK);
	EXPECT_EQ(p.memory->region[OUTPUT][16 * 5], 99);
	EXPECT_EQ(p.memory->region[OUTPUT][16 * 2], 2);
}

} // namespace
