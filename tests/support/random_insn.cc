// tests/support/random_insn.cc - one random legal instruction at a time.
#include "random_insn.h"
#include "isa/npu_verify_internal.h"
#include <algorithm>
#include <climits>

namespace random_program
{
namespace
{
struct Draw {
	npu_random *random;
	uint64_t in(uint64_t lo, uint64_t hi)
	{
		return lo + npu_random_below(random, hi - lo + 1);
	}
	bool percent(unsigned p)
	{
		return npu_random_below(random, 100) < p;
	}
};

// Place a set within [0, size): a shift for its first byte, or false.
bool fit(Draw &d, int64_t first, int64_t end, int64_t size, int64_t grain,
	 int64_t *shift)
{
	int64_t low = -first, high = size - end;
	low = (low >= 0 ? low + grain - 1 : low) / grain;
	high = high >= 0 ? high / grain : (high - grain + 1) / grain;
	if (low > high)
		return false;
	*shift = grain * (low + int64_t(d.in(0, uint64_t(high - low))));
	return true;
}

struct Range {
	int64_t first = INT64_MAX, end = INT64_MIN;
	bool none() const
	{
		return first > end;
	}
};
Range range_of(const npu_insn &insn, npu_space space, int what, int is_write)
{
	npu_access a[NPU_ACCESS_MAX];
	size_t n = npu_insn_accesses(&insn, 8, a);
	Range r;
	for (size_t i = 0; i < n; i++)
		if (a[i].space == space && (what < 0 || a[i].what == what) &&
		    a[i].is_write == is_write) {
			r.first = std::min(r.first, npu__access_first(&a[i]));
			r.end = std::max(r.end, npu__access_end(&a[i]));
		}
	return r;
}

const uint64_t region_size[] = { input_bytes, constants_bytes, output_bytes,
				 scratch_bytes };

template <class Copy> void draw_shape(Draw &d, Copy &c)
{
	c.n0 = d.percent(20) ? d.in(1, 700) : d.in(1, 64);
	c.n1 = d.in(1, 6);
	c.n2 = d.in(1, 3);
	c.n3 = d.in(1, 2);
	c.s1 = int64_t(d.in(0, 200)) - 70;
	c.s2 = int64_t(d.in(0, 1000)) - 300;
	c.s3 = int64_t(d.in(0, 2000)) - 600;
	c.d1 = d.in(0, 96);
	c.d2 = d.in(0, 500);
	c.d3 = d.in(0, 1000);
	if (d.percent(10)) {
		c.gather = 1;
		c.n2 = c.n3 = 1;
		uint64_t skip = d.in(0, 10);
		c.n1 = d.in(1, index_bytes / 4 - skip);
		c.limit = index_limit + d.in(0, 4);
		c.index = index_base + 4 * skip;
		c.s2 = int64_t(c.limit);
		c.s3 = int64_t(c.index);
	}
}

// The other memory: a region, or this core's own scratchpad by the window.
template <class Copy>
bool place_copy(Draw &d, npu_insn &insn, Copy &c, bool is_load)
{
	int64_t shift;
	Range spad = range_of(insn, NPU_SPACE_spad, -1, is_load);
	if (!is_load && c.gather) // its index list stays where it is
		spad = { 0, int64_t((c.n1 - 1) * c.d1 + c.n0) };
	if (!fit(d, spad.first, spad.end, int64_t(index_base), 1, &shift))
		return false;
	c.spad = uint64_t(shift);
	Range mem = range_of(insn, NPU_SPACE_mem, -1, !is_load);
	if (mem.none())
		return true; // all is filled
	if (d.percent(15)) {
		c.region = CORES;
		if (!fit(d, mem.first, mem.end, int64_t(index_base), 1, &shift))
			return false;
	} else {
		c.region =
			is_load ? d.in(INPUT, SCRATCH) : d.in(OUTPUT, SCRATCH);
		if (!fit(d, mem.first, mem.end, int64_t(region_size[c.region]),
			 1, &shift))
			return false;
	}
	c.offset = uint64_t(shift) & ((uint64_t(1) << 40) - 1);
	return true;
}

bool draw_ld(Draw &d, npu_insn &insn)
{
	npu_insn_ld &ld = insn.ld;
	ld.op = NPU_OP_ld;
	draw_shape(d, ld);
	if (!ld.gather && d.percent(40)) {
		ld.fill = npu_random_u64(d.random) & 0xffffffff;
		ld.y_lo = d.in(0, 2);
		ld.y_hi = d.in(0, 2);
		if (ld.s1 >= 0) {
			ld.u_lo = d.in(0, 60);
			ld.u_hi = d.in(0, 60);
		}
	}
	if (d.percent(20)) {
		ld.cast = 1;
		ld.cores = 1;
	}
	return place_copy(d, insn, ld, true);
}

bool draw_st(Draw &d, npu_insn &insn)
{
	npu_insn_st &st = insn.st;
	st.op = NPU_OP_st;
	if (d.percent(15)) { // a table for LUT RAM
		st.n0 = 256;
		st.n1 = st.n2 = st.n3 = 1;
		st.region = CORES;
		st.offset = NPU_CORE_LUT + d.in(0, NPU_LUT_BYTES - 256);
		st.spad = d.in(0, index_base - 256);
		return true;
	}
	draw_shape(d, st);
	return place_copy(d, insn, st, false);
}

bool draw_gemm(Draw &d, npu_insn &insn)
{
	const npu_dtype ints[] = { NPU_u8, NPU_s8 };
	const npu_dtype floats[] = { NPU_fp32, NPU_bf16, NPU_fp16 };
	npu_insn_gemm &g = insn.gemm;
	int64_t shift;
	g.op = NPU_OP_gemm;
	g.ta = d.percent(30);
	g.tb = !g.ta && d.percent(40);
	g.sparse = g.tb ? 0 : d.percent(30) ? d.in(1, 2) : 0;
	g.init = d.in(0, 2);
	if (d.percent(50)) {
		g.dt_a = ints[d.in(0, 1)];
		g.dt_w = ints[d.in(0, 1)];
		g.a_zero = d.in(0, 255);
		g.w_zero = d.in(0, 255);
	} else {
		g.dt_a = floats[d.in(0, 2)];
		g.dt_w = floats[d.in(0, 2)];
	}
	g.n = d.in(1, 20);
	g.nc = d.in(1, 12);
	g.my = d.in(1, 3);
	g.mx = d.in(1, 4);
	g.ky = d.in(1, 3);
	g.kx = d.in(1, 3);
	g.a_mx = d.in(0, 3);
	g.a_kx = d.in(0, 3);
	g.a_my = d.in(0, 9);
	g.a_ky = d.in(0, 9);
	g.w_pitch = d.in(0, 4);
	g.i_pitch = d.in(0, 2);
	g.c_x = (g.ta ? g.nc : 1) * d.in(1, 2);
	g.c_y = g.c_x * g.mx;
	g.c_n = g.c_y * g.my;
	if (d.percent(30)) { // blocks of columns innermost
		g.c_n = g.ta ? g.nc : 1;
		g.c_x = g.c_n * ((g.n + 7) / 8);
		g.c_y = g.c_x * g.mx;
	}
	Range c = range_of(insn, NPU_SPACE_acc, -1, 1);
	if (!fit(d, c.first, c.end, 64, 1, &shift))
		return false;
	g.c_row = uint64_t(shift);
	// sources may lie anywhere; each is drawn until it fits
	npu_access a[NPU_ACCESS_MAX];
	uint64_t *const address[] = { &g.a_addr, &g.w_addr,
				      g.sparse ? &g.index : &g.bias, &g.bias };
	size_t n = npu_insn_accesses(&insn, 8, a);
	for (size_t i = 0; i < n && a[i].space == NPU_SPACE_spad; i++) {
		if (!fit(d, npu__access_first(&a[i]), npu__access_end(&a[i]),
			 int64_t(index_base), 16, &shift))
			return false;
		*address[i] = uint64_t(shift / 16);
	}
	return true;
}

// `types`: how many of the element types may be drawn; 2 are the bytes, 3 the
// integers, 6 all.
bool draw_operand(Draw &d, npu_insn &insn, npu_slot slot, unsigned types)
{
	const npu_dtype all[] = { NPU_u8,   NPU_s8,   NPU_s32,
				  NPU_fp32, NPU_bf16, NPU_fp16 };
	bool is_write = slot == NPU_SLOT_dst;
	npu_operand o = {};
	int64_t shift;
	o.kind = npu_kind(d.in(0, types == 2 ? 0 : is_write ? 2 : 3));
	o.dtype = all[d.in(0, types - 1)];
	if (o.kind >= NPU_KIND_acc)
		o.dtype = types < 6 || d.percent(50) ? NPU_s32 : NPU_fp32;
	if (o.kind == NPU_KIND_imm)
		o.imm = d.percent(50)
				? uint32_t(d.in(0, 40))
				: 0x3f000000 + uint32_t(d.in(0, 0xffffff));
	else {
		o.s1 = uint32_t(d.in(0, 4));
		o.s2 = uint32_t(d.in(0, 9));
	}
	if (o.kind == NPU_KIND_acc)
		o.s0 = uint32_t(d.in(0, 6));
	if (npu_dtype_bytes(o.dtype) == 1 && o.kind != NPU_KIND_imm)
		o.zero = uint8_t(d.in(0, 255));
	npu_insn_set_operand(&insn, slot, &o);
	if (o.kind == NPU_KIND_imm)
		return true;
	bool acc = o.kind == NPU_KIND_acc;
	Range r = range_of(insn, acc ? NPU_SPACE_acc : NPU_SPACE_spad, slot,
			   is_write);
	if (r.none())
		return true; // not read
	if (!fit(d, r.first, r.end, acc ? 64 : int64_t(index_base),
		 acc ? 1 : 16, &shift))
		return false;
	if (acc)
		o.row = uint32_t(shift);
	else
		o.addr = uint32_t(shift / 16);
	npu_insn_set_operand(&insn, slot, &o);
	return true;
}

// Often in place: dst where a is.
void draw_in_place(Draw &d, npu_insn &insn)
{
	npu_operand a = npu_insn_operand(&insn, NPU_SLOT_a);
	if (insn.op == NPU_OP_ew && a.kind != NPU_KIND_imm && d.percent(25))
		npu_insn_set_operand(&insn, NPU_SLOT_dst, &a);
}

bool draw_vector(Draw &d, npu_insn &insn, bool is_red)
{
	npu_insn_ew &v = insn.ew;
	v.op = is_red ? NPU_OP_red : NPU_OP_ew;
	v.n0 = d.in(1, 24);
	v.n1 = d.in(1, 5);
	v.n2 = d.in(1, 3);
	v.ints = d.in(0, 2);
	v.op0 = d.in(0, v.ints >= 1 ? 15 : 10);
	v.op1 = v.op0 == NPU_ALU_sel ? 0 : d.in(0, v.ints == 2 ? 15 : 9);
	if (v.op1 == NPU_ALU_sel)
		v.op1 = NPU_ALU_pass;
	v.f = d.percent(40) ? uint64_t(NPU_FUNC_id) : d.in(0, 12);
	v.p0 = 0x3f800000 + d.in(0, 0xffffff);
	v.p1 = 0xbf800000 + d.in(0, 0xffffff);
	v.scaled = d.in(0, 3);
	v.scale = v.scaled == 1 ? 0x3c000000 + d.in(0, 0x3ffffff)
		  : v.scaled    ? d.in(0, 300)
				: 0;
	if (is_red) {
		insn.red.axis = d.in(0, 2);
		insn.red.reduce = d.in(0, 3);
		insn.red.add = d.percent(30);
	} else if (d.percent(10)) {
		v.f = NPU_FUNC_lut;
		v.op0 = v.op1 = v.ints = v.scaled = v.scale = 0;
		v.p0 = d.in(0, NPU_LUT_BYTES - 256);
	}
	bool all_ints = v.ints == 2 || (v.ints && v.op0 == NPU_ALU_sel);
	unsigned lut = v.f == NPU_FUNC_lut, ab = v.ints ? 3 : 6;
	if (!draw_operand(d, insn, NPU_SLOT_a, lut ? 2 : ab) ||
	    !draw_operand(d, insn, NPU_SLOT_b, ab) ||
	    !draw_operand(d, insn, NPU_SLOT_c, all_ints ? 3 : 6) ||
	    !draw_operand(d, insn, NPU_SLOT_dst, lut ? 2 : 6))
		return false;
	draw_in_place(d, insn);
	return true;
}

bool is_legal(const npu_insn &insn, const npu_chip &chip)
{
	npu_word word;
	npu_insn all;
	npu_access a[NPU_ACCESS_MAX];
	if (npu_insn_encode(&insn, &word, nullptr) != NPU_OK ||
	    npu_insn_decode(word, &all, nullptr) != NPU_OK ||
	    npu__insn_fault(&all, &chip))
		return false;
	size_t n = npu_insn_accesses(&all, 8, a);
	if (npu__overlap_fault(&all, 8, a, n))
		return false;
	for (size_t i = 0; i < n; i++) {
		int64_t end = npu__access_end(&a[i]);
		if (a[i].space == NPU_SPACE_spad &&
		    end > int64_t(a[i].is_write ? index_base : 8192))
			return false;
		if (a[i].space == NPU_SPACE_acc && end > 64)
			return false;
		// a copy within the scratchpad must not meet itself
		if (a[i].space != NPU_SPACE_mem || a[i].region != CORES ||
		    a[i].first >= int64_t(NPU_CORE_LUT))
			continue;
		npu_access local = a[i];
		local.space = NPU_SPACE_spad;
		for (size_t k = 0; k < n; k++)
			if (npu__accesses_meet(&a[k], &local))
				return false;
	}
	return true;
}
} // namespace

npu_insn random_insn(npu_random *random)
{
	const npu_chip on = chip();
	Draw d = { random };
	for (;;) {
		npu_insn insn = {};
		bool fits = false;
		switch (d.in(0, 6)) {
		case 0:
			fits = draw_ld(d, insn);
			break;
		case 1:
			fits = draw_st(d, insn);
			break;
		case 2:
		case 3:
			fits = draw_gemm(d, insn);
			break;
		case 4:
		case 5:
			fits = draw_vector(d, insn, false);
			break;
		case 6:
			fits = draw_vector(d, insn, true);
			break;
		}
		if (fits && is_legal(insn, on))
			return insn;
	}
}
} // namespace random_program
