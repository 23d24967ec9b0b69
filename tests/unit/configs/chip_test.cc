// tests/unit/configs/chip_test.cc - chip files read, printed and inherited.
#include "configs/npu_chip.h"
#include "configs/npu_chip_key.h"
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace
{
const char *const chip_folder = NPU_SOURCE_DIR "/configs/chips";

npu_chip load(const std::string &name, std::vector<const char *> sets = {})
{
	npu_chip chip = {};
	npu_error err = {};
	EXPECT_EQ(npu_chip_load(name.c_str(), chip_folder, sets.data(),
				sets.size(), &chip, &err),
		  NPU_OK)
		<< err.path << ":" << err.line << ":" << err.column << ": "
		<< err.message;
	return chip;
}

// A file that disappears with its object.
struct File {
	std::string path;
	File(const std::string &name, const std::string &text)
	    : path(testing::TempDir() + std::to_string(getpid()) + name)
	{
		std::ofstream(path) << text;
	}
	~File()
	{
		unlink(path.c_str());
	}
	File(const File &) = delete;
	File &operator=(const File &) = delete;
};
} // namespace

// The figures are those of the project's specification, not of our files.
TEST(ChipShipped, NumbersAreTheSpecified)
{
	enum { KiB = 1024, MiB = 1024 * 1024 };
	const struct {
		const char *name;
		uint64_t rows, cols, operands, clock, spad, banks, acc, lanes;
		const char *preset;
		uint64_t channels, width, bandwidth, latency;
		const char *technology;
	} chips[] = {
		{ "edge", 16, 16, 1, 1000000000, 512 * KiB, 16, 128 * KiB, 32,
		  "LPDDR4-3200", 1, 32, 0, 0, "16nm" },
		{ "mcu", 8, 8, 0, 200000000, 128 * KiB, 8, 16 * KiB, 8, "ideal",
		  1, 0, 1600000000, 150000, "28nm" },
		{ "gemmini-16", 16, 16, 1, 1000000000, 256 * KiB, 4, 64 * KiB,
		  16, "DDR3-2133", 1, 64, 0, 0, "22nm" },
		{ "nvdla-large", 32, 64, 0, 1000000000, 512 * KiB, 16,
		  256 * KiB, 64, "ideal", 1, 0, 20000000000, 100000, "16nm" },
		{ "nvdla-512", 16, 32, 0, 1000000000, 256 * KiB, 16, 128 * KiB,
		  32, "ideal", 1, 0, 10000000000, 100000, "16nm" },
		{ "nvdla-small", 8, 8, 0, 1000000000, 128 * KiB, 16, 32 * KiB,
		  8, "ideal", 1, 0, 1000000000, 100000, "16nm" },
		{ "tpu-v1", 256, 256, 0, 700000000, 24 * MiB, 16, 4 * MiB, 256,
		  "DDR3-2133", 2, 64, 0, 0, "28nm" },
		{ "datacenter", 128, 128, 1, 1000000000, 32 * MiB, 32, 4 * MiB,
		  256, "HBM2", 8, 128, 0, 0, "7nm" },
	};
	for (const auto &want : chips) {
		SCOPED_TRACE(want.name);
		npu_chip chip = load(want.name);
		EXPECT_STREQ(chip.chip.name, want.name);
		EXPECT_EQ(chip.array.rows, want.rows);
		EXPECT_EQ(chip.array.cols, want.cols);
		EXPECT_EQ(chip.array.operands, want.operands);
		EXPECT_EQ(chip.array.overlap, NPU_overlap_full);
		EXPECT_EQ(chip.chip.clock, want.clock);
		EXPECT_EQ(chip.scratchpad.bytes, want.spad);
		EXPECT_EQ(chip.scratchpad.banks, want.banks);
		EXPECT_EQ(chip.accumulators.bytes, want.acc);
		EXPECT_EQ(chip.vector.lanes, want.lanes);
		EXPECT_STREQ(chip.dram.preset, want.preset);
		EXPECT_EQ(chip.dram.channels, want.channels);
		if (want.width) {
			EXPECT_EQ(chip.dram.width, want.width);
		}
		EXPECT_EQ(chip.dram.bandwidth, want.bandwidth);
		if (want.latency) {
			EXPECT_EQ(chip.dram.latency, want.latency);
		}
		EXPECT_STREQ(chip.chip.technology, want.technology);
	}
}

