// tests/unit/isa/program_test.cc - the program file and its text, both ways,
// and what their readers refuse.
#include "base/npu_random.h"
#include "isa/npu_program.h"
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>

namespace
{
struct Destroy {
	void operator()(npu_program *p) const
	{
		npu_program_destroy(p);
	}
};
using Program = std::unique_ptr<npu_program, Destroy>;

const char source[] =
	".program 1\n"
	".network \"le\\\"net\\xc3\\xa9\" ; a comment\n"
	".chip 0x0123456789abcdef\n"
	".cores 2\n"
	".region 0 code bytes=4096\n"
	".region 1 constants bytes=33\n"
	".region 2 input bytes=784\n"
	".region 5 cores bytes=0\n"
	".layer \"conv1\" op=\"Conv\" macs=1 array_macs=2 vector_macs=3 "
	"vector_outputs=4 compulsory_bytes=18446744073709551615\n"
	".tensor \"in\" dtype=u8 region=2 offset=0 scale=0x3b808081 zero=-3 "
	"layer=none lasts=1 shape=[1,28,28] strides=[784,28,1]\n"
	".tensor \"scalar\" dtype=s8 region=1 offset=32 scale=0x00000000 "
	"zero=0 layer=0 lasts=0 shape=[] strides=[]\n"
	".core 1\n"
	".token 15 producer=ld producer_core=0 consumer=vx consumer_core=1 "
	"initial=2 capacity=65535\n"
	"mark tag=0x10002\n"
	"end\n"
	".core 0\n"
	".port 3 core=1 counter=15\n"
	"ld signal=0x8 n0=64 region=2 n1=1 n2=1 n3=1\n"
	"end\n"
	".data 1\n"
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
	"FF\n";

Program parse(const std::string &text, npu_error *err = nullptr)
{
	npu_program *p = nullptr;
	npu_status s = npu_program_parse(text.c_str(), "t.s", &p, err);
	EXPECT_EQ(s == NPU_OK, p != nullptr);
	return Program(p);
}

std::string print(const npu_program *p)
{
	npu_text text = {};
	npu_program_print(p, &text);
	EXPECT_FALSE(text.failed);
	std::string s(text.data, text.length);
	npu_text_clear(&text);
	return s;
}

std::string encode(const npu_program *p)
{
	npu_text bytes = {};
	npu_error err = {};
	EXPECT_EQ(npu_program_encode(p, &bytes, &err), NPU_OK) << err.message;
	std::string s(bytes.data ? bytes.data : "", bytes.length);
	npu_text_clear(&bytes);
	return s;
}

Program decode(const std::string &bytes, npu_error *err = nullptr)
{
	npu_program *p = nullptr;
	npu_status s = npu_program_decode(
		reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size(),
		"p.npu", &p, err);
	EXPECT_EQ(s == NPU_OK, p != nullptr);
	return Program(p);
}
} // namespace

TEST(ProgramText, ReadsEveryDirective)
{
	npu_error err = {};
	Program p = parse(source, &err);
	ASSERT_TRUE(p) << err.line << ':' << err.column << ' ' << err.message;
	EXPECT_STREQ(p->network, "le\"net\xc3\xa9");
	EXPECT_EQ(p->chip_fingerprint, 0x0123456789abcdefu);
	EXPECT_EQ(p->core_count, 2u);
	EXPECT_EQ(p->region[1].kind, NPU_REGION_constants);
	ASSERT_NE(p->region[1].data, nullptr);
	EXPECT_EQ(p->region[1].data[31], 31);
	EXPECT_EQ(p->region[1].data[32], 255);
	EXPECT_EQ(p->region[3].kind, NPU_REGION_unused);
	ASSERT_EQ(p->layer_count, 1u);
	EXPECT_STREQ(p->layer[0].op, "Conv");
	EXPECT_EQ(p->layer[0].vector_macs, 3u);
	EXPECT_EQ(p->layer[0].compulsory_bytes, UINT64_MAX);
	ASSERT_EQ(p->tensor_count, 2u);
	EXPECT_EQ(p->tensor[0].rank, 3);
	EXPECT_EQ(p->tensor[0].stride_bytes[1], 28u);
	EXPECT_EQ(p->tensor[0].zero, -3);
	EXPECT_FLOAT_EQ(p->tensor[0].scale, 1 / 255.0f);
	EXPECT_EQ(p->tensor[0].layer, UINT32_MAX);
	EXPECT_EQ(p->tensor[1].layer, 0u);
	EXPECT_EQ(npu_program_find_tensor(p.get(), "scalar"), &p->tensor[1]);
	EXPECT_EQ(npu_program_find_tensor(p.get(), "scala"), nullptr);
	const npu_token &t = p->core[1].token[15];
	EXPECT_TRUE(t.used);
	EXPECT_EQ(t.producer, NPU_ENGINE_ld);
	EXPECT_EQ(t.consumer, NPU_ENGINE_vx);
	EXPECT_EQ(t.capacity, 65535);
	EXPECT_EQ(p->core[0].port[3].counter, 15);
	ASSERT_EQ(p->core[0].count, 2u);
	EXPECT_EQ(p->core[0].code[0].ld.n0, 64u);
	EXPECT_EQ(p->core[1].code[0].mark.tag, 0x10002u);
}

