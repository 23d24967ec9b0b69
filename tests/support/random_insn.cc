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
	const npu_chip &chip;
	unsigned part; // of PARTS, where operands lie; PARTS: anywhere
	const Sizes sizes{ chip };
	// what may be written in the scratchpad lies below: indices follow
	const uint64_t index_base = sizes.spad - index_bytes;
	const uint32_t columns = uint32_t(chip.array.cols);
	enum { PARTS = 4 };

	// Operands of a memory of `size` lie in [low(size), high(size)).
	uint64_t low(uint64_t size) const
	{
		return part == PARTS ? 0 : (part * size / PARTS + 15) / 16 * 16;
	}
	uint64_t high(uint64_t size) const
	{
		return part == PARTS ? size : (part + 1) * size / PARTS;
	}
	uint64_t in(uint64_t lo, uint64_t hi)
	{
		return lo + npu_random_below(random, hi - lo + 1);
	}
	bool percent(unsigned p)
	{
		return npu_random_below(random, 100) < p;
	}
};

// Place a set within [low, high): a shift for its first byte, or false.
bool fit_in(Draw &d, int64_t first, int64_t end, int64_t low, int64_t high,
	    int64_t grain, int64_t *shift)
{
	low -= first, high -= end;
	low = (low >= 0 ? low + grain - 1 : low) / grain;
	high = (high >= 0 ? high : high - grain + 1) / grain;
	if (low > high)
		return false;
	*shift = grain * (low + int64_t(d.in(0, uint64_t(high - low))));
	return true;
}

bool fit(Draw &d, int64_t first, int64_t end, uint64_t size, int64_t grain,
	 int64_t *shift)
{
	return fit_in(d, first, end, int64_t(d.low(size)),
		      int64_t(d.high(size)), grain, shift);
}

struct Range {
	int64_t first = INT64_MAX, end = INT64_MIN;
	bool none() const
	{
		return first > end;
	}
};
Range range_of(const Draw &d, const npu_insn &insn, npu_space space, int what,
	       int is_write)
{
	npu_access a[NPU_ACCESS_MAX];
	size_t n = npu_insn_accesses(&insn, d.columns, a);
	Range r;
	for (size_t i = 0; i < n; i++)
		if (a[i].space == space && (what < 0 || a[i].what == what) &&
		    a[i].is_write == is_write) {
			r.first = std::min(r.first, npu__access_first(&a[i]));
			r.end = std::max(r.end, npu__access_end(&a[i]));
		}
	return r;
}

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
	if (d.percent(20)) // rows end to end in memory
		c.s1 = int64_t(c.n0);
	if (d.percent(20)) // and in the scratchpad
		c.d1 = c.n0;
	if (d.percent(10)) {
		c.gather = 1;
		c.n2 = c.n3 = 1;
		uint64_t skip = d.in(0, 10);
		c.n1 = d.in(1, index_bytes / 4 - skip);
		c.limit = index_limit + d.in(0, 4);
		c.index = d.index_base + 4 * skip;
		c.s2 = int64_t(c.limit);
		c.s3 = int64_t(c.index);
	}
}

// The other memory: a region, or by the window this core's own scratchpad or
// LUT RAM.
template <class Copy>
bool place_copy(Draw &d, npu_insn &insn, Copy &c, bool is_load)
{
	int64_t shift;
	uint64_t base = 0;
	Range spad = range_of(d, insn, NPU_SPACE_spad, -1, is_load);
	if (!is_load && c.gather) // its index list stays where it is
		spad = { 0, int64_t((c.n1 - 1) * c.d1 + c.n0) };
	if (!fit(d, spad.first, spad.end, d.index_base, 1, &shift))
		return false;
	c.spad = uint64_t(shift);
	Range mem = range_of(d, insn, NPU_SPACE_mem, -1, !is_load);
	if (mem.none())
		return true; // all is filled
	uint64_t size = d.index_base;
	if (d.percent(10)) {
		c.region = CORES;
	} else if (d.percent(10)) {
		c.region = CORES;
		base = NPU_CORE_LUT;
		size = NPU_LUT_BYTES;
	} else {
		c.region =
			is_load ? d.in(INPUT, SCRATCH) : d.in(OUTPUT, SCRATCH);
		size = d.sizes.of(c.region);
	}
	if (!fit(d, mem.first, mem.end, size, 1, &shift))
		return false;
	c.offset = (base + uint64_t(shift)) & ((uint64_t(1) << 40) - 1);
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
		ld.cores = d.in(0, 1);
	}
	return place_copy(d, insn, ld, true);
}

bool draw_st(Draw &d, npu_insn &insn)
{
	npu_insn_st &st = insn.st;
	st.op = NPU_OP_st;
	draw_shape(d, st);
	return place_copy(d, insn, st, false);
}

