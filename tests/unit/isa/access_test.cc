// tests/unit/isa/access_test.cc - npu_insn_accesses against a walk over every
// element, written from the formulas in npu_isa.def.
#include "base/npu_random.h"
#include "isa/npu_isa.h"
#include <cstring>
#include <gtest/gtest.h>
#include <map>
#include <set>

namespace
{
using Place = std::tuple<int, int64_t, int>; // space, byte or row, column
struct Touched {
	std::set<Place> read, write;
	bool operator==(const Touched &o) const
	{
		return read == o.read && write == o.write;
	}
};

constexpr uint32_t T = 4;

struct Walk {
	const npu_insn *insn;
	Touched t;

	void spad(bool w, int64_t at, uint64_t n)
	{
		for (uint64_t i = 0; i < n; i++)
			(w ? t.write : t.read)
				.insert({ NPU_SPACE_spad, at + int64_t(i), 0 });
	}
	void mem(bool w, int64_t at)
	{
		(w ? t.write : t.read).insert({ NPU_SPACE_mem, at, 0 });
	}
	void acc(bool w, int64_t row, uint64_t col)
	{
		(w ? t.write : t.read).insert({ NPU_SPACE_acc, row, int(col) });
	}

	template <class Copy>
	void copy(const Copy &c, bool load, int64_t u_lo, int64_t u_hi,
		  uint64_t y_lo, uint64_t y_hi)
	{
		int64_t U = int64_t(c.n1 - 1) * c.s1 + int64_t(c.n0);
		int64_t offset = int64_t(c.offset << 24) >> 24;
		for (int64_t i3 = 0; i3 < int64_t(c.n3); i3++)
			for (int64_t i2 = 0; i2 < int64_t(c.n2); i2++)
				for (int64_t i1 = 0; i1 < int64_t(c.n1); i1++)
					for (int64_t i0 = 0; i0 < int64_t(c.n0);
					     i0++) {
						int64_t u = i1 * c.s1 + i0;
						bool fill =
							uint64_t(i2) < y_lo ||
							uint64_t(i2) + y_hi >=
								c.n2;
						if (u_lo | u_hi)
							fill = fill ||
							       u < u_lo ||
							       u >= U - u_hi;
						spad(load,
						     int64_t(c.spad) +
							     i3 * int64_t(c.d3) +
							     i2 * int64_t(c.d2) +
							     i1 * int64_t(c.d1) +
							     i0,
						     1);
						if (!fill)
							mem(!load,
							    offset + i3 * c.s3 +
								    i2 * c.s2 +
								    u);
					}
	}
	void gemm(const npu_insn_gemm &g)
	{
		uint64_t ea = npu_dtype_bytes(npu_dtype(g.dt_a));
		uint64_t ew = npu_dtype_bytes(npu_dtype(g.dt_w));
		uint64_t mc = g.ta ? g.nc : 1, kc = g.ta ? 1 : g.nc;
		uint64_t K = g.ky * g.kx * kc;
		uint64_t keep = g.sparse == 0 ? 4 : g.sparse == 1 ? 2 : 1;
		for (uint64_t iy = 0; iy < g.my; iy++)
			for (uint64_t ix = 0; ix < g.mx; ix++)
				for (uint64_t im = 0; im < mc; im++)
					for (uint64_t j = 0; j < g.n; j++) {
						int64_t row = int64_t(
							g.c_row +
							j / T * g.c_n +
							iy * g.c_y +
							ix * g.c_x + im);
						acc(true, row, j % T);
						if (g.init == 1)
							acc(false, row, j % T);
						if (g.init == 2)
							spad(false,
							     int64_t(16 * g.bias +
								     4 * j),
							     4);
					}
		for (uint64_t iy = 0; iy < g.my; iy++)
			for (uint64_t ix = 0; ix < g.mx; ix++)
				for (uint64_t jy = 0; jy < g.ky; jy++)
					for (uint64_t jx = 0; jx < g.kx; jx++)
						spad(false,
						     int64_t(16 *
							     (g.a_addr +
							      iy * g.a_my +
							      ix * g.a_mx +
							      jy * g.a_ky +
							      jx * g.a_kx)),
						     g.nc * ea);
		uint64_t rows = keep == 4 ? K : (K + 3) / 4 * keep;
		for (uint64_t r = 0; r < rows; r++)
			for (uint64_t j = 0; j < g.n; j++) {
				uint64_t line =
					g.w_addr + (g.tb ? j : r) * g.w_pitch;
				spad(false,
				     int64_t(16 * line + (g.tb ? r : j) * ew),
				     ew);
				if (keep != 4)
					spad(false,
					     int64_t(16 * (g.index +
							   r * g.i_pitch) +
						     j / 4),
					     1);
			}
	}
	void operand(bool w, npu_slot slot, uint64_t i2, uint64_t i1,
		     uint64_t i0)
	{
		npu_operand o = npu_insn_operand(insn, slot);
		uint64_t e = npu_dtype_bytes(o.dtype);
		if (o.kind == NPU_KIND_tensor)
			spad(w,
			     int64_t(16 * (o.addr + i1 * o.s1 + i2 * o.s2) +
				     i0 * e),
			     e);
		if (o.kind == NPU_KIND_column)
			spad(w,
			     int64_t(16 * o.addr + e * (i1 * o.s1 + i2 * o.s2)),
			     e);
		if (o.kind == NPU_KIND_acc)
			acc(w,
			    int64_t(o.row + i0 / T * o.s0 + i1 * o.s1 +
				    i2 * o.s2),
			    i0 % T);
	}
	void vector(const npu_insn_ew &v, int axis, bool add)
	{
		for (uint64_t i2 = 0; i2 < v.n2; i2++)
			for (uint64_t i1 = 0; i1 < v.n1; i1++)
				for (uint64_t i0 = 0; i0 < v.n0; i0++) {
					uint64_t o2 = axis == 2 ? 0 : i2;
					uint64_t o1 = axis >= 1 ? 0 : i1;
					uint64_t o0 = axis == 0 ? 0 : i0;
					operand(false, NPU_SLOT_a, i2, i1, i0);
					if (v.f == NPU_FUNC_lut) {
						for (int k = 0; k < 256; k++)
							t.read.insert(
								{ NPU_SPACE_lut,
								  int64_t(v.p0) +
									  k,
								  0 });
					} else {
						if (v.op0 != NPU_ALU_pass)
							operand(false,
								NPU_SLOT_b, i2,
								i1, i0);
						if (v.op1 != NPU_ALU_pass ||
						    v.op0 == NPU_ALU_sel)
							operand(false,
								NPU_SLOT_c, i2,
								i1, i0);
					}
					if (v.scaled == 2)
						spad(false,
						     int64_t(16 * v.scale +
							     4 * o0),
						     4);
					if (v.scaled == 3)
						spad(false,
						     int64_t(16 * v.scale +
							     4 * (o2 * v.n1 +
								  o1)),
						     4);
					operand(true, NPU_SLOT_dst, o2, o1, o0);
					if (add)
						operand(false, NPU_SLOT_dst, o2,
							o1, o0);
				}
	}
};

Touched expand(const npu_insn &insn)
{
	npu_access access[NPU_ACCESS_MAX];
	size_t n = npu_insn_accesses(&insn, T, access);
	Touched t;
	EXPECT_LE(n, size_t(NPU_ACCESS_MAX));
	for (size_t k = 0; k < n; k++) {
		const npu_access &a = access[k];
		std::set<Place> &set = a.is_write ? t.write : t.read;
		for (uint64_t i = 0;
		     i < a.count[0] * a.count[1] * a.count[2] * a.count[3];
		     i++) {
			uint64_t rest = i;
			int64_t at = a.first;
			for (int l = 3; l >= 0; l--) {
				at += int64_t(rest % a.count[l] * a.step[l]);
				rest /= a.count[l];
			}
			for (uint64_t e = 0; e < a.extent; e++) {
				uint32_t cols = a.space == NPU_SPACE_acc
							? a.col_count
							: 1;
				for (uint32_t c = 0; c < cols; c++)
					set.insert({ a.space, at + int64_t(e),
						     int(c) });
			}
		}
	}
	return t;
}

npu_random rnd = { 11 };
uint64_t in(uint64_t lo, uint64_t hi)
{
	return lo + npu_random_below(&rnd, hi - lo + 1);
}

template <class Copy> void random_copy(Copy &c)
{
	c.spad = in(0, 200);
	c.offset = in(0, 3) ? in(0, 1000) : (1ull << 40) - in(1, 50);
	c.region = in(0, 7);
	c.n0 = in(1, 12);
	c.n1 = in(1, 5);
	c.n2 = in(1, 4);
	c.n3 = in(1, 3);
	c.s1 = int64_t(in(0, 16));
	c.s2 = int64_t(in(0, 60)) - 30;
	c.s3 = int64_t(in(0, 90)) - 45;
	c.d1 = in(0, 16);
	c.d2 = in(0, 64);
	c.d3 = in(0, 99);
}

npu_operand random_operand(bool dst)
{
	npu_operand o = {};
	o.kind = npu_kind(in(0, dst ? 2 : 3));
	o.dtype = o.kind == NPU_KIND_acc ? NPU_fp32 : npu_dtype(in(1, 6));
	o.addr = uint32_t(in(0, 40));
	o.row = uint32_t(in(0, 40));
	o.s0 = uint32_t(in(0, 9));
	o.s1 = uint32_t(in(0, 5));
	o.s2 = uint32_t(in(0, 7));
	if (o.kind == NPU_KIND_acc)
		o.addr = 0;
	else
		o.row = o.s0 = 0;
	if (o.kind == NPU_KIND_imm)
		o.addr = o.s1 = o.s2 = 0;
	return o;
}
} // namespace

