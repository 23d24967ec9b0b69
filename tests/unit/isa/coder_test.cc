// tests/unit/isa/coder_test.cc - the 64-byte coder: layout, round trips,
// refusals.
#include "base/npu_random.h"
#include "isa/npu_isa.h"
#include <bitset>
#include <cstring>
#include <gtest/gtest.h>
#include <set>

static std::vector<npu_op_desc> all_ops()
{
	size_t n;
	const npu_op_desc *op = npu_op_table(&n);
	return { op, op + n };
}

// Every bit that a field of `op` may set, opcode included.
static npu_word field_mask(const npu_op_desc &op)
{
	npu_word mask = { { 0xff } };
	for (const npu_field_desc *f = op.fields; f->name; f++)
		mask.half[f->lsb / 64] |= (~0ull >> (64 - f->width))
					  << f->lsb % 64;
	return mask;
}

static npu_word random_word(const npu_op_desc &op, npu_random *random)
{
	npu_word w = field_mask(op);
	for (uint64_t &half : w.half)
		half &= npu_random_u64(random);
	w.half[0] = (w.half[0] & ~0xffull) | op.code;
	return w;
}

TEST(IsaTable, NoTwoOpcodesShareACodeOrAName)
{
	std::set<int> codes;
	std::set<std::string> names;
	for (const npu_op_desc &op : all_ops()) {
		EXPECT_TRUE(codes.insert(op.code).second) << op.name;
		EXPECT_TRUE(names.insert(op.name).second) << op.name;
	}
	EXPECT_EQ(codes.size(), 8u);
}

TEST(IsaTable, FieldsDoNotOverlapAndViewsLieOnFields)
{
	for (const npu_op_desc &op : all_ops()) {
		std::bitset<512> used(0xff);
		for (const npu_field_desc *f = op.fields; f->name; f++)
			for (size_t b = f->lsb; b < f->lsb + size_t(f->width);
			     b++) {
				EXPECT_EQ(used[b], bool(f->is_view))
					<< op.name << '.' << f->name << " bit "
					<< b;
				used[b] = true;
			}
	}
}

TEST(IsaTable, NamesOfAnOpcodesFieldsAreUnique)
{
	for (const npu_op_desc &op : all_ops()) {
		std::set<std::string> names;
		for (const npu_field_desc *f = op.fields; f->name; f++)
			EXPECT_TRUE(names.insert(f->name).second)
				<< op.name << '.' << f->name;
	}
}

TEST(IsaTable, FindsByCodeAndName)
{
	ASSERT_NE(npu_op_find(0x20), nullptr);
	EXPECT_STREQ(npu_op_find(0x20)->name, "gemm");
	EXPECT_EQ(npu_op_find_name("red")->code, 0x31);
	EXPECT_EQ(npu_op_find(0x55), nullptr);
	EXPECT_EQ(npu_op_find(0x120), nullptr);
	EXPECT_EQ(npu_op_find_name("nop"), nullptr);
	EXPECT_STREQ(npu_engine_name(NPU_ENGINE_vx), "vx");
	npu_insn insn = {};
	insn.op = NPU_OP_st;
	EXPECT_EQ(npu_insn_engine(&insn), NPU_ENGINE_st);
	insn.op = 0x99;
	EXPECT_EQ(npu_insn_engine(&insn), NPU_ENGINE_ctl);
}

TEST(IsaCoder, RandomWordsRoundTrip)
{
	npu_random random = { 1 };
	for (const npu_op_desc &op : all_ops())
		for (int i = 0; i < 5000; i++) {
			npu_word w = random_word(op, &random), back;
			npu_insn insn;
			ASSERT_EQ(npu_insn_decode(w, &insn, nullptr), NPU_OK);
			ASSERT_EQ(npu_insn_encode(&insn, &back, nullptr),
				  NPU_OK);
			ASSERT_EQ(memcmp(&w, &back, sizeof w), 0) << op.name;
		}
}

TEST(IsaCoder, EveryReservedBitIsRefusedByItsNumber)
{
	for (const npu_op_desc &op : all_ops()) {
		npu_word mask = field_mask(op);
		for (unsigned b = 0; b < 512; b++) {
			if (mask.half[b / 64] >> b % 64 & 1)
				continue;
			npu_word w = { { op.code } };
			w.half[b / 64] |= 1ull << b % 64;
			npu_insn insn;
			npu_error err = {};
			EXPECT_EQ(npu_insn_decode(w, &insn, &err), NPU_E_RANGE);
			EXPECT_EQ(std::string(err.message),
				  std::string(op.name) + ": reserved bit " +
					  std::to_string(b) + " is 1");
		}
	}
}

TEST(IsaCoder, UndefinedOpcodesAreRefused)
{
	for (unsigned code = 0; code < 256; code++) {
		npu_insn insn;
		bool defined = npu_op_find(code) != nullptr;
		EXPECT_EQ(npu_insn_decode({ { code } }, &insn, nullptr) ==
				  NPU_OK,
			  defined);
	}
	npu_insn insn = {};
	npu_word word = { { 7, 7 } };
	insn.op = 0x77;
	EXPECT_EQ(npu_insn_encode(&insn, &word, nullptr), NPU_E_RANGE);
	EXPECT_EQ(word.half[0], 7u);
}

TEST(IsaCoder, ValueThatDoesNotFitNamesItsField)
{
	npu_insn insn = {};
	npu_error err = {};
	npu_word word;
	insn.op = NPU_OP_ld;
	insn.ld.region = 8;
	EXPECT_EQ(npu_insn_encode(&insn, &word, &err), NPU_E_RANGE);
	EXPECT_STREQ(err.message, "ld.region = 8 does not fit its 3 bits");
}

