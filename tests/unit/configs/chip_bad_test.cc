// tests/unit/configs/chip_bad_test.cc - bad chips and sets, each with its place.
#include "configs/npu_chip.h"
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>

namespace
{
const char *const chip_folder = NPU_SOURCE_DIR "/configs/chips";

std::string file_path(const std::string &name)
{
	return testing::TempDir() + "bad" + std::to_string(getpid()) + name;
}

struct Bad {
	const char *what;
	std::string text;
	npu_status status;
	uint32_t line, column;
	const char *says;
};
} // namespace

// A text that starts with "base: edge" and differs where it is wrong.
TEST(ChipBad, FileIsRefusedAtTheExactPlace)
{
	const Bad bads[] = {
		{ "unknown section", "base: edge\narrray: {rows: 8}\n",
		  NPU_E_SYNTAX, 2, 1, "did you mean \"array\"?" },
		{ "unknown key", "base: edge\narray:\n  row: 8\n", NPU_E_SYNTAX,
		  3, 3, "unknown key \"array.row\"; did you mean \"rows\"?" },
		{ "unknown key, nothing near",
		  "base: edge\narray:\n  zebra: 8\n", NPU_E_SYNTAX, 3, 3,
		  "unknown key \"array.zebra\"; known here: rows, cols, " },
		{ "doubled key", "base: edge\narray:\n  rows: 8\n  rows: 8\n",
		  NPU_E_SYNTAX, 4, 3, "given twice" },
		{ "doubled section",
		  "base: edge\narray: {rows: 8}\narray: {}\n", NPU_E_SYNTAX, 3,
		  1, "given twice" },
		{ "no number", "base: edge\narray:\n  rows: banana\n",
		  NPU_E_RANGE, 3, 9,
		  "array.rows: expected an integer, got \"banana\"" },
		{ "zero", "base: edge\narray:\n  rows: 0\n", NPU_E_RANGE, 3, 9,
		  "in 1..1024, got \"0\"" },
		{ "too large", "base: edge\narray:\n  rows: 1025\n",
		  NPU_E_RANGE, 3, 9, "in 1..1024" },
		{ "negative", "base: edge\narray:\n  rows: -4\n", NPU_E_RANGE,
		  3, 9, "got \"-4\"" },
		{ "fraction", "base: edge\narray:\n  rows: 1.5\n", NPU_E_RANGE,
		  3, 9, "not a whole number" },
		{ "beyond 64 bits",
		  "base: edge\narray:\n  rows: 99999999999999999999\n",
		  NPU_E_RANGE, 3, 9, "too many digits" },
		{ "octal or not", "base: edge\narray:\n  rows: 010\n",
		  NPU_E_RANGE, 3, 9, "no leading zeros" },
		{ "number in quotes", "base: edge\narray:\n  rows: '8'\n",
		  NPU_E_RANGE, 3, 9, "expected an integer" },
		{ "no value", "base: edge\narray:\n  rows:\n", NPU_E_RANGE, 3,
		  8, "got nothing" },
		{ "sequence for a number", "base: edge\narray:\n  rows: [8]\n",
		  NPU_E_RANGE, 3, 9, "got a sequence" },
		{ "bare KB", "base: edge\nscratchpad:\n  bytes: 512 KB\n",
		  NPU_E_RANGE, 3, 10, "KB is ambiguous: write KiB" },
		{ "bits as a size",
		  "base: edge\nscratchpad:\n  bytes: 4 Mbit\n", NPU_E_RANGE, 3,
		  10, "a size (B, KiB, MiB, GiB, TiB)" },
		{ "frequency without a unit",
		  "base: edge\nchip:\n  clock: 1000\n", NPU_E_RANGE, 3, 10,
		  "give the unit" },
		{ "clock too slow", "base: edge\nchip:\n  clock: 1 kHz\n",
		  NPU_E_RANGE, 3, 10, "1 MHz..10 GHz" },
		{ "binary rate",
		  "base: edge\ndram:\n  preset: ideal\n  bandwidth: 16 GiB/s\n",
		  NPU_E_RANGE, 4, 14, "rates are decimal" },
		{ "time as a size", "base: edge\ndram:\n  latency: 5 KiB\n",
		  NPU_E_RANGE, 3, 12, "a time (ps, ns, us, ms, s)" },
		{ "unknown choice", "base: edge\narray:\n  dataflow: wz\n",
		  NPU_E_RANGE, 3, 13, "one of ws, os, is, got \"wz\"" },
		{ "choice with a slip",
		  "base: edge\narray:\n  overlap: fulll\n", NPU_E_RANGE, 3, 12,
		  "did you mean \"full\"?" },
		{ "empty text", "base: edge\nchip:\n  name: ''\n", NPU_E_RANGE,
		  3, 9, "expected text" },
		{ "long text",
		  "base: edge\nchip:\n  name: " + std::string(64, 'x') + "\n",
		  NPU_E_RANGE, 3, 9, "longer than 63 bytes" },
		{ "control character in text",
		  "base: edge\nchip:\n  name: \"a\\e[31m\"\n", NPU_E_RANGE, 3,
		  9, "control character" },
		{ "C1 control character in text",
		  "base: edge\nchip:\n  name: \"a\\x9b31m\"\n", NPU_E_RANGE, 3,
		  9, "control character" },
		{ "section is no mapping", "base: edge\narray: 16\n",
		  NPU_E_SYNTAX, 2, 8, "array: expected a mapping, got \"16\"" },
		{ "root is no mapping", "- edge\n", NPU_E_SYNTAX, 1, 1,
		  "expected a mapping" },
		{ "no base, no keys", "chip: {name: x}\n", NPU_E_SYNTAX, 1, 7,
		  "missing key \"chip.clock\"" },
		{ "no base, no section", "{}\n", NPU_E_SYNTAX, 1, 1,
		  "missing key \"chip.name\"" },
		{ "unknown base", "base: egde\n", NPU_E_RANGE, 1, 7,
		  "did you mean \"edge\"?" },
		{ "base is a mapping", "base: {edge: 1}\n", NPU_E_RANGE, 1, 7,
		  "expected text" },
		{ "banks do not divide",
		  "base: edge\nscratchpad:\n  banks: 7\n", NPU_E_RANGE, 3, 10,
		  "scratchpad.banks: 7 banks do not divide" },
		{ "banks of half lines",
		  "base: edge\nscratchpad:\n  bytes: 1032\n  banks: 3\n"
		  "dma: {width: 1}\n",
		  NPU_E_RANGE, 4, 10, "whole 16-byte lines" },
		{ "accumulators without rows",
		  "base: edge\naccumulators:\n  bytes: 64\n", NPU_E_RANGE, 3,
		  10, "holds 1 rows" },
		{ "bandwidth of a preset",
		  "base: edge\ndram:\n  bandwidth: 1 GB/s\n", NPU_E_RANGE, 3,
		  14, "only `preset: ideal` takes a bandwidth" },
		{ "ideal without bandwidth",
		  "base: edge\ndram:\n  preset: ideal\n", NPU_E_RANGE, 0, 0,
		  "needs a bandwidth" },
		{ "three channels", "base: edge\ndram:\n  channels: 3\n",
		  NPU_E_RANGE, 3, 13, "not a power of two" },
		{ "anchor", "base: edge\narray: &a {rows: 8}\n", NPU_E_SYNTAX,
		  2, 8, "anchor" },
		{ "not YAML", "base: edge\narray: {rows: 8\n", NPU_E_SYNTAX, 3,
		  1, "" },
		{ "two documents", "base: edge\n---\nbase: edge\n",
		  NPU_E_SYNTAX, 2, 1, "second document" },
		{ "empty", "", NPU_E_SYNTAX, 1, 1, "empty" },
	};
	std::string path = file_path("chip.yaml");
	for (const Bad &bad : bads) {
		SCOPED_TRACE(bad.what);
		std::ofstream(path, std::ios::binary | std::ios::trunc)
			<< bad.text;
		npu_chip chip;
		memset(&chip, 0x5a, sizeof chip);
		npu_error err = {};
		EXPECT_EQ(npu_chip_load(path.c_str(), chip_folder, nullptr, 0,
					&chip, &err),
			  bad.status);
		if (bad.line) {
			EXPECT_EQ(err.line, bad.line) << err.message;
			EXPECT_EQ(err.column, bad.column) << err.message;
			EXPECT_EQ(err.path, path);
		} else { // the key to blame is in the base
			EXPECT_NE(strstr(err.path, "edge.yaml"), nullptr);
			EXPECT_GT(err.line, 1u);
		}
		EXPECT_NE(std::string(err.message).find(bad.says),
			  std::string::npos)
			<< err.message;
		EXPECT_EQ(chip.array.rows, 0x5a5a5a5a5a5a5a5au)
			<< "written on success only";
	}
	unlink(path.c_str());
}