TEST(ChipShipped, EveryFileIsCompleteAndReadsBackEqual)
{
	npu_arena *arena = npu_arena_create();
	const char *const *names;
	size_t count = 0;
	ASSERT_EQ(npu_chip_list(arena, chip_folder, &names, &count, nullptr),
		  NPU_OK);
	EXPECT_EQ(count, 12u);
	for (size_t i = 0; i < count; i++) {
		SCOPED_TRACE(names[i]);
		std::ifstream in(std::string(chip_folder) + "/" + names[i] +
				 ".yaml");
		std::string line;
		while (std::getline(in, line))
			EXPECT_NE(line.rfind("base:", 0), 0u)
				<< "shipped chips are complete";
		npu_chip chip = load(names[i]);
		EXPECT_STREQ(chip.chip.name, names[i]);
		npu_text text = {};
		npu_chip_print(&chip, &text);
		File file("resolved.yaml", text.data);
		npu_chip back = load(file.path);
		EXPECT_EQ(memcmp(&chip, &back, sizeof chip), 0) << text.data;
		npu_text_clear(&text);
	}
	npu_arena_destroy(arena);
}

// A comment with a source belongs to every value that the specification does
// not fix.
TEST(ChipShipped, EveryFreeValueStatesItsSource)
{
	const char *const fixed[] = {
		"name",      "clock",    "technology", "cores",     "rows",
		"cols",      "dataflow", "overlap",    "operands",  "bytes",
		"banks",     "lanes",    "preset",     "channels",  "width",
		"bandwidth", "capacity", "latency",    "interleave"
	};
	npu_arena *arena = npu_arena_create();
	const char *const *names;
	size_t count = 0;
	ASSERT_EQ(npu_chip_list(arena, chip_folder, &names, &count, nullptr),
		  NPU_OK);
	for (size_t i = 0; i < count; i++) {
		std::ifstream in(std::string(chip_folder) + "/" + names[i] +
				 ".yaml");
		std::string line, before;
		while (std::getline(in, line)) {
			size_t colon = line.find(':');
			bool states = (before + line).find("source:") !=
					      std::string::npos ||
				      (before + line).find("model:") !=
					      std::string::npos;
			bool free = line.rfind("  ", 0) == 0 && line[2] != '#';
			for (const char *key : fixed)
				free = free && line.substr(2, colon - 2) != key;
			EXPECT_TRUE(!free || states)
				<< names[i] << ": " << line;
			before = line.rfind("  #", 0) == 0 ? before + line : "";
		}
	}
	npu_arena_destroy(arena);
}

TEST(ChipShipped, ScalesimTilesNothingAndNeverOverlaps)
{
	npu_chip chip = load("scalesim");
	EXPECT_EQ(chip.array.overlap, NPU_overlap_none);
	EXPECT_EQ(chip.scratchpad.bytes, 67108864u);
	EXPECT_EQ(chip.accumulators.bytes, 67108864u);
	EXPECT_EQ(chip.dram.latency, 0u);
}

TEST(ChipLoad, SetOverridesAnyKey)
{
	npu_chip chip = load("edge", { "array.rows=32", "dram.latency=120 ns",
				       "array.dataflow=os", "chip.name=x y" });
	EXPECT_EQ(chip.array.rows, 32u);
	EXPECT_EQ(chip.dram.latency, 120000u);
	EXPECT_EQ(chip.array.dataflow, NPU_dataflow_os);
	EXPECT_STREQ(chip.chip.name, "x y");
}

TEST(ChipLoad, BaseGivesWhatTheFileDoesNot)
{
	File file("wide.yaml", "base: edge\narray: {rows: 32, cols: 32}\n");
	npu_chip chip = load(file.path), edge = load("edge");
	EXPECT_EQ(chip.array.rows, 32u);
	EXPECT_EQ(chip.scratchpad.bytes, edge.scratchpad.bytes);
	EXPECT_STREQ(chip.chip.technology, edge.chip.technology);
	EXPECT_STREQ(chip.chip.name,
		     (std::to_string(getpid()) + "wide").c_str())
		<< "not called after its base";
}

TEST(ChipLoad, BaseMayBeAFileBesideIt)
{
	npu_text text = {};
	npu_chip mcu = load("mcu");
	npu_chip_print(&mcu, &text);
	File base("base.yaml", text.data);
	File file("on.yaml", "base: ./" + std::to_string(getpid()) +
				     "base.yaml\nchip: {name: on}\n");
	npu_chip chip = load(file.path);
	EXPECT_STREQ(chip.chip.name, "on");
	EXPECT_EQ(chip.array.rows, 8u);
	npu_text_clear(&text);
}