TEST(IsaAccess, LdCoversExactlyTheBytesOfItsDefinition)
{
	for (int i = 0; i < 3000; i++) {
		npu_insn insn = {};
		insn.op = NPU_OP_ld;
		random_copy(insn.ld);
		if (in(0, 1)) {
			insn.ld.u_lo = in(0, 30);
			insn.ld.u_hi = in(0, 30);
			insn.ld.y_lo = in(0, 3);
			insn.ld.y_hi = in(0, 3);
		} else if (in(0, 1)) {
			insn.ld.s1 = -insn.ld.s1;
		}
		Walk walk = { &insn, {} };
		walk.copy(insn.ld, true, int64_t(insn.ld.u_lo),
			  int64_t(insn.ld.u_hi), insn.ld.y_lo, insn.ld.y_hi);
		ASSERT_TRUE(walk.t == expand(insn)) << "case " << i;
	}
}

TEST(IsaAccess, StCoversExactlyTheBytesOfItsDefinition)
{
	for (int i = 0; i < 1000; i++) {
		npu_insn insn = {};
		insn.op = NPU_OP_st;
		random_copy(insn.st);
		Walk walk = { &insn, {} };
		walk.copy(insn.st, false, 0, 0, 0, 0);
		ASSERT_TRUE(walk.t == expand(insn)) << "case " << i;
	}
}

