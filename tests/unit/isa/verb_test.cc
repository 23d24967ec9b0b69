// tests/unit/isa/verb_test.cc - systole as, objdump and verify from outside.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace
{
struct Verbs : testing::Test {
	std::filesystem::path dir;
	std::string output; // stdout and stderr of the last command
	void SetUp() override
	{
		dir = std::filesystem::temp_directory_path() /
		      ("systole_verbs." + std::to_string(getpid()));
		std::filesystem::create_directory(dir);
	}
	void TearDown() override
	{
		std::filesystem::remove_all(dir);
	}

	std::string path(const char *name)
	{
		return (dir / name).string();
	}
	void write(const char *name, const std::string &text)
	{
		std::ofstream(path(name), std::ios::binary) << text;
	}
	std::string read(const char *name)
	{
		std::ostringstream all;
		all << std::ifstream(path(name), std::ios::binary).rdbuf();
		return all.str();
	}
	// The exit code of `systole <arguments>`.
	int systole(const std::string &arguments)
	{
		std::string command = "cd " + dir.string() + " && " +
				      NPU_BINARY_DIR "/systole " + arguments +
				      " 2>&1";
		FILE *pipe = popen(command.c_str(), "r");
		char buffer[4096];
		size_t n;
		output.clear();
		while ((n = fread(buffer, 1, sizeof buffer, pipe)) > 0)
			output.append(buffer, n);
		int status = pclose(pipe);
		return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	}
	bool said(const char *part)
	{
		return output.find(part) != std::string::npos;
	}
};

const char source[] =
	".program 1\n.network \"copy\"\n.cores 1\n"
	".region 0 input bytes=256\n.region 1 constants bytes=4\n"
	".region 2 output bytes=256\n.core 0\n"
	".token 0 producer=ld producer_core=0 consumer=st consumer_core=0 "
	"initial=0 capacity=1\n.port 0 core=0 counter=0\n"
	"ld n0=64 n1=1 n2=1 n3=1 signal=0x1\n"
	"st wait=0x1 n0=64 n1=1 n2=1 n3=1 region=2\nend\n"
	".data 1\ndeadbeef\n";
} // namespace

TEST_F(Verbs, TextAndBytesRoundTrip)
{
	write("a.s", source);
	ASSERT_EQ(systole("as a.s -o a.npu"), 0) << output;
	ASSERT_EQ(systole("objdump -d --data a.npu"), 0) << output;
	write("b.s", output);
	ASSERT_EQ(systole("as b.s -o b.npu"), 0) << output;
	EXPECT_EQ(read("a.npu"), read("b.npu"));
	EXPECT_TRUE(read("a.npu").size() > 128);
}

TEST_F(Verbs, VerifyTellsGoodFromBadByItsExitCode)
{
	write("a.s", source);
	ASSERT_EQ(systole("as a.s -o a.npu"), 0) << output;
	EXPECT_EQ(systole("verify a.npu"), 0);
	EXPECT_EQ(output, "a.npu: verified on edge: 3 instructions on 1 "
			  "core\n");
	EXPECT_EQ(systole("verify a.npu --json"), 0);
	EXPECT_TRUE(said("\"verified\": true")) << output;
	std::string racy = source;
	racy.replace(racy.find("st wait=0x1"), 11, "st");
	racy.replace(racy.find(" signal=0x1"), 11, "");
	write("r.s", racy);
	ASSERT_EQ(systole("as r.s -o r.npu"), 0) << output;
	EXPECT_EQ(systole("verify r.npu"), 7);
	EXPECT_EQ(output.rfind("r.npu: error: core 0, instruction 1 (st", 0),
		  0u)
		<< output;
	EXPECT_EQ(systole("verify r.npu --json"), 7);
	EXPECT_TRUE(said("\"kind\": \"raw\"")) << output;
}

TEST_F(Verbs, ObjdumpShowsTablesAndOnRequestCode)
{
	write("a.s", source);
	ASSERT_EQ(systole("as a.s -o a.npu"), 0) << output;
	ASSERT_EQ(systole("objdump a.npu"), 0);
	EXPECT_TRUE(said(".region 2 output bytes=256"));
	EXPECT_FALSE(said("st wait")) << output;
	ASSERT_EQ(systole("objdump -d a.npu"), 0);
	EXPECT_TRUE(said("st wait=0x1 region=2 n0=64")) << output;
	EXPECT_FALSE(said("deadbeef")) << output;
	ASSERT_EQ(systole("objdump -d --json a.npu"), 0);
	EXPECT_TRUE(said("\"network\": \"copy\"")) << output;
	EXPECT_TRUE(said("\"st wait=0x1 region=2 n0=64")) << output;
}

TEST_F(Verbs, BadFilesAreLocatedAndNothingIsWritten)
{
	write("a.s", ".program 1\n.core 0\nedn\n");
	EXPECT_EQ(systole("as a.s -o a.npu"), 3);
	EXPECT_EQ(output.rfind("a.s:2:1: error: .cores", 0), 0u) << output;
	write("a.s", ".program 1\n.cores 1\n.core 0\nedn\n");
	EXPECT_EQ(systole("as a.s -o a.npu"), 3);
	EXPECT_EQ(output, "a.s:4:1: error: unknown opcode 'edn'; did you mean "
			  "'end'?\n");
	write("zero.s", std::string(".program 1\n\0", 12));
	EXPECT_EQ(systole("as zero.s -o a.npu"), 3);
	EXPECT_EQ(systole("as none.s -o a.npu"), 8);
	EXPECT_EQ(systole("as a.s"), 2);
	EXPECT_FALSE(std::filesystem::exists(path("a.npu")));
	EXPECT_EQ(systole("verify a.s"), 3);
	EXPECT_TRUE(said("a.s: error: byte 0x0: not a program file")) << output;
	EXPECT_EQ(systole("objdump ."), 8);
	write("a.s", source);
	ASSERT_EQ(systole("as a.s -o a.npu"), 0);
	std::filesystem::resize_file(path("a.npu"), 300);
	EXPECT_EQ(systole("verify a.npu"), 3);
	EXPECT_TRUE(said("byte 0x20: the header says")) << output;
}