// The shape of C, and the rows that it takes.
bool draw_product(Draw &d, npu_insn &insn)
{
	npu_insn_gemm &g = insn.gemm;
	const uint64_t t = d.columns;
	int64_t shift;
	g.n = d.in(1, 5 * t / 2);
	g.nc = d.in(1, 3 * t / 2);
	g.my = d.in(1, 3);
	g.mx = d.percent(20) ? d.in(1, 3 * t) : d.in(1, 4);
	if (g.sparse)
		g.nc = (g.nc + 3) / 4 * 4;
	g.c_x = (g.ta ? g.nc : 1) * d.in(1, 2);
	g.c_y = g.c_x * g.mx;
	g.c_n = g.c_y * g.my;
	if (d.percent(30)) { // blocks of columns innermost
		g.c_n = g.ta ? g.nc : 1;
		g.c_x = g.c_n * ((g.n + t - 1) / t);
		g.c_y = g.c_x * g.mx;
	}
	Range c = range_of(d, insn, NPU_SPACE_acc, -1, 1);
	if (!fit(d, c.first, c.end, d.sizes.acc_rows, 1, &shift))
		return false;
	g.c_row = uint64_t(shift);
	return true;
}

// The view of C of an earlier GEMM, and its kind of numbers.
void same_product(npu_insn_gemm &g, const npu_insn_gemm &last)
{
	g.n = last.n, g.my = last.my, g.mx = last.mx;
	g.ta = last.ta, g.tb = last.tb, g.sparse = last.sparse;
	if (g.ta || g.sparse)
		g.nc = last.nc;
	g.c_row = last.c_row, g.c_n = last.c_n;
	g.c_y = last.c_y, g.c_x = last.c_x;
	g.dt_a = last.dt_a, g.dt_w = last.dt_w;
	g.a_zero = last.a_zero, g.w_zero = last.w_zero;
}

// Sources may lie anywhere; often W where A's bank is.
bool place_sources(Draw &d, npu_insn &insn)
{
	npu_insn_gemm &g = insn.gemm;
	const bool is_near = d.percent(g.sparse ? 60 : 30);
	const int64_t bank = int64_t(d.sizes.spad / d.chip.scratchpad.banks);
	int64_t shift;
	npu_access a[NPU_ACCESS_MAX];
	uint64_t *const address[] = { &g.a_addr, &g.w_addr,
				      g.sparse ? &g.index : &g.bias, &g.bias };
	size_t n = npu_insn_accesses(&insn, d.columns, a);
	for (size_t i = 0; i < n && a[i].space == NPU_SPACE_spad; i++) {
		const int64_t first = npu__access_first(&a[i]);
		const int64_t end = npu__access_end(&a[i]);
		const int64_t base = int64_t(g.a_addr) * 16 / bank * bank;
		const int64_t low =
			std::max(base, int64_t(d.low(d.index_base)));
		const int64_t high =
			std::min(base + bank, int64_t(d.high(d.index_base)));
		if ((i != 1 || !is_near ||
		     !fit_in(d, first, end, low, high, 16, &shift)) &&
		    !fit(d, first, end, d.index_base, 16, &shift))
			return false;
		*address[i] = uint64_t(shift / 16);
	}
	return true;
}

