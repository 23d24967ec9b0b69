/* tests/unit/sim/oracle.h - the vector engine and the array, element by
 * element. SPDX-License-Identifier: Apache-2.0
 *
 * Written from isa.md 4 and npu_isa.def alone: double-checked loops that share
 * nothing with sim/exec. Arithmetic is the host's fp32; conversions go through
 * double, where they are exact. */
#ifndef NPU_TEST_ORACLE_H
#define NPU_TEST_ORACLE_H
#include "isa/npu_isa.h"
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace oracle
{

inline float from_bits(uint32_t u)
{
	float f;

	std::memcpy(&f, &u, 4);
	return f;
}

inline uint32_t to_bits(float f)
{
	uint32_t u;

	std::memcpy(&u, &f, 4);
	return u;
}

inline float flush(float x)
{
	if (std::isnan(x))
		return from_bits(0x7fc00000);
	if (x != 0 && std::fabs(x) < 0x1p-126f)
		return 0.0f;
	return x;
}

/* To the nearest multiple of 2^e, ties to even; x is finite. */
inline double to_grid(double x, int e)
{
	return std::ldexp(std::nearbyint(std::ldexp(x, -e)), e);
}

inline int64_t to_integer(float x, int64_t lo, int64_t hi, int64_t zero)
{
	if (std::isnan(x))
		return zero;
	if (std::isinf(x))
		return x > 0 ? hi : lo;
	const double y = std::nearbyint((double)x) + (double)zero;
	return y < (double)lo ? lo : y > (double)hi ? hi : (int64_t)y;
}

/* fp32 to a type of `fraction` bits and least exponent `least` by rounding in
 * double, then the bits of it. */
inline uint16_t to_half(float x)
{
	const uint16_t sign = std::signbit(x) ? 0x8000 : 0;
	int e;
	double a, r;

	x = flush(x);
	if (std::isnan(x))
		return 0x7e00;
	a = std::fabs((double)x);
	if (std::isinf(x))
		return (uint16_t)((x < 0 ? 0x8000 : 0) | 0x7c00);
	if (x == 0)
		return std::signbit(x) ? 0x8000 : 0;
	std::frexp(a, &e); /* a in [2^(e-1), 2^e) */
	r = to_grid(a, e - 1 < -14 ? -24 : e - 11);
	if (r >= 65536.0)
		return (uint16_t)(sign | 0x7c00);
	if (r < 0x1p-14)
		return (uint16_t)(sign | (uint16_t)(r * 0x1p24));
	std::frexp(r, &e);
	return (uint16_t)(sign | (uint16_t)((e + 14) * 1024) |
			  (uint16_t)(std::ldexp(r, 11 - e) - 1024));
}

inline float from_half(uint16_t h)
{
	const int e = h >> 10 & 31, f = h & 1023;
	const double s = h & 0x8000 ? -1 : 1;

	if (e == 31)
		return f ? from_bits(0x7fc00000) : (float)(s * INFINITY);
	return (float)(s *
		       (e ? std::ldexp(1024 + f, e - 25) : std::ldexp(f, -24)));
}

inline uint16_t to_brain(float x)
{
	int e;

	x = flush(x);
	if (std::isnan(x))
		return 0x7fc0;
	if (x == 0 || std::isinf(x))
		return (uint16_t)(to_bits(x) >> 16);
	std::frexp((double)x, &e);
	/* overflow of the rounding gives infinity, in double then float */
	return (uint16_t)(to_bits((float)to_grid(x, e - 8)) >> 16);
}

struct value {
	int32_t i;
	float f;
};

struct machine {
	std::vector<uint8_t> spad;
	std::vector<uint32_t> acc;
	uint32_t columns;

	value get(const uint8_t *p, npu_dtype type, uint8_t zero) const
	{
		value v = { 0, 0 };
		uint16_t h;
		uint32_t w;

		switch (type) {
		case NPU_u8:
			v.i = *p - zero;
			v.f = (float)v.i;
			break;
		case NPU_s8:
			v.i = (int8_t)*p - (int8_t)zero;
			v.f = (float)v.i;
			break;
		case NPU_s32:
			std::memcpy(&v.i, p, 4);
			v.f = (float)v.i;
			break;
		case NPU_fp32:
			std::memcpy(&w, p, 4);
			v.f = flush(from_bits(w));
			break;
		case NPU_bf16:
			std::memcpy(&h, p, 2);
			v.f = flush(from_bits((uint32_t)h << 16));
			break;
		default:
			std::memcpy(&h, p, 2);
			v.f = from_half(h);
			break;
		}
		return v;
	}
	static void put(uint8_t *p, npu_dtype type, uint8_t zero, float v)
	{
		uint16_t h;
		int32_t i;

		switch (type) {
		case NPU_u8:
			*p = (uint8_t)to_integer(v, 0, 255, zero);
			break;
		case NPU_s8:
			*p = (uint8_t)to_integer(v, -128, 127, (int8_t)zero);
			break;
		case NPU_s32:
			i = (int32_t)to_integer(v, INT32_MIN, INT32_MAX, 0);
			std::memcpy(p, &i, 4);
			break;
		case NPU_fp32:
			v = flush(v);
			std::memcpy(p, &v, 4);
			break;
		default:
			h = type == NPU_bf16 ? to_brain(v) : to_half(v);
			std::memcpy(p, &h, 2);
			break;
		}
	}
	uint8_t *place(const npu_operand &o, uint32_t i2, uint32_t i1,
		       uint32_t i0)
	{
		const size_t e = npu_dtype_bytes(o.dtype);

		if (o.kind == NPU_KIND_acc)
			return (uint8_t *)&acc[(size_t)(o.row +
							i0 / columns * o.s0 +
							i1 * o.s1 + i2 * o.s2) *
						       columns +
					       i0 % columns];
		if (o.kind == NPU_KIND_column)
			return &spad[16ull * o.addr + e * ((size_t)i1 * o.s1 +
							   (size_t)i2 * o.s2)];
		return &spad[16 * ((size_t)o.addr + (size_t)i1 * o.s1 +
				   (size_t)i2 * o.s2) +
			     e * i0];
	}
	value fetch(const npu_operand &o, uint32_t i2, uint32_t i1, uint32_t i0)
	{
		if (o.kind == NPU_KIND_imm)
			return get((const uint8_t *)&o.imm, o.dtype, 0);
		return get(place(o, i2, i1, i0), o.dtype, o.zero);
	}
	static int32_t alu_int(uint64_t op, int32_t x, int32_t y)
	{
		const uint32_t u = (uint32_t)x, v = (uint32_t)y;

		switch (op) {
		case NPU_ALU_pass:
			return x;
		case NPU_ALU_add:
			return (int32_t)(u + v);
		case NPU_ALU_sub:
			return (int32_t)(u - v);
		case NPU_ALU_rsub:
			return (int32_t)(v - u);
		case NPU_ALU_mul:
			return (int32_t)(u * v);
		case NPU_ALU_max:
			return x > y ? x : y;
		case NPU_ALU_min:
			return x < y ? x : y;
		case NPU_ALU_gt:
			return x > y;
		case NPU_ALU_ge:
			return x >= y;
		case NPU_ALU_eq:
			return x == y;
		case NPU_ALU_band:
			return x & y;
		case NPU_ALU_bor:
			return x | y;
		case NPU_ALU_bxor:
			return x ^ y;
		case NPU_ALU_shl:
			return (int32_t)(u << (v & 31));
		default:
			return (int32_t)(u >> (v & 31));
		}
	}
	static float alu_float(uint64_t op, float x, float y)
	{
		if (op >= NPU_ALU_add && op <= NPU_ALU_min &&
		    (std::isnan(x) || std::isnan(y)))
			return from_bits(0x7fc00000);
		switch (op) {
		case NPU_ALU_pass:
			return x;
		case NPU_ALU_add:
			return flush(x + y);
		case NPU_ALU_sub:
			return flush(x - y);
		case NPU_ALU_rsub:
			return flush(y - x);
		case NPU_ALU_mul:
			return flush(x * y);
		case NPU_ALU_max:
			return x > y ? x : y;
		case NPU_ALU_min:
			return x < y ? x : y;
		case NPU_ALU_gt:
			return x > y;
		case NPU_ALU_ge:
			return x >= y;
		default:
			return x == y;
		}
	}
	static float function(const npu_insn_ew &v, float x)
	{
		const float lo = flush(from_bits((uint32_t)v.p0));
		const float hi = flush(from_bits((uint32_t)v.p1));
		float low;

		switch (v.f) {
		case NPU_FUNC_clamp:
			if (std::isnan(x))
				return x;
			low = x > lo ? x : lo;
			return low < hi ? low : hi;
		case NPU_FUNC_square:
			return flush(x * x);
		case NPU_FUNC_abs:
			return std::fabs(x);
		default:
			return x;
		}
	}
	value term(const npu_insn &insn, uint32_t i2, uint32_t i1, uint32_t i0)
	{
		const npu_insn_ew &v = insn.ew;
		npu_operand o[4];
		value a, b = { 0, 0 }, c = { 0, 0 }, t = { 0, 0 };

		for (int s = 0; s < 4; s++)
			o[s] = npu_insn_operand(&insn, (npu_slot)s);
		a = fetch(o[NPU_SLOT_a], i2, i1, i0);
		if (v.op0 != NPU_ALU_pass)
			b = fetch(o[NPU_SLOT_b], i2, i1, i0);
		if (v.op1 != NPU_ALU_pass || v.op0 == NPU_ALU_sel)
			c = fetch(o[NPU_SLOT_c], i2, i1, i0);
		if (v.op0 == NPU_ALU_sel) {
			if (v.ints) {
				t.i = a.i ? b.i : c.i;
				t.f = (float)t.i;
			} else {
				t.f = a.f != 0 ? b.f : c.f;
			}
		} else if (v.ints) {
			t.i = alu_int(v.op0, a.i, b.i);
			if (v.ints == 2)
				t.i = alu_int(v.op1, t.i, c.i);
			t.f = (float)t.i;
			if (v.ints == 1)
				t.f = alu_float(v.op1, t.f, c.f);
		} else if (v.op0 == NPU_ALU_mul && v.op1 == NPU_ALU_add) {
			t.f = flush(std::fma(a.f, b.f, c.f));
		} else {
			t.f = alu_float(v.op1, alu_float(v.op0, a.f, b.f), c.f);
		}
		t.f = function(v, t.f);
		return t;
	}
	void finish(const npu_insn &insn, value t, bool integer, uint32_t i2,
		    uint32_t i1, uint32_t i0)
	{
		const npu_insn_ew &v = insn.ew;
		const npu_operand d = npu_insn_operand(&insn, NPU_SLOT_dst);
		uint8_t *to = place(d, i2, i1, i0);
		float s = 1, x = integer ? (float)t.i : t.f;

		if (integer && d.dtype == NPU_s32 && !v.scaled) {
			std::memcpy(to, &t.i, 4);
			return;
		}
		if (v.scaled == 1)
			s = flush(from_bits((uint32_t)v.scale));
		if (v.scaled == 2)
			s = get(&spad[16 * v.scale + 4 * i0], NPU_fp32, 0).f;
		if (v.scaled == 3)
			s = get(&spad[16 * v.scale + 4 * (i2 * v.n1 + i1)],
				NPU_fp32, 0)
				    .f;
		put(to, d.dtype, d.zero, v.scaled ? flush(x * s) : x);
	}
	void ew(const npu_insn &insn)
	{
		const npu_insn_ew &v = insn.ew;
		const bool integer = v.ints == 2 && v.f == NPU_FUNC_id;

		for (uint32_t i2 = 0; i2 < v.n2; i2++)
			for (uint32_t i1 = 0; i1 < v.n1; i1++)
				for (uint32_t i0 = 0; i0 < v.n0; i0++)
					finish(insn, term(insn, i2, i1, i0),
					       integer, i2, i1, i0);
	}
	/* One result: all elements in ascending (i2, i1, i0). */
	void reduce_one(const npu_insn &insn, uint32_t o2, uint32_t o1,
			uint32_t o0)
	{
		const npu_insn_red &v = insn.red;
		const bool integer = v.ints == 2 && v.f == NPU_FUNC_id;
		const bool sum = v.reduce == NPU_REDUCE_sum;
		const npu_operand d = npu_insn_operand(&insn, NPU_SLOT_dst);
		uint32_t from[3] = { o0, o1, o2 }, to[3] = { o0, o1, o2 };
		value r = { 0, 0 };
		bool empty = !v.add && !sum;
		int32_t index = 0, best = 0;

		if (v.add)
			r = get(place(d, o2, o1, o0), d.dtype, 0);
		if (v.axis == 0)
			to[0] = (uint32_t)v.n0 - 1, from[0] = 0;
		else
			to[1] = (uint32_t)v.n1 - 1, from[1] = 0;
		if (v.axis == 2)
			to[2] = (uint32_t)v.n2 - 1, from[2] = 0;
		for (uint32_t a = from[2]; a <= to[2]; a++)
			for (uint32_t b = from[1]; b <= to[1]; b++)
				for (uint32_t c = from[0]; c <= to[0]; c++) {
					const value t = term(insn, a, b, c);

					combine(v.reduce, integer, empty, t, r,
						best, index++);
					empty = false;
				}
		if (v.reduce == NPU_REDUCE_argmax)
			r = { best, (float)best };
		finish(insn, r, integer || v.reduce == NPU_REDUCE_argmax, o2,
		       o1, o0);
	}
	static void combine(uint64_t kind, bool integer, bool empty, value t,
			    value &r, int32_t &best, int32_t index)
	{
		const bool nan = !integer && kind != NPU_REDUCE_argmax &&
				 (std::isnan(t.f) || std::isnan(r.f));
		bool wins;

		if (kind == NPU_REDUCE_sum) {
			r.i = (int32_t)((uint32_t)r.i + (uint32_t)t.i);
			r.f = flush(r.f + t.f);
			return;
		}
		if (kind == NPU_REDUCE_min)
			wins = integer ? t.i < r.i : t.f < r.f;
		else
			wins = integer ? t.i > r.i : t.f > r.f;
		if (empty || wins) {
			r = t;
			best = index;
		} else if (nan) {
			r.f = from_bits(0x7fc00000);
		}
	}
	void red(const npu_insn &insn)
	{
		const npu_insn_red &v = insn.red;
		const uint64_t n2 = v.axis == 2 ? 1 : v.n2;
		const uint64_t n1 = v.axis == 0 ? v.n1 : 1;
		const uint64_t n0 = v.axis == 0 ? 1 : v.n0;

		for (uint32_t o2 = 0; o2 < n2; o2++)
			for (uint32_t o1 = 0; o1 < n1; o1++)
				for (uint32_t o0 = 0; o0 < n0; o0++)
					reduce_one(insn, o2, o1, o0);
	}
	void gemm(const npu_insn &insn)
	{
		const npu_insn_gemm &g = insn.gemm;
		const uint32_t mc = g.ta ? (uint32_t)g.nc : 1;

		for (uint32_t iy = 0; iy < g.my; iy++)
			for (uint32_t ix = 0; ix < g.mx; ix++)
				for (uint32_t im = 0; im < mc; im++)
					for (uint32_t j = 0; j < g.n; j++)
						dot(g, iy, ix, im, j);
	}
	void dot(const npu_insn_gemm &g, uint32_t iy, uint32_t ix, uint32_t im,
		 uint32_t j)
	{
		const uint32_t kc = g.ta ? 1 : (uint32_t)g.nc;
		const uint32_t K = (uint32_t)(g.ky * g.kx) * kc;
		const uint32_t keep = g.sparse == 0 ? 4 : g.sparse == 1 ? 2 : 1;
		const uint32_t R = keep == 4 ? K : (K + 3) / 4 * keep;
		const auto da = (npu_dtype)g.dt_a, dw = (npu_dtype)g.dt_w;
		const size_t ea = npu_dtype_bytes(da), ew = npu_dtype_bytes(dw);
		uint32_t &out = acc[(g.c_row + j / columns * g.c_n +
				     iy * g.c_y + ix * g.c_x + im) *
					    columns +
				    j % columns];
		uint32_t p = 0;

		if (g.init == 1)
			p = out;
		if (g.init == 2)
			std::memcpy(&p, &spad[16 * g.bias + 4 * j], 4);
		if (ea > 1)
			p = to_bits(flush(from_bits(p)));
		for (uint32_t r = 0; r < R; r++) {
			uint32_t k = r;

			if (keep != 4)
				k = r / keep * 4 +
				    (spad[16 * (g.index + r * g.i_pitch) +
					  j / 4] >>
					     (j % 4 * 2) &
				     3);
			if (k >= K)
				continue;
			const uint64_t ic = k % kc, jx = k / kc % g.kx,
				       jy = k / kc / g.kx;
			const uint64_t la = g.a_addr + iy * g.a_my +
					    ix * g.a_mx + jy * g.a_ky +
					    jx * g.a_kx;
			const uint64_t lw =
				g.w_addr + (g.tb ? j : r) * g.w_pitch;
			const value a =
				get(&spad[16 * la + (g.ta ? im : ic) * ea], da,
				    (uint8_t)g.a_zero);
			const value w =
				get(&spad[16 * lw + (g.tb ? k : j) * ew], dw,
				    (uint8_t)g.w_zero);

			if (ea == 1)
				p += (uint32_t)(a.i * w.i);
			else
				p = to_bits(flush(
					std::fma(a.f, w.f, from_bits(p))));
		}
		out = p;
	}
};

} // namespace oracle
#endif