TEST(IsaAccess, GemmCoversExactlyTheElementsOfItsDefinition)
{
	for (int i = 0; i < 1500; i++) {
		npu_insn insn = {};
		npu_insn_gemm &g = insn.gemm;
		g.op = NPU_OP_gemm;
		g.ta = in(0, 1);
		g.tb = !g.ta && in(0, 1);
		g.sparse = g.tb ? 0 : in(0, 2);
		g.init = in(0, 2);
		g.dt_a = in(1, 6);
		g.dt_w = g.dt_a;
		g.n = in(1, 10);
		g.nc = in(1, 9);
		g.my = in(1, 3);
		g.mx = in(1, 4);
		g.ky = in(1, 3);
		g.kx = in(1, 3);
		g.a_addr = in(0, 50);
		g.a_kx = in(0, 3);
		g.a_mx = in(0, 1) ? g.a_kx * in(1, 3) : in(0, 5);
		g.a_ky = in(0, 12);
		g.a_my = in(0, 1) ? g.a_ky * in(1, 2) : in(0, 20);
		g.c_row = in(0, 20);
		g.c_n = in(0, 20);
		g.c_y = in(0, 9);
		g.c_x = in(0, 4);
		g.w_addr = in(0, 90);
		g.w_pitch = in(1, 4);
		g.bias = in(0, 70);
		g.index = in(0, 70);
		g.i_pitch = in(1, 3);
		Walk walk = { &insn, {} };
		walk.gemm(g);
		ASSERT_TRUE(walk.t == expand(insn)) << "case " << i;
	}
}