TEST(ChipPrint, QuotesNamesThatYamlWouldReadOtherwise)
{
	for (const char *name :
	     { "a: b", "\"q\" \\", "# no", "12", "\xc3\xa9" }) {
		npu_chip chip = load("edge");
		memset(chip.chip.name, 0, sizeof chip.chip.name);
		strcpy(chip.chip.name, name);
		npu_text text = {};
		npu_chip_print(&chip, &text);
		File file("name.yaml", text.data);
		npu_chip back = load(file.path);
		EXPECT_STREQ(back.chip.name, name);
		npu_text_clear(&text);
	}
}

TEST(ChipFingerprint, FollowsWhatAProgramDependsOnAlone)
{
	npu_chip edge = load("edge");
	uint64_t same = npu_chip_fingerprint(&edge);
	for (const char *set :
	     { "array.rows=32", "array.cols=8", "scratchpad.bytes=1 MiB",
	       "scratchpad.banks=8", "accumulators.bytes=64 KiB",
	       "accumulators.banks=2", "vector.lanes=16" }) {
		npu_chip chip = load("edge", { set });
		EXPECT_NE(npu_chip_fingerprint(&chip), same) << set;
	}
	for (const char *set :
	     { "chip.clock=2 GHz", "dram.latency=1 us", "queues.depth=2",
	       "array.dataflow=os", "chip.name=other" }) {
		npu_chip chip = load("edge", { set });
		EXPECT_EQ(npu_chip_fingerprint(&chip), same) << set;
	}
}

TEST(ChipAccumulators, RowsAndBanksByHand)
{
	npu_chip edge =
		load("edge"); // 131072 B / (4 x 16) = 2048 rows, 4 banks
	EXPECT_EQ(npu_chip_acc_rows(&edge), 2048u);
	EXPECT_EQ(npu_chip_acc_bank(&edge, 0), 0u);
	EXPECT_EQ(npu_chip_acc_bank(&edge, 511), 0u);
	EXPECT_EQ(npu_chip_acc_bank(&edge, 512), 1u);
	EXPECT_EQ(npu_chip_acc_bank(&edge, 2047), 3u);
	// 64 MiB / (4 x 32) = 524288, capped by the operand's 15 bits
	npu_chip large = load("scalesim");
	EXPECT_EQ(npu_chip_acc_rows(&large), 32768u);
	EXPECT_EQ(npu_chip_acc_bank(&large, 32767), 3u);
	// 100 rows in 3 banks: 34, 34, 32
	npu_chip odd = load(
		"edge", { "accumulators.bytes=6400", "accumulators.banks=3" });
	EXPECT_EQ(npu_chip_acc_rows(&odd), 100u);
	EXPECT_EQ(npu_chip_acc_bank(&odd, 33), 0u);
	EXPECT_EQ(npu_chip_acc_bank(&odd, 34), 1u);
	EXPECT_EQ(npu_chip_acc_bank(&odd, 99), 2u);
}

TEST(ChipSpad, BankIsByContiguousRange)
{
	npu_chip edge = load("edge"); // 512 KiB / 16 = 32 KiB
	EXPECT_EQ(npu_chip_spad_bank(&edge, 32767), 0u);
	EXPECT_EQ(npu_chip_spad_bank(&edge, 32768), 1u);
	EXPECT_EQ(npu_chip_spad_bank(&edge, 524287), 15u);
}

TEST(ChipCheck, RefusesAChipMadeInCodeWithAKeyOutOfRange)
{
	npu_chip chip = load("edge");
	npu_error err = {};
	chip.queues.depth = 0;
	EXPECT_EQ(npu_chip_check(&chip, &err), NPU_E_RANGE);
	EXPECT_STREQ(err.message, "queues.depth: 0 is outside 1..64");
	chip = load("edge");
	chip.array.dataflow = 9;
	EXPECT_EQ(npu_chip_check(&chip, nullptr), NPU_E_RANGE);
	chip = load("edge");
	memset(chip.chip.name, 'x', sizeof chip.chip.name);
	EXPECT_EQ(npu_chip_check(&chip, nullptr), NPU_E_RANGE);
}
