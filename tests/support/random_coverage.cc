// tests/support/random_coverage.cc - instructions, types, flags and waits.
#include "random_coverage.h"
#include "random_program.h"
#include <set>

namespace random_program
{
namespace
{
const char *const alu_name[] = {
#define NPU_ALU(name, code, doc) #name,
#include "isa/npu_isa.def"
};
const char *const function_name[] = {
#define NPU_FUNC(name, code, doc) #name,
#include "isa/npu_isa.def"
};
const char *const reduce_name[] = {
#define NPU_REDUCE(name, code, doc) #name,
#include "isa/npu_isa.def"
};
const char *const kind_name[] = {
#define NPU_KIND(name, code, doc) #name,
#include "isa/npu_isa.def"
};
const char *const slot_name[] = { "dst", "a", "b", "c" };
const char *const region_name[] = { "input",   "constants", "output",
				    "scratch", "code",      "scratchpad" };
const char *const step_name[] = { "negative", "0", "rows meet", "rows touch",
				  "gaps" };
const npu_dtype types[] = { NPU_u8,   NPU_s8,   NPU_s32,
			    NPU_fp32, NPU_bf16, NPU_fp16 };

std::string type_name(uint64_t dtype)
{
	return npu_dtype_name(npu_dtype(dtype));
}

template <class Names> std::string name_of(const Names &names, uint64_t code)
{
	return names[code];
}

std::string said(const char *flag, uint64_t value)
{
	return std::string(flag) + " " + std::to_string(value);
}

// ---- what one instruction is ----

using Flags = std::vector<std::string>;

const char *step_of(int64_t step, uint64_t bytes)
{
	const int64_t n0 = int64_t(bytes);
	return step_name[step < 0     ? 0
			 : step == 0  ? 1
			 : step < n0  ? 2
			 : step == n0 ? 3
				      : 4];
}

template <class Copy> Flags copy_flags(const Copy &c)
{
	const bool lut = c.region == CORES && c.offset >= NPU_CORE_LUT;
	Flags f = { said("gather", c.gather),
		    "region " + (lut ? "lut" : name_of(region_name, c.region)),
		    "rows " + std::to_string((c.n1 > 1) + (c.n2 > 1) +
					     (c.n3 > 1)) };
	if (c.n1 > 1 && !c.gather) {
		f.push_back(std::string("memory ") + step_of(c.s1, c.n0));
		f.push_back(std::string("scratchpad ") +
			    step_of(int64_t(c.d1), c.n0));
	}
	return f;
}

Flags ld_flags(const npu_insn_ld &ld)
{
	Flags f = copy_flags(ld);
	const bool u = ld.u_lo | ld.u_hi, y = ld.y_lo | ld.y_hi;
	f.push_back(said("cast", ld.cast));
	f.push_back(u && y ? "fills u y"
		    : u    ? "fills u"
		    : y    ? "fills y"
			   : "fills none");
	return f;
}

Flags gemm_flags(const npu_insn_gemm &g)
{
	return { said("init", g.init), g.ta       ? "ta"
				       : g.tb     ? "tb"
				       : g.sparse ? said("sparse", g.sparse)
						  : "plain" };
}

bool is_used(const npu_insn_ew &v, int slot)
{
	return slot < NPU_SLOT_b ||
	       (slot == NPU_SLOT_b
			? v.op0 != NPU_ALU_pass
			: v.op1 != NPU_ALU_pass || v.op0 == NPU_ALU_sel);
}

// Whether the destination lies on a source.
bool is_in_place(const npu_insn &insn, uint32_t columns)
{
	npu_access a[NPU_ACCESS_MAX];
	const size_t n = npu_insn_accesses(&insn, columns, a);
	for (size_t w = 0; w < n; w++)
		for (size_t r = 0; r < n; r++)
			if (a[w].is_write && !a[r].is_write &&
			    a[r].what != NPU_SLOT_dst &&
			    a[w].space == a[r].space &&
			    a[w].first == a[r].first)
				return true;
	return false;
}

Flags vector_flags(const npu_insn &insn, uint32_t columns)
{
	const npu_insn_ew &v = insn.ew;
	Flags f = { said("ints", v.ints),
		    said("scaled", v.scaled),
		    "op0 " + name_of(alu_name, v.op0),
		    "op1 " + name_of(alu_name, v.op1),
		    "f " + name_of(function_name, v.f),
		    "to " + type_name(v.dt_dst) };
	for (int s = NPU_SLOT_dst; s <= NPU_SLOT_c; s++)
		if (is_used(v, s))
			f.push_back(
				std::string(slot_name[s]) + " " +
				kind_name[npu_insn_operand(&insn, npu_slot(s))
						  .kind]);
	if (insn.op == NPU_OP_red) {
		f.push_back(said("axis", insn.red.axis));
		f.push_back("reduce " + name_of(reduce_name, insn.red.reduce));
		f.push_back(said("add", insn.red.add));
	} else {
		f.push_back(said("in place", is_in_place(insn, columns)));
	}
	return f;
}

std::string type_of(const npu_insn &insn)
{
	switch (insn.op) {
	case NPU_OP_gemm:
		return type_name(insn.gemm.dt_a) + " x " +
		       type_name(insn.gemm.dt_w);
	case NPU_OP_ew:
	case NPU_OP_red:
		return type_name(insn.ew.dt_a);
	default:
		return "-";
	}
}

Flags flags_of(const npu_insn &insn, uint32_t columns)
{
	Flags f;
	switch (insn.op) {
	case NPU_OP_ld:
		f = ld_flags(insn.ld);
		break;
	case NPU_OP_st:
		f = copy_flags(insn.st);
		break;
	case NPU_OP_gemm:
		f = gemm_flags(insn.gemm);
		break;
	default:
		f = vector_flags(insn, columns);
		break;
	}
	f.push_back("all");
	return f;
}

// ---- what there is ----

void cross(std::vector<Row> &rows, const char *op, const std::string &type,
	   const Flags &flags)
{
	rows.push_back({ op, type, "all" });
	for (const std::string &flag : flags)
		rows.push_back({ op, type, flag });
}

void numbers(Flags &flags, const char *flag, unsigned most)
{
	for (unsigned i = 0; i <= most; i++)
		flags.push_back(said(flag, i));
}

template <class Names>
void names(Flags &flags, const char *flag, const Names &all)
{
	for (const char *name : all)
		flags.push_back(std::string(flag) + " " + name);
}

Flags all_copy_flags()
{
	Flags f;
	numbers(f, "gather", 1);
	for (const char *region : region_name)
		if (std::string(region) != "code")
			f.push_back(std::string("region ") + region);
	f.push_back("region lut");
	numbers(f, "rows", 3);
	names(f, "memory", step_name);
	names(f, "scratchpad", step_name);
	return f;
}

Flags all_vector_flags(bool is_red)
{
	Flags f;
	numbers(f, "ints", 2);
	numbers(f, "scaled", 3);
	names(f, "op0", alu_name);
	names(f, "op1", alu_name);
	names(f, "f", function_name);
	for (npu_dtype t : types)
		f.push_back("to " + type_name(t));
	for (const char *slot : slot_name)
		names(f, slot, kind_name);
	if (is_red) {
		numbers(f, "axis", 2);
		names(f, "reduce", reduce_name);
		numbers(f, "add", 1);
	} else {
		numbers(f, "in place", 1);
	}
	return f;
}
} // namespace

std::vector<Row> all_rows()
{
	std::vector<Row> rows;
	Flags ld = all_copy_flags();
	for (const char *fills : { "none", "u", "y", "u y" })
		ld.push_back(std::string("fills ") + fills);
	numbers(ld, "cast", 1);
	cross(rows, "ld", "-", ld);
	cross(rows, "st", "-", all_copy_flags());
	for (npu_dtype a : types)
		for (npu_dtype w : types)
			cross(rows, "gemm", type_name(a) + " x " + type_name(w),
			      { "init 0", "init 1", "init 2", "plain", "ta",
				"tb", "sparse 1", "sparse 2" });
	for (npu_dtype t : types) {
		cross(rows, "ew", type_name(t), all_vector_flags(false));
		cross(rows, "red", type_name(t), all_vector_flags(true));
	}
	return rows;
}

const char *wait_name(unsigned wait)
{
	static const char *const all[WAITS] = {
		"-",      "token",     "engine", "bank", "weights",
		"hazard", "same bank", "dram",   "room"
	};
	return all[wait];
}

void Coverage::add(const npu_program *program, const npu_result *result,
		   uint32_t columns)
{
	const unsigned before = 1u << NPU_WAIT_token | 1u << NPU_WAIT_engine |
				1u << NPU_WAIT_bank;
	for (size_t i = 0; i < result->event_count; i++) {
		const npu_event &e = result->events[i];
		const npu_insn &insn = program->core[0].code[e.insn];
		const std::string type = type_of(insn);
		const std::string op = npu_op_find(insn.op)->name;
		for (const std::string &flag : flags_of(insn, columns)) {
			Cells &cells = rows_[{ op, type, flag }];
			cells[0] += (e.waited & before) == 0;
			for (unsigned w = 0; w < NPU_WAIT_COUNT; w++)
				cells[w + 1] += e.waited >> w & 1;
		}
	}
}
} // namespace random_program