TEST(ChipBad, SetIsRefusedAtTheExactPlace)
{
	const Bad bads[] = {
		{ "no equals", "array.rows", NPU_E_SYNTAX, 2, 1,
		  "expected section.key=value" },
		{ "no section", "rows=8", NPU_E_SYNTAX, 2, 1,
		  "unknown key \"rows\"" },
		{ "slip", "array.row=8", NPU_E_SYNTAX, 2, 1,
		  "did you mean \"array.rows\"?" },
		{ "base", "base=mcu", NPU_E_SYNTAX, 2, 1, "unknown key" },
		{ "no value", "array.rows=", NPU_E_RANGE, 2, 12,
		  "got nothing" },
		{ "no number", "array.rows=many", NPU_E_RANGE, 2, 12,
		  "array.rows: expected an integer, got \"many\"" },
		{ "range", "queues.depth=65", NPU_E_RANGE, 2, 14, "1..64" },
		{ "unit", "scratchpad.bytes=1MB", NPU_E_RANGE, 2, 18,
		  "write MiB" },
		{ "choice", "array.dataflow=", NPU_E_RANGE, 2, 16,
		  "got nothing" },
		{ "between keys", "scratchpad.banks=3", NPU_E_RANGE, 2, 18,
		  "do not divide" },
		{ "empty", "", NPU_E_SYNTAX, 2, 1,
		  "expected section.key=value" },
		{ "only equals", "=", NPU_E_SYNTAX, 2, 1, "unknown key" },
	};
	for (const Bad &bad : bads) {
		SCOPED_TRACE(bad.what);
		const char *const sets[] = { "array.cols=16",
					     bad.text.c_str() };
		npu_chip chip;
		npu_error err = {};
		EXPECT_EQ(npu_chip_load("edge", chip_folder, sets, 2, &chip,
					&err),
			  bad.status);
		EXPECT_STREQ(err.path, "--set");
		EXPECT_EQ(err.line, bad.line) << err.message;
		EXPECT_EQ(err.column, bad.column) << err.message;
		EXPECT_NE(std::string(err.message).find(bad.says),
			  std::string::npos)
			<< err.message;
	}
}