TEST(IsaCoder, SignedFieldsHoldTheirExtremesAndNoMore)
{
	npu_insn insn = {}, back;
	npu_word word;
	insn.op = NPU_OP_st;
	for (int64_t v : { INT64_C(-2147483648), INT64_C(-1), INT64_C(0),
			   INT64_C(2147483647) }) {
		insn.st.s3 = v;
		ASSERT_EQ(npu_insn_encode(&insn, &word, nullptr), NPU_OK);
		ASSERT_EQ(npu_insn_decode(word, &back, nullptr), NPU_OK);
		EXPECT_EQ(back.st.s3, v);
		EXPECT_EQ(word.half[5], uint64_t(uint32_t(v)));
	}
	insn.st.s3 = INT64_C(2147483648);
	EXPECT_EQ(npu_insn_encode(&insn, &word, nullptr), NPU_E_RANGE);
	insn.st.s3 = INT64_C(-2147483649);
	EXPECT_EQ(npu_insn_encode(&insn, &word, nullptr), NPU_E_RANGE);
}

TEST(IsaCoder, ReadingsOfTheSameBitsMustAgree)
{
	npu_insn insn = {};
	npu_error err = {};
	npu_word word;
	insn.op = NPU_OP_ew;
	insn.ew.a_kind = NPU_KIND_imm;
	insn.ew.a_imm = 0x3f800000;
	EXPECT_EQ(npu_insn_encode(&insn, &word, nullptr), NPU_OK);
	insn.ew.a_s1 = 1; // word 1 would be 0x00000001
	EXPECT_EQ(npu_insn_encode(&insn, &word, &err), NPU_E_RANGE);
	EXPECT_NE(strstr(err.message, "ew.a_imm"), nullptr) << err.message;
	insn.ew.a_imm = 1;
	EXPECT_EQ(npu_insn_encode(&insn, &word, nullptr), NPU_OK);
}

// Hand-packed from the table: op 0x10, wait 3, tag 5, spad 0x40 (bit 96),
// offset 0x12345678 (bit 128), region 2 (bit 168), n0 64 (bit 171).
TEST(IsaCoder, LdMatchesAHandPackedWord)
{
	npu_insn insn = {};
	npu_word word;
	insn.op = NPU_OP_ld;
	insn.ld.wait = 3;
	insn.ld.tag = 5;
	insn.ld.spad = 0x40;
	insn.ld.offset = 0x12345678;
	insn.ld.region = 2;
	insn.ld.n0 = 64;
	insn.ld.n1 = insn.ld.n2 = insn.ld.n3 = 1;
	insn.ld.s1 = -1;
	ASSERT_EQ(npu_insn_encode(&insn, &word, nullptr), NPU_OK);
	EXPECT_EQ(word.half[0], 0x0000000300000010u);
	EXPECT_EQ(word.half[1], 0x0000004000000005u);
	EXPECT_EQ(word.half[2], 0x0002020012345678u);
	EXPECT_EQ(word.half[3], 0x0000000100010001u);
	EXPECT_EQ(word.half[4], 0x00000000ffffffffu);
}

TEST(IsaOperand, EveryKindReadsBackAndSurvivesTheCoder)
{
	npu_random random = { 3 };
	for (int i = 0; i < 4000; i++) {
		npu_operand o = {};
		o.kind = npu_kind(i % 4);
		o.dtype = npu_dtype(1 + npu_random_below(&random, 6));
		if (o.kind == NPU_KIND_imm) {
			o.imm = uint32_t(npu_random_u64(&random));
		} else {
			o.s1 = uint32_t(npu_random_below(&random, 65536));
			o.s2 = uint32_t(npu_random_below(&random, 65536));
		}
		if (o.kind == NPU_KIND_acc) {
			o.row = uint32_t(npu_random_below(&random, 32768));
			o.s0 = uint32_t(npu_random_below(&random, 32768));
		} else if (o.kind != NPU_KIND_imm) {
			o.zero = uint8_t(npu_random_below(&random, 256));
			o.addr = uint32_t(npu_random_below(&random, 1 << 22));
		}
		npu_slot slot = npu_slot(npu_random_below(&random, 4));
		npu_insn insn = {}, back;
		insn.op = i & 1 ? NPU_OP_ew : NPU_OP_red;
		npu_insn_set_operand(&insn, slot, &o);
		npu_word word;
		ASSERT_EQ(npu_insn_encode(&insn, &word, nullptr), NPU_OK);
		ASSERT_EQ(npu_insn_decode(word, &back, nullptr), NPU_OK);
		for (const npu_insn &from : { insn, back }) {
			npu_operand r = npu_insn_operand(&from, slot);
			EXPECT_EQ(r.kind, o.kind);
			EXPECT_EQ(r.dtype, o.dtype);
			EXPECT_EQ(r.zero, o.zero);
			EXPECT_EQ(r.addr, o.addr);
			EXPECT_EQ(r.row, o.row);
			EXPECT_EQ(r.s0, o.s0);
			EXPECT_EQ(r.s1, o.s1);
			EXPECT_EQ(r.s2, o.s2);
			EXPECT_EQ(r.imm, o.imm);
		}
	}
}

TEST(IsaOperand, ValueTooWideIsLeftForTheCoderToRefuse)
{
	npu_operand o = {};
	npu_insn insn = {};
	npu_word word;
	insn.op = NPU_OP_ew;
	o.kind = NPU_KIND_acc;
	o.row = 32768;
	npu_insn_set_operand(&insn, NPU_SLOT_b, &o);
	EXPECT_EQ(npu_insn_encode(&insn, &word, nullptr), NPU_E_RANGE);
}