TEST(IsaAccess, EwAndRedCoverExactlyTheElementsOfEveryOperandKind)
{
	for (int i = 0; i < 4000; i++) {
		npu_insn insn = {};
		insn.op = i & 1 ? NPU_OP_red : NPU_OP_ew;
		npu_insn_ew &v = insn.ew;
		v.op0 = in(0, 10);
		v.op1 = v.op0 == NPU_ALU_sel ? 0 : in(0, 9);
		v.f = in(0, 13);
		v.p0 = in(0, 99);
		v.n2 = in(1, 3);
		v.n1 = in(1, 4);
		v.n0 = in(1, 11);
		v.scaled = in(0, 3);
		v.scale = v.scaled >= 2 ? in(0, 30) : 0x3f800000;
		for (int s = 0; s < 4; s++) {
			npu_operand o = random_operand(s == NPU_SLOT_dst);
			npu_insn_set_operand(&insn, npu_slot(s), &o);
		}
		int axis = -1;
		if (insn.op == NPU_OP_red) {
			axis = int(insn.red.axis = in(0, 2));
			insn.red.add = in(0, 1);
		}
		Walk walk = { &insn, {} };
		walk.vector(v, axis, insn.op == NPU_OP_red && insn.red.add);
		ASSERT_TRUE(walk.t == expand(insn)) << "case " << i;
	}
}

TEST(IsaAccess, GatherReadsItsListAndTheWholeIndexRange)
{
	npu_insn insn = {};
	insn.op = NPU_OP_ld;
	insn.ld.gather = 1;
	insn.ld.spad = 4096;
	insn.ld.offset = 100;
	insn.ld.region = 3;
	insn.ld.n0 = 8;
	insn.ld.n1 = 5;
	insn.ld.n2 = insn.ld.n3 = 1;
	insn.ld.s1 = 32;
	insn.ld.d1 = 16;
	insn.ld.limit = 10;
	insn.ld.index = 640;
	npu_access a[NPU_ACCESS_MAX];
	ASSERT_EQ(npu_insn_accesses(&insn, T, a), 3u);
	EXPECT_EQ(a[0].space, NPU_SPACE_spad);
	EXPECT_TRUE(a[0].is_write);
	EXPECT_EQ(a[0].first, 4096);
	EXPECT_EQ(a[1].space, NPU_SPACE_mem);
	EXPECT_EQ(a[1].region, 3);
	EXPECT_EQ(a[1].first, 100);
	EXPECT_EQ(a[1].extent, 8u);
	EXPECT_EQ(a[1].count[0], 10u);
	EXPECT_EQ(a[1].step[0], 32u);
	EXPECT_TRUE(a[1].maybe);
	EXPECT_EQ(a[2].first, 640);
	EXPECT_EQ(a[2].extent, 20u);
	EXPECT_FALSE(a[2].is_write);
}

TEST(IsaAccess, MulticastNamesTheOtherCores)
{
	npu_insn insn = {};
	insn.op = NPU_OP_ld;
	insn.ld.n0 = 64;
	insn.ld.n1 = insn.ld.n2 = insn.ld.n3 = 1;
	insn.ld.cast = 1;
	insn.ld.cores = 0x8005;
	npu_access a[NPU_ACCESS_MAX];
	ASSERT_EQ(npu_insn_accesses(&insn, T, a), 2u);
	EXPECT_EQ(a[0].cores, 0x8005);
	EXPECT_EQ(a[1].cores, 0);
}

// A 3x3 window at stride 1 over 8 x 8 pixels of 16 bytes, row pitch 160 bytes:
// ten rows that touch are one run of 1600 bytes.
TEST(IsaAccess, WindowOfAConvolutionIsOneRun)
{
	npu_insn insn = {};
	npu_insn_gemm &g = insn.gemm;
	g.op = NPU_OP_gemm;
	g.dt_a = g.dt_w = NPU_s8;
	g.n = 4;
	g.nc = 16;
	g.my = g.mx = 8;
	g.ky = g.kx = 3;
	g.a_mx = g.a_kx = 1;
	g.a_my = g.a_ky = 10;
	g.w_pitch = 1;
	g.c_x = 1;
	g.c_y = 8;
	npu_access a[NPU_ACCESS_MAX];
	ASSERT_EQ(npu_insn_accesses(&insn, T, a), 3u);
	EXPECT_EQ(a[0].levels, 0u);
	EXPECT_EQ(a[0].extent, 1600u);
	EXPECT_EQ(a[2].levels, 0u); // 64 rows of C
	EXPECT_EQ(a[2].extent, 64u);
	EXPECT_EQ(a[2].col_count, 4u);
}
