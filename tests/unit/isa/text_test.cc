// tests/unit/isa/text_test.cc - one instruction as text, both ways.
#include "base/npu_random.h"
#include "isa/npu_isa.h"
#include <cstring>
#include <gtest/gtest.h>

namespace
{
std::string print(const npu_insn &insn)
{
	npu_text text = {};
	npu_insn_print(&insn, &text);
	std::string s = text.data ? text.data : "";
	npu_text_clear(&text);
	return s;
}

struct Failure {
	npu_status status;
	unsigned line, column;
	std::string message;
};
Failure parse_failure(const char *line)
{
	npu_insn insn;
	npu_error err = {};
	npu_status s = npu_insn_parse(line, { "t.s", 7, 1 }, &insn, &err);
	return { s, err.line, err.column, err.message };
}
} // namespace

TEST(IsaText, EveryBitPatternRoundTrips)
{
	size_t count;
	const npu_op_desc *op = npu_op_table(&count);
	npu_random random = { 5 };
	for (size_t k = 0; k < count; k++)
		for (int i = 0; i < 3000; i++) {
			npu_word w = {}, back = {};
			w.half[0] = op[k].code;
			for (auto *f = op[k].fields; f->name; f++)
				if (!f->is_view && npu_random_below(&random, 2))
					w.half[f->lsb / 64] |=
						(npu_random_u64(&random) >>
						 (64 - f->width))
						<< f->lsb % 64;
			npu_insn insn, read;
			ASSERT_EQ(npu_insn_decode(w, &insn, nullptr), NPU_OK);
			std::string text = print(insn);
			npu_error err = {};
			ASSERT_EQ(npu_insn_parse(text.c_str(),
						 { nullptr, 1, 1 }, &read,
						 &err),
				  NPU_OK)
				<< text << ": " << err.message;
			ASSERT_EQ(npu_insn_encode(&read, &back, nullptr),
				  NPU_OK);
			ASSERT_EQ(memcmp(&w, &back, sizeof w), 0) << text;
		}
}

TEST(IsaText, ShowsCodesByNameAndOnlyWhatIsNotZero)
{
	npu_insn insn = {};
	insn.op = NPU_OP_ew;
	insn.ew.wait = 5;
	insn.ew.n0 = 16;
	insn.ew.op0 = NPU_ALU_mul;
	insn.ew.f = NPU_FUNC_clamp;
	npu_operand a = {}, b = {}, dst = {};
	a.kind = NPU_KIND_acc;
	a.dtype = NPU_s32;
	a.row = 12;
	a.s1 = 1;
	b.kind = NPU_KIND_imm;
	b.dtype = NPU_fp32;
	b.imm = 0x3f000000;
	dst.dtype = NPU_s8;
	dst.addr = 100;
	dst.zero = 255;
	npu_insn_set_operand(&insn, NPU_SLOT_a, &a);
	npu_insn_set_operand(&insn, NPU_SLOT_b, &b);
	npu_insn_set_operand(&insn, NPU_SLOT_dst, &dst);
	EXPECT_EQ(print(insn),
		  "ew wait=0x5 dt_dst=s8 dt_a=s32 dt_b=fp32 op0=mul f=clamp "
		  "n0=16 dst_zero=255 dst_addr=100 a_kind=acc a_s1=1 a_row=12 "
		  "b_kind=imm b_imm=0x3f000000");
}

TEST(IsaText, GatherShowsItsListInsteadOfSteps)
{
	npu_insn insn;
	ASSERT_EQ(npu_insn_parse("ld n0=4 s1=-8 gather=1 limit=9 index=0x40 "
				 "; a comment",
				 { nullptr, 1, 1 }, &insn, nullptr),
		  NPU_OK);
	EXPECT_EQ(insn.ld.limit, 9u);
	EXPECT_EQ(insn.ld.s2, 9);
	EXPECT_EQ(insn.ld.s1, -8);
	EXPECT_EQ(print(insn), "ld n0=4 s1=-8 gather=1 limit=9 index=64");
}

TEST(IsaText, AnUndefinedOpcodeIsStillShown)
{
	npu_insn insn = {};
	insn.op = 0x7f;
	EXPECT_EQ(print(insn), "opcode 0x7f");
}

TEST(IsaText, ErrorsNameLineAndColumnAndSuggest)
{
	struct {
		const char *line;
		npu_status status;
		unsigned column;
		const char *part;
	} cases[] = {
		{ "lb n0=4", NPU_E_SYNTAX, 1, "unknown opcode 'lb'" },
		{ "gem n=4", NPU_E_SYNTAX, 1, "did you mean 'gemm'" },
		{ "", NPU_E_SYNTAX, 1, "expected an opcode" },
		{ "ld nn0=4", NPU_E_SYNTAX, 4, "did you mean 'n0'" },
		{ "ld n0=4 n0=4", NPU_E_SYNTAX, 9, "given twice" },
		{ "ld n0 4", NPU_E_SYNTAX, 7, "expected '='" },
		{ "ld n0=", NPU_E_SYNTAX, 7, "expected a number" },
		{ "ld n0=4x", NPU_E_SYNTAX, 7, "expected a number" },
		{ "ld n0=-4", NPU_E_SYNTAX, 7, "expected a number" },
		{ "ld  region=8", NPU_E_RANGE, 12,
		  "ld.region: 8 does not fit its 3 bits" },
		{ "ld s1=-2147483649", NPU_E_RANGE, 7, "32 bits" },
		{ "ld s1=0x80000000", NPU_E_RANGE, 7, "32 bits" },
		{ "ld offset=99999999999999999999999", NPU_E_RANGE, 11,
		  "64 bits" },
		{ "ew op0=ad", NPU_E_SYNTAX, 8, "did you mean 'add'" },
		{ "ew dt_a=s64", NPU_E_RANGE, 9, "does not fit" },
		{ "ew a_kind=imm a_imm=7 a_s1=6", NPU_E_RANGE, 1, "disagrees" },
		{ "end\nend", NPU_E_SYNTAX, 1, "expected one line" },
	};
	for (auto &c : cases) {
		Failure f = parse_failure(c.line);
		EXPECT_EQ(f.status, c.status) << c.line << ": " << f.message;
		EXPECT_EQ(f.column, c.column) << c.line;
		EXPECT_NE(f.message.find(c.part), std::string::npos)
			<< c.line << ": " << f.message;
	}
}