bool draw_gemm(Draw &d, npu_insn &insn, const npu_insn &last)
{
	const npu_dtype ints[] = { NPU_u8, NPU_s8 };
	const npu_dtype floats[] = { NPU_fp32, NPU_bf16, NPU_fp16 };
	npu_insn_gemm &g = insn.gemm;
	g.op = NPU_OP_gemm;
	g.ta = d.percent(30);
	g.tb = !g.ta && d.percent(40);
	g.sparse = g.ta || g.tb ? 0 : d.percent(60) ? d.in(1, 2) : 0;
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
	g.ky = d.in(1, 3);
	g.kx = d.in(1, 3);
	g.a_mx = d.in(0, 3);
	g.a_kx = d.in(0, 3);
	g.a_my = d.in(0, 9);
	g.a_ky = d.in(0, 9);
	g.w_pitch = d.in(0, 4);
	g.i_pitch = d.in(0, 2);
	g.nc = d.in(1, 3 * d.columns / 2);
	if (last.op == NPU_OP_gemm && d.percent(40)) {
		same_product(g, last.gemm);
		g.init = d.percent(70) ? 1 : g.init;
	} else if (!draw_product(d, insn)) {
		return false;
	}
	return place_sources(d, insn);
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
	if (o.kind >= NPU_KIND_acc && d.percent(40)) // of all types
		o.kind = NPU_KIND_tensor;
	o.dtype = all[d.in(0, types - 1)];
	if (o.kind >= NPU_KIND_acc)
		o.dtype = types < 6 || d.percent(50) ? NPU_s32 : NPU_fp32;
	if (o.kind == NPU_KIND_imm)
		o.imm = d.percent(50)
				? uint32_t(d.in(0, 40))
				: 0x3f000000 + uint32_t(d.in(0, 0xffffff));
	else if (d.percent(85)) { // else a row vector
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
	Range r = range_of(d, insn, acc ? NPU_SPACE_acc : NPU_SPACE_spad, slot,
			   is_write);
	if (r.none())
		return true; // not read
	if (!fit(d, r.first, r.end, acc ? d.sizes.acc_rows : d.index_base,
		 acc ? 1 : 16, &shift))
		return false;
	if (acc)
		o.row = uint32_t(shift);
	else
		o.addr = uint32_t(shift / 16);
	npu_insn_set_operand(&insn, slot, &o);
	return true;
}

// Often in place: dst where a source is.
void draw_in_place(Draw &d, npu_insn &insn)
{
	npu_operand o =
		npu_insn_operand(&insn, npu_slot(d.in(NPU_SLOT_a, NPU_SLOT_c)));
	if (insn.op == NPU_OP_ew && o.kind != NPU_KIND_imm && d.percent(30))
		npu_insn_set_operand(&insn, NPU_SLOT_dst, &o);
}

void draw_function(Draw &d, npu_insn_ew &v)
{
	v.ints = d.percent(60) ? 0 : d.in(1, 2);
	v.op0 = d.in(0, v.ints >= 1 ? 15 : 10);
	v.op1 = v.op0 == NPU_ALU_sel ? 0 : d.in(0, v.ints == 2 ? 15 : 9);
	if (v.op1 == NPU_ALU_sel)
		v.op1 = NPU_ALU_pass;
	if (d.percent(10) && v.ints == 0) { // the fused pair
		v.op0 = NPU_ALU_mul;
		v.op1 = NPU_ALU_add;
	}
	v.f = d.percent(40) ? uint64_t(NPU_FUNC_id) : d.in(0, 12);
	v.p0 = 0x3f800000 + d.in(0, 0xffffff);
	v.p1 = 0xbf800000 + d.in(0, 0xffffff);
	v.scaled = d.in(0, 3);
}

void draw_vector_shape(Draw &d, npu_insn_ew &v)
{
	const uint64_t lanes = d.chip.vector.lanes;
	v.n0 = d.percent(20) ? d.in(1, 6 * lanes) : d.in(1, 5 * lanes / 2);
	v.n1 = d.percent(15) ? d.in(1, 2 * lanes) : d.in(1, 5);
	v.n2 = d.in(1, 3);
	v.scale = v.scaled == 1 ? 0x3c000000 + d.in(0, 0x3ffffff)
		  : v.scaled    ? d.in(0, d.sizes.spad / 27)
				: 0;
}

bool draw_vector(Draw &d, npu_insn &insn, bool is_red)
{
	npu_insn_ew &v = insn.ew;
	unsigned dst = 6;
	v.op = is_red ? NPU_OP_red : NPU_OP_ew;
	draw_function(d, v);
	draw_vector_shape(d, v);
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
	if (lut)
		dst = 2;
	if (!draw_operand(d, insn, NPU_SLOT_a, lut ? 2 : ab) ||
	    !draw_operand(d, insn, NPU_SLOT_b, ab) ||
	    !draw_operand(d, insn, NPU_SLOT_c, all_ints ? 3 : 6) ||
	    !draw_operand(d, insn, NPU_SLOT_dst, dst))
		return false;
	draw_in_place(d, insn);
	return true;
}

bool is_legal(const Draw &d, const npu_insn &insn)
{
	npu_word word;
	npu_insn all;
	npu_access a[NPU_ACCESS_MAX];
	if (npu_insn_encode(&insn, &word, nullptr) != NPU_OK ||
	    npu_insn_decode(word, &all, nullptr) != NPU_OK ||
	    npu__insn_fault(&all, &d.chip))
		return false;
	size_t n = npu_insn_accesses(&all, d.columns, a);
	if (npu__overlap_fault(&all, d.columns, a, n))
		return false;
	for (size_t i = 0; i < n; i++) {
		int64_t end = npu__access_end(&a[i]);
		if (a[i].space == NPU_SPACE_spad &&
		    end > int64_t(a[i].is_write ? d.index_base : d.sizes.spad))
			return false;
		if (a[i].space == NPU_SPACE_acc &&
		    end > int64_t(d.sizes.acc_rows))
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

Insns::Insns(const npu_chip &chip, npu_random *random)
    : chip_(chip), random_(random), weight_(),
      is_apart_(npu_random_below(random, 3) == 0), last_gemm_()
{
	const unsigned weights[] = { 1, 2, 2, 2, 3, 8 };
	for (unsigned &w : weight_)
		w = weights[npu_random_below(random, 6)];
	weight_[3] += 2; // the most forms: vectors
	weight_[4] += 2;
}

npu_insn Insns::next()
{
	Draw d = { random_, chip_, Draw::PARTS };
	unsigned all = 0, op = 0;
	for (unsigned w : weight_)
		all += w;
	uint64_t dice = d.in(0, all - 1);
	for (; dice >= weight_[op]; op++)
		dice -= weight_[op];
	if (is_apart_)
		d.part = std::min(op, 3u);
	for (;;) {
		npu_insn insn = {};
		bool fits = op == 0   ? draw_ld(d, insn)
			    : op == 1 ? draw_st(d, insn)
			    : op == 2 ? draw_gemm(d, insn, last_gemm_)
				      : draw_vector(d, insn, op == 4);
		if (!fits || !is_legal(d, insn))
			continue;
		if (op == 2)
			last_gemm_ = insn;
		return insn;
	}
}
} // namespace random_program