TEST(ProgramText, RoundTripsThroughTextAndBytesExactly)
{
	Program first = parse(source);
	ASSERT_TRUE(first);
	std::string text = print(first.get()), bytes = encode(first.get());
	Program second = parse(text), third = decode(bytes);
	ASSERT_TRUE(second && third);
	EXPECT_EQ(print(second.get()), text);
	EXPECT_EQ(encode(second.get()), bytes);
	EXPECT_EQ(print(third.get()), text);
	EXPECT_EQ(encode(third.get()), bytes);
}

TEST(ProgramText, TimingOnlyProgramKeepsItsConstantsAbsent)
{
	std::string text(source);
	text.resize(text.find(".data"));
	Program p = parse(text);
	ASSERT_TRUE(p);
	EXPECT_EQ(p->region[1].data, nullptr);
	Program q = decode(encode(p.get()));
	ASSERT_TRUE(q);
	EXPECT_EQ(q->region[1].data, nullptr);
	EXPECT_EQ(q->region[1].bytes, 33u);
	EXPECT_EQ(print(q.get()), print(p.get()));
}

TEST(ProgramText, MistakesAreLocated)
{
	struct {
		const char *find, *replace;
		npu_status status;
		unsigned line, column;
		const char *part;
	} cases[] = {
		{ ".program 1", ".program 2", NPU_E_UNSUPPORTED, 1, 1,
		  "version 2" },
		{ ".program 1\n", "", NPU_E_SYNTAX, 1, 1, ".program first" },
		{ ".network \"", ".network \"\n", NPU_E_SYNTAX, 2, 11,
		  "closing" },
		{ "\\xc3", "\\x0", NPU_E_SYNTAX, 2, 18, "\\xHH" },
		{ "\\xc3", "\\x00", NPU_E_SYNTAX, 2, 18, "not 0" },
		{ ".cores 2", ".cores 17", NPU_E_RANGE, 4, 8, "at most 16" },
		{ ".cores 2", ".cores 0", NPU_E_RANGE, 4, 1, "no cores" },
		{ ".cores 2", ".cores 1", NPU_E_RANGE, 12, 7, "at most 0" },
		{ ".region 2", ".region 1", NPU_E_RANGE, 7, 1, "twice" },
		{ ".region 2", ".region 8", NPU_E_RANGE, 7, 9, "at most 7" },
		{ "2 input", "2 inptu", NPU_E_SYNTAX, 7, 11, "'inptu'" },
		{ "cores bytes=0", "cores bytes=1", NPU_E_RANGE, 8, 1,
		  "no bytes" },
		{ "input bytes=784", "input bytes=783", NPU_E_RANGE, 10, 1,
		  "beyond its region" },
		{ "code bytes=4096", "code bytes=255", NPU_E_RANGE, 23, 1,
		  "larger than its region" },
		{ ".layer", ".layr", NPU_E_SYNTAX, 9, 1,
		  "did you mean .layer" },
		{ "array_macs=2 ", "", NPU_E_SYNTAX, 9, 101, "'array_macs'" },
		{ "macs=1 ", "macs=1 macs=1 ", NPU_E_SYNTAX, 9, 33, "twice" },
		{ "dtype=u8", "dtype=u9", NPU_E_SYNTAX, 10, 20, "'u9'" },
		{ "[784,28,1]", "[784,28]", NPU_E_RANGE, 10, 1, "rank" },
		{ "[784,28,1]", "[784,28,1,1,1,1,1]", NPU_E_RANGE, 10, 124,
		  "more than 6" },
		{ "[784,28,1]", "[784,28,1", NPU_E_SYNTAX, 10, 118, "','" },
		{ "[784,28,1]", "[18446744073709551615,28,1]", NPU_OK, 0, 0,
		  "" }, // the size there is 1
		{ "[1,28,28]", "[2,28,28]", NPU_E_RANGE, 10, 1, "beyond" },
		{ "[1,28,28]", "[0,28,28]", NPU_E_RANGE, 10, 1, "is 0" },
		{ "zero=-3", "zero=-2147483649", NPU_E_RANGE, 10, 63,
		  "32 bits" },
		{ "0x3b808081", "0x7fc00000", NPU_E_RANGE, 10, 1, "finite" },
		{ "layer=0", "layer=1", NPU_E_RANGE, 11, 1, "no such layer" },
		{ ".token 15", ".token 16", NPU_E_RANGE, 13, 8, "at most 15" },
		{ "producer=ld", "producer=dma", NPU_E_SYNTAX, 13, 20,
		  "engine 'dma'" },
		{ "consumer_core=1", "consumer_core=2", NPU_E_RANGE, 13, 1,
		  "beyond the last" },
		{ "capacity=65535", "capacity=1", NPU_E_RANGE, 13, 1,
		  "above the capacity" },
		{ "core=1 counter=15", "core=1 counter=16", NPU_E_RANGE, 17, 1,
		  "beyond 15" },
		{ "mark tag", "mark tga", NPU_E_SYNTAX, 14, 6, "'tag'" },
		{ ".core 1\n", "", NPU_E_RANGE, 12, 1, "before .core" },
		{ "end\n.core 0", "end\nend\n.core 0", NPU_E_SYNTAX, 24, 1,
		  "core 1: `end` before" },
		{ "n3=1\nend", "n3=1\n", NPU_E_SYNTAX, 23, 1,
		  "core 0: the last instruction" },
		{ ".data 1", ".data 2", NPU_E_RANGE, 20, 1, "constants" },
		{ "FF", "F", NPU_E_SYNTAX, 22, 1, "hexadecimal" },
		{ "FF", "FF00", NPU_E_RANGE, 22, 3, "more bytes" },
		{ "FF", "", NPU_E_RANGE, 23, 1, "after 32 of 33" },
	};
	for (auto &c : cases) {
		std::string text(source);
		size_t at = text.find(c.find);
		ASSERT_NE(at, std::string::npos) << c.find;
		text.replace(at, strlen(c.find), c.replace);
		npu_error err = {};
		Program p = parse(text, &err);
		EXPECT_EQ(err.status, c.status) << c.replace << err.message;
		EXPECT_EQ(err.line, c.line) << c.replace << err.message;
		EXPECT_EQ(err.column, c.column) << c.replace << err.message;
		EXPECT_NE(std::string(err.message).find(c.part),
			  std::string::npos)
			<< c.replace << ": " << err.message;
	}
}