TEST(ChipBad, NameOrFileThatIsNotThere)
{
	npu_chip chip;
	npu_error err = {};
	EXPECT_EQ(npu_chip_load("tpu-v2", chip_folder, nullptr, 0, &chip, &err),
		  NPU_E_IO);
	EXPECT_NE(strstr(err.message, "did you mean \"tpu-v1\"?"), nullptr)
		<< err.message;
	err = {};
	EXPECT_EQ(
		npu_chip_load("quantum", chip_folder, nullptr, 0, &chip, &err),
		NPU_E_IO);
	EXPECT_NE(strstr(err.message, "there are datacenter, edge,"), nullptr)
		<< err.message;
	err = {};
	EXPECT_EQ(npu_chip_load("/no/such.yaml", chip_folder, nullptr, 0, &chip,
				&err),
		  NPU_E_IO);
	EXPECT_STREQ(err.path, "/no/such.yaml");
	EXPECT_EQ(
		npu_chip_load("/tmp/", chip_folder, nullptr, 0, &chip, nullptr),
		NPU_E_IO);
	EXPECT_EQ(npu_chip_load("", chip_folder, nullptr, 0, &chip, nullptr),
		  NPU_E_IO);
	EXPECT_EQ(
		npu_chip_load("edge", "/no/folder", nullptr, 0, &chip, nullptr),
		NPU_E_IO);
	// a name never leaves the folder
	EXPECT_NE(npu_chip_load("../chips/edge", "/no", nullptr, 0, &chip,
				nullptr),
		  NPU_OK);
}

TEST(ChipBad, ChainOfBasesIsRefusedAtTheSecondBase)
{
	std::string first = file_path("first.yaml"),
		    second = file_path("second.yaml");
	std::ofstream(first) << "base: edge\n";
	std::ofstream(second) << "base: " << first << "\n";
	npu_chip chip;
	npu_error err = {};
	EXPECT_EQ(npu_chip_load(second.c_str(), chip_folder, nullptr, 0, &chip,
				&err),
		  NPU_E_SYNTAX);
	EXPECT_EQ(err.path, first);
	EXPECT_EQ(err.line, 1u);
	std::ofstream(first) << "base: " << first << "\n"; // itself
	err = {};
	EXPECT_EQ(npu_chip_load(first.c_str(), chip_folder, nullptr, 0, &chip,
				&err),
		  NPU_E_SYNTAX);
	unlink(first.c_str());
	unlink(second.c_str());
}