TEST(ProgramFile, EveryTruncationIsRefusedWithAnOffset)
{
	std::string bytes = encode(parse(source).get());
	for (size_t n = 0; n < bytes.size(); n++) {
		std::string cut = bytes.substr(0, n);
		if (n >= 40) // make the header agree
			for (int i = 0; i < 8; i++)
				cut[size_t(32 + i)] = char(n >> 8 * i);
		npu_error err = {};
		EXPECT_FALSE(decode(cut, &err)) << n;
		EXPECT_EQ(std::string(err.message).rfind("byte 0x", 0), 0u)
			<< err.message;
		EXPECT_STREQ(err.path, "p.npu");
	}
}

TEST(ProgramFile, TrailingBytesAreRefused)
{
	std::string bytes = encode(parse(source).get()) + "x";
	npu_error err = {};
	EXPECT_FALSE(decode(bytes, &err));
	EXPECT_NE(strstr(err.message, "the header says"), nullptr);
	bytes[32]++;
	err = {};
	EXPECT_FALSE(decode(bytes, &err));
	EXPECT_NE(strstr(err.message, "1 bytes after the end"), nullptr)
		<< err.message;
}

// A changed byte is either refused with its place, or is another program that
// writes back to the same bytes.
TEST(ProgramFile, EveryChangedByteIsRefusedOrMeansWhatItSays)
{
	std::string bytes = encode(parse(source).get());
	npu_random random = { 9 };
	int refused = 0, other = 0;
	for (size_t at = 0; at < bytes.size(); at++)
		for (int k = 0; k < 4; k++) {
			std::string bad = bytes;
			bad[at] = char(uint8_t(bad[at]) ^
				       (1 + npu_random_below(&random, 255)));
			npu_error err = {};
			Program p = decode(bad, &err);
			if (p) {
				other++;
				EXPECT_EQ(encode(p.get()), bad) << at;
			} else {
				refused++;
				EXPECT_EQ(std::string(err.message)
						  .rfind("byte 0x", 0),
					  0u)
					<< err.message;
			}
		}
	EXPECT_GT(refused, 1000);
	EXPECT_GT(other, 100);
}

TEST(ProgramFile, HugeCountsAreRefusedBeforeAnythingIsAllocated)
{
	std::string bytes = encode(parse(source).get());
	for (size_t field : { size_t(24), size_t(28) }) { // tensors, layers
		std::string bad = bytes;
		for (size_t i = 0; i < 4; i++)
			bad[field + i] = char(0xff);
		npu_error err = {};
		EXPECT_FALSE(decode(bad, &err));
		EXPECT_EQ(err.status, NPU_E_SYNTAX) << err.message;
		EXPECT_NE(strstr(err.message, "table needs"), nullptr)
			<< err.message;
	}
}

TEST(ProgramFile, BadInstructionNamesItsPlace)
{
	Program p = parse(source);
	std::string bytes = encode(p.get());
	size_t code = bytes.size() - 33 - 4 * 64; // cores 0 and 1, two each
	bytes[code + 64] = 0x55;
	npu_error err = {};
	EXPECT_FALSE(decode(bytes, &err));
	char want[80];
	snprintf(want, sizeof want,
		 "byte 0x%zx: core 0, instruction 1: opcode 0x55", code + 64);
	EXPECT_EQ(std::string(err.message).rfind(want, 0), 0u) << err.message;
}

TEST(ProgramFile, SavesAndLoads)
{
	auto path = std::filesystem::temp_directory_path() /
		    ("npu_program_test." + std::to_string(getpid()) + ".npu");
	Program p = parse(source);
	npu_error err = {};
	ASSERT_EQ(npu_program_save(p.get(), path.c_str(), &err), NPU_OK);
	npu_program *q = nullptr;
	ASSERT_EQ(npu_program_load(path.c_str(), &q, &err), NPU_OK)
		<< err.message;
	EXPECT_EQ(print(q), print(p.get()));
	npu_program_destroy(q);
	std::filesystem::remove(path);
	q = nullptr;
	EXPECT_EQ(npu_program_load(path.c_str(), &q, &err), NPU_E_IO);
	EXPECT_EQ(q, nullptr);
}

TEST(ProgramFile, ProgramThatBreaksItsOwnTablesIsNotWritten)
{
	struct {
		std::function<void(npu_program *)> spoil;
		const char *part;
	} cases[] = {
		{ [](npu_program *p) { p->core_count = 0; }, "cores" },
		{ [](npu_program *p) { p->region[2].bytes = 1; }, "tensor" },
		{ [](npu_program *p) { p->core[0].count--; }, "`end`" },
		{ [](npu_program *p) { p->core[0].port[3].core = 9; },
		  "port 3" },
		{ [](npu_program *p) {
			 p->core[0].port[7] = p->core[0].port[3];
		 },
		  "another port" },
		{ [](npu_program *p) { p->core[1].token[15].capacity = 0; },
		  "token 15" },
		{ [](npu_program *p) { p->region[0].bytes = 64; }, "larger" },
		{ [](npu_program *p) { p->core[0].code[0].ld.n0 = 1 << 20; },
		  "ld.n0" },
	};
	for (auto &c : cases) {
		Program p = parse(source);
		c.spoil(p.get());
		npu_text out = {};
		npu_error err = {};
		EXPECT_EQ(npu_program_encode(p.get(), &out, &err), NPU_E_RANGE);
		EXPECT_NE(strstr(err.message, c.part), nullptr) << err.message;
		EXPECT_EQ(out.data, nullptr);
	}
}

TEST(ProgramLayout, RegionsFollowEachOtherAt4096AndCoresAreFixed)
{
	Program p = parse(source);
	uint64_t base[NPU_REGIONS];
	EXPECT_EQ(npu_program_layout(p.get(), base), 12288u);
	EXPECT_EQ(base[0], 0u);
	EXPECT_EQ(base[1], 4096u);
	EXPECT_EQ(base[2], 8192u);
	EXPECT_EQ(base[5], uint64_t(1) << 39);
}
